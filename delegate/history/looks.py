"""What was seen of one person over time, and how one manager's scores are spread.

A row that was withdrawn, or corrected by a later one, is no look. Knows no page and no
words.
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from .. import i18n
from ..models import Employee, Manager, Rating, db

MOST = 24
"""Most looks of one criterion that are read: the newest."""


class Look(NamedTuple):
    """What one manager saw of one criterion; no score: no chance to see it.

    `day` is when it was seen, `kept_on` when it was said.
    """

    criterion: str
    task_id: int | None
    score: int | None
    day: date
    kept_on: date
    rater_id: int | None
    by: str


def of(employee: Employee, tasks: Collection[int] = ()) -> list[Look]:
    """Return the newest looks of each of the four, and of how known these tasks are.

    Oldest first, in one query.
    """
    about = (Rating.team_id == employee.team_id, Rating.employee_id == employee.id)
    number = func.row_number().over(
        partition_by=(Rating.criterion, Rating.task_id, Rating.rater_id),
        order_by=Rating.id.desc(),
    )
    newest = (
        select(Rating.id, number.label("number"))
        .where(
            *about,
            or_(Rating.task_id.is_(None), Rating.task_id.in_(tasks)),
            is_look(*about),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(Rating, Manager.name, Manager.email)
        .join(newest, newest.c.id == Rating.id)
        .outerjoin(Manager, Manager.id == Rating.rater_id)
        .where(newest.c.number <= MOST)
        .order_by(Rating.id)
    )
    return [look_of(row, name or email or "") for row, name, email in rows]


def is_look(*about: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition on a rating that it is a look; `about` says of whom."""
    corrected = select(Rating.answers_id).where(*about, Rating.answers_id.is_not(None))
    return and_(Rating.state != "withdrawn", Rating.id.not_in(corrected))


def look_of(row: Rating, by: str) -> Look:
    kept_on = i18n.as_date(row.created_at)
    return Look(
        row.criterion,
        row.task_id,
        row.score,
        row.seen_on or kept_on,
        kept_on,
        row.rater_id,
        by,
    )


class Spread(NamedTuple):
    """Of how many scores how many are one and the same."""

    score: int
    times: int
    scores: int


ENOUGH = 12
"""Scores before their spread says anything."""

MOSTLY = 0.8
"""The part of all scores that makes one of them stand out."""


def spread(team_id: int, rater_id: int) -> Spread | None:
    """Return the score that one rater gives nearly always in a team, if there is one.

    Counts the newest of each criterion, of people who are there.
    """
    last = (
        select(func.max(Rating.id))
        .where(
            Rating.team_id == team_id,
            Rating.rater_id == rater_id,
            Rating.task_id.is_(None),
        )
        .group_by(Rating.employee_id, Rating.criterion)
    )
    rows = db.session.execute(
        select(Rating.score, func.count())
        .join(Employee, Employee.id == Rating.employee_id)
        .where(
            Rating.id.in_(last),
            Rating.score.is_not(None),
            Employee.removed_at.is_(None),
        )
        .group_by(Rating.score)
    )
    return leaning({score: times for score, times in rows if score})


def leaning(counts: dict[int, int]) -> Spread | None:
    """Return the score that stands out among `counts`, if it does.

    >>> leaning({4: 24, 3: 3, 5: 1})
    Spread(score=4, times=24, scores=28)
    >>> leaning({4: 9, 3: 3}), leaning({4: 11})
    (None, None)
    """
    total = sum(counts.values())
    if total < ENOUGH:
        return None
    score = max(counts, key=lambda one: counts[one])
    if counts[score] < MOSTLY * total:
        return None
    return Spread(score, counts[score], total)
