"""The whole rule in words and tables, open to everybody, signed in or not.

Every number on the page is read from the rules; none is typed here a second time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from .. import access, agreeing, assigning, planning, rules, wording
from ..forms.trying import TryForm, tried
from ..history import raising
from ..practice import checking
from ..rules import Clarity, Level, Ratings, Recommendation, Stakes, Task, Undo

bp = Blueprint("method", __name__, url_prefix="/method", cli_group=None)

CONTENTS = {
    "short": _("In short"),
    "try": _("Try it"),
    "levels": _("Seven levels"),
    "inputs": _("What counts"),
    "ceilings": _("How far each of these goes"),
    "lowest": _("The lowest decides"),
    "safeguards": _("Safeguards"),
    "postures": _("How it goes now"),
    "example": _("An example, worked out"),
    "always": _("What always holds"),
    "never": _("What never counts"),
    "team": _("First the team"),
    "planner": _("Who could take what"),
    "sources": _("Where it comes from"),
    "purpose": _("What it is for"),
}
"""The headings, by the name of their place on the page."""

RATINGS = Ratings(choices=4, informs=4, needs=3, help=4, familiarity=4)
TASK = Task(stakes=Stakes.MEDIUM, undo=Undo.EFFORT, clarity=Clarity.CLEAR)
"""The example: someone who knows the work and plans ahead a little late."""


class Variant(NamedTuple):
    """The example but for one thing, and what then comes out."""

    words: Any
    advice: Recommendation


@bp.route("/")
@access.public
def index() -> ResponseReturnValue:
    form = TryForm(formdata=request.args)
    is_sound = form.validate()
    page = render_template(
        "method/index.html",
        form=form,
        tried=tried(form) if is_sound else None,
        contents=CONTENTS,
        rating_ceilings=sorted(rules.RATING_CEILINGS.items(), key=lambda one: one[1]),
        clamped=clamped(),
        weeks=agreeing.WEEKS,
        apart={level: checking.apart(level) for level in Level},
        overdue=planning.OVERDUE.days,
        right_after=raising.RIGHT_AFTER.days,
        look_again=round(planning.LOOK_AGAIN.days / 30.4),
        example=rules.recommend(RATINGS, TASK),
        known=known(),
        variants=list(variants()),
        freed=assigning.FREED,
        provisional=assigning.PROVISIONAL,
    )
    return page, 200 if is_sound else 422


def clamped() -> tuple[int, int]:
    """Return the lowest and the highest level, between which every ceiling is kept."""
    return int(min(Level)), int(max(Level))


def known() -> Mapping[str, Any]:
    """Return what the example says of each input, in words."""
    rated = {name: getattr(RATINGS, name) for name in rules.RATED}
    return {
        **rated,
        "clarity": wording.CLARITY[Clarity.CLEAR],
        "stakes": wording.STAKES[Stakes.MEDIUM],
    }


def variants() -> Iterator[Variant]:
    """Yield the example with something else in it, each for one part of the rule."""
    unseen, late = replace(RATINGS, help=None), replace(RATINGS, informs=2)
    small = replace(TASK, stakes=Stakes.LOW, undo=Undo.EASY)
    big = replace(TASK, stakes=Stakes.HIGH)
    final = replace(big, undo=Undo.NO)
    vague = replace(TASK, clarity=Clarity.UNCLEAR)
    advise = rules.recommend
    yield Variant(_("Asking for help is not yet observed."), advise(unseen, TASK))
    yield Variant(_("A small part of it, easy to undo."), advise(RATINGS, small))
    yield Variant(_("Much more is at stake."), advise(RATINGS, big))
    yield Variant(_("Outcome or limits are unclear."), advise(RATINGS, vague))
    yield Variant(_("Informing in time is a 2."), advise(late, TASK))
    yield Variant(
        _("The same, with a fixed update moment agreed."),
        advise(late, TASK, {"informs"}),
    )
    yield Variant(
        _("A 2, with much at stake that cannot be undone."), advise(late, final)
    )
