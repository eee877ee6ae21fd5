"""The sample team: loaded in one click, and thrown away for real in another.

Each manager has a sample team of their own, at most one; it is in `sample`.
"""

import click
from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, delete, select

from .. import access, i18n
from ..cli import Command, Line
from ..database import lock
from ..forms import Confirm
from ..identity import accounts
from ..models import Manager, Membership, Team, db
from ..sample.rows import add_sample

bp = Blueprint("demo", __name__, url_prefix="/demo", cli_group="demo")
bp.cli.help = "The sample team, to look around in."


@bp.post("/load")
def load() -> ResponseReturnValue:
    """Show the manager's sample team, made where there is none."""
    lock(access.manager())
    team = sample_team(access.manager())
    if team is None:
        team = add_sample(access.manager(), i18n.language())
        db.session.commit()
    session["team"] = str(team.id)
    return redirect(url_for("board.index"))


@bp.get("/clear")
def confirm() -> ResponseReturnValue:
    return render_template(
        "demo/clear.html", form=Confirm(), team=sample_team(access.manager())
    )


@bp.post("/clear")
def clear() -> ResponseReturnValue:
    if throw_away(access.manager()):
        flash(gettext("The sample team is gone."))
    db.session.commit()
    return redirect(url_for("today.index"))


@bp.post("/own")
def own() -> ResponseReturnValue:
    """Leave the sample for the manager's own team, made where there is none."""
    lock(access.manager())
    teams = [mine.team for mine in access.my_teams() if not mine.team.is_sample]
    team = teams[0] if teams else access.add_team(gettext("My team"))
    db.session.commit()
    session["team"] = str(team.id)
    if sample_team(access.manager()):
        flash(
            gettext("This is your own team. The sample team is kept, in “Your teams”.")
        )
    return redirect(url_for("today.index"))


@bp.cli.command("load", cls=Command)
@click.option("--for", "email", type=Line(), metavar="EMAIL", help="Whose team it is.")
@click.option(
    "--lang", type=click.Choice(i18n.LANGUAGES), default="en", show_default=True
)
def load_command(email: str | None, lang: str) -> None:
    """Add the sample team, unless it is there."""
    manager = accounts.manager_for(email)
    lock(manager)
    if sample_team(manager):
        click.echo(f"{manager.email} has the sample team already.")
        return
    team = add_sample(manager, lang)
    db.session.commit()
    click.echo(f"Added “{team.name}” for {manager.email}.")


@bp.cli.command("clear", cls=Command)
@click.option("--for", "email", type=Line(), metavar="EMAIL", help="Whose team it is.")
def clear_command(email: str | None) -> None:
    """Throw the sample team away, with everything in it."""
    manager = accounts.manager_for(email)
    gone = throw_away(manager)
    db.session.commit()
    click.echo("The sample team is gone." if gone else "There is no sample team.")


def samples(manager: Manager) -> Select[Team]:
    """Return the query for the sample teams that are this manager's own."""
    return (
        select(Team)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Team.is_sample,
            Membership.manager_id == manager.id,
            Membership.role == "owner",
        )
        .order_by(Team.id)
    )


def sample_team(manager: Manager) -> Team | None:
    return db.session.scalar(samples(manager).where(Team.removed_at.is_(None)))


def throw_away(manager: Manager) -> bool:
    """Delete the manager's sample teams with everything in them; tell if there were."""
    ids = db.session.scalars(samples(manager).with_only_columns(Team.id)).all()
    db.session.execute(delete(Team).where(Team.id.in_(ids)))
    return bool(ids)
