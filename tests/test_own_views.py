"""The own view: asked for, sent once, closed until both are in, never in a level."""

import ast
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import factory
import pikepdf
import pytest
from browser import check_accessible
from browsing import Browser
from conftest import on_one_database
from counting import statements
from paper_checks import assert_accessible, text_of
from postgres import wait_until_it_waits

import delegate
from delegate import behaviour, planning, rules
from delegate.dialogue import own_view, own_words
from delegate.models import (
    Employee,
    Link,
    Membership,
    OwnAnswer,
    OwnChoice,
    OwnView,
    Task,
    Team,
    db,
    utc_now,
)

CANARY = "Heliotrope"
"""Stands in all that the manager wrote."""

OWN = "Marigold"
"""Stands in all that Ann writes."""

SAID = {
    "choices": "4",
    "needs": "5",
    "help": "0",
    "can": f"{OWN}: plan a crew for a week.",
    "cannot_yet": f"{OWN}: talk to the director.",
    "needs_from_manager": f"{OWN}: an answer the same day.",
    "can_be_counted_on": f"{OWN}: that I call before it is late.",
}


@pytest.fixture
def ann(app, alice):
    """Ann, who does Rota and has an agreement on Storm, of three tasks. Gives her id.

    Alice has answered informs and needs of the four.
    """
    with app.app_context():
        texts = {"entrusted": CANARY, "asks_of_me": "", "learning": CANARY}
        employee = factory.employee(alice.team_id, **texts)
        facts = {"outcome": CANARY, "limits": CANARY}
        factory.pair(employee, factory.task(alice.team_id, "Rota", **facts), 3)
        storm = factory.task(alice.team_id, "Storm", **facts)
        factory.agreement(employee, storm, 6, decides=CANARY)
        factory.task(alice.team_id, "Tender", **facts)
        for name, score in {"informs": 2, "needs": 3}.items():
            seen = {"example": CANARY, "rater_id": alice.manager_id}
            factory.rating(employee, name, score, **seen)
        return employee.id


def answer_the_rest(app, alice, ann):
    """Let Alice's own side be in: a 4, and *not yet observed*."""
    with app.app_context():
        employee = db.session.get(Employee, ann)
        factory.rating(employee, "choices", 4, rater_id=alice.manager_id)
        factory.rating(employee, "help", None, rater_id=alice.manager_id)


def ids(app):
    """Return the ids of the tasks by title."""
    with app.app_context():
        return {task.title: task.id for task in db.session.scalars(db.select(Task))}


def ask(alice, ann, *tasks, **more):
    """Send the form that asks Ann about these tasks, as it is now."""
    there = f"/people/{ann}/own-view"
    saw = alice.get(there).find("input", {"name": "saw"})["value"]
    return alice.post(there, task=[*tasks], saw=saw, **more)


def asked(alice, ann, *tasks):
    """Return the path of the link with which Ann is asked about these tasks."""
    page = alice.page(ask(alice, ann, *tasks))
    return re.search(r"/s/.*", page.find(id="address")["value"]).group()


def sent(app, alice, ann, **changes):
    """Let Ann answer about Rota, and return her browser and the path of her link."""
    rota = ids(app)["Rota"]
    path, me = asked(alice, ann, rota), Browser(app)
    me.page(me.post(path, **{**SAID, f"level-{rota}": "5", **changes}))
    return me, path


def revealed(app, alice, ann, **changes):
    """Let both views be in and open, and return the section on Ann's page."""
    sent(app, alice, ann, **changes)
    answer_the_rest(app, alice, ann)
    alice.post(f"/people/{ann}/own-view/reveal")
    return section(alice, ann)


def section(browser, ann):
    return browser.get(f"/people/{ann}").select_one("[aria-labelledby=two-views]")


def row(section, criterion):
    """Return one line of the table of both views."""
    lines = section.select(".profile tbody tr")
    return lines[rules.CRITERIA.index(criterion)]


def views(app):
    with app.app_context():
        return db.session.scalars(db.select(OwnView).order_by(OwnView.id)).all()


# ---- asking


def test_the_persons_own_list_is_ticked_beforehand(alice, ann):
    page = alice.get(f"/people/{ann}/own-view")
    boxes = page.select("[name=task]")

    ticked = [box for box in boxes if box.has_attr("checked")]
    assert [box.find_parent("label").text.strip() for box in ticked] == [
        "Rota",
        "Storm",
    ]
    assert len(boxes) == 3


def test_what_is_ticked_is_asked_and_nothing_is_chosen_beforehand(app, alice, ann):
    form = Browser(app).get(asked(alice, ann, ids(app)["Tender"]))
    titles = [one.text for one in form.select("fieldset legend")]

    assert titles == [*map(str, own_words.CRITERIA.values()), "Tender"]
    assert len(form.select("[type=radio]")) == 4 * 6 + 8
    assert form.select("[checked]") == []


def test_tasks_of_others_are_passed_over(app, alice, bob, ann):
    with app.app_context():
        theirs = factory.task(bob.team_id, f"{CANARY} of Bob").id

    assert CANARY not in Browser(app).get(asked(alice, ann, theirs)).text


def test_at_most_twelve_tasks_are_asked_about(app, alice, ann):
    with app.app_context():
        many = [factory.task(alice.team_id, f"Task {n}").id for n in range(13)]
    page = alice.page(alice.post(f"/people/{ann}/own-view", task=many), 422)

    assert "13" in page.select_one("#faults").text
    assert len(page.select("[name=task][checked]")) == 13
    assert asked(alice, ann, *many[1:])


def test_asking_again_replaces_what_is_not_answered(app, alice, ann):
    first = asked(alice, ann)
    second = asked(alice, ann)

    Browser(app).get(first, 404)
    Browser(app).get(second)
    assert len(views(app)) == 1


def test_sending_what_was_sent_makes_no_second_link(app, alice, ann):
    page = alice.get(f"/people/{ann}/own-view")
    older = {"saw": page.find("input", {"name": "saw"})["value"]}
    path = asked(alice, ann)
    again = alice.page(alice.post(f"/people/{ann}/own-view", **older), 409)

    assert "is not shown again" in again.select_one("#conflict").text
    Browser(app).get(path)
    fresh = {"saw": again.find("input", {"name": "saw"})["value"]}
    assert alice.post(f"/people/{ann}/own-view", **fresh).status_code == 200
    Browser(app).get(path, 404)


def test_what_came_in_is_looked_at_before_another_is_asked(app, alice, ann):
    me, path = sent(app, alice, ann)
    answer = alice.post(f"/people/{ann}/own-view")

    assert answer.status_code == 302
    assert me.get(path).h1.text == "Received"
    assert len(views(app)) == 1


def test_it_can_be_withdrawn_until_it_comes_in(app, alice, ann):
    path = asked(alice, ann)
    alice.post(f"/people/{ann}/own-view/withdraw")
    Browser(app).get(path, 404)
    assert views(app) == []

    me, path = sent(app, alice, ann)
    alice.post(f"/people/{ann}/own-view/withdraw")
    assert me.get(path).h1.text == "Received"


# ---- the door


def test_who_is_asked_is_told_by_whom_and_what_for_and_until_when(app, alice, ann):
    form = Browser(app).get(asked(alice, ann))
    told = " ".join(form.select_one("section.sheet").text.split())
    ends = utc_now() + timedelta(days=14)

    assert "Alice asks how you see your own work" in told
    assert "not for pay or promotion" in told
    assert f"{ends.day} {ends:%B %Y}" in told
    assert "12 months after the last change" in told
    assert "You need not do this" in told


def test_it_speaks_the_language_of_the_reader_or_the_one_chosen(app, alice, ann):
    path = asked(alice, ann)
    visitor = Browser(app, language="nl")

    assert visitor.get(path).h1.text == "Hoe zie jij het, Ann?"
    assert visitor.get(f"{path}?lang=en").h1.text == "How do you see it, Ann?"


def test_nothing_that_the_manager_wrote_is_behind_the_door(app, alice, ann, tmp_path):
    tasks = ids(app).values()
    answer_the_rest(app, alice, ann)
    path, me = asked(alice, ann, *tasks), Browser(app)
    pages = [me.open(path), me.post(path), me.post(path, **SAID), me.open(path)]
    words = [page.text for page in pages]
    words.append(text_of(me.open(f"{path}copy.pdf").data))
    alice.post(f"/people/{ann}/own-view/reveal")
    words.append(me.open(path).text)
    theirs = {str(text) for of in behaviour.BEHAVIOUR.values() for text in of.values()}

    for text in words:
        assert CANARY not in text
        assert [one for one in theirs if one in text] == []
        assert "/people" not in text
    assert OWN in words[-1]


def test_a_fault_keeps_everything_that_was_filled_in(app, alice, ann):
    rota = ids(app)["Rota"]
    path, me = asked(alice, ann, rota), Browser(app)
    given = {**SAID, f"level-{rota}": "7", "informs": "2"}
    del given["needs"]
    page = me.page(me.post(path, **given), 422)

    chosen = {one["name"]: one["value"] for one in page.select("[checked]")}
    assert chosen == {k: v for k, v in given.items() if k not in own_words.TEXTS}
    for name in own_words.TEXTS:
        assert page.find(id=name).text.strip() == SAID[name]
    assert [one["href"] for one in page.select("#faults a")] == ["#needs"]
    assert me.get(path).h1.text != "Received"


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": "6"},
        {"choices": "-1"},
        {"help": "4.0"},
        {"can": "x" * 10_001},
        {"can": "\x00"},
        {"level": "8"},
        {"level": "x"},
    ],
    ids=str,
)
@on_one_database
def test_what_cannot_be_is_refused(app, alice, ann, wrong):
    rota = ids(app)["Rota"]
    path = asked(alice, ann, rota)
    given = {k if k != "level" else f"level-{rota}": v for k, v in wrong.items()}

    assert Browser(app).post(path, **{**SAID, **given}).status_code in (400, 422)
    assert views(app)[0].received_at is None


def test_what_was_sent_is_kept_as_it_was_said(app, alice, ann):
    sent(app, alice, ann)
    with app.app_context():
        view = db.session.scalars(db.select(OwnView)).one()
        answers = {one.criterion: one.score for one in view.answers}

        assert view.received_at
        assert not view.on_paper
        assert answers == {"choices": 4, "needs": 5, "help": None}
        assert [one.level for one in view.choices] == [5]
        assert {name: getattr(view, name) for name in own_words.TEXTS} == {
            name: SAID[name] for name in own_words.TEXTS
        }


def test_a_second_time_shows_what_was_received_and_changes_nothing(app, alice, ann):
    me, path = sent(app, alice, ann)
    changed = {**SAID, "needs": "1", "can": "Something else"}
    again = me.page(me.post(path, **changed), 409)

    assert again.h1.text == "Received"
    assert "Not sent again: your first answers" in again.select_one("#conflict").text
    assert me.get(path).select("#conflict") == []
    assert SAID["can"] in again.text
    assert "Something else" not in again.text
    assert me.page(me.post(path), 409).h1.text == "Received"


def test_the_copy_opens_only_where_it_was_sent_from(app, alice, ann):
    me, path = sent(app, alice, ann)
    for other in (alice, Browser(app)):
        page = other.get(path)
        assert (page.h1.text, OWN in page.text) == ("Received", False)
        assert other.open(f"{path}copy.pdf").status_code == 404
        tried = other.page(other.post(path, **{**SAID, "can": "A guess"}), 409)
        assert OWN not in tried.text

    assert OWN in me.get(path).text
    assert me.open(f"{path}copy.pdf").status_code == 200


def test_a_second_click_from_the_same_hand_keeps_the_copy(app, alice, ann):
    _, path = sent(app, alice, ann)
    again = Browser(app)

    said = {**SAID, f"level-{ids(app)['Rota']}": "5"}
    assert OWN in again.page(again.post(path, **said), 409).text
    assert again.open(f"{path}copy.pdf").status_code == 200


def test_of_eight_at_once_one_is_kept_whole(app, alice, ann):
    path, me = asked(alice, ann, ids(app)["Rota"]), Browser(app)
    answers = me.click_again_and_again(path, times=8, **SAID)

    assert sorted(one.status_code for one in answers) == [200, *[409] * 7]
    assert all(SAID["can"] in one.text for one in answers)
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(OwnAnswer.criterion))) == 3
        assert db.session.scalar(db.select(db.func.count(OwnChoice.task_id))) == 1


def test_they_get_a_copy(app, alice, ann, tmp_path):
    me, path = sent(app, alice, ann)
    link = me.get(path).select_one("a.btn")["href"]
    copy = me.open(path + link)
    words = text_of(copy.data)

    assert copy.mimetype == "application/pdf"
    assert_accessible(copy.data, tmp_path)
    for name in own_words.TEXTS:
        assert SAID[name] in words
    assert str(own_words.BEHAVIOUR["needs"][5]) in words
    assert str(own_words.LEVEL_SENTENCES[5]) in words
    assert "Rota" in words


def test_what_was_skipped_is_put_in_nobodys_mouth(app, alice, ann):
    rota = ids(app)["Rota"]
    there = revealed(app, alice, ann, **{f"level-{rota}": "", "help": "3"})
    me, path = Browser(app), asked(alice, ann, rota)
    mine = me.page(me.post(path, **{**SAID, "help": "3"})).text
    paper = text_of(me.open(f"{path}copy.pdf").data)

    for words in (there.text, mine, paper):
        assert "No level chosen" in words
        assert "cannot say yet" not in words


def test_before_it_is_sent_there_is_no_copy(app, alice, ann):
    path, me = asked(alice, ann), Browser(app)
    none = me.open(f"/s/{'A' * 43}/copy.pdf")

    early = me.open(f"{path}copy.pdf")
    assert (early.status_code, early.data) == (404, none.data)


def close(app, alice, ann, way):
    link = db.select(Link).where(Link.kind == "own_view")
    if way == "erased":
        alice.get(f"/people/{ann}/erase")
        assert alice.post(f"/people/{ann}/erase").status_code == 302
        return
    with app.app_context():
        for column, model in WAYS[way]:
            found = db.session.scalars(link if model is Link else db.select(model))
            for one in found:
                setattr(one, column, utc_now() - timedelta(seconds=1))
        db.session.commit()


WAYS = {
    "expired": [("expires_at", Link)],
    "revoked": [("revoked_at", Link)],
    "removed": [("removed_at", Employee)],
    "of a removed team": [("removed_at", Team)],
    "erased": [],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_sent", [False, True], ids=["open", "received"])
def test_a_closed_door_looks_as_if_there_was_none(app, alice, ann, way, is_sent):
    path = sent(app, alice, ann)[1] if is_sent else asked(alice, ann)
    close(app, alice, ann, way)
    visitor = Browser(app)
    there, nowhere = (
        [
            visitor.open(path),
            visitor.post(path, **SAID),
            visitor.open(f"{path}copy.pdf"),
        ]
        for path in (path, f"/s/{'A' * 43}/")
    )

    for answer, unknown in zip(there, nowhere, strict=True):
        assert (answer.status_code, answer.data) == (404, unknown.data)


def test_who_has_left_is_asked_nothing_any_more(app, alice, ann):
    path = asked(alice, ann)
    with app.app_context():
        db.session.get(Employee, ann).left_on = utc_now().date() - timedelta(days=1)
        db.session.commit()

    assert Browser(app).post(path, **SAID).status_code == 404
    assert "the link opens nothing any more" in alice.get(f"/people/{ann}").text


@on_one_database
def test_who_sent_it_keeps_the_copy_until_its_day(app, alice, ann):
    me, path = sent(app, alice, ann)
    answer_the_rest(app, alice, ann)
    alice.post(f"/people/{ann}/own-view/reveal")
    newer = asked(alice, ann)
    with app.app_context():
        db.session.get(Employee, ann).left_on = utc_now().date() - timedelta(days=1)
        db.session.commit()

    assert OWN in me.get(path).text
    Browser(app).get(newer, 404)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_comes_in_just_then_is_not_withdrawn(app, alice, ann):
    path = asked(alice, ann)
    withdraw = alice.get("/doors/").select_one("tbody form")["action"]
    with app.app_context(), ThreadPoolExecutor(1) as pool:
        view = db.session.scalars(db.select(OwnView)).one()
        link = db.session.get_one(Link, view.link_id)
        said = own_view.Said({"choices": 4}, {}, {})
        assert own_view.receive(link, said)
        withdrawing = pool.submit(alice.post, withdraw)
        wait_until_it_waits(withdrawing)
        db.session.commit()
        withdrawing.result()

    assert "Not withdrawn" in alice.get("/doors/").text
    assert Browser(app).get(path).h1.text == "Received"


def test_the_door_is_kept_nowhere_and_told_to_nobody(app, alice, ann):
    path, me = asked(alice, ann), Browser(app)
    token = path.split("/")[2]
    answers = [me.open(path), me.post(path, **SAID), me.open(f"{path}copy.pdf")]

    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert token.encode() not in answer.data
        assert token not in str(answer.headers)


def test_the_trail_says_that_it_came_by_a_link(app, alice, ann):
    sent(app, alice, ann)
    lines = alice.get(f"/trail/?employee={ann}&kind=changed").select("ol.lines span")

    told = {one.text for one in lines}
    assert "Someone with a link filled in the own view of Ann Verhoeven" in told


@on_one_database
def test_the_trail_says_that_it_was_asked_for_and_opened_and_not_changed(
    app, alice, ann
):
    revealed(app, alice, ann)
    lines = alice.get(f"/trail/?employee={ann}&kind=changed").select("ol.lines span")
    told = {one.text for one in lines if one.text.startswith("Alice")}

    assert {one for one in told if "own view" in one} == {
        "Alice asked for the own view of Ann Verhoeven",
        "Alice opened the own view of Ann Verhoeven beside what was seen",
    }


# ---- on paper


@pytest.mark.parametrize("language", ["en", "nl"])
@on_one_database
def test_the_form_can_be_filled_in_on_paper(app, alice, ann, language, tmp_path):
    answer = ask(alice, ann, *ids(app).values(), on_paper="1")
    form = alice.get(answer.location).select_one("main form")
    fields = {one["name"] for one in form.select("select")}
    assert fields == {"language", "paper"}
    made = alice.open(f"{form['action']}?language={language}&paper=letter")
    words = text_of(made.data)

    with pikepdf.open(io.BytesIO(made.data)) as sheets:
        assert len(sheets.pages) == 2
    assert_accessible(made.data, tmp_path)
    assert "Rota" in words
    assert CANARY not in words
    assert ("Hoe zie jij het, Ann?" if language == "nl" else "How do you") in words


def test_what_stands_on_paper_is_typed_over(app, alice, ann):
    rota = ids(app)["Rota"]
    path = asked(alice, ann, rota)
    given = {**SAID, f"level-{rota}": "5"}
    fault = {**given, "needs": ""}
    there = f"/people/{ann}/own-view/copy-over"

    assert OWN in alice.page(alice.post(there, **fault), 422).text
    assert alice.post(there, **given).status_code == 302
    assert views(app)[0].on_paper
    assert views(app)[0].received_at
    Browser(app).get(path, 404)
    assert alice.open(there).status_code == 404


def test_paper_replaces_nothing_that_came_in_and_loses_no_word(app, alice, ann):
    alice.get(f"/people/{ann}")
    me, path = sent(app, alice, ann)

    there = f"/people/{ann}/own-view/copy-over"
    page = alice.page(alice.post(there, **{**SAID, "can": "From paper."}), 409)
    assert "that one stands" in page.text
    assert "From paper." in page.select_one("[name=can]").text
    assert SAID["can"] not in page.text
    assert SAID["can"] in me.get(path).text
    assert alice.open(there).status_code == 404


# ---- before both are in


def everywhere(alice, ann, task):
    """Yield what each page and paper says that could say something of Ann."""
    pages = (
        f"/people/{ann}",
        f"/people/{ann}/prepare",
        f"/people/{ann}/own-view",
        f"/plan/{ann}",
        f"/ratings/{ann}",
        f"/pairs/{ann}/{task}",
        f"/tasks/{task}",
        "/board/",
        "/",
        "/doors/",
        f"/trail/{alice.team_id}",
        f"/trail/?employee={ann}",
    )
    for page in pages:
        yield page, alice.open(page).text
    for copy in ("shared", "private"):
        paper = alice.open(f"/plan/{ann}.pdf?copy={copy}")
        yield copy, text_of(paper.data)


def test_nothing_of_it_is_anywhere_before_it_is_revealed(app, alice, ann):
    sent(app, alice, ann)
    answer_the_rest(app, alice, ann)
    before = dict(everywhere(alice, ann, ids(app)["Rota"]))
    alice.post(f"/people/{ann}/own-view/reveal")
    after = dict(everywhere(alice, ann, ids(app)["Rota"]))

    assert [page for page, text in before.items() if OWN in text] == []
    assert [page for page, text in before.items() if "says 5" in text] == []
    assert {page for page, text in after.items() if OWN in text} == {
        f"/people/{ann}",
        f"/people/{ann}/prepare",
        "private",
    }


def test_the_page_says_what_is_still_to_answer(app, alice, bob, ann):
    asked(alice, ann)
    words = section(alice, ann).text
    assert "still to answer: sound choices, asking for help." in " ".join(words.split())

    sent(app, alice, ann)
    with app.app_context():
        employee = db.session.get(Employee, ann)
        factory.rated(employee, rater_id=bob.manager_id)
    there = section(alice, ann)
    assert "still to answer: sound choices" in " ".join(there.text.split())
    assert "Reveal" not in there.text
    alice.post(f"/people/{ann}/own-view/reveal")
    assert views(app)[0].revealed_at is None

    answer_the_rest(app, alice, ann)
    assert "Reveal together" in section(alice, ann).text


def test_nobody_reveals_what_is_not_in(app, alice, ann):
    answer_the_rest(app, alice, ann)
    asked(alice, ann)
    answer = alice.post(f"/people/{ann}/own-view/reveal")

    assert "first both views have to be in" in alice.get(answer.location).text
    assert views(app)[0].revealed_at is None


def test_others_get_no_row_of_it(app, alice, bob, ann):
    sent(app, alice, ann)
    answer_the_rest(app, alice, ann)
    for page in ("reveal", "withdraw", "take-over", "copy-over"):
        assert bob.post(f"/people/{ann}/own-view/{page}").status_code == 404

    assert views(app)[0].revealed_at is None


# ---- both beside each other


def test_both_views_stand_beside_each_other(app, alice, ann):
    there = revealed(app, alice, ann)

    assert "I say 4; Ann Verhoeven says 4" in row(there, "choices").text
    assert row(there, "choices").select_one(".ring")["r"] == "10"
    assert "Ann Verhoeven left it open" in row(there, "informs").text
    assert row(there, "informs").select(".ring") == []
    assert row(there, "needs").select_one(".span")["d"] == "M128 14H220"
    assert "Ann Verhoeven cannot say yet" in row(there, "help").text
    assert row(there, "help").select_one(".open")
    [task] = there.select(".list tbody tr")
    levels = [" ".join(one.text.split(":")[1].split()) for one in task.select("td")[:3]]
    assert levels == ["5 Advise", "3 Hear a proposal, provisional", "–"]
    for name in own_words.TEXTS:
        assert SAID[name] in there.text


@on_one_database
def test_another_manager_sees_whose_score_stands_beside_the_own_view(
    app, alice, bob, ann
):
    revealed(app, alice, ann)
    with app.app_context():
        shared = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(**shared, role="viewer"))

    assert (
        "Alice says 4; Ann Verhoeven says 4" in row(section(bob, ann), "choices").text
    )


@pytest.mark.parametrize(("own", "talks"), [("4", False), ("5", True), ("1", True)])
def test_two_points_or_more_are_to_be_talked_about(app, alice, ann, own, talks):
    cell = row(revealed(app, alice, ann, needs=own), "needs").text
    sheet = alice.get(f"/people/{ann}/prepare").select_one(".paper").text
    question = str(behaviour.QUESTIONS["needs"][0])

    assert ("talk about the difference" in cell) is talks
    assert (question in cell) is talks
    assert ("Talk about the difference." in sheet) is talks


@pytest.mark.parametrize(("agreed", "own", "talks"), [
    (None, "4", False), (None, "5", True), (4, "5", False), (4, "2", True),
])  # fmt: skip
@on_one_database
def test_two_levels_or_more_are_to_be_talked_about(app, alice, ann, agreed, own, talks):
    rota = ids(app)["Rota"]
    if agreed:
        with app.app_context():
            who, what = db.session.get(Employee, ann), db.session.get(Task, rota)
            factory.agreement(who, what, agreed)
    there = revealed(app, alice, ann, **{f"level-{rota}": own})
    cell = there.select_one(".list tbody tr").select("td")[-1].text

    assert ("talk about the difference" in cell) is talks
    assert ("What makes you choose this level?" in cell) is talks


def test_the_private_sheet_has_the_ring_and_stays_accessible(app, alice, ann, tmp_path):
    revealed(app, alice, ann)
    made = alice.open(f"/plan/{ann}.pdf?copy=private").data
    words = alice.get(f"/people/{ann}/prepare").select_one(".paper").text

    assert_accessible(made, tmp_path)
    assert "Ann says 5" in words
    assert "Ann would choose 5" in words
    assert SAID["needs_from_manager"] in words


def test_what_they_need_can_go_on_the_shared_plan_once(app, alice, ann):
    assert "Put it on the shared plan" in revealed(app, alice, ann).text
    alice.post(f"/people/{ann}/own-view/take-over")
    assert SAID["needs_from_manager"] in text_of(alice.open(f"/plan/{ann}.pdf").data)
    assert "Put it on the shared plan" not in section(alice, ann).text

    with app.app_context():
        db.session.get(Employee, ann).asks_of_me = "In other words."
        db.session.commit()
    alice.post(f"/people/{ann}/own-view/take-over")
    with app.app_context():
        assert db.session.get(Employee, ann).asks_of_me == "In other words."


def test_after_half_a_year_it_is_asked_again_and_the_last_one_still_shown(
    app, alice, ann
):
    there = revealed(app, alice, ann)
    assert "half a year" not in there.text
    with app.app_context():
        old = utc_now() - planning.LOOK_AGAIN - timedelta(days=2)
        view = db.session.scalars(db.select(OwnView)).one()
        view.asked_at = view.received_at = view.revealed_at = old
        db.session.commit()
    assert "half a year" in section(alice, ann).text

    asked(alice, ann)
    there = section(alice, ann)
    assert "Asked on" in there.text
    assert SAID["can"] in there.text
    assert len(views(app)) == 2


def test_the_page_takes_as_many_statements_whatever_was_said(app, alice, ann):
    def count():
        alice.get(f"/people/{ann}")
        with statements(app) as found:
            alice.get(f"/people/{ann}")
        return len(found)

    revealed(app, alice, ann)
    before = count()
    with app.app_context():
        view = db.session.scalars(db.select(OwnView)).one()
        for number in range(8):
            task = factory.task(alice.team_id, f"Task {number}")
            view.choices.append(OwnChoice(task_id=task.id, level=4))
        db.session.commit()

    assert count() == before


# ---- never in a level


def levels(app, alice, ann):
    """Return what the rules say of everyone and every task of Alice's team."""
    with app.app_context():
        today = utc_now().date()
        facts = planning.gather(alice.team_id, alice.manager_id, today)
        tasks = planning.active_tasks(alice.team_id)
        return list(planning.outcomes(facts, [ann], tasks))


def test_no_level_changes_with_it(app, alice, ann):
    answer_the_rest(app, alice, ann)
    before = levels(app, alice, ann)
    sent(app, alice, ann, needs="1", choices="1")
    assert levels(app, alice, ann) == before

    alice.post(f"/people/{ann}/own-view/reveal")
    assert views(app)[0].revealed_at
    assert levels(app, alice, ann) == before


@pytest.mark.parametrize("module", ["rules", "planning", "overview", "agreeing"])
def test_what_leads_to_a_level_knows_of_no_own_view(module):
    source = (Path(delegate.__file__).parent / f"{module}.py").read_text()
    names = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }

    assert {one for one in names if one.lower().startswith("own")} == set()
    assert "own_view" not in source


def test_each_sentence_of_the_manager_has_one_of_ones_own():
    for name in rules.CRITERIA:
        assert own_words.BEHAVIOUR[name].keys() == behaviour.BEHAVIOUR[name].keys()
    assert list(own_words.LEVEL_SENTENCES) == list(rules.Level)
    assert tuple(own_words.TEXTS) == own_view.TEXTS


# ---- in a browser


def test_it_is_filled_in_on_a_phone(live_server, new_page):
    app = live_server.app
    with app.app_context():
        employee = factory.employee(live_server.team_id)
        task = factory.task(live_server.team_id, "Rota " + "W" * 60)
        token = own_view.ask(
            employee, live_server.manager_id, [task.id], on_paper=False
        )
        db.session.commit()
        level, there = f"level-{task.id}", f"/people/{employee.id}"
    typed_over = new_page(language="nl", width=390)
    typed_over.goto(f"{there}/own-view/copy-over")
    check_accessible(typed_over)
    page = new_page(width=390, signed_in=False, js=False)
    page.goto(f"/s/{token}/")
    check_phone(page)
    page.get_by_role("button", name="Send it").click()
    assert "Not saved yet" in page.locator("#faults").inner_text()
    for name, value in {"choices": 4, "needs": 3, "help": 0, level: 5}.items():
        page.locator(f"[name={name}][value='{value}']").check()
    page.get_by_label("What I can do").fill("Plan a week.")
    page.get_by_role("button", name="Send it").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Received"
    assert page.get_by_text("Plan a week.").is_visible()

    with app.app_context():
        employee = db.session.scalars(db.select(Employee)).one()
        factory.rated(employee, needs=1, rater_id=live_server.manager_id)
    both = new_page(language="nl", dark=True, width=390)
    both.goto(there)
    both.get_by_role("button", name="Samen openen").click()
    assert both.get_by_text("praat over het verschil").first.is_visible()
    for path in (f"/s/{token}/", there, f"{there}/own-view"):
        both.goto(path)
        check_accessible(both)


def check_phone(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
