"""One text that adds people, or tasks: how it is read, and what it would add.

Pure: knows no request and no database. How a text is read is guessed, shown, and then
what the reader wishes. A wish holds for as long as what it was about stays the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .cells import Limits
from .columns import (
    FIELDS,
    FIRST,
    Item,
    Kind,
    guess_fields,
    is_header,
    mark_twins,
    read_items,
)
from .spreadsheets import (
    COMMA,
    SEMICOLON,
    TAB,
    Code,
    ImportFault,
    guess_separator,
    split,
)

SEPARATORS = {"tab": TAB, "semicolon": SEMICOLON, "comma": COMMA}
HEADERS = ("yes", "no")


@dataclass(slots=True)
class Batch:
    """What a text adds: its columns, its rows, and those that stay out of it."""

    kind: Kind
    text: str
    separator: str
    header: str
    names: list[str]
    fields: list[str]
    items: list[Item]
    left_out: set[str] = field(default_factory=set)
    as_shown: bool = False

    @property
    def adding(self) -> list[Item]:
        return [item for item in self.items if item.key not in self.left_out]

    @property
    def faulty(self) -> list[Item]:
        return [item for item in self.adding if item.faults]

    @property
    def layout(self) -> str:
        """What the fields of the columns rest on."""
        return f"{self.separator} {self.header}"

    @property
    def lacks_first(self) -> bool:
        """No column holds the names or the titles."""
        return FIRST[self.kind] not in self.fields

    @property
    def twice(self) -> list[str]:
        """Fields that more than one column should fill."""
        used = [name for name in self.fields if name]
        return sorted({name for name in used if used.count(name) > 1})

    @property
    def is_clear(self) -> bool:
        """Nothing in it is in the way."""
        return not (self.faulty or self.lacks_first or self.twice)

    @property
    def has_doubts(self) -> bool:
        return any(item.is_doubted for item in self.items)


def read_batch(
    kind: Kind, text: str, wishes: Mapping[str, str], limits: Limits
) -> Batch:
    """Return what `text` adds, read as `wishes` says and else as it looks.

    Raises ImportFault.
    """
    separator = wishes.get("separator", "")
    if separator not in SEPARATORS:
        sign = guess_separator(text, lambda cells: is_header(cells, kind))
        separator = next(name for name in SEPARATORS if SEPARATORS[name] == sign)
    rows = split(text, SEPARATORS[separator])
    if not rows:
        raise ImportFault(Code.EMPTY)
    shown = wishes.get("shown", "")
    header = wishes.get("header", "") if shown.startswith(f"{separator} ") else ""
    if header not in HEADERS:
        header = "yes" if is_header(rows[0].cells, kind) else "no"
    fields = guess_fields(rows, kind, header == "yes")
    as_shown = shown == f"{separator} {header}"
    if as_shown:
        fields = wished_fields(wishes, kind, len(fields))
    names = rows.pop(0).cells if header == "yes" else []
    return Batch(
        kind=kind,
        text=text,
        separator=separator,
        header=header,
        names=names + [""] * (len(fields) - len(names)),
        fields=fields,
        items=read_items(rows, fields, kind, limits),
        as_shown=as_shown,
    )


def wished_fields(wishes: Mapping[str, str], kind: Kind, width: int) -> list[str]:
    """Return the field chosen for each column; what is not one is left out."""
    chosen = [wishes.get(f"column-{place}", "") for place in range(width)]
    return [name if name in FIELDS[kind] else "" for name in chosen]


def leave_out(
    batch: Batch, there: Iterable[str], ticked: Iterable[str], asked: Iterable[str]
) -> None:
    """Mark twins; leave out what was ticked, and exact twins and a total not yet asked.

    `there` are the names in the team, `ticked` and `asked` are keys of rows.
    """
    mark_twins(batch.items, batch.kind, there)
    asked, ticked = set(asked), set(ticked)
    batch.left_out = {
        item.key
        for item in batch.items
        if item.key in ticked
        or (
            (item.is_total or (item.twin and item.twin.exactly))
            and item.key not in asked
        )
    }
