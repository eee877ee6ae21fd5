"""Appointments as another program reads them, the address they come from, the mail.

Two parsers that know nothing of each other read every file: icalendar, which wrote it,
and vobject.
"""

import re
from datetime import UTC, date, datetime, timedelta

import factory
import icalendar
import vobject
from browsing import Browser
from conftest import on_one_database
from counting import statements

from delegate.dialogue import meeting
from delegate.models import (
    Agreement,
    CheckIn,
    Employee,
    Link,
    LoginSession,
    Manager,
    Membership,
    Task,
    Team,
    db,
    utc_now,
)

SOON = datetime(2099, 1, 5, 9)
NASTY = 'Zoë\\n O\'Néill; "a, b" 🙂🏽 \u202eback\u202c BEGIN:VEVENT ATTENDEE:x@y.z'
LONG = (NASTY + " é" * 250)[:500].strip()


def planned(browser, name="Ann Verhoeven", title="Weekly planning", **changes):
    """Return the ids of a person with a talk, an agreement and a check-in to come."""
    with browser.app.app_context():
        person = factory.employee(
            browser.team_id, name, **{"next_talk_at": SOON, **changes}
        )
        task = factory.task(browser.team_id, title)
        agreement = factory.agreement(person, task)
        check_in = factory.add(CheckIn(agreement_id=agreement.id, day=date(2099, 1, 2)))
        return {
            Employee: person.id,
            Task: task.id,
            Agreement: agreement.id,
            CheckIn: check_in.id,
        }


def change(app, model, id, **values):
    with app.app_context():
        row = db.session.get(model, id)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()


def subscribed(browser, **fields):
    """Return the path of a new address of the manager's calendar."""
    seen = browser.get("/calendar/").select_one("[name=saw]")["value"]
    page = browser.page(browser.post("/calendar/address", saw=seen, **fields))
    return page.select_one("#address")["value"].removeprefix("http://localhost")


def read(answer):
    """Return the events of an answer by UID, as both parsers read them alike."""
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/calendar; charset=utf-8"
    lines = answer.data.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    one = icalendar.Calendar.from_ical(answer.data)
    other = vobject.readOne(answer.text)
    assert (other.method.value, other.version.value) == ("PUBLISH", "2.0")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert b"X-PUBLISHED-TTL:PT1H" in lines
    first = [
        (str(e["UID"]), str(e["SUMMARY"]), e.start, e.end, e["SEQUENCE"])
        for e in one.events
    ]
    second = [
        (
            e.uid.value,
            e.summary.value,
            e.dtstart.value,
            e.dtend.value,
            int(e.sequence.value),
        )
        for e in getattr(other, "vevent_list", [])
    ]
    assert first == second
    assert len({uid for uid, *_ in first}) == len(first)
    return {uid: rest for uid, *rest in first}


def events(app, path):
    return read(Browser(app).open(path))


def test_all_three_kinds_stand_in_the_calendar_once(app, alice):
    planned(alice)
    path = subscribed(alice)
    with statements(app) as sent:
        found = events(app, path)

    assert sorted(summary for summary, *_ in found.values()) == [
        "Check-in",
        "Looking back on an agreement",
        "One-on-one",
    ]
    times = {summary: (start, end) for summary, start, end, _ in found.values()}
    begin = SOON.replace(tzinfo=UTC)
    assert times["One-on-one"] == (begin, begin + timedelta(hours=1))
    assert times["Check-in"] == (date(2099, 1, 2), date(2099, 1, 3))
    assert times["Looking back on an agreement"][0] == date(2099, 1, 4)
    assert len([one for one in sent if one.startswith("SELECT")]) == 2


def test_what_is_moved_keeps_its_uid_and_its_sequence_rises(app, alice):
    ids = planned(alice)
    path = subscribed(alice)
    before = events(app, path)
    change(app, Employee, ids[Employee], next_talk_at=SOON + timedelta(days=7))
    change(app, Agreement, ids[Agreement], look_back_on=date(2099, 2, 2))
    change(app, CheckIn, ids[CheckIn], day=date(2099, 2, 3))
    after = events(app, path)

    assert after.keys() == before.keys()
    for uid, (summary, start, _end, sequence) in before.items():
        assert after[uid][0] == summary
        assert after[uid][1] > start
        assert after[uid][3] > sequence


def test_a_talk_that_was_held_keeps_its_place_when_the_next_is_planned(app, alice):
    ids = planned(alice)
    path = subscribed(alice)
    yesterday = utc_now() - timedelta(days=1)
    change(app, Employee, ids[Employee], next_talk_at=yesterday)
    before = talks_in(events(app, path))
    hold(app, alice, ids)
    assert places(talks_in(events(app, path))) == places(before)

    change(app, Employee, ids[Employee], next_talk_at=SOON)
    found = talks_in(events(app, path))
    [second] = found.keys() - before.keys()
    assert places({uid: found[uid] for uid in before}) == places(before)
    sequence = found[second][3]
    hold(app, alice, ids)
    early = talks_in(events(app, path))
    assert early.keys() == found.keys()
    assert early[second][1] < SOON.replace(tzinfo=UTC)
    assert early[second][3] > sequence


@on_one_database
def test_a_new_name_is_news_of_what_was_held_and_no_sequence_falls(app, alice):
    """A calendar program takes what it has for the newest, unless this rises."""
    ids = planned(alice)
    path = subscribed(alice, with_names="y")
    yesterday = utc_now() - timedelta(days=1)
    change(app, Employee, ids[Employee], next_talk_at=yesterday)
    kept = [one_talk(app, path)]
    hold(app, alice, ids)
    kept.append(one_talk(app, path))
    change(app, Employee, ids[Employee], name="Ann de Wit")
    kept.append(one_talk(app, path))
    undo = f"/talks/{ids[Employee]}/held/1/undo?planned={yesterday.isoformat()}"
    assert alice.post(undo).status_code < 400
    kept.append(one_talk(app, path))

    assert kept[2]["SUMMARY"] == "One-on-one with Ann de Wit"
    assert kept[2]["SEQUENCE"] > kept[1]["SEQUENCE"]
    assert kept[2]["DTSTAMP"].dt >= kept[1]["DTSTAMP"].dt
    for name in ("SEQUENCE", "LAST-MODIFIED"):
        values = [one[name] if name == "SEQUENCE" else one[name].dt for one in kept]
        assert values == sorted(values)
    assert len({one["UID"] for one in kept}) == 1


def one_talk(app, path):
    """Return the one-on-one of a calendar that has but one, as the library reads it."""
    events = icalendar.Calendar.from_ical(Browser(app).open(path).data).events
    [one] = [one for one in events if one["SUMMARY"].startswith("One-on-one")]
    return one


def places(found):
    """Return when and what these are, whatever their sequence."""
    return {uid: (*one[:3],) for uid, one in found.items()}


def hold(app, browser, ids):
    """Close the talk with someone, as happens after it: today, at the latest."""
    with app.app_context():
        person = db.session.get(Employee, ids[Employee])
        meeting.hold(person, browser.manager_id, utc_now())
        db.session.commit()


def talks_in(found):
    return {uid: one for uid, one in found.items() if one[0].startswith("One-on-one")}


@on_one_database
def test_whatever_was_typed_comes_back_as_it_was(app, alice):
    for name in (NASTY, LONG, "Ann\r\nATTENDEE:mailto:eve@example.org"):
        planned(alice, name, title=name)
    answer = Browser(app).open(subscribed(alice, with_names="1"))
    found = {summary for summary, *_ in read(answer).values()}

    for name in (NASTY, LONG, "Ann\nATTENDEE:mailto:eve@example.org"):
        assert f"One-on-one with {name}" in found
        assert f"Looking back with {name}: {name}" in found
    assert b"\r\nATTENDEE" not in answer.data


@on_one_database
def test_without_the_wish_nothing_tells_with_whom_or_about_what(app, alice):
    ids = planned(alice)
    files = [f"/calendar/talk/{ids[Employee]}.ics"]
    files += [f"/calendar/look-back/{ids[Agreement]}.ics"]
    bare = [Browser(app).open(subscribed(alice)), *map(alice.open, files)]
    named = [Browser(app).open(subscribed(alice, with_names="1"))]
    named += map(alice.open, files)

    for answer in bare:
        text = answer.text.replace("\r\n ", "")
        assert not re.search("Ann|Verhoeven|Weekly|planning", text)
    for answer in named:
        assert "Ann Verhoeven" in answer.text.replace("\r\n ", "")
    assert read(bare[1]).keys() | read(bare[2]).keys() < read(bare[0]).keys()
    assert read(bare[0]).keys() == read(named[0]).keys()
    alice.post("/calendar/withdraw")
    assert "Ann" not in alice.open(files[0]).text


def test_only_what_the_manager_may_see_now_is_in_it(app, alice, bob):
    """And none of it when it is over: kept, closed, put away, gone or long ago."""
    ids = planned(alice)
    path = subscribed(alice)
    with app.app_context():
        factory.employee(bob.team_id, "Bo", next_talk_at=SOON)
    assert len(events(app, path)) == 3

    long_ago = utc_now() - timedelta(days=100)
    cases = [
        (Employee, {"removed_at": utc_now()}, 0),
        (Employee, {"left_on": date(2020, 1, 1)}, 0),
        (Employee, {"next_talk_at": long_ago}, 2),
        (Task, {"removed_at": utc_now()}, 1),
        (Task, {"archived_at": utc_now()}, 1),
        (Agreement, {"state": "draft"}, 1),
        (Agreement, {"state": "taken_back"}, 1),
        (Agreement, {"look_back_on": long_ago.date()}, 2),
        (CheckIn, {"kept_at": utc_now()}, 2),
    ]
    for model, values, left in cases:
        with app.app_context():
            row = db.session.get(model, ids[model])
            before = {name: getattr(row, name) for name in values}
        change(app, model, ids[model], **values)
        assert len(events(app, path)) == left, (model, values)
        change(app, model, ids[model], **before)
    change(app, Team, alice.team_id, removed_at=utc_now())
    assert events(app, path) == {}
    change(app, Team, alice.team_id, removed_at=None)
    mine = (alice.team_id, alice.manager_id)
    change(app, Membership, mine, role="viewer")
    assert events(app, path) == {}
    change(app, Membership, mine, role="editor")
    assert len(events(app, path)) == 3
    with app.app_context():
        db.session.delete(db.session.get(Membership, mine))
        db.session.commit()
    assert events(app, path) == {}
    change(app, Manager, alice.manager_id, active=False)
    Browser(app).get(path, 404)


@on_one_database
def test_a_calendar_program_is_told_when_nothing_changed(app, alice):
    ids = planned(alice)
    path, visitor = subscribed(alice), Browser(app)
    first = visitor.open(path)
    tag = {"If-None-Match": first.headers["ETag"]}

    assert visitor.open(path, headers=tag).status_code == 304
    assert visitor.open(path, "HEAD").headers["ETag"] == first.headers["ETag"]
    assert visitor.open(path, "HEAD").data == b""
    change(app, Employee, ids[Employee], next_talk_at=SOON + timedelta(days=1))
    assert visitor.open(path, headers=tag).status_code == 200


@on_one_database
def test_the_address_does_not_change_what_an_appointment_is(app, alice):
    planned(alice)
    path = subscribed(alice)
    elsewhere = Browser(app).open(path, base_url="https://plan.example.org")
    in_dutch = Browser(app).open(path.replace("lang=en", "lang=nl"))

    assert read(elsewhere) == events(app, path)
    assert read(in_dutch).keys() == events(app, path).keys()
    assert "https://plan.example.org/" in elsewhere.text


@on_one_database
def test_the_address_is_shown_once_and_withdrawn_at_any_time(app, alice, browser):
    planned(alice)
    seen = alice.get("/calendar/").select_one("[name=saw]")["value"]
    first = subscribed(alice)
    late = alice.page(alice.post("/calendar/address", saw=seen), 409)

    assert "is not shown again" in late.select_one("#conflict").text
    assert first.split("/")[-1].split(".")[0] not in alice.open("/calendar/").text
    assert browser.open(first).status_code == 200
    second = subscribed(alice)
    browser.get(first, 404)
    assert browser.open(second).status_code == 200
    alice.post("/calendar/withdraw")
    browser.get(second, 404)
    assert alice.get("/doors/").text.count("Withdrawn") == 2


@on_one_database
def test_the_trail_of_each_team_tells_of_the_address(app, alice):
    subscribed(alice)
    alice.post("/calendar/withdraw")
    told = alice.get("/trail/").text

    assert "gave access to the calendar, by a link" in told
    assert "withdrew access to the calendar, by a link" in told


@on_one_database
def test_the_address_is_made_after_signing_in_once_more(app, alice):
    with app.app_context():
        for kept in db.session.scalars(db.select(LoginSession)):
            kept.content = re.sub(r'"fs_paa": [\d.]+', '"fs_paa": 0', kept.content)
        db.session.commit()

    answer = alice.post("/calendar/address", saw="none")

    assert answer.location == "/account/once-more?next=/calendar"


def test_two_clicks_at_once_leave_one_address_open(app, alice):
    seen = alice.get("/calendar/").select_one("[name=saw]")["value"]
    answers = alice.click_again_and_again("/calendar/address", saw=seen)

    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    with app.app_context():
        opened = db.select(Link).where(Link.revoked_at.is_(None))
        assert len(db.session.scalars(opened).all()) == 1
