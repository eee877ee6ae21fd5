"""P5: twenty plans as one ZIP, drawn by two processes against one.

Run as `.venv/bin/python benchmarks/p5_zip.py`.

The job that a manager asks for is done whole: claimed, its rows read, its pages made,
drawn, packed and named; starting the processes counts. Measured: wall seconds, both in
turn within one run, medians. Two processes need two cores.
"""

import io
import os
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

sys.path.insert(0, str(Path(__file__).parent.parent))

from plans import TEXTS, add, app_with_plan

from delegate import i18n
from delegate.models import Agreement, Employee, Job, Manager, Pair, db
from delegate.upkeep import jobs, press

PLANS = 20
ROUNDS = 5
TARGET = 1.6


def add_people() -> tuple[int, list[int]]:
    """Add people with the same agreements as the first; return the team and all ids."""
    first = db.session.scalars(db.select(Employee)).one()
    own, ids = {"team_id": first.team_id}, [first.id]
    agreed = db.session.scalars(db.select(Agreement)).all()
    for _ in range(PLANS - 1):
        one = add(Employee(**own, name=first.name, count_on_me=first.count_on_me))
        for other in agreed:
            key = {**own, "employee_id": one.id, "task_id": other.task_id}
            add(Pair(**key))
            day = {"look_back_on": other.look_back_on, "state": "agreed"}
            add(Agreement(**key, **day, level=other.level, **TEXTS))
        ids.append(one.id)
    return first.team_id, ids


def ask(manager: Manager, team_id: int, ids: list[int]) -> jobs.Claim:
    content = f'{{"people": {ids}, "language": "en", "paper": "a4"}}'
    add(Job(kind="plans", content=content, team_id=team_id, manager_id=manager.id))
    db.session.commit()
    claimed = jobs.claim()
    assert claimed
    return claimed


def seconds(claim: jobs.Claim, processes: int) -> float:
    """Return what the job takes; it must end in a ZIP of all the plans."""
    press.print_all.__kwdefaults__["processes"] = processes
    start = time.perf_counter()
    jobs.do(claim)
    taken = time.perf_counter() - start
    job = db.session.get_one(Job, claim.id)
    assert job.file, job.reason
    with closing(ZipFile(io.BytesIO((jobs.folder() / job.file).read_bytes()))) as made:
        assert len(made.namelist()) == PLANS
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        app, _ = app_with_plan(Path(name))
        taken: dict[int, list[float]] = {1: [], 2: []}
        with app.app_context(), i18n.speaking("en"):
            manager = db.session.scalars(db.select(Manager)).one()
            team_id, ids = add_people()
            db.session.commit()
            for processes in list(taken) * ROUNDS:
                claim = ask(manager, team_id, ids)
                taken[processes].append(seconds(claim, processes))
            db.session.remove()
            db.engine.dispose()
    one, two = (statistics.median(times) for times in taken.values())
    print(f"{PLANS} plans as a ZIP, {os.cpu_count()} cores")
    print(f"one process   {one:6.2f} s")
    print(f"two processes {two:6.2f} s   {one / two:.2f} times faster", end="")
    print(f"    target {TARGET} or more")


if __name__ == "__main__":
    main()
