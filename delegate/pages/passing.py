"""A task goes to someone else: what was agreed ends, a draft for the other opens."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from .. import access, agreeing, database, i18n, planning, rules
from ..access import Here
from ..database import VersionConflict
from ..forms.passing import PassForm
from ..models import LIVE_STATES, Agreement, Employee, db

bp = Blueprint("passing", __name__, url_prefix="/passing", cli_group=None)


@bp.route("/<id:agreement_id>", methods=["GET", "POST"])
def index(agreement_id: int) -> ResponseReturnValue:
    """Choose who takes it; outcome and limits go along."""
    here = access.own_agreement_or_404(agreement_id, ends=True)
    people = others(here)
    form = PassForm()
    form.offer(people, taken(here))
    if not form.is_submitted():
        form.accept(here.agreement)
        return show(here, form)
    if here.agreement.state not in LIVE_STATES:
        return changed_meanwhile(here, form)
    if not form.validate():
        return show(here, form, 422)
    [other] = [one for one in people if one.id == form.employee_id.data]
    try:
        database.check_version(here.agreement, form.version.data)
        draft = passed(here, other, form.closing_reason.data or "")
        if form.stops.data:
            here.agreement.pair.current = None
        database.commit(here.agreement)
    except (IntegrityError, VersionConflict):
        return changed_meanwhile(here, form)
    words = gettext("It goes to %(name)s: this is the draft.", name=other.name)
    flash(words)
    return redirect(url_for("agreements.edit", agreement_id=draft.id))


def others(here: Here) -> list[Employee]:
    """Return who could take it: those of the team who are there, by name."""
    found = planning.active_employees(here.task.team_id, i18n.today())
    return [one for one in found if one.id != here.employee.id]


def taken(here: Here) -> list[int]:
    """Return who has an agreement on the task."""
    found = planning.now_of(here.task.team_id, tasks=[here.task.id])
    return [employee_id for (employee_id, _), now in found.items() if now.agreement]


def passed(here: Here, other: Employee, reason: str) -> Agreement:
    """End what was agreed, and return the draft for the other, at the level advised."""
    today, manager_id = i18n.today(), access.manager().id
    advised = planning.pair(other, here.task, manager_id, today).advice.level
    draft = agreeing.open_draft(
        other,
        here.task,
        level=advised or rules.Level(here.agreement.level),
        advised=advised,
        manager_id=manager_id,
        instead_of=None,
    )
    for name in agreeing.OF_TASK:
        setattr(draft, name, getattr(here.agreement, name) or getattr(draft, name))
    draft.look_back_on = agreeing.look_back_day(draft.level, today, draft.team_id)
    said = reason or gettext("It goes to %(name)s.", name=other.name)
    agreeing.close(here.agreement, "ended", said)
    db.session.flush()
    return draft


def changed_meanwhile(here: Here, form: PassForm) -> ResponseReturnValue:
    """Show it as it is now, and keep what was typed."""
    db.session.rollback()
    form.accept(here.agreement)
    return show(here, form, 409)


def show(here: Here, form: PassForm, status: int = 200) -> ResponseReturnValue:
    is_live = here.agreement.state in LIVE_STATES
    page = render_template(
        "passing/index.html",
        **here._asdict(),
        form=form,
        is_live=is_live,
        is_late=status == 409,
    )
    return page, status
