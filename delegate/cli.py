"""Commands that belong to no page: `flask …`, or `python3 run.py flask …`.

The commands of a feature stand in its own module; what they share stands here.
"""

from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func
from sqlalchemy.exc import OperationalError, ProgrammingError

from . import access, i18n
from .identity import accounts, inviting, letters, strong
from .models import TITLE, Employee, Manager, Team, db, utc_now
from .rights import audit
from .texts import is_fit, one_line, tidy
from .upkeep import backups, restoring, worker


class Command(click.Command):
    """A command that says in a sentence what is in the way of files and database."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            file, reason = error.filename, error.strerror or str(error)
            named = f"{click.format_filename(file)}: " if file else ""
            raise click.ClickException(f"{named}{reason}") from error
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).splitlines()[0]
            raise click.ClickException(
                f"The database cannot be used: {reason}\n"
                "If it is new, or of an earlier version, run: flask db upgrade"
            ) from error


class Line(click.ParamType[str]):
    """A name or an address, as a form would take it."""

    name = "text"

    def __init__(self, *, required: bool = False) -> None:
        self.required = required

    def convert(self, value: str, param: Any, ctx: Any) -> str:
        check_fit(value)
        line = one_line(tidy(value))
        if self.required and not line:
            raise click.BadParameter("Fill this in.")
        if len(line) > TITLE:
            raise click.BadParameter(f"At most {TITLE} characters fit here.")
        return line


class Secret(click.ParamType[str]):
    """A password, as it was typed."""

    name = "text"

    def convert(self, value: str, param: Any, ctx: Any) -> str:
        check_fit(value)
        return value


def check_fit(value: str) -> None:
    if not is_fit(value):
        raise click.BadParameter("This has a character that cannot be kept.")


def person_called(wanted: str, manager: Manager, *, write: bool = False) -> Employee:
    """Return someone of the manager's teams by id or by name, whole or in part.

    `write` is that of `access.own`. Raises click.ClickException where that is nobody,
    or more than one.
    """
    mine = access.own(Employee, write=write, whose=manager).order_by(
        func.lower(Employee.name), Employee.id
    )
    name = func.lower(Employee.name)
    for query in (
        mine.where(Employee.id == int(wanted)) if is_id(wanted) else None,
        mine.where(name == wanted.lower()),
        mine.where(name.contains(wanted.lower(), autoescape=True)),
    ):
        found = db.session.scalars(query).all() if query is not None else []
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(
                f"{one.name} ({one.id}, {db.session.get_one(Team, one.team_id).name})"
                for one in found
            )
            raise click.ClickException(
                f"More than one is called so: {listed}. Say which by the number."
            )
    raise click.ClickException(f"There is nobody called {wanted[:60]}.")


def is_id(wanted: str) -> bool:
    """Tell whether `wanted` is a number that an id can be."""
    digits = wanted.isascii() and wanted.isdigit() and len(wanted) < 11
    return digits and int(wanted) <= access.MOST_ID


users = AppGroup("users", help="Accounts of managers.")
jobs = AppGroup("jobs", help="What takes too long for a page.")
HERE = "http://127.0.0.1:8000"
URL = click.option(
    "--url",
    default=HERE,
    help="The address of the server, where PUBLIC_URL is not set.",
)


def init_app(app: Flask) -> None:
    app.cli.add_command(users)
    app.cli.add_command(jobs)
    app.cli.add_command(start_notes)
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@users.command(cls=Command)
@click.argument("email", type=Line())
@click.option("--name", type=Line(), default="", help="How plans name this manager.")
@click.password_option(type=Secret())
def create(email: str, name: str, password: str) -> None:
    """Add an account for EMAIL."""
    try:
        manager = accounts.add_manager(email, name, password)
    except ValueError as error:
        raise click.ClickException(error.args[1]) from error
    db.session.commit()
    accounts.forget_first_code()
    click.echo(f"Added {manager.email}.")


@users.command("list", cls=Command)
def list_all() -> None:
    """Say who has an account."""
    for manager in db.session.scalars(db.select(Manager).order_by(Manager.email)):
        kinds = ("administrator" * manager.is_admin, "inactive" * (not manager.active))
        marks = ", ".join(kind for kind in kinds if kind)
        click.echo(f"{manager.email}  {manager.name}{marks and f'  ({marks})'}")


@users.command(cls=Command)
@click.argument("email", type=Line())
@click.option("--lang", type=click.Choice(i18n.LANGUAGES), default="en")
@URL
def invite(email: str, lang: str, url: str) -> None:
    """Invite EMAIL to an account: mail it, else print the link."""
    by = db.session.scalar(
        db.select(Manager).filter_by(is_admin=True, active=True).order_by(Manager.id)
    )
    if by is None:
        raise click.ClickException("There is no administrator yet.")
    try:
        with current_app.test_request_context(base_url=url):
            made = inviting.invite(email, by, lang)
    except ValueError as error:
        raise click.ClickException(error.args[1]) from error
    click.echo(f"Mailed {made.email}." if made.is_mailed else made.address)
    if not made.is_mailed:
        say_where(url)


def say_where(url: str) -> None:
    """Say that the address before a link was a guess, where nobody said it."""
    if url == HERE and not current_app.config["PUBLIC_URL"]:
        words = f"If the server runs at another address than {HERE}, put that in front."
        click.echo(words, err=True)


@users.command(cls=Command)
@click.argument("email", type=Line())
@URL
def reset(email: str, url: str) -> None:
    """Print a link with which EMAIL can set a password, for a day and once."""
    manager = accounts.manager_for(email)
    with current_app.test_request_context(base_url=url):
        address = letters.password_link(manager)
    audit.tell_way_in(manager)
    db.session.commit()
    click.echo(address)
    say_where(url)


@users.command(cls=Command)
@click.argument("email", type=Line())
@click.argument("new", type=Line())
def rename(email: str, new: str) -> None:
    """Give the account of EMAIL the address NEW."""
    manager = accounts.manager_for(email)
    try:
        accounts.set_address(manager, accounts.normal_address(new))
    except ValueError as error:
        raise click.ClickException(error.args[1]) from error
    click.echo(f"{email} is {manager.email} now.")


@users.command(cls=Command)
@click.argument("email", type=Line())
def deactivate(email: str) -> None:
    """Let EMAIL in no more, and end every session."""
    manager = accounts.manager_for(email)
    accounts.deactivate(manager)
    db.session.commit()
    click.echo(f"{manager.email} cannot sign in any more.")


@users.command(cls=Command)
@click.argument("email", type=Line())
@click.option("--admin", is_flag=True, help="Make EMAIL an administrator too.")
def activate(email: str, admin: bool) -> None:
    """Let EMAIL in again, and take the address for theirs."""
    manager = accounts.manager_for(email)
    manager.active = True
    manager.is_admin = manager.is_admin or admin
    manager.confirmed_at = manager.confirmed_at or utc_now()
    db.session.commit()
    click.echo(f"{manager.email} can sign in.")


@users.command(cls=Command)
@click.argument("email", type=Line())
def forget_factors(email: str) -> None:
    """Let EMAIL sign in with the password alone: for who lost phone and codes.

    Passkeys, the authenticator app and recovery codes are forgotten, and every browser
    is signed out. Be sure first of who asks.
    """
    manager = accounts.manager_for(email)
    strong.forget(manager)
    db.session.commit()
    click.echo(
        f"{manager.email} now signs in with the password alone. Passkeys, the "
        "authenticator app and recovery codes are gone, and every browser is signed "
        "out."
    )


@jobs.command(cls=Command)
@click.option("--once", is_flag=True, help="Stop when there is nothing to do.")
@click.option("--attached", is_flag=True, help="Stop when standard input ends.")
def work(once: bool, attached: bool) -> None:
    """Do what managers asked for, as it comes; and every hour what `purge` does."""
    worker.run(once=once, attached=attached)


@click.command(cls=Command)
@click.option("--url", type=Line(), required=True, help="The address of the server.")
@with_appcontext
def start_notes(url: str) -> None:
    """Say what a person should know when the server starts."""
    if accounts.none_yet():
        code = accounts.first_code()
        click.echo("There is no account yet. Make the first one here:")
        click.echo(f"  {url.rstrip('/')}/account/first?code={code}")


@click.command(cls=Command)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a FILE that is there.")
@click.option("--list", "listed", is_flag=True, help="Say which backups there are.")
@with_appcontext
def backup(file: Path | None, force: bool, listed: bool) -> None:
    """Copy the whole database to FILE, else to backups/ in the data folder.

    The server may go on meanwhile. FILE holds all that is written about people:
    keep it as safe as the database. The file secret-key is no part of it.
    """
    if not listed:
        click.echo(f"Made {backups.make(file, force=force).path}.")
        return
    for made in backups.found():
        click.echo(f"{made.made_at:%Y-%m-%d %H:%M} UTC  {made.size:>12,}  {made.path}")


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keep-sessions", is_flag=True, help="End no session and no link.")
@with_appcontext
def restore(file: Path, keep_sessions: bool) -> None:
    """Put the backup FILE in the place of the database.

    FILE is checked first, and brought up to date where it is of an earlier version.
    What was there is kept. Everyone has to sign in again, and links open no longer.
    """
    kept = restoring.restore(file, keep_sessions=keep_sessions)
    click.echo(f"Restored {file}.")
    if kept:
        click.echo(f"What was there before is kept in {kept}.")
    click.echo("Whoever was erased after this backup was made is in it again.")
    click.echo(
        "Accounts are as they were then, with the passwords of then, also those shut "
        "out since: look at them with: flask users list"
    )
