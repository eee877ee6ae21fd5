"""A real PostgreSQL server for the tests: the one that was given, or one of our own.

DATABASE_URL gives one: then every test with a database has it there, in a database
made for that test and dropped after it. The database named in the address is only what
we connect to for that.

Our own is started and stopped by the tests. It refuses to run as root, so as root it
is started as another user. Unix socket only, in a folder that is gone afterwards;
nothing is written through to disk.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url, text

from delegate import create_app
from delegate.models import db

OPTIONS = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off"
    " -c full_page_writes=off -c max_connections=60"
)


SETTINGS = re.findall(r"(?m)^ {4}([A-Z_]+)  ", create_app.__doc__)
"""Everything that the environment can say to an app."""

GIVEN = "TESTS_DATABASE_URL"
"""Where the address of a given server is kept for the processes of the tests: no app
of theirs must find it by itself, and write into what is there."""


def take_settings():
    """Take what is meant for a served app out of our environment.

    Return the address of the given PostgreSQL server, None where none was given.
    """
    mail = [name for name in os.environ if name.startswith("MAIL_")]
    taken = {name: os.environ.pop(name, "") for name in [*SETTINGS, *mail]}
    if taken["DATABASE_URL"].startswith("postgresql"):
        os.environ[GIVEN] = taken["DATABASE_URL"]
    return os.environ.get(GIVEN)


def check_given(url):
    """Raise pytest.UsageError, in words, unless we may make databases there."""
    try:
        [may] = PostgreSQL(url).execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
    except psycopg.Error as error:
        raise pytest.UsageError(f"DATABASE_URL cannot be used: {error}") from error
    if not may:
        raise pytest.UsageError(
            "The tests make databases of their own on the server of DATABASE_URL, and "
            "its user may not. Let it: ALTER ROLE … CREATEDB"
        )


COLUMNS = """
    SELECT string_agg(relname || '.' || attname, ' ' ORDER BY relname, attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relkind = 'r' AND attnum > 0 AND relnamespace = 'public'::regnamespace
"""
REVISION = "SELECT string_agg(version_num, ' ') FROM alembic_version"
OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(relname), ', ')
            || ' RESTART IDENTITY'
        FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'
            AND relnamespace = 'public'::regnamespace
    ); END $$
"""


class PostgreSQL:
    """A running server, reached through a database that is there: `url` names it."""

    def __init__(self, url):
        self.address = make_url(url)
        self.empty = new_name()
        self.spare = []

    def url(self, name):
        return self.address.set(database=name).render_as_string(hide_password=False)

    def execute(self, statement):
        """Return the first row of what this statement gives, if it gives any."""
        with self.connection(self.address) as connection:
            done = connection.execute(statement)
            return done.fetchone() if done.description else None

    def create(self, name=None, like="template1"):
        """Make a database, a copy of `like`, and return its address."""
        name = name or new_name()
        self.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return self.url(name)

    def take(self):
        """Return the address of a database with all tables and no rows."""
        return self.spare.pop() if self.spare else self.create(like=self.empty)

    def give_back(self, url):
        """Empty a database for whoever takes one next: to copy one takes far longer.

        One whose tables are not as they were is dropped.
        """
        if self.is_emptied(url):
            self.spare.append(url)
        else:
            self.drop(url)

    def is_emptied(self, url):
        with self.connection(url) as connection:
            if tables_in(connection) != self.tables:
                return False
            connection.execute(OTHERS)
            connection.execute(EMPTY)
        return True

    @cached_property
    def tables(self):
        with self.connection(self.url(self.empty)) as connection:
            return tables_in(connection)

    def connection(self, url):
        plain = make_url(url).set(drivername="postgresql")
        address = plain.render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True)

    def drop(self, url):
        self.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def tables_in(connection):
    """Return all columns there are, and of which revision the tables say they are."""
    columns = connection.execute(COLUMNS).fetchone()
    return columns, "alembic_version" in (columns[0] or "") and (
        connection.execute(REVISION).fetchone()
    )


def new_name():
    return f"test_{uuid4().hex}"


@contextlib.contextmanager
def start_postgresql():
    """Run a server for as long as this lasts."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    owner = server_user()
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    identity = (
        {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        if owner
        else {}
    )
    env = {**os.environ, "PATH": programs(), "LC_ALL": "C.UTF-8"}
    run = {"cwd": folder, "env": env, **identity}
    subprocess.run(
        ["initdb", "-D", "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "-N"],
        check=True,
        capture_output=True,
        **run,
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            ["postgres", "-D", "data", "-k", folder, *OPTIONS.split()],
            stdout=log,
            stderr=log,
            **run,
        )
    try:
        server = PostgreSQL(f"postgresql://tester@/postgres?host={folder}")
        wait_for(server, process, folder / "log")
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # at once, whoever is still connected
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def server_user():
    """Return whom the server runs as, or None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def programs():
    """Return a PATH on which the newest server's programs come first."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version_of)
    path = ":".join([*map(str, reversed(homes)), os.environ["PATH"]])
    if not shutil.which("initdb", path=path):
        pytest.fail("PostgreSQL is not installed: python3 run.py test installs it")
    return path


def version_of(home):
    return float(home.parent.name)


def wait_for(server, process, log, seconds=60):
    """Return once the server answers; its socket is there a little earlier."""
    until = time.monotonic() + seconds
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        with contextlib.suppress(psycopg.OperationalError):
            return server.execute("SELECT 1")
        time.sleep(0.05)


def wait_until_it_waits(work):
    """Wait until `work` of another thread waits for a lock, or is done."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    here = f"{waiting} AND datname = current_database()"
    with db.engine.connect() as connection:
        while not (connection.scalar(text(here)) or work.done()):
            connection.rollback()
