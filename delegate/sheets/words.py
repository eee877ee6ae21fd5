"""What an import says: names of columns, and what is wrong with a file or a cell.

Codes in, English and Dutch out, as in `wording`, which has the words of the rules.
"""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from .. import wording
from .cells import Wanted
from .columns import Fault, Kind
from .spreadsheets import Code, ImportFault

FIELDS = {
    "name": _("Name"),
    "first_name": _("First name"),
    "infix": _("Infix"),
    "role": _("Role"),
    "hours_free": _("Hours a week free"),
    "title": _("Task"),
    "outcome": _("Outcome"),
    "limits": _("Limits"),
    **wording.TASK_QUESTIONS,
    "hours": _("Hours a week"),
    "deadline": _("Deadline"),
    "reserved": _("It stays with me"),
    "reserved_why": _("It stays with me, because"),
    "with_me": _("I do it myself now"),
}

KINDS = {
    Kind.PEOPLE: _("People"),
    Kind.TASKS: _("Tasks"),
}

FILE = {
    Code.EMPTY: _("There is nothing in it: no row with a name or a task."),
    Code.TWO_WAYS: _("Paste here or choose a file, not both."),
    Code.TOO_BIG: _("This is too much text. Split it and add the parts one by one."),
    Code.TOO_MANY_ROWS: _("At most 5,000 rows fit. Split it and add the parts."),
    Code.TOO_WIDE: _("There are more than 100 columns. Keep those that matter here."),
    Code.STRAY_QUOTE: _(
        "A quotation mark stands where no cell begins or ends, or is never closed."
    ),
    Code.NOT_TEXT: _(
        "This is neither a text file nor an .xlsx file. Save it as one of these."
    ),
    Code.OTHER_ENCODING: _("It cannot be read in this encoding. Choose another one."),
    Code.OLD_EXCEL: _("This is an old .xls file. Open it and save it as .xlsx."),
    Code.PASSWORD: _("This file has a password. Save it without one and try again."),
    Code.OPEN_DOCUMENT: _(
        "This is an .ods file. Open it and save it as .xlsx or .csv."
    ),
    Code.PDF: _("This is a PDF. Copy the text out of it and paste it here."),
    Code.NOT_A_WORKBOOK: _("This is no .xlsx workbook. Open it and save it as .xlsx."),
    Code.BROKEN: _("This file is damaged. Open it and save it again as .xlsx."),
    Code.UNPACKS_TOO_BIG: _(
        "This workbook is too large inside. Copy the cells that matter and paste them."
    ),
}

CELL = {
    Wanted.TEXT: _("Fill this in."),
    Wanted.LEGIBLE: _("A character got lost here. Type it again."),
    Wanted.HOURS: _("Give hours a week from 0 to 168."),
    Wanted.DAY: _("Write a day as 2026-11-23 or 23-11-2026."),
    Wanted.STAKES: _("Write low, medium or high."),
    Wanted.UNDO: _("Write easy, effort or no."),
    Wanted.CLARITY: _("Write clear, partly or unclear."),
    Wanted.YES_OR_NO: _("Write yes or no."),
}

SEPARATORS = {
    "tab": _("Tabs, or one per line"),
    "semicolon": _("Semicolons"),
    "comma": _("Commas"),
}

HEADERS = {
    "yes": _("The names of the columns"),
    "no": _("One to add, like the others"),
}

ENCODINGS = {
    "utf-8": _("UTF-8, as is usual"),
    "cp1252": _("Windows-1252, as Dutch Excel writes"),
    "utf-16-le": _("UTF-16, as Excel calls Unicode text"),
    "utf-16-be": _("UTF-16, big end first"),
    "mac_roman": _("Mac Roman, of an older Mac"),
    "cp850": _("DOS, as Excel calls CSV (MS-DOS)"),
}


def file_fault(fault: ImportFault) -> str:
    """Return what to do about a file, or a text, as a whole."""
    row = gettext("Row %(number)s:", number=fault.row) if fault.row else ""
    return f"{row} {FILE[fault.code]}".strip()


def fault(fault: Fault) -> str:
    """Return what to do about a cell."""
    if fault.wanted == Wanted.FEWER:
        return str(gettext("At most %(max)d characters fit here.", max=fault.most))
    return str(CELL[fault.wanted])
