"""A small plan to get acquainted with someone: made, changed, done, or dropped.

The words of a step are for both to read; it stands on the shared plan too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

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
from wtforms import BooleanField

from .. import access, database, i18n, planning, recording, rules
from ..database import VersionConflict
from ..dialogue import acquainting
from ..forms import LongText, flash_undo, save
from ..forms.steps import StepForm
from ..models import Employee, Step, Task, db, utc_now

bp = Blueprint("steps", __name__, url_prefix="/steps", cli_group=None)

STEP = "/<id:employee_id>/<id:step_id>"

LATE = _("A step was planned meanwhile, or this was seen: untick it, or change that.")


class FirstStepForm(StepForm):
    text = LongText(
        _("What we do"),
        required=True,
        description=_("For both to read: it stands on the shared plan as first step."),
    )


class NewStepForm(FirstStepForm):
    wanted = BooleanField(_("Plan this step"))


class Around(NamedTuple):
    """What there is to know before a step is planned with someone."""

    employee: Employee
    facts: planning.Facts
    tasks: Sequence[Task]
    asked: Task | None
    planned: list[acquainting.Planned]

    @property
    def offered(self) -> list[Task]:
        in_hand = self.facts.in_hand(self.employee.id)
        return acquainting.to_offer(self.tasks, in_hand, self.asked)

    @property
    def seen(self) -> list[acquainting.Planned]:
        return [one for one in self.planned if acquainting.is_seen(one, self.facts)]

    @property
    def wanted(self) -> list[str]:
        """What is not seen yet, and has no step."""
        names = [*rules.CRITERIA, *(["familiarity"] if self.asked else [])]
        return [name for name in names if not (self.is_seen(name) or self.has(name))]

    def is_seen(self, name: str) -> bool:
        task_id = self.asked.id if self.asked and name == "familiarity" else None
        row = self.facts.newest.get((self.employee.id, name, task_id))
        return planning.state_of(row) == "scored"

    def has(self, name: str) -> bool:
        asked_id = self.asked.id if self.asked else 0
        return any(one.shows(name, asked_id) for one in self.planned)


def around(employee: Employee) -> Around:
    tasks = planning.active_tasks(employee.team_id)
    asked_id = recording.id_of(request.args.get("task"))
    facts = planning.gather(
        employee.team_id, access.manager().id, i18n.today(), employees=[employee.id]
    )
    return Around(
        employee,
        facts,
        tasks,
        next((task for task in tasks if task.id == asked_id), None),
        acquainting.open_steps([employee.id]),
    )


@bp.route("/<id:employee_id>", methods=["GET", "POST"])
def plan(employee_id: int) -> ResponseReturnValue:
    """Show what is planned and what could be, and plan what is ticked."""
    employee = access.own_present_or_404(employee_id)
    if request.method == "POST":
        database.lock(employee)
    here = around(employee)
    late = planned_meanwhile(here)
    forms = {name: new_form(name, here) for name in [*here.wanted, *late]}
    if request.method != "POST":
        return show(here, forms)
    if late:
        for name in late:
            forms[name].wanted.errors = [LATE]
        return show(here, forms), 409
    ticked = {name: form for name, form in forms.items() if form.wanted.data}
    sound = [form.validate() for form in ticked.values()]  # each, to tell every fault
    if not all(sound):
        return show(here, forms), 422
    for name, form in ticked.items():
        db.session.add(made(form, employee, name))
    db.session.commit()
    flash(gettext("Saved.") if ticked else gettext("Nothing has changed."))
    return redirect(url_for("people.show", employee_id=employee.id, _anchor="steps"))


def planned_meanwhile(here: Around) -> list[str]:
    """Return what is ticked and no longer to plan: it was, or has been seen, since."""
    ticked = [name for name in rules.RATED if f"{name}-wanted" in request.form]
    return [name for name in ticked if name not in here.wanted]


def new_form(name: str, here: Around) -> NewStepForm:
    """Return the form for a step, as it could be; a task to know is that task only."""
    is_known_by_doing = name == "familiarity"
    offered = [here.asked] if is_known_by_doing and here.asked else here.offered
    start = {
        "text": acquainting.proposal(name, here.asked.facts() if here.asked else None),
        "task_id": offered[0].id if offered else None,
        "due_on": acquainting.first_day(here.facts.today, here.employee.team_id),
        "wanted": True,
        "version": 0,
    }
    form = NewStepForm(prefix=name, data=start)
    form.offer(offered, only=is_known_by_doing)
    return form


def made(form: FirstStepForm, employee: Employee, criterion: str) -> Step:
    return Step(
        team_id=employee.team_id,
        employee_id=employee.id,
        task_id=form.task_id.data,
        kind=acquainting.KIND,
        criterion=criterion,
        text=form.text.data,
        due_on=form.due_on.data,
        created_by_id=access.manager().id,
    )


def show(here: Around, forms: Mapping[str, NewStepForm]) -> str:
    risks = acquainting.too_risky(here.asked.facts()) if here.asked else []
    return render_template(
        "steps/plan.html",
        employee=here.employee,
        asked=here.asked,
        risks=risks,
        safest=acquainting.safest(here.tasks)[: acquainting.OFFERED],
        steps=acquainting.Steps(here.planned, here.seen),
        forms_of=forms,
        faults=[
            (name, field)
            for name, form in forms.items()
            for field in form
            if field.errors
        ],
    )


def own_step_or_404(employee_id: int, step_id: int) -> tuple[Employee, Step]:
    """Return someone who is there and a step to get acquainted with them."""
    employee = access.own_present_or_404(employee_id)
    step = access.own_or_404(Step, step_id, write=True)
    if step.employee_id != employee.id or step.kind != acquainting.KIND:
        abort(404)
    return employee, access.settled_or_404(step) if request.method == "POST" else step


@bp.route(STEP, methods=["GET", "POST"])
def edit(employee_id: int, step_id: int) -> ResponseReturnValue:
    employee, step = own_step_or_404(employee_id, step_id)
    form = FirstStepForm(obj=step)
    offer_again(form, employee, step)
    if request.method != "POST":
        return show_one(form, employee, step)
    if not form.validate():
        return show_one(form, employee, step), 422
    try:
        save(form, step)
    except VersionConflict:
        differences = form.catch_up_with(step)
        return show_one(form, employee, step, differences), 409
    flash(gettext("Saved."))
    return redirect(url_for("people.show", employee_id=employee_id, _anchor="steps"))


def offer_again(form: FirstStepForm, employee: Employee, step: Step) -> None:
    """Offer the tasks that are safe, and the one that the step has already."""
    here = around(employee)
    task = db.session.get(Task, step.task_id) if step.task_id else None
    if step.criterion == "familiarity" and task:
        form.offer([task], only=True)
    else:
        form.offer(list(dict.fromkeys([*([task] if task else []), *here.offered])))


def show_one(
    form: FirstStepForm, employee: Employee, step: Step, differences: Any = ()
) -> str:
    return render_template(
        "steps/edit.html",
        form=form,
        employee=employee,
        step=step,
        differences=differences,
    )


@bp.post(f"{STEP}/done")
def done(employee_id: int, step_id: int) -> ResponseReturnValue:
    """Note that it is done, and lead to what was seen by it."""
    _employee, step = own_step_or_404(employee_id, step_id)
    step.done_at = step.done_at or utc_now()
    next_page = to_rate(step)
    db.session.commit()
    flash_undo(
        gettext("Done. What did you see?"),
        url_for(".undo", employee_id=employee_id, step_id=step_id),
    )
    return redirect(next_page)


def to_rate(step: Step) -> str:
    who, criterion = step.employee_id, step.criterion
    if criterion == "familiarity":
        return url_for(
            "pairs.show", employee_id=who, task_id=step.task_id, _anchor=criterion
        )
    return url_for("ratings.edit", employee_id=who, _anchor=criterion)


@bp.post(f"{STEP}/undo")
def undo(employee_id: int, step_id: int) -> ResponseReturnValue:
    _employee, step = own_step_or_404(employee_id, step_id)
    step.done_at = None
    db.session.commit()
    flash(gettext("Undone."))
    return redirect(url_for("people.show", employee_id=employee_id, _anchor="steps"))


@bp.post(f"{STEP}/drop")
def drop(employee_id: int, step_id: int) -> ResponseReturnValue:
    _employee, step = own_step_or_404(employee_id, step_id)
    db.session.delete(step)
    db.session.commit()
    flash(gettext("Dropped."))
    return redirect(url_for("people.show", employee_id=employee_id, _anchor="steps"))
