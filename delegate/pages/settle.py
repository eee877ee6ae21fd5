"""After the talk: all that was agreed with one person on one screen, in one go.

All of it is kept, or nothing: a fault in one line leaves what was typed in the others.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from .. import access, agreeing, i18n, planning, rules
from ..database import VersionConflict
from ..forms import Difference
from ..forms.settle import LineForm, version_of
from ..models import LIVE_STATES, Agreement, Employee, Pair, Task, db

bp = Blueprint("settle", __name__, url_prefix="/settle", cli_group=None)

Settled = tuple[rules.Level, Sequence[date]]
"""The level that is agreed, and the days of the check-ins proposed with it."""

POSTED = re.compile(r"t([1-9]\d{0,8})-version")


class Line(NamedTuple):
    """One live agreement, its fields, and what the rule says now."""

    agreement: Agreement
    form: LineForm
    advice: rules.Recommendation

    @property
    def task(self) -> Task:
        return self.agreement.pair.task

    @property
    def is_new_level(self) -> bool:
        return self.form.level.data != self.agreement.level

    @property
    def advised(self) -> rules.Level | None:
        """What the level chosen here is measured by: the advice it was made upon."""
        if self.agreement.state == "draft" or not self.is_new_level:
            advised = self.agreement.advised
            return rules.Level(advised) if advised else None
        return self.advice.level

    @property
    def is_settled(self) -> bool:
        """Tell whether both agree to this already, just as it stands here."""
        stands = not agreeing.may_agree(self.agreement)
        return stands and not self.form.is_changed(self.agreement)


@bp.route("/<id:employee_id>", methods=["GET", "POST"])
def index(employee_id: int) -> ResponseReturnValue:
    employee = access.own_present_or_404(employee_id)
    lines = lines_of(employee)
    if request.method != "POST":
        return show(employee, lines)
    if posted_ids() != {line.task.id for line in lines}:
        return changed_meanwhile(employee)
    wanted = [line for line in lines if not line.is_settled]
    for line in wanted:
        line.form.check(line.agreement, line.advised, i18n.today())
    if any(line.form.errors for line in wanted):
        return show(employee, lines), 422
    try:
        check_versions(lines)
        found = [settle(line, employee) for line in wanted]
        for line in lines:
            if line not in wanted:
                agreeing.follow(line.agreement, **line.form.follows)
        db.session.commit()
    except (IntegrityError, StaleDataError, VersionConflict):
        db.session.rollback()
        return changed_meanwhile(employee)
    say_settled(found, any(any(line.form.follows.values()) for line in lines))
    return redirect(url_for("plan.preview", employee_id=employee.id))


def check_versions(lines: Sequence[Line]) -> None:
    """Raise VersionConflict unless each line saw the agreement that is there now."""
    for line in lines:
        if line.form.version.data != version_of(line.agreement):
            raise VersionConflict(line.agreement)


def posted_ids() -> set[int]:
    found = map(POSTED.fullmatch, request.form)
    return {int(one[1]) for one in found if one}


def lines_of(employee: Employee) -> list[Line]:
    """Return what is live with someone, by task, as it was typed where it was."""
    rows = db.session.scalars(
        db.select(Agreement)
        .join(Task, Task.id == Agreement.task_id)
        .where(
            Agreement.team_id == employee.team_id,
            Agreement.employee_id == employee.id,
            Agreement.state.in_(LIVE_STATES),
            Task.removed_at.is_(None),
            Task.archived_at.is_(None),
        )
        .options(joinedload(Agreement.pair).joinedload(Pair.task))
        .order_by(func.lower(Task.title), Task.id)
    ).all()
    facts = planning.gather(
        employee.team_id,
        access.manager().id,
        i18n.today(),
        employees=[employee.id],
        tasks=[row.task_id for row in rows],
    )
    return [
        Line(
            row,
            form_of(row, employee),
            planning.outcome(facts, employee.id, row.pair.task).advice,
        )
        for row in rows
    ]


def form_of(row: Agreement, employee: Employee) -> LineForm:
    if row.task_id in posted_ids():
        return LineForm.of(row, employee.name)
    form = LineForm.of(row, employee.name, formdata=None)
    form.look_back_on.data = row.look_back_on or agreeing.look_back_day(
        row.level, i18n.today(), row.team_id
    )
    form.accept(row)
    return form


def settle(line: Line, employee: Employee) -> Settled:
    """Keep a line as agreed; another level than was agreed ends that agreement."""
    agreement, form, manager_id = line.agreement, line.form, access.manager().id
    level = form.level.data
    assert level
    if line.is_new_level and agreement.state != "draft":
        agreement = agreeing.open_draft(
            employee,
            line.task,
            level=level,
            advised=line.advice.level,
            manager_id=manager_id,
            instead_of=agreement,
        )
    agreement.level = level
    agreement.reason = form.reason.data or ""
    agreement.decides = form.decides.data or ""
    agreement.look_back_on = form.look_back_on.data
    # A draft comes before it is agreed, also in how it came about.
    db.session.flush()
    days = agreeing.agree(agreement, i18n.today(), manager_id)
    agreeing.follow(agreement, **form.follows)
    return level, days


def say_settled(found: Sequence[Settled], is_followed: bool) -> None:
    if found:
        words = ngettext(
            "Agreed on one task. It counts from now on.",
            "Agreed on %(num)d tasks. They count from now on.",
            len(found),
        )
        flash(f"{words} {agreeing.proposed(found)}".strip())
    elif is_followed:
        flash(gettext("Saved."))
    else:
        flash(gettext("Nothing has changed."))


def changed_meanwhile(employee: Employee) -> ResponseReturnValue:
    """Show what is there now beside what was typed, which is kept."""
    lines = lines_of(employee)
    differences: list[Any] = []
    for line in lines:
        if line.form.version.data != version_of(line.agreement):
            differences += about(line)
            line.form.accept(line.agreement)
    here = {line.task.id for line in lines}
    for id in sorted(posted_ids() - here):
        differences += gone(id, employee)
    return show(employee, lines, differences), 409


def about(line: Line) -> list[Difference]:
    return [
        Difference(f"{line.task.title}: {one.label}", one.typed, one.saved)
        for one in line.form.differences(line.agreement)
    ]


def gone(id: int, employee: Employee) -> list[Difference]:
    """Return what was typed of a task on which nothing is agreed any more."""
    task = db.session.get(Task, id)
    own = task is not None and task.team_id == employee.team_id
    title = task.title if task and own else gettext("An agreement")
    form = LineForm.named(employee.name, prefix=f"t{id}")
    ended = gettext("It ended meanwhile.")
    return [
        Difference(f"{title}: {field.label.text}", field.data, ended)
        for field in (form.decides, form.reason)
        if field.data
    ] or [Difference(title, "", ended)]


def show(
    employee: Employee, lines: Sequence[Line], differences: Sequence[Any] = ()
) -> str:
    faults = [(line, field) for line in lines for field in line.form if field.errors]
    return render_template(
        "settle/index.html",
        employee=employee,
        lines=lines,
        faults=faults,
        differences=differences,
    )
