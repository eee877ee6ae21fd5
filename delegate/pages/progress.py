"""What was let go over time: hours, levels, what moved and why, and what came back.

About tasks and the manager's own letting go: there is no choosing, adding up or sorting
by person. Shown on a page, and the same on paper.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from .. import access, i18n, printing
from ..assigning.cases import FREED
from ..database import PAGE
from ..forms import query_choice, query_page
from ..history import curve, letting_go
from ..history.letting_go import Move
from ..models import Team

bp = Blueprint("progress", __name__, cli_group=None)

MONTHS = {"3": 3, "12": 12, "36": 36, "all": None}
SPANS = {
    "3": _("3 months"),
    "12": _("12 months"),
    "36": _("3 years"),
    "all": _("Everything"),
}
SHOWN = {"all": _("All that moved"), "back": _("What came back or ended")}

MOST_ON_PAPER = 200
"""Most moves that are printed: the newest."""


class Listed(NamedTuple):
    """Some moves, newest first, and where they stand among all."""

    moves: Sequence[Move]
    page: int
    pages: int
    total: int


@bp.route("/progress")
def index() -> ResponseReturnValue:
    team = access.current_team()
    show, span = query_choice("show", SHOWN, "all"), asked_span()
    if team is None:
        return render_template(
            "progress/index.html", team=None, story=None, teams=access.my_teams()
        )
    return render_template(
        "progress/index.html",
        team=team,
        teams=access.my_teams(),
        show=show,
        shown=SHOWN,
        span=span,
        spans=SPANS,
        language=query_choice("language", i18n.LANGUAGES, i18n.language()),
        size=query_choice("paper", printing.PAPERS, "a4"),
        address=partial(url_for, ".index", team=team.id),
        to_page=partial(
            url_for, ".index", team=team.id, months=span, show=show, _anchor="moved"
        ),
        **told(team, span, show, query_page(), PAGE),
    )


@bp.route("/progress.pdf")
def download() -> ResponseReturnValue:
    """Hand over the same as a PDF, in the language chosen."""
    team = access.current_team() or abort(404)
    show, span = query_choice("show", SHOWN, "all"), asked_span()
    with i18n.speaking(query_choice("language", i18n.LANGUAGES, i18n.language())):
        html = render_template(
            "progress/print.html",
            team=team,
            show=show,
            shown=SHOWN,
            span=SPANS[span],
            today=i18n.today(),
            **told(team, span, show, 1, MOST_ON_PAPER),
        )
        name = printing.file_name(gettext("let go"), team.name, i18n.today())
    content = printing.print_out(html, query_choice("paper", printing.PAPERS, "a4"))
    return printing.as_file(content, name, to_keep="download" in request.args)


def asked_span() -> str:
    return query_choice("months", SPANS, "12")


def told(team: Team, span: str, show: str, page: int, most: int) -> dict[str, Any]:
    """Return what both the page and the paper tell."""
    story = letting_go.of_team(team.id, i18n.today(), MONTHS[span])
    moves = story.back if show == "back" else story.moves
    listed = list_of(moves, page, most)
    return {
        "story": story,
        "curve": curve.of(story.moments),
        "listed": listed,
        "reasons": letting_go.reasons(listed.moves),
        "freed": FREED,
        "month": month,
    }


def list_of(moves: Sequence[Move], page: int, most: int) -> Listed:
    """Return so many of the moves, newest first, from a page that there is."""
    pages = max(1, -(-len(moves) // most))
    page = min(page, pages)
    newest = moves[::-1][(page - 1) * most : page * most]
    return Listed(newest, page, pages, len(moves))


def month(moment: letting_go.Moment) -> str:
    """Return "November 2026"."""
    return i18n.written(moment.day, "LLLL y")
