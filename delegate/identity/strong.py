"""The second step of a sign-in: codes of an authenticator app, and recovery codes.

Flask-Security asks `SecondStep` wherever it is about to sign someone in: after a
password, and after a new one by mail. What is kept of the secrets is sealed with a key
made from SECRET_KEY: who has only the database can make no code. Knows no page but the
address of the one that asks for a code.
"""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any

from flask import Flask, current_app, redirect, session, url_for
from flask_security.tf_plugin import TfPlugin, TfPluginBase

from ..models import Manager, db
from . import sessions, throttle

STEP = 30
"""Seconds that a code of an authenticator app lasts (RFC 6238)."""

DRIFT = 1
"""How many steps the clock of a phone may be off, either way."""

RECOVERY_CODES = 10
PATIENCE = 10 * 60
"""Seconds between the password and the second step."""

PENDING = "second_step"


def init_app(app: Flask) -> None:
    """Ask for a second step wherever Flask-Security signs someone in who has one."""
    security = app.extensions["security"]
    security.support_mfa, security.two_factor_plugins = True, TfPlugin()
    security.two_factor_plugins.register_tf_impl(app, "authenticator", SecondStep)
    security.want_json(lambda _request: False)


class SecondStep(TfPluginBase):
    """What Flask-Security asks when someone has shown the first thing they know."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        return [("authenticator", "authenticator")] if user.totp_secret else []

    def tf_login(self, user: Any, json_payload: Any, next_loc: str | None) -> Any:
        session.pop("tf_user_id")  # It has no end; ours has.
        session[PENDING] = [user.fs_uniquifier, time.time()]
        back = next_loc if next_loc and next_loc.startswith("/") else None
        return redirect(url_for("authenticator.step", next=back))


def halfway() -> Manager | None:
    """Return who has shown a password here a moment ago, and no code yet."""
    who, since = session.get(PENDING, (None, 0))
    if not 0 <= time.time() - since < PATIENCE:
        return None
    known = db.select(Manager).filter_by(fs_uniquifier=who, active=True)
    manager: Manager | None = db.session.scalar(known)
    return manager


def key(purpose: str) -> bytes:
    """Return a key of 32 bytes for one purpose, made from SECRET_KEY (HKDF)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    secret: str = current_app.config["SECRET_KEY"]
    made = HKDF(SHA256(), 32, salt=None, info=f"delegate {purpose}".encode())
    return made.derive(secret.encode())


def sealer() -> Any:
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(key("authenticator")))


def seal(text: str) -> str:
    return str(sealer().encrypt(text.encode()).decode())


def unseal(text: str, seconds: int | None = None) -> str | None:
    """Return what was sealed; None where not by us, or longer ago than this."""
    from cryptography.fernet import InvalidToken

    try:
        return str(sealer().decrypt(text.encode(), seconds).decode())
    except InvalidToken:
        return None


def new_secret() -> str:
    """Return a new secret for an authenticator app: 160 bits, in base 32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp(secret: str) -> Any:
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    return TOTP(base64.b32decode(secret), 6, SHA1(), STEP)


def address_for_app(manager: Manager, secret: str) -> str:
    """Return the otpauth: address that an authenticator app reads from a QR code."""
    return str(totp(secret).get_provisioning_uri(manager.email, "Delegate"))


def qr_code(address: str) -> str:
    """Return a QR code as a data: address, dark on light in either colours."""
    import segno

    code = segno.make(address, error="m", micro=False)
    return str(code.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def step_of(secret: str, code: str) -> int | None:
    """Return which step of the clock `code` belongs to; None where to no near one."""
    now = int(time.time()) // STEP
    maker, typed = totp(secret), code.encode()
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(maker.generate(step * STEP), typed):
            return step
    return None


def take_code(manager: Manager, typed: str) -> bool:
    """Tell whether `typed` is a code or a recovery code not used before, and use it up.

    Each try counts. Commits where it is one. Raises TooManyRequests.
    """
    counted = throttle.by_account("code", str(manager.id))
    throttle.count(counted)
    db.session.refresh(manager, with_for_update=True)
    code = "".join(typed.split()).replace("-", "").lower()
    taken = take_step(manager, code) or take_recovery_code(manager, code)
    if taken:
        db.session.commit()
        throttle.clear(counted)
    return taken


def take_step(manager: Manager, code: str) -> bool:
    """Use up a code of the app; one of the same or an earlier moment does not count."""
    secret = unseal(manager.totp_secret or "")
    step = step_of(secret, code) if secret else None
    if step is None or step <= (manager.totp_step or 0):
        return False
    manager.totp_step = step
    return True


def take_recovery_code(manager: Manager, code: str) -> bool:
    """Use up a recovery code."""
    hashed = hash_of(code)
    left = [kept for kept in manager.recovery_codes or () if kept != hashed]
    if len(left) == len(manager.recovery_codes or ()):
        return False
    manager.recovery_codes = left
    return True


def new_recovery_codes(manager: Manager) -> list[str]:
    """Give the manager new recovery codes, and return them; the caller commits."""
    codes = [secrets.token_hex(8) for _ in range(RECOVERY_CODES)]
    manager.recovery_codes = [hash_of(code) for code in codes]
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes]


def hash_of(code: str) -> str:
    """Return what is kept of a recovery code, which is as random as a key."""
    return hmac.digest(key("recovery codes"), code.encode(), hashlib.sha256).hex()


def turn_on(manager: Manager, secret: str, step: int) -> list[str]:
    """Ask for codes from now on, end other sessions, and return the recovery codes."""
    manager.totp_secret, manager.totp_step = seal(secret), step
    codes = new_recovery_codes(manager)
    sessions.end_others(manager.id)
    return codes


def turn_off(manager: Manager) -> None:
    """Ask for no codes any more, and end other sessions; the caller commits."""
    manager.totp_secret = manager.totp_step = manager.recovery_codes = None
    sessions.end_others(manager.id)


def forget(manager: Manager) -> None:
    """Leave only the password to sign in with, and end all sessions."""
    manager.totp_secret = manager.totp_step = manager.recovery_codes = None
    manager.passkeys = []
    sessions.end_all(manager.id)
