"""Which wishes can be had together, and which are in each other's way.

This asks for no optimum. A fixed task can go where it is fixed or it cannot, a task to
grow in for each who wishes one is a matching of people and tasks, and whatever else is
wished limits these two.
"""

from collections.abc import Callable, Iterable, Sequence
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

    @property
    def is_possible(self) -> bool:
        return self.can_fix() and self.growing() is not None

    @property
    def is_empty(self) -> bool:
        """Say whether no task at all can go to anyone."""
        return not self.fixed and not any(map(self.fits, self.case.offers.values()))

    def can_fix(self) -> bool:
        return min(self.room.values(), default=0) >= 0 and all(
            offer and self.allows(offer) for offer in self.fixed.values()
        )

    def growing(self) -> dict[int, Offer] | None:
        """Return, by task, something to grow in for each who has nothing fixed.

        None where somebody is left without. Augmenting paths (Kuhn): who finds a task
        taken asks its taker for another.
        """
        still = self.grows - {
            one.person for one in self.fixed.values() if one and one.is_growth
        }
        ways: dict[int, list[Offer]] = {person: [] for person in sorted(still)}
        for offer in self.case.growth:
            if offer.person in ways and self.fits(offer):
                ways[offer.person].append(offer)
        taken: dict[int, Offer] = {}
        if all(found(person, ways, taken, set()) for person in ways):
            return taken
        return None


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


def in_the_way(case: Case) -> tuple[tuple[Wish, ...], ...]:
    """Return the groups of wishes as `Proposal.in_the_way` has them; none is well."""
    wishes, groups = case.wishes(), []
    while not Held(case, wishes).is_possible:
        group = clash(lambda some: Held(case, some).is_possible, [], [], wishes)
        groups.append(tuple(sorted(group, key=wishes.index)))
        wishes.remove(groups[-1][0])
    if not groups and Held(case, wishes).is_empty:
        return (nothing_left(case, wishes),)
    return tuple(groups)


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
