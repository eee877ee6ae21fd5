"""The manager's teams: adding one, its name, and which one is shown."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from .. import access
from ..database import VersionConflict, lock, set_all
from ..forms import ShortText, VersionedForm, flash_undo, save
from ..forms.newcomers import added_before, has_namesake, newest
from ..models import Membership, Team, db, utc_now
from ..practice import days
from ..removal import removed

bp = Blueprint("teams", __name__, url_prefix="/teams", cli_group=None)


class NewTeamForm(VersionedForm):
    name = ShortText(_("Name of the team"), required=True)


class TeamForm(VersionedForm):
    name = ShortText(_("Name of the team"), required=True)
    country = SelectField(
        _("Country"),
        description=_("Days to look back are proposed on working days there."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        called = get_locale().territories
        by_name = sorted((called.get(code, code), code) for code in days.countries())
        self.country.choices = [SelectChoice(code, name) for name, code in by_name]


@bp.route("/")
def index() -> ResponseReturnValue:
    return show_list(NewTeamForm(formdata=None))


@bp.post("/")
def add() -> ResponseReturnValue:
    lock(access.manager())
    form = NewTeamForm()
    if not form.validate_on_submit():
        return show_list(form), 422
    team = added_before(form, mine(owner=True)) or keep(form.name.data)
    return redirect(url_for("people.index", team=team.id))


def keep(name: str) -> Team:
    """Add a team, and say so; a name that is there already is worth a word."""
    team = access.add_team(name)
    db.session.commit()
    flash(gettext("Added the team “%(name)s”.", name=team.name))
    if has_namesake(mine(), Team.name, team):
        flash(gettext("You have another team with this name. That can be right."))
    return team


def mine(*, owner: bool = False) -> Select[Any]:
    """Return the query for the manager's teams; `owner` asks that they are owned."""
    ids = [one.team.id for one in access.my_teams() if not owner or one.role == "owner"]
    query: Select[Any] = db.select(Team).where(Team.id.in_(ids))
    return query


def show_list(form: NewTeamForm) -> str:
    form.version.data = form.version.data or newest(mine())
    return render_template(
        "teams/index.html",
        form=form,
        teams=access.my_teams(),
        current=access.current_team(),
        removed=my_removed_teams(),
    )


@bp.route("/<id:team_id>", methods=["GET", "POST"])
def edit(team_id: int) -> ResponseReturnValue:
    team = access.own_team_or_404(team_id, write=True)
    if request.method != "POST":
        return show_form(TeamForm(obj=team), team)
    form = TeamForm()
    if not form.validate_on_submit():
        return show_form(form, team), 422
    try:
        save(form, team)
    except VersionConflict:
        differences = form.catch_up_with(team)
        return show_form(form, team, differences), 409
    flash(gettext("Saved."))
    return redirect(url_for(".index"))


def show_form(form: TeamForm, team: Team, differences: Any = ()) -> str:
    return render_template(
        "teams/form.html",
        form=form,
        team=team,
        is_owner=owns(team),
        differences=differences,
    )


def owns(team: Team) -> bool:
    return (team, "owner") in access.my_teams()


@bp.post("/<id:team_id>/remove")
def remove(team_id: int) -> ResponseReturnValue:
    team = access.own_team_or_404(team_id, owner=True)
    set_all(Team, [team.id], removed_at=utc_now())
    flash_undo(
        gettext("Removed the team “%(name)s”.", name=team.name),
        url_for(".put_back", team_id=team.id),
    )
    return redirect(url_for(".index"))


@bp.post("/<id:team_id>/put-back")
def put_back(team_id: int) -> ResponseReturnValue:
    for team in my_removed_teams():
        if team.id == team_id:
            set_all(Team, [team.id], removed_at=None)
            flash(gettext("The team “%(name)s” is back.", name=team.name))
            return redirect(url_for("people.index", team=team.id))
    abort(404)


def my_removed_teams() -> list[Team]:
    """Return the teams of the manager's own that can still be put back."""
    return list(
        db.session.scalars(
            removed(Team)
            .join(Membership, Membership.team_id == Team.id)
            .where(
                Membership.manager_id == access.manager().id,
                Membership.role == "owner",
            )
        )
    )
