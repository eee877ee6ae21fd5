"""From facts and wishes to a proposal that says why."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..rules import Level
from .cases import FREED, SECONDS, Column, Offer, Person, Proposal, Row, Sum, Why, Work
from .wishes import Case, Held, in_the_way

TENTHS = {level: round(share * 10) for level, share in FREED.items()}
"""So that hours freed are a whole number of thousandths."""

PLACES = threading.BoundedSemaphore(2)
"""How many may search at a time: it takes a core each, and others want pages."""


def assign(
    people: Iterable[Person],
    works: Iterable[Work],
    offers: Iterable[Offer],
    *,
    least: Level = Level.PROPOSE,
    seconds: float = SECONDS,
) -> Proposal:
    """Return what could go to whom, so that the most hours are newly freed.

    Of all that free as many, it is one with the highest sum of levels. Same facts, same
    answer, whatever their order, as long as there are seconds left. Offers for people
    or tasks that are not among those given do not count.
    """
    until = time.monotonic() + seconds
    case = Case(people, works, offers, least)
    if groups := in_the_way(case, until):
        return Proposal(in_the_way=groups)
    held = Held(case, case.wishes())
    fixed = [offer for offer in held.fixed.values() if offer]
    chosen, freed, levels = choose(case, held, until)
    more = sum(column(case, offer).freed for offer in fixed)
    high = sum(offer.level for offer in fixed)
    taken = sorted((*fixed, *chosen), key=lambda offer: offer.task)
    return Proposal(
        rows=tuple(row(case, held, offer) for offer in taken),
        left=left(case, held, {offer.task for offer in taken}),
        hours=(freed.value + more) / 1000,
        hours_bound=(freed.bound + more) / 1000,
        levels=levels.value + high,
        levels_bound=levels.bound + high,
    )


def choose(case: Case, held: Held, until: float) -> tuple[list[Offer], Sum, Sum]:
    """Return what to take beside what is fixed, and the sums that come of it."""
    ready = [one for one in case.offers.values() if held.fits(one) and held.helps(one)]
    if not ready:
        return [], Sum(0, 0), Sum(0, 0)
    from .solving import best

    growing, _ = held.growing()
    start = [place for place, one in enumerate(ready) if growing.get(one.task) == one]
    room = {person: int(hours) for person, hours in held.room.items()}
    grows = {one.person for one in growing.values()}
    columns = [column(case, offer) for offer in ready]
    with searching(until) as later:
        taken, freed, levels = best(columns, room, grows, start, later)
    return [ready[place] for place in taken], freed, levels


@contextmanager
def searching(until: float) -> Iterator[float]:
    """Hold one of `PLACES`; yields until when to look, which is now where all are held.

    What is found then is sound, and comes at once, but may be far from the best.
    """
    is_free = PLACES.acquire(timeout=max(until - time.monotonic(), 0) / 2)
    try:
        yield until if is_free else time.monotonic()
    finally:
        if is_free:
            PLACES.release()


def column(case: Case, offer: Offer) -> Column:
    size, now = case.hours[offer.task], case.now[offer.task]
    freed = size * max(0, TENTHS[offer.level] - (TENTHS[now] if now else 0))
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
    further = [offer for offer in offers if held.goes_further(offer)]
    if not any(map(held.allows, further)):
        return Why.NOW
    return Why.FULL if any(map(held.fits, further)) else Why.HOURS
