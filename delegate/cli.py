"""Commands that belong to no page: `flask …`, or `python3 run.py flask …`.

The commands of a feature stand in its own module; what they share stands here.
"""

from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from . import accounts
from .models import TITLE, db
from .texts import is_fit, one_line, tidy


class Command(click.Command):
    """A command that says in a sentence what is in the way of files and database."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            named = f"{click.format_filename(error.filename)}: "
            reason = error.strerror or str(error)
            raise click.ClickException(
                f"{named if error.filename else ''}{reason}"
            ) from error
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


users = AppGroup("users", help="Accounts of managers.")


def init_app(app: Flask) -> None:
    app.cli.add_command(users)
    app.cli.add_command(start_notes)


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


@click.command(cls=Command)
@click.option("--url", type=Line(), required=True, help="The address of the server.")
@with_appcontext
def start_notes(url: str) -> None:
    """Say what a person should know when the server starts."""
    if accounts.none_yet():
        code = accounts.first_code()
        click.echo("There is no account yet. Make the first one here:")
        click.echo(f"  {url.rstrip('/')}/account/first?code={code}")
