"""R1: what a whole recommendation costs against the level alone.

Run as `.venv/bin/python benchmarks/r1_rules.py`.

One side is `recommend_many` over a million pairs, each result's level,
provisional and floored read and the result dropped. The other is a plain
function, here below, that works out the level and nothing else: the same
arithmetic from ready tables, no object made, called in a plain loop. Both
stream the same pairs: 50 people by 200 tasks, a safeguard in one pair of 20, one
task of 25 reserved and one of 25 with a fact missing. Both give the same levels;
that is checked first.

Measured: CPU seconds, both sides in turn within one run, medians of 7, and how
much memory the stream adds while it runs. Not measured: making Ratings and Task
with their checks, which is done once per row and before the clock starts, and
the fields that nobody reads. Nothing is remembered from one pair to the next.
"""

import itertools
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from delegate.rules import (
    RATED,
    Clarity,
    Ratings,
    Stakes,
    Task,
    Undo,
    recommend_many,
)

PAIRS = 1_000_000
ROUNDS = 7
TARGET = 2.0
MEMORY_TARGET = 10_000  # bytes: a million results kept would take 10,000 times that

Case = tuple[Ratings, Task, frozenset[str]]

CEILING = {1: 2, 2: 3, None: 4, 3: 5, 4: 6, 5: 7}
SHIFT = dict(
    zip(itertools.product(Stakes, Undo), (1, 0, 0, 0, 0, -1, 0, -1, -2), strict=True)
)
AT_MOST = {
    risk: {r: min(max(c + shift, 1), 7) for r, c in CEILING.items()}
    for risk, shift in SHIFT.items()
}
BY_CLARITY = dict(zip(Clarity, (7, 6, 4), strict=True))
BY_STAKES = dict(zip(Stakes, (7, 7, 6), strict=True))


def level_alone(ratings: Ratings, task: Task, safeguards: frozenset[str]) -> int | None:
    if task.reserved or not (task.stakes and task.undo and task.clarity):
        return None
    at_most = AT_MOST[task.stakes, task.undo]
    if safeguards:
        rated = min(
            max(at, min(5, at + 1)) if name in safeguards else at
            for name in RATED
            for at in (at_most[getattr(ratings, name)],)
        )
    else:
        rated = min(
            at_most[ratings.choices],
            at_most[ratings.informs],
            at_most[ratings.needs],
            at_most[ratings.help],
            at_most[ratings.familiarity],
        )
    level = min(rated, BY_CLARITY[task.clarity], BY_STAKES[task.stakes])
    if level < 3 and ratings.familiarity in (4, 5):
        return 3
    return level


def team(people: int = 50, tasks: int = 200) -> list[Case]:
    """Return the pairs of a big team, in a fixed random order."""
    chance = random.Random(1)
    scores = (None, 1, 2, 3, 3, 4, 4, 5)
    work = [
        Task(
            stakes=None if number % 25 == 1 else chance.choice(list(Stakes)),
            undo=chance.choice(list(Undo)),
            clarity=chance.choice(list(Clarity)),
            reserved=number % 25 == 0,
        )
        for number in range(tasks)
    ]
    pairs = []
    for task, _ in itertools.product(work, range(people)):
        ratings = Ratings(**{name: chance.choice(scores) for name in RATED})
        guarded = {"informs"} if chance.random() < 1 / 20 else ()
        pairs.append((ratings, task, frozenset(guarded)))
    chance.shuffle(pairs)
    return pairs


def streamed(pairs: list[Case]) -> Iterator[Case]:
    return itertools.chain.from_iterable(itertools.repeat(pairs, PAIRS // len(pairs)))


def read_all(pairs: list[Case]) -> None:
    for recommendation in recommend_many(streamed(pairs)):
        recommendation.level  # noqa: B018
        recommendation.provisional  # noqa: B018
        recommendation.floored  # noqa: B018


def read_level_alone(pairs: list[Case]) -> None:
    for ratings, task, safeguards in streamed(pairs):
        level_alone(ratings, task, safeguards)


def cpu_seconds(side: Callable[[list[Case]], None], pairs: list[Case]) -> float:
    start = time.process_time()
    side(pairs)
    return time.process_time() - start


def peak_growth(pairs: list[Case]) -> int:
    """Return how many bytes more than before were ever held at once."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    read_all(pairs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - before


def main() -> None:
    pairs = team()
    assert [r.level for r in recommend_many(pairs)] == [level_alone(*p) for p in pairs]
    whole, alone = [], []
    for _ in range(ROUNDS):
        alone.append(cpu_seconds(read_level_alone, pairs))
        whole.append(cpu_seconds(read_all, pairs))
    ratio = statistics.median(whole) / statistics.median(alone)
    growth = peak_growth(pairs)
    print(f"level alone      {statistics.median(alone):6.3f} s CPU for {PAIRS:,} pairs")
    print(f"recommend_many   {statistics.median(whole):6.3f} s CPU for {PAIRS:,} pairs")
    print(f"ratio            {ratio:6.2f}    target {TARGET} or less")
    print(f"memory added  {growth:9,} bytes    target {MEMORY_TARGET:,} or less")


if __name__ == "__main__":
    main()
