"""What is kept of a team, to take along: tables for a spreadsheet, and all as JSON.

Every file is written whole before the first of it is sent: what goes wrong gives a page
that says so, and never half a file.
"""

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import click
from flask import Blueprint, Response, abort, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.utils import secure_filename

from .. import access, i18n, printing, tables, whole
from ..cli import Command, Line
from ..database import read_one_moment
from ..forms import query_choice
from ..identity import accounts
from ..models import Manager, Team
from ..sheets.spreadsheets import COMMA, SEMICOLON
from ..sheets.writing import Page, write_csv, write_workbook
from ..tables import TABLES, TITLES

bp = Blueprint("export", __name__, url_prefix="/export", cli_group=None)

SEPARATORS = {"semicolon": SEMICOLON, "comma": COMMA}
USUAL = {"nl": "semicolon", "en": "comma"}
"""What a spreadsheet in this language expects between cells."""

IN_MEMORY = 1_000_000
"""Bytes up to which a file is sent from memory, and the disk is done with it."""

LONGEST_NAME = 60
"""Characters of a team's name in the name of a file."""


@bp.get("/<id:team_id>")
@access.fresh
def index(team_id: int) -> ResponseReturnValue:
    """Show what can be taken along, and how the cells will be separated."""
    return render_template(
        "export/index.html",
        team=access.own_team_or_404(team_id, write=True),
        titles=TITLES,
        separator=separator(),
        is_owner=access.owns(team_id),
    )


def separator() -> str:
    """Return what is wished between cells, else what this language is used to."""
    return query_choice("separator", SEPARATORS, USUAL[i18n.language()])


@bp.get("/<id:team_id>/<table>.csv")
@access.fresh
def table(team_id: int, table: str) -> ResponseReturnValue:
    team = access.own_team_or_404(team_id, write=True)
    if table not in TABLES:
        abort(404)
    sign = SEPARATORS[separator()]
    return handed_over(
        lambda file: write_csv(TABLES[table](team, access.manager()), sign, file),
        file_name(team, TITLES[table], "csv"),
    )


@bp.get("/<id:team_id>/workbook.xlsx")
@access.fresh
def workbook(team_id: int) -> ResponseReturnValue:
    team = access.own_team_or_404(team_id, write=True)
    return handed_over(
        lambda file: write_tables(team, access.manager(), file),
        file_name(team, gettext("tables"), "xlsx"),
    )


@bp.get("/<id:team_id>/everything.json")
@access.fresh
def everything(team_id: int) -> ResponseReturnValue:
    """Hand over all of it: also who looked at what, and whom the team was opened to."""
    team = access.own_team_or_404(team_id, owner=True)
    return handed_over(
        lambda file: write_everything(team, access.manager(), file),
        file_name(team, gettext("everything"), "json"),
    )


def write_tables(team: Team, manager: Manager, file: IO[bytes]) -> None:
    """Write a workbook: what should be known of it, and then a sheet for each table."""
    pages = (Page(str(TITLES[name]), TABLES[name](team, manager)) for name in TABLES)
    write_workbook([Page(gettext("About"), tables.about(team)), *pages], file)


def write_everything(team: Team, manager: Manager, file: IO[bytes]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
    whole.write(team, manager, text)
    text.flush()
    text.detach()


def handed_over(write: Callable[[IO[bytes]], None], name: str) -> Response:
    """Return what `write` makes, as a file to keep; on disk it has no name."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed once it is sent
    read_one_moment()
    write(file)
    size = file.tell()
    file.seek(0)
    if size <= IN_MEMORY:
        with file:
            return sent(io.BytesIO(file.read()), name)
    answer = sent(file, name)
    answer.content_length = size
    return answer


def sent(file: IO[bytes], name: str) -> Response:
    return send_file(file, as_attachment=True, download_name=name, conditional=False)


def file_name(team: Team, what: Any, ending: str) -> str:
    """Return "team_of_ann_people_2026-11-26.csv": plain letters, digits and signs."""
    name = f"{team.name[:LONGEST_NAME]} {what} {i18n.today()}".lower()
    return f"{secure_filename(name)}.{ending}"


# ---- the command


def one_team(name: str, manager: Manager) -> Team:
    """Return the manager's team of this name. Raises click.ClickException."""
    teams = access.teams_called(name, manager)
    if len(teams) == 1:
        return teams[0]
    problem = "There are several teams" if teams else "There is no team"
    raise click.ClickException(f"{problem} called {name}")


@bp.cli.command("export", cls=Command)
@click.option("--team", "name", type=Line(required=True), required=True)
@click.option("--for", "email", type=Line(), help="Whose team, of more managers.")
@click.option("--table", type=click.Choice(list(TABLES)), help="Which one, as .csv.")
@click.option("--separator", "between", type=click.Choice(list(SEPARATORS)))
@click.option("--lang", type=click.Choice(i18n.LANGUAGES), default="en")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True
)
def export_file(
    name: str,
    email: str | None,
    table: str | None,
    between: str | None,
    lang: str,
    output: Path,
) -> None:
    """Write what is kept of a team to a .json (all of it), an .xlsx, or a .csv."""
    manager = accounts.manager_for(email)
    team = one_team(name, manager)
    sign = SEPARATORS[between or USUAL[lang]]
    writers: dict[str, Callable[[IO[bytes]], None]] = {
        ".json": lambda file: write_everything(team, manager, file),
        ".xlsx": lambda file: write_tables(team, manager, file),
    }
    if table:
        writers = {
            ".csv": lambda file: write_csv(TABLES[table](team, manager), sign, file)
        }
    if output.suffix not in writers:
        raise click.ClickException(
            "Say -o FILE.json, -o FILE.xlsx, or --table TABLE -o FILE.csv"
        )
    if os.path.lexists(output):  # also a link to nothing
        raise click.ClickException(f"{output} is there already.")
    read_one_moment()
    with i18n.speaking(lang), printing.arriving(output, new=True) as file:
        writers[output.suffix](file)
    click.echo(f"Wrote {click.format_filename(output)}.")
