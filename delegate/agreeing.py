"""The steps of an agreement: a draft is opened, takes over texts, and is closed.

Knows the tables and the words, but no page. Nothing here commits.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from . import i18n, rules, wording
from .models import (
    LIVE_STATES,
    Agreement,
    Employee,
    Pair,
    Safeguard,
    Task,
    db,
    utc_now,
)
from .practice import checking
from .practice.days import working_day
from .rules import Level

WEEKS = {
    Level.SHOW: 2,
    Level.EXPLAIN: 2,
    Level.PROPOSE: 3,
    Level.DECIDE_TOGETHER: 4,
    Level.ADVISE: 6,
    Level.HEAR_AFTERWARDS: 8,
    Level.LET_GO: 12,
}
"""After how many weeks to look back: the less room, the sooner there is news."""

SUGGESTED = {"inform": wording.INFORM_BY_LEVEL, "help": wording.HELP_BY_LEVEL}
"""The texts that a level brings along while nothing is written; never kept in a row."""

CARRIED = ("outcome", "limits", "why_you", "asks_first", "stays", "resources")
"""The texts that do not hang on the level."""


OF_TASK = ("outcome", "limits")
"""The texts that belong to the task, whoever does it."""


def look_back_day(level: int, today: date, team_id: int) -> date:
    """Return the working day to suggest for looking back."""
    return working_day(today + timedelta(weeks=WEEKS[Level(level)]), team_id)


def live(employee_id: int, task_id: int) -> Agreement | None:
    """Return the one live agreement of a pair, if there is one."""
    found: Agreement | None = db.session.scalar(
        db.select(Agreement).where(
            Agreement.employee_id == employee_id,
            Agreement.task_id == task_id,
            Agreement.state.in_(LIVE_STATES),
        )
    )
    return found


def pair_of(employee: Employee, task: Task) -> Pair:
    """Return the pair; where there is no row yet, a new one that is not added."""
    return db.session.get(Pair, (employee.id, task.id)) or Pair(
        team_id=task.team_id,
        employee_id=employee.id,
        task_id=task.id,
        current=None,
        version=0,
    )


def open_draft(
    employee: Employee,
    task: Task,
    *,
    level: Level,
    advised: Level | None,
    manager_id: int,
    instead_of: Agreement | None,
) -> Agreement:
    """Add a draft with what is known already, and close the one it comes instead of.

    Raises IntegrityError, at the latest when it is flushed, where another live
    agreement came in between.
    """
    db.session.add(pair_of(employee, task))
    draft = Agreement(
        team_id=task.team_id,
        employee_id=employee.id,
        task_id=task.id,
        state="draft",
        level=level,
        advised=advised,
        rules_version=rules.RULES_VERSION,
        **of_the_task(task),
        created_by_id=manager_id,
    )
    if instead_of:
        close(instead_of, "ended")
        # By this one moment the two are known to belong together.
        draft.created_at = instead_of.closed_at or utc_now()
        take_over(draft, instead_of)
    # The old one has to be closed before the new one comes: one is live at a time.
    db.session.flush()
    db.session.add(draft)
    return draft


def of_the_task(task: Task) -> dict[str, str]:
    """Return the outcome and the limits that go along from one person to another.

    They are those of the newest agreement about this task with someone who is here,
    and where that left one empty, or there was none, those of the task itself.
    """
    before = db.session.scalar(
        db.select(Agreement)
        .join(Employee, Employee.id == Agreement.employee_id)
        .where(
            Agreement.team_id == task.team_id,
            Agreement.task_id == task.id,
            Agreement.state != "draft",
            Employee.removed_at.is_(None),
        )
        .order_by(Agreement.id.desc())
        .limit(1)
    )
    return {name: getattr(before, name, "") or getattr(task, name) for name in OF_TASK}


def take_over(draft: Agreement, old: Agreement) -> None:
    """Let `draft` start with the texts and the safeguards of `old`."""
    for name in CARRIED:
        setattr(draft, name, getattr(old, name))
    for name in SUGGESTED:
        setattr(draft, name, written(name, getattr(old, name)))
    draft.safeguards = [
        Safeguard(criterion=one.criterion, text=one.text) for one in old.safeguards
    ]


def written(name: str, text: str | None) -> str:
    """Return `text`, or nothing where it is a suggestion, in whatever language."""
    suggestions: set[str] = set()
    for language in i18n.LANGUAGES if text else ():
        with i18n.speaking(language):
            suggestions.update(map(str, SUGGESTED[name].values()))
    return text if text and text not in suggestions else ""


def suggestion(agreement: Agreement, name: str) -> LazyString:
    """Return the text that the level brings along, in the language of who reads it."""
    return SUGGESTED[name][Level(agreement.level)]


def texts(agreement: Agreement) -> dict[str, str | LazyString]:
    """Return the texts of `SUGGESTED` for both to read.

    What nobody wrote follows the level once it is agreed. Before that it stays empty:
    it would give away the level that both are still to choose.
    """
    own = {name: written(name, getattr(agreement, name)) for name in SUGGESTED}
    if agreement.state == "draft":
        return own
    return {name: text or suggestion(agreement, name) for name, text in own.items()}


def day_to_show(agreement: Agreement) -> date | None:
    """Return the day to look back, for both to read.

    In a draft, a day that some level brings along is none yet: it tells the level.
    """
    day = agreement.look_back_on
    if agreement.state != "draft":
        return day
    made = i18n.as_date(agreement.created_at)
    suggested = {look_back_day(level, made, agreement.team_id) for level in Level}
    return None if day in suggested else day


def question(level: int, advice: rules.Recommendation) -> rules.Posture | None:
    """Return what choosing `level` asks, where it is above the advice."""
    if not rules.above_advice(Level(level), advice):
        return None
    leans = rules.leans_on(Level(level), advice)
    return rules.Posture.TOO_TRUSTING if leans else rules.Posture.GENEROUS


def may_agree(agreement: Agreement) -> bool:
    """Tell whether there is something that the two have not agreed yet."""
    is_open = agreement.state in ("draft", "looked_back")
    return is_open or bool(agreement.state == "agreed" and agreement.changed_at)


def agree(agreement: Agreement, today: date, manager_id: int) -> list[date]:
    """Note that the two agree to it, as it stands now.

    Return the days of the check-ins that are proposed with it.
    """
    agreement.state, agreement.agreed_at = "agreed", utc_now()
    agreement.changed_at = None
    return checking.propose(agreement, today, manager_id)


def follow(agreement: Agreement, *, becomes_now: bool, not_mine: bool) -> None:
    """Let how it goes now, and whose task it is, follow from what is agreed."""
    if becomes_now:
        agreement.pair.current = agreement.level
    if not_mine:
        agreement.pair.task.with_me = False


def proposed(found: Iterable[tuple[int, Sequence[date]]]) -> str:
    """Say which check-ins were proposed, given the levels and the days of each.

    From level 6 on one is no check-in but a moment. Empty where there are none.
    """
    by_kind: dict[bool, list[date]] = {False: [], True: []}
    for level, days in found:
        by_kind[checking.is_a_moment(level)] += days
    check_ins, moments = by_kind[False], by_kind[True]
    said = []
    if check_ins:
        said.append(
            ngettext(
                "A check-in is proposed: on %(day)s.",
                "%(num)d check-ins are proposed: the first on %(day)s.",
                len(check_ins),
                day=i18n.day(min(check_ins)),
            )
        )
    if moments:
        said.append(
            ngettext(
                "A moment is proposed: on %(day)s.",
                "%(num)d moments are proposed: the first on %(day)s.",
                len(moments),
                day=i18n.day(min(moments)),
            )
        )
    return " ".join(said)


def close(agreement: Agreement, state: str, reason: str = "") -> None:
    """End an agreement, or take it back."""
    agreement.state = state
    agreement.closing_reason = reason
    agreement.closed_at = utc_now()
