"""The trail: who saw, changed, took out or shared what, and never what was written.

A change is told where the session flushes it, in the transaction that makes it: of
every table but those in UNTOLD, those to come too. What passes by the flush, a bulk
UPDATE, INSERT or DELETE of a model, is told before it is sent. What was seen is told by
`viewing`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import g, has_request_context, session
from sqlalchemy import Connection, Select, insert, inspect, select, update
from sqlalchemy.event import listens_for
from sqlalchemy.orm import ORMExecuteState, Session

from ..models import (
    ROLES,
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
    OwnAnswer,
    OwnChoice,
    OwnView,
    PairEvent,
    Passkey,
    ProposedPerson,
    ProposedTask,
    Rating,
    Remark,
    Safeguard,
    SelfCheck,
    Team,
    TeamRound,
    Tries,
    db,
    utc_now,
)

UNTOLD = frozenset(
    {
        AuditEntry,
        Job,
        LoginSession,
        Manager,
        PairEvent,
        Passkey,
        ProposedPerson,
        ProposedTask,
        SelfCheck,
        TeamRound,
        Tries,
    }
)
"""Tables of accounts and of the machinery, or that say a second time what is told.

Of a proposal only that it was worked out; of a round only the codes, as links: who
answered, and when, is nobody's to know.
"""

OWNER = ROLES[0]

PARENTS = {
    CheckIn: (Agreement, "agreement_id"),
    LookBack: (Agreement, "agreement_id"),
    OwnAnswer: (OwnView, "own_view_id"),
    OwnChoice: (OwnView, "own_view_id"),
    Remark: (Rating, "rating_id"),
    Safeguard: (Agreement, "agreement_id"),
}
"""Whose person and team a row has that names neither itself."""

SHARING = {"added": "joined", "erased": "unshared"}
"""What adding or taking away is called of a membership."""

BY_LINK = frozenset({"own_view", "own_answer", "own_choice"})
"""What is filled in through a link, by someone without an account."""

OPENING = ("shared", "joined", "unshared")
"""What lets someone in, or not any more, and changes nothing that is kept of people."""


class Entry(NamedTuple):
    """What is told, but for when; who does it where that is not who asks."""

    action: str
    subject: str
    team_id: int | None = None
    employee_id: int | None = None
    manager_id: int | None = None


def too_old(by: datetime) -> Select[AuditEntry]:
    """Return the query for the entries from before `by`."""
    return select(AuditEntry).where(AuditEntry.at < by)


def actor_id() -> int | None:
    """Return who does this; None for a command, or for someone without an account."""
    if not has_request_context():
        return None
    manager = getattr(session, "manager", None) or g.get("_login_user")
    identity = inspect(manager).identity if isinstance(manager, Manager) else None
    return identity[0] if identity else None


@listens_for(db.session, "after_flush")
def tell_flushed(session: Session, _context: Any) -> None:
    """Tell of the rows that were just written, in their own transaction."""
    changed = [(row, values) for row in session.dirty if (values := new_values(row))]
    told = [
        *told_of([("added", row) for row in session.new]),
        *told_of([(action_of(type(row), values), row) for row, values in changed]),
        *told_of([("erased", row) for row in session.deleted]),
    ]
    write(session, without(told, session.deleted))


@listens_for(db.session, "do_orm_execute")
def tell_bulk(state: ORMExecuteState) -> None:
    """Tell of what one statement does to many rows, before it does so."""
    model = state.bind_mapper.class_ if state.bind_mapper else None
    statement: Any = state.statement
    if model is None or model in UNTOLD:
        return
    if state.is_insert:
        write(state.session, imported(model, state.parameters or {}))
    if state.is_update or state.is_delete:
        action = (
            action_of(model, set_values(statement)) if state.is_update else "erased"
        )
        rows = state.session.scalars(select(model).where(statement.whereclause)).all()
        told = told_of([(action, row) for row in rows])
        write(state.session, without(told, rows if state.is_delete else ()))


def tell_way_in(account: Manager) -> None:
    """Tell in each team of this account that another made a way into it.

    The caller commits.
    """
    mine = select(Membership.team_id).where(Membership.manager_id == account.id)
    teams: Sequence[int | None] = db.session.scalars(mine).all() or [None]
    write(db.session(), [Entry("shared", "account", team) for team in teams])


@listens_for(db.session, "after_commit")
@listens_for(db.session, "after_rollback")
def forget(session: Session) -> None:
    session.info.pop("told", None)


def new_values(row: Any) -> dict[str, Any]:
    """Return the columns of `row` that were changed, with what they are now."""
    state = inspect(row)
    keys = [one.key for one in state.mapper.column_attrs]
    return {
        key: getattr(row, key) for key in keys if state.attrs[key].history.has_changes()
    }


def set_values(statement: Any) -> dict[str, Any]:
    """Return the columns that an UPDATE sets to a value, with these values."""
    columns = statement.table.c.keys()
    given = statement.compile().params
    return {key: given[key] for key in columns if key in given}


def action_of(model: type[Any], values: Mapping[str, Any]) -> str:
    """Return what setting these columns is called; empty where it is not told."""
    if model is Link:
        return "unshared" if values.get("revoked_at") else ""
    if model is Membership:
        return "handed_over" if values.get("role") == OWNER else "changed"
    if model is OwnView and values.get("revealed_at"):
        return "opened"
    if "removed_at" in values:
        return "removed" if values["removed_at"] else "put_back"
    return "changed"


def told_of(done: Iterable[tuple[str, Any]]) -> Iterator[Entry]:
    """Yield what is told of these actions on rows."""
    for action, row in done:
        if isinstance(row, Membership):
            founder = action == "added" and row.role == OWNER
            action = "" if founder else SHARING.get(action, action)
        elif isinstance(row, OwnChoice):
            action = "" if action in ("added", "erased") else action  # with its view
        elif isinstance(row, Link):
            action = {"added": "shared", "erased": ""}.get(action, action)
        if action and is_calendar(row):
            yield from (
                Entry(action, row.kind, team_id)
                for team_id in db.session.scalars(works_in(row.manager_id))
            )
        elif action and type(row) not in UNTOLD:
            newcomer = row.manager_id if action == "joined" else None
            yield Entry(action, subject_of(row), *whose(row), newcomer)


def is_calendar(row: Any) -> bool:
    """Tell whether `row` is a link to what is planned in all of a manager's teams."""
    return isinstance(row, Link) and row.kind == "calendar"


def works_in(manager_id: int) -> Select[Any]:
    """Return the query for the teams whose appointments are a manager's own."""
    return select(Membership.team_id).where(
        Membership.manager_id == manager_id, Membership.role.in_(ROLES[:2])
    )


def subject_of(row: Any) -> str:
    """Return the name of the row's table; of a link what it opens, no more."""
    return str(row.kind if isinstance(row, Link) else row.__tablename__)


def whose(row: Any) -> tuple[int | None, int | None]:
    """Return the ids of the team and of the person that `row` is about."""
    if type(row) in PARENTS:
        model, key = PARENTS[type(row)]
        row = db.session.get(model, getattr(row, key))
    if isinstance(row, Team):
        return row.id, None
    if isinstance(row, Employee):
        return row.team_id, row.id
    return getattr(row, "team_id", None), getattr(row, "employee_id", None)


def without(told: Iterable[Entry], gone: Iterable[Any]) -> list[Entry]:
    """Return `told` without the ids of rows that are not there any more."""
    ids = {(type(row), row.id) for row in gone if isinstance(row, Team | Employee)}
    return [
        entry._replace(
            team_id=None if (Team, entry.team_id) in ids else entry.team_id,
            employee_id=None
            if (Employee, entry.employee_id) in ids
            else entry.employee_id,
        )
        for entry in told
    ]


def imported(model: type[Any], rows: Any) -> list[Entry]:
    """Return one entry for all the rows that one INSERT adds to a team."""
    listed = [rows] if isinstance(rows, Mapping) else rows
    teams = dict.fromkeys(row.get("team_id") for row in listed)
    return [Entry("imported", f"{model.__tablename__}s", team) for team in teams]


def write(session: Session, told: Iterable[Entry]) -> None:
    """Add what was not told yet in this transaction, and date the people in it."""
    already = session.info.setdefault("told", set())
    fresh = [entry for entry in dict.fromkeys(told) if entry not in already]
    if not fresh:
        return
    already.update(fresh)
    who = actor_id()
    is_by_link = who is None and has_request_context()
    rows = [
        {
            **entry._asdict(),
            "manager_id": entry.manager_id or who,
            "action": "answered"
            if is_by_link and entry.subject in BY_LINK
            else entry.action,
        }
        for entry in fresh
    ]
    connection = session.connection()
    connection.execute(insert(AuditEntry), rows)
    date_people(connection, [one for one in fresh if one.action not in OPENING])


def date_people(connection: Connection, changes: Iterable[Entry]) -> None:
    """Say of the people in `changes` that something about them changed just now.

    Past their version, which is about what a form shows.
    """
    ids = {one.employee_id for one in changes if one.employee_id}
    if ids:
        people: Any = Employee.__table__
        connection.execute(
            update(people).where(people.c.id.in_(ids)).values(changed_at=utc_now())
        )
