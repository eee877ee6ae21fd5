"""Long work: done once, whatever ends those who do it."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from factory import add
from sqlalchemy import event

from delegate.models import ATTEMPTS, Job, Team, db, utc_now
from delegate.upkeep import jobs

ROOT = Path(__file__).parent.parent
WORKER = """
import os, signal, sys
from sqlalchemy import event
from delegate import create_app
from delegate.upkeep import jobs
from delegate.models import db

@jobs.does("test")
def write(claim, file):
    file.write(b"half, ")
    claim.tell(1, 2)
    with open(sys.argv[2], "a") as log:
        print(claim.id, file=log)
    if sys.argv[1] == "slow":
        print("begun", flush=True)
        signal.pause()
    file.write(b"whole")

def die(connection, cursor, statement, parameters, *_):
    if statement.startswith("UPDATE job") and "file=" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

app = create_app()
with app.app_context():
    if sys.argv[1] == "dies":
        event.listen(db.engine, "before_cursor_execute", die)
    print("ready", flush=True)
    sys.stdin.readline()
    jobs.work(once=True)
"""


@pytest.fixture
def kind():
    """Let a test say how its kind of job is done: `kind(work)`."""

    def register(work):
        jobs.KINDS["test"] = work

    yield register
    jobs.KINDS.pop("test", None)


@pytest.fixture
def ask(app, alice):
    """Ask for a job: `ask()` returns its id."""

    def asked(kind="test"):
        ids = {"team_id": alice.team_id, "manager_id": alice.manager_id}
        with app.app_context():
            return add(Job(kind=kind, content="{}", **ids)).id

    return asked


@pytest.fixture
def start(app, database, tmp_path):
    """Return a worker that is ready: "quick", "slow" to stay half-way, "dies" to die.

    It begins when it is told to; see `go`.
    """
    given = {"DATABASE_URL": database, "DATA_DIR": str(tmp_path)}
    started = []

    def starts(how):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, how, str(tmp_path / "log")],
            cwd=ROOT,
            env={**os.environ, **given, "SECRET_KEY": "x" * 40},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield starts
    for process in started:
        process.kill()
        process.communicate()


def go(worker):
    worker.stdin.write("\n")
    worker.stdin.flush()


def work(app):
    with app.app_context():
        jobs.work(once=True)


def rows(app):
    with app.app_context():
        return list(db.session.scalars(db.select(Job).order_by(Job.id)))


def results(folder):
    """Return what lies there, by the first part of its name: the id of its job."""
    found = (folder / "jobs").iterdir()
    return {path.name.split("-")[0]: path.read_bytes() for path in found}


def leave_alone(app):
    """Let the time go by after which a claim is another's to take."""
    with app.app_context():
        then = utc_now() - jobs.LEASE - timedelta(seconds=1)
        db.session.execute(db.update(Job).values(claimed_at=then))
        db.session.commit()


def write_whole(claim, file):
    file.write(b"half, ")
    claim.tell(1, 2)
    file.write(b"whole")


def test_a_job_ends_in_its_result(app, ask, kind, tmp_path):
    kind(write_whole)
    ask()
    work(app)

    [job] = rows(app)
    assert (job.state, job.attempts, job.done, job.total) == ("done", 1, 1, 2)
    assert (tmp_path / "jobs" / job.file).read_bytes() == b"half, whole"


def test_a_result_is_for_us_alone(app, ask, kind, tmp_path):
    modes = []

    def work_and_look(claim, file):
        modes.append(os.fstat(file.fileno()).st_mode & 0o777)

    kind(work_and_look)
    ask()
    umask = os.umask(0)
    try:
        work(app)
    finally:
        os.umask(umask)

    [job] = rows(app)
    modes.append((tmp_path / "jobs" / job.file).stat().st_mode & 0o777)
    assert modes == [0o600, 0o600]
    assert (tmp_path / "jobs").stat().st_mode & 0o777 == 0o700


def test_a_worker_killed_half_way_is_taken_over_from(app, ask, kind, start, tmp_path):
    ask()
    worker = start("slow")
    go(worker)
    assert worker.stdout.readline() == "begun\n"
    worker.kill()
    worker.wait()
    kind(write_whole)
    work(app)
    assert [job.state for job in rows(app)] == ["running"]

    leave_alone(app)
    work(app)

    [job] = rows(app)
    assert (job.state, job.attempts) == ("done", 2)
    assert (tmp_path / "jobs" / job.file).read_bytes() == b"half, whole"


def test_a_result_not_named_yet_is_made_again(app, ask, kind, start, tmp_path):
    ask()
    worker = start("dies")
    go(worker)
    assert worker.wait() == -signal.SIGKILL
    assert [job.state for job in rows(app)] == ["running"]
    assert list(results(tmp_path).values()) == [b"half, whole"]
    assert list((tmp_path / "jobs").glob("*.part")) == []

    kind(write_whole)
    leave_alone(app)
    for path in (tmp_path / "jobs").iterdir():
        os.utime(path, (0, 0))
    work(app)

    [job] = rows(app)
    assert (job.state, job.attempts) == ("done", 2)
    assert [path.name for path in (tmp_path / "jobs").iterdir()] == [job.file]


def test_two_workers_at_once_do_each_job_once(app, ask, start, tmp_path):
    ids = [ask() for _ in range(20)]
    workers = [start("quick"), start("quick")]
    for worker in workers:
        go(worker)

    assert [worker.wait() for worker in workers] == [0, 0]
    log = [int(line) for line in (tmp_path / "log").read_text().split()]
    assert sorted(log) == ids
    assert {(job.state, job.attempts) for job in rows(app)} == {("done", 1)}
    assert results(tmp_path) == {str(id): b"half, whole" for id in ids}


def test_what_goes_wrong_three_times_has_failed(app, ask, kind, tmp_path, caplog):
    begun = []

    def fail(claim, file):
        begun.append(claim.id)
        raise ValueError("Ann is late again")

    kind(fail)
    ask()
    work(app)

    [job] = rows(app)
    assert (job.state, job.reason, len(begun)) == ("failed", jobs.FAULT, ATTEMPTS)
    assert results(tmp_path) == {}
    assert "ValueError" in caplog.text
    assert "Ann" not in caplog.text


def test_what_was_broken_off_three_times_has_failed(app, ask):
    ask()
    for _ in range(ATTEMPTS):
        with app.app_context():
            assert jobs.claim()
        leave_alone(app)
    with app.app_context():
        assert jobs.claim() is None

    [job] = rows(app)
    assert (job.state, job.reason) == ("failed", jobs.BROKEN_OFF)


def test_what_cannot_be_done_is_not_tried_again(app, ask, kind):
    def refuse(claim, file):
        raise jobs.Refused("nobody")

    kind(refuse)
    ask()
    work(app)

    [job] = rows(app)
    assert (job.state, job.reason, job.attempts) == ("failed", "nobody", 1)


def test_a_full_disk_leaves_a_reason_and_no_half_result(app, ask, kind, tmp_path):
    def write_too_much(claim, file):
        with room_for(1000):
            file.write(b"x" * 2000)
            file.flush()

    kind(write_too_much)
    ask()
    work(app)

    [job] = rows(app)
    assert (job.state, job.reason) == ("failed", jobs.FAULT)
    assert results(tmp_path) == {}


@contextlib.contextmanager
def room_for(size):
    """Let no file grow beyond `size` bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def forget(app):
    with app.app_context():
        jobs.forget(db.session.scalars(db.select(Team.id)))
        db.session.commit()


@pytest.mark.parametrize("early", [True, False])
def test_a_job_thrown_away_meanwhile_leaves_nothing(app, ask, kind, tmp_path, early):
    def thrown_away(claim, file):
        forget(app)
        if early:
            claim.tell(1, 2)
            pytest.fail("it goes on")

    kind(thrown_away)
    ask()
    work(app)

    assert rows(app) == []
    assert results(tmp_path) == {}


def test_a_result_goes_with_its_job(app, ask, kind, tmp_path):
    kind(write_whole)
    ask()
    work(app)
    forget(app)

    assert rows(app) == []
    assert results(tmp_path) == {}


def test_who_was_taken_over_from_leaves_the_other_result(app, ask, kind, tmp_path):
    def overtaken(claim, file):
        file.write(b"mine")
        kind(write_whole)
        leave_alone(app)
        with app.app_context():
            jobs.do(jobs.claim())

    kind(overtaken)
    ask()
    work(app)

    [job] = rows(app)
    assert (job.state, job.attempts) == ("done", 2)
    [path] = (tmp_path / "jobs").iterdir()
    assert (path.name, path.read_bytes()) == (job.file, b"half, whole")


@pytest.mark.parametrize(("age", "left"), [(-1, 1), (1, 0)])
def test_a_result_is_kept_for_a_day(app, ask, kind, tmp_path, age, left):
    kind(write_whole)
    ask()
    work(app)
    with app.app_context():
        jobs.sweep(utc_now() + jobs.KEPT + timedelta(minutes=age))
        db.session.commit()

    assert len(rows(app)) == len(results(tmp_path)) == left


def test_what_another_worker_swept_first_stops_nobody(app, ask, kind, tmp_path):
    """A name whose file is gone is what is found when another one was quicker."""
    kind(write_whole)
    ask()
    work(app)
    (tmp_path / "jobs" / "swept").symlink_to("gone")
    with app.app_context():
        jobs.sweep(utc_now())

    assert len(rows(app)) == 1


def test_who_is_told_to_stop_gives_the_job_back(app, ask, kind, tmp_path):
    def stopped(claim, file):
        raise KeyboardInterrupt

    kind(stopped)
    ask()
    with pytest.raises(KeyboardInterrupt):
        work(app)

    [job] = rows(app)
    assert (job.state, job.attempts, job.claim) == ("waiting", 0, None)
    assert results(tmp_path) == {}


def test_a_worker_with_nothing_to_do_keeps_nobody_waiting(app, alice):
    begun = []
    with app.app_context():
        event.listen(
            db.engine,
            "before_cursor_execute",
            lambda _c, _u, statement, *_: begun.append(statement),
        )
        assert jobs.claim() is None

    assert not [one for one in begun if one.startswith(("UPDATE", "BEGIN IMMEDIATE"))]
