"""Guessing: counted in the database, for everybody together, and not for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import factory
import pytest
from browsing import Browser
from conftest import make_app

from delegate.identity import throttle
from delegate.models import Tries, db, utc_now

ADDRESS = "alice@example.org"
WRONG = "not this one at all"


def guess(browser, times, email=ADDRESS):
    """Return the status of each of `times` sign-ins with a wrong password."""
    return [browser.sign_in(email, WRONG).status_code for _ in range(times)]


def kept(app):
    with app.app_context():
        return db.session.scalars(db.select(Tries)).all()


@pytest.mark.parametrize("email", [ADDRESS, "nobody@example.org"])
def test_the_eleventh_guess_at_an_account_has_to_wait(alice, browser, email):
    assert guess(browser, 10, email) == [422] * 10

    answer = browser.sign_in(email, WRONG)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) in range(880, 901)
    assert "Try again in about 15 minutes." in browser.page(answer, 429).text


def test_the_right_password_does_not_help_either_until_then(app, alice, browser):
    guess(browser, 11)

    assert browser.sign_in(ADDRESS).status_code == 429

    with app.app_context():
        db.session.execute(db.update(Tries).values(until=utc_now()))
        db.session.commit()
    assert browser.sign_in(ADDRESS).location == "/"


def test_waiting_does_not_begin_anew_with_every_guess(app, alice, browser):
    guess(browser, 10)
    soon = utc_now() + timedelta(seconds=61)
    with app.app_context():
        db.session.execute(db.update(Tries).values(until=soon))
        db.session.commit()

    answer = browser.sign_in(ADDRESS, WRONG)

    assert int(answer.headers["Retry-After"]) <= 61
    assert "Try again in about 2 minutes." in browser.page(answer, 429).text


def test_the_wait_is_told_in_dutch(alice, browser):
    browser.headers["Accept-Language"] = "nl"
    guess(browser, 10)

    page = browser.page(browser.sign_in(ADDRESS, WRONG), 429)

    assert "Probeer het over ongeveer 15 minuten opnieuw." in page.text


def test_other_ways_to_write_an_address_are_the_same_account(alice, browser):
    guess(browser, 5)
    guess(browser, 5, " Alice@Example.ORG ")

    assert guess(browser, 1) == [429]


def test_wide_letters_are_the_same_account(alice, browser):
    guess(browser, 10)

    assert guess(browser, 1, "alice@ｅxａmple.org") == [429]


def test_signing_in_clears_the_count_of_the_account(alice, browser):
    guess(browser, 9)
    browser.sign_in(ADDRESS)

    assert guess(Browser(browser.app), 10) == [422] * 10


def test_one_address_on_the_network_cannot_try_every_account(app, alice, browser):
    for number in range(5):
        guess(browser, 10, f"someone{number}@example.org")

    assert guess(browser, 1) == [429]

    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}}
    form = {"email": ADDRESS, "password": factory.PASSWORD}
    answer = browser.open("/account/sign-in", "POST", data=form, **elsewhere)
    assert answer.location == "/"


def test_those_who_sign_in_do_not_use_up_their_network(app, alice):
    for _ in range(55):
        assert Browser(app).sign_in(ADDRESS).location == "/"


def test_a_restart_does_not_forget(app, alice, browser, tmp_path):
    guess(browser, 10)
    again = make_app(app.config["SQLALCHEMY_DATABASE_URI"], tmp_path)

    assert guess(Browser(again), 1) == [429]
    with again.app_context():
        db.engine.dispose()


def test_tries_at_the_same_time_all_count(app):
    together = Barrier(8)

    def attempt(_):
        together.wait()
        with app.test_request_context():
            throttle.count(throttle.by_account("password", ADDRESS))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(8)))

    [tries] = kept(app)
    assert tries.count == 8


def test_no_address_is_written_down(app, browser):
    guess(browser, 1)

    rows = kept(app)
    assert len(rows) == 2
    assert all(len(row.key) == 64 for row in rows)
    app.config["SECRET_KEY"] = "another"
    guess(browser, 1)
    assert len(kept(app)) == 4


def test_what_is_long_ago_is_swept(app, alice, browser):
    guess(browser, 1, "someone@example.org")
    with app.app_context():
        db.session.execute(db.update(Tries).values(until=utc_now()))
        db.session.commit()

    browser.sign_in(ADDRESS)

    assert [row.count for row in kept(app)] == [0]


def test_the_code_of_the_first_account_cannot_be_guessed_at(browser):
    brought = {"headers": {"Via": "1.1 proxy"}}
    answers = [
        browser.open(f"/account/first?code={number}", **brought).status_code
        for number in range(51)
    ]

    assert answers == [403] * 50 + [429]
