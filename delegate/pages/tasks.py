"""The work that could be handed over: the list, many rows at once, and one task's page.

A fact that has not been answered is asked, and never guessed.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, case, func, or_

from .. import access, i18n, planning, removal
from ..database import VersionConflict, lock, page_of, set_all
from ..forms import (
    flash_link,
    flash_undo,
    query_choice,
    query_page,
    query_text,
    save,
)
from ..forms.newcomers import added_before, has_namesake, newest
from ..forms.tasks import BY_CODE, SETTINGS, FactsForm, NewcomerForm, TaskForm
from ..models import FACTS, TITLE, Employee, Task, Team, db

bp = Blueprint("tasks", __name__, url_prefix="/tasks", cli_group=None)

SORTS = {
    "title": _("By title"),
    "stakes": _("Most at stake first"),
    "deadline": _("First deadline first"),
    "newest": _("Newest first"),
}
FILTERS = {
    "all": _("All"),
    "to_answer": _("To answer"),
    "with_me": _("With me"),
    "reserved": _("Stays with me"),
    "archived": _("Archived"),
}


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
    task = keep(form, access.team_to_fill().id)
    return redirect(url_for(".index", team=task.team_id))


def keep(form: NewcomerForm | TaskForm, team_id: int) -> Task:
    """Add a task, and say so; a title that is there already is worth a word."""
    before: Task | None = added_before(form, of_team(team_id))
    if before:
        return before
    task = Task(team_id=team_id)
    form.fill(task)
    db.session.add(task)
    db.session.commit()
    flash(gettext("Added “%(title)s”.", title=task.title))
    if has_namesake(of_team(team_id), Task.title, task):
        flash(gettext("There is another task with this title. That can be right."))
    return task


def of_team(team_id: int | None) -> Select[Any]:
    query: Select[Any] = db.select(Task).where(
        Task.team_id == team_id, Task.removed_at.is_(None)
    )
    return query


class View(NamedTuple):
    """Which part of the list the address asks for."""

    q: str
    show: str
    sort: str

    def address(self, team: Team | None, endpoint: str = ".index", **more: Any) -> str:
        """Return the address of this view, without what goes without saying."""
        wish = {**self._asdict(), **more}
        for name, plain in (("q", ""), ("show", "all"), ("sort", "title"), ("page", 1)):
            if wish.get(name) == plain:
                del wish[name]
        return url_for(endpoint, team=team and team.id, **wish)


def asked_view() -> View:
    return View(
        query_text("q"),
        query_choice("show", FILTERS, "all"),
        query_choice("sort", SORTS, "title"),
    )


def show_list(
    form: NewcomerForm, ticked: Iterable[str] = (), setting: str = "", fault: Any = ""
) -> str:
    team = access.current_team()
    form.version.data = form.version.data or newest(of_team(team.id if team else None))
    view = asked_view()
    page = page_of(listed(team, view), query_page())
    return render_template(
        "tasks/index.html",
        form=form,
        team=team,
        teams=access.my_teams(),
        may_write=team is None or access.may_write(team.id),
        view=view,
        counts=counts(team),
        filters=FILTERS,
        sorts=SORTS,
        page=page,
        address=partial(view.address, team),
        set_address=view.address(team, ".set_fact", page=page.page),
        settings=SETTINGS,
        ticked=set(ticked),
        setting=setting,
        fault=fault,
    )


def conditions() -> dict[str, ColumnElement[bool]]:
    """Return what each of `FILTERS` asks of a task."""
    active = Task.archived_at.is_(None)
    unanswered = or_(*(getattr(Task, fact).is_(None) for fact in FACTS))
    return {
        "all": active,
        "to_answer": active & unanswered & ~Task.reserved,
        "with_me": active & Task.with_me,
        "reserved": active & Task.reserved,
        "archived": Task.archived_at.is_not(None),
    }


def listed(team: Team | None, view: View) -> Select[Any]:
    """Return the query for the tasks in this view."""
    query: Select[Any] = db.select(Task).where(
        Task.team_id == (team and team.id),
        Task.removed_at.is_(None),
        conditions()[view.show],
    )
    if view.q:
        query = query.where(Task.title.icontains(view.q, autoescape=True))
    return query.order_by(*order(view.sort), func.lower(Task.title), Task.id)


def order(sort: str) -> tuple[Any, ...]:
    most = {"high": 0, "medium": 1, "low": 2}
    return {
        "title": (),
        "stakes": (case(most, value=Task.stakes, else_=len(most)),),
        "deadline": (Task.deadline.is_(None), Task.deadline),
        "newest": (Task.id.desc(),),
    }[sort]


def counts(team: Team | None) -> dict[str, int]:
    """Return how many tasks there are in each of `FILTERS`."""
    row = db.session.execute(
        db.select(
            *(
                func.count().filter(condition).label(name)
                for name, condition in conditions().items()
            )
        ).where(Task.team_id == (team and team.id), Task.removed_at.is_(None))
    ).one()
    return dict(row._mapping)


@bp.post("/set")
def set_fact() -> ResponseReturnValue:
    """Set one fact for every task that is ticked: an answer, given once."""
    team = access.current_team()  # before anything is set: it may be a 404
    ticked = request.form.getlist("task")
    code = request.form.get("setting", "")
    fault = what_lacks(ticked, code)
    if fault:
        return show_list(NewcomerForm(formdata=None), ticked, code, fault), 422
    ids = access.own_ids_or_404(Task, ticked)
    setting = BY_CODE[code]
    set_all(Task, ids, **setting.values())
    if code == "remove":
        words = ngettext("%(num)d task removed.", "%(num)d tasks removed.", len(ids))
        flash_undo(words, url_for(".put_back", task=ids))
    else:
        flash(
            ngettext(
                "Set for %(num)d task: %(what)s.",
                "Set for %(num)d tasks: %(what)s.",
                len(ids),
                what=setting.words,
            )
        )
    page = query_page()
    return redirect(asked_view().address(team, page=page))


def what_lacks(ticked: list[str], code: str) -> Any:
    """Say what is missing to set a fact, or nothing."""
    if not ticked:
        return _("Tick the rows first.")
    return "" if code in BY_CODE else _("Choose what to set for them.")


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Make a task, from nothing or as a part of one that cannot be shared whole."""
    if request.method == "POST":
        lock(access.manager())
    whole = whole_task()
    team = access.own_team_or_404(whole.team_id) if whole else access.team_to_write()
    if request.method != "POST":
        form = TaskForm(data=part_of(whole, team))
        return show_form(form, None, whole, team=team)
    form = TaskForm()
    if not form.validate_on_submit():
        return show_form(form, None, whole, team=team), 422
    task = keep(form, (team or access.team_to_fill()).id)
    return redirect(url_for(".show", task_id=task.id))


def whole_task() -> Task | None:
    """Return the task that `?part_of=` names; a 404 where it is not the manager's."""
    wish = request.args.get("part_of")
    if wish is None:
        return None
    [id] = access.own_ids_or_404(Task, [wish])
    return access.own_or_404(Task, id, write=True)


def part_of(whole: Task | None, team: Team | None) -> dict[str, Any]:
    """Return what a new task begins with."""
    version = newest(of_team(team.id if team else None))
    if whole is None:
        return {"version": version}
    title = gettext("Part of: %(title)s", title=whole.title)[:TITLE]
    given = {"title": title, "limits": whole.limits, "deadline": whole.deadline}
    return {**given, "version": version}


@bp.route("/<id:task_id>/edit", methods=["GET", "POST"])
def edit(task_id: int) -> ResponseReturnValue:
    task = access.own_or_404(Task, task_id, write=True)
    if request.method != "POST":
        return show_form(TaskForm(obj=task), task)
    form = TaskForm()
    if not form.validate_on_submit():
        return show_form(form, task), 422
    try:
        save(form, task)
    except VersionConflict:
        differences = form.catch_up_with(task)
        return show_form(form, task, differences=differences), 409
    flash(gettext("Saved."))
    return redirect(url_for(".show", task_id=task.id))


def show_form(
    form: TaskForm,
    task: Task | None,
    whole: Task | None = None,
    differences: Any = (),
    team: Team | None = None,
) -> str:
    """Show the form for a task, or for a new one: then `team` is where it goes."""
    return render_template(
        "tasks/form.html",
        form=form,
        task=task,
        whole=whole,
        team=team,
        teams=access.my_teams(),
        differences=differences,
    )


@bp.route("/removed")
def list_removed() -> ResponseReturnValue:
    team = access.current_team()
    query = removal.removed(Task).where(Task.team_id == (team and team.id))
    page = page_of(query, query_page())
    return render_template(
        "tasks/removed.html",
        team=team,
        may_write=team is not None and access.may_write(team.id),
        page=page,
        items=[(one.id, one.title, one.removed_at) for one in page.rows],
        address=partial(url_for, ".list_removed", team=team and team.id),
    )


@bp.post("/put-back")
def put_back() -> ResponseReturnValue:
    """Put back the tasks that were removed: `task` names each by its id."""
    wanted = request.values.getlist("task")
    removal.put_back(Task, access.own_ids_or_404(Task, wanted, removed=True))
    ids = access.own_ids_or_404(Task, wanted)
    task = access.own_or_404(Task, ids[0])
    flash(ngettext("%(num)d task is back.", "%(num)d tasks are back.", len(ids)))
    return redirect(url_for(".index", team=task.team_id))


class Placed(NamedTuple):
    """Someone who could do this task, with what the rules say of the two."""

    employee: Employee
    outcome: planning.Outcome

    @property
    def name(self) -> str:
        return self.employee.name

    @property
    def url(self) -> str:
        return url_for(
            "pairs.show", employee_id=self.employee.id, task_id=self.outcome.task_id
        )


@bp.route("/<id:task_id>")
def show(task_id: int) -> ResponseReturnValue:
    return show_task(access.own_or_404(Task, task_id), FactsForm(formdata=None))


def show_task(task: Task, form: FactsForm, differences: Any = ()) -> str:
    people = placed(task)
    if not form.is_submitted():
        form.ask(task.unanswered())
        form.accept(task)
    return render_template(
        "tasks/show.html",
        task=task,
        form=form,
        differences=differences,
        may_write=access.may_write(task.team_id),
        placed=people,
        doing=[one for one in people if one.outcome.current],
        still_with_me=planning.still_with_me(task, (one.outcome for one in people)),
    )


def placed(task: Task) -> list[Placed]:
    """Return the team's people, by name, with what the rules say of this task."""
    facts = planning.gather(
        task.team_id, access.manager().id, i18n.today(), tasks=[task.id]
    )
    return [
        Placed(employee, planning.outcome(facts, employee.id, task))
        for employee in planning.active_employees(task.team_id, facts.today)
    ]


@bp.post("/<id:task_id>/facts")
def answer(task_id: int) -> ResponseReturnValue:
    """Save the answers to the questions on the task's own page."""
    task = access.own_or_404(Task, task_id, write=True)
    left = task.unanswered()
    form = FactsForm()
    form.ask({*left, *request.form})
    if not form.validate_on_submit():
        return show_task(task, form), 422
    try:
        save(form, task)
    except VersionConflict:
        differences = form.catch_up_with(task)
        return show_task(task, form, differences), 409
    tell_of_answers(task, is_any=task.unanswered() != left)
    return redirect(url_for(".show", task_id=task.id))


def tell_of_answers(task: Task, *, is_any: bool) -> None:
    """Say whether something was answered, and lead to the next task that asks."""
    following = next_to_answer(task)
    if not is_any:
        flash(gettext("Nothing was answered yet."), "warning")
    elif following is None or task.unanswered():
        flash(gettext("Saved."))
    else:
        address = url_for(".show", task_id=following, _anchor="questions")
        flash_link(gettext("Saved."), address, gettext("Next task to answer"))


def next_to_answer(task: Task) -> int | None:
    """Return the id of the next task of the team with a question, by its title."""
    title = func.lower(Task.title)
    query = db.select(Task.id).where(
        Task.team_id == task.team_id,
        Task.removed_at.is_(None),
        Task.id != task.id,
        conditions()["to_answer"],
    )
    found: int | None = db.session.scalar(
        query.order_by(title <= task.title.lower(), title, Task.id).limit(1)
    )
    return found
