"""All that the page of one person shows, read in three queries whatever lies behind it.

What was seen; the tasks with what goes on; and what the two say to each other. Each is
handed on as the foundations below know it. Knows no page and no words.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as as_type

from . import planning, recording
from .dialogue import acquainting, mending, own_view
from .history import looks
from .models import (
    LIVE_STATES,
    Agreement,
    Employee,
    Link,
    Manager,
    OwnAnswer,
    OwnChoice,
    OwnView,
    Pair,
    Postponement,
    Rating,
    Remark,
    Safeguard,
    Step,
    Task,
    db,
)
from .rules import Level


class Other(NamedTuple):
    """What another manager saw last of one criterion; no name: the account is gone."""

    row: Any
    by: str


class Agreed(NamedTuple):
    """A live agreement, for a list; its task may have been put away since."""

    id: int
    title: str
    state: str
    level: int
    look_back_on: date | None
    decides: str


class Seen(NamedTuple):
    """What was seen of someone: what counts, what others saw and said, and before."""

    newest: planning.Newest
    others: Sequence[Other]
    remarks: recording.Remarks
    looks: Sequence[looks.Look]


class Work(NamedTuple):
    """The team's tasks, how each goes with this person, and what is agreed."""

    tasks: Sequence[Task]
    now: Mapping[planning.Key, planning.Now]
    agreed: Sequence[Agreed]


class Portrait(NamedTuple):
    """All that there is to show of one person."""

    facts: planning.Facts
    seen: Seen
    work: Work
    steps: acquainting.Steps
    mending: mending.Mending
    two_views: own_view.TwoViews


def portrait(
    employee: Employee, manager_id: int, today: date, *, own: bool
) -> Portrait:
    """Return all there is; unless `own`, nothing that is one manager's alone."""
    seen, work = seen_of(employee, manager_id), work_of(employee)
    facts = planning.Facts(seen.newest, work.now, today)
    said = said_of(employee, manager_id)
    return Portrait(
        facts,
        seen,
        work,
        acquainting.steps_of(said.steps, facts),
        mending.begun(employee, said.postponed, said.mends)
        if own
        else mending.Mending(),
        own_view.two_views(said.views, employee.id, seen.newest, manager_id, today),
    )


# ---- what was seen


def seen_of(employee: Employee, manager_id: int) -> Seen:
    """Return what was seen: of each item the newest, and of the four the last looks."""
    rows = db.session.execute(ratings(employee)).all()
    newest = [one for one in rows if one.place == 1]
    return Seen(
        counting([one.Rating for one in newest], manager_id),
        [
            Other(one.Rating, one.name or one.email or "")
            for one in reversed(newest)
            if one.Rating.rater_id != manager_id
            and one.Rating.task_id is None
            and one.Rating.state == "scored"
        ],
        recording.by_item((one.Remark, one.Rating) for one in rows if one.Remark),
        [
            looks.look_of(one.Rating, one.name or one.email or "")
            for one in rows
            if one.is_look and one.look <= looks.MOST and one.Rating.task_id is None
        ],
    )


def ratings(employee: Employee) -> Select[Any]:
    """Return the query for the ratings of someone that any part of a page shows."""
    about = (Rating.team_id == employee.team_id, Rating.employee_id == employee.id)
    item = (Rating.criterion, Rating.task_id, Rating.rater_id)
    is_look = case((looks.is_look(*about), 1), else_=0)
    last = Rating.id.desc()
    placed = (
        select(
            Rating.id,
            is_look.label("is_look"),
            func.row_number().over(partition_by=item, order_by=last).label("place"),
            func.row_number()
            .over(partition_by=(*item, is_look), order_by=last)
            .label("look"),
        )
        .where(*about)
        .subquery()
    )
    return (
        select(Rating, Manager.name, Manager.email, Remark, *placed.c[1:])
        .join(placed, placed.c.id == Rating.id)
        .outerjoin(Manager, Manager.id == Rating.rater_id)
        .outerjoin(Remark, Remark.rating_id == Rating.id)
        .where(
            or_(
                placed.c.place == 1,
                and_(
                    Rating.task_id.is_(None),
                    placed.c.is_look == 1,
                    placed.c.look <= looks.MOST,
                ),
                Remark.rating_id.is_not(None),
            )
        )
        .order_by(Rating.id)
    )


def counting(rows: Sequence[Rating], manager_id: int) -> planning.Newest:
    """Return the rating that counts of each item: the manager's own, else another's."""
    kept = [one for one in rows if one.state != "withdrawn"]
    by_others = [one for one in kept if one.rater_id != manager_id]
    mine = [one for one in kept if one.rater_id == manager_id]
    return {
        (one.employee_id, one.criterion, one.task_id): cast("Row[Any]", one)
        for one in (*by_others, *mine)
    }


# ---- the tasks


def work_of(employee: Employee) -> Work:
    """Return the tasks by title, each with how it goes and what is agreed."""
    by_task: dict[Task, list[Any]] = {}
    for row in db.session.execute(tasks(employee)):
        by_task.setdefault(row.Task, []).append(row)
    live = [(task, rows[0]) for task, rows in by_task.items() if rows[0].id]
    agreed = [
        Agreed(one.id, task.title, one.state, one.level, one.look_back_on, one.decides)
        for task, one in live
    ]
    return Work(
        [task for task in by_task if task.archived_at is None],
        {
            (employee.id, task.id): planning.now_from(rows)
            for task, rows in by_task.items()
            if rows[0].version
        },
        sorted(agreed, key=lambda one: one.look_back_on or date.max),
    )


def tasks(employee: Employee) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Task,
            Pair.current,
            Pair.version,
            Agreement.id,
            Agreement.state,
            Agreement.level,
            Agreement.look_back_on,
            Agreement.decides,
            Safeguard.criterion,
            planning.LAST_MOMENT.label("moment_on"),
        )
        .outerjoin(Pair, and_(Pair.task_id == Task.id, Pair.employee_id == employee.id))
        .outerjoin(Pair.agreements.and_(Agreement.state.in_(LIVE_STATES)))
        .outerjoin(Safeguard, Safeguard.agreement_id == Agreement.id)
        .where(
            Task.team_id == employee.team_id,
            Task.removed_at.is_(None),
            or_(Task.archived_at.is_(None), Agreement.id.is_not(None)),
        )
        .order_by(func.lower(Task.title), Task.id)
    )


# ---- what the two say to each other


class Said(NamedTuple):
    """What is begun and asked between a manager and a person."""

    steps: Sequence[acquainting.Planned]
    mends: Sequence[Step]
    postponed: Postponement | None
    views: Sequence[own_view.Asked]


def said_of(employee: Employee, manager_id: int) -> Said:
    """Return the steps, what was put off, and the last two own views with answers."""
    items = union_all(*parts(employee, manager_id)).subquery()
    rows = db.session.execute(
        select(items, Step, Postponement, OwnView, Link, Task.title)
        .select_from(items)
        .outerjoin(Step, and_(items.c.kind == "step", Step.id == items.c.id))
        .outerjoin(
            Postponement,
            and_(items.c.kind == "postponed", Postponement.id == items.c.id),
        )
        .outerjoin(OwnView, and_(items.c.kind == "view", OwnView.id == items.c.id))
        .outerjoin(Link, Link.id == OwnView.link_id)
        .outerjoin(Task, Task.id == items.c.task_id)
    ).all()
    by_kind: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    steps = sorted(
        by_kind["step"], key=lambda one: (one.Step.due_on or date.max, one.id)
    )
    return Said(
        [
            acquainting.Planned(one.Step, one.title)
            for one in steps
            if one.Step.kind == acquainting.KIND
        ],
        [one.Step for one in steps if one.Step.kind == mending.KIND],
        next((one.Postponement for one in by_kind["postponed"]), None),
        [view_of(one, by_kind) for one in sorted(by_kind["view"], key=newest_first)],
    )


def newest_first(row: Any) -> int:
    return -int(row.id)


def view_of(row: Any, by_kind: Mapping[str, Sequence[Any]]) -> own_view.Asked:
    """Return an own view with what was answered in it."""
    answers, chosen = (
        [one for one in by_kind[kind] if one.id == row.id]
        for kind in ("answer", "choice")
    )
    return own_view.Asked(
        row.OwnView,
        row.Link,
        {one.criterion: one.value for one in answers},
        [
            own_view.Chosen(one.task_id, one.title, one.value and Level(one.value))
            for one in sorted(chosen, key=lambda one: (one.title, one.task_id))
        ],
    )


def parts(employee: Employee, manager_id: int) -> Sequence[Select[Any]]:
    """Return a query for each kind of row: by its id, and what it is about."""
    views = (
        select(OwnView.id)
        .where(OwnView.team_id == employee.team_id, OwnView.employee_id == employee.id)
        .order_by(OwnView.id.desc())
        .limit(2)
        .subquery()
    )
    shown = select(OwnView.id).where(
        OwnView.id.in_(select(views.c.id)), OwnView.revealed_at.is_not(None)
    )
    return (
        part("view", views.c.id),
        part(
            "answer", OwnAnswer.own_view_id,
            criterion=OwnAnswer.criterion, value=OwnAnswer.score,
        ).where(OwnAnswer.own_view_id.in_(shown)),
        part(
            "choice", OwnChoice.own_view_id,
            task_id=OwnChoice.task_id, value=OwnChoice.level,
        )
        .join(Task, Task.id == OwnChoice.task_id)
        .where(
            OwnChoice.own_view_id.in_(shown), Task.removed_at.is_(None)
        ),
        part("step", Step.id, task_id=Step.task_id)
        .select_from(Step)
        .outerjoin(Task, Task.id == Step.task_id)
        .where(
            Step.team_id == employee.team_id,
            Step.employee_id == employee.id,
            Step.done_at.is_(None),
            or_(acquainting.is_to_do(), mending.repairs(manager_id)),
        ),
        part("postponed", Postponement.id).where(
            Postponement.team_id == employee.team_id,
            Postponement.employee_id == employee.id,
            mending.open_for(manager_id),
        ),
    )  # fmt: skip


def part(
    kind: str,
    id: Any,
    *,
    task_id: Any = None,
    criterion: ColumnElement[str] | Any = None,
    value: Any = None,
) -> Select[Any]:
    none: Any = null()
    return select(
        literal(kind, String).label("kind"),
        id.label("id"),
        (as_type(none, Integer) if task_id is None else task_id).label("task_id"),
        (as_type(none, String) if criterion is None else criterion).label("criterion"),
        (as_type(none, Integer) if value is None else value).label("value"),
    )
