"""What a text may hold, wherever it comes from: a form, a cell or a command.

Pure. A text comes back as it was typed, joined emoji and marks of direction included,
but for the ends of its lines. What no database could hold, or no reader could see, is
to be refused where it was typed. A name is one line, and never turns round what stands
after it on a page; which part of it someone is addressed by is told here.
"""

import re
import unicodedata
from itertools import takewhile

LOST = "\ufffd"
"""The mark that stands where a sign got lost, here or on its way to us."""

CONTROLS = "\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
HALVES = "\ud800-\udfff"
NO_SIGNS = "\ufdd0-\ufdef" + "".join(
    chr(plane + last)
    for plane in range(0, 0x110000, 0x10000)
    for last in (0xFFFE, 0xFFFF)
)
"""Places that Unicode keeps empty; no page may hold them."""

UNFIT = re.compile(f"[{LOST}{CONTROLS}{HALVES}{NO_SIGNS}]")
"""All controls but tabs and ends of lines, and whatever else no page can show."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that change the direction of all that follows; pasted names bring them in."""

UNSEEN = "\u034f\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that show nothing, though their kind says otherwise."""

UNSEEN_KINDS = ("Cc", "Cf", "Cs", "Mn", "Zl", "Zp", "Zs")


def is_fit(text: str) -> bool:
    """Tell whether `text` can be kept and shown."""
    return not UNFIT.search(text)


def marked(text: str) -> str:
    """Return `text` with a visible mark for each sign that is not fit."""
    return UNFIT.sub(LOST, text)


def tidy(text: str | None) -> str:
    """Return `text` with plain line ends, without blanks around it, fit to be shown.

    What is not fit becomes a visible mark, so that it can be taken out; a text that
    shows nothing at all is none.
    """
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    text = marked(text)
    return text if any(map(is_seen, text)) else ""


def is_seen(sign: str) -> bool:
    return sign not in UNSEEN and unicodedata.category(sign) not in UNSEEN_KINDS


PARTICLES = """
aan al am auf bij bin da de del dem den der di do dos du een el het ibn in la le les op
over 't te ten ter tot uit van vom von voor zu zum zur
"""
"""Small words in a name, which alone are nobody's name."""


def is_particle(word: str) -> bool:
    return word.casefold().replace("\u2019", "'") in PARTICLES.split()


def first_name(name: str) -> str:
    """Return by which part of a name someone is addressed; "Jansen, Ann" is Ann.

    Never a particle alone: without a first name it is "Van Dijk".
    """
    family, _comma, given = name.partition(",")
    for word in given.replace(",", " ").split():
        if not is_particle(word):
            return word
    words = family.split() or name.split()
    small = [*takewhile(is_particle, words)]
    return " ".join(words[: len(small) + 1])


def one_line(text: str) -> str:
    """Return a tidy name or title, as a pasted one may have breaks in it."""
    return TURNING.sub("", re.sub("[\n\t\u2028\u2029]", " ", text)).strip()
