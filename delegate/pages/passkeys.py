"""Passkeys: adding, removing, and signing in with one.

A passkey counts for two steps: it is held by someone, and its device asks for a finger,
a face or a code before it signs. What is asked is asked once, for the address of this
site and no other.
"""

import json
import secrets
import struct
import time
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_security import login_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField

from .. import access
from ..forms import ShortText
from ..identity import throttle
from ..models import Manager, Passkey, db, utc_now

bp = Blueprint("passkeys", __name__, url_prefix="/passkeys", cli_group=None)

ASKED = "passkey_asked"
ANSWER_WITHIN = 5 * 60
MOST = 20
MOST_ANSWER = 20_000
"""Most characters in what a passkey answers."""

UNFIT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What reading an answer that no passkey gave may end in."""


class PasskeyForm(FlaskForm):
    name = ShortText(
        _("Name"),
        required=True,
        description=_("Such as “phone” or “laptop at work”, to know it by."),
    )
    answer = HiddenField()


@bp.get("/")
@access.fresh
def index() -> ResponseReturnValue:
    return show(PasskeyForm())


def show(form: PasskeyForm, status: int = 200) -> ResponseReturnValue:
    keys = access.manager().passkeys
    shown = {"form": form, "keys": keys, "by_name": by_name()}
    return render_template("passkeys/index.html", **shown), status


def by_name() -> str | None:
    """Return this page at localhost, where we were called by a number."""
    here = urlsplit(request.host_url)
    if current_app.config["PUBLIC_URL"] or here.hostname != "127.0.0.1":
        return None
    host = here.netloc.replace("127.0.0.1", "localhost")
    return f"{here.scheme}://{host}{url_for('passkeys.index')}"


@bp.post("/offer")
@access.fresh
def offer() -> ResponseReturnValue:
    """Say what a new passkey is to be made for."""
    from fido2.webauthn import (
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
        PublicKeyCredentialUserEntity,
    )

    manager = access.manager()
    if manager.passkey_handle is None:
        manager.passkey_handle = secrets.token_hex(32)
        db.session.commit()
    options, state = server().register_begin(
        PublicKeyCredentialUserEntity(
            id=manager.passkey_handle.encode(),
            name=manager.email,
            display_name=manager.called,
        ),
        [
            PublicKeyCredentialDescriptor(
                type=PublicKeyCredentialType.PUBLIC_KEY, id=key.credential_id
            )
            for key in manager.passkeys
        ],
        resident_key_requirement="required",
        user_verification="required",
    )
    return asked(options, state)


@bp.post("/")
@access.fresh
def add() -> ResponseReturnValue:
    form, manager = PasskeyForm(), access.manager()
    if not form.validate_on_submit():
        return show(form, 422)
    made = new_credential(form.answer.data or "")
    if made is None or len(manager.passkeys) >= MOST:
        form.form_errors = [gettext("No passkey was made. Try it once more.")]
        return show(form, 422)
    db.session.add(
        Passkey(
            manager_id=manager.id,
            name=form.name.data,
            credential_id=made.credential_data.credential_id,
            credential=bytes(made.credential_data),
            sign_count=made.counter,
        )
    )
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        form.form_errors = [gettext("This passkey is here already.")]
        return show(form, 422)
    flash(gettext("The passkey is added: you can sign in with it."))
    return redirect(url_for("passkeys.index"))


@bp.post("/<id:passkey_id>/remove")
@access.fresh
def remove(passkey_id: int) -> ResponseReturnValue:
    mine = access.manager().passkeys
    key = next((key for key in mine if key.id == passkey_id), None)
    if key is None:
        abort(404)
    mine.remove(key)
    db.session.commit()
    flash(gettext("Removed here. Remove it from your device as well."))
    return redirect(url_for("passkeys.index"))


@bp.post("/ask")
@access.public
def ask() -> ResponseReturnValue:
    """Say what a passkey is to sign; it says itself whose it is."""
    return asked(*server().authenticate_begin(user_verification="required"))


@bp.post("/sign-in")
@access.public
def sign_in() -> ResponseReturnValue:
    manager = whose(request.form.get("answer", ""))
    if manager is None or current_user.is_authenticated:
        flash(gettext("This passkey opens nothing here."), "warning")
        return redirect(url_for("security.login"))
    login_user(manager, authn_via=["webauthn"])
    return redirect(access.inside(request.form.get("next", "")))


@bp.post("/once-more")
def once_more() -> ResponseReturnValue:
    """Take a passkey of who is signed in for a fresh sign-in."""
    back = request.form.get("next", "")
    if whose(request.form.get("answer", "")) != access.manager():
        flash(gettext("This passkey opens nothing here."), "warning")
        return redirect(url_for("account.once_more", next=back))
    access.make_fresh()
    return redirect(access.inside(back))


def asked(options: Any, state: Any) -> ResponseReturnValue:
    """Remember what is asked, and give it to the page's script."""
    session[ASKED] = [dict(state), time.time()]
    return jsonify(dict(options.public_key))


def what_was_asked() -> Any:
    """Return what was asked a moment ago, once; None where nothing was."""
    state, since = session.pop(ASKED, (None, 0))
    return state if 0 <= time.time() - since < ANSWER_WITHIN else None


def new_credential(answer: str) -> Any:
    """Return what a passkey made when it was asked to; None where it is not fit."""
    state = what_was_asked()
    if state is None or len(answer) > MOST_ANSWER:
        return None
    try:
        return server().register_complete(state, json.loads(answer))
    except UNFIT:
        return None


def whose(answer: str) -> Manager | None:
    """Return whose passkey signed what was asked, and note that it was used.

    One that counts its uses must have counted on: else there are two of it. Most count
    none, so an answer counts once: what was asked of a visitor stands in a cookie, that
    can be sent again. Commits.
    """
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    state = what_was_asked()
    if state is None or len(answer) > MOST_ANSWER:
        return None
    try:
        given = AuthenticationResponse.from_dict(json.loads(answer))
        key = passkey_of(given)
        if key is None:
            return None
        public_half = AttestedCredentialData(key.credential)
        server().authenticate_complete(state, [public_half], given)
    except UNFIT:
        return None
    if throttle.add(throttle.keyed("passkey", state["challenge"]))[0] != 1:
        return None
    counter = given.response.authenticator_data.counter
    if counter <= key.sign_count and (counter or key.sign_count):
        return None
    key.sign_count, key.used_at = counter, utc_now()
    db.session.commit()
    return key.manager


def passkey_of(given: Any) -> Passkey | None:
    """Return the passkey that answers, of an account that is open and that it names."""
    query = db.select(Passkey).join(Manager).where(Manager.active)
    key: Passkey | None = db.session.scalar(
        query.filter(Passkey.credential_id == given.raw_id)
    )
    handle = given.response.user_handle
    if key is None or not key.manager.active or not handle:
        return None
    return key if handle == (key.manager.passkey_handle or "").encode() else None


def server() -> Any:
    """Return what asks and checks for this site: its name, and its one address."""
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    here = urlsplit(current_app.config["PUBLIC_URL"] or request.host_url)
    site = PublicKeyCredentialRpEntity(name="Delegate", id=here.hostname or "")
    origin = f"{here.scheme}://{here.netloc}"
    return Fido2Server(site, verify_origin=lambda address: bool(address == origin))
