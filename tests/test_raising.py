"""A level raised right after a low asks "let go, or let fall?"; nothing else does."""

from datetime import date, timedelta

import factory
import pytest
from paper_checks import assert_accessible, text_of

from delegate.history.looks import Look
from delegate.history.raising import Level, lows_before, raised_by_choice, raised_now
from delegate.models import Employee, Membership, Pair, PairEvent, db, utc_now

RAISED = date(2026, 11, 23)
ME, OTHER = 1, 2


def look(score, days_ago, criterion="needs", rater=ME):
    day = RAISED - timedelta(days=days_ago)
    return Look(criterion, None, score, day, day, rater, "")


@pytest.mark.parametrize(
    ("seen", "asks"),
    [
        pytest.param([(2, 14)], True, id="fourteen-days-is-right-after"),
        pytest.param([(2, 15)], False, id="fifteen-days-is-not"),
        pytest.param([(1, 0)], True, id="on-the-same-day"),
        pytest.param([(2, -1)], False, id="a-low-after-it"),
        pytest.param([(3, 3)], False, id="a-three-is-not-low"),
        pytest.param([(5, 90), (4, 3)], True, id="went-down"),
        pytest.param([(4, 90), (4, 3)], False, id="stayed"),
        pytest.param([(3, 90), (4, 3)], False, id="went-up"),
        pytest.param([(4, 30), (3, 20), (3, 5)], False, id="went-down-long-before"),
        pytest.param([(4, 30), (2, 9), (4, 2)], False, id="undone"),
        pytest.param([(4, 30), (2, 9), (3, 2)], True, id="undone-in-part"),
        pytest.param([(2, 9), (3, 2)], False, id="a-first-low-undone"),
        pytest.param([(1, 9), (2, 2)], True, id="still-low"),
        pytest.param([(4, 30), (2, 9), (4, -3)], False, id="undone-after-it"),
        pytest.param([(2, 9), (None, 2)], False, id="no-chance-to-see-it-after-all"),
        pytest.param([(4, 30), (None, 20), (3, 2)], True, id="down-over-an-unseen"),
        pytest.param([(None, 3)], False, id="not-observed-is-not-low"),
        pytest.param([], False, id="nothing-seen"),
    ],
)
def test_what_counts_as_a_low_right_before(seen, asks):
    looks = [look(*one) for one in seen]

    assert lows_before(RAISED, looks, ME) == (("needs",) if asks else ())


def test_each_criterion_counts_by_itself():
    looks = [look(5, 30, "help"), look(4, 5), look(4, 3, "help"), look(1, 2, "informs")]

    assert lows_before(RAISED, looks, ME) == ("help", "informs")


def test_ones_own_looks_count_before_those_of_others():
    mine, theirs = [look(4, 30)], [look(2, 3, rater=OTHER)]

    assert lows_before(RAISED, mine + theirs, ME) == ()
    assert lows_before(RAISED, theirs, ME) == ("needs",)


def levels(*steps):
    return [
        Level(kind, value, RAISED - timedelta(days=days)) for kind, value, days in steps
    ]


@pytest.mark.parametrize(
    ("steps", "is_raised"),
    [
        pytest.param([("now", 3, 9), ("now", 5, 0)], True, id="up"),
        pytest.param([("now", 5, 9), ("now", 3, 0)], False, id="down"),
        pytest.param([("now", 3, 9), ("now", 5, 4), ("now", 3, 0)], False, id="undone"),
        pytest.param([("now", 5, 0)], False, id="first-said"),
        pytest.param([("now", None, 9), ("now", 5, 0)], False, id="not-done-before"),
        pytest.param(
            [("drafted", 3, 9), ("now", 5, 0)], False, id="only-chosen-before"
        ),
    ],
)
def test_when_it_goes_further_than_before(steps, is_raised):
    assert raised_now(levels(*steps)) == (RAISED if is_raised else None)


@pytest.mark.parametrize(
    ("steps", "is_raised"),
    [
        pytest.param([("now", 3, 9), ("drafted", 5, 0)], True, id="above-how-it-goes"),
        pytest.param([("now", 5, 9), ("drafted", 5, 0)], False, id="as-it-goes"),
        pytest.param([("drafted", 3, 9), ("drafted", 5, 0)], True, id="above-the-last"),
        pytest.param([("drafted", 3, 9), ("level", 4, 0)], True, id="changed-upwards"),
        pytest.param([("drafted", 5, 9), ("level", 4, 0)], False, id="downwards"),
        pytest.param([("drafted", 5, 0)], False, id="the-first-level-there-is"),
        pytest.param(
            [("now", 3, 9), ("drafted", 5, 0), ("now", 5, 0)], True, id="agreed"
        ),
        pytest.param([], False, id="nothing-chosen"),
    ],
)
def test_when_a_level_is_chosen_above_the_one_before(steps, is_raised):
    assert raised_by_choice(levels(*steps)) == (RAISED if is_raised else None)


@pytest.fixture
def two(app, alice):
    """Return the ids of Ann, who got a 2 three days ago, and of a task at level 3."""
    with app.app_context():
        ann, work = factory.employee(alice.team_id), factory.task(alice.team_id)
        mine = {"rater_id": alice.manager_id}
        factory.rated(ann, **mine, created_at=utc_now() - timedelta(days=200))
        factory.rating(ann, "familiarity", 4, task=work, **mine)
        factory.rating(
            ann, "needs", 2, created_at=utc_now() - timedelta(days=3), **mine
        )
        factory.pair(ann, work, current=3)
        db.session.execute(
            db.update(PairEvent).values(at=utc_now() - timedelta(days=90))
        )
        db.session.commit()
        return ann.id, work.id


def asked(page):
    """Return which of the two questions stand on a page, in short."""
    notes = [" ".join(one.text.split()) for one in page.select("aside .note")]
    return [one.split()[0] for one in notes if one.endswith("Let go, or let fall?")] + [
        one.split()[0] for one in notes if one.endswith("let go, or let fall?")
    ]


def set_now(alice, url, level):
    [form] = alice.get(url).select("form[action$='/now']")
    version = form.select_one("[name=version]")["value"]
    return alice.post(f"{url}/now", current=level, version=version)


def test_the_page_of_a_pair_asks_before_and_after_a_rise_and_blocks_nothing(alice, two):
    url = "/pairs/{}/{}".format(*two)
    before = asked(alice.get(url))
    answer = set_now(alice, url, "5")
    page = alice.get(url)

    assert before == ["Lately"]
    assert answer.status_code == 302
    assert asked(page) == ["It", "Lately"]
    assert "own needs" in page.select_one("aside .note").text

    alice.post(page.select_one("form[action*='/now/undo']")["action"])
    assert asked(alice.get(url)) == ["Lately"]


def test_a_look_that_says_more_takes_the_question_away(app, alice, two):
    url = "/pairs/{}/{}".format(*two)
    set_now(alice, url, "5")
    with app.app_context():
        ann = db.session.get(Employee, two[0])
        factory.rating(ann, "needs", 4, rater_id=alice.manager_id)

    assert asked(alice.get(url)) == []


def test_familiarity_asks_for_its_own_task_alone(app, alice, two):
    with app.app_context():
        ann = db.session.get(Employee, two[0])
        mine = {"rater_id": alice.manager_id}
        factory.rating(ann, "needs", 4, **mine)
        other = factory.task(alice.team_id, "Other work")
        factory.rating(ann, "familiarity", 1, task=other, **mine)
        factory.pair(ann, other, current=2)
        urls = [f"/pairs/{ann.id}/{id}" for id in (two[1], other.id)]
    found = [asked(alice.get(url)) for url in urls]
    for url, level in zip(urls, ("5", "3"), strict=True):
        set_now(alice, url, level)
    rows = alice.get(f"/people/{two[0]}/prepare").select(".of-standing")

    assert found == [[], ["Lately"]]
    assert [
        row.select_one(".label").text for row in rows if "right after" in row.text
    ] == ["Other work"]


def test_an_agreement_above_how_it_goes_asks_too(app, alice, two):
    with app.app_context():
        pair = db.session.get(Pair, two)
        chosen = {"state": "draft", "advised": 3, "reason": "A wish."}
        higher = factory.agreement(pair.employee, pair.task, 5, **chosen).id
    url = f"/agreements/{higher}"

    assert asked(alice.get(url)) == ["It"]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_private_sheet_asks_and_shows_the_picture(
    app, alice, bob, two, language, tmp_path
):
    with app.app_context():
        ann = db.session.get(Employee, two[0])
        factory.rating(ann, "needs", 5, rater_id=bob.manager_id)
        factory.rating(ann, "help", None, rater_id=alice.manager_id)
        pair = db.session.get(Pair, two)
        pair.current = 5
        db.session.commit()
    paper = alice.open(f"/plan/{two[0]}.pdf?copy=private&lang={language}").data
    words = text_of(paper)

    assert ("Let go, or let fall?", "Loslaten of laten vallen?")[
        language == "nl"
    ] in words
    assert "Bob" in words
    assert ("look again", "opnieuw kijken")[language == "nl"] in words
    assert_accessible(paper, tmp_path)


def test_who_may_only_look_reads_how_it_came_about(app, alice, bob, two):
    with app.app_context():
        factory.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role="viewer")
        )
    page = bob.get("/pairs/{}/{}".format(*two))

    assert "from 4 to 2" in page.select_one("[aria-labelledby=history-h]").text
    assert "Lately" not in asked(page)
    assert "look again" in page.select_one(".ladder").text
