"""Restoring: a backup in the place of the database, looked at first, all or nothing.

The backup is copied, and it is the copy that is checked, brought up to date and rid of
sessions and links. Only then is the database touched, in one transaction of SQLite's
own backup interface. So it does not matter whether a server runs: to replace the file
would leave it writing into the old one, while this is to it a change like any other,
which waits for its writers and keeps them waiting. What they saved last is kept: the
copy of what was there is made when no more can be written.

PostgreSQL is restored by its own pg_restore, and only where there are no tables yet; a
dump is read for whose and of what version it is, before the database is touched.
"""

import re
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Engine, delete, inspect, select, update

from .. import database
from ..models import Link, LoginSession, Manager, db, utc_now
from . import backups
from .backups import NotDone

MAGIC = b"SQLite format 3\0"
DUMP = b"PGDMP"
OURS = {"manager", "membership", "employee", "task", "rating"}
"""Tables that have been there since the first version."""

TABLE = re.compile(r"(?m)^\d+; \d+ \d+ TABLE \S+ (\S+) ")
REVISION = re.compile(r"(?m)^COPY \S*alembic_version \(version_num\) .*\n([^\\\n]+)$")
"""What pg_restore says of a dump: in its list, and as the statement that fills it."""


def restore(path: Path, *, keep_sessions: bool = False) -> Path | None:
    """Put the backup at `path` in the place of the database.

    Returns where the database as it was has been kept, if there was one. Raises
    NotDone where the backup or the database is not fit for it; then nothing changed.
    """
    live = backups.live_file()
    refuse_file(path, live)
    if live is None:
        restore_dump(path, keep_sessions)
        return None
    with prepared(path, keep_sessions) as copy:
        return put_in_place(copy, live)


def refuse_file(path: Path, live: Path | None) -> None:
    """Raise NotDone where `path` cannot be a backup, by its looks alone."""
    if path.is_symlink() and not path.exists():
        raise NotDone(f"{path} points at a file that is not there.")
    if not path.exists():
        raise NotDone(f"There is no file {path}.")
    if not path.is_file():
        raise NotDone(f"{path} is not a file.")
    if live and live.exists() and path.samefile(live):
        raise NotDone(f"{path} is the database itself.")
    if Path(f"{path}-wal").exists():
        raise NotDone(
            f"{path} is a database in use, as there is a {path.name}-wal beside it. "
            "Make a backup of it with: flask backup"
        )
    magic = MAGIC if live else DUMP
    with path.open("rb") as file:
        if file.read(len(magic)) != magic:
            kind = "a SQLite file" if live else "made by pg_dump --format=custom"
            raise NotDone(f"{path} is not a backup: it is not {kind}.")


@contextmanager
def prepared(path: Path, keep_sessions: bool) -> Iterator[Path]:
    """Give a copy of a backup that is sound and up to date, until this ends."""
    try:
        handle, name = tempfile.mkstemp(".restoring", dir=current_app.instance_path)
        copy = Path(name)
        try:
            with path.open("rb") as source, open(handle, "wb") as target:
                shutil.copyfileobj(source, target)
            check(copy)
            bring_up_to_date(copy, keep_sessions)
            yield copy
        finally:
            backups.remove(copy)
    except (sqlite3.Error, OSError) as error:
        reason = backups.in_words(error)
        raise NotDone(f"{path} was not restored: {reason}") from error
    except NotDone as error:
        raise NotDone(f"{path} was not restored. {error.message}") from error


def check(copy: Path) -> None:
    """Raise NotDone, or sqlite3.Error, where a copy is not a sound backup of ours."""
    if not backups.is_whole(copy):
        raise NotDone("It has changed, or lost a part, since it was made.")
    with closing(database.open_file(copy)) as connection:
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        if owner != database.APPLICATION_ID:
            raise NotDone("It is the database of another program.")
    backups.check(copy)
    with closing(database.open_file(copy)) as connection:
        check_revision(connection)


def check_revision(connection: sqlite3.Connection) -> None:
    """Raise NotDone unless the tables are of this version or an earlier one."""
    exists = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    rows = []
    if connection.execute(exists).fetchone():
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    check_known([revision for (revision,) in rows])


def check_known(revisions: Sequence[str]) -> None:
    if len(revisions) != 1:
        raise NotDone("There is nothing in it.")
    scripts = ScriptDirectory.from_config(migrations())
    if revisions[0] not in {script.revision for script in scripts.walk_revisions()}:
        raise NotDone("It was made by a newer version than this one.")


def migrations(engine: Engine | None = None) -> Any:
    """Return the configuration of the migrations, on another engine than the app's."""
    config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["engine"] = engine
    return config


def bring_up_to_date(copy: Path, keep_sessions: bool) -> None:
    """Migrate a copy, and end what its sessions and links would open."""
    engine = database.sqlite_engine(copy)
    try:
        command.upgrade(migrations(engine), "head")
        if not keep_sessions:
            close_doors(engine)
    finally:
        engine.dispose()
    with closing(database.open_file(copy)) as connection:
        connection.execute("PRAGMA user_version = 0")


def close_doors(engine: Engine) -> None:
    """End every session and every link: whoever was shut out must not come back.

    Links that are signed, such as those to set a password, hang on `fs_uniquifier`.
    """
    with engine.begin() as connection:
        connection.execute(delete(LoginSession))
        for id in connection.scalars(select(Manager.id)).all():
            anew = {"fs_uniquifier": secrets.token_hex(32)}
            connection.execute(update(Manager).where(Manager.id == id).values(anew))
        connection.execute(
            update(Link).where(Link.revoked_at.is_(None)).values(revoked_at=utc_now())
        )


def put_in_place(copy: Path, live: Path) -> Path | None:
    """Write all of `copy` over the database; return where what was there is kept."""
    is_new = not live.exists()
    if is_new:
        database.prepare_file(f"sqlite:///{live}")
    kept: list[Path] = []

    def keep_first(status: int, _remaining: int, _total: int) -> None:
        """Keep what is there after the first page, when nobody else can write."""
        if status == sqlite3.SQLITE_BUSY:
            raise NotDone("Somebody keeps writing to the database. Try again.")
        if not kept and not is_new:
            kept.append(backups.make_before("restore"))

    with (
        closing(database.open_file(copy)) as source,
        closing(database.open_file(live)) as target,
    ):
        source.backup(target, pages=1, progress=keep_first)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return kept[0] if kept else None


def check_dump(path: Path) -> None:
    """Raise NotDone where a dump is not of our tables, of this version or earlier."""
    if not set(TABLE.findall(backups.run("pg_restore", "--list", str(path)))) >= OURS:
        raise NotDone("It is the database of another program.")
    options = ("--data-only", "--table=alembic_version", "--file=-")
    check_known(REVISION.findall(backups.run("pg_restore", *options, str(path))))


def restore_dump(path: Path, keep_sessions: bool) -> None:
    """Fill an empty PostgreSQL database from a dump; never one that has tables."""
    if inspect(db.engine).get_table_names():
        raise NotDone(
            "There are tables in this database already. Make a new, empty one, "
            "and name it in DATABASE_URL."
        )
    try:
        check_dump(path)
    except NotDone as error:
        raise NotDone(f"{path} was not restored. {error.message}") from error
    options = ("--single-transaction", "--exit-on-error", "--no-owner")
    backups.postgresql("pg_restore", *options, str(path))
    command.upgrade(migrations(), "head")
    if not keep_sessions:
        close_doors(db.engine)
