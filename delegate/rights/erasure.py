"""Erasing: for good, without a trace, and when something has been kept long enough.

Whatever hangs on a person or a team goes with its row, as the tables say. What lies
outside of them, such as printed files and messages not shown yet, is named here. Knows
no page and no words.
"""

import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    and_,
    delete,
    literal,
    or_,
    select,
    true,
)

from .. import database, texts
from ..dialogue import meeting, mending
from ..identity import links
from ..models import (
    Agreement,
    AuditEntry,
    CheckIn,
    Employee,
    Job,
    Link,
    LoginSession,
    LookBack,
    Manager,
    Membership,
    OwnView,
    Rating,
    Remark,
    Safeguard,
    Step,
    TalkItem,
    Task,
    Team,
    TeamConditions,
    Tries,
    db,
)
from ..removal import KEPT
from ..upkeep import jobs
from . import audit

GRACE = timedelta(days=30)
"""What was changed this short ago is kept, also of someone who left long before."""

WARNING = timedelta(days=30)
"""How long beforehand a manager is told."""

TRAIL_KEPT = timedelta(days=730)
"""How long the audit trail goes back."""

UNDER: Any = (
    (Rating, Remark),
    (Agreement, Safeguard),
    (Agreement, LookBack),
    (Agreement, CheckIn),
    (Employee, Step),
    (Employee, TalkItem),
    (Employee, OwnView),
)
"""Rows with texts that are found, and gone to, by the row they hang on."""

SHORTEST = 3
"""Characters a name must have to be looked for in the texts about others."""

ENDS = re.compile(r"^\W+|\W+$")
"""What is no letter around a name: a full stop, a bracket."""


class Due(NamedTuple):
    """Someone whose time is over on `on`."""

    employee: Employee
    on: date


def months_later(day: date, months: int) -> date:
    """Return the same day so many months on, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def due_on(employee: Employee, keep_months: int, today: date) -> date:
    """Return the day on which what is written of this person has been kept for long.

    The months count from the last change, and from leaving for whoever has left.
    """
    changed, left = employee.changed_at.date(), employee.left_on
    return ends_on(changed, left, keep_months, today)


def ends_on(changed: date, left: date | None, keep_months: int, today: date) -> date:
    """Return the same for who was `changed` last, and perhaps has left, on that day."""
    if left is None or left > today:
        return months_later(changed, keep_months)
    return max(months_later(left, keep_months), changed + GRACE)


def may_be_due(team: Team, by: date, today: date) -> ColumnElement[bool]:
    """Return the condition on all who are due by then, and on few others.

    No month is shorter than four weeks: whom this finds, `due_on` can tell.
    """
    months = timedelta(weeks=4) * team.keep_months
    long_ago, lately = (
        datetime.combine(by - time + timedelta(days=1), datetime.min.time())
        for time in (months, GRACE)
    )
    has_left = and_(Employee.left_on.is_not(None), Employee.left_on <= today)
    return and_(
        literal(not team.is_sample),
        or_(
            and_(~has_left, Employee.changed_at < long_ago),
            and_(
                has_left,
                Employee.left_on < long_ago.date(),
                Employee.changed_at < lately,
            ),
        ),
    )


def due(team: Team, by: date, today: date) -> list[Due]:
    """Return who of the team is to be erased on `by` or before, the first one first.

    Nobody of the sample team is: those people do not exist.
    """
    if team.is_sample:
        return []
    people = db.session.scalars(
        select(Employee).where(
            Employee.team_id == team.id, Employee.removed_at.is_(None)
        )
    )
    found = [Due(one, due_on(one, team.keep_months, today)) for one in people]
    return sorted((one for one in found if one.on <= by), key=lambda one: one.on)


def warned(team: Team, today: date) -> list[Due]:
    """Return who of the team is to be erased before long."""
    return due(team, today + WARNING, today)


def mentions(employee: Employee, manager_id: int) -> list[Any]:
    """Return the rows about something or someone else in which the name stands.

    Only in what this manager may read: that a name stands in a colleague's own note
    would tell of that note.

    As a word, whole or only its first part. Erasing leaves those texts: they are about
    others, and only a reader can tell.
    """
    called = employee.name, texts.first_name(employee.name)
    parts = {ENDS.sub("", composed(name)) for name in called}
    names = [re.escape(part) for part in parts if len(part) >= SHORTEST]
    named = re.compile(rf"\b({'|'.join(names)})\b", re.IGNORECASE)
    found = [
        row
        for row, text in said(employee, manager_id)
        if names and named.search(composed(text))
    ]
    return list(dict.fromkeys(found))


def composed(text: str) -> str:
    """Return `text` with each accent in its letter, however it was typed."""
    return unicodedata.normalize("NFC", text)


def said(employee: Employee, manager_id: int) -> Iterator[tuple[Any, str]]:
    """Yield what stands in the rows of the team that do not go with this person."""
    may_read: dict[Any, ColumnElement[bool]] = {
        OwnView: OwnView.revealed_at.is_not(None),
        Step: or_(Step.kind != mending.KIND, mending.repairs(manager_id)),
        TalkItem: meeting.readable(manager_id),
    }
    for model in (Task, Employee, Rating, Agreement):
        for row in db.session.scalars(others(model, employee)):
            yield row, written(row)
    for model, under in UNDER:
        below: Any = others(model, employee).join(under).add_columns(under)
        for row, child in db.session.execute(below.where(may_read.get(under, true()))):
            yield row, written(child)
    conditions = db.session.get(TeamConditions, employee.team_id)
    if conditions:
        yield conditions, written(conditions)


def written(row: Any) -> str:
    return "\n".join(getattr(row, one.key) for one in text_columns(type(row)))


def others(model: Any, employee: Employee) -> Select[Any]:
    """Return the query for such rows of one kind, but for what was removed."""
    query = select(model).where(model.team_id == employee.team_id)
    if model is not Task:
        someone = select(Employee.id).where(
            Employee.id != employee.id, Employee.removed_at.is_(None)
        )
        whose = model.id if model is Employee else model.employee_id
        query = query.where(whose.in_(someone))
    if model in (Task, Agreement):
        there = select(Task.id).where(Task.removed_at.is_(None))
        query = query.where((model.id if model is Task else model.task_id).in_(there))
    return query


def text_columns(model: Any) -> list[Any]:
    """Return the columns of a table that people write in."""
    return [
        column
        for column in model.__mapper__.column_attrs
        if (
            isinstance(column.columns[0].type, String | Text)
            and column.columns[0].default is not None
        )
        or column.key in ("name", "title", "text")
    ]


def erase(rows: Iterable[Any]) -> bool:
    """Erase these people, tasks, teams or accounts with all that hangs on them.

    Commits. What an account saw of other managers' people stays there, of a colleague.
    False where the log of the database still holds it, because someone reads in it or
    the disk is full: a purge after that empties it.
    """
    gone: dict[type[Any], list[int]] = {}
    for row in rows:
        gone.setdefault(type(row), []).append(row.id)
    teams = {*gone.get(Team, ())}
    for model in (Employee, Task):
        teams.update(teams_of(model, gone.get(model, ())))
    wipe(teams)
    accounts = gone.get(Manager, [])
    jobs.discard(Job.manager_id.in_(accounts))
    addresses = select(Manager.email).where(Manager.id.in_(accounts))
    drop(Link, Link.email.in_(addresses))
    for model, ids in gone.items():
        db.session.execute(delete(model).where(model.id.in_(ids)))
    db.session.commit()
    return database.leave_no_trace()


def teams_of(model: Any, ids: Iterable[int]) -> Iterator[int]:
    yield from db.session.scalars(select(model.team_id).where(model.id.in_(ids)))


def owned(manager: Manager) -> list[Team]:
    """Return the teams of the manager's own, the removed ones too."""
    return list(
        db.session.scalars(
            select(Team)
            .join(Membership, Membership.team_id == Team.id)
            .where(Membership.manager_id == manager.id, Membership.role == "owner")
            .order_by(Team.id)
        )
    )


def others_in(team: Team, manager: Manager) -> list[Manager]:
    """Return who else works in the team or looks at it, the first one first."""
    return list(
        db.session.scalars(
            select(Manager)
            .join(Membership, Membership.manager_id == Manager.id)
            .where(Membership.team_id == team.id, Manager.id != manager.id)
            .order_by(Manager.id)
        )
    )


def heir(manager: Manager) -> Manager | None:
    """Return who becomes administrator when this account goes; mostly nobody has to.

    The oldest account that owns a team, or else the oldest one.
    """
    rest = select(Manager).where(Manager.id != manager.id, Manager.active)
    if not manager.is_admin or db.session.scalar(rest.where(Manager.is_admin).limit(1)):
        return None
    owners = select(Membership.manager_id).filter_by(role="owner")
    first = rest.order_by(Manager.id.not_in(owners), Manager.id)
    return db.session.scalar(first.limit(1))


def wipe(teams: Iterable[int]) -> None:
    """Throw away what lies outside the rows: printed files, messages not shown yet."""
    ids = list(teams)
    jobs.forget(ids)
    mine = select(Membership.manager_id).where(Membership.team_id.in_(ids))
    for one in db.session.scalars(
        select(LoginSession).where(LoginSession.manager_id.in_(mine))
    ):
        content = json.loads(one.content)
        if content.pop("_flashes", None):
            one.content = json.dumps(content)


class Purged(NamedTuple):
    """How many of each were erased because they had been kept long enough."""

    people: int
    removed: int
    links: int
    entries: int


def purge(now: datetime) -> Purged:
    """Erase what has been kept long enough at `now`, in UTC. Commits."""
    today, long_ago = now.date(), now - KEPT
    people = [one for team in in_use() for one in held_due(team, today)]
    removed = [
        row
        for model in (Team, Employee, Task)
        for row in held(select(model).where(model.removed_at < long_ago))
    ]
    drop(LoginSession, LoginSession.expires_at < now)
    drop(Tries, Tries.until < now)
    old_links = links.expired(long_ago).with_only_columns(Link.id)
    old_entries = audit.too_old(now - TRAIL_KEPT).with_only_columns(AuditEntry.id)
    counts = (
        drop(Link, Link.id.in_(old_links)),
        drop(AuditEntry, AuditEntry.id.in_(old_entries)),
    )
    jobs.sweep(now)
    erase([*people, *removed])
    return Purged(len(people), len(removed), *counts)


def held_due(team: Team, today: date) -> list[Employee]:
    """Return who is due, once whoever changes something of them is done."""
    ids = [one.employee.id for one in due(team, today, today)]
    held(select(Employee).where(Employee.id.in_(ids)))
    return [one.employee for one in due(team, today, today) if one.employee.id in ids]


def held(query: Select[Any], *, stays: bool = False) -> list[Any]:
    """Return the rows, read anew, that nobody else can change until this ends.

    Where such a row `stays`, others may hang something on it meanwhile.
    """
    locked = query.with_for_update(key_share=stays)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def in_use() -> list[Team]:
    """Return the teams, once whoever changes for how long they keep is done."""
    teams = select(Team).where(Team.removed_at.is_(None)).order_by(Team.id)
    return held(teams, stays=True)


def drop(model: Any, where: Any) -> int:
    """Delete rows that nothing hangs on, and return how many."""
    return db.session.execute(delete(model).where(where)).rowcount  # type: ignore[attr-defined, no-any-return]
