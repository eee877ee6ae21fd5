"""Whether a level was raised right after a low: "let go, or let fall?".

A question, never a refusal. Decides by days, scores and levels; codes go out. Knows no
page and no words.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .. import i18n
from ..models import Employee, Task
from ..planning import Outcome
from .chronicle import Step, history, levels
from .looks import Look

LOW = (1, 2)
"""Scores after which more room asks a question."""

RIGHT_AFTER = timedelta(days=14)
"""How long after a low or lower score a higher level asks that question."""

CHOSEN = ("drafted", "level")
"""The steps in which the level of an agreement is chosen."""


class Level(NamedTuple):
    """What a level became on a day: how it goes now, or that of an agreement."""

    kind: str
    value: int | None
    day: date


class Question(NamedTuple):
    """A level that rose on a day, and the criteria with a low or lower score before."""

    day: date
    criteria: tuple[str, ...]


class Questions(NamedTuple):
    """What is asked of one pair. `choosing` is what a higher level would ask today."""

    now: Question | None
    agreed: Question | None
    choosing: tuple[str, ...]


def asked_of(employee: Employee, task: Task, reader_id: int, today: date) -> Questions:
    """Read how it came about with one pair, and return what is asked of it."""
    return of_pair(history(employee, task).steps, reader_id, today)


def of_person(
    employee: Employee,
    found: Iterable[Outcome],
    seen: Sequence[Look],
    reader_id: int,
    today: date,
) -> dict[int, Question]:
    """Return by task what is asked of how it goes now, else of a live agreement."""
    by_task, asked = levels(employee), {}
    for one in found:
        here = [look for look in seen if look.task_id in (None, one.task_id)]
        steps = [
            Level(row.kind, row.value, i18n.as_date(row.at))
            for row in by_task.get(one.task_id, ())
        ]
        answer = questions(steps, here, reader_id, today)
        question = answer.now or (answer.agreed if one.agreement else None)
        if question:
            asked[one.task_id] = question
    return asked


def of_pair(steps: Iterable[Step], reader_id: int, today: date) -> Questions:
    """Return what is asked of one pair, from how it came about, newest first."""
    oldest_first = list(steps)[::-1]
    track = [
        Level(one.kind, one.value, i18n.as_date(one.at))
        for one in oldest_first
        if one.source == "event"
    ]
    seen = [look_of(one) for one in oldest_first if is_look(one)]
    return questions(track, seen, reader_id, today)


def is_look(step: Step) -> bool:
    counts = step.kind != "withdrawn" and not step.is_corrected
    return step.source == "rating" and counts


def look_of(step: Step) -> Look:
    day = i18n.as_date(step.at)
    return Look(step.criterion or "", None, step.value, day, day, step.by_id, step.by)


def questions(
    track: Sequence[Level], looks: Sequence[Look], reader_id: int, today: date
) -> Questions:
    """Return what is asked of one pair; both oldest first, looks of this task alone."""

    def lows(day: date | None) -> Question | None:
        criteria = lows_before(day, looks, reader_id) if day else ()
        return Question(day, criteria) if day and criteria else None

    return Questions(
        lows(raised_now(track)),
        lows(raised_by_choice(track)),
        lows_before(today, looks, reader_id),
    )


def raised_now(track: Sequence[Level]) -> date | None:
    """Return the day on which it went further than before, if it still does."""
    said = [one for one in track if one.kind == "now"][-2:]
    if len(said) < 2:
        return None
    return said[1].day if rose(said[0].value, said[1].value) else None


def raised_by_choice(track: Sequence[Level]) -> date | None:
    """Return the day on which a level was chosen above how it went then.

    Where that was not said, above the level that was chosen before.
    """
    places = [place for place, one in enumerate(track) if one.kind in CHOSEN]
    if not places:
        return None
    last, before = track[places[-1]], track[: places[-1]]
    now = next((one.value for one in reversed(before) if one.kind == "now"), None)
    chosen = next((one.value for one in reversed(before) if one.kind in CHOSEN), None)
    return last.day if rose(now or chosen, last.value) else None


def rose(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None and after > before


def lows_before(
    raised_on: date, looks: Iterable[Look], reader_id: int
) -> tuple[str, ...]:
    """Return the criteria on which a level raised on that day asks a question.

    Those with a low or lower score at most `RIGHT_AFTER` before it that no later look
    undid. The reader's own looks count; where there are none, those of who looked last.

    Source: Jan Stevens, De Steven (letting go against letting fall: "sort it out
    yourself" comes out of irritation).
    """
    by_criterion: dict[str, list[Look]] = {}
    for one in looks:
        by_criterion.setdefault(one.criterion, []).append(one)
    return tuple(
        name
        for name, seen in by_criterion.items()
        if is_low_before(raised_on, of_one(seen, reader_id))
    )


def of_one(looks: Sequence[Look], reader_id: int) -> list[Look]:
    """Return the looks of the one manager whose looks count."""
    raters = {one.rater_id for one in looks}
    rater = reader_id if reader_id in raters else looks[-1].rater_id
    return [one for one in looks if one.rater_id == rater]


def is_low_before(raised_on: date, looks: Sequence[Look]) -> bool:
    """Tell whether one of these looks was a low right before, and none undid it."""
    stood: int | None = None
    for place, one in enumerate(looks):
        is_near = timedelta(0) <= raised_on - one.kept_on <= RIGHT_AFTER
        later = looks[place + 1 :]
        if is_near and is_low(one, stood) and not is_undone(one, stood, later):
            return True
        stood = one.score or stood
    return False


def is_low(look: Look, stood: int | None) -> bool:
    score = look.score
    return score is not None and (score in LOW or (stood is not None and score < stood))


def is_undone(low: Look, stood: int | None, later: Iterable[Look]) -> bool:
    """Tell whether a later look says more than the low one, as much as before it.

    "No chance to see it" undoes it too: nothing is said then.
    """
    least = max((low.score or 0) + 1, max(LOW) + 1, stood or 0)
    return any(one.score is None or one.score >= least for one in later)
