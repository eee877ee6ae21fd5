"""Strong sign-in: what weighs much asks for it again; a second step to it."""

import time

import factory
import pytest

from delegate import access
from delegate.models import LoginSession, db

LATER = access.FRESH.total_seconds() + 1


@pytest.fixture
def clock(monkeypatch):
    """Let time pass: `clock(seconds)`, counted from now."""
    start = time.time()

    def set_to(seconds):
        monkeypatch.setattr(time, "time", lambda: start + seconds)

    return set_to


@pytest.fixture
def weighty(app):
    """A page that asks for a recent sign-in, and forms from here and elsewhere."""

    @app.get("/weighty/<int:id>")
    @access.fresh
    def weighty(id):
        return f"shown {id}"

    @app.post("/weighty/<int:id>")
    @access.fresh
    def do(id):
        return f"done {id}"

    @app.post("/weighty/<int:id>/<word>")
    @access.fresh
    def elsewhere(id, word):
        return f"done {id} {word}"


@pytest.mark.usefixtures("weighty")
def test_what_weighs_much_is_open_just_after_signing_in(alice, clock):
    assert alice.open("/weighty/1?a=b").text == "shown 1"
    assert alice.post("/weighty/1").text == "done 1"
    clock(LATER - 2)
    assert alice.open("/weighty/1").text == "shown 1"


@pytest.mark.usefixtures("weighty")
@pytest.mark.parametrize(
    ("method", "path", "back"),
    [
        ("GET", "/weighty/1?a=b", "/weighty/1?a=b"),
        ("POST", "/weighty/1", "/weighty/1"),
        ("POST", "/weighty/1/now", "/weighty/1"),
    ],
)
def test_later_it_asks_once_more_and_leads_back(alice, clock, method, path, back):
    clock(LATER)
    asked = alice.open(path, method).location
    assert asked.startswith("/account/once-more?next=")

    assert alice.post(asked, password="not it at all").status_code == 422
    assert alice.open(path, method).location == asked
    answer = alice.post(asked, password=factory.PASSWORD)

    assert answer.location == back
    assert alice.open(back).text == "shown 1"


@pytest.mark.usefixtures("weighty")
def test_signing_in_once_more_leads_nowhere_else(alice):
    asked = "/account/once-more?next=https://evil.example/"

    assert alice.post(asked, password=factory.PASSWORD).location == "/"


def test_signing_in_once_more_gives_the_session_a_new_key(app, alice):
    def keys():
        with app.app_context():
            return db.session.scalars(db.select(LoginSession.key_hash)).all()

    [before] = keys()
    alice.post("/account/once-more", password=factory.PASSWORD)

    [after] = keys()
    assert after != before
