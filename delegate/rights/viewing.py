"""Tells the trail who got which page or file: once a day for each reader.

It is told after the answer is made, in a transaction of its own, so that a page which
is read waits for no writer before it has read. That the trail could not be written
keeps nobody from reading: it goes into the log.
"""

import json
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask import Flask, Response, current_app, request
from sqlalchemy import (
    Insert,
    Integer,
    String,
    exists,
    insert,
    inspect,
    literal,
    null,
    select,
)
from sqlalchemy.exc import DBAPIError

from .. import access, i18n
from ..database import writing
from ..models import (
    Agreement,
    AuditEntry,
    Employee,
    Job,
    Rating,
    Step,
    Task,
    Team,
    db,
)
from .audit import actor_id

REMEMBERED = 10_000
"""Most views that are known to be told already; to forget one costs a query."""

VIEWS = {
    "agreements.edit": ("viewed", "agreement"),
    "agreements.index": ("viewed", "agreements"),
    "board.index": ("viewed", "board"),
    "check_ins.add": ("viewed", "agreement"),
    "check_ins.edit": ("viewed", "agreement"),
    "calendar.look_back": ("exported", "agreement"),
    "calendar.talk": ("exported", "talk"),
    "conditions.show": ("viewed", "team_conditions"),
    "copies.download": ("exported", "copy"),
    "copies.show": ("viewed", "copy"),
    "export.everything": ("exported", "team"),
    "export.table": ("exported", "team"),
    "export.workbook": ("exported", "team"),
    "own_views.ask": ("viewed", "employee"),
    "own_views.blank": ("printed", "own_view"),
    "own_views.on_paper": ("viewed", "employee"),
    "own_views.copy_over": ("viewed", "own_view"),
    "pairs.show": ("viewed", "pair"),
    "people.edit": ("viewed", "employee"),
    "people.show": ("viewed", "employee"),
    "plan.download": ("printed", "plan"),
    "plan.prepare": ("viewed", "preparation"),
    "plan.preview": ("viewed", "plan"),
    "planner.download": ("printed", "proposal"),
    "planner.show": ("viewed", "proposal"),
    "plans.download": ("printed", "plan"),
    "progress.download": ("printed", "agreements"),
    "progress.index": ("viewed", "agreements"),
    "ratings.edit": ("viewed", "rating"),
    "remarks.edit": ("viewed", "remark"),
    "repair.edit": ("viewed", "step"),
    "repair.show": ("viewed", "employee"),
    "repair.step": ("viewed", "employee"),
    "passing.index": ("viewed", "agreement"),
    "settle.index": ("viewed", "agreements"),
    "steps.edit": ("viewed", "step"),
    "steps.plan": ("viewed", "step"),
    "talks.download": ("printed", "talk"),
    "talks.edit": ("viewed", "talk_item"),
    "talks.private_paper": ("viewed", "private_talk"),
    "talks.questions": ("viewed", "talk"),
    "talks.shared_paper": ("viewed", "talk"),
    "talks.show": ("viewed", "talk"),
    "tasks.show": ("viewed", "task"),
    "what_if.cell": ("viewed", "pair"),
    "what_if.index": ("viewed", "board"),
}
"""What is told of who got a page or a file, by its endpoint."""

PRIVATE = {
    "plan.download": ("printed", "preparation"),
    "talks.download": ("printed", "private_talk"),
}
"""The same where the file asked for is the manager's own copy."""

SUBJECTS: Mapping[str, Any] = {
    "employee_id": Employee,
    "agreement_id": Agreement,
    "rating_id": Rating,
    "repair_id": Step,
    "job_id": Job,
    "task_id": Task,
    "team_id": Team,
}
"""What a page is about, by the first of these that its address names; else a team."""


def init_app(app: Flask) -> None:
    """Tell of every page that was seen, when all else of its answer is done."""
    app.extensions["viewing"] = set()
    app.after_request(tell_view)


def tell_view(response: Response) -> Response:
    """Tell who got this page or file, unless it was told today."""
    own = PRIVATE if request.args.get("copy") == "private" else {}
    told = {**VIEWS, **own}.get(request.endpoint or "")
    reader = actor_id()
    got_it = response.status_code // 100 == 2 and request.method in ("GET", "POST")
    if told and reader and got_it:
        about = page_is_about()
        if about:
            remember(reader, *told, *about)
    return response


def page_is_about() -> tuple[Any, int] | None:
    """Return the table and the id of what the page is about."""
    named = request.view_args or {}
    for name, model in SUBJECTS.items():
        if name in named:
            return model, named[name]
    team = access.current_team()
    identity = inspect(team).identity if team else None
    return (Team, identity[0]) if identity else None


def remember(reader: int, action: str, subject: str, model: Any, id: int) -> None:
    """Write that this was seen, where it was not written today."""
    today = i18n.today()
    key = (today, reader, action, subject, model, id)
    known = current_app.extensions["viewing"]
    if key in known:
        return
    morning = i18n.to_utc(datetime.combine(today, time()))
    try:
        with writing() as connection:
            connection.execute(view(reader, action, subject, model, id, morning))
    except DBAPIError as fault:
        current_app.logger.error("a view was not written down", exc_info=fault)
        return
    if len(known) >= REMEMBERED:
        known.clear()
    known.add(key)


def people_of(job_id: int) -> list[int]:
    content = json.loads(db.session.get_one(Job, job_id).content)
    people: list[int] = content.get("people", [])
    return people


def view(
    reader: int, action: str, subject: str, model: Any, id: int, since: datetime
) -> Insert:
    """Return the statement that adds an entry, where there is none like it `since`.

    For a job it adds one of each person it was done for, so that each can read it.
    """
    which = model.id == id
    if model is Job:
        model, which = Employee, Employee.id.in_(people_of(id))
    team = model.id if model is Team else model.team_id
    person = model.id if model is Employee else getattr(model, "employee_id", None)
    values = {
        "manager_id": literal(reader, Integer),
        "action": literal(action, String),
        "subject": literal(subject, String),
        "team_id": team,
        "employee_id": null() if person is None else person,
    }
    same = [
        getattr(AuditEntry, name).is_not_distinct_from(value)
        for name, value in values.items()
    ]
    told = exists().where(AuditEntry.at >= since, *same)
    query = select(*values.values()).where(which, ~told)
    return insert(AuditEntry).from_select(list(values), query)
