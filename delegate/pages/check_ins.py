"""A check-in on what was agreed: added, moved, kept with a line of what was seen."""

from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import access, database, forms, i18n, wording
from ..database import VersionConflict
from ..forms import VersionedForm
from ..forms.check_ins import DayForm, KeepForm
from ..models import LIVE_STATES, Agreement, CheckIn, Employee, Task, db, utc_now
from ..practice import checking

bp = Blueprint("check_ins", __name__, url_prefix="/check-ins", cli_group=None)

CHECK_IN = "/<id:agreement_id>/<id:check_in_id>"


class Here(NamedTuple):
    """A check-in, and what it is about."""

    row: CheckIn
    agreement: Agreement
    employee: Employee
    task: Task


def own_check_in_or_404(
    agreement_id: int, check_in_id: int, *, settled: bool = False
) -> Here:
    """Return the manager's check-in; `settled` as whoever clicked before left it."""
    about = access.own_agreement_or_404(agreement_id, write=True)
    row = db.session.get(CheckIn, check_in_id)
    if row is None or row.agreement_id != agreement_id:
        abort(404)
    return Here(access.settled_or_404(row) if settled else row, *about)


def to_agreement(agreement: Agreement) -> ResponseReturnValue:
    page = url_for("agreements.edit", agreement_id=agreement.id, _anchor="check-ins")
    return redirect(page)


@bp.route("/<id:agreement_id>/new", methods=["GET", "POST"])
def add(agreement_id: int) -> ResponseReturnValue:
    """Add one by hand, beside those that were proposed."""
    about = access.own_agreement_or_404(agreement_id, write=True)
    if about.agreement.state not in LIVE_STATES:
        abort(404)
    form = DayForm()
    if not form.is_submitted() or not form.check(
        i18n.today(), about.agreement.look_back_on
    ):
        page = render_template(
            "check_ins/add.html", form=form, **about._asdict(), words=words(about)
        )
        return page, 422 if form.is_submitted() else 200
    database.lock(about.agreement)  # of two clicks the second sees the day of the first
    if form.day.data not in [row.day for row in checking.of_agreement(agreement_id)]:
        made = {"day": form.day.data, "created_by_id": access.manager().id}
        db.session.add(CheckIn(agreement_id=agreement_id, **made))
    db.session.commit()
    flash(gettext("Saved."))
    return to_agreement(about.agreement)


@bp.route(CHECK_IN)
def edit(agreement_id: int, check_in_id: int) -> ResponseReturnValue:
    return page(own_check_in_or_404(agreement_id, check_in_id))


@bp.post(CHECK_IN)
def keep(agreement_id: int, check_in_id: int) -> ResponseReturnValue:
    """Note that it took place, with what was seen."""
    here = own_check_in_or_404(agreement_id, check_in_id, settled=True)
    form = KeepForm()
    if not form.validate_on_submit():
        return page(here, 422, keeping=form)
    here.row.kept_at = here.row.kept_at or utc_now()
    try:
        forms.save(form, here.row)
    except VersionConflict:
        return changed_meanwhile(here, form, "keeping")
    say_kept(here)
    return to_agreement(here.agreement)


def say_kept(here: Here) -> None:
    """Say that it is kept, with the way to where it counts as an example."""
    if not here.row.criterion:
        flash(gettext("Kept."))
        return
    rate = url_for(
        "ratings.edit",
        employee_id=here.employee.id,
        seen=here.row.id,
        _anchor=here.row.criterion,
    )
    said = gettext("Kept. It can be an example where you say what you have seen.")
    forms.flash_link(said, rate, wording.CRITERIA[here.row.criterion])


@bp.post(f"{CHECK_IN}/move")
def move(agreement_id: int, check_in_id: int) -> ResponseReturnValue:
    """Move one that was not kept yet to another day."""
    here = own_check_in_or_404(agreement_id, check_in_id, settled=True)
    form = DayForm()
    if here.row.kept_at:
        return changed_meanwhile(here, form, "moving")
    if not form.check(i18n.today(), here.agreement.look_back_on):
        return page(here, 422, moving=form)
    try:
        forms.save(form, here.row)
    except VersionConflict:
        return changed_meanwhile(here, form, "moving")
    flash(gettext("Saved."))
    return to_agreement(here.agreement)


@bp.post(f"{CHECK_IN}/drop")
def drop(agreement_id: int, check_in_id: int) -> ResponseReturnValue:
    """Drop one, unless it was kept or moved since it was shown."""
    here = own_check_in_or_404(agreement_id, check_in_id, settled=True)
    form = VersionedForm()
    if form.version.data != str(here.row.version):
        return changed_meanwhile(here, form, "dropping")
    db.session.delete(here.row)
    db.session.commit()
    flash(gettext("Dropped."))
    return to_agreement(here.agreement)


def changed_meanwhile(here: Here, form: Any, name: str) -> ResponseReturnValue:
    """Show what is there now beside what was typed, which is kept."""
    db.session.rollback()
    conflict = form, form.catch_up_with(here.row)
    return page(here, 409, conflict=conflict, **{name: form})


def page(here: Here, status: int = 200, **filled: Any) -> ResponseReturnValue:
    """Show one check-in; `filled` are forms that come back with a fault."""
    fresh: dict[str, Any] = {
        "keeping": KeepForm(formdata=None, obj=here.row),
        "moving": DayForm(formdata=None, obj=here.row),
        "dropping": VersionedForm(formdata=None),
    }
    for form in fresh.values():
        form.accept(here.row)
    shown = {**fresh, "conflict": None, **filled}
    words_here = words(here)
    html = render_template(
        "check_ins/edit.html", **here._asdict(), words=words_here, **shown
    )
    return html, status


def words(about: Any) -> dict[str, str]:
    """Return what it is called: from level 6 on it is no checking, but a moment."""
    who = {"name": about.employee.name}
    if checking.is_a_moment(about.agreement.level):
        return {
            "heading": gettext("A moment with %(name)s", **who),
            "drop": gettext("Drop this moment"),
        }
    return {
        "heading": gettext("A check-in with %(name)s", **who),
        "drop": gettext("Drop this check-in"),
    }
