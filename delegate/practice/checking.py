"""Check-ins: the moments to hear from each other between agreeing and looking back.

Which check-in belongs to a level the rules say. How often that is, is our own choice
and stands here: the less room, the sooner there is news. Knows no page; nothing here
commits.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select

from .. import i18n
from ..models import Agreement, CheckIn, db
from ..rules import CHECK_INS, Level
from ..rules import CheckIn as Kind
from .days import working_day

EVERY = {
    Kind.DURING: timedelta(days=3),
    Kind.EACH_STEP: timedelta(weeks=1),
    Kind.EACH_DECISION: timedelta(weeks=1),
    Kind.MILESTONE: timedelta(weeks=2),
}
"""How often, where one check-in does not do."""

ONCE = (Kind.BEFORE_DECISION, Kind.AFTERWARDS)
"""Those of which there is one, halfway to the day to look back."""

MOST = 6
"""Most check-ins that are proposed at once: more is no agreement but a habit."""

KEPT = timedelta(days=365)
"""How long ago something may have been seen to be offered as an example."""


def apart(level: int) -> int | None:
    """Return how many days apart they are proposed; 0 for one, None for no check-in."""
    kind = CHECK_INS[Level(level)]
    return EVERY[kind].days if kind in EVERY else 0 if kind in ONCE else None


def proposals(level: int, first: date, last: date | None, team_id: int) -> list[date]:
    """Return the working days to propose, after `first` and before `last`.

    None belongs to level 7, or where there is no day to look back.
    """
    if last is None:
        return []
    days = (working_day(day, team_id) for day in rhythm(level, first, last))
    return sorted({day for day in days if first < day < last})[:MOST]


def rhythm(level: int, first: date, last: date) -> list[date]:
    """Return the days that belong to a level, whether one works on them or not."""
    kind = CHECK_INS[Level(level)]
    if kind in ONCE:
        return [first + (last - first) / 2]
    if kind not in EVERY:
        return []
    return [first + EVERY[kind] * number for number in range(1, MOST + 1)]


def propose(agreement: Agreement, today: date, manager_id: int) -> list[date]:
    """Add the check-ins that belong to what was agreed, unless some lie open ahead.

    Return their days, the first one first.
    """
    ahead = select(CheckIn.id).where(
        CheckIn.agreement_id == agreement.id,
        CheckIn.kept_at.is_(None),
        CheckIn.day >= today,
    )
    if db.session.scalar(ahead.limit(1)) is not None:
        return []
    days = proposals(agreement.level, today, agreement.look_back_on, agreement.team_id)
    db.session.add_all(
        CheckIn(agreement_id=agreement.id, day=day, created_by_id=manager_id)
        for day in days
    )
    return days


def is_a_moment(level: int) -> bool:
    """Tell whether one hears from the other afterwards: that is not checking."""
    return level >= Level.HEAR_AFTERWARDS


def of_agreement(agreement_id: int) -> Sequence[CheckIn]:
    """Return the check-ins of one agreement, by the day they are seen or planned."""
    found = db.session.scalars(
        select(CheckIn)
        .where(CheckIn.agreement_id == agreement_id)
        .order_by(CheckIn.day, CheckIn.id)
    )
    return sorted(found, key=seen_on)


def seen_on(row: CheckIn) -> date:
    """Return the day of what was seen: as planned, or kept where that is sooner."""
    return min(row.day, i18n.as_date(row.kept_at)) if row.kept_at else row.day


def examples(employee_id: int, today: date) -> Mapping[str, Sequence[CheckIn]]:
    """Return by criterion what was seen lately of someone, the newest first."""
    found: Iterable[CheckIn] = db.session.scalars(
        select(CheckIn)
        .join(Agreement, Agreement.id == CheckIn.agreement_id)
        .where(
            Agreement.employee_id == employee_id,
            CheckIn.criterion.is_not(None),
            CheckIn.day >= today - KEPT,
            func.length(CheckIn.seen) > 0,
        )
        .order_by(CheckIn.day.desc(), CheckIn.id.desc())
    )
    by_criterion: defaultdict[str, list[CheckIn]] = defaultdict(list)
    for row in found:
        by_criterion[row.criterion or ""].append(row)
    return by_criterion
