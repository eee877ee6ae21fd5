"""How the databases are spoken to: the recipe for SQLite, and saves that collide.

SQLite loses updates without a word when two transactions read before they write, so
whatever may write begins IMMEDIATE and waits its turn; a page that only reads does
not. PostgreSQL needs none of this.

Source: https://www.sqlite.org/lang_transaction.html and /pragma.html
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy import Connection, Engine, event

from .models import db

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ON_CONNECT = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 15000",
    "PRAGMA secure_delete = ON",
)
APPLICATION_ID = 0x44454C47
"""Marks a SQLite file as ours ("DELG"), so that another one is never taken for it."""


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
        connection.isolation_level = None
        for pragma in ON_CONNECT:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        only_reads = has_request_context() and request.method in SAFE_METHODS
        writes = connection.get_execution_options().get("writes", not only_reads)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


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
