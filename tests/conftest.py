"""What the tests share: databases, an app on each, and browsers that check pages."""

import contextlib
import gc
import resource
import shutil
import sqlite3
from pathlib import Path

import factory
import flask_migrate
import pytest
from browsing import Browser
from jinja2 import BytecodeCache
from postgres import PostgreSQL, check_given, start_postgresql, take_settings
from werkzeug.routing import Rule

from delegate import create_app
from delegate.models import db

pytest_plugins = ["browser"]

SERVER = take_settings()
DATABASES = ["postgresql"] if SERVER else ["sqlite", "postgresql"]
on_one_database = pytest.mark.parametrize("database", DATABASES[:1], indirect=True)
"""For what takes long and does not depend on the kind of database."""

SETTINGS = {
    "SECRET_KEY": "for tests only, not a secret",
    "TESTING": True,
    "WTF_CSRF_ENABLED": False,
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__time_cost": 1,
        "argon2__memory_cost": 8,
        "argon2__parallelism": 1,
    },
}


@contextlib.contextmanager
def room_for(size):
    """Let no file of this process grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Templates(BytecodeCache):
    """Compiled templates, shared by all the apps of the tests: half of their time."""

    def __init__(self):
        self.compiled = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket):
        self.compiled[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Templates()

BUILDERS = {}
"""Functions that make addresses, by rule, shared by all the apps of the tests."""

build_anew = Rule._compile_builder


def build_once(rule, append_unknown=True):
    """Compile a rule once: the apps have the same ones, and compiling takes longest."""
    key = rule.rule, repr(rule.defaults), append_unknown
    if key not in BUILDERS:
        BUILDERS[key] = build_anew(rule, append_unknown)
    return BUILDERS[key]


Rule._compile_builder = build_once
gc.set_threshold(50_000, 20, 100)  # as a server does: there is much, and it stays


MADE = []


def make_app(url, folder, **changes):
    """Return an app on the database at `url`, with its data in `folder`."""
    given = {"DATA_DIR": str(folder), "SQLALCHEMY_DATABASE_URI": url}
    app = create_app({**SETTINGS, **given, **changes})
    app.jinja_env.bytecode_cache = TEMPLATES
    MADE.append(app)
    return app


@pytest.fixture(autouse=True)
def no_connection_left():
    """Close what the apps of a test hold open, once all else of it is done."""
    yield
    while MADE:
        with MADE.pop().app_context():
            db.engine.dispose()


def migrate(app):
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def pytest_configure():
    if SERVER:
        check_given(SERVER)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A SQLite file with all tables and no rows, to copy from."""
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "empty.sqlite"
    migrate(make_app(f"sqlite:///{path}", folder))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """A PostgreSQL server, with a migrated database to copy from."""
    given = contextlib.nullcontext(SERVER and PostgreSQL(SERVER))
    with given if SERVER else start_postgresql() as server:
        url = server.create(server.empty)
        migrate(make_app(url, tmp_path_factory.mktemp("postgresql")))
        yield server
        for each in (url, *server.spare):
            server.drop(each)


@contextlib.contextmanager
def fresh(kind, request, folder):
    """Give the address of a fresh database with all tables, for as long as this lasts.

    `kind` is one of DATABASES; a SQLite file lies in `folder`.
    """
    if kind == "sqlite":
        path = folder / "delegate.sqlite"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql")
    url = server.take()
    yield url
    server.give_back(url)


@pytest.fixture(params=DATABASES)
def database(request, tmp_path):
    """The address of a fresh database, on either kind of server."""
    with fresh(request.param, request, tmp_path) as url:
        yield url


@pytest.fixture
def one_database(request, tmp_path):
    """The address of a fresh database, for tests that take too long to do twice."""
    with fresh(DATABASES[0], request, tmp_path) as url:
        yield url


@pytest.fixture
def app(database, tmp_path):
    """The app, on a fresh database. No context is held open around the test."""
    app = make_app(database, tmp_path)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(app):
    """A browser that nobody has signed in with."""
    return Browser(app)


@pytest.fixture
def alice(app):
    """The browser of Alice, a manager with a team of her own, signed in."""
    return signed_in(app, "Alice")


@pytest.fixture
def bob(app):
    """The browser of Bob, who has another team and must see nothing of Alice's."""
    return signed_in(app, "Bob")


def signed_in(app, name):
    with app.app_context():
        manager, team = factory.manager_with_team(name)
        email, manager_id, team_id = manager.email, manager.id, team.id
    browser = Browser(app)
    browser.sign_in(email)
    browser.manager_id, browser.team_id = manager_id, team_id
    return browser


@pytest.fixture
def data():
    """The folder of the files that tests read."""
    return Path(__file__).parent / "data"
