"""The own view of a person: asked for, received once, and shown beside the manager's.

It is for the conversation. Nothing here changes a level, and nothing that leads to a
level reads what is here. Knows no request and no words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from .. import recording, rules
from ..database import lock
from ..identity import links
from ..models import Employee, Link, OwnAnswer, OwnChoice, OwnView, Task, db, utc_now
from ..planning import LOOK_AGAIN, Newest, state_of

MOST_TASKS = 12
"""Tasks that one is asked about: what someone can think through in one go."""

TALK = 2
"""From how many points, or levels, on a difference is one to talk about."""

TEXTS = ("can", "cannot_yet", "needs_from_manager", "can_be_counted_on")

NONE = "none"
"""What a form saw where nothing had been asked."""

ANSWERED = ("scored", "unseen")

SELF = ("choices", "needs", "help")
"""What one can say of oneself; of informing the other side knows more."""


class AlreadyIn(Exception):
    """The own view has come in, and is not shown yet: there is none to ask for."""


class AskedMeanwhile(Exception):
    """Whoever asks saw an older state: it was asked, or taken back, since."""


class Said(NamedTuple):
    """What someone filled in: by criterion, by the id of a task, by column."""

    answers: Mapping[str, int | None]
    levels: Mapping[int, int | None]
    texts: Mapping[str, str]


class Asked(NamedTuple):
    """An own view, the link it was asked by and, where it is read, what is in it."""

    view: OwnView
    link: Link | None
    said: Mapping[str, int | None] | None = None
    chosen: Sequence["Chosen"] = ()

    @property
    def state(self) -> str:
        """Return "revealed", "received", or of one that is asked how it can come in."""
        if self.view.revealed_at:
            return "revealed"
        if self.view.received_at:
            return "received"
        if self.link is None:
            return "paper" if self.view.on_paper else "ended"
        return "open" if self.link_is_open else "ended"

    @property
    def is_shown(self) -> bool:
        return self.view.revealed_at is not None

    @property
    def link_is_open(self) -> bool:
        link = self.link
        if link is None or link.revoked_at or link.expires_at is None:
            return False
        return link.expires_at > utc_now()


class Compared(NamedTuple):
    """One criterion from both sides. Without a score there is none to see, or say."""

    criterion: str
    state: str
    score: int | None
    is_mine: bool
    is_said: bool
    own: int | None

    @property
    def difference(self) -> int:
        return abs(self.score - self.own) if self.score and self.own else 0

    @property
    def to_talk(self) -> bool:
        return self.difference >= TALK


class Chosen(NamedTuple):
    """A task that was asked about, and the level that was chosen for it, if any."""

    task_id: int
    title: str
    level: rules.Level | None

    def to_talk(self, held: int | None) -> bool:
        """Tell whether the level that is agreed, or else advised, is far from it."""
        if not (self.level and held):
            return False
        return abs(self.level - held) >= TALK


class Shown(NamedTuple):
    """An own view that may be read, beside what was seen."""

    view: OwnView
    compared: Sequence[Compared]
    chosen: Sequence[Chosen]

    @property
    def by_criterion(self) -> Mapping[str, Compared]:
        return {one.criterion: one for one in self.compared}

    @property
    def levels(self) -> Mapping[int, rules.Level | None]:
        return {one.task_id: one.level for one in self.chosen}

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Return what was written, by column."""
        written = [(name, getattr(self.view, name)) for name in TEXTS]
        return [(name, words) for name, words in written if words]


class TwoViews(NamedTuple):
    """Where the two views stand: the newest one, what it waits for, what is shown."""

    newest: Asked | None
    waits_for: Sequence[str]
    shown: Shown | None
    is_old: bool

    @property
    def state(self) -> str:
        return self.newest.state if self.newest else "none"


# ---- asking, and taking back


def ask(
    employee: Employee,
    manager_id: int,
    tasks: Iterable[int],
    *,
    on_paper: bool,
    saw: str = NONE,
) -> str | None:
    """Ask for an own view, and return the token of its link; None for one on paper.

    One that was asked before and not answered is replaced, where it is the one that
    the asker `saw`. Raises AlreadyIn, AskedMeanwhile. The caller commits.
    """
    lock(employee)
    last = newest(employee.id)
    if last and last.state == "received":
        raise AlreadyIn
    if saw != version(last):
        raise AskedMeanwhile
    take_back(last)
    whose = {"team_id": employee.team_id, "employee_id": employee.id}
    token = None
    if not on_paper:
        token = links.make("own_view", manager_id=manager_id, **whose)
        db.session.flush()
    view = OwnView(asked_by_id=manager_id, on_paper=on_paper, **whose)
    view.link_id = link_id(token) if token else None
    view.choices = [OwnChoice(task_id=id) for id in tasks]
    db.session.add(view)
    return token


def version(asked: Asked | None) -> str:
    """Return what a form carries, to tell later whether it saw the newest one."""
    return str(asked.view.id) if asked else NONE


def link_id(token: str) -> int | None:
    this = Link.token_hash == links.digest(token)
    return db.session.scalar(select(Link.id).where(this))


def take_back(asked: Asked | None) -> None:
    """Let what was asked and not answered be asked no more. The caller commits."""
    if asked is None or asked.view.received_at:
        return
    if asked.link:
        links.revoke(asked.link)
    db.session.delete(asked.view)
    db.session.flush()


def withdraw(employee: Employee) -> bool:
    """Withdraw what was asked; False where there is nothing, or it has come in.

    The caller commits.
    """
    lock(employee)
    last = newest(employee.id)
    if last is None or last.view.received_at:
        return False
    take_back(last)
    return True


# ---- receiving


def receive(link: Link, said: Said) -> bool:
    """Keep what came in by `link`; False where something did already, or it closed.

    Of two at the same moment one is kept, on either database. The caller commits.
    """
    view = by_link(link)
    if view is None or link.employee_id is None:
        return False
    employee = db.session.get(Employee, link.employee_id)
    if employee is None:
        return False
    lock(employee)
    if not links.use(link):
        return False
    fill(view, said)
    return True


def receive_on_paper(employee: Employee, said: Said) -> bool:
    """Keep what was typed over from paper; False where there is nothing to answer.

    The caller commits.
    """
    lock(employee)
    last = newest(employee.id)
    if last is None or last.view.received_at:
        return False
    if last.link:
        links.revoke(last.link)
    last.view.on_paper = True
    fill(last.view, said)
    return True


def fill(view: OwnView, said: Said) -> None:
    view.received_at = utc_now()
    for column, words in said.texts.items():
        setattr(view, column, words)
    view.answers = [OwnAnswer(criterion=c, score=s) for c, s in said.answers.items()]
    for choice in view.choices:
        choice.level = said.levels.get(choice.task_id)


def says(view: OwnView, said: Said) -> bool:
    """Tell whether `said` is what was kept: then it comes from whoever sent it."""
    answers = {one.criterion: one.score for one in view.answers}
    levels = {one.task_id: one.level for one in view.choices}
    texts = {name: getattr(view, name) for name in said.texts}
    given = {id: said.levels.get(id) for id in levels}
    return (answers, levels, texts) == (dict(said.answers), given, dict(said.texts))


# ---- revealing


def reveal(employee: Employee, manager_id: int) -> bool:
    """Show both views from now on; False where one of them is not in.

    The caller commits.
    """
    lock(employee)
    last = newest(employee.id)
    if last is None or last.state != "received":
        return False
    if open_of(seen_states(employee, manager_id)):
        return False
    last.view.revealed_at, last.view.revealed_by_id = utc_now(), manager_id
    return True


def seen_states(employee: Employee, manager_id: int) -> Mapping[str, str]:
    """Return by criterion what this manager answered."""
    rows = recording.newest(employee, manager_id, [])
    return {item.criterion: row.state for item, row in rows.items()}


def open_of(states: Mapping[str, str]) -> list[str]:
    """Return which of the four have no answer, *not yet observed* being one."""
    return [name for name in rules.CRITERIA if states.get(name) not in ANSWERED]


# ---- reading


def newest(employee_id: int) -> Asked | None:
    found = last_two(employee_id)
    return found[0] if found else None


def last_two(employee_id: int) -> list[Asked]:
    """Return the newest own view, and the one before, which has been shown by then."""
    rows = db.session.execute(
        select(OwnView, Link)
        .outerjoin(Link, Link.id == OwnView.link_id)
        .where(OwnView.employee_id == employee_id)
        .order_by(OwnView.id.desc())
        .limit(2)
        .execution_options(populate_existing=True)
    )
    return [Asked(view, link) for view, link in rows]


def by_link(link: Link) -> OwnView | None:
    return db.session.scalar(select(OwnView).where(OwnView.link_id == link.id))


def chosen(view: OwnView) -> list[Chosen]:
    """Return the tasks of an own view with the levels chosen, by title."""
    rows = db.session.execute(
        select(Task.id, Task.title, OwnChoice.level)
        .join(OwnChoice, OwnChoice.task_id == Task.id)
        .where(OwnChoice.own_view_id == view.id, Task.removed_at.is_(None))
        .order_by(Task.title, Task.id)
    )
    return [
        Chosen(id, title, rules.Level(level) if level else None)
        for id, title, level in rows
    ]


def two_views(
    found: Sequence[Asked],
    employee_id: int,
    seen: Newest,
    manager_id: int,
    today: date,
) -> TwoViews:
    """Return where the two views of this person stand, for this manager.

    `found` are the last two, read with what is in them; `seen` the ratings that count.
    Nothing of an own view is in it that has not been revealed.
    """
    last = found[0] if found else None
    revealed = next((one for one in found if one.is_shown), None)
    mine = {
        name: state_of(row)
        for name in rules.CRITERIA
        if (row := seen.get((employee_id, name, None))) and row.rater_id == manager_id
    }
    received = last.view.received_at if last else None
    is_old = received is not None and received.date() < today - LOOK_AGAIN
    shown = beside(revealed, seen, manager_id) if revealed else None
    return TwoViews(last and Asked(last.view, last.link), open_of(mine), shown, is_old)


def revealed(employee_id: int, seen: Newest, manager_id: int) -> Shown | None:
    """Return what has been revealed, beside what this manager saw and nobody else."""
    view = next((one.view for one in last_two(employee_id) if one.is_shown), None)
    mine = {key: row for key, row in seen.items() if row.rater_id == manager_id}
    return beside(read(view), mine, manager_id) if view else None


def read(view: OwnView) -> Asked:
    """Return an own view with what is in it."""
    said = {answer.criterion: answer.score for answer in view.answers}
    return Asked(view, None, said, chosen(view))


def beside(one: Asked, seen: Newest, manager_id: int) -> Shown:
    """Return a revealed own view, read with what is in it, beside what was seen."""
    view, said = one.view, one.said or {}
    lines = [
        compared(name, seen.get((view.employee_id, name, None)), said, manager_id)
        for name in rules.CRITERIA
    ]
    return Shown(view, lines, one.chosen)


def compared(
    name: str, row: Row[Any] | None, said: Mapping[str, int | None], manager_id: int
) -> Compared:
    is_mine = row is not None and row.rater_id == manager_id
    score = row.score if row is not None else None
    return Compared(name, state_of(row), score, is_mine, name in said, said.get(name))


def of_team(wanted: Collection[str], tasks: Sequence[Task]) -> list[int]:
    """Return which of these tasks are wanted; those of others are passed over."""
    return [task.id for task in tasks if str(task.id) in wanted]
