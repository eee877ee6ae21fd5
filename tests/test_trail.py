"""The page on which a manager reads the trail of a team."""

import factory
import pytest
from sqlalchemy import delete

from delegate.models import (
    LINKS,
    AuditEntry,
    Employee,
    Manager,
    Membership,
    Model,
    db,
)
from delegate.rights import trail_words


@pytest.fixture
def people(alice):
    """The ids of two people whose pages Alice has looked at."""
    with alice.app.app_context():
        ids = [factory.employee(alice.team_id, name).id for name in ("Ann", "Ben")]
    for id in ids:
        alice.get(f"/people/{id}")
    return ids


MODELS = [mapper.class_ for mapper in Model.registry.mappers]


def lines(page):
    return [one.span.text for one in page.select("ol.lines li")]


def test_it_tells_who_did_what_the_newest_first(alice, people):
    assert lines(alice.get("/trail/")) == [
        "Alice looked at the page of Ben",
        "Alice looked at the page of Ann",
        "A command, or a colleague whose account is gone, added the page of Ben",
        "A command, or a colleague whose account is gone, added the page of Ann",
        "A command, or a colleague whose account is gone, added the team",
    ]


def test_it_can_be_of_one_person(alice, people):
    assert lines(alice.get(f"/trail/?employee={people[0]}&kind=seen")) == [
        "Alice looked at the page of Ann"
    ]


def test_it_can_be_of_one_kind(alice, people):
    assert len(lines(alice.get("/trail/?kind=changed"))) == 3
    assert lines(alice.get("/trail/?kind=shared")) == []


def test_a_persons_page_leads_to_it(alice, people):
    links = alice.get(f"/people/{people[0]}").select("a")

    assert f"/trail/?employee={people[0]}" in [link.get("href") for link in links]


def test_who_is_erased_has_no_name(app, alice, people):
    with app.app_context():
        db.session.execute(delete(Employee).where(Employee.id == people[1]))
        db.session.commit()
    told = lines(alice.get("/trail/?kind=seen"))

    assert told[0] == "Alice looked at the page of someone who has been erased"


def test_an_account_that_is_gone_has_no_name(app, alice, bob, people):
    join(app, alice, bob, "editor")
    bob.get(f"/people/{people[0]}")
    with app.app_context():
        db.session.execute(delete(Manager).where(Manager.id == bob.manager_id))
        db.session.commit()

    assert lines(alice.get("/trail/?kind=seen"))[0] == (
        "A colleague whose account is gone looked at the page of Ann"
    )


def test_what_is_private_is_not_called_the_plan(alice, people):
    ann, page = people[0], f"/trail/?employee={people[0]}&kind="
    for path in (f"/people/{ann}/prepare", f"/talks/{ann}/my-paper"):
        alice.get(path)
    for path in (f"/plan/{ann}.pdf", f"/talks/{ann}.pdf"):
        alice.open(path)
        alice.open(f"{path}?copy=private")
    sheet = "the private preparation of the one-on-one with Ann"
    paper = "the manager’s own paper for the one-on-one with Ann"

    assert lines(alice.get(f"{page}seen"))[:2] == [
        f"Alice looked at {paper}",
        f"Alice looked at {sheet}",
    ]
    assert lines(alice.get(f"{page}taken")) == [
        f"Alice printed {paper}",
        "Alice printed a one-on-one with Ann",
        f"Alice printed {sheet}",
        "Alice printed the plan of Ann",
    ]


@pytest.mark.parametrize("action", trail_words.ACTIONS)
def test_whatever_an_entry_may_say_it_can_be_read(action):
    told = {type.__tablename__ for type in MODELS}
    subjects = {*LINKS, *told, *(f"{one}s" for one in told), "of another release"}

    assert all(trail_words.sentence(action, one, None, None) for one in subjects)


def join(app, alice, other, role):
    with app.app_context():
        factory.add(
            Membership(team_id=alice.team_id, manager_id=other.manager_id, role=role)
        )


@pytest.mark.parametrize(("role", "status"), [("editor", 200), ("viewer", 404)])
def test_who_may_only_look_does_not_see_it(app, alice, bob, people, role, status):
    join(app, alice, bob, role)

    bob.get(f"/trail/?team={alice.team_id}", status)
    bob.get(f"/trail/?employee={people[0]}", status)


def test_another_teams_trail_looks_like_none(alice, bob, people):
    assert len(lines(bob.get("/trail/"))) == 1
    bob.get(f"/trail/?team={alice.team_id}", 404)
    bob.get(f"/trail/?employee={people[0]}", 404)
    for wrong in ("0", "abc", "99999999999999999999", "1%00"):
        alice.get(f"/trail/?employee={wrong}", 404)


def test_of_someone_removed_it_can_still_be_read(alice, people):
    alice.post(f"/people/{people[0]}/remove")
    told = lines(alice.get(f"/trail/?employee={people[0]}"))

    assert told[0] == "Alice removed the page of Ann"


def test_a_long_trail_comes_in_pages(app, alice, people):
    with app.app_context():
        for _ in range(101):
            db.session.add(
                AuditEntry(action="viewed", subject="board", team_id=alice.team_id)
            )
        db.session.commit()
    first = alice.get("/trail/")
    later = alice.get(first.select_one("[rel=next]")["href"])

    assert (len(lines(first)), len(lines(later))) == (100, 6)


def test_a_long_name_does_not_widen_the_page(live_server, new_page):
    with live_server.app.app_context():
        factory.employee(live_server.team_id, "Wilhelmina van den Boogaard " * 4)
    page = new_page(width=390)
    page.goto("/trail/")

    assert page.evaluate("document.documentElement.scrollWidth") == 390
