"""Invitations: made by the administrator, taken up once; and the list of accounts."""

import re
from threading import Barrier

import factory
import pytest
from browser import check_accessible
from browsing import Browser, at_once
from flask import request_started

from delegate.identity import inviting
from delegate.models import Link, LoginSession, Manager, Membership, Tries, db, utc_now

NEW = "another few words together"
BOB = {"name": "Bob", "password": NEW}


@pytest.fixture
def admin(app, alice):
    """Alice, an administrator."""
    with app.app_context():
        db.session.get(Manager, alice.manager_id).is_admin = True
        db.session.commit()
    return alice


def invited(admin, email="bob@example.org", language="en"):
    """Invite someone and return the path that is shown to copy."""
    answer = admin.post("/invitations/", email=email, language=language)
    return shown_to_copy(admin.page(answer))


def shown_to_copy(page):
    return page.select_one("#address")["value"].removeprefix("http://localhost")


def into_team(app, alice, email, role="editor"):
    """Invite someone into the team of Alice and return the path."""
    with app.test_request_context():
        by = db.session.get(Manager, alice.manager_id)
        made = inviting.invite(email, by, "en", alice.team_id, role)
        return made.address.removeprefix("http://localhost")


def members(app):
    with app.app_context():
        rows = db.session.execute(
            db.select(Manager.email, Membership.role).join_from(
                Membership, Manager, Manager.id == Membership.manager_id
            )
        )
        return sorted(map(tuple, rows))


def test_the_first_account_is_the_administrators_and_no_other(app, browser):
    first = {"name": "Hanneke", "email": "h@example.org", "password": NEW}
    browser.post("/account/first", **first)
    app.test_cli_runner().invoke(
        args=["users", "create", "b@example.org", "--password", NEW]
    )

    with app.app_context():
        rows = db.session.execute(db.select(Manager.email, Manager.is_admin))
        assert sorted(map(tuple, rows)) == [
            ("b@example.org", False),
            ("h@example.org", True),
        ]


def test_someone_invited_makes_an_account_and_is_signed_in(app, admin, browser):
    path = invited(admin)
    page = browser.get(path)
    answer = browser.post(path, **BOB)

    assert "bob@example.org" in page.text
    assert page.select("input[name=email]") == []
    assert answer.location == "/board/"
    assert "Bob" in browser.get("/account/").text
    assert Browser(app).sign_in("bob@example.org", NEW).location == "/"


@pytest.mark.parametrize(("chosen", "spoken"), [(None, "nl"), ("en", "en")])
def test_who_takes_it_up_reads_on_in_its_language(admin, browser, chosen, spoken):
    path = invited(admin, language="nl")
    if chosen:
        browser.post("/account/preferences", language=chosen)

    answer = browser.post(path, **BOB)

    assert browser.get(answer.location).html["lang"] == spoken


def test_it_says_who_invites_to_what_and_what_delegate_is(app, alice, browser):
    with app.app_context():
        db.session.get(Manager, alice.manager_id).name = "<b>Al</b>"
        db.session.commit()

    looks = browser.get(into_team(app, alice, "bob@example.org", "viewer")).main
    rates = browser.get(into_team(app, alice, "bob@example.org", "editor")).main

    for page in (looks, rates):
        assert "<b>Al</b> (alice@example.org) invites you to Delegate" in page.text
        assert "“Team of Alice”" in page.text
        assert "managers plan what to hand over" in page.text
    assert "to see what is written, and change nothing" in looks.text
    assert "to rate, agree and change as they do, and also to export" in rates.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Fill this in."),
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "passwordpassword"}, "tried first"),
    ],
)
def test_a_fault_leaves_the_invitation_open(admin, browser, changes, words):
    path = invited(admin)

    page = browser.page(browser.post(path, **{**BOB, **changes}), 422)

    assert words in page.text
    assert browser.post(path, **BOB).status_code == 302


def test_an_invitation_is_taken_up_once(app, admin, browser):
    path = invited(admin)

    answers = browser.click_again_and_again(path, **BOB)

    assert sorted(answer.status_code for answer in answers) == [302, 404, 404]
    Browser(app).get(path, 404)


@pytest.mark.parametrize(
    "values",
    [{"expires_at": utc_now()}, {"revoked_at": utc_now()}, {"used_at": utc_now()}],
)
def test_what_is_over_opens_nothing(app, admin, browser, values):
    path = invited(admin)
    with app.app_context():
        db.session.execute(db.update(Link).values(**values))
        db.session.commit()

    browser.get(path, 404)
    assert browser.post(path, **BOB).status_code == 404


def test_of_many_clicks_one_invitation_is_open(app, admin):
    sent = {"email": "bob@example.org", "language": "en"}
    admin.click_again_and_again("/invitations/", times=8, **sent)

    with app.app_context():
        assert len(db.session.scalars(inviting.open_ones()).all()) == 1


def test_reloading_what_was_made_leaves_its_link(admin, browser):
    sent = {"email": "bob@example.org", "language": "en", "version": "0"}
    path = shown_to_copy(admin.page(admin.post("/invitations/", **sent)))
    late = admin.page(admin.post("/invitations/", **sent), 409)
    seen = late.select_one("[name=version]")["value"]

    assert "its link opens" in late.text
    browser.get(path)
    again = admin.page(admin.post("/invitations/", **{**sent, "version": seen}))
    browser.get(path, 404)
    browser.get(shown_to_copy(again))


def test_a_withdrawn_invitation_opens_nothing(admin, browser):
    path = invited(admin)
    form = admin.get("/invitations/").select_one("form[action$=withdraw]")
    answer = admin.post(form["action"])

    assert answer.location == "/invitations/"
    browser.get(path, 404)
    assert "bob@example.org opens nothing now" in admin.get("/invitations/").text


def test_the_address_is_shown_once_and_not_kept(app, admin):
    token = invited(admin).split("/")[-1].split("?")[0]

    assert token not in admin.get("/invitations/").text
    with app.app_context():
        assert token not in db.session.scalars(db.select(Link.token_hash)).all()


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("bob", "This is not an e-mail address."),
        ("alice@example.org", "There is an account with this address."),
        ("", "Fill this in."),
    ],
)
def test_whom_one_cannot_invite(admin, email, words):
    answer = admin.post("/invitations/", email=email, language="en")

    assert words in admin.page(answer, 422).text


def test_who_has_no_account_comes_into_the_team_with_it(app, alice, browser):
    path = into_team(app, alice, "eve@example.org", "viewer")
    browser.post(path, name="Eve", password=NEW)

    assert members(app) == [
        ("alice@example.org", "owner"),
        ("eve@example.org", "viewer"),
    ]


def test_who_has_an_account_joins_with_its_password(app, alice, bob, browser):
    path = into_team(app, alice, "bob@example.org")

    wrong = browser.page(browser.post(path, password="not this one"), 422)
    right = browser.post(path, password=factory.PASSWORD)

    assert "This is not your password." in wrong.text
    assert right.location == f"/board/?team={alice.team_id}"
    assert ("bob@example.org", "editor") in members(app)
    bob.get(f"/board/?team={alice.team_id}")


def test_two_clicks_join_once(app, alice, bob, browser):
    path = into_team(app, alice, "bob@example.org")

    answers = browser.click_again_and_again(path, password=factory.PASSWORD)

    assert sorted(answer.status_code for answer in answers) == [302, 404, 404]
    assert members(app).count(("bob@example.org", "editor")) == 1


def test_who_is_in_the_team_stays_what_they_were(app, alice, browser):
    path = into_team(app, alice, "alice@example.org", "viewer")
    browser.post(path, password=factory.PASSWORD)

    assert members(app) == [("alice@example.org", "owner")]


def test_a_session_of_another_does_not_take_it_up(app, alice, bob):
    """The address is invited, not whoever happens to be signed in."""
    path = into_team(app, alice, "eve@example.org")

    assert "Make the account" in bob.get(path).text
    assert bob.post(path).status_code == 422


def test_the_password_at_an_invitation_cannot_be_guessed_at(app, alice, bob, browser):
    path = into_team(app, alice, "bob@example.org")
    answers = [browser.post(path, password="no").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_only_an_administrator_sees_the_accounts(alice, admin, bob):
    assert "bob@example.org" in admin.get("/invitations/").text
    assert "Accounts and invitations" in admin.get("/account/").text
    assert "Accounts and invitations" not in bob.get("/account/").text
    bob.get("/invitations/", 404)
    for path in ("", "1/withdraw", "accounts/1/deactivate", "accounts/1/activate"):
        assert bob.post(f"/invitations/{path}").status_code == 404


def test_a_deactivated_account_is_out_at_once(app, admin, bob):
    answer = admin.post(f"/invitations/accounts/{bob.manager_id}/deactivate")

    assert answer.location == "/invitations/"
    assert bob.open("/account/").location.startswith("/account/sign-in")
    assert Browser(app).sign_in("bob@example.org").status_code == 422
    with app.app_context():
        kept = db.select(LoginSession).filter_by(manager_id=bob.manager_id)
        assert db.session.scalars(kept).all() == []
    admin.post(f"/invitations/accounts/{bob.manager_id}/activate")
    assert Browser(app).sign_in("bob@example.org").location == "/"


def test_one_cannot_deactivate_oneself(admin):
    path = f"/invitations/accounts/{admin.manager_id}/deactivate"

    assert admin.post(path).status_code == 404
    admin.get("/account/")


def test_what_weighs_asks_to_sign_in_once_more(app, admin, bob):
    with app.app_context():
        for kept in db.session.scalars(db.select(LoginSession)):
            kept.content = re.sub(r'"fs_paa": [\d.]+', '"fs_paa": 0', kept.content)
        db.session.commit()

    for path in ("", f"accounts/{bob.manager_id}/deactivate"):
        answer = admin.post(
            f"/invitations/{path}", email="x@example.org", language="en"
        )
        assert answer.location.startswith("/account/once-more")


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["users", *arguments])


def test_an_account_is_let_in_and_out_from_the_command_line(app, alice):
    assert run(app, "deactivate", "alice@example.org").exit_code == 0
    assert alice.open("/account/").location.startswith("/account/sign-in")
    listed = run(app, "list").output
    assert "alice@example.org  Alice  (inactive)" in listed
    assert run(app, "activate", "alice@example.org", "--admin").exit_code == 0
    assert Browser(app).sign_in("alice@example.org").location == "/"
    assert "(administrator)" in run(app, "list").output


def test_a_link_from_the_command_line_sets_a_password_once(app, alice, browser):
    printed = run(app, "reset", "alice@example.org", "--url", "http://localhost")
    path = printed.output.strip().removeprefix("http://localhost")

    browser.get(path)
    assert browser.post(path, password=NEW).location == "/account/sign-in"
    assert alice.open("/account/").location.startswith("/account/sign-in")
    browser.get(path, 404)
    assert browser.sign_in("alice@example.org", NEW).location == "/"


def test_the_administrator_makes_a_link_for_a_new_password(admin, bob, browser):
    path = f"/invitations/accounts/{bob.manager_id}/password"
    assert bob.post(path).status_code == 404
    assert admin.get("/invitations/").select(f"form[action='{path}']")
    page = admin.page(admin.post(path))
    link = page.select_one("#address")["value"].removeprefix("http://localhost")

    assert browser.post(link, password=NEW).location == "/account/sign-in"
    assert browser.sign_in("bob@example.org", NEW).location == "/"
    browser.get(link, 404)


def test_the_team_can_read_who_made_a_way_into_an_account(app, admin, bob):
    """Whoever sets a password sees what the account sees: so those there must know."""
    admin.post(f"/invitations/accounts/{bob.manager_id}/password")
    run(app, "reset", "bob@example.org")

    words = "made a link that sets the password of someone who works with the team"
    told = [one.text for one in bob.get("/trail/?kind=shared").select("ol.lines span")]
    assert [f"A command, or a colleague whose account is gone, {words}"] == told[:1]
    assert f"Alice {words}" in told
    assert words not in admin.get("/trail/").text


def test_a_link_says_where_its_address_is_a_guess(app, alice):
    email, words = "alice@example.org", "If the server runs at another address"

    assert words in run(app, "reset", email).stderr
    assert words not in run(app, "reset", email, "--url", "http://localhost").stderr


def test_without_mail_one_is_told_whom_to_ask(browser):
    page = browser.get("/recovery/").text

    assert "Ask the administrator" in page
    assert "flask users reset" in page
    assert "We mail you" not in page


def test_a_new_password_by_link_ends_the_wait(app, alice, browser):
    for _ in range(11):
        browser.sign_in("alice@example.org", "not this one")
    printed = run(app, "reset", "alice@example.org", "--url", "http://localhost")
    browser.post(printed.output.strip().removeprefix("http://localhost"), password=NEW)

    with app.app_context():
        assert db.session.scalars(db.select(Tries.count)).all() == [10]
    assert browser.sign_in("alice@example.org", NEW).location == "/"


def test_an_invitation_from_the_command_line(app, admin, browser):
    printed = run(app, "invite", "bob@example.org", "--url", "http://localhost")
    path = printed.output.strip().removeprefix("http://localhost")

    assert browser.post(path, **BOB).status_code == 302


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("invite", "bob"), "There is no administrator yet."),
        (("reset", "eve@example.org"), "eve@example.org has no account"),
        (("rename", "alice@example.org", "al"), "This is not an e-mail address."),
        (("rename", "alice@example.org", "bob@example.org"), "There is an account"),
        (("deactivate", "eve@example.org"), "eve@example.org has no account"),
        (("activate", "eve@example.org"), "eve@example.org has no account"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(app, alice, bob, arguments, words):
    result = run(app, *arguments)

    assert result.exit_code == 1
    assert words in result.stderr


def test_an_address_is_changed_from_the_command_line(app, alice):
    run(app, "rename", "alice@example.org", "al@example.org")

    assert Browser(app).sign_in("al@example.org").location == "/"


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 390)])
def test_the_pages_can_be_read_by_everyone(
    live_server, new_page, language, dark, width
):
    with live_server.app.app_context():
        db.session.get(Manager, live_server.manager_id).is_admin = True
        db.session.commit()
    page = new_page(language=language, dark=dark, width=width)
    page.goto("/invitations/")
    check_accessible(page)
    page.fill("#email", "bob@example.org")
    page.click("#invite ~ form .btn-primary")
    check_accessible(page)
    address = page.input_value("#address")
    visitor = new_page(language=language, dark=dark, width=width, signed_in=False)
    visitor.goto(address)
    check_accessible(visitor)
    visitor.goto("/recovery/")
    check_accessible(visitor)


def test_of_two_who_shut_each_other_out_one_is_left(app, admin, bob):
    with app.app_context():
        db.session.get(Manager, bob.manager_id).is_admin = True
        db.session.commit()
    together = Barrier(2)

    def wait(_app):
        together.wait()

    ids = (bob.manager_id, admin.manager_id)
    paths = [f"/invitations/accounts/{id}/deactivate" for id in ids]
    with request_started.connected_to(wait, app):
        answers = at_once(*zip((admin, bob), paths, strict=True))

    assert sorted(answers) == [302, 404]
    with app.app_context():
        assert sum(db.session.scalars(db.select(Manager.active))) == 1
