"""Rows of cells in, CSV and XLSX out. Knows no team and no table.

What someone typed stays a text, also where a spreadsheet would take it for a formula:
`guarded` does so in CSV, the kind of the cell does in a workbook.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any, NamedTuple

from ..texts import marked
from .spreadsheets import SEMICOLON, guarded

Cell = str | float | date | datetime | None
Cells = Sequence[Cell]

LONGEST = 32_767
"""Most characters in a cell of a workbook."""

WIDTH = 24
"""How wide a column is, in characters."""


class Page(NamedTuple):
    """A sheet: its name, of at most 31 characters, and its rows, the first in bold."""

    title: str
    rows: Iterable[Cells]


def write_csv(rows: Iterable[Cells], separator: str, file: IO[bytes]) -> None:
    """Write `rows` in UTF-8, with the mark by which Excel knows that."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC)
    for row in rows:
        writer.writerow([in_csv(cell, separator) for cell in row])
    text.flush()
    text.detach()


def in_csv(cell: Cell, separator: str) -> Any:
    """Return a cell as the spreadsheet of who separates so reads it."""
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, float):
        number = f"{cell:g}"
        return number.replace(".", ",") if separator == SEMICOLON else number
    return cell


def write_workbook(pages: Iterable[Page], file: IO[bytes]) -> None:
    """Write an XLSX with a sheet for each of `pages`, row by row."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    bold = Font(bold=True)
    book = Workbook(write_only=True)
    for page in pages:
        sheet = book.create_sheet(page.title)
        sheet.freeze_panes = "A2"
        sheet.sheet_format.defaultColWidth = WIDTH
        for number, row in enumerate(page.rows):
            sheet.append(
                [in_sheet(sheet, cell, None if number else bold) for cell in row]
            )
    book.save(file)


def in_sheet(sheet: Any, cell: Cell, font: Any) -> Any:
    """Return a cell that is what it is: a text never becomes a formula or a fault."""
    if not isinstance(cell, str):
        return cell
    text = marked(cell)[:LONGEST]
    # A bare text is written much sooner; only these two could begin something else.
    if not font and not text.startswith(("=", "#")):
        return text
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(sheet, text)
    made.data_type = "s"
    if font:
        made.font = font
    return made
