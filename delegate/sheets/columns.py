"""Rows of cells in, people or tasks out: which column is what, and what a cell says.

Pure: knows no file, no request and no database. The names of columns are recognised in
English and Dutch. A cell that cannot be understood is a fault at its row and column.
"""

import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from .cells import (
    HOURS,
    CellFault,
    Limits,
    Reader,
    Wanted,
    check_legible,
    clarity,
    day,
    hours,
    line,
    plain,
    said,
    stakes,
    text,
    undo,
    yes_or_no,
)
from .spreadsheets import MOST_ROWS, Code, ImportFault, Row, unguarded


class Kind(StrEnum):
    PEOPLE = "people"
    TASKS = "tasks"


class Column(NamedTuple):
    """What a column can hold, and the names people give it."""

    read: Reader
    names: str


FIELDS: dict[Kind, dict[str, Column]] = {
    Kind.PEOPLE: {
        "name": Column(
            line,
            "name,full name,employee,person,people,naam,medewerker,wie,mensen,"
            "last name,surname,family name,achternaam,familienaam,geslachtsnaam",
        ),
        "first_name": Column(line, "first name,given name,voornaam,roepnaam"),
        "infix": Column(line, "infix,name prefix,tussenvoegsel,tussenvoegsels"),
        "role": Column(line, "role,function,job title,position,rol,functie"),
        "hours_free": Column(
            hours,
            "hours free,free hours,hours a week free,hours free a week,"
            "uren vrij,vrije uren,vrije uren per week,"
            "uren vrij per week,uren per week vrij",
        ),
    },
    Kind.TASKS: {
        "title": Column(line, "title,task,tasks,taak,taken,titel,taaknaam,task name"),
        "outcome": Column(text, "outcome,result,desired outcome,resultaat,uitkomst"),
        "limits": Column(text, "limits,boundaries,grenzen,kaders,kader"),
        "stakes": Column(
            stakes,
            "stakes,at stake,what is at stake,how much depends on it,belang,"
            "wat hangt ervan af,wat ervan afhangt,hoeveel hangt ervan af,risico",
        ),
        "undo": Column(
            undo,
            "undo,can it be undone,reversible,terug te draaien,"
            "is het terug te draaien,omkeerbaar",
        ),
        "outcome_clear": Column(
            clarity,
            "outcome clear,is the outcome clear,resultaat duidelijk,"
            "is het resultaat duidelijk",
        ),
        "limits_clear": Column(
            clarity,
            "limits clear,are the limits clear,grenzen duidelijk,"
            "zijn de grenzen duidelijk,kaders duidelijk",
        ),
        "hours": Column(
            hours, "hours,hours a week,hours per week,uren,uren per week,tijd"
        ),
        "deadline": Column(day, "deadline,due,due date,klaar op,datum,uiterlijk"),
        "reserved": Column(
            yes_or_no,
            "reserved,stays with me,it stays with me,blijft bij mij,"
            "het blijft bij mij,voorbehouden",
        ),
        "reserved_why": Column(
            text,
            "because,why it stays with me,it stays with me because,"
            "het blijft bij mij omdat,stays with me because,omdat,"
            "waarom bij mij,blijft bij mij omdat",
        ),
        "with_me": Column(
            yes_or_no,
            "with me,with me now,i do it myself,i do it myself now,"
            "doe ik zelf,nu bij mij,ik doe het nu zelf",
        ),
    },
}
FIRST = {kind: next(iter(fields)) for kind, fields in FIELDS.items()}
"""The one field that every row must have: a name or a title."""

TOTALS = {"total", "totals", "total hours", "sum", "totaal", "totalen", "totaal uren"}
"""What the last row of a sheet may be called that adds up those above it."""

KNOWN = {
    kind: {
        said(name): field
        for field, column in fields.items()
        for name in column.names.split(",")
    }
    for kind, fields in FIELDS.items()
}


def is_header(cells: Iterable[str], kind: Kind) -> bool:
    """Tell whether a row names columns rather than a person or a task."""
    return any(said(cell) in KNOWN[kind] for cell in cells)


def names_first(cells: Iterable[str], kind: Kind) -> bool:
    """Tell whether a row has a column for the one field that every row must have."""
    return any(KNOWN[kind].get(said(cell)) == FIRST[kind] for cell in cells)


def guess_fields(rows: Sequence[Row], kind: Kind, has_header: bool) -> list[str]:
    """Return the field of each column, "" for one to leave out."""
    width = max((len(row.cells) for row in rows), default=0)
    first = rows[0].cells if rows and has_header else []
    fields: list[str] = []
    for cell in [*first, *[""] * (width - len(first))]:
        found = KNOWN[kind].get(said(cell), "")
        fields.append("" if found in fields else found)
    if FIRST[kind] not in fields and "first_name" in fields:
        fields[fields.index("first_name")] = FIRST[kind]
    if FIRST[kind] not in fields and "" in fields:
        fields[fields.index("")] = FIRST[kind]
    if kind == Kind.PEOPLE and not has_header and width > 1:
        numbers = all(HOURS.fullmatch(cell_at(row, 1) or "0") for row in rows)
        fields[1] = "hours_free" if numbers else "role"
    return fields


def cell_at(row: Row, place: int) -> str:
    return row.cells[place].strip() if place < len(row.cells) else ""


# ---- from rows to people and tasks


class Fault(NamedTuple):
    """What is wrong with one cell."""

    field: str
    wanted: Wanted
    most: int


class Twin(NamedTuple):
    """What a row is the same as: an earlier row, or (None) what is there already."""

    number: int | None
    exactly: bool


@dataclass(slots=True)
class Item:
    """One person or task to add, and the row it came from.

    The key names the row by what it holds, so that it stays the same row when those
    above it are mended.
    """

    key: str
    row: Row
    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    twin: Twin | None = None
    is_total: bool = False

    @property
    def is_doubted(self) -> bool:
        """Whether to add it is for the reader to decide."""
        return self.is_total or self.twin is not None


def read_items(
    rows: Sequence[Row], fields: Sequence[str], kind: Kind, limits: Limits
) -> list[Item]:
    """Return what `rows` say, each with its faults.

    Raises ImportFault if there is nothing, or too much.
    """
    if not rows:
        raise ImportFault(Code.EMPTY)
    if len(rows) > MOST_ROWS:
        raise ImportFault(Code.TOO_MANY_ROWS)
    times: Counter[int] = Counter()
    items: list[Item] = []
    for row in rows:
        check = zlib.crc32("\t".join(row.cells).encode("utf-8", "replace"))
        times[check] += 1
        items.append(Item(f"{check:08x}-{times[check]}", row, {}))
        fill(items[-1], fields, kind, limits)
    words = next((cell for cell in rows[-1].cells if cell.strip()), "")
    items[-1].is_total = len(items) > 1 and plain(words) in TOTALS
    return items


def fill(item: Item, fields: Sequence[str], kind: Kind, limits: Limits) -> None:
    """Read the cells of one row, and note those that cannot be understood."""
    for place, name in enumerate(fields):
        if not name:
            continue
        try:
            cell = check_legible(unguarded(cell_at(item.row, place)))
            item.values[name] = FIELDS[kind][name].read(cell, limits)
        except CellFault as fault:
            item.faults.append(Fault(name, fault.wanted, fault.most))
    join_name(item, limits)
    if item.values.get(FIRST[kind]) == "":
        item.faults.append(Fault(FIRST[kind], Wanted.TEXT, 0))


def join_name(item: Item, limits: Limits) -> None:
    """Put the parts of a name before the rest of it, unless it is whole already."""
    first, infix = item.values.pop("first_name", ""), item.values.pop("infix", "")
    name = item.values.get("name")
    if name is None or name.casefold().startswith(f"{first} ".casefold()):
        return
    try:
        item.values["name"] = line(
            " ".join(part for part in (first, infix, name) if part), limits
        )
    except CellFault as fault:
        item.faults.append(Fault("name", fault.wanted, fault.most))


def mark_twins(items: Iterable[Item], kind: Kind, there: Iterable[str]) -> None:
    """Mark each item that is the same as an earlier one, or as one of `there`.

    Not even exactly the same, but for capitals and blanks, is proof: the reader
    decides.
    """
    seen: dict[str, tuple[int | None, set[str]]] = {}
    for taken in there:
        seen.setdefault(loose(taken), (None, set()))[1].add(strict(taken))
    for item in items:
        name = item.values.get(FIRST[kind], "")
        if not name:
            continue
        if known := seen.get(loose(name)):
            item.twin = Twin(known[0], strict(name) in known[1])
            known[1].add(strict(name))
        else:
            seen[loose(name)] = (item.row.number, {strict(name)})


def strict(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def loose(name: str) -> str:
    return plain(name).replace(" ", "") or strict(name)
