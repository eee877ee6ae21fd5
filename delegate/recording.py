"""Keeps what a manager has seen: rows are added, and never changed or taken out.

The one place that writes ratings. Knows no page and no words. Two saves that collide
are told apart by the newest row that each of them saw.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select

from .models import Employee, Manager, Rating, Remark, db, utc_now

CORRECTS = timedelta(days=1)
"""For how long a save corrects the one before it; later it is another look."""


class Item(NamedTuple):
    """What is rated of a person: a criterion, for familiarity with one task."""

    criterion: str
    task_id: int | None = None


class Seen(NamedTuple):
    """What was seen of one item. An example of None was not asked for."""

    state: str
    score: int | None = None
    example: str | None = ""
    different: bool = False
    seen_on: date | None = None


class Wish(NamedTuple):
    """What to keep of one item, and the newest row that was known when it was typed."""

    item: Item
    seen: Seen
    version: str | None


class Collision(Exception):
    """Other rows than the ones a save saw are the newest now: here they are."""

    def __init__(self, newest: Mapping[Item, Rating | None]) -> None:
        super().__init__("what was seen has been saved from somewhere else")
        self.newest = newest


class Said(NamedTuple):
    """What the person says of a score, and the row that it was said of."""

    remark: Remark
    rating: Rating


OPEN = Seen("withdrawn")
Newest = Mapping[Item, Rating]
Remarks = Mapping[tuple[int | None, str, int | None], Said]
"""By rater, criterion and (for familiarity) task."""


def item_of(row: Rating) -> Item:
    return Item(row.criterion, row.task_id)


def seen_of(row: Rating | None) -> Seen:
    """Return what `row` holds; no row is *open*."""
    if row is None:
        return OPEN
    return Seen(row.state, row.score, row.example, row.different, row.seen_on)


def version_of(row: Rating | None) -> str:
    """Return what a form carries to say which row was the newest it saw."""
    return str(row.id) if row else "0"


def newest(employee: Employee, rater_id: int, tasks: Collection[int]) -> Newest:
    """Return this rater's newest row of each criterion and of each of these tasks."""
    last = last_ids(employee, tasks).where(Rating.rater_id == rater_id)
    rows = db.session.scalars(select(Rating).where(Rating.id.in_(last)))
    return {item_of(row): row for row in rows}


def seen_by_others(
    employee: Employee, rater_id: int, tasks: Collection[int]
) -> Mapping[Item, Sequence[tuple[str, Rating]]]:
    """Return by item what other raters saw last, with the name of each."""
    last = last_ids(employee, tasks).where(Rating.rater_id.is_distinct_from(rater_id))
    rows = db.session.execute(
        select(Rating, Manager.name, Manager.email)
        .outerjoin(Manager, Manager.id == Rating.rater_id)
        .where(Rating.id.in_(last), Rating.state != OPEN.state)
        .order_by(Rating.id.desc())
    )
    found = defaultdict(list)
    for row, name, email in rows:
        found[item_of(row)].append((name or email or "", row))
    return found


def remarks(employee_id: int) -> Remarks:
    """Return what the person said last of each rater's scores, by rater and item.

    What was said of an earlier score still stands beside a later one: to rate anew
    must not take someone's words out of sight.
    """
    rows = db.session.execute(
        select(Remark, Rating)
        .join(Rating, Rating.id == Remark.rating_id)
        .where(Rating.employee_id == employee_id)
        .order_by(Rating.id)
    )
    return by_item((said, row) for said, row in rows)


def by_item(rows: Iterable[tuple[Remark, Rating]]) -> Remarks:
    """Return remarks by what they are of; of two the later in `rows`."""
    return {(row.rater_id, *item_of(row)): Said(said, row) for said, row in rows}


def last_ids(employee: Employee, tasks: Collection[int]) -> Select[int]:
    """Return the query for the newest row of each rater and item."""
    return (
        select(func.max(Rating.id))
        .where(
            Rating.team_id == employee.team_id,
            Rating.employee_id == employee.id,
            or_(Rating.task_id.is_(None), Rating.task_id.in_(tasks)),
        )
        .group_by(Rating.rater_id, Rating.criterion, Rating.task_id)
    )


def keep(employee: Employee, rater_id: int, wishes: Sequence[Wish]) -> list[Rating]:
    """Add a row for each wish that differs from the newest, and return these rows.

    Raises Collision, with nothing added, where a wish was changed by hand upon another
    row than the one that is the newest now. The caller commits.
    """
    hold(employee)
    tasks = [wish.item.task_id for wish in wishes if wish.item.task_id]
    now = newest(employee, rater_id, tasks)
    changed = [wish for wish in wishes if differs(wish.seen, now.get(wish.item))]
    stale = [wish for wish in changed if wish.version != version_of(now.get(wish.item))]
    known = rows_of(employee, rater_id, stale)
    collided = [wish for wish in stale if differs(wish.seen, known.get(wish.item))]
    if collided:
        raise Collision({wish.item: now.get(wish.item) for wish in collided})
    return [
        add(employee, rater_id, wish.item, wish.seen, corrected(now.get(wish.item)))
        for wish in changed
        if wish not in stale
    ]


def hold(employee: Employee) -> None:
    """Let saves about one person wait for each other until the commit."""
    db.session.execute(
        select(Employee.id)
        .where(Employee.id == employee.id)
        .with_for_update(key_share=True)
    )


def differs(seen: Seen, row: Rating | None) -> bool:
    before = seen_of(row)
    if seen.example is None:
        return seen[:2] != before[:2]
    return seen != before


def rows_of(
    employee: Employee, rater_id: int, wishes: Iterable[Wish]
) -> Mapping[Item, Rating]:
    """Return by item the rows that were the newest when the wishes were typed."""
    ids = [id_of(wish.version) for wish in wishes]
    rows = db.session.scalars(
        select(Rating).where(
            Rating.id.in_(ids),
            Rating.employee_id == employee.id,
            Rating.rater_id == rater_id,
        )
    )
    return {item_of(row): row for row in rows}


def id_of(version: str | None) -> int:
    """Return the id that a version names; 0, which no row has, where it is none."""
    if version and version.isascii() and version.isdigit() and len(version) < 10:
        return int(version)
    return 0


def corrected(row: Rating | None) -> int | None:
    """Return the id of `row` where the next one follows so soon that it corrects it."""
    if row is None or row.created_at < utc_now() - CORRECTS:
        return None
    return row.id


def add(
    employee: Employee, rater_id: int, item: Item, seen: Seen, answers: int | None
) -> Rating:
    row = Rating(
        team_id=employee.team_id,
        employee_id=employee.id,
        task_id=item.task_id,
        criterion=item.criterion,
        state=seen.state,
        score=seen.score,
        example=seen.example or "",
        different=seen.different,
        seen_on=seen.seen_on,
        rater_id=rater_id,
        answers_id=answers,
    )
    db.session.add(row)
    db.session.flush()
    return row


def undo(employee: Employee, rater_id: int, ids: Collection[int]) -> list[Rating]:
    """Add for each of these rows one with the values from before it, and return those.

    Where there was none before, it is withdrawn. Ids of others' rows are passed over.
    Raises Collision, with nothing added, where one of them is the newest no more. The
    caller commits.
    """
    hold(employee)
    rows = db.session.scalars(
        select(Rating)
        .where(
            Rating.id.in_(ids),
            Rating.employee_id == employee.id,
            Rating.rater_id == rater_id,
        )
        .order_by(Rating.id)
    ).all()
    now = newest(employee, rater_id, [row.task_id for row in rows if row.task_id])
    passed = {item_of(row): now[item_of(row)] for row in rows}
    late = {item: passed[item] for item in passed if passed[item].id not in ids}
    if late:
        raise Collision(late)
    return [
        add(employee, rater_id, item_of(row), seen_of(before(row)), row.id)
        for row in rows
    ]


def before(row: Rating) -> Rating | None:
    """Return the same rater's row of the same item that `row` came after."""
    return db.session.scalar(
        select(Rating)
        .where(
            Rating.id < row.id,
            Rating.employee_id == row.employee_id,
            Rating.rater_id == row.rater_id,
            Rating.criterion == row.criterion,
            Rating.task_id.is_not_distinct_from(row.task_id),
        )
        .order_by(Rating.id.desc())
        .limit(1)
    )
