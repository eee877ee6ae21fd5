"""The tables, and how a row becomes what the rules take.

Every limit that a form checks is a named constraint here as well, made from the same
constant. Nothing here knows of requests, pages or languages. Times are UTC without a
zone, because SQLite gives them back that way.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from flask_security import AsaList
from flask_security.core import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    declared_attr,
    mapped_column,
    relationship,
)

from . import rules

TITLE = 500
"""Most characters in a name or a title."""

LONG = 10_000
"""Most characters in a text that may run on."""

CODE = 40
"""Most characters in a word of our own, from a list that grows with the program."""

HOURS = 168
"""Most hours in a week."""

YEARS = range(2000, 3000)
"""In which days and moments lie: a slip in the year is no appointment."""

ROLES = ("owner", "editor", "viewer")
RATING_STATES = ("scored", "unseen", "withdrawn")
AGREEMENT_STATES = ("draft", "agreed", "looked_back", "taken_back", "ended")
LIVE_STATES = ("draft", "agreed", "looked_back")
NEEDS_EXAMPLE = (1, 2, 5)
"""Scores on the four criteria that ask for an example: the ones that weigh most."""

LINKS = ("invitation", "own_view", "team_code", "calendar")
"""What a door by link opens on: an account, or a page for who has none."""

STEP_KINDS = ("acquaint", "repair")
"""What a step on one criterion is for: to get acquainted, or to mend trust."""

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

EVENTS = (
    "now",
    "drafted",
    "level",
    "agreed",
    "looked_back",
    "taken_back",
    "ended",
    "safeguard",
    "no_safeguard",
)
"""What happens between one person and one task, beside what is seen of them."""

JOB_STATES = ("waiting", "running", "done", "failed")
ATTEMPTS = 3
"""How often a job is begun before it has failed for good."""

KEEP_MONTHS = range(1, 25)
"""For how many months after the last change what is written of someone may be kept."""

WRONG = (1, 2)
"""Scores that a choice cannot get for being only different."""


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can drop it on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def utc_now() -> datetime:
    """Return this moment in UTC, without a zone, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Keep `column` to `values` (or empty, where the column may be)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def between(column: str, least: int, most: int) -> CheckConstraint:
    """Keep the number in `column` from `least` to `most`."""
    return CheckConstraint(f"{column} BETWEEN {least} AND {most}", name=column)


def filled(column: str, most: int = TITLE) -> CheckConstraint:
    """Keep `column` from being blank, and to `most` characters."""
    return CheckConstraint(
        f"length(trim({column})) > 0 AND length({column}) <= {most}", name=column
    )


def at_most(*columns: str, most: int = LONG) -> tuple[CheckConstraint, ...]:
    """Keep each of `columns` to `most` characters."""
    return tuple(
        CheckConstraint(f"length({column}) <= {most}", name=column)
        for column in columns
    )


def within_team(*kinds: str) -> tuple[ForeignKeyConstraint, ...]:
    """Point at rows of `kinds` that belong to this row's own team, and go with them."""
    return tuple(
        ForeignKeyConstraint(
            ["team_id", f"{kind}_id"],
            [f"{kind}.team_id", f"{kind}.id"],
            ondelete="CASCADE",
        )
        for kind in kinds
    )


class Versioned:
    """A row that people change: a save that saw an older version does not count.

    The database refuses it too: an UPDATE names the version it replaces.
    """

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


class Manager(Model, UserMixin):
    """An account: someone who leads people and plans what to hand over."""

    __tablename__ = "manager"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(
        unique=True, default=lambda: secrets.token_hex(32)
    )
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    is_admin: Mapped[bool] = mapped_column(default=False)

    totp_secret: Mapped[str | None]
    """Shared with an authenticator app, and sealed; none where codes are not asked."""
    totp_step: Mapped[int | None]
    """When the last code was made that was taken: none counts twice."""
    recovery_codes: Mapped[list[str] | None] = mapped_column(
        MutableList.as_mutable(AsaList())
    )
    """Keyed hashes of those not yet used."""
    passkey_handle: Mapped[str | None]
    """What a passkey knows this account by."""
    passkeys: Mapped[list["Passkey"]] = relationship(
        back_populates="manager",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Passkey.id",
    )

    __table_args__ = (
        filled("email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("length(password) > 0", name="password"),
        *at_most("name", most=TITLE),
        Index("uq_manager_passkey_handle", "passkey_handle", unique=True),
    )


class Passkey(Model):
    """A key on a device or in a password manager that signs a manager in.

    Only its public half is here.
    """

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    credential: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    used_at: Mapped[datetime | None]

    manager: Mapped[Manager] = relationship(back_populates="passkeys")

    __table_args__ = (filled("name"),)


class LoginSession(Model):
    """A browser that has signed in, until it ends. Only a hash of its key is kept."""

    __tablename__ = "login_session"
    key_hash: Mapped[str] = mapped_column(primary_key=True)
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = at_most("device", most=TITLE)


class Tries(Model):
    """How often something was tried that may only be tried so often.

    `key` is a keyed hash of what is counted: an account, or an address on the network.
    """

    __tablename__ = "tries"
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)


class Team(Versioned, Model):
    """People and tasks that are planned on one board."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_sample: Mapped[bool] = mapped_column(default=False)
    keep_months: Mapped[int] = mapped_column(default=12)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        filled("name"),
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


class Pair(Versioned, Model):
    """How it goes now between one person and one task; set by hand, never by itself.

    Every agreement hangs on a pair, so that both are found in one query.
    """

    __tablename__ = "pair"
    team_id: Mapped[int]
    employee_id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(primary_key=True)
    current: Mapped[int | None] = mapped_column(active_history=True)

    employee: Mapped[Employee] = relationship(viewonly=True)
    task: Mapped[Task] = relationship(viewonly=True)
    agreements: Mapped[list["Agreement"]] = relationship(
        back_populates="pair", passive_deletes=True
    )

    __table_args__ = (
        *within_team("employee", "task"),
        between("current", min(rules.Level), max(rules.Level)),
        UniqueConstraint("team_id", "employee_id", "task_id"),
        Index(None, "team_id", "task_id"),
    )


class Agreement(Versioned, Model):
    """What two people agree about one task: first a draft, to discuss."""

    __tablename__ = "agreement"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    task_id: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft", active_history=True)
    level: Mapped[int] = mapped_column(active_history=True)
    advised: Mapped[int | None]
    rules_version: Mapped[str] = mapped_column(default=rules.RULES_VERSION)
    reason: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
    limits: Mapped[str] = mapped_column(default="")
    why_you: Mapped[str] = mapped_column(default="")
    decides: Mapped[str] = mapped_column(default="")
    asks_first: Mapped[str] = mapped_column(default="")
    stays: Mapped[str] = mapped_column(default="")
    inform: Mapped[str] = mapped_column(default="")
    help: Mapped[str] = mapped_column(default="")
    resources: Mapped[str] = mapped_column(default="")
    look_back_on: Mapped[date | None]
    closing_reason: Mapped[str] = mapped_column(default="")
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    agreed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    pair: Mapped[Pair] = relationship(back_populates="agreements")
    safeguards: Mapped[list["Safeguard"]] = relationship(
        cascade="all, delete-orphan",
        order_by="Safeguard.criterion",
        lazy="selectin",
    )

    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "employee_id", "task_id"],
            ["pair.team_id", "pair.employee_id", "pair.task_id"],
            ondelete="CASCADE",
        ),
        one_of("state", AGREEMENT_STATES),
        between("level", min(rules.Level), max(rules.Level)),
        between("advised", min(rules.Level), max(rules.Level)),
        CheckConstraint(
            "advised IS NULL OR level = advised OR length(trim(reason)) > 0",
            name="reason_if_other_than_advised",
        ),
        CheckConstraint(
            "state <> 'agreed' OR look_back_on IS NOT NULL", name="look_back_if_agreed"
        ),
        *at_most(
            "reason",
            "outcome",
            "limits",
            "why_you",
            "decides",
            "asks_first",
            "stays",
            "inform",
            "help",
            "resources",
            "closing_reason",
        ),
        Index(
            "uq_agreement_one_live",
            "employee_id",
            "task_id",
            unique=True,
            sqlite_where=text("state IN ('draft', 'agreed', 'looked_back')"),
            postgresql_where=text("state IN ('draft', 'agreed', 'looked_back')"),
        ),
        Index(None, "team_id", "employee_id", "task_id"),
    )


class Safeguard(Model):
    """A named agreement that makes one criterion safe enough for a step more."""

    __tablename__ = "safeguard"
    agreement_id: Mapped[int] = mapped_column(
        ForeignKey("agreement.id", ondelete="CASCADE"), primary_key=True
    )
    criterion: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]

    __table_args__ = (one_of("criterion", rules.CRITERIA), filled("text", LONG))


class LookBack(Model):
    """What came of an agreement on the day of looking back, on both sides."""

    __tablename__ = "look_back"
    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(
        ForeignKey("agreement.id", ondelete="CASCADE"), index=True
    )
    theirs: Mapped[str] = mapped_column(default="")
    """What came of what the employee promised."""
    mine: Mapped[str] = mapped_column(default="")
    """What came of what the manager promised."""
    next_state: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (
        *at_most("theirs", "mine"),
        one_of("next_state", AGREEMENT_STATES[1:]),
    )


class PairEvent(Model):
    """One step in how it came about between a person and a task. Only added.

    `value` is a level: how it goes now (empty where nobody does it), or that of the
    agreement. `criterion` is what a safeguard guards.
    """

    __tablename__ = "pair_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    task_id: Mapped[int]
    agreement_id: Mapped[int | None] = mapped_column(
        ForeignKey("agreement.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    value: Mapped[int | None]
    criterion: Mapped[str | None]
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (
        *within_team("employee", "task"),
        one_of("kind", EVENTS),
        between("value", min(rules.Level), max(rules.Level)),
        one_of("criterion", rules.CRITERIA),
        CheckConstraint(
            "(criterion IS NOT NULL) = (kind IN ('safeguard', 'no_safeguard'))",
            name="criterion_if_safeguard",
        ),
        Index(None, "team_id", "employee_id", "task_id"),
        Index(None, "team_id", "task_id"),
    )


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


class Postponement(Model):
    """A manager rates someone later, after a talk; what was seen before stands."""

    __tablename__ = "postponement"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    employee_id: Mapped[int]
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]

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


class Link(Model):
    """A door for whoever holds its token, of which only a hash is kept.

    An invitation is for an address, to an account and perhaps a team; an own view is
    for one person, a code for one of a team's people, a calendar for one manager.
    """

    __tablename__ = "link"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    team_id: Mapped[int | None] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), index=True
    )
    employee_id: Mapped[int | None]
    manager_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(default="")
    role: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        *within_team("employee"),
        one_of("kind", LINKS),
        one_of("role", ROLES[1:]),
        *at_most("email", most=TITLE),
        CheckConstraint(
            "(kind = 'invitation') = (length(email) > 0)", name="email_if_invitation"
        ),
        CheckConstraint(
            "(kind = 'own_view') = (employee_id IS NOT NULL)",
            name="employee_if_own_view",
        ),
        CheckConstraint(
            "kind NOT IN ('own_view', 'team_code') OR team_id IS NOT NULL",
            name="team_if_for_a_team",
        ),
        CheckConstraint(
            "(role IS NOT NULL) = (kind = 'invitation' AND team_id IS NOT NULL)",
            name="role_if_to_a_team",
        ),
        CheckConstraint(
            "(kind = 'calendar') = (expires_at IS NULL)", name="ends_but_calendar"
        ),
        CheckConstraint(
            "kind = 'team_code' OR manager_id IS NOT NULL", name="manager_but_code"
        ),
        Index(None, "team_id", "employee_id"),
    )


class AuditEntry(Model):
    """Who did what, and about whom or what; never what was written.

    When the person is erased the entry stays and says so of nobody.
    """

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    manager_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL"), index=True
    )
    action: Mapped[str]
    subject: Mapped[str]
    team_id: Mapped[int | None] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE")
    )
    employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="SET NULL"), index=True
    )

    __table_args__ = (
        filled("action", CODE),
        filled("subject", CODE),
        Index(None, "team_id", "at"),
    )


class Job(Model):
    """Long work for a worker, and how far it is. `content` says what, as JSON.

    Whoever holds the claim may write; a claim not renewed in time is another's to take.
    """

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    team_id: Mapped[int] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), index=True
    )
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    file: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        filled("kind", CODE),
        one_of("state", JOB_STATES),
        between("attempts", 0, ATTEMPTS),
        CheckConstraint("(state = 'done') = (file IS NOT NULL)", name="file_if_done"),
        CheckConstraint(
            "(state = 'running') = (claim IS NOT NULL)", name="claim_if_running"
        ),
        Index(None, "state", "id"),
    )


for _table in Base.metadata.tables.values():
    if "id" in _table.c:
        # What is erased must not lend its id to whoever comes next: an old page would
        # then act on someone else.
        _table.dialect_options["sqlite"]["autoincrement"] = True
