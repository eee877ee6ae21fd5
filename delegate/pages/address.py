"""The e-mail address of an account: another one, and whether it is theirs."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import TooManyRequests
from wtforms import EmailField
from wtforms.validators import InputRequired

from .. import access
from ..forms import REQUIRED
from ..identity import accounts, letters, links, mail
from ..models import Manager, db, utc_now

bp = Blueprint("address", __name__, url_prefix="/address")


class AddressForm(FlaskForm):
    email = EmailField(_("Your new e-mail address"), [InputRequired(REQUIRED)])


class MineForm(FlaskForm):
    """Nothing but the token: whoever reads the mail says that it is theirs."""


@bp.route("/", methods=["GET", "POST"])
@access.fresh
def index() -> ResponseReturnValue:
    form = AddressForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            change(access.manager(), accounts.normal_address(form.email.data or ""))
            return redirect(url_for("account.index"))
        except ValueError as error:
            form.email.errors = [error.args[1]]
        except TooManyRequests as error:
            form.email.errors, status = [error.description], 429
    return render_template("address/index.html", form=form), status


def change(manager: Manager, email: str) -> None:
    """Ask at the new address whether it is theirs; without a mail server take it so.

    Raises ValueError where it is somebody's, unless a mail can leave that unsaid, and
    TooManyRequests, in words, where too many were mailed.
    """
    if wait := letters.too_many(manager):
        raise TooManyRequests(wait)
    if not mail.is_on():
        accounts.set_address(manager, email)
        flash(gettext("Saved."))
        return
    if not accounts.is_taken(email):
        letters.send_address_link(manager, email)
    words = gettext(
        "We have mailed a link to %(email)s. Open it to use it.", email=email
    )
    flash(words)


@bp.route("/<token>", methods=["GET", "POST"])
@access.public
def confirm(token: str) -> ResponseReturnValue:
    """Ask before it counts: programs that look through mail follow links too."""
    manager, email = letters.opened_or_404("address", token)
    if not MineForm().validate_on_submit():
        return render_template("address/confirm.html", email=email)
    try:
        accounts.set_address(manager, email)
    except ValueError:
        links.end_closed()
    manager.confirmed_at = utc_now()
    db.session.commit()
    flash(gettext("%(email)s is your address now.", email=email))
    return redirect(url_for("account.index"))
