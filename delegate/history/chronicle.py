"""How it came about between one person and one task: told as it changes, and read.

How it goes now, what is agreed and what makes that safe is told where the session
flushes the change, in the transaction that makes it: no page has to remember it. What
was seen is kept as ratings and is read beside it. Knows no page and no words.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    insert,
    inspect,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session

from ..models import (
    Agreement,
    Employee,
    LookBack,
    Manager,
    OwnView,
    Pair,
    PairEvent,
    Rating,
    Task,
    db,
    utc_now,
)
from ..rights import audit

MOST = 100
"""Most steps of one pair that are read at once: ten years of them stay one page."""


@listens_for(db.session, "after_flush")
def tell(session: Session, _context: Any) -> None:
    """Add a row for each step that was just flushed."""
    steps = [*of_agreements(session), *of_safeguards(session), *of_pairs(session)]
    if steps:
        session.connection().execute(insert(PairEvent), steps)


def of_agreements(session: Session) -> Iterator[dict[str, Any]]:
    for row in session.new:
        if isinstance(row, Agreement):
            yield from of_new(row)
    for row in session.dirty:
        if isinstance(row, Agreement):
            for kind in kinds_of(row):
                yield step(row, kind, value=row.level)


def kinds_of(row: Agreement) -> Iterator[str]:
    """Yield what happened to an agreement; agreed anew, its state stays the same."""
    if is_changed(row, "level"):
        yield "level"
    if is_changed(row, "changed_at") and row.changed_at:
        yield "changed"
    if is_changed(row, "state") and row.state != "draft":
        yield row.state
    elif is_changed(row, "agreed_at"):
        yield "agreed"


def of_new(row: Agreement) -> Iterator[dict[str, Any]]:
    """Yield the steps of an agreement that is added, each on the day it says itself."""
    known = (
        ("drafted", row.created_at),
        ("agreed", row.agreed_at),
        (row.state, row.closed_at),
    )
    for kind, at in known:
        if at:
            yield step(row, kind, value=row.level, at=at, by_id=row.created_by_id)


def of_pairs(session: Session) -> Iterator[dict[str, Any]]:
    for row in session.new:
        if isinstance(row, Pair) and row.current is not None:
            yield step(row, "now", value=row.current)
    for row in session.dirty:
        if isinstance(row, Pair) and is_changed(row, "current"):
            yield step(row, "now", value=row.current)


def of_safeguards(session: Session) -> Iterator[dict[str, Any]]:
    """Yield which criteria are guarded now, and which not any more.

    A text that is written anew may come as one row that goes and one that is added.
    """
    for row in (*session.new, *session.dirty):
        if isinstance(row, Agreement):
            history = inspect(row).attrs.safeguards.history
            added, gone = (
                {one.criterion for one in some or ()}
                for some in (history.added, history.deleted)
            )
            known = made(row) if row in session.new else {}
            for criterion in sorted(added - gone):
                yield step(row, "safeguard", criterion=criterion, **known)
            for criterion in sorted(gone - added):
                yield step(row, "no_safeguard", criterion=criterion)


def made(row: Agreement) -> dict[str, Any]:
    """Return who made an agreement and when, as it says itself."""
    return {"at": row.created_at, "by_id": row.created_by_id}


def is_changed(row: Any, name: str) -> bool:
    """Tell whether a column of `row` is another than it was."""
    history = inspect(row).attrs[name].history
    return bool(history.deleted) and list(history.deleted) != list(history.added)


def step(
    row: Pair | Agreement,
    kind: str,
    *,
    value: int | None = None,
    criterion: str | None = None,
    at: datetime | None = None,
    by_id: int | None = None,
) -> dict[str, Any]:
    return {
        "team_id": row.team_id,
        "employee_id": row.employee_id,
        "task_id": row.task_id,
        "agreement_id": row.id if isinstance(row, Agreement) else None,
        "kind": kind,
        "value": value,
        "criterion": criterion,
        "by_id": by_id or audit.actor_id(),
        "at": at or utc_now(),
    }


class Step(NamedTuple):
    """One step, told in codes. `before` is the value it replaced, where that is known.

    `source` is rating, event, look_back or own_view; `kind` the state of a rating, of
    what came after a look-back, or one of `EVENTS`.
    """

    source: str
    kind: str
    at: datetime
    value: int | None
    before: int | None
    criterion: str | None
    by_id: int | None
    by: str
    advised: int | None
    why: str
    is_corrected: bool


class History(NamedTuple):
    """The newest steps of one pair, and whether there were more before them."""

    steps: Sequence[Step]
    is_all: bool


def history(employee: Employee, task: Task) -> History:
    """Return how it came about, newest first, at most `MOST` steps; in one query."""
    pair = (employee.team_id, employee.id, task.id)
    parts = (of_ratings, of_events, of_look_backs, of_own_views)
    found = union_all(
        *(select(newest(part(*pair)).subquery()) for part in parts)
    ).subquery()
    rows = db.session.execute(
        select(found, Manager.name, Manager.email)
        .outerjoin(Manager, Manager.id == found.c.by_id)
        .order_by(found.c.at.desc(), found.c.source, found.c.id.desc())
        .limit(MOST + 1)
    ).all()
    return History(with_before(rows)[:MOST], len(rows) <= MOST)


def newest(query: Select[Any]) -> Select[Any]:
    at, id = (query.selected_columns[name] for name in ("at", "id"))
    return query.order_by(at.desc(), id.desc()).limit(MOST + 1)


NO_NUMBER = cast(null(), Integer)
NO_WORDS = cast(null(), String)


def columns(
    source: str,
    id: Any,
    at: Any,
    kind: Any,
    by_id: Any,
    *,
    value: Any = NO_NUMBER,
    criterion: Any = NO_WORDS,
    about_id: Any = NO_NUMBER,
    advised: Any = NO_NUMBER,
    reason: Any = NO_WORDS,
    closing_reason: Any = NO_WORDS,
) -> Select[Any]:
    """Return the query for one source of steps, in the columns that all of them have.

    `about_id` is the rating that a rating corrects, or the agreement of an event.
    """
    return select(
        literal(source, String).label("source"),
        id.label("id"),
        at.label("at"),
        kind.label("kind"),
        by_id.label("by_id"),
        value.label("value"),
        criterion.label("criterion"),
        about_id.label("about_id"),
        advised.label("advised"),
        reason.label("reason"),
        closing_reason.label("closing_reason"),
    )


def of_ratings(team_id: int, employee_id: int, task_id: int) -> Select[Any]:
    """Return the query for what was seen: in general, and of how known this task is."""
    return columns(
        "rating",
        Rating.id,
        Rating.created_at,
        Rating.state,
        Rating.rater_id,
        value=Rating.score,
        criterion=Rating.criterion,
        about_id=Rating.answers_id,
    ).where(
        Rating.team_id == team_id,
        Rating.employee_id == employee_id,
        or_(Rating.task_id.is_(None), Rating.task_id == task_id),
    )


def of_events(team_id: int, employee_id: int, task_id: int) -> Select[Any]:
    return (
        columns(
            "event",
            PairEvent.id,
            PairEvent.at,
            PairEvent.kind,
            PairEvent.by_id,
            value=PairEvent.value,
            criterion=PairEvent.criterion,
            about_id=PairEvent.agreement_id,
            advised=Agreement.advised,
            reason=Agreement.reason,
            closing_reason=Agreement.closing_reason,
        )
        .outerjoin(Agreement, Agreement.id == PairEvent.agreement_id)
        .where(is_of(PairEvent, team_id, employee_id, task_id))
    )


def of_look_backs(team_id: int, employee_id: int, task_id: int) -> Select[Any]:
    """Return the query for the look-backs; one that leaves all open is an event too."""
    return (
        columns(
            "look_back",
            LookBack.id,
            LookBack.created_at,
            LookBack.next_state,
            LookBack.created_by_id,
        )
        .join(Agreement, Agreement.id == LookBack.agreement_id)
        .where(
            is_of(Agreement, team_id, employee_id, task_id),
            LookBack.next_state != "looked_back",
        )
    )


def of_own_views(team_id: int, employee_id: int, _task_id: int) -> Select[Any]:
    """Return the query for when an own view was shown: never for what stands in it."""
    return columns(
        "own_view",
        OwnView.id,
        OwnView.revealed_at,
        literal("revealed", String),
        OwnView.revealed_by_id,
    ).where(
        OwnView.team_id == team_id,
        OwnView.employee_id == employee_id,
        OwnView.revealed_at.is_not(None),
    )


def is_of(
    model: Any, team_id: int, employee_id: int, task_id: int
) -> ColumnElement[bool]:
    """Return the condition on rows of `model` that are about this pair."""
    return and_(
        model.team_id == team_id,
        model.employee_id == employee_id,
        model.task_id == task_id,
    )


def with_before(rows: Sequence[Any]) -> list[Step]:
    """Return `rows`, newest first, with what each of them replaced."""
    corrected = {row.about_id for row in rows if row.source == "rating"} - {None}
    stood: dict[tuple[Any, ...], int | None] = {}
    steps = []
    for row in reversed(rows):
        is_corrected = row.source == "rating" and row.id in corrected
        track = track_of(row)
        steps.append(step_of(row, stood.get(track), is_corrected))
        if not is_corrected:
            stood[track] = row.value
    return steps[::-1]


def track_of(row: Any) -> tuple[Any, ...]:
    """Return what a value of `row` takes the place of: a score, or a level."""
    if row.source == "rating":
        return row.criterion, row.by_id
    kind = "level" if row.kind == "drafted" else row.kind
    return row.source, kind, row.about_id


def step_of(row: Any, before: int | None, is_corrected: bool) -> Step:
    closed = row.kind in ("ended", "taken_back")
    return Step(
        source=row.source,
        kind=row.kind,
        at=row.at,
        value=row.value,
        before=before if before != row.value else None,
        criterion=row.criterion,
        by_id=row.by_id,
        by=row.name or row.email or "",
        advised=row.advised if row.kind == "drafted" else None,
        why=(row.closing_reason if closed else row.reason) or "",
        is_corrected=is_corrected,
    )


LEVELS = ("now", "drafted", "level")
"""The steps in which a level becomes another."""

FEW = 12
"""Most of these steps of one pair and kind that are read for many pairs at once."""


def levels(employee: Employee) -> dict[int, list[Any]]:
    """Return by task the newest steps in which a level became another, oldest first."""
    number = func.row_number().over(
        partition_by=(PairEvent.task_id, PairEvent.kind),
        order_by=(PairEvent.at.desc(), PairEvent.id.desc()),
    )
    newest = (
        select(PairEvent.id, number.label("number"))
        .where(
            PairEvent.team_id == employee.team_id,
            PairEvent.employee_id == employee.id,
            PairEvent.kind.in_(LEVELS),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(PairEvent.task_id, PairEvent.kind, PairEvent.value, PairEvent.at)
        .join(newest, newest.c.id == PairEvent.id)
        .where(newest.c.number <= FEW)
        .order_by(PairEvent.at, PairEvent.id)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.task_id, []).append(row)
    return found
