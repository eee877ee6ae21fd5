"""Steps to get acquainted: planned on a safe task, changed, done, dropped, and told."""

from datetime import date, timedelta

import factory
import pytest
from browsing import at_once

from delegate import i18n, rules, wording
from delegate.dialogue import acquainting
from delegate.models import Employee, Step, Task, db, utc_now


@pytest.fixture
def ann(app, alice):
    """The id of Ann, of whom only informing and help have been seen."""
    with app.app_context():
        employee = factory.employee(alice.team_id)
        for criterion in ("informs", "help"):
            factory.rating(employee, criterion, 4, rater_id=alice.manager_id)
        factory.rating(employee, "choices", None, rater_id=alice.manager_id)
        return employee.id


@pytest.fixture
def work(app, alice):
    """The ids of four tasks by title, the riskiest first."""
    facts = {
        "Talks": {"stakes": "high", "undo": "no"},
        "Budget": {"stakes": "medium", "undo": "effort"},
        "Rota": {"stakes": "low", "undo": "effort"},
        "Agenda": {"stakes": "low", "undo": "easy"},
    }
    with app.app_context():
        return {
            title: factory.task(alice.team_id, title, **known).id
            for title, known in facts.items()
        }


def steps(app):
    with app.app_context():
        return db.session.scalars(db.select(Step).order_by(Step.id)).all()


def add_step(app, id, criterion="choices", **changes):
    with app.app_context():
        employee = db.session.get(Employee, id)
        given = {"kind": "acquaint", "text": "Two options.", **changes}
        team = {"team_id": employee.team_id, "employee_id": id}
        return factory.add(Step(criterion=criterion, **team, **given)).id


def as_it_stands(page):
    """Return what the form of the page would send as it is."""
    form = page.select_one("main form:has(fieldset)")
    data = {tag["name"]: tag.text.strip("\n") for tag in form.select("textarea")}
    for select in form.select("select"):
        chosen = select.select_one("[selected]") or select.option
        data[select["name"]] = chosen["value"]
    for tag in form.select("input"):
        if tag["type"] != "checkbox" or tag.has_attr("checked"):
            data[tag["name"]] = tag.get("value", "")
    return data


def words(tag):
    return " ".join(tag.text.split())


# ---- what is proposed


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 20), date(2026, 11, 27)),
        (date(2026, 11, 21), date(2026, 11, 30)),
        (date(2026, 11, 22), date(2026, 11, 30)),
        (date(2026, 11, 23), date(2026, 11, 30)),
    ],
)
def test_the_day_is_a_working_day_in_a_week(app, alice, today, day):
    with app.app_context():
        assert acquainting.first_day(today, alice.team_id) == day


def task(id, title, stakes="low", undo="easy", **changes):
    clear = {"outcome_clear": "clear", "limits_clear": "clear", "reserved": False}
    known = {**clear, "stakes": stakes, "undo": undo, **changes}
    return Task(id=id, title=title, **known)


def test_the_safest_come_first_and_the_risky_not_at_all():
    tasks = [
        task(1, "b", "medium"),
        task(2, "B"),
        task(3, "a"),
        task(4, "A", undo="effort"),
        task(5, "High", "high"),
        task(6, "Final", undo="no"),
        task(7, "Mine", reserved=True),
        task(8, "Open", limits_clear=None),
    ]

    assert [one.id for one in acquainting.safest(tasks)] == [3, 2, 4, 1]
    for one in tasks:
        reasons = acquainting.too_risky(one.facts())
        assert (reasons == []) == rules.safe_to_try(one.facts())


def test_what_is_asked_about_or_in_hand_goes_before_the_safest():
    tasks = [task(n, f"Task {n}", "medium") for n in range(1, 7)]
    risky = task(7, "Talks", "high", "no")

    def offered(in_hand, asked):
        found = acquainting.to_offer([*tasks, risky], in_hand, asked)
        return [one.id for one in found]

    assert offered({5, 7}, None) == [5, 1, 2, 3]
    assert offered({5}, tasks[3]) == [4, 5, 1, 2, 3]
    assert offered({5}, risky) == [1, 2, 3]


# ---- planning


def test_each_unseen_criterion_gets_a_step_as_proposed(app, alice, ann, work):
    url = f"/steps/{ann}"
    page = alice.get(url)
    assert [one.text for one in page.select("legend")] == [
        "Makes sound choices",
        "Provides for own needs",
    ]

    response = alice.post(url, **as_it_stands(page))

    assert response.location == f"/people/{ann}#steps"
    made = steps(app)
    assert [(one.criterion, one.task_id) for one in made] == [
        ("choices", work["Agenda"]),
        ("needs", work["Agenda"]),
    ]
    with app.app_context():
        assert {one.due_on for one in made} == {
            acquainting.first_day(i18n.today(), alice.team_id)
        }
    assert made[0].text == str(wording.FIRST_STEPS["choices"])
    assert (made[0].kind, made[0].created_by_id) == ("acquaint", alice.manager_id)


def test_only_what_is_ticked_is_planned_and_twice_is_once(app, alice, ann, work):
    url = f"/steps/{ann}"
    data = as_it_stands(alice.get(url))
    del data["choices-wanted"]
    data |= {"needs-text": "Ask for the keys.", "needs-task_id": ""}

    alice.click_again_and_again(url, **data)

    assert [(one.criterion, one.text, one.task_id) for one in steps(app)] == [
        ("needs", "Ask for the keys.", None)
    ]


def test_on_a_risky_task_the_safest_are_offered_and_it_says_why(alice, ann, work):
    page = alice.get(f"/steps/{ann}?task={work['Talks']}")

    note = words(page.select_one(".note"))
    assert "Too risky to get acquainted on: a lot depends on it; it cannot be" in note
    assert "Safer in this list: Agenda; Rota; Budget." in note
    options = page.select("[name=choices-task_id] option")
    assert [one.text for one in options] == [
        "Agenda",
        "Rota",
        "Budget",
        "None in particular",
    ]
    assert page.select_one("[name=familiarity-task_id]")["value"] == str(work["Talks"])
    text = page.select_one("[name=familiarity-text]").text.strip()
    assert text == str(wording.TOGETHER_FIRST)


@pytest.mark.parametrize("wrong", [{"needs-text": " "}, {"needs-due_on": "soon"}])
def test_a_fault_keeps_everything(app, alice, ann, work, wrong):
    url = f"/steps/{ann}"
    typed = as_it_stands(alice.get(url)) | {"choices-text": "Mine."} | wrong

    page = alice.page(alice.post(url, **typed), 422)

    assert page.select("#faults a[href^='#needs-']")
    assert page.select_one("[name=choices-text]").text.strip() == "Mine."
    assert steps(app) == []


def test_a_task_of_another_team_is_none(app, alice, bob, ann, work):
    with app.app_context():
        theirs = factory.task(bob.team_id).id
    url = f"/steps/{ann}"
    data = as_it_stands(alice.get(url)) | {"needs-task_id": str(theirs)}

    assert alice.post(url, **data).status_code == 422
    assert steps(app) == []


# ---- changing, doing, dropping


def test_a_step_is_changed_and_an_old_save_shows_both(app, alice, ann, work):
    url = f"/steps/{ann}/{add_step(app, ann)}"
    sent = {"version": "1", "text": "Three options.", "task_id": str(work["Rota"])}
    assert alice.post(url, **sent).location == f"/people/{ann}#steps"

    stale = {**sent, "text": "Four options.", "task_id": ""}
    page = alice.page(alice.post(url, **stale), 409)

    conflict = page.select_one("#conflict").text
    assert "Three options." in conflict
    assert "Rota" in conflict
    [step] = steps(app)
    assert (step.text, step.task_id, step.version) == (
        "Three options.",
        work["Rota"],
        2,
    )


@pytest.mark.parametrize("criterion", ["choices", "familiarity"])
def test_done_leads_to_what_was_seen(app, alice, ann, work, criterion):
    rota = work["Rota"]
    id = add_step(app, ann, criterion, task_id=rota)

    response = alice.post(f"/steps/{ann}/{id}/done")

    to_rate = {
        "choices": f"/ratings/{ann}#choices",
        "familiarity": f"/pairs/{ann}/{rota}#familiarity",
    }
    assert response.location == to_rate[criterion]
    assert steps(app)[0].done_at
    undo = alice.get(f"/people/{ann}").select_one(".flashes form")["action"]
    alice.post(undo)
    assert steps(app)[0].done_at is None


def test_a_step_can_be_dropped(app, alice, ann):
    id = add_step(app, ann)

    alice.post(f"/steps/{ann}/{id}/drop")

    assert steps(app) == []


def test_a_step_of_another_kind_or_person_is_not_found_here(app, alice, ann):
    repair = add_step(app, ann, kind="repair")
    mine = add_step(app, ann)
    with app.app_context():
        other = factory.employee(alice.team_id, "Bea").id

    for id in (f"{ann}/{repair}", f"{other}/{mine}"):
        assert alice.open(f"/steps/{id}").status_code == 404
        assert alice.post(f"/steps/{id}/drop").status_code == 404
    section = alice.get(f"/people/{ann}").select_one("#steps")
    assert section.text.count("Two options.") == 1


# ---- where it is told


def test_the_person_and_the_cell_tell_what_is_planned(app, alice, ann, work):
    due = date(2099, 1, 5)
    add_step(app, ann, task_id=work["Rota"], due_on=due)
    person = alice.get(f"/people/{ann}").select_one("#steps")
    cell = alice.get(f"/pairs/{ann}/{work['Rota']}").select_one("#acquaint + table")

    for place in (person, cell):
        assert "Rota, by Monday 5 January 2099" in words(place)
        assert "Two options." in words(place)
    assert str(wording.ACQUAINT["choices"]) not in cell.text
    assert str(wording.ACQUAINT["needs"]) in cell.text


def test_the_cell_of_a_risky_task_leads_to_safer_ones(alice, ann, work):
    page = alice.get(f"/pairs/{ann}/{work['Talks']}")
    section = page.select_one("[aria-labelledby=acquaint]")

    assert section.h2.text == "To get acquainted"
    assert "Safer in this list: Agenda; Rota; Budget." in words(section)
    assert section.select(f"a[href='/pairs/{ann}/{work['Agenda']}']")


def test_what_is_scored_meanwhile_offers_its_step_as_done(app, alice, ann, work):
    add_step(app, ann, task_id=work["Rota"])
    with app.app_context():
        employee = db.session.get(Employee, ann)
        factory.rating(employee, "choices", 4, rater_id=alice.manager_id)

    for url in (f"/people/{ann}", f"/pairs/{ann}/{work['Rota']}"):
        assert "You have seen this meanwhile. Is the step done?" in alice.get(url).text


def test_what_is_done_is_told_no_more(app, alice, ann, work):
    add_step(app, ann, task_id=work["Rota"], done_at=utc_now())

    for url in (f"/people/{ann}", f"/pairs/{ann}/{work['Rota']}", "/"):
        assert "Two options." not in alice.get(url).text


def test_a_step_on_a_removed_task_comes_back_with_it(app, alice, ann, work):
    add_step(app, ann, task_id=work["Rota"])
    with app.app_context():
        db.session.get(Task, work["Rota"]).removed_at = utc_now() - timedelta(days=1)
        db.session.commit()

    assert "Two options." not in alice.get(f"/people/{ann}").text


def test_today_tells_the_step_that_is_planned_first(app, alice, ann, work):
    assert (
        str(wording.ACQUAINT["choices"]) in alice.get("/").select_one("#meet + ul").text
    )
    add_step(app, ann, "needs", text="The later one.")
    add_step(app, ann, task_id=work["Rota"], due_on=date(2099, 1, 5))

    row = alice.get("/").select_one("#meet + ul a")
    assert "Rota, by Monday 5 January 2099: Two options." in words(row)
    assert row["href"] == f"/steps/{ann}"


def test_the_shared_plan_tells_the_step_and_not_what_it_is_for(app, alice, ann, work):
    with app.app_context():
        employee, rota = (
            db.session.get(Employee, ann),
            db.session.get(Task, work["Rota"]),
        )
        factory.agreement(employee, rota)
    add_step(app, ann, task_id=work["Rota"], due_on=date(2099, 1, 5))
    add_step(app, ann, "needs", task_id=work["Agenda"], text="Elsewhere.")

    paper = words(alice.get(f"/plan/{ann}").select_one(".paper"))

    assert "First stepBy 5 January 2099: Two options." in paper
    assert "Elsewhere." not in paper
    for told in ("sound choices", "Makes sound", str(wording.UNSEEN)):
        assert told.lower() not in paper.lower()


def test_the_private_sheet_tells_the_step_in_place_of_the_hint(app, alice, ann, work):
    add_step(app, ann, task_id=work["Rota"])
    add_step(app, ann, "familiarity", task_id=work["Rota"], text="Together once.")

    paper = words(alice.get(f"/people/{ann}/prepare").select_one(".paper"))

    assert "Planned, Rota: Two options." in paper
    assert "Planned, Rota: Together once." in paper
    assert str(wording.ACQUAINT["choices"]) not in paper
    assert str(wording.ACQUAINT["needs"]) in paper


def test_what_was_planned_in_another_tab_meanwhile_loses_no_text(app, alice, ann, work):
    form = as_it_stands(alice.get(f"/steps/{ann}"))
    alice.post(f"/steps/{ann}", **form)
    late = {**form, "choices-text": "Typed in the other tab."}
    page = alice.page(alice.post(f"/steps/{ann}", **late), 409)

    assert "Typed in the other tab." in page.text
    assert "planned meanwhile" in page.text
    assert len(steps(app)) == 2


@pytest.mark.parametrize("clicks", [("done",) * 3, ("drop",) * 3, ("done", "drop", "")])
def test_clicks_at_the_same_moment_end_in_words(app, alice, ann, clicks):
    one = add_step(app, ann)
    form = {"text": "Three options.", "task_id": "", "due_on": "", "version": "1"}
    here = f"/steps/{ann}/{one}"
    sent = [(alice, f"{here}/{click}".rstrip("/"), form) for click in clicks]

    assert set(at_once(*sent)) <= {302, 404, 409}
