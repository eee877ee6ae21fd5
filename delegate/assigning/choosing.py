"""From facts and wishes to a proposal that says why."""

import time
from collections.abc import Iterable

from ..rules import Level
from .cases import FREED, SECONDS, Offer, Person, Proposal, Row, Why, Work
from .solving import Column, maximise
from .wishes import Case, Held, in_the_way

TENTHS = {level: round(share * 10) for level, share in FREED.items()}
"""So that hours freed are a whole number of thousandths."""


def assign(
    people: Iterable[Person],
    works: Iterable[Work],
    offers: Iterable[Offer],
    *,
    least: Level = Level.PROPOSE,
    seconds: float = SECONDS,
) -> Proposal:
    """Return what could go to whom, so that the most hours are freed.

    Of all that free as many, it is one with the highest sum of levels. Same facts, same
    answer, whatever their order, as long as there are seconds left. Offers for people
    or tasks that are not among those given do not count.
    """
    until = time.monotonic() + seconds
    case = Case(people, works, offers, least)
    if groups := in_the_way(case):
        return Proposal(in_the_way=groups)
    held = Held(case, case.wishes())
    fixed = [offer for offer in held.fixed.values() if offer]
    growing = held.growing() or {}
    ready = [offer for offer in case.offers.values() if held.fits(offer)]
    columns = [column(case, offer) for offer in ready]
    start = [place for place, one in enumerate(ready) if growing.get(one.task) == one]
    room = {person: int(hours) for person, hours in held.room.items()}
    grows = {one.person for one in growing.values()}
    freed, levels = [c.freed for c in columns], [c.level for c in columns]
    none = [0] * len(columns), 0
    first = maximise(
        columns, freed, room, grows, none, start, (time.monotonic() + until) / 2
    )
    second = maximise(
        columns, levels, room, grows, (freed, first.value), first.taken, until
    )
    already = sum(column(case, offer).freed for offer in fixed)
    high = sum(offer.level for offer in fixed)
    taken = [*fixed, *(ready[place] for place in second.taken)]
    return Proposal(
        rows=tuple(row(case, held, offer) for offer in sorted(taken, key=by_task)),
        left=left(case, held, {offer.task for offer in taken}),
        hours=(first.value + already) / 1000,
        hours_bound=(first.bound + already) / 1000,
        levels=second.value + high,
        levels_bound=second.bound + high,
    )


def by_task(offer: Offer) -> int:
    return offer.task


def column(case: Case, offer: Offer) -> Column:
    size = case.hours[offer.task]
    freed = size * TENTHS[offer.level]
    return Column(
        offer.task, offer.person, size, freed, int(offer.level), offer.is_growth
    )


def row(case: Case, held: Held, offer: Offer) -> Row:
    others = [case.offers.get((offer.task, one.id)) for one in case.people]
    higher = [
        one
        for one in others
        if one and one.level > offer.level and one.person not in held.out
    ]
    return Row(
        offer.task,
        offer.person,
        offer.level,
        column(case, offer).freed / 1000,
        offer.task in held.fixed,
        offer.is_growth,
        tuple(one.person for one in sorted(higher, key=lambda one: -one.level)),
    )


def left(case: Case, held: Held, taken: set[int]) -> dict[int, Why]:
    """Say of each task that is not taken why not."""
    offered: dict[int, list[Offer]] = {one.id: [] for one in case.works}
    for offer in case.offers.values():
        if offer.person not in held.out:
            offered[offer.task].append(offer)
    return {
        task: why(held, task, offers)
        for task, offers in offered.items()
        if task not in taken
    }


def why(held: Held, task: int, offers: list[Offer]) -> Why:
    if task in held.stays:
        return Why.WISHED
    if not offers:
        return Why.NOBODY
    if not any(map(held.allows, offers)):
        return Why.LEAST
    return Why.FULL if any(map(held.fits, offers)) else Why.HOURS
