"""S1: eight concurrent writers: how many saves are lost, how many end in an error.

Run as `.venv/bin/python benchmarks/s1_writers.py`.

A real server (waitress, eight threads) in a process of its own, on SQLite and then on a
PostgreSQL started for this. Eight browser tabs each save 50 times. Every save reads the
form of one and the same person, adds one to a number in a text, and sends it with
the version it read; where another tab came in between (409) it reads again and tries
once more, as a person would. So each save must count exactly once: what the number at
the end falls short of the saves that were acknowledged, was lost. An error is any
answer but 302 and 409, or none. Lost and errors are the claim; saves a second are of
the machine.
"""

import re
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(1, str(Path(__file__).parent.parent / "tests"))

import flask_migrate
from postgres import start_postgresql
from serving import GONE, Tab, served

from delegate import create_app
from delegate.identity import accounts
from delegate.models import Employee, Membership, Team, db

WRITERS = 8
SAVES = 50
EMAIL = "hanneke@example.org"
PASSWORD = "four words of some length"


def prepare(url: str, folder: str) -> int:
    """Make the tables, a manager and a person to write about; return its id."""
    settings = {"DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": url}
    app = create_app({**settings, "SECRET_KEY": "x" * 40})
    with app.app_context():
        flask_migrate.upgrade()
        manager = accounts.add_manager(EMAIL, "Hanneke Vos", PASSWORD)
        team = Team(name="Repairs")
        db.session.add(team)
        db.session.flush()
        of = {"team_id": team.id}
        db.session.add(Membership(**of, manager_id=manager.id, role="owner"))
        ann = Employee(**of, name="Ann", learning="0")
        db.session.add(ann)
        db.session.commit()
        id = ann.id
        db.session.remove()
        db.engine.dispose()
    return id


def read(tab: Tab, path: str) -> tuple[int, str]:
    """Return what is counted, and the version of the person it was read from."""
    page = tab.get(path)
    count = re.search(r'name="learning"[^>]*>\s*(\d+)</textarea>', page)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert count, page
    assert version, page
    return int(count[1]), version[1]


def write(tab: Tab, path: str, counted: Counter[str]) -> None:
    """Add one, as often as is asked, and count what came of it."""
    with closing(tab):
        for _ in range(SAVES):
            status = 409
            while status == 409:
                count, version = read(tab, path)
                try:
                    status, _, _ = tab.post(
                        path, name="Ann", learning=str(count + 1), version=version
                    )
                except GONE:
                    status = 0
                counted[{302: "saved", 409: "again"}.get(status, "errors")] += 1


def measure(name: str, url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="delegate-") as folder:
        url = url or f"sqlite:///{folder}/delegate.sqlite"
        path = f"/people/{prepare(url, folder)}/edit"
        counts = [Counter[str]() for _ in range(WRITERS)]
        with served(url, folder) as server:
            first = Tab(server).sign_in(EMAIL, PASSWORD)
            threads = [
                threading.Thread(target=write, args=(first.another(server), path, one))
                for one in counts
            ]
            start = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.perf_counter() - start
            there, _ = read(first, path)
            first.close()
    total = sum(counts, Counter[str]())
    print(
        f"{name:10}  {total['saved']} saved of {WRITERS * SAVES}, "
        f"{total['saved'] - there} lost, {total['errors']} errors, "
        f"{total['again']} told of another's save first; "
        f"{total['saved'] / seconds:.0f} saves a second"
    )


def main() -> None:
    measure("SQLite", "")
    with start_postgresql() as server:
        measure("PostgreSQL", server.create(server.empty))
    print("target: 0 lost, 0 errors")


if __name__ == "__main__":
    main()
