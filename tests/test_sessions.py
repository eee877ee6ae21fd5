"""Sessions: what opens one, what ends one, and what must not touch one."""

import sqlite3

import factory
import pytest
from browsing import Browser
from sqlalchemy import event

from delegate import sessions
from delegate.models import LoginSession, Manager, db


def kept(app):
    with app.app_context():
        return len(db.session.scalars(db.select(LoginSession.key_hash)).all())


def test_visitors_are_not_written_down(app, browser):
    browser.get("/account/first")
    browser.get("/nowhere", status=404)

    assert kept(app) == 0


def test_what_a_visitor_carries_cannot_be_made_up(app, alice, browser):
    with app.app_context():
        uniquifier = db.session.scalar(db.select(Manager.fs_uniquifier))
    with app.test_request_context():
        own = sessions.sign(app, sessions.Session({"_user_id": uniquifier}))
    for cookie in ("~", "~made.up.signature", f"{own}x", own):
        browser.client.set_cookie("session", cookie)
        assert browser.open("/account/").location.startswith("/account/sign-in")


@pytest.mark.parametrize("path", ["/static/nope.js", "/assets/nope.css"])
def test_a_missing_file_signs_nobody_out(alice, path):
    alice.open(path)

    alice.get("/account/")


def test_a_slower_request_does_not_bring_an_ended_session_back(app, alice):
    """It opened the session before it was ended, and saves it after."""
    key = alice.client.get_cookie("session").value
    with app.test_request_context(headers={"Cookie": f"session={key}"}) as context:
        slower = context.session
    slower["team"] = "1"
    alice.post("/account/sign-out")

    with app.app_context():
        assert sessions.keep(app, slower) is None
    assert kept(app) == 0
    elsewhere = Browser(app)
    elsewhere.client.set_cookie("session", key)
    assert elsewhere.open("/account/").location.startswith("/account/sign-in")


def test_nothing_but_the_session_says_who_someone_is(app, alice):
    with app.app_context():
        token = db.session.scalars(db.select(Manager)).one().get_auth_token()
    stranger = Browser(app)

    assert stranger.open(f"/account/?auth_token={token}").location
    stranger.headers["Authentication-Token"] = token
    assert stranger.open("/account/").location


def test_no_cookie_outlives_the_session(app, alice):
    browser = Browser(app)
    answer = browser.post(
        "/account/sign-in",
        email="alice@example.org",
        password=factory.PASSWORD,
        remember="y",
    )

    assert [line.split("=")[0] for line in answer.headers.getlist("Set-Cookie")] == [
        "session"
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_locked_database_says_that_nothing_was_saved(app, alice, tmp_path):
    with app.app_context():
        db.engine.dispose()
    other = sqlite3.connect(tmp_path / "delegate.sqlite", isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    do_not_wait_for_locks(app)

    answers = [
        alice.open("/account/"),
        alice.post("/account/", name="Alicia"),
        alice.post("/account/sign-out"),
    ]
    other.execute("ROLLBACK")
    other.close()

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    alice.get("/account/")


def do_not_wait_for_locks(app):
    with app.app_context():
        event.listen(
            db.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA busy_timeout = 100"),
        )
