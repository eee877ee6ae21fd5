"""The form to try the rules in: its answers stand in the address, and are kept nowhere.

What is not given has the answer of an example, or of a person and a task as they stand:
there is always something to see.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from .. import rules, rungs, wording
from ..planning import Outcome
from ..rules import (
    CRITERIA,
    RATED,
    Clarity,
    Level,
    Ratings,
    Recommendation,
    Stakes,
    Task,
    Undo,
)
from . import CHOOSE, NO, YES

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

    @classmethod
    def of(cls, found: Outcome, given: MultiDict[str, str] | None = None) -> "TryForm":
        """Return the form as a person and a task stand, or as it was `given`."""
        task = found.advice.task
        stands: dict[str, Any] = {
            **{name: str(getattr(found.ratings, name) or UNSEEN) for name in RATED},
            **{name: str(getattr(task, name) or "") for name in rules.FACTS},
            "reserved": task.reserved,
            "safeguard": [one for one in CRITERIA if one in found.advice.safeguards],
            "now": str(int(found.current)) if found.current else "",
            "watched": found.watched,
        }
        # Boxes that are not ticked are not sent: only a whole form says so of them.
        sent = given if given and RATED[0] in given else None
        return cls(formdata=sent, data=stands)

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

    def changes(self, stands: "TryForm") -> "list[Change]":
        """Return each answer that is another than the one that `stands`."""
        return [
            Change(
                field.name, field.label.text, answer(stands[field.name]), answer(field)
            )
            for field in self
            if field.data != stands[field.name].data
        ]


class Change(NamedTuple):
    """One answer in words: as it stands, and as it was tried."""

    name: str
    label: Any
    stands: str
    tried: str


def answer(field: Any) -> str:
    """Return in words what was chosen; nothing where nothing is ticked."""
    if isinstance(field, BooleanField):
        return str(YES if field.data else NO)
    if isinstance(field, Ticks):
        return ", ".join(str(wording.CRITERIA[name]) for name in field.data or ())
    return str({choice.value: choice.label for choice in field.choices}[field.data])


class Tried(NamedTuple):
    """What was filled in to try the rules, and what comes out."""

    ratings: Ratings
    advice: Recommendation
    rungs: list[rungs.Rung]
    current: Level | None
    posture: rules.Posture | None


def tried(form: TryForm) -> Tried:
    """Ask the rules about what was filled in."""
    ratings, task, current = form.ratings(), form.task(), form.current()
    advice = rules.recommend(ratings, task, form.safeguards())
    return Tried(
        ratings,
        advice,
        rungs.rungs(advice, partial(told, ratings, task)),
        current,
        rules.posture(current, advice, watched=form.watched.data),
    )


def told(ratings: Ratings, task: Task, name: str) -> str:
    """Say what was filled in for one input."""
    if name == "clarity" and task.clarity:
        return str(wording.CLARITY[task.clarity])
    if name == "stakes" and task.stakes and task.undo:
        return f"{wording.STAKES[task.stakes]}, {wording.UNDO[task.undo]}"
    score = getattr(ratings, name)
    if score is None:
        return str(wording.UNSEEN).lower()
    return str(gettext("rated %(score)s of 5", score=score))
