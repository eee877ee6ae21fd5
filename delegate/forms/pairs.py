"""The forms on the page of one person and one task, and what goes together in them.

Says what is wrong in words for the field to mend; writes nothing.
"""

from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from .. import wording
from ..dialogue import safeguarding
from ..dialogue.phrasing import ABOUT_WHY
from ..models import FACTS, Agreement, Task
from ..rules import Recommendation
from . import Choice, DayField, LevelField, LongText, NoteText, VersionedForm
from .ratings import UNSEEN, CriterionForm
from .safeguards import SafeguardsForm, safeguard

USUAL_MORE = {f"more-{n}": words for n, words in enumerate(wording.REASONS_FOR_MORE)}
USUAL_LESS = {f"less-{n}": words for n, words in enumerate(wording.REASONS_FOR_LESS)}
OWN_WORDS = {"": _("In my own words")}


def fact(name: str) -> Choice:
    questions, answers = wording.TASK_QUESTIONS, wording.TASK_ANSWERS
    return Choice(questions[name], answers[name], required=True)


class AnswerForm(VersionedForm):
    """The facts of the task that have no answer yet; the level waits for them all."""

    stakes = fact("stakes")
    undo = fact("undo")
    outcome_clear = fact("outcome_clear")
    limits_clear = fact("limits_clear")

    @property
    def asked(self) -> list[Any]:
        return [field for field in self if field.name in FACTS]

    def ask_only(self, task: Task) -> None:
        """Keep what was not answered before; what is sent along counts as asked."""
        for fact in FACTS:
            if fact not in task.unanswered() and fact not in request.form:
                del self[fact]


class NowForm(VersionedForm):
    current = LevelField(
        _("How does it go now?"), none=_("Nobody yet, or not done by this person")
    )


class FamiliarForm(CriterionForm):
    """How familiar the person is with the task; here no score needs an example."""

    lacks_example = False

    score = Choice(
        wording.CRITERIA["familiarity"],
        {**wording.BEHAVIOUR["familiarity"], UNSEEN: wording.UNSEEN},
        required=True,
    )
    example = NoteText(_("One example you saw or heard"))


class ChooseForm(SafeguardsForm):
    """Which level is chosen, and what a first agreement needs to know beside it.

    Its version is that of the live agreement that the page showed.
    """

    level = LevelField(_("Which level do you choose?"), required=True)
    usual = Choice(_("Usual reasons"), {**OWN_WORDS, **USUAL_MORE, **USUAL_LESS})
    reason = NoteText(_("Reason, if it differs from the advice"), phrases=ABOUT_WHY)
    safeguard_choices = safeguard("choices")
    safeguard_informs = safeguard("informs")
    safeguard_needs = safeguard("needs")
    safeguard_help = safeguard("help")
    decides = LongText(_("You decide"))
    look_back_on = DayField(
        _("We look back on"),
        description=_(
            "Every level has a look-back, also 7. Left empty, it follows from the"
            " level."
        ),
    )

    def accept(self, live: Agreement | None) -> None:
        self.version.data = version_of(live)

    def name_the_other(self, name: str) -> None:
        self.decides.label.text = gettext("%(name)s decides", name=name)

    def why(self, advice: Recommendation) -> str:
        """Return the reason: a usual one where it fits the direction, and one's own.

        Where neither is given, a safeguard that lifts the advice that far is one.
        """
        level, advised = self.level.data, advice.level
        if not level or not advised or level == advised:
            return str(self.reason.data or "")
        usual = (USUAL_MORE if level > advised else USUAL_LESS).get(self.usual.data)
        given = " ".join(str(text) for text in (usual, self.reason.data) if text)
        is_safe = safeguarding.makes_safe(level, advice, self.guarded)
        return given or (str(wording.REASON_SAFE) if is_safe else "")

    def check(
        self, advice: Recommendation, live: Agreement | None, today: date
    ) -> bool:
        """Tell whether this can be agreed, and put what is wrong at its field."""
        if not self.validate_on_submit():
            return False
        if live and self.level.data == live.level:
            words = gettext(
                "This level is in the agreement already: choose another, or open it."
            )
            self.level.errors = [words]
        elif self.level.data != advice.level and not self.why(advice):
            words = gettext("Another level than advised needs a reason.")
            self.reason.errors = [words]
        if self.look_back_on.data and self.look_back_on.data < today:
            self.look_back_on.errors = [gettext("Choose a day from today on.")]
        return not self.errors


def version_of(live: Agreement | None) -> str:
    """Return what a form carries of the live agreement that it was shown with."""
    return f"{live.id}-{live.version}" if live else "none"
