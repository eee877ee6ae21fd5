"""The ladder: each input of an advice, what is known of it, and how far it goes."""

from collections.abc import Callable
from typing import NamedTuple

from . import wording
from .rules import Ceiling, Recommendation


class Rung(NamedTuple):
    """One input of the ladder: what is known of it, and how far it goes."""

    ceiling: Ceiling
    known: str
    lowest: bool

    @property
    def note(self) -> str:
        return wording.ceiling_note(self.ceiling, lowest=self.lowest)


def rungs(advice: Recommendation, known: Callable[[str], str]) -> list[Rung]:
    """Return each input, lowest first; `known` says in words what is known of one."""
    return [
        Rung(
            ceiling,
            known(ceiling.input),
            ceiling in advice.limits and ceiling.at_most == advice.ceilings[0].at_most,
        )
        for ceiling in advice.ceilings
    ]
