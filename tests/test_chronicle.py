"""How it came about: each change tells itself, and the page of a pair reads it back."""

from datetime import datetime, timedelta

import factory
import pytest
from counting import statements

from delegate.history import chronicle
from delegate.models import (
    Agreement,
    Employee,
    OwnView,
    PairEvent,
    Rating,
    Safeguard,
    Task,
    db,
    utc_now,
)


@pytest.fixture
def two(app, alice):
    """Return the ids of Ann and of her task."""
    with app.app_context():
        employee = factory.employee(alice.team_id)
        return employee.id, factory.task(alice.team_id).id


def rows(two):
    return db.session.get(Employee, two[0]), db.session.get(Task, two[1])


def told():
    """Return what was told, in order: kind, value or criterion."""
    events = db.session.scalars(db.select(PairEvent).order_by(PairEvent.id))
    return [(one.kind, one.value or one.criterion) for one in events]


def test_how_it_goes_now_is_told_when_it_changes(app, two):
    with app.app_context():
        pair = factory.pair(*rows(two))  # Nothing is said of it yet.
        for level in (3, 3, 5, None):
            pair.current = level
            db.session.commit()

        assert told() == [("now", 3), ("now", 5), ("now", None)]


def test_each_step_of_an_agreement_is_told(app, two):
    with app.app_context():
        one = factory.agreement(*rows(two), 4, state="draft", advised=None)
        one.level = 5
        one.safeguards = [Safeguard(criterion="help", text="Call.")]
        db.session.commit()
        for state in ("agreed", "looked_back", "agreed", "ended"):
            one.state = state
            db.session.commit()

        assert told() == [
            ("drafted", 4),
            ("level", 5),
            ("safeguard", "help"),
            ("agreed", 5),
            ("looked_back", 5),
            ("agreed", 5),
            ("ended", 5),
        ]


def test_a_safeguard_in_other_words_is_the_same_one(app, two):
    with app.app_context():
        one = factory.agreement(*rows(two), advised=None)
        one.safeguards = [
            Safeguard(criterion=name, text="Call.") for name in ("help", "needs")
        ]
        db.session.commit()
        one.safeguards = [Safeguard(criterion="help", text="Stuck: call.")]
        db.session.commit()

        assert told()[1:] == [
            ("safeguard", "help"),
            ("safeguard", "needs"),
            ("no_safeguard", "needs"),
        ]


def typed(browser, url):
    """Return what stands in the form of an agreement."""
    form = browser.get(url).select_one(f"form[action='{url}']")
    fields = {one["name"]: one.text.strip() for one in form.select("textarea")}
    ticked = form.select("[checked]")
    texts = form.select("input[value]:not([type=radio], [type=checkbox])")
    return fields | {one["name"]: one["value"] for one in (*texts, *ticked)}


def test_agreeing_on_the_page_is_told_with_how_it_goes_then(app, alice, two):
    with app.app_context():
        url = f"/agreements/{factory.agreement(*rows(two), state='draft').id}"
    answer = alice.post(url, **{**typed(alice, url), "agree": "1", "becomes_now": "y"})

    assert answer.status_code == 302
    with app.app_context():
        assert told() == [("drafted", 5), ("agreed", 5), ("now", 5)]


def test_other_words_in_an_agreement_tell_only_that_it_changed(app, alice, two):
    with app.app_context():
        one = factory.agreement(*rows(two), decides="The order.")
        before, url = told(), f"/agreements/{one.id}"
    answer = alice.post(url, **{**typed(alice, url), "decides": "Order and crews."})

    assert answer.status_code == 302
    with app.app_context():
        assert db.session.scalar(db.select(Agreement.decides)) == "Order and crews."
        assert told() == [*before, ("changed", 5)]


def test_what_is_taken_back_with_its_row_tells_nothing(app, two):
    with app.app_context():
        one = factory.agreement(*rows(two), advised=None)
        one.safeguards = [Safeguard(criterion="help", text="Call.")]
        db.session.commit()
        db.session.delete(one)
        db.session.commit()

        assert told() == []


def steps(page):
    section = page.select_one("[aria-labelledby=history-h]")
    return [" ".join(one.text.split()) for one in section.select("li")]


def test_the_page_tells_how_it_came_about(app, alice, bob, two):
    with app.app_context():
        ann, work = rows(two)
        mine = {"rater_id": alice.manager_id}
        for days, score in ((40, 2), (30, 3)):
            at = utc_now() - timedelta(days=days)
            factory.rating(ann, "needs", score, created_at=at, **mine)
        at = utc_now() - timedelta(days=20)
        factory.rating(ann, "help", 4, created_at=at, rater_id=bob.manager_id)
        factory.agreement(ann, work, 5, advised=3, reason="A wish.", state="draft")
        at = utc_now() - timedelta(days=1)
        shown = {"received_at": at, "revealed_at": at}
        secret = {"can": "Something private.", "revealed_by_id": alice.manager_id}
        factory.add(OwnView(team_id=ann.team_id, employee_id=ann.id, **shown, **secret))
        other = factory.task(alice.team_id, title="Other work")
        factory.rating(ann, "familiarity", 3, task=other, **mine)
    url = "/pairs/{}/{}".format(*two)
    alice.post(f"{url}/now", current="5", version="1")
    page = alice.get(url)
    alice.post(page.select_one("form[action*='/now/undo']")["action"])
    page = alice.get(url)

    assert steps(page) == [
        "How it goes: Ann Verhoeven does not do this",
        "How it goes: 5 Advise",
        "Chosen, as a draft: 5 Advise, above the advice of 3. “A wish.”",
        "Both views laid side by side: mine and that of Ann Verhoeven",
        "Asks for help when stuck: a 4 · Bob",
        "Provides for own needs: from 2 to 3",
        "Provides for own needs: a 2",
    ]
    assert "Something private" not in page.text
    assert "Called before the delay" not in page.text


def test_what_was_undone_is_told_gently(app, alice, two):
    with app.app_context():
        ann, _ = rows(two)
        mine = {"rater_id": alice.manager_id}
        first = factory.rating(ann, "help", 4, **mine)
        wrong = factory.rating(ann, "help", 1, answers_id=first.id, **mine)
        factory.rating(ann, "help", 3, answers_id=wrong.id, **mine)

    page = alice.get("/pairs/{}/{}".format(*two))

    assert steps(page) == [
        "Asks for help when stuck: a 3",
        "Asks for help when stuck: a 1 (corrected after that)",
        "Asks for help when stuck: a 4 (corrected after that)",
    ]
    assert len(page.select("[aria-labelledby=history-h] li.muted")) == 2


def test_a_long_history_takes_one_query_and_ends(app, alice, two):
    with app.app_context():
        ann, work = rows(two)
        given = {"team_id": ann.team_id, "employee_id": ann.id, "task_id": work.id}
        for number in range(chronicle.MOST + 30):
            at = datetime(2020, 1, 1) + timedelta(days=number)
            level = number % 7 + 1
            db.session.add(PairEvent(kind="now", value=level, at=at, **given))
        db.session.commit()
        found = chronicle.history(ann, work)
        newest = datetime(2020, 1, 1) + timedelta(days=chronicle.MOST + 29)

        assert len(found.steps) == chronicle.MOST
        assert not found.is_all
        assert found.steps[0].at == newest
    page = alice.get("/pairs/{}/{}".format(*two))

    assert len(steps(page)) == chronicle.MOST
    assert page.select_one("details.earlier").summary.text == "88 steps before that"


def test_who_did_it_is_told_of_a_request(app, alice, two):
    alice.post("/pairs/{}/{}/now".format(*two), current="3", version="0")

    with app.app_context():
        [event] = db.session.scalars(db.select(PairEvent))
        assert event.by_id == alice.manager_id
        assert db.session.scalar(db.select(Agreement.id)) is None


@pytest.mark.parametrize(
    "path", ["/pairs/{}/{}", "/people/{}", "/people/{}/prepare", "/agreements/{2}"]
)
def test_ten_years_take_as_many_queries_as_a_day(app, alice, two, path):
    def live(days):
        ann, work = rows(two)
        for number in range(days):
            at = datetime(2016, 1, 1) + timedelta(days=number)
            score = {"score": 3 + number % 2, "state": "scored", "created_at": at}
            given = {"team_id": ann.team_id, "employee_id": ann.id}
            rater = {"criterion": "help", "rater_id": alice.manager_id}
            db.session.add(Rating(**given, **score, **rater))
            steps = {"kind": "now", "value": number % 7 + 1, "at": at}
            db.session.add(PairEvent(**given, task_id=work.id, **steps))
        db.session.commit()

    with app.app_context():
        agreement = factory.agreement(*rows(two), advised=None).id
        live(2)
    path = path.format(*two, agreement)
    alice.get(path)  # The first look of a day also writes session and trail.
    with statements(app) as few:
        alice.get(path)
    with app.app_context():
        live(3000)
    with statements(app) as many:
        alice.get(path)

    assert len(many) == len(few)
