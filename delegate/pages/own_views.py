"""The own view of a person: asking for it, filling it in, and showing both together.

Whoever holds the link sees who asks and what for, and nothing that the manager wrote.
What comes in is kept once, and is on no page before both views are in.
"""

from typing import Any, NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import access, database, i18n, paper, planning, printing
from ..addresses import outside
from ..database import VersionConflict
from ..dialogue import own_view
from ..dialogue.own_view import MOST_TASKS, AlreadyIn, AskedMeanwhile, Chosen
from ..forms import own_views, query_choice
from ..identity import links
from ..models import Employee, Link, Manager, OwnView, Team, db
from ..printing import PAPERS

bp = Blueprint("own_views", __name__, cli_group=None)

SENT = "own_view_sent"
"""Marks the browser that an own view came from: the link's maker has the link too."""


class About(NamedTuple):
    """What whoever is asked is told first: by whom, about whom, for how long."""

    manager: str
    person: str
    months: int

    @property
    def manager_first(self) -> str:
        return paper.first_name(self.manager)

    @property
    def first(self) -> str:
        return paper.first_name(self.person)


# ---- the manager's side


@bp.route("/people/<id:employee_id>/own-view", methods=["GET", "POST"])
def ask(employee_id: int) -> ResponseReturnValue:
    """Choose the tasks to ask about; then show the link this once, or what to print."""
    employee = access.own_present_or_404(employee_id)
    tasks = planning.active_tasks(employee.team_id)
    if request.method != "POST":
        return asking(employee, tasks, preset(employee, tasks))
    wanted = own_view.of_team(request.form.getlist("task"), tasks)
    if len(wanted) > MOST_TASKS:
        return asking(employee, tasks, wanted), 422
    on_paper = "on_paper" in request.form
    saw = request.form.get("saw", "")
    me = access.manager().id
    try:
        token = own_view.ask(employee, me, wanted, on_paper=on_paper, saw=saw)
    except AskedMeanwhile:  # By this page once more, or by another tab.
        db.session.rollback()
        return asking(employee, tasks, wanted, is_late=True), 409
    except AlreadyIn:
        flash(gettext("An own view has come in. Look at that one together first."))
        return back(employee)
    db.session.commit()
    if token is None:
        return redirect(url_for(".on_paper", employee_id=employee.id))
    address = outside("own_views.door", token=token)
    return render_template("own_views/made.html", employee=employee, address=address)


def asking(
    employee: Employee, tasks: Any, ticked: list[int], *, is_late: bool = False
) -> str:
    newest = own_view.newest(employee.id)
    return render_template(
        "own_views/ask.html",
        employee=employee,
        tasks=sorted(tasks, key=lambda task: task.id not in ticked),
        ticked=ticked,
        most=MOST_TASKS,
        newest=newest,
        saw=own_view.version(newest),
        is_late=is_late,
    )


def preset(employee: Employee, tasks: Any) -> list[int]:
    """Return the person's own list: what they do now, or have an agreement on."""
    facts = planning.gather(
        employee.team_id, access.manager().id, i18n.today(), employees=[employee.id]
    )
    in_hand = facts.in_hand(employee.id)
    return [task.id for task in tasks if task.id in in_hand][:MOST_TASKS]


@bp.route("/people/<id:employee_id>/own-view/paper")
def on_paper(employee_id: int) -> ResponseReturnValue:
    """Choose the language and the size of the form to print."""
    employee = access.own_or_404(Employee, employee_id, write=True)
    asked_or_404(employee)
    return render_template("own_views/paper.html", employee=employee)


@bp.route("/people/<id:employee_id>/own-view.pdf")
def blank(employee_id: int) -> ResponseReturnValue:
    """Hand over the form to fill in on paper, with the same sentences and tasks."""
    employee = access.own_or_404(Employee, employee_id, write=True)
    view = asked_or_404(employee)
    with i18n.speaking(query_choice("language", i18n.LANGUAGES, i18n.language())):
        html = render_template(
            "own_views/blank.html",
            about=about(view, employee),
            tasks=own_view.chosen(view),
            day=view.asked_at,
        )
        return as_pdf(html, gettext("own view"), employee)


@bp.route("/people/<id:employee_id>/own-view/copy-over", methods=["GET", "POST"])
def copy_over(employee_id: int) -> ResponseReturnValue:
    """Type over what someone filled in on paper."""
    employee = access.own_or_404(Employee, employee_id, write=True)
    last = own_view.newest(employee.id)
    if last is None or (last.view.received_at and request.method != "POST"):
        abort(404)
    tasks = own_view.chosen(last.view)
    form = own_views.form_of(tasks)
    if not form.validate_on_submit():
        page = typing_over(employee, form, tasks)
        return page, 422 if form.is_submitted() else 200
    if not own_view.receive_on_paper(employee, form.said()):
        db.session.rollback()
        form.form_errors = [
            gettext("Not saved: an own view came in meanwhile, and that one stands.")
        ]
        return typing_over(employee, form, tasks), 409
    db.session.commit()
    flash(gettext("The own view of %(name)s is in.", name=employee.name))
    return back(employee)


def typing_over(employee: Employee, form: Any, tasks: list[Chosen]) -> str:
    return render_template(
        "own_views/copy_over.html", employee=employee, form=form, tasks=tasks
    )


@bp.post("/people/<id:employee_id>/own-view/withdraw")
def withdraw(employee_id: int) -> ResponseReturnValue:
    employee = access.own_or_404(Employee, employee_id, write=True)
    if own_view.withdraw(employee):
        db.session.commit()
        flash(gettext("It is not asked any more. The link opens nothing now."))
    else:
        flash(gettext("Not withdrawn: this was changed meanwhile"), "warning")
    return back(employee)


@bp.post("/people/<id:employee_id>/own-view/reveal")
def reveal(employee_id: int) -> ResponseReturnValue:
    """Show both views from now on, where both are in."""
    employee = access.own_or_404(Employee, employee_id, write=True)
    if own_view.reveal(employee, access.manager().id):
        db.session.commit()
    else:
        flash(gettext("Not yet: first both views have to be in."), "warning")
    return back(employee)


@bp.post("/people/<id:employee_id>/own-view/take-over")
def take_over(employee_id: int) -> ResponseReturnValue:
    """Put what they need from the manager on the shared plan, where nothing stands."""
    employee = access.own_or_404(Employee, employee_id, write=True)
    shown = next((o.view for o in own_view.last_two(employee.id) if o.is_shown), None)
    try:
        if shown and shown.needs_from_manager and not employee.asks_of_me:
            employee.asks_of_me = shown.needs_from_manager
            database.commit(employee)
            flash(gettext("It stands on the shared plan now."))
    except VersionConflict:
        flash(gettext("Not saved: this was changed meanwhile"), "warning")
    return back(employee)


def back(employee: Employee) -> ResponseReturnValue:
    return redirect(url_for("people.show", employee_id=employee.id) + "#two-views")


def asked_or_404(employee: Employee) -> OwnView:
    """Return the own view that is asked and has not come in, or end with a 404."""
    last = own_view.newest(employee.id)
    if last is None or last.view.received_at:
        abort(404)
    return last.view


def about(view: OwnView, employee: Employee) -> About:
    """Return by whom this was asked: that account, or else the team's own manager."""
    manager = view.asked_by_id and db.session.get(Manager, view.asked_by_id)
    team = db.session.get_one(Team, employee.team_id)
    name = manager.called if manager else team.name
    return About(name, employee.name, team.keep_months)


def as_pdf(html: str, kind: str, employee: Employee) -> Response:
    size = query_choice("paper", PAPERS, "a4")
    name = printing.file_name(kind, employee.name, i18n.today())
    return printing.as_file(printing.print_out(html, size), name, to_keep=False)


# ---- the side of whoever holds the link


@bp.route("/s/<token>/", methods=["GET", "POST"])
@links.door("own_view")
def door(link: Link) -> ResponseReturnValue:
    """Take in one own view; after that, show whoever sent it what was received."""
    view = own_view.by_link(link) or links.end_closed()
    tasks = own_view.chosen(view)
    form = own_views.form_of(tasks)
    is_fit = form.validate_on_submit()
    if link.used_at is None and not is_fit:
        page = filling_in(link, view, tasks, form)
        return page, 422 if form.is_submitted() else 200
    if request.method != "POST":
        return received(link, view)
    is_first = is_fit and own_view.receive(link, form.said())
    if is_first:
        db.session.commit()
    else:
        db.session.rollback()
    if is_fit and own_view.says(view, form.said()):
        session[SENT] = link.id
    return received(link, view, not_again=not is_first), 200 if is_first else 409


def filling_in(link: Link, view: OwnView, tasks: list[Chosen], form: Any) -> str:
    employee = db.session.get_one(Employee, link.employee_id)
    return render_template(
        "own_views/door.html",
        about=about(view, employee),
        ends=link.expires_at,
        form=form,
        tasks=tasks,
    )


def received(link: Link, view: OwnView, *, not_again: bool = False) -> str:
    if view.received_at is None:
        links.end_closed()
    return render_template(
        "own_views/received.html",
        not_again=not_again,
        is_sender=session.get(SENT) == link.id,
        **copy(link, view),
    )


@bp.route("/s/<token>/copy.pdf")
@links.door("own_view")
def copy_of(link: Link) -> ResponseReturnValue:
    """Hand over the copy of what was received, to whoever sent it and nobody else."""
    view = own_view.by_link(link)
    if view is None or view.received_at is None or session.get(SENT) != link.id:
        links.end_closed()
    employee = db.session.get_one(Employee, link.employee_id)
    html = render_template("own_views/copy.html", **copy(link, view))
    return as_pdf(html, gettext("own view"), employee)


def copy(link: Link, view: OwnView) -> dict[str, Any]:
    employee = db.session.get_one(Employee, link.employee_id)
    return {
        "about": about(view, employee),
        "view": view,
        "answers": {answer.criterion: answer for answer in view.answers},
        "tasks": own_view.chosen(view),
        "ends": link.expires_at,
    }
