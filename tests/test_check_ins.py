"""The moments between agreeing and looking back: proposed, moved, kept."""

from datetime import date, datetime, timedelta

import factory
import pytest
from conftest import on_one_database

from delegate import i18n, planning
from delegate.models import Agreement, CheckIn, db
from delegate.overview import overview
from delegate.practice import checking

TODAY = date.today()
SOON = TODAY + timedelta(days=40)


@pytest.fixture
def agreed(app, alice):
    """Return the id of an agreement that is in force, of Ann who does it alone."""
    with app.app_context():
        ann, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        factory.pair(ann, task, current=5)
        return factory.agreement(ann, task, 5, look_back_on=SOON).id


def check_in(agreement_id, day, **changes):
    return factory.add(CheckIn(agreement_id=agreement_id, day=day, **changes))


@on_one_database
@pytest.mark.parametrize(
    ("level", "weeks", "days"),
    [
        # From Monday 14 December 2026: Christmas is a Friday, New Year's day too.
        (1, 2, ["12-17", "12-21", "12-23"]),
        (2, 3, ["12-21", "12-28"]),
        (3, 4, ["12-21", "12-28", "01-04"]),
        (4, 4, ["12-28"]),
        (5, 4, ["12-28"]),
        (6, 8, ["01-11"]),
        (7, 12, []),
    ],
)
def test_each_level_proposes_its_own_check_ins(app, alice, level, weeks, days):
    first = date(2026, 12, 14)
    with app.app_context():
        last = first + timedelta(weeks=weeks)
        found = checking.proposals(level, first, last, alice.team_id)

    assert [f"{day:%m-%d}" for day in found] == days


@on_one_database
def test_no_check_in_falls_on_a_holiday(app, alice):
    with app.app_context():
        days = checking.proposals(
            1, date(2026, 12, 22), date(2026, 12, 31), alice.team_id
        )

    assert [f"{day:%m-%d}" for day in days] == ["12-28"]


@pytest.mark.parametrize(
    ("days", "kept_at", "posture"),
    [
        (-7, None, "in_step"),
        (-8, None, "letting_fall"),
        (9, datetime(2026, 1, 1), "letting_fall"),
    ],
)
def test_an_open_check_in_is_watched_everywhere(
    app, alice, agreed, days, kept_at, posture
):
    with app.app_context():
        row = db.session.get(Agreement, agreed)
        row.look_back_on = TODAY - timedelta(days=30)
        check_in(agreed, TODAY + timedelta(days=days), kept_at=kept_at)
        check_in(agreed, TODAY - timedelta(days=20))
        ann, task = row.pair.employee, row.pair.task
        factory.rated(ann, 3, 3, 3, 3, rater_id=alice.manager_id)
        factory.rating(ann, "familiarity", 3, task=task, rater_id=alice.manager_id)
        found = planning.pair(ann, task, alice.manager_id, TODAY)
        matter = overview(alice.team_id, alice.manager_id, TODAY).matters[
            ann.id, task.id
        ]

    assert found.posture == matter.posture == posture


def check_ins(app):
    with app.app_context():
        return db.session.scalars(db.select(CheckIn).order_by(CheckIn.day)).all()


def sent(page, action, **fields):
    """Return the address and what the form there sends, its version with it."""
    form = page.select_one(f"form[action$='{action}']") if action else None
    form = form or page.select_one("main form")
    return {"version": form.select_one("[name=version]")["value"], **fields}


@on_one_database
def test_agreeing_proposes_check_ins_that_can_be_moved_kept_and_dropped(app, alice):
    with app.app_context():
        ann, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        draft = factory.agreement(
            ann, task, 1, state="draft", look_back_on=TODAY + timedelta(weeks=2)
        )
        url, aside = f"/agreements/{draft.id}", "#check-ins li"
    assert alice.get(url).select("#check-ins") == []

    page = alice.get(url)
    fields = {"version": page.select_one("[name=version]")["value"], "level": "1"}
    alice.post(url, **fields, look_back_on=TODAY + timedelta(weeks=2), agree="1")

    page = alice.get(url)
    assert 3 <= len(check_ins(app)) == len(page.select(aside)) <= 6
    with app.app_context():
        day = i18n.day(check_ins(app)[0].day)
    said = f"{len(check_ins(app))} check-ins are proposed: the first on {day}."
    assert said in page.select_one(".flashes").text
    first, second, *_ = [
        one["href"] for one in alice.get(url).select(f"{aside} a[href]")
    ]

    # Moved, and not to a day that has passed: what was typed stays.
    page = alice.get(first)
    past = alice.post(f"{first}/move", **sent(page, "/move", day="2020-01-06"))
    assert alice.page(past, 422).select_one("#day")["value"] == "2020-01-06"
    late = alice.post(f"{first}/move", **sent(page, "/move", day="2999-01-07"))
    assert "You look back on" in alice.page(late, 422).text
    day = TODAY + timedelta(days=5)
    alice.post(f"{first}/move", **sent(page, "/move", day=day))
    assert day in [row.day for row in check_ins(app)]

    # Who saw an older one is told; what was typed stays.
    late = alice.page(alice.post(first, **sent(page, "", seen="Rang twice.")), 409)
    assert late.select_one("#conflict")
    assert late.select_one("#seen")["value"] == "Rang twice."
    moved = sent(page, "/move", day=TODAY + timedelta(days=6))
    assert alice.post(f"{first}/move", **moved).status_code == 409
    assert day in [row.day for row in check_ins(app)]

    # Kept, with a line of what was seen and what it is an example of.
    again = sent(late, "", seen="Rang\nbefore ten.", criterion="informs")
    assert alice.post(first, **again).location == f"{url}#check-ins"
    [kept] = [row for row in check_ins(app) if row.kept_at]
    assert (kept.seen, kept.criterion) == ("Rang before ten.", "informs")
    shown = alice.get(url)
    assert "Rang before ten." in shown.select_one("#check-ins").text
    assert f"seen={kept.id}#informs" in shown.select_one(".flashes a")["href"]
    # Kept before its day, it stands on the day that it was kept.
    assert kept.day > TODAY
    with app.app_context():
        assert i18n.weekday(TODAY) in shown.select(aside)[0].text
    moved = alice.post(f"{first}/move", version=str(kept.version), day=str(day))
    assert moved.status_code == 409

    drop = sent(alice.get(second), "/drop")
    alice.post(second, **sent(alice.get(second), "", seen="In time."))
    assert alice.post(f"{second}/drop", **drop).status_code == 409
    alice.post(f"{second}/drop", **sent(alice.get(second), "/drop"))
    assert second not in str(alice.get(url))

    # One more, by hand.
    new = f"/check-ins/{kept.agreement_id}/new"
    assert alice.post(new, day="").status_code == 422
    tomorrow = TODAY + timedelta(days=1)
    alice.click_again_and_again(new, day=tomorrow)
    assert [row.day for row in check_ins(app)].count(tomorrow) == 1


@on_one_database
def test_what_going_on_proposes_is_said_where_it_proposes_something(app, alice, agreed):
    url = f"/agreements/{agreed}"
    for words in ("Saved. A check-in is proposed: on", "Saved."):
        given = {"state": "agreed", "next_on": TODAY + timedelta(weeks=6)}
        alice.post(f"{url}/look-back", **sent(alice.get(url), "/look-back", **given))
        [said] = alice.get(url).select_one(".flashes").stripped_strings

        assert said.startswith(words)
        assert ("proposed" in said) is ("proposed" in words)


@on_one_database
@pytest.mark.parametrize(
    ("seen", "criterion"), [("x" * 501, ""), ("", "help"), ("a\x07", "")]
)
def test_a_line_that_cannot_be_kept_stays_to_be_mended(
    app, alice, agreed, seen, criterion
):
    with app.app_context():
        url = f"/check-ins/{agreed}/{check_in(agreed, TODAY).id}"

    given = sent(alice.get(url), "", seen=seen, criterion=criterion)
    page = alice.page(alice.post(url, **given), 422)

    assert page.select("#seen.form-control")
    assert [row.kept_at for row in check_ins(app)] == [None]


@on_one_database
def test_a_check_in_is_found_only_with_its_own_agreement(app, alice, agreed):
    with app.app_context():
        ann = db.session.get(Agreement, agreed).pair.employee
        other = factory.agreement(ann, factory.task(alice.team_id, "Other work"))
        url = f"/check-ins/{other.id}/{check_in(agreed, TODAY).id}"

    assert alice.open(url).status_code == 404


@on_one_database
def test_what_was_seen_is_offered_as_an_example(app, alice, agreed):
    kept = {"kept_at": datetime(2026, 11, 12, 12), "criterion": "informs"}
    with app.app_context():
        ann = db.session.get(Agreement, agreed).pair.employee
        factory.rated(ann, rater_id=alice.manager_id)
        day = TODAY - timedelta(days=11)
        row = check_in(agreed, day, seen="Rang before ten.", **kept)
        long_ago = TODAY - timedelta(days=400)
        check_in(agreed, long_ago, seen="Long ago.", **kept)
        url, take = f"/ratings/{ann.id}", f"/ratings/{ann.id}?seen={row.id}"

    page = alice.get(url)
    assert "Long ago." not in page.text
    [offered] = page.select("[data-take]")
    assert "Rang before ten." in offered.text
    assert offered["data-take"] == str(day)
    assert offered["href"] == f"{take}#informs"
    assert page.select_one("#informs [data-take]")

    # Without a script the link fills the form; nothing is saved before "Save".
    filled = alice.get(take)
    assert filled.select_one("#informs-example").text.strip() == "Rang before ten."
    assert filled.select_one("#informs-seen_on")["value"] == str(day)
    assert filled.select_one("#informs").has_attr("data-taken")
    assert alice.get(url).select_one("#informs-example").text.strip() == ""
