"""What was said to be saved is there: after a kill, a full disk, a restore."""

import resource
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import factory
import pytest
from serving import GONE, Tab, served
from sqlalchemy import func, select, text

from delegate.models import Employee, Membership, db

WRITERS = 8
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def team_id(app):
    with app.app_context():
        return factory.manager_with_team("Alice")[1].id


@pytest.fixture
def server(app, team_id, database, tmp_path):
    """A server of the same database, in a process of its own."""
    with served(database, tmp_path) as server:
        yield server


@pytest.fixture
def alice_there(server):
    """A tab in which Alice has signed in."""
    tab = Tab(server).sign_in("alice@example.org", factory.PASSWORD)
    yield tab
    tab.close()


def names(app):
    with app.app_context():
        return list(db.session.scalars(select(Employee.name)))


def counted(app):
    with app.app_context():
        return db.session.scalar(select(func.count(Employee.id)))


def check_sound(app, path):
    if not path.exists():
        return
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


class Writers:
    """Tabs that go on adding people until the server is gone or `stop` is called.

    `saved` are the names of which the server said that they were saved.
    """

    def __init__(self, tab, server):
        self.saved, self.stopped = [], threading.Event()
        self.threads = [
            threading.Thread(target=self.write, args=(tab.another(server), number))
            for number in range(WRITERS)
        ]
        for thread in self.threads:
            thread.start()

    def write(self, tab, number):
        with closing(tab), suppress(*GONE):
            for count in range(10_000):
                if self.stopped.is_set():
                    return
                name = f"w{number}-{count}"
                status, _, location = tab.post("/people/", name=name)
                if status == 302 and "sign-in" not in location:
                    self.saved.append(name)

    def wait_for(self, count):
        until = time.monotonic() + 60
        while len(self.saved) < count:
            assert time.monotonic() < until, self.saved
            time.sleep(0.01)

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def test_what_was_saved_is_there_after_a_kill(
    app, server, alice_there, database, tmp_path
):
    writers = Writers(alice_there, server)
    writers.wait_for(60)
    server.kill()
    writers.stop()

    there = names(app)
    check_sound(app, tmp_path / "delegate.sqlite")
    assert set(writers.saved) <= set(there)
    assert len(there) == len(set(there)) <= len(writers.saved) + WRITERS
    with (
        served(database, tmp_path) as again,
        closing(alice_there.another(again)) as tab,
    ):
        assert writers.saved[-1] in tab.get(f"/people/?q={writers.saved[-1]}")
        assert tab.post("/people/", name="Afterwards")[0] == 302


@on_sqlite
def test_a_full_disk_is_said_and_what_comes_after_is_saved(
    app, server, alice_there, tmp_path
):
    assert alice_there.post("/people/", name="Before")[0] == 302
    pid = server.process.pid
    room = resource.prlimit(pid, resource.RLIMIT_FSIZE)

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, room[1]))
    status, page, _ = alice_there.post("/people/", name="Without room")
    still_read = alice_there.get("/people/")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, room)

    assert status == 503
    assert "<h1>Not saved</h1>" in page
    assert "Before" in still_read
    assert alice_there.post("/people/", name="After")[0] == 302
    assert sorted(names(app)) == ["After", "Before"]
    check_sound(app, tmp_path / "delegate.sqlite")


def test_of_many_tabs_that_save_the_same_version_one_wins(
    app, server, alice_there, team_id
):
    """Two managers of one team, with four tabs each."""
    with app.app_context():
        bob, _ = factory.manager_with_team("Bob")
        factory.add(Membership(team_id=team_id, manager_id=bob.id, role="editor"))
        ann = factory.employee(team_id, "Ann").id
    with closing(Tab(server).sign_in("bob@example.org", factory.PASSWORD)) as bob_there:
        tabs = [one.another(server) for one in (alice_there, bob_there) * 4]
    together = threading.Barrier(len(tabs))

    def save(number):
        with closing(tabs[number]) as tab:
            together.wait()
            return tab.post(
                f"/people/{ann}/edit", name="Ann", role=f"role {number}", version="1"
            )

    with ThreadPoolExecutor(len(tabs)) as pool:
        answers = list(pool.map(save, range(len(tabs))))

    statuses = [status for status, _, _ in answers]
    assert sorted(statuses) == [302] + [409] * (len(tabs) - 1)
    won = statuses.index(302)
    with app.app_context():
        kept = db.session.get(Employee, ann)
        assert (kept.role, kept.version) == (f"role {won}", 2)
    for number, (status, page, _) in enumerate(answers):
        if status == 409:
            assert f"role {number}" in page
            assert f"role {won}" in page


ROWS = 5_000
FILLING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO emp%'"


def is_adding(app, path):
    """Tell whether rows are on their way into the database."""
    if path.exists():
        log = path.with_name(f"{path.name}-wal")
        return log.exists() and log.stat().st_size > 500_000
    with app.app_context():
        return db.session.scalar(text(FILLING)) > 0


def test_an_import_that_is_killed_half_way_leaves_all_or_nothing(
    app, server, alice_there, tmp_path
):
    people = "Name\tRole\n" + "".join(f"P{n}\t{'x' * 400}\n" for n in range(ROWS))

    def send():
        with suppress(*GONE):
            alice_there.post("/import/start", people=people, tasks="")

    sending = threading.Thread(target=send)
    sending.start()
    while sending.is_alive() and not is_adding(app, tmp_path / "delegate.sqlite"):
        time.sleep(0.001)
    server.kill()
    sending.join()

    assert counted(app) in (0, ROWS)
    check_sound(app, tmp_path / "delegate.sqlite")


@on_sqlite
def test_a_restore_does_not_wait_for_the_server_to_stop(
    app, server, alice_there, tmp_path
):
    """Every save is either in what was kept, or in what there is now."""
    run = app.test_cli_runner().invoke
    assert alice_there.post("/people/", name="Ann")[0] == 302
    backup = str(tmp_path / "backup.sqlite")
    assert run(args=["backup", backup]).exit_code == 0
    writers = Writers(alice_there, server)
    writers.wait_for(20)

    result = run(args=["restore", "--keep-sessions", backup])
    assert result.exit_code == 0, result.output
    so_far = len(writers.saved)
    writers.wait_for(so_far + 30)
    writers.stop()

    [kept] = (tmp_path / "backups").glob("before-restore-*")
    with closing(sqlite3.connect(kept)) as connection:
        before = {name for (name,) in connection.execute("SELECT name FROM employee")}
    now = set(names(app))
    assert before & now == {"Ann"}
    assert set(writers.saved) <= before | now
    assert "Ann" in alice_there.get("/people/")
    check_sound(app, tmp_path / "delegate.sqlite")
