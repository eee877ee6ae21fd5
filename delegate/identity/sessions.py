"""Sessions kept on the server, so that they can be ended.

Of someone who has signed in the browser holds a random key and nothing else, and the
database only a hash of it. Whoever has not signed in is not written down at all: the
little there is to remember goes along in a signed cookie. One query finds a session
and whose it is; the moment of the last visit is written at most once an hour.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, has_request_context, request
from flask import session as current_session
from flask.sessions import (
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
)
from flask_security import SQLAlchemyUserDatastore
from itsdangerous import BadSignature
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import CallbackDict

from ..addresses import has_token
from ..database import SAFE_METHODS, let_go, writing
from ..models import LoginSession, Manager, db, utc_now
from . import devices

IDLE = timedelta(days=14)
"""How long a signed-in browser may stay away."""

TOUCH = timedelta(hours=1)

WITHOUT = ("/static/", "/assets/")
"""Addresses that are the same for everybody; their view is not known yet by then."""

APART = "-link"
"""Ends the cookie's name at an address with a token: a manager's is not read there."""

UNSIGNED = "~"
"""What a cookie begins with that is no key, but what is remembered itself."""

SIGNING = SecureCookieSessionInterface()

OPEN = (
    select(
        LoginSession.content,
        LoginSession.created_at,
        LoginSession.seen_at,
        LoginSession.expires_at,
        Manager,
    )
    .join(Manager, Manager.id == LoginSession.manager_id)
    .where(LoginSession.key_hash == bindparam("key_hash"))
)
"""Made once: making a query takes longer than this one takes to answer."""


class Session(CallbackDict[str, Any], SessionMixin):
    """What is remembered of one browser.

    `key` opens it, and is None until it is first kept; `manager` is whose it is, and
    `since` when it began.
    `fault` is why it could not be opened. Neither then, nor where there is none to be
    kept, does saving change anything.
    """

    def __init__(
        self,
        content: dict[str, Any] | None = None,
        key: str | None = None,
        manager: Manager | None = None,
        *,
        kept: bool = True,
        fault: OperationalError | None = None,
    ) -> None:
        super().__init__(content or {}, self.changed)
        self.key = key
        self.manager = manager
        self.kept = kept and not fault
        self.fault = fault
        self.retired: str | None = None
        self.since: datetime | None = None
        self.modified = False
        self.stale = False

    @staticmethod
    def changed(session: Any) -> None:
        session.modified = True

    def renew(self) -> None:
        """Take a new key when this is saved; the old one then opens nothing."""
        self.retired, self.key, self.modified = self.key or self.retired, None, True


def init_app(app: Flask) -> None:
    """Keep sessions here, and answer that nothing works where none can be opened."""
    app.session_interface = DatabaseSessions()

    @app.before_request
    def open_or_fail() -> None:
        if fault := getattr(current_session, "fault", None):
            raise fault


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class DatabaseSessions(SessionInterface):
    """Opens and saves sessions through `LoginSession`, or a signed cookie."""

    def open_session(self, app: Flask, request: Request) -> Session:
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        if request.path.startswith(WITHOUT):
            return Session(kept=False)
        if has_token(request.path):
            cookie = request.cookies.get(self.get_cookie_name(app) + APART, "")
            return Session(unsign(app, cookie.removeprefix(UNSIGNED)))
        if not cookie or cookie.startswith(UNSIGNED):
            return Session(unsign(app, cookie.removeprefix(UNSIGNED)))
        try:
            return opened(cookie, request.method in SAFE_METHODS)
        except OperationalError as fault:
            db.session.rollback()
            return Session(fault=fault)

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        assert isinstance(session, Session)
        if not session.kept or not (session.modified or session.stale):
            return
        name = self.get_cookie_name(app)
        if has_token(request.path) and "_user_id" not in session:
            name += APART
        where: dict[str, Any] = {
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "httponly": True,
            "samesite": self.get_cookie_samesite(app),
        }
        try:
            cookie = keep(app, session)
        except OperationalError as fault:
            app.logger.error("a session was not saved", exc_info=fault)
            cookie = None if "_user_id" in session else sign(app, session)
        if cookie:
            response.set_cookie(name, cookie, max_age=IDLE, **where)
        elif "_user_id" not in session:
            response.delete_cookie(name, **where)


def opened(key: str, only_reads: bool) -> Session:
    """Return the session of `key`, an empty one where there is none.

    Finding it takes no lock, whatever the request will do: a transaction that may
    write begins after it.
    """
    if not db.session().in_transaction():
        db.session.connection(execution_options={"writes": False})
    row = db.session.execute(OPEN, {"key_hash": digest(key)}).first()
    found = row is not None and row.expires_at >= utc_now()
    if row is not None and not only_reads:
        db.session.expunge(row.Manager)
        db.session.rollback()
        db.session.add(row.Manager)
    if row is None or not found:
        return Session()
    session = Session(json.loads(row.content), key, row.Manager)
    session.since = row.created_at
    session.stale = row.seen_at < utc_now() - TOUCH
    return session


def keep(app: Flask, session: Session) -> str | None:
    """Write `session` and return its cookie; None where it has been ended meanwhile."""
    before = session.key or session.retired
    if "_user_id" not in session:
        forget(before)
        return sign(app, session)
    key = session.key or secrets.token_urlsafe(32)
    row = {
        "key_hash": digest(key),
        "content": json.dumps(dict(session)),
        "seen_at": utc_now(),
        "expires_at": utc_now() + IDLE,
    }
    with writing() as connection:
        mine = select(Manager.id).where(Manager.fs_uniquifier == session["_user_id"])
        owner = connection.scalar(mine.with_for_update(read=True, key_share=True))
        if owner is None:
            return None
        row["manager_id"] = owner
        if before:
            this = LoginSession.key_hash == digest(before)
            done = connection.execute(update(LoginSession).where(this).values(row))
            if not done.rowcount:
                return None
        else:
            row["device"] = devices.of(request.user_agent.string)
            row["created_at"] = session.since or utc_now()
            connection.execute(insert(LoginSession).values(row))
        connection.execute(
            delete(LoginSession).where(LoginSession.expires_at < utc_now())
        )
    session.key = key
    return key


def sign(app: Flask, session: Session) -> str | None:
    """Return the cookie of someone not signed in; None where it would hold nothing."""
    serializer = SIGNING.get_signing_serializer(app)
    if not session or serializer is None:
        return None
    return UNSIGNED + str(serializer.dumps(dict(session)))


def unsign(app: Flask, cookie: str) -> dict[str, Any]:
    """Return what a signed cookie holds, and nothing where it is not ours."""
    serializer = SIGNING.get_signing_serializer(app)
    if not cookie or serializer is None:
        return {}
    try:
        content = serializer.loads(cookie, max_age=int(IDLE.total_seconds()))
    except BadSignature:
        return {}
    content.pop("_user_id", None)
    return dict(content)


class Managers(SQLAlchemyUserDatastore):
    """The accounts; whoever a session was opened for need not be looked up again.

    Whom an address finds, a password is compared for: no transaction is open then.
    """

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Any:
        if has_request_context() and wanted.keys() == {"fs_uniquifier"}:
            known = getattr(current_session, "manager", None)
            if known and known.fs_uniquifier == wanted["fs_uniquifier"]:
                return known
        by_address = "email" in wanted
        found = super().find_user(case_insensitive, **wanted)
        if found is None and by_address:
            db.session.rollback()
        elif by_address:
            let_go(found)
        return found


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


def end_others(manager_id: int) -> None:
    """End every session of a manager but this one, which gets a new key."""
    current_session.renew()  # type: ignore[attr-defined]
    mine = digest(current_session.retired or "")  # type: ignore[attr-defined]
    db.session.execute(
        delete(LoginSession)
        .where(LoginSession.manager_id == manager_id)
        .where(LoginSession.key_hash != mine)
    )


def end_one(manager_id: int, handle: str) -> None:
    """End the session of a manager that `handle` stands for, if it is still there."""
    for session in all_of(manager_id):
        if handle_of(session) == handle:
            db.session.delete(session)


def all_of(manager_id: int) -> Sequence[LoginSession]:
    """Return the open sessions of a manager, the last seen first."""
    return db.session.scalars(
        select(LoginSession)
        .where(LoginSession.manager_id == manager_id)
        .where(LoginSession.expires_at >= utc_now())
        .order_by(LoginSession.seen_at.desc(), LoginSession.created_at.desc())
    ).all()


def is_this(session: LoginSession) -> bool:
    """Tell whether it is the session of this request."""
    key: str | None = current_session.key  # type: ignore[attr-defined]
    return key is not None and session.key_hash == digest(key)


def handle_of(session: LoginSession) -> str:
    """Return what names a session on a page: nothing that could open or find one."""
    return digest(f"listed {session.key_hash}")[:16]
