"""Erasing for good, asked again first: a person, a team, one's own account.

Also for how long a team keeps what is written of someone, and the command that sees to
it. Only the owner of a team may; removing, which can be undone, is for whoever works
in it.
"""

from collections.abc import Mapping
from typing import Any

import click
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
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_security import logout_user
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from .. import access, i18n
from ..cli import Command
from ..database import VersionConflict, names
from ..dialogue import meeting, mending
from ..forms import REQUIRED, Confirm, VersionedForm, save
from ..identity import accounts
from ..models import (
    KEEP_MONTHS,
    Agreement,
    Employee,
    Rating,
    Task,
    Team,
    TeamConditions,
    utc_now,
)
from ..rights import erasure
from ..upkeep import backups

bp = Blueprint("erasing", __name__, cli_group=None)

MOST_MENTIONS = 50
"""Most texts about others that are pointed at."""

MONTHS_WANTED = _("Give a number of months from 1 to 24.")


class KeepForm(VersionedForm):
    keep_months = IntegerField(
        _("Months to keep what is written of someone"),
        [
            InputRequired(REQUIRED),
            NumberRange(KEEP_MONTHS[0], KEEP_MONTHS[-1], MONTHS_WANTED),
        ],
        description=_(
            "They count from the last change, and from leaving for whoever has left."
        ),
    )


@bp.route("/people/<id:employee_id>/erase", methods=["GET", "POST"])
@access.fresh
def person(employee_id: int) -> ResponseReturnValue:
    employee = access.own_or_404(Employee, employee_id, owner=True, removed=True)
    form, team_id = Confirm(), employee.team_id
    if form.validate_on_submit():
        session.pop("_flashes", None)
        tell(
            erasure.erase([employee]),
            gettext("Erased, with all that was written. No name is kept of it."),
        )
        return redirect(url_for("people.index", team=team_id))
    found = erasure.mentions(employee, access.manager().id)
    listed = found[:MOST_MENTIONS]
    people = names(Employee, [getattr(one, "employee_id", None) for one in listed])
    return render_template(
        "erasing/person.html",
        form=form,
        employee=employee,
        mentions=[(words_for(one, people), way_to(one)) for one in listed],
        count=len(found),
        backups=backups.found(),
    )


def tell(no_trace: bool, words: str) -> None:
    """Say that it is done, and what is still to come where that is so."""
    flash(words)
    if not no_trace:
        flash(gettext("Its last trace cannot go right now. It goes within the hour."))


def words_for(row: Any, people: Mapping[int | None, str]) -> str:
    """Return where a name stands, in words that say it is a text about another."""
    words = ""
    if isinstance(row, Rating):
        words = gettext("what was seen of %(name)s", name=people[row.employee_id])
    elif isinstance(row, Agreement):
        words = gettext("an agreement with %(name)s", name=people[row.employee_id])
    elif isinstance(row, Employee):
        words = gettext("the page of %(name)s", name=row.name)
    elif isinstance(row, Task):
        words = gettext("the task “%(title)s”", title=row.title)
    elif isinstance(row, TeamConditions):
        words = gettext("what you do for the team")
    return words


def way_to(row: Any) -> str:
    if isinstance(row, Rating):
        return url_for("ratings.edit", employee_id=row.employee_id)
    if isinstance(row, Agreement):
        return url_for("agreements.edit", agreement_id=row.id)
    if isinstance(row, Employee):
        return url_for("people.show", employee_id=row.id)
    if isinstance(row, TeamConditions):
        return url_for("conditions.show", team_id=row.team_id)
    return url_for("tasks.show", task_id=row.id)


@bp.route("/teams/<id:team_id>/keep", methods=["GET", "POST"])
def keep(team_id: int) -> ResponseReturnValue:
    """Choose for how long this team keeps what is written of someone."""
    team = access.own_team_or_404(team_id, owner=True)
    if request.method != "POST":
        return show_keep(KeepForm(obj=team), team)
    form = KeepForm()
    if not form.validate_on_submit():
        return show_keep(form, team), 422
    try:
        save(form, team)
    except VersionConflict:
        differences = form.catch_up_with(team)
        return show_keep(form, team, differences), 409
    flash(gettext("Saved."))
    return redirect(url_for("teams.edit", team_id=team.id))


def show_keep(form: KeepForm, team: Team, differences: Any = ()) -> str:
    return render_template(
        "erasing/keep.html",
        form=form,
        team=team,
        warned=erasure.warned(team, i18n.today()),
        differences=differences,
    )


@bp.route("/teams/<id:team_id>/erase", methods=["GET", "POST"])
@access.fresh
def team(team_id: int) -> ResponseReturnValue:
    """Erase a team of the manager's own; also one that was removed before."""
    mine = {one.id: one for one in erasure.owned(access.manager())}
    if team_id not in mine:
        abort(404)
    form, found = Confirm(), mine[team_id]
    if form.validate_on_submit():
        session.pop("_flashes", None)
        tell(
            erasure.erase([found]),
            gettext("The team is erased, with its people and tasks."),
        )
        return redirect(url_for("teams.index"))
    return render_template(
        "erasing/team.html", form=form, team=found, backups=backups.found()
    )


@bp.route("/account/erase", methods=["GET", "POST"])
@access.fresh
def account() -> ResponseReturnValue:
    """Erase the manager's own account and the teams it owns."""
    manager, form = access.manager(), Confirm()
    if form.is_submitted():
        accounts.hold()  # A team handed over right now counts, or has no owner left.
    teams, heir = erasure.owned(manager), erasure.heir(manager)
    if form.validate_on_submit():
        if heir:
            heir.is_admin = True
        logout_user()
        meeting.forget(manager.id)
        mending.forget(manager.id)
        erasure.erase([*teams, manager])
        flash(gettext("Your account is erased."))
        return redirect(url_for("security.login"))
    return render_template(
        "erasing/account.html",
        form=form,
        teams=[(one, erasure.others_in(one, manager)) for one in teams],
        heir=heir,
        backups=backups.found(),
    )


@bp.cli.command("purge", cls=Command)
def purge() -> None:
    """Erase what has been kept for long enough, and what was removed a month ago."""
    done = erasure.purge(utc_now())
    click.echo(
        f"Erased {done.people} people kept long enough, {done.removed} removed rows, "
        f"{done.links} old links and {done.entries} old entries of the trail."
    )
