"""Everything that is kept of one person, from every table that holds something.

A test changes each column in turn and fails where the copy stays the same: what is new
in the tables has to come in here, or to be named there with its reason.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from .. import i18n, paper, planning, rules, wording
from ..models import (
    Agreement,
    AuditEntry,
    CheckIn,
    Employee,
    Link,
    LookBack,
    Manager,
    Pair,
    Rating,
    Remark,
    Task,
    Team,
    db,
    utc_now,
)
from ..planning import Outcome
from . import conversation, trail_words
from .conversation import Called, Titles
from .dossier import (
    Agreed,
    CheckedIn,
    Dossier,
    Given,
    LookedBack,
    Person,
    Rated,
    Safe,
    Said,
    Standing,
    Text,
    Trace,
)

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
    "entrusted": _("What your manager entrusts to you"),
}


def gather(employee: Employee, manager: Manager, *, names: bool = True) -> Dossier:
    """Return all that is kept of `employee`, as `manager` sees it, in words spoken now.

    Other managers are called by their names, as whom a score is from is part of what is
    owed (GDPR, article 15(1)(g)), or else told apart by a number.
    """
    called = caller(manager, names=names)
    titles = titles_of(employee)
    team = db.session.get_one(Team, employee.team_id)
    return Dossier(
        made_at=utc_now(),
        made_by=manager.called,
        keep_months=team.keep_months,
        part=1,
        parts=1,
        person=person(employee, team),
        ratings=tuple(ratings(employee, titles, called)),
        tasks=tuple(standings(employee, manager, titles)),
        agreements=tuple(agreements(employee, titles, called)),
        own_views=tuple(conversation.own_views(employee, titles, called)),
        steps=tuple(conversation.steps(employee, titles, called, manager.id)),
        talks=tuple(conversation.talks(employee, called)),
        talk_items=tuple(conversation.talk_items(employee, called, manager.id)),
        proposals=tuple(conversation.proposals(employee, titles, called)),
        postponements=tuple(conversation.postponements(employee, called)),
        events=tuple(conversation.events(employee, titles, called)),
        links=tuple(links(employee, called)),
        trail=tuple(trail(employee, called)),
    )


def caller(manager: Manager, *, names: bool) -> Called:
    """Return how managers are called: the one who hands out the copy by name."""
    known = {manager.id: manager.called}
    numbers: list[int] = []

    def called(id: int | None) -> str:
        if id is None:
            return ""
        if id not in known:
            known[id] = name_of(id)
        return known[id]

    def name_of(id: int) -> str:
        other = db.session.get(Manager, id) if names else None
        if other:
            return other.called
        numbers.append(id)
        return str(gettext("colleague %(number)s", number=len(numbers)))

    return called


def titles_of(employee: Employee) -> Titles:
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
        entrusted=text("entrusted"),
        created_at=employee.created_at,
        changed_at=employee.changed_at,
    )


def ratings(employee: Employee, titles: Titles, called: Called) -> Iterator[Rated]:
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
    employee: Employee, manager: Manager, titles: Titles
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
    return wording.held_back(advice, found.ratings, to_manager=False)


def agreements(employee: Employee, titles: Titles, called: Called) -> Iterator[Agreed]:
    """Yield every agreement there ever was, the newest first."""
    checked = by_agreement(employee, CheckIn, CheckIn.day.desc(), CheckIn.id)
    looked = by_agreement(employee, LookBack, LookBack.id.desc())
    after = planning.levels_after(employee.id)
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
                Text(f"{key}_{name}", getattr(row, name), label, of, name)
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
            check_ins=tuple(check_ins(checked[row.id], of, called)),
            look_backs=tuple(look_backs(looked[row.id], after.get(row.id), of, called)),
            look_back_on=row.look_back_on,
            created_at=row.created_at,
            created_by=called(row.created_by_id),
            agreed_at=row.agreed_at,
            changed_at=row.changed_at,
            closed_at=row.closed_at,
        )


def by_agreement(employee: Employee, model: Any, *order: Any) -> Mapping[int, Any]:
    """Return the rows of a table that hang on the person's agreements, for each."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    mine = select(model).join(Agreement, Agreement.id == model.agreement_id)
    of_person = mine.where(Agreement.employee_id == employee.id)
    for row in db.session.scalars(of_person.order_by(*order)):
        found[row.agreement_id].append(row)
    return found


def check_ins(rows: Iterable[CheckIn], of: str, called: Called) -> Iterator[CheckedIn]:
    for row in rows:
        yield CheckedIn(
            day=row.day,
            kept_at=row.kept_at,
            seen=Text(f"check_in_{row.id}", row.seen, _("What was seen"), of),
            criterion=row.criterion,
            created_at=row.created_at,
            created_by=called(row.created_by_id),
        )


def look_backs(
    rows: Iterable[LookBack], level_after: int | None, of: str, called: Called
) -> Iterator[LookedBack]:
    for row in rows:
        yield LookedBack(
            theirs=Text(f"look_back_{row.id}", row.theirs, _("What you promised"), of),
            mine=Text(
                f"look_back_mine_{row.id}",
                row.mine,
                _("What your manager promised"),
                of,
            ),
            next_state=row.next_state,
            next_level=level_after if row.next_state == "ended" else None,
            at=row.created_at,
            by=called(row.created_by_id),
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
        by = called(row.manager_id)
        yield Trace(
            at=row.at,
            by=by,
            action=row.action,
            subject=row.subject,
            words=trail_words.sentence(row.action, row.subject, by, employee.name),
        )
