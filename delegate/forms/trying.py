"""The form to try the rules in: its answers stand in the address, and are kept nowhere.

What is not given has the answer of an example: there is always something to see.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from .. import wording
from ..rules import CRITERIA, RATED, Clarity, Level, Ratings, Stakes, Task, Undo
from . import CHOOSE

UNSEEN = "0"
NOT_ANSWERED = _("Not answered yet")


class Pick(SelectField):
    """One of a few named answers; another is refused in words."""

    def __init__(self, label: Any, choices: Mapping[Any, Any], **kwargs: Any) -> None:
        listed = [SelectChoice(str(value), words) for value, words in choices.items()]
        super().__init__(label, choices=listed, **kwargs)

    def pre_validate(self, form: Any) -> None:
        refuse_unless({self.data} <= answers_of(self))


class Ticks(SelectMultipleField):
    """Any of a few named answers, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        refuse_unless(set(self.data or ()) <= answers_of(self))


def answers_of(field: SelectField) -> set[str]:
    return {choice.value for choice in field.choices}


def refuse_unless(is_sound: bool) -> None:
    if not is_sound:
        raise ValidationError(CHOOSE)


def rating(name: str, example: int) -> Pick:
    sentences: dict[Any, Any] = {
        score: LazyString("{}: {}".format, score, words)
        for score, words in reversed(wording.BEHAVIOUR[name].items())
    }
    answers = {**sentences, UNSEEN: wording.UNSEEN}
    return Pick(wording.CRITERIA[name], answers, default=str(example))


def fact(question: Any, answers: Mapping[Any, Any], example: str) -> Pick:
    return Pick(question, {**answers, "": NOT_ANSWERED}, default=example)


class TryForm(FlaskForm):
    """Everything the rules take, in the address of a page."""

    class Meta:
        csrf = False

    choices = rating("choices", 4)
    informs = rating("informs", 4)
    needs = rating("needs", 3)
    help = rating("help", 4)
    familiarity = rating("familiarity", 4)
    stakes = fact(
        wording.TASK_QUESTIONS["stakes"],
        wording.TASK_ANSWERS["stakes"],
        Stakes.MEDIUM,
    )
    undo = fact(
        wording.TASK_QUESTIONS["undo"], wording.TASK_ANSWERS["undo"], Undo.EFFORT
    )
    clarity = fact(wording.MISSING["clarity"], wording.CLARITY, Clarity.CLEAR)
    reserved = BooleanField(_("It must stay with me"))
    safeguard = Ticks(
        _("Agreed as a safeguard"),
        choices=[SelectChoice(name, wording.SAFEGUARDS[name]) for name in CRITERIA],
    )
    now = Pick(
        _("How does it go now?"),
        {"": _("Nobody yet, or not done by this person"), **wording.LEVELS},
        default="",
    )
    watched = BooleanField(_("A moment to look back is agreed"))

    def ratings(self) -> Ratings:
        return Ratings(**{name: int(self[name].data) or None for name in RATED})

    def task(self) -> Task:
        return Task(
            stakes=Stakes(self.stakes.data) if self.stakes.data else None,
            undo=Undo(self.undo.data) if self.undo.data else None,
            clarity=Clarity(self.clarity.data) if self.clarity.data else None,
            reserved=self.reserved.data,
        )

    def safeguards(self) -> frozenset[str]:
        return frozenset(self.safeguard.data or ())

    def current(self) -> Level | None:
        return Level(int(self.now.data)) if self.now.data else None
