"""Files and pasted text in, rows of text cells out.

Pure: knows nothing of people and tasks, of requests or of the database. Any bytes at
all give rows or an `ImportFault` with a code; `words` has the words.
A workbook becomes the text that a spreadsheet puts on the clipboard, so that whatever
was sent can be mended as text.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from ..texts import marked

MOST_BYTES = 4_000_000
"""Most bytes of text: it goes to the reader and comes back in one request."""

MOST_ROWS = 5_000
MOST_COLUMNS = 100
TAB, SEMICOLON, COMMA = "\t", ";", ","


class Code(StrEnum):
    """What can be wrong with all of a file or a text."""

    EMPTY = "empty"
    TWO_WAYS = "two_ways"
    TOO_BIG = "too_big"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_WIDE = "too_wide"
    STRAY_QUOTE = "stray_quote"
    NOT_TEXT = "not_text"
    OTHER_ENCODING = "other_encoding"
    OLD_EXCEL = "old_excel"
    PASSWORD = "password"
    OPEN_DOCUMENT = "open_document"
    PDF = "pdf"
    NOT_A_WORKBOOK = "not_a_workbook"
    BROKEN = "broken"
    UNPACKS_TOO_BIG = "unpacks_too_big"


class ImportFault(ValueError):
    """A file or a text that cannot be read, and why; `row` where it is about one."""

    def __init__(self, code: Code, row: int = 0) -> None:
        super().__init__(code.value)
        self.code, self.row = code, row


class Row(NamedTuple):
    """One row that is not blank, by its number in the sheet, counted from 1."""

    number: int
    cells: list[str]


def check_size(text: str) -> str:
    """Return `text`, or raise ImportFault if it is more than can be sent back."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise ImportFault(Code.TOO_BIG)
    return text


def legible(text: str) -> str:
    """Return `text` with a mark for each sign that no page and no database can hold.

    A row that has one is to be mended; ends of lines and pages within a cell are not.
    """
    return marked(text.translate({0x0B: " ", 0x0C: " "}))


FORMULA = re.compile("'*[=+@\\t\\r\uff1d\uff0b\uff0d\uff20-]")
"""What a spreadsheet takes for a formula, or would without the apostrophes."""


def guarded(text: str) -> str:
    """Return `text` with an apostrophe before what could be taken for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


# ---- from bytes to text


ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be", "mac_roman", "cp850")
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
CP1252 = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in UNDEFINED
}
TO_BYTES = {ord(sign): byte for byte, sign in CP1252.items()}


def decode(content: bytes) -> tuple[str, str]:
    """Return `content` as text, and the encoding it was taken for.

    A mark at the start decides; then the zeros of UTF-16; then UTF-8, which hardly
    ever fits by accident; else Windows-1252, as Dutch Excel writes.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return as_text(content[len(mark) :], encoding), encoding
    zeros = [content[start::2].count(0) * 4 > len(content) for start in (0, 1)]
    if any(zeros) and len(content) % 2 == 0:
        encoding = "utf-16-be" if zeros[0] else "utf-16-le"
        return as_text(content, encoding), encoding
    try:
        return as_text(content, "utf-8"), "utf-8"
    except ImportFault:
        return as_text(content, "cp1252"), "cp1252"


def as_text(content: bytes, encoding: str) -> str:
    """Return `content` read as `encoding`; every byte means something in Windows-1252.

    Raises ImportFault if it does not fit.
    """
    if encoding == "cp1252":
        return content.decode("latin-1").translate(CP1252)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ImportFault(Code.OTHER_ENCODING) from None


def reread(text: str, was: str, now: str) -> str:
    """Return `text`, which was read as `was`, as it reads in the encoding `now`.

    Raises ImportFault if it does not fit.
    """
    try:
        content = (
            text.translate(TO_BYTES).encode("latin-1")
            if was == "cp1252"
            else text.encode(was)
        )
    except UnicodeEncodeError:
        raise ImportFault(Code.OTHER_ENCODING) from None
    return as_text(content, now)


def looks_binary(text: str) -> bool:
    """Tell whether one in twenty signs at the start is none that people type."""
    start = text[:4096]
    odd = sum(sign < " " and sign not in "\t\n\r\v\f" for sign in start)
    return odd * 20 > len(start)


# ---- from text to rows


LISTED = re.compile(r"\A\s*(?:[-–*•‣·]|[0-9]{1,3}[.)])\s+(?=\S)")
"""What a list has before each of its lines, copied out of a letter or a page."""


def unlisted(text: str) -> str:
    """Return a pasted list without the signs before its lines, where each has one."""
    lines = text.split("\n")
    if not all(LISTED.match(line) for line in lines if line.strip()):
        return text
    return "\n".join(LISTED.sub("", line, count=1) for line in lines)


QUOTED_CELL = r'(?:^|(?<=[\t,;]))("[^"]*(?:""[^"]*)*"(?![^\t\n,;]))'
SIGN = r"[^\S\n]*(?:[•‣·][^\S\n]+|(?:[-–*]|[0-9]{1,3}[.)])[^\S\t\n]+)(?=\S)"
UNMARKED = re.compile(f"{QUOTED_CELL}|^(?:{SIGN})+", re.MULTILINE)
"""A quoted cell, whose lines are its own, or the signs before a line. A number or a
dash with a tab after it may be a column: only `unlisted` takes it off."""


def unmarked(text: str) -> str:
    """Return pasted names or titles without the signs of a list, line by line."""
    return UNMARKED.sub(r"\1", unlisted(text))


QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"(?![^\t\n])')
PLAIN = re.compile(r"[^\t\n]*")


def split(text: str, separator: str) -> list[Row]:
    """Return the rows of `text` that are not blank.

    Raises ImportFault.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    records = pasted(text) if separator == TAB else comma_separated(text, separator)
    rows: list[Row] = []
    for number, cells in enumerate(records, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        rows.append(Row(number, cells))
        if len(rows) > MOST_ROWS + 1:  # one more, for the names of the columns
            raise ImportFault(Code.TOO_MANY_ROWS)
        if any(cell.strip() for cell in cells[MOST_COLUMNS:]):
            raise ImportFault(Code.TOO_WIDE)
    return rows


def comma_separated(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the records of a CSV file. What is oddly quoted is not guessed at."""
    records = csv.reader(
        io.StringIO(text, newline="\n"), delimiter=separator, strict=True
    )
    number = 1
    try:
        for cells in records:
            yield cells
            number += 1
    except csv.Error:
        raise ImportFault(Code.STRAY_QUOTE, number) from None


def pasted(text: str) -> Iterator[list[str]]:
    """Yield the records of text from a spreadsheet's clipboard, or one cell a line.

    A spreadsheet quotes a cell only for a break or a tab in it. Quotes that somebody
    typed around a word are part of the text.
    """
    place, cells = 0, list[str]()
    while place <= len(text):
        quoted = QUOTED.match(text, place)
        if quoted and re.search(r'[\t\n]|""', quoted[1]):
            cells.append(quoted[1].replace('""', '"'))
            place = quoted.end()
        else:
            plain = PLAIN.match(text, place)
            assert plain is not None  # it matches nothing at all as well
            cells.append(plain[0])
            place = plain.end()
        if text[place : place + 1] != TAB:
            yield cells
            cells = []
        place += 1


def to_text(rows: list[Row]) -> str:
    """Return `rows` as `pasted` reads them, each in the place its number says."""
    lines: list[str] = []
    for row in rows:
        lines.extend("" for _ in range(len(lines), row.number - 1))
        lines.append(TAB.join(as_cell(cell) for cell in row.cells))
    return check_size("\n".join(lines))


def as_cell(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith('"') or TAB in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def guess_separator(text: str, is_header: Callable[[list[str]], bool]) -> str:
    """Return what most likely stands between the cells of `text`.

    Titles have commas and semicolons in them too. So these count only where the
    first row names columns, or where all rows have as many cells as the first.
    """
    first = re.split(r"[\r\n]", text.lstrip()[:10_000], maxsplit=1)[0]
    apart = [sign for sign in (SEMICOLON, COMMA) if sign in first and TAB not in first]
    for separator in apart:
        if is_header(next(csv.reader([first], delimiter=separator))):
            return separator
    if TAB in text:
        return TAB
    return next((sign for sign in apart if is_even(text, sign)), TAB)


def is_even(text: str, separator: str) -> bool:
    """Tell whether all rows have as many cells, with no blank after a separator."""
    try:
        rows = split(text, separator)
    except ImportFault:
        return False
    running = any(cell.startswith(" ") for row in rows for cell in row.cells[1:])
    return len(rows) > 1 and len({len(row.cells) for row in rows}) == 1 and not running
