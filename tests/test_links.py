"""The doors by link: what their addresses open, for how long, and what they never tell.

The pages behind them are others' to test; here they are the smallest there can be.
"""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import factory
import pytest
from browsing import Browser
from conftest import on_one_database
from counting import statements
from flask import Blueprint, current_app, render_template_string, request
from postgres import wait_until_it_waits
from sqlalchemy import select

from delegate.identity import links
from delegate.models import Employee, Link, Manager, Membership, Team, db, utc_now

ADDRESSES = {
    "own_view": "/o/{}",
    "team_code": "/t/{}",
    "calendar": "/k/{}.ics",
}
KINDS = pytest.mark.parametrize("kind", ADDRESSES)
PAGE = """
{% extends "door.html" %}
{% block title %}{{ link.kind }}{% endblock %}
{% block main %}<h1>{{ link.kind }}</h1>
{% call forms.form([], "Send") %}{{ forms.csrf_field() }}{% endcall %}{% endblock %}
"""


@pytest.fixture(autouse=True)
def doors(app):
    """A page behind each kind of link: it shows the kind, and takes one form."""
    bp = Blueprint("behind", __name__)
    for kind, address in ADDRESSES.items():
        rule = address.replace("{}", "<token>")
        view = links.door(kind)(lambda link: answer(link))
        bp.add_url_rule(rule, kind, view, methods=["GET", "POST"])
    app.register_blueprint(bp)


def answer(link):
    if request.method == "POST":
        if not links.use(link):
            return "late", 409
        db.session.commit()
    return render_template_string(PAGE, link=link)


def made(alice, kind, **changes):
    """Return the address of a new link of Alice's, made some time ago perhaps."""
    with alice.app.app_context():
        whose = {"team_id": alice.team_id}
        if kind != "team_code":
            whose["manager_id"] = alice.manager_id
        if kind == "own_view":
            whose["employee_id"] = factory.employee(alice.team_id).id
        token = links.make(kind, **whose)
        for name, value in changes.items():
            setattr(db.session.scalar(of_token(token)), name, value)
        db.session.commit()
    return ADDRESSES[kind].format(token)


def of_token(token):
    return select(Link).where(Link.token_hash == links.digest(token))


def change(app, model, **changes):
    with app.app_context():
        for row in db.session.scalars(select(model)):
            for name, value in changes.items():
                setattr(row, name, value)
        db.session.commit()


@KINDS
def test_a_link_opens_its_page_without_an_account(alice, browser, kind):
    assert browser.get(made(alice, kind)).h1.text == kind


@KINDS
def test_only_a_hash_of_the_token_is_kept(app, alice, kind):
    token = re.search(links.TOKEN, made(alice, kind)).group()
    with app.app_context():
        row = db.session.scalar(select(Link))
        kept = [str(getattr(row, column.key)) for column in Link.__table__.columns]

    assert hashlib.sha256(token.encode()).hexdigest() in kept
    assert token not in "".join(kept)


def test_a_token_is_256_bits_that_never_come_twice(app, alice):
    with app.app_context():
        codes = links.make_codes(alice.team_id, 50)

    assert len(set(codes)) == 50
    assert all(re.fullmatch(links.TOKEN, code) for code in codes)


def gone(days=0):
    return utc_now() - timedelta(days=days, seconds=1)


CLOSED = {
    "revoked": {"revoked_at": gone()},
    "expired": {"expires_at": gone()},
    "used": {"used_at": gone()},
}


def closed_answers(alice, kind):
    """Return what a visitor gets at addresses that open nothing, by the reason."""
    visitor = Browser(alice.app)
    there = made(alice, kind)
    token = re.search(links.TOKEN, there).group()
    other = made(alice, next(other for other in CLOSES if other != kind))
    addresses = {
        "unknown": there.replace(token, token[::-1]),
        "malformed": there.replace(token, token[:-1]),
        "too long": there.replace(token, f"{token}A"),
        "of another kind": ADDRESSES[kind].format(
            re.search(links.TOKEN, other).group()
        ),
        **{why: made(alice, kind, **CLOSED[why]) for why in CLOSES[kind]},
    }
    return {why: visitor.open(url) for why, url in addresses.items()}


CLOSES = {
    "own_view": ("revoked", "expired"),
    "team_code": ("revoked", "expired", "used"),
    "calendar": ("revoked", "used"),
}


def headers(answer):
    """Return the headers, but for the number that each request has of its own."""
    return repr(sorted(one for one in answer.headers if one[0] != "X-Request-ID"))


@KINDS
def test_what_opens_nothing_looks_the_same_whatever_the_reason(alice, kind):
    answers = closed_answers(alice, kind)

    assert {why: one.status_code for why, one in answers.items()} == dict.fromkeys(
        answers, 404
    )
    assert len({one.data for one in answers.values()}) == 1
    assert len({headers(one) for one in answers.values()}) == 1
    assert "Ask whoever gave it to you" in answers["unknown"].text


@KINDS
def test_a_closed_link_is_a_sound_page_in_both_languages(browser, kind):
    address = ADDRESSES[kind].format("A" * 43)

    assert "opens nothing" in browser.get(address, 404).h1.text
    assert browser.get(f"{address}?lang=nl", 404).html["lang"] == "nl"


@KINDS
@pytest.mark.parametrize(
    ("model", "changes"),
    [(Team, {"removed_at": gone()}), (Manager, {"active": False})],
    ids=["its team is removed", "its manager's account is closed"],
)
def test_a_link_closes_with_what_it_is_for(app, alice, browser, kind, model, changes):
    address = made(alice, kind)
    change(app, model, **changes)
    still = kind == "team_code" and model is Manager

    browser.get(address, 200 if still else 404)


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (404, {"removed_at": gone()}),
        (404, {"left_on": gone(days=1).date()}),
        (200, {"left_on": gone(days=-2).date()}),
    ],
    ids=["is removed", "has left", "leaves before long"],
)
def test_an_own_view_closes_when_the_person_goes(app, alice, browser, status, changes):
    address = made(alice, "own_view")
    change(app, Employee, **changes)

    browser.get(address, status)


@KINDS
def test_a_link_stays_open_for_two_weeks_and_a_calendar_for_good(app, alice, kind):
    made(alice, kind)
    with app.app_context():
        ends = db.session.scalar(select(Link.expires_at))
    if kind == "calendar":
        assert ends is None
    else:
        assert abs(ends - utc_now() - timedelta(days=14)) < timedelta(minutes=1)


@KINDS
def test_the_answer_is_kept_nowhere_and_told_to_nobody(alice, browser, kind):
    for path, status in ((made(alice, kind), 200), (ADDRESSES[kind].format("A"), 404)):
        headers = browser.open(path).headers

        browser.get(path, status)
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex"


@KINDS
def test_a_link_is_found_in_one_query(app, alice, browser, kind):
    address = made(alice, kind)
    browser.get(address)
    with statements(app) as sent:
        browser.open(address)

    assert len([one for one in sent if one.startswith("SELECT")]) == 1


@KINDS
def test_nothing_of_a_signed_in_manager_is_on_the_page(alice, kind):
    address = made(alice, kind)
    [cookie] = [one for one in alice.client._cookies.values() if one.key == "session"]
    answer = alice.open(address)

    assert "Alice" not in answer.text
    assert "/account" not in answer.text
    assert normal(answer.text) == normal(Browser(alice.app).open(address).text)
    assert cookie.value not in str(answer.headers)
    assert "Alice" in alice.get("/").select_one(".who").text


def normal(html):
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)


@KINDS
def test_the_token_stands_nowhere_in_the_answer(alice, browser, kind):
    address = made(alice, kind)
    token = re.search(links.TOKEN, address).group()
    for answer in (
        browser.open(address),
        browser.open(address, "DELETE"),
        browser.open(f"{address}/nothing-here"),
        browser.open(address, "POST", json={}),
    ):
        assert token not in answer.text
        assert token not in str(answer.headers)


@KINDS
def test_a_form_behind_a_link_wants_its_token_too(app, alice, browser, kind):
    app.config["WTF_CSRF_ENABLED"] = True
    address = made(alice, kind)
    page = browser.get(address)
    token = page.select_one("[name=csrf_token]")["value"]

    assert browser.post(address).status_code == 400
    assert browser.post(address, csrf_token=token).status_code == 200


@KINDS
def test_eight_at_once_use_a_link_once(app, alice, browser, kind):
    address = made(alice, kind)
    answers = browser.click_again_and_again(address, times=8)
    codes = sorted(one.status_code for one in answers)

    assert codes[0] == 200
    assert set(codes[1:]) <= {404, 409}


def test_an_own_view_still_opens_to_show_what_was_received(alice, browser):
    address = made(alice, "own_view")

    assert browser.post(address).status_code == 200
    assert browser.post(address).status_code == 409
    assert browser.get(address).h1.text == "own_view"


def test_a_newer_own_view_revokes_the_older(app, alice, browser):
    with app.app_context():
        ann, ben = (factory.employee(alice.team_id, name).id for name in ("Ann", "Ben"))
        whose = {"team_id": alice.team_id, "manager_id": alice.manager_id}
        old, other, new = (
            links.make("own_view", employee_id=one, **whose) for one in (ann, ben, ann)
        )
        db.session.commit()

    browser.get(f"/o/{old}", 404)
    browser.get(f"/o/{new}")
    browser.get(f"/o/{other}")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_comes_in_just_then_is_not_revoked(app, alice, browser):
    address = made(alice, "own_view")

    def revoke_it():
        with app.app_context():
            links.revoke_all(select(Link))
            db.session.commit()

    with app.app_context(), ThreadPoolExecutor(1) as pool:
        assert links.use(db.session.scalars(select(Link)).one())
        revoking = pool.submit(revoke_it)
        wait_until_it_waits(revoking)
        db.session.commit()
        revoking.result()

    browser.get(address)


def test_newer_codes_revoke_the_older(app, alice, browser):
    with app.app_context():
        old = links.make_codes(alice.team_id, 4)
        new = links.make_codes(alice.team_id, 5)
        db.session.commit()

    assert [browser.open(f"/t/{code}").status_code for code in old] == [404] * 4
    assert [browser.open(f"/t/{code}").status_code for code in new] == [200] * 5


def test_a_code_is_tied_to_no_name(app, alice):
    with app.app_context():
        links.make_codes(alice.team_id, 4)
        db.session.commit()
        whose = db.session.execute(
            select(Link.employee_id, Link.manager_id, Link.email).distinct()
        ).all()

    assert whose == [(None, None, "")]


def test_a_team_of_three_gets_no_codes(app, alice):
    with app.app_context():
        with pytest.raises(links.TooFewPeople):
            links.make_codes(alice.team_id, 3)
        assert db.session.scalar(select(Link)) is None
        assert len(links.make_codes(alice.team_id, 4)) == 4


def test_what_has_expired_can_be_found_to_be_purged(app, alice):
    for kind in ADDRESSES:
        made(alice, kind)
    made(alice, "own_view", expires_at=gone(days=2))
    made(alice, "team_code", expires_at=gone(days=1))
    made(alice, "calendar", revoked_at=gone(days=2))
    with app.app_context():
        by = utc_now() - timedelta(days=2)
        found = [link.kind for link in db.session.scalars(links.expired(by))]

    assert sorted(found) == ["calendar", "own_view"]


def test_every_door_has_an_address_that_shows_no_session(app):
    """A manager's session is left alone by the look of the address, not by its view."""
    opens = [
        rule
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "door")
    ]

    assert len(opens) >= len(ADDRESSES)
    for rule in opens:
        assert rule.arguments >= {"token"}, rule
        assert re.search(r"/<token>(\.[a-z]+)?(/|$)", rule.rule), rule


def test_the_log_of_a_fault_has_no_token(app, alice, browser, caplog):
    def fail(link):
        current_app.logger.error("it went wrong")
        raise ZeroDivisionError

    app.view_functions["behind.own_view"] = links.door("own_view")(fail)
    address = made(alice, "own_view")

    assert browser.open(address).status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert address.removeprefix("/o/") not in caplog.text


# ---- the list of those given out


def listed(browser):
    rows = browser.get("/doors/").select("tbody tr")
    return [[cell.text.strip() for cell in row.select("th, td")] for row in rows]


@KINDS
def test_a_link_can_be_withdrawn(alice, browser, kind):
    address = made(alice, kind)
    form = alice.get("/doors/").select_one("tbody form")
    alice.post(form["action"])

    browser.get(address, 404)
    assert [row[4] for row in listed(alice)] == ["Withdrawn"]


@on_one_database
def test_a_received_own_view_keeps_its_copy(app, alice, browser):
    address = made(alice, "own_view", used_at=gone())
    [row] = alice.get("/doors/").select("tbody tr")
    with app.app_context():
        id = db.session.scalar(select(Link.id))
    alice.post(f"/doors/{id}/withdraw")

    assert "Received" in row.text
    assert not row.select("form")
    assert "Not withdrawn" in alice.get("/doors/").text
    browser.get(address)


@pytest.mark.parametrize(
    ("changes", "used_at", "state"),
    [
        ({"left_on": gone(days=1).date()}, None, "Ended"),
        ({"left_on": gone(days=1).date()}, gone(), "Received"),
        ({"removed_at": gone()}, None, "Ended"),
        ({"removed_at": gone()}, gone(), "Ended"),
    ],
)
@on_one_database
def test_what_closed_with_a_person_is_not_called_open(
    app, alice, changes, used_at, state
):
    made(alice, "own_view", used_at=used_at)
    change(app, Employee, **changes)

    [[*_, told, withdraw]] = listed(alice)
    assert (told, withdraw) == (state, "")


def test_codes_are_one_line_that_does_not_say_who_answered(app, alice, browser):
    with app.app_context():
        codes = links.make_codes(alice.team_id, 5)
        db.session.commit()
    before = listed(alice)
    browser.post(f"/t/{codes[2]}")

    assert len(before) == 1
    assert listed(alice) == before
    alice.post(alice.get("/doors/").select_one("tbody form")["action"])
    assert [browser.open(f"/t/{code}").status_code for code in codes] == [404] * 5


@pytest.mark.parametrize(("role", "sees"), [("owner", 3), ("editor", 0)])
def test_an_owner_sees_the_links_of_the_whole_team(app, alice, bob, role, sees):
    for kind in ADDRESSES:
        made(alice, kind)
    with app.app_context():
        factory.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role=role)
        )

    assert len(listed(bob)) == sees


@KINDS
def test_others_links_look_like_none(app, alice, bob, browser, kind):
    address = made(alice, kind)
    with app.app_context():
        id = db.session.scalar(select(Link.id))

    assert listed(bob) == []
    assert bob.post(f"/doors/{id}/withdraw").status_code == 404
    browser.get(address)
