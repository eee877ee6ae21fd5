"""Who has an account here, inviting someone, for the administrator; taking it up."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_security import login_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired

from .. import access, i18n
from ..database import lock
from ..forms import REQUIRED, Choice, ShortText
from ..forms.newcomers import newest, since
from ..identity import accounts, inviting, letters, links, mail
from ..models import Link, LoginSession, Manager, db, utc_now
from ..rights import audit

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

bp = Blueprint("invitations", __name__, url_prefix="/invitations")

ACCOUNTS = (
    db.select(Manager, db.func.max(LoginSession.seen_at))
    .outerjoin(LoginSession, LoginSession.manager_id == Manager.id)
    .group_by(Manager.id)
    .order_by(Manager.active.desc(), Manager.email)
)


class InvitationForm(FlaskForm):
    version = HiddenField()
    email = EmailField(_("E-mail address"), [InputRequired(REQUIRED)])
    language = Choice(
        _("Language of the invitation"),
        {"en": "English", "nl": "Nederlands"},
        required=True,
    )


class NewcomerForm(FlaskForm):
    name = ShortText(
        _("Your name"),
        required=True,
        description=_("As it stands on the plans you print."),
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(REQUIRED)],
        description=_("12 characters or more. A few words together do well."),
    )


class KnownForm(FlaskForm):
    password = PasswordField(_("Password"), [InputRequired(REQUIRED)])


def only_administrators(view: View) -> View:
    """Let `view` look like no page to all others."""

    @wraps(view)
    def only_theirs(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if not access.manager().is_admin:
            abort(404)
        return view(*args, **kwargs)

    return only_theirs  # type: ignore[return-value]


@bp.route("/")
@only_administrators
def index() -> ResponseReturnValue:
    return show_list(InvitationForm(formdata=None, data={"language": i18n.language()}))


@bp.post("/")
@only_administrators
@access.fresh
def invite() -> ResponseReturnValue:
    """Mail the invitation, or show its address this once."""
    form = InvitationForm()
    if not form.validate_on_submit():
        return show_list(form), 422
    if wait := letters.too_many(access.manager()):
        form.email.errors = [wait]
        return show_list(form), 429
    lock(access.manager())  # Of two clicks the second revokes what the first one made.
    try:
        email = accounts.normal_address(form.email.data or "")
        if accounts.is_taken(email):
            raise accounts.taken()
    except ValueError as error:
        form.email.errors = [error.args[1]]
        return show_list(form), 422
    if db.session.scalar(since(form, inviting.to(email, None))):
        form.email.errors = [inviting.just_made()]
        return show_list(form), 409
    made = inviting.invite(email, access.manager(), form.language.data)
    if not made.is_mailed:
        return render_template("invitations/made.html", made=made)
    flash(gettext("The invitation is on its way to %(email)s.", email=email))
    return redirect(url_for(".index"))


def show_list(form: InvitationForm) -> str:
    form.version.data = newest(inviting.open_ones())
    return render_template(
        "invitations/index.html",
        form=form,
        accounts=db.session.execute(ACCOUNTS).all(),
        invitations=db.session.scalars(inviting.open_ones()).all(),
    )


@bp.post("/<id:link_id>/withdraw")
@only_administrators
def withdraw(link_id: int) -> ResponseReturnValue:
    link = db.session.scalar(inviting.open_ones().where(Link.id == link_id))
    if link is None:
        abort(404)
    links.revoke(link)
    db.session.commit()
    flash(gettext("The invitation of %(email)s opens nothing now.", email=link.email))
    return redirect(url_for(".index"))


@bp.post("/accounts/<id:manager_id>/deactivate")
@only_administrators
@access.fresh
def deactivate(manager_id: int) -> ResponseReturnValue:
    manager = another_or_404(manager_id)
    accounts.deactivate(manager)
    db.session.commit()
    flash(gettext("%(email)s cannot sign in any more.", email=manager.email))
    return redirect(url_for(".index"))


@bp.post("/accounts/<id:manager_id>/activate")
@only_administrators
@access.fresh
def activate(manager_id: int) -> ResponseReturnValue:
    manager = another_or_404(manager_id)
    manager.active = True
    db.session.commit()
    flash(gettext("%(email)s can sign in again.", email=manager.email))
    return redirect(url_for(".index"))


@bp.post("/accounts/<id:manager_id>/password")
@only_administrators
@access.fresh
def password_link(manager_id: int) -> ResponseReturnValue:
    """Show once the link with which another account sets a new password."""
    manager = another_or_404(manager_id)
    if not manager.active:
        abort(404)
    address = letters.password_link(manager)
    audit.tell_way_in(manager)
    db.session.commit()
    return render_template(
        "invitations/link.html", email=manager.email, address=address
    )


def another_or_404(id: int) -> Manager:
    """Return an account other than one's own, or end with a 404."""
    accounts.hold()  # Two who shut each other out would leave no administrator.
    manager, me = db.session.get(Manager, id), access.manager()
    if manager is None or manager == me or not me.active:
        abort(404)
    return manager


@bp.route("/<token>", methods=["GET", "POST"])
@links.door("invitation")
def accept(link: Link) -> ResponseReturnValue:
    manager = inviting.account_of(link)
    form = KnownForm() if manager else NewcomerForm()
    if form.validate_on_submit():
        joined = join(form, link, manager) if manager else begin(form, link)
        if joined:
            return reading_on(url_for("board.index", team=link.team_id))
    status = 422 if form.is_submitted() else 200
    by = db.session.get_one(Manager, link.manager_id)
    page = render_template(
        "invitations/accept.html",
        form=form,
        link=link,
        who_invites=inviting.who_invites(by, link.team_id, link.role),
        is_known=manager is not None,
    )
    return page, status


def reading_on(url: str) -> Response:
    """Go on in the language of the invitation, unless one was chosen here before."""
    response = make_response(redirect(url))
    if "lang" not in request.cookies:
        i18n.keep(response, "lang", i18n.language(), i18n.LANGUAGES)
    return response


def begin(form: Any, link: Link) -> bool:
    """Add an account that is signed in, or put at its field what is wrong.

    Where there is one by now, the other of two clicks came first.
    """
    try:
        manager = accounts.add_manager(link.email, form.name.data, form.password.data)
        db.session.flush()
    except ValueError as error:
        field, words = error.args
        if field == "email":
            links.end_closed()
        form.password.errors = [words]
        return False
    except IntegrityError:
        db.session.rollback()
        links.end_closed()
    manager.confirmed_at = utc_now() if mail.is_on() else None
    take_up(link, manager)
    login_user(manager, authn_via=["password"])
    return True


def join(form: Any, link: Link, manager: Manager) -> bool:
    """Take up the invitation for who knows the password of the account invited.

    Who is signed in here does not count: at an address with a token that is not known.
    """
    if not accounts.is_password(manager, form.password.data):
        form.password.errors = [gettext("This is not your password.")]
        return False
    take_up(link, manager)
    return True


def take_up(link: Link, manager: Manager) -> None:
    if not inviting.accept(link, manager):
        db.session.rollback()
        links.end_closed()
    db.session.commit()
