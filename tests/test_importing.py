"""Adding many at once: the preview, the save, the undo, and the command."""

import io
from datetime import date

import factory
import pytest
from browsing import Browser
from openpyxl import Workbook

from delegate.models import Employee, Membership, Task, Team, db

TASKS = "Taak\tUren\tBelang\nPlannen\t4,5\thoog\nMeten\t\t\nBellen\t1\tlaag"


def add(page, **changes):
    """Return what the preview's form sends with its first button, but for `changes`."""
    form = page.select_one("main form")
    fields = {}
    for control in form.select("input, select, textarea"):
        if control.get("type") == "checkbox" and not control.has_attr("checked"):
            continue
        if control.name == "select":
            options = control.select("option[selected]") or control.select("option")
            value = options[0]["value"]
        elif control.name == "textarea":
            value = control.text.removeprefix("\n")
        else:
            value = control.get("value", "")
        fields.setdefault(control["name"], []).append(value)
    return {**fields, "action": "add", **changes}


def looked(alice, status=200, **fields):
    return alice.page(alice.post("/import/", **fields), status)


def rows(app, model, team_id=None):
    with app.app_context():
        query = db.select(model).where(model.removed_at.is_(None)).order_by(model.id)
        found = db.session.scalars(query).all()
        return [row for row in found if team_id in (None, row.team_id)]


def titles(app):
    return [task.title for task in rows(app, Task)]


def people(app):
    return [employee.name for employee in rows(app, Employee)]


def workbook(*sheets):
    book = Workbook()
    book.remove(book.active)
    for number, cells in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Blad{number}")
        for row in cells:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def file(content, name="taken.xlsx"):
    return (io.BytesIO(content), name)


def says(page):
    return page.select_one("#faults").get_text(" ", strip=True)


# ---- seen first


def test_nothing_is_saved_before_it_was_seen(app, alice):
    page = looked(alice, tasks=TASKS, action="add")

    assert titles(app) == []
    assert page.select_one("[value=add]").text == "Add 3 tasks"
    assert "Team of Alice" in page.select_one(".lede").text


def test_what_was_seen_is_added(app, alice):
    page = looked(alice, tasks=TASKS, people="Ann Verhoeven\nYusuf Özdemir")

    response = alice.post("/import/", **add(page))

    assert response.location == "/board/"
    plan, measure, call = rows(app, Task, alice.team_id)
    assert (plan.title, plan.hours, plan.stakes) == ("Plannen", 4.5, "high")
    assert (plan.undo, plan.outcome_clear, plan.reserved) == (None, None, False)
    assert (measure.hours, measure.stakes, measure.version) == (None, None, 1)
    assert call.stakes == "low"
    assert people(app) == ["Ann Verhoeven", "Yusuf Özdemir"]
    flash = alice.get("/import/").select_one(".flashes").text
    assert "Added 2 people and 3 tasks." in flash


@pytest.mark.parametrize(
    ("kind", "target"), [("people", "/people/"), ("tasks", "/tasks/")]
)
def test_afterwards_the_reader_sees_what_was_added(alice, kind, target):
    page = looked(alice, **{kind: "Ann\nBob"})

    assert alice.post("/import/", **add(page)).location == target


def test_markup_and_formulas_are_text(app, alice):
    typed = "<script>alert(1)</script>\n=HYPERLINK(A1)\n& “quoted” 👩‍🔧 שלום"
    page = looked(alice, tasks=typed)
    alice.post("/import/", **add(page))

    assert titles(app) == typed.split("\n")


def test_what_was_understood_is_shown_in_words(alice):
    text = "Taak\tDeadline\tBelang\tDoe ik zelf\tUren\nPlannen\t3-4-2026\tveel\tja\t4,5"
    cells = [td.text.strip() for td in looked(alice, tasks=text).select("tbody td")]

    understood = [cell.rpartition(": ")[2].strip() for cell in cells[1:]]
    assert understood == ["Plannen", "3 April 2026", "high stakes", "yes", "4.5"]


def test_columns_can_be_chosen_by_hand(app, alice):
    page = looked(alice, tasks="3\tPlannen\n4\tMeten")
    chosen = {"tasks-column-0": "hours", "tasks-column-1": "title"}

    alice.post("/import/", **add(page, **chosen))

    assert [(t.title, t.hours) for t in rows(app, Task)] == [
        ("Plannen", 3),
        ("Meten", 4),
    ]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"tasks-column-0": ""}, "Choose the column that has the tasks."),
        ({"tasks-column-1": "title"}, "More than one column is “Task”."),
    ],
)
def test_columns_that_cannot_be_are_told(app, alice, chosen, words):
    page = looked(alice, tasks="Plannen\tx\nMeten\ty")

    page = alice.page(alice.post("/import/", **add(page, **chosen)), 422)

    assert words in says(page)
    assert titles(app) == []


def test_another_way_of_reading_is_shown_before_it_is_saved(app, alice):
    page = looked(alice, tasks="Taak|x\nPlan,3\nMeet,4")
    assert [th.text for th in page.select("tbody th")] == ["Row 1", "Row 2", "Row 3"]

    page = alice.page(alice.post("/import/", **add(page, **{"tasks-header": "yes"})))
    assert [th.text for th in page.select("tbody th")] == ["Row 2", "Row 3"]
    assert titles(app) == []
    page = alice.page(
        alice.post("/import/", **add(page, **{"tasks-separator": "comma"}))
    )
    assert len(page.select("thead select")) == 2
    assert titles(app) == []
    alice.post("/import/", **add(page))
    assert titles(app)[-2:] == ["Plan", "Meet"]


# ---- faults


def test_one_fault_keeps_all_out_and_nothing_is_lost(app, alice):
    text = "Taak\tUren\nPlannen\tveel\nMeten\t3"

    page = looked(alice, 422, tasks=text, people="Ann")

    assert "Tasks, row 2, Hours a week" in says(page)
    assert "Give hours a week from 0 to 168." in page.select_one("#tasks-row-2").text
    assert add(page)["tasks"] == [text]
    alice.page(alice.post("/import/", **add(page)), 422)
    assert titles(app) == people(app) == []


def test_a_fault_can_be_mended_in_the_text(app, alice):
    page = looked(alice, 422, tasks="Taak\tUren\nPlannen\tveel\nMeten\t3")
    mended = add(page)["tasks"][0].replace("veel", "5")

    alice.post("/import/", **add(page, tasks=mended))

    assert [task.hours for task in rows(app, Task)] == [5, 3]


def test_a_row_with_a_fault_can_be_left_out(app, alice):
    page = looked(alice, 422, tasks="Taak\tUren\nPlannen\tveel\nMeten\t3")
    tick = page.select_one("#tasks-row-2 input[type=checkbox]")

    alice.post("/import/", **add(page, **{"tasks-leave": tick["value"]}))

    assert titles(app) == ["Meten"]


def test_a_text_over_its_limit_and_a_lost_character_are_told_at_their_rows(app, alice):
    page = looked(alice, 422, tasks=f"Plannen\n{'x' * 501}\nMe\0ten")

    assert "row 2, Task : At most 500 characters fit here." in says(page)
    assert "row 3, Task : A character got lost here. Type it again." in says(page)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Paste names or tasks, or choose a file."),
        ({"tasks": " \n"}, "Paste names or tasks, or choose a file."),
        ({"tasks": "Taak"}, "There is nothing in it"),
        ({"tasks": "x\n" * 5_001}, "At most 5,000 rows fit."),
        ({"tasks": 'Taak,Uren\n"x,3'}, "Row 2: A quotation mark"),
    ],
)
def test_a_text_that_cannot_be_read_says_why(alice, fields, words):
    assert words in says(looked(alice, 422, **fields, people=fields.get("people", "")))


def test_an_empty_file_says_so(alice):
    page = looked(alice, 422, **{"tasks-file": file(b"", "leeg.csv")})

    assert "There is nothing in it" in says(page)


def test_a_file_that_cannot_be_read_leaves_the_rest_as_it_was(alice):
    other = workbook([["Ann", "planner"]])
    page = looked(
        alice,
        422,
        **{"tasks-file": file(b"%PDF-1.7"), "people-file": file(other)},
    )

    assert "This is a PDF." in says(page)
    assert page.select_one("#people").text.strip() == "Ann\tplanner"


def test_a_text_and_a_file_in_one_place_are_not_guessed_at(alice):
    page = looked(
        alice, 422, **{"tasks": "Plannen", "tasks-file": file(workbook([["Meten"]]))}
    )

    assert "not both" in says(page)
    assert page.select_one("#tasks").text.strip() == "Plannen"


def test_more_than_five_megabytes_get_a_page_that_says_so(alice):
    response = alice.open(
        "/import/",
        "POST",
        data=b"x" * 5_300_000,
        content_type="multipart/form-data; boundary=x",
    )

    assert "5 MB" in alice.page(response, 413).select_one("main").text


# ---- the same one twice


def test_what_is_in_the_team_already_is_left_out(app, alice):
    with app.app_context():
        factory.task(alice.team_id, "Weekly  Planning")
        factory.task(alice.team_id, "Café")
    page = looked(alice, tasks="weekly planning\nCafe\nMeten\nmeten")

    assert page.select_one("[value=add]").text == "Add 2 tasks"
    assert "In the team already." in page.select_one("#tasks-row-1").text
    assert "Much like one in the team." in page.select_one("#tasks-row-2").text
    assert "The same as row 3." in page.select_one("#tasks-row-4").text
    alice.post("/import/", **add(page))
    assert titles(app)[2:] == ["Cafe", "Meten"]


def test_the_reader_may_add_the_same_one_again(app, alice):
    with app.app_context():
        factory.employee(alice.team_id, "Ann")
    page = looked(alice, people="Ann\nBob")

    alice.post("/import/", **add(page, **{"people-leave": []}))

    assert people(app) == ["Ann", "Ann", "Bob"]


def test_one_kind_that_is_there_already_does_not_stop_the_other(app, alice):
    with app.app_context():
        factory.employee(alice.team_id, "Ann")
    page = looked(alice, people="Ann", tasks="Plannen")

    assert page.select_one("[value=add]").text == "Add 1 task"
    assert alice.post("/import/", **add(page)).location == "/tasks/"
    assert (people(app), titles(app)) == (["Ann"], ["Plannen"])


def test_a_total_is_left_out_unless_the_reader_keeps_it(app, alice):
    text = "Naam\tUren vrij\nAnn\t36\nTotaal\t180"
    first = alice.page(alice.post("/import/start", people=text))

    assert "A total, so it is left out." in first.text
    assert "Add 1 person" in first.text
    kept = add(first, people=text.replace("180", "18"), action="look")
    kept.pop("people-leave")
    page = looked(alice, **kept)
    assert "A total, so it is left out." in page.text

    kept = add(page)
    kept.pop("people-leave")
    alice.post("/import/", **kept)
    assert people(app) == ["Ann", "Totaal"]


def test_when_nothing_is_left_there_is_nothing_to_press(app, alice):
    with app.app_context():
        factory.employee(alice.team_id, "Ann")
    page = looked(alice, people="Ann")

    assert page.select("[value=add]") == []
    assert alice.page(alice.post("/import/", **add(page)))
    assert people(app) == ["Ann"]


# ---- files


def test_a_file_of_dutch_excel_is_added(app, alice, data):
    content = (data / "onet_few_tasks.csv").read_bytes()
    page = looked(alice, **{"tasks-file": file(content, "taken.csv")})

    assert page.select_one("#tasks-encoding [selected]")["value"] == "cp1252"
    alice.post("/import/", **add(page))
    first, *_, last = rows(app, Task)
    assert (first.hours, first.stakes, first.with_me) == (4.5, "high", True)
    assert (last.deadline, last.undo) == (date(2027, 3, 1), "no")


def test_another_encoding_can_be_chosen(app, alice):
    content = "Zoë\nRené".encode("mac_roman")
    page = looked(alice, **{"people-file": file(content, "namen.csv")})

    page = alice.page(
        alice.post("/import/", **add(page, **{"people-encoding": "utf-8"})), 422
    )
    assert "cannot be read in this encoding" in says(page)
    page = looked(alice, **{"people-file": file(content, "namen.csv")})
    page = alice.page(
        alice.post("/import/", **add(page, **{"people-encoding": "mac_roman"}))
    )
    assert people(app) == []
    alice.post("/import/", **add(page))
    assert people(app) == ["Zoë", "René"]


def test_another_sheet_can_be_chosen_and_what_was_mended_stays(app, alice):
    content = workbook(
        [["Taak"], ["Plannen"]], [["Taak", "Uren"], ["Meten\nen wegen", 3]]
    )
    page = looked(alice, **{"tasks-file": file(content)})
    assert [o.text for o in page.select("#tasks-sheet option")] == ["Blad1", "Blad2"]

    second = add(page, **{"tasks-sheet": "1", "tasks": "Plannen voor jou"})
    page = alice.page(alice.post("/import/", **second))
    assert add(page)["tasks"] == ['Taak\tUren\n"Meten\nen wegen"\t3']
    first = add(page, **{"tasks-sheet": "0"})
    assert add(alice.page(alice.post("/import/", **first)))["tasks"] == [
        "Plannen voor jou"
    ]
    alice.post("/import/", **add(page))
    assert titles(app) == ["Meten en wegen"]


def test_a_workbook_opens_at_the_sheet_that_holds_them(alice):
    content = workbook(
        [["About this file"], ["Name of a team"]],
        [["Name", "Role"], ["Zoë", "planner"]],
        [["Task", "Hours"], ["Measuring", 3]],
    )
    page = looked(alice, **{"people-file": file(content), "tasks-file": file(content)})

    sent = add(page)
    assert sent["people"] == ["Name\tRole\nZoë\tplanner"]
    assert sent["tasks"] == ["Task\tHours\nMeasuring\t3"]


def test_the_command_takes_the_sheet_of_the_kind(app, alice, tmp_path):
    path = tmp_path / "team.xlsx"
    path.write_bytes(
        workbook([["About"]], [["Name"], ["Zoë"]], [["Task", "Hours"], ["Plan", 3]])
    )
    run = app.test_cli_runner().invoke
    arguments = ["import", str(path), "--team", "Team of Alice"]

    assert "Say what these are" in run(args=arguments).stderr
    assert run(args=[*arguments, "--kind", "people"]).exit_code == 0
    assert run(args=[*arguments, "--kind", "tasks"]).exit_code == 0
    assert (people(app), titles(app)) == (["Zoë"], ["Plan"])


def test_all_the_real_tasks_come_in_at_once(app, alice, data):
    content = (data / "onet_manager_tasks.csv").read_bytes()
    response = alice.post("/import/", **{"tasks-file": file(content, "tasks.csv")})
    page = alice.page(response)
    alice.post("/import/", **add(page))

    assert page.select_one("[value=add]").text == "Add 1663 tasks"
    assert len(rows(app, Task)) == 1663


# ---- on the first page


def test_pasted_people_and_tasks_make_a_board_at_once(app, alice):
    response = alice.post(
        "/import/start",
        people="Ann Verhoeven\r\nYusuf Özdemir",
        tasks="Plannen\r\nMeten",
    )

    assert response.location == "/board/"
    assert people(app) == ["Ann Verhoeven", "Yusuf Özdemir"]
    assert titles(app) == ["Plannen", "Meten"]


def test_who_has_no_team_gets_one(app, browser):
    with app.app_context():
        factory.manager_with_team("Cleo")
        db.session.execute(db.delete(Membership))
        db.session.commit()
    browser.sign_in("cleo@example.org")

    browser.post("/import/start", people="Ann", tasks="")

    with app.app_context():
        team = db.session.scalars(db.select(Team).order_by(Team.id.desc())).first()
        assert team.name == "My team"
        assert db.session.get_one(Employee, 1).team_id == team.id


@pytest.mark.parametrize(
    ("tasks", "status"), [("Plannen\nplannen", 200), ("Taak\tUren\nx\tveel", 422)]
)
def test_what_needs_a_look_is_shown_with_all_that_was_typed(app, alice, tasks, status):
    response = alice.post("/import/start", people="Ann\nBob", tasks=tasks)

    page = alice.page(response, status)
    assert people(app) == titles(app) == []
    assert add(page)["people"] == ["Ann\nBob"]
    assert add(page)["tasks"] == [tasks]


def test_starting_with_nothing_says_what_to_do(alice):
    page = alice.page(alice.post("/import/start", people="", tasks=""), 422)

    assert "Paste names or tasks" in says(page)


# ---- clicked again and again


def test_a_double_click_adds_once(app, alice):
    sent = {"people": "Ann\nBob", "tasks": "Plannen\nMeten"}
    seen = add(looked(alice, **sent))

    statuses = {
        response.status_code
        for response in alice.click_again_and_again("/import/", **seen)
    }

    assert statuses == {200, 302}
    assert sorted(people(app)) == ["Ann", "Bob"]
    assert sorted(titles(app)) == ["Meten", "Plannen"]


@pytest.mark.parametrize("has_team", [True, False])
def test_a_double_click_starts_once(app, alice, has_team):
    if not has_team:
        with app.app_context():
            db.session.execute(db.delete(Team))
            db.session.commit()

    alice.click_again_and_again("/import/start", people="Ann\nBob", tasks="Plannen")

    assert sorted(people(app)) == ["Ann", "Bob"]
    assert titles(app) == ["Plannen"]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Team.id))) == 1


# ---- undo


def undo_url(alice):
    return alice.get("/import/").select_one("form.note")["action"]


def test_undo_takes_back_this_import_and_nothing_else(app, alice):
    with app.app_context():
        factory.task(alice.team_id, "Was there")
    alice.post("/import/start", people="Ann", tasks="Plannen\nMeten")
    url = undo_url(alice)

    assert alice.post(url).location == "/import/"
    assert titles(app) == ["Was there"]
    assert people(app) == []
    assert alice.post(url).status_code == 404


def test_undo_of_an_earlier_import_is_gone_after_the_next(app, alice):
    alice.post("/import/start", people="Ann", tasks="")
    first = undo_url(alice)
    alice.post("/import/start", people="Bob", tasks="")

    assert alice.post(first).status_code == 404
    assert people(app) == ["Ann", "Bob"]


def test_undo_is_for_who_did_it(app, alice, bob):
    alice.post("/import/start", people="Ann", tasks="")

    assert bob.post(undo_url(alice)).status_code == 404
    assert people(app) == ["Ann"]


def test_who_may_only_look_since_undoes_nothing(app, alice):
    alice.post("/import/start", people="Ann", tasks="")
    url = undo_url(alice)
    with app.app_context():
        mine = (alice.team_id, alice.manager_id)
        db.session.get(Membership, mine).role = "viewer"
        db.session.commit()

    assert alice.post(url).status_code == 404
    assert people(app) == ["Ann"]


# ---- whose team


def test_nobody_imports_into_someone_elses_team(app, alice, bob):
    for team in (alice.team_id, "0", "x", 10**20):
        for path in ("/import/", "/import/start"):
            assert bob.post(path, people="Eve", team=team).status_code == 404
    assert bob.open(f"/import/?team={alice.team_id}").status_code == 404
    assert people(app) == []


def test_who_may_only_look_cannot_import(app, alice):
    with app.app_context():
        db.session.execute(db.update(Membership).values(role="viewer"))
        db.session.commit()

    assert alice.open("/import/").status_code == 404
    assert alice.post("/import/start", people="Ann").status_code == 404
    assert alice.post("/import/", people="Ann", team=alice.team_id).status_code == 404


def test_it_goes_to_the_team_that_was_seen(app, alice):
    page = looked(alice, people="Ann")
    with app.app_context():
        other = factory.add(Team(name="Other"))
        factory.add(
            Membership(team_id=other.id, manager_id=alice.manager_id, role="owner")
        )
        other_id = other.id
    alice.get(f"/import/?team={other_id}")

    response = alice.post("/import/", **add(page))

    assert [row.team_id for row in rows(app, Employee)] == [alice.team_id]
    assert "Ann" in alice.get(response.location).select_one("table.list").text


# ---- two languages


def test_the_pages_are_dutch_for_a_dutch_reader(alice):
    dutch = Browser(alice.app, "nl")
    dutch.client = alice.client

    assert "toevoegen" in dutch.get("/import/").select_one("h1").text
    response = dutch.post("/import/", tasks="Taak\tUren\nPlannen\tveel")
    page = dutch.page(response, 422)
    assert "rij 2, Uren per week" in says(page)


# ---- the command


@pytest.fixture
def run(app, alice, tmp_path):
    """Run `flask import` on a file of `text` for Alice's team."""

    def run(text, *options, team="Team of Alice"):
        path = tmp_path / "file.csv"
        path.write_bytes(text.encode("cp1252"))
        return app.test_cli_runner().invoke(
            args=["import", str(path), "--team", team, *options]
        )

    return run


def test_the_command_adds_to_a_team_by_its_name(app, alice, run):
    result = run("Naam;Functie\nZoë;planner\nBob;")

    assert (result.exit_code, result.output) == (
        0,
        "Added 2 people to Team of Alice.\n",
    )
    assert [row.name for row in rows(app, Employee, alice.team_id)] == ["Zoë", "Bob"]


def test_the_command_makes_a_team_that_is_not_there(app, alice, run):
    assert run("Plannen\nMeten", "--kind", "tasks", team="Nieuw").exit_code == 0

    with app.app_context():
        team = db.session.scalars(db.select(Team).filter_by(name="Nieuw")).one()
        assert db.session.get(Membership, (team.id, alice.manager_id)).role == "owner"
    assert titles(app) == ["Plannen", "Meten"]


def test_the_command_names_every_fault_and_adds_nothing(app, run):
    result = run("Taak;Uren;Belang\nPlannen;veel;\nMeten;3;enorm", team="Nieuw")

    assert result.exit_code == 1
    assert "Row 2, Hours a week: Give hours" in result.stderr
    assert "Row 3, How much depends on it?: Write low" in result.stderr
    assert "Nothing was added." in result.stderr
    assert titles(app) == []
    with app.app_context():
        assert not db.session.scalar(db.select(Team).filter_by(name="Nieuw"))


def test_the_command_leaves_out_what_is_there(app, run):
    run("Taak\nPlannen")

    result = run("Taak\nPlannen\nMeten")

    assert "Added 1 task to Team of Alice." in result.stdout
    assert "Row 2 is the same as one in the team: left out" in result.stderr
    assert titles(app) == ["Plannen", "Meten"]


def test_a_dry_run_adds_nothing(app, run):
    result = run("Taak\nPlannen", "--dry-run", team="Nieuw")

    assert result.stdout == "Would add 1 task to Nieuw.\n"
    assert titles(app) == []


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("Plannen\nMeten", [], "Say what these are"),
        ("Taak", [], "There is nothing in it"),
        ("Taak\nPlannen", ["--for", "nobody@example.org"], "has no account"),
        ("%PDF-1.7", ["--kind", "tasks"], "This is a PDF."),
        ("", ["--kind", "tasks"], "There is nothing in it"),
    ],
)
def test_the_command_says_what_is_in_the_way(app, run, text, options, words):
    result = run(text, *options)

    assert result.exit_code == 1
    assert words in result.stderr


def test_the_command_asks_whose_where_there_are_several(app, bob, run):
    assert "say whose" in run("Taak\nPlannen").stderr
    assert run("Taak\nPlannen", "--for", "alice@example.org").exit_code == 0
    assert rows(app, Task, bob.team_id) == []
