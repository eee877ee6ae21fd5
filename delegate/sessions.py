"""Sessions kept on the server, so that they can be ended.

The browser holds a random key and nothing else; the database holds only a hash of it.
One query finds a session and whose it is; the moment of the last visit is written at
most once an hour.
"""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, has_request_context
from flask import session as current_session
from flask.sessions import SessionInterface, SessionMixin
from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import bindparam, delete, insert, select, update
from werkzeug.datastructures import CallbackDict

from .database import writing
from .models import LoginSession, Manager, db, utc_now

IDLE = timedelta(days=14)
"""How long a signed-in browser may stay away."""

UNKNOWN = timedelta(hours=12)
"""The same for one that has not signed in."""

TOUCH = timedelta(hours=1)

WITHOUT = ("/static/", "/assets/")
"""Addresses that are the same for everybody; their view is not known yet by then."""

OPEN = (
    select(LoginSession.content, LoginSession.seen_at, LoginSession.expires_at, Manager)
    .outerjoin(Manager, Manager.id == LoginSession.manager_id)
    .where(LoginSession.key_hash == bindparam("key_hash"))
)
"""Made once: making a query takes longer than this one takes to answer."""


class Session(CallbackDict[str, Any], SessionMixin):
    """What is remembered of one browser; `key` is None until it is first kept.

    `manager` is whose it was when it was opened, and None where nobody had signed in.
    """

    def __init__(
        self, content: dict[str, Any], key: str | None, manager: Manager | None = None
    ) -> None:
        super().__init__(content, self.changed)
        self.key = key
        self.manager = manager
        self.retired: str | None = None
        self.modified = False
        self.stale = False

    @staticmethod
    def changed(session: Any) -> None:
        session.modified = True

    def renew(self) -> None:
        """Take a new key when this is saved; the old one then opens nothing."""
        self.retired, self.key, self.modified = self.key, None, True


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class DatabaseSessions(SessionInterface):
    """Opens and saves sessions through `LoginSession`."""

    def open_session(self, app: Flask, request: Request) -> Session:
        key = request.cookies.get(self.get_cookie_name(app))
        if not key or request.path.startswith(WITHOUT):
            return Session({}, None)
        row = db.session.execute(OPEN, {"key_hash": digest(key)}).first()
        if row is None or row.expires_at < utc_now():
            return Session({}, None)
        session = Session(json.loads(row.content), key, row.Manager)
        session.stale = row.seen_at < utc_now() - TOUCH
        return session

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        assert isinstance(session, Session)
        name = self.get_cookie_name(app)
        where: dict[str, Any] = {
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "httponly": True,
            "samesite": self.get_cookie_samesite(app),
        }
        if not session:
            if session.modified:
                forget(session.key)
                response.delete_cookie(name, **where)
        elif session.modified or session.stale:
            forget(session.retired)
            response.set_cookie(name, keep(session), max_age=IDLE, **where)


class Managers(SQLAlchemyUserDatastore):
    """The accounts; whoever a session was opened for need not be looked up again."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Any:
        if has_request_context() and wanted.keys() == {"fs_uniquifier"}:
            known = getattr(current_session, "manager", None)
            if known and known.fs_uniquifier == wanted["fs_uniquifier"]:
                return known
        return super().find_user(case_insensitive, **wanted)


def keep(session: Session) -> str:
    """Write `session` and return its key."""
    values = {
        "content": json.dumps(dict(session)),
        "seen_at": utc_now(),
        "expires_at": utc_now() + (IDLE if "_user_id" in session else UNKNOWN),
        "manager_id": select(Manager.id)
        .where(Manager.fs_uniquifier == session.get("_user_id"))
        .scalar_subquery(),
    }
    with writing() as connection:
        connection.execute(
            delete(LoginSession).where(LoginSession.expires_at < utc_now())
        )
        if session.key:
            mine = LoginSession.key_hash == digest(session.key)
            if connection.execute(
                update(LoginSession).where(mine).values(**values)
            ).rowcount:
                return session.key
        session.key = secrets.token_urlsafe(32)
        connection.execute(
            insert(LoginSession).values(key_hash=digest(session.key), **values)
        )
    return session.key


def forget(key: str | None) -> None:
    """End the session of `key`, if there is one."""
    if key:
        with writing() as connection:
            connection.execute(
                delete(LoginSession).where(LoginSession.key_hash == digest(key))
            )


def end_all(manager_id: int) -> None:
    """End every session of a manager, within the transaction of this request."""
    db.session.execute(
        delete(LoginSession).where(LoginSession.manager_id == manager_id)
    )
