"""The manager's own account: the first one, name, language and colours, sign out."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_security import login_user
from flask_security.signals import password_changed, user_authenticated
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, ValidationError

from .. import access, i18n
from ..database import lock
from ..forms import REQUIRED, Difference, ShortText, VersionedForm
from ..identity import accounts, devices, sessions
from ..models import db

bp = Blueprint("account", __name__, url_prefix="/account")


class NameForm(FlaskForm):
    name = ShortText(
        _("Your name"),
        required=True,
        description=_("As it stands on the plans you print."),
    )


class MyNameForm(NameForm, VersionedForm):
    """Its version is the name that it was filled in upon."""


class OnceMoreForm(FlaskForm):
    password = PasswordField(_("Password"), [InputRequired(REQUIRED)])

    def validate_password(self, field: PasswordField) -> None:
        if not accounts.is_password(access.manager(), field.data):
            raise ValidationError(gettext("This is not your password."))


class Browser(NamedTuple):
    """A browser that is signed in, as the account page lists it."""

    handle: str
    device: str
    since: datetime
    seen: datetime
    is_this: bool


class FirstAccountForm(NameForm):
    email = EmailField(_("E-mail address"), [InputRequired(REQUIRED)])
    password = PasswordField(
        _("Password"),
        [InputRequired(REQUIRED)],
        description=_("12 characters or more. A few words together do well."),
    )


def init_app(app: Flask) -> None:
    """Give a session a new key at sign-in; end the others when a password changes."""
    user_authenticated.connect(renew_session, app)
    password_changed.connect(end_other_sessions, app)
    app.after_request(tell_a_fault)


def tell_a_fault(response: Response) -> Response:
    """Answer 422 where Flask-Security shows a form of its own again."""
    again = request.method == "POST" and response.status_code == 200
    if again and request.blueprint == "security":
        response.status_code = 422
    return response


def renew_session(_app: Flask, **_kwargs: object) -> None:
    session.renew()  # type: ignore[attr-defined]


def end_other_sessions(_app: Flask, user: object, **_kwargs: object) -> None:
    sessions.end_others(user.id)  # type: ignore[attr-defined]
    flash(gettext("Your password is changed. Every other browser is signed out."))


@bp.route("/")
def index() -> ResponseReturnValue:
    me = access.manager()
    return show(MyNameForm(obj=me, version=me.name))


def show(form: MyNameForm, differences: Sequence[Difference] = ()) -> str:
    browsers = [
        Browser(
            sessions.handle_of(one),
            devices.words(one.device),
            one.created_at,
            one.seen_at,
            sessions.is_this(one),
        )
        for one in sessions.all_of(access.manager().id)
    ]
    return render_template(
        "account/index.html", form=form, browsers=browsers, differences=differences
    )


@bp.post("/")
def rename() -> ResponseReturnValue:
    form, me = MyNameForm(), access.manager()
    if not form.validate_on_submit():
        return show(form), 422
    lock(me)
    if me.name not in (form.version.data, form.name.data):
        form.version.data = me.name
        return show(form, form.differences(me)), 409
    me.name = form.name.data or ""
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("account.index"))


@bp.post("/browsers/end")
def end() -> ResponseReturnValue:
    """Sign out one of my browsers, or all but this one."""
    chosen, me = request.form.get("browser"), access.manager().id
    if chosen:
        sessions.end_one(me, chosen)
        db.session.commit()
        flash(gettext("That browser is signed out."))
    else:
        sessions.end_others(me)
        db.session.commit()
        flash(gettext("Every other browser is signed out."))
    return redirect(url_for("account.index", _anchor="browsers"))


@bp.route("/once-more", methods=["GET", "POST"])
def once_more() -> ResponseReturnValue:
    """Ask who is signed in to show it again, and go back to what asked for it."""
    form = OnceMoreForm()
    if form.validate_on_submit():
        db.session.commit()
        access.make_fresh()
        return redirect(access.inside(request.args.get("next", "")))
    status = 422 if form.is_submitted() else 200
    return render_template("account/once_more.html", form=form), status


@bp.route("/first", methods=["GET", "POST"])
@access.public
def first() -> ResponseReturnValue:
    """Make the first account; once there is one, this address is gone."""
    if not accounts.none_yet():
        return redirect(url_for("security.login"))
    if not accounts.may_make_first(request.args.get("code", "")):
        return render_template("account/not_here.html"), 403
    form = FirstAccountForm()
    if form.validate_on_submit() and make_first(form):
        return redirect(url_for("today.index"))
    status = 422 if form.is_submitted() else 200
    return render_template("account/first.html", form=form), status


def make_first(form: FirstAccountForm) -> bool:
    """Add the account and sign in, or put what is wrong at its field."""
    try:
        manager = accounts.add_manager(
            form.email.data or "", form.name.data or "", form.password.data or ""
        )
    except ValueError as error:
        field, message = error.args
        form[field].errors = [message]
        return False
    if not manager.is_admin:
        db.session.rollback()
        form.form_errors = [
            gettext("Somebody else made the first account just now. Ask to be invited.")
        ]
        return False
    db.session.commit()
    accounts.forget_first_code()
    login_user(manager, authn_via=["password"])
    return True


@bp.post("/preferences")
@access.public
def preferences() -> ResponseReturnValue:
    """Keep the chosen language and colours in a cookie, and go back."""
    response = make_response(redirect(access.inside(request.form.get("next", ""))))
    i18n.keep(response, "lang", request.form.get("language"), i18n.LANGUAGES)
    i18n.keep(response, "theme", request.form.get("theme"), i18n.THEMES)
    return response
