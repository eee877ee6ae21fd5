"""The second step of signing in: codes of an authenticator app, and recovery codes."""

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_security import login_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from .. import access
from ..forms import REQUIRED, flash_link
from ..identity import strong
from ..models import Manager, db

bp = Blueprint("authenticator", __name__, url_prefix="/authenticator", cli_group=None)

SET_UP_WITHIN = 60 * 60
"""Seconds that a QR code on a page can be confirmed."""


class CodeForm(FlaskForm):
    code = StringField(_("Code of six digits"), [InputRequired(REQUIRED)])


class StepForm(CodeForm):
    code = StringField(
        _("Code of six digits, or a recovery code"), [InputRequired(REQUIRED)]
    )


class SetUpForm(CodeForm):
    secret = HiddenField()


@bp.route("/step", methods=["GET", "POST"])
@access.public
def step() -> ResponseReturnValue:
    """Ask who has just shown a password for a code as well, and sign in."""
    manager = strong.halfway()
    if manager is None:
        flash(gettext("That took too long: sign in anew."), "warning")
        return redirect(url_for("security.login"))
    form = StepForm()
    if form.validate_on_submit():
        had = len(manager.recovery_codes or ())
        if strong.take_code(manager, form.code.data or ""):
            session.pop(strong.PENDING)
            login_user(manager, authn_via=["password", "authenticator"])
            if len(manager.recovery_codes or ()) < had:
                tell_codes_left(manager)
            return redirect(access.inside(request.args.get("next", "")))
        form.code.errors = [gettext("This is no code of now, or it was used already.")]
    status = 422 if form.is_submitted() else 200
    return render_template("authenticator/step.html", form=form), status


def tell_codes_left(manager: Manager) -> None:
    """Say how many recovery codes are left, to whoever has just used one."""
    words = ngettext(
        "That was a recovery code. You have one left.",
        "That was a recovery code. You have %(num)d left.",
        len(manager.recovery_codes or ()),
    )
    flash_link(words, url_for(".index"), gettext("Make new ones"))


@bp.route("/", methods=["GET", "POST"])
@access.fresh
def index() -> ResponseReturnValue:
    """Set it up where it is off; tell of it where it is on."""
    manager = as_it_is_now()
    if manager.totp_secret:
        return show_on(manager, is_late=request.method == "POST")
    form = SetUpForm()
    secret = sealed_for_me(form.secret.data) or strong.new_secret()
    if form.validate_on_submit():
        counter = strong.step_of(secret, "".join((form.code.data or "").split()))
        if counter is not None:
            codes = strong.turn_on(manager, secret, counter)
            db.session.commit()
            return show_codes(codes, gettext("From now on signing in asks for a code."))
        form.code.errors = [gettext("This is not the code of now.")]
    form.secret.data = strong.seal(f"{manager.id} {secret}")
    page = render_template(
        "authenticator/set_up.html",
        form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        image=strong.qr_code(strong.address_for_app(manager, secret)),
    )
    return page, 422 if form.is_submitted() else 200


def as_it_is_now() -> Manager:
    """Return who is signed in; of clicks at once each sees what the one before left."""
    manager = access.manager()
    if request.method == "POST":
        db.session.refresh(manager, with_for_update=True)
    return manager


def show_on(manager: Manager, *, is_late: bool = False) -> ResponseReturnValue:
    page = render_template(
        "authenticator/on.html",
        left=len(manager.recovery_codes or ()),
        saw=seen(manager),
        is_late=is_late,
    )
    return page, 409 if is_late else 200


def seen(manager: Manager) -> str:
    """Return what tells these recovery codes from those before and after."""
    return strong.hash_of("".join(manager.recovery_codes or ()))


def sealed_for_me(sealed: str | None) -> str | None:
    """Return the secret of the form that I was shown; None where it is not mine."""
    mine = strong.unseal(sealed or "", SET_UP_WITHIN) or ""
    whose, _space, secret = mine.partition(" ")
    return secret if whose == str(access.manager().id) else None


@bp.post("/off")
@access.fresh
def off() -> ResponseReturnValue:
    strong.turn_off(access.manager())
    db.session.commit()
    flash(gettext("Signing in asks for no code any more."))
    return redirect(url_for("account.index"))


@bp.post("/codes")
@access.fresh
def renew_codes() -> ResponseReturnValue:
    """Give new recovery codes; the older ones open nothing from then on."""
    manager = as_it_is_now()
    if not manager.totp_secret:
        return redirect(url_for("authenticator.index"))
    if request.form.get("saw") != seen(manager):
        return show_on(manager, is_late=True)
    codes = strong.new_recovery_codes(manager)
    db.session.commit()
    return show_codes(codes, gettext("The codes you had before open nothing any more."))


def show_codes(codes: list[str], done: str) -> ResponseReturnValue:
    return render_template("authenticator/codes.html", codes=codes, done=done)
