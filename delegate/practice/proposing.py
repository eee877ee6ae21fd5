"""From a team to the question who could take what, and from the answer to rows.

Between the tables and `assigning`: reads the facts once, keeps the wishes with what
came of them, and tells of each row why it is so, from facts alone. Has no words.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from .. import assigning, planning, rules
from ..models import (
    Employee,
    Proposal,
    ProposedPerson,
    ProposedTask,
    Task,
    db,
    utc_now,
)
from ..planning import Facts, Key, Live
from ..rules import Level

GROWS_ON = (rules.Undo.EASY, rules.Undo.EFFORT)
"""What one can grow in: a slip can be undone."""


class Fit(NamedTuple):
    """How far one person could take one task, and how that counts here."""

    advised: Level
    provisional: bool
    level: Level
    is_growth: bool


class Doing(NamedTuple):
    """Who does a task now at the furthest level, and how far that is."""

    employee: Employee
    level: Level


class Scene(NamedTuple):
    """What there is to divide: the manager's own tasks, and who could take them.

    People and tasks by name. A task that stays, or has a question open, has no fits.
    """

    people: Sequence[Employee]
    tasks: Sequence[Task]
    fits: Mapping[Key, Fit]
    live: Mapping[Key, Live]
    doing: Mapping[int, Doing]
    """By the task; not there where nobody does it."""

    @property
    def free(self) -> list[Task]:
        """The tasks that could go to someone, once their hours are known."""
        return [one for one in self.tasks if not (one.reserved or one.unanswered())]

    @property
    def asking(self) -> list[Task]:
        """The tasks of which something is to be answered first."""
        return [one for one in self.tasks if not one.reserved and one.unanswered()]

    @property
    def reserved(self) -> list[Task]:
        return [one for one in self.tasks if one.reserved]

    def level_now(self, task_id: int) -> Level | None:
        """Return how far someone does a task already."""
        doing = self.doing.get(task_id)
        return doing and doing.level


class Wishes(NamedTuple):
    """What the manager wishes, beside the hours that stand with people and tasks."""

    least: Level = Level.PROPOSE
    out: Collection[int] = ()
    grows: Collection[int] = ()
    stays: Collection[int] = ()
    fixed: Mapping[int, int] = {}
    """The person that a task goes to in any case, by the task."""


class Question(NamedTuple):
    """What is to be worked out, free of rows: nothing is read while it is."""

    people: Sequence[assigning.Person]
    tasks: Sequence[assigning.Work]
    offers: Sequence[assigning.Offer]
    wishes: Wishes
    waiting: Sequence[int]
    """The tasks that could go to someone, but for their hours, which are not known."""
    provisional: Collection[Key]
    facts: str
    """A digest of what it is worked out from."""


class Line(NamedTuple):
    """One of the tasks: to whom it would go and why, or why it would stay.

    `why` is empty where the facts are not those of the proposal any more.
    """

    task: Task
    hours: float
    employee: Employee | None = None
    level: Level | None = None
    advised: Level | None = None
    provisional: bool = False
    is_growth: bool = False
    live: Live | None = None
    why: str = ""
    others: Sequence[Employee] = ()
    """Who has a higher level for it, highest first."""
    is_stale: bool = False
    """Whether the level is another one now."""
    doing: Doing | None = None

    @property
    def already(self) -> float:
        """How many of its hours are let go already."""
        return let_go(self.hours, self.doing.level) if self.doing else 0

    @property
    def freed(self) -> float:
        """How many of its hours come free beyond those."""
        if self.level is None:
            return 0
        return max(0, round(let_go(self.hours, self.level) - self.already, 3))


def let_go(hours: float, level: Level) -> float:
    """Return how many hours of a task are let go at a level."""
    return round(hours * assigning.FREED[level], 3)


def gather(team_id: int, rater_id: int, today: date) -> Scene:
    """Return what there is to divide in a team, in four queries."""
    people = planning.active_employees(team_id, today)
    tasks = [one for one in planning.active_tasks(team_id) if one.with_me]
    ids = [one.id for one in tasks]
    facts = planning.gather(team_id, rater_id, today, tasks=ids)
    live = {key: now.agreement for key, now in facts.now.items() if now.agreement}
    return Scene(
        people,
        tasks,
        dict(fits(facts, people, tasks)),
        live,
        doing(facts, people),
    )


def doing(facts: Facts, people: Sequence[Employee]) -> dict[int, Doing]:
    """Return who does each task at the furthest level; of several, the first."""
    names = {one.id: one for one in people}
    found: dict[int, Doing] = {}
    for (who, task), now in facts.now.items():
        if now.current is None or who not in names:
            continue
        before = found.get(task)
        if before is None or (-now.current, names[who].name) < (
            -before.level,
            before.employee.name,
        ):
            found[task] = Doing(names[who], now.current)
    return found


def fits(
    facts: Facts, people: Sequence[Employee], tasks: Sequence[Task]
) -> Iterator[tuple[Key, Fit]]:
    """Yield how far each person could take each task of which enough is known.

    Many cells of a large team are of a few kinds: what is the same is made once.
    """
    seen = {one.id: planning.scores(facts, one.id, None) for one in people}

    @cache
    def ratings(who: int, known: int | None) -> rules.Ratings:
        return replace(seen[who], familiarity=known)

    for task in tasks:
        id, its, can_undo = task.id, task.facts(), task.undo in GROWS_ON
        for who in seen:
            known = planning.score_of(facts.newest.get((who, "familiarity", id)))
            now = facts.now.get((who, id), planning.NOTHING_YET)
            advice = rules.recommend(ratings(who, known), its, guards(now))
            if advice.level is not None:
                level = assigning.counted(advice.level, advice.provisional)
                grows = can_undo and now.current is not None
                yield (
                    (who, id),
                    Fit(
                        advice.level,
                        advice.provisional,
                        level,
                        grows and level - 1 == now.current,
                    ),
                )


def guards(now: planning.Now) -> frozenset[str]:
    """Return which criteria are guarded by an agreement in force."""
    live = now.agreement
    return live.safeguards if live and live.state == "agreed" else frozenset()


def question(scene: Scene, wishes: Wishes) -> Question:
    """Return what is to be worked out; free hours that are not known are none."""
    people = [
        assigning.Person(
            one.id, one.hours_free or 0, one.id in wishes.grows, one.id in wishes.out
        )
        for one in scene.people
    ]
    tasks = {
        one.id: assigning.Work(
            one.id,
            one.hours,
            wishes.fixed.get(one.id),
            one.id in wishes.stays,
            scene.level_now(one.id),
        )
        for one in scene.free
        if one.hours is not None
    }
    return Question(
        people,
        list(tasks.values()),
        [
            assigning.Offer(who, what, fit.level, fit.is_growth)
            for (who, what), fit in scene.fits.items()
            if what in tasks
        ],
        wishes,
        [one.id for one in scene.free if one.hours is None],
        {key for key, fit in scene.fits.items() if fit.provisional},
        digest(scene),
    )


def digest(scene: Scene) -> str:
    """Return what tells whether any of these facts is another than it was."""
    told = (
        [(one.id, one.hours_free) for one in scene.people],
        [
            (one.id, one.hours, scene.level_now(one.id))
            for one in scene.free
            if one.hours is not None
        ],
        sorted((*key, *map(int, fit)) for key, fit in scene.fits.items()),
    )
    return sha256(repr(told).encode()).hexdigest()


def row_of(team_id: int, manager_id: int) -> Proposal:
    """Return a manager's proposal for a team, or a new row of no version."""
    found: Proposal | None = db.session.scalar(
        db.select(Proposal)
        .where(Proposal.team_id == team_id, Proposal.manager_id == manager_id)
        .options(selectinload(Proposal.people), selectinload(Proposal.tasks))
    )
    return found or Proposal(
        team_id=team_id, manager_id=manager_id, least=Level.PROPOSE, version=0
    )


def wishes_of(row: Proposal) -> Wishes:
    """Return what was wished the last time."""
    return Wishes(
        Level(row.least),
        {one.employee_id for one in row.people if one.is_out},
        {one.employee_id for one in row.people if one.grows},
        {one.task_id for one in row.tasks if one.stays},
        {one.task_id: one.fixed_id for one in row.tasks if one.fixed_id},
    )


def keep(row: Proposal, asked: Question, found: assigning.Proposal) -> None:
    """Write on `row` what was asked and what was found; the caller commits."""
    row.least, row.made_at, row.facts = asked.wishes.least, utc_now(), asked.facts
    row.hours, row.hours_bound = found.hours, found.hours_bound
    row.levels, row.levels_bound = found.levels, found.levels_bound
    row.people = people_kept(row, asked)
    row.tasks = tasks_kept(row, asked, {one.task: one for one in found.rows})
    flag_modified(row, "made_at")  # a new version, also within the same second
    db.session.add(row)


def people_kept(row: Proposal, asked: Question) -> list[ProposedPerson]:
    there = {one.employee_id: one for one in row.people}
    kept = []
    for one in asked.people:
        person = there.get(one.id) or ProposedPerson(employee_id=one.id)
        person.grows, person.is_out, person.hours_free = (
            one.grows,
            one.is_out,
            one.hours,
        )
        kept.append(person)
    return kept


def tasks_kept(
    row: Proposal, asked: Question, found: Mapping[int, assigning.Row]
) -> list[ProposedTask]:
    there = {one.task_id: one for one in row.tasks}
    hours = {one.id: one.hours for one in asked.tasks}
    kept = []
    for id in (*hours, *asked.waiting):
        task, goes = there.get(id) or ProposedTask(task_id=id), found.get(id)
        task.stays, task.fixed_id = id in asked.wishes.stays, asked.wishes.fixed.get(id)
        task.hours = hours.get(id)
        task.employee_id, task.level = (
            (goes.person, goes.level) if goes else (None, None)
        )
        task.provisional = goes is not None and (goes.person, id) in asked.provisional
        kept.append(task)
    return kept


class Load(NamedTuple):
    """Someone's free hours, before and after."""

    employee: Employee
    before: float
    after: float
    is_known: bool


class Told(NamedTuple):
    """What was proposed, as it is told: nothing in it is worked out anew."""

    row: Proposal
    lines: Sequence[Line]
    loads: Sequence[Load]
    changed: bool
    """Whether the facts are others now."""

    @property
    def already(self) -> float:
        """The hours on these tasks that are let go already."""
        return round(sum(one.already for one in self.lines), 3)

    @property
    def mine(self) -> float:
        """The manager's hours on these tasks now."""
        return sum(one.hours or 0 for one in self.row.tasks) - self.already

    @property
    def short_of(self) -> tuple[float, float]:
        """How far something better could lie at most: in hours freed, and in levels."""
        row = self.row
        return (
            assigning.gap(row.hours or 0, row.hours_bound or 0),
            assigning.gap(row.levels or 0, row.levels_bound or 0),
        )


def tell(scene: Scene, row: Proposal) -> Told:
    """Return what was proposed, with why it is so where the facts are the same."""
    kept = {one.task_id: one for one in row.tasks if one.hours is not None}
    loads = loads_of(scene, row)
    changed = row.facts != digest(scene)
    lines = [
        line_of(scene, kept[task.id], task) for task in scene.free if task.id in kept
    ]
    if not changed:
        takers = [one.employee_id for one in row.people if not one.is_out]
        for place, line in enumerate(lines):
            id = line.task.id
            able = {who: scene.fits[who, id].level for who in takers}
            lines[place] = explained(line, kept[line.task.id], able, row, loads)
    return Told(row, lines, list(loads.values()), changed)


def loads_of(scene: Scene, row: Proposal) -> Mapping[int, Load]:
    """Return the free hours of each person who is still there, by name."""
    free = {one.employee_id: one.hours_free or 0 for one in row.people}
    spent: defaultdict[int | None, float] = defaultdict(float)
    for one in row.tasks:
        spent[one.employee_id] += one.hours or 0
    return {
        one.id: Load(
            one,
            free[one.id],
            max(0, round(free[one.id] - spent[one.id], 2)),
            one.hours_free is not None,
        )
        for one in scene.people
        if one.id in free
    }


def line_of(scene: Scene, kept: ProposedTask, task: Task) -> Line:
    people = {one.id: one for one in scene.people}
    who = people.get(kept.employee_id or 0)
    hours = kept.hours or 0
    if who is None or kept.level is None:
        return Line(task, hours, doing=scene.doing.get(task.id))
    level, fit = Level(kept.level), scene.fits.get((who.id, task.id))
    return Line(
        task,
        hours,
        who,
        level,
        fit and fit.advised,
        kept.provisional,
        fit is not None and fit.is_growth,
        scene.live.get((who.id, task.id)),
        is_stale=fit is None or fit.level != level,
        doing=scene.doing.get(task.id),
    )


def explained(
    line: Line,
    kept: ProposedTask,
    able: Mapping[int, Level],
    row: Proposal,
    loads: Mapping[int, Load],
) -> Line:
    """Return `line` with why it is so; `able` is who takes part, at which level."""
    if line.employee is None or line.level is None:
        return line._replace(why=why_stays(line, kept, able, row, loads))
    higher = sorted(
        (who for who, level in able.items() if level > line.level),
        key=lambda who: -able[who],
    )
    others = [loads[who].employee for who in higher]
    is_full = all(loads[who].after < line.hours for who in higher)
    wished = {one.employee_id for one in row.people if one.grows}
    if kept.fixed_id:
        why = "fixed"
    elif line.is_growth and line.employee.id in wished:
        why = "growth"
    else:
        why = ("full" if is_full else "whole") if higher else "highest"
    return line._replace(why=why, others=others)


def why_stays(
    line: Line,
    kept: ProposedTask,
    able: Mapping[int, Level],
    row: Proposal,
    loads: Mapping[int, Load],
) -> assigning.Why:
    """Return why a task stays with the manager."""
    if kept.stays:
        return assigning.Why.WISHED
    if not able:
        return assigning.Why.NOBODY
    ready = [who for who, level in able.items() if level >= row.least]
    if not ready:
        return assigning.Why.LEAST
    now = line.doing.level if line.doing else 0
    further = [who for who in ready if able[who] > now]
    if not further:
        return assigning.Why.NOW
    fixed: defaultdict[int | None, float] = defaultdict(float)
    for one in row.tasks:
        fixed[one.fixed_id] += one.hours or 0
    has_room = any(loads[who].before - fixed[who] >= line.hours for who in further)
    return assigning.Why.FULL if has_room else assigning.Why.HOURS
