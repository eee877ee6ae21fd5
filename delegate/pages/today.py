"""What asks for attention today, each with its one next step; before that, a start.

A list shows a few and says how many there are. Nobody is ranked, and nothing is stored:
the question for the manager's own is only shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from .. import access, i18n, rules, wording
from ..dialogue import mending
from ..models import Team, utc_now
from ..overview import Matter, Overview, Person, overview
from ..planning import is_watched
from ..practice import agenda, checking
from ..practice.agenda import Agenda, Entry
from ..rights import erasure
from ..rules import Posture

bp = Blueprint("today", __name__, cli_group=None)

MOST = agenda.MOST
"""Most rows in one list: what can be done in a day."""

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
    planned: Entry | None


class Again(NamedTuple):
    """Someone who was looked at long ago: at what, and when for the last time."""

    id: int
    name: str
    criteria: Sequence[Any]
    since: date


class Leaving(NamedTuple):
    """Someone of whom all is erased on `on`."""

    id: int
    name: str
    on: date


@bp.route("/")
def index() -> ResponseReturnValue:
    team = access.current_team()
    if team is None:
        return start(None, ("people", "tasks"))
    today = i18n.today()
    found = overview(team.id, access.manager().id, today)
    kinds = {"people": found.people, "tasks": found.tasks}
    wanted = tuple(kind for kind, rows in kinds.items() if not rows)
    may_write = access.may_write(team.id)
    if wanted:
        return start(team, wanted, may_write=may_write)
    unseen, old = to_meet(found.people), few(one for one in found.people if one.old)
    planned = agenda.agenda(
        team,
        access.manager().id,
        today,
        acquaint=[one.id for one in unseen.rows],
        ratings=[id for one in old.rows for id in one.ratings],
    )
    lists = {
        **matters(found, today),
        **appointments(planned),
        "again": Few(again(old.rows, planned), old.total),
        "going": few(leaving(team, planned, today)),
    }
    if may_write:
        lists |= to_do(planned)
        lists["acquaint"] = Few(acquaint(unseen.rows, planned), unseen.total)
    else:
        lists["to_answer"] = 0
    return render_template(
        "today/index.html",
        team=team,
        teams=access.my_teams(),
        today=today,
        question=wording.SELF_QUESTIONS[
            today.toordinal() % len(wording.SELF_QUESTIONS)
        ],
        lists=lists,
        is_quiet=not any(map(has_rows, lists.values())),
        next_day=planned.next_day,
        week=week(planned, today),
        may_write=may_write,
        is_owner=access.owns(team.id),
        heard=planned.heard,
        is_a_moment=checking.is_a_moment,
        now=utc_now,
    )


def has_rows(found: Any) -> bool:
    return bool(found.total if isinstance(found, Few) else found)


def start(team: Team | None, wanted: Sequence[str], *, may_write: bool = True) -> str:
    """Show how to begin, and ask for what is wanted first."""
    return render_template(
        "today/first.html", team=team, wanted=wanted, may_write=may_write
    )


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


def appointments(planned: Agenda) -> Mapping[str, Any]:
    """Return the look-backs and the check-ins that are due, and the drafts."""
    return {
        "due": first_few(planned.of(agenda.LOOK_BACK)),
        "check_ins": first_few(planned.of(agenda.CHECK_IN)),
        "drafts": first_few(planned.of(agenda.DRAFT)),
    }


def first_few(entries: Sequence[Entry]) -> Few:
    """Return the first of these entries, of which each knows how many there are."""
    return Few(entries[:MOST], entries[0].total if entries else 0)


def to_do(planned: Agenda) -> Mapping[str, Any]:
    """Return what waits for whoever may work in the team, and what they wait for."""
    now = utc_now()
    kinds = (agenda.ASKED, agenda.CODES, agenda.INVITED)
    unanswered = list(map(planned.of, kinds))
    listed = list(chain.from_iterable(unanswered))
    in_all = sum(max(len(rows), rows[0].total) for rows in unanswered if rows)
    talk_first = [
        one
        for one in planned.of(agenda.TALK_FIRST)
        if one.since and mending.is_time(one.since, one.at, now)
    ]
    return {
        "answered": planned.of(agenda.ANSWERED),
        "actions": first_few(planned.of(agenda.ACTION)),
        "talk_first": few(talk_first),
        "unanswered": Few(listed[:MOST], in_all),
    }


def leaving(team: Team, planned: Agenda, today: date) -> Iterator[Leaving]:
    """Yield who is to be erased before long, the first one first."""
    found = [
        Leaving(
            one.id,
            one.name,
            erasure.ends_on(one.since.date(), one.day, team.keep_months, today),
        )
        for one in planned.of(agenda.GOING)
        if one.since
    ]
    by = today + erasure.WARNING
    yield from sorted((one for one in found if one.on <= by), key=lambda one: one.on)


def week(planned: Agenda, today: date) -> Mapping[date, Sequence[Entry]]:
    """Return what stands on each day that has something, and on today in any case."""
    days: defaultdict[date, list[Entry]] = defaultdict(list, {today: []})
    for one in planned.of(agenda.TALK):
        assert one.at is not None
        days[i18n.as_date(one.at)].append(one)
    for one in (*planned.of(agenda.CHECK_IN), *planned.of(agenda.LOOK_BACK)):
        if one.day and one.day >= today:
            days[one.day].append(one)
    return dict(sorted(days.items()))


def to_meet(people: Iterable[Person]) -> Few:
    """Return those not wholly seen yet, who was seen least first, and by name."""
    unseen = [one for one in people if 0 in one.scores]
    return few(sorted(unseen, key=lambda one: -one.scores.count(0)))


def acquaint(people: Iterable[Person], planned: Agenda) -> Sequence[Acquaint]:
    """Return a step towards each of these people: the first planned, or one to plan."""
    first = {one.employee_id: one for one in reversed(planned.of(agenda.STEP))}
    return [step_towards(one, first.get(one.id)) for one in people]


def step_towards(one: Person, planned: Entry | None) -> Acquaint:
    criterion = rules.CRITERIA[one.scores.index(0)]
    states = [score > 0 for score in one.scores]
    step = planned.text if planned else wording.ACQUAINT[criterion]
    return Acquaint(one.id, one.name, states, step, planned)


def again(people: Iterable[Person], planned: Agenda) -> Sequence[Again]:
    """Return at what these people were looked at long ago, and when it was last."""
    seen: defaultdict[int | None, dict[str, date]] = defaultdict(dict)
    for one in planned.of(agenda.RATING):
        if day := one.day or (one.since and one.since.date()):
            seen[one.employee_id][one.text] = day
    return [
        Again(
            one.id,
            one.name,
            [wording.NOUNS[name] for name in rules.CRITERIA if name in seen[one.id]],
            max(seen[one.id].values()),
        )
        for one in people
        if seen[one.id]
    ]
