"""What stands on the two papers: the shared plan, and the private preparation for it.

The shared plan takes agreements and free text, and has no field for a score. Knows no
requests and no layout.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import Row, and_, func, or_, select

from . import agreeing, i18n, planning, recording, rules, texts
from .dialogue import acquainting, asking, mending, own_view
from .dialogue.acquainting import Planned
from .dialogue.mending import Mending
from .dialogue.own_view import Shown
from .dialogue.polling import heard
from .history import charts, looks, raising
from .history.charts import Charts
from .history.raising import Question
from .models import (
    LIVE_STATES,
    ROLES,
    Agreement,
    Employee,
    Manager,
    Membership,
    Task,
    db,
)
from .planning import Facts, Outcome
from .recording import Remarks

ByTask = Mapping[int | None, Sequence[Planned]]
"""The steps to get acquainted that are planned on each task."""

BLANKS = 2
"""Tasks with nothing filled in, where there is none to discuss."""

MOST_TASKS = 20
"""Tasks on one plan: more is no conversation, and keeps others from printing."""

MOST_TEXT = 100_000
"""Characters of its tasks that one plan holds, beside its first task."""

MOST_STANDING = 12
"""Tasks on the preparation sheet: what two people can talk about in one go."""

HEADINGS = {
    frozenset({False}): _("What we agreed"),
    frozenset({True}): _("What we want to agree"),
    frozenset({False, True}): _("What we agreed, and what we still want to agree"),
}
"""By whether there are tasks on the plan that are open: still to discuss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One task on the shared plan; without a level it is open, for both to discuss."""

    title: str = ""
    level: rules.Level | None = None
    outcome: str = ""
    limits: str = ""
    why_you: str = ""
    decides: str = ""
    asks_first: str = ""
    stays: str = ""
    inform: str | LazyString = ""
    help: str | LazyString = ""
    resources: str = ""
    safeguards: Sequence[tuple[str, str]] = ()
    steps: Sequence[Planned] = ()
    look_back_on: date | None = None
    changed_on: date | None = None
    """When what was agreed was changed, and not agreed anew since."""

    is_asked: bool = False
    """Whether it was looked back on, and what comes next is to be chosen."""

    @property
    def is_open(self) -> bool:
        return self.level is None

    @property
    def length(self) -> int:
        texts = sum(len(getattr(self, text)) for text in TEXTS)
        steps = sum(len(one.step.text) for one in self.steps)
        return texts + steps + sum(len(text) for _, text in self.safeguards)


TEXTS = (
    "outcome",
    "limits",
    "why_you",
    "decides",
    "asks_first",
    "stays",
    "resources",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The shared plan of one manager and one person."""

    name: str
    manager: str
    manager_id: int
    day: date
    look_back: date | None
    items: Sequence[Item]
    more: int
    entrusted: str
    asks_of_me: str
    count_on_me: str
    learning: str
    for_team: Sequence[str]
    is_suggested: bool
    own_learning: str = ""
    """What the manager is learning, and chose to say here."""

    @property
    def heading(self) -> Any:
        return HEADINGS[frozenset(item.is_open for item in self.items)]

    @property
    def first(self) -> str:
        return first_name(self.name)

    @property
    def manager_first(self) -> str:
        return first_name(self.manager)


class Seen(NamedTuple):
    """What the manager has seen on one criterion."""

    criterion: str
    state: str
    score: int | None
    example: str
    day: date | None
    is_old: bool
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """The private sheet: scores, examples and questions, for the manager alone."""

    name: str
    manager: str
    day: date
    talk_at: datetime | None
    seen: Sequence[Seen]
    over_time: Charts | None
    standing: Sequence[tuple[str, Outcome]]
    own: Shown | None
    raised: Mapping[int, Question]
    more: int
    for_team: Sequence[str]
    chosen: Collection[str]
    mending: Mending
    planned: Sequence[Planned]

    @property
    def first(self) -> str:
        return first_name(self.name)

    @property
    def questions(self) -> list[Any]:
        return asking.to_ask(self.chosen)

    @property
    def for_myself(self) -> list[Any]:
        return asking.for_myself(self.chosen)

    @property
    def seen_count(self) -> int:
        return sum(row.score is not None for row in self.seen)

    @property
    def unseen(self) -> list[str]:
        """What the levels rest on that is not yet seen, for one task or for all."""
        names = {name for _, one in self.standing for name in one.advice.unseen}
        return [name for name in rules.RATED if name in names]


def first_name(name: str) -> str:
    """Return how to call someone in a sentence, cut if it runs on."""
    first = texts.first_name(name)
    return first if len(first) <= 24 else first[:23] + "…"


def plan(
    employee: Employee,
    manager: Manager,
    *,
    ticked: Sequence[Task] = (),
    learning: str = "",
) -> Plan:
    """Return the shared plan: what is agreed, what is drafted, and the ticked tasks.

    Where there is none of these, the tasks with most room, or empty ones to fill in.
    Where there are too many, the ticked ones stay, and those to look back on first.
    `learning` is what `manager` is learning; it stands on a plan of nobody else.
    """
    found = live_agreements(employee)
    taken = {agreement.task_id for agreement, _ in found}
    steps = acquainting.by_task(acquainting.open_steps([employee.id]))
    to_add = [from_task(one, steps) for one in ticked if one.id not in taken]
    kept = found[: max(0, MOST_TASKS - len(to_add))]
    items = fitting([*(from_agreement(*one, steps) for one in kept), *to_add])
    day = i18n.as_date(employee.next_talk_at or i18n.today())
    days = [one.look_back_on for one, _ in found if one.state != "draft"]
    side = other_side(employee, manager, [one for one, _ in found])
    return Plan(
        name=employee.name,
        manager=side.called,
        manager_id=side.id,
        day=day,
        # What is to be looked back on before that day is part of the talk itself.
        look_back=min((one for one in days if one and one >= day), default=None),
        items=items or suggested(employee, manager, steps),
        more=len(found) + len(to_add) - len(items),
        entrusted=employee.entrusted,
        asks_of_me=employee.asks_of_me,
        count_on_me=employee.count_on_me,
        learning=employee.learning,
        for_team=heard(employee.team_id).actions,
        is_suggested=not items,
        own_learning=learning if side.id == manager.id else "",
    )


def other_side(
    employee: Employee, manager: Manager, agreements: Iterable[Agreement]
) -> Manager:
    """Return whose plan it is with this person, whoever prints it.

    Who made the newest agreement; else who prints, if they may write, or the owner.
    """
    made = [one for one in agreements if one.created_by_id]
    if made:
        newest = max(made, key=lambda one: (one.created_at, one.id))
        return db.session.get_one(Manager, newest.created_by_id)
    owner, _, viewer = ROLES
    mine = and_(Manager.id == manager.id, Membership.role != viewer)
    found = db.session.scalar(
        select(Manager)
        .join(Membership, Membership.manager_id == Manager.id)
        .where(
            Membership.team_id == employee.team_id,
            or_(Membership.role == owner, mine),
        )
        .order_by(Manager.id != manager.id)
        .limit(1)
    )
    return found or manager


def fitting(items: Sequence[Item]) -> list[Item]:
    """Return the first of `items` that fit on one plan; always one, if there is one."""
    rest = items[1:MOST_TASKS]
    lengths = accumulate(item.length for item in rest)
    return [*items[:1], *rest[: sum(length <= MOST_TEXT for length in lengths)]]


def live_agreements(employee: Employee) -> list[tuple[Agreement, str]]:
    """Return the live agreements with the titles of their tasks.

    Agreed ones come before drafts, and what is looked back on soonest comes first.
    """
    rows = db.session.execute(
        select(Agreement, Task.title)
        .join(Task, Task.id == Agreement.task_id)
        .where(
            Agreement.team_id == employee.team_id,
            Agreement.employee_id == employee.id,
            Agreement.state.in_(LIVE_STATES),
            Task.removed_at.is_(None),
        )
        .order_by(
            Agreement.state == "draft",
            Agreement.look_back_on.asc().nulls_last(),
            func.lower(Task.title),
            Task.id,
        )
    )
    return [(agreement, title) for agreement, title in rows]


def from_agreement(agreement: Agreement, title: str, steps: ByTask) -> Item:
    """Return the task as agreed; in a draft the level is open, for both to choose."""
    level = None if agreement.state == "draft" else rules.Level(agreement.level)
    return Item(
        title=title,
        level=level,
        **{text: getattr(agreement, text) for text in TEXTS},
        **agreeing.texts(agreement),
        safeguards=[(one.criterion, one.text) for one in agreement.safeguards],
        steps=steps.get(agreement.task_id, ()),
        look_back_on=agreeing.day_to_show(agreement),
        changed_on=i18n.as_date(agreement.changed_at) if agreement.changed_at else None,
        is_asked=agreement.state == "looked_back",
    )


def from_task(task: Task, steps: ByTask) -> Item:
    return Item(
        title=task.title,
        outcome=task.outcome,
        limits=task.limits,
        steps=steps.get(task.id, ()),
    )


def suggested(employee: Employee, manager: Manager, steps: ByTask) -> list[Item]:
    """Return the tasks with most room, or else empty ones to fill in together."""
    tasks = planning.active_tasks(employee.team_id)
    room = {one.task_id: one.room for one in outcomes(employee, manager, tasks)}
    roomy = sorted(
        (task for task in tasks if room[task.id]), key=lambda task: -room[task.id]
    )
    return [from_task(task, steps) for task in roomy[:BLANKS]] or [Item()] * BLANKS


def choices(employee: Employee, manager: Manager) -> list[Task]:
    """Return the tasks that can be added: with a level, and no live agreement yet."""
    tasks = {task.id: task for task in planning.active_tasks(employee.team_id)}
    return [
        tasks[one.task_id]
        for one in outcomes(employee, manager, tasks.values())
        if one.advice.level and one.agreement is None
    ]


def outcomes(
    employee: Employee, manager: Manager, tasks: Iterable[Task]
) -> list[Outcome]:
    facts = planning.gather(
        employee.team_id, manager.id, i18n.today(), employees=[employee.id]
    )
    return list(planning.outcomes(facts, [employee.id], tasks))


def preparation(
    employee: Employee, manager: Manager, *, asked: Collection[str] | None = None
) -> Preparation:
    """Return the private sheet for the next talk, with the questions of these codes.

    Without codes, those that fit what holds the levels back.
    """
    facts = planning.gather(
        employee.team_id, manager.id, i18n.today(), employees=[employee.id]
    )
    tasks = planning.active_tasks(employee.team_id)
    found = standing(facts, employee, tasks)
    remarks = recording.remarks(employee.id)
    shown = [one.task_id for one in found[:MOST_STANDING]]
    over_time = looks.of(employee, shown)
    titles = {task.id: task.title for task in tasks}
    return Preparation(
        name=employee.name,
        manager=manager.called,
        day=i18n.as_date(employee.next_talk_at or i18n.today()),
        talk_at=employee.next_talk_at,
        seen=[
            seen(own_of(facts, employee, manager, criterion), criterion, remarks)
            for criterion in rules.CRITERIA
        ],
        over_time=charts.of(over_time, manager.id, facts.today),
        raised=raising.of_person(
            employee, found[:MOST_STANDING], over_time, manager.id, facts.today
        ),
        standing=[(titles[one.task_id], one) for one in found[:MOST_STANDING]],
        own=own_view.revealed(employee.id, facts.newest, manager.id),
        more=max(0, len(found) - MOST_STANDING),
        for_team=heard(employee.team_id).actions,
        mending=mending.of(employee, manager.id),
        planned=acquainting.open_steps([employee.id]),
        chosen=asking.proposed(found[:MOST_STANDING]) if asked is None else asked,
    )


def own_of(
    facts: Facts, employee: Employee, manager: Manager, criterion: str
) -> Row[Any] | None:
    """Return what this manager saw: the sheet says "I", also where another's counts."""
    row = facts.newest.get((employee.id, criterion, None))
    return row if row is not None and row.rater_id == manager.id else None


def seen(row: Row[Any] | None, criterion: str, remarks: Remarks) -> Seen:
    state = planning.state_of(row)
    if row is None or state != "scored":
        return Seen(criterion, state, None, "", None, False, "")
    said = remarks.get((row.rater_id, criterion, None))
    words = said.remark.text if said else ""
    old = planning.is_old(row, i18n.today())
    return Seen(criterion, state, row.score, row.example, seen_on(row), old, words)


def seen_on(row: Row[Any]) -> date:
    day: date = row.seen_on or i18n.as_date(row.created_at)
    return day


def standing(facts: Facts, employee: Employee, tasks: Sequence[Task]) -> list[Outcome]:
    """Return the tasks to talk about: those in hand, else those with a level."""
    found = list(planning.outcomes(facts, [employee.id], tasks))
    in_hand = [
        one
        for one in found
        if one.current or one.agreement or one.ratings.familiarity is not None
    ]
    return in_hand or [one for one in found if one.advice.level]
