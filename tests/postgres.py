"""A real PostgreSQL server for the tests, started and stopped by them.

It refuses to run as root, so as root it is started as another user. Unix socket only,
in a folder that is gone afterwards; nothing is written through to disk.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

OPTIONS = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off"
    " -c full_page_writes=off -c max_connections=60"
)


class PostgreSQL:
    """A running server whose socket lies in `folder`."""

    EMPTY = "migrated"

    def __init__(self, folder, user):
        self.folder = folder
        self.user = user

    def url(self, name):
        return f"postgresql://{self.user}@/{name}?host={self.folder}"

    def execute(self, statement):
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name=None, like="template1"):
        """Make a database, a copy of `like`, and return its address."""
        name = name or f"test_{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return self.url(name)

    def drop(self, url):
        name = urlsplit(url).path.removeprefix("/")
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
        server = PostgreSQL(folder, "tester")
        wait_for(server, process)
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


def wait_for(server, process, seconds=60):
    """Return once the server answers; its socket is there a little earlier."""
    log = server.folder / "log"
    until = time.monotonic() + seconds
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        with contextlib.suppress(psycopg.OperationalError):
            return server.execute("SELECT 1")
        time.sleep(0.05)
