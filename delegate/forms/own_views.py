"""The form of an own view, for who fills it in and for who types it over from paper."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from .. import forms
from ..dialogue import own_words
from ..dialogue.own_view import SELF, Chosen, Said
from ..rules import CRITERIA, SCALE, Level

CANNOT_SAY = "0"
"""What the form says for *I cannot say yet*, and for no level."""

SCORES = (*(str(score) for score in SCALE), CANNOT_SAY)
LEVELS = (*(str(int(level)) for level in Level), CANNOT_SAY)

HINTS = {
    "can": _("In your work: what goes well, and what others may leave to you."),
    "cannot_yet": _("What you would like to learn, or do together first."),
    "needs_from_manager": _("Time, information, means, a decision, room."),
    "can_be_counted_on": _("What you promise from your side."),
}


class Answers(FlaskForm):
    """What someone says of themself. The levels come with the tasks: see `form_of`."""

    def said(self) -> Said:
        answers = {name: self[name].data for name in CRITERIA if self[name].data}
        levels = {
            int(field.name.removeprefix("level-")): number(field.data)
            for field in self
            if field.name.startswith("level-")
        }
        texts = {name: self[name].data for name in own_words.TEXTS}
        return Said({c: number(said) for c, said in answers.items()}, levels, texts)


def number(said: str | None) -> int | None:
    """Return the score or the level; None where there is none."""
    return int(said) if said and said != CANNOT_SAY else None


def form_of(tasks: Sequence[Chosen]) -> Any:
    """Return the form of an own view on these tasks, as posted or empty."""
    fields: dict[str, Any] = {
        name: forms.Choice(words, dict.fromkeys(SCORES, ""), required=name in SELF)
        for name, words in own_words.CRITERIA.items()
    }
    for task in tasks:
        chosen: Mapping[str, Any] = dict.fromkeys(LEVELS, "")
        fields[f"level-{task.task_id}"] = forms.Choice(task.title, chosen)
    for name, words in own_words.TEXTS.items():
        fields[name] = forms.LongText(words, description=HINTS[name])
    return type("AnswersOnTasks", (Answers,), fields)()
