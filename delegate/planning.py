"""Gathers the facts once, asks the rules, and hands back the answers.

The same few queries serve one pair, one person, one task and a whole board. Nothing
is decided here that the rules can decide, and nothing is said: codes only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from . import rules
from .models import (
    LIVE_STATES,
    Agreement,
    CheckIn,
    Employee,
    LookBack,
    Pair,
    PairEvent,
    Rating,
    Safeguard,
    Task,
    db,
)

OVERDUE = timedelta(days=7)
"""How long a moment that has passed still counts as watched."""

LOOKS_BACK = ("agreed", "looked_back")
"""The states of an agreement in which its day to look back still lies open."""

COMING = timedelta(days=6)
"""How far ahead the coming week reaches, today itself not counted."""

LOOK_AGAIN = timedelta(days=182)
"""How old a rating may be before it asks to be looked at again."""

Key = tuple[int, int]
"""An employee's id and a task's."""

Newest = Mapping[tuple[int, str, int | None], Row[Any]]
"""The rating that counts, by employee, criterion and (for familiarity) task."""


class Live(NamedTuple):
    """What there is to know at a glance of the live agreement of a pair."""

    id: int
    state: str
    level: rules.Level
    look_back_on: date | None
    safeguards: frozenset[str]
    moment_on: date | None = None
    """The last moment that lies open beside it, as `LAST_MOMENT` tells."""


class Now(NamedTuple):
    """How it goes now with one pair, and the live agreement on it."""

    current: rules.Level | None
    version: int
    agreement: Live | None


class Facts(NamedTuple):
    """Everything the rules need to know of some people and some tasks."""

    newest: Newest
    now: Mapping[Key, Now]
    today: date

    def in_hand(self, employee_id: int) -> set[int]:
        """Return the tasks, by id, that someone does now, or has an agreement on."""
        return {
            task_id
            for (who, task_id), now in self.now.items()
            if who == employee_id and (now.current or now.agreement)
        }


class Outcome(NamedTuple):
    """What the rules say of one person and one task, beside how it goes now."""

    employee_id: int
    task_id: int
    ratings: rules.Ratings
    advice: rules.Recommendation
    current: rules.Level | None
    agreement: Live | None
    watched: bool
    posture: rules.Posture | None

    @property
    def room(self) -> int:
        """Steps that could still be let go; 0 where that is not known for sure."""
        if self.current is None or self.advice.level is None or self.advice.provisional:
            return 0
        return max(0, self.advice.level - self.current)

    @property
    def agreed_otherwise(self) -> rules.Level | None:
        """The level that is agreed, where it goes at another one now, or at none."""
        live = self.agreement
        is_agreed = live is not None and live.state in LOOKS_BACK
        return live.level if live and is_agreed and live.level != self.current else None


NOTHING_YET = Now(current=None, version=0, agreement=None)


def gather(
    team_id: int,
    rater_id: int,
    today: date,
    *,
    employees: Sequence[int] | None = None,
    tasks: Sequence[int] | None = None,
) -> Facts:
    """Return the facts of a team, or of these employees and tasks of it only."""
    return Facts(
        newest_ratings(team_id, rater_id, employees=employees, tasks=tasks),
        now_of(team_id, employees=employees, tasks=tasks),
        today,
    )


def newest_ratings(
    team_id: int,
    rater_id: int,
    *,
    employees: Sequence[int] | None = None,
    tasks: Sequence[int] | None = None,
) -> Newest:
    """Return the ratings that count: the rater's own newest, else another's.

    Whoever withdrew the newest has none: what came before it was undone with it.
    """
    last = (
        select(func.max(Rating.id))
        .where(Rating.team_id == team_id)
        .group_by(Rating.employee_id, Rating.criterion, Rating.task_id, Rating.rater_id)
    )
    if employees is not None:
        last = last.where(Rating.employee_id.in_(employees))
    if tasks is not None:
        last = last.where(or_(Rating.task_id.is_(None), Rating.task_id.in_(tasks)))
    own_last = case((Rating.rater_id == rater_id, 1), else_=0)
    found = select(
        Rating.employee_id,
        Rating.criterion,
        Rating.task_id,
        Rating.state,
        Rating.score,
        Rating.id,
        Rating.example,
        Rating.different,
        Rating.seen_on,
        Rating.rater_id,
        Rating.created_at,
    ).where(Rating.id.in_(last), Rating.state != "withdrawn")
    rows: Iterable[Any] = db.session.execute(found.order_by(own_last, Rating.id))
    return {(row.employee_id, row.criterion, row.task_id): row for row in rows}


LAST_CHECK_IN = (
    select(func.max(CheckIn.day))
    .where(CheckIn.agreement_id == Agreement.id, CheckIn.kept_at.is_(None))
    .correlate(Agreement)
    .scalar_subquery()
)
"""The last check-in that lies open, within a query that knows the agreement."""

BEFORE = aliased(Agreement)

INSTEAD = (
    select(LookBack.id)
    .join(BEFORE, BEFORE.id == LookBack.agreement_id)
    .where(
        BEFORE.team_id == Agreement.team_id,
        BEFORE.employee_id == Agreement.employee_id,
        BEFORE.task_id == Agreement.task_id,
        BEFORE.closed_at == Agreement.created_at,
    )
    .correlate(Agreement)
    .exists()
)
"""Whether it came instead of an agreement that the two looked back on."""


def levels_after(employee_id: int) -> dict[int, int | None]:
    """Return by agreement at which level the draft began that came instead of it."""
    query = (
        select(BEFORE.id, PairEvent.value)
        .join(
            Agreement,
            and_(
                Agreement.employee_id == BEFORE.employee_id,
                Agreement.task_id == BEFORE.task_id,
                Agreement.created_at == BEFORE.closed_at,
                Agreement.id > BEFORE.id,
            ),
        )
        .join(PairEvent, PairEvent.agreement_id == Agreement.id)
        .where(BEFORE.employee_id == employee_id, PairEvent.kind == "drafted")
    )
    return {row.id: row.value for row in db.session.execute(query)}


LAST_MOMENT = case(
    (Agreement.state.in_(LOOKS_BACK), LAST_CHECK_IN),
    (INSTEAD, Agreement.look_back_on),
)
"""The last check-in that lies open; of a draft, the day named on looking back."""


def now_of(
    team_id: int,
    *,
    employees: Sequence[int] | None = None,
    tasks: Sequence[int] | None = None,
) -> Mapping[Key, Now]:
    """Return how it goes now, with the live agreement, for the pairs that have any."""
    query = (
        select(
            Pair.employee_id,
            Pair.task_id,
            Pair.current,
            Pair.version,
            Agreement.id,
            Agreement.state,
            Agreement.level,
            Agreement.look_back_on,
            Safeguard.criterion,
            LAST_MOMENT.label("moment_on"),
        )
        .outerjoin(Pair.agreements.and_(Agreement.state.in_(LIVE_STATES)))
        .outerjoin(Agreement.safeguards)
        .where(Pair.team_id == team_id)
    )
    if employees is not None:
        query = query.where(Pair.employee_id.in_(employees))
    if tasks is not None:
        query = query.where(Pair.task_id.in_(tasks))
    rows: defaultdict[Key, list[Row[Any]]] = defaultdict(list)
    for row in db.session.execute(query):
        rows[row.employee_id, row.task_id].append(row)
    return {key: now_from(found) for key, found in rows.items()}


def now_from(rows: Sequence[Row[Any]]) -> Now:
    """Return one pair's state from its rows, one for each safeguard."""
    first = rows[0]
    agreement = None
    if first.id is not None:
        agreement = Live(
            first.id,
            first.state,
            rules.Level(first.level),
            first.look_back_on,
            frozenset(row.criterion for row in rows if row.criterion),
            first.moment_on,
        )
    current = rules.Level(first.current) if first.current else None
    return Now(current, first.version, agreement)


def scores(facts: Facts, employee_id: int, task_id: int | None) -> rules.Ratings:
    """Return the ratings as the rules take them: open and not observed are None."""
    rated = {
        criterion: score_of(facts.newest.get((employee_id, criterion, None)))
        for criterion in rules.CRITERIA
    }
    familiar = score_of(facts.newest.get((employee_id, "familiarity", task_id)))
    return rules.Ratings(**rated, familiarity=familiar)


def score_of(row: Row[Any] | None) -> int | None:
    score: int | None = row.score if row is not None else None
    return score


def outcome(facts: Facts, employee_id: int, task: Task) -> Outcome:
    """Ask the rules about one person and one task."""
    ratings = scores(facts, employee_id, task.id)
    now = facts.now.get((employee_id, task.id), NOTHING_YET)
    live = now.agreement
    agreed = live if live and live.state == "agreed" else None
    safeguards = agreed.safeguards if agreed else frozenset()
    advice = rules.recommend(ratings, task.facts(), safeguards)
    looks_back = live.look_back_on if live and live.state in LOOKS_BACK else None
    moment_on = live.moment_on if live else None
    watched = is_watched(last(looks_back, moment_on), facts.today)
    return Outcome(
        employee_id,
        task.id,
        ratings,
        advice,
        now.current,
        now.agreement,
        watched,
        rules.posture(now.current, advice, watched=watched),
    )


def last(*days: date | None) -> date | None:
    """Return the last of the days there are."""
    return max(filter(None, days), default=None)


def is_watched(last_open: date | None, today: date) -> bool:
    """Tell whether there is an open day to look back or check in, and not long past.

    `last_open` is the last of those days.
    """
    return last_open is not None and last_open >= today - OVERDUE


def pair(employee: Employee, task: Task, rater_id: int, today: date) -> Outcome:
    """Return what the rules say of one person and one task."""
    facts = gather(
        task.team_id, rater_id, today, employees=[employee.id], tasks=[task.id]
    )
    return outcome(facts, employee.id, task)


def outcomes(
    facts: Facts, employees: Iterable[int], tasks: Iterable[Task]
) -> Iterator[Outcome]:
    """Yield what the rules say of each of these people and tasks, task by task."""
    people = list(employees)
    for task in tasks:
        for employee_id in people:
            yield outcome(facts, employee_id, task)


def active_tasks(team_id: int) -> Sequence[Task]:
    """Return the team's tasks that are neither archived nor removed, by title."""
    return db.session.scalars(
        select(Task)
        .where(
            Task.team_id == team_id,
            Task.archived_at.is_(None),
            Task.removed_at.is_(None),
        )
        .order_by(func.lower(Task.title), Task.id)
    ).all()


def active_employees(team_id: int, today: date) -> Sequence[Employee]:
    """Return the team's people who are there, by name: also who leaves after today."""
    return db.session.scalars(
        select(Employee)
        .where(
            Employee.team_id == team_id,
            Employee.removed_at.is_(None),
            is_there(today),
        )
        .order_by(func.lower(Employee.name), Employee.id)
    ).all()


def is_there(today: date) -> ColumnElement[bool]:
    """Return the condition on people who have not left."""
    return or_(Employee.left_on.is_(None), Employee.left_on > today)


def seen_states(facts: Facts, employee_id: int) -> tuple[str, ...]:
    """Return "scored", "unseen" or "open" for each of the four criteria."""
    return tuple(
        state_of(facts.newest.get((employee_id, criterion, None)))
        for criterion in rules.CRITERIA
    )


def state_of(row: Row[Any] | None) -> str:
    return "open" if row is None or row.state == "withdrawn" else str(row.state)


def is_old(row: Row[Any] | None, today: date) -> bool:
    """Tell whether a score was given so long ago that it asks for another look."""
    if row is None or row.score is None:
        return False
    seen: date = row.seen_on or row.created_at.date()
    return seen < today - LOOK_AGAIN


def still_with_me(task: Task, found: Iterable[Outcome]) -> bool:
    """Tell whether the manager does what someone is known to be ready for."""
    return rules.still_with_me(task.with_me, (one.advice for one in found))
