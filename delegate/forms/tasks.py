"""The forms of a task, and what can be set for many tasks at once.

A fact that has not been answered stays so: no form answers it on its own.
"""

from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, ValidationError

from .. import wording
from ..models import FACTS, utc_now
from ..rules import Clarity
from . import Choice, DayField, HoursField, LongText, ShortText, VersionedForm


class NewcomerForm(VersionedForm):
    title = ShortText(_("Task"), required=True)


def question(fact: str) -> Choice:
    """Return the field that asks for one of the four facts."""
    return Choice(wording.TASK_QUESTIONS[fact], wording.TASK_ANSWERS[fact])


def known(fact: str) -> Choice:
    """Return the same with one more choice: that there is no answer yet."""
    choices = {**wording.TASK_ANSWERS[fact], "": _("Not answered yet")}
    return Choice(
        wording.TASK_QUESTIONS[fact], choices, coerce=lambda value: value or None
    )


class TaskForm(VersionedForm):
    title = ShortText(_("Task"), required=True)
    outcome = LongText(
        _("Outcome"),
        description=_("What is there when it is done? How can anyone tell?"),
    )
    limits = LongText(
        _("Limits"),
        description=_("What time, money and rules leave room for, and what not."),
    )
    stakes = known("stakes")
    undo = known("undo")
    outcome_clear = known("outcome_clear")
    limits_clear = known("limits_clear")
    hours = HoursField(_("Hours a week"))
    deadline = DayField(_("Deadline"))
    with_me = BooleanField(_("I do it myself now"))
    reserved = BooleanField(_("It stays with me"))
    reserved_why = LongText(_("It stays with me, because"))

    def validate_reserved_why(self, field: LongText) -> None:
        if self.reserved.data and not field.data:
            raise ValidationError(_("Write why: the board and your plan tell it."))


class FactsForm(VersionedForm):
    """The facts that are still to be answered, and no others."""

    stakes = question("stakes")
    undo = question("undo")
    outcome_clear = question("outcome_clear")
    limits_clear = question("limits_clear")

    def ask(self, names: Container[str]) -> None:
        """Keep only the questions named."""
        for name in FACTS:
            if name not in names:
                delattr(self, name)


class Setting(NamedTuple):
    """What can be set for many tasks at once: its words, and what it writes."""

    words: Any
    values: Callable[[], dict[str, Any]]


def answers(fact: str, words: Mapping[Any, Any]) -> dict[str, Setting]:
    return {
        f"{fact}-{value}": Setting(word, partial(dict, {fact: str(value)}))
        for value, word in words.items()
    }


OUTCOMES = {
    Clarity.CLEAR: _("outcome clear"),
    Clarity.PARTLY: _("outcome partly clear"),
    Clarity.UNCLEAR: _("outcome unclear"),
}
LIMITS = {
    Clarity.CLEAR: _("limits clear"),
    Clarity.PARTLY: _("limits partly clear"),
    Clarity.UNCLEAR: _("limits unclear"),
}

SETTINGS: tuple[tuple[Any, dict[str, Setting]], ...] = (
    (wording.TASK_QUESTIONS["stakes"], answers("stakes", wording.STAKES)),
    (wording.TASK_QUESTIONS["undo"], answers("undo", wording.UNDO)),
    (wording.TASK_QUESTIONS["outcome_clear"], answers("outcome_clear", OUTCOMES)),
    (wording.TASK_QUESTIONS["limits_clear"], answers("limits_clear", LIMITS)),
    (
        _("Who does it now?"),
        {
            "with_me": Setting(_("I do it myself now"), lambda: {"with_me": True}),
            "not_with_me": Setting(
                _("I do not do it myself"), lambda: {"with_me": False}
            ),
        },
    ),
    (
        _("Put away"),
        {
            "archive": Setting(_("archive"), lambda: {"archived_at": utc_now()}),
            "bring_back": Setting(
                _("bring back from the archive"), lambda: {"archived_at": None}
            ),
            "remove": Setting(_("remove"), lambda: {"removed_at": utc_now()}),
        },
    ),
)
BY_CODE = {code: one for _group, all in SETTINGS for code, one in all.items()}
