"""The copy of all that is kept of one person, as plain values: parts of it, and JSON.

`collecting` fills it from the tables; docs/copy.md describes the JSON. Each text that
someone typed is a `Text`, so that all of them can be looked through for what is about
others. Knows no tables, no requests and no layout.

Source: GDPR, article 15.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from .. import i18n, wording
from . import blanking, notice

FORMAT = "delegate-person/1"

MOST = 60_000
"""How much one part of a copy holds, in characters: what prints in a few seconds."""

WEIGHT = 150
"""What an entry counts beside its texts."""


@dataclass(frozen=True, slots=True)
class Text:
    """What someone typed, and where it stands: what it is, and of what.

    `name` is what JSON calls it, where it stands in a list.
    """

    key: str
    words: str
    label: Any = ""
    of: Any = ""
    name: str = ""


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
    entrusted: Text
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
class LookedBack:
    """What came of an agreement on a day of looking back."""

    theirs: Text
    mine: Text
    next_state: str
    next_level: int | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    """A moment to check in on an agreement; what was seen, once it is kept."""

    day: date
    kept_at: datetime | None
    seen: Text
    criterion: str | None
    created_at: datetime
    created_by: str


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
    check_ins: tuple[CheckedIn, ...]
    look_backs: tuple[LookedBack, ...]
    look_back_on: date | None
    created_at: datetime
    created_by: str
    agreed_at: datetime | None
    changed_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person said of themself; no score is *I cannot say yet*."""

    criterion: str
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnChosen:
    task: Text
    level: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSeen:
    """An own view that was asked for; what it says only once it is revealed."""

    asked_at: datetime
    asked_by: str
    by_link: bool
    on_paper: bool
    received_at: datetime | None
    revealed_at: datetime | None
    revealed_by: str
    texts: tuple[Text, ...]
    answers: tuple[Answer, ...]
    choices: tuple[OwnChosen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """A small step on one criterion: to get acquainted, or to mend trust.

    `is_withheld`: another manager keeps its words, and hands them out.
    """

    is_withheld: bool
    kind: str
    criterion: str
    task: Text | None
    text: Text
    due_on: date | None
    done_at: datetime | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """A one-on-one that was held, and the moment it was planned for."""

    at: datetime
    held_at: datetime
    held_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that was to be talked about, or to be done.

    `is_withheld`: another manager keeps its words, and hands them out.
    """

    is_withheld: bool
    kind: str
    text: Text
    is_shared: bool
    doer: str | None
    due_on: date | None
    done_at: datetime | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldTake:
    """A task that would go to the person, or has to; at which level."""

    task: Text
    fixed: bool
    proposed: bool
    level: int | None
    provisional: bool
    hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a manager wished for the person when working out who could take what."""

    by: str
    made_at: datetime | None
    grows: bool
    takes_nothing: bool
    hours_free: float | None
    tasks: tuple[WouldTake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """That a manager wanted to talk first, before rating again."""

    by: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step in how it came about at a task; of which agreement, by when it began."""

    task: Text
    kind: str
    level: int | None
    criterion: str | None
    agreement_of: datetime | None
    at: datetime
    by: str


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
    words: str


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
    own_views: tuple[OwnSeen, ...]
    steps: tuple[Stepped, ...]
    talks: tuple[Talked, ...]
    talk_items: tuple[Item, ...]
    proposals: tuple[Proposed, ...]
    postponements: tuple[Waited, ...]
    events: tuple[Event, ...]
    links: tuple[Given, ...]
    trail: tuple[Trace, ...]


SECTIONS = (
    "ratings",
    "tasks",
    "agreements",
    "own_views",
    "steps",
    "talks",
    "talk_items",
    "proposals",
    "postponements",
    "events",
    "links",
    "trail",
)

WITH_TEXTS = ("agreements", "own_views")
"""Sections of which JSON has each of the `texts` under its own name."""


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
    for section in WITH_TEXTS:
        rows = zip(content[section], getattr(dossier, section), strict=True)
        for row, entry in rows:
            del row["texts"]
            row |= {text.name: text.words for text in entry.texts}
    return {
        "format": FORMAT,
        "language": i18n.language(),
        "purpose": str(wording.PURPOSE),
        "notice": {
            str(point.question): str(point.answer)
            for point in notice.points(dossier.keep_months)
        },
        "rights": [str(right) for right in notice.RIGHTS],
        "blank": {blanking.BLANK: str(blanking.left_out())},
        **content,
    }
