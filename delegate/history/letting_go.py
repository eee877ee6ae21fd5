"""How much of the work was let go over time: what moved, why, and what came back.

It is about tasks and hours: nothing is added up for a person, and no two are compared.
A task counts once, at the furthest level at which somebody does it, with the hours it
has today. Read from what `chronicle` told; knows no request, no page and no words.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from .. import i18n
from ..assigning.cases import FREED
from ..models import Agreement, Employee, LookBack, PairEvent, Task, db
from ..rules import Level, band

KINDS = ("now", "drafted", "agreed", "level", "taken_back", "ended")

TOGETHER = timedelta(minutes=1)
"""How long after an agreement's step another still belongs to it."""

MOST_MOMENTS = 40
"""Most moments that are shown; of a longer time, only some months are."""

FEWER = (1, 3, 12)
"""Of how many months one is shown."""

Key = tuple[int, int]


class Work(NamedTuple):
    """A task that is there: its hours a week, and until when it was done."""

    title: str
    hours: float | None
    archived_at: datetime | None


class Someone(NamedTuple):
    """Who does a task, until they leave."""

    name: str
    left_on: date | None


class Move(NamedTuple):
    """Something that moved with one task and person, with what is known of why.

    `before` and `after` are how it went, and `level` what the agreement is about; they
    are None where nobody does it, or nothing was agreed.
    """

    kind: str
    at: datetime
    employee_id: int
    task_id: int
    before: int | None
    after: int | None
    level: int | None
    agreement_id: int | None
    has_reason: bool

    @property
    def is_less(self) -> bool:
        """Whether it goes less far than before, or is not done by this person now."""
        return (self.after or 0) < (self.before or 0)

    @property
    def came_back(self) -> bool:
        ended = self.kind == "ended" and self.has_reason
        return self.kind == "taken_back" or ended or self.is_less


class Why(NamedTuple):
    """What was written of an agreement, and whether it ended by looking back."""

    reason: str = ""
    closing_reason: str = ""
    looked_back: bool = False


class Moment(NamedTuple):
    """What was let go at the end of a day: hours a week, and tasks by band.

    `unknown` are the tasks let go of whose hours nobody gave.
    """

    day: date
    hours: float
    tasks: Mapping[int, int]
    unknown: int

    @property
    def total(self) -> int:
        return sum(self.tasks.values())


class Story(NamedTuple):
    """What was let go of in a team over some months, oldest first."""

    moments: Sequence[Moment]
    moves: Sequence[Move]
    works: Mapping[int, Work]
    people: Mapping[int, Someone]
    began: date | None

    @property
    def back(self) -> list[Move]:
        return [one for one in self.moves if one.came_back]


def of_team(team_id: int, today: date, months: int | None) -> Story:
    """Return what happened in the last so many `months`, or in all of them."""
    works = works_of(team_id)
    people = people_of(team_id)
    steps = [
        one
        for one in steps_of(team_id)
        if one.task_id in works and one.employee_id in people
    ]
    began = i18n.as_date(steps[0].at) if steps else None
    days = days_of(began or today, today, months)
    since = i18n.to_utc(datetime(days[0].year, days[0].month, 1))
    return Story(
        list(moments(steps, days, works, people)),
        moves(steps, since if months else datetime.min),
        works,
        people,
        began,
    )


def works_of(team_id: int) -> dict[int, Work]:
    rows = db.session.execute(
        select(Task.id, Task.title, Task.hours, Task.archived_at).where(
            Task.team_id == team_id, Task.removed_at.is_(None)
        )
    )
    return {row.id: Work(row.title, row.hours, row.archived_at) for row in rows}


def people_of(team_id: int) -> dict[int, Someone]:
    rows = db.session.execute(
        select(Employee.id, Employee.name, Employee.left_on).where(
            Employee.team_id == team_id, Employee.removed_at.is_(None)
        )
    )
    return {row.id: Someone(row.name, row.left_on) for row in rows}


def steps_of(team_id: int) -> Sequence[Any]:
    """Return all that `moments` and `moves` are made of, oldest first, in one query."""
    return (
        db.session.connection()
        .execute(
            select(
                PairEvent.kind,
                PairEvent.at,
                PairEvent.employee_id,
                PairEvent.task_id,
                PairEvent.value,
                PairEvent.agreement_id,
                (func.length(Agreement.closing_reason) > 0).label("has_reason"),
                Agreement.agreed_at,
            )
            .outerjoin(Agreement, Agreement.id == PairEvent.agreement_id)
            .where(PairEvent.team_id == team_id, PairEvent.kind.in_(KINDS))
            .order_by(PairEvent.at, PairEvent.id)
        )
        .all()
    )


def days_of(began: date, today: date, months: int | None) -> list[date]:
    """Return the last day of each month to show, and today; oldest first."""
    last = today.year * 12 + today.month - 1
    first = began.year * 12 + began.month - 1
    count = months or last - first + 1
    every = next((n for n in FEWER if count <= n * MOST_MOMENTS), FEWER[-1])
    numbers = range(last, last - count, -every)
    return [*(end_of(number) for number in reversed(numbers[1:])), today]


def end_of(month: int) -> date:
    """Return the last day of a month, counted from the year 0."""
    year, number = divmod(month + 1, 12)
    return date(year, number + 1, 1) - timedelta(days=1)


def moments(
    steps: Iterable[Any],
    days: Iterable[date],
    works: Mapping[int, Work],
    people: Mapping[int, Someone],
) -> Iterator[Moment]:
    """Yield what was let go at the end of each of these days."""
    now: defaultdict[int, dict[int, int | None]] = defaultdict(dict)
    coming = iter([one for one in steps if one.kind == "now"])
    step = next(coming, None)
    for day in days:
        end = i18n.to_utc(
            datetime.combine(day + timedelta(days=1), datetime.min.time())
        )
        while step is not None and step.at < end:
            now[step.task_id][step.employee_id] = step.value
            step = next(coming, None)
        gone = {id for id, one in people.items() if one.left_on and one.left_on <= day}
        levels = {
            id: furthest(by_person, gone)
            for id, by_person in now.items()
            if not is_over(works[id], end)
        }
        yield moment(day, levels, works)


def is_over(work: Work, end: datetime) -> bool:
    return work.archived_at is not None and work.archived_at < end


def furthest(by_person: Mapping[int, int | None], gone: Collection[int]) -> int:
    """Return the furthest level at which somebody does a task; 0 where nobody does."""
    return max(
        (level or 0 for id, level in by_person.items() if id not in gone), default=0
    )


def moment(day: date, levels: Mapping[int, int], works: Mapping[int, Work]) -> Moment:
    done = {id: Level(level) for id, level in levels.items() if level}
    let_go = {id: FREED[level] for id, level in done.items() if FREED[level]}
    hours = sum((works[id].hours or 0) * share for id, share in let_go.items())
    return Moment(
        day,
        round(hours, 2),
        Counter(band(level) for level in done.values()),
        sum(works[id].hours is None for id in let_go),
    )


def moves(steps: Iterable[Any], since: datetime = datetime.min) -> list[Move]:
    """Return what moved, oldest first: what was saved in one go is one move.

    Of what came before `since` no more is looked at than where it left each task.
    """
    telling = Telling()
    for step in steps:
        if step.at >= since:
            telling.tell(step)
        elif step.kind == "now":
            telling.now[step.employee_id, step.task_id] = step.value
    return list(telling.found.values())


class Telling:
    """What moved so far, and how each task goes with each person."""

    def __init__(self) -> None:
        self.found: dict[int, Move] = {}
        self.now: dict[Key, int | None] = {}
        self.newest: dict[Key, int] = {}
        self.count = 0

    def tell(self, step: Any) -> None:
        """Take in one step more."""
        key = step.employee_id, step.task_id
        before, place = self.now.get(key), self.newest.get(key, 0)
        last = self.found.get(place)
        if last and step.at - last.at > TOGETHER:
            last = None
        if step.kind == "now":
            self.now[key] = step.value
            if last and last.agreement_id and last.before == last.after:
                self.found[place] = last._replace(before=before, after=step.value)
                return
        if last and is_part(last, step):
            before = last.before
            del self.found[place]
        if counts(step, before):
            self.count += 1
            self.newest[key] = self.count
            self.found[self.count] = move(step, before, self.now.get(key))


def is_part(last: Move, step: Any) -> bool:
    """Tell whether `last` was saved in one go with a step that says more of it.

    What ended for another to come instead of it did not end.
    """
    if step.kind == "drafted":
        return last.kind == "ended" and not last.has_reason
    if last.kind == "now":
        return bool(step.kind != "now")
    return last.kind == "level" and bool(last.agreement_id == step.agreement_id)


def counts(step: Any, before: int | None) -> bool:
    """Tell whether a step moved something: a draft and what is only in it do not."""
    if step.kind == "now":
        return bool(step.value != before)
    if step.kind == "drafted" or step.agreed_at is None:
        return False
    return bool(step.kind != "level" or step.at > step.agreed_at)


def move(step: Any, before: int | None, after: int | None) -> Move:
    return Move(
        step.kind,
        step.at,
        step.employee_id,
        step.task_id,
        before,
        after,
        step.value if step.agreement_id else None,
        step.agreement_id,
        bool(step.has_reason),
    )


def reasons(found: Iterable[Move]) -> Mapping[int, Why]:
    """Return what was written of the agreements of these moves, by their id."""
    ids = {one.agreement_id for one in found if one.agreement_id}
    ended = (
        select(LookBack.id)
        .where(LookBack.agreement_id == Agreement.id, LookBack.next_state == "ended")
        .exists()
        .label("looked_back")
    )
    rows = db.session.execute(
        select(Agreement.id, Agreement.reason, Agreement.closing_reason, ended).where(
            Agreement.id.in_(ids)
        )
    )
    return {
        row.id: Why(row.reason, row.closing_reason, row.looked_back) for row in rows
    }
