"""Accounts: the first one, signing in and out, the password, the sessions."""

import factory
import pytest
from browsing import Browser
from factory import PASSWORD

from delegate.models import LoginSession, Manager, db

FIRST = {"name": "Hanneke Vos", "email": "Hanneke@Example.org", "password": PASSWORD}


def test_the_first_account_is_made_and_signed_in(app, browser):
    response = browser.post("/account/first", **FIRST)

    assert response.location == "/"
    assert browser.get("/account/").select_one("#name")["value"] == "Hanneke Vos"
    with app.app_context():
        assert db.session.scalars(db.select(Manager.email)).all() == [
            "hanneke@example.org"
        ]


def test_a_name_is_not_overwritten_from_an_older_tab(alice):
    version = alice.get("/account/").select_one("[name=version]")["value"]
    here, there = ({"name": name, "version": version} for name in ("Ali", "Alicia"))
    statuses = [alice.post("/account/", **one).status_code for one in (here, here)]
    late = alice.page(alice.post("/account/", **there), 409)
    version = late.select_one("[name=version]")["value"]

    assert statuses == [302, 302]
    assert [one.text for one in late.select("#conflict dd")] == ["Alicia", "Ali"]
    assert late.select_one("#name")["value"] == "Alicia"
    alice.post("/account/", name="Alicia", version=version)
    assert alice.get("/account/").select_one("#name")["value"] == "Alicia"


def test_a_second_first_account_is_not_made(alice, browser):
    assert browser.post("/account/first", **FIRST).location == "/account/sign-in"


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("email", "hanneke", "This is not an e-mail address."),
        ("password", "x" * 11, "at least 12 characters"),
        ("password", "four words\0 of some length", "a character that cannot be kept"),
        ("name", " ", "Fill this in."),
        ("name", "Hann\0eke", "This has a character that cannot be kept."),
    ],
)
def test_a_bad_first_account_is_refused(browser, field, value, fault):
    page = browser.page(browser.post("/account/first", **{**FIRST, field: value}), 422)

    assert fault in page.text


def test_the_first_account_from_elsewhere_needs_the_code(app, browser):
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}}
    runner = app.test_cli_runner()
    notes = runner.invoke(args=["start-notes", "--url", "http://localhost"]).output
    address = notes.split()[-1].removeprefix("http://localhost")

    assert browser.open("/account/first", **elsewhere).status_code == 403
    assert browser.open("/account/first?code=", **elsewhere).status_code == 403
    assert browser.open(address, **elsewhere).status_code == 200


def test_a_visitor_through_a_proxy_is_not_taken_for_local(browser):
    brought = {"headers": {"X-Forwarded-For": "192.0.2.1"}}

    assert browser.open("/account/first", **brought).status_code == 403


@pytest.mark.parametrize("code", ["é", "x" * 5000, "%00"])
def test_a_strange_code_opens_nothing(browser, code):
    brought = {"headers": {"Via": "1.1 proxy"}}

    assert browser.open(f"/account/first?code={code}", **brought).status_code == 403


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PUBLIC_URL", "https://plan.example.org"),
        ("TRUSTED_PROXIES", 1),
    ],
)
def test_behind_a_proxy_nobody_sits_at_the_machine(app, browser, setting, value):
    app.config[setting] = value

    assert browser.open("/account/first").status_code == 403


def test_another_name_for_this_machine_is_not_this_machine(browser):
    answer = browser.open("/account/first", base_url="http://evil.example")

    assert answer.status_code == 403


def test_signing_in_leads_back_to_where_one_was_going(app, alice, browser):
    response = browser.open("/tasks/?sort=stakes")

    assert response.location == "/account/sign-in?next=/tasks/?sort%3Dstakes"


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\x", "/a\r\nX: y", "/\t/evil"],
)
def test_no_redirect_leaves_the_site(alice, address):
    assert alice.post("/account/preferences", next=address).location == "/"
    response = Browser(alice.app).open(
        f"/account/sign-in?next={address}",
        "POST",
        data={"email": "alice@example.org", "password": factory.PASSWORD},
    )
    assert "evil" not in (response.location or "")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(alice, browser):
    known = browser.post("/account/sign-in", email="alice@example.org", password="no")
    unknown = browser.post("/account/sign-in", email="eve@example.org", password="no")

    assert [line for line in known.text.splitlines() if "csrf" not in line] == [
        line.replace("eve@", "alice@")
        for line in unknown.text.splitlines()
        if "csrf" not in line
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"password": "no"}, "Dit is niet je wachtwoord."),
        ({"password": ""}, "Vul dit in."),
        ({"new_password": "kort"}, "Neem minstens 12 tekens, en hoogstens 128."),
        ({"new_password_confirm": "x"}, "Dit is een ander dan hierboven."),
        ({"new_password": factory.PASSWORD}, "Neem een ander dan nu."),
    ],
)
def test_a_bad_new_password_is_refused_in_the_readers_language(alice, changes, fault):
    alice.headers["Accept-Language"] = "nl"
    good = {"password": factory.PASSWORD, "new_password": "another few words"}
    typed = {**good, **changes}
    typed.setdefault("new_password_confirm", typed["new_password"])

    page = alice.page(alice.post("/account/password", **typed), 422)

    assert fault in page.text


def test_a_wrong_password_is_told_in_the_readers_language(alice, browser):
    browser.headers["Accept-Language"] = "nl"
    answer = browser.post("/account/sign-in", email="alice@example.org", password="x")
    page = browser.page(answer, 422)

    assert "Dit adres en dit wachtwoord horen niet bij elkaar." in page.text
    assert "E-mailadres" in page.text


def test_signing_out_is_in_the_frame_of_every_page(app, alice):
    page = alice.get("/tasks/")
    button = page.select_one(".menu button[form]")
    way_out = page.select_one(f"form#{button['form']}[method=post]")

    assert way_out.select_one("[name=csrf_token]")
    alice.post(way_out["action"])
    assert alice.open("/tasks/").location.startswith("/account/sign-in")


def test_signing_out_ends_the_session_on_the_server(app, alice):
    alice.post("/account/sign-out")

    assert alice.open("/account/").location.startswith("/account/sign-in")
    with app.app_context():
        ended = db.session.scalars(
            db.select(LoginSession).filter_by(manager_id=alice.manager_id)
        ).all()
    assert ended == []


def test_signing_in_changes_the_key_of_the_session(app, browser, alice):
    browser.get("/account/sign-in")
    browser.open("/account/preferences", "POST", data={"language": "nl"})
    before = browser.client.get_cookie("session")
    browser.sign_in("alice@example.org")

    assert before != browser.client.get_cookie("session")


def test_a_new_password_ends_every_other_session(app, alice):
    elsewhere = Browser(app)
    elsewhere.sign_in("alice@example.org")
    new = "another few words together"

    response = alice.post(
        "/account/password",
        password=factory.PASSWORD,
        new_password=new,
        new_password_confirm=new,
    )

    assert response.location == "/account/"
    alice.get("/account/")
    assert elsewhere.open("/account/").location.startswith("/account/sign-in")
    assert Browser(app).sign_in("alice@example.org", new).location == "/"


def test_the_key_of_a_session_is_not_in_the_database(app, alice):
    key = alice.client.get_cookie("session").value
    with app.app_context():
        kept = db.session.scalars(db.select(LoginSession.key_hash)).all()

    assert key not in kept


def test_an_account_can_be_made_from_the_command_line(app):
    runner = app.test_cli_runner()
    made = runner.invoke(
        args=["users", "create", "a@example.org", "--password", factory.PASSWORD]
    )
    again = runner.invoke(
        args=["users", "create", "A@example.org", "--password", factory.PASSWORD]
    )

    assert (made.exit_code, made.output) == (0, "Added a@example.org.\n")
    assert again.exit_code == 1
    assert "There is an account with this address." in again.output
