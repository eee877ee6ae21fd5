"""Everything that is kept of one team, as JSON: every row of every table it has.

Complete by what a table is: whatever belongs to a team goes along, also a table or a
column that is still to come, but for what stands in `LEFT_OUT`. docs/export.md tells
what is in it. Knows no requests.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, or_, select, true

from . import i18n, wording
from .database import streamed
from .dialogue import mending, polling
from .models import (
    Base,
    Link,
    Manager,
    OwnView,
    Proposal,
    Step,
    TalkItem,
    Team,
    TeamRound,
    db,
    utc_now,
)

FORMAT, VERSION = "delegate-team", 1
LEFT_OUT = {
    "job": "work that the server does and then forgets; it holds nothing of its own",
    "link.token_hash": "part of a key: a link stays a secret of who holds it",
}
"""Tables and columns of a team that stay behind, and why."""

HELD_BACK = {
    "own_view": "how people see themselves: nobody reads it before it is revealed",
    "team_round": "what a team answers: nothing of it is told before its round is over",
    "link": "codes of a team: which are used would tell how far such a round is",
    "talk_item": "what another manager noted for nobody else",
    "step": "what another manager does to mend trust",
    "proposal": "what another manager wished, when working out who could take what",
}
"""Tables of which some rows stay behind, with what hangs on them, and why."""

MANAGER: Any = Manager.__table__

OF_ITS_OWN: Mapping[Any, Callable[[int], ColumnElement[bool]]] = {
    OwnView.__table__: lambda _: OwnView.revealed_at.is_not(None),
    Link.__table__: lambda _: Link.kind != polling.KIND,
    TalkItem.__table__: lambda reader_id: or_(
        TalkItem.is_shared, TalkItem.created_by_id == reader_id
    ),
    Step.__table__: lambda reader_id: or_(
        Step.kind != mending.KIND, Step.created_by_id == reader_id
    ),
    Proposal.__table__: lambda reader_id: Proposal.manager_id == reader_id,
}
"""The conditions that do not follow from what a table is, see `HELD_BACK`."""


class Reader(NamedTuple):
    """Which team goes along, and with whom: what is another manager's own does not."""

    team_id: int
    manager_id: int


def of_team(table: Table, reader: Reader) -> ColumnElement[bool] | None:
    """Return the condition on the rows of `table` that belong to the team, if any can.

    A row does that says so itself, and one that hangs on such rows.
    """
    if table is Team.__table__:
        return Team.id == reader.team_id
    if table is TeamRound.__table__:
        return polling.told(reader.team_id)
    if "team_id" in table.c:
        more = OF_ITS_OWN[table](reader.manager_id) if table in OF_ITS_OWN else true()
        return and_(table.c.team_id == reader.team_id, more)
    hangs = [
        key.parent.in_(select(key.column).where(condition))
        for key in table.foreign_keys
        if key.column.table is not table
        and not key.parent.nullable
        and (condition := of_team(key.column.table, reader)) is not None
    ]
    return and_(*hangs) if hangs else None


def tables(reader: Reader) -> dict[Table, ColumnElement[bool]]:
    """Return the tables of which rows go along, and the condition on these rows."""
    conditions = {
        table: of_team(table, reader)
        for table in Base.metadata.sorted_tables
        if table.name not in LEFT_OUT
    }
    return {table: one for table, one in conditions.items() if one is not None}


def columns(table: Table) -> list[Any]:
    return [one for one in table.c if f"{table.name}.{one.name}" not in LEFT_OUT]


def rows(table: Table, condition: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `table` that meet `condition`, a few read at a time."""
    query = select(*columns(table)).where(condition).order_by(*table.primary_key)
    for row in streamed(query):
        yield {name: plain(value) for name, value in row._mapping.items()}


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: moments in UTC."""
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return value.isoformat() if isinstance(value, date) else value


def managers(reader: Reader) -> list[dict[str, Any]]:
    """Return who is named by number in the rows, by no more than their name."""
    ids = {
        id
        for table, condition in tables(reader).items()
        for key in table.foreign_keys
        if key.column.table is MANAGER
        for id in db.session.scalars(select(key.parent).where(condition).distinct())
    }
    named = select(Manager.id, Manager.name).where(Manager.id.in_(ids))
    return [row._asdict() for row in db.session.execute(named.order_by(Manager.id))]


def write(team: Team, manager: Manager, file: IO[str]) -> None:
    """Write all that `manager` can take along of `team`, one row a line."""
    reader = Reader(team.id, manager.id)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": plain(utc_now()),
        "language": i18n.language(),
        "purpose": str(wording.PURPOSE),
        "advice": str(wording.ADVICE),
        "note": str(wording.WORKING_NOTE),
        "left_out": LEFT_OUT | HELD_BACK,
        "managers": managers(reader),
    }
    file.write(in_json(head)[:-1] + ', "tables": {')
    for number, (table, condition) in enumerate(tables(reader).items()):
        file.write(f'{"," if number else ""}\n"{table.name}": [')
        for place, row in enumerate(rows(table, condition)):
            file.write(f"{',' if place else ''}\n{in_json(row)}")
        file.write("]")
    file.write("}}\n")


def in_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
