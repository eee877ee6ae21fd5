"""Doors by link, the trail, and long work."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import (
    CODE,
    TITLE,
    Model,
    at_most,
    between,
    filled,
    one_of,
    utc_now,
    within_team,
)
from .workplace import ROLES

LINKS = ("invitation", "own_view", "team_code", "calendar")
"""What a door by link opens on: an account, or a page for who has none."""

JOB_STATES = ("waiting", "running", "done", "failed")
ATTEMPTS = 3
"""How often a job is begun before it has failed for good."""


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
    with_names: Mapped[bool] = mapped_column(default=False)
    """Whether a calendar names people; else it tells only what is due."""
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
