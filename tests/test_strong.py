"""Strong sign-in: what weighs much asks for it again; a second step to it."""

import time
from base64 import urlsafe_b64encode

import factory
import pytest
from browsing import Browser
from conftest import on_one_database

from delegate import access
from delegate.identity import letters, strong
from delegate.models import LoginSession, Manager, db
from delegate.pages import passkeys

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


WEIGHTY = """
    address.index authenticator.index authenticator.off authenticator.renew_codes
    passkeys.index passkeys.add passkeys.offer passkeys.remove
    invitations.invite invitations.activate invitations.deactivate
    invitations.password_link sharing.invite sharing.hand_over calendar.make
    copies.show export.index export.table export.workbook export.everything
    erasing.person erasing.team erasing.account
    """
"""What changes who comes in, takes out much, or is for good."""


@on_one_database
def test_all_that_weighs_much_is_marked(app):
    views = app.view_functions.items()
    marked = {name for name, view in views if getattr(view, "is_fresh", False)}

    assert marked == {*WEIGHTY.split()}


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


def code_now(secret, steps=0):
    """Return what an authenticator app shows, some steps from now."""
    return strong.totp(secret).generate(time.time() + steps * strong.STEP).decode()


def set_up(browser):
    """Turn the second step on; return the secret and the recovery codes."""
    page = browser.get("/authenticator/")
    secret = page.select_one(".key").text.replace(" ", "")
    sealed = page.select_one("[name=secret]")["value"]
    answer = browser.post("/authenticator/", secret=sealed, code=code_now(secret))
    return secret, [code.text for code in browser.page(answer).select(".codes code")]


def one(app, what=Manager):
    with app.app_context():
        return db.session.scalars(db.select(what)).one()


@pytest.fixture
def halfway(app, alice, clock):
    """A browser with Alice's password and not yet her code; the secret, the codes."""
    secret, codes = set_up(alice)
    clock(strong.STEP)  # The code that turned it on counts no more.
    browser = Browser(app)
    browser.sign_in("alice@example.org")
    return browser, secret, codes


def is_in(browser):
    return browser.open("/account/").status_code == 200


def test_after_the_password_a_code_is_asked(app, alice, clock):
    secret, _ = set_up(alice)
    clock(strong.STEP)
    browser = Browser(app)
    answer = browser.post(
        "/account/sign-in?next=/people/",
        email="alice@example.org",
        password=factory.PASSWORD,
        next="/people/",
    )
    assert answer.location == "/authenticator/step?next=/people/"
    assert not is_in(browser)
    wrong = browser.post(answer.location, code="000000")
    assert "This is no code of now" in browser.page(wrong, 422).text
    assert not is_in(browser)

    done = browser.post(answer.location, code=code_now(secret, steps=1))

    assert done.location == "/people/"
    assert is_in(browser)


def test_a_code_opens_once(app, halfway):
    browser, secret, _ = halfway
    code = code_now(secret)
    again = Browser(app)
    again.sign_in("alice@example.org")

    assert browser.post("/authenticator/step", code=code).status_code == 302
    assert again.post("/authenticator/step", code=code).status_code == 422
    assert (
        again.post("/authenticator/step", code=code_now(secret, -1)).status_code == 422
    )
    assert not is_in(again)


def test_the_code_that_turned_it_on_opens_nothing(app, alice):
    secret, _ = set_up(alice)
    browser = Browser(app)
    browser.sign_in("alice@example.org")

    answer = browser.post("/authenticator/step", code=code_now(secret))

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("steps", "status"), [(-2, 422), (-1, 422), (0, 302), (1, 302), (2, 422)]
)
def test_a_clock_may_be_a_little_off(halfway, steps, status):
    """The step before is that of the code which turned it on."""
    browser, secret, _ = halfway
    answer = browser.post("/authenticator/step", code=code_now(secret, steps))

    assert answer.status_code == status


def test_a_recovery_code_opens_once(app, halfway):
    browser, _, codes = halfway
    again = Browser(app)
    again.sign_in("alice@example.org")
    typed = codes[3].upper().replace("-", " ")

    assert browser.post("/authenticator/step", code=typed).status_code == 302
    assert again.post("/authenticator/step", code=codes[3]).status_code == 422
    assert again.post("/authenticator/step", code=codes[4]).status_code == 302
    assert len(one(app).recovery_codes) == strong.RECOVERY_CODES - 2
    [told] = again.get("/account/").select(".flashes .note")
    assert "You have 8 left." in told.text
    assert told.a["href"] == "/authenticator/"


@pytest.mark.parametrize("typed", ["", " ", "0", "é", "\U0001f642" * 6, "x" * 5000])
def test_what_is_no_code_is_refused(halfway, typed):
    browser, _, _ = halfway

    assert browser.post("/authenticator/step", code=typed).status_code == 422


def test_codes_cannot_be_guessed_at(halfway):
    browser, secret, _ = halfway
    answers = [browser.post("/authenticator/step", code="000000") for _ in range(11)]

    assert answers[9].status_code == 422
    assert answers[10].status_code == 429
    right = browser.post("/authenticator/step", code=code_now(secret))
    assert right.status_code == 429


def test_who_waits_too_long_begins_anew(halfway, clock):
    browser, secret, _ = halfway
    clock(strong.STEP + strong.PATIENCE)
    answer = browser.post("/authenticator/step", code=code_now(secret))

    assert answer.location == "/account/sign-in"
    assert not is_in(browser)


def test_no_second_step_without_a_first(app, alice, browser):
    secret, _ = set_up(alice)

    answer = browser.post("/authenticator/step", code=code_now(secret, steps=1))

    assert answer.location == "/account/sign-in"


def test_a_changed_password_ends_what_was_halfway(app, alice, halfway):
    browser, secret, _ = halfway
    alice.post(
        "/account/password",
        password=factory.PASSWORD,
        new_password="another four words entirely",
        new_password_confirm="another four words entirely",
    )

    answer = browser.post("/authenticator/step", code=code_now(secret))

    assert answer.location == "/account/sign-in"


def test_what_is_kept_makes_no_code(app, alice):
    secret, codes = set_up(alice)
    kept = one(app)

    assert secret not in kept.totp_secret
    assert not {code.replace("-", "") for code in codes} & set(kept.recovery_codes)
    with app.test_request_context():
        assert strong.unseal(kept.totp_secret) == secret
        app.config["SECRET_KEY"] = "another one"
        assert strong.unseal(kept.totp_secret) is None


def test_a_wrong_code_keeps_the_same_picture(alice):
    page = alice.get("/authenticator/")
    sealed = page.select_one("[name=secret]")["value"]
    again = alice.page(alice.post("/authenticator/", secret=sealed, code="000000"), 422)

    assert again.select_one(".key").text == page.select_one(".key").text
    assert again.select_one(".qr")["src"].startswith("data:image/svg+xml")


def test_the_secret_of_someone_else_is_not_taken(alice, bob):
    page = alice.get("/authenticator/")
    secret = page.select_one(".key").text.replace(" ", "")
    sealed = page.select_one("[name=secret]")["value"]
    answer = bob.post("/authenticator/", secret=sealed, code=code_now(secret))

    assert bob.page(answer, 422).select_one(".key").text.replace(" ", "") != secret


def test_turning_it_on_and_off_signs_other_browsers_out(app, alice, clock):
    other = Browser(app)
    other.sign_in("alice@example.org")
    secret, _ = set_up(alice)
    assert (is_in(alice), is_in(other)) == (True, False)

    clock(strong.STEP)
    other.sign_in("alice@example.org")
    other.post("/authenticator/step", code=code_now(secret))
    assert is_in(other)
    alice.post("/authenticator/off")

    assert (is_in(alice), is_in(other)) == (True, False)
    assert not one(app).totp_secret
    assert not one(app).recovery_codes
    other.sign_in("alice@example.org")
    assert is_in(other)


def test_new_recovery_codes_replace_the_older_ones(app, alice, halfway):
    browser, _, codes = halfway
    saw = alice.get("/authenticator/").select_one("[name=saw]")["value"]
    page = alice.page(alice.post("/authenticator/codes", saw=saw))
    fresh = [code.text for code in page.select(".codes code")]

    assert len(set(fresh)) == strong.RECOVERY_CODES
    assert browser.post("/authenticator/step", code=codes[0]).status_code == 422
    assert browser.post("/authenticator/step", code=fresh[0]).status_code == 302


def shown_once(app, browser, path, **sent):
    """Click at once; what one answer shows counts, and the others say so."""
    answers = browser.click_again_and_again(path, times=4, **sent)
    pages = [browser.page(one, one.status_code) for one in answers if not one.location]
    [shown] = [found for page in pages if (found := page.select(".codes code"))]
    assert all(page.select("#conflict, .codes") for page in pages)
    kept = [strong.hash_of(code.text.replace("-", "")) for code in shown]
    return kept == one(app).recovery_codes


def test_of_clicks_at_once_the_recovery_codes_that_are_shown_count(app, alice):
    """Setting it up gives a new session: to click after that leads to the sign-in."""
    page = alice.get("/authenticator/")
    sealed = page.select_one("[name=secret]")["value"]
    code = code_now(page.select_one(".key").text.replace(" ", ""))

    with app.app_context():
        assert shown_once(app, alice, "/authenticator/", secret=sealed, code=code)


def test_of_clicks_at_once_the_new_recovery_codes_that_are_shown_count(app, alice):
    set_up(alice)
    saw = alice.get("/authenticator/").select_one("[name=saw]")["value"]

    with app.app_context():
        assert shown_once(app, alice, "/authenticator/codes", saw=saw)


def test_a_new_password_by_mail_does_not_skip_the_second_step(app, alice, halfway):
    _, secret, _ = halfway
    with app.app_context():
        manager = db.session.scalars(db.select(Manager)).one()
        with app.test_request_context():
            link = letters.password_link(manager)
    browser = Browser(app)
    words = "another four words entirely"
    browser.post(link, password=words, password_confirm=words, once_more=words)
    browser.sign_in("alice@example.org", words)

    assert not is_in(browser)
    browser.post("/authenticator/step", code=code_now(secret))
    assert is_in(browser)


def test_what_changes_how_one_signs_in_asks_it_again(alice, clock):
    clock(LATER)
    for method, path in [
        ("GET", "/authenticator/"),
        ("POST", "/authenticator/"),
        ("POST", "/authenticator/off"),
        ("POST", "/authenticator/codes"),
        ("GET", "/passkeys/"),
        ("POST", "/passkeys/"),
        ("POST", "/passkeys/offer"),
        ("POST", "/passkeys/1/remove"),
        ("GET", "/address/"),
    ]:
        answer = alice.open(path, method).location or ""
        assert answer.startswith("/account/once-more"), path


def test_guesses_at_the_password_once_more_are_counted(alice):
    answers = [
        alice.post("/account/once-more", password="not it at all").status_code
        for _ in range(11)
    ]

    assert answers[-2:] == [422, 429]


def test_an_administrator_lets_in_who_lost_everything(app, alice):
    set_up(alice)
    with app.app_context():
        factory.passkey(alice.manager_id)
    command = ["users", "forget-factors", "alice@example.org"]
    told = app.test_cli_runner().invoke(args=command).output

    assert told.startswith("alice@example.org now signs in with the password alone.")
    assert "recovery codes are gone, and every browser is signed out" in told
    assert not is_in(alice)
    alice.sign_in("alice@example.org")
    assert is_in(alice)
    assert "You have none yet." in alice.get("/passkeys/").text


@pytest.mark.parametrize(
    ("called", "by_name"),
    [
        ("http://127.0.0.1:8000", "http://localhost:8000/passkeys/"),
        ("http://localhost:8000", None),
        ("https://delegate.example.org", None),
    ],
)
def test_passkeys_called_by_number_point_to_the_name(app, called, by_name):
    with app.test_request_context("/passkeys/", base_url=called):
        assert passkeys.by_name() == by_name


CLIENT_DATA = urlsafe_b64encode(
    b'{"type": "webauthn.get", "challenge": "AA", "origin": "x"}'
).decode()
CUT_OFF = urlsafe_b64encode(bytes(32) + b"\x80" + bytes(4) + b"\x19").decode()
"""What a device says of itself, with extensions that end within a number."""


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "1",
        "null",
        '{"id": 1}',
        '{"id": "AA", "rawId": "AA"}',
        '{"rawId": "AA", "response": {"clientDataJSON": "e30", "signature": "",'
        ' "authenticatorData": "AA", "attestationObject": "oA"}}',
        f'{{"id": "AA", "rawId": "AA", "response": {{"clientDataJSON": "{CLIENT_DATA}",'
        f' "signature": "", "authenticatorData": "{CUT_OFF}"}}}}',
        "[" * 9000,
        "x" * 30_000,
    ],
)
def test_what_no_passkey_answered_opens_nothing(app, alice, answer):
    visitor = Browser(app)
    visitor.post("/passkeys/ask")
    assert visitor.post("/passkeys/sign-in", answer=answer).location
    assert not is_in(visitor)
    alice.post("/passkeys/ask")
    again = alice.post("/passkeys/once-more", answer=answer, next="/people/")
    assert again.location == "/account/once-more?next=/people/"
    alice.post("/passkeys/offer")
    assert alice.post("/passkeys/", name="x", answer=answer).status_code == 422


def test_no_address_of_flask_security_is_open_that_is_not_used(app):
    known = {"security.login", "security.logout", "security.change_password"}
    theirs = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("security.")
    }

    assert theirs <= known


@pytest.mark.parametrize(
    ("public", "site"),
    [(None, "localhost"), ("https://delegate.example.org/", "delegate.example.org")],
)
def test_a_passkey_is_for_the_address_from_outside(app, browser, public, site):
    app.config["PUBLIC_URL"] = public
    asked = browser.post("/passkeys/ask").json

    assert (asked["rpId"], asked["userVerification"]) == (site, "required")


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/password"])
def test_whoever_asks_for_json_gets_the_same_page(alice, browser, path):
    for visitor in (alice, browser):
        visitor.headers["Accept"] = "application/json"
        assert visitor.open(path).mimetype == "text/html"
