"""Sessions: what opens one, what ends one, and what must not touch one."""

import sqlite3
from datetime import timedelta

import factory
import pytest
from browsing import Browser
from sqlalchemy import event

from delegate.identity import sessions
from delegate.models import LoginSession, Manager, db, utc_now

SOON = timedelta(minutes=1)


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


def test_a_session_ends_two_weeks_after_the_last_visit(app, alice):
    def set_to(**values):
        with app.app_context():
            db.session.execute(db.update(LoginSession).values(**values))
            db.session.commit()

    set_to(seen_at=utc_now() - timedelta(days=2), expires_at=utc_now() + SOON)
    alice.get("/account/")
    with app.app_context():
        ends = db.session.scalar(db.select(LoginSession.expires_at))
    assert ends > utc_now() + sessions.IDLE - SOON

    set_to(expires_at=utc_now() - SOON)
    assert alice.open("/account/").location.startswith("/account/sign-in")


@pytest.mark.parametrize("path", ["/static/nope.js", "/assets/nope.css"])
def test_a_missing_file_signs_nobody_out(alice, path):
    alice.open(path)

    alice.get("/account/")


def slow_request(app, browser):
    """Return a session as a request has it that began by now, and is not done."""
    key = browser.client.get_cookie("session").value
    with app.test_request_context(headers={"Cookie": f"session={key}"}) as context:
        slower = context.session
    slower["team"] = "1"
    return key, slower


@pytest.mark.parametrize("renewals", [0, 1, 2])
def test_a_slower_request_does_not_bring_an_ended_session_back(app, alice, renewals):
    """It opened the session before it was ended, and saves it after."""
    key, slower = slow_request(app, alice)
    for _ in range(renewals):
        slower.renew()
    alice.post("/account/sign-out")

    with app.test_request_context():
        assert sessions.keep(app, slower) is None
    assert kept(app) == 0
    elsewhere = Browser(app)
    elsewhere.client.set_cookie("session", key)
    assert elsewhere.open("/account/").location.startswith("/account/sign-in")


@pytest.mark.parametrize("renewals", [0, 1])
def test_an_account_deleted_during_a_request_gets_no_session(app, alice, renewals):
    _, slower = slow_request(app, alice)
    for _ in range(renewals):
        slower.renew()
    with app.test_request_context():
        db.session.execute(db.delete(Manager).filter_by(id=alice.manager_id))
        db.session.commit()

        assert sessions.keep(app, slower) is None
    assert kept(app) == 0


def test_of_a_session_renewed_twice_the_first_key_opens_nothing(app, alice):
    key, slower = slow_request(app, alice)
    slower.renew()
    slower.renew()
    with app.test_request_context():
        assert sessions.keep(app, slower) not in (None, key)

    assert kept(app) == 1
    assert alice.open("/account/").location.startswith("/account/sign-in")


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


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"


def browser_of(app, agent, language="en"):
    browser = Browser(app, language)
    browser.headers["User-Agent"] = agent
    browser.sign_in("alice@example.org")
    return browser


def listed(browser):
    """Return what the account page says of each browser that is signed in."""
    lines = browser.get("/account/").select("section[aria-labelledby=browsers] li")
    return [line.span.find(string=True).strip(" ·\n") for line in lines]


def test_the_account_page_lists_where_one_is_signed_in(app, alice, bob):
    firefox = browser_of(app, FIREFOX)
    browser_of(app, EDGE)

    assert set(listed(firefox)) == {
        "Firefox on Linux",
        "Edge on Windows",
        "A browser without a name",
    }
    [this] = firefox.get("/account/").select("section[aria-labelledby=browsers] strong")
    assert "Firefox on Linux" in this.parent.text
    assert len(listed(bob)) == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("<script>alert(1)</script>", "A browser without a name"),
        ("x" * 5000 + " Firefox/1", "Firefox"),
    ],
)
def test_a_browser_is_called_what_people_call_it(app, alice, agent, words):
    assert words in listed(browser_of(app, agent))


def test_one_browser_is_signed_out_and_no_other(app, alice):
    firefox, edge = browser_of(app, FIREFOX), browser_of(app, EDGE)
    page = firefox.get("/account/")
    [line] = [
        line
        for line in page.select("section[aria-labelledby=browsers] li")
        if "Edge" in line.text
    ]
    firefox.post("/account/browsers/end", browser=line.button["value"])

    assert edge.open("/account/").location
    firefox.get("/account/")
    alice.get("/account/")


def test_all_other_browsers_are_signed_out(app, alice, bob):
    firefox, edge = browser_of(app, FIREFOX), browser_of(app, EDGE)
    firefox.post("/account/browsers/end")

    assert edge.open("/account/").location
    assert alice.open("/account/").location
    assert listed(firefox) == ["Firefox on Linux"]
    bob.get("/account/")


def test_nobody_signs_out_a_browser_of_someone_else(app, alice, bob):
    with app.app_context():
        handles = [
            sessions.handle_of(one)
            for one in db.session.scalars(db.select(LoginSession))
        ]
    for handle in handles:
        if handle != own_handle(bob):
            bob.post("/account/browsers/end", browser=handle)

    alice.get("/account/")


def own_handle(browser):
    """Return what names this browser's session, from the key in its cookie."""
    key = browser.client.get_cookie("session").value
    return sessions.handle_of(LoginSession(key_hash=sessions.digest(key)))


def test_what_names_a_browser_opens_nothing(app, alice):
    firefox = browser_of(app, FIREFOX)
    page = firefox.get("/account/")
    kept = {row.key_hash for row in rows(app)}
    for button in page.select("section[aria-labelledby=browsers] button[value]"):
        assert not any(button["value"] in key for key in kept)
        assert not any(sessions.digest(button["value"]) == key for key in kept)


def rows(app):
    with app.app_context():
        return db.session.scalars(db.select(LoginSession)).all()


def test_when_one_signed_in_outlives_a_new_key(app, alice):
    [before] = rows(app)
    with app.app_context():
        one = db.session.scalars(db.select(LoginSession)).one()
        one.created_at = one.created_at.replace(year=2025)
        db.session.commit()
    alice.post("/account/once-more", password=factory.PASSWORD)

    [after] = rows(app)
    assert after.key_hash != before.key_hash
    assert after.created_at.year == 2025


def test_no_address_on_the_network_is_kept(app, alice):
    alice.open("/account/", environ_base={"REMOTE_ADDR": "198.51.100.7"})
    browser = Browser(app)
    browser.open(
        "/account/sign-in",
        "POST",
        data={"email": "alice@example.org", "password": factory.PASSWORD},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )

    assert not [row for row in rows(app) if "198.51" in row.content + row.device]
