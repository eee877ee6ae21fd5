"""What people are told about what is kept of them: one text, for the page and the copy.

The same facts as docs/privacy/notice.en.md. Knows no rows and no requests.

Source: GDPR, articles 13 to 15.
"""

from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ..models import KEEP_MONTHS, Team


class Point(NamedTuple):
    """A question that someone has about what is kept of them, and the answer."""

    question: Any
    answer: Any


BEFORE = (
    Point(
        _("What is written?"),
        _(
            "Your name and role. What your manager saw of your work: a score from 1 to"
            " 5 with an example, or “not yet observed”. What you agreed together, what"
            " came of it, and how that came about. Notes for your talks. What you said"
            " about it. How you see it yourself, if"
            " you fill that in: nobody reads it before you open both views together."
            " It all comes from your manager and from what you say."
        ),
    ),
    Point(
        _("What does not belong there?"),
        _("Your health, absence, private life or pay. There is no field for it."),
    ),
    Point(
        _("Why?"),
        _(
            "To talk together and to grow; not for pay or promotion. The legal basis is"
            " the interest of your employer in dividing work with care, unless your"
            " employer has named another."
        ),
    ),
    Point(
        _("Who sees it?"),
        _(
            "Your manager, and colleagues with whom your manager shares the team. The"
            " program records who looked, and keeps that for 24 months. Whoever looks"
            " after the server can reach what is on it, and uses that for nothing else."
        ),
    ),
)
AFTER = (
    Point(
        _("Who decides?"),
        _(
            "Your manager. The program only gives advice, by fixed rules that you may"
            " read; nothing is decided by itself."
        ),
    ),
)
RIGHTS = (
    _(
        "You may see everything and get a copy, earlier scores and notes too. You get"
        " it within a month, for free."
    ),
    _("You disagree with a score? Say so. Your words are put beside it."),
    _(
        "Is a fact wrong? It is corrected. Is something there that should not be? You"
        " may ask to have it erased."
    ),
    _("You may object, or ask to leave it alone until it is settled."),
    _(
        "You may complain to the supervisory authority; in the Netherlands that is the"
        " Autoriteit Persoonsgegevens. Asking never counts against you."
    ),
)


def points(months: int | None = None) -> list[Point]:
    """Return what is told; `months` for how long a team keeps it, where it is known."""
    return [*BEFORE, Point(_("How long?"), how_long(months)), *AFTER]


def how_long(months: int | None) -> str:
    if months is None:
        words = gettext(
            "%(usual)s months after the last change, unless your manager has chosen"
            " another period, of at most %(most)s months. If you leave, it counts from"
            " that day.",
            usual=Team.__table__.c.keep_months.default.arg,
            most=KEEP_MONTHS[-1],
        )
    else:
        words = gettext(
            "%(months)s months after the last change. If you leave, it counts from that"
            " day.",
            months=months,
        )
    return str(words)


def whom_to_ask(contact: str | None) -> str:
    """Say where someone turns to; `contact` is a setting of the organisation."""
    if not contact:
        return str(gettext("Ask your manager."))
    return str(gettext("Ask your manager, or %(contact)s.", contact=contact))
