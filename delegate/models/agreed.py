"""What two people agree about one task, and how it came about."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .. import rules
from .base import (
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
from .workplace import Employee, Task

AGREEMENT_STATES = ("draft", "agreed", "looked_back", "taken_back", "ended")
LIVE_STATES = ("draft", "agreed", "looked_back")

AGREEMENT_TEXTS = (
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
)
"""What two people write of an agreement while it holds."""

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
    "changed",
)
"""What happens between one person and one task, beside what is seen of them."""


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
    agreed_at: Mapped[datetime | None] = mapped_column(active_history=True)
    changed_at: Mapped[datetime | None] = mapped_column(active_history=True)
    """When what was agreed was changed, and not agreed anew since."""
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
        *at_most(*AGREEMENT_TEXTS, "closing_reason"),
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


class CheckIn(Versioned, Model):
    """A moment at which two people hear from each other about what they agreed.

    Once it is kept, one line may say what was seen, and of which criterion.
    """

    __tablename__ = "check_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(
        ForeignKey("agreement.id", ondelete="CASCADE"), index=True
    )
    day: Mapped[date]
    kept_at: Mapped[datetime | None]
    seen: Mapped[str] = mapped_column(default="")
    criterion: Mapped[str | None]
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("manager.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    __table_args__ = (
        *at_most("seen", most=TITLE),
        one_of("criterion", rules.RATED),
        CheckConstraint(
            "kept_at IS NOT NULL OR (length(seen) = 0 AND criterion IS NULL)",
            name="seen_if_kept",
        ),
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
        Index(None, "team_id", "at"),
    )
