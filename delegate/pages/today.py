"""What asks for attention today, each with its one next step; before that, a start.

A list shows a few and says how many there are. Nobody is ranked, and nothing is stored:
the question for the manager's own is only shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, Select, func, select

from .. import access, i18n, planning, rules, wording
from ..dialogue import acquainting, mending, own_view
from ..dialogue.polling import heard
from ..models import Agreement, Employee, Task, Team, db
from ..overview import Matter, Overview, Person, overview
from ..planning import COMING, LOOKS_BACK, is_watched
from ..rights import erasure
from ..rules import Posture

bp = Blueprint("today", __name__, cli_group=None)

MOST = 5
"""Most rows in one list: what can be done in a day."""

MOST_LOOK_BACKS = 50

LATE = "late"
KINDS = (Posture.LETTING_FALL, Posture.TOO_TRUSTING, LATE)
"""What goes first, most pressing one first; late is long past its look-back."""


class Few(NamedTuple):
    """The first rows of a list, and how many there are in all."""

    rows: Sequence[Any]
    total: int


class Going(NamedTuple):
    """A pair where something goes on, with the words for it."""

    employee_id: int
    task_id: int
    name: str
    title: str
    matter: Matter


class First(NamedTuple):
    """The one matter that goes before all others, and how many there are besides."""

    kind: str
    going: Going
    others: Sequence[tuple[str, int]]


class Acquaint(NamedTuple):
    """Someone of whom something is not yet observed, and a step that would show it."""

    id: int
    name: str
    states: Sequence[bool]
    step: Any
    planned: acquainting.Planned | None


class Again(NamedTuple):
    """Someone who was looked at long ago: at what, and when for the last time."""

    id: int
    name: str
    criteria: Sequence[Any]
    since: date


class Entry(NamedTuple):
    """What stands on a day of the week: a look-back, or a conversation at a time."""

    employee_id: int
    name: str
    agreement: Row[Any] | None = None
    at: datetime | None = None


@bp.route("/")
def index() -> ResponseReturnValue:
    team = access.current_team()
    if team is None:
        return start(("people", "tasks"))
    today = i18n.today()
    found = overview(team.id, access.manager().id, today)
    kinds = {"people": found.people, "tasks": found.tasks}
    wanted = tuple(kind for kind, rows in kinds.items() if not rows)
    if wanted:
        return start(wanted, may_write=access.may_write(team.id))
    return render_template(
        "today/index.html",
        team=team,
        teams=access.my_teams(),
        today=today,
        question=wording.SELF_QUESTIONS[
            today.toordinal() % len(wording.SELF_QUESTIONS)
        ],
        **matters(found, today),
        **appointments(team, today),
        may_write=access.may_write(team.id),
        is_owner=access.owns(team.id),
        acquaint=acquaint(found.people),
        again=again(team, found.people, today),
        going=few(erasure.warned(team, today)),
        heard=heard(team.id),
        answered=own_view.to_reveal(people(team, today)),
        talk_first=few(mending.to_ask(people(team, today), access.manager().id)),
    )


def start(wanted: Sequence[str], *, may_write: bool = True) -> str:
    """Show how to begin, and ask for what is wanted first."""
    return render_template("today/first.html", wanted=wanted, may_write=may_write)


def few(rows: Iterable[Any]) -> Few:
    listed = list(rows)
    return Few(listed[:MOST], len(listed))


def matters(found: Overview, today: date) -> Mapping[str, Any]:
    """Return what the rules say about how it goes now, and what they still ask."""
    going = sorted(going_on(found), key=lambda one: (one.title.casefold(), one.name))
    room = [one for one in going if one.matter.posture is Posture.HOLDING_ON]
    return {
        "first": first(going, today),
        "room": few(sorted(room, key=lambda one: -one.matter.room)),
        "with_me": few(one for one in found.tasks if one.still_with_me),
        "to_answer": sum(
            not reserved and None in facts
            for *facts, reserved in (one.answers for one in found.tasks)
        ),
    }


def going_on(found: Overview) -> Iterator[Going]:
    names = {one.id: one.name for one in found.people}
    titles = {one.id: one.title for one in found.tasks}
    for (who, what), matter in found.matters.items():
        yield Going(who, what, names[who], titles[what], matter)


def first(going: Sequence[Going], today: date) -> First | None:
    """Return what matters most: letting fall, too trusting, or long past its moment."""
    kinds = [(kind_of(one.matter, today), one) for one in going]
    urgent = [(kind, one) for kind, one in kinds if kind]
    if not urgent:
        return None
    kind, one = min(
        urgent,
        key=lambda found: (KINDS.index(found[0]), -(found[1].matter.current or 0)),
    )
    left = Counter(kind for kind, other in urgent if other is not one)
    return First(kind, one, [(kind, left[kind]) for kind in KINDS if left[kind]])


def kind_of(matter: Matter, today: date) -> str | None:
    if matter.posture in (Posture.LETTING_FALL, Posture.TOO_TRUSTING):
        return matter.posture
    is_late = matter.look_back_on and not is_watched(matter.look_back_on, today)
    return LATE if is_late else None


def appointments(team: Team, today: date) -> Mapping[str, Any]:
    """Return the look-backs that are due, the week they stand in, and the drafts."""
    until = today + COMING
    due = db.session.execute(
        agreements(team)
        .where(Agreement.state.in_(LOOKS_BACK), Agreement.look_back_on <= until)
        .order_by(Agreement.look_back_on, func.lower(Employee.name), Agreement.id)
        .limit(MOST_LOOK_BACKS)
    ).all()
    drafts = db.session.execute(
        agreements(team)
        .where(Agreement.state == "draft")
        .order_by(Agreement.created_at, Agreement.id)
        .limit(MOST)
    ).all()
    return {
        "due": Few(due[:MOST], due[0].total if due else 0),
        "drafts": Few(drafts, drafts[0].total if drafts else 0),
        "week": week(due, talks(team, today, until), today),
    }


def agreements(team: Team) -> Select[*tuple[Any, ...]]:
    """Return the query for agreements with the words around them, and their count."""
    return (
        select(
            Agreement.id,
            Agreement.employee_id,
            Agreement.task_id,
            Agreement.level,
            Agreement.look_back_on,
            Agreement.created_at,
            Employee.name,
            Employee.next_talk_at,
            Task.title,
            func.count().over().label("total"),
        )
        .join(Employee, Employee.id == Agreement.employee_id)
        .join(Task, Task.id == Agreement.task_id)
        .where(
            Agreement.team_id == team.id,
            Employee.removed_at.is_(None),
            planning.is_there(i18n.today()),
            Task.removed_at.is_(None),
            Task.archived_at.is_(None),
        )
    )


def talks(team: Team, since: date, until: date) -> Sequence[Employee]:
    """Return the people with whom a conversation is planned, first one first."""
    begin = i18n.to_utc(datetime.combine(since, time.min))
    end = i18n.to_utc(datetime.combine(until + timedelta(days=1), time.min))
    return db.session.scalars(
        people(team, since)
        .where(Employee.next_talk_at >= begin, Employee.next_talk_at < end)
        .order_by(Employee.next_talk_at, Employee.id)
    ).all()


def people(team: Team, today: date) -> Select[Employee]:
    """Return the query for who of the team is there."""
    return select(Employee).where(
        Employee.team_id == team.id,
        Employee.removed_at.is_(None),
        planning.is_there(today),
    )


def week(
    due: Iterable[Row[Any]], talking: Iterable[Employee], today: date
) -> Mapping[date, Sequence[Entry]]:
    """Return what stands on each day that has something, and on today in any case."""
    days: defaultdict[date, list[Entry]] = defaultdict(list, {today: []})
    for one in talking:
        at = one.next_talk_at
        assert at is not None
        days[i18n.as_date(at)].append(Entry(one.id, one.name, at=at))
    for row in due:
        if row.look_back_on >= today:
            days[row.look_back_on].append(Entry(row.employee_id, row.name, row))
    return dict(sorted(days.items()))


def acquaint(people: Iterable[Person]) -> Few:
    """Return those not wholly seen yet, who was seen least first, and by name."""
    unseen = [one for one in people if 0 in one.scores]
    found = few(sorted(unseen, key=lambda one: -one.scores.count(0)))
    planned = acquainting.first_of_each([one.id for one in found.rows])
    rows = [step_towards(one, planned.get(one.id)) for one in found.rows]
    return Few(rows, found.total)


def step_towards(one: Person, planned: acquainting.Planned | None) -> Acquaint:
    criterion = rules.CRITERIA[one.scores.index(0)]
    states = [score > 0 for score in one.scores]
    step = planned.step.text if planned else wording.ACQUAINT[criterion]
    return Acquaint(one.id, one.name, states, step, planned)


def again(team: Team, people: Iterable[Person], today: date) -> Few:
    """Return those of whom a score is older than half a year, by name."""
    found = few(one for one in people if one.old)
    if not found.rows:
        return found
    newest = planning.newest_ratings(
        team.id,
        access.manager().id,
        employees=[one.id for one in found.rows],
        tasks=[],
    )
    return Few([look_again(one, newest, today) for one in found.rows], found.total)


def look_again(one: Person, newest: planning.Newest, today: date) -> Again:
    rows = {
        criterion: row
        for criterion in rules.CRITERIA
        if (row := newest.get((one.id, criterion, None)))
        and planning.is_old(row, today)
    }
    days = (row.seen_on or row.created_at.date() for row in rows.values())
    since = max(days, default=today)
    criteria = [wording.NOUNS[criterion] for criterion in rows]
    return Again(one.id, one.name, criteria, since)
