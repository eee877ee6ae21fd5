"""An Excel workbook in, its sheets as text out; `writing` makes one.

A workbook is a zip of XML that somebody sent: it is unpacked here, by hand and counted,
before anything reads it.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any, NamedTuple

from .spreadsheets import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Code,
    ImportFault,
    Row,
    check_size,
    decode,
    guarded,
    legible,
    looks_binary,
    to_text,
)

MOST_UNPACKED = 20 * 1024 * 1024
MOST_MEMBERS = 200
MOST_SHEETS = 20
MOST_TAGS = 800_000
"""Most XML tags in sheets and their texts; about 5,000 rows of 40 filled cells."""

MOST_OTHER_TAGS = 150_000
"""Most in styles and the like, which take the longest to read."""

LAST_ROW = 4 * MOST_ROWS
"""How far down a sheet is read: blank rows in between included."""

CELLS = ("xl/worksheets/", "xl/sharedStrings")
ZIP = b"PK"
COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
"""What .xls begins with, and .xlsx inside a password."""


class Sheet(NamedTuple):
    name: str
    text: str


class Source(NamedTuple):
    """What a file holds: sheets that are not blank, and its encoding if it is text."""

    sheets: list[Sheet]
    encoding: str = ""


def read_file(content: bytes) -> Source:
    """Return what is in a file, by what it holds and not by its name.

    Raises ImportFault.
    """
    if not content.strip():
        raise ImportFault(Code.EMPTY)
    if content.startswith(ZIP):
        return Source(read_workbook(content))
    if content.startswith(COMPOUND_FILE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise ImportFault(Code.PASSWORD if locked else Code.OLD_EXCEL)
    if content.startswith(b"%PDF"):
        raise ImportFault(Code.PDF)
    text, encoding = decode(content)
    if looks_binary(text):
        raise ImportFault(Code.NOT_TEXT)
    return Source([Sheet("", check_size(legible(text)))], encoding)


def read_workbook(content: bytes) -> list[Sheet]:
    """Return the sheets of an .xlsx file that are not blank, the first one first.

    Raises ImportFault.
    """
    with unpacked(content) as clean:
        try:
            sheets = list(read_sheets(clean))
        except ImportFault:
            raise
        except Exception as error:
            # What a reader of someone else's XML raises has no end: KeyError for a
            # missing part, TypeError for an odd attribute, and so on.
            raise ImportFault(Code.BROKEN) from error
    if not sheets:
        raise ImportFault(Code.EMPTY)
    return sheets


def unpacked(content: bytes) -> io.BytesIO:
    """Return the XML of a workbook in a zip that unpacks to no more than we allow.

    The sizes that a zip states are checked first, and then what really comes out: a
    reader that asks for a whole member at once would unpack it all before it counts.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            check_members(source)
            return repacked(source)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, ImportFault):
            raise
        raise ImportFault(Code.BROKEN) from error
    except (NotImplementedError, RuntimeError) as error:
        raise ImportFault(Code.BROKEN) from error


def check_members(source: zipfile.ZipFile) -> None:
    """Raise ImportFault unless `source` is a workbook of an honest size."""
    members = source.infolist()
    if (
        len(members) > MOST_MEMBERS
        or sum(member.file_size for member in members) > MOST_UNPACKED
    ):
        raise ImportFault(Code.UNPACKS_TOO_BIG)
    if any(member.flag_bits & 1 for member in members):
        raise ImportFault(Code.PASSWORD)
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        open_document = "mimetype" in names and "content.xml" in names
        raise ImportFault(Code.OPEN_DOCUMENT if open_document else Code.NOT_A_WORKBOOK)


def repacked(source: zipfile.ZipFile) -> io.BytesIO:
    """Return the XML parts of `source`, unpacked and counted."""
    clean = io.BytesIO()
    room, tags = MOST_UNPACKED, {True: MOST_TAGS, False: MOST_OTHER_TAGS}
    with zipfile.ZipFile(clean, "w") as target:
        for member in source.infolist():
            if not member.filename.endswith((".xml", ".rels")):
                continue
            with source.open(member) as file:
                xml = read_at_most(file, room)
            room -= len(xml)
            tags[member.filename.startswith(CELLS)] -= xml.count(b"<")
            if min(tags.values()) < 0:
                raise ImportFault(Code.UNPACKS_TOO_BIG)
            target.writestr(member.filename, xml)
    clean.seek(0)
    return clean


def read_at_most(file: IO[bytes], room: int) -> bytes:
    """Return what is in `file`, unpacked piece by piece.

    Raises ImportFault once it is more than `room`.
    """
    parts: list[bytes] = []
    while part := file.read(64 * 1024):
        room -= len(part)
        if room < 0:
            raise ImportFault(Code.UNPACKS_TOO_BIG)
        parts.append(part)
    return b"".join(parts)


def read_sheets(file: io.BytesIO) -> Iterator[Sheet]:
    """Yield the sheets that are not blank."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and other things we do not read
        book = load_workbook(file, read_only=True, data_only=True)
        yield from first_readable(book.worksheets[:MOST_SHEETS])
        book.close()


def first_readable(sheets: list[Any]) -> Iterator[Sheet]:
    """Yield the first sheet that is not blank, and what can be chosen instead of it.

    Raises ImportFault for a fault in the first; other sheets that do not fit are not
    offered.
    """
    room = MOST_BYTES
    for sheet in sheets:
        is_first = room == MOST_BYTES
        try:
            text = to_text(read_rows(sheet))
        except ImportFault:
            if is_first:
                raise
            continue
        size = len(text.encode())
        if text and size <= room:
            room -= size
            yield Sheet(sheet.title, text)


def read_rows(sheet: Any) -> list[Row]:
    """Return the rows of a sheet that are not blank, however large it says it is."""
    rows: list[Row] = []
    cells = sheet.iter_rows(
        max_row=LAST_ROW, max_col=MOST_COLUMNS + 1, values_only=True
    )
    for number, values in enumerate(cells, start=1):
        texts = [as_typed(value) for value in values]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            rows.append(Row(number, texts))
        if len(rows) > MOST_ROWS + 1:
            raise ImportFault(Code.TOO_MANY_ROWS)
        if len(texts) > MOST_COLUMNS:
            raise ImportFault(Code.TOO_WIDE)
    return rows


def as_typed(value: object) -> str:
    """Return the value of a cell as somebody would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        at_midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return f"{value:%Y-%m-%d}" if at_midnight else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return guarded(text) if text.startswith("'") else text
