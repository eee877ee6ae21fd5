"""What lies open in a team: what has a day that comes or has passed, and what waits.

Each kind is found by a query of its own, which brings a few rows whatever lies behind
them; all are asked at once. What the rules say of how it goes is `overview`'s, and is
not here. Knows no page and no words.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Date,
    DateTime,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from .. import i18n
from ..dialogue import acquainting, mending, polling
from ..identity import links
from ..models import (
    Agreement,
    CheckIn,
    Employee,
    Link,
    OwnView,
    Postponement,
    Rating,
    Step,
    TalkItem,
    Task,
    Team,
    TeamConditions,
    TeamRound,
    db,
)
from ..planning import COMING
from ..rights import erasure
from .appointments import agreed, present

MOST = 5
"""Most rows of one list."""

MOST_OF_A_WEEK = 50
"""Most rows of a list that also stands in the coming week."""

LOOK_BACK, CHECK_IN, DRAFT, TALK, ACTION = (
    "look_back", "check_in", "draft", "talk", "action",
)  # fmt: skip
ANSWERED, ASKED, CODES, INVITED = "answered", "asked", "codes", "invited"
TALK_FIRST, STEP, RATING, GOING, NEXT, TEAM = (
    "talk_first", "step", "rating", "going", "next", "team",
)  # fmt: skip

PAPER = "paper"
"""What `text` says of an own view that is asked on paper."""


class Entry(NamedTuple):
    """Something that lies open: which row it is, whose, on what, and when.

    `about_id` is the agreement that a check-in belongs to. `day` is when it is due;
    `since` when it began and `at` until when it lasts or, of a talk, when it is; both
    in UTC. `total` is how many of its kind there are.
    """

    kind: str
    id: int
    employee_id: int | None
    task_id: int | None
    about_id: int | None
    name: str
    title: str
    text: str
    level: int | None
    day: date | None
    since: datetime | None
    at: datetime | None
    total: int


class Agenda(NamedTuple):
    """What lies open in a team, by kind; and what stands about the team as a whole."""

    by_kind: Mapping[str, Sequence[Entry]]
    heard: polling.Heard

    def of(self, kind: str) -> Sequence[Entry]:
        return self.by_kind.get(kind, ())

    @property
    def next_day(self) -> date | None:
        """The first day after the coming week on which something is agreed."""
        days = (one.day or (one.at and i18n.as_date(one.at)) for one in self.of(NEXT))
        return min(filter(None, days), default=None)


def agenda(
    team: Team,
    manager_id: int,
    today: date,
    *,
    acquaint: Collection[int],
    ratings: Collection[int],
) -> Agenda:
    """Return what lies open for this manager, in one query.

    Of the people in `acquaint` with what is planned to get acquainted, and with these
    `ratings`.
    """
    items = union_all(
        *with_a_day(team, manager_id, today),
        *waiting(team, manager_id, today),
        planned(acquaint),
        looked_at(ratings),
        *coming_next(team, today),
        row(TEAM, Team.id).where(Team.id == team.id),
    ).subquery()
    is_team = items.c.kind == TEAM
    newest = polling.newest_told(team.id)
    found = db.session.execute(
        select(TeamConditions, TeamRound, *items.c)
        .select_from(items)
        .outerjoin(TeamConditions, and_(is_team, TeamConditions.team_id == items.c.id))
        .outerjoin(TeamRound, and_(is_team, TeamRound.id == newest))
    ).all()
    by_kind: defaultdict[str, list[Entry]] = defaultdict(list)
    heard = polling.Heard(None, None)
    for conditions, round, *values in found:
        one = Entry(*values)
        if one.kind == TEAM:
            heard = polling.Heard(conditions, round)
        by_kind[one.kind].append(one)
    return Agenda({kind: in_order(rows) for kind, rows in by_kind.items()}, heard)


def in_order(rows: list[Entry]) -> list[Entry]:
    """Return the entries of one kind, what is due first before what is not."""
    return sorted(
        rows,
        key=lambda one: (
            one.day or date.max,
            one.at or datetime.max,
            one.since or datetime.max,
            one.name.casefold(),
            one.id,
        ),
    )


# ---- the kinds


def with_a_day(team: Team, manager_id: int, today: date) -> Sequence[Select[Any]]:
    """Return the queries for what is due by the end of the coming week."""
    until = today + COMING
    begin = i18n.to_utc(datetime.combine(today, time.min))
    end = i18n.to_utc(datetime.combine(until + timedelta(days=1), time.min))
    here = (Employee.team_id == team.id, *present(today))
    return (
        few(
            look_backs(team, today).where(Agreement.look_back_on <= until),
            Agreement.look_back_on, Agreement.id, most=MOST_OF_A_WEEK,
        ),
        few(
            check_ins(team, today).where(CheckIn.day <= until),
            CheckIn.day, CheckIn.id, most=MOST_OF_A_WEEK,
        ),
        few(
            talks(team, today).where(
                Employee.next_talk_at >= begin, Employee.next_talk_at < end
            ),
            Employee.next_talk_at, Employee.id, most=MOST_OF_A_WEEK,
        ),
        few(
            row(ACTION, TalkItem.id, who=True, text=TalkItem.text, day=TalkItem.due_on)
            .join(Employee, Employee.id == TalkItem.employee_id)
            .where(
                *here,
                TalkItem.kind == "action",
                TalkItem.doer == "manager",
                TalkItem.done_at.is_(None),
                TalkItem.due_on <= until,
                TalkItem.created_by_id == manager_id,
            ),
            TalkItem.due_on, TalkItem.id,
        ),
    )  # fmt: skip


def look_backs(team: Team, today: date) -> Select[Any]:
    query = row(
        LOOK_BACK, Agreement.id, who=True, task=True,
        level=Agreement.level, day=Agreement.look_back_on,
    ).select_from(Agreement)  # fmt: skip
    return agreed(query, today).where(Agreement.team_id == team.id)


def check_ins(team: Team, today: date) -> Select[Any]:
    query = (
        row(
            CHECK_IN, CheckIn.id, who=True, task=True,
            about_id=Agreement.id, level=Agreement.level, day=CheckIn.day,
        )
        .select_from(CheckIn)
        .join(Agreement, Agreement.id == CheckIn.agreement_id)
    )  # fmt: skip
    open_ones = (Agreement.team_id == team.id, CheckIn.kept_at.is_(None))
    return agreed(query, today).where(*open_ones)


def talks(team: Team, today: date) -> Select[Any]:
    return row(TALK, Employee.id, who=True, at=Employee.next_talk_at).where(
        Employee.team_id == team.id, *present(today)
    )


def waiting(team: Team, manager_id: int, today: date) -> Sequence[Select[Any]]:
    """Return the queries for what waits for somebody, without a day of its own."""
    here = (Employee.team_id == team.id, *present(today))
    own_views = row(
        ASKED, OwnView.id, who=True,
        text=case((OwnView.on_paper, PAPER), else_=""),
        since=OwnView.asked_at, at=Link.expires_at,
    )  # fmt: skip
    answered = row(ANSWERED, OwnView.id, who=True, since=OwnView.received_at)
    return (
        few(drafts(team, today), Agreement.created_at, Agreement.id),
        few(
            answered.select_from(OwnView)
            .join(Employee, Employee.id == OwnView.employee_id)
            .where(
                *here,
                OwnView.received_at.is_not(None),
                OwnView.revealed_at.is_(None),
            ),
            OwnView.received_at, OwnView.id,
        ),
        few(
            own_views.select_from(OwnView)
            .join(Employee, Employee.id == OwnView.employee_id)
            .outerjoin(Link, Link.id == OwnView.link_id)
            .where(*here, OwnView.received_at.is_(None)),
            OwnView.asked_at, OwnView.id,
        ),
        codes(team),
        few(
            open_links(row(
                INVITED, Link.id,
                text=Link.email, since=Link.created_at, at=Link.expires_at,
            )).where(
                Link.kind == "invitation",
                Link.team_id == team.id,
                Link.manager_id == manager_id,
            ),
            Link.created_at, Link.id,
        ),
        row(
            TALK_FIRST, Postponement.id,
            who=True, since=Postponement.started_at,
            at=func.coalesce(Postponement.talked_at, Employee.next_talk_at),
        )
        .join(Employee, Employee.id == Postponement.employee_id)
        .where(*here, mending.open_for(manager_id)),
        row(
            GOING, Employee.id,
            who=True, day=Employee.left_on, since=Employee.changed_at,
        ).where(
            Employee.team_id == team.id,
            Employee.removed_at.is_(None),
            erasure.may_be_due(team, today + erasure.WARNING, today),
        ),
    )  # fmt: skip


def drafts(team: Team, today: date) -> Select[Any]:
    return (
        row(
            DRAFT, Agreement.id, who=True, task=True,
            level=Agreement.level, since=Agreement.created_at, at=Employee.next_talk_at,
        )
        .select_from(Agreement)
        .join(Employee, Employee.id == Agreement.employee_id)
        .join(Task, Task.id == Agreement.task_id)
        .where(
            Agreement.team_id == team.id,
            Agreement.state == "draft",
            Task.removed_at.is_(None),
            Task.archived_at.is_(None),
            *present(today),
        )
    )  # fmt: skip


def codes(team: Team) -> Select[Any]:
    """Return the query for the round that is on: never how many answered it."""
    return (
        open_links(
            row(
                CODES,
                func.min(Link.id),
                since=func.min(Link.created_at),
                at=func.max(Link.expires_at),
            )
        )
        .where(Link.kind == polling.KIND, Link.team_id == team.id)
        .having(func.count() > 0)
    )


def open_links(query: Select[Any]) -> Select[Any]:
    """Narrow a query for links to those that still open something."""
    return query.where(Link.id.in_(links.still_open().with_only_columns(Link.id)))


def planned(people: Collection[int]) -> Select[Any]:
    """Return the query for what is planned to get acquainted with these people."""
    return (
        row(STEP, Step.id, who=True, task=True, text=Step.text, day=Step.due_on)
        .select_from(Step)
        .join(Employee, Employee.id == Step.employee_id)
        .outerjoin(Task, Task.id == Step.task_id)
        .where(
            Step.employee_id.in_(people),
            Step.kind == acquainting.KIND,
            Step.done_at.is_(None),
            or_(Step.task_id.is_(None), Task.removed_at.is_(None)),
        )
    )


def looked_at(ratings: Collection[int]) -> Select[Any]:
    """Return the query for these ratings: the criterion, and when it was seen."""
    return (
        row(
            RATING, Rating.id, who=True,
            text=Rating.criterion, day=Rating.seen_on, since=Rating.created_at,
        )
        .select_from(Rating)
        .join(Employee, Employee.id == Rating.employee_id)
        .where(Rating.id.in_(ratings))
    )  # fmt: skip


def coming_next(team: Team, today: date) -> Sequence[Select[Any]]:
    """Return the queries for the first of each after the coming week."""
    until = today + COMING
    end = i18n.to_utc(datetime.combine(until + timedelta(days=1), time.min))
    later = (
        look_backs(team, today).where(Agreement.look_back_on > until),
        check_ins(team, today).where(CheckIn.day > until),
        talks(team, today).where(Employee.next_talk_at >= end),
    )
    days = (Agreement.look_back_on, CheckIn.day, None)
    return [
        query.with_only_columns(
            *row(
                NEXT,
                literal(0),
                day=None if day is None else func.min(day),
                at=func.min(Employee.next_talk_at) if day is None else None,
            ).selected_columns,
            maintain_column_froms=True,
        )
        for query, day in zip(later, days, strict=True)
    ]


# ---- alike for every kind


def row(
    kind: str,
    id: Any,
    *,
    who: bool = False,
    task: bool = False,
    about_id: Any = None,
    text: Any = None,
    level: Any = None,
    day: Any = None,
    since: Any = None,
    at: Any = None,
) -> Select[Any]:
    """Return a query for the fields of `Entry`, alike for every kind."""
    return select(
        literal(kind, String).label("kind"),
        id.label("id"),
        or_none(Employee.id if who else None, Integer).label("employee_id"),
        or_none(Task.id if task else None, Integer).label("task_id"),
        or_none(about_id, Integer).label("about_id"),
        (Employee.name if who else literal("", String)).label("name"),
        func.coalesce(Task.title if task else "", "").label("title"),
        (literal("", String) if text is None else text).label("text"),
        or_none(level, Integer).label("level"),
        or_none(day, Date).label("day"),
        or_none(since, DateTime).label("since"),
        or_none(at, DateTime).label("at"),
        literal(0, Integer).label("total"),
    )


def or_none(column: Any, kind: Any) -> Any:
    """Return the column, or an empty one of that type, as PostgreSQL wants to know."""
    none: Any = null()
    return cast(none, kind) if column is None else column


def few(query: Select[Any], *order: Any, most: int = MOST) -> Select[Any]:
    """Return the query for the first rows of `query`, with how many there are."""
    *columns, _total = query.selected_columns
    counted = query.with_only_columns(
        *columns, func.count().over().label("total"), maintain_column_froms=True
    )
    return select(*counted.order_by(*order).limit(most).subquery().c)
