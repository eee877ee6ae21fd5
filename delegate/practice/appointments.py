"""What stands in a calendar: one-on-ones, look-backs and check-ins, as iCalendar.

An appointment keeps its UID for as long as it is the same one, whatever it is moved to
and at whatever address Delegate runs; its SEQUENCE only rises. So a calendar program
moves it, and never has it twice. Knows no page, and not who asks.

Source: RFC 5545 (iCalendar), RFC 7986 (a UID tells nothing of whom it is about).
"""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from ..models import (
    ROLES,
    Agreement,
    CheckIn,
    Employee,
    Membership,
    Talk,
    Task,
    Team,
    db,
)
from ..planning import LOOKS_BACK, is_there

KEPT = timedelta(days=90)
"""For how long what has been stays in the calendar."""

LASTS = timedelta(hours=1)
"""How long a one-on-one takes there: nobody is asked."""

ASK_AGAIN = timedelta(hours=1)
"""After how long a calendar program should look for news."""

A_DAY = timedelta(days=1)

OURS = uuid.UUID("6f1d9c0e-6a53-4c1c-9d0b-0d2f3c1b7a54")
"""Sets our UIDs apart from those that others make of the same words."""

WORKS_IN = ROLES[:2]
"""Who holds the appointments of a team: not who may only look at it."""


UNNAMED = {
    "talk": _("One-on-one"),
    "look_back": _("Looking back on an agreement"),
    "check_in": _("Check-in"),
}
"""What it is, and nothing of with whom or about what."""

NAMED = {
    "talk": _("One-on-one with %(name)s"),
    "look_back": _("Looking back with %(name)s: %(title)s"),
    "check_in": _("Check-in with %(name)s: %(title)s"),
}


class Appointment(NamedTuple):
    """One appointment: at a moment (UTC), or on a day.

    `kind`, `id`, `number` and `made_at` say which one it is, and never change;
    `sequence` rises with every change to what it shows, and never falls.
    `stamp` is when it or what is known of the person last changed; of when a task got
    another title nothing is kept.
    """

    kind: str
    id: int
    number: int
    made_at: datetime
    sequence: int
    stamp: datetime
    at: datetime | None
    day: date | None
    name: str
    title: str

    @property
    def uid(self) -> str:
        made = self.made_at.isoformat()
        return str(uuid.uuid5(OURS, f"{self.kind} {self.id} {self.number} {made}"))


# ---- which there are


def teams_of(manager_id: int) -> Select[Any]:
    """Return the query for the ids of the teams whose appointments are a manager's."""
    return (
        select(Membership.team_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.manager_id == manager_id,
            Membership.role.in_(WORKS_IN),
            Team.removed_at.is_(None),
        )
    )


def of_teams(teams: Select[Any], today: date) -> list[Appointment]:
    """Return all that stands in the calendar of these teams, asked in one query."""
    mine = Employee.team_id.in_(teams)
    day = today - KEPT
    moment = datetime.combine(day, time())
    return found(
        talks(today).where(mine, Employee.next_talk_at >= moment),
        held(today).where(mine, Talk.at >= moment),
        look_backs(today).where(mine, Agreement.look_back_on >= day),
        check_ins(today).where(mine, CheckIn.day >= day),
    )


def found(*queries: Select[Any]) -> list[Appointment]:
    rows = db.session.execute(union_all(*queries))
    return sorted(Appointment(*row) for row in rows)


def talks(today: date) -> Select[Any]:
    """Return the query for the one-on-ones to come, with people who are there."""
    before = select(func.max(Talk.number)).where(Talk.employee_id == Employee.id)
    return (
        columns(
            "talk",
            Employee.id,
            Employee.version,
            Employee.changed_at,
            number=func.coalesce(before.scalar_subquery(), 0) + 1,
            made_at=Employee.created_at,
            at=Employee.next_talk_at,
        )
        .select_from(Employee)
        .where(Employee.next_talk_at.is_not(None), *present(today))
    )


def held(today: date) -> Select[Any]:
    """Return the query for the one-on-ones that were held.

    One bears the name as it is now, so its sequence rises with the person's version.
    """
    return (
        columns(
            "talk",
            Employee.id,
            later(Talk.sequence, Employee.version),
            later(Talk.held_at, Employee.changed_at),
            number=Talk.number,
            made_at=Employee.created_at,
            at=Talk.at,
        )
        .select_from(Talk)
        .join(Employee, Employee.id == Talk.employee_id)
        .where(*present(today))
    )


def look_backs(today: date) -> Select[Any]:
    """Return the query for the days to look back on what is agreed."""
    versions = Agreement.version + Employee.version + Task.version
    changed = func.coalesce(
        Agreement.changed_at, Agreement.agreed_at, Agreement.created_at
    )
    return agreed(
        columns(
            "look_back",
            Agreement.id,
            versions,
            later(changed, Employee.changed_at),
            made_at=Agreement.created_at,
            day=Agreement.look_back_on,
            title=Task.title,
        ).select_from(Agreement),
        today,
    ).where(Agreement.look_back_on.is_not(None))


def check_ins(today: date) -> Select[Any]:
    """Return the query for the check-ins that were not kept yet."""
    return agreed(
        columns(
            "check_in",
            CheckIn.id,
            CheckIn.version + Employee.version + Task.version,
            later(CheckIn.created_at, Employee.changed_at),
            made_at=CheckIn.created_at,
            day=CheckIn.day,
            title=Task.title,
        )
        .select_from(CheckIn)
        .join(Agreement, Agreement.id == CheckIn.agreement_id),
        today,
    ).where(CheckIn.kept_at.is_(None))


def columns(
    kind: str,
    id: Any,
    sequence: Any,
    stamp: Any,
    *,
    made_at: Any,
    number: Any = None,
    at: Any = None,
    day: Any = None,
    title: Any = None,
) -> Select[Any]:
    """Return a query for the fields of `Appointment`, alike for every kind."""
    none: Any = null()
    return select(
        literal(kind),
        id,
        literal(0) if number is None else number,
        made_at,
        sequence,
        stamp,
        cast(none, DateTime) if at is None else at,
        cast(none, Date) if day is None else day,
        Employee.name,
        literal("") if title is None else title,
    )


def later(one: Any, other: Any) -> Any:
    """Return the greater of two columns, in words that either database knows."""
    return case((one > other, one), else_=other)


def agreed(query: Select[Any], today: date) -> Select[Any]:
    """Narrow a query for agreements to those that hold, on what is still done."""
    return (
        query.join(Employee, Employee.id == Agreement.employee_id)
        .join(Task, Task.id == Agreement.task_id)
        .where(
            Agreement.state.in_(LOOKS_BACK),
            Task.removed_at.is_(None),
            Task.archived_at.is_(None),
            *present(today),
        )
    )


def present(today: date) -> tuple[ColumnElement[bool], ...]:
    return Employee.removed_at.is_(None), is_there(today)


# ---- as a file


def calendar(
    appointments: Iterable[Appointment], address: str, *, with_names: bool
) -> bytes:
    """Return these appointments as an iCalendar file; `address` opens Delegate.

    The library is imported when it is first needed: it takes a while.
    """
    import icalendar

    made = icalendar.Calendar()
    made.add("prodid", "-//Delegate//Delegate//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", "Delegate")
    made.add("x-wr-calname", "Delegate")
    made.add("refresh-interval", ASK_AGAIN, {"VALUE": "DURATION"})
    made.add("x-published-ttl", icalendar.vDuration(ASK_AGAIN))
    alike = icalendar.Event()
    alike.add("description", gettext("Open Delegate: %(address)s", address=address))
    alike.add("url", address)
    alike.add("class", "PRIVATE")
    words = {
        kind: str(said) for kind, said in (NAMED if with_names else UNNAMED).items()
    }
    for one in appointments:
        made.add_component(event(one, alike, words[one.kind]))
    return bytes(made.to_ical())


def event(one: Appointment, alike: Any, words: str) -> Any:
    """Return the event of an appointment; it has all that stands in `alike`."""
    import icalendar

    made = icalendar.Event(alike)
    made.add("uid", one.uid)
    made.add("sequence", one.sequence)
    made.add("dtstamp", one.stamp.replace(tzinfo=UTC))
    made.add("last-modified", one.stamp.replace(tzinfo=UTC))
    if one.at:
        begin = one.at.replace(tzinfo=UTC)
        made.add("dtstart", begin)
        made.add("dtend", begin + LASTS)
    elif one.day:
        made.add("dtstart", one.day)
        made.add("dtend", one.day + A_DAY)
        made.add("transp", "TRANSPARENT")
    made.add("summary", words % {"name": one.name, "title": one.title})
    return made


def tag_of(appointments: Iterable[Appointment], *about: Any) -> str:
    """Return what differs as soon as a file of these differs: made sooner than one."""
    words = repr((list(appointments), *about))
    return hashlib.sha256(words.encode()).hexdigest()
