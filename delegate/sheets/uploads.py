"""What a reader sent of one kind: a text or a file, where it is from, how to read it.

Pure: takes the fields of a form as they are, and a file as bytes. Everything that was
sent can go back to the reader and come again, so nothing is kept in between.
"""

import json
from collections.abc import Mapping

from .batches import Batch, read_batch
from .cells import Limits
from .columns import Kind, names_first
from .spreadsheets import (
    ENCODINGS,
    Code,
    ImportFault,
    check_size,
    legible,
    pasted,
    reread,
    unmarked,
)
from .workbooks import Sheet, read_file


class Upload:
    """The text in the field named after `kind`, with its wishes in `kind`-… fields."""

    def __init__(self, kind: Kind, form: Mapping[str, str]) -> None:
        self.kind = kind
        prefix = f"{kind}-"
        self.wishes = {
            name.removeprefix(prefix): value
            for name, value in form.items()
            if name.startswith(prefix)
        }
        self.text = legible(form.get(kind, ""))
        self.sheets = kept_sheets(self.wishes.get("sheets", ""))
        if not self.sheets:  # A file says what it means: this was pasted.
            self.text = unmarked(self.text)
        self.sheet = place(self.wishes.get("sheet-was", ""), self.sheets)
        self.encoding = self.wishes.get("encoding-was", "")
        self.fault: ImportFault | None = None
        self.batch: Batch | None = None

    def read(self, file: bytes | None, limits: Limits) -> None:
        """Make a batch of what was sent, or note what is wrong with all of it."""
        try:
            if file is not None:
                self.take(file)
            self.choose_sheet()
            self.choose_encoding()
            if self.text.strip():
                text = check_size(self.text)
                self.batch = read_batch(self.kind, text, self.wishes, limits)
        except ImportFault as fault:
            self.fault = fault

    def take(self, file: bytes) -> None:
        """Take the text out of a file."""
        if self.text.strip():
            raise ImportFault(Code.TWO_WAYS)
        source = read_file(file)
        self.sheets, self.encoding = source.sheets, source.encoding
        self.sheet = likely(source.sheets, self.kind)
        self.text, self.wishes = source.sheets[self.sheet].text, {}

    def choose_sheet(self) -> None:
        """Turn to the sheet that is wished, and keep what was mended in this one."""
        wish = place(self.wishes.get("sheet", ""), self.sheets)
        if "sheet" in self.wishes and wish != self.sheet:
            self.sheets[self.sheet] = Sheet(self.sheets[self.sheet].name, self.text)
            self.text, self.wishes = self.sheets[wish].text, {}
            self.sheet = wish

    def choose_encoding(self) -> None:
        """Read the text of a file again in the encoding that is wished."""
        wish = self.wishes.get("encoding", self.encoding)
        if self.encoding not in ENCODINGS or wish not in ENCODINGS:
            self.encoding = ""
        elif wish != self.encoding:
            self.text = legible(reread(self.text, self.encoding, wish))
            self.encoding, self.wishes = wish, {}

    @property
    def choices(self) -> list[tuple[int, str]]:
        return [(number, sheet.name) for number, sheet in enumerate(self.sheets)]

    @property
    def kept(self) -> str:
        """The sheets, to come back with the form; the one in sight is its text."""
        pairs = [
            (sheet.name, "" if number == self.sheet else sheet.text)
            for number, sheet in enumerate(self.sheets)
        ]
        return json.dumps(pairs, ensure_ascii=False)


def kept_sheets(kept: str) -> list[Sheet]:
    """Return the sheets that `kept` wrote; none if somebody else wrote it."""
    try:
        return [Sheet(legible(name), legible(text)) for name, text in json.loads(kept)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []


def likely(sheets: list[Sheet], kind: Kind) -> int:
    """Return the place of the first sheet with a column for names, or titles; else 0.

    A workbook often begins with a sheet about itself: so does the one we make.
    """
    tops = (next(iter(pasted(sheet.text.lstrip("\n"))), []) for sheet in sheets)
    return next((n for n, cells in enumerate(tops) if names_first(cells, kind)), 0)


def place(wish: str, sheets: list[Sheet]) -> int:
    """Return the place in `sheets` that is wished; the first one if it is none."""
    return next((n for n in range(len(sheets)) if str(n) == wish), 0)
