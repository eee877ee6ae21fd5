"""A team as tables to take along: people, tasks, ratings, levels and agreements.

Each table is rows of cells in words spoken now, the names of its columns first; an
import knows those of people and tasks again. Rows are read as they are written, so that
years of them take no more room than one. Nothing is added up, and nobody is ranked.
Knows no requests and no files.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, select

from . import i18n, planning, rules, wording
from .database import streamed
from .models import (
    Agreement,
    Employee,
    Manager,
    Rating,
    Remark,
    Task,
    Team,
    db,
)
from .rules import Recommendation
from .sheets.columns import FIELDS, Kind
from .sheets.words import FIELDS as FIELD_WORDS
from .sheets.writing import Cell, Cells

FEW = 10_000
"""How many advices are kept in words while levels are written."""

TITLES = {
    "people": _("People"),
    "tasks": _("Tasks"),
    "ratings": _("Ratings"),
    "levels": _("Levels"),
    "agreements": _("Agreements"),
}

ANSWERS: Mapping[str, Mapping[Any, Any]] = {
    "stakes": wording.STAKES,
    "undo": wording.UNDO,
    "outcome_clear": wording.CLARITY,
    "limits_clear": wording.CLARITY,
}

PERSON_TOO = {
    "next_talk_at": _("Next conversation"),
    "left_on": _("Has left on"),
    "entrusted": _("What I entrust to this person"),
    "asks_of_me": _("What this person needs from me"),
    "count_on_me": _("Can count on me for"),
    "learning": _("What we learn together"),
}
TASK_TOO = {"archived_at": _("Put away on")}

RATING_STATES = {
    "scored": _("seen"),
    "unseen": wording.UNSEEN,
    "withdrawn": _("withdrawn"),
}

AGREED = {
    "reason": _("Reason, if it differs from the advice"),
    "outcome": _("The outcome"),
    "limits": _("The limits"),
    "why_you": _("Why you"),
    "decides": _("You decide"),
    "asks_first": _("You ask first"),
    "stays": _("Stays with me"),
    "inform": _("Moments to inform me"),
    "help": _("How to ask for help"),
    "resources": _("What is needed"),
    "closing_reason": _("Why, in a line that both can read"),
}


def about(team: Team) -> Iterator[Cells]:
    """Yield what should be known of the tables, for who has only these."""
    yield [team.name]
    yield [str(wording.PURPOSE)]
    yield [str(wording.ADVICE)]
    yield [str(wording.WORKING_NOTE)]
    yield [gettext("Made on %(day)s.", day=i18n.day(i18n.today()))]


def cell(field: str, value: Any) -> Cell:
    """Return a value of a column as a reader knows it."""
    if field in ANSWERS:
        return str(ANSWERS[field].get(value, ""))
    if isinstance(value, bool):
        return yes_or_no(value)
    return here(value) if isinstance(value, datetime) else value


def yes_or_no(value: bool) -> str:
    return str(gettext("yes") if value else gettext("no"))


def here(moment: datetime) -> datetime:
    """Return a moment of the database as it is on the clock here, for a sheet."""
    return i18n.local(moment).replace(tzinfo=None)


def listed(
    model: Any, fields: Mapping[str, Any], query: Select[Any]
) -> Iterator[Cells]:
    """Yield the rows of `query` on `model`, with the words of `fields` above them."""
    yield [str(words) for words in fields.values()]
    for row in streamed(
        query.with_only_columns(*(getattr(model, name) for name in fields))
    ):
        yield [cell(*one) for one in zip(fields, row, strict=True)]


def people(team: Team, _manager: Manager) -> Iterator[Cells]:
    fields = [one for one in FIELDS[Kind.PEOPLE] if hasattr(Employee, one)]
    known = {field: FIELD_WORDS[field] for field in fields}  # a name is kept whole
    mine = select(Employee).where(
        Employee.team_id == team.id, Employee.removed_at.is_(None)
    )
    by_name = mine.order_by(func.lower(Employee.name), Employee.id)
    return listed(Employee, {**known, **PERSON_TOO}, by_name)


def tasks(team: Team, _manager: Manager) -> Iterator[Cells]:
    known = {field: FIELD_WORDS[field] for field in FIELDS[Kind.TASKS]}
    mine = select(Task).where(Task.team_id == team.id, Task.removed_at.is_(None))
    by_title = mine.order_by(func.lower(Task.title), Task.id)
    return listed(Task, {**known, **TASK_TOO}, by_title)


def ratings(team: Team, manager: Manager) -> Iterator[Cells]:
    """Yield every rating there ever was, and which of them counts for `manager` now."""
    yield [
        gettext("Name"),
        gettext("Criterion"),
        gettext("Task"),
        gettext("Counts now"),
        gettext("State"),
        gettext("Score"),
        gettext("Different, not wrong"),
        gettext("Example"),
        gettext("Seen on"),
        gettext("Written on"),
        gettext("Written by"),
        gettext("What they said of it"),
    ]
    counting = {row.id for row in planning.newest_ratings(team.id, manager.id).values()}
    rated = (
        select(Rating, Employee.name, Task.title, Manager.name, Remark.text)
        .join(Employee, Employee.id == Rating.employee_id)
        .outerjoin(Task, Task.id == Rating.task_id)
        .outerjoin(Manager, Manager.id == Rating.rater_id)
        .outerjoin(Remark, Remark.rating_id == Rating.id)
        .where(
            Rating.team_id == team.id,
            Employee.removed_at.is_(None),
            Task.removed_at.is_(None),
        )
        .order_by(func.lower(Employee.name), Employee.id, Rating.id.desc())
    )
    for row, name, title, rater, remark in streamed(rated):
        yield [
            name,
            str(wording.CRITERIA[row.criterion]),
            title,
            yes_or_no(row.id in counting),
            str(RATING_STATES[row.state]),
            row.score,
            yes_or_no(row.different),
            row.example,
            row.seen_on,
            here(row.created_at),
            rater,
            remark,
        ]
        db.session.expunge(row)


def levels(team: Team, manager: Manager) -> Iterator[Cells]:
    """Yield what the rules say of everyone here and every task that is not put away."""
    yield [
        gettext("Task"),
        gettext("Name"),
        gettext("Level"),
        gettext("What the level is called"),
        gettext("Provisional"),
        gettext("What holds it"),
        gettext("How it goes now"),
    ]
    today = i18n.today()
    facts = planning.gather(team.id, manager.id, today)
    names = {one.id: one.name for one in planning.active_employees(team.id, today)}
    work = planning.active_tasks(team.id)
    titles = {task.id: task.title for task in work}
    said = lru_cache(FEW)(in_words)  # many pairs rest on the same facts
    for found in planning.outcomes(facts, names, work):
        yield [
            titles[found.task_id],
            names[found.employee_id],
            *said(found.advice),
            found.current and int(found.current),
        ]


def in_words(advice: Recommendation) -> Cells:
    """Return the level with its name, whether it is provisional, and what holds it."""
    level = advice.level
    name = str(wording.LEVELS[level]) if level else ""
    return level and int(level), name, yes_or_no(advice.provisional), why(advice)


def why(advice: Recommendation) -> str:
    """Say what the level rests on, or why there is none."""
    if advice.reserved:
        return str(gettext("It stays with me"))
    if advice.missing:
        return str(wording.MISSING[advice.missing[0]])
    return wording.held_back(advice, advice.ratings)


def agreements(team: Team, _manager: Manager) -> Iterator[Cells]:
    """Yield every agreement there ever was, each with its safeguards."""
    yield [
        gettext("Name"),
        gettext("Task"),
        gettext("State"),
        gettext("Level"),
        gettext("Level that was advised"),
        *map(str, AGREED.values()),
        *(str(wording.SAFEGUARDS[name]).capitalize() for name in rules.CRITERIA),
        gettext("We look back on"),
        gettext("Written on"),
        gettext("Agreed on"),
        gettext("Ended on"),
        gettext("Written by"),
    ]
    agreed = (
        select(Agreement, Employee.name, Task.title, Manager.name)
        .join(Employee, Employee.id == Agreement.employee_id)
        .join(Task, Task.id == Agreement.task_id)
        .outerjoin(Manager, Manager.id == Agreement.created_by_id)
        .where(
            Agreement.team_id == team.id,
            Employee.removed_at.is_(None),
            Task.removed_at.is_(None),
        )
        .order_by(func.lower(Employee.name), Employee.id, Agreement.id.desc())
    )
    for row, name, title, writer in streamed(agreed):
        safe = {one.criterion: one.text for one in row.safeguards}
        yield [
            name,
            title,
            str(wording.AGREEMENT_STATES[row.state]),
            row.level,
            row.advised,
            *(getattr(row, field) for field in AGREED),
            *(safe.get(criterion) for criterion in rules.CRITERIA),
            row.look_back_on,
            *(moment and here(moment) for moment in moments(row)),
            writer,
        ]
        db.session.expunge(row)


def moments(row: Agreement) -> tuple[datetime | None, ...]:
    return row.created_at, row.agreed_at, row.closed_at


TABLES: dict[str, Callable[[Team, Manager], Iterator[Cells]]] = {
    "people": people,
    "tasks": tasks,
    "ratings": ratings,
    "levels": levels,
    "agreements": agreements,
}
