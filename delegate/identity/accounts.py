"""Making accounts, and who may make the first one."""

import hmac
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask, current_app, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_security import (
    ChangePasswordForm,
    EmailValidateException,
    LoginForm,
    MailUtil,
    hash_password,
)
from flask_security.proxies import _security
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError

from ..database import APPLICATION_ID, let_go
from ..forms import REQUIRED
from ..models import Link, Manager, db
from . import letters, mail, sessions, throttle

CODE_FILE = "first-account-code"
LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)
FOR_A_PROXY = ("PUBLIC_URL", "TRUSTED_HOSTS", "TRUSTED_PROXIES")


SETTINGS = {
    "SECURITY_BLUEPRINT_NAME": "security",
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_PASSWORD_LENGTH_MIN": 12,
    "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
    "SECURITY_LOGIN_URL": "/account/sign-in",
    "SECURITY_LOGOUT_URL": "/account/sign-out",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/account/sign-in",
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_URL": "/account/password",
    "SECURITY_POST_CHANGE_VIEW": "/account/",
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_FRESHNESS": timedelta(-1),
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_USE_REGISTER_V2": True,
    "SECURITY_MSG_INVALID_PASSWORD": (_("This is not your password."), "error"),
    "SECURITY_MSG_PASSWORD_NOT_PROVIDED": (REQUIRED, "error"),
    "SECURITY_MSG_PASSWORD_INVALID_LENGTH": (
        _("Take at least %(length)s characters, and at most 128."),
        "error",
    ),
    "SECURITY_MSG_PASSWORD_IS_THE_SAME": (_("Take another one than now."), "error"),
    "SECURITY_MSG_RETYPE_PASSWORD_MISMATCH": (
        _("This is another one than above."),
        "error",
    ),
}
"""What Flask-Security is told, its words for the reader among it."""


LONGEST_ADDRESS = 320
"""Characters; to look through megabytes for an address takes many seconds."""


class Addresses(MailUtil):
    """Looks an address up at sign-in."""

    def normalize(self, email: str) -> str:
        if len(email) > LONGEST_ADDRESS:
            raise EmailValidateException("too long")
        return str(super().normalize(email))


class SignInForm(LoginForm):
    """Signing in, for as long as a session lasts: no cookie that outlives it."""

    remember = None
    is_unconfirmed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name(self.email, _("E-mail address"))
        name(self.password, _("Password"))

    def validate(self, **kwargs: Any) -> bool:
        if not unless_tried_too_often(
            self.email.data or "", lambda: super(SignInForm, self).validate(**kwargs)
        ):
            return False
        self.is_unconfirmed = mail.is_on() and self.user.confirmed_at is None
        if self.is_unconfirmed:
            letters.send_address_link(self.user, self.user.email)
        return not self.is_unconfirmed


class NewPasswordForm(ChangePasswordForm):
    """Changing the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name(self.password, _("Your password now"))
        name(self.new_password, _("Your new password"))
        name(self.new_password_confirm, _("The new one once more"))

    def validate(self, **kwargs: Any) -> bool:
        faultless = False

        def knows_password() -> bool:
            nonlocal faultless
            let_go(current_user._get_current_object())
            faultless = super(NewPasswordForm, self).validate(**kwargs)
            return not self.password.errors

        return unless_tried_too_often(current_user.email, knows_password) and faultless


def unless_tried_too_often(email: str, is_right: Callable[[], bool]) -> bool:
    """Return whether a password `is_right`, or end with a 429.

    Only who is right is given the try back.
    """
    account = throttle.by_account("password", known_by(email))
    network = throttle.by_network("password")
    throttle.count(account, network)
    if not is_right():
        return False
    db.session.commit()
    throttle.take_back(network)
    throttle.clear(account)
    return True


def name(field: Any, words: Any) -> None:
    """Call a field of Flask-Security's what the rest of the program calls it."""
    field.label.text = words
    field.flags.required = True


def only_by_session(app: Flask) -> None:
    """Let nothing but a session say who someone is: no token in a header or address."""
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]


def add_manager(email: str, name: str, password: str) -> Manager:
    """Add an account, the first an administrator's, and return it. The caller commits.

    Raises ValueError, in words for the reader, with the name of the field first in
    its arguments.
    """
    email = normal_address(email)
    if is_taken(email):
        raise taken()
    db.session.rollback()  # Nobody is to wait while the password is hashed.
    faults, password = _security._password_util.validate(
        password, True, email=email, name=name
    )
    if faults:
        raise ValueError("password", str(faults[0]))
    hashed = hash_password(password)
    manager = Manager(email=email, name=name, password=hashed, is_admin=is_first())
    db.session.add(manager)
    return manager


def normal_address(email: str) -> str:
    """Return `email` as it is kept; raise ValueError, as add_manager, if it is none."""
    try:
        return looked_through(email, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError("email", gettext("This is not an e-mail address.")) from None


def known_by(email: str) -> str:
    """Return what an account is found by where `email` is typed; as typed, if none.

    An older account may have letters before the @ that no new one gets.
    """
    typed = email.strip()
    try:
        return looked_through(typed)
    except EmailNotValidError:
        return typed.lower()


def looked_through(email: str, *, allow_smtputf8: bool = True) -> str:
    """Return an address in small letters. Raises EmailNotValidError if it is none."""
    if len(email) > LONGEST_ADDRESS:
        raise EmailNotValidError
    checked = validate_email(
        email, check_deliverability=False, allow_smtputf8=allow_smtputf8
    )
    return checked.normalized.lower()


def is_taken(email: str) -> bool:
    return bool(db.session.scalar(db.select(Manager.id).filter_by(email=email)))


def taken() -> ValueError:
    return ValueError("email", gettext("There is an account with this address."))


def set_address(manager: Manager, email: str) -> None:
    """Give `manager` the address `email`, not known to be theirs, and commit.

    An invitation that was used goes: under the old address nobody would find it when
    the account is erased. Raises ValueError where the address is another's.
    """
    used = (Link.email == manager.email, Link.used_at.is_not(None))
    db.session.execute(db.delete(Link).where(*used))
    manager.email, manager.confirmed_at = email, None
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise taken() from None


def new_hash(manager: Manager, password: str) -> str:
    """Return what is to be kept of a new password, with no transaction open.

    Raises ValueError as add_manager.
    """
    let_go(manager)
    faults, password = _security._password_util.validate(password, False, user=manager)
    if faults:
        raise ValueError("password", str(faults[0]))
    return str(hash_password(password))


def set_password(manager: Manager, hashed: str) -> None:
    """Give `manager` another password and end every session. The caller commits."""
    manager.password = hashed
    end_sessions(manager)


def deactivate(manager: Manager) -> None:
    """Let `manager` in no more, and end every session. The caller commits."""
    manager.active = False
    end_sessions(manager)


def hold() -> None:
    """Read all accounts anew, and let none be erased or shut out until this ends.

    An administrator is to be left, whoever goes at the same moment.
    """
    everyone = db.select(Manager).order_by(Manager.id).with_for_update(key_share=True)
    db.session.scalars(everyone.execution_options(populate_existing=True)).all()


def is_password(manager: Manager, password: str) -> bool:
    """Tell whether this is the password of an account in use, or end with a 429."""
    normal = _security._password_util.normalize(password)

    def is_right() -> bool:
        let_go(manager)
        return bool(manager.verify_and_update_password(normal))

    return manager.active and unless_tried_too_often(manager.email, is_right)


def end_sessions(manager: Manager) -> None:
    """Let no session of this manager's open anything. The caller commits."""
    manager.fs_uniquifier = secrets.token_hex(32)
    sessions.end_all(manager.id)


def none_yet() -> bool:
    """Tell whether the first account is still to be made."""
    return db.session.scalar(db.select(Manager.id).limit(1)) is None


def is_first() -> bool:
    """Tell whether an account added now is the first, once whoever is before is done.

    On SQLite whoever writes has waited already.
    """
    if none_yet() and db.engine.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(APPLICATION_ID)
        db.session.execute(db.select(lock))
    return none_yet()


def first_code() -> str:
    """Return the one-time code for the first account, made where there is none."""
    path = code_path()
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(16))
    except FileExistsError:
        pass
    return path.read_text()


def forget_first_code() -> None:
    code_path().unlink(missing_ok=True)


def code_path() -> Path:
    return Path(current_app.instance_path) / CODE_FILE


def may_make_first(code: str) -> bool:
    """Tell whether this visitor may: at this very machine, or with the code."""
    if is_at_this_machine():
        return True
    if not code:
        return False
    network = throttle.by_network("first account")
    throttle.count(network)
    if not is_first_code(code):
        return False
    throttle.take_back(network)
    return True


def is_first_code(code: str) -> bool:
    path = code_path()
    return path.exists() and hmac.compare_digest(path.read_bytes(), code.encode())


def is_at_this_machine() -> bool:
    """Tell whether the visitor sits at the machine that the program runs on.

    Whom a proxy brings looks so too. So nobody does once there are signs of a proxy:
    settings for one, a header of one, or a name for this server that is not its own.
    """
    settings = (current_app.config[name] for name in FOR_A_PROXY)
    return (
        request.remote_addr in LOOPBACK
        and urlsplit(f"//{request.host}").hostname in (*LOOPBACK, "localhost")
        and not any(settings)
        and not any(name in request.headers for name in FORWARDED)
    )


def manager_for(email: str | None) -> Manager:
    """Return whose data a command works on.

    Raises click.ClickException where that is nobody, or not said and not clear.
    """
    query = db.select(Manager)
    if email:
        query = query.filter_by(email=email.strip().lower())
    managers: Sequence[Manager] = db.session.scalars(query.limit(2)).all()
    if len(managers) == 1:
        return managers[0]
    if managers:
        raise click.ClickException("There are several managers: say whose, --for EMAIL")
    raise click.ClickException(
        f"{email} has no account" if email else "There is no account yet"
    )
