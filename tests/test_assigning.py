"""Who could take what: the best there is, proven, or the wishes that are in the way.

Small cases are held against trying everything there is.
"""

import random
import subprocess
import sys
from contextlib import ExitStack
from itertools import product

import pytest

from delegate import assigning
from delegate.assigning import (
    Kind,
    Offer,
    Person,
    Why,
    Wish,
    Work,
    answering,
    assign,
    solving,
)
from delegate.rules import Level

MANY = 10_000
"""More hours than anyone has: free hours that limit nothing."""


def case(seed):
    """Return people, tasks and offers; by turns with few wishes and with many.

    In every third nothing is asked for, and nearly everything is kept off. Of two in
    three, half the tasks are done by someone already.
    """
    chance, done = random.Random(seed), random.Random(-seed)
    doing = (None, None, Level.PROPOSE, Level.HEAR_AFTERWARDS) if seed % 4 else (None,)
    asks, keeps_off = ((0.1, 0.1), (0.3, 0.1), (0, 0.6))[seed % 3]
    people = [
        Person(
            id,
            chance.choice((0, 2, 4.5, 7)),
            grows=chance.random() < asks,
            is_out=chance.random() < keeps_off,
        )
        for id in (1, 2, 3)
    ]
    works = [
        Work(
            id,
            chance.choice((0.25, 1, 2, 2.5, 3, 4)),
            fixed=chance.choice((1, 2, 3)) if chance.random() < asks / 2 else None,
            stays=chance.random() < keeps_off,
            now=done.choice(doing),
        )
        for id in (11, 12, 13, 14, 15)
    ]
    offers = [
        Offer(person.id, work.id, chance.choice(list(Level)), chance.random() < 0.3)
        for person, work in product(people, works)
        if chance.random() < 0.8 - keeps_off / 2
    ]
    return (
        people,
        works,
        offers,
        chance.choice((Level.SHOW, Level.PROPOSE, Level.LET_GO)),
    )


def everything(people, works, offers, least):
    """Yield the offers of every way to share out the tasks that keeps to the wishes."""
    known = {(one.task, one.person): one for one in offers if one.level >= least}
    out = {one.id for one in people if one.is_out}
    ways = []
    for work in works:
        who = [one.id for one in people] if work.fixed is None else [work.fixed]
        may = [one for one in who if (work.id, one) in known and one not in out]
        nobody = [None] if work.fixed is None else []
        ways.append(nobody if work.stays else nobody + may)
    for chosen in product(*ways):
        taken = [
            known[work.id, who]
            for work, who in zip(works, chosen, strict=True)
            if who is not None
        ]
        if all(keeps(person, taken, works) for person in people):
            yield taken


def keeps(person, taken, works):
    hours = {work.id: work.hours for work in works}
    mine = [one for one in taken if one.person == person.id]
    return sum(hours[one.task] for one in mine) <= person.hours and (
        not person.grows or any(one.is_growth for one in mine)
    )


def is_best(proposal):
    found = (proposal.hours, proposal.levels)
    return found == (proposal.hours_bound, proposal.levels_bound)


def worth(taken, works):
    """Return the hours that come free beyond those that are, and the sum of levels."""
    known = {work.id: work for work in works}
    freed = 0
    for one in taken:
        work = known[one.task]
        already = assigning.FREED[work.now] if work.now else 0
        freed += work.hours * max(0, assigning.FREED[one.level] - already)
    return round(freed, 6), sum(one.level for one in taken)


def with_reason(people, works, offers, least):
    """Yield the ways of everything in which each task goes further, or was wished."""
    known = {work.id: work for work in works}
    growing = {one.id for one in people if one.grows}
    for way in everything(people, works, offers, least):
        if all(
            one.level > (known[one.task].now or 0)
            or known[one.task].fixed
            or (one.is_growth and one.person in growing)
            for one in way
        ):
            yield way


def only(wishes, people, works, offers, least):
    """Return a case with these of its wishes, and no other."""
    return (
        [
            Person(
                one.id,
                one.hours if Wish(Kind.FREE, one.id) in wishes else MANY,
                one.grows and Wish(Kind.GROWS, one.id) in wishes,
                one.is_out and Wish(Kind.OUT, one.id) in wishes,
            )
            for one in people
        ],
        [
            Work(
                one.id,
                one.hours,
                one.fixed if Wish(Kind.FIXED, one.fixed, one.id) in wishes else None,
                one.stays and Wish(Kind.STAYS, task=one.id) in wishes,
            )
            for one in works
        ],
        offers,
        least if Wish(Kind.LEAST) in wishes else Level.SHOW,
    )


def wishes_of(people, works, offers, least):
    return [
        *(Wish(Kind.FIXED, one.fixed, one.id) for one in works if one.fixed),
        *(Wish(Kind.GROWS, one.id) for one in people if one.grows),
        *(Wish(Kind.STAYS, task=one.id) for one in works if one.stays),
        *(Wish(Kind.OUT, one.id) for one in people if one.is_out),
        Wish(Kind.LEAST),
        *(Wish(Kind.FREE, one.id) for one in people),
    ]


def can_be(wishes, asked):
    return next(everything(*only(wishes, *asked)), None) is not None


def leaves_some(kinds, asked):
    wishes = [one for one in wishes_of(*asked) if one.kind in kinds]
    return any(everything(*only(wishes, *asked)))


def propose(people, works, offers, least, **more):
    return assign(people, works, offers, least=least, **more)


@pytest.mark.parametrize("small", [solving.SMALL, 0])
def test_nothing_frees_more_and_of_those_nothing_has_higher_levels(small, monkeypatch):
    monkeypatch.setattr(solving, "SMALL", small)  # 0: as for a team of hundreds
    proposed = 0
    for seed in range(120):
        asked = case(seed)
        ways = list(with_reason(*asked))
        proposal = propose(*asked)

        taken = [Offer(r.person, r.task, r.level, r.is_growth) for r in proposal.rows]
        assert any(everything(*asked)) != bool(proposal.in_the_way), seed
        if not proposal.in_the_way:
            proposed += bool(taken)
            best = max(worth(way, asked[1]) for way in ways)
            assert sorted(taken) in [sorted(way) for way in ways], seed
            assert worth(taken, asked[1]) == best, seed
            assert (proposal.hours, proposal.levels) == pytest.approx(best), seed
            assert is_best(proposal), seed
            assert sum(row.hours for row in proposal.rows) == pytest.approx(best[0])
    assert 30 < proposed < 100


def test_wishes_in_the_way_are_named_and_no_other():
    grouped = emptied = 0
    for seed in range(300):
        asked = case(seed)
        groups = propose(*asked).in_the_way
        every = wishes_of(*asked)
        if groups and can_be(every, asked):
            [group] = groups
            emptied += 1
            kinds = [one.kind for one in group]
            assert not leaves_some(kinds, asked), seed
            for one in kinds:
                assert leaves_some([kind for kind in kinds if kind != one], asked), seed
        elif groups:
            grouped += 1
            for group in groups:
                assert set(group) <= set(every), seed
                assert not can_be(group, asked), seed
                for one in group:
                    assert can_be([wish for wish in group if wish != one], asked), seed
            firsts = [group[0] for group in groups]
            assert can_be([one for one in every if one not in firsts], asked), seed
    assert grouped > 100
    assert emptied > 10


def test_the_same_facts_in_another_order_give_the_same_answer():
    for seed in range(40):
        people, works, offers, least = case(seed)
        proposal = propose(people, works, offers, least)
        for facts in (people, works, offers):
            random.Random(seed).shuffle(facts)

        assert propose(people, works, offers, least) == proposal


TWO = [Person(1, 8), Person(2, 8)]
ALL_BUT_ONE = [Offer(1, 11, Level.ADVISE), Offer(2, 11, Level.LET_GO)]


@pytest.mark.parametrize(
    ("people", "works", "offers", "in_the_way"),
    [
        ([], [], [], [()]),
        ([], [Work(11, 4)], [], [()]),
        (TWO, [], [], [()]),
        (TWO, [Work(11, 4)], [], [()]),
        (TWO, [Work(11, 4)], [Offer(3, 11, Level.LET_GO)], [()]),
        (TWO, [Work(11, 9)], ALL_BUT_ONE, [(Wish(Kind.FREE),)]),
        (TWO, [Work(11, 4, stays=True)], ALL_BUT_ONE, [(Wish(Kind.STAYS),)]),
        (TWO, [Work(11, 4)], [Offer(1, 11, Level.SHOW)], [(Wish(Kind.LEAST),)]),
        (
            [Person(1, 8, is_out=True)],
            [Work(11, 4)],
            ALL_BUT_ONE,
            [(Wish(Kind.OUT),)],
        ),
        (TWO, [Work(11, 4, fixed=2)], [], [(Wish(Kind.FIXED, 2, 11),)]),
        (
            TWO,
            [Work(11, 4, fixed=1)],
            [Offer(1, 11, Level.EXPLAIN)],
            [(Wish(Kind.FIXED, 1, 11), Wish(Kind.LEAST))],
        ),
        (
            [Person(1, 8), Person(2, 8, grows=True)],
            [Work(11, 4)],
            ALL_BUT_ONE,
            [(Wish(Kind.GROWS, 2),)],
        ),
    ],
)
def test_where_nothing_can_be_proposed_it_is_said_why(
    people, works, offers, in_the_way
):
    proposal = assign(people, works, offers)

    assert proposal.in_the_way == tuple(in_the_way)
    assert not proposal.rows


def test_each_task_says_why_it_goes_or_stays():
    works = [Work(11, 4), Work(12, 5), Work(13, 9), Work(14, 1), Work(15, 1)]
    works += [Work(16, 1, stays=True), Work(17, 2, fixed=2, now=Level.LET_GO)]
    works += [Work(18, 1, now=Level.PROPOSE), Work(19, 1, now=Level.PROPOSE)]
    offers = [
        Offer(1, 11, Level.ADVISE),
        Offer(2, 11, Level.LET_GO),
        Offer(2, 12, Level.LET_GO, is_growth=True),
        Offer(2, 13, Level.LET_GO),
        Offer(1, 14, Level.EXPLAIN),
        Offer(1, 16, Level.LET_GO),
        Offer(2, 17, Level.PROPOSE),
        Offer(1, 18, Level.PROPOSE),
        Offer(1, 19, Level.DECIDE_TOGETHER),
    ]
    proposal = assign([Person(1, 3), Person(2, 8)], works, offers)

    rows = [(r.task, r.person, r.is_fixed, r.hours) for r in proposal.rows]
    assert rows == [(12, 2, False, 5), (17, 2, True, 0), (19, 1, False, 0.2)]
    assert proposal.left == {
        11: Why.FULL,
        13: Why.HOURS,
        14: Why.LEAST,
        15: Why.NOBODY,
        16: Why.WISHED,
        18: Why.NOW,
    }
    assert assign([Person(1, 4), Person(2, 8)], works, offers).rows[0].higher == (2,)


@pytest.mark.parametrize(
    ("level", "provisional", "counts"),
    [(7, True, 3), (4, True, 3), (3, True, 3), (2, True, 2), (7, False, 7)],
)
def test_a_provisional_level_counts_as_three_at_most(level, provisional, counts):
    assert assigning.counted(Level(level), provisional) == counts


def test_without_time_there_is_less_but_never_beyond_the_bound():
    short = 0
    for seed in range(60):
        asked = case(seed)
        ways = [worth(way, asked[1]) for way in with_reason(*asked) if way]
        proposal = propose(*asked, seconds=0)
        if ways:
            short += not is_best(proposal)
            assert bool(proposal.in_the_way) is False
            assert max(hours for hours, _ in ways) <= proposal.hours_bound + 1e-9
            alike = [levels for hours, levels in ways if hours > proposal.hours - 1e-9]
            assert max(alike) <= proposal.levels_bound
    assert short > 0


@pytest.mark.parametrize(("seconds", "others"), [(0, 0), (1, 0), (1, 2)])
def test_what_is_not_proven_in_time_is_still_sound_and_bounded(seconds, others):
    chance = random.Random(1)
    people = [Person(id, chance.choice((6.3, 9, 14)), grows=id < 5) for id in range(30)]
    works = [Work(id, chance.choice((1, 1.5, 2, 4, 7))) for id in range(90)]
    offers = [
        Offer(p.id, w.id, Level(chance.randint(1, 7)), chance.random() < 0.1)
        for p, w in product(people, works)
    ]
    with ExitStack() as searching:
        for _ in range(others):
            searching.enter_context(answering.PLACES)
        proposal = assign(people, works, offers, seconds=seconds)

    taken = [Offer(r.person, r.task, r.level, r.is_growth) for r in proposal.rows]
    assert set(taken) <= {one for one in offers if one.level >= Level.PROPOSE}
    assert len({one.task for one in taken}) == len(taken) >= 5
    assert all(keeps(person, taken, works) for person in people)
    assert worth(taken, works) == pytest.approx((proposal.hours, proposal.levels))
    assert proposal.hours <= proposal.hours_bound <= sum(work.hours for work in works)
    assert proposal.levels <= proposal.levels_bound


def test_starting_the_app_does_not_load_the_solver():
    started = "import delegate.pages.planner, sys; print('highspy' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", started], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "False"
