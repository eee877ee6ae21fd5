"""The questions for a preparation sheet: which there are, and which fit some levels.

Each has a code that an address can keep: "choices-2", "both-1", "self-4".
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _

from .. import rules, wording
from ..planning import Outcome

MOST = 7
FROM_CRITERIA = 4


class Set(NamedTuple):
    """Questions of one kind, by their codes."""

    heading: Any
    questions: dict[str, Any]


def coded(name: str, heading: Any, questions: Iterable[Any]) -> Set:
    return Set(heading, {f"{name}-{n}": one for n, one in enumerate(questions, 1)})


SETS = {
    "level": coded("level", _("About the level"), [wording.LEVEL_QUESTION]),
    **{
        name: coded(name, wording.CRITERIA[name], wording.QUESTIONS[name])
        for name in rules.RATED
    },
    "both": coded("both", _("In both directions"), wording.RECIPROCITY),
    "team": coded("team", _("About the team"), wording.TEAM_QUESTIONS.values()),
    "self": coded("self", _("For myself"), wording.SELF_QUESTIONS),
}
"""In the order of the sheet; the last are for the manager alone."""

CODES = tuple(code for one in SETS.values() for code in one.questions)


def proposed(found: Sequence[Outcome]) -> list[str]:
    """Return the codes of what to ask where nobody chose.

    About the level, what holds it back most often, and the other way round; and all
    that the manager asks in private.
    """
    weight = Counter(
        name
        for one in found
        for name in {*(limit.input for limit in one.advice.limits), *one.advice.unseen}
    )
    names = sorted(
        (name for name in rules.RATED if weight[name]), key=lambda name: -weight[name]
    )
    turns = zip_longest(*(codes(name) for name in names or rules.CRITERIA))
    weighty = [code for turn in turns for code in turn if code]
    asked = [*codes("level"), *weighty[:FROM_CRITERIA], *codes("both")]
    return [*asked[:MOST], *codes("self")]


def codes(name: str) -> list[str]:
    return list(SETS[name].questions)


def to_ask(chosen: Collection[str]) -> list[Any]:
    """Return the chosen questions for the other, in the order of the sheet."""
    return [
        question
        for name, one in SETS.items()
        if name != "self"
        for code, question in one.questions.items()
        if code in chosen
    ]


def for_myself(chosen: Collection[str]) -> list[Any]:
    """Return the chosen questions that the manager answers alone."""
    return [words for code, words in SETS["self"].questions.items() if code in chosen]
