"""What the person says of a score: it stands beside the score, and changes none.

Source: GDPR, article 16.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from .. import access, database
from ..database import VersionConflict
from ..forms import NoteText, VersionedForm
from ..models import Employee, Rating, Remark, Task, db, utc_now

bp = Blueprint("remarks", __name__, url_prefix="/remarks", cli_group=None)


class RemarkForm(VersionedForm):
    text = NoteText(
        _("In the words of who it is about"),
        hint=_("Write it as they say it; nothing about health or private life."),
        phrases=(),
        description=_(
            "The score itself stays as it is. Left empty, what was written here goes."
        ),
    )


@bp.route("/<id:rating_id>", methods=["GET", "POST"])
def edit(rating_id: int) -> ResponseReturnValue:
    rating = access.own_or_404(Rating, rating_id, write=True)
    employee = access.own_or_404(Employee, rating.employee_id, write=True)
    if rating.score is None:
        raise NotFound
    remark = remark_on(rating)
    if request.method != "POST":
        form = RemarkForm(obj=remark)
        form.accept(remark)
        return show(form, employee, rating)
    form = RemarkForm()
    if not form.validate_on_submit():
        return show(form, employee, rating), 422
    try:
        keep(form, remark)
    except VersionConflict:
        remark = remark_on(rating)
        differences = form.catch_up_with(remark)
        return show(form, employee, rating, differences), 409
    flash(gettext("Saved."))
    return redirect(url_for("people.show", employee_id=employee.id))


def remark_on(rating: Rating) -> Remark:
    """Return what is said of it; where nothing is, a new row that is not added."""
    remark = db.session.get(Remark, rating.id)
    return remark or Remark(rating_id=rating.id, text="", version=0)


def keep(form: RemarkForm, remark: Remark) -> None:
    """Write what was said, or take it away where it is empty.

    Raises VersionConflict where another save came first.
    """
    database.check_version(remark, form.version.data)
    if form.text.data:
        form.fill(remark)
        remark.recorded_by_id, remark.created_at = access.manager().id, utc_now()
        db.session.add(remark)
    elif remark in db.session:
        db.session.delete(remark)
    try:
        database.commit(remark)
    except IntegrityError:
        db.session.rollback()
        raise VersionConflict(remark) from None


def show(
    form: RemarkForm, employee: Employee, rating: Rating, differences: Any = ()
) -> str:
    return render_template(
        "remarks/edit.html",
        form=form,
        employee=employee,
        rating=rating,
        task=rating.task_id and db.session.get(Task, rating.task_id),
        differences=differences,
    )
