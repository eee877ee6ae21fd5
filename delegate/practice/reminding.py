"""What is due, told by mail to the managers who want that: once a day, in numbers.

A mail names nobody and no task: it may be read over a shoulder, and lies in a mailbox
for years. Knows no page and no request.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ScalarSelect, func, or_, select, update

from .. import i18n
from ..identity import letters
from ..models import Agreement, CheckIn, Employee, Manager, TalkItem, db
from . import appointments


class Reminded(NamedTuple):
    """How many managers have something due, and to whom it was mailed."""

    wanted: int
    sent: int
    failed: int


class Reader(NamedTuple):
    """A manager who wants to be told: no row, as that would be read anew when used."""

    id: int
    email: str
    before: date | None
    """When the mail before this one went out."""


def remind(today: date) -> Reminded:
    """Mail each manager who wants it what is due, unless that was done today.

    Commits as it goes: what was sent is not sent again, though this be killed. What
    goes wrong for one manager keeps nobody else from being told.
    """
    told = [attempt(reader, today) for reader in to_tell(today)]
    outcomes = [one for one in told if one != "nothing"]
    sent, failed = outcomes.count("sent"), outcomes.count("failed")
    return Reminded(len(outcomes), sent, failed)


def to_tell(today: date) -> list[Reader]:
    """Return who wants to be told, with an address of which is known whose it is."""
    rows = db.session.execute(
        select(Manager.id, Manager.email, Manager.reminded_on)
        .where(
            Manager.reminds,
            Manager.active,
            Manager.confirmed_at.is_not(None),
            not_yet(today),
        )
        .order_by(Manager.id)
    )
    return [Reader(*row) for row in rows]


def not_yet(today: date) -> Any:
    return or_(Manager.reminded_on.is_(None), Manager.reminded_on != today)


def attempt(reader: Reader, today: date) -> str:
    """Return how it went, whatever went wrong: the log says what."""
    try:
        return tell(reader, today)
    except Exception as error:
        db.session.rollback()
        current_app.logger.error("a reminder was not sent", exc_info=error)
        return "failed"


def tell(reader: Reader, today: date) -> str:
    """Mail what is due, and return "sent" or "failed"; "late" where another run just
    did, and "nothing" where nothing is due.

    No transaction is open while it is mailed: on SQLite nobody else could save then.
    """
    due = due_for(reader.id, today)
    if not due:
        return "nothing"
    mine = update(Manager).where(Manager.id == reader.id)
    claimed: Any = db.session.execute(
        mine.where(not_yet(today)).values(reminded_on=today)
    )
    db.session.commit()
    if not claimed.rowcount:
        return "late"
    sent = False
    try:
        sent = letters.send_reminder(reader.email, due)
    finally:
        if not sent:
            db.session.rollback()
            db.session.execute(mine.values(reminded_on=reader.before))
            db.session.commit()
    return "sent" if sent else "failed"


def due_for(manager_id: int, today: date) -> Mapping[str, int]:
    """Return how much is due of each kind of which there is some, in one query."""
    mine = Employee.team_id.in_(appointments.teams_of(manager_id))
    morning = i18n.to_utc(datetime.combine(today, time()))
    night = i18n.to_utc(datetime.combine(today + timedelta(days=1), time()))
    kinds = {
        "talks": appointments.talks(today).where(
            Employee.next_talk_at >= morning, Employee.next_talk_at < night
        ),
        "look_backs": appointments.look_backs(today).where(
            Agreement.look_back_on <= today
        ),
        "check_ins": appointments.check_ins(today).where(CheckIn.day <= today),
        "actions": own_actions(manager_id, today),
    }
    counts = [count(query.where(mine)).label(kind) for kind, query in kinds.items()]
    row = db.session.execute(select(*counts)).one()
    return {kind: number for kind, number in row._mapping.items() if number}


def own_actions(manager_id: int, today: date) -> Any:
    """Return the query for what a manager said to do by today, and has not done."""
    return (
        select(TalkItem.id)
        .join(Employee, Employee.id == TalkItem.employee_id)
        .where(
            TalkItem.created_by_id == manager_id,
            TalkItem.doer == "manager",
            TalkItem.due_on <= today,
            TalkItem.done_at.is_(None),
            *appointments.present(today),
        )
    )


def count(query: Any) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.subquery()).scalar_subquery()
