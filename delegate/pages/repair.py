"""When trust was damaged: something to read, a step to mend it, and rating only later.

Which of the causes someone recognises is never sent to us. What is about a person, a
step or a rating put off, belongs to what is kept of that person.
"""

from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select

from .. import access, planning
from ..database import VersionConflict, lock
from ..dialogue import mending, reflection
from ..forms import NoteText, flash_undo, save
from ..forms.newcomers import added_before, newest
from ..forms.steps import StepForm
from ..models import Employee, Step, Task, db, utc_now
from ..rules import CRITERIA

bp = Blueprint("repair", __name__, url_prefix="/repair", cli_group=None)


class RepairForm(StepForm):
    text = NoteText(_("The step"), required=True)

    def ask_of(self, employee: Employee, now: int | None = None) -> None:
        """Offer the tasks of the team, and the one that the step has `now`."""
        tasks = planning.active_tasks(employee.team_id)
        past = now and db.session.get(Task, now)
        if past and past not in tasks:
            tasks = [*tasks, past]
        self.offer(tasks)

    def fits(self, employee: Employee) -> bool:
        """Tell whether one more step can be taken, and say so where it cannot."""
        if mending.is_full(employee, access.manager().id):
            words = gettext("Ten steps are open: take or drop one of them first.")
            self.form_errors = [words]
        return not self.form_errors


@bp.route("/")
def index() -> ResponseReturnValue:
    return render_template(
        "repair/index.html", causes=reflection.CAUSES, earlier=reflection.EARLIER
    )


@bp.route("/<id:employee_id>")
def show(employee_id: int) -> ResponseReturnValue:
    """Show the reading with what it may lead to with this person."""
    employee = access.own_present_or_404(employee_id)
    return render_template(
        "repair/show.html",
        employee=employee,
        causes=reflection.CAUSES,
        earlier=reflection.EARLIER,
        steps=reflection.REPAIRS,
        mending=mending.of(employee, access.manager().id),
    )


@bp.route(
    f"/<id:employee_id>/<any({', '.join(CRITERIA)}):criterion>",
    methods=["GET", "POST"],
)
def step(employee_id: int, criterion: str) -> ResponseReturnValue:
    """Take a step on one criterion, with a proposal to begin with."""
    employee = access.own_present_or_404(employee_id)
    there = open_steps(employee, criterion)
    form = RepairForm(text=reflection.REPAIRS[criterion])
    form.ask_of(employee)
    if request.method == "POST":
        lock(employee)
    else:
        form.version.data = newest(there)
    if form.validate_on_submit() and (
        added_before(form, there) or take(form, employee, criterion)
    ):
        return redirect(url_for("people.show", employee_id=employee.id))
    page = show_step(form, employee, criterion)
    return page, 422 if form.is_submitted() else 200


def take(form: RepairForm, employee: Employee, criterion: str) -> bool:
    """Add the step of the form; tell whether there was room for one more."""
    if not form.fits(employee):
        return False
    one = Step(
        team_id=employee.team_id,
        employee_id=employee.id,
        kind=mending.KIND,
        criterion=criterion,
        created_by_id=access.manager().id,
    )
    form.fill(one)
    db.session.add(one)
    db.session.commit()
    flash(gettext("Saved."))
    return True


def open_steps(employee: Employee, criterion: str) -> Select[Any]:
    query: Select[Any] = db.select(Step).where(
        Step.employee_id == employee.id,
        Step.criterion == criterion,
        Step.done_at.is_(None),
        mending.repairs(access.manager().id),
    )
    return query


@bp.route("/steps/<id:repair_id>", methods=["GET", "POST"])
def edit(repair_id: int) -> ResponseReturnValue:
    one = mine_or_404(repair_id)
    employee_id = one.employee_id
    employee = access.own_or_404(Employee, employee_id, write=True)
    form = RepairForm(obj=one) if request.method != "POST" else RepairForm()
    form.ask_of(employee, one.task_id)
    if request.method != "POST":
        return show_step(form, employee, one.criterion)
    if not form.validate():
        return show_step(form, employee, one.criterion), 422
    try:
        save(form, one)
    except VersionConflict:
        differences = form.catch_up_with(one)
        return show_step(form, employee, one.criterion, differences), 409
    return back(employee_id, gettext("Saved."))


def show_step(
    form: RepairForm, employee: Employee, criterion: str, differences: Any = ()
) -> str:
    return render_template(
        "repair/step.html",
        form=form,
        employee=employee,
        criterion=criterion,
        differences=differences,
    )


def mine_or_404(repair_id: int) -> Step:
    """Return the manager's own step to mend trust, or end with a 404."""
    query = access.own(Step, write=True).where(
        Step.id == repair_id, mending.repairs(access.manager().id)
    )
    one: Step = db.session.scalar(query) or abort(404)
    return access.settled_or_404(one) if request.method == "POST" else one


def back(employee_id: int, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("people.show", employee_id=employee_id))


@bp.post("/steps/<id:repair_id>/done")
def done(repair_id: int) -> ResponseReturnValue:
    """Say that a step was taken; with `undone=1` that it was not."""
    one, undone = mine_or_404(repair_id), "undone" in request.args
    one.done_at = None if undone else one.done_at or utc_now()
    employee_id = one.employee_id
    db.session.commit()
    if undone:
        return back(employee_id, gettext("Undone."))
    undo = url_for(".done", repair_id=repair_id, undone=1)
    flash_undo(gettext("That step is taken."), undo)
    return redirect(url_for("people.show", employee_id=employee_id))


@bp.post("/steps/<id:repair_id>/drop")
def drop(repair_id: int) -> ResponseReturnValue:
    one = mine_or_404(repair_id)
    employee_id = one.employee_id
    db.session.delete(one)
    db.session.commit()
    return back(employee_id, gettext("Dropped. Nothing is kept of that step."))


@bp.post("/<id:employee_id>/postpone")
def postpone(employee_id: int) -> ResponseReturnValue:
    """Rate only after a talk; asked again, wait on from now."""
    employee = access.own_present_or_404(employee_id)
    mending.postpone(employee, access.manager().id)
    db.session.commit()
    return back(
        employee.id,
        gettext("Postponed until you have talked. What you saw before stands."),
    )


@bp.post("/<id:employee_id>/talked")
def talked(employee_id: int) -> ResponseReturnValue:
    """Wait no longer, and rate."""
    employee = access.own_present_or_404(employee_id)
    if mending.end(employee.id, access.manager().id):
        flash(gettext("No longer postponed. What have you seen?"))
    db.session.commit()
    return redirect(url_for("ratings.edit", employee_id=employee.id))
