"""Signing in tells nothing of who has an account, and opens no page of a library's."""

import importlib
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import argon2
import pytest
from browsing import Browser
from factory import PASSWORD

from delegate import create_app
from delegate.identity import accounts, letters
from delegate.models import Manager, db

OURS = {"login", "logout", "change_password"}


@pytest.fixture
def computed(monkeypatch):
    """How often a password was hashed, to keep it or to compare it."""
    times = []

    def counted(real):
        return lambda *args, **kwargs: times.append(1) or real(*args, **kwargs)

    for module in (argon2.low_level,):
        for name in ("hash_secret", "verify_secret"):
            monkeypatch.setattr(module, name, counted(getattr(module, name)))
    return times


def text_of(answer):
    return [line for line in answer.text.splitlines() if "csrf" not in line]


@pytest.mark.parametrize(
    ("email", "password", "values"),
    [
        ("nobody@example.org", "not this one", {}),
        ("alice@example.org", "not this one", {"active": False}),
        ("alice@example.org", "four words of some length", {"active": False}),
        ("alice@example.org", "not this one", {"confirmed_at": None}),
    ],
)
def test_every_refusal_at_sign_in_is_the_same(
    app, alice, computed, email, password, values
):
    known = Browser(app).sign_in("alice@example.org", "not this one")
    as_long = len(computed)
    if values:
        with app.app_context():
            db.session.execute(db.update(Manager).values(**values))
            db.session.commit()
    computed.clear()

    other = Browser(app).sign_in(email, password)

    assert other.status_code == known.status_code == 422
    assert text_of(known) == [
        line.replace(email, "alice@example.org") for line in text_of(other)
    ]
    assert len(computed) == as_long == 1


@pytest.mark.parametrize("password", ["x" * 4097, "\ufdfa" * 300])
def test_more_than_can_be_hashed_is_a_wrong_password(app, alice, password):
    for path, field in (("sign-in", "password"), ("once-more", "password")):
        form = {"email": "alice@example.org", field: password}
        browser = alice if path == "once-more" else Browser(app)
        assert browser.post(f"/account/{path}", **form).status_code == 422, path


@pytest.fixture
def open_while_hashing(monkeypatch):
    """How many transactions were open, each time that a password was hashed."""
    seen = []

    def noted(real):
        return lambda *args, **kwargs: (
            seen.append(db.engine.pool.checkedout()) or real(*args, **kwargs)
        )

    for name in ("hash_secret", "verify_secret"):
        monkeypatch.setattr(
            argon2.low_level, name, noted(getattr(argon2.low_level, name))
        )
    return seen


def test_what_is_too_long_for_an_address_is_not_looked_through(
    app, alice, browser, monkeypatch
):
    """A few megabytes would take many seconds, of anyone who knocks."""
    library = importlib.import_module("email_validator.validate_email")
    seen, real = set(), library.split_email
    monkeypatch.setattr(
        library, "split_email", lambda email: seen.add(len(email)) or real(email)
    )
    long = "a" * 321 + "@example.org"

    assert browser.sign_in(long).status_code == 422
    with app.test_request_context(), pytest.raises(ValueError, match="email"):
        accounts.normal_address(long)
    assert browser.sign_in("alice@example.org").location == "/"
    assert seen == {len("alice@example.org")}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/sign-in", {"email": "alice@example.org", "password": "wrong"}),
        ("/account/sign-in", {"email": "alice@example.org", "password": PASSWORD}),
        ("/account/sign-in", {"email": "nobody@example.org", "password": "wrong"}),
        ("/account/once-more", {"password": "wrong"}),
        (
            "/account/password",
            {
                "password": PASSWORD,
                "new_password": "another few words together",
                "new_password_confirm": "another few words together",
            },
        ),
    ],
)
def test_nobody_waits_while_a_password_is_hashed(
    app, alice, open_while_hashing, path, form
):
    browser = Browser(app) if path.endswith("sign-in") else alice
    browser.post(path, **form)

    assert open_while_hashing
    assert not any(open_while_hashing)


def test_nobody_waits_while_the_first_account_is_made(browser, open_while_hashing):
    form = {"name": "Ann", "email": "ann@example.org", "password": PASSWORD}
    assert browser.post("/account/first", **form).location == "/"
    assert open_while_hashing == [0]


def test_nobody_waits_while_a_password_is_set_by_a_link(app, alice, open_while_hashing):
    with app.app_context(), app.test_request_context():
        link = letters.password_link(db.session.get(Manager, alice.manager_id))
    open_while_hashing.clear()

    answer = Browser(app).post(link, password="another few words together")

    assert answer.location == "/account/sign-in"
    assert open_while_hashing == [0]


def test_of_two_clicks_on_a_password_link_only_one_sets_it(app, alice, monkeypatch):
    """Both had it open before they hashed, and would set what they hashed after."""
    with app.app_context(), app.test_request_context():
        link = letters.password_link(db.session.get(Manager, alice.manager_id))
    together, real = Barrier(2), accounts.hash_password

    def hashed(password):
        together.wait(30)
        return real(password)

    monkeypatch.setattr(accounts, "hash_password", hashed)

    def click(password):
        return Browser(app).post(link, password=password).status_code, password

    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(click, ["meanwhile a few words", "a few words together"])

    (_done, kept), (_late, other) = found = sorted(answers)
    assert [status for status, _password in found] == [302, 404]
    signed_in = [
        Browser(app).sign_in("alice@example.org", password).status_code
        for password in (kept, other)
    ]
    assert signed_in == [302, 422]


def test_a_password_link_does_not_outlive_the_address_it_was_for(app, alice):
    """Also where no mail server is, so that a change of address ends no session."""
    with app.app_context(), app.test_request_context():
        link = letters.password_link(db.session.get(Manager, alice.manager_id))
        accounts.set_address(
            db.session.get(Manager, alice.manager_id), "al@example.org"
        )

    assert Browser(app).open(link).status_code == 404


def test_of_two_first_accounts_at_once_one_is_made(app, monkeypatch):
    """Both saw that there was none, and hash their password at the same time."""
    together, real = Barrier(2), accounts.hash_password

    def hashed(password):
        together.wait(30)
        return real(password)

    monkeypatch.setattr(accounts, "hash_password", hashed)

    def make(name):
        form = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
        return Browser(app).post("/account/first", **form)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(make, ["ann", "bo"]))

    made, told = sorted(answers, key=lambda answer: answer.status_code)
    assert (made.status_code, made.location, told.status_code) == (302, "/", 422)
    assert "Somebody else made the first account just now." in told.text
    with app.app_context():
        [only] = db.session.scalars(db.select(Manager)).all()
        assert only.is_admin


def test_keys_made_at_the_first_start_are_for_their_owner_only(tmp_path):
    """Whatever the machine lets others read of new files."""
    usual = os.umask(0)
    try:
        first, again = (
            create_app({"DATA_DIR": str(tmp_path / "data")}) for _start in range(2)
        )
        with first.app_context():
            code = accounts.first_code()
    finally:
        os.umask(usual)

    kept = {path.name: path for path in (tmp_path / "data").iterdir()}
    assert kept.keys() == {"secret-key", accounts.CODE_FILE}
    assert {path.stat().st_mode & 0o777 for path in kept.values()} == {0o600}
    assert kept["secret-key"].parent.stat().st_mode & 0o777 == 0o700
    key = kept["secret-key"].read_text()
    assert first.config["SECRET_KEY"] == again.config["SECRET_KEY"] == key
    assert (len(key), len(code)) == (64, 22)


def test_on_postgresql_nothing_starts_without_a_key_that_was_given(tmp_path):
    url = "postgresql://ann@localhost/x"

    with pytest.raises(RuntimeError, match="SECRET_KEY is not set: give one, of 32"):
        create_app({"DATA_DIR": str(tmp_path), "SQLALCHEMY_DATABASE_URI": url})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["//[x", "http://[", "/\\[x"])
def test_a_way_back_that_cannot_be_read_leads_nowhere(alice, browser, way):
    assert alice.post("/account/preferences", next=way).location == "/"
    form = {"email": "alice@example.org", "password": PASSWORD}
    for asked in ({"next": way}, {}):
        query = "" if asked else f"?next={way}"
        answer = browser.post(f"/account/sign-in{query}", **form, **asked)
        assert answer.status_code == 400


def test_the_library_opens_no_page_that_is_not_meant(app):
    opened = {
        rule.endpoint.removeprefix("security.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("security.")
    }

    assert opened == OURS
