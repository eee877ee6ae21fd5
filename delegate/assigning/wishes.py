"""Which wishes can be had together, and which are in each other's way.

This asks for no optimum. A fixed task can go where it is fixed or it cannot, a task to
grow in for each who wishes one is a matching of people and tasks, and whatever else is
wished limits these two.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import TypeVar

from ..rules import Level
from .cases import Kind, Offer, Person, Wish, Work

T = TypeVar("T")


class Case:
    """All facts and wishes, in an order that does not depend on how they came."""

    def __init__(
        self,
        people: Iterable[Person],
        works: Iterable[Work],
        offers: Iterable[Offer],
        least: Level,
    ) -> None:
        self.people = sorted(people)
        self.works = sorted(works, key=lambda work: work.id)
        self.free = {one.id: hundredths(one.hours) for one in self.people}
        self.hours = {work.id: hundredths(work.hours) for work in self.works}
        self.now = {work.id: work.now for work in self.works}
        self.offers: dict[tuple[int | None, int | None], Offer] = {
            (one.task, one.person): one
            for one in sorted(offers, key=lambda one: (one.task, one.person))
            if one.person in self.free and one.task in self.hours
        }
        self.growth = [one for one in self.offers.values() if one.is_growth]
        self.least = least

    def wishes(self) -> list[Wish]:
        """Return everything that is wished, in the order of `Kind`."""
        people, works = self.people, self.works
        return [
            *(Wish(Kind.FIXED, w.fixed, w.id) for w in works if w.fixed is not None),
            *(Wish(Kind.GROWS, one.id) for one in people if one.grows),
            *(Wish(Kind.STAYS, task=work.id) for work in works if work.stays),
            *(Wish(Kind.OUT, one.id) for one in people if one.is_out),
            Wish(Kind.LEAST),
            *(Wish(Kind.FREE, one.id) for one in people),
        ]


def hundredths(hours: float) -> int:
    return round(hours * 100)


class Held:
    """What some of the wishes of a case leave open."""

    def __init__(self, case: Case, wishes: Sequence[Wish]) -> None:
        self.case = case
        self.least = case.least if Wish(Kind.LEAST) in wishes else min(Level)
        self.out = {one.person for one in wishes if one.kind is Kind.OUT}
        self.stays = {one.task for one in wishes if one.kind is Kind.STAYS}
        self.grows = {one.person or 0 for one in wishes if one.kind is Kind.GROWS}
        self.fixed = {
            one.task: case.offers.get((one.task, one.person))
            for one in wishes
            if one.kind is Kind.FIXED
        }
        free = {one.person for one in wishes if one.kind is Kind.FREE}
        self.room = {
            person: hours if person in free or None in free else inf
            for person, hours in case.free.items()
        }
        for offer in filter(None, self.fixed.values()):
            self.room[offer.person] -= case.hours[offer.task]

    def allows(self, offer: Offer) -> bool:
        """Say whether all but free hours lets an offer be taken."""
        return (
            offer.level >= self.least
            and offer.person not in self.out
            and offer.task not in self.stays
        )

    def fits(self, offer: Offer) -> bool:
        """Say whether an offer can be taken beside what is fixed."""
        return (
            offer.task not in self.fixed
            and self.case.hours[offer.task] <= self.room[offer.person]
            and self.allows(offer)
        )

    def goes_further(self, offer: Offer) -> bool:
        """Say whether an offer lets go of more than is let go already."""
        return offer.level > (self.case.now[offer.task] or 0)

    def helps(self, offer: Offer) -> bool:
        """Say whether there is a reason to take an offer."""
        grows = offer.is_growth and offer.person in self.grows
        return grows or self.goes_further(offer)

    @property
    def is_empty(self) -> bool:
        """Say whether no task at all can go to anyone."""
        return not self.fixed and not any(map(self.fits, self.case.offers.values()))

    def growing(self) -> tuple[dict[int, Offer], list[list[int]]]:
        """Return, by task, something to grow in for each who has nothing fixed.

        And for each who is left without: they and those who hold all that they could
        have. These have one task fewer than they are, and any of them could go without.
        Augmenting paths (Kuhn): who finds a task taken asks its taker for another.
        """
        fixed = {one.person for one in self.fixed.values() if one and one.is_growth}
        ways: dict[int, list[Offer]] = {one: [] for one in sorted(self.grows - fixed)}
        for offer in self.case.growth:
            if offer.person in ways and self.fits(offer):
                ways[offer.person].append(offer)
        taken: dict[int, Offer] = {}
        without = []
        for person in ways:
            seen: set[int] = set()
            if not found(person, ways, taken, seen):
                holders = sorted(taken[task].person for task in seen)
                without.append([person, *holders])
        return taken, without


def found(
    person: int, ways: dict[int, list[Offer]], taken: dict[int, Offer], seen: set[int]
) -> bool:
    """Find a task for one more person, the others keeping one."""
    for offer in ways[person]:
        if offer.task in seen:
            continue
        seen.add(offer.task)
        holder = taken.get(offer.task)
        if holder is None or found(holder.person, ways, taken, seen):
            taken[offer.task] = offer
            return True
    return False


def in_the_way(case: Case, until: float) -> tuple[tuple[Wish, ...], ...]:
    """Return the groups of wishes as `Proposal.in_the_way` has them; none is well.

    After `until`, a moment of `time.monotonic`, a group may have a wish too many.
    """
    wishes = case.wishes()
    groups = [*not_fixable(case, wishes)]
    given_up = {group[0] for group in groups}
    for group in overfull(case, [one for one in wishes if one not in given_up]):
        groups.append(group)
        given_up.add(group[0])
    held = [one for one in wishes if one not in given_up]
    groups += without_growth(case, held, until)
    if not groups and Held(case, wishes).is_empty:
        return (nothing_left(case, wishes),)
    return tuple(groups)


def not_fixable(case: Case, wishes: list[Wish]) -> Iterator[tuple[Wish, ...]]:
    """Yield each fixed task that cannot go there, with the wish that forbids it."""
    held = set(wishes)
    for wish in wishes:
        if wish.kind is Kind.FIXED:
            offer = case.offers.get((wish.task, wish.person))
            forbids = (Wish(Kind.STAYS, task=wish.task), Wish(Kind.OUT, wish.person))
            if offer is None:
                yield (wish,)
            elif offer.level < case.least:
                yield wish, Wish(Kind.LEAST)
            yield from ((wish, other) for other in forbids if offer and other in held)


def overfull(case: Case, wishes: list[Wish]) -> Iterator[tuple[Wish, ...]]:
    """Yield the fixed tasks, largest first, that go beyond someone's free hours."""
    for person, free in case.free.items():
        fixed = [w for w in wishes if w.kind is Kind.FIXED and w.person == person]
        fixed.sort(key=lambda wish: case.hours[wish.task or 0])
        while sum(case.hours[wish.task or 0] for wish in fixed) > free:
            group: list[Wish] = []
            load = 0
            while load <= free:
                group.append(fixed[-1 - len(group)])
                load += case.hours[group[-1].task or 0]
            yield *group, Wish(Kind.FREE, person)
            fixed.remove(group[0])


def without_growth(
    case: Case, wishes: list[Wish], until: float
) -> Iterator[tuple[Wish, ...]]:
    """Yield who have too little to grow in together, with what else makes it so."""
    others = [one for one in wishes if one.kind is not Kind.GROWS]

    def is_fine(some: list[Wish]) -> bool:
        return time.monotonic() > until or not Held(case, some).growing()[1]

    for people in Held(case, wishes).growing()[1]:
        group = [Wish(Kind.GROWS, person) for person in people]
        among = [
            one
            for one in others
            if one.kind in (Kind.FIXED, Kind.STAYS, Kind.LEAST) or one.person in people
        ]
        yield (*group, *clash(is_fine, group, group, among))


def nothing_left(case: Case, wishes: list[Wish]) -> tuple[Wish, ...]:
    """Return which kinds of wishes together leave nothing to propose."""
    kinds = sorted({one.kind for one in wishes}, key=list(Kind).index)

    def leaves_some(some: list[Kind]) -> bool:
        return not Held(case, [one for one in wishes if one.kind in some]).is_empty

    if not leaves_some([]):
        return ()
    return tuple(
        Wish(kind) for kind in kinds if kind in clash(leaves_some, [], [], kinds)
    )


def clash(
    is_fine: Callable[[list[T]], bool], base: list[T], added: list[T], among: list[T]
) -> list[T]:
    """Return a group out of `among` that is not fine beside `base`, but for any one.

    Source: Junker 2004 (QuickXplain): halves, so that a small group among many is found
    with few questions.
    """
    if added and not is_fine(base):
        return []
    if len(among) == 1:
        return among
    one, other = among[: len(among) // 2], among[len(among) // 2 :]
    late = clash(is_fine, base + one, one, other)
    return clash(is_fine, base + late, late, one) + late
