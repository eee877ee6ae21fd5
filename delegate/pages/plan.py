"""The plan on paper, shown before it prints, and the private sheet to prepare it."""

from pathlib import Path
from typing import Any

import click
from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from .. import access, i18n, paper, planning, printing
from ..cli import Command, Line, person_called
from ..dialogue import asking
from ..forms import query_choice
from ..identity import accounts
from ..models import Employee, Manager, SelfCheck, Task, db
from ..printing import PAPERS, as_file, print_out

bp = Blueprint("plan", __name__, cli_group=None)

COPIES = ("shared", "private")


@bp.route("/plan/<id:employee_id>")
def preview(employee_id: int) -> ResponseReturnValue:
    """Show the shared plan as it will be printed, and choose what stands on it."""
    employee = access.own_or_404(Employee, employee_id)
    return choosing(employee, ticked(employee))


@bp.route("/people/<id:employee_id>/prepare")
def prepare(employee_id: int) -> ResponseReturnValue:
    """Show the private sheet; only here is the way to its PDF."""
    employee = access.own_or_404(Employee, employee_id, write=True)
    preparation = paper.preparation(employee, access.manager(), asked=asked())
    return render_template(
        "plan/prepare.html",
        employee=employee,
        sheet=sheet("plan/_private.html", "preparation", preparation),
        sets=asking.SETS.values(),
        chosen=preparation.chosen,
        has_chosen=asked() is not None,
        **choosers(),
    )


@bp.route("/plan/<id:employee_id>.pdf")
def download(employee_id: int) -> ResponseReturnValue:
    """Hand over the PDF in the language chosen; without `copy` the shared plan."""
    copy = query_choice("copy", COPIES, "shared")
    employee = access.own_or_404(Employee, employee_id, write=copy == "private")
    tasks = ticked(employee)
    if len(tasks) > paper.MOST_TASKS:
        return choosing(employee, tasks)
    manager, questions, learning = access.manager(), asked(), learning_ticked()
    with i18n.speaking(chosen_language()):
        html = document(employee, manager, copy, tasks, questions, learning)
        name = file_name(employee, copy)
    return as_file(
        print_out(html, query_choice("paper", PAPERS, "a4")),
        name,
        to_keep="download" in request.args,
    )


def choosing(employee: Employee, tasks: list[Task]) -> ResponseReturnValue:
    """Return the page of the plan with these tasks ticked; a 422 where too many are."""
    manager = access.manager()
    ids = [task.id for task in tasks]
    learning = learning_ticked()
    plan = paper.plan(employee, manager, ticked=tasks, learning=learning)
    too_many = len(tasks) > paper.MOST_TASKS
    page = render_template(
        "plan/preview.html",
        employee=employee,
        sheet=sheet("plan/_shared.html", "plan", plan),
        choices=paper.choices(employee, manager),
        ticked=ids,
        most=paper.MOST_TASKS if too_many else None,
        suggested=plan.is_suggested,
        blank=not plan.items[0].title,
        may_settle=may_settle(employee, plan),
        offers_learning=plan.manager_id == manager.id and bool(learning_point()),
        with_learning=bool(plan.own_learning),
        **choosers(),
    )
    return page, 422 if too_many else 200


def may_settle(employee: Employee, plan: paper.Plan) -> bool:
    """Tell whether there is something that the reader can mark as agreed."""
    is_here = not employee.has_left(i18n.today())
    return is_here and not plan.is_suggested and access.may_write(employee.team_id)


def ticked(employee: Employee) -> list[Task]:
    """Return the tasks of `task=`; ends with a 404 where one is not the team's."""
    wanted = set(request.args.getlist("task"))
    if not wanted:
        return []
    tasks = {str(task.id): task for task in planning.active_tasks(employee.team_id)}
    if not tasks.keys() >= wanted:
        abort(404)
    return [task for id, task in tasks.items() if id in wanted]


def learning_point() -> str:
    """Return what the manager is learning; empty where nothing is written."""
    own = db.session.get(SelfCheck, access.manager().id)
    return own.learning if own else ""


def learning_ticked() -> str:
    """Return the same where `learning=1` asks to print it: never by itself."""
    return learning_point() if request.args.get("learning") == "1" else ""


def asked() -> list[str] | None:
    """Return the codes of `ask=`, or None where nothing was chosen.

    An empty one says that a choice was made. Ends with a 404 where one is no question.
    """
    wanted = request.args.getlist("ask")
    if not {*asking.CODES, ""} >= set(wanted):
        abort(404)
    return [code for code in asking.CODES if code in wanted] if wanted else None


def choosers() -> dict[str, str]:
    """Return the language and the paper chosen on a page."""
    return {
        "language": chosen_language(),
        "size": query_choice("paper", PAPERS, "a4"),
    }


def chosen_language() -> str:
    """Return the language of the paper, which need not be that of the page."""
    return query_choice("language", i18n.LANGUAGES, i18n.language())


def sheet(template: str, macro: str, content: Any) -> Markup:
    """Return one paper for a page that has a heading of its own."""
    with i18n.speaking(chosen_language()):
        return Markup(
            render_template(
                "plan/sheet.html", template=template, macro=macro, content=content
            )
        )


def document(
    employee: Employee,
    manager: Manager,
    copy: str,
    tasks: list[Task],
    questions: list[str] | None = None,
    learning: str = "",
) -> str:
    """Return one copy as a document to print, in the language spoken now."""
    if copy == "private":
        preparation = paper.preparation(employee, manager, asked=questions)
        return render_template("plan/private.html", sheet=preparation)
    return printing.plan(employee, manager, tasks, learning)


def file_name(employee: Employee, copy: str) -> str:
    """Return "plan-ann-verhoeven-2026-11-26.pdf": letters, digits and hyphens only."""
    kind = gettext("preparation") if copy == "private" else gettext("plan")
    return printing.name_for(employee, kind)


@bp.cli.command("plan", cls=Command)
@click.argument("employee", type=Line(required=True))
@click.option("--copy", type=click.Choice(COPIES), default="shared")
@click.option("--lang", type=click.Choice(i18n.LANGUAGES), default="en")
@click.option("--paper", "size", type=click.Choice(PAPERS), default="a4")
@click.option("--for", "email", type=Line(), help="Whose plan, of more managers.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True
)
def print_plan(
    employee: str, copy: str, lang: str, size: str, email: str | None, output: Path
) -> None:
    """Print the plan of EMPLOYEE, a name or an id, as a PDF."""
    manager = accounts.manager_for(email)
    person = person_called(employee, manager)
    with i18n.speaking(lang):
        html = document(person, manager, copy, [])
    printing.write_private(output, print_out(html, size))
    click.echo(f"Wrote {click.format_filename(output)}.")
