"""Delegate: what a manager can let go of, to whom, how far, and what is agreed first.

`create_app` is the one place where the parts meet.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_login import current_user
from flask_migrate import Migrate
from flask_security import RoleMixin, Security
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.middleware.proxy_fix import ProxyFix

from . import (
    access,
    addresses,
    assets,
    border,
    cli,
    database,
    errors,
    fragments,
    headers,
    i18n,
    logs,
    rules,
    wording,
)
from .dialogue import own_words
from .identity import accounts, mail, passwords, sessions, strong
from .models import Manager, db
from .pages import FEATURES, account
from .rights import viewing

ROOT = Path(__file__).parent.parent
WEB = ("http", "https")


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the app, set up from the environment and then from `config`.

    DATA_DIR         where the data lives; instance/ if not set
    DATABASE_URL     a SQLite file in DATA_DIR if not set; postgresql://… for many
    SECRET_KEY       signs tokens; made and kept in DATA_DIR for SQLite, else required
    TIMEZONE         of the clock on screen; Europe/Amsterdam if not set
    TRUSTED_PROXIES  how many proxies stand in front and may name the caller; 0
    PUBLIC_URL       its address from outside, in every link; https: secure cookies
    TRUSTED_HOSTS    names this server answers to, with commas between; if not set, the
                     one in PUBLIC_URL, else any
    PRIVACY_CONTACT  whom people ask what is kept of them, beside their manager
    MAIL_SERVER      what goes by mail; see mail.settings
    LOG_FORMAT       json or text; if not set, text where a terminal shows it

    Raises RuntimeError if there is no SECRET_KEY to be had, or PUBLIC_URL is none.
    """
    app = Flask(__name__, instance_path=str(data_dir(config or {})))
    app.config.update(settings(app), **accounts.SETTINGS, **mail.settings())
    app.config.update(config or {})
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = kept_secret(app)
    stand_behind_proxies(app)
    border.init_app(app)
    logs.init_app(app)

    database.init_app(app)
    Migrate(app, db, directory=str(Path(__file__).parent / "migrations"))
    app.url_map.strict_slashes = False
    sessions.init_app(app)
    CSRFProtect(app)
    i18n.init_app(app)
    Security(
        app,
        sessions.Managers(db, Manager, RoleMixin),
        login_form=accounts.SignInForm,
        mail_util_cls=accounts.Addresses,
        password_util_cls=passwords.Passwords,
        change_password_form=accounts.NewPasswordForm,
    )
    accounts.only_by_session(app)
    strong.init_app(app)
    access.init_app(app)
    viewing.init_app(app)
    account.init_app(app)
    assets.init_app(app)
    fragments.init_app(app)
    headers.init_app(app)
    mail.init_app(app)
    addresses.init_app(app)
    errors.init_app(app)
    cli.init_app(app)
    for feature in FEATURES:
        app.register_blueprint(feature.bp)

    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        wording=wording,
        own_words=own_words,
        rules=rules,
        rules_version=rules.RULES_VERSION,
        manager=signed_in_manager,
    )
    return app


def data_dir(config: Mapping[str, Any]) -> Path:
    """Return the folder of the data, made for us alone where it is not there."""
    path = config.get("DATA_DIR") or os.environ.get("DATA_DIR") or ROOT / "instance"
    folder = Path(path).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def settings(app: Flask) -> dict[str, Any]:
    """Return the settings that the environment gives."""
    env = os.environ.get
    public = urlsplit(env("PUBLIC_URL") or "http:")
    if env("PUBLIC_URL") and not (public.scheme in WEB and public.hostname):
        raise RuntimeError("PUBLIC_URL must be like https://delegate.example.org")
    hosts = (env("TRUSTED_HOSTS") or public.hostname or "").split(",")
    secure = public.scheme == "https"
    return {
        "SECRET_KEY": env("SECRET_KEY"),
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_pre_ping": True},
        "SQLALCHEMY_DATABASE_URI": env("DATABASE_URL")
        or f"sqlite:///{app.instance_path}/delegate.sqlite",
        "TIMEZONE": env("TIMEZONE") or "Europe/Amsterdam",
        "TRUSTED_HOSTS": [host.strip() for host in hosts if host.strip()] or None,
        "PUBLIC_URL": env("PUBLIC_URL"),
        "PRIVACY_CONTACT": env("PRIVACY_CONTACT"),
        "LOG_FORMAT": env("LOG_FORMAT"),
        "TRUSTED_PROXIES": int(env("TRUSTED_PROXIES") or 0),
        "MAX_CONTENT_LENGTH": 5 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 5 * 1024 * 1024,
        "MAX_FORM_PARTS": 20_000,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
    }


def kept_secret(app: Flask) -> str:
    """Return the key of this installation, made once and kept in the data folder.

    Raises RuntimeError for a database that several machines may share: there the
    key has to be given, or each of them would make its own.
    """
    if not app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:"):
        raise RuntimeError("SECRET_KEY is not set: give one, of 32 characters or more.")
    path = Path(app.instance_path) / "secret-key"
    try:
        with os.fdopen(
            os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
        ) as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text()


def stand_behind_proxies(app: Flask) -> None:
    """Believe what proxies say of the caller, if there are any."""
    count = app.config["TRUSTED_PROXIES"]
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def signed_in_manager() -> Manager | None:
    """Return the manager for a page's frame; None where nobody is, or can be, known."""
    try:
        return access.manager() if current_user.is_authenticated else None
    except (OperationalError, ObjectDeletedError):
        return None
