"""How the databases are spoken to: the recipe for SQLite, and saves that collide.

SQLite loses updates without a word when two transactions read before they write, so
whatever may write begins IMMEDIATE and waits its turn; a page that only reads does
not. PostgreSQL needs none of this.

Source: https://www.sqlite.org/lang_transaction.html and /pragma.html
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, current_app, has_request_context, request
from sqlalchemy import (
    Connection,
    Engine,
    Select,
    create_engine,
    event,
    func,
    select,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from .models import db

AT_ONCE = 500
"""How many rows of a long answer are read at a time."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ON_CONNECT = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 15000",
    "PRAGMA secure_delete = ON",
)
APPLICATION_ID = 0x44454C47
"""Marks a SQLite file as ours ("DELG"), so that another one is never taken for it."""

PAGE = 100
"""Most rows on one page of a list."""


class VersionConflict(Exception):
    """A save that saw an older version of `row` than the one that is there now."""

    def __init__(self, row: Any) -> None:
        super().__init__(f"{type(row).__name__} has changed since it was shown")
        self.row = row


def check_version(row: Any, seen: str | None) -> None:
    """Raise VersionConflict unless `seen` is the version of `row` that is there now.

    A missing or malformed version counts as an old one.
    """
    if seen != str(row.version):
        raise VersionConflict(row)


def commit(row: Any) -> None:
    """Commit a change of `row`; raise VersionConflict where another came in between."""
    try:
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise VersionConflict(row) from None


def set_all(model: Any, ids: Iterable[int], **values: Any) -> None:
    """Set the same values on these rows at once, whatever their version. Commits."""
    db.session.execute(
        update(model)
        .where(model.id.in_(ids))
        .values(**values, version=model.version + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def streamed(query: Any) -> Iterator[Any]:
    """Yield the rows of `query`, a few read at a time. Nothing is left open after."""
    found = db.session.execute(query.execution_options(yield_per=AT_ONCE))
    with closing(found):
        yield from found


def lock(row: Any) -> None:
    """Keep whoever else locks `row` waiting until this ends, and read it anew.

    For a save that first looks whether it was done already: of two clicks the second
    must see what the first one did. Raises NoResultFound where it was erased meanwhile.
    """
    model = type(row)
    found = select(model).where(model.id == row.id)
    found = found.with_for_update(of=model, key_share=True)
    db.session.scalars(found.execution_options(populate_existing=True)).one()


class Page(NamedTuple):
    """A part of a long list, and which part of how many it is."""

    rows: list[Any]
    page: int
    pages: int


def page_of(query: Select[Any], page: int) -> Page:
    """Return the rows on `page` of a query, or those of its last page."""
    count = select(func.count()).select_from(query.order_by(None).subquery())
    pages = max(1, ceil((db.session.scalar(count) or 0) / PAGE))
    page = min(max(page, 1), pages)
    rows = db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE))
    return Page(list(rows), page, pages)


def let_go(row: Any) -> None:
    """Read `row` anew and end the transaction; what was read of it stays.

    For what takes long, such as hashing a password: nobody is to wait for it. What is
    not committed is dropped.
    """
    db.session.rollback()
    db.session.connection(execution_options={"writes": False})
    db.session.refresh(row)
    db.session.expunge(row)
    db.session.rollback()
    db.session.add(row)


def read_one_moment() -> None:
    """Let all that is read from here on be as it is now, whatever others save.

    Until the transaction ends; what is not committed is dropped. SQLite reads so
    anyhow, and keeps no writer waiting for it.
    """
    options: dict[str, Any] = {"writes": False}
    if db.engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    db.session.rollback()
    db.session.connection(execution_options=options)


def names(model: Any, ids: Iterable[int | None]) -> dict[int | None, str]:
    """Return by id what the rows of people, teams or accounts are called."""
    wanted = {id for id in ids if id is not None}
    found = db.session.scalars(select(model).where(model.id.in_(wanted)))
    return {row.id: row.name or row.email for row in found}


def lower(text: str | None) -> str | None:
    """Return `text` in small letters, as PostgreSQL does: SQLite stops at A to Z."""
    return None if text is None else text.lower()


def init_app(app: Flask) -> None:
    """Bind the database and put the recipe on its engine."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            follow_recipe(db.engine)


def follow_recipe(engine: Engine) -> None:
    """Make every SQLite connection durable, strict, and honest about its writes."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        prepare(connection)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        only_reads = has_request_context() and request.method in SAFE_METHODS
        writes = connection.get_execution_options().get("writes", not only_reads)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def prepare(connection: sqlite3.Connection) -> None:
    """Make one connection durable and strict; transactions begin when we say so."""
    connection.isolation_level = None
    connection.create_function("lower", 1, lower, deterministic=True)
    for pragma in ON_CONNECT:
        connection.execute(pragma)


def open_file(path: Path) -> sqlite3.Connection:
    """Open a SQLite file beside the app's own connections.

    Raises sqlite3.OperationalError where there is none: a new one is never made.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=0)
    prepare(connection)
    return connection


def sqlite_engine(path: Path) -> Engine:
    """Return an engine for a SQLite file other than the app's own."""
    engine = create_engine(f"sqlite:///{path.absolute()}", hide_parameters=True)
    follow_recipe(engine)
    return engine


@contextmanager
def writing() -> Iterator[Connection]:
    """Open a write transaction beside the request's own, which is ended first.

    Both on one SQLite file would wait for each other. So this is for after the
    request's work is committed: what is not committed by then is dropped.
    """
    db.session.rollback()
    engine = db.engine.execution_options(writes=True)
    with engine.begin() as connection:
        yield connection


def leave_no_trace() -> bool:
    """Let nothing that was deleted linger in the files of the database.

    SQLite overwrites what it deletes (`secure_delete`), but its log still holds the
    pages as they were; it is written back and emptied, for which readers are waited
    for. False where one read on for longer than that, or the disk is full: then it is
    to be done again. PostgreSQL gives the space free; what its own log and disks keep
    is for whoever runs it. To be called after the commit.
    """
    db.session.rollback()
    try:
        return is_overwritten()
    except (sqlite3.OperationalError, OperationalError) as fault:
        current_app.logger.error("a last trace was not overwritten", exc_info=fault)
        return False


def is_overwritten() -> bool:
    if db.engine.dialect.name == "sqlite":
        with closing(db.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [(busy, _pages, _written)] = cursor.fetchall()
        return not busy
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as idle:
        idle.exec_driver_sql("VACUUM")
    return True


def prepare_file(url: str) -> None:
    """Make the SQLite file of `url` if there is none: ours, in WAL mode, for us alone.

    Called before a migration and never by a running server, because two processes
    that switch a fresh file to WAL at once trip over each other.
    """
    path = url.removeprefix("sqlite:///")
    if path == url or path in ("", ":memory:"):
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()
