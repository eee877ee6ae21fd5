"""Tasks: the list, one answer for many rows, and the page of one task."""

from datetime import date, timedelta

import factory
import pytest
from counting import statements

from delegate.models import FACTS, Employee, Task, db, utc_now

ROTA = {
    "title": "Emergency rota",
    "outcome": "Every night has two names.",
    "limits": "Nobody twice in a week.",
    "stakes": "high",
    "undo": "effort",
    "outcome_clear": "clear",
    "limits_clear": "partly",
    "hours": "1.5",
    "deadline": "2026-12-01",
    "reserved_why": "",
    "version": "1",
}


@pytest.fixture
def rota(app, alice):
    """The id of a task of Alice's team, with no fact answered."""
    return task(app, alice, "Rota", **dict.fromkeys(FACTS))


def task(app, browser, title, **changes):
    with app.app_context():
        return factory.task(browser.team_id, title, **changes).id


def saved(app, task_id):
    with app.app_context():
        return db.session.get(Task, task_id)


def titles(page):
    return [link.text for link in page.select("table.list tbody th > a")]


def words(tag):
    return " ".join(tag.text.split())


def test_a_title_is_added_on_the_list(alice):
    response = alice.post("/tasks/", title="Weekly planning")
    page = alice.get(response.location)

    assert titles(page) == ["Weekly planning"]
    assert "4 questions to answer" in words(page.select_one("table.list"))


@pytest.mark.parametrize("title", ["", " ", "\u2800", "x" * 501, "a\0b"])
def test_a_bad_title_is_refused(alice, title):
    page = alice.page(alice.post("/tasks/", title=title), 422)

    assert page.select("#faults a[href='#title']")


def test_a_title_that_is_there_already_is_kept_with_a_word(alice):
    alice.post("/tasks/", title="Rota")
    alice.post("/tasks/", title="rota")
    page = alice.get("/tasks/")

    assert len(titles(page)) == 2
    assert "There is another task with this title." in page.select_one(".flashes").text


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("title", ["A", "B", "C", "D"]),
        ("stakes", ["D", "B", "C", "A"]),
        ("deadline", ["C", "A", "B", "D"]),
        ("newest", ["C", "A", "D", "B"]),
        ("wrong", ["A", "B", "C", "D"]),
    ],
)
def test_the_list_is_sorted(app, alice, sort, order):
    task(app, alice, "B", stakes="medium")
    task(app, alice, "D", stakes="high")
    task(app, alice, "A", stakes=None, deadline=date(2027, 1, 1))
    task(app, alice, "C", stakes="low", deadline=date(2026, 1, 1))

    assert titles(alice.get(f"/tasks/?sort={sort}")) == order


@pytest.mark.parametrize(
    ("show", "found"),
    [
        ("all", ["Absence", "Mine", "Rota", "Tender"]),
        ("to_answer", ["Rota"]),
        ("with_me", ["Mine"]),
        ("reserved", ["Absence"]),
        ("archived", ["Old"]),
    ],
)
def test_the_list_is_filtered(app, alice, rota, show, found):
    task(app, alice, "Absence", reserved=True, reserved_why="The law.", stakes=None)
    task(app, alice, "Mine", with_me=True)
    task(app, alice, "Old", archived_at=utc_now(), with_me=True, stakes=None)
    task(app, alice, "Tender")
    task(app, alice, "Gone", removed_at=utc_now(), with_me=True, stakes=None)

    page = alice.get(f"/tasks/?show={show}")

    assert titles(page) == found
    assert page.select_one(".seg [aria-current] .count").text == str(len(found))


@pytest.mark.parametrize("q", ["émilie", "ÉMILIE", "x%y"])
def test_a_task_is_found_by_a_part_of_the_title(app, alice, rota, q):
    task(app, alice, "Talk with Émilie" if "x" not in q else "x%y")
    task(app, alice, "xzy")

    assert len(titles(alice.get(f"/tasks/?q={q.replace('%', '%25')}"))) == 1


def test_the_list_says_what_is_still_to_do(app, alice):
    task(app, alice, "Tender", outcome_clear="unclear", limits_clear="partly")
    task(app, alice, "Absence", reserved=True, reserved_why="The law asks it.")

    absence, tender = alice.get("/tasks/").select("table.list tbody tr")

    assert "Stays with me: The law asks it." in words(absence)
    assert "Outcome unclear: yours to write" in words(tender)
    assert "Limits partly clear: yours to write" in words(tender)
    assert "Medium stakes, takes effort to undo" in words(tender)


@pytest.mark.parametrize(
    ("setting", "column", "value"),
    [
        ("stakes-high", "stakes", "high"),
        ("undo-no", "undo", "no"),
        ("outcome_clear-partly", "outcome_clear", "partly"),
        ("limits_clear-clear", "limits_clear", "clear"),
        ("with_me", "with_me", True),
    ],
)
def test_one_answer_is_set_for_all_ticked_rows(app, alice, setting, column, value):
    ids = [task(app, alice, f"Task {n}", **dict.fromkeys(FACTS)) for n in range(3)]

    response = alice.post("/tasks/set?sort=newest", task=ids[:2], setting=setting)

    assert "sort=newest" in response.location
    said = alice.get(response.location).select_one(".flashes").text
    assert "Set for 2 tasks: " in said
    with app.app_context():
        rows = [db.session.get(Task, id) for id in ids]
        assert [getattr(row, column) == value for row in rows] == [True, True, False]
        assert [row.version for row in rows] == [2, 2, 1]
        assert all(row.facts() for row in rows)


def test_what_is_set_for_many_lets_an_older_form_know(app, alice, rota):
    alice.post("/tasks/set", task=rota, setting="stakes-high")
    page = alice.page(alice.post(f"/tasks/{rota}/edit", **ROTA), 409)

    assert "Emergency rota" in page.select_one("#conflict").text


@pytest.mark.parametrize(
    ("ticked", "setting", "fault"),
    [
        ([], "stakes-high", "Tick the rows first."),
        (["1"], "", "Choose what to set"),
        (["1"], "wrong", "Choose what to set"),
        (["1"], "stakes-None", "Choose what to set"),
    ],
)
def test_setting_nothing_is_refused_and_the_ticks_stay(
    alice, rota, ticked, setting, fault
):
    ids = [str(rota) for _ in ticked]
    page = alice.page(alice.post("/tasks/set", task=ids, setting=setting), 422)

    assert fault in page.select_one("#setting-fault").text
    assert len(page.select("input[name=task][checked]")) == len(ticked)
    chosen = page.select_one("#setting option[selected]")
    assert (chosen["value"] if chosen else "") in (setting, "")


@pytest.mark.parametrize("count", [1, 3])
def test_removed_tasks_can_be_put_back_at_once_and_later(app, alice, count):
    ids = [task(app, alice, f"Task {n}") for n in range(count)]
    response = alice.post("/tasks/set", task=ids, setting="remove")
    page = alice.get(response.location)
    undo = page.select_one(".flashes form")["action"]

    assert titles(page) == []
    alice.get(f"/tasks/{ids[0]}", 404)
    assert len(alice.get("/tasks/removed").select(".lines li")) == count
    alice.post(undo)
    assert len(titles(alice.get("/tasks/"))) == count
    alice.post("/tasks/set", task=ids, setting="remove")
    button = alice.get("/tasks/removed").select_one(".lines button")
    alice.post("/tasks/put-back", **{button["name"]: button["value"]})
    assert len(titles(alice.get("/tasks/"))) == 1


def test_only_what_was_removed_within_thirty_days_is_put_back(app, alice):
    here = task(app, alice, "Here")
    long_ago = utc_now() - timedelta(days=31)
    gone = task(app, alice, "Gone", removed_at=long_ago)
    seen = saved(app, here).version

    assert alice.post("/tasks/put-back", task=[here, gone]).status_code == 302
    assert alice.post("/tasks/put-back", task=gone).status_code == 404
    assert saved(app, here).version == seen
    assert saved(app, gone).removed_at == long_ago


@pytest.mark.parametrize(("days", "shown"), [(29, True), (31, False)])
def test_after_thirty_days_the_removed_are_no_longer_shown(app, alice, days, shown):
    task(app, alice, "Rota", removed_at=utc_now() - timedelta(days=days))

    assert ("Rota" in alice.get("/tasks/removed").main.text) is shown


def test_an_archived_task_can_be_brought_back(app, alice, rota):
    alice.post("/tasks/set", task=rota, setting="archive")
    assert "This task is in the archive" in alice.get(f"/tasks/{rota}").text
    assert titles(alice.get("/tasks/?show=archived")) == ["Rota"]
    alice.post("/tasks/set", task=rota, setting="bring_back")

    assert titles(alice.get("/tasks/")) == ["Rota"]


def test_everything_about_a_task_is_kept(app, alice, rota):
    response = alice.post(f"/tasks/{rota}/edit", **ROTA, with_me="y")
    kept = saved(app, rota)

    assert (kept.stakes, kept.undo) == ("high", "effort")
    assert (kept.hours, kept.deadline) == (1.5, date(2026, 12, 1))
    assert (kept.with_me, kept.reserved) == (True, False)
    page = alice.get(response.location)
    assert "Every night has two names." in page.text
    form = alice.get(f"/tasks/{rota}/edit")
    assert [one["value"] for one in form.select("[type=radio][checked]")] == [
        "high",
        "effort",
        "clear",
        "partly",
    ]


def test_an_answer_can_be_taken_back(app, alice):
    rota = task(app, alice, "Rota")
    alice.post(f"/tasks/{rota}/edit", **{**ROTA, "stakes": ""})

    assert saved(app, rota).unanswered() == ("stakes",)


def test_a_new_task_has_no_answers_of_its_own(app, alice):
    form = alice.get("/tasks/new")
    response = alice.post("/tasks/new", title="Rota")

    assert {one["value"] for one in form.select("[type=radio][checked]")} == {""}
    assert saved(app, int(response.location.split("/")[-1])).unanswered() == FACTS


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("title", " ", "title"),
        ("title", "x" * 501, "title"),
        ("outcome", "x" * 10_001, "outcome"),
        ("limits", "a\0b", "limits"),
        ("undo", "maybe", "undo"),
        ("outcome_clear", "1", "outcome_clear"),
        ("hours", "-1", "hours"),
        ("hours", "inf", "hours"),
        ("hours", "1_0", "hours"),
        ("deadline", "soon", "deadline"),
        ("deadline", "0001-01-01", "deadline"),
        ("reserved", "y", "reserved_why"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_lost(
    app, alice, rota, field, value, fault
):
    for path in ("/tasks/new", f"/tasks/{rota}/edit"):
        page = alice.page(alice.post(path, **{**ROTA, field: value}), 422)
        assert [link["href"] for link in page.select("#faults a")] == [f"#{fault}"]
        chosen = page.select_one("#stakes [checked]")
        assert chosen["value"] == "high"
    assert saved(app, rota).outcome == ""


@pytest.mark.parametrize("version", ["0", "x", None])
def test_a_save_over_a_newer_one_shows_both(app, alice, rota, version):
    typed = {**ROTA, "version": version} if version else {**ROTA}
    if version is None:
        del typed["version"]
    path = f"/tasks/{rota}/edit"

    page = alice.page(alice.post(path, **typed), 409)

    conflict = words(page.select_one("#conflict"))
    assert "Every night has two names." in conflict
    assert "A lot (safety, law, large sums, jobs or reputations)" in conflict
    assert "Not answered yet" in conflict
    again = {**typed, "version": page.select_one("[name=version]")["value"]}
    assert alice.post(path, **again).status_code == 302


def test_what_is_missing_is_asked_on_the_page_of_the_task(app, alice):
    rota = task(app, alice, "Rota", undo=None, limits_clear=None)
    page = alice.get(f"/tasks/{rota}")
    form = page.select_one(f"form[action='/tasks/{rota}/facts']")

    assert [one.text for one in form.select("legend")] == [
        "Can it be undone?",
        "Are the limits clear?",
    ]
    assert form.select("[checked]") == []
    version = form.select_one("[name=version]")["value"]
    response = alice.post(f"/tasks/{rota}/facts", undo="easy", version=version)
    assert response.location == f"/tasks/{rota}"
    kept = saved(app, rota)
    assert (kept.stakes, kept.undo, kept.limits_clear) == ("medium", "easy", None)


def test_answers_over_newer_ones_show_both(app, alice):
    rota = task(app, alice, "Rota", undo=None)
    alice.post("/tasks/set", task=rota, setting="undo-no")
    path = f"/tasks/{rota}/facts"
    page = alice.page(alice.post(path, undo="easy", version="1"), 409)

    assert "No (done is done)" in page.select_one("#conflict").text
    version = page.select_one(f"form[action='{path}'] [name=version]")["value"]
    alice.post(path, undo="easy", version=version)
    assert saved(app, rota).undo == "easy"


def test_an_answer_that_is_none_is_refused(app, alice, rota):
    page = alice.page(alice.post(f"/tasks/{rota}/facts", undo="?", version="1"), 422)

    assert page.select("#faults a[href='#undo']")


def test_the_page_shows_who_and_how_far_by_name(app, alice):
    rota = task(app, alice, "Rota", with_me=True)
    with app.app_context():
        for name, score in (("Zoë", 4), ("Ann", 4), ("Noor", None)):
            one = factory.employee(alice.team_id, name)
            if score:
                factory.rated(one, score, score, score, score)
                row = db.session.get(Task, rota)
                factory.rating(one, "familiarity", 5, task=row)
            if name == "Zoë":
                factory.pair(one, db.session.get(Task, rota), 3)

    page = alice.get(f"/tasks/{rota}")

    bands = page.select(".thirds > section")
    assert [link.span.text for link in bands[2].select("a")] == ["Ann", "Zoë"]
    assert "provisional" in bands[1].text
    doing = words(page.select_one(".doing"))
    assert "still with me" in doing
    assert "Zoë now 3 · holding on" in doing
    assert "Ann" not in doing


def test_a_reserved_task_offers_a_part(app, alice):
    talks = task(
        app, alice, "Absence talks", reserved=True, reserved_why="Law.", limits="Mum."
    )
    page = alice.get(f"/tasks/{talks}")
    offer = page.find("a", string="Make a part that can be shared a task")
    form = alice.get(offer["href"])

    assert "Law." in page.text
    assert page.select(".thirds") == []
    assert form.select_one("#title")["value"] == "Part of: Absence talks"
    assert "Mum." in form.select_one("#limits").text
    response = alice.post(offer["href"], title="Preparing the file")
    assert saved(app, int(response.location.split("/")[-1])).team_id == alice.team_id


def test_tasks_of_another_team_look_like_none(app, alice, bob, rota):
    own = task(app, bob, "Mine")
    for path in (f"/tasks/{rota}", f"/tasks/{rota}/edit", f"/tasks/new?part_of={rota}"):
        bob.get(path, 404)
    for path, fields in (
        (f"/tasks/{rota}/edit", ROTA),
        (f"/tasks/{rota}/facts", {"undo": "easy", "version": "1"}),
        ("/tasks/set", {"task": rota, "setting": "remove"}),
        ("/tasks/set", {"task": "x", "setting": "remove"}),
        ("/tasks/put-back", {"task": rota}),
        ("/tasks/new?part_of=x", {"title": "x"}),
    ):
        assert bob.post(path, **fields).status_code == 404
    bob.post("/tasks/set", task=[own, rota], setting="stakes-high")
    assert (saved(app, rota).stakes, saved(app, own).stakes) == (None, "high")


def test_a_long_list_takes_as_many_statements_as_a_short_one(app, alice, rota):
    def sent(path):
        alice.get(path)
        with statements(app) as few:
            alice.get(path)
        return len(few)

    with app.app_context():
        factory.employee(alice.team_id)
    pages = ("/tasks/", f"/tasks/{rota}")
    before = [sent(path) for path in pages]
    with app.app_context():
        team = alice.team_id
        db.session.add_all(Task(team_id=team, title=f"T {n:04}") for n in range(1673))
        db.session.add_all(Employee(team_id=team, name=f"P {n}") for n in range(20))
        db.session.commit()

    assert [sent(path) for path in pages] == before
    page = alice.get("/tasks/?page=17")
    assert len(titles(page)) == 74
    assert "Page 17 of 17" in page.text
    ids = [one["value"] for one in page.select("input[name=task]")]
    response = alice.post("/tasks/set?page=17", task=ids, setting="archive")
    assert "page=17" in response.location
    assert len(titles(alice.get(response.location))) == 100


def test_too_many_at_once_are_refused_whole(alice, rota):
    ids = [str(id) for id in range(1, 1002)]

    answer = alice.post("/tasks/set", task=ids, setting="remove")

    assert "At most 1,000" in alice.page(answer, 422).text
    assert titles(alice.get("/tasks/")) == ["Rota"]


def test_one_answer_leads_to_the_next_task_that_asks(app, alice):
    with app.app_context():
        ids = [
            factory.task(alice.team_id, title, stakes=None).id
            for title in ("Beta", "Alpha")
        ]
    first, following = (f"/tasks/{id}" for id in ids)
    version = alice.get(first).select_one("main [name=version]")["value"]
    alice.post(f"{first}/facts", version=version)
    assert "Nothing was answered yet." in alice.get(first).text
    version = alice.get(first).select_one("main [name=version]")["value"]
    alice.post(f"{first}/facts", version=version, stakes="low")

    link = alice.get(first).select_one(".flashes a")
    assert (link.text, link["href"]) == (
        "Next task to answer",
        f"{following}#questions",
    )


def test_nothing_is_set_where_the_team_asked_for_is_not_there(app, alice):
    with app.app_context():
        task_id = factory.task(alice.team_id).id

    response = alice.post("/tasks/set?team=99999", task=task_id, setting="remove")

    assert response.status_code == 404
    with app.app_context():
        assert db.session.get(Task, task_id).removed_at is None
