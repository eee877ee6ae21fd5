"""What two people have for their one-on-one, and what becomes of it once it was held.

A question or an action comes along from talk to talk until it is done; a note belongs
to the talk it was written for. What is not shared is read by whoever wrote it, and by
nobody else. Knows no page and no words.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from .. import i18n
from ..models import (
    LIVE_STATES,
    Agreement,
    Employee,
    Manager,
    Talk,
    TalkItem,
    Task,
    db,
)
from ..practice.days import working_day

NOTE = "note"

AHEAD = timedelta(weeks=2)
"""How far ahead a look-back is near enough to talk about; and when to meet again."""

LONGEST = timedelta(weeks=26)
"""Between two talks; beyond this the last interval says nothing of the next."""

QUARTER = 15
"""Minutes to which a moment is rounded down that nobody chose."""

EARLIER = 8
"""Talks of which is told what was on the table; of others only how many there are."""

MOST = 100
"""Open items that one manager has with one person: more is nothing to talk about."""


SHARED = TalkItem.is_shared.is_(True)


class Item(NamedTuple):
    """One item, and by what name its maker goes; nothing where they are gone."""

    row: TalkItem
    maker: str | None

    @property
    def is_note(self) -> bool:
        return self.row.kind == NOTE


class Held(NamedTuple):
    """A talk that was held: what was written for it, and what was done by then."""

    talk: Talk
    done: Sequence[Item]
    notes: Sequence[Item]


class ToLookBack(NamedTuple):
    """An agreement to talk about: it is time to look back, or to agree it."""

    id: int
    state: str
    level: int
    look_back_on: date | None
    changed_at: datetime | None
    title: str


class Meeting(NamedTuple):
    """What there is to talk about with one person now, as one manager may read it."""

    last: Talk | None
    carried: Sequence[Item]
    questions: Sequence[Item]
    notes: Sequence[Item]
    actions: Sequence[Item]
    done: Sequence[Item]
    earlier: Sequence[Held]

    @property
    def number(self) -> int:
        """Which talk it is with this person, counted from 1."""
        return self.last.number + 1 if self.last else 1

    @property
    def older(self) -> int:
        """How many talks were held before those of `earlier`."""
        return self.number - 1 - len(self.earlier)


def readable(manager_id: int) -> ColumnElement[bool]:
    """Return the condition on the items that this manager may read."""
    return or_(SHARED, TalkItem.created_by_id == manager_id)


def of(employee: Employee, manager_id: int, *, own: bool = True) -> Meeting:
    """Return what this manager has with the person; unless `own`, only what is shared.

    In two queries, whatever was said before: of talks long held only the number counts.
    """
    talks = db.session.scalars(
        select(Talk)
        .where(Talk.employee_id == employee.id)
        .order_by(Talk.number.desc())
        .limit(EARLIER + 1)
    ).all()
    told, before = talks[:EARLIER], talks[EARLIER:]
    since = before[0].held_at if before else datetime.min
    found = items(employee, readable(manager_id) if own else SHARED, since)
    last = told[0].held_at if told else datetime.min
    here = [one for one in found if one.row.done_at is None]
    new = [one for one in here if one.row.created_at >= last]
    return Meeting(
        last=told[0] if told else None,
        carried=[one for one in here if not one.is_note and one.row.created_at < last],
        questions=[one for one in new if one.row.kind == "question"],
        notes=[one for one in new if one.is_note],
        actions=[one for one in new if one.row.kind == "action"],
        done=[one for one in found if one.row.done_at and one.row.done_at >= last],
        earlier=earlier(told, since, found),
    )


def shortened(found: Meeting, most: int) -> tuple[Meeting, int]:
    """Return what of it holds so many characters, and how many items are left out."""
    kept, more = {}, 0
    for part in ("carried", "questions", "notes", "actions"):
        rows = getattr(found, part)
        lengths = accumulate(len(one.row.text) for one in rows)
        kept[part] = rows[: sum(length <= most for length in lengths)]
        most -= sum(len(one.row.text) for one in kept[part])
        more += len(rows) - len(kept[part])
    return found._replace(**kept), more


def items(
    employee: Employee, which: ColumnElement[bool], since: datetime
) -> Sequence[Item]:
    """Return what is open, and what was written or done from `since` on, oldest first.

    What has a day comes first, by that day.
    """
    rows = db.session.execute(
        select(TalkItem, Manager.name, Manager.email)
        .outerjoin(Manager, Manager.id == TalkItem.created_by_id)
        .where(
            TalkItem.employee_id == employee.id,
            which,
            or_(
                and_(TalkItem.done_at.is_(None), TalkItem.kind != NOTE),
                TalkItem.created_at >= since,
                TalkItem.done_at >= since,
            ),
        )
        .order_by(TalkItem.due_on.asc().nulls_last(), TalkItem.id)
    )
    return [Item(row, name or email) for row, name, email in rows]


def earlier(
    talks: Sequence[Talk], since: datetime, found: Sequence[Item]
) -> Sequence[Held]:
    """Return the talks, newest first, each with what came up since the one before."""
    begins = [*(one.held_at for one in talks[1:]), since]
    return [
        Held(
            talk,
            [one for one in found if falls(one.row.done_at, begin, talk)],
            [
                one
                for one in found
                if one.is_note and falls(one.row.created_at, begin, talk)
            ],
        )
        for talk, begin in zip(talks, begins, strict=False)
    ]


def falls(moment: datetime | None, begin: datetime, talk: Talk) -> bool:
    """Tell whether `moment` lies from `begin` up to when the talk was held."""
    return moment is not None and begin <= moment < talk.held_at


def to_look_back(employee: Employee, today: date) -> Sequence[ToLookBack]:
    """Return the agreements to talk about: to look back on soon, changed, or drafts."""
    rows = db.session.execute(
        select(
            Agreement.id,
            Agreement.state,
            Agreement.level,
            Agreement.look_back_on,
            Agreement.changed_at,
            Task.title,
        )
        .join(Task, Task.id == Agreement.task_id)
        .where(
            Agreement.employee_id == employee.id,
            Agreement.state.in_(LIVE_STATES),
            Task.removed_at.is_(None),
            or_(
                Agreement.state == "draft",
                Agreement.changed_at.is_not(None),
                Agreement.look_back_on <= today + AHEAD,
            ),
        )
        .order_by(
            Agreement.state == "draft",
            Agreement.look_back_on.asc().nulls_last(),
            func.lower(Task.title),
        )
    )
    return [ToLookBack(*row) for row in rows]


def open_ones(employee: Employee, manager_id: int) -> Sequence[TalkItem]:
    """Return what this manager wrote for the person and is still to be talked about."""
    return db.session.scalars(
        select(TalkItem).where(
            TalkItem.employee_id == employee.id,
            TalkItem.created_by_id == manager_id,
            TalkItem.done_at.is_(None),
            or_(TalkItem.kind != NOTE, TalkItem.created_at >= last_held(employee)),
        )
    ).all()


def last_held(employee: Employee) -> datetime:
    last = last_talk(employee)
    return last.held_at if last else datetime.min


def last_talk(employee: Employee) -> Talk | None:
    found: Talk | None = db.session.scalar(
        select(Talk)
        .where(Talk.employee_id == employee.id)
        .order_by(Talk.number.desc())
        .limit(1)
    )
    return found


def hold(employee: Employee, manager_id: int, now: datetime) -> Talk:
    """Close the talk that was planned, or one that was not. The caller commits.

    It was at the moment planned, unless that is another day still to come.
    """
    planned, last = employee.next_talk_at, last_talk(employee)
    is_early = planned is not None and i18n.as_date(planned) > i18n.as_date(now)
    talk = Talk(
        team_id=employee.team_id,
        employee_id=employee.id,
        number=last.number + 1 if last else 1,
        at=now if planned is None or is_early else planned,
        sequence=employee.version + is_early,
        held_at=now,
        held_by_id=manager_id,
    )
    db.session.add(talk)
    employee.next_talk_at = None
    return talk


def next_moment(employee: Employee, now: datetime) -> datetime:
    """Return the moment to propose: as long after the last talk as that was after its
    own last, else in two weeks; at the same time, on a working day, still to come.
    """
    last = db.session.scalars(
        select(Talk)
        .where(Talk.employee_id == employee.id)
        .order_by(Talk.number.desc())
        .limit(2)
    ).all()
    at = i18n.local(last[0].at if last else now)
    interval = at.date() - i18n.as_date(last[1].at) if len(last) == 2 else AHEAD
    if not timedelta() < interval <= LONGEST:
        interval = AHEAD
    day = at.date() + interval
    if day <= i18n.as_date(now):
        day = i18n.as_date(now) + interval
    clock = at.replace(minute=at.minute // QUARTER * QUARTER, second=0, tzinfo=None)
    day = working_day(day, employee.team_id)
    return i18n.to_utc(datetime.combine(day, clock.time()))


def forget(manager_id: int) -> None:
    """Delete what nobody could read any more without this account. Does not commit."""
    db.session.execute(
        delete(TalkItem).where(
            TalkItem.created_by_id == manager_id, TalkItem.is_shared.is_(False)
        )
    )
