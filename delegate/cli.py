"""Commands that belong to no page: `flask …`, or `python3 run.py flask …`.

The commands of a feature stand in its own module.
"""

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from . import accounts
from .models import db

users = AppGroup("users", help="Accounts of managers.")


def init_app(app: Flask) -> None:
    app.cli.add_command(users)
    app.cli.add_command(start_notes)


@users.command()
@click.argument("email")
@click.option("--name", default="", help="How plans name this manager.")
@click.password_option()
def create(email: str, name: str, password: str) -> None:
    """Add an account for EMAIL."""
    try:
        manager = accounts.add_manager(email, name, password)
    except ValueError as error:
        raise click.ClickException(error.args[1]) from error
    db.session.commit()
    accounts.forget_first_code()
    click.echo(f"Added {manager.email}.")


@click.command()
@click.option("--url", required=True, help="The address of the server.")
@with_appcontext
def start_notes(url: str) -> None:
    """Say what a person should know when the server starts."""
    if accounts.none_yet():
        code = accounts.first_code()
        click.echo("There is no account yet. Make the first one here:")
        click.echo(f"  {url.rstrip('/')}/account/first?code={code}")
