"""Backups: the whole database in one file, made while it is in use, and checked.

A backup comes under a temporary name, readable by its owner only, and takes its own
name when it is whole and on the disk. That of a SQLite file carries a checksum of
itself in `user_version`, a number in the header that SQLite leaves to programs: so a
letter that changed on a bad disk is noticed, which no check of the structure can see.

Of PostgreSQL its own pg_dump makes the backup. Nothing here knows who uses the app, nor
what the tables are; the words are for a terminal.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
from flask import current_app

from .. import database
from ..models import db, utc_now

CHECKSUM = slice(60, 64)
"""Where `user_version` stands in a SQLite file."""

PARTS = ("", "-wal", "-shm", "-journal")
"""What the names of the files that make up one SQLite database end in."""

HEADER = 100
CHUNK = 1024 * 1024
CHECKS = ("integrity_check", "foreign_key_check")
NO_ROOM = ("disk is full", "disk I/O error", "No space left", "File too large")
STAMP = "%Y-%m-%d-%H%M%S"


class NotDone(click.ClickException):
    """Why a backup was not made or not put back, in words for a terminal."""


class Backup(NamedTuple):
    """A backup that is there: where, since when (UTC, without a zone), its bytes."""

    path: Path
    made_at: datetime
    size: int


def folder() -> Path:
    return Path(current_app.instance_path) / "backups"


def found() -> list[Backup]:
    """Return the backups in our own folder, newest first, also what was broken off.

    Copies elsewhere are not known here.
    """
    paths = [path for path in folder().glob("*") if path.is_file()]
    return sorted(map(described, paths), key=lambda one: one.made_at, reverse=True)


def described(path: Path) -> Backup:
    stat = path.stat()
    made_at = datetime.fromtimestamp(int(stat.st_mtime), UTC).replace(tzinfo=None)
    return Backup(path, made_at, stat.st_size)


def live_file() -> Path | None:
    """Return the app's SQLite file, which may not be there yet; None on PostgreSQL."""
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "").absolute()


def make(path: Path | None = None, *, force: bool = False) -> Backup:
    """Make a backup of the app's database at `path`, else in our own folder.

    Raises NotDone, and leaves nothing, where something is in the way.
    """
    live = live_file()
    path = path or new_name("delegate", ".sqlite" if live else ".dump")
    refuse_place(path, live, force=force)
    with arriving(path) as temporary:
        if live is None:
            dump(temporary)
        else:
            copy(live, temporary)
            check(temporary)
            seal(temporary)
    return described(path)


def make_before(what: str) -> Path:
    """Keep the SQLite file as it is, good or not, before `what` changes it."""
    live = live_file()
    assert live is not None
    path = new_name(f"before-{what}", ".sqlite")
    with arriving(path) as temporary:
        copy(live, temporary)
        seal(temporary)
    return path


def new_name(stem: str, suffix: str) -> Path:
    """Return a path in our own folder that nothing has yet. Makes the folder.

    Raises NotDone where that cannot be.
    """
    try:
        folder().mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NotDone(f"No backup was made in {folder()}: {in_words(error)}") from error
    stamped = f"{stem}-{utc_now().strftime(STAMP)}"
    path, count = folder() / f"{stamped}{suffix}", 1
    while path.exists():
        count += 1
        path = folder() / f"{stamped}-{count}{suffix}"
    return path


def refuse_place(path: Path, live: Path | None, *, force: bool) -> None:
    """Raise NotDone where no backup should go."""
    if path.is_dir():
        raise NotDone(f"{path} is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise NotDone(f"There is no folder {path.parent}. Make it first.")
    if live and str(path.resolve()) in [f"{live.resolve()}{end}" for end in PARTS]:
        raise NotDone(f"{path} is the database itself. Name another file.")
    if path.exists() and not force:
        raise NotDone(f"{path} is there already. To replace it: --force")


@contextmanager
def arriving(path: Path) -> Iterator[Path]:
    """Give a file to fill, which takes the name `path` once it is whole.

    Raises NotDone where it cannot be filled; then nothing of it is left.
    """
    try:
        handle, name = tempfile.mkstemp(".partial", f"{path.name}.", path.parent)
        os.close(handle)  # from the first moment for its owner only
        temporary = Path(name)
        try:
            yield temporary
            settle(temporary, path)
        finally:
            remove(temporary)
    except (sqlite3.Error, OSError) as error:
        raise NotDone(f"No backup was made at {path}: {in_words(error)}") from error


def remove(path: Path) -> None:
    """Delete a SQLite file with all its parts, where they are there."""
    for end in PARTS:
        Path(f"{path}{end}").unlink(missing_ok=True)


def in_words(error: Exception) -> str:
    """Return what is the matter with a file, as its reader may know it."""
    reason = getattr(error, "strerror", None) or str(error)
    doubt = any(words in reason for words in NO_ROOM)
    return f"{reason}. Is the disk full?" if doubt else f"{reason}."


def settle(temporary: Path, path: Path) -> None:
    """Write a file through to the disk, and then its name."""
    sync(temporary)
    temporary.replace(path)
    if os.name != "nt":
        sync(path.parent)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy(live: Path, target: Path) -> None:
    """Copy a SQLite file as it is at one moment, whoever writes meanwhile.

    The copy needs no other file beside it. Raises sqlite3.Error.
    """
    if not live.exists():
        raise NotDone(f"There is no database at {live}. Make it with: flask db upgrade")
    with (
        closing(database.open_file(live)) as source,
        closing(sqlite3.connect(target)) as made,
    ):
        source.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")


def check(path: Path) -> None:
    """Raise NotDone where a SQLite file is damaged."""
    with closing(database.open_file(path)) as connection:
        for pragma in CHECKS:
            faults = connection.execute(f"PRAGMA {pragma}").fetchmany(1)
            if faults not in ([], [("ok",)]):
                raise NotDone(f"The database is damaged ({pragma}: {faults[0]}).")


def checksum(path: Path) -> int:
    """Return the checksum of a SQLite file without its own four bytes; never 0."""
    with path.open("rb") as file:
        header = bytearray(file.read(HEADER))
        header[CHECKSUM] = bytes(4)
        found = zlib.crc32(header)
        while part := file.read(CHUNK):
            found = zlib.crc32(part, found)
    return found or 1


def seal(path: Path) -> None:
    """Write the checksum into a SQLite file that nobody has open."""
    made = checksum(path).to_bytes(4, "big")
    with path.open("r+b") as file:
        file.seek(CHECKSUM.start)
        file.write(made)


def is_whole(path: Path) -> bool:
    """Tell whether a SQLite file is as it was sealed, or never was."""
    with path.open("rb") as file:
        sealed = int.from_bytes(file.read(HEADER)[CHECKSUM], "big")
    return sealed in (0, checksum(path))


def dump(path: Path) -> None:
    """Fill `path` with a backup of PostgreSQL."""
    postgresql("pg_dump", "--format=custom", "--no-owner", f"--file={path}")


def postgresql(program: str, *options: str) -> str:
    """Run a program of PostgreSQL on the app's database and return what it said.

    The password goes along in the environment, which other users cannot read. Raises
    NotDone where the program is not here or fails.
    """
    url = db.engine.url
    password = url.password or url.query.get("password")
    bare = url._replace(drivername="postgresql", password=None)
    bare = bare.difference_update_query(["password"])
    command = [program, *options, f"--dbname={bare.render_as_string()}"]
    if not shutil.which(program):
        raise NotDone(
            f"{program} is not installed here. Where it is, run:\n  {' '.join(command)}"
        )
    return run(*command, **({"PGPASSWORD": str(password)} if password else {}))


def run(program: str, *options: str, **env: str) -> str:
    """Run a program and return what it said; raise NotDone as `postgresql` does."""
    if not shutil.which(program):
        raise NotDone(f"{program} is not installed here.")
    done = subprocess.run(
        [program, *options],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise NotDone(f"{program} did not succeed:\n{done.stderr.strip()}")
    return done.stdout
