"""Adding many people and tasks at once: pasted or from a file, seen before it is saved.

What was sent goes to the reader as text and comes back as text, so nothing is kept on
the server in between, and whatever is wrong can be mended on the spot. All or nothing.
"""

import secrets
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, BinaryIO

import click
from babel.lists import format_list
from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from .. import access, i18n, wording
from ..cli import Command, Line
from ..database import lock
from ..forms import flash_undo
from ..identity import accounts
from ..models import (
    HOURS,
    LONG,
    TITLE,
    YEARS,
    Employee,
    Manager,
    Task,
    Team,
    db,
    utc_now,
)
from ..sheets import words
from ..sheets.batches import Batch, leave_out
from ..sheets.cells import Limits
from ..sheets.columns import FIELDS, FIRST, Item, Kind, is_header
from ..sheets.spreadsheets import ENCODINGS
from ..sheets.uploads import Upload

bp = Blueprint("importing", __name__, url_prefix="/import", cli_group=None)

LIMITS = Limits(title=TITLE, text=LONG, hours=HOURS, years=YEARS)
MODELS: dict[Kind, Any] = {Kind.PEOPLE: Employee, Kind.TASKS: Task}
FIRST_SHOWN = 100
"""How many rows a preview shows; those that need a look come on top of these."""

NOTHING_SENT = _("Paste names or tasks, or choose a file.")
ANSWERS: dict[str, dict[Any, Any]] = {
    "stakes": wording.STAKES,
    "undo": wording.UNDO,
    "outcome_clear": wording.CLARITY,
    "limits_clear": wording.CLARITY,
}


@bp.get("/")
def index() -> ResponseReturnValue:
    return ask([Upload(kind, request.form) for kind in Kind])


def ask(sent: list[Upload], status: int = 200, fault: Any = "") -> ResponseReturnValue:
    """Show the page to paste into, with what is there already."""
    page = render_template(
        "importing/index.html",
        sent=sent,
        fault=fault,
        team=destination(),
        recognised=FIELDS,
        words=words,
    )
    return page, status


@bp.post("/")
def check() -> ResponseReturnValue:
    """Show what would be added; add it once it was seen and nothing is wrong."""
    seen = request.form.get("action") == "add"
    return look_or_add(
        lambda batches: seen and all(batch.as_shown for batch in batches)
    )


@bp.post("/start")
def start() -> ResponseReturnValue:
    """Add pasted people and tasks at once where there is nothing to ask about."""
    return look_or_add(
        lambda batches: not any(batch.has_doubts for batch in batches), "board.index"
    )


def look_or_add(
    may_add: Callable[[list[Batch]], bool], target: str = ""
) -> ResponseReturnValue:
    """Add what was sent if `may_add` says so of its batches, else show it."""
    lock(access.manager())
    team = destination()
    if team:
        lock(team)
    sent = [Upload(kind, request.form) for kind in Kind]
    for one in sent:
        file = request.files.get(f"{one.kind}-file")
        one.read(file.read() if file and file.filename else None, LIMITS)
    batches = [one.batch for one in sent if one.batch]
    if any(one.fault for one in sent):
        return ask(sent, 422)
    if not batches:
        return ask(sent, 422, fault=NOTHING_SENT)
    for batch in batches:
        asked = request.form.get(f"{batch.kind}-asked", "").split()
        ticked = request.form.getlist(f"{batch.kind}-leave")
        leave_out(batch, names(batch.kind, team), ticked, asked)
    adding = [batch for batch in batches if batch.adding]
    if adding and all(batch.is_clear for batch in batches) and may_add(batches):
        add_for_reader(adding)
        return redirect(url_for(target or target_of(adding)))
    return preview(sent, team)


def target_of(batches: list[Batch]) -> str:
    """Return where to look at what was added."""
    return f"{batches[0].kind}.index" if len(batches) == 1 else "board.index"


def preview(sent: list[Upload], team: Team | None) -> ResponseReturnValue:
    batches = [one.batch for one in sent if one.batch]
    is_clear = all(batch.is_clear for batch in batches)
    page = render_template(
        "importing/preview.html",
        sent=[one for one in sent if one.batch],
        team=team,
        to_add=counted([batch for batch in batches if batch.adding]),
        is_clear=is_clear,
        words=words,
        fields=FIELDS,
        first=FIRST,
        encodings=ENCODINGS,
        as_words=as_words,
        to_show=to_show,
    )
    return page, 200 if is_clear else 422


def to_show(batch: Batch) -> list[Item]:
    """Return the rows that need a look, and the first ones of the rest, in order."""
    rest = [item for item in batch.items if not (item.faults or item.is_doubted)]
    shown = {item.key for item in rest[:FIRST_SHOWN]}
    return [
        item
        for item in batch.items
        if item.faults
        or item.is_doubted
        or item.key in shown
        or item.key in batch.left_out
    ]


def as_words(field: str, value: Any) -> Any:
    """Return what was understood of a cell."""
    if value is None or value == "":
        return ""
    if field in ANSWERS:
        return ANSWERS[field][value]
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, date):
        return i18n.day(value)
    return i18n.number(value) if isinstance(value, float) else value


def destination() -> Team | None:
    """Return the team to add to, or None where there is none yet.

    Ends with a 404 where the manager may not change it.
    """
    named = request.form.get("team", "")
    if named:
        for mine in access.my_teams():
            if str(mine.team.id) == named and mine.may_write:
                return mine.team
        abort(404)
    return access.team_to_write()


def names(kind: Kind, team: Team | None) -> Iterable[str]:
    """Return the names, or titles, that are in the team already."""
    if team is None:
        return []
    model = MODELS[kind]
    return db.session.scalars(
        db.select(getattr(model, FIRST[kind])).where(
            model.team_id == team.id, model.removed_at.is_(None)
        )
    )


# ---- saving


def add_for_reader(batches: list[Batch]) -> None:
    """Save what was seen, and say so with a way to undo just this."""
    team = destination() or access.team_to_fill()
    ids = {batch.kind: insert(batch, team.id) for batch in batches}
    db.session.commit()
    key = secrets.token_urlsafe(8)
    session["import"] = {"key": key, "team": team.id, **ids}
    session["team"] = str(team.id)
    flash_undo(
        gettext("Added %(what)s.", what=counted(batches)),
        url_for("importing.undo", key=key),
    )


def insert(batch: Batch, team_id: int) -> list[int]:
    """Add the rows of a batch in one go, and return their ids. The caller commits."""
    rows = [{**item.values, "team_id": team_id} for item in batch.adding]
    model = MODELS[batch.kind]
    return list(db.session.scalars(db.insert(model).returning(model.id), rows))


def counted(batches: list[Batch]) -> str:
    """Return "7 people and 12 tasks"."""
    counts = []
    for batch in batches:
        number = len(batch.adding)
        if batch.kind == Kind.PEOPLE:
            counts.append(ngettext("%(num)d person", "%(num)d people", number))
        else:
            counts.append(ngettext("%(num)d task", "%(num)d tasks", number))
    return format_list(counts, locale=i18n.language())


@bp.post("/undo/<key>")
def undo(key: str) -> ResponseReturnValue:
    """Remove what the last import of this session added, and nothing else."""
    done = session.get("import")
    if not done or done["key"] != key:
        abort(404)
    team = access.own_team_or_404(done["team"], write=True)
    for kind, model in MODELS.items():
        db.session.execute(
            db.update(model)
            .where(
                model.id.in_(done.get(kind, [])),
                model.team_id == team.id,
                model.removed_at.is_(None),
            )
            .values(removed_at=utc_now(), version=model.version + 1)
        )
    db.session.commit()
    del session["import"]
    flash(gettext("The import was undone."))
    return redirect(url_for("importing.index"))


# ---- the command


@bp.cli.command("import", cls=Command)
@click.argument("file", type=click.File("rb"))
@click.option(
    "--team",
    type=Line(required=True),
    required=True,
    help="Its name; made where there is none.",
)
@click.option(
    "--for", "email", type=Line(), help="The manager, where there are several."
)
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]))
@click.option("--dry-run", is_flag=True, help="Tell what would be added, and stop.")
def import_file(
    file: BinaryIO, team: str, email: str | None, kind: str | None, dry_run: bool
) -> None:
    """Add the people or the tasks in FILE, a .csv or .xlsx, to a team.

    All or nothing: where a row has a fault, nothing is added. What is in the team
    already is left out.
    """
    manager = accounts.manager_for(email)
    batch = batch_of(file.read(), kind)
    lock(manager)
    target = writable_team(manager, team)
    leave_out(batch, names(batch.kind, target), [], [])
    tell_rows(batch)
    if not dry_run:
        target = target or access.add_team(team, manager)
        if batch.adding:
            insert(batch, target.id)
        db.session.commit()
    done = "Would add" if dry_run else "Added"
    click.echo(f"{done} {counted([batch])} to {team}.")


def batch_of(content: bytes, kind: str | None) -> Batch:
    """Return what a file adds. Raises click.ClickException where it cannot be read."""
    kinds = [Kind(kind)] if kind else list(Kind)
    uploads = [Upload(each, {}) for each in kinds]
    for upload in uploads:
        upload.read(content, LIMITS)
        if upload.fault:
            raise click.ClickException(words.file_fault(upload.fault))
    batches = [upload.batch for upload in uploads if upload.batch]
    known = [one for one in batches if kind or is_header(one.names, one.kind)]
    known.sort(key=lambda one: sum(map(bool, one.fields)), reverse=True)
    filled = {sum(map(bool, one.fields)) for one in known}
    is_both = len({upload.sheet for upload in uploads}) > 1
    if not known or is_both or len(filled) < len(known):
        raise click.ClickException("Say what these are: --kind people or --kind tasks")
    return known[0]


def writable_team(manager: Manager, name: str) -> Team | None:
    """Return the manager's team of this name, if there is one.

    Raises click.ClickException if there are several.
    """
    teams = access.teams_called(name, manager)
    if len(teams) > 1:
        raise click.ClickException(f"There are several teams called {name}")
    return teams[0] if teams else None


def tell_rows(batch: Batch) -> None:
    """Say which rows have a fault, and stop at them; say which are left out."""
    for item in batch.adding:
        for fault in item.faults:
            field = words.FIELDS[fault.field]
            said = words.fault(fault)
            click.echo(f"Row {item.row.number}, {field}: {said}", err=True)
    if batch.faulty:
        raise click.ClickException("Nothing was added.")
    for item in batch.items:
        left = "left out" if item.key in batch.left_out else "added all the same"
        if item.is_total:
            click.echo(f"Row {item.row.number} is a total: {left}", err=True)
        elif item.twin:
            what = f"row {item.twin.number}" if item.twin.number else "one in the team"
            click.echo(f"Row {item.row.number} is the same as {what}: {left}", err=True)
