"""What an agreement on one criterion changes, and what a choice above the advice asks.

Asks the rules, and answers in the words of `wording`. Knows no table and no page.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .. import rules, wording
from ..rules import Ceiling, Level, Recommendation


class Offer(NamedTuple):
    """A safeguard that could be agreed on one criterion, and what it would change."""

    ceiling: Ceiling
    is_limit: bool
    is_guarded: bool
    raises_to: Level | None
    note: str

    @property
    def criterion(self) -> str:
        return self.ceiling.input


class Ask(NamedTuple):
    """What a choice goes past, and the field in which it is made safe."""

    ceiling: Ceiling
    field: str
    words: str


def guarded_by(advice: Recommendation, names: Iterable[str]) -> Recommendation:
    """Return the advice on the same facts, with a safeguard on each of `names`."""
    return rules.recommend(advice.ratings, advice.task, names)


def offers(advice: Recommendation, guarded: frozenset[str]) -> list[Offer]:
    """Return what a safeguard on each criterion changes, those that limit first.

    `guarded` are the criteria that have one beside it. None without a level.
    """
    found = guarded_by(advice, guarded)
    limits = {one.input for one in found.limits}
    return [
        offer(advice, guarded, ceiling, is_limit=ceiling.input in limits)
        for ceiling in found.ceilings
        if ceiling.input in rules.CRITERIA
    ]


def offer(
    advice: Recommendation, guarded: frozenset[str], ceiling: Ceiling, *, is_limit: bool
) -> Offer:
    without = guarded_by(advice, guarded - {ceiling.input})
    with_it = guarded_by(advice, guarded | {ceiling.input})
    return Offer(
        ceiling,
        is_limit,
        is_guarded=ceiling.input in guarded,
        raises_to=with_it.level if with_it.level != without.level else None,
        note=wording.safeguard_effect(ceiling.input, without, with_it),
    )


def together(advice: Recommendation, guarded: frozenset[str]) -> Level | None:
    """Return the level with a safeguard on all that limit, where that is higher."""
    limits = {one.criterion for one in offers(advice, guarded) if one.is_limit}
    level = guarded_by(advice, guarded | limits).level
    now = guarded_by(advice, guarded).level
    return level if level and now and level > now else None


def makes_safe(chosen: Level, advice: Recommendation, guarded: frozenset[str]) -> bool:
    """Tell whether these safeguards lift the advice to what is chosen above it."""
    lifted = guarded_by(advice, advice.safeguards | guarded).level
    return rules.above_advice(chosen, advice) and bool(lifted and lifted >= chosen)


def asks(
    chosen: Level,
    advice: Recommendation,
    guarded: frozenset[str] = frozenset(),
    *,
    has_moment: bool = False,
) -> list[Ask]:
    """Return what choosing this level still asks for, lowest first.

    On a criterion that it goes past, a safeguard; on what else it goes past, a moment
    to look, which `has_moment` says is written.
    """
    return [
        Ask(one, field_of(one), wording.goes_past(one, chosen))
        for one in rules.passed(chosen, advice)
        if one.input not in guarded
        and not (has_moment and one.input not in rules.CRITERIA)
    ]


def field_of(ceiling: Ceiling) -> str:
    is_criterion = ceiling.input in rules.CRITERIA
    return f"safeguard_{ceiling.input}" if is_criterion else "inform"
