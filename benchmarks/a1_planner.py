"""A1: how near to the best a proposal comes, and what it takes to make one.

Run as `.venv/bin/python benchmarks/a1_planner.py`; on a machine that leaves a process a
third of a core as `.venv/bin/python benchmarks/a1_planner.py 3`: then there are three
times the seconds by the clock, and it is CPU that must be within the target.

Teams of 10 × 20, 50 × 200 and 200 × 2,000 people and tasks, made up anew for each round
in a fixed random order. Tasks of 1 to 12 hours; the people together have free hours for
90 % of them, one three times as many as another. Everybody has a level for every task,
which leans on the person and on chance. The least level is the usual one, 3, and every
tenth person wants something to grow in.

Measured, each in a process of its own: the seconds a proposal takes, by the clock and
of CPU, the import of HiGHS and numpy among them, but not that of the program, which is
there already; and how far the hours freed, and with these held the levels, are from
the best at most, by the bound that the proposal shows. It stops by the clock, at nine
tenths of that: on a busy machine less is found than on another.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from delegate import assigning
from delegate.rules import Level

ROUNDS = 5
TEAMS = {
    "10 × 20": (10, 20, 1, 0.0),
    "50 × 200": (50, 200, 3, 0.02),
    "200 × 2,000": (200, 2000, 10, 0.03),
}
"""People, tasks, and the target: seconds, and how far from the most hours at most."""


def team(people: int, tasks: int, seed: int) -> tuple[list[tuple[float, ...]], ...]:
    """Return people with free hours, tasks with hours, and levels, as plain rows."""
    chance = random.Random(seed)
    hours = [chance.choice((1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12)) for _ in range(tasks)]
    each = 0.9 * sum(hours) / people
    leaning = [chance.gauss(4, 1.2) for _ in range(people)]
    return (
        [(who, round(each * chance.uniform(0.5, 1.5), 1)) for who in range(people)],
        list(enumerate(hours)),
        [
            (who, task, min(max(round(chance.gauss(leaning[who], 1.3)), 1), 7))
            for who in range(people)
            for task in range(tasks)
        ],
    )


def propose(name: str, seed: int, times: float) -> dict[str, float]:
    """Make one proposal in this process, and say what it took."""
    people, tasks, target, _ = TEAMS[name]
    who, what, levels = team(people, tasks, seed)
    persons = [assigning.Person(id, hours, id % 10 == 0) for id, hours in who]
    works = [assigning.Work(id, hours) for id, hours in what]
    offers = [assigning.Offer(p, t, Level(at), t % 7 == 0) for p, t, at in levels]
    clock, cpu = time.monotonic(), time.process_time()
    found = assigning.assign(persons, works, offers, seconds=0.9 * times * target)
    return {
        "clock": time.monotonic() - clock,
        "CPU": time.process_time() - cpu,
        "hours": assigning.gap(found.hours, found.hours_bound),
        "levels": assigning.gap(found.levels, found.levels_bound),
    }


def in_turn(times: str) -> dict[str, list[dict[str, float]]]:
    """Return for each team what its rounds took, each in a process of its own."""
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in TEAMS}
    for seed in range(ROUNDS):
        for name, rounds in taken.items():
            call = [sys.executable, __file__, times, name, str(seed)]
            rounds.append(json.loads(subprocess.check_output(call, text=True)))
    return taken


def main(times: str = "1") -> None:
    for name, rounds in in_turn(times).items():
        keys = rounds[0].keys()
        middle = {key: statistics.median(one[key] for one in rounds) for key in keys}
        worst = {key: max(one[key] for one in rounds) for key in keys}
        _, _, seconds, gap = TEAMS[name]
        print(f"{name}, target {seconds} s and {gap:.0%} of the hours")
        for key, unit in {"clock": ".2f", "CPU": ".2f", "hours": ".2%"}.items():
            print(f"  {key:7}{middle[key]:{unit}}  worst {worst[key]:{unit}}")
        print(f"  levels {middle['levels']:.2%}  worst {worst['levels']:.2%}")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        times, name, seed = sys.argv[1:]
        print(json.dumps(propose(name, int(seed), float(times))))
    else:
        main(*sys.argv[1:])
