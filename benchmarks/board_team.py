"""What the three measures of the board share: teams of any size, and a bare client.

A team is the same whenever it is made: every person is rated on the four criteria, one
in three of the criteria twice; every pair has a familiarity but one in ten. Each person
does three tasks now, every second of them by an agreement, of which every second has a
safeguard. The manager does three tasks; one in ten is reserved, one in ten has a fact
to answer. What goes on now grows with the people, all other pairs with both.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import flask_migrate
from flask import Flask
from sqlalchemy import insert
from werkzeug.test import EnvironBuilder

from delegate import create_app, database, i18n, rules
from delegate.identity import accounts
from delegate.models import (
    Agreement,
    Employee,
    Membership,
    Pair,
    Rating,
    Safeguard,
    Task,
    Team,
    db,
    utc_now,
)

ROUNDS = 9
EMAIL = "hanneke@example.org"
PASSWORD = "four words of some length"
FIRST = ("Ann", "Marijke", "Yusuf", "Bart", "Priya", "Noor", "Jayden", "Fatma", "Kees")
WORK = (
    "Weekly planning of the repair crews",
    "Monthly report to the management team",
    "Checking subcontractors’ invoices",
    "Negotiating the framework contract for lift maintenance",
    "Answering tenants’ complaints",
)


def make_app(folder: str) -> Flask:
    """Return the real app on a fresh database in `folder`, with one manager."""
    url = f"sqlite:///{folder}/delegate.sqlite"
    database.prepare_file(url)
    app = create_app(
        {"DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": "x" * 40}
    )
    with app.app_context():
        flask_migrate.upgrade()
        accounts.add_manager(EMAIL, "Hanneke Vos", PASSWORD)
        db.session.commit()
    return app


def fresh_folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="delegate-", ignore_cleanup_errors=True)


def add_team(people: int, tasks: int, manager_id: int = 1) -> int:
    """Add a team of this size and return its id."""
    chance = random.Random(people * tasks)
    team = Team(name=f"{people} by {tasks}")
    db.session.add(team)
    db.session.flush()
    of = {"team_id": team.id}
    db.session.add(Membership(**of, manager_id=manager_id, role="owner"))
    staff = [
        Employee(**of, name=f"{FIRST[n % 9]} {chr(65 + n // 9)}. van den Berg")
        for n in range(people)
    ]
    work = [Task(**of, **a_task(n, chance)) for n in range(tasks)]
    db.session.add_all([*staff, *work])
    db.session.flush()
    rater = {**of, "rater_id": manager_id, "created_at": utc_now()}
    db.session.execute(insert(Rating), ratings(rater, staff, work, chance))
    for place, employee in enumerate(staff):
        for n in range(3):
            what = work[(place * 7 + n * 3) % tasks]
            add_going_on(of, employee.id, what.id, chance, agreed=n == 1)
    db.session.commit()
    return team.id


def a_task(n: int, chance: random.Random) -> dict[str, Any]:
    return {
        "title": f"{WORK[n % len(WORK)]} {n + 1}",
        "stakes": None if n % 10 == 8 else chance.choice(list(rules.Stakes)),
        "undo": chance.choice(list(rules.Undo)),
        "outcome_clear": chance.choice(["clear", "clear", "clear", "partly"]),
        "limits_clear": chance.choice(["clear", "clear", "clear", "unclear"]),
        "reserved": n % 10 == 9,
        "reserved_why": "law and confidentiality" if n % 10 == 9 else "",
        "with_me": n < 3,
    }


def ratings(
    rater: Mapping[str, Any],
    staff: list[Employee],
    work: list[Task],
    chance: random.Random,
) -> list[dict[str, Any]]:
    rows = []
    for employee in staff:
        who = {**rater, "employee_id": employee.id}
        for criterion in rules.CRITERIA:
            for _ in range(1 + (chance.random() < 1 / 3)):
                rows.append({**who, "criterion": criterion, "task_id": None})
        for task in work:
            if chance.random() < 9 / 10:
                rows.append({**who, "criterion": "familiarity", "task_id": task.id})
    for row in rows:
        score = chance.choice((None, 1, 2, 3, 3, 4, 4, 4, 5, 5))
        row |= {
            "state": "scored" if score else "unseen",
            "score": score,
            "example": "Called before the delay.",
            "seen_on": None,
        }
    return rows


def add_going_on(
    of: Mapping[str, int], who: int, what: int, chance: random.Random, *, agreed: bool
) -> None:
    pair = {**of, "employee_id": who, "task_id": what}
    if db.session.get(Pair, (who, what)) is not None:
        return
    db.session.add(Pair(**pair, current=chance.choice(range(1, 8))))
    db.session.flush()
    if not agreed:
        return
    day = date.today() + timedelta(days=chance.choice((-30, 3, 30)))
    agreement = Agreement(**pair, level=4, state="agreed", look_back_on=day)
    db.session.add(agreement)
    db.session.flush()
    if chance.random() < 1 / 2:
        row = {"agreement_id": agreement.id, "criterion": "informs"}
        db.session.add(Safeguard(**row, text="Thursday at 15:00."))


def sign_in(app: Flask) -> str:
    """Return the cookie of a signed-in browser."""
    client = app.test_client()
    page = client.get("/account/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
    answer = client.post("/account/sign-in", data=fields)
    assert answer.status_code == 302, answer.status
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return f"{cookie.key}={cookie.value}"


def visit(app: Flask, path: str, cookie: str = "") -> Callable[[], bytes]:
    """Return a call that asks `app` for `path` as a server does, without a client."""
    headers = {"Cookie": cookie, "Accept-Language": "en"} if cookie else {}
    environ = EnvironBuilder(path=path, headers=headers).get_environ()

    def go() -> bytes:
        statuses: list[str] = []
        answer = app.wsgi_app(dict(environ), lambda status, _: statuses.append(status))
        try:
            page = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        assert statuses == ["200 OK"], statuses
        return page

    return go


def in_turn(sides: Mapping[str, Callable[[], Any]], each: int) -> dict[str, float]:
    """Return CPU seconds a call: medians of rounds in which all sides take turns."""
    for side in sides.values():
        side()
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            start = time.process_time()
            for _ in range(each):
                side()
            taken[name].append((time.process_time() - start) / each)
    return {name: statistics.median(times) for name, times in taken.items()}


def today() -> date:
    return i18n.today()
