"""The highest value of taking columns, with a bound. The only module that knows HiGHS.

A column is a task for a person. Each task is taken at most once, nobody takes more than
they have room for, and some people must take something to grow in. All amounts are
whole numbers, so that nothing is lost in rounding.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple


class Column(NamedTuple):
    """One task for one person."""

    task: int
    person: int
    size: int
    """What it takes of the room of the person."""
    freed: int
    level: int
    is_growth: bool


class Best(NamedTuple):
    """The columns taken, by their place; their value, and what none exceeds."""

    taken: list[int]
    value: int
    bound: int


def maximise(
    columns: Sequence[Column],
    values: Sequence[int],
    room: dict[int, int],
    grows: set[int],
    held: tuple[Sequence[int], int],
    start: list[int],
    until: float,
) -> Best:
    """Return the highest sum of `values`, that of the values held being as given.

    `start` are columns that may be taken together. After `until`, a moment of
    `time.monotonic`, no better ones are looked for.
    """
    import highspy
    import numpy as np

    if not columns:
        return Best([], 0, 0)
    tasks = {task: i for i, task in enumerate(dict.fromkeys(c.task for c in columns))}
    people = {who: len(tasks) + i for i, who in enumerate(room)}
    growing = {who: len(tasks) + len(room) + i for i, who in enumerate(sorted(grows))}
    last = len(tasks) + len(room) + len(growing)
    held_values, at_least = held
    starts: list[int] = []
    index: list[int] = []
    value: list[int] = []
    for place, column in enumerate(columns):
        starts.append(len(index))
        index += [tasks[column.task], people[column.person]]
        value += [1, column.size]
        if column.is_growth and column.person in growing:
            index.append(growing[column.person])
            value.append(1)
        if held_values[place]:
            index.append(last)
            value.append(held_values[place])
    rows = last + 1
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns), rows
    lp.col_cost_ = np.array(values, dtype=float)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(columns)), np.ones(len(columns))
    lower, upper = np.full(rows, -highspy.kHighsInf), np.full(rows, highspy.kHighsInf)
    upper[: len(tasks)] = 1
    upper[len(tasks) : len(tasks) + len(room)] = list(room.values())
    lower[len(tasks) + len(room) : last] = 1
    lower[last] = at_least - 0.5
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.array([*starts, len(index)])
    lp.a_matrix_.index_ = np.array(index)
    lp.a_matrix_.value_ = np.array(value, dtype=float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
    lp.sense_ = highspy.ObjSense.kMaximize
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, setting in {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.5,
        "time_limit": max(until - time.monotonic(), 0.01),
    }.items():
        highs.setOptionValue(name, setting)
    highs.passModel(lp)
    first = highspy.HighsSolution()
    first.col_value = [float(place in set(start)) for place in range(len(columns))]
    highs.setSolution(first)
    highs.run()
    solution = highs.getSolution().col_value
    taken = [place for place, x in enumerate(solution) if x > 0.5] or start
    worth = sum(values[place] for place in taken)
    bound = highs.getInfo().mip_dual_bound
    bound = min(bound, float(sum(values)))
    return Best(taken, worth, max(worth, int(bound + 1e-6 * (1 + abs(bound)))))
