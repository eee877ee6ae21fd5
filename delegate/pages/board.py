"""The board: tasks by people; in each cell how far to let go, and how it goes now."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import (
    Blueprint,
    get_template_attribute,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from .. import access, fragments, i18n, models, rules
from ..overview import (
    Answers,
    Matter,
    Overview,
    Person,
    Scores,
    Work,
    advise,
    familiarity,
    overview,
)
from ..planning import COMING, Key

bp = Blueprint("board", __name__, url_prefix="/board", cli_group=None)

PEOPLE = 20
TASKS = 25
"""Most columns and rows at once: a browser is slow with more, and so is a reader."""

POSTURES = {
    one.value: one
    for one in (
        rules.Posture.HOLDING_ON,
        rules.Posture.LETTING_FALL,
        rules.Posture.TOO_TRUSTING,
    )
}
"""What can be filtered by as it goes now, by the name in the address."""

MANY_TO_ANSWER = 4
"""From so many tasks with questions, one line leads to them all."""

FILTERS = ("all", *POSTURES, "still_with_me", "provisional", "to_answer")
SORTS = ("room", "title", "stakes", "newest")

DUTIES = tuple(enumerate(models.FACTS))[2:]
"""What the manager has to write, with its place among the answers."""

HEAVIEST = {stakes.value: -weight for weight, stakes in enumerate(rules.Stakes)}


class View(NamedTuple):
    """What is asked for in the address; whatever is malformed counts as not asked."""

    show: str = "all"
    q: str = ""
    people: int = 0
    person: int = 0
    sort: str = "room"
    page: int = 1
    columns: int = 1
    acquainted: int = 0

    def url(self, **changes: object) -> str:
        """Return the address of this view, but for `changes`."""
        wanted = self._replace(**changes)  # type: ignore[arg-type]
        query = [
            (name, value)
            for name, value, usual in zip(self._fields, wanted, USUAL, strict=True)
            if value != usual
        ]
        return f"?{urlencode(query)}" if query else request.path


USUAL = View()


def asked() -> View:
    given = request.args
    show, sort = given.get("show", ""), given.get("sort", "")
    return View(
        show=show if show in FILTERS else "all",
        q="".join(filter(str.isprintable, given.get("q", "")))[: models.TITLE].strip(),
        people=whole(given.get("people")),
        person=whole(given.get("person")),
        sort=sort if sort in SORTS else "room",
        page=whole(given.get("page")) or 1,
        columns=whole(given.get("columns")) or 1,
        acquainted=whole(given.get("acquainted")),
    )


def whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


class Page(NamedTuple):
    """A part of a list that is too long to show at once."""

    items: Sequence[Any]
    number: int
    pages: int


def page_of(items: Sequence[Any], number: int, size: int) -> Page:
    pages = max(1, -(-len(items) // size))
    number = min(number, pages)
    return Page(items[(number - 1) * size : number * size], number, pages)


class Line(NamedTuple):
    """A row of the board: its cells, or the matters where there is one cell for all."""

    task: Work
    about: Markup
    duties: Sequence[Markup]
    cells: Markup
    provisional: int
    matters: Sequence[tuple[Person, Matter]]

    @property
    def reserved(self) -> bool:
        return self.task.answers.reserved

    @property
    def questions(self) -> tuple[str, ...]:
        """The names of the facts that have no answer yet."""
        facts = zip(models.FACTS, self.task.answers, strict=False)
        return tuple(fact for fact, answer in facts if answer is None)


@bp.route("/")
def index() -> ResponseReturnValue:
    team = access.current_team()
    if team is None:
        return render_template(
            "board/empty.html", team=None, whole=None, may_write=True
        )
    rater, today = access.manager().id, i18n.today()
    whole = overview(team.id, rater, today)
    if not whole.people or not whole.tasks:
        return render_template(
            "board/empty.html",
            team=team,
            whole=whole,
            may_write=access.may_write(team.id),
        )
    view = asked()
    fitting = narrowed(whole, view)
    people, tasks = who, what = pages_of(fitting, view)
    first = view._replace(show="all", page=1, columns=1)
    if view.show != "provisional" and view != first:
        who, what = pages_of(fitting, first)  # as the filter of provisional would show
    known = familiarity(
        team.id,
        rater,
        today,
        {one.id for one in (*people.items, *who.items)},
        {one.id for one in (*tasks.items, *what.items)},
    )
    picked = picked_of(people.items, view)
    fixed = partial(
        fragments.written, i18n.language(), request.script_root, "board/_fixed.html"
    )
    to_pair = stem("pairs.show", employee_id=1, task_id=1)
    tried = next((one for one in people.items if one.id == view.acquainted), None)
    told = partial(line, fixed=fixed, to_pair=to_pair, tried=tried)
    lines = [
        told(one, people.items, picked, known, whole.matters) for one in tasks.items
    ]
    would = lines
    if what is not tasks:
        would = [told(one, who.items, 0, known, whole.matters) for one in what.items]
    to_answer = sum(one.to_answer for one in whole.tasks)
    return render_template(
        "board/index.html",
        team=team,
        teams=[mine.team for mine in access.my_teams()],
        may_write=access.may_write(team.id),
        everyone=whole.people,
        view=view,
        people=people,
        picked=picked,
        tried=tried,
        tasks=tasks,
        lines=[one for one in lines if view.show != "provisional" or one.provisional],
        counts=counts(fitting, would),
        strip=strip(whole, today),
        marks=marks(whole),
        many_to_answer=to_answer if to_answer >= MANY_TO_ANSWER else 0,
        here=request.path,
        fixed=fixed,
        to_new=url_for("tasks.new"),
        to_pair=to_pair,
        to_pick=f"{ending(view.url(person=0))}person=",
        to_task=stem("tasks.show", task_id=1),
        to_person=stem("people.show", employee_id=1),
    )


def narrowed(found: Overview, view: View) -> Overview:
    """Return what fits the words and the person asked for, whatever the filter."""
    words = view.q.casefold()
    people = [one for one in found.people if one.id == view.people] or found.people
    tasks = [one for one in found.tasks if words in one.title.casefold()]
    ids = {one.id for one in people}, {one.id for one in tasks}
    matters = {
        (who, what): matter
        for (who, what), matter in found.matters.items()
        if who in ids[0] and what in ids[1]
    }
    return Overview(people, tasks, matters)


def pages_of(found: Overview, view: View) -> tuple[Page, Page]:
    """Return the columns and the rows that are asked for."""
    return (
        page_of(people_of(found, view), view.columns, PEOPLE),
        page_of(tasks_of(found, view), view.page, TASKS),
    )


def people_of(found: Overview, view: View) -> Sequence[Person]:
    """Return who is asked for: with a posture, only those it holds for."""
    if view.show not in POSTURES:
        return found.people
    concerned = {who for (who, _), _ in concerning(found, view.show)}
    return [one for one in found.people if one.id in concerned]


def tasks_of(found: Overview, view: View) -> Sequence[Work]:
    """Return the tasks that are asked for, sorted. Provisional is seen cell by cell."""
    tasks = found.tasks
    if view.show in POSTURES:
        concerned = {what for (_, what), _ in concerning(found, view.show)}
        tasks = [one for one in tasks if one.id in concerned]
    elif view.show == "still_with_me":
        tasks = [one for one in tasks if one.still_with_me]
    elif view.show == "to_answer":
        tasks = [one for one in tasks if one.to_answer]
    return in_order(tasks, found, view.sort)


def in_order(tasks: Sequence[Work], found: Overview, sort: str) -> Sequence[Work]:
    by_title = sorted(tasks, key=lambda one: (one.title.casefold(), one.id))
    if sort == "newest":
        return sorted(tasks, key=lambda one: -one.id)
    if sort == "stakes":
        return sorted(
            by_title, key=lambda one: HEAVIEST.get(one.answers.stakes or "", 1)
        )
    if sort == "room":
        room: Counter[int] = Counter()
        for (_, what), matter in found.matters.items():
            room[what] = max(room[what], matter.room)
        return sorted(by_title, key=lambda one: -room[one.id])
    return by_title


def concerning(found: Overview, show: str) -> Iterator[tuple[Key, Matter]]:
    """Yield the pairs with the posture that `show` names."""
    posture = POSTURES[show]
    return (item for item in found.matters.items() if item[1].posture is posture)


def picked_of(people: Sequence[Person], view: View) -> int:
    """Return the id of the one person that a small screen shows; 0 for nobody."""
    ids = [one.id for one in people]
    if view.person in ids:
        return view.person
    return ids[0] if ids else 0


def counts(found: Overview, lines: Sequence[Line]) -> Sequence[tuple[str, int]]:
    """Return how many each filter would show, in the order in which they stand.

    Of the provisional cells they count one page, that of `lines`, as nobody needs to
    know how much of a big team is not yet seen.
    """
    postures = Counter([one.posture for one in found.matters.values()])
    others = (
        len([one for one in found.tasks if one.still_with_me]),
        sum([one.provisional for one in lines]),
        len([one for one in found.tasks if one.to_answer]),
    )
    numbers = (1, *(postures[posture] for posture in POSTURES.values()), *others)
    return list(zip(FILTERS, numbers, strict=True))


def marks(found: Overview) -> Mapping[int, rules.Posture]:
    """Return the posture that asks most for attention, by person."""
    gravest = {}
    for posture in reversed(POSTURES.values()):
        for (who, _), matter in found.matters.items():
            if matter.posture is posture:
                gravest[who] = posture
    return gravest


class Strip(NamedTuple):
    """What stands above the board: each a few of the things that are counted."""

    further: Sequence[tuple[str, str]]
    further_count: int
    look_backs: Sequence[tuple[date, str, str]]
    look_back_count: int
    old: Sequence[Person]
    old_count: int


def strip(found: Overview, today: date) -> Strip:
    """Return what there is to do about the whole team, the first three of each."""
    names = {one.id: one.name for one in found.people}
    titles = {one.id: one.title for one in found.tasks}
    further = list(concerning(found, "holding_on"))
    until = today + COMING
    look_backs = sorted(
        (matter.look_back_on, titles[what], names[who])
        for (who, what), matter in found.matters.items()
        if matter.look_back_on and matter.look_back_on <= until
    )
    old = [one for one in found.people if one.old]
    return Strip(
        [(titles[what], names[who]) for (who, what), _ in further[:3]],
        len({what for (_, what), _ in further}),
        look_backs[:3],
        len(look_backs),
        old[:3],
        sum(one.old for one in old),
    )


def line(
    task: Work,
    people: Sequence[Person],
    picked: int,
    known: Mapping[Key, int],
    matters: Mapping[Key, Matter],
    *,
    fixed: Callable[..., Markup],
    to_pair: str,
    tried: Person | None,
) -> Line:
    """Return a row; a task without a level has one cell for everybody.

    For who is `tried` to know the task, a cell is shown as it would be then.
    """
    id, answers = task.id, task.answers
    about = fixed("about", answers.stakes, answers.undo, task.still_with_me)
    if answers.reserved or None in answers:
        going_on = ((one, matters.get((one.id, id))) for one in people)
        told = [(one, matter) for one, matter in going_on if matter and matter.posture]
        return Line(task, about, (), Markup(), 0, told)
    duties = [
        fixed("duty", fact, answers[place])
        for place, fact in DUTIES
        if answers[place] != "clear"
    ]
    language = i18n.language()
    html: list[str] = []
    provisional = 0
    for one in people:
        pair = one.id, id
        matter = matters.get(pair)
        if matter is None:
            slip = plain(language, one.scores, known.get(pair, 0), answers)
        else:
            slip = going(language, matter)
        if one is tried:
            score = known.get(pair, 0)
            stands = matter.advice if matter else advise(one.scores, score, answers)
            slip = opened(language, stands) or slip
        provisional += slip.provisional
        before = slip.picked if one.id == picked else slip.before
        html += (before, f"{to_pair}{one.id}/{id}", slip.after)
    return Line(task, about, duties, Markup("".join(html)), provisional, ())


class Slip(NamedTuple):
    """A cell as HTML, on both sides of where its link leads; no text of a reader's.

    `picked` is its beginning where a small screen shows it.
    """

    before: str
    picked: str
    after: str
    provisional: bool


@lru_cache(maxsize=2048)
def slip_of(
    language: str,
    level: int,
    provisional: bool,
    posture: str | None,
    current: int | None,
) -> Slip:
    """Return the cell for these codes, written by the template once."""
    write = get_template_attribute("board/_fixed.html", "slip")
    before, after = write(level, provisional, posture, current, False).split(HERE)
    picked, _ = write(level, provisional, posture, current, True).split(HERE)
    return Slip(before, picked, after, provisional)


HERE = "#pair"
"""Stands in the cell's template for the address of the pair."""


def going(language: str, matter: Matter) -> Slip:
    """Return the cell of a pair where something goes on."""
    advice, current = matter.advice, matter.current
    assert advice.level is not None
    return slip_of(language, advice.level, advice.provisional, matter.posture, current)


@lru_cache(maxsize=8192)
def plain(language: str, scores: Scores, familiarity: int, answers: Answers) -> Slip:
    """Return the cell of a pair where nothing goes on yet."""
    advice = advise(scores, familiarity, answers)
    assert advice.level is not None
    return slip_of(language, advice.level, advice.provisional, None, None)


def opened(language: str, stands: rules.Recommendation) -> Slip | None:
    """Return a cell as it would be were the task known; None where nothing opens up."""
    knows = max(stands.ratings.familiarity or 0, rules.KNOWS_THE_WORK[0])
    ratings = replace(stands.ratings, familiarity=knows)
    known = rules.recommend(ratings, stands.task, stands.safeguards)
    if known.level is None or known.level == stands.level:
        return None
    return would_of(language, known.level, known.provisional, stands.level)


@lru_cache(maxsize=512)
def would_of(language: str, level: int, provisional: bool, stands: int | None) -> Slip:
    """Return the cell for a level that would be, written by the template once."""
    write = get_template_attribute("board/_fixed.html", "would")
    before, after = write(level, provisional, stands, False).split(HERE)
    picked, _ = write(level, provisional, stands, True).split(HERE)
    return Slip(before, picked, after, provisional)


def stem(endpoint: str, **ids: Any) -> str:
    """Return the address that `endpoint` has, up to the ids that it ends with.

    Making each address on its own would take longer than the rest of the board.
    """
    return url_for(endpoint, **ids).removesuffix("/".join("1" for _ in ids))


def ending(address: str) -> str:
    """Return `address` with the sign after which one more wish can follow."""
    return address + ("&" if "?" in address else "?")
