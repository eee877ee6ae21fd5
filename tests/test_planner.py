"""Who could take what: wishes, what comes of them, drafts and paper."""

import factory
import pytest
from browsing import at_once
from conftest import on_one_database
from counting import statements
from paper_checks import assert_accessible, text_of

from delegate import assigning
from delegate.models import (
    Agreement,
    Employee,
    Membership,
    Proposal,
    ProposedPerson,
    ProposedTask,
    Task,
    db,
)

LONG_BEFORE = {"outcome": "A planning", "limits": "Forty hours a crew"}


@pytest.fixture
def team(app, alice):
    """Ann can advise on the planning and Bo can be heard on it; the rest by wish."""
    with app.app_context():
        ids = {}
        for name, score, free in (("Ann", 4, 6), ("Bo", 2, 5)):
            one = factory.employee(alice.team_id, name, hours_free=free)
            factory.rated(one, *[score] * 4, rater_id=alice.manager_id)
            ids[name] = one.id
        for title, hours in (("Planning", 6), ("Report", 4)):
            one = factory.task(
                alice.team_id, title, hours=hours, with_me=True, **LONG_BEFORE
            )
            for name, score in (("Ann", 5), ("Bo", 3)):
                who = db.session.get(Employee, ids[name])
                factory.rating(
                    who, "familiarity", score, task=one, rater_id=alice.manager_id
                )
            ids[title] = one.id
        factory.task(alice.team_id, "Sickness", with_me=True, reserved=True)
        factory.task(alice.team_id, "Keys", with_me=True, undo=None, hours=1)
        factory.task(alice.team_id, "Invoices", hours=9)
    alice.url = f"/planner/{alice.team_id}"
    return ids


def as_it_stands(page):
    """Return what the form of wishes sends."""
    form = page.select_one("main form[method=post]")
    sent = {
        tag["name"]: tag.get("value", "")
        for tag in form.select("input[name]")
        if tag.get("form") is None
        and (tag["type"] != "checkbox" or tag.has_attr("checked"))
    }
    for tag in form.select("select"):
        chosen = tag.select_one("option[selected]") or tag.select_one("option")
        sent[tag["name"]] = chosen["value"]
    return sent


def worked_out(alice, **wishes):
    """Work it out with these wishes, by the names of the fields; return the answer."""
    return alice.post(alice.url, **{**as_it_stands(alice.get(alice.url)), **wishes})


def rows(page):
    """Return the words of each row of the tasks, by the title of the task."""
    lines = page.select("main section:has(> #tasks) tbody tr")
    return {
        line.th.a.text.strip(): " ".join(line.select("td")[-1].text.split())
        for line in lines
    }


@on_one_database
def test_a_proposal_frees_the_most_hours_and_says_why(alice, team):
    assert worked_out(alice).status_code == 302

    page = alice.get(alice.url)
    text = " ".join(page.main.text.split())
    found = rows(page)

    assert page.select_one("#freed").text == "6.6 of your hours a week come free"
    assert "This is the best possible" in text
    assert "My hours on these tasks: 10 now, 3.4 then." in text
    assert found["Planning"].startswith("Ann 6 Hear afterwards 5.4 of 6 hours come")
    assert "Nobody has a higher level for it." in found["Planning"]
    assert found["Report"].startswith("Bo 3 Hear a proposal 1.2 of 4 hours come free")
    assert "Higher, but without the hours: Ann." in found["Report"]
    assert "6 before, 0 after" in text
    assert "5 before, 1 after" in text
    assert "Keys Can it be undone?" in text
    assert "Invoices" not in text
    assert page.select_one("#reserved").parent.li.text.split()[0] == "Sickness"


@on_one_database
def test_wishes_hold_and_stay_on_the_page(app, alice, team):
    ann, bo = team["Ann"], team["Bo"]
    planning, report = team["Planning"], team["Report"]
    wishes = {f"t{planning}-wish": "stays", f"t{report}-wish": bo, "least": "2"}
    wishes |= {f"p{ann}-is_out": "y", f"p{bo}-hours": "4,5", f"t{report}-hours": "4.2"}
    assert worked_out(alice, **wishes).status_code == 302

    page = alice.get(alice.url)
    found, kept = rows(page), as_it_stands(page)

    assert found["Planning"] == "Stays with me Kept beforehand."
    assert found["Report"].startswith("Bo 3 Hear a proposal 1.26 of 4.2 hours come")
    assert "Chosen beforehand." in found["Report"]
    assert {name: kept[name] for name in wishes} == {
        **wishes,
        f"t{report}-wish": str(bo),
        f"p{bo}-hours": "4.5",
    }
    with app.app_context():
        assert db.session.get(Employee, bo).hours_free == 4.5
        assert db.session.get(Task, report).hours == 4.2


@on_one_database
def test_a_fault_keeps_all_that_was_typed_and_saves_nothing(app, alice, team):
    wishes = {f"p{team['Ann']}-hours": "many", f"t{team['Report']}-hours": "5"}
    wishes |= {f"t{team['Planning']}-wish": "987", "least": "2"}
    page = alice.page(worked_out(alice, **wishes), 422)

    assert [link["href"] for link in page.select("#faults a")] == [
        f"#t{team['Planning']}-wish",
        f"#p{team['Ann']}-hours",
    ]
    kept = as_it_stands(page)
    assert {name: kept[name] for name in wishes if "wish" not in name} == {
        name: said for name, said in wishes.items() if "wish" not in name
    }
    with app.app_context():
        assert db.session.get(Task, team["Report"]).hours == 4
        assert db.session.scalars(db.select(Proposal)).all() == []


@on_one_database
def test_it_says_which_wish_is_in_the_way(app, alice, team):
    """Each wish leads to its field, and nothing of it is saved."""
    planning, bo = team["Planning"], team["Bo"]
    page = alice.page(
        worked_out(alice, **{f"t{planning}-wish": bo, f"p{team['Ann']}-grows": "y"}),
        422,
    )
    found = [(link.text, link["href"]) for link in page.select("#faults li a")]

    assert ("“Planning” goes to Bo", f"#t{planning}-wish") in found
    assert ("No more hours than Bo has free", f"#p{bo}-hours") in found
    assert ("Ann wants to grow", f"#p{team['Ann']}-grows") in found
    assert all(page.select(href) for _words, href in found)
    assert as_it_stands(page)[f"t{planning}-wish"] == str(bo)

    text = " ".join(page.select_one("#faults").text.split())
    assert "“Planning” goes to Bo: needs 6 hours a week" in text
    assert "No more hours than Bo has free: asked: 6 hours a week, free: 5" in text
    assert "Give up one wish of each list" in text
    assert "Giving up the first of each list is enough." in text
    wish = {f"t{planning}-wish": bo, "least": "4", f"p{bo}-hours": "9"}
    text = alice.page(worked_out(alice, **wish), 422).select_one("#faults").text
    assert "“Planning” goes to Bo: advised level 3, the least is 4" in text
    assert "Give up one of these:" in text
    assert "Giving up the first is enough." in text
    assert "of each list" not in text

    everyone = {f"p{team[name]}-is_out": "y" for name in ("Ann", "Bo")}
    page = alice.page(worked_out(alice, **everyone), 422)
    link = page.select_one("#faults p a")
    assert (link.text, link["href"]) == (
        "Nobody may take anything: untick “Takes nothing” for someone.",
        "#people",
    )
    no_hours = {f"t{team[title]}-hours": "" for title in ("Planning", "Report")}
    page = alice.page(worked_out(alice, **no_hours), 422)
    assert "There is no task with hours that someone could take" in page.text
    with app.app_context():
        assert db.session.scalars(db.select(Proposal)).all() == []


@on_one_database
def test_a_task_to_grow_in_is_found_where_it_is_wished(app, alice, team):
    """One above how it goes now, and a slip in it can be undone."""
    with app.app_context():
        bo = db.session.get(Employee, team["Bo"])
        planning = db.session.get(Task, team["Planning"])
        bo.hours_free = 6
        factory.pair(bo, planning, current=2)
    worked_out(alice)
    assert rows(alice.get(alice.url))["Planning"].startswith("Ann")

    worked_out(alice, **{f"p{team['Bo']}-grows": "y"})
    found = rows(alice.get(alice.url))["Planning"]
    assert found.startswith("Bo 3 Hear a proposal")
    assert "A task to grow in: 3 is one above how it goes now." in found


@on_one_database
def test_only_what_comes_free_beyond_what_is_let_go_now_counts(app, alice, team):
    """What is let go already counts once, at the furthest level; and it is no gain."""
    with app.app_context():
        ann, bo = (db.session.get(Employee, team[name]) for name in ("Ann", "Bo"))
        planning = db.session.get(Task, team["Planning"])
        factory.pair(ann, planning, current=5)
        factory.pair(bo, planning, current=2)
    worked_out(alice)
    page = alice.get(alice.url)
    text, found = " ".join(page.main.text.split()), rows(page)

    # 3.6 hours of the report, rather than 1.2 of the planning that are free not yet.
    assert page.select_one("#freed").text == "3.6 of your hours a week come free"
    assert "My hours on these tasks: 5.8 now, 2.2 then." in text
    assert "Beside these, 4.2 are free already" in text
    assert found["Report"].startswith("Ann 6 Hear afterwards 3.6 of 4 hours come free")
    assert "Who could take it takes something else instead." in found["Planning"]
    assert "4.2 of 6 hours are free already: Ann does it now at level 5." in text
    assert text.count("does it now: 5") == 1

    with app.app_context():
        db.session.get(Employee, team["Ann"]).hours_free = 20
        bo = db.session.get(Employee, team["Bo"])
        factory.pair(bo, db.session.get(Task, team["Report"]), current=6)
        db.session.commit()
    assert "have changed" in alice.get(alice.url).main.text
    assert "now, 2.2 then" not in alice.get(alice.url).main.text
    worked_out(alice)
    page = alice.get(alice.url)
    found = rows(page)
    assert page.select_one("#freed").text == "1.2 of your hours a week come free"
    assert found["Planning"].startswith("Ann 6 Hear afterwards 1.2 of 6 hours come")
    assert found["Report"].startswith(
        "Stays as it is Nobody would do it further than it is done now. 3.6 of 4 hours"
    )


@on_one_database
def test_two_tabs_do_not_undo_each_other(app, alice, team):
    ann, report = f"p{team['Ann']}-hours", f"t{team['Report']}-hours"
    first = as_it_stands(alice.get(alice.url))
    assert alice.post(alice.url, **{**first, ann: "3"}).status_code == 302
    wish = {**first, ann: "3", "least": "2"}
    words = alice.page(alice.post(alice.url, **wish), 409).select_one("#conflict").text
    assert "At least at level" in words

    page = alice.page(alice.post(alice.url, **{**first, ann: "2", report: "1"}), 409)
    words = page.select_one("#conflict").text

    assert "Ann: Hours a week free" in words
    assert [tag.text for tag in page.select("#conflict dd")][:2] == ["2", "3"]
    with app.app_context():
        assert db.session.get(Employee, team["Ann"]).hours_free == 3
    again = as_it_stands(page)
    assert (again[ann], again[report]) == ("2", "1")
    assert alice.post(alice.url, **again).status_code == 302
    with app.app_context():
        assert db.session.get(Employee, team["Ann"]).hours_free == 2

    shown = as_it_stands(alice.get(alice.url))
    with app.app_context():  # from the page of the person, and of the task
        db.session.get(Employee, team["Ann"]).hours_free = 9
        db.session.get(Task, team["Report"]).title = "Monthly report"
        db.session.commit()
    page = alice.page(alice.post(alice.url, **shown), 409)
    assert [tag.text for tag in page.select("#conflict dd")] == ["2", "9"]


@on_one_database
def test_each_manager_has_wishes_of_their_own(app, alice, bob, team):
    with app.app_context():
        share = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(role="editor", **share))
    out = f"p{team['Ann']}-is_out"
    worked_out(alice, **{out: "y"})

    his = bob.get(alice.url)
    assert not his.select("#drafts, #freed")
    assert out not in as_it_stands(his)
    bob.url = alice.url
    assert worked_out(bob).status_code == 302
    assert out in as_it_stands(alice.get(alice.url))

    with app.app_context():
        his = (alice.team_id, bob.manager_id)
        db.session.get(Membership, his).role = "viewer"
        db.session.commit()
    assert alice.open(f"{alice.url}.pdf").status_code == 200
    assert bob.open(f"{alice.url}.pdf").status_code == 404


@on_one_database
def test_what_is_saved_while_it_is_worked_out_stays(app, alice, team, monkeypatch):
    sent = as_it_stands(alice.get(alice.url))

    def slowly(*args, assign=assigning.assign, **kwargs):
        with db.engine.begin() as other:
            values = {"hours_free": 9, "version": Employee.version + 1}
            other.execute(db.update(Employee).values(**values))
        return assign(*args, **kwargs)

    monkeypatch.setattr(assigning, "assign", slowly)
    page = alice.page(alice.post(alice.url, **sent), 409)

    assert "Ann: Hours a week free" in page.select_one("#conflict").text
    with app.app_context():
        assert set(db.session.scalars(db.select(Employee.hours_free))) == {9}
        assert db.session.scalar(db.select(Proposal)) is None


def test_of_several_clicks_at_once_one_is_kept(app, alice, team):
    """Both when it is worked out, and when drafts are made of it."""
    sent = as_it_stands(alice.get(alice.url))
    assert set(at_once(*[(alice, alice.url, sent)] * 3)) == {302}
    drafts = ticked(alice.get(alice.url))
    assert len(drafts["task"]) == 2
    assert set(at_once(*[(alice, f"{alice.url}/drafts", drafts)] * 3)) == {302}

    with app.app_context():
        assert len(db.session.scalars(db.select(Proposal)).all()) == 1
        assert len(db.session.scalars(db.select(ProposedTask)).all()) == 2
        assert len(db.session.scalars(db.select(ProposedPerson)).all()) == 2
        made = db.session.scalars(db.select(Agreement)).all()
        assert sorted((one.level, one.employee_id) for one in made) == sorted(
            [(6, team["Ann"]), (3, team["Bo"])]
        )


def ticked(page):
    """Return what the form of drafts sends."""
    form = page.select_one("#drafts")
    sent = {tag["name"]: tag["value"] for tag in form.select("input[value]")}
    boxes = page.select("input[type=checkbox][form=drafts][checked]")
    return {**sent, "task": [tag["value"] for tag in boxes]}


@on_one_database
def test_drafts_take_outcome_and_limits_along(app, alice, team):
    """What counts as 3 while it is provisional becomes a draft at 3, and says why."""
    with app.app_context():
        ann, bo = (db.session.get(Employee, team[name]) for name in ("Ann", "Bo"))
        factory.rating(ann, "help", None, rater_id=alice.manager_id)
        factory.agreement(bo, db.session.get(Task, team["Report"]), 3, state="draft")
    worked_out(alice)
    page = alice.get(alice.url)
    assert "it counts as 3 until more is seen." in rows(page)["Planning"]
    assert "There is a draft" in rows(page)["Report"]
    alice.post(f"{alice.url}/drafts", **{**ticked(page), "task": [team["Report"]]})
    assert "is made" not in alice.get(alice.url).select_one(".flashes").text

    alice.post(f"{alice.url}/drafts", **{**ticked(page), "task": list(team.values())})
    page = alice.get(alice.url)
    said = [note.text.strip() for note in page.select(".flashes .note")]
    assert "1 draft agreement is made" in said[0]
    assert page.select_one(".flashes a")["href"].startswith("/agreements/?")
    assert said[1] == "Left out, as there is an agreement already: Report."
    with app.app_context():
        made = db.session.scalars(
            db.select(Agreement).filter_by(task_id=team["Planning"])
        ).one()
        assert (made.state, made.level, made.advised) == ("draft", 3, 4)
        assert (made.outcome, made.limits) == tuple(LONG_BEFORE.values())
        assert made.reason
        assert made.look_back_on
    assert f"/agreements/{made.id}" in str(page.select_one("section:has(> #tasks)"))


@on_one_database
def test_it_says_that_facts_have_changed_since(app, alice, team):
    """What is shown stays what was worked out, and goes into no draft."""
    worked_out(alice)
    page = alice.get(alice.url)
    before, drafts = page.select_one("#freed").text, ticked(page)
    assert "have changed" not in page.main.text
    with app.app_context():
        ann = db.session.get(Employee, team["Ann"])
        factory.rating(ann, "choices", 3, rater_id=alice.manager_id)

    page = alice.get(alice.url)
    assert "Since this was worked out" in page.main.text
    assert page.select_one("#freed").text == before
    assert "Nobody has a higher level" not in rows(page)["Planning"]
    assert page.select(f"input[form=drafts][value='{team['Planning']}']") == []
    alice.post(f"{alice.url}/drafts", **drafts)
    words = alice.get(alice.url).select_one(".flashes").text
    assert "Left out, as the level is another one now: Planning." in words
    with app.app_context():
        [made] = db.session.scalars(db.select(Agreement)).all()
        assert made.task_id == team["Report"]
    worked_out(alice)
    assert "have changed" not in alice.get(alice.url).main.text
    alice.post(f"{alice.url}/drafts", **drafts)
    assert "worked out again since" in alice.get(alice.url).select_one(".flashes").text


@on_one_database
def test_the_paper_is_marked_as_a_working_paper(alice, team, tmp_path):
    assert alice.open(f"{alice.url}.pdf").status_code == 404
    worked_out(alice)
    answer = alice.open(f"{alice.url}.pdf?lang=nl")
    text = text_of(answer.data)

    assert_accessible(answer.data, tmp_path)
    assert text.startswith("Werkpapier, alleen voor Alice")
    assert "Voor gesprek en ontwikkeling; niet voor" in text
    assert "6,6 van je uren per week komen vrij" in text
    assert "Planning Ann 5,4 van 6 uur komt vrij" in text


@on_one_database
def test_it_asks_the_database_as_often_whatever_the_team(app, alice, team):
    worked_out(alice)
    alice.get(alice.url)
    with statements(app) as few:
        alice.get(alice.url)
    with app.app_context():
        for number in range(20):
            one = factory.employee(alice.team_id, f"Person {number}", hours_free=3)
            factory.rated(one, rater_id=alice.manager_id)
            factory.task(alice.team_id, f"Task {number}", hours=2, with_me=True)
    worked_out(alice)
    with statements(app) as many:
        alice.get(alice.url)

    assert len(many) == len(few) <= 12
