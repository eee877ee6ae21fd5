"""What was seen over time: which looks count, where they stand, and in words."""

from datetime import date, timedelta

import factory
import pytest

from delegate import rules
from delegate.history import charts, looks
from delegate.history.looks import Look
from delegate.models import Employee, db, utc_now

TODAY = date(2026, 11, 23)
ME, BOB = 1, 2


def look(score, days_ago, criterion="needs", rater=ME):
    day = TODAY - timedelta(days=days_ago)
    return Look(criterion, None, score, day, day, rater, "Bob" if rater == BOB else "I")


def test_the_line_stays_level_until_the_next_look_and_breaks_where_nothing_was_seen():
    seen = [look(1, 208), look(5, 104), look(None, 52), look(3, 0)]
    found = charts.of(seen, ME, TODAY)
    [line] = found.charts[0].lines

    assert [(one.x, one.y) for one in line.points] == [
        (24, 78),
        (128, 10),
        (180, charts.UNSEEN),
        (232, 44),
    ]
    assert line.path == "M24 78H128V10H180M232 44H232"


def test_each_manager_has_a_line_and_a_shape():
    seen = [look(3, 90), look(4, 30), look(5, 60, rater=BOB)]
    found = charts.of(seen, ME, TODAY)

    assert found.raters == [("dot", ""), ("square", "Bob")]
    assert [len(line.points) for line in found.charts[0].lines] == [2, 1]


@pytest.mark.parametrize("seen", [[], [look(3, 9)], [look(3, 9), look(4, 8, "help")]])
def test_one_look_is_no_chart(seen):
    assert charts.of(seen, ME, TODAY) is None


def test_two_looks_on_one_day_can_be_drawn():
    found = charts.of([look(3, 0), look(4, 0)], ME, TODAY)

    assert found.charts[0].lines[0].path == "M24 44H24V27H232"


@pytest.fixture
def ann(app, alice):
    with app.app_context():
        return factory.employee(alice.team_id).id


def test_what_was_withdrawn_or_corrected_is_no_look(app, alice, ann):
    with app.app_context():
        one, mine = db.session.get(Employee, ann), {"rater_id": alice.manager_id}
        factory.rating(one, "help", 3, **mine)
        wrong = factory.rating(one, "help", 1, **mine)
        factory.rating(one, "help", 4, answers_id=wrong.id, **mine)
        undone = factory.rating(one, "needs", 5, **mine)
        factory.rating(
            one, "needs", None, state="withdrawn", answers_id=undone.id, **mine
        )

        assert [seen.score for seen in looks.of(one)] == [3, 4]


def test_only_the_newest_looks_are_read(app, alice, ann):
    with app.app_context():
        one = db.session.get(Employee, ann)
        for number in range(looks.MOST + 6):
            at = utc_now() - timedelta(days=400 - number)
            factory.rating(one, "help", 3 + number % 2, created_at=at)
        work = factory.task(alice.team_id)
        factory.rating(one, "familiarity", 2, task=work)

        assert len(looks.of(one)) == looks.MOST
        assert len(looks.of(one, [work.id])) == looks.MOST + 1


def test_the_page_of_a_person_shows_them_and_says_the_same_in_a_table(app, alice, ann):
    with app.app_context():
        one = db.session.get(Employee, ann)
        for days, score in ((40, 3), (10, 4)):
            day = TODAY - timedelta(days=days)
            factory.rating(one, "help", score, seen_on=day, rater_id=alice.manager_id)
    page = alice.get(f"/people/{ann}")
    section = page.select_one("[aria-labelledby=over-time]")

    assert len(section.select("svg.chart[role=img]")) == 1
    cells = [
        [cell.text for cell in row.select("th, td")] for row in section.select("tr")
    ]
    assert cells[1:] == [
        ["Asks for help when stuck", "14 Oct", "3", "me"],
        ["Asks for help when stuck", "13 Nov", "4", "me"],
    ]


def test_whose_account_is_gone_is_a_colleague(app, alice, ann):
    with app.app_context():
        one = db.session.get(Employee, ann)
        for score in (3, 4):
            factory.rating(one, "help", score, rater_id=None)
        url = f"/pairs/{ann}/{factory.task(alice.team_id).id}"
    charts_of = alice.get(f"/people/{ann}").select_one("[aria-labelledby=over-time]")
    history = alice.get(url).select_one("[aria-labelledby=history-h]")

    assert charts_of.select_one(".plot-key").text.split() == ["a", "colleague"]
    assert "me" not in [cell.text for cell in charts_of.select("td")]
    assert history.text.count("a colleague") == 2


def rate_team(team_id, scores, rater_id, count=3):
    """Rate `count` people on the four criteria, each with the next of `scores`."""
    given = iter(scores)
    for number in range(count):
        one = factory.employee(team_id, name=f"Someone {number}")
        for criterion in ("choices", "informs", "needs", "help"):
            factory.rating(one, criterion, next(given), rater_id=rater_id)
    return one.id


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([4] * 10 + [3] * 2, "Of your 12 scores 10 are a 4."),
        ([4] * 9 + [3] * 3, None),
        ([4] * 11 + [None], None),
    ],
    ids=["mostly-one", "just-spread", "just-too-few"],
)
def test_raters_see_that_they_nearly_always_give_one_score(app, alice, scores, words):
    with app.app_context():
        one = rate_team(alice.team_id, scores, alice.manager_id)
    note = alice.get(f"/ratings/{one}").select_one("#leaning")

    assert (note.strong.text if note else None) == words


def test_nobody_sees_how_another_rates(app, alice, bob):
    with app.app_context():
        one = rate_team(alice.team_id, [4] * 12, bob.manager_id)

    assert alice.get(f"/ratings/{one}").select_one("#leaning") is None


@pytest.mark.parametrize("address", ["/people/{}", "/people/{}/prepare"])
def test_the_axes_line_up_below_titles_of_one_line_and_two(
    live_server, new_page, address
):
    with live_server.app.app_context():
        employee = factory.employee(live_server.team_id)
        for day in (date(2026, 9, 1), date(2026, 11, 2)):
            factory.rated(employee, seen_on=day, rater_id=live_server.manager_id)
        id = employee.id
    page = new_page("nl")
    page.goto(address.format(id))
    page.locator(".caption").nth(1).evaluate(
        "it => it.textContent += ' woord'.repeat(9)"
    )
    places = page.locator("svg.chart").evaluate_all(
        "all => all.map(it => Math.round(it.getBoundingClientRect().top))"
    )

    assert len(places) == len(rules.CRITERIA)
    assert len(set(places)) == 1
