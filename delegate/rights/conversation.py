"""What the conversation left behind of one person, for the copy: both views, steps,
one-on-ones, and what a manager wished for the person.

A part of `collecting`. What someone said of themself is in it once it is revealed: the
person holds a copy of it already, and until then nobody else reads it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import and_, or_, select

from .. import i18n, wording
from ..dialogue import mending
from ..models import (
    Agreement,
    Employee,
    OwnView,
    PairEvent,
    Postponement,
    Proposal,
    ProposedPerson,
    ProposedTask,
    Step,
    Talk,
    TalkItem,
    db,
)
from .dossier import (
    Answer,
    Event,
    Item,
    OwnChosen,
    OwnSeen,
    Proposed,
    Stepped,
    Talked,
    Text,
    Waited,
    WouldTake,
)

Called = Callable[[int | None], str]
"""Says how a manager is called, by id."""

Titles = Mapping[int | None, Text]

OWN_TEXTS = {
    "can": _("What you can do"),
    "cannot_yet": _("What you cannot do yet"),
    "needs_from_manager": _("What you need from your manager"),
    "can_be_counted_on": _("What your manager can count on"),
}


def own_views(employee: Employee, titles: Titles, called: Called) -> Iterator[OwnSeen]:
    """Yield each own view that was asked for; what it says once it is revealed."""
    for row in of(OwnView, employee):
        of_it = i18n.day(row.asked_at)
        shown = row.revealed_at is not None
        yield OwnSeen(
            asked_at=row.asked_at,
            asked_by=called(row.asked_by_id),
            by_link=row.link_id is not None,
            on_paper=row.on_paper,
            received_at=row.received_at,
            revealed_at=row.revealed_at,
            revealed_by=called(row.revealed_by_id),
            texts=tuple(
                Text(f"own_{row.id}_{name}", getattr(row, name), label, of_it, name)
                for name, label in OWN_TEXTS.items()
                if shown
            ),
            answers=tuple(
                Answer(criterion=one.criterion, score=one.score)
                for one in row.answers
                if shown
            ),
            choices=tuple(
                OwnChosen(task=titles[one.task_id], level=one.level)
                for one in row.choices
                if shown
            ),
        )


def steps(
    employee: Employee, titles: Titles, called: Called, reader_id: int
) -> Iterator[Stepped]:
    for row in of(Step, employee):
        day, about = i18n.day(row.created_at), wording.CRITERIA[row.criterion]
        withheld = row.kind == mending.KIND and row.created_by_id != reader_id
        words = "" if withheld else row.text
        yield Stepped(
            is_withheld=withheld,
            kind=row.kind,
            criterion=row.criterion,
            task=titles.get(row.task_id),
            text=Text(f"step_{row.id}", words, _("Step"), f"{about}, {day}"),
            due_on=row.due_on,
            done_at=row.done_at,
            created_at=row.created_at,
            created_by=called(row.created_by_id),
        )


def talks(employee: Employee, called: Called) -> Iterator[Talked]:
    for row in of(Talk, employee):
        yield Talked(at=row.at, held_at=row.held_at, held_by=called(row.held_by_id))


def talk_items(employee: Employee, called: Called, reader_id: int) -> Iterator[Item]:
    """Yield each item, also those that the reader keeps to oneself.

    What another manager keeps so is told without its words: that one hands them out.
    """
    for row in of(TalkItem, employee):
        day = i18n.day(row.created_at)
        withheld = not row.is_shared and row.created_by_id != reader_id
        words = "" if withheld else row.text
        yield Item(
            is_withheld=withheld,
            kind=row.kind,
            text=Text(f"talk_{row.id}", words, _("For the one-on-one"), day),
            is_shared=row.is_shared,
            doer=row.doer,
            due_on=row.due_on,
            done_at=row.done_at,
            created_at=row.created_at,
            created_by=called(row.created_by_id),
        )


def proposals(employee: Employee, titles: Titles, called: Called) -> Iterator[Proposed]:
    """Yield what each manager wished, with the tasks that would go to the person."""
    wishes = select(Proposal, ProposedPerson).outerjoin(
        ProposedPerson,
        and_(
            ProposedPerson.proposal_id == Proposal.id,
            ProposedPerson.employee_id == employee.id,
        ),
    )
    of_team = wishes.where(Proposal.team_id == employee.team_id)
    for row, wish in db.session.execute(of_team.order_by(Proposal.id)):
        given = tuple(would_take(row, employee, titles))
        if wish or given:
            yield Proposed(
                by=called(row.manager_id),
                made_at=row.made_at,
                grows=wish is not None and wish.grows,
                takes_nothing=wish is not None and wish.is_out,
                hours_free=wish.hours_free if wish else None,
                tasks=given,
            )


def would_take(
    proposal: Proposal, employee: Employee, titles: Titles
) -> Iterator[WouldTake]:
    mine = or_(
        ProposedTask.fixed_id == employee.id, ProposedTask.employee_id == employee.id
    )
    for row in db.session.scalars(
        select(ProposedTask)
        .where(ProposedTask.proposal_id == proposal.id, mine)
        .order_by(ProposedTask.task_id)
    ):
        yield WouldTake(
            task=titles[row.task_id],
            fixed=row.fixed_id == employee.id,
            proposed=row.employee_id == employee.id,
            level=row.level,
            provisional=row.provisional,
            hours=row.hours,
        )


def postponements(employee: Employee, called: Called) -> Iterator[Waited]:
    for row in of(Postponement, employee):
        yield Waited(
            by=called(row.manager_id), started_at=row.started_at, ended_at=row.ended_at
        )


def events(employee: Employee, titles: Titles, called: Called) -> Iterator[Event]:
    """Yield how it came about, task by task as it happened."""
    begun = select(Agreement.id, Agreement.created_at)
    rows = db.session.execute(begun.where(Agreement.employee_id == employee.id))
    of_agreement = dict(iter(rows))
    for row in of(PairEvent, employee):
        yield Event(
            task=titles[row.task_id],
            kind=row.kind,
            level=row.value,
            criterion=row.criterion,
            agreement_of=of_agreement.get(row.agreement_id or 0),
            at=row.at,
            by=called(row.by_id),
        )


def of(model: Any, employee: Employee) -> Iterator[Any]:
    """Yield the rows of a table that are about `employee`, the newest first."""
    query = select(model).where(model.employee_id == employee.id)
    yield from db.session.scalars(query.order_by(model.id.desc()))
