"""Makes the rows of the made-up team: `team` and `talk` in one language, from today.

Each day is counted back from the day of loading. Knows no request; nothing commits.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert

from .. import agreeing, i18n, planning
from ..models import (
    AGREEMENT_TEXTS,
    Agreement,
    CheckIn,
    Employee,
    LookBack,
    Manager,
    Membership,
    OwnAnswer,
    OwnChoice,
    OwnView,
    Pair,
    PairEvent,
    Rating,
    Safeguard,
    Step,
    Talk,
    TalkItem,
    Task,
    Team,
    TeamConditions,
    TeamRound,
    db,
)
from . import talk
from . import team as sample
from .team import Text

OF_TASK = ("outcome", "limits")
"""What an agreement here says as its task does."""
ITS_OWN = (*(one for one in AGREEMENT_TEXTS if one not in OF_TASK), "closing_reason")
TALK = ("count_on_me", "asks_of_me", "learning")
OWN_TEXTS = ("can", "cannot_yet", "needs_from_manager", "can_be_counted_on")
NOON = time(12)


class Loading(NamedTuple):
    """Whose team is being loaded, in which language and on which day."""

    team: Team
    manager: Manager
    language: str
    today: date

    def say(self, text: Text) -> str:
        return str(getattr(text, self.language))

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def moment_ago(self, days: int) -> datetime:
        return datetime.combine(self.ago(days), NOON)

    def working_day(self, days: int) -> date:
        """Return the day so many days on, or the working day that it slips to."""
        day = self.today + timedelta(days=days)
        if day.weekday() < 5:
            return day
        return day + timedelta(
            days=7 - day.weekday() if days > 0 else 4 - day.weekday()
        )


def add_sample(manager: Manager, language: str) -> Team:
    """Add the sample team for `manager` and return it; the caller commits."""
    team = Team(name=getattr(sample.TEAM, language), is_sample=True)
    db.session.add(team)
    db.session.flush()
    db.session.add(Membership(team_id=team.id, manager_id=manager.id, role="owner"))
    loading = Loading(team, manager, language, i18n.today())
    tasks = {one.key: add_task(loading, one) for one in sample.TASKS}
    people = {one.name: add_person(loading, one) for one in sample.PEOPLE}
    db.session.flush()
    for person in sample.PEOPLE:
        add_ratings(loading, people[person.name], person, tasks)
    add_pairs(loading, people, tasks)
    db.session.flush()
    add_agreements(loading, people, tasks)
    db.session.flush()
    add_talk(loading, people, tasks)
    db.session.flush()
    return team


def add_task(loading: Loading, one: sample.SampleTask) -> Task:
    task = Task(
        team_id=loading.team.id,
        title=loading.say(one.title),
        outcome=loading.say(one.outcome),
        limits=loading.say(one.limits),
        stakes=one.stakes,
        undo=one.undo,
        outcome_clear=one.outcome_clear,
        limits_clear=one.limits_clear,
        reserved=one.reserved_why is not None,
        reserved_why=loading.say(one.reserved_why or Text()),
        with_me=one.with_me,
        hours=sample.HOURS[one.key],
    )
    db.session.add(task)
    return task


def add_person(loading: Loading, one: sample.Person) -> Employee:
    employee = Employee(
        team_id=loading.team.id,
        name=one.name,
        role=loading.say(one.role),
        hours_free=one.hours_free,
        next_talk_at=talk_at(loading, one),
        entrusted=loading.say(talk.ENTRUSTED.get(one.name, Text())),
        **{name: loading.say(getattr(one, name)) for name in TALK},
    )
    db.session.add(employee)
    return employee


def talk_at(loading: Loading, one: sample.Person) -> datetime | None:
    if one.talk is None:
        return None
    days, hour = one.talk
    return i18n.to_utc(datetime.combine(loading.working_day(days), time(hour)))


def add_ratings(
    loading: Loading,
    employee: Employee,
    person: sample.Person,
    tasks: Mapping[str, Task],
) -> None:
    """Add what was seen of one person, oldest first, as the newest row counts."""
    for look in person.looks:
        db.session.add(rating(loading, employee, look))
    for key, score in person.knows.items():
        look = sample.Look("familiarity", score, days_ago=35)
        db.session.add(rating(loading, employee, look, tasks[key]))


def rating(
    loading: Loading, employee: Employee, look: sample.Look, task: Task | None = None
) -> Rating:
    return Rating(
        team_id=loading.team.id,
        employee_id=employee.id,
        task_id=task.id if task else None,
        criterion=look.criterion,
        state="unseen" if look.score is None else "scored",
        score=look.score,
        example=loading.say(look.example),
        different=look.different,
        seen_on=loading.ago(look.days_ago) if look.score else None,
        rater_id=loading.manager.id,
        created_at=loading.moment_ago(look.days_ago),
    )


def add_pairs(
    loading: Loading, people: Mapping[str, Employee], tasks: Mapping[str, Task]
) -> None:
    """Add how it goes now, also for the pairs that only have an agreement.

    History tells of each as of today; here it has days of its own.
    """
    wanted: dict[tuple[str, str], int | None] = {
        (one.person, one.task): None for one in sample.AGREED
    }
    for person in sample.PEOPLE:
        wanted |= {(person.name, key): level for key, level in person.now.items()}
    pairs, steps = [], []
    for (name, key), level in wanted.items():
        ids = {"employee_id": people[name].id, "task_id": tasks[key].id}
        ids["team_id"] = loading.team.id
        told = {**ids, "kind": "now", "by_id": loading.manager.id}
        went = sample.WENT.get((name, key), ((level, since(name, key)),))
        pairs.append(Pair(**ids, current=went[-1][0]))
        steps += [
            {**told, "value": value, "at": loading.moment_ago(days)}
            for value, days in went
            if value
        ]
    db.session.add_all(pairs)
    db.session.flush()
    db.session.execute(delete(PairEvent).where(PairEvent.team_id == loading.team.id))
    db.session.execute(insert(PairEvent), steps)


def since(name: str, key: str) -> int:
    """Return for how many days it goes as it does: since the first agreement."""
    made = [
        one.made_ago for one in sample.AGREED if (one.person, one.task) == (name, key)
    ]
    return max(made, default=60)


def add_agreements(
    loading: Loading, people: Mapping[str, Employee], tasks: Mapping[str, Task]
) -> None:
    """Add the agreements, each with the level that the rules advise."""
    facts = planning.gather(loading.team.id, loading.manager.id, loading.today)
    for one in sample.AGREED:
        employee, task = people[one.person], tasks[one.task]
        advised = planning.outcome(facts, employee.id, task).advice.level
        db.session.add(agreement(loading, one, employee, task, advised))


def agreement(
    loading: Loading,
    one: sample.Agreed,
    employee: Employee,
    task: Task,
    advised: int | None,
) -> Agreement:
    made = loading.moment_ago(one.made_ago)
    return Agreement(
        team_id=loading.team.id,
        employee_id=employee.id,
        task_id=task.id,
        state=one.state,
        level=one.level,
        advised=advised,
        look_back_on=loading.working_day(one.look_back_in),
        created_by_id=loading.manager.id,
        created_at=made,
        agreed_at=None if one.state == "draft" else made,
        closed_at=loading.moment_ago(20) if one.closing_reason.en else None,
        safeguards=[
            Safeguard(criterion=criterion, text=loading.say(text))
            for criterion, text in one.safeguards.items()
        ],
        **{name: getattr(task, name) for name in OF_TASK},
        **{name: loading.say(getattr(one, name)) for name in ITS_OWN},
    )


def add_talk(
    loading: Loading, people: Mapping[str, Employee], tasks: Mapping[str, Task]
) -> None:
    """Add both views, steps, one-on-ones, what came of it, and what the team says."""
    for view in talk.OWN_VIEWS:
        db.session.add(own_view(loading, view, people[view.person], tasks))
    for step in talk.STEPS:
        ids = people[step.person].id, tasks[step.task].id
        db.session.add(first_step(loading, step, *ids))
    for one in talk.LOOK_BACKS:
        ids = people[one.person].id, tasks[one.task].id
        db.session.add(look_back(loading, one, *ids))
    for moment in talk.CHECK_INS:
        ids = people[moment.person].id, tasks[moment.task].id
        db.session.add(check_in(loading, moment, *ids))
    for name, ago in talk.TALKS.items():
        db.session.add(held(loading, people[name], ago))
    for item in talk.ITEMS:
        db.session.add(talk_item(loading, item, people[item.person]))
    db.session.add_all(conditions(loading))


def own_view(
    loading: Loading,
    one: talk.OwnView,
    employee: Employee,
    tasks: Mapping[str, Task],
) -> OwnView:
    shown = one.revealed_ago is not None
    return OwnView(
        team_id=loading.team.id,
        employee_id=employee.id,
        asked_by_id=loading.manager.id,
        asked_at=loading.moment_ago(one.received_ago + 3),
        on_paper=True,
        received_at=loading.moment_ago(one.received_ago),
        revealed_at=loading.moment_ago(one.revealed_ago or 0) if shown else None,
        revealed_by_id=loading.manager.id if shown else None,
        answers=[
            OwnAnswer(criterion=name, score=score)
            for name, score in one.answers.items()
        ],
        choices=[
            OwnChoice(task_id=tasks[key].id, level=level)
            for key, level in one.levels.items()
        ],
        **{name: loading.say(getattr(one, name)) for name in OWN_TEXTS},
    )


def first_step(
    loading: Loading, one: talk.Step, employee_id: int, task_id: int
) -> Step:
    return Step(
        team_id=loading.team.id,
        employee_id=employee_id,
        task_id=task_id,
        kind=one.kind,
        criterion=one.criterion,
        text=loading.say(one.text),
        due_on=loading.working_day(one.due_in),
        created_by_id=loading.manager.id,
        created_at=loading.moment_ago(2),
    )


def look_back(
    loading: Loading, one: talk.LookBack, employee_id: int, task_id: int
) -> LookBack:
    agreement = agreeing.live(employee_id, task_id)
    assert agreement
    return LookBack(
        agreement_id=agreement.id,
        theirs=loading.say(one.theirs),
        mine=loading.say(one.mine),
        next_state=agreement.state,
        created_by_id=loading.manager.id,
        created_at=loading.moment_ago(one.ago),
    )


def check_in(
    loading: Loading, one: talk.CheckIn, employee_id: int, task_id: int
) -> CheckIn:
    agreement = agreeing.live(employee_id, task_id)
    assert agreement
    day = loading.working_day(one.in_days)
    return CheckIn(
        agreement_id=agreement.id,
        day=day,
        kept_at=datetime.combine(day, NOON) if one.in_days < 0 else None,
        seen=loading.say(one.seen),
        criterion=one.criterion,
        created_by_id=loading.manager.id,
        created_at=agreement.created_at,
    )


def held(loading: Loading, employee: Employee, ago: int) -> Talk:
    return Talk(
        team_id=loading.team.id,
        employee_id=employee.id,
        number=1,
        at=loading.moment_ago(ago),
        held_at=loading.moment_ago(ago),
        held_by_id=loading.manager.id,
    )


def talk_item(loading: Loading, one: talk.Item, employee: Employee) -> TalkItem:
    due, done = one.due_in, one.done_ago
    return TalkItem(
        team_id=loading.team.id,
        employee_id=employee.id,
        kind=one.kind,
        text=loading.say(one.text),
        is_shared=one.shared,
        doer=one.doer,
        due_on=None if due is None else loading.working_day(due),
        done_at=None if done is None else loading.moment_ago(done),
        created_by_id=loading.manager.id,
        created_at=loading.moment_ago(one.ago),
    )


def conditions(loading: Loading) -> tuple[TeamConditions, TeamRound]:
    by, team_id = loading.manager.id, loading.team.id
    actions = {
        f"{name}_action": loading.say(text) for name, text in talk.ACTIONS.items()
    }
    said = TeamConditions(
        team_id=team_id, answered_by_id=by, **talk.CONDITIONS, **actions
    )
    asked_at = loading.moment_ago(talk.ROUND_AGO)
    asked = {"team_id": team_id, "asked_by_id": by, "asked_at": asked_at}
    return said, TeamRound(**asked, **talk.ROUND)
