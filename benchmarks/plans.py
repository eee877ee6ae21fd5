"""A plan to measure with: one manager, one person, three agreed tasks, on SQLite."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient

from delegate import create_app, i18n
from delegate.identity import accounts
from delegate.models import (
    Agreement,
    Employee,
    Manager,
    Membership,
    Pair,
    Task,
    Team,
    db,
)
from delegate.pages.plan import document

EMAIL, PASSWORD = "bench@example.org", "four words of some length"
TEXTS = {
    "outcome": "On Thursday at 16:00 every crew knows its jobs for next week; at least"
    " 90% of the promised dates are kept.",
    "limits": "At most four hours of overtime per crew per week; urgent leaks always"
    " first; no change after Friday 12:00 without telling the tenant.",
    "why_you": "Tenants plan their day around our date. You know the crews and the"
    " streets better than I do.",
    "decides": "Order of jobs, which crew goes where, swapping days.",
    "asks_first": "Hiring an extra crew; moving a job by more than five days.",
    "stays": "Yearly capacity; complaints about staff.",
    "inform": "Wednesday 15:00, ten minutes: the draft and my advice. At once: when a"
    " promised date is lost.",
    "help": "Stuck for thirty minutes: call me. If I do not answer: Marijke.",
    "resources": "Holiday list two weeks ahead, which Ann asks for herself; editing"
    " rights in the planning system.",
}
TITLES = {
    "Weekly planning of the repair crews": 5,
    "Ordering materials up to €2,500": 5,
    "Chairing the Monday stand-up": 6,
}


def app_with_plan(folder: Path) -> tuple[Flask, str]:
    """Return the app with one plan in it, in `folder`, and the HTML of that plan."""
    os.environ["DATA_DIR"] = str(folder)
    app = create_app({"WTF_CSRF_ENABLED": False})
    with app.app_context():
        flask_migrate.upgrade()
        manager = accounts.add_manager(EMAIL, "Hanneke Vos", PASSWORD)
        employee = add_plan(manager)
        db.session.commit()
        with i18n.speaking("en"):
            html = document(employee, manager, "shared", [])
    return app, html


def add_plan(manager: Manager) -> Employee:
    team = add(Team(name="Repairs"))
    add(Membership(team_id=team.id, manager_id=manager.id, role="owner"))
    employee = add(
        Employee(
            team_id=team.id,
            name="Ann Verhoeven",
            count_on_me="An answer the same day.",
            asks_of_me="Say early when a director wants something in the planning.",
            learning="I ask before I correct.",
        )
    )
    for title, level in TITLES.items():
        task = add(Task(team_id=team.id, title=title))
        key = {"team_id": team.id, "employee_id": employee.id, "task_id": task.id}
        add(Pair(**key))
        day = date(2099, 1, 5)
        add(Agreement(**key, level=level, state="agreed", look_back_on=day, **TEXTS))
    return employee


def add(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    form = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/account/sign-in", data=form).status_code == 302
    return client
