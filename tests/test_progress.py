"""What was let go over time: the sums, what moved and why, and what came back."""

from datetime import date, datetime

import factory
import pytest
from conftest import on_one_database
from counting import statements
from paper_checks import assert_accessible, text_of
from test_agreements import posted, saved

from delegate.history import curve, letting_go
from delegate.history.letting_go import Moment
from delegate.models import LookBack, PairEvent, db

TODAY = date(2026, 11, 23)


@pytest.fixture
def happened(app, alice):
    """Add events by (month, kind, person, task, level), each at noon of the 10th."""

    def happened(*events, **changes):
        with app.app_context():
            for month, kind, who, what, value in events:
                year, month = 2026 + (month - 1) // 12, (month - 1) % 12 + 1
                ids = {"employee_id": who, "task_id": what, **changes}
                db.session.add(
                    PairEvent(
                        team_id=alice.team_id,
                        kind=kind,
                        value=value,
                        at=datetime(year, month, 10, 12),
                        **ids,
                    )
                )
            db.session.commit()

    return happened


@pytest.fixture
def rows(app, alice):
    """Two people and three tasks: of 10 hours, of 4, and of hours nobody gave."""
    with app.app_context():
        ann, noor = (
            factory.employee(alice.team_id, name).id for name in ("Ann", "Noor")
        )
        big = factory.task(alice.team_id, "Planning", hours=10).id
        small = factory.task(alice.team_id, "Agenda", hours=4).id
        bare = factory.task(alice.team_id, "Report").id
        return ann, noor, big, small, bare


def told(app, alice, months=12):
    with app.test_request_context():
        return letting_go.of_team(alice.team_id, TODAY, months)


def test_hours_and_tasks_are_those_worked_out_by_hand(app, alice, rows, happened):
    ann, noor, big, small, bare = rows
    happened(
        (8, "now", ann, big, 3),  # 10 × .3
        (9, "now", noor, big, 5),  # the furthest counts: 10 × .7
        (9, "now", ann, small, 1),  # 4 × 0
        (10, "now", ann, bare, 7),  # no hours known
        (11, "now", noor, big, None),  # back to Ann's: 10 × .3
        (11, "now", ann, small, 6),  # 4 × .9
    )
    found = told(app, alice).moments[-5:]

    assert [(one.day.month, one.hours) for one in found] == [
        (7, 0),
        (8, 3),
        (9, 7),
        (10, 7),
        (11, 6.6),
    ]
    assert [dict(one.tasks) for one in found] == [
        {},
        {2: 1},
        {3: 1, 1: 1},
        {3: 2, 1: 1},
        {2: 1, 3: 2},
    ]
    assert [one.unknown for one in found] == [0, 0, 0, 1, 1]
    page = alice.get("/progress?months=all")
    assert "6.6" in page.select_one("section[aria-labelledby=hours] p").text


def test_who_left_and_what_is_archived_counts_until_then(app, alice, rows, happened):
    ann, noor, big, small, _bare = rows
    happened((8, "now", ann, big, 7), (8, "now", noor, small, 7))
    with app.app_context():
        db.session.get(letting_go.Employee, ann).left_on = date(2026, 9, 30)
        db.session.get(letting_go.Task, small).archived_at = datetime(2026, 10, 5)
        db.session.commit()

    assert [one.hours for one in told(app, alice).moments[-4:]] == [14, 4, 0, 0]

    assert "Noor" in alice.get("/progress?months=all").text
    with app.app_context():
        db.session.get(letting_go.Employee, noor).removed_at = datetime(2026, 11, 1)
        db.session.commit()
    assert "Noor" not in alice.get("/progress?months=all").text


def agreed(app, who, what, level, **changes):
    """Add an agreement, agreed in August, without what `chronicle` tells of it."""
    with app.app_context():
        team_id = db.session.get(letting_go.Employee, who).team_id
        db.session.execute(
            db.insert(factory.Pair).values(
                team_id=team_id, employee_id=who, task_id=what
            )
        )
        made = {"state": "agreed", "agreed_at": datetime(2026, 8, 10, 12), **changes}
        ids = {"team_id": team_id, "employee_id": who, "task_id": what}
        id = db.session.execute(
            db.insert(letting_go.Agreement).values(
                level=level, advised=level, look_back_on=TODAY, **ids, **made
            )
        ).inserted_primary_key[0]
        db.session.commit()
        return id


def listed(page):
    """Return the rows of what moved: task, what happened, the levels, and why."""
    found = []
    for row in page.select("section[aria-labelledby=moved] tbody tr"):
        _day, _who, what, level, why = row.select("td")
        levels = [int(one.text) for one in level.select(".level b")]
        found.append((row.th.text.strip(), what.text.strip(), levels, why.text))
    return found


def test_what_moved_is_told_with_why_and_what_came_back(app, alice, rows, happened):
    ann, noor, big, small, bare = rows
    taken = agreed(
        app, ann, big, 5, state="taken_back", closing_reason="The audit came early."
    )
    ended = agreed(app, noor, small, 4, state="ended", reason="A first time.")
    draft = agreed(app, noor, bare, 4, state="ended", agreed_at=None)
    with app.app_context():
        made = {"agreement_id": ended, "created_at": datetime(2026, 10, 10)}
        factory.add(LookBack(next_state="ended", **made))
    happened((8, "now", ann, big, 2))
    happened((9, "agreed", ann, big, 5), (9, "now", ann, big, 5), agreement_id=taken)
    happened((10, "taken_back", ann, big, 5), agreement_id=taken)
    happened((11, "now", ann, big, 3))
    happened(
        (9, "agreed", noor, small, 4), (10, "ended", noor, small, 4), agreement_id=ended
    )
    happened(
        (9, "level", noor, bare, 4), (10, "ended", noor, bare, 4), agreement_id=draft
    )

    assert listed(alice.get("/progress?months=all")) == [
        ("Planning", "One or more steps nearer", [5, 3], ""),
        ("Agenda", "Agreement ended", [4], "After looking back."),
        ("Planning", "Taken back", [5], "The audit came early."),
        ("Agenda", "Agreed", [4], "A first time."),
        ("Planning", "Agreed", [2, 5], ""),
        ("Planning", "Begun", [2], ""),
    ]
    assert listed(alice.get("/progress?months=all&show=back")) == [
        ("Planning", "One or more steps nearer", [5, 3], ""),
        ("Planning", "Taken back", [5], "The audit came early."),
    ]


def test_an_agreement_that_another_comes_instead_of_did_not_end(
    app, alice, rows, happened
):
    ann, _noor, big, _small, _bare = rows
    old = agreed(app, ann, big, 3, state="ended")
    happened((8, "now", ann, big, 3), (8, "agreed", ann, big, 3), agreement_id=old)
    happened((9, "ended", ann, big, 3), (9, "drafted", ann, big, 5), agreement_id=old)

    assert [one.kind for one in told(app, alice).moves] == ["agreed"]


@on_one_database
def test_as_it_is_saved_so_it_is_told(app, alice):
    """Through the pages: agreed at once with how it goes, and then taken back."""
    with app.app_context():
        employee = factory.employee(alice.team_id)
        task = factory.task(alice.team_id, hours=10)
        id = factory.agreement(employee, task, 5, state="draft").id
    url = f"/agreements/{id}"
    saved(alice, url, decides="Who goes where.", agree="1", becomes_now="y")
    closing = {"closing": "taken_back", "closing_reason": "The audit came early."}
    posted(alice, url, "/close", **closing)

    page = alice.get("/progress")
    assert ("Weekly planning", "Taken back", [5], "The audit came early.") in listed(
        page
    )
    assert ("Weekly planning", "Agreed", [5], "") in listed(page)
    assert "7 hours" in page.select_one("section[aria-labelledby=hours] p").text


@on_one_database
def test_long_ago_costs_no_more_and_the_paper_says_the_same(
    app, alice, bob, rows, happened, tmp_path
):
    ann, noor, big, small, _bare = rows
    begins = alice.get("/progress")
    assert "Here will stand" in begins.select_one("main").text
    happened((8, "now", ann, big, 3))
    counts = []
    for months in range(1, 121):
        happened((months - 109, "now", noor, small, months % 7 + 1))
        if months in (1, 120):
            with statements(app) as sent:
                page = alice.get("/progress?months=all&page=2")
            counts.append(len(sent))
    assert counts[0] == counts[1] <= 8
    assert len(page.select(".values tbody tr")) <= letting_go.MOST_MOMENTS
    assert "page 2 of" in page.text.lower()

    for address in ("/progress", "/progress?months=all"):
        assert "Ann" in alice.get(address).text
        assert "Ann" not in bob.get(address).text
    bob.get(f"/progress?team={alice.team_id}", status=404)
    assert bob.open(f"/progress.pdf?team={alice.team_id}").status_code == 404

    answer = alice.open("/progress.pdf?months=12&language=nl&paper=letter")
    assert answer.mimetype == "application/pdf"
    assert_accessible(answer.data, tmp_path)
    words = text_of(answer.data)
    for text in ("Wat er losgelaten is", "Planning", "Agenda", "uur per week"):
        assert text in words


def test_the_picture_stands_within_its_frame():
    days = [date(2026, month, 1) for month in range(1, 11)]
    moments = [
        Moment(day, 7.5 * number, {1: number, 3: 2}, 0)
        for number, day in enumerate(days)
    ]
    drawn = curve.of(moments)

    assert (drawn.most_hours, drawn.most_tasks) == (80, 20)
    assert drawn.path.startswith("M30 112V112")
    assert drawn.path.endswith(f"V{112 - 67.5 / 80 * 102:g}H232")
    for bar in drawn.bars:
        assert min(bar.x - curve.LEFT, bar.y - curve.TOP) >= 0
        assert bar.x + bar.width <= curve.RIGHT
        assert bar.y + bar.height <= curve.BOTTOM


@pytest.mark.parametrize(
    ("months", "first", "count"), [(3, (2026, 9), 3), (36, (2023, 12), 36)]
)
def test_months_end_today(months, first, count):
    days = letting_go.days_of(date(2020, 2, 3), TODAY, months)

    assert (days[0].year, days[0].month) == first
    assert len(days) == count
    assert days[-1] == TODAY
