"""Who could take what: what a manager wishes, and what was worked out from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .. import rules
from .base import HOURS, Model, Versioned, between


class Proposal(Versioned, Model):
    """One manager's wishes for a team, and the last proposal that came of them.

    Hours are a week. `hours_bound` and `levels_bound` are what no assignment exceeds;
    `levels_bound` with the hours held.
    """

    __tablename__ = "proposal"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    least: Mapped[int] = mapped_column(default=rules.Level.PROPOSE)
    """The least level at which a task is given to someone."""
    made_at: Mapped[datetime | None]
    facts: Mapped[str] = mapped_column(default="")
    """A digest of the facts it was worked out from: hours, people and levels."""
    hours: Mapped[float | None]
    hours_bound: Mapped[float | None]
    levels: Mapped[int | None]
    levels_bound: Mapped[float | None]

    people: Mapped[list["ProposedPerson"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    tasks: Mapped[list["ProposedTask"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        between("least", min(rules.Level), max(rules.Level)),
        UniqueConstraint("team_id", "manager_id"),
    )


class ProposedPerson(Model):
    """What is wished for one person, and the free hours that were counted on."""

    __tablename__ = "proposed_person"
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True
    )
    employee_id: Mapped[int] = mapped_column(
        ForeignKey("employee.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    grows: Mapped[bool] = mapped_column(default=False)
    """Whether there must be a task to grow in for this person."""
    is_out: Mapped[bool] = mapped_column(default=False)
    """Whether this person takes nothing."""
    hours_free: Mapped[float | None]

    __table_args__ = (between("hours_free", 0, HOURS),)


class ProposedTask(Model):
    """What is wished for one task, and to whom it would go, at which level."""

    __tablename__ = "proposed_task"
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True
    )
    task_id: Mapped[int] = mapped_column(
        ForeignKey("task.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    stays: Mapped[bool] = mapped_column(default=False)
    fixed_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="SET NULL"), index=True
    )
    """To whom it goes in any case."""
    employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="SET NULL"), index=True
    )
    level: Mapped[int | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    hours: Mapped[float | None]

    __table_args__ = (
        between("level", min(rules.Level), max(rules.Level)),
        between("hours", 0, HOURS),
    )
