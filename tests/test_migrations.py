"""Migrations and models tell the same story, on either database."""

import sqlite3

import flask_migrate
import pytest

from delegate import database as recipe
from delegate.models import db


def test_upgrading_from_nothing_gives_the_models(app):
    with app.app_context():
        flask_migrate.check()


def test_upgrading_twice_is_nothing(app):
    with app.app_context():
        flask_migrate.upgrade()
        flask_migrate.upgrade()
        flask_migrate.check()


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
