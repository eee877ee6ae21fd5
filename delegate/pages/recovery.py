"""A password forgotten: asking for a link, and setting another one through it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired

from .. import access
from ..forms import REQUIRED
from ..identity import accounts, letters, mail, throttle
from ..models import Manager, db

bp = Blueprint("recovery", __name__, url_prefix="/recovery")


class ForgotForm(FlaskForm):
    email = EmailField(_("E-mail address"), [InputRequired(REQUIRED)])


class ResetForm(FlaskForm):
    password = PasswordField(
        _("Your new password"),
        [InputRequired(REQUIRED)],
        description=_("12 characters or more. A few words together do well."),
    )


@bp.route("/", methods=["GET", "POST"])
@access.public
def index() -> ResponseReturnValue:
    """Mail a link, if this address is somebody's; the answer does not tell."""
    form = ForgotForm()
    if form.validate_on_submit() and mail.is_on():
        send_link(accounts.known_by(form.email.data or ""))
        return render_template("recovery/asked.html")
    status = 422 if form.is_submitted() else 200
    return render_template("recovery/index.html", form=form), status


def send_link(email: str) -> None:
    throttle.count(
        throttle.by_account("link", email),
        throttle.by_network("link"),
    )
    manager = db.session.scalar(db.select(Manager).filter_by(email=email))
    if manager and manager.active and manager.confirmed_at:
        letters.send_password_link(manager)


@bp.route("/<token>", methods=["GET", "POST"])
@access.public
def reset(token: str) -> ResponseReturnValue:
    manager, _email = letters.opened_or_404("password", token)
    form = ResetForm()
    if form.validate_on_submit() and is_set(form, token, manager):
        flash(gettext("Your password is changed. Sign in with the new one."))
        return redirect(url_for("security.login"))
    status = 422 if form.is_submitted() else 200
    return render_template("recovery/reset.html", form=form), status


def is_set(form: ResetForm, token: str, manager: Manager) -> bool:
    """Set the password, or put at its field what is wrong with it.

    The link may have been used while the password was hashed, so it is opened anew.
    """
    try:
        hashed = accounts.new_hash(manager, form.password.data or "")
    except ValueError as error:
        form.password.errors = [error.args[1]]
        return False
    manager, _email = letters.opened_or_404("password", token)
    accounts.set_password(manager, hashed)
    email = manager.email
    db.session.commit()
    throttle.clear(throttle.by_account("password", accounts.known_by(email)))
    return True
