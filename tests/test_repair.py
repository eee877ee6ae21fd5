"""Damaged trust: a reading that sends nothing, a step to mend it, rating only later."""

from datetime import timedelta

import factory
import pytest
from browsing import at_once
from conftest import signed_in
from counting import statements
from paper_checks import assert_accessible, text_of

from delegate import i18n, overview
from delegate.dialogue import mending, reflection
from delegate.models import (
    Employee,
    Membership,
    Postponement,
    Rating,
    Step,
    db,
    utc_now,
)
from delegate.rules import CRITERIA

MARK = "Rated before; postponed on"
QUESTION = "You wanted to talk"


@pytest.fixture
def ann(app, alice):
    """Someone whom Alice rated, who has a task; gives the id."""
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.rated(employee, needs=2, rater_id=alice.manager_id)
        task = factory.task(alice.team_id)
        factory.rating(employee, "familiarity", 4, task=task, rater_id=alice.manager_id)
        factory.pair(employee, task, current=3)
        return employee.id


@pytest.fixture
def carol(app, alice):
    """Carol, who edits Alice's team with her."""
    browser = signed_in(app, "Carol")
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": browser.manager_id}
        factory.add(Membership(**ids, role="editor"))
    return browser


def take_step(browser, ann, criterion="informs", text="Ask what got in the way.", **at):
    data = {"text": text, "task_id": "", "due_on": "", "version": "0", **at}
    return browser.post(f"/repair/{ann}/{criterion}", **data)


def step_id(app):
    with app.app_context():
        return db.session.scalar(db.select(Step.id).order_by(Step.id.desc()))


def move(app, *, days, talk=None):
    """Let the postponement have begun so many days ago; plan a talk in `talk` days."""
    with app.app_context():
        began = utc_now() - timedelta(days=days)
        one = db.session.scalars(db.select(Postponement)).one()
        one.started_at = began
        person = db.session.get(Employee, one.employee_id)
        person.next_talk_at = talk and utc_now() + timedelta(days=talk)
        db.session.commit()


def open_ones(app):
    with app.app_context():
        query = db.select(Postponement).where(Postponement.ended_at.is_(None))
        return db.session.scalars(query).all()


# ---- the reading


def test_each_of_the_eight_opens_on_a_question_and_nothing_is_sent(alice, ann):
    assert len(reflection.CAUSES) == 8
    for path in ("/repair/", f"/repair/{ann}"):
        page = alice.get(path)
        for cause in reflection.CAUSES:
            [opened] = [d for d in page.select("details") if str(cause.words) in d.text]
            assert str(cause.question) in opened.text
            assert opened.select("input, button, a") == []
        earlier, person = page.select("details[name=about]")
        assert all(str(words) in earlier.text for words in reflection.EARLIER)
        assert earlier.select("form, a") == []
    assert str(reflection.REPAIRS["help"]) in person.text


def test_a_person_who_left_or_is_of_another_has_no_such_page(app, alice, bob, ann):
    assert bob.open(f"/repair/{ann}").status_code == 404
    with app.app_context():
        db.session.get(Employee, ann).left_on = i18n.today()
        db.session.commit()

    assert alice.open(f"/repair/{ann}").status_code == 404
    assert "/repair/" not in str(alice.get(f"/people/{ann}").select("main a"))


# ---- a step to mend it


def test_each_criterion_brings_a_proposal(alice, ann):
    assert tuple(reflection.REPAIRS) == CRITERIA
    for criterion, words in reflection.REPAIRS.items():
        page = alice.get(f"/repair/{ann}/{criterion}")
        assert page.select_one("#text").text.strip() == str(words)
        assert "Working note" in page.text
    assert alice.open(f"/repair/{ann}/familiarity").status_code == 404


def test_a_step_stands_on_the_page_and_the_private_sheet_until_it_is_done(
    app, alice, ann, tmp_path
):
    with app.app_context():
        task = factory.task(alice.team_id, "Rota").id
    assert take_step(alice, ann, task_id=task, due_on="2099-02-03").status_code == 302
    id = step_id(app)
    pdf = alice.open(f"/plan/{ann}.pdf?copy=private").data
    assert_accessible(pdf, tmp_path)
    for words in (alice.get(f"/people/{ann}").text, text_of(pdf)):
        assert "Ask what got in the way." in " ".join(words.split())
        assert "3 Feb 2099" in " ".join(words.split())
    assert "got in the way" not in text_of(alice.open(f"/plan/{ann}.pdf").data)

    undo = alice.get(alice.post(f"/repair/steps/{id}/done").location)
    assert "got in the way" not in undo.text
    alice.post(undo.select_one("form[action*=undone]")["action"])
    assert "got in the way" in alice.get(f"/people/{ann}").text
    alice.post(f"/repair/steps/{id}/drop")
    assert step_id(app) is None


@pytest.mark.parametrize(
    "wrong",
    [{"text": " "}, {"text": "a\0b"}, {"due_on": "soon"}, {"task_id": "999"}],
    ids=str,
)
def test_a_fault_is_told_and_all_is_kept(app, alice, ann, wrong):
    page = alice.page(take_step(alice, ann, **wrong), 422)

    assert page.select(".fault")
    assert step_id(app) is None


def test_a_task_of_another_team_cannot_be_named(app, alice, bob, ann):
    with app.app_context():
        theirs = factory.task(bob.team_id).id

    assert take_step(alice, ann, task_id=theirs).status_code == 422


def test_of_two_tabs_the_later_sees_both_texts(app, alice, ann):
    hostile = "<script>alert(1)</script> {{ 7*7 }} \u202e🙂"
    take_step(alice, ann)
    path, data = f"/repair/steps/{step_id(app)}", {"task_id": "", "due_on": ""}
    assert alice.post(path, text=hostile, version="1", **data).status_code == 302
    page = alice.page(alice.post(path, text="Later.", version="1", **data), 409)

    assert [dd.text for dd in page.select(".versions dd")] == ["Later.", hostile]
    assert page.select_one("[name=version]")["value"] == "2"
    assert hostile in alice.get(f"/people/{ann}").text


def test_a_step_is_of_who_took_it(app, alice, carol, ann):
    """On the pages, and in the copy that a colleague makes: that says whom to ask."""
    take_step(alice, ann)
    path = f"/repair/steps/{step_id(app)}"

    for page in (f"/people/{ann}", f"/people/{ann}/prepare", f"/repair/{ann}"):
        assert "got in the way." not in carol.get(page).text
    assert carol.open(path).status_code == 404
    for act in ("done", "drop"):
        assert carol.post(f"{path}/{act}").status_code == 404
    assert "got in the way." not in carol.get(f"/people/{ann}/copy").text
    assert "got in the way." in alice.get(f"/people/{ann}/copy").text


# ---- rating only after a talk


def levels(app, browser):
    """Return all that is made out of what was seen."""
    with app.app_context():
        return overview.overview(browser.team_id, browser.manager_id, i18n.today())


def test_it_changes_no_level_and_marks_what_was_seen(app, alice, ann):
    before = levels(app, alice)
    for path in (f"/people/{ann}", f"/ratings/{ann}"):
        assert MARK not in alice.get(path).text
    alice.post(f"/repair/{ann}/postpone")

    for path in (f"/people/{ann}", f"/ratings/{ann}"):
        assert MARK in alice.get(path).select_one("#postponed").text
    assert levels(app, alice) == before
    take_step(alice, ann)
    move(app, days=40)
    assert levels(app, alice) == before


def test_it_is_an_item_for_the_next_talk(alice, ann, tmp_path):
    assert "between the two of us" not in alice.get(f"/people/{ann}/prepare").text
    alice.post(f"/repair/{ann}/postpone")
    pdf = alice.open(f"/plan/{ann}.pdf?copy=private").data

    assert_accessible(pdf, tmp_path)
    assert "only after this talk" in " ".join(text_of(pdf).split())
    assert "only after this talk" not in text_of(alice.open(f"/plan/{ann}.pdf").data)


@pytest.mark.parametrize(
    ("days", "talk", "asks"),
    [
        (29, None, False),
        (30, None, True),
        (3, 1, False),
        (40, 1, False),
        (3, -1, True),
        (3, -5, False),
        (31, -40, True),
    ],
    ids=[
        "not-yet-a-month",
        "a-month",
        "the-talk-is-to-come",
        "the-talk-is-late-to-come",
        "the-talk-has-been",
        "the-talk-was-before",
        "the-talk-was-before-and-a-month",
    ],
)
def test_it_is_asked_again_after_the_talk(app, alice, ann, days, talk, asks):
    alice.post(f"/repair/{ann}/postpone")
    move(app, days=days, talk=talk)

    assert (QUESTION in alice.get(f"/people/{ann}").text) == asks
    assert (QUESTION in alice.get("/").text) == asks


def test_not_yet_waits_anew_and_yes_leads_to_rating(app, alice, ann):
    alice.post(f"/repair/{ann}/postpone")
    move(app, days=31)
    alice.post(f"/repair/{ann}/postpone")
    assert len(open_ones(app)) == 1
    assert QUESTION not in alice.get(f"/people/{ann}").text
    move(app, days=31)
    answer = alice.post(f"/repair/{ann}/talked")

    assert answer.location == f"/ratings/{ann}"
    assert open_ones(app) == []
    assert MARK not in alice.get(f"/people/{ann}").text


def test_several_clicks_begin_it_once(app, alice, ann):
    answers = alice.click_again_and_again(f"/repair/{ann}/postpone")

    assert {answer.status_code for answer in answers} == {302}
    assert len(open_ones(app)) == 1


def newest(app, criterion):
    """Return the newest row of what was seen on one criterion, as (id, task)."""
    with app.app_context():
        query = db.select(Rating.id, Rating.task_id).filter_by(criterion=criterion)
        return db.session.execute(query.order_by(Rating.id.desc())).first()


def test_rating_one_of_the_four_ends_it_and_says_so(app, alice, ann):
    alice.post(f"/repair/{ann}/postpone")
    data = {"help-score": "3", "help-version": newest(app, "help").id}
    answer = alice.post(f"/ratings/{ann}", **data)

    assert "No longer postponed" in alice.get(answer.location).text
    assert open_ones(app) == []


def test_a_script_that_rates_is_told_so_too(app, alice, ann):
    def rate(score):
        version = newest(app, "help").id
        path = f"/ratings/{ann}/help"
        return alice.post(path, score=score, version=version).json

    told = rate(3)
    assert (told["ended"], "postponed" in told["message"]) == (False, False)
    alice.post(f"/repair/{ann}/postpone")
    assert rate(3)["ended"] is False  # Nothing new was seen.
    told = rate(4)

    assert told["ended"]
    assert "No longer postponed" in told["message"]
    assert open_ones(app) == []


def test_how_familiar_a_task_is_does_not_end_it(app, alice, ann):
    id, task = newest(app, "familiarity")
    alice.post(f"/repair/{ann}/postpone")
    path = f"/ratings/{ann}/familiarity/{task}"
    assert alice.post(path, score=3, version=id).status_code == 200

    assert newest(app, "familiarity").id != id
    assert len(open_ones(app)) == 1


def test_each_manager_waits_alone(app, alice, carol, ann):
    alice.post(f"/repair/{ann}/postpone")
    move(app, days=31)
    for path in (f"/people/{ann}", f"/ratings/{ann}", f"/people/{ann}/prepare"):
        assert MARK not in carol.get(path).text
        assert "after this talk" not in carol.get(path).text
    assert QUESTION not in carol.get(f"/?team={alice.team_id}").text
    carol.post(f"/repair/{ann}/talked")
    rate_all = {f"{name}-score": "3" for name in CRITERIA}
    versions = {f"{name}-version": "0" for name in CRITERIA}
    assert carol.post(f"/ratings/{ann}", **rate_all, **versions).status_code == 302

    assert len(open_ones(app)) == 1


def test_who_may_only_look_sees_none_of_it(app, alice, bob, ann):
    take_step(alice, ann)
    alice.post(f"/repair/{ann}/postpone")
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(**ids, role="viewer"))
    page = bob.get(f"/people/{ann}")

    assert MARK not in page.text
    assert "/repair/" not in str(page.select_one("main"))


def test_a_page_takes_one_query_for_all_of_it(app, alice, ann):
    with app.app_context():
        person = db.session.get(Employee, ann)
        for _ in range(5):
            step = {"kind": "repair", "criterion": "help", "text": "x"}
            ids = {"team_id": person.team_id, "employee_id": person.id}
            factory.add(Step(**step, **ids, created_by_id=alice.manager_id))
    alice.post(f"/repair/{ann}/postpone")
    with app.app_context():
        person = db.session.get(Employee, ann)
        assert person.name
        with statements(app) as sent:
            found = mending.of(person, alice.manager_id)
            assert len(found.steps) == 5
            assert found.postponed

    assert len(sent) == 1


def test_it_speaks_dutch(alice, ann):
    alice.headers["Accept-Language"] = "nl"
    alice.post(f"/repair/{ann}/postpone")

    assert "tot we hebben gepraat" in alice.get(f"/people/{ann}").text


@pytest.mark.parametrize("clicks", [("done",) * 3, ("drop",) * 3, ("done", "drop", "")])
def test_clicks_at_the_same_moment_end_in_words(app, alice, ann, clicks):
    take_step(alice, ann)
    form = {"text": "Ask once more.", "task_id": "", "due_on": "", "version": "1"}
    here = f"/repair/steps/{step_id(app)}"
    sent = [(alice, f"{here}/{click}".rstrip("/"), form) for click in clicks]

    assert set(at_once(*sent)) <= {302, 404, 409}


def test_ten_steps_with_one_person_are_enough(app, alice, ann):
    for number in range(mending.MOST):
        assert take_step(alice, ann, text=f"Ask {number}.").status_code == 302
    refused = alice.page(take_step(alice, ann, text="One more."), 422)

    assert "Ten steps are open" in refused.text
    assert "One more." in refused.select_one("textarea").text


def test_a_step_that_nobody_could_see_goes_with_the_account(app, alice, carol, ann):
    take_step(carol, ann)
    carol.post("/account/erase")

    assert step_id(app) is None
