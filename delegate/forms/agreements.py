"""The forms of an agreement: its texts, looking back, closing it.

Says what is wrong in words for the field to mend, and writes the texts onto a row;
what follows from them is up to the page.
"""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm.attributes import flag_modified
from wtforms import BooleanField
from wtforms.fields.choices import SelectChoice

from .. import agreeing, rules
from ..dialogue.phrasing import ABOUT_ENDING, ABOUT_WHY
from ..models import AGREEMENT_TEXTS, Agreement
from ..wording import LEVELS
from . import Choice, DayField, LevelField, LongText, NoteText, VersionedForm
from .safeguards import SafeguardsForm, safeguard, texts_of

PAST = _("Choose a day from today on.")
WHEN = _("Choose a day to look back: every agreement has one.")


class FollowForm(VersionedForm):
    """What may follow at once from agreeing: how it goes now, and whose task it is."""

    becomes_now = BooleanField(_("How it goes now becomes this level too"))
    not_mine = BooleanField(_("I no longer do this task myself"))

    @property
    def follows(self) -> dict[str, bool]:
        """What was ticked, by name; what is not offered was not."""
        names = "becomes_now", "not_mine"
        return {name: name in self and bool(self[name].data) for name in names}


class AgreementForm(SafeguardsForm, FollowForm):
    """What the two agree. The level can be changed while it is a draft.

    The two who agree are named, as "you" would be the manager who reads it.
    """

    level = LevelField(_("Which level do you choose?"), required=True)
    reason = NoteText(
        _("Reason, if it differs from the advice"),
        description=_("Kept with the agreement; not on the shared plan."),
        phrases=ABOUT_WHY,
    )
    outcome = LongText(_("The outcome"))
    limits = LongText(_("The limits"))
    why_you = LongText(_("Why you"))
    decides = LongText(_("You decide"))
    asks_first = LongText(_("You ask first"))
    stays = LongText(_("Stays with me"))
    inform = LongText(_("Moments to inform me"))
    help = LongText(_("How to ask for help"))
    resources = LongText(_("What is needed"))
    safeguard_choices = safeguard("choices")
    safeguard_informs = safeguard("informs")
    safeguard_needs = safeguard("needs")
    safeguard_help = safeguard("help")
    look_back_on = DayField(
        _("We look back on"), description=_("Every level has a look-back, also 7.")
    )

    @classmethod
    def of(cls, agreement: Agreement, **kwargs: Any) -> "AgreementForm":
        """Return the form of an agreement, with only what its state leaves open."""
        form = cls(obj=agreement, data=texts_of(agreement), **kwargs)
        for name in agreeing.SUGGESTED:
            form[name].data = agreeing.written(name, form[name].data)
            form[name].description = gettext(
                "Left empty, this holds once it is agreed: “%(text)s”",
                text=agreeing.suggestion(agreement, name),
            )
        if agreement.state != "draft":
            del form.level, form.becomes_now, form.not_mine
        elif not agreement.pair.task.with_me:
            del form.not_mine
        name_the_other(form, agreement.pair.employee.name)
        return form

    @property
    def chosen(self) -> rules.Level | None:
        """The level that is chosen here; None where it cannot be."""
        return self.level.data if "level" in self else None

    def check(self, agreement: Agreement, today: date, *, agrees: bool) -> bool:
        """Tell whether this can be kept, and put what is wrong at its field."""
        if not self.validate_on_submit():
            return False
        level = self.chosen or agreement.level
        if agreement.advised not in (None, level) and not self.reason.data:
            words = gettext("Another level than advised needs a reason.")
            self.reason.errors = [words]
        day = self.look_back_on.data
        if day is None and (agrees or agreement.state == "agreed"):
            self.look_back_on.errors = [WHEN]
        elif day and day < today and (agrees or day != agreement.look_back_on):
            self.look_back_on.errors = [PAST]
        return not self.errors

    def changes_promises(self, agreement: Agreement) -> bool:
        """Tell whether another thing is promised than what was agreed before."""
        changed = {str(one.label) for one in self.differences(agreement)}
        return agreement.state != "draft" and bool(
            changed - {str(self.reason.label.text)}
        )

    def fill(self, row: Any) -> None:
        for name in (*AGREEMENT_TEXTS, "look_back_on"):
            setattr(row, name, self[name].data)
        self.guard(row)
        flag_modified(row, "reason")  # a change of a safeguard alone is a version too
        if self.chosen and self.chosen != row.level:
            row.level = self.chosen


def name_the_other(form: AgreementForm, name: str) -> None:
    form.why_you.label.text = gettext("Why %(name)s", name=name)
    form.decides.label.text = gettext("%(name)s decides", name=name)
    form.asks_first.label.text = gettext("%(name)s asks first", name=name)


STEPS = {"nearer": -1, "agreed": 0, "further": 1}
"""By how many levels each answer goes from the one that was agreed."""

NEXT_LEVELS = {
    "agreed": _("The same level: %(level)s"),
    "further": _("One further: %(level)s"),
    "nearer": _("One nearer: %(level)s"),
}
NEXT_STEPS = {
    **NEXT_LEVELS,
    "looked_back": _("What comes next is still open"),
    "ended": _("It ends here"),
}
CLOSINGS = {
    "ended": _("It ends: done, or another agreement comes"),
    "taken_back": _("I take it back"),
}


class LookBackForm(VersionedForm):
    """What came of it on either side, in words that both may read, and what is next."""

    theirs = LongText(_("What came of what you promised?"))
    mine = LongText(
        _("What came of what I promised?"),
        description=_("Both are for the two of you to read."),
    )
    state = Choice(_("We have looked back. And now?"), NEXT_STEPS, required=True)
    level_why = NoteText(
        _("Reason, if the level differs from the advice"), phrases=ABOUT_WHY
    )
    next_on = DayField(_("We look back again on"))
    stops = BooleanField(
        _("If it ends here: this person no longer does this task"),
        id="stops_here",  # the form to end it stands on the same page
        default=True,
    )
    levels: dict[str, rules.Level]

    @classmethod
    def of(cls, agreement: Agreement, **kwargs: Any) -> "LookBackForm":
        form = cls(**kwargs)
        form.levels = levels_from(agreement.level)
        form.state.choices = [
            SelectChoice(name, in_levels(words, form.levels.get(name)))
            for name, words in NEXT_STEPS.items()
            if name not in STEPS or name in form.levels
        ]
        form.theirs.label.text = gettext(
            "What came of what %(name)s promised?", name=agreement.pair.employee.name
        )
        return form

    @property
    def other_level(self) -> rules.Level | None:
        """The level to go on at, where that is another one."""
        other = self.state.data in ("further", "nearer")
        return self.levels[self.state.data or ""] if other else None

    def check(self, today: date, advised: rules.Level | None) -> bool:
        """Tell whether this can be kept, and put what is wrong at its field."""
        if not self.validate_on_submit():
            return False
        differs = self.other_level and advised and self.other_level != advised
        if differs and not self.level_why.data:
            words = gettext("Another level than advised needs a reason.")
            self.level_why.errors = [words]
        if self.state.data == "agreed" and not self.next_on.data:
            self.next_on.errors = [WHEN]
        elif self.next_on.data and self.next_on.data < today:
            self.next_on.errors = [PAST]
        return not self.errors


def levels_from(level: int) -> dict[str, rules.Level]:
    """Return the levels to go on at: the same, and a step to either side."""
    near = {name: level + step for name, step in STEPS.items()}
    return {name: rules.Level(one) for name, one in near.items() if 1 <= one <= 7}


def in_levels(words: Any, level: rules.Level | None) -> str:
    named = f"{int(level)} {LEVELS[level]}" if level else ""
    return str(words) % {"level": named}


class CloseForm(VersionedForm):
    closing = Choice(_("How does it end?"), CLOSINGS, required=True)
    closing_reason = NoteText(
        _("Why, in a line that both can read"), phrases=ABOUT_ENDING
    )
    stops = BooleanField(_("This person no longer does this task"), default=True)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.closing.data == "taken_back" and not self.closing_reason.data:
            words = gettext("Taking back needs a reason: the other will ask for it.")
            self.closing_reason.errors = [words]
        return not self.errors
