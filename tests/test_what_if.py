"""What if: tried on a cell or for a person, answered by the rules, and kept nowhere."""

from dataclasses import replace

import factory
import pytest
from conftest import on_one_database
from counting import statements
from test_rules import ORDINARY

from delegate import rules, wording
from delegate.models import Employee, Task, db
from delegate.rules import recommend

pytestmark = on_one_database

FOUR = rules.Ratings(**dict.fromkeys(rules.RATED, 4))


@pytest.fixture
def pair(app, alice):
    """The ids of Ann and her task: at 4 on everything, and informs late."""
    with app.app_context():
        employee, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        factory.rated(employee, informs=2)
        factory.rating(employee, "familiarity", 4, task=task)
        factory.pair(employee, task, current=2)
        return employee.id, task.id


def filled(page):
    """Return what the form of the page sends as it is."""
    form = page.select_one("#try-out")
    sent = {
        one["name"]: one.select_one("[selected]")["value"] for one in form("select")
    }
    ticked = form.select("input[checked]")
    return {**sent, **{one["name"]: one.get("value", "y") for one in ticked}}


def query(answers):
    return "?" + "&".join(f"{name}={value}" for name, value in answers.items())


def level_of(page):
    return int(page.select_one("#outcome .result")["data-level"])


def leads(page):
    """Return where what came out leads to, by its words."""
    return {
        next(link.strings).strip(): link["href"]
        for link in page.select("#outcome section[aria-labelledby=leads] a")
    }


def test_a_cell_begins_as_it_stands_and_answers_what_is_tried(alice, pair):
    who, what = pair
    address = "/what-if/{}/{}".format(*pair)
    begins = alice.get(address)
    stands = recommend(replace(FOUR, informs=2), ORDINARY)

    assert address in [
        one["href"] for one in alice.get(f"/pairs/{who}/{what}")("a", href=True)
    ]
    assert level_of(begins) == stands.level
    assert filled(begins)["now"] == "2"
    assert "nothing is changed yet" in begins.select_one("#outcome").text
    assert leads(begins) == {}

    for change, expected in (
        ({"informs": "5"}, recommend(replace(FOUR, informs=5), ORDINARY)),
        (
            {"stakes": "low", "undo": "easy"},
            recommend(
                stands.ratings,
                replace(ORDINARY, stakes=rules.Stakes.LOW, undo=rules.Undo.EASY),
            ),
        ),
        ({"safeguard": "informs"}, recommend(stands.ratings, ORDINARY, ["informs"])),
    ):
        with statements(alice.app) as sent:
            page = alice.get(address + query({**filled(begins), **change}))
        outcome = page.select_one("#outcome")

        assert level_of(page) == expected.level
        assert expected.level > stands.level
        assert str(wording.held_back(expected, expected.ratings)) in outcome.text
        assert len(outcome.select("section[aria-labelledby=against] tbody tr")) == len(
            change
        )
        written = [one for one in sent if not one.startswith(("SELECT", "BEGIN"))]
        assert [one for one in written if "audit_entry" not in one] == []


def test_a_safeguard_leads_to_agreeing_and_a_rating_never_to_rating(app, alice, pair):
    who, what = pair
    address = f"/what-if/{who}/{what}"
    stands = filled(alice.get(address))
    safer = alice.get(address + query({**stands, "safeguard": "informs"}))

    assert leads(safer)["Agree this"] == f"/pairs/{who}/{what}#safeguard_informs"
    there = alice.get(f"/pairs/{who}/{what}")
    assert there.select_one("#choose #safeguard_informs")

    fitting = alice.get(address + query({**stands, "informs": "5"}))
    assert "not because another level would come out" in fitting.text
    assert [one for one in leads(fitting).values() if "/ratings/" in one] == []

    with app.app_context():
        employee, task = db.session.get(Employee, who), db.session.get(Task, what)
        id = factory.agreement(employee, task, state="draft").id
    safer = alice.get(address + query({**stands, "safeguard": "informs"}))
    assert leads(safer)["Agree this"] == f"/agreements/{id}#safeguard_informs"


def test_what_is_no_answer_is_said(alice, pair):
    page = alice.get("/what-if/{}/{}?choices=9".format(*pair), status=422)

    assert "no answer to these questions" in page.select_one("#outcome").text


def rows(page, section):
    """Return the rows of a section: a title, and the levels that stand in it."""
    return {
        row.th.a.text: [int(one.text) for one in row.select(".level b")]
        for row in page.select(
            f"section[aria-labelledby={section}] tbody tr, "
            f"section[aria-labelledby={section}] .whatif tr"
        )
    }


def test_the_board_tells_what_opens_up_once_a_task_is_known(app, alice):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.rated(employee)
        scores = {"New": None, "Tried": 1, "Watched": 2, "Looked along": 3, "Known": 5}
        for title, score in scores.items():
            task = factory.task(alice.team_id, title)
            factory.rating(employee, "familiarity", score, task=task)
        factory.task(alice.team_id, "Vague", outcome_clear="unclear")
        factory.task(alice.team_id, "Reserved", reserved=True)
        factory.task(alice.team_id, "Open", undo=None)
        who, new = (
            employee.id,
            db.session.scalar(db.select(Task.id).filter_by(title="New")),
        )
    address = f"/what-if/?person={who}"
    link = f"/what-if/?team={alice.team_id}"
    assert link in [one["href"] for one in alice.get("/board/")("a", href=True)]

    with statements(app) as sent:
        page = alice.get(address)

    def levels(*scores):
        ratings = (replace(FOUR, familiarity=score) for score in scores)
        return [int(recommend(one, ORDINARY).level) for one in ratings]

    assert rows(page, "opens") == {
        "Looked along": levels(3, 3, 4),
        "New": levels(None, 3, 4),
        "Tried": levels(1, 3, 4),
        "Watched": levels(2, 3, 4),
    }
    assert set(rows(page, "shut")) == {"Open", "Reserved", "Vague"}
    assert "outcome and limits" in page.select_one("section[aria-labelledby=shut]").text
    assert rows(page, "known") == {"Known": levels(5)}
    steps = [one["href"] for one in page.select("section[aria-labelledby=opens] td a")]
    assert f"/steps/{who}?task={new}" in steps
    assert len(sent) <= 10

    with statements(app) as before:
        alice.get("/board/")
    with statements(app) as tried:
        board = alice.get(f"/board/?acquainted={who}")
    assert len(tried) == len(before)
    assert {
        row.th.a.text: int(row.select_one(".is-tried b").text)
        for row in board.select(".board tbody tr")
        if row.select(".is-tried")
    } == {title: levels[-1] for title, levels in rows(page, "opens").items()}
    assert "as it stands" in board.select_one(".is-tried").text
    assert not alice.get("/board/").select(".is-tried")

    alone = alice.get(f"{address}&task={new}")
    assert list(rows(alone, "opens")) == ["New"]


def test_nobody_else_tries_anything(alice, bob, pair):
    who, what = pair
    bob.get(f"/what-if/{who}/{what}", status=404)
    page = bob.get(f"/what-if/?person={who}&task={what}")

    assert "Ann" not in page.text
