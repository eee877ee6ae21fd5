"""A whole team at once: the few facts that a board is made of, read in bulk.

Beside `planning`, which knows everything about a few pairs, this knows little about
many. A row a person and a row a task are read for the whole team, and so are the pairs
that are sparse by nature: who does a task now, and who knows the tasks the manager does
still. All the other pairs cost something only once they are shown. What the rules say
of the same facts is remembered: they give the same answer always.

The queries are made once, as SQLAlchemy would else spend longer on their making than
the database on the answer. Knows no request, no page and no language.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from . import rules
from .models import (
    LIVE_STATES,
    Agreement,
    Employee,
    Pair,
    Rating,
    Safeguard,
    Task,
    db,
    task_facts,
)
from .planning import LAST_MOMENT, LOOK_AGAIN, LOOKS_BACK, Key, is_watched, last

Scores = tuple[int, ...]
"""The four criteria in the order of the rules; 0 is not observed, or still open."""


class Answers(NamedTuple):
    """What the manager knows of a task; None is a question not answered yet."""

    stakes: str | None
    undo: str | None
    outcome_clear: str | None
    limits_clear: str | None
    reserved: bool


class Person(NamedTuple):
    """Someone at the head of a column, and the ratings that ask for another look."""

    id: int
    name: str
    scores: Scores
    ratings: Sequence[int]

    @property
    def old(self) -> int:
        """How many of the scores ask for another look."""
        return len(self.ratings)


class Work(NamedTuple):
    """A task at the head of a row."""

    id: int
    title: str
    answers: Answers
    reserved_why: str
    still_with_me: bool

    @property
    def to_answer(self) -> bool:
        return None in self.answers and not self.answers.reserved


class Matter(NamedTuple):
    """A pair where something goes on now, against what the rules say of it."""

    current: rules.Level | None
    advice: rules.Recommendation
    posture: rules.Posture | None
    look_back_on: date | None

    @property
    def room(self) -> int:
        """Steps that could still be let go; 0 where that is not known for sure."""
        if self.current is None or self.advice.level is None or self.advice.provisional:
            return 0
        return max(0, self.advice.level - self.current)


class Overview(NamedTuple):
    """What is read for the whole team: people by name, tasks, and the sparse pairs."""

    people: Sequence[Person]
    tasks: Sequence[Work]
    matters: Mapping[Key, Matter]


employee, task, rating, pair, agreement, safeguard = (
    cast(Table, model.__table__)
    for model in (Employee, Task, Rating, Pair, Agreement, Safeguard)
)

IN_TEAM: BindParameter[int] = bindparam("team_id")

SCORE = 0b111
OLD = 0b1000
WITHDRAWN = 0b10000
ID = 0b100000
OWN = 1 << 40


def packed(row: FromClause) -> ColumnElement[int]:
    """Return a rating as one number: the greatest is the rater's own, then the newest.

    Its last bits are the score, whether that is old, and whether it is withdrawn.
    """
    return (
        case(
            (row.c.rater_id == bindparam("rater_id"), literal(OWN, BigInteger)), else_=0
        )
        + row.c.id.cast(BigInteger) * ID
        + case((row.c.state == "withdrawn", WITHDRAWN), else_=0)
        + case(
            (row.c.seen_on < bindparam("old_day", type_=Date), OLD),
            (row.c.seen_on.is_not(None), 0),
            (row.c.created_at < bindparam("old_moment", type_=DateTime), OLD),
            else_=0,
        )
        + func.coalesce(row.c.score, 0)
    )


NEWEST = func.max(packed(rating))
"""The rating that counts, unless it is withdrawn: then `counting` looks further.

A greatest number is found in one pass along the index; ranking whole rows takes the
database several times as long.
"""


def counting(
    newest: ColumnElement[int],
    employee_id: ColumnElement[int],
    criterion: str,
    task_id: ColumnElement[int] | None = None,
) -> ColumnElement[int]:
    """Return `newest`, or where that is withdrawn the rating of another that counts.

    Whoever withdrew the newest has none. The other is looked up only where it is
    needed, as a CASE does not work out what it does not choose.
    """
    kept, last = rating.alias(), rating.alias()
    about = (
        kept.c.team_id == IN_TEAM,
        kept.c.employee_id == employee_id,
        kept.c.criterion == criterion,
        kept.c.task_id.is_(None) if task_id is None else kept.c.task_id == task_id,
    )
    last_of_rater = select(func.max(last.c.id)).where(
        last.c.team_id == kept.c.team_id,
        last.c.employee_id == kept.c.employee_id,
        last.c.criterion == kept.c.criterion,
        last.c.task_id.is_not_distinct_from(kept.c.task_id),
        last.c.rater_id.is_not_distinct_from(kept.c.rater_id),
    )
    other = select(func.max(packed(kept))).where(
        *about,
        kept.c.state != "withdrawn",
        kept.c.id == last_of_rater.correlate(kept).scalar_subquery(),
    )
    withdrawn = newest.op("&", return_type=BigInteger())(WITHDRAWN) != 0
    return case((withdrawn, other.scalar_subquery()), else_=newest)


SEEN = (
    select(
        employee.c.id,
        employee.c.name,
        *(
            NEWEST.filter(rating.c.criterion == criterion).label(criterion)
            for criterion in rules.CRITERIA
        ),
    )
    .outerjoin_from(
        employee,
        rating,
        and_(
            rating.c.team_id == employee.c.team_id,
            rating.c.employee_id == employee.c.id,
            rating.c.criterion.in_(rules.CRITERIA),
        ),
    )
    .where(
        employee.c.team_id == IN_TEAM,
        employee.c.removed_at.is_(None),
        or_(employee.c.left_on.is_(None), employee.c.left_on > bindparam("today")),
    )
    .group_by(employee.c.id)
    .subquery()
)

PEOPLE = select(
    SEEN.c.id,
    SEEN.c.name,
    *(
        counting(SEEN.c[criterion], SEEN.c.id, criterion).label(criterion)
        for criterion in rules.CRITERIA
    ),
)

ACTIVE = and_(
    task.c.team_id == IN_TEAM, task.c.archived_at.is_(None), task.c.removed_at.is_(None)
)

TASKS = select(
    task.c.id,
    task.c.title,
    task.c.reserved_why,
    task.c.with_me,
    task.c.stakes,
    task.c.undo,
    task.c.outcome_clear,
    task.c.limits_clear,
    task.c.reserved,
).where(ACTIVE)

GUARDED = (
    select(
        func.sum(
            case(
                {name: 1 << bit for bit, name in enumerate(rules.CRITERIA)},
                value=safeguard.c.criterion,
            )
        )
    )
    .where(safeguard.c.agreement_id == agreement.c.id, agreement.c.state == "agreed")
    .scalar_subquery()
)

LOOKS_BACK_NOW = agreement.c.state.in_(LOOKS_BACK)

# Looked up pair by pair along the index: joined and grouped, PostgreSQL compares every
# pair with every rating for as long as it has not counted the rows.
KNOWN = (
    select(NEWEST)
    .where(
        rating.c.team_id == pair.c.team_id,
        rating.c.employee_id == pair.c.employee_id,
        rating.c.criterion == "familiarity",
        rating.c.task_id == pair.c.task_id,
    )
    .scalar_subquery()
)

GOING_ON = (
    select(
        pair.c.employee_id,
        pair.c.task_id,
        KNOWN.label("familiarity"),
        pair.c.current,
        case((LOOKS_BACK_NOW, agreement.c.look_back_on)).label("look_back_on"),
        GUARDED.label("guarded"),
        LAST_MOMENT.label("moment_on"),
    )
    .outerjoin_from(
        pair,
        agreement,
        and_(
            agreement.c.team_id == pair.c.team_id,
            agreement.c.employee_id == pair.c.employee_id,
            agreement.c.task_id == pair.c.task_id,
            agreement.c.state.in_(LIVE_STATES),
        ),
    )
    .where(
        pair.c.team_id == IN_TEAM,
        or_(pair.c.current.is_not(None), LOOKS_BACK_NOW),
    )
)

# Of a task there are familiarities only. To say so, or to group by person first, makes
# SQLite read every rating of the team instead of those of the manager's own tasks.
WITH_ME = (
    select(
        rating.c.employee_id,
        rating.c.task_id,
        NEWEST.label("familiarity"),
        null().label("current"),
        null().label("look_back_on"),
        null().label("guarded"),
        null().label("moment_on"),
    )
    .where(
        rating.c.team_id == IN_TEAM,
        rating.c.task_id.in_(select(task.c.id).where(ACTIVE, task.c.with_me)),
    )
    .group_by(rating.c.task_id, rating.c.employee_id)
)

GOING_ON_OR_WITH_ME = union_all(GOING_ON, WITH_ME).subquery()

FAMILIAR = (
    select(rating.c.employee_id, rating.c.task_id, NEWEST.label("familiarity"))
    .where(
        rating.c.team_id == IN_TEAM,
        rating.c.criterion == "familiarity",
        rating.c.employee_id.in_(bindparam("people", expanding=True)),
        rating.c.task_id.in_(bindparam("tasks", expanding=True)),
    )
    .group_by(rating.c.employee_id, rating.c.task_id)
    .subquery()
)


def with_familiarity(found: FromClause) -> Select[Any]:
    """Return the query for what is found, with the familiarity that counts."""
    who, what, newest, *others = found.c
    return select(who, what, counting(newest, who, "familiarity", what), *others)


MATTERS = with_familiarity(GOING_ON_OR_WITH_ME)
FAMILIARITY = with_familiarity(FAMILIAR)


def overview(team_id: int, rater_id: int, today: date) -> Overview:
    """Return what is read for the whole team, in three queries."""
    connection, asked = db.session.connection(), facts_asked(team_id, rater_id, today)
    people = {row[0]: person(row) for row in connection.execute(PEOPLE, asked).all()}
    tasks = connection.execute(TASKS, asked).all()
    answers = {row[0]: Answers._make(row[4:]) for row in tasks}
    matters, ready = judged(
        people, answers, connection.execute(MATTERS, asked).all(), today
    )
    return Overview(
        sorted(people.values(), key=lambda one: (one.name.casefold(), one.id)),
        [
            Work(id, title, answers[id], why, with_me and id in ready)
            for id, title, why, with_me, *_ in tasks
        ],
        matters,
    )


def familiarity(
    team_id: int,
    rater_id: int,
    today: date,
    people: Collection[int],
    tasks: Collection[int],
) -> Mapping[Key, int]:
    """Return how familiar these people are with these tasks, where it was scored."""
    asked = facts_asked(team_id, rater_id, today)
    asked |= {"people": people, "tasks": tasks}
    rows = db.session.connection().execute(FAMILIARITY, asked).all()
    return {(who, what): (code or 0) & SCORE for who, what, code in rows}


def facts_asked(team_id: int, rater_id: int, today: date) -> dict[str, Any]:
    """Return the values that the queries leave open."""
    old = today - LOOK_AGAIN
    return {
        "team_id": team_id,
        "rater_id": rater_id,
        "today": today,
        "old_day": old,
        "old_moment": datetime.combine(old, time.min),
    }


def person(row: Any) -> Person:
    codes: list[int] = [code or 0 for code in row[2:]]
    scores = tuple([code & SCORE for code in codes])
    old = [code % OWN // ID for code in codes if code & OLD and code & SCORE]
    return Person(row[0], row[1], scores, old)


def judged(
    people: Mapping[int, Person],
    answers: Mapping[int, Answers],
    rows: Iterable[Any],
    today: date,
) -> tuple[Mapping[Key, Matter], Collection[int]]:
    """Return the pairs where something goes on, and the tasks someone is ready for."""
    matters = {}
    advices = defaultdict(list)
    for who, what, code, current, look_back_on, guarded, moment_on in rows:
        if who not in people or what not in answers:
            continue
        known = (code or 0) & SCORE
        facts = people[who].scores, known, answers[what], guarded or 0
        advice = advise(*facts)
        advices[what].append(advice)
        if current is not None or look_back_on is not None:
            watched = is_watched(last(look_back_on, moment_on), today)
            posture = stance(current, watched, *facts)
            level = None if current is None else rules.Level(current)
            matters[who, what] = Matter(level, advice, posture, look_back_on)
    ready = {
        what for what, found in advices.items() if rules.still_with_me(True, found)
    }
    return matters, ready


@lru_cache(maxsize=8192)
def advise(
    scores: Scores, familiarity: int, answers: Answers, guarded: int = 0
) -> rules.Recommendation:
    """Return what the rules say of these facts.

    `guarded` has a bit for each criterion that an agreement in force guards.
    """
    rated = zip(rules.CRITERIA, scores, strict=True)
    return rules.recommend(
        rules.Ratings(
            **{name: score or None for name, score in rated},
            familiarity=familiarity or None,
        ),
        task_facts(*answers),
        [name for bit, name in enumerate(rules.CRITERIA) if guarded & 1 << bit],
    )


@lru_cache(maxsize=8192)
def stance(
    current: int | None,
    watched: bool,
    scores: Scores,
    familiarity: int,
    answers: Answers,
    guarded: int,
) -> rules.Posture | None:
    """Return what the rules say of how it goes now, against what they advise."""
    now = None if current is None else rules.Level(current)
    advice = advise(scores, familiarity, answers, guarded)
    return rules.posture(now, advice, watched=watched)
