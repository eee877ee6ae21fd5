"""What a cell says: a text, hours, a day, or one of a few answers.

Pure: knows no file, no column and no database. English and Dutch are recognised alike.
An empty cell is no answer, never a default.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from ..rules import Clarity, Stakes, Undo
from ..texts import is_fit, one_line, tidy


class Wanted(StrEnum):
    """What a cell should have held."""

    TEXT = "text"
    FEWER = "fewer"
    LEGIBLE = "legible"
    HOURS = "hours"
    DAY = "day"
    STAKES = "stakes"
    UNDO = "undo"
    CLARITY = "clarity"
    YES_OR_NO = "yes_or_no"


class CellFault(ValueError):
    """A cell that cannot be understood; `most` is how many characters fit."""

    def __init__(self, wanted: Wanted, most: int = 0) -> None:
        super().__init__(wanted.value)
        self.wanted, self.most = wanted, most


class Limits(NamedTuple):
    """What the tables hold.

    The most characters in a title and in a text, the most hours a week, and the years.
    """

    title: int
    text: int
    hours: int
    years: range


def plain(text: str) -> str:
    """Return `text` to compare: small letters, no accents, no signs."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", bare))


LONGEST_ANSWER = 10_000


def said(cell: str) -> str:
    """Return an answer to compare, without (asides); a lone sign stands for itself."""
    if len(cell) > LONGEST_ANSWER:
        return cell
    return plain(re.sub(r"\([^()]*\)", " ", cell)) or cell.strip()


def check_legible(cell: str) -> str:
    """Return `cell`, or raise CellFault if a character in it got lost."""
    if not is_fit(cell):
        raise CellFault(Wanted.LEGIBLE)
    return cell


def line(cell: str, limits: Limits) -> str:
    """Return a text on one line: a name or a title."""
    return fitting(one_line(tidy(cell)), limits.title)


def text(cell: str, limits: Limits) -> str:
    """Return a text that may run on."""
    return fitting(tidy(cell), limits.text)


def fitting(cell: str, most: int) -> str:
    if len(cell) > most:
        raise CellFault(Wanted.FEWER, most)
    return cell


HOURS = re.compile(r"(\d{1,4})(?:[.,](\d{1,9}))? *(?:h|hours?|u|uur|uren)?\.?", re.I)


def hours(cell: str, limits: Limits) -> float | None:
    """Return hours a week; a decimal comma is as good as a point."""
    if said(cell) in NOTHING:
        return None
    parts = HOURS.fullmatch(cell.strip())
    number = (
        float(f"{parts[1]}.{parts[2] or 0}") if parts and parts[0].isascii() else -1
    )
    if not 0 <= number <= limits.hours:
        raise CellFault(Wanted.HOURS)
    return round(number, 2)


MONTHS = {
    **{"jan": 1, "feb": 2, "mar": 3, "mrt": 3, "maa": 3, "apr": 4, "may": 5, "mei": 5},
    **{"jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11},
    "dec": 12,
}
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+)?")
DAY_FIRST = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2}|[a-z]{3,9})[-/. ]+(\d{4}|\d{2})")
SERIAL = re.compile(r"[2-8]\d{4}")
FIRST_SERIAL = date(1899, 12, 30)
"""The day that Excel counts from, once its leap day of 1900 is allowed for."""


def day(cell: str, limits: Limits) -> date | None:
    """Return a day: year first, or day first as on a Dutch screen, or Excel's count."""
    cell = cell.strip().casefold()
    if said(cell) in NOTHING:
        return None
    try:
        found = calendar_day(cell)
    except ValueError:
        raise CellFault(Wanted.DAY) from None
    if found.year not in limits.years:
        raise CellFault(Wanted.DAY)
    return found


def calendar_day(cell: str) -> date:
    """Return the day of a cell that holds one. Raises ValueError."""
    if SERIAL.fullmatch(cell) and cell.isascii():
        return FIRST_SERIAL + timedelta(days=int(cell))
    return date(*year_month_day(cell))


def year_month_day(cell: str) -> tuple[int, int, int]:
    """Return the parts of a written day. Raises ValueError."""
    if parts := YEAR_FIRST.fullmatch(cell):
        return int(parts[1]), int(parts[2]), int(parts[3])
    parts = DAY_FIRST.fullmatch(cell)
    if not parts:
        raise ValueError(cell)
    year = int(parts[3]) + (2000 if len(parts[3]) == 2 else 0)
    named = MONTHS.get(parts[2][:3])
    return year, named or int(parts[2]), int(parts[1])


Reader = Callable[[str, Limits], Any]


NOTHING = ("", "-", "–", "—", "?")


def choice(wanted: Wanted, answers: dict[Any, str], nothing: Any = None) -> Reader:
    """Return a reader of one of `answers`, each with its words between commas.

    `nothing` is what an empty cell says.
    """
    known = {
        said(word): answer
        for answer, words in answers.items()
        for word in words.split(",")
    }

    def read(cell: str, limits: Limits) -> Any:
        word = said(cell)
        if word in NOTHING:
            return nothing
        if word not in known:
            raise CellFault(wanted)
        return known[word]

    return read


stakes = choice(
    Wanted.STAKES,
    {
        Stakes.LOW: "low,little,small,low stakes,laag,weinig,klein,klein belang",
        Stakes.MEDIUM: "medium,middle,something,some,medium stakes,"
        "midden,middel,middelmatig,gemiddeld,gemiddeld belang,wat",
        Stakes.HIGH: "high,a lot,lot,much,large,high stakes,hoog,veel,groot,"
        "groot belang",
    },
)
undo = choice(
    Wanted.UNDO,
    {
        Undo.EASY: "easy,easily,easy to undo,makkelijk,gemakkelijk,eenvoudig,"
        "makkelijk terug te draaien",
        Undo.EFFORT: "effort,with effort,takes effort to undo,moeite,met moeite,"
        "lastig,moeilijk,met moeite terug te draaien",
        Undo.NO: "no,not,none,cannot be undone,nee,niet,onomkeerbaar,"
        "niet terug te draaien",
    },
)
clarity = choice(
    Wanted.CLARITY,
    {
        Clarity.CLEAR: "clear,yes,duidelijk,helder,ja",
        Clarity.PARTLY: "partly,partly clear,deels,gedeeltelijk,deels duidelijk",
        Clarity.UNCLEAR: "unclear,not clear,no,onduidelijk,niet duidelijk,nee",
    },
)
yes_or_no = choice(
    Wanted.YES_OR_NO,
    {True: "yes,y,ja,j,x,v,1,true,waar,✓,✔,☑", False: "no,n,nee,0,false,onwaar"},
    nothing=False,
)
