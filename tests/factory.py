"""Rows for tests: a good one of each kind, but for what the test says.

All are to be called within an app context; each commits and returns the row.
"""

from datetime import date, datetime

from flask_security import hash_password

from delegate.models import (
    Agreement,
    Employee,
    Manager,
    Membership,
    OwnAnswer,
    OwnChoice,
    OwnView,
    Pair,
    Passkey,
    Rating,
    Task,
    Team,
    db,
)
from delegate.rules import CRITERIA

NOON = datetime(2026, 11, 20, 12)
PASSWORD = "four words of some length"


def add(row):
    db.session.add(row)
    db.session.commit()
    return row


def manager_with_team(name):
    """Return a manager called `name` and a team of the manager's own."""
    manager = add(
        Manager(
            email=f"{name.lower()}@example.org",
            name=name,
            password=hash_password(PASSWORD),
        )
    )
    team = add(Team(name=f"Team of {name}"))
    add(Membership(team_id=team.id, manager_id=manager.id, role="owner"))
    return manager, team


def employee(team_id, name="Ann Verhoeven", **changes):
    return add(Employee(team_id=team_id, name=name, **changes))


def task(team_id, title="Weekly planning", **changes):
    """Return a clear task of medium stakes that takes effort to undo."""
    facts = {
        "stakes": "medium",
        "undo": "effort",
        "outcome_clear": "clear",
        "limits_clear": "clear",
    }
    return add(Task(team_id=team_id, title=title, **{**facts, **changes}))


def rating(employee, criterion, score, *, task=None, **changes):
    """Return a rating; a score of None is *not yet observed*."""
    values = {
        "state": "unseen" if score is None else "scored",
        "example": "Called before the delay." if score in (1, 2, 5) else "",
    }
    return add(
        Rating(
            team_id=employee.team_id,
            employee_id=employee.id,
            task_id=task.id if task else None,
            criterion=criterion,
            score=score,
            **{**values, **changes},
        )
    )


def rated(employee, choices=4, informs=4, needs=4, help=4, **changes):
    """Rate `employee` on the four criteria."""
    scores = {"choices": choices, "informs": informs, "needs": needs, "help": help}
    for criterion, score in scores.items():
        rating(employee, criterion, score, **changes)


def pair(employee, task, current=None):
    return add(
        Pair(
            team_id=task.team_id,
            employee_id=employee.id,
            task_id=task.id,
            current=current,
        )
    )


def agreement(employee, task, level=5, **changes):
    """Return an agreement on a pair that is there already, or is made with it."""
    if db.session.get(Pair, (employee.id, task.id)) is None:
        pair(employee, task)
    values = {"state": "agreed", "advised": level, "look_back_on": date(2099, 1, 4)}
    return add(
        Agreement(
            team_id=task.team_id,
            employee_id=employee.id,
            task_id=task.id,
            level=level,
            **{**values, **changes},
        )
    )


def own_view(employee, *tasks, score=4, level=5, **changes):
    """Return an own view that was received and is revealed."""
    made = {"can": "Plan.", "cannot_yet": "Say no.", "needs_from_manager": "Time."}
    made |= {"can_be_counted_on": "Bad news.", "received_at": NOON, "revealed_at": NOON}
    made |= {"team_id": employee.team_id, "employee_id": employee.id, **changes}
    row = OwnView(**made)
    row.answers = [OwnAnswer(criterion=name, score=score) for name in CRITERIA]
    row.choices = [OwnChoice(task_id=task.id, level=level) for task in tasks]
    return add(row)


def passkey(manager_id, **changes):
    """Return a passkey of a manager, of which no device has the other half."""
    made = {"name": "Laptop", "credential_id": b"id", "credential": b"none", **changes}
    return add(Passkey(manager_id=manager_id, **made))
