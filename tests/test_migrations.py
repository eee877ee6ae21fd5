"""Migrations and models tell the same story, on either database."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from conftest import make_app

from delegate import database as recipe
from delegate.models import db
from delegate.upkeep import backups

VERSIONS = Path(recipe.__file__).parent / "migrations"
SCRIPTS = ScriptDirectory(str(VERSIONS))
REVISIONS = [one.revision for one in SCRIPTS.walk_revisions()][::-1]
NOON = datetime(2026, 11, 20, 12)
OF_ANN = {"team_id": 1, "employee_id": 1}
ROWS = {
    "manager": [
        {"id": id, "email": f"{id}@example.org", "name": "Zoë", "password": "x"}
        | {"active": True, "fs_uniquifier": str(id), "created_at": NOON}
        for id in (1, 2)
    ],
    "login_session": [
        {"key_hash": "x", "manager_id": 1, "content": "{}", "created_at": NOON}
        | {"seen_at": NOON, "expires_at": NOON}
    ],
    "team": [
        {"id": 1, "name": "Repairs", "is_sample": False, "created_at": NOON}
        | {"version": 3}
    ],
    "membership": [{"team_id": 1, "manager_id": 2, "role": "owner"}],
    "employee": [
        {"id": 1, "team_id": 1, "name": "Ann", "role": "Planner", "hours_free": 6.5}
        | {"count_on_me": "An answer.", "asks_of_me": "", "learning": ""}
        | {"created_at": NOON, "version": 5}
    ],
    "task": [
        {"id": 1, "team_id": 1, "title": "Plan", "outcome": "", "limits": "€ 500"}
        | {"stakes": "high", "reserved": False, "reserved_why": "", "hours": 2.0}
        | {"with_me": True, "created_at": NOON, "version": 2}
    ],
    "rating": [
        {"id": 1, **OF_ANN, "criterion": "choices", "state": "scored", "score": 5}
        | {"example": "Called.", "different": True, "rater_id": 1}
        | {"created_at": NOON}
    ],
    "pair": [{**OF_ANN, "task_id": 1, "current": 4, "version": 1}],
    "agreement": [
        {"id": 1, **OF_ANN, "task_id": 1, "state": "draft", "level": 4, "version": 1}
        | {"rules_version": "1", "created_by_id": 2, "created_at": NOON}
        | dict.fromkeys(("reason", "outcome", "limits", "why_you", "decides"), "é")
        | dict.fromkeys(("asks_first", "stays", "inform", "help", "resources"), "")
        | {"closing_reason": ""}
    ],
    "safeguard": [{"agreement_id": 1, "criterion": "informs", "text": "Thursdays."}],
    "tries": [{"key": "x", "count": 2, "until": NOON}],
    "passkey": [
        {"id": 1, "manager_id": 1, "name": "Phone", "credential_id": b"id"}
        | {"credential": b"key", "sign_count": 2**40, "created_at": NOON}
    ],
    "remark": [
        {"rating_id": 1, "text": "Two were away.", "recorded_by_id": 1, "version": 1}
        | {"created_at": NOON}
    ],
    "link": [
        {"id": 1, **OF_ANN, "kind": "own_view", "token_hash": "x", "manager_id": 1}
        | {"email": "", "created_at": NOON, "expires_at": NOON}
    ],
    "audit_entry": [
        {"id": 1, **OF_ANN, "at": NOON, "action": "viewed", "subject": "plan"}
    ],
    "job": [
        {"id": 1, "kind": "plans", "team_id": 1, "manager_id": 1, "content": "{}"}
        | {"state": "waiting", "attempts": 0, "done": 0, "total": 0, "reason": ""}
        | {"created_at": NOON}
    ],
    "look_back": [
        {"id": 1, "agreement_id": 1, "theirs": "Done.", "mine": "", "created_at": NOON}
        | {"next_state": "agreed", "created_by_id": 1}
    ],
    "pair_event": [
        {"id": 7, **OF_ANN, "task_id": 1, "agreement_id": 1, "kind": "safeguard"}
        | {"value": 4, "criterion": "help", "by_id": 2, "at": NOON}
    ],
    "own_view": [
        {"id": 1, **OF_ANN, "link_id": 1, "asked_by_id": 1, "asked_at": NOON}
        | {"on_paper": True, "received_at": NOON, "can": "é", "cannot_yet": ""}
        | {"needs_from_manager": "", "can_be_counted_on": "", "revealed_at": NOON}
    ],
    "own_answer": [{"own_view_id": 1, "criterion": "help", "score": 4}],
    "own_choice": [{"own_view_id": 1, "task_id": 1, "level": 6}],
    "step": [
        {"id": 1, **OF_ANN, "task_id": 1, "kind": "repair", "criterion": "needs"}
        | {"text": "Ask first.", "due_on": NOON.date(), "created_by_id": 1}
        | {"created_at": NOON, "version": 2}
    ],
    "postponement": [{"id": 1, **OF_ANN, "manager_id": 1, "started_at": NOON}],
    "team_conditions": [
        {"team_id": 1, "direction": False, "answered_at": NOON, "version": 1}
        | {"direction_action": "Tell.", "expectations_action": ""}
        | {"attention_action": "", "certainty_action": ""}
    ],
    "team_round": [
        {"id": 1, "team_id": 1, "asked_at": NOON, "codes": 7, "answers": 5}
        | {"direction_no": 1, "expectations_no": 2}
        | {"attention_no": 0, "certainty_no": 5}
    ],
    "self_check": [
        {"manager_id": 2, "fear": 3, "learning": "Let go.", "changed_at": NOON}
        | {"version": 1}
    ],
}
"""Rows of every table there was before the newest migration."""


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request, tmp_path):
    """An app on a database in which there is nothing at all."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'delegate.sqlite'}"
    else:
        url = request.getfixturevalue("postgresql").create()
    app = make_app(url, tmp_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        request.getfixturevalue("postgresql").drop(url)


def fill():
    """Add `ROWS` to the tables that there are, and return these."""
    tables = sa.MetaData()
    tables.reflect(db.engine)
    tables.remove(tables.tables["alembic_version"])
    with db.engine.begin() as connection:
        for table in tables.sorted_tables:
            connection.execute(table.insert(), ROWS[table.name])
    return tables.sorted_tables


def rows_of(tables):
    """Return all rows of these tables, with the columns that they had then."""
    with db.engine.connect() as connection:
        return {
            table.name: connection.execute(in_order(table)).mappings().all()
            for table in tables
        }


def in_order(table):
    return sa.select(table).order_by(*table.primary_key)


def revision():
    with db.engine.connect() as connection:
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def made_before():
    return [one.path.name for one in backups.found()]


def test_upgrading_from_nothing_gives_the_models(app):
    with app.app_context():
        flask_migrate.check()


def test_upgrading_twice_is_nothing(app):
    with app.app_context():
        flask_migrate.upgrade()
        flask_migrate.upgrade()
        flask_migrate.check()


def test_what_is_known_of_agreements_is_how_it_came_about(bare):
    with bare.app_context():
        flask_migrate.upgrade(revision="0002")
        fill()
        flask_migrate.upgrade()

        events = sa.text("SELECT kind, value, by_id, at FROM pair_event")
        with db.engine.connect() as connection:
            [event] = connection.execute(events).all()
        assert event[:3] == ("drafted", 4, 2)
        assert str(event.at).startswith(str(NOON))


def test_every_step_can_be_undone(app):
    with app.app_context():
        flask_migrate.downgrade(revision="base")

        assert db.inspect(db.engine).get_table_names() == ["alembic_version"]


def test_every_constraint_has_the_name_of_its_model(app):
    with app.app_context():
        found = db.inspect(db.engine)
        for table in db.metadata.sorted_tables:
            theirs = {
                check["name"] for check in found.get_check_constraints(table.name)
            }
            ours = {c.name for c in table.constraints if c.name.startswith("ck_")}
            assert theirs == ours, table.name


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_sqlite_recipe_is_followed(app, database):
    with app.app_context(), db.engine.connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "foreign_keys",
                "synchronous",
                "busy_timeout",
                "secure_delete",
                "journal_mode",
                "application_id",
            )
        }

    assert pragma == {
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 15000,
        "secure_delete": 1,
        "journal_mode": "wal",
        "application_id": recipe.APPLICATION_ID,
    }


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_new_file_is_for_its_owner_only(tmp_path, database):
    path = tmp_path / "sub" / "new.sqlite"
    recipe.prepare_file(f"sqlite:///{path}")

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_may_write_waits_its_turn(app, database, tmp_path):
    """A write transaction takes the lock when it begins, not when it first writes."""
    other = sqlite3.connect(tmp_path / "delegate.sqlite", timeout=0)
    with app.app_context():
        db.session.execute(db.text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_upgrade_loses_nothing_of_what_was_there(bare, revision):
    with bare.app_context():
        flask_migrate.upgrade(revision=revision)
        tables = fill()
        before = rows_of(tables)
        assert all(before.values())

        flask_migrate.upgrade()

        assert rows_of(tables) == before
        flask_migrate.check()


def test_a_step_in_either_direction_gives_out_no_id_anew(bare):
    """What was erased must not lend its id to what comes next."""
    with bare.app_context():
        flask_migrate.upgrade(revision="0003")
        fill()
        for step in (flask_migrate.upgrade, flask_migrate.downgrade):
            events = sa.Table("pair_event", sa.MetaData(), autoload_with=db.engine)
            with db.engine.begin() as connection:
                [last] = connection.execute(added(events)).inserted_primary_key
                connection.execute(events.delete())
            step()
            with db.engine.begin() as connection:
                [next_one] = connection.execute(added(events)).inserted_primary_key

            assert next_one > last


def added(events):
    """Return the statement that adds an event, whose id the database gives out."""
    row = {key: value for key, value in ROWS["pair_event"][0].items() if key != "id"}
    return events.insert().values(row)


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_a_fresh_file_is_not_backed_up(bare):
    with bare.app_context():
        flask_migrate.upgrade()
        flask_migrate.upgrade()

        assert made_before() == []


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
@pytest.mark.parametrize("number", range(len(REVISIONS) - 1))
def test_a_file_with_tables_is_backed_up_before_an_upgrade(bare, number):
    with bare.app_context():
        flask_migrate.upgrade(revision=REVISIONS[number])
        fill()

        flask_migrate.upgrade()

        [made] = backups.found()
        assert made.path.name.startswith(f"before-{REVISIONS[number + 1]}-")
        assert made.path.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(made.path)) as connection:
            of = connection.execute("SELECT version_num FROM alembic_version")
            assert of.fetchall() == [(REVISIONS[number],)]
            found = connection.execute("SELECT name FROM employee").fetchall()
            assert found == [("Ann",)]


@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_without_that_backup_nothing_is_upgraded(bare, tmp_path):
    with bare.app_context():
        flask_migrate.upgrade(revision=REVISIONS[-2])
    (tmp_path / "backups").write_text("in the way")

    result = bare.test_cli_runner().invoke(args=["db", "upgrade"])

    assert result.exit_code == 1
    assert "No backup was made in" in result.stderr
    with bare.app_context():
        assert revision() == REVISIONS[-2]


FAILING = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{head}"

def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer()))
    op.execute("UPDATE employee SET name = 'half'")
    op.execute("ALTER TABLE task ADD COLUMN half INTEGER")
    op.execute("SELECT * FROM no_such_table")
"""


def test_an_upgrade_that_fails_leaves_everything_as_it_was(bare, tmp_path):
    """Also the steps before the one that failed are undone."""
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    script = FAILING.format(head=REVISIONS[-1])
    (folder / "versions" / "9999_fails.py").write_text(script)
    config = Config()
    config.set_main_option("script_location", str(folder))
    with bare.app_context():
        flask_migrate.upgrade(revision=REVISIONS[-2])
        tables = fill()
        before = rows_of(tables)
        columns = db.inspect(db.engine).get_multi_columns()

        with pytest.raises(sa.exc.DatabaseError, match="no_such_table"):
            command.upgrade(config, "head")

        assert revision() == REVISIONS[-2]
        assert rows_of(tables) == before
        assert str(db.inspect(db.engine).get_multi_columns()) == str(columns)
        flask_migrate.upgrade()
        flask_migrate.check()


def test_a_path_that_is_not_absolute_is_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = make_app("sqlite:///own.sqlite", tmp_path / "data")
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()

    assert (tmp_path / "data" / "own.sqlite").exists()
    assert not (tmp_path / "own.sqlite").exists()
