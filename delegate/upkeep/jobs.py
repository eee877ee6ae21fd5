"""Long work that a worker does while a manager goes on: claimed by one, done once.

A job is a row of the app's own database, so it is made in the transaction that asks for
it, goes with its team, and is in every backup. A queue elsewhere would need the same
row: what is taken off a queue is gone with whoever took it.

A worker takes a job with one UPDATE and renews its claim as it goes; a claim left alone
is another worker's to take. The result is written beside its place, moved there whole,
and only then named in the row: whatever stops a worker, a job ends in one result, or in
a reason.

Knows no page: what is to be done for a kind of job is told by the feature that has it,
with `does`.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from flask import current_app
from sqlalchemy import and_, delete, or_, select, update

from ..models import ATTEMPTS, Job, db, utc_now

LEASE = timedelta(minutes=2)
"""How long a claim holds that is not renewed."""

KEPT = timedelta(days=1)
"""How long a result can be fetched."""

IDLE = 1.0
"""Seconds until a worker with nothing to do looks again."""

BROKEN_OFF = "broken_off"
FAULT = "fault"
"""Why a job failed, as codes: what a library says of it may quote what is private."""


class Lost(Exception):
    """The claim is not ours any more: the job was taken over, or thrown away."""


class Refused(Exception):
    """Why a job cannot be done, as a code of its feature; it is not tried again."""


class Claim(NamedTuple):
    """A job that is ours to do, until we leave it alone for too long."""

    id: int
    key: str
    kind: str
    team_id: int
    manager_id: int
    content: str

    def tell(self, done: int, total: int) -> None:
        """Tell how far it is, and renew the claim. Raises Lost."""
        set_claimed(self, done=done, total=total, claimed_at=utc_now())


class Work(Protocol):
    """What a feature does for a kind of job: writes the result into a file.

    It tells how far it is well within LEASE, and is begun anew where it was broken off.
    """

    def __call__(self, claim: Claim, file: BinaryIO) -> None: ...


KINDS: dict[str, Work] = {}


def does(kind: str) -> Callable[[Work], Work]:
    """Let a function do the jobs of a kind."""

    def register(work: Work) -> Work:
        KINDS[kind] = work
        return work

    return register


def folder() -> Path:
    """Return where results lie, made for us alone where it is not there."""
    path = Path(current_app.instance_path) / "jobs"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def claim() -> Claim | None:
    """Take the oldest job that waits, or that was left alone; None where there is none.

    One statement says which and takes it, so that of two workers one gets it; the
    other one passes over it rather than wait.
    """
    now = utc_now()
    free = or_(Job.state == "waiting", left_alone(now))
    with reading():
        found = db.session.scalar(select(Job.id).where(free).limit(1))
    if found is None:
        return None
    give_up(now)
    oldest = select(Job.id).where(free).order_by(Job.id).limit(1)
    free_for_us = oldest.with_for_update(skip_locked=True).scalar_subquery()
    key = secrets.token_hex(16)
    row = db.session.execute(
        update(Job)
        .where(Job.id == free_for_us, free)
        .values(
            state="running",
            claim=key,
            claimed_at=now,
            attempts=Job.attempts + 1,
            done=0,
        )
        .returning(Job.id, Job.kind, Job.team_id, Job.manager_id, Job.content)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.commit()
    return Claim(row.id, key, *row[1:]) if row else None


@contextmanager
def reading() -> Iterator[None]:
    """Read without keeping any writer waiting; what is not committed is dropped."""
    db.session.rollback()
    db.session.connection(execution_options={"writes": False})
    try:
        yield
    finally:
        db.session.rollback()


def left_alone(now: datetime) -> Any:
    return and_(Job.state == "running", Job.claimed_at < now - LEASE)


def give_up(now: datetime) -> None:
    """Let fail what was begun often enough and left alone each time."""
    db.session.execute(
        update(Job)
        .where(left_alone(now), Job.attempts >= ATTEMPTS)
        .values(state="failed", reason=BROKEN_OFF, claim=None, finished_at=now)
    )
    db.session.commit()


def set_claimed(mine: Claim, **values: Any) -> None:
    """Write into a job that is ours. Commits. Raises Lost where it is not any more."""
    done = db.session.execute(
        update(Job)
        .where(Job.id == mine.id, Job.claim == mine.key)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Lost


def end(mine: Claim, state: str, **values: Any) -> None:
    set_claimed(mine, state=state, claim=None, finished_at=utc_now(), **values)


def do(claim: Claim) -> None:
    """Do a job that is ours, to its result or to a reason.

    What ends the worker itself goes through here, and the job waits again.
    """
    path = folder() / f"{claim.id}-{claim.key}"
    part = path.with_suffix(".part")
    try:
        write(claim, part)
        part.replace(path)
        settle(path.parent)
        finish(claim, path)
    except Lost:
        pass
    except Refused as reason:
        with suppress(Lost):
            end(claim, "failed", reason=str(reason))
    except Exception as error:
        db.session.rollback()
        current_app.logger.error("job %s: %s", claim.id, type(error).__name__)
        try_again(claim)
    except BaseException:
        db.session.rollback()
        give_back(claim)
        raise
    finally:
        part.unlink(missing_ok=True)


def write(claim: Claim, part: Path) -> None:
    """Let the feature write its result, and see it safely on the disk."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        KINDS[claim.kind](claim, file)
        file.flush()
        os.fsync(file.fileno())


def settle(place: Path) -> None:
    """See the names in a folder safely on the disk."""
    if os.name == "posix":
        opened = os.open(place, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)


def finish(claim: Claim, path: Path) -> None:
    try:
        end(claim, "done", file=path.name)
    except Lost:
        path.unlink()
        raise


def try_again(claim: Claim) -> None:
    """Let a job that went wrong wait again, or fail where that was often enough."""
    attempts = db.session.scalar(select(Job.attempts).where(Job.id == claim.id)) or 0
    with suppress(Lost):
        if attempts < ATTEMPTS:
            set_claimed(claim, state="waiting", claim=None)
        else:
            end(claim, "failed", reason=FAULT)


def give_back(claim: Claim) -> None:
    """Let a job wait again that we have to leave; that counts as no attempt."""
    with suppress(Lost):
        set_claimed(claim, state="waiting", claim=None, attempts=Job.attempts - 1)


def tidy() -> None:
    """Sweep, and commit."""
    sweep(utc_now())
    db.session.commit()


def work(hourly: Callable[[], None] = tidy, *, once: bool = False) -> None:
    """Do jobs as they come, for ever; `once` stops when there is none.

    `hourly` is called first, and then every hour.
    """
    next_hour = utc_now()
    while True:
        if utc_now() >= next_hour:
            hourly()
            next_hour = utc_now() + timedelta(hours=1)
        claimed = claim()
        if claimed:
            do(claimed)
        elif once:
            return
        else:
            db.session.remove()
            time.sleep(IDLE)


def forget(teams: Iterable[int]) -> None:
    """Throw away the jobs of these teams. The caller commits."""
    discard(Job.team_id.in_(list(teams)))


def sweep(now: datetime) -> None:
    """Throw away what was not fetched in time, and what no job names.

    The caller commits.
    """
    discard(Job.finished_at < now - KEPT)
    named = set(db.session.scalars(select(Job.file)))
    oldest = time.time() - LEASE.total_seconds()
    for path in folder().iterdir():
        with suppress(FileNotFoundError):
            if path.name not in named and path.stat().st_mtime < oldest:
                path.unlink()


def discard(condition: Any) -> None:
    """Throw away these jobs with their results. The caller commits.

    Whoever works on one of them finds that it is not theirs any more. What a worker
    that was killed had begun goes too.
    """
    query = delete(Job).where(condition).returning(Job.id, Job.file)
    gone = db.session.execute(query).all()
    ids, files = {str(row.id) for row in gone}, {row.file for row in gone}
    for path in folder().iterdir():
        if path.name in files:
            path.unlink(missing_ok=True)
        elif path.name.partition("-")[0] in ids:
            with suppress(PermissionError):  # On Windows whoever writes it keeps it.
                path.unlink(missing_ok=True)
