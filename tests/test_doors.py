"""What holds for every route there is, and for every route still to come."""

import re

import factory
import pytest
from browsing import Browser
from flask import url_for

PUBLIC = {
    "static",
    "assets.file",
    "security.login",
    "security.logout",
    "account.first",
    "account.preferences",
    "health.alive",
    "health.ready",
    "method.index",
    "privacy.index",
    "recovery.index",
    "recovery.reset",
    "address.confirm",
    "invitations.accept",
}
MALFORMED = ("0", "-1", "1.5", "abc", "1%00", "99999999999999999999", "%F0%9F%99%82")


def ways_in(app, **arguments):
    """Return every way in: the endpoint, the method and an address to try.

    All at once: a context left open around a request would be taken for its own.
    """
    with app.test_request_context():
        return [
            (rule.endpoint, method, url_for(rule.endpoint, **given(rule, arguments)))
            for rule in app.url_map.iter_rules()
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        ]


def given(rule, arguments):
    return {name: arguments.get(name, "1") for name in rule.arguments}


def team_of(browser):
    """Fill a team with one row of each kind, and return their ids by argument."""
    with browser.app.app_context():
        employee = factory.employee(browser.team_id)
        task = factory.task(browser.team_id)
        factory.rated(employee, rater_id=browser.manager_id)
        rating = factory.rating(employee, "help", 4, rater_id=browser.manager_id)
        agreement = factory.agreement(employee, task)
        return {
            "employee_id": employee.id,
            "task_id": task.id,
            "agreement_id": agreement.id,
            "rating_id": rating.id,
            "team_id": browser.team_id,
            "criterion": "choices",
        }


def test_all_but_the_public_pages_want_a_sign_in(app, browser, alice):
    open_doors = {
        endpoint
        for endpoint, method, url in ways_in(app, **team_of(alice))
        if not (browser.open(url, method).location or "").startswith("/account/sign-in")
    }

    assert open_doors <= PUBLIC


def test_what_is_marked_public_is_meant_to_be(app):
    marked = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if getattr(view, "is_public", False)
    }

    assert marked <= PUBLIC


def test_someone_elses_rows_look_like_no_rows(app, alice, bob):
    rows = team_of(alice)
    seen = {
        (endpoint, method): bob.open(url, method).status_code
        for endpoint, method, url in ways_in(app, **rows)
        if any(f"{{{name}}}" for name in rows) and re.search(r"/\d+", url)
    }

    assert {door: code for door, code in seen.items() if code not in (404, 405)} == {}


def test_no_row_looks_the_same_as_someone_elses(app, alice, bob):
    rows = team_of(alice)
    for _, method, url in ways_in(app, **rows):
        if method == "GET" and re.search(r"/\d+", url):
            theirs = bob.open(url)
            none = bob.open(re.sub(r"/\d+", "/2000000000", url))
            assert theirs.status_code == none.status_code == 404
            assert normal(theirs.text) == normal(none.text), url


def normal(html):
    return re.sub(r'value="[^"]*"|<code>[0-9a-f]{16}</code>', "", html)


@pytest.mark.parametrize("id", MALFORMED)
def test_a_malformed_id_is_no_page(app, alice, id):
    rows = team_of(alice)
    for _, method, url in ways_in(app, **rows):
        if re.search(r"/\d+", url):
            address = re.sub(r"/\d+", f"/{id}", url)
            assert alice.open(address, method).status_code in (404, 405), address


def test_every_post_wants_a_token(app, alice):
    rows = team_of(alice)
    app.config["WTF_CSRF_ENABLED"] = True
    open_doors = {
        url
        for _, method, url in ways_in(app, **rows)
        if method not in ("GET",) and alice.open(url, method).status_code != 400
    }

    assert open_doors == set()


def test_a_form_without_its_token_gets_words_in_the_readers_language(app, alice):
    app.config["WTF_CSRF_ENABLED"] = True
    alice.headers["Accept-Language"] = "nl"
    page = alice.page(alice.post("/account/", name="Alice"), 400)

    assert page.html["lang"] == "nl"
    assert "Deze pagina stond te lang open" in page.h1.text


def test_every_page_is_sound_in_both_languages(app, alice):
    rows = team_of(alice)
    for language in ("en", "nl"):
        alice.headers["Accept-Language"] = language
        for endpoint, method, url in ways_in(app, **rows):
            response = alice.open(url) if method == "GET" else None
            if response and response.mimetype == "text/html" and not response.location:
                page = alice.page(response, response.status_code)
                assert page.html["lang"] == language, endpoint


def test_every_answer_carries_the_headers(app, alice):
    rows = team_of(alice)
    for browser in (alice, Browser(app)):
        for endpoint, method, url in ways_in(app, **rows):
            if method != "GET":
                continue
            headers = browser.open(url).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            if endpoint not in ("static", "assets.file"):
                assert headers["Cache-Control"] == "no-store", endpoint


def test_an_unknown_address_is_a_page_in_the_readers_language(browser):
    assert "There is nothing here" in browser.get("/nowhere", status=404).h1.text


def test_the_health_pages_answer(browser):
    assert browser.open("/healthz").status_code == 200
    assert browser.open("/readyz").status_code == 200
