"""Rating someone only after a talk, and steps to mend trust: of one manager.

No rule reads any of it: until someone is rated anew, what was seen before stands. Knows
no page and no words.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select

from .. import rules
from ..database import lock
from ..models import Employee, Postponement, Rating, Step, db, utc_now

KIND = "repair"

MOST = 10
"""Open steps that one manager has with one person: more is nothing to talk about."""

ASKED_AFTER = timedelta(days=30)
"""How long a manager may wait with no talk planned before being asked."""


class Mending(NamedTuple):
    """What one manager has begun with one person; nothing, for who may only look."""

    postponed: Postponement | None = None
    steps: Sequence[Step] = ()
    asks: bool = False
    """Whether it is time to ask if they have talked."""


def of(employee: Employee, manager_id: int) -> Mending:
    """Return what this manager has begun with the person, in one query."""
    rows = db.session.execute(
        select(Postponement, Step)
        .select_from(Employee)
        .outerjoin(
            Postponement,
            and_(Postponement.employee_id == Employee.id, open_for(manager_id)),
        )
        .outerjoin(
            Step,
            and_(
                Step.employee_id == Employee.id,
                Step.done_at.is_(None),
                repairs(manager_id),
            ),
        )
        .where(Employee.id == employee.id)
        .order_by(Step.due_on.asc().nulls_last(), Step.id)
    ).all()
    postponed = rows[0][0] if rows else None
    return begun(employee, postponed, [step for _, step in rows if step])


def begun(
    employee: Employee, postponed: Postponement | None, steps: Sequence[Step]
) -> Mending:
    asks = postponed is not None and is_time(
        postponed.started_at,
        postponed.talked_at or employee.next_talk_at,
        utc_now(),
    )
    return Mending(postponed, steps, asks)


def open_for(manager_id: int) -> ColumnElement[bool]:
    return and_(Postponement.manager_id == manager_id, Postponement.ended_at.is_(None))


def repairs(manager_id: int) -> ColumnElement[bool]:
    """Return the condition on the steps to mend trust that this manager may see."""
    return and_(Step.kind == KIND, Step.created_by_id == manager_id)


def is_full(employee: Employee, manager_id: int) -> bool:
    """Tell whether this manager has as many steps with the person as one can take."""
    mine = select(Step.id).where(
        Step.employee_id == employee.id, Step.done_at.is_(None), repairs(manager_id)
    )
    return len(db.session.scalars(mine.limit(MOST)).all()) == MOST


def forget(manager_id: int) -> None:
    """Delete what nobody could see any more without this account. Does not commit."""
    db.session.execute(delete(Step).where(repairs(manager_id)))


def is_time(started_at: datetime, talk: datetime | None, now: datetime) -> bool:
    """Tell whether to ask again: the talk has been, or none was planned for long."""
    if talk is not None and talk >= started_at:
        return talk <= now
    return started_at + ASKED_AFTER <= now


def postpone(employee: Employee, manager_id: int) -> None:
    """Begin to wait for a talk, or wait anew from now. The caller commits."""
    lock(employee)
    one = waiting(employee.id, manager_id)
    if one is None:
        ids = {"team_id": employee.team_id, "employee_id": employee.id}
        db.session.add(Postponement(manager_id=manager_id, **ids))
    else:
        one.started_at = utc_now()


def end(employee_id: int, manager_id: int) -> bool:
    """Wait no longer; tell whether there was waiting. The caller commits."""
    one = waiting(employee_id, manager_id)
    if one is not None:
        one.ended_at = utc_now()
    return one is not None


def waiting(employee_id: int, manager_id: int) -> Postponement | None:
    found: Postponement | None = db.session.scalar(
        select(Postponement).where(
            Postponement.employee_id == employee_id, open_for(manager_id)
        )
    )
    return found


def ended_by(rows: Sequence[Rating]) -> bool:
    """End the waiting where one of these rows rates a criterion; tell whether it did.

    The caller commits.
    """
    rated = [row for row in rows if row.criterion in rules.CRITERIA and row.rater_id]
    return bool(rated) and end(rated[0].employee_id, rated[0].rater_id or 0)
