"""A backup is whole or not there; restoring one changes all or nothing."""

import os
import resource
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager

import factory
import flask_migrate
import pytest
from conftest import make_app
from sqlalchemy import func, select, text

from delegate.identity import letters
from delegate.models import Employee, Link, LoginSession, Manager, Team, db, utc_now
from delegate.upkeep import backups

OURS = "FROM tries WHERE key LIKE 'k%'"
"""The rows that writers add here: all other keys are hexadecimal."""

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=[str(one) for one in arguments])


def done(app, *arguments):
    result = run(app, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(app, *arguments):
    """Return the words in which a command was refused."""
    result = run(app, *arguments)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.output
    return result.stderr


def names(app):
    with app.app_context():
        return set(db.session.scalars(select(Employee.name)))


def add(app, team_id, *names):
    with app.app_context():
        for name in names:
            factory.employee(team_id, name)


def query(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def bytes_of(folder):
    return {
        path: path.read_bytes() for path in folder.glob("delegate.sqlite*") if path
    } | dict.fromkeys(folder.rglob("*"), b"")


@contextmanager
def largest_file(size):
    """Let no file of this process grow beyond `size` bytes: the disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def made(app, alice, tmp_path):
    """A backup with Ann in it, of a database in which Bob came later."""
    add(app, alice.team_id, "Ann")
    path = tmp_path / "elsewhere" / "kept.sqlite"
    path.parent.mkdir()
    done(app, "backup", path)
    add(app, alice.team_id, "Bob")
    return path


# Backup


@on_sqlite
def test_a_backup_is_one_sound_file_for_its_owner_only(made):
    assert made.stat().st_mode & 0o777 == 0o600
    assert os.listdir(made.parent) == ["kept.sqlite"]
    assert query(made, "PRAGMA integrity_check") == [("ok",)]
    assert query(made, "PRAGMA journal_mode") == [("delete",)]
    assert query(made, "SELECT name FROM employee") == [("Ann",)]


@on_sqlite
def test_it_is_for_its_owner_only_from_the_start(app, alice, tmp_path):
    before = os.umask(0)
    modes = []
    with app.app_context(), backups.arriving(tmp_path / "x.sqlite") as temporary:
        modes.append(temporary.stat().st_mode & 0o777)
    os.umask(before)

    assert modes == [0o600]


def test_a_backup_without_a_name_is_listed_with_its_date(app, alice):
    said = done(app, "backup")

    listed = done(app, "backup", "--list")
    with app.app_context():
        [one] = backups.found()
    assert str(one.path) in said
    assert f"{utc_now():%Y-%m-%d}" in listed
    assert str(one.path) in listed
    assert one.size == one.path.stat().st_size > 1000
    assert one.path.stat().st_mode & 0o777 == 0o600
    assert one.path.parent.stat().st_mode & 0o777 == 0o700


def test_two_backups_in_one_second_are_two(app, alice):
    for _ in range(3):
        done(app, "backup")

    with app.app_context():
        assert len(backups.found()) == 3


@on_sqlite
def test_what_was_broken_off_is_listed_too(app, tmp_path):
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "delegate-2026.sqlite.x.partial").write_bytes(b"names")

    assert "delegate-2026.sqlite.x.partial" in done(app, "backup", "--list")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (".", "is a folder. Name a file in it."),
        ("none/x.sqlite", "There is no folder"),
        ("there.sqlite", "is there already. To replace it: --force"),
    ],
)
def test_a_place_that_is_no_good_is_refused(app, alice, tmp_path, place, words):
    (tmp_path / "there.sqlite").write_text("precious")

    assert words in refused(app, "backup", tmp_path / place)

    assert (tmp_path / "there.sqlite").read_text() == "precious"


def test_an_earlier_backup_is_replaced_where_that_is_wished(app, alice, tmp_path):
    (tmp_path / "there").write_text("old")

    done(app, "backup", tmp_path / "there", "--force")

    assert (tmp_path / "there").stat().st_size > 1000


@on_sqlite
@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_the_database_itself_is_never_replaced(app, alice, tmp_path, end):
    path = tmp_path / f"delegate.sqlite{end}"

    assert "is the database itself" in refused(app, "backup", path, "--force")


@on_sqlite
def test_no_database_is_told_and_none_is_made(app, tmp_path):
    (tmp_path / "delegate.sqlite").unlink()

    assert "There is no database at" in refused(app, "backup")

    assert not (tmp_path / "delegate.sqlite").exists()
    assert list((tmp_path / "backups").iterdir()) == []


@on_sqlite
def test_a_full_disk_is_told_and_leaves_nothing(app, alice, tmp_path):
    with largest_file(20_000):
        words = refused(app, "backup", tmp_path / "x.sqlite")

    assert "Is the disk full?" in words
    assert list(tmp_path.glob("x.sqlite*")) == []
    done(app, "backup", tmp_path / "x.sqlite")


@on_sqlite
def test_a_damaged_database_gives_no_backup(app, alice, tmp_path):
    with app.app_context():
        db.engine.dispose()
    with closing(sqlite3.connect(tmp_path / "delegate.sqlite")) as connection:
        connection.execute("UPDATE membership SET team_id = 77")
        connection.commit()

    assert "damaged (foreign_key_check" in refused(app, "backup", tmp_path / "x")

    assert list(tmp_path.glob("x*")) == []


@on_sqlite
def test_a_backup_is_of_one_moment_though_others_write(app, alice, tmp_path):
    """Each writer adds rows in pairs: half a pair would be another moment."""
    stop = threading.Event()

    def write(name):
        path = tmp_path / "delegate.sqlite"
        with closing(sqlite3.connect(path, timeout=15)) as connection:
            connection.isolation_level = None
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                for _ in range(2):
                    connection.execute(
                        "INSERT INTO tries (key, count, until) VALUES"
                        " ('k' || hex(randomblob(9)), 1, '2026-01-01 00:00:00')"
                    )
                connection.execute("COMMIT")

    writers = [threading.Thread(target=write, args=[name]) for name in "abcd"]
    for writer in writers:
        writer.start()
    for number in range(5):
        done(app, "backup", tmp_path / f"{number}.sqlite")
    stop.set()
    for writer in writers:
        writer.join()

    counts = [
        query(tmp_path / f"{number}.sqlite", f"SELECT count(*) {OURS}")[0][0]
        for number in range(5)
    ]
    assert [count % 2 for count in counts] == [0] * 5
    assert 0 < counts[1] < counts[4]


# Restore


@on_sqlite
def test_restoring_gives_back_what_was_there_and_keeps_what_is(app, made, tmp_path):
    said = done(app, "restore", made)

    assert names(app) == {"Ann"}
    [kept] = (tmp_path / "backups").glob("before-restore-*.sqlite")
    assert str(kept) in said
    assert "also those shut out since" in said
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("*.restoring*")) == []
    assert query(tmp_path / "delegate.sqlite", "PRAGMA user_version") == [(0,)]
    assert query(tmp_path / "delegate.sqlite", "PRAGMA journal_mode") == [("wal",)]

    done(app, "restore", kept)
    assert names(app) == {"Ann", "Bob"}


@on_sqlite
def test_it_makes_the_database_where_there_is_none(app, made, tmp_path):
    with app.app_context():
        db.engine.dispose()
    (tmp_path / "delegate.sqlite").unlink()

    assert "is kept in" not in done(app, "restore", made)

    assert names(app) == {"Ann"}
    assert (tmp_path / "delegate.sqlite").stat().st_mode & 0o777 == 0o600


def a_link(manager_id):
    return Link(kind="calendar", token_hash="x" * 64, manager_id=manager_id)


@on_sqlite
@pytest.mark.parametrize(
    ("options", "still"), [([], False), (["--keep-sessions"], True)]
)
def test_restoring_ends_sessions_and_links(app, alice, tmp_path, options, still):
    with app.app_context():
        factory.add(a_link(alice.manager_id))
        manager = db.session.get(Manager, alice.manager_id)
        token = letters.token("password", manager)
    done(app, "backup", tmp_path / "x.sqlite")
    assert alice.open("/people/").status_code == 200

    done(app, "restore", tmp_path / "x.sqlite", *options)

    assert (alice.open("/people/").status_code == 200) == still
    with app.app_context():
        link = db.session.scalar(select(Link))
        assert (link.revoked_at is None) == still
        sessions = db.session.scalar(select(func.count(LoginSession.key_hash)))
        assert bool(sessions) == still
        assert bool(letters.opened("password", token)) == still


def cut(path):
    path.write_bytes(path.read_bytes()[:-5000])


def cut_in_a_page(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def flip_a_letter(path):
    flip(path, path.read_bytes().index(b"Ann"))


def flip_the_structure(path):
    flip(path, 4096 * 3)


def empty(path):
    path.write_bytes(b"")


def fill_at_random(path):
    path.write_bytes(os.urandom(50_000))


def only_a_header(path):
    path.write_bytes(path.read_bytes()[:100])


def change(path, *statements):
    """Change a backup, as nobody should, so that it looks whole."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in ("PRAGMA user_version = 0", *statements):
            connection.execute(statement)
        connection.commit()


def of_another_program(path):
    change(path, "PRAGMA application_id = 7")


def of_a_newer_version(path):
    change(path, "UPDATE alembic_version SET version_num = '9999'")


def of_the_newest_version_by_its_name(path):
    name = "UPDATE alembic_version SET version_num = 'heads'"
    change(path, "DROP TABLE tries", name)


def of_an_empty_version(path):
    change(path, "UPDATE alembic_version SET version_num = ''")


def without_a_version(path):
    change(path, "DROP TABLE alembic_version")


def with_rows_that_point_nowhere(path):
    change(path, "UPDATE membership SET team_id = 77")


def unsealed_and_torn(path):
    change(path)
    content = path.read_bytes()
    path.write_bytes(content[:8192] + os.urandom(4096) + content[12288:])


def a_folder(path):
    path.unlink()
    path.mkdir()


def a_link_to_nowhere(path):
    path.unlink()
    path.symlink_to(path.parent / "nowhere")


def gone(path):
    path.unlink()


def in_use(path):
    shutil.copy(path, f"{path}-wal")


@on_sqlite
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut, "It has changed, or lost a part, since it was made."),
        (cut_in_a_page, "It has changed, or lost a part"),
        (flip_a_letter, "It has changed, or lost a part"),
        (flip_the_structure, "It has changed, or lost a part"),
        (only_a_header, "It has changed, or lost a part"),
        (empty, "is not a backup: it is not a SQLite file."),
        (fill_at_random, "is not a backup"),
        (of_another_program, "It is the database of another program."),
        (of_a_newer_version, "made by a newer version than this one."),
        (of_the_newest_version_by_its_name, "made by a newer version than this one."),
        (of_an_empty_version, "made by a newer version than this one."),
        (without_a_version, "There is nothing in it."),
        (with_rows_that_point_nowhere, "is damaged (foreign_key_check"),
        (unsealed_and_torn, "was not restored"),
        (a_folder, "is not a file."),
        (a_link_to_nowhere, "points at a file that is not there."),
        (gone, "There is no file"),
        (in_use, "is a database in use"),
    ],
)
def test_what_is_no_good_backup_is_refused_and_changes_nothing(
    app, made, tmp_path, spoil, words
):
    spoil(made)
    open_elsewhere = sqlite3.connect(tmp_path / "delegate.sqlite")
    open_elsewhere.execute("SELECT count(*) FROM employee").fetchone()
    before = bytes_of(tmp_path)
    assert tmp_path / "delegate.sqlite-wal" in before

    assert words in refused(app, "restore", made)

    assert bytes_of(tmp_path) == before
    open_elsewhere.close()
    assert names(app) == {"Ann", "Bob"}


@on_sqlite
def test_the_database_itself_is_no_backup(app, alice, tmp_path):
    words = refused(app, "restore", tmp_path / "delegate.sqlite")

    assert "is the database itself" in words


@on_sqlite
def test_a_full_disk_leaves_the_database_as_it_was(app, made, tmp_path):
    """Room for the copy of the backup, and not for what was there."""
    with app.app_context():
        db.session.add_all(Team(name="x" * 500) for _ in range(2000))
        db.session.commit()

    with largest_file(made.stat().st_size + 500_000):
        words = refused(app, "restore", made)

    assert "Is the disk full?" in words
    assert names(app) == {"Ann", "Bob"}
    assert query(tmp_path / "delegate.sqlite", "PRAGMA integrity_check") == [("ok",)]
    done(app, "restore", made)
    assert names(app) == {"Ann"}


@on_sqlite
def test_what_is_written_until_the_last_moment_is_kept(app, made, alice, tmp_path):
    """No save falls between the copy of what was there and what takes its place."""
    saved, stop = [], threading.Event()

    def write():
        path = tmp_path / "delegate.sqlite"
        with closing(sqlite3.connect(path, timeout=15)) as connection:
            while not stop.is_set():
                key = f"k{len(saved)}"
                connection.execute(
                    "INSERT INTO tries (key, count, until) VALUES"
                    f" ('{key}', 1, '2026-01-01 00:00:00')"
                )
                connection.commit()
                saved.append(key)

    writer = threading.Thread(target=write)
    writer.start()
    while len(saved) < 20:
        assert writer.is_alive()
    done(app, "restore", made)
    stop.set()
    writer.join()

    [kept] = (tmp_path / "backups").glob("before-restore-*.sqlite")
    of_tries = f"SELECT key {OURS}"
    before = {key for (key,) in query(kept, of_tries)}
    after = {key for (key,) in query(tmp_path / "delegate.sqlite", of_tries)}
    assert before.isdisjoint(after)
    assert before | after == set(saved)


@on_sqlite
def test_a_backup_of_every_earlier_version_is_brought_up_to_date(app, made, tmp_path):
    old = tmp_path / "old.sqlite"
    older = make_app(f"sqlite:///{old}", tmp_path / "older")
    shutil.copy(made, old)
    change(old)
    with older.app_context():
        flask_migrate.downgrade(revision="0001")
        db.engine.dispose()
    change(old, "PRAGMA journal_mode = DELETE")

    done(app, "restore", old)

    assert names(app) == {"Ann"}
    with app.app_context():
        flask_migrate.check()


# PostgreSQL


@on_postgresql
def test_postgresql_is_restored_into_an_empty_database(
    app, alice, postgresql, tmp_path
):
    add(app, alice.team_id, "Ann")
    with app.app_context():
        factory.add(a_link(alice.manager_id))
        before = db.session.get(Manager, alice.manager_id).fs_uniquifier
    done(app, "backup", tmp_path / "x.dump")
    url = postgresql.create()
    other = make_app(url, tmp_path / "other")

    done(other, "restore", tmp_path / "x.dump")

    assert names(other) == {"Ann"}
    with other.app_context():
        assert db.session.scalar(select(Link)).revoked_at
        assert db.session.scalar(select(Manager.fs_uniquifier)) != before
        assert db.session.scalar(select(LoginSession)) is None
        flask_migrate.check()
        db.session.remove()
        db.engine.dispose()
    postgresql.drop(url)


@on_postgresql
def test_postgresql_with_tables_is_not_overwritten(app, alice, tmp_path):
    add(app, alice.team_id, "Ann")
    done(app, "backup", tmp_path / "x.dump")
    add(app, alice.team_id, "Bob")

    assert "There are tables in this database already." in refused(
        app, "restore", tmp_path / "x.dump"
    )

    assert names(app) == {"Ann", "Bob"}


@on_postgresql
@pytest.mark.parametrize("length", [0, 3, 2000])
def test_a_dump_that_is_cut_off_is_refused(app, alice, postgresql, tmp_path, length):
    path = tmp_path / "x.dump"
    done(app, "backup", path)
    path.write_bytes(path.read_bytes()[:length])
    url = postgresql.create()
    other = make_app(url, tmp_path / "other")

    refused(other, "restore", path)

    with other.app_context():
        assert db.inspect(db.engine).get_table_names() == []
        db.engine.dispose()
    postgresql.drop(url)


@on_postgresql
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "by a newer version"),
        ("DELETE FROM alembic_version", "There is nothing in it."),
        ("DROP TABLE rating CASCADE", "It is the database of another program."),
        ("DROP TABLE alembic_version", "There is nothing in it."),
    ],
)
def test_a_dump_of_another_kind_is_refused_before_anything_is_touched(
    app, alice, postgresql, tmp_path, changes, words
):
    with app.app_context():
        db.session.execute(text(changes))
        db.session.commit()
    done(app, "backup", tmp_path / "x.dump")
    url = postgresql.create()
    other = make_app(url, tmp_path / "other")

    told = refused(other, "restore", tmp_path / "x.dump")

    assert "x.dump was not restored. " in told
    assert words in told
    with other.app_context():
        assert db.inspect(db.engine).get_table_names() == []
        db.engine.dispose()
    postgresql.drop(url)


@pytest.mark.parametrize(
    "address", ["ann:s3cret@localhost/x", "ann@localhost/x?password=s3cret"]
)
def test_the_password_is_never_on_the_command_line(tmp_path, monkeypatch, address):
    """Whoever lists the processes of a machine reads their command lines."""
    program = tmp_path / "pg_dump"
    said = tmp_path / "said"
    program.write_text(f'#!/bin/sh\necho "$*\n$PGPASSWORD" > {said}\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    app = make_app(f"postgresql://{address}", tmp_path)

    done(app, "backup", tmp_path / "x.dump")

    arguments, password = said.read_text().splitlines()
    assert arguments.endswith("--dbname=postgresql://ann@localhost/x")
    assert password == "s3cret"


@on_postgresql
def test_without_pg_dump_it_says_what_to_run(app, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    words = refused(app, "backup", tmp_path / "x.dump")

    assert "pg_dump is not installed here. Where it is, run:\n  pg_dump" in words
    assert list(tmp_path.glob("x.dump*")) == []
