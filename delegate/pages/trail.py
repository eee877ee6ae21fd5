"""Who saw, changed, took out or shared what of a team; never what was written."""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from .. import access
from ..database import names, page_of
from ..forms import query_choice, query_page
from ..models import AuditEntry, Employee, Manager, Team, db
from ..rights import trail_words

bp = Blueprint("trail", __name__, url_prefix="/trail", cli_group=None)


class Line(NamedTuple):
    """One entry: when it was, and what happened, in words."""

    at: Any
    words: str


@bp.route("/")
def index() -> ResponseReturnValue:
    employee = asked_for()
    team = team_of(employee)
    kind = query_choice("kind", trail_words.KINDS, "")
    page = page_of(entries(team, employee, kind), query_page())
    return render_template(
        "trail/index.html",
        team=team,
        employee=employee,
        people=people_of(team),
        kinds=trail_words.KINDS,
        kind=kind,
        page=page,
        lines=lines(page.rows),
        address=partial(
            url_for,
            ".index",
            team=team.id,
            employee=employee and employee.id,
            kind=kind or None,
        ),
    )


def asked_for() -> Employee | None:
    """Return the person that is asked for, if one is, or end with a 404."""
    asked = request.args.get("employee")
    if not asked:
        return None
    [id] = access.own_ids_or_404(Employee, [asked], removed=True)
    return access.own_or_404(Employee, id, write=True, removed=True)


def team_of(employee: Employee | None) -> Team:
    """Return the team whose trail it is; who may only look at it gets a 404."""
    team = None if employee else access.current_team()
    if employee is None and team is None:
        abort(404)
    id = employee.team_id if employee else team.id  # type: ignore[union-attr]
    return access.own_team_or_404(id, write=True)


def entries(team: Team, employee: Employee | None, kind: str) -> Select[AuditEntry]:
    """Return the query for the entries, newest first."""
    query = select(AuditEntry).where(AuditEntry.team_id == team.id)
    if employee:
        query = query.where(AuditEntry.employee_id == employee.id)
    if kind:
        query = query.where(AuditEntry.action.in_(trail_words.KINDS[kind][1]))
    return query.order_by(AuditEntry.id.desc())


def people_of(team: Team) -> list[Any]:
    """Return the id and the name of everyone in the team, the removed ones too."""
    return list(
        db.session.execute(
            select(Employee.id, Employee.name)
            .where(Employee.team_id == team.id)
            .order_by(func.lower(Employee.name), Employee.id)
        )
    )


def lines(rows: Iterable[AuditEntry]) -> list[Line]:
    rows = list(rows)
    people = names(Employee, [row.employee_id for row in rows])
    managers = names(Manager, [row.manager_id for row in rows])
    return [
        Line(
            row.at,
            trail_words.sentence(
                row.action,
                row.subject,
                managers.get(row.manager_id),
                people.get(row.employee_id),
            ),
        )
        for row in rows
    ]
