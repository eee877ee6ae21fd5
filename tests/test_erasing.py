"""Erasing: what goes, what stays, and that no trace of it is left in any file."""

import random
import resource
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import factory
import pytest
from browsing import at_once
from conftest import on_one_database, signed_in
from flask import request_started
from postgres import wait_until_it_waits
from sqlalchemy import String, Text, event
from test_copies import KINDS, filled

from delegate.database import leave_no_trace
from delegate.identity import links
from delegate.models import (
    Agreement,
    AuditEntry,
    Employee,
    Job,
    Link,
    LoginSession,
    LookBack,
    Manager,
    Membership,
    Proposal,
    ProposedTask,
    Rating,
    Remark,
    Safeguard,
    Step,
    TalkItem,
    Task,
    Team,
    TeamConditions,
    db,
    utc_now,
)
from delegate.rights import erasure
from delegate.upkeep import backups, jobs, worker

CANARY = "Zwaluwstaart"
NOW = datetime(2026, 11, 22, 9)
LATER = NOW + timedelta(days=400)


@pytest.fixture
def known(app, alice):
    """Someone whose every text bears the canary, with a task: their ids."""
    with app.app_context():
        employee = factory.employee(alice.team_id, name=f"Ann {CANARY}")
        task = factory.task(alice.team_id)
        factory.rated(employee, rater_id=alice.manager_id)
        factory.rating(employee, "familiarity", 3, task=task)
        factory.agreement(employee, task)
        agreement = db.session.scalars(db.select(Agreement)).one()
        agreement.safeguards.append(Safeguard(criterion="needs", text="A list"))
        rating = db.session.scalars(db.select(Rating)).first()
        db.session.add(Remark(rating_id=rating.id, text="I see it otherwise"))
        db.session.commit()
        for model in (Employee, Rating, Remark, Agreement, Safeguard):
            for row in db.session.scalars(db.select(model)):
                mark(row)
        employee.name = f"Ann {CANARY}"
        db.session.commit()
        return {"employee_id": employee.id, "task_id": task.id}


def mark(row):
    """Write the canary into every text that can hold it."""
    codes = {"state", "criterion", "rules_version", "kind", "doer", "next_state"}
    for column in row.__table__.columns:
        if isinstance(column.type, String | Text) and column.name not in codes:
            setattr(row, column.name, f"{CANARY} {column.name}")


def test_nothing_is_left_of_someone_erased(app, alice, known, tmp_path, caplog):
    alice.post(f"/people/{known['employee_id']}/remove")  # its message bears the name
    answer = alice.post(f"/people/{known['employee_id']}/erase")

    assert answer.status_code == 302
    assert found_in_tables(app) == []
    assert found_in_files(tmp_path) == []
    assert CANARY not in caplog.text
    assert CANARY not in alice.get("/people/").text


def found_in_tables(app):
    with app.app_context(), db.engine.connect() as connection:
        return [
            table.name
            for table in db.metadata.sorted_tables
            for row in connection.execute(table.select())
            if CANARY in str(row)
        ]


def found_in_files(folder):
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and CANARY.encode() in path.read_bytes()
    ]


def printed(team_id, manager_id):
    """Add the file of a job that is done, and what a killed worker left of it."""
    (jobs.folder() / "plans").write_text(CANARY)
    done = {"kind": "plans", "content": "{}", "state": "done", "file": "plans"}
    job = factory.add(Job(team_id=team_id, manager_id=manager_id, **done))
    (jobs.folder() / f"{job.id}-key.part").write_text(CANARY)


OF_THE_TEAM = {AuditEntry, Link, Proposal}
"""What has no text about the person in it."""


@on_one_database
def test_whatever_is_kept_of_someone_goes_printed_files_too(app, alice, tmp_path):
    with app.app_context():
        id = filled(alice)
        for model in {*KINDS} - OF_THE_TEAM:
            for row in db.session.scalars(db.select(model)):
                mark(row)
        db.session.commit()
        printed(alice.team_id, alice.manager_id)
        made = backups.make().path.name
    assert {"check_in", "look_back", "own_view", "step", "talk_item"} < {
        *found_in_tables(app)
    }
    assert "plans" in found_in_files(tmp_path)

    assert made in alice.get(f"/people/{id}/erase").text
    alice.post(f"/people/{id}/erase")

    assert found_in_tables(app) == []
    assert {*found_in_files(tmp_path)} <= {made}  # a dump is packed
    with app.app_context():
        left = {one for one in KINDS if db.session.scalars(db.select(one)).first()}
    assert left == {AuditEntry, Proposal, ProposedTask}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_canary_can_be_found_before(app, alice, known, tmp_path):
    assert {*found_in_tables(app)} == {
        "employee",
        "rating",
        "remark",
        "agreement",
        "safeguard",
    }
    assert found_in_files(tmp_path)


def test_others_stay_as_they_were(app, alice, known):
    with app.app_context():
        other = factory.employee(alice.team_id, name="Bas Otten")
        factory.rated(other)
    alice.post(f"/people/{known['employee_id']}/erase")

    with app.app_context():
        assert names(Employee) == ["Bas Otten"]
        assert len(db.session.scalars(db.select(Rating)).all()) == 4
        assert len(db.session.scalars(db.select(Task)).all()) == 1


def set_changed(moment, **who):
    """Move the last change of these people to `moment`."""
    statement = db.update(Employee).values(changed_at=moment).filter_by(**who)
    db.session.execute(statement)
    db.session.commit()


def names(model):
    return list(db.session.scalars(db.select(model.name).order_by(model.id)))


def test_the_trail_says_that_someone_was_erased_and_not_who(app, alice, known):
    alice.post(f"/people/{known['employee_id']}/erase")

    with app.app_context():
        entries = db.session.scalars(
            db.select(AuditEntry).where(AuditEntry.action == "erased")
        ).all()
        assert [(one.subject, one.employee_id) for one in entries] == [
            ("employee", None)
        ]


def test_texts_about_others_that_bear_the_name_are_pointed_at(app, alice, bob, known):
    with app.app_context():
        factory.task(bob.team_id, title="Rota of Ann")
        task = factory.task(alice.team_id, title="Rota", outcome="As ann does it")
        factory.task(alice.team_id, title="Planning", outcome="A planned week")
        bas = factory.employee(alice.team_id, name="Bas", learning=f"Ask {CANARY}, Ann")
        rating = factory.rating(bas, "help", 3)
        db.session.add(Remark(rating_id=rating.id, text="Ann saw it"))
        agreed = factory.agreement(bas, task)
        looked = {"agreement_id": agreed.id, "next_state": "agreed"}
        db.session.add(LookBack(theirs="Ann helped", **looked))
        carla = factory.employee(alice.team_id, name="Carla")
        of_carla = {"team_id": alice.team_id, "employee_id": carla.id}
        step = {"kind": "repair", "criterion": "help", "text": "With Ann"}
        mine = {"created_by_id": alice.manager_id}
        db.session.add(Step(**step, **of_carla, **mine))
        factory.own_view(factory.employee(alice.team_id, name="Dana"), can="As Ann")
        hidden = {"can": "As Ann", "revealed_at": None}
        factory.own_view(factory.employee(alice.team_id, name="Emil"), **hidden)
        action = {"direction_action": "Ann and I write it down"}
        db.session.add(TeamConditions(team_id=alice.team_id, **action))
        db.session.commit()
        ways = {
            f"/tasks/{task.id}",
            f"/people/{bas.id}",
            f"/ratings/{bas.id}",
            f"/agreements/{agreed.id}",
            f"/people/{carla.id}",
            f"/people/{carla.id + 1}",
            f"/conditions/{alice.team_id}",
        }
    page = alice.get(f"/people/{known['employee_id']}/erase")

    links = page.select("main section li a")
    assert {a["href"] for a in links} == ways
    told = {"what was seen of Bas", "an agreement with Bas"}
    assert told < {a.text for a in links}


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("J.P. de Boer", "J.P. was late again.", True),
        ("(Bob) Smit", "With Bob, once", True),
        ("Zoe\u0308 Smit", "Zo\u00eb helps", True),
        ("Zo\u00eb Smit", "ZOE\u0308 helps", True),
        ("Ann Smit", "Planning", False),
        ("(-) Smit", "Planning (-)", False),
    ],
)
@on_one_database
def test_a_name_is_pointed_at_however_it_is_typed(app, alice, name, text, is_found):
    with app.app_context():
        task = factory.task(alice.team_id, outcome=text)
        person = factory.employee(alice.team_id, name)

        assert erasure.mentions(person, alice.manager_id) == [task] * is_found


@on_one_database
def test_no_text_is_pointed_at_that_only_a_colleague_may_read(app, alice, bob, known):
    with app.app_context():
        bas, carla, dana = (
            factory.employee(alice.team_id, name=name)
            for name in ("Bas", "Carla", "Dana")
        )

        def add(model, employee, maker, **values):
            ids = {"team_id": alice.team_id, "employee_id": employee.id}
            factory.add(model(**ids, created_by_id=maker.manager_id, **values))

        note = {"kind": "note", "text": "As Ann"}
        step = {"kind": "repair", "criterion": "help", "text": "With Ann"}
        add(TalkItem, bas, bob, is_shared=False, **note)
        add(Step, bas, bob, **step)
        add(TalkItem, carla, bob, is_shared=True, **note)
        add(TalkItem, dana, alice, is_shared=False, **note)
        ways = [f"/people/{one.id}" for one in (carla, dana)]
    page = alice.get(f"/people/{known['employee_id']}/erase")

    assert [a["href"] for a in page.select("main section li a")] == ways
    assert "only another manager may read is not searched" in page.text


def test_no_text_that_was_removed_is_pointed_at(app, alice, known):
    with app.app_context():
        bas = factory.employee(alice.team_id, name="Bas", learning="Ask Ann")
        task = factory.task(alice.team_id, outcome="As Ann does it")
        factory.agreement(bas, task, outcome="As Ann does it")
        factory.rating(bas, "help", 1, example="Ann saw it")
        bas.removed_at = task.removed_at = utc_now()
        db.session.commit()

        ann = db.session.get(Employee, known["employee_id"])
        assert [row.title for row in erasure.mentions(ann, alice.manager_id)] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_reader_keeps_in_the_log_is_told_and_goes_with_the_next_purge(
    app, alice, known, tmp_path
):
    with app.app_context():
        db.engine.dispose()
        hurry(db.engine)
    reader = sqlite3.connect(tmp_path / "delegate.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM employee").fetchall()
    alice.post(f"/people/{known['employee_id']}/erase")
    told = alice.get("/people/").text
    left = found_in_files(tmp_path)
    reader.close()
    with app.app_context():
        erasure.purge(utc_now())

    assert "within the hour" in told
    assert left
    assert found_in_files(tmp_path) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_full_disk_keeps_in_the_log_is_told_and_goes_with_the_next_purge(
    app, alice, known, tmp_path
):
    file, log = tmp_path / "delegate.sqlite", tmp_path / "delegate.sqlite-wal"
    with app.app_context():
        assert leave_no_trace()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = file.stat().st_size * 9 // 10  # The log fits, but the file is full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        answer = alice.post(f"/people/{known['employee_id']}/erase")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    left = log.stat().st_size
    told = alice.get("/people/").text
    with app.app_context():
        erasure.purge(utc_now())

    assert answer.status_code == 302
    assert left
    assert "within the hour" in told
    assert log.stat().st_size == 0
    assert found_in_files(tmp_path) == []


def hurry(engine):
    """Wait for readers no longer than a test can."""

    @event.listens_for(engine, "connect")
    def connected(connection, _record):
        connection.execute("PRAGMA busy_timeout = 200")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_id_of_someone_erased_is_not_given_out_again(app, alice, known):
    alice.post(f"/people/{known['employee_id']}/erase")
    with app.app_context():
        assert factory.employee(alice.team_id).id > known["employee_id"]


def test_only_the_owner_may_erase(app, alice, bob, known):
    with app.app_context():
        db.session.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role="editor")
        )
        db.session.commit()
    for path in (
        f"/people/{known['employee_id']}/erase",
        f"/teams/{alice.team_id}/erase",
        f"/teams/{alice.team_id}/keep",
    ):
        assert bob.open(path).status_code == 404
        assert bob.post(path, keep_months="1", version="1").status_code == 404


def test_a_team_goes_with_all_that_hangs_on_it(app, alice, known):
    alice.get(f"/teams/{alice.team_id}/erase")
    alice.post(f"/teams/{alice.team_id}/erase")

    assert found_in_tables(app) == []
    with app.app_context():
        assert names(Team) == []


def test_a_removed_team_can_be_erased(app, alice, known):
    alice.post(f"/teams/{alice.team_id}/remove")
    alice.post(f"/teams/{alice.team_id}/erase")

    assert found_in_tables(app) == []


def test_an_account_goes_with_the_teams_it_owns(app, alice, bob, known, tmp_path):
    with app.app_context():
        printed(bob.team_id, alice.manager_id)
        theirs = factory.employee(bob.team_id, name="Cas")
        factory.rated(theirs, rater_id=alice.manager_id)
        db.session.add(
            Membership(team_id=bob.team_id, manager_id=alice.manager_id, role="editor")
        )
        db.session.commit()
    alice.get("/account/erase")
    alice.post("/account/erase")

    assert found_in_tables(app) == []
    assert list((tmp_path / "jobs").iterdir()) == []
    assert alice.open("/").location.startswith("/account/sign-in")
    assert "Your account is erased." in alice.get("/account/sign-in").text
    with app.app_context():
        assert names(Manager) == ["Bob"]
        assert names(Team) == ["Team of Bob"]
        raters = db.session.scalars(db.select(Rating.rater_id)).all()
        assert raters == [None] * 4
        assert len(db.session.scalars(db.select(LoginSession)).all()) == 1


def test_the_last_administrator_is_followed_by_another(app, alice, bob):
    with app.app_context():
        db.session.get(Manager, alice.manager_id).is_admin = True
        db.session.commit()
    assert "bob" in alice.get("/account/erase").text.lower()
    alice.post("/account/erase")

    with app.app_context():
        assert db.session.get(Manager, bob.manager_id).is_admin


def test_invitations_to_an_account_go_with_it(app, alice, bob):
    with app.app_context():
        me = db.session.get(Manager, alice.manager_id)
        mine = {"team_id": bob.team_id, "manager_id": bob.manager_id, "role": "viewer"}
        for email, used_at in ((me.email, None), (me.email, NOW), ("z@a.example", NOW)):
            links.add("invitation", email=email, used_at=used_at, **mine)
        db.session.commit()
    alice.post("/account/erase")

    with app.app_context():
        assert db.session.scalars(db.select(Link.email)).all() == ["z@a.example"]


@on_one_database
def test_no_invitation_stays_behind_under_an_older_address(app, alice, bob):
    with app.app_context():
        old = db.session.get(Manager, alice.manager_id).email
        mine = {"team_id": bob.team_id, "manager_id": bob.manager_id, "role": "viewer"}
        for email, used_at in ((old, NOW), ("z@a.example", NOW)):
            links.add("invitation", email=email, used_at=used_at, **mine)
        db.session.commit()
    alice.post("/address/", email="other@example.org")
    alice.post("/account/erase")

    with app.app_context():
        assert db.session.scalars(db.select(Link.email)).all() == ["z@a.example"]


@pytest.mark.parametrize("administrators", [1, 2])
def test_of_accounts_erased_at_once_an_administrator_is_left(
    app, alice, bob, administrators
):
    """Bob was to follow Alice, or each counted on the other."""
    carol = signed_in(app, "Carol")
    make_administrators(app, *(alice, bob)[:administrators])
    together = Barrier(2)

    def wait(_app):
        together.wait()

    with request_started.connected_to(wait, app):
        answers = at_once((alice, "/account/erase"), (bob, "/account/erase"))

    assert answers == [302, 302]
    assert all_accounts(app) == [(carol.manager_id, True)]


def test_who_became_administrator_just_now_is_followed_too(app, alice, bob):
    carol = signed_in(app, "Carol")
    make_administrators(app, alice)

    def alice_goes_first(_app):
        request_started.disconnect(alice_goes_first, app)
        at_once((alice, "/account/erase"))  # in a thread, as another request

    with request_started.connected_to(alice_goes_first, app):
        bob.post("/account/erase")

    assert all_accounts(app) == [(carol.manager_id, True)]


def make_administrators(app, *browsers):
    with app.app_context():
        for each in browsers:
            db.session.get(Manager, each.manager_id).is_admin = True
        db.session.commit()


def all_accounts(app):
    with app.app_context():
        found = db.session.scalars(db.select(Manager))
        return [(one.id, one.is_admin) for one in found]


def test_who_owns_a_team_comes_before_an_older_viewer(app, alice, bob):
    with app.app_context():
        db.session.get(Manager, alice.manager_id).is_admin = True
        db.session.execute(
            db.update(Membership)
            .filter_by(manager_id=bob.manager_id)
            .values(role="viewer")
        )
        db.session.commit()
    carol = signed_in(app, "Carol")
    alice.post("/account/erase")

    with app.app_context():
        assert db.session.get(Manager, carol.manager_id).is_admin
        assert not db.session.get(Manager, bob.manager_id).is_admin


def test_the_months_that_something_is_kept_can_be_chosen(app, alice):
    address = f"/teams/{alice.team_id}/keep"
    page = alice.get(address)
    version = page.select_one("[name=version]")["value"]
    for wrong in ("0", "25", "", "soon"):
        assert (
            alice.post(address, keep_months=wrong, version=version).status_code == 422
        )
    assert alice.post(address, keep_months="24", version=version).status_code == 302
    assert alice.post(address, keep_months="6", version=version).status_code == 409

    with app.app_context():
        assert db.session.get(Team, alice.team_id).keep_months == 24


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 22), 24, date(2028, 11, 22)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, later):
    assert erasure.months_later(day, months) == later


@pytest.mark.parametrize(
    ("changed", "left", "on"),
    [
        (date(2026, 1, 10), None, date(2027, 1, 10)),
        (date(2026, 1, 10), date(2026, 3, 1), date(2027, 3, 1)),
        (date(2026, 11, 20), date(2020, 1, 1), date(2026, 12, 20)),
        (date(2026, 1, 10), date(2027, 3, 1), date(2027, 1, 10)),
    ],
)
def test_the_months_count_from_the_last_change_or_from_leaving(changed, left, on):
    employee = Employee(changed_at=datetime(*changed.timetuple()[:3]), left_on=left)

    assert erasure.due_on(employee, 12, NOW.date()) == on


def test_what_was_kept_long_enough_is_purged_when_its_day_comes(app, alice, known):
    with app.app_context():
        factory.employee(alice.team_id, name="Bas")
        changed = db.session.get(Employee, known["employee_id"]).changed_at
        set_changed(changed + timedelta(days=40), name="Bas")
        day = erasure.months_later(changed.date(), 12)
        before = datetime(*day.timetuple()[:3]) - timedelta(days=1)

        assert erasure.purge(before).people == 0
        assert erasure.purge(before + timedelta(days=1)).people == 1
        assert names(Employee) == ["Bas"]
    assert found_in_tables(app) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("before", "meanwhile"),
    [
        (
            {"removed_at": NOW, "changed_at": LATER},
            db.update(Employee).values(removed_at=None),
        ),
        ({"changed_at": NOW}, db.update(Employee).values(changed_at=LATER)),
        ({"changed_at": NOW}, db.update(Team).values(keep_months=24)),
    ],
    ids=["put back", "changed", "kept for longer"],
)
def test_whom_someone_just_then_wants_to_keep_is_kept(app, known, before, meanwhile):
    with app.app_context():
        db.session.execute(db.update(Employee).values(before))
        db.session.commit()

    def purge():
        with app.app_context():
            erasure.purge(LATER)

    with app.app_context(), ThreadPoolExecutor(1) as pool:
        with db.engine.begin() as another:
            another.execute(meanwhile)
            purging = pool.submit(purge)
            wait_until_it_waits(purging)
        purging.result()

        assert names(Employee) == [f"Ann {CANARY}"]


def test_a_change_lets_the_months_begin_anew(app, alice, known):
    with app.app_context():
        set_changed(NOW - timedelta(days=360), id=known["employee_id"])
        employee = db.session.get(Employee, known["employee_id"])
        factory.rating(employee, "help", 3)
        db.session.commit()

        assert erasure.purge(NOW + timedelta(days=30)).people == 0


def test_whatever_was_removed_goes_after_a_month(app, alice, known):
    alice.post(f"/people/{known['employee_id']}/remove")
    alice.post("/tasks/set", task=known["task_id"], setting="remove")

    with app.app_context():
        assert erasure.purge(utc_now() + timedelta(days=29)).removed == 0
        assert erasure.purge(utc_now() + timedelta(days=31)).removed == 2
        assert names(Employee) == []
        assert db.session.scalars(db.select(Task)).all() == []


@on_one_database
def test_old_links_and_entries_of_the_trail_go_too(app, alice):
    with app.app_context():
        links.make("calendar", manager_id=alice.manager_id)
        links.make("calendar", manager_id=alice.manager_id)  # revokes the older one
        whose = {"team_id": alice.team_id, "manager_id": alice.manager_id}
        factory.add(AuditEntry(action="viewed", subject="board", **whose))
        old = len(db.session.scalars(db.select(AuditEntry)).all())

        assert erasure.purge(utc_now() + timedelta(days=29))[2:] == (0, 0)
        assert erasure.purge(utc_now() + timedelta(days=31))[2:] == (1, 0)
        assert erasure.purge(utc_now() + timedelta(days=731)).entries == old
        assert len(db.session.scalars(db.select(Link)).all()) == 1
        assert db.session.scalars(db.select(AuditEntry)).all() == []


def test_the_sample_team_is_not_purged(app, alice, known):
    with app.app_context():
        db.session.get(Team, alice.team_id).is_sample = True
        db.session.commit()

        assert erasure.purge(NOW + timedelta(days=4000)).people == 0


def test_today_tells_it_a_month_before(app, alice, known):
    with app.app_context():
        set_changed(utc_now() - timedelta(days=345))

    assert "To be erased soon" in alice.get("/").text


@on_one_database
def test_what_today_asks_for_finds_all_that_are_due(app, alice):
    chance, today = random.Random(3), date.today()
    by = today + erasure.WARNING
    with app.app_context():
        team = db.session.get(Team, alice.team_id)
        for number in range(200):
            left = today - timedelta(days=chance.randrange(-30, 900))
            changed = utc_now() - timedelta(days=chance.randrange(900))
            made = {"team_id": team.id, "name": "Ann", "changed_at": changed}
            db.session.add(Employee(**made, left_on=left if number % 2 else None))
        db.session.flush()
        for months in (1, 6, 24):
            team.keep_months = months
            wanted = {one.employee for one in erasure.due(team, by, today)}
            asked = db.select(Employee).where(erasure.may_be_due(team, by, today))
            assert wanted
            assert wanted <= set(db.session.scalars(asked))


def test_the_command_tells_numbers_and_no_names(app, alice, known):
    with app.app_context():
        db.session.execute(db.update(Employee).values(changed_at=datetime(2020, 1, 1)))
        db.session.commit()
    done = app.test_cli_runner().invoke(args=["purge"])

    assert done.exit_code == 0, done.output
    assert "Erased 1 people" in done.output
    assert CANARY not in done.output


@on_one_database
def test_the_worker_purges_by_itself(app, alice, known):
    with app.app_context():
        db.session.execute(db.update(Employee).values(changed_at=datetime(2020, 1, 1)))
        db.session.commit()
    before = {number: signal.getsignal(number) for number in worker.SIGNALS}
    done = app.test_cli_runner().invoke(args=["jobs", "work", "--once"])
    for number, handler in before.items():
        signal.signal(number, handler)

    assert done.exit_code == 0, done.output
    assert found_in_tables(app) == []
