"""The form of one rating, and how a rating reads: for each page that rates.

Says what is wrong in words for the field to mend; what is kept is up to `recording`.
"""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField

from .. import forms, i18n, wording
from ..models import NEEDS_EXAMPLE, WRONG, Rating
from ..recording import Item, Seen, Wish, seen_of, version_of
from ..rules import SCALE

UNSEEN = "0"
"""What a form says for *not yet observed*; a score says itself."""

SCORES = (*(str(score) for score in SCALE), UNSEEN)


class ScoreForm(FlaskForm):
    """One of six answers, no example asked. The page around it carries the token."""

    class Meta:
        csrf = False

    score = forms.Choice(_("What you saw"), dict.fromkeys(SCORES, ""))
    version = HiddenField()

    @property
    def rated(self) -> int | None:
        """The score, where there is one."""
        return int(self.score.data) if self.score.data in SCORES[:-1] else None

    @property
    def is_blank(self) -> bool:
        return self.score.data is None

    def accept(self, row: Rating | None) -> None:
        """Carry from here that `row` is the newest: saving again is then a choice."""
        self.version.data = version_of(row)

    def seen(self) -> Seen:
        state = "scored" if self.rated else "unseen"
        return Seen(state, self.rated, example=None)

    def wish(self, item: Item) -> Wish:
        return Wish(item, self.seen(), self.version.data)

    def status(self) -> str:
        """Say in few words why it cannot be saved."""
        return str(gettext("Not saved: look below"))


class CriterionForm(ScoreForm):
    """What was seen of one criterion, by what example and when."""

    example = forms.NoteText(
        _("One example you saw or heard"),
        description=_("Needed for 1, 2 and 5. Write only what you would also say."),
    )
    seen_on = forms.DayField(_("When"), description=_("If you know the day."))
    different: Any = None

    @property
    def is_blank(self) -> bool:
        return super().is_blank and not (self.example.data or self.seen_on.data)

    @property
    def lacks_example(self) -> bool:
        return self.rated in NEEDS_EXAMPLE and not self.example.data

    def seen(self) -> Seen:
        if self.rated is None:
            return Seen("unseen")
        different = bool(self.different and self.different.data)
        return Seen(
            "scored", self.rated, self.example.data, different, self.seen_on.data
        )

    def status(self) -> str:
        if self.lacks_example:
            words = gettext("Not saved: a %(score)s needs an example", score=self.rated)
            return str(words)
        return super().status()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if not self.errors and not self.is_blank:
            for field, fault in self.faults():
                field.errors = [fault]
        return not self.errors

    def faults(self) -> list[tuple[Any, str]]:
        """Return what does not go together, each at the field to mend it."""
        return [*self.score_faults(), *self.day_faults()]

    def score_faults(self) -> list[tuple[Any, str]]:
        if self.score.data is None:
            words = gettext("Choose a sentence too, or “not yet observed”.")
            return [(self.score, words)]
        if self.lacks_example:
            words = gettext("A %(score)s needs an example.", score=self.rated)
            return [(self.example, words)]
        written = self.example.data and self.example.data != self.example.object_data
        if self.rated is None and written:
            words = gettext(
                "With an example you did see it: choose a sentence, or take the example"
                " out."
            )
            return [(self.example, words)]
        return []

    def day_faults(self) -> list[tuple[Any, str]]:
        day = self.seen_on.data
        if day and day > i18n.today():
            return [(self.seen_on, gettext("This day is still to come."))]
        return []


class ChoicesForm(CriterionForm):
    """Sound choices: the criterion where different is easily taken for wrong."""

    different = BooleanField(_("The choice was only different from mine, not wrong."))

    def score_faults(self) -> list[tuple[Any, str]]:
        found = super().score_faults()
        if self.different.data and self.rated in WRONG:
            words = gettext(
                "Different is no reason for a 1 or 2. Was an agreed limit crossed, or"
                " was there damage? Then untick and write which."
            )
            found.append((self.different, words))
        return found


FORMS = {"choices": ChoicesForm, "familiarity": ScoreForm}


def form_of(item: Item, own: Rating | None, prefix: str = "") -> ScoreForm:
    """Return the form of one item, filled from what was posted or else from `own`.

    The version is never filled from `own` on a POST: a missing one counts as old.
    """
    kind = FORMS.get(item.criterion, CriterionForm)
    form: ScoreForm = kind(prefix=prefix, data=values_of(own))
    if not form.is_submitted():
        form.accept(own)
    return form


def values_of(row: Rating | None) -> dict[str, Any]:
    """Return `row` as its form has it."""
    seen = seen_of(row)
    return {
        "score": {"unseen": UNSEEN, "scored": str(seen.score)}.get(seen.state),
        "example": seen.example,
        "seen_on": seen.seen_on,
        "different": seen.different,
    }


def in_words(criterion: str, seen: Seen) -> str:
    """Return a rating as a text to read beside another one."""
    score = {"unseen": wording.UNSEEN, "withdrawn": wording.OPEN}.get(seen.state)
    if seen.score:
        score = f"{seen.score}: {wording.BEHAVIOUR[criterion][seen.score]}"
    seen_on = i18n.day(seen.seen_on) if seen.seen_on else ""
    different = gettext("Different, not wrong") if seen.different else ""
    lines = (score, seen.example, seen_on, different)
    return "\n".join(str(line) for line in lines if line)


def saved_words(row: Rating | None) -> str:
    """Say when `row` was saved; empty for what is open."""
    if row is None or row.state == "withdrawn":
        return ""
    today = i18n.as_date(row.created_at) == i18n.today()
    time = i18n.clock(row.created_at) if today else i18n.day_short(row.created_at)
    if row.score and not row.example and row.task_id is None:
        return str(gettext("Saved %(time)s, no example yet", time=time))
    return str(gettext("Saved %(time)s", time=time))
