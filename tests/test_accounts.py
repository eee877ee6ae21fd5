"""Signing in tells nothing of who has an account, and opens no page of a library's."""

import argon2
import pytest
from browsing import Browser

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


def test_the_library_opens_no_page_that_is_not_meant(app):
    opened = {
        rule.endpoint.removeprefix("security.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("security.")
    }

    assert opened == OURS
