"""Everything that could be taken, as arrays, and as a program that HiGHS understands.

A column is a task for a person. Each task is taken at most once, nobody takes more than
they have room for, and some must take something to grow in. Amounts are whole numbers,
hundredths of hours and thousandths of hours freed, so that nothing hangs on a rounding.

Slow to import, as is all that is built on it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from .cases import Column

Places = NDArray[np.int64]
"""Which columns, or a whole number for each of something."""

Numbers = NDArray[np.float64]


class Goal(NamedTuple):
    """What is to be highest, and how much there must be of what came before it."""

    value: Places
    unit: int
    """How much of the value is told to HiGHS as 1."""
    held: Places
    at_least: int


class Choice:
    """All columns, with the room and the needs of people."""

    def __init__(
        self, columns: Sequence[Column], room: dict[int, int], grows: set[int]
    ) -> None:
        people = {who: place for place, who in enumerate(room)}
        tasks = {one: i for i, one in enumerate(dict.fromkeys(c.task for c in columns))}
        self.task = np.array([tasks[one.task] for one in columns])
        self.person = np.array([people[one.person] for one in columns])
        self.size = np.array([one.size for one in columns])
        self.freed = np.array([one.freed for one in columns])
        self.level = np.array([one.level for one in columns])
        self.grown = np.array([int(one.is_growth) for one in columns])
        self.needs = np.array([int(who in grows) for who in room])
        self.room = whole_steps(np.array(list(room.values())), self.size)
        self.tasks, self.people = len(tasks), len(people)
        self.first = np.searchsorted(self.task, np.arange(self.tasks))

    def __len__(self) -> int:
        return len(self.task)

    def summed(self, amounts: Places, taken: Places) -> Places:
        """Return for each person the sum of an amount over what is taken."""
        return np.bincount(self.person[taken], amounts[taken], self.people).astype(int)

    def is_sound(self, taken: Places, goal: Goal) -> bool:
        """Say whether these can be taken together."""
        return bool(
            len(np.unique(self.task[taken])) == len(taken)
            and (self.summed(self.size, taken) <= self.room).all()
            and (self.summed(self.grown, taken) >= self.needs).all()
            and goal.held[taken].sum() >= goal.at_least
        )

    def others(self, taken: Places) -> NDArray[np.bool_]:
        """Return which columns are of a task that is not taken."""
        is_open = np.ones(self.tasks, bool)
        is_open[self.task[taken]] = False
        return np.take(is_open, self.task)

    def foremost(self, score: Numbers | Places, few: int) -> Places:
        """Return the few columns of each task with the highest score."""
        order = np.lexsort((-score, self.task))
        rank = np.arange(len(self)) - self.first[self.task[order]]
        return np.compress(rank < few, order)


def whole_steps(room: Places, sizes: Places) -> Places:
    """Return the part of each room that can be filled at all.

    Not a sharper choice, but a sharper bound.
    """
    step = np.gcd.reduce(sizes)
    return room // step * step if step else room


def program(choice: Choice, goal: Goal, among: Places, done: Places) -> highspy.HighsLp:
    """Return the program of taking some columns of `among` beside those `done`.

    Its rows: the tasks, the room of each person, the growing of each, what is held.
    """
    tasks, people, ones = choice.tasks, choice.people, np.ones(len(among))
    who = choice.person[among]
    rows = (choice.task[among], tasks + who, tasks + people + who, 0 * who - 1)
    size, held = choice.size[among] / 100, goal.held[among] / 1000
    entries = np.stack((ones, size, choice.grown[among], held), axis=1)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(among), tasks + 2 * people + 1
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = goal.value[among] / goal.unit
    lp.col_lower_, lp.col_upper_ = 0 * ones, ones
    room = (choice.room - choice.summed(choice.size, done)) / 100
    lp.row_upper_ = np.concatenate((np.ones(tasks), room, np.full(people + 1, np.inf)))
    needs = choice.needs - choice.summed(choice.grown, done)
    still = (goal.at_least - goal.held[done].sum() - 0.5) / 1000
    lows = np.append(np.where(needs > 0, needs, -np.inf), still)
    lp.row_lower_ = np.concatenate((np.full(tasks + people, -np.inf), lows))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.append(0, np.cumsum((entries != 0).sum(axis=1)))
    lp.a_matrix_.index_ = (np.stack(rows, axis=1) % lp.num_row_)[entries != 0]
    lp.a_matrix_.value_ = entries[entries != 0]
    return lp
