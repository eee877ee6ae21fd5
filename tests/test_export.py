"""What is taken along: tables that come back as they were, and all of it as JSON."""

import csv
import io
import json
import re
import tracemalloc
from datetime import date, datetime

import factory
import pytest
from conftest import on_one_database, room_for
from openpyxl import load_workbook
from sqlalchemy import event
from test_importing import add, file, rows

from delegate import tables, whole
from delegate.models import (
    AuditEntry,
    Base,
    CheckIn,
    Employee,
    Job,
    Link,
    LookBack,
    Manager,
    Membership,
    OwnView,
    Pair,
    PairEvent,
    Postponement,
    Proposal,
    ProposedPerson,
    ProposedTask,
    Rating,
    Remark,
    Safeguard,
    Step,
    Talk,
    TalkItem,
    Task,
    Team,
    TeamConditions,
    TeamRound,
    db,
)
from delegate.sheets.columns import FIELDS, Kind
from delegate.sheets.writing import Page, write_csv, write_workbook

HOSTILE = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "'=1", "''-2", "'quoted"),
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "#REF!", "a;b,c\td", 'a "b" c'),
    *("two\nlines", "=1\n+2", "👩🏽‍🚒 שלום e\u0301", "<script>alert(1)</script>", "-"),
)


def exported(browser, what, **query):
    answer = browser.open(f"/export/{browser.team_id}/{what}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer


def records(browser, table, sign, **query):
    text = exported(browser, f"{table}.csv", **query).data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))


def book(browser):
    return load_workbook(io.BytesIO(exported(browser, "workbook.xlsx").data))


def everything(browser):
    return json.loads(exported(browser, "everything.json").data)


def fill(app, team_id, manager_id):
    """Put one row of each kind in a team, with something in every column."""
    with app.app_context():
        ann = factory.employee(team_id, next_talk_at=datetime(2026, 11, 26, 9))
        task = factory.task(team_id, hours=4.5, deadline=date(2026, 12, 1))
        factory.rated(ann, choices=5, rater_id=manager_id)
        seen = factory.rating(ann, "familiarity", 3, task=task, rater_id=manager_id)
        factory.add(Remark(rating_id=seen.id, text="I do more than you saw."))
        agreed = factory.agreement(ann, task, 5, created_by_id=manager_id)
        factory.add(Safeguard(agreement_id=agreed.id, criterion="help", text="Call."))
        db.session.get(Pair, (ann.id, task.id)).current = 3
        factory.add(
            Link(
                kind="own_view",
                token_hash="the hash of a key",
                team_id=team_id,
                employee_id=ann.id,
                manager_id=manager_id,
                expires_at=datetime(2027, 1, 1),
            )
        )
        about = {"team_id": team_id, "employee_id": ann.id}
        factory.own_view(ann, task)
        factory.add(LookBack(agreement_id=agreed.id, next_state="agreed"))
        factory.add(Postponement(manager_id=manager_id, **about))
        factory.add(PairEvent(kind="now", task_id=task.id, **about))
        step = {"kind": "repair", "criterion": "help", "text": "Say what I missed."}
        mine = {"created_by_id": manager_id}
        factory.add(Step(**step, **about, **mine))
        now = datetime(2026, 11, 26, 9)
        factory.add(CheckIn(agreement_id=agreed.id, day=now.date()))
        factory.add(Talk(number=1, at=now, **about))
        factory.add(TalkItem(kind="note", text="Only for me.", **about, **mine))
        proposal = factory.add(Proposal(team_id=team_id, manager_id=manager_id))
        of = {"proposal_id": proposal.id}
        factory.add(ProposedPerson(employee_id=ann.id, **of))
        factory.add(ProposedTask(task_id=task.id, **of))
        factory.add(TeamConditions(team_id=team_id))
        factory.add(TeamRound(team_id=team_id, codes=4, answers=4))
        factory.add(
            AuditEntry(
                manager_id=manager_id, action="view", subject="plan", team_id=team_id
            )
        )
        factory.add(
            Job(kind="plans", team_id=team_id, manager_id=manager_id, content="{}")
        )


# ---- tables


def test_the_page_offers_every_table_and_says_what_stands_between_cells(alice):
    page = alice.get(f"/export/{alice.team_id}")
    links = [link["href"] for link in page.select("main a")]

    for table in tables.TABLES:
        assert f"/export/{alice.team_id}/{table}.csv?separator=comma" in links
    assert "separated by commas" in page.text
    alice.headers["Accept-Language"] = "nl"
    assert "puntkomma" in alice.get(f"/export/{alice.team_id}").text
    assert alice.get(f"/export/{alice.team_id}?separator=comma")


@pytest.mark.parametrize(("language", "sign"), [("en", ","), ("nl", ";")])
def test_tables_are_separated_as_the_reader_is_used_to(app, alice, language, sign):
    fill(app, alice.team_id, alice.manager_id)
    alice.headers["Accept-Language"] = language
    head, row = records(alice, "tasks", sign)

    assert row[head.index("Deadline")] == "2026-12-01"
    assert (
        row[head.index({"en": "Hours a week", "nl": "Uren per week"}[language])]
        == ({"en": "4.5", "nl": "4,5"}[language])
    )


def test_ratings_go_with_their_history_and_say_which_count(app, alice):
    fill(app, alice.team_id, alice.manager_id)
    with app.app_context():
        ann = db.session.scalar(db.select(Employee))
        factory.rating(ann, "help", 3, rater_id=alice.manager_id)
    head, *found = records(alice, "ratings", ",")
    help = [dict(zip(head, row, strict=True)) for row in found if "stuck" in row[1]]

    assert [(row["Score"], row["Counts now"]) for row in help] == [
        ("3", "yes"),
        ("4", "no"),
    ]
    assert "I do more than you saw." in [row[-1] for row in found]


def test_levels_say_what_holds_them_and_how_it_goes_now(app, alice):
    fill(app, alice.team_id, alice.manager_id)
    head, row = records(alice, "levels", ",")
    level = dict(zip(head, row, strict=True))

    assert level["Name"] == "Ann Verhoeven"
    assert level["How it goes now"] == "3"
    assert level["Level"] in "1234567"
    assert "Held back by" in level["What holds it"]


def test_the_workbook_has_a_sheet_for_each_table_after_what_it_is_for(app, alice):
    fill(app, alice.team_id, alice.manager_id)
    sheets = book(alice).worksheets
    titles = ["About", "People", "Tasks", "Ratings", "Levels", "Agreements"]

    assert [sheet.title for sheet in sheets] == titles
    assert "not for pay or promotion" in sheets[0]["A2"].value
    assert [sheet.max_row for sheet in sheets[1:]] == [2, 2, 6, 2, 2]
    assert sheets[2]["G2"].value or sheets[2]["H2"].value == 4.5


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula(text):
    file = io.BytesIO()
    write_workbook([Page("Sheet", [["Name"], [text]])], file)
    [cell] = load_workbook(file).active[2]

    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize("sign", ";,")
def test_no_cell_of_a_text_file_begins_as_a_formula(sign):
    file = io.BytesIO()
    write_csv([[text] for text in HOSTILE], sign, file)
    cells = [
        row[0]
        for row in csv.reader(
            io.StringIO(file.getvalue().decode("utf-8-sig"), ""), delimiter=sign
        )
    ]

    assert [cell for cell in cells if re.match(r"[=+\-@\t\r＝＋－＠]", cell)] == []
    assert cells[0] == "'=1+1"


# ---- and back again


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_people_and_tasks_come_back_as_they_were(
    app, alice, bob, kind, ending, language
):
    with app.app_context():
        fill_with_hostile(alice.team_id)
    for browser in (alice, bob):
        browser.headers["Accept-Language"] = language
    taken = exported(alice, f"{kind}.csv" if ending == "csv" else "workbook.xlsx")
    sent = {f"{kind}-file": file(taken.data, f"taken.{ending}")}
    page = bob.page(bob.post("/import/", team=bob.team_id, **sent))
    if ending == "xlsx":
        number = 1 + list(Kind).index(kind)
        fields = add(page, **{f"{kind}-sheet": number, "action": "look"})
        page = bob.page(bob.post("/import/", **fields))
    bob.post("/import/", **add(page))

    model = {Kind.PEOPLE: Employee, Kind.TASKS: Task}[kind]
    there, here = (
        [
            [
                getattr(row, field)
                for field in FIELDS[kind]
                if field not in ("first_name", "infix")
            ]
            for row in sorted(rows(app, model, team), key=lambda row: row.id)
        ]
        for team in (alice.team_id, bob.team_id)
    )
    assert len(there) == len(HOSTILE)
    assert sorted(map(str, there)) == sorted(map(str, here))


def fill_with_hostile(team_id):
    answers = {
        "stakes": ("low", "medium", "high", None),
        "undo": ("easy", "effort", "no", None),
        "outcome_clear": ("clear", "partly", "unclear", None),
        "limits_clear": ("unclear", None, "clear", "partly"),
    }
    for number, text in enumerate(HOSTILE):
        name = " ".join(text.split())
        factory.employee(team_id, f"{name} {number}", role=name, hours_free=number / 4)
        factory.task(
            team_id,
            f"{name} {number}",
            outcome=text,
            limits=text,
            reserved=number % 2 == 0,
            reserved_why=text,
            with_me=number % 3 == 0,
            hours=number / 4 if number % 5 else None,
            deadline=date(2026, 12, 1 + number) if number % 2 else None,
            **{name: given[number % 4] for name, given in answers.items()},
        )


# ---- everything


def test_everything_says_what_it_is_and_what_it_is_for(app, alice):
    fill(app, alice.team_id, alice.manager_id)
    found = everything(alice)

    assert (found["format"], found["version"]) == ("delegate-team", 1)
    assert "not for pay or promotion" in found["purpose"]
    assert found["managers"] == [{"id": alice.manager_id, "name": "Alice"}]


def test_no_table_or_column_of_a_team_is_forgotten(app, alice):
    fill(app, alice.team_id, alice.manager_id)
    found = everything(alice)["tables"]
    known = {"manager", "passkey", "login_session", "tries", "self_check"}
    for table in Base.metadata.sorted_tables:
        if table.name in known | whole.LEFT_OUT.keys():
            continue
        assert found[table.name], table.name
        kept = {column.name for column in table.c} - {
            name.split(".")[1]
            for name in whole.LEFT_OUT
            if name.startswith(f"{table.name}.")
        }
        assert found[table.name][0].keys() == kept


def test_an_own_view_stays_behind_until_it_is_revealed(app, alice):
    fill(app, alice.team_id, alice.manager_id)
    with app.app_context():
        db.session.scalars(db.select(OwnView)).one().revealed_at = None
        db.session.commit()
    found = everything(alice)

    for table in ("own_view", "own_answer", "own_choice"):
        assert found["tables"][table] == []
    assert "own_view" in found["left_out"]


def test_what_is_another_managers_own_stays_behind(app, alice, bob):
    fill(app, alice.team_id, alice.manager_id)
    with app.app_context():
        for model, column in OWN.items():
            setattr(db.session.scalars(db.select(model)).one(), column, bob.manager_id)
        db.session.commit()
    found = everything(alice)

    for model in (*OWN, ProposedPerson, ProposedTask):
        assert found["tables"][model.__tablename__] == []
    assert "Only for me." not in json.dumps(found)
    assert {model.__tablename__ for model in OWN} <= found["left_out"].keys()


OWN = {
    TalkItem: "created_by_id",
    Step: "created_by_id",
    Proposal: "manager_id",
}


def test_what_stays_behind_is_there_and_has_a_reason():
    names = {
        name
        for table in Base.metadata.sorted_tables
        for name in (table.name, *(f"{table.name}.{one.name}" for one in table.c))
    }

    assert whole.LEFT_OUT.keys() <= names
    assert all(whole.LEFT_OUT.values())


@on_one_database
def test_no_key_to_anything_goes_along(app):
    secret = re.compile("token|hash|secret|password|claim|credential|email_key")
    with app.app_context():
        going = [
            f"{table.name}.{column.name}"
            for table in whole.tables(whole.Reader(1, 1))
            for column in whole.columns(table)
        ]

    assert [name for name in going if secret.search(name)] == []


def test_nothing_of_another_team_goes_along(app, alice, bob):
    fill(app, alice.team_id, alice.manager_id)
    with app.app_context():
        other = factory.employee(bob.team_id, "Someone of Bob's")
        work = factory.task(bob.team_id, "Work of Bob's")
        agreed = factory.agreement(other, work)
        factory.add(Safeguard(agreement_id=agreed.id, criterion="help", text="Of Bob"))
        seen = factory.rating(other, "help", 4, rater_id=bob.manager_id)
        factory.add(Remark(rating_id=seen.id, text="Of Bob's own"))
    taken = json.dumps(everything(alice)) + "".join(
        exported(alice, f"{table}.csv").text for table in tables.TABLES
    )

    assert "Bob" not in taken


# ---- who may, and how


FILES = ("", "/people.csv", "/workbook.xlsx", "/everything.json")


@pytest.mark.parametrize("what", FILES)
def test_who_may_only_look_takes_nothing_along(app, alice, bob, what):
    with app.app_context():
        factory.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role="viewer")
        )

    assert bob.open(f"/export/{alice.team_id}{what}").status_code == 404


def test_everything_is_for_the_owner_and_an_editor_takes_the_tables(app, alice, bob):
    with app.app_context():
        factory.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role="editor")
        )
    way = f"/export/{alice.team_id}/everything.json"

    assert alice.get(f"/export/{alice.team_id}").select_one(f"main a[href='{way}']")
    assert bob.open(f"/export/{alice.team_id}/workbook.xlsx").status_code == 200
    assert bob.open(way).status_code == 404
    page = bob.get(f"/export/{alice.team_id}")
    assert page.select(f"main a[href='{way}']") == []


@pytest.mark.parametrize("what", FILES)
def test_a_file_wants_a_recent_sign_in(app, alice, what):
    with alice.client.session_transaction() as session:
        session["fs_paa"] = 0
    answer = alice.open(f"/export/{alice.team_id}{what}")

    assert answer.status_code == 302
    assert answer.location.startswith("/account/once-more")


def test_an_unknown_table_is_no_page(alice):
    assert alice.open(f"/export/{alice.team_id}/manager.csv").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["Ploeg Noord", '"; x=y', "a/../../b", "👩🏽‍🚒", "Zoë 北", "x" * 500, "..", "CON"],
)
def test_a_file_has_a_plain_name_whatever_the_team_is_called(app, alice, name):
    with app.app_context():
        db.session.get(Team, alice.team_id).name = name
        db.session.commit()
    for what in FILES[1:]:
        said = exported(alice, what[1:]).headers["Content-Disposition"]
        assert re.fullmatch(r"attachment; filename=[a-z0-9_.-]{1,100}", said), said


# ---- years of it


def test_years_of_ratings_take_no_more_room_than_a_few(app, alice):
    with app.app_context():
        ann = factory.employee(alice.team_id)
        row = {"team_id": alice.team_id, "employee_id": ann.id, "criterion": "help"}
        row |= {"state": "scored", "score": 5, "example": "x" * 2000}
        db.session.execute(db.insert(Rating), [row] * 6000)
        db.session.commit()
        team, manager = db.session.get(Team, alice.team_id), db.session.get(Manager, 1)
        tracemalloc.start()
        write_csv(tables.ratings(team, manager), ",", Discarded())
        whole.write(team, manager, io.TextIOWrapper(Discarded()))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert most < 6_000_000, most  # the examples alone are 12 MB


@pytest.mark.parametrize("way", ["page", "command"])
def test_everything_is_of_one_moment(app, alice, tmp_path, monkeypatch, way):
    """Or a row could hang on one that is not there."""
    with app.app_context():
        factory.employee(alice.team_id, "Ann")
    real = whole.rows

    def someone_joins(table, condition):
        person = {"team_id": alice.team_id, "name": "Bo", "version": 1}
        with db.engine.execution_options(writes=True).begin() as other:
            other.execute(db.insert(Employee), person)
        return real(table, condition)

    monkeypatch.setattr(whole, "rows", someone_joins)
    if way == "page":
        made = everything(alice)
    else:
        path = tmp_path / "all.json"
        assert run(app, "--team", "Team of Alice", "-o", str(path)).exit_code == 0
        made = json.loads(path.read_text())

    assert [one["name"] for one in made["tables"]["employee"]] == ["Ann"]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Employee.id))) > 1


class Discarded(io.RawIOBase):
    def writable(self):
        return True

    def write(self, content):
        return len(content)


# ---- the command


def run(app, *args):
    return app.test_cli_runner().invoke(args=["export", *args])


@pytest.mark.parametrize(
    ("name", "more"),
    [("a.json", ()), ("a.xlsx", ()), ("a.csv", ("--table", "people", "--lang", "nl"))],
)
@pytest.mark.usefixtures("alice")
def test_the_command_writes_a_file_for_its_owner_only(app, tmp_path, name, more):
    target = tmp_path / name
    args = ("--team", "Team of Alice", "-o", str(target), *more)
    done = run(app, *args)

    assert done.exit_code == 0, done.output
    assert target.stat().st_mode & 0o077 == 0
    assert run(app, *args).output == f"Error: {target} is there already.\n"


@on_one_database
def test_the_command_leaves_no_part_of_a_file(app, alice, tmp_path):
    with app.app_context():
        for number in range(8):
            factory.task(alice.team_id, f"Task {number}", outcome="x" * 10_000)
    target = tmp_path / "out" / "a.json"
    target.parent.mkdir()

    with room_for(60_000):
        done = run(app, "--team", "Team of Alice", "-o", str(target))

    assert (done.exit_code, done.output) == (1, f"Error: {target}: File too large\n")
    assert list(target.parent.iterdir()) == []


@on_one_database
@pytest.mark.usefixtures("alice")
def test_of_two_commands_at_once_to_one_name_the_first_keeps_it(app, tmp_path):
    target = tmp_path / "a.json"

    def finish_another(connection, cursor, statement, *rest):
        if "FROM rating" in statement:
            target.write_bytes(b"of another")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", finish_another)
    done = run(app, "--team", "Team of Alice", "-o", str(target))

    assert (done.exit_code, done.output) == (1, f"Error: {target}: File exists\n")
    assert target.read_bytes() == b"of another"
    assert list(tmp_path.glob("*.partial")) == []


@on_one_database
@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("where", ["nowhere.json", "link.json"])
def test_the_command_follows_no_link_to_nothing(app, tmp_path, where):
    folder = tmp_path / "out"
    folder.mkdir()
    link = folder / "link.json"
    link.symlink_to(folder / where)

    done = run(app, "--team", "Team of Alice", "-o", str(link))

    assert done.output == f"Error: {link} is there already.\n"
    assert list(folder.iterdir()) == [link]


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--team", "Nobody's", "-o", "x.json"), "There is no team called Nobody's"),
        (("--team", "Team of Alice", "-o", "x.txt"), "Say -o FILE.json"),
        (("--team", "Team of Alice", "-o", "x.csv"), "Say -o FILE.json"),
        (("--team", "Team of Alice", "-o", "/nowhere/x.json"), "No such file"),
    ],
)
def test_the_command_says_what_is_in_the_way(app, args, words):
    done = run(app, *args)

    assert done.exit_code == 1
    assert words in done.output
