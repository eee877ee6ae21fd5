"""Small steps to get acquainted: one a criterion, on a task that is safe, by a day.

What is not yet observed is no score but an open door; a step is how to go through it.
Both people may read a step, and no rule knows of one. Knows no page.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from .. import planning, rules, wording
from ..models import Employee, Step, Task, db
from ..practice.days import working_day

KIND = "acquaint"

OFFERED = 3
"""How many of the safest tasks are offered."""

STAKES, UNDO = tuple(rules.Stakes), tuple(rules.Undo)


class Planned(NamedTuple):
    """A step that is not done yet, and the title of its task, if it has one."""

    step: Step
    title: str | None

    def shows(self, criterion: str, task_id: int) -> bool:
        """Tell whether it gives a chance to see `criterion`, as asked for a task."""
        at_home = criterion != "familiarity" or self.step.task_id == task_id
        return self.step.criterion == criterion and at_home


def open_steps(employee_ids: Collection[int]) -> list[Planned]:
    """Return what is planned with these people, the first day first, in one query."""
    rows = db.session.execute(
        select(Step, Task.title)
        .outerjoin(Task, Task.id == Step.task_id)
        .where(
            Step.employee_id.in_(employee_ids),
            Step.done_at.is_(None),
            is_to_do(),
        )
        .order_by(Step.due_on.asc().nulls_last(), Step.id)
    )
    return [Planned(step, title) for step, title in rows]


def is_to_do() -> ColumnElement[bool]:
    """Return the condition on a step that it is of this kind, on a task that is there.

    Where its task, if it has one, is joined.
    """
    on_a_task = or_(Step.task_id.is_(None), Task.removed_at.is_(None))
    return and_(Step.kind == KIND, on_a_task)


def by_task(planned: Iterable[Planned]) -> Mapping[int | None, Sequence[Planned]]:
    found: defaultdict[int | None, list[Planned]] = defaultdict(list)
    for one in planned:
        found[one.step.task_id].append(one)
    return found


def is_seen(one: Planned, facts: planning.Facts) -> bool:
    """Tell whether what the step is for has been seen, so that it can be done."""
    step = one.step
    task_id = step.task_id if step.criterion == "familiarity" else None
    row = facts.newest.get((step.employee_id, step.criterion, task_id))
    return planning.state_of(row) == "scored"


class Steps(NamedTuple):
    """What is planned with someone, and what of it is for something seen meanwhile."""

    planned: Sequence[Planned]
    seen: Sequence[Planned]


def steps_of(planned: Sequence[Planned], facts: planning.Facts) -> Steps:
    return Steps(planned, [one for one in planned if is_seen(one, facts)])


class OnTask(NamedTuple):
    """How to get acquainted on one task: by what is planned, or still to plan."""

    unseen: Mapping[str, Planned | None]
    seen: Sequence[Planned]
    risks: Sequence[str]
    safest: Sequence[Task]


def on_task(
    employee: Employee, task: Task, facts: planning.Facts, unseen: Sequence[str]
) -> OnTask:
    """Return each of `unseen` with its step; where the task is risky, safer ones."""
    steps = steps_of(open_steps([employee.id]), facts)
    risks = too_risky(task.facts()) if unseen else []
    tasks = planning.active_tasks(task.team_id) if risks else []
    return OnTask(
        {
            name: next((one for one in steps.planned if one.shows(name, task.id)), None)
            for name in unseen
        },
        [one for one in steps.seen if one.step.task_id in (None, task.id)],
        risks,
        safest(tasks)[:OFFERED],
    )


def first_day(today: date, team_id: int) -> date:
    """Return the working day to propose: in a week, or the first one after."""
    return working_day(today + timedelta(weeks=1), team_id)


def too_risky(task: rules.Task) -> list[str]:
    """Return why a task is no task to get acquainted on; nothing where it is one."""
    if rules.safe_to_try(task):
        return []
    found = {
        "reserved": task.reserved,
        "missing": None in (task.stakes, task.undo, task.clarity),
        "stakes": task.stakes is rules.Stakes.HIGH,
        "undo": task.undo is rules.Undo.NO,
    }
    return [name for name, holds in found.items() if holds]


def safest(tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks that are safe to try: little at stake first, then easy to undo.

    Source: our own choice; see `rules.safe_to_try`.
    """
    return sorted((one for one in tasks if rules.safe_to_try(one.facts())), key=danger)


def danger(task: Task) -> tuple[Any, ...]:
    order = STAKES.index(task.stakes), UNDO.index(task.undo)
    return (*order, task.title.casefold(), task.id)


def to_offer(
    tasks: Iterable[Task], in_hand: Collection[int], asked: Task | None
) -> list[Task]:
    """Return the tasks to choose from: the one asked about, one's own, the safest.

    Where the one asked about is too risky, the safest of all stand in its place.
    """
    safe = safest(tasks)
    own = [one for one in safe if one.id in in_hand][:OFFERED]
    first = [one for one in safe if asked and one.id == asked.id]
    is_risky = asked is not None and not first
    listed = [*first, *([] if is_risky else own), *safe[:OFFERED]]
    return list(dict.fromkeys(listed))


def proposal(criterion: str, task: rules.Task | None = None) -> str:
    """Return the words to begin with, for both to read."""
    risky = criterion == "familiarity" and task is not None and too_risky(task)
    return str(wording.TOGETHER_FIRST if risky else wording.FIRST_STEPS[criterion])
