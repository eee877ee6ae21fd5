"""Passkeys and the second step in a real browser, with an authenticator of its own."""

import re
import time

import factory
import pytest
from browser import check_accessible

from delegate.identity import strong
from delegate.models import Manager, Passkey, db

PRESENT = {"automaticPresenceSimulation": True, "isUserVerified": True}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    **PRESENT,
}


@pytest.fixture
def at(live_server):
    """The address of a page by a name that passkeys can be made for."""
    return lambda path: live_server.url.replace("127.0.0.1", "localhost") + path


@pytest.fixture
def page(new_page, at):
    """A page of nobody's, in a browser that has an authenticator built in."""
    page = new_page(signed_in=False)
    page.session = page.context.new_cdp_session(page)
    page.session.send("WebAuthn.enable", {"enableUI": False})
    added = page.session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.authenticator = added["authenticatorId"]
    page.goto(at("/account/sign-in"))
    return page


def sign_in(page):
    page.get_by_label("E-mail address").fill("hanneke@example.org")
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")


def add_passkey(page, at, name="laptop"):
    page.goto(at("/passkeys/"))
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is added").wait_for()


def sign_out(page, at):
    page.goto(at("/account/"))
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("heading", name="Sign in").wait_for()


def no_user_verification(page):
    """Let the device sign for whoever holds it, without a finger or a face."""
    page.session.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": page.authenticator, "isUserVerified": False},
    )


def test_a_passkey_is_added_signs_in_and_is_removed(page, at):
    sign_in(page)
    add_passkey(page, at)
    check_accessible(page)
    page.get_by_text("laptop · added on").wait_for()

    sign_out(page, at)
    check_accessible(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(at("/"))

    page.goto(at("/passkeys/"))
    page.get_by_text("laptop · last used on").wait_for()
    page.get_by_role("button", name=re.compile("Remove ?, laptop")).click()
    page.get_by_text("You have none yet.").wait_for()
    sign_out(page, at)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("This passkey opens nothing here.").wait_for()


def test_a_passkey_leads_where_one_was_going_and_needs_no_code(live_server, page, at):
    sign_in(page)
    add_passkey(page, at)
    with live_server.app.app_context():
        manager = db.session.get(Manager, live_server.manager_id)
        manager.totp_secret = strong.seal(strong.new_secret())
        db.session.commit()
    sign_out(page, at)

    page.goto(at("/people/"))
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url(at("/people/"))


def test_a_passkey_signs_in_once_more(live_server, page, at, monkeypatch):
    sign_in(page)
    add_passkey(page, at)
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 16 * 60)
    page.goto(at("/authenticator/"))
    page.get_by_role("heading", name="Sign in once more").wait_for()
    check_accessible(page)

    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url(at("/authenticator/"))
    page.get_by_role("heading", name="Codes of an app").wait_for()


def test_a_passkey_without_its_finger_opens_nothing(page, at):
    sign_in(page)
    add_passkey(page, at)
    sign_out(page, at)
    no_user_verification(page)

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_text("No passkey answered.").wait_for()
    assert "/account/sign-in" in page.url


def test_the_same_device_is_not_added_twice(live_server, page, at):
    sign_in(page)
    add_passkey(page, at)
    page.get_by_label("Name").fill("again")
    page.get_by_role("button", name="Add a passkey").click()

    page.get_by_text("No passkey answered.").wait_for()
    with live_server.app.app_context():
        assert len(db.session.scalars(db.select(Passkey)).all()) == 1


def test_an_answer_counts_once_and_only_to_what_was_asked(live_server, page, at):
    """Also where a passkey does not count its uses, as most that are synced."""
    sign_in(page)
    add_passkey(page, at)
    page.goto(at("/account/once-more?next=/people/"))
    held = answer_held_back(page, "/passkeys/once-more", "Use a passkey")

    def send():
        with live_server.app.app_context():
            db.session.scalars(db.select(Passkey)).one().sign_count = 0
            db.session.commit()
        return page.request.post(
            at("/passkeys/once-more"),
            data=held,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            max_redirects=0,
        ).headers["location"]

    assert send() == "/people/"
    assert send() == "/account/once-more?next=/people/"
    page.goto(at("/account/"))
    token = page.locator("[name=csrf_token]").first.input_value()
    assert page.request.post(at("/passkeys/ask"), form={"csrf_token": token}).ok
    assert send() == "/account/once-more?next=/people/"


def test_a_sign_in_that_was_overheard_opens_nothing_later(live_server, page, at):
    """Sent again whole, its cookies too, where a passkey does not count its uses."""
    sign_in(page)
    add_passkey(page, at)
    sign_out(page, at)
    held = answer_held_back(page, "/passkeys/sign-in", "Sign in with a passkey")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    answers = []
    for _time in range(3):
        with live_server.app.app_context():
            db.session.scalars(db.select(Passkey)).one().sign_count = 0
            db.session.commit()
        visitor = live_server.app.test_client()
        for name, value in cookies.items():
            visitor.set_cookie(name, value, domain="localhost")
        answer = visitor.post(
            "/passkeys/sign-in",
            data=held,
            content_type="application/x-www-form-urlencoded",
            base_url=at(""),
        )
        answers.append(answer.location)

    assert answers == ["/", "/account/sign-in", "/account/sign-in"]


def answer_held_back(page, path, button):
    """Return the form that would go to `path`; it does not go."""
    held = []

    def hold(route):
        held.append(route.request.post_data)
        route.abort()

    page.route(f"**{path}", hold)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name=button).click()
    page.unroute(f"**{path}")
    return held[0]


def test_a_passkey_signs_for_no_other_address(live_server, page, at):
    """The browser signs for this port; the server is told it is reached at another."""
    sign_in(page)
    add_passkey(page, at)
    sign_out(page, at)
    live_server.app.config["PUBLIC_URL"] = "http://localhost"

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_text("This passkey opens nothing here.").wait_for()


def test_without_javascript_the_page_says_what_works(new_page):
    page = new_page(js=False)
    page.goto("/passkeys/")

    assert page.get_by_text("Passkeys need JavaScript").is_visible()
    assert not page.get_by_role("button", name="Add a passkey").is_visible()


def test_at_a_bare_number_the_page_says_why_not(new_page):
    page = new_page()
    page.goto("/passkeys/")

    page.get_by_text("Passkeys need JavaScript, an address").wait_for()
    assert not page.get_by_role("button", name="Add a passkey").is_visible()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("dark", [False, True])
def test_codes_are_set_up_and_asked(live_server, new_page, dark, width):
    page = new_page(dark=dark, width=width)
    page.goto("/authenticator/")
    check_accessible(page)
    shown = "document.querySelector('.qr').naturalWidth"
    assert page.evaluate(shown) > 100
    secret = page.locator(".key").inner_text().replace(" ", "")
    code = strong.totp(secret).generate(time.time()).decode()
    page.get_by_label("Code of six digits").fill(code)
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    check_accessible(page)
    codes = page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_text("on, with 10 recovery codes left").wait_for()
    check_accessible(page)

    visitor = new_page(dark=dark, width=width, signed_in=False)
    visitor.goto("/account/sign-in")
    sign_in_halfway(visitor)
    check_accessible(visitor)
    visitor.get_by_label("Code of six digits").fill(codes[0])
    visitor.get_by_role("main").get_by_role("button", name="Sign in").click()
    visitor.wait_for_url("**/")


def sign_in_halfway(page):
    page.get_by_label("E-mail address").fill("hanneke@example.org")
    page.get_by_label("Password").fill(factory.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Second step").wait_for()


def test_a_passkey_that_was_copied_opens_nothing(live_server, page, at):
    """It has counted less than was counted here: there are two of it."""
    sign_in(page)
    add_passkey(page, at)
    sign_out(page, at)
    with live_server.app.app_context():
        db.session.scalars(db.select(Passkey)).one().sign_count = 1000
        db.session.commit()

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_text("This passkey opens nothing here.").wait_for()


def test_a_passkey_of_someone_else_makes_no_sign_in_fresh(
    live_server, page, at, monkeypatch
):
    sign_in(page)
    add_passkey(page, at)
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 16 * 60)
    page.goto(at("/authenticator/"))
    page.get_by_role("button", name="Use a passkey").wait_for()
    with live_server.app.app_context():
        give_to_another(db.session.scalars(db.select(Passkey)).one())

    page.get_by_role("button", name="Use a passkey").click()

    page.get_by_text("This passkey opens nothing here.").wait_for()
    page.get_by_role("heading", name="Sign in once more").wait_for()


def give_to_another(key):
    handle, key.manager.passkey_handle = key.manager.passkey_handle, None
    db.session.commit()
    key.manager, _team = factory.manager_with_team("Other")
    key.manager.passkey_handle = handle
    db.session.commit()
