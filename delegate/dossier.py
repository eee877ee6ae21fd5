"""Everything that is kept of one person, gathered once, as plain values.

Whoever hands out the copy that a person may have takes it from here, on paper or as
JSON; docs/copy.md describes the latter. Each text that someone typed is a `Text`, so
that all of them can be looked through for what is about others. Knows no requests and
no layout.

Source: GDPR, article 15; its paragraph 4 for the rights of others.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select

from . import i18n, notice, paper, planning, rules, wording
from .models import (
    Agreement,
    AuditEntry,
    Employee,
    Link,
    Manager,
    Membership,
    Pair,
    Rating,
    Remark,
    Task,
    Team,
    db,
    utc_now,
)
from .planning import Outcome

FORMAT = "delegate-person/1"
BLANK = "▇▇▇▇"
"""Stands for what is left out: always as long, so that it tells no length."""

MOST = 60_000
"""How much one part of a copy holds, in characters: what prints in a few seconds."""

WEIGHT = 150
"""What an entry counts beside its texts."""

Called = Callable[[int | None], str]
"""Says how a manager is called, by id."""


@dataclass(frozen=True, slots=True)
class Text:
    """What someone typed, and where it stands: what it is, and of what."""

    key: str
    words: str
    label: Any = ""
    of: Any = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    role: Text
    team: Text
    hours_free: float | None
    next_talk_at: datetime | None
    left_on: date | None
    count_on_me: Text
    asks_of_me: Text
    learning: Text
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the person said of a score."""

    text: Text
    noted_at: datetime
    noted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One rating; the earlier ones are in the copy as well."""

    criterion: str
    task: Text | None
    state: str
    score: int | None
    example: Text
    different_not_wrong: bool
    seen_on: date | None
    written_at: datetime
    written_by: str
    corrects_the_one_before: bool
    remark: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One task: how it goes now, and what the rules say of it today."""

    task: Text
    current: int | None
    advised: int | None
    provisional: bool
    posture: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    criterion: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One agreement, whatever became of it."""

    task: Text
    state: str
    level: int
    advised: int | None
    rules_version: str
    texts: tuple[Text, ...]
    safeguards: tuple[Safe, ...]
    look_back_on: date | None
    created_at: datetime
    created_by: str
    agreed_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A link that was given to the person; what opens it is not kept."""

    kind: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Who did what with what is kept, and when; not what was seen or changed."""

    at: datetime
    by: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All of it, or one part where it is too long to be printed at once."""

    made_at: datetime
    made_by: str
    keep_months: int
    part: int
    parts: int
    person: Person
    ratings: tuple[Rated, ...]
    tasks: tuple[Standing, ...]
    agreements: tuple[Agreed, ...]
    links: tuple[Given, ...]
    trail: tuple[Trace, ...]


SECTIONS = ("ratings", "tasks", "agreements", "links", "trail")
AGREEMENT_TEXTS = {
    "reason": _("Reason, if it differs from the advice"),
    "outcome": _("The outcome"),
    "limits": _("The limits"),
    "why_you": _("Why you"),
    "decides": _("You decide"),
    "asks_first": _("You ask first"),
    "stays": _("Stays with your manager"),
    "inform": _("Moments to inform your manager"),
    "help": _("How to ask for help"),
    "resources": _("What is needed"),
    "closing_reason": _("Why it ended"),
}
DIRECTIONS = {
    "count_on_me": _("You can count on your manager for"),
    "asks_of_me": _("You ask of your manager"),
    "learning": _("What we learn together"),
}


def gather(employee: Employee, manager: Manager, *, names: bool = False) -> Dossier:
    """Return all that is kept of `employee`, as `manager` sees it, in words spoken now.

    Other managers are called by their names, or else told apart by a number.
    """
    called = caller(manager, names=names)
    titles = titles_of(employee)
    team = db.session.get_one(Team, employee.team_id)
    return Dossier(
        made_at=utc_now(),
        made_by=paper.named(manager),
        keep_months=team.keep_months,
        part=1,
        parts=1,
        person=person(employee, team),
        ratings=tuple(ratings(employee, titles, called)),
        tasks=tuple(standings(employee, manager, titles)),
        agreements=tuple(agreements(employee, titles, called)),
        links=tuple(links(employee, called)),
        trail=tuple(trail(employee, called)),
    )


def caller(manager: Manager, *, names: bool) -> Called:
    """Return how managers are called: the one who hands out the copy by name."""
    numbers: dict[int, int] = {}

    def called(id: int | None) -> str:
        if id is None:
            return ""
        if id == manager.id:
            return paper.named(manager)
        other = db.session.get(Manager, id) if names else None
        if other:
            return paper.named(other)
        number = numbers.setdefault(id, len(numbers) + 1)
        return str(gettext("colleague %(number)s", number=number))

    return called


def titles_of(employee: Employee) -> Mapping[int | None, Text]:
    """Return the titles of the team's tasks by id, also of those that were removed."""
    rows = db.session.execute(
        select(Task.id, Task.title).where(Task.team_id == employee.team_id)
    )
    return {id: Text(f"task_{id}", title, _("Task")) for id, title in rows}


def person(employee: Employee, team: Team) -> Person:
    def text(name: str) -> Text:
        return Text(name, getattr(employee, name), DIRECTIONS[name])

    return Person(
        name=employee.name,
        role=Text("role", employee.role, _("Role")),
        team=Text("team", team.name, _("Team")),
        hours_free=employee.hours_free,
        next_talk_at=employee.next_talk_at,
        left_on=employee.left_on,
        count_on_me=text("count_on_me"),
        asks_of_me=text("asks_of_me"),
        learning=text("learning"),
        created_at=employee.created_at,
        changed_at=employee.changed_at,
    )


def ratings(
    employee: Employee, titles: Mapping[int | None, Text], called: Called
) -> Iterator[Rated]:
    """Yield every rating there ever was, by criterion and task, the newest first."""
    rows = db.session.execute(
        select(Rating, Remark)
        .outerjoin(Remark, Remark.rating_id == Rating.id)
        .where(Rating.employee_id == employee.id)
    ).all()
    order = (*rules.CRITERIA, "familiarity")
    for row, remark in sorted(
        rows,
        key=lambda one: (
            order.index(one[0].criterion),
            one[0].task_id or 0,
            -one[0].id,
        ),
    ):
        task = titles.get(row.task_id)
        day = i18n.day(row.seen_on or row.created_at)
        of = f"{task.words if task else wording.CRITERIA[row.criterion]}, {day}"
        yield Rated(
            criterion=row.criterion,
            task=task,
            state=row.state,
            score=row.score,
            example=Text(f"rating_{row.id}", row.example, _("Example"), of),
            different_not_wrong=row.different,
            seen_on=row.seen_on,
            written_at=row.created_at,
            written_by=called(row.rater_id),
            corrects_the_one_before=row.answers_id is not None,
            remark=said(remark, of, called) if remark else None,
        )


def said(remark: Remark, of: str, called: Called) -> Said:
    return Said(
        text=Text(f"remark_{remark.rating_id}", remark.text, _("What you said"), of),
        noted_at=remark.created_at,
        noted_by=called(remark.recorded_by_id),
    )


def standings(
    employee: Employee, manager: Manager, titles: Mapping[int | None, Text]
) -> Iterator[Standing]:
    """Yield the tasks that can be handed over, and others where something is known."""
    pairs = {
        pair.task_id: pair.current
        for pair in db.session.scalars(
            select(Pair).where(Pair.employee_id == employee.id)
        )
    }
    active = planning.active_tasks(employee.team_id)
    for found in paper.outcomes(employee, manager, active):
        yield Standing(
            task=titles[found.task_id],
            current=pairs.pop(found.task_id, None),
            advised=found.advice.level,
            provisional=found.advice.provisional,
            posture=found.posture,
            why=why(found),
        )
    for task_id, current in pairs.items():
        yield Standing(
            task=titles[task_id],
            current=current,
            advised=None,
            provisional=False,
            posture=None,
            why=str(gettext("This task is archived or removed.")),
        )


def why(found: Outcome) -> str:
    """Say what the level rests on, or why there is none."""
    advice = found.advice
    if advice.reserved:
        return str(gettext("It stays with your manager."))
    if advice.missing:
        return str(wording.MISSING[advice.missing[0]])
    return wording.held_back(advice, found.ratings)


def agreements(
    employee: Employee, titles: Mapping[int | None, Text], called: Called
) -> Iterator[Agreed]:
    """Yield every agreement there ever was, the newest first."""
    for row in db.session.scalars(
        select(Agreement)
        .where(Agreement.employee_id == employee.id)
        .order_by(Agreement.id.desc())
    ):
        task, key = titles[row.task_id], f"agreement_{row.id}"
        of = f"{task.words}, {i18n.day(row.created_at)}"
        yield Agreed(
            task=task,
            state=row.state,
            level=row.level,
            advised=row.advised,
            rules_version=row.rules_version,
            texts=tuple(
                Text(f"{key}_{name}", getattr(row, name), label, of)
                for name, label in AGREEMENT_TEXTS.items()
            ),
            safeguards=tuple(
                Safe(
                    criterion=one.criterion,
                    text=Text(
                        f"{key}_safe_{one.criterion}",
                        one.text,
                        wording.SAFEGUARDS[one.criterion],
                        of,
                    ),
                )
                for one in row.safeguards
            ),
            look_back_on=row.look_back_on,
            created_at=row.created_at,
            created_by=called(row.created_by_id),
            agreed_at=row.agreed_at,
            closed_at=row.closed_at,
        )


def links(employee: Employee, called: Called) -> Iterator[Given]:
    for row in db.session.scalars(
        select(Link).where(Link.employee_id == employee.id).order_by(Link.id.desc())
    ):
        yield Given(
            kind=row.kind,
            created_at=row.created_at,
            created_by=called(row.manager_id),
            expires_at=row.expires_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
        )


def trail(employee: Employee, called: Called) -> Iterator[Trace]:
    for row in db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.employee_id == employee.id)
        .order_by(AuditEntry.id.desc())
    ):
        yield Trace(
            at=row.at,
            by=called(row.manager_id),
            action=row.action,
            subject=row.subject,
        )


def walk(value: Any, change: Callable[[Text], Any]) -> Any:
    """Return `value` with each Text in it changed: one that is added is walked too."""
    if isinstance(value, Text):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        here = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: walk(one, change) for name, one in here.items()})
    if isinstance(value, tuple):
        return tuple(walk(one, change) for one in value)
    return value


def texts(value: Any) -> list[Text]:
    """Return the texts in it that are not empty, each once."""
    found: dict[str, Text] = {}

    def note(text: Text) -> Text:
        found.setdefault(text.key, text)
        return text

    walk(value, note)
    return [text for text in found.values() if text.words]


def with_words(dossier: Dossier, words: Mapping[str, str]) -> Dossier:
    """Return it with other words for some texts, by key."""
    changed: Dossier = walk(
        dossier, lambda text: replace(text, words=words.get(text.key, text.words))
    )
    return changed


def digest(value: Any) -> str:
    """Return what is another one as soon as one of its texts is."""
    said = "\0".join(f"{text.key}\0{text.words}" for text in texts(value))
    return hashlib.sha256(said.encode()).hexdigest()


def in_parts(dossier: Dossier) -> list[Dossier]:
    """Return it in as many parts as it takes; each names the person, none is cut."""
    entries = [
        (section, entry) for section in SECTIONS for entry in getattr(dossier, section)
    ]
    parts: list[list[tuple[str, Any]]] = [[]]
    weight = 0
    for section, entry in entries:
        heavy = WEIGHT + sum(len(text.words) for text in texts(entry))
        if parts[-1] and weight + heavy > MOST:
            parts.append([])
            weight = 0
        parts[-1].append((section, entry))
        weight += heavy
    return [
        replace(dossier, part=number, parts=len(parts), **sections(part))
        for number, part in enumerate(parts, 1)
    ]


def sections(entries: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: tuple(entry for section, entry in entries if section == name)
        for name in SECTIONS
    }


def names_of_others(employee: Employee, manager: Manager) -> set[str]:
    """Return the words that name someone else in the team: to be looked at in texts.

    Not those of the person and of the manager who hands out the copy.
    """
    colleagues = select(Employee.name).where(
        Employee.team_id == employee.team_id, Employee.id != employee.id
    )
    raters = select(Rating.rater_id).where(Rating.employee_id == employee.id)
    members = select(Membership.manager_id).where(
        Membership.team_id == employee.team_id
    )
    managers = db.session.execute(
        select(Manager.name, Manager.email).where(
            Manager.id != manager.id,
            or_(Manager.id.in_(raters), Manager.id.in_(members)),
        )
    ).all()
    known = [*db.session.scalars(colleagues), *(name for name, _email in managers)]
    own = {*words_of(employee.name), *words_of(manager.name)}
    emails = {email for _name, email in managers}
    return {word for name in known for word in words_of(name)} - own | emails


def words_of(name: str) -> set[str]:
    """Return by which words of a name someone is called: "Jan", "Vries", not "de"."""
    words = re.findall(r"\w+", name)
    ends = {words[0], words[-1]} if words else set()
    called = {word for word in words if word in ends or word[0].isupper()}
    called -= {word for word in called if len(word) == 1 and word.isascii()}
    return {form for word in called for form in (word, word.capitalize())}


def blanked(words: str, names: set[str]) -> str:
    """Return `words` with those that name others blanked out."""

    def blank(found: re.Match[str]) -> str:
        return BLANK if found[0] in names or found[0].lower() in names else found[0]

    emails = re.sub(r"[\w.+-]+@[\w.-]+\w", blank, words)
    return re.sub(r"\w+", blank, emails)


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: texts as their words, moments in UTC."""
    if isinstance(value, Text):
        return value.words
    if is_dataclass(value):
        return {
            field.name: plain(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    return value


def as_json(dossier: Dossier) -> dict[str, Any]:
    """Return it as JSON has it, with what someone should know beside it."""
    content = plain(dossier)
    for row, agreed in zip(content["agreements"], dossier.agreements, strict=True):
        del row["texts"]
        row |= dict(zip(AGREEMENT_TEXTS, map(plain, agreed.texts), strict=True))
    return {
        "format": FORMAT,
        "language": i18n.language(),
        "purpose": str(wording.PURPOSE),
        "notice": {
            str(point.question): str(point.answer)
            for point in notice.points(dossier.keep_months)
        },
        "rights": [str(right) for right in notice.RIGHTS],
        "blank": {BLANK: str(left_out())},
        **content,
    }


def left_out() -> Any:
    return gettext("left out, as it is about someone else: GDPR, article 15(4)")
