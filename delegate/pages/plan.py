"""The plan on paper, shown before it prints, and the private sheet to prepare it."""

import io
import re
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    render_template,
    request,
    send_file,
)
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import Select, func

from .. import access, i18n, paper, planning
from ..forms import query_choice
from ..models import Employee, Manager, Membership, Task, Team, db

bp = Blueprint("plan", __name__, cli_group=None)

COPIES = ("shared", "private")
PAPERS = ("a4", "letter")
"""The sizes of paper, as CSS calls them."""

LONGEST_NAME = 60
"""Characters of a person's name in the name of a file."""


@bp.route("/plan/<id:employee_id>")
def preview(employee_id: int) -> ResponseReturnValue:
    """Show the shared plan as it will be printed, and choose what stands on it."""
    employee = access.own_or_404(Employee, employee_id)
    return choosing(employee, ticked(employee))


@bp.route("/people/<id:employee_id>/prepare")
def prepare(employee_id: int) -> ResponseReturnValue:
    """Show the private sheet; only here is the way to its PDF."""
    employee = access.own_or_404(Employee, employee_id, write=True)
    preparation = paper.preparation(employee, access.manager())
    return render_template(
        "plan/prepare.html",
        employee=employee,
        sheet=sheet("plan/_private.html", "preparation", preparation),
        **choosers("plan.prepare", employee, "private", []),
    )


@bp.route("/plan/<id:employee_id>.pdf")
def download(employee_id: int) -> ResponseReturnValue:
    """Hand over the PDF, in the language of `lang`; without `copy` the shared plan."""
    copy = query_choice("copy", COPIES, "shared")
    employee = access.own_or_404(Employee, employee_id, write=copy == "private")
    tasks = ticked(employee)
    if len(tasks) > paper.MOST_TASKS:
        return choosing(employee, tasks)
    html = document(employee, access.manager(), copy, tasks)
    return as_file(
        print_out(html, query_choice("paper", PAPERS, "a4")),
        file_name(employee, copy),
        to_keep="download" in request.args,
    )


def choosing(employee: Employee, tasks: list[Task]) -> ResponseReturnValue:
    """Return the page of the plan with these tasks ticked; a 422 where too many are."""
    manager = access.manager()
    plan = paper.plan(employee, manager, ticked=tasks)
    too_many = len(tasks) > paper.MOST_TASKS
    page = render_template(
        "plan/preview.html",
        employee=employee,
        sheet=sheet("plan/_shared.html", "plan", plan),
        choices=paper.choices(employee, manager),
        ticked={task.id for task in tasks},
        most=paper.MOST_TASKS if too_many else None,
        suggested=plan.is_suggested,
        blank=not plan.items[0].title,
        **choosers("plan.preview", employee, "shared", [task.id for task in tasks]),
    )
    return page, 422 if too_many else 200


def ticked(employee: Employee) -> list[Task]:
    """Return the tasks of `task=`; ends with a 404 where one is not the team's."""
    wanted = set(request.args.getlist("task"))
    if not wanted:
        return []
    tasks = {str(task.id): task for task in planning.active_tasks(employee.team_id)}
    if not tasks.keys() >= wanted:
        abort(404)
    return [task for id, task in tasks.items() if id in wanted]


def choosers(
    endpoint: str, employee: Employee, copy: str, tasks: list[int]
) -> dict[str, Any]:
    """Return the language and the paper chosen on a page, with the ways to change it.

    `same_page(paper="letter")` leads to the same page but for that; so does `pdf`.
    """
    language = chosen_language()
    size = query_choice("paper", PAPERS, "a4")
    carried: dict[str, Any] = {"employee_id": employee.id, "paper": size, "task": tasks}
    return {
        "language": language,
        "size": size,
        "same_page": partial(address_of, endpoint, language=language, **carried),
        "pdf": partial(
            address_of, "plan.download", copy=copy, lang=language, **carried
        ),
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


def document(employee: Employee, manager: Manager, copy: str, tasks: list[Task]) -> str:
    """Return one copy as a document to print, in the language spoken now."""
    if copy == "private":
        preparation = paper.preparation(employee, manager)
        return render_template("plan/private.html", sheet=preparation)
    plan = paper.plan(employee, manager, ticked=tasks)
    return render_template("plan/print.html", plan=plan)


def print_out(html: str, size: str) -> bytes:
    # Only now, as it takes as long to import as all the rest of the program.
    from .. import pdf

    try:
        return pdf.to_pdf(html, size)
    except pdf.Busy:
        abort(busy())


def busy() -> Response:
    page = render_template(
        "error.html",
        heading=gettext("Someone else is printing"),
        advice=gettext("Go back and try again in a moment."),
    )
    return make_response(page, 503, {"Retry-After": "10"})


def file_name(employee: Employee, copy: str) -> str:
    """Return "plan-ann-verhoeven-2026-11-26.pdf": letters, digits and hyphens only."""
    kind = gettext("preparation") if copy == "private" else gettext("plan")
    day = i18n.as_date(employee.next_talk_at or i18n.today())
    words = re.findall(r"[^\W_]+", f"{kind} {employee.name[:LONGEST_NAME]} {day}")
    return "-".join(words).lower() + ".pdf"


def as_file(pdf: bytes, name: str, *, to_keep: bool) -> Response:
    return send_file(
        io.BytesIO(pdf), "application/pdf", as_attachment=to_keep, download_name=name
    )


@bp.cli.command("plan")
@click.argument("employee")
@click.option("--copy", type=click.Choice(COPIES), default="shared")
@click.option("--lang", type=click.Choice(i18n.LANGUAGES), default="en")
@click.option("--paper", "size", type=click.Choice(PAPERS), default="a4")
@click.option("--for", "email", help="Whose plan, where there are more managers.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True
)
def print_plan(
    employee: str, copy: str, lang: str, size: str, email: str | None, output: Path
) -> None:
    """Print the plan of EMPLOYEE, a name or an id, as a PDF."""
    refuse_unreadable(employee, email or "")
    manager = manager_called(email)
    person = person_called(employee.strip(), manager)
    with i18n.speaking(lang):
        html = document(person, manager, copy, [])
    made, path = print_out(html, size), click.format_filename(output)
    try:
        output.write_bytes(made)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}.") from error
    click.echo(f"Wrote {path}.")


def refuse_unreadable(*arguments: str) -> None:
    """End where what was typed is no text, which no database takes."""
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError as error:
        raise click.ClickException("A name or address is not in UTF-8.") from error


def manager_called(email: str | None) -> Manager:
    """Return the manager of that address, or the only one there is."""
    query = db.select(Manager).limit(2)
    if email:
        query = query.where(Manager.email == email.strip().lower())
    found = db.session.scalars(query).all()
    if not found:
        raise click.ClickException(
            f"There is no manager {email}." if email else "There is no manager yet."
        )
    if len(found) > 1:
        raise click.ClickException(
            "There is more than one manager: say whose plan it is with --for EMAIL."
        )
    manager: Manager = found[0]
    return manager


def person_called(wanted: str, manager: Manager) -> Employee:
    """Return the manager's employee by id or by name, whole or in part."""
    if not wanted:
        raise click.ClickException("Give the name or the id of a person.")
    mine = people_of(manager)
    name = func.lower(Employee.name)
    for query in (
        mine.where(Employee.id == int(wanted)) if is_id(wanted) else None,
        mine.where(name == wanted.lower()),
        mine.where(name.contains(wanted.lower(), autoescape=True)),
    ):
        found = db.session.scalars(query).all() if query is not None else []
        if len(found) == 1:
            person: Employee = found[0]
            return person
        if found:
            listed = ", ".join(f"{one.name} ({one.id})" for one in found)
            raise click.ClickException(f"More than one is called so: {listed}.")
    raise click.ClickException(f"There is nobody called {wanted[:LONGEST_NAME]}.")


def is_id(wanted: str) -> bool:
    """Say whether `wanted` is a number that an id can be."""
    digits = wanted.isascii() and wanted.isdigit() and len(wanted) < 11
    return digits and int(wanted) < 2**31


def people_of(manager: Manager) -> Select[Any]:
    query: Select[Any] = (
        db.select(Employee)
        .join(Membership, Membership.team_id == Employee.team_id)
        .join(Team, Team.id == Employee.team_id)
        .where(
            Membership.manager_id == manager.id,
            Team.removed_at.is_(None),
            Employee.removed_at.is_(None),
        )
        .order_by(func.lower(Employee.name), Employee.id)
    )
    return query
