"""Who works with a team: sharing it, what each may do there, ending it, handing over.

Only the owner decides; whoever else is there sees with whom, and may leave. Inviting
says the same of whoever is known here and whoever is not; the address it makes does
not, and where nothing is mailed the owner sees that too.
"""

from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import Select
from wtforms import EmailField, HiddenField
from wtforms.validators import InputRequired

from .. import access, i18n
from ..database import lock
from ..forms import REQUIRED, Choice
from ..forms.newcomers import newest, since
from ..identity import accounts, inviting, letters, links
from ..models import ROLES, Link, Manager, Membership, Team, db

bp = Blueprint("sharing", __name__, url_prefix="/teams/<id:team_id>/sharing")

OWNER, EDITOR, VIEWER = ROLES
ROLE_WORDS = {
    OWNER: _("owner"),
    EDITOR: _("works together"),
    VIEWER: _("may look"),
}
CHOICES = {
    VIEWER: _("Look: sees what is written, and changes nothing"),
    EDITOR: _(
        "Work together: rates, agrees and changes as you do; also exports the team, "
        "gives people copies and links, and removes people and tasks"
    ),
}


class InvitationForm(FlaskForm):
    version = HiddenField()
    email = EmailField(_("E-mail address"), [InputRequired(REQUIRED)])
    role = Choice(_("What they may do"), CHOICES, required=True)
    language = Choice(
        _("Language of the invitation"),
        {"en": "English", "nl": "Nederlands"},
        required=True,
    )


class RoleForm(FlaskForm):
    """A button for another role, and the role that its page showed."""

    role = Choice(_("What they may do"), CHOICES, required=True)
    was = HiddenField()


@bp.route("/")
def index(team_id: int) -> ResponseReturnValue:
    form = InvitationForm(formdata=None, data={"language": i18n.language()})
    return page(access.own_team_or_404(team_id), form)


@bp.post("/")
@access.fresh
def invite(team_id: int) -> ResponseReturnValue:
    """Mail the invitation, or show its address this once."""
    team, form = access.own_team_or_404(team_id, owner=True), InvitationForm()
    if not form.validate_on_submit():
        return page(team, form, 422)
    if wait := letters.too_many(access.manager()):
        form.email.errors = [wait]
        return page(team, form, 429)
    team = locked(team_id)
    by, role = access.manager(), form.role.data
    try:
        email = accounts.normal_address(form.email.data or "")
    except ValueError as error:
        form.email.errors = [error.args[1]]
        return page(team, form, 422)
    if db.session.scalar(since(form, inviting.to(email, team.id))):
        form.email.errors = [inviting.just_made()]
        return page(team, form, 409)
    made = inviting.invite(email, by, form.language.data, team.id, role)
    if not made.is_mailed:
        return render_template("sharing/made.html", made=made, team=team)
    flash(gettext("The invitation is on its way to %(email)s.", email=made.email))
    return redirect(url_for(".index", team_id=team.id))


def page(team: Team, form: InvitationForm, status: int = 200) -> ResponseReturnValue:
    mine = next(one for one in access.my_teams() if one.team.id == team.id)
    form.version.data = newest(invitations(team))
    shown = render_template(
        "sharing/index.html",
        team=team,
        form=form,
        is_owner=mine.role == OWNER,
        members=members(team),
        invitations=db.session.scalars(invitations(team)).all(),
        role_words=ROLE_WORDS,
        other_role={EDITOR: VIEWER, VIEWER: EDITOR},
    )
    return shown, status


def members(team: Team) -> Any:
    """Return who is in the team and as what: the owner first, then by address."""
    return db.session.execute(
        db.select(Manager, Membership.role)
        .join(Membership, Membership.manager_id == Manager.id)
        .where(Membership.team_id == team.id)
        .order_by(Membership.role != OWNER, Manager.email)
    ).all()


def invitations(team: Team) -> Select[Link]:
    return inviting.open_ones().where(Link.team_id == team.id)


@bp.post("/invitations/<id:link_id>/withdraw")
def withdraw(team_id: int, link_id: int) -> ResponseReturnValue:
    team = locked(team_id)
    link = db.session.scalar(invitations(team).where(Link.id == link_id))
    if link is None:
        abort(404)
    links.revoke(link)
    db.session.commit()
    flash(gettext("The invitation of %(email)s opens nothing now.", email=link.email))
    return redirect(url_for(".index", team_id=team.id))


@bp.post("/<id:manager_id>/role")
def change(team_id: int, manager_id: int) -> ResponseReturnValue:
    """Give a member another role, unless it was changed since the page was shown."""
    team = locked(team_id)
    member, form = other_or_404(team, manager_id), RoleForm()
    if not form.validate_on_submit() or form.was.data != member.role:
        return changed_meanwhile(team)
    member.role = form.role.data
    if member.role == VIEWER:
        revoke_links(team, manager_id, "own_view")
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for(".index", team_id=team.id))


def changed_meanwhile(team: Team) -> ResponseReturnValue:
    flash(gettext("Not saved: this was changed meanwhile"), "warning")
    form = InvitationForm(formdata=None, data={"language": i18n.language()})
    return page(team, form, 409)


@bp.post("/<id:manager_id>/end")
def end(team_id: int, manager_id: int) -> ResponseReturnValue:
    """Take someone out of the team: from their next click on it is not there."""
    team = locked(team_id)
    db.session.delete(other_or_404(team, manager_id))
    revoke_links(team, manager_id, "invitation", "own_view")
    db.session.commit()
    them = db.session.get_one(Manager, manager_id)
    flash(
        gettext(
            "%(name)s does not see this team any more. What they wrote stays.",
            name=them.called,
        )
    )
    return redirect(url_for(".index", team_id=team.id))


@bp.route("/<id:manager_id>/hand-over", methods=["GET", "POST"])
@access.fresh
def hand_over(team_id: int, manager_id: int) -> ResponseReturnValue:
    """Ask; then make another the owner, and oneself who works together with them."""
    mine = access.manager().id
    team = access.own_team_or_404(team_id, owner=True)
    if request.method != "POST":
        other_or_404(team, manager_id)
        heir = db.session.get_one(Manager, manager_id)
        return render_template("sharing/hand_over.html", team=team, heir=heir)
    lock_accounts(mine, manager_id)
    team = locked(team_id)
    other_or_404(team, manager_id).role = OWNER
    member_of(team, mine).role = EDITOR
    revoke_links(team, mine, "invitation")
    db.session.commit()
    flash(gettext("The team is handed over. You still work with it."))
    return redirect(url_for(".index", team_id=team_id))


@bp.post("/leave")
def leave(team_id: int) -> ResponseReturnValue:
    """Leave a team that someone else owns."""
    team = access.own_team_or_404(team_id)
    lock(team)
    mine = member_of(team, access.manager().id)
    if mine.role == OWNER:
        abort(404)
    db.session.delete(mine)
    revoke_links(team, mine.manager_id, "invitation", "own_view")
    db.session.commit()
    flash(gettext("You have left the team “%(name)s”.", name=team.name))
    return redirect(url_for("teams.index"))


def lock_accounts(*ids: int) -> None:
    """Let none of these erase their account meanwhile, or end with a 404.

    Before the team is locked, as erasing an account does, and by id: no two wait for
    each other. Nobody who is not let in can be an owner.
    """
    accounts = db.select(Manager.active).where(Manager.id.in_(ids))
    found = accounts.order_by(Manager.id).with_for_update(key_share=True)
    if not all(db.session.scalars(found)):
        abort(404)


def revoke_links(team: Team, manager_id: int, *kinds: str) -> None:
    """Let no link of these kinds of a manager's open anything.

    It would bring someone in who is to be out, or take in what is not theirs to read.
    """
    theirs = {"team_id": team.id, "manager_id": manager_id}
    links.revoke_all(db.select(Link).filter_by(**theirs).where(Link.kind.in_(kinds)))


def locked(team_id: int) -> Team:
    """Return the owner's team; of two tabs the second sees what the first one did."""
    lock(access.own_team_or_404(team_id, owner=True))
    g.pop("my_teams")
    return access.own_team_or_404(team_id, owner=True)


def member_of(team: Team, manager_id: int) -> Membership:
    member: Membership | None = db.session.get(
        Membership, (team.id, manager_id), populate_existing=True
    )
    return member or abort(404)


def other_or_404(team: Team, manager_id: int) -> Membership:
    """Return a member other than the owner, or end with a 404."""
    member = member_of(team, manager_id)
    if member.role == OWNER:
        abort(404)
    return member
