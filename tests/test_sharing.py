"""A team of two managers: sharing it, ending that, and what stays each one's own."""

import re

import factory
import pytest
from browsing import Browser, at_once
from conftest import on_one_database, signed_in
from factory import PASSWORD

from delegate.database import lock
from delegate.identity import inviting, links
from delegate.models import (
    Employee,
    Link,
    Manager,
    Membership,
    Rating,
    Task,
    Team,
    db,
)


@pytest.fixture
def carol(app):
    """The browser of Carol, whom Alice may share her team with."""
    return signed_in(app, "Carol")


def share(alice, other, role="editor"):
    with alice.app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": other.manager_id}
        factory.add(Membership(**ids, role=role))


def sharing(alice, path=""):
    return f"/teams/{alice.team_id}/sharing/{path}"


def invited(alice, email="carol@example.org", role="editor"):
    """Return the path of an invitation, as it is shown to Alice once."""
    answer = alice.post(sharing(alice), email=email, role=role, language="en")
    address = alice.page(answer).select_one("#address")["value"]
    return "/" + address.split("/", 3)[3]


def role_of(browser, team_id):
    with browser.app.app_context():
        member = db.session.get(Membership, (team_id, browser.manager_id))
        return member and member.role


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_whoever_takes_up_an_invitation_is_in_the_team(alice, carol, role):
    path = invited(alice, role=role)
    assert "carol@example.org" in alice.get(sharing(alice)).text
    carol.get(sharing(alice), 404)

    carol.post(path, password=PASSWORD)
    assert role_of(carol, alice.team_id) == role
    carol.get(sharing(alice))
    assert alice.get(sharing(alice)).select("#open") == []
    assert carol.post(path, password=PASSWORD).status_code == 404


def test_known_and_unknown_addresses_get_the_same_answer(alice, carol):
    pages = []
    for email in ("carol@example.org", "nobody@example.org"):
        answer = alice.post(sharing(alice), email=email, role="viewer", language="en")
        hidden = rf'{email}|value="[^"]*"|Expires=[^;]*'
        pages.append((answer.status_code, re.sub(hidden, "", answer.text)))

    assert pages[0] == pages[1]


def test_an_invitation_is_kept_as_a_hash_and_shown_once(app, alice):
    token = invited(alice).split("?")[0].rsplit("/", 1)[1]

    assert token not in alice.get(sharing(alice)).text
    with app.app_context():
        assert token not in db.session.scalars(db.select(Link.token_hash)).all()


def test_a_withdrawn_invitation_opens_nothing(alice, carol):
    path = invited(alice)
    form = alice.get(sharing(alice)).select_one("form[action*=withdraw]")
    alice.post(form["action"])

    assert carol.post(path, password=PASSWORD).status_code == 404
    assert role_of(carol, alice.team_id) is None


def test_the_owner_stays_the_owner_whatever_is_taken_up(alice):
    path = invited(alice, "alice@example.org", "viewer")
    alice.post(path, password=PASSWORD)

    assert role_of(alice, alice.team_id) == "owner"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody"},
        {"email": ""},
        {"role": "owner"},
        {"role": ""},
        {"email": "a@example.org\r\nBcc: b@example.org"},
    ],
    ids=str,
)
def test_a_fault_in_an_invitation_makes_none(app, alice, wrong):
    sent = {"email": "a@example.org", "role": "viewer", "language": "en", **wrong}
    alice.page(alice.post(sharing(alice), **sent), 422)

    with app.app_context():
        assert db.session.scalars(db.select(Link)).all() == []


def test_a_role_is_changed_at_once(alice, carol):
    share(alice, carol)
    path = sharing(alice, f"{carol.manager_id}/role")
    carol.get(f"/teams/{alice.team_id}")
    alice.post(path, role="viewer", was="editor")

    carol.get(f"/teams/{alice.team_id}", 404)
    assert role_of(carol, alice.team_id) == "viewer"


@pytest.mark.parametrize("sent", [{"was": "editor"}, {}, {"role": "owner"}], ids=str)
def test_an_old_page_changes_no_role(alice, carol, sent):
    share(alice, carol, "viewer")
    sent = {"role": "editor", **sent}
    page = alice.page(
        alice.post(sharing(alice, f"{carol.manager_id}/role"), **sent), 409
    )

    assert "changed meanwhile" in page.select_one(".flashes").text
    assert role_of(carol, alice.team_id) == "viewer"


def test_what_is_not_shared_any_more_is_gone_with_the_next_click(alice, carol):
    share(alice, carol)
    carol.get(f"/people/?team={alice.team_id}")
    alice.post(sharing(alice, f"{carol.manager_id}/end"))

    assert "Carol does not see this team any more" in alice.get(sharing(alice)).text
    page = carol.get(f"/people/?team={alice.team_id}", 404).main
    assert "or is not shared with you any more" in page.text
    assert page.select_one("a[href='/']")


def test_one_may_leave_the_team_of_another_and_not_ones_own(alice, carol):
    share(alice, carol, "viewer")
    carol.post(carol.get(sharing(alice)).select_one("form[action$=leave]")["action"])

    assert role_of(carol, alice.team_id) is None
    assert alice.post(sharing(alice, "leave")).status_code == 404


def test_a_team_is_handed_over_whole(alice, carol):
    share(alice, carol)
    path = sharing(alice, f"{carol.manager_id}/hand-over")
    assert alice.get(sharing(alice)).select(f"a[href='{path}']")
    assert "Carol becomes the owner" in alice.get(path).text
    assert role_of(alice, alice.team_id) == "owner"
    alice.post(path)

    assert role_of(carol, alice.team_id) == "owner"
    assert role_of(alice, alice.team_id) == "editor"
    assert alice.post(path).status_code == 404


@pytest.mark.parametrize("action", ["role", "end", "hand-over"])
def test_nothing_can_be_done_to_the_owner_or_to_who_is_no_member(alice, carol, action):
    for manager in (alice, carol):
        path = sharing(alice, f"{manager.manager_id}/{action}")
        assert alice.post(path, role="viewer", was="owner").status_code == 404

    assert role_of(alice, alice.team_id) == "owner"


def test_two_who_hand_over_at_once_leave_one_owner(app, alice, bob, carol):
    share(alice, bob)
    share(alice, carol)
    for other in (bob, carol):
        alice.post(sharing(alice, f"{other.manager_id}/hand-over"))

    with app.app_context():
        owners = db.select(Membership).filter_by(team_id=alice.team_id, role="owner")
        assert len(db.session.scalars(owners).all()) == 1


def test_a_team_keeps_an_owner_while_the_next_one_goes(app):
    for number in range(4):
        first = signed_in(app, f"Alice{number}")
        other = signed_in(app, f"Carol{number}")
        share(first, other)
        path = sharing(first, f"{other.manager_id}/hand-over")
        answers = at_once((first, path), (other, "/account/erase"))
        assert set(answers) <= {302, 404}

    with app.app_context():
        owned = db.select(Membership.team_id).filter_by(role="owner")
        ownerless = db.select(Team).where(Team.id.not_in(owned))
        assert db.session.scalars(ownerless).all() == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_locked_row_is_as_whoever_came_before_left_it(app, alice):
    with app.app_context():
        team = db.session.get(Team, alice.team_id)
        with db.engine.begin() as another:
            another.execute(db.update(Team).values(name="Afterwards"))
        lock(team)

        assert team.name == "Afterwards"


def test_no_account_that_is_not_let_in_becomes_the_owner(app, alice, carol):
    share(alice, carol)
    with app.app_context():
        db.session.get(Manager, carol.manager_id).active = False
        db.session.commit()

    assert alice.get(sharing(alice)).select("a[href$=hand-over]") == []
    path = sharing(alice, f"{carol.manager_id}/hand-over")
    assert alice.post(path).status_code == 404
    assert role_of(alice, alice.team_id) == "owner"


def test_who_hands_over_leaves_no_way_back_in(alice, bob, carol):
    share(alice, carol)
    path = invited(alice, "bob@example.org")
    alice.post(sharing(alice, f"{carol.manager_id}/hand-over"))

    assert bob.post(path, password=PASSWORD).status_code == 404
    assert role_of(bob, alice.team_id) is None


@pytest.mark.parametrize("way", ["end", "leave"])
def test_who_goes_leaves_no_way_back_in(app, alice, bob, carol, way):
    share(alice, carol)
    path = invited(alice, "bob@example.org")
    with app.app_context():
        db.session.execute(db.update(Link).values(manager_id=carol.manager_id))
        db.session.commit()
        asked = own_view_asked_by(carol, alice.team_id)
    if way == "end":
        alice.post(sharing(alice, f"{carol.manager_id}/end"))
    else:
        carol.post(sharing(alice, "leave"))

    assert bob.post(path, password=PASSWORD).status_code == 404
    assert bob.open(asked).status_code == 404


def own_view_asked_by(manager, team_id):
    """Return the address of an own view that `manager` asked for."""
    ids = {"manager_id": manager.manager_id, "team_id": team_id}
    person = factory.employee(team_id, name="Ann")
    token = links.make("own_view", employee_id=person.id, **ids)
    link = db.session.scalar(db.select(Link).where(Link.kind == "own_view"))
    factory.own_view(person, link_id=link.id, received_at=None, revealed_at=None)
    return f"/s/{token}/"


def test_who_may_only_look_from_now_on_takes_no_own_view(app, alice, carol):
    share(alice, carol)
    with app.app_context():
        asked = own_view_asked_by(carol, alice.team_id)
    before = carol.open(asked).status_code
    path = sharing(alice, f"{carol.manager_id}/role")
    alice.post(path, role="viewer", was="editor")

    assert (before, carol.open(asked).status_code) == (200, 404)


@pytest.mark.parametrize("way", ["role", "end", "leave"])
@on_one_database
def test_what_was_received_stays_open_whoever_asked(app, alice, carol, way):
    share(alice, carol)
    with app.app_context():
        asked = own_view_asked_by(carol, alice.team_id)
    needed = {"choices": "4", "needs": "5", "informs": "3", "help": "0"}
    before = Browser(app).post(asked, **needed).status_code
    if way == "leave":
        carol.post(sharing(alice, "leave"))
    else:
        path = sharing(alice, f"{carol.manager_id}/{way}")
        alice.post(path, role="viewer", was="editor")

    assert (before, Browser(app).open(asked).status_code) == (200, 200)


def test_of_many_clicks_one_invitation_is_open(app, alice):
    sent = {"email": "carol@example.org", "role": "viewer", "language": "en"}
    alice.click_again_and_again(sharing(alice), times=8, **sent)

    with app.app_context():
        assert len(db.session.scalars(inviting.open_ones()).all()) == 1


def test_reloading_what_was_made_leaves_its_link(app, alice, browser):
    sent = {"email": "carol@example.org", "role": "viewer", "language": "en"}
    path = invited(alice, role="viewer")
    late = alice.page(alice.post(sharing(alice), **sent, version="0"), 409)

    assert "its link opens" in late.text
    browser.get(path)


def test_whoever_opens_an_invitation_sees_whether_it_is_known(alice, bob, browser):
    pages = [
        browser.get(invited(alice, email))
        for email in ("bob@example.org", "nobody@example.org")
    ]

    assert [len(page.select("input[name=name]")) for page in pages] == [0, 1]


# ---- whose is what


@pytest.fixture
def ann(app, alice):
    """The id of Ann, of whom Alice saw a 2; and of a task."""
    with app.app_context():
        ann = factory.employee(alice.team_id)
        task = factory.task(alice.team_id)
        rater = {"rater_id": alice.manager_id, "example": "Alice saw this."}
        factory.rating(ann, "choices", 2, **rater)
        return ann.id, task.id


def rate(browser, person, score, example):
    return browser.post(
        f"/ratings/{person}/choices", score=score, example=example, version="0"
    )


def test_each_of_two_raters_keeps_their_own(app, alice, carol, ann):
    share(alice, carol)
    assert rate(carol, ann[0], "5", "Carol saw that.").status_code == 200

    with app.app_context():
        rows = db.session.scalars(db.select(Rating).order_by(Rating.id)).all()
        assert [(row.rater_id, row.score) for row in rows] == [
            (alice.manager_id, 2),
            (carol.manager_id, 5),
        ]
    for browser, own, beside in (
        (alice, 2, "Carol saw a 5"),
        (carol, 5, "Alice saw a 2"),
    ):
        lines = browser.get(f"/people/{ann[0]}").select_one(".profile")
        assert lines.select_one("b.num").text == str(own)
        assert beside in lines.text
        ladder = browser.get(f"/pairs/{ann[0]}/{ann[1]}").text
        assert f"rated {own} of 5" in ladder
        assert " of 5 by " not in ladder


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_has_seen_nothing_sees_whose_score_counts(alice, carol, ann, role):
    share(alice, carol, role)

    page = carol.get(f"/people/{ann[0]}")
    assert "seen by Alice" in page.select_one(".profile").text
    assert "One of the four has been seen." in page.select_one(".lede").text
    assert page.select_one("#profile").text == "What has been seen"
    assert "You have seen" not in page.text
    assert "rated 2 of 5 by Alice" in carol.get(f"/pairs/{ann[0]}/{ann[1]}").text


def test_the_newest_of_others_counts_for_who_only_looks(app, alice, bob, carol, ann):
    share(alice, bob)
    share(alice, carol, "viewer")
    rate(bob, ann[0], "5", "Bob saw that.")

    assert "rated 5 of 5 by Bob" in carol.get(f"/pairs/{ann[0]}/{ann[1]}").text
    assert rate(carol, ann[0], "4", "").status_code == 404


def test_the_private_sheet_holds_only_what_one_saw_oneself(alice, carol, ann):
    share(alice, carol)
    path = f"/people/{ann[0]}/prepare"

    assert "Alice saw this." in alice.get(path).text
    sheet = carol.get(path).text
    assert "Alice saw this." not in sheet
    assert "2 of 5" not in sheet


# ---- two who write at once


@pytest.mark.parametrize("path", ["/people/{0}/edit", "/tasks/{1}/edit"])
def test_the_second_of_two_saves_shows_both_texts(app, alice, carol, ann, path):
    share(alice, carol)
    path = path.format(*ann)
    texts = {"name": "By Alice", "title": "By Alice"}
    assert alice.post(path, version="1", **texts).status_code == 302
    other = dict.fromkeys(texts, "By Carol")
    page = carol.page(carol.post(path, version="1", **other), 409)

    assert "By Alice" in page.select_one("#conflict").text
    with app.app_context():
        saved = (
            db.session.get(Employee, ann[0]).name,
            db.session.get(Task, ann[1]).title,
        )
        assert "By Carol" not in saved


def test_how_it_goes_now_is_not_overwritten_by_another(alice, carol, ann):
    share(alice, carol)
    path = "/pairs/{}/{}/now".format(*ann)
    assert alice.post(path, version="0", current="3").status_code == 302

    assert carol.post(path, version="0", current="5").status_code == 409


@pytest.mark.parametrize("step", ["", "/look-back", "/close"])
def test_an_agreement_is_not_overwritten_by_another(app, alice, carol, ann, step):
    share(alice, carol)
    with app.app_context():
        person, task = db.session.get(Employee, ann[0]), db.session.get(Task, ann[1])
        path = f"/agreements/{factory.agreement(person, task).id}{step}"
    sent = {
        "version": "1",
        "level": "5",
        "look_back_on": "2099-01-05",
        "state": "agreed",
        "next_on": "2099-01-06",
        "closing": "ended",
    }
    assert alice.post(path, **sent).status_code == 302

    assert carol.post(path, **sent).status_code == 409


def test_a_new_name_for_the_team_is_not_overwritten(alice, carol):
    share(alice, carol)
    path = f"/teams/{alice.team_id}"
    assert alice.post(path, name="Days", country="NL", version="1").status_code == 302

    assert carol.post(path, name="Nights", country="NL", version="1").status_code == 409


# ---- someone who has left


@pytest.mark.parametrize("gone", ["left", "archived"])
def test_what_is_over_is_not_written_to(app, alice, ann, gone):
    with app.app_context():
        person, task = db.session.get(Employee, ann[0]), db.session.get(Task, ann[1])
        agreement = f"/agreements/{factory.agreement(person, task).id}"
        if gone == "left":
            person.left_on = person.created_at.date()
        else:
            task.archived_at = task.created_at
        db.session.commit()
    pair = "/pairs/{}/{}".format(*ann)
    doors = [f"{pair}/{step}" for step in ("now", "facts", "familiarity", "level")]
    doors += [agreement, f"{agreement}/look-back"]
    doors += ["/ratings/{}/familiarity/{}".format(*ann)]
    if gone == "left":
        doors += [f"/ratings/{ann[0]}", f"/ratings/{ann[0]}/choices"]

    assert {door: alice.post(door).status_code for door in doors} == dict.fromkeys(
        doors, 404
    )
    page = alice.get(agreement)
    [form] = page.select("main form[method=post]")
    assert form["action"].endswith("/close")
    ends = {"version": "1", "closing": "ended"}
    assert alice.post(f"{agreement}/close", **ends).status_code == 302


def test_today_does_without_who_has_left(app, alice, ann):
    with app.app_context():
        person, task = db.session.get(Employee, ann[0]), db.session.get(Task, ann[1])
        factory.employee(alice.team_id, "Still here")
        today = person.created_at.date()
        factory.agreement(person, task, look_back_on=today)
    assert alice.get("/").select("#due")
    with app.app_context():
        db.session.get(Employee, ann[0]).left_on = today
        db.session.commit()

    assert alice.get("/").select("#due") == []
