"""The people of a team: the list, and one person's page with all there is to know.

A list is by name only: nobody is ranked by a level or a score.
"""

from datetime import date
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Row, Select, func, not_

from .. import access, i18n, planning, portrait, removal, rules
from ..database import Page, VersionConflict, lock, page_of, set_all
from ..forms import (
    DayField,
    HoursField,
    LongText,
    MomentField,
    ShortText,
    VersionedForm,
    flash_undo,
    query_choice,
    query_page,
    query_text,
    save,
)
from ..forms.newcomers import added_before, has_namesake, newest
from ..history import charts
from ..models import (
    Employee,
    Task,
    Team,
    db,
    utc_now,
)
from ..rights import erasure

bp = Blueprint("people", __name__, url_prefix="/people", cli_group=None)

SEEN = {
    0: _("You have seen none of the four criteria yet."),
    1: _("You have seen one of the four."),
    2: _("You have seen two of the four."),
    3: _("You have seen three of the four."),
    4: _("You have seen all four."),
}
"""By how many of the criteria have been seen: acquaintance, never a score."""

SEEN_BY_ANYONE = {
    0: _("None of the four criteria has been seen yet."),
    1: _("One of the four has been seen."),
    2: _("Two of the four have been seen."),
    3: _("Three of the four have been seen."),
    4: _("All four have been seen."),
}
"""The same, where not all of it is the reader's own."""


class NewcomerForm(VersionedForm):
    name = ShortText(_("Name"), required=True)
    role = ShortText(_("Role"))


class EmployeeForm(VersionedForm):
    name = ShortText(_("Name"), required=True)
    role = ShortText(_("Role"))
    hours_free = HoursField(
        _("Hours a week free"),
        description=_("For what could be handed over. It never counts in a level."),
    )
    next_talk_at = MomentField(_("Next conversation"))
    left_on = DayField(
        _("Has left on"),
        description=_("From that day the board does without this person."),
    )
    entrusted = LongText(
        _("What I entrust to this person"),
        description=_(
            "This and the next three stand on the plan that both of you read."
        ),
    )
    asks_of_me = LongText(_("What this person needs from me"))
    count_on_me = LongText(_("Can count on me for"))
    learning = LongText(_("What we learn together"))


class Line(NamedTuple):
    """Someone in the list, with "scored", "unseen" or "open" for each criterion."""

    employee: Employee
    states: tuple[str, ...]

    @property
    def seen(self) -> list[bool]:
        return [state == "scored" for state in self.states]


@bp.route("/")
def index() -> ResponseReturnValue:
    return show_list(NewcomerForm(formdata=None))


@bp.post("/")
def add() -> ResponseReturnValue:
    lock(access.manager())
    access.team_to_write()
    form = NewcomerForm()
    if not form.validate_on_submit():
        return show_list(form), 422
    employee = keep(form)
    return redirect(url_for(".index", team=employee.team_id))


def keep(form: VersionedForm) -> Employee:
    """Add someone, and say so; a name that is there already is worth a word."""
    team = access.team_to_fill()
    before: Employee | None = added_before(form, of_team(team))
    if before:
        return before
    employee = Employee(team_id=team.id)
    form.fill(employee)
    db.session.add(employee)
    db.session.commit()
    flash(gettext("Added %(name)s.", name=employee.name))
    if has_namesake(of_team(team), Employee.name, employee):
        flash(gettext("There is someone else with this name. That can be right."))
    return employee


def of_team(team: Team | None) -> Select[Any]:
    team_id = team.id if team else None
    query: Select[Any] = db.select(Employee).where(
        Employee.team_id == team_id, Employee.removed_at.is_(None)
    )
    return query


def show_list(form: NewcomerForm) -> str:
    team = access.current_team()
    form.version.data = form.version.data or newest(of_team(team))
    show = query_choice("show", ("there", "left"), "there")
    q = query_text("q")
    page = page_of(listed(team, show, q), query_page())
    return render_template(
        "people/index.html",
        form=form,
        team=team,
        teams=access.my_teams(),
        may_write=team is None or access.may_write(team.id),
        today=i18n.today(),
        may_rate=show == "there" and team is not None and access.may_write(team.id),
        q=q,
        show=show,
        some_left=some_left(team),
        page=page,
        lines=lines(team, page),
        address=partial(
            url_for,
            ".index",
            team=team and team.id,
            q=q or None,
            show=None if show == "there" else show,
        ),
    )


def listed(team: Team | None, show: str, q: str) -> Select[Any]:
    """Return the query for the people of the list, by name."""
    there = planning.is_there(i18n.today())
    query: Select[Any] = db.select(Employee).where(
        Employee.team_id == (team and team.id),
        Employee.removed_at.is_(None),
        there if show == "there" else not_(there),
    )
    if q:
        query = query.where(Employee.name.icontains(q, autoescape=True))
    return query.order_by(func.lower(Employee.name), Employee.id)


def some_left(team: Team | None) -> bool:
    return db.session.scalar(listed(team, "left", "").limit(1)) is not None


def lines(team: Team | None, page: Page) -> list[Line]:
    """Return the people on this page of the list, with what was seen of each."""
    if team is None or not page.rows:
        return []
    facts = planning.gather(
        team.id,
        access.manager().id,
        i18n.today(),
        employees=[employee.id for employee in page.rows],
        tasks=[],
    )
    return [Line(one, planning.seen_states(facts, one.id)) for one in page.rows]


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    if request.method == "POST":
        lock(access.manager())
    team = access.team_to_write()
    form = EmployeeForm()
    if form.validate_on_submit():
        return redirect(url_for(".show", employee_id=keep(form).id))
    form.version.data = form.version.data or newest(of_team(team))
    return show_form(form, None, team=team), 422 if form.is_submitted() else 200


@bp.route("/<id:employee_id>/edit", methods=["GET", "POST"])
def edit(employee_id: int) -> ResponseReturnValue:
    employee = access.own_or_404(Employee, employee_id, write=True)
    if request.method != "POST":
        return show_form(EmployeeForm(obj=employee), employee)
    form = EmployeeForm()
    if not form.validate_on_submit():
        return show_form(form, employee), 422
    try:
        save(form, employee)
    except VersionConflict:
        differences = form.catch_up_with(employee)
        return show_form(form, employee, differences), 409
    flash(gettext("Saved."))
    return redirect(url_for(".show", employee_id=employee.id))


def show_form(
    form: EmployeeForm,
    employee: Employee | None,
    differences: Any = (),
    team: Team | None = None,
) -> str:
    """Show the form for someone, or for someone new: then `team` is where they go."""
    return render_template(
        "people/form.html",
        form=form,
        employee=employee,
        team=team,
        teams=access.my_teams(),
        is_owner=employee is not None and access.owns(employee.team_id),
        differences=differences,
    )


@bp.post("/<id:employee_id>/remove")
def remove(employee_id: int) -> ResponseReturnValue:
    employee = access.own_or_404(Employee, employee_id, write=True)
    set_all(Employee, [employee.id], removed_at=utc_now())
    flash_undo(
        gettext("Removed %(name)s.", name=employee.name),
        url_for(".put_back", employee=employee.id),
    )
    return redirect(url_for(".index", team=employee.team_id))


@bp.route("/removed")
def list_removed() -> ResponseReturnValue:
    team = access.current_team()
    query = removal.removed(Employee).where(Employee.team_id == (team and team.id))
    page = page_of(query, query_page())
    return render_template(
        "people/removed.html",
        team=team,
        may_write=team is not None and access.may_write(team.id),
        is_owner=team is not None and access.owns(team.id),
        page=page,
        items=[(one.id, one.name, one.removed_at) for one in page.rows],
        address=partial(url_for, ".list_removed", team=team and team.id),
    )


@bp.post("/put-back")
def put_back() -> ResponseReturnValue:
    """Put back the people that were removed: `employee` names each by its id."""
    wanted = request.values.getlist("employee")
    removal.put_back(Employee, access.own_ids_or_404(Employee, wanted, removed=True))
    ids = access.own_ids_or_404(Employee, wanted)
    employee = access.own_or_404(Employee, ids[0])
    flash(gettext("%(name)s is back.", name=employee.name))
    return redirect(url_for(".index", team=employee.team_id))


class Placed(NamedTuple):
    """A task of this person's, with what the rules say of the two."""

    task: Task
    outcome: planning.Outcome

    @property
    def name(self) -> str:
        return self.task.title

    @property
    def url(self) -> str:
        return url_for(
            "pairs.show", employee_id=self.outcome.employee_id, task_id=self.task.id
        )


@bp.route("/<id:employee_id>")
def show(employee_id: int) -> ResponseReturnValue:
    employee = access.own_or_404(Employee, employee_id)
    today, may_write = i18n.today(), access.may_write(employee.team_id)
    me = access.manager().id
    found = portrait.portrait(employee, me, today, own=may_write)
    lines = profile(found, employee)
    has_left = employee.has_left(today)
    is_mine = may_write and not any(line.by for line in lines)
    seen = [line.state for line in lines].count("scored")
    return render_template(
        "people/show.html",
        employee=employee,
        may_write=may_write,
        may_rate=may_write and not has_left,
        has_left=has_left,
        erased_on=erased_on(employee, today) if has_left else None,
        is_mine=is_mine,
        seen=(SEEN if is_mine else SEEN_BY_ANYONE)[seen],
        profile=lines,
        remarks=found.seen.remarks,
        mending=found.mending,
        steps=found.steps,
        two=found.two_views,
        raters={line.name: line.by for line in lines},
        over_time=charts.of(found.seen.looks, me, today),
        placed=placed(found, employee),
        agreements=found.work.agreed,
        today=today,
    )


def erased_on(employee: Employee, today: date) -> date | None:
    """Return the day on which all of this person is erased; None in a sample team."""
    team = access.own_team_or_404(employee.team_id)
    if team.is_sample:
        return None
    return max(today, erasure.due_on(employee, team.keep_months, today))


def placed(found: portrait.Portrait, employee: Employee) -> list[Placed]:
    """Return the team's tasks with what the rules say, most room first."""
    all_placed = [
        Placed(task, planning.outcome(found.facts, employee.id, task))
        for task in found.work.tasks
    ]
    return sorted(all_placed, key=lambda one: -(one.outcome.advice.level or 0))


class Criterion(NamedTuple):
    """One line of the profile: what counts, whose it is, what others saw beside it."""

    name: str
    row: Row[Any] | None
    by: str
    is_old: bool
    others: list[portrait.Other]

    @property
    def state(self) -> str:
        return planning.state_of(self.row)


def profile(found: portrait.Portrait, employee: Employee) -> list[Criterion]:
    """Return what was seen on each of the four criteria."""
    others = [
        one._replace(by=one.by or gettext("a colleague")) for one in found.seen.others
    ]
    lines = []
    for name in rules.CRITERIA:
        row = found.facts.newest.get((employee.id, name, None))
        here = [one for one in others if one.row.criterion == name]
        by = next((one.by for one in here if row and one.row.id == row.id), "")
        beside = [one for one in here if not row or one.row.id != row.id]
        old = planning.is_old(row, found.facts.today)
        lines.append(Criterion(name, row, by, old, beside))
    return lines
