"""People: the list by name, and one person's page with all there is to know."""

from datetime import date, datetime, timedelta

import factory
import pytest
from conftest import on_one_database
from counting import statements

from delegate.models import Employee, Manager, Membership, Team, db, utc_now
from delegate.rights import erasure

ANN = {
    "name": "Ann Verhoeven",
    "role": "Planner",
    "hours_free": "6,5",
    "next_talk_at": "2026-11-26T10:00",
    "left_on": "",
    "entrusted": "The whole of the week.",
    "count_on_me": "An answer the same day.",
    "asks_of_me": "",
    "learning": "",
    "version": "1",
}


@pytest.fixture
def ann(app, alice):
    """The id of Ann, of Alice's team."""
    return person(app, alice, "Ann Verhoeven")


def person(app, browser, name, **changes):
    with app.app_context():
        return factory.employee(browser.team_id, name, **changes).id


def names(page):
    return [link.text for link in page.select("table.list tbody th > a")]


def saved(app, employee_id):
    with app.app_context():
        return db.session.get(Employee, employee_id)


def test_the_list_is_by_name_whatever_was_seen(app, alice):
    with app.app_context():
        for name, score in (("Zoë", 5), ("Ann", 1), ("özdemir", 3), ("Marijke", None)):
            employee = factory.employee(alice.team_id, name)
            factory.rating(employee, "choices", score, rater_id=alice.manager_id)

    page = alice.get("/people/")

    assert [name for name in names(page) if name != "özdemir"] == [
        "Ann",
        "Marijke",
        "Zoë",
    ]
    assert [" ".join(one.text.split()) for one in page.select(".seen")].count(
        "1 of 4 seen"
    ) == 3


@pytest.mark.parametrize("q", ["Özd", "özd", "ÖZD", "%", "_"])
def test_someone_is_found_by_a_part_of_the_name(app, alice, q):
    for name in ("Yusuf Özdemir", "Ann 100%", "Ann_V"):
        person(app, alice, name)
    found = {"%": ["Ann 100%"], "_": ["Ann_V"]}

    page = alice.get(f"/people/?q={q.replace('%', '%25')}")

    assert names(page) == found.get(q, ["Yusuf Özdemir"])


def test_a_name_is_added_on_the_list(alice):
    response = alice.post("/people/", name=" Noor el Amrani ", role="Caretaker")
    page = alice.get(response.location)

    assert names(page) == ["Noor el Amrani"]
    assert "Added Noor el Amrani." in page.select_one(".flashes").text


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 501, "a\0b", "a\x1bb"])
def test_a_bad_name_is_refused_and_nothing_is_lost(alice, name):
    page = alice.page(alice.post("/people/", name=name, role="Boss"), 422)

    assert page.select("#faults a[href='#name']")
    assert page.select_one("#role")["value"] == "Boss"


def test_everything_about_someone_is_kept(app, alice, ann):
    response = alice.post(f"/people/{ann}/edit", **ANN)
    kept = saved(app, ann)
    page = alice.get(response.location)

    assert (kept.hours_free, kept.role) == (6.5, "Planner")
    assert kept.next_talk_at == datetime(2026, 11, 26, 9)
    assert "Next conversation: Thursday 26 November 2026, 10:00." in " ".join(
        page.select_one(".lede").text.split()
    )
    form = alice.get(f"/people/{ann}/edit")
    assert form.select_one("#next_talk_at")["value"] == "2026-11-26T10:00"
    assert form.select_one("[name=version]")["value"] == "2"


def test_a_new_person_can_come_with_everything(alice):
    response = alice.post("/people/new", **ANN)

    assert "An answer the same day." in alice.get(response.location).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("role", "x" * 501),
        ("hours_free", "many"),
        ("hours_free", "169"),
        ("hours_free", "nan"),
        ("hours_free", "1_0"),
        ("hours_free", "-0.001"),
        ("next_talk_at", "tomorrow"),
        ("next_talk_at", "0001-01-01T00:00"),
        ("next_talk_at", "9999-12-31T23:59"),
        ("next_talk_at", "2027-03-28T02:30"),
        ("left_on", "2026-13-01"),
        ("left_on", "0001-01-01"),
        ("left_on", "3000-01-01"),
        ("count_on_me", "x" * 10_001),
        ("asks_of_me", "a\0b"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_lost(app, alice, ann, field, value):
    for path in ("/people/new", f"/people/{ann}/edit"):
        page = alice.page(alice.post(path, **{**ANN, field: value}), 422)
        assert page.select(f"#faults a[href='#{field}']")
        if field != "count_on_me":
            assert "An answer the same day." in page.select_one("#count_on_me").text
    assert saved(app, ann).role == ""


@pytest.mark.parametrize("version", ["0", "1.0", "", None])
def test_a_save_over_a_newer_one_shows_both(app, alice, ann, version):
    path = f"/people/{ann}/edit"
    typed = {**ANN, "version": version, "next_talk_at": "2026-11-26T10:00"}
    if version is None:
        del typed["version"]

    page = alice.page(alice.post(path, **typed), 409)

    conflict = page.select_one("#conflict").text
    assert "Planner" in conflict
    assert "26 November 2026, 10:00" in conflict
    assert page.select_one("#role")["value"] == "Planner"
    assert saved(app, ann).role == ""
    again = {**typed, "version": page.select_one("[name=version]")["value"]}
    assert alice.post(path, **again).status_code == 302
    assert saved(app, ann).role == "Planner"


def test_whoever_has_left_is_listed_apart(app, alice):
    today = utc_now().date()
    person(app, alice, "Gone", left_on=today - timedelta(days=1))
    person(app, alice, "Going", left_on=today + timedelta(days=9))

    there, left = alice.get("/people/"), alice.get("/people/?show=left")

    assert (names(there), names(left)) == (["Going"], ["Gone"])
    assert "Leaves on" in there.table.text
    assert "Has left on" in left.table.text


def test_the_page_says_when_someone_leaves_and_when_all_of_it_is_erased(app, alice):
    left_on = utc_now().date() - timedelta(days=1)
    gone = person(app, alice, "Gone", left_on=left_on)
    going = person(app, alice, "Going", left_on=left_on + timedelta(days=9))
    with app.app_context():
        months = db.session.get(Team, alice.team_id).keep_months
        day = erasure.months_later(left_on, months)

    left = alice.get(f"/people/{gone}").select_one(".lede")
    leaves = alice.get(f"/people/{going}").select_one(".lede")

    assert "Has left on" in left.text
    assert f". Everything about Gone is erased on {day:%-d %B %Y}." in left.text
    assert "Leaves on" in leaves.text
    assert "erased" not in leaves.text


@on_one_database
def test_of_who_has_left_it_says_what_is_still_agreed(app, alice):
    yesterday = utc_now().date() - timedelta(days=1)
    gone = person(app, alice, "Gone", left_on=yesterday)
    with app.app_context():
        task = factory.task(alice.team_id, "Rota")
        factory.agreement(db.session.get(Employee, gone), task)
    page = alice.get(f"/people/{gone}")

    assert "Gone has left. Open what was agreed" in page.text
    assert page.select(f"a[href='/people/{gone}/prepare']") == []
    assert "Has left on" in alice.get("/agreements/").table.text


def test_a_removed_person_can_be_put_back_at_once_and_later(app, alice, ann):
    alice.post(f"/people/{ann}/remove")
    page = alice.get("/people/")
    undo = page.select_one(".flashes form")["action"]

    assert names(page) == []
    alice.get(f"/people/{ann}", 404)
    assert "Ann Verhoeven" in alice.get("/people/removed").text
    alice.post(undo)
    assert names(alice.get("/people/")) == ["Ann Verhoeven"]
    alice.post(f"/people/{ann}/remove")
    button = alice.get("/people/removed").select_one(".lines button")
    alice.post("/people/put-back", **{button["name"]: button["value"]})
    assert names(alice.get("/people/")) == ["Ann Verhoeven"]


def test_only_who_was_removed_within_thirty_days_is_put_back(app, alice, ann):
    gone = person(app, alice, "Gone", removed_at=utc_now() - timedelta(days=31))
    seen = saved(app, ann).version

    assert alice.post("/people/put-back", employee=[ann, gone]).status_code == 302
    assert alice.post("/people/put-back", employee=gone).status_code == 404
    assert saved(app, ann).version == seen
    assert saved(app, gone).removed_at


@pytest.mark.parametrize(("days", "shown"), [(29, True), (31, False)])
def test_after_thirty_days_the_removed_are_no_longer_shown(app, alice, days, shown):
    person(app, alice, "Ann", removed_at=utc_now() - timedelta(days=days))

    assert ("Ann" in alice.get("/people/removed").main.text) is shown


def test_people_of_another_team_look_like_nobody(app, alice, bob, ann):
    for path in (f"/people/{ann}", f"/people/{ann}/edit"):
        bob.get(path, 404)
    assert bob.post(f"/people/{ann}/edit", **ANN).status_code == 404
    assert bob.post(f"/people/{ann}/remove").status_code == 404
    alice.post(f"/people/{ann}/remove")
    for wanted in (str(ann), "x", "", "99999999999"):
        assert bob.post("/people/put-back", employee=wanted).status_code == 404
    assert "Ann" not in bob.get("/people/removed").main.text


def test_nobody_is_asked_to_look_again_before_anybody_looked(app, alice, ann):
    for words in ("Say what you have seen", "Look again"):
        page = alice.get(f"/people/{ann}")
        [link] = page.select(f".page-head a[href='/ratings/{ann}']")
        assert link.text == words
        nothing = "You have seen none of the four criteria yet."
        assert nothing in page.select_one(".lede").text
        with app.app_context():
            employee = db.session.get(Employee, ann)
            factory.rating(employee, "informs", None, rater_id=alice.manager_id)


def test_the_page_says_what_was_seen_in_words(app, alice, ann):
    with app.app_context():
        employee = db.session.get(Employee, ann)
        mine = {"rater_id": alice.manager_id}
        factory.rating(employee, "choices", 3, seen_on=date(2020, 1, 4), **mine)
        factory.rating(employee, "informs", None, **mine)
        factory.rating(employee, "help", 5, example="Called <b>early</b>.", **mine)

    page = alice.get(f"/people/{ann}")

    choices, informs, needs, help = page.select(".profile tbody tr")
    assert "Chooses well in familiar situations" in choices.text
    assert "look again" in choices.text
    assert "Not yet observed" in informs.text
    assert "open" in needs.text
    assert "Called <b>early</b>." in help.text
    assert "look again" not in help.text
    assert "You have seen two of the four." in page.select_one(".lede").text


def test_what_another_manager_saw_stands_beside_it(app, alice, bob, ann):
    with app.app_context():
        bob_id = db.session.scalar(db.select(Manager.id).filter_by(name="Bob"))
        factory.add(Membership(team_id=alice.team_id, manager_id=bob_id, role="editor"))
        employee = db.session.get(Employee, ann)
        factory.rating(employee, "choices", 4, rater_id=alice.manager_id)
        factory.rating(employee, "choices", 2, rater_id=bob_id)
        factory.rating(employee, "choices", 3, rater_id=bob_id)
        factory.rating(employee, "needs", 3, rater_id=bob_id)

    choices, _, needs, _ = alice.get(f"/people/{ann}").select(".profile tbody tr")

    assert "Bob saw a 3" in choices.text
    assert "Bob saw a 2" not in choices.text
    assert choices.select_one(".num").text == "4"
    assert "seen by Bob" in needs.text
    assert "Bob saw" not in needs.text


def test_tasks_stand_in_three_bands(app, alice, ann):
    with app.app_context():
        employee = db.session.get(Employee, ann)
        factory.rated(employee, 4, 4, 4, 4)
        for title, familiarity, changes in (
            ("Rota", 5, {}),
            ("Intake", 3, {"limits_clear": "unclear"}),
            ("Tender", 1, {"stakes": "high"}),
            ("Absence talks", 5, {"reserved": True}),
            ("Budget", 5, {"undo": None}),
        ):
            task = factory.task(alice.team_id, title, **changes)
            factory.rating(employee, "familiarity", familiarity, task=task)
            if title == "Rota":
                factory.pair(employee, task, 3)
        factory.task(alice.team_id, "Old work", archived_at=utc_now())
        factory.task(alice.team_id, "Unseen work")

    page = alice.get(f"/people/{ann}")

    shown = [section.text for section in page.select(".thirds > section")]
    assert "Tender" in shown[0]
    assert "Intake" in shown[1]
    assert "Unseen work" in shown[1]
    assert "provisional" in shown[1]
    assert "now 3" in shown[2]
    assert "holding on" in shown[2]
    aside = " ".join(one.text for one in page.select(".aside-list"))
    assert "Absence talks" in aside
    assert "Budget" in aside
    assert "Old work" not in page.main.text


def test_what_is_not_written_in_both_directions_can_be_written(app, alice, ann):
    def link():
        [found] = alice.get(f"/people/{ann}").select("a[href$='#entrusted']")
        return found

    assert link().text.startswith("Write it")
    assert alice.get(link()["href"]).select("textarea#entrusted")
    with app.app_context():
        employee = db.session.get(Employee, ann)
        for name in ("entrusted", "asks_of_me", "count_on_me", "learning"):
            setattr(employee, name, "Words.")
        db.session.commit()
    assert link().text.startswith("Change")


def test_live_agreements_are_listed_with_their_look_back(app, alice, ann):
    with app.app_context():
        employee = db.session.get(Employee, ann)
        for title, state in (("Rota", "agreed"), ("Tender", "ended")):
            task = factory.task(alice.team_id, title)
            factory.agreement(employee, task, state=state, decides="order of jobs")

    rows = alice.get(f"/people/{ann}").select("[aria-labelledby=agreed] tbody tr")

    assert [row.th.text for row in rows] == ["Rota"]
    assert "order of jobs" in rows[0].text
    assert "4 Jan 2099" in rows[0].text


def test_a_page_takes_as_many_statements_for_many_rows_as_for_one(app, alice, ann):
    def fill(count):
        with app.app_context():
            for number in range(count):
                one = factory.employee(alice.team_id, f"Someone {number}")
                factory.rated(one, rater_id=alice.manager_id)
                task = factory.task(alice.team_id, f"Task {number}")
                factory.agreement(db.session.get(Employee, ann), task)

    def sent(path):
        alice.get(path)
        with statements(app) as few:
            alice.get(path)
        return len(few)

    fill(1)
    before = [sent("/people/"), sent(f"/people/{ann}")]
    fill(12)

    assert [sent("/people/"), sent(f"/people/{ann}")] == before


def test_a_long_list_comes_in_pages(app, alice):
    with app.app_context():
        db.session.add_all(
            Employee(team_id=alice.team_id, name=f"Someone {number:03}")
            for number in range(101)
        )
        db.session.commit()

    assert len(names(alice.get("/people/"))) == 100
    assert names(alice.get("/people/?page=2")) == ["Someone 100"]
    assert names(alice.get("/people/?page=99999")) == ["Someone 100"]
    assert len(names(alice.get("/people/?page=-1"))) == 100


def test_only_the_owner_is_led_to_erasing_someone_removed(app, alice, bob):
    with app.app_context():
        ann = factory.employee(alice.team_id).id
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(**ids, role="editor"))
    alice.post(f"/people/{ann}/remove")
    to_it = f"main a[href='/people/{ann}/erase']"

    [link] = alice.get("/people/removed").select(to_it)
    assert "Ann" in alice.get(link["href"]).h1.text
    assert bob.get(f"/people/removed?team={alice.team_id}").select(to_it) == []
