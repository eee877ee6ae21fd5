"""Teams: added, named, removed and put back, and which one is shown."""

import factory
import pytest

from delegate.models import Manager, Membership, Team, db


@pytest.fixture
def second(app, alice):
    """The id of a second team of Alice's."""
    alice.post("/teams/", name="Night shift")
    with app.app_context():
        return db.session.scalar(db.select(Team.id).filter_by(name="Night shift"))


def names(browser, path="/teams/"):
    return [item.text for item in browser.get(path).select(".lines > li > span")]


def test_a_manager_without_a_team_gets_one_with_the_first_name(app, alice):
    alice.post(f"/teams/{alice.team_id}/remove")
    alice.get("/people/")
    alice.post("/people/", name="Ann Verhoeven", role="")

    assert "My team" in alice.get("/teams/").text
    assert "Ann Verhoeven" in alice.get("/people/").text


def test_a_page_alone_makes_no_team(app, alice):
    alice.post(f"/teams/{alice.team_id}/remove")
    for path in ("/people/", "/tasks/", "/people/removed", "/tasks/removed", "/teams/"):
        alice.get(path)
    alice.post("/people/", name=" ")

    with app.app_context():
        assert db.session.scalars(db.select(Team.name)).all() == ["Team of Alice"]


def test_the_switch_is_there_from_two_teams_on(alice, second):
    switch = alice.get(f"/people/?team={second}").select_one(".team-switch")

    assert switch.select_one("[aria-current]").text == "Night shift"
    assert len(switch.select("a")) == 2
    alice.post(f"/teams/{second}/remove")
    assert alice.get("/people/").select(".team-switch") == []


def test_the_team_last_shown_is_shown_again(alice, second):
    alice.post(f"/people/?team={second}", name="Noor", role="")

    assert "Noor" in alice.get("/people/").text
    assert "Noor" not in alice.get(f"/people/?team={alice.team_id}").text
    assert "Noor" not in alice.get("/people/").text


def test_a_team_gets_another_name(alice):
    alice.post(f"/teams/{alice.team_id}", name="Day shift", country="NL", version="1")

    assert "Day shift" in names(alice)[0]


@pytest.mark.parametrize("version", ["0", "", "x"])
def test_an_old_name_does_not_replace_a_new_one(alice, version):
    path = f"/teams/{alice.team_id}"
    page = alice.page(
        alice.post(path, name="Day shift", country="NL", version=version), 409
    )

    conflict = page.select_one("#conflict").text
    assert "Day shift" in conflict
    assert "Team of Alice" in conflict
    assert page.select_one("#name")["value"] == "Day shift"
    alice.post(
        path,
        name="Day",
        country="NL",
        version=page.select_one("[name=version]")["value"],
    )
    assert "Day" in names(alice)[0]


@pytest.mark.parametrize("name", [" ", "x" * 501, "a\0b"])
def test_a_bad_name_is_refused(alice, name):
    for path in ("/teams/", f"/teams/{alice.team_id}"):
        page = alice.page(alice.post(path, name=name, version="1"), 422)
        assert page.select("#faults a[href='#name']")


def test_a_removed_team_can_be_put_back_with_its_people(alice, second):
    alice.post(f"/people/?team={second}", name="Noor", role="")
    alice.post(f"/teams/{second}/remove")
    undo = alice.get("/teams/").select_one(".flashes form")["action"]

    alice.get(f"/people/?team={second}", 404)
    alice.post(undo)
    assert "Noor" in alice.get(f"/people/?team={second}").text


def test_a_team_of_someone_else_cannot_be_reached(alice, bob):
    team = alice.team_id
    bob.get(f"/people/?team={team}", 404)
    bob.get(f"/teams/{team}", 404)
    alice.post(f"/teams/{team}/remove")

    assert bob.post(f"/teams/{team}/put-back").status_code == 404


def test_an_editor_names_a_team_and_only_its_owner_removes_it(app, alice, bob):
    with app.app_context():
        bob_id = db.session.scalar(db.select(Manager.id).filter_by(name="Bob"))
        factory.add(Membership(team_id=alice.team_id, manager_id=bob_id, role="editor"))
    path = f"/teams/{alice.team_id}"

    assert bob.post(path, name="Ours", country="NL", version="1").status_code == 302
    assert bob.get(path).select(f"form[action='{path}/remove']") == []
    assert bob.post(f"{path}/remove").status_code == 404


def test_who_only_looks_changes_nothing(app, alice, bob):
    with app.app_context():
        bob_id = db.session.scalar(db.select(Manager.id).filter_by(name="Bob"))
        factory.add(Membership(team_id=alice.team_id, manager_id=bob_id, role="viewer"))
        employee_id = factory.employee(alice.team_id).id
        task_id = factory.task(alice.team_id, stakes=None).id
    team = f"?team={alice.team_id}"

    for path in ("/people/", "/tasks/"):
        assert bob.get(path + team).select("main form[method=post]") == []
        assert bob.post(path + team, name="x", title="x").status_code == 404
    bob.get(f"/people/{employee_id}")
    bob.get(f"/tasks/{task_id}")
    for path in (f"/people/{employee_id}/edit", f"/tasks/{task_id}/edit"):
        bob.get(path, 404)
    assert bob.post(f"/tasks/{task_id}/facts", stakes="low").status_code == 404
    ticked = bob.post("/tasks/set" + team, task=task_id, setting="remove")
    assert ticked.status_code == 404


def test_the_sample_team_can_be_opened_until_it_is_there(alice):
    way_in = "main form[action='/demo/load']"
    assert alice.get("/teams/").select_one(way_in)
    alice.post("/demo/load")
    assert not alice.get("/teams/").select_one(way_in)
