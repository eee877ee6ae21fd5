"""Which passwords are taken, wherever one is set."""

import subprocess
import sys

import factory
import pytest

from delegate.identity.passwords import COMMON, OWN, weakness
from delegate.models import Manager, db

HANNEKE = "hanneke.vos@example.org Hanneke Vos delegate"
SHORT = "Take at least 12 characters, and at most 128."
FIRST = {"name": "Hanneke Vos", "email": "hanneke.vos@example.org"}


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("passwordpassword", COMMON),
        ("password password", COMMON),
        ("Sunshine2026!!", COMMON),
        ("2026-sunshine", COMMON),
        ("Wachtwoord01!", COMMON),
        ("welkomwelkom1", COMMON),
        ("1qaz2wsx3edc4rfv", COMMON),
        ("111111111111", COMMON),
        ("abcabcabcabc", COMMON),
        ("123456789012", COMMON),
        ("abcdefghijklm", COMMON),
        ("!!!!!!!!!!!!", COMMON),
        ("hanneke.vos@example.org", OWN),
        ("HannekeVos1974", OWN),
        ("delegatedelegate", OWN),
        ("Delegate2026!!", OWN),
        ("passworddelegate", COMMON),
        ("four words of some length", None),
        ("correct horse battery staple", None),
        ("hanneke likes tea at four", None),
        ("839201749382", None),
        ("   a few spaces   ", None),
        ("wij eten boerenkool", None),
        ("Привет, большой мир", None),
        ("🙂🌳🚲🧀🌷🐄🌧️🏡🎻🧭🪁🦉", None),
    ],
)
def test_what_is_guessed_first_is_refused_and_nothing_else(password, fault):
    assert weakness(password, HANNEKE) == fault


@pytest.mark.parametrize(
    ("length", "words"), [(11, SHORT), (12, None), (128, None), (129, SHORT)]
)
def test_a_password_has_12_to_128_characters(browser, length, words):
    password = ("nine cups of tea " * 10)[: length - 1] + "z"

    answer = browser.post("/account/first", **FIRST, password=password)

    assert words in browser.page(answer, 422).text if words else answer.location == "/"


def test_the_whole_password_counts(app, browser):
    password = ("nine cups of tea " * 10)[:127] + "z"
    browser.post("/account/first", **FIRST, password=password)
    browser.post("/account/sign-out")

    assert browser.sign_in(FIRST["email"], password[:-1]).status_code == 422
    assert browser.sign_in(FIRST["email"], password).location == "/"


def test_the_same_letters_written_otherwise_are_the_same_password(browser):
    browser.post("/account/first", **FIRST, password="cafe\u0301 met vier woorden")
    browser.post("/account/sign-out")

    assert browser.sign_in(FIRST["email"], "caf\u00e9 met vier woorden").location == "/"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Sunshine2026!!", "Dit hoort bij de wachtwoorden die het eerst"),
        ("hannekevos1974", "Dit is weinig meer dan je eigen naam of adres."),
    ],
)
def test_the_first_account_cannot_have_it_either(browser, password, words):
    browser.headers["Accept-Language"] = "nl"
    answer = browser.post("/account/first", **FIRST, password=password)

    assert words in browser.page(answer, 422).text


@pytest.mark.parametrize("password", ["passwordpassword", "alice@example.org"])
def test_a_password_cannot_be_changed_into_it(alice, password):
    answer = alice.post(
        "/account/password",
        password=factory.PASSWORD,
        new_password=password,
        new_password_confirm=password,
    )

    assert answer.status_code == 422


def test_the_command_line_refuses_it_too(app):
    command = ["users", "create", "eve@example.org", "--password", "passwordpassword"]
    result = app.test_cli_runner().invoke(args=command)

    assert str(COMMON) in result.stderr
    with app.app_context():
        assert db.session.scalar(db.select(Manager.id)) is None


def test_the_list_is_not_loaded_before_it_is_asked():
    """A start is not to wait for what few requests need."""
    code = (
        "import sys; from delegate import create_app;"
        "create_app({'SECRET_KEY': 'x', 'SQLALCHEMY_DATABASE_URI': 'sqlite://'});"
        "sys.exit('zxcvbn' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
