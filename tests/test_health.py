"""What a watcher of the server is told: the process, the database, the worker."""

from datetime import timedelta

import flask_migrate
import pytest
from factory import add

from delegate.models import Job, db, utc_now
from delegate.pages.health import PATIENCE

LONG_AGO = PATIENCE + timedelta(seconds=5)
JUST_NOW = PATIENCE - timedelta(seconds=5)


def asked(browser, path="/readyz"):
    answer = browser.open(path)
    assert answer.mimetype == "text/plain"
    return answer.status_code, answer.text


def test_a_fresh_installation_is_ready(browser):
    assert asked(browser) == (200, "ok")


def test_tables_of_another_version_are_not(app, browser):
    with app.app_context():
        flask_migrate.downgrade(revision="base")

    assert asked(browser) == (503, "run: flask db upgrade")
    assert asked(browser, "/healthz") == (200, "ok")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_without_its_database_the_process_lives_but_is_not_ready(
    app, browser, database, postgresql
):
    with app.app_context():
        db.engine.dispose()
    postgresql.drop(database)

    answers = asked(browser), asked(browser, "/healthz")
    postgresql.create(db_name(database), like=postgresql.empty)

    assert answers == ((503, "no database"), (200, "ok"))
    assert asked(browser) == (200, "ok")


def db_name(url):
    return url.rpartition("/")[2].partition("?")[0]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nobody_notices_that_the_database_was_started_again(
    alice, database, postgresql
):
    alice.get("/account/")
    postgresql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{db_name(database)}'"
    )

    alice.get("/account/")


def job(browser, state, waited, renewed=None):
    """Add work that was asked for and last worked on this long ago."""
    with browser.app.app_context():
        add(
            Job(
                kind="plans",
                team_id=browser.team_id,
                manager_id=browser.manager_id,
                content="{}",
                state=state,
                claim="x" if state == "running" else None,
                claimed_at=utc_now() - renewed if renewed else None,
                created_at=utc_now() - waited,
            )
        )


@pytest.mark.parametrize(
    ("jobs", "done"),
    [
        ([("waiting", JUST_NOW)], True),
        ([("waiting", LONG_AGO)], False),
        ([("running", LONG_AGO, JUST_NOW)], True),
        ([("running", LONG_AGO, LONG_AGO)], False),
        ([("waiting", LONG_AGO), ("running", LONG_AGO, JUST_NOW)], True),
        ([("failed", LONG_AGO, LONG_AGO)], True),
    ],
)
def test_work_that_nobody_does_is_noticed(alice, jobs, done):
    for each in jobs:
        job(alice, *each)

    assert asked(alice) == (200, "ok" if done else "ok, but no worker")
