"""Which columns to take, and a bound on any other choice. The module that runs HiGHS.

The bound is Lagrange's: whatever prices are put on room, on growing and on what is
held, no choice is worth more than all that has a price and, of each task, its best
column at these prices. It holds for any prices, so that the linear program is trusted
for good ones only, and may leave columns out. By the same sum most columns can be in no
better choice; over those that can, HiGHS looks for it, or proves that there is none.
"""

import time
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

from .arrays import Choice, Goal, Numbers, Places, program
from .cases import Column, Sum

FEW = 10
"""How many columns of a task come into the linear program at a time."""

ROUNDS = 8
"""How often they do at most."""

NEAR = 1e-4
"""How near to what the linear program finds, as a share, a bound is good enough."""

SMALL = 500
"""With so many columns there is nothing to be gained by taking them in parts."""

PEOPLE, COLUMNS = 4, 150
"""How many people exchange their tasks at a time, and among how many columns."""

PROVABLE = 4000
"""With more columns left a proof would take too long."""

HOURS_FIRST = 2 / 3
"""How much of the time is for hours, before levels."""

SLACK = 5e-4
"""What HiGHS may be off, in its own units."""


class Search:
    """The best choice that was found, and how much better another could be."""

    def __init__(self, choice: Choice, goal: Goal, taken: Places, until: float) -> None:
        self.choice, self.goal, self.until = choice, goal, until
        self.taken = taken
        self.step = int(np.gcd.reduce(goal.value)) or 1
        self.bound = np.inf
        self.short: Numbers = np.zeros(len(choice))
        """How far below the bound every choice with this column lies."""
        self.share: Numbers = np.zeros(len(choice))
        """How much of each column the linear program takes."""

    @property
    def value(self) -> int:
        return int(self.goal.value[self.taken].sum())

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def fill(self) -> None:
        """Take what there is still room for, what is worth most first."""
        choice, value = self.choice, self.goal.value
        room = choice.room - choice.summed(choice.size, self.taken)
        is_open = np.full(choice.tasks, True)
        is_open[choice.task[self.taken]] = False
        first = np.sort(choice.foremost(value, FEW))
        more = []
        for place in first[np.argsort(-value[first], kind="stable")]:
            task, person = choice.task[place], choice.person[place]
            if is_open[task] and choice.size[place] <= room[person]:
                more.append(place)
                is_open[task] = False
                room[person] -= choice.size[place]
        self.taken = np.sort(np.append(self.taken, np.array(more, int)))

    def relax(self) -> None:
        """Find prices, and with them a bound."""
        choice, goal = self.choice, self.goal
        active = choice.grown > 0
        active[self.taken] = active[choice.foremost(goal.value, FEW)] = True
        for _ in range(ROUNDS):
            among = np.flatnonzero(active)
            highs = run(program(choice, goal, among, among[:0]), self.until)
            highs.run()
            solution = highs.getSolution()
            if self.is_over and np.isfinite(self.bound):
                return
            prices = np.array(solution.row_dual)
            gains = self.price(prices)
            self.share[:] = 0
            self.share[among] = solution.col_value
            if self.bound - highs.getObjectiveValue() < NEAR * self.bound:
                return
            gains -= prices[: choice.tasks][choice.task]
            gains[active] = 0
            fresh = choice.foremost(gains, FEW)
            active[fresh[gains[fresh] > 0]] = True

    def price(self, prices: Numbers) -> Numbers:
        """Take over the bound at these prices where it is lower.

        Returns what each column is worth beyond what it costs.
        """
        choice, goal = self.choice, self.goal
        room, growing = np.split(prices[choice.tasks : -1], 2)
        room, growing = np.maximum(room, 0), np.minimum(growing, 0) * choice.needs
        held = min(prices[-1], 0.0)
        who = choice.person
        gains: Numbers = (
            goal.value / goal.unit
            - room[who] * choice.size / 100
            - growing[who] * choice.grown
            - held * goal.held / 1000
        )
        best = np.maximum(np.maximum.reduceat(gains, choice.first), 0)
        paid = room @ choice.room / 100 + growing.sum() + held * goal.at_least / 1000
        if paid + best.sum() < self.bound:
            self.bound = float(paid + best.sum())
            self.short = gains - best[choice.task]
        return gains

    def better(self) -> Any:
        """Return which columns could be in a choice that is better by a step."""
        least = (self.value + self.step) / self.goal.unit
        return self.bound + self.short >= least - SLACK

    def settle(self) -> None:
        """Take what the linear program takes whole, and choose among the rest."""
        done = np.flatnonzero(self.share > 1 - 1e-6)
        rest = self.share > 0
        rest[self.choice.foremost(self.short, FEW)] = True
        among = np.flatnonzero(self.choice.others(done) & rest)
        self.solve(among, done, mip_rel_gap=1e-3, mip_max_nodes=20)

    def exchange(self) -> None:
        """Let a few people at a time choose anew, until nobody gains any more."""
        chance = np.random.default_rng(0)
        blocks = -(-self.choice.people // PEOPLE)
        before = -1
        while before < self.value and not self.is_over:
            before = self.value
            for _ in range(2):
                order = chance.permutation(self.choice.people)
                for block in np.array_split(order, blocks):
                    self.exchange_among(block)

    def exchange_among(self, people: Places) -> None:
        """Let some people choose anew, among their tasks and those nobody has."""
        choice = self.choice
        theirs = np.isin(choice.person, people)
        done = self.taken[~theirs[self.taken]]
        among = np.flatnonzero(theirs & choice.others(done) & self.better())
        near = among[np.argsort(-self.short[among], kind="stable")[:COLUMNS]]
        among = np.union1d(near, self.taken[theirs[self.taken]])
        if not self.is_over:
            self.solve(among, done, mip_rel_gap=1e-4, mip_max_nodes=20)

    def prove(self) -> None:
        """Look among all columns that could be in a better choice."""
        among = np.flatnonzero(self.better())
        if len(among) > PROVABLE or self.is_over:
            return
        among, none = np.union1d(among, self.taken), among[:0]
        gap = 0.9 * self.step / self.goal.unit
        bound = self.solve(among, none, mip_rel_gap=0.0, mip_abs_gap=gap)
        self.bound = min(self.bound, max(bound, self.value / self.goal.unit))

    def solve(self, among: Places, done: Places, **options: float) -> float:
        """Choose among some columns, beside those done; return HiGHS's bound."""
        lp = program(self.choice, self.goal, among, done)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(among)
        highs = run(lp, self.until, **options)
        start = highspy.HighsSolution()
        start.col_value = np.isin(among, self.taken).astype(float)
        highs.setSolution(start)
        highs.run()
        x = np.array(highs.getSolution().col_value)
        found = np.sort(np.concatenate((done, among[x > 0.5])))
        worth = int(self.goal.value[found].sum())
        if worth > self.value and self.choice.is_sound(found, self.goal):
            self.taken = found
        return float(highs.getInfo().mip_dual_bound)

    def sum(self) -> Sum:
        bound = (self.bound + SLACK) * self.goal.unit
        steps = int(min(bound, self.goal.value.sum()) // self.step)
        return Sum(self.value, max(self.value, steps * self.step))


def best(
    columns: Sequence[Column],
    room: dict[int, int],
    grows: set[int],
    start: Sequence[int],
    until: float,
) -> tuple[Places, Sum, Sum]:
    """Return which columns free the most and, of those, have the highest levels.

    `start` are places of columns that can be taken together. After `until`, a moment of
    `time.monotonic`, nothing better is looked for.
    """
    choice = Choice(columns, room, grows)
    begin = np.array(start, int)
    now = time.monotonic()
    soon = now + (until - now) * HOURS_FIRST
    hours = searched(choice, Goal(choice.freed, 1000, 0 * choice.freed, 0), begin, soon)
    goal = Goal(choice.level, 1, choice.freed, hours.value)
    levels = searched(choice, goal, hours.taken, until)
    freed = int(choice.freed[levels.taken].sum())  # more, where no proof was found
    return levels.taken, Sum(freed, hours.sum().bound), levels.sum()


def searched(choice: Choice, goal: Goal, start: Places, until: float) -> Search:
    search = Search(choice, goal, start, until)
    search.fill()
    search.relax()
    if len(choice) > SMALL:
        search.settle()
        search.exchange()
    search.prove()
    return search


def run(lp: highspy.HighsLp, until: float, **options: float) -> Any:
    """Return HiGHS before it runs, made so that it runs the same way each time."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("parallel", "off")
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("time_limit", max(until - time.monotonic(), 0.01))
    for name, setting in options.items():
        highs.setOptionValue(name, setting)
    highs.passModel(lp)
    return highs
