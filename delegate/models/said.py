"""What people say, to each other or to themselves: no rule knows of it."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from .. import rules
from .base import (
    LONG,
    Model,
    Versioned,
    at_most,
    between,
    filled,
    one_of,
    utc_now,
    within_team,
)

STEP_KINDS = ("acquaint", "repair")
"""What a step on one criterion is for: to get acquainted, or to mend trust."""

TALK_ITEMS = ("question", "note", "action")
"""What stands on the page of a one-on-one."""

DOERS = ("manager", "employee")
"""Who of the two does what was agreed to be done."""

CONDITIONS = ("direction", "expectations", "attention", "certainty")
"""What a team needs before anything is said of a person.

Source: Jan Stevens, De Steven (lack of trust in teams).
"""

THEMES = ("trusting", "confidence", "fear", "damaged")
"""What managers look at in themselves.

Source: Jan Stevens, De Steven (trusting too easily, self-confidence first, distrust
and fear, damaged trust).
"""

THEME_SCALE = range(1, 4)
"""How much of a theme someone recognises: hardly, sometimes, often."""


class OwnView(Model):
    """How someone sees themself, in the same sentences: asked, received, then shown.

    Nobody reads it before both views are in and it is revealed. No rule knows of it.
    """

    __tablename__ = "own_view"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("link.id", ondelete="SET NULL"), index=True
    )
    asked_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    on_paper: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime | None]
    can: Mapped[str] = mapped_column(default="")
    cannot_yet: Mapped[str] = mapped_column(default="")
    needs_from_manager: Mapped[str] = mapped_column(default="")
    can_be_counted_on: Mapped[str] = mapped_column(default="")
    revealed_at: Mapped[datetime | None]
    revealed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )

    answers: Mapped[list["OwnAnswer"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    choices: Mapped[list["OwnChoice"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        *within_team("employee"),
        *at_most("can", "cannot_yet", "needs_from_manager", "can_be_counted_on"),
        CheckConstraint(
            "revealed_at IS NULL OR received_at IS NOT NULL", name="received_first"
        ),
        Index(None, "team_id", "employee_id"),
        Index(
            "uq_own_view_one_asked",
            "employee_id",
            unique=True,
            sqlite_where=text("received_at IS NULL"),
            postgresql_where=text("received_at IS NULL"),
        ),
    )


class OwnAnswer(Model):
    """What someone says of themself on one criterion; no score: *I cannot say yet*."""

    __tablename__ = "own_answer"
    own_view_id: Mapped[int] = mapped_column(
        ForeignKey("own_view.id", ondelete="CASCADE"), primary_key=True
    )
    criterion: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[int | None]

    __table_args__ = (
        one_of("criterion", rules.CRITERIA),
        between("score", rules.SCALE[0], rules.SCALE[-1]),
    )


class OwnChoice(Model):
    """A task that someone is asked about, and the level they would choose for it."""

    __tablename__ = "own_choice"
    own_view_id: Mapped[int] = mapped_column(
        ForeignKey("own_view.id", ondelete="CASCADE"), primary_key=True
    )
    task_id: Mapped[int] = mapped_column(
        ForeignKey("task.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    level: Mapped[int | None]

    __table_args__ = (between("level", min(rules.Level), max(rules.Level)),)


class Step(Versioned, Model):
    """A small step on one criterion: to get acquainted, or to mend damaged trust."""

    __tablename__ = "step"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    task_id: Mapped[int | None]
    kind: Mapped[str]
    criterion: Mapped[str]
    text: Mapped[str]
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (
        *within_team("employee", "task"),
        one_of("kind", STEP_KINDS),
        one_of("criterion", rules.RATED),
        filled("text", LONG),
        CheckConstraint(
            "criterion <> 'familiarity' OR task_id IS NOT NULL",
            name="task_if_familiarity",
        ),
        Index(None, "team_id", "employee_id"),
        Index(None, "team_id", "task_id"),
    )


class Talk(Model):
    """A one-on-one that was held. The one to come is `Employee.next_talk_at`.

    `number` and `sequence` are those its appointment had in a calendar, where it keeps
    its place when the next one is planned.
    """

    __tablename__ = "talk"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    held_at: Mapped[datetime] = mapped_column(default=utc_now)
    held_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )

    __table_args__ = (
        *within_team("employee"),
        UniqueConstraint("employee_id", "number"),
        Index(None, "team_id", "employee_id"),
    )


class TalkItem(Versioned, Model):
    """Something for a one-on-one: to ask, to note, or to do by someone, by a day.

    What is not shared is a working note of whoever wrote it, and of nobody else.
    """

    __tablename__ = "talk_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]
    is_shared: Mapped[bool] = mapped_column(default=False)
    doer: Mapped[str | None]
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (
        *within_team("employee"),
        one_of("kind", TALK_ITEMS),
        one_of("doer", DOERS),
        filled("text", LONG),
        CheckConstraint(
            "kind = 'action' OR (doer IS NULL AND due_on IS NULL)",
            name="doer_if_action",
        ),
        Index(None, "team_id", "employee_id"),
    )


class Postponement(Model):
    """A manager rates someone later, after a talk; what was seen before stands."""

    __tablename__ = "postponement"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int] = mapped_column()
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    talked_at: Mapped[datetime | None] = column_property(
        select(func.max(Talk.held_at))
        .where(
            Talk.employee_id == employee_id,
            Talk.held_by_id == manager_id,
            Talk.held_at >= started_at,
        )
        .correlate_except(Talk)
        .scalar_subquery()
    )
    """When the two have talked since, if they did."""

    __table_args__ = (
        *within_team("employee"),
        Index(None, "team_id", "employee_id"),
        Index(
            "uq_postponement_one_open",
            "employee_id",
            "manager_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


def each_condition(sort: str) -> Iterable[str]:
    """Return the columns of one sort, one for each of `CONDITIONS`."""
    return tuple(f"{name}_{sort}" for name in CONDITIONS)


class TeamConditions(Versioned, Model):
    """What the manager says of the team's conditions, and does about each "no"."""

    __tablename__ = "team_conditions"
    team_id: Mapped[int] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), primary_key=True
    )
    direction: Mapped[bool | None]
    expectations: Mapped[bool | None]
    attention: Mapped[bool | None]
    certainty: Mapped[bool | None]
    direction_action: Mapped[str] = mapped_column(default="")
    expectations_action: Mapped[str] = mapped_column(default="")
    attention_action: Mapped[str] = mapped_column(default="")
    certainty_action: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    answered_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = at_most(*each_condition("action"))


class TeamRound(Model):
    """One time that a team was asked, by codes that belong to nobody.

    Answers are counted, never kept one by one: what one person said is nowhere.
    """

    __tablename__ = "team_round"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), index=True
    )
    asked_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    codes: Mapped[int]
    answers: Mapped[int] = mapped_column(default=0)
    direction_no: Mapped[int] = mapped_column(default=0)
    expectations_no: Mapped[int] = mapped_column(default=0)
    attention_no: Mapped[int] = mapped_column(default=0)
    certainty_no: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        CheckConstraint("answers BETWEEN 0 AND codes", name="answers"),
        *(
            CheckConstraint(f"{column} BETWEEN 0 AND answers", name=column)
            for column in each_condition("no")
        ),
    )


class SelfCheck(Versioned, Model):
    """What managers see in themselves: theirs alone, apart from all about others."""

    __tablename__ = "self_check"
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), primary_key=True
    )
    trusting: Mapped[int | None]
    confidence: Mapped[int | None]
    fear: Mapped[int | None]
    damaged: Mapped[int | None]
    learning: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (
        *(between(theme, THEME_SCALE[0], THEME_SCALE[-1]) for theme in THEMES),
        *at_most("learning"),
    )
