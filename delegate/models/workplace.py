"""A team: its people, its tasks, and what is seen of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .. import rules
from .base import (
    HOURS,
    LONG,
    TITLE,
    Model,
    Versioned,
    at_most,
    between,
    filled,
    one_of,
    utc_now,
    within_team,
)

ROLES = ("owner", "editor", "viewer")
RATING_STATES = ("scored", "unseen", "withdrawn")

NEEDS_EXAMPLE = (1, 2, 5)
"""Scores on the four criteria that ask for an example: the ones that weigh most."""

KEEP_MONTHS = range(1, 25)
"""For how many months after the last change what is written of someone may be kept."""

WRONG = (1, 2)
"""Scores that a choice cannot get for being only different."""


class Team(Versioned, Model):
    """People and tasks that are planned on one board."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_sample: Mapped[bool] = mapped_column(default=False)
    keep_months: Mapped[int] = mapped_column(default=12)
    country: Mapped[str] = mapped_column(default="NL")
    """Whose public holidays are no working days: two letters (ISO 3166-1)."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        filled("name"),
        CheckConstraint("length(country) = 2", name="country"),
        between("keep_months", KEEP_MONTHS[0], KEEP_MONTHS[-1]),
    )


class Membership(Model):
    """What a manager may do with a team: own it, work in it, or look at it."""

    __tablename__ = "membership"
    team_id: Mapped[int] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), primary_key=True
    )
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str]

    __table_args__ = (one_of("role", ROLES),)


class Employee(Versioned, Model):
    """Someone in the team, and the two directions of trust in free text."""

    __tablename__ = "employee"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    hours_free: Mapped[float | None]
    left_on: Mapped[date | None]
    next_talk_at: Mapped[datetime | None]
    count_on_me: Mapped[str] = mapped_column(default="")
    asks_of_me: Mapped[str] = mapped_column(default="")
    learning: Mapped[str] = mapped_column(default="")
    entrusted: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        filled("name"),
        *at_most("role", most=TITLE),
        between("hours_free", 0, HOURS),
        *at_most("count_on_me", "asks_of_me", "learning", "entrusted"),
        UniqueConstraint("team_id", "id"),
    )

    def has_left(self, today: date) -> bool:
        """Tell whether this person is gone; `planning.is_there` asks it of many."""
        return self.left_on is not None and self.left_on <= today


class Task(Versioned, Model):
    """Work that could be handed over, with the facts the rules ask for.

    A fact that is None has not been answered: the board asks, and never guesses.
    """

    __tablename__ = "task"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    title: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="")
    limits: Mapped[str] = mapped_column(default="")
    stakes: Mapped[str | None]
    undo: Mapped[str | None]
    outcome_clear: Mapped[str | None]
    limits_clear: Mapped[str | None]
    reserved: Mapped[bool] = mapped_column(default=False)
    reserved_why: Mapped[str] = mapped_column(default="")
    hours: Mapped[float | None]
    deadline: Mapped[date | None]
    with_me: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    archived_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        filled("title"),
        *at_most("outcome", "limits", "reserved_why"),
        one_of("stakes", rules.Stakes),
        one_of("undo", rules.Undo),
        one_of("outcome_clear", rules.Clarity),
        one_of("limits_clear", rules.Clarity),
        between("hours", 0, HOURS),
        UniqueConstraint("team_id", "id"),
    )

    def facts(self) -> rules.Task:
        """Return what the rules need to know of the task, and nothing else."""
        return task_facts(
            self.stakes,
            self.undo,
            self.outcome_clear,
            self.limits_clear,
            self.reserved,
        )

    def unanswered(self) -> tuple[str, ...]:
        """Return the names in `FACTS` that have no answer yet."""
        return tuple(fact for fact in FACTS if getattr(self, fact) is None)


CLARITIES = tuple(rules.Clarity)
FACTS = ("stakes", "undo", "outcome_clear", "limits_clear")
"""The task facts that a manager answers; the rules take the lower clarity."""


def task_facts(
    stakes: str | None,
    undo: str | None,
    outcome_clear: str | None,
    limits_clear: str | None,
    reserved: bool,
) -> rules.Task:
    """Return the rules' view of a task: clarity is the lower of its two facts."""
    clarity = None
    if outcome_clear and limits_clear:
        clarity = max(outcome_clear, limits_clear, key=CLARITIES.index)
    return rules.Task(
        stakes=rules.Stakes(stakes) if stakes else None,
        undo=rules.Undo(undo) if undo else None,
        clarity=rules.Clarity(clarity) if clarity else None,
        reserved=reserved,
    )


class Rating(Model):
    """What a manager has seen, on one criterion, on one day. Rows are only added.

    No row, or a withdrawn one, is *open*; *unseen* was answered: no chance to see it.
    """

    __tablename__ = "rating"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    task_id: Mapped[int | None]
    criterion: Mapped[str]
    state: Mapped[str]
    score: Mapped[int | None]
    example: Mapped[str] = mapped_column(default="")
    different: Mapped[bool] = mapped_column(default=False)
    seen_on: Mapped[date | None]
    rater_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    answers_id: Mapped[int | None] = mapped_column(
        ForeignKey("rating.id", ondelete="CASCADE")
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (
        *within_team("employee", "task"),
        one_of("criterion", (*rules.CRITERIA, "familiarity")),
        one_of("state", RATING_STATES),
        between("score", rules.SCALE[0], rules.SCALE[-1]),
        CheckConstraint(
            "(state = 'scored') = (score IS NOT NULL)", name="score_if_scored"
        ),
        CheckConstraint(
            "(criterion = 'familiarity') = (task_id IS NOT NULL)",
            name="task_if_familiarity",
        ),
        CheckConstraint(
            "criterion = 'familiarity' OR score IS NULL"
            f" OR score NOT IN {NEEDS_EXAMPLE} OR length(trim(example)) > 0",
            name="example_if_far",
        ),
        CheckConstraint(
            f"NOT different OR score IS NULL OR score > {max(WRONG)}",
            name="different_not_wrong",
        ),
        *at_most("example"),
        Index(None, "team_id", "employee_id", "criterion", "task_id"),
        Index(None, "team_id", "task_id"),
    )


class Remark(Versioned, Model):
    """What the person says of a score: kept beside it, and as long as the score is."""

    __tablename__ = "remark"
    rating_id: Mapped[int] = mapped_column(
        ForeignKey("rating.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str]
    recorded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    rating: Mapped[Rating] = relationship()

    __table_args__ = (filled("text", LONG),)
