"""What managers see in themselves: four questions and one learning point of their own.

Apart from all that is kept about others, and read by nobody but who wrote it: the
rules, the trail and every export pass it by. The one place it can go to is the shared
plan, where its writer ticks that.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from .. import access, database
from ..database import VersionConflict
from ..dialogue.reflection import THEMES
from ..forms import Choice, Confirm, LongText, VersionedForm
from ..models import SelfCheck, db, utc_now

bp = Blueprint("self_check", __name__, url_prefix="/self-check", cli_group=None)


def to_answer(value: Any) -> int | None:
    return int(value) if value not in ("", None) else None


def theme(name: str) -> Choice:
    answers = {key: one.sentence for key, one in THEMES[name].answers.items()}
    return Choice(THEMES[name].question, answers, coerce=to_answer)


class SelfCheckForm(VersionedForm):
    trusting = theme("trusting")
    confidence = theme("confidence")
    fear = theme("fear")
    damaged = theme("damaged")
    learning = LongText(
        _("My learning point"),
        description=_(
            "One thing you want to do differently. It stands on a shared plan only if"
            " you tick that there."
        ),
    )


@bp.route("/", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    own = mine()
    if request.method != "POST":
        form = SelfCheckForm(obj=own)
        form.accept(own)
        return show(form)
    form = SelfCheckForm()
    if not form.validate_on_submit():
        return show(form), 422
    try:
        keep(form, own)
    except VersionConflict:
        own = mine()
        differences = form.catch_up_with(own)
        return show(form, differences), 409
    flash(gettext("Saved. Only you can read it."))
    return redirect(url_for(".index"))


def mine() -> SelfCheck:
    """Return the signed-in manager's own; where there is none, a row not added."""
    id = access.manager().id
    found = db.session.get(SelfCheck, id)
    return found or SelfCheck(manager_id=id, learning="", version=0)


def keep(form: SelfCheckForm, own: SelfCheck) -> None:
    """Write what was answered. Raises VersionConflict where another save came first."""
    database.check_version(own, form.version.data)
    form.fill(own)
    own.changed_at = utc_now()
    db.session.add(own)
    try:
        database.commit(own)
    except IntegrityError:
        db.session.rollback()
        raise VersionConflict(own) from None


def show(form: SelfCheckForm, differences: Any = ()) -> str:
    return render_template(
        "self_check/index.html",
        form=form,
        themes=THEMES,
        is_kept=form.version.data not in ("", "0", None),
        confirm=Confirm(formdata=None),
        differences=differences,
    )


@bp.post("/erase")
def erase() -> ResponseReturnValue:
    """Erase it for good, from the files of the database as well."""
    db.session.execute(
        delete(SelfCheck).where(SelfCheck.manager_id == access.manager().id)
    )
    db.session.commit()
    flash(gettext("It is gone. Nothing of your self-check is kept."))
    if not database.leave_no_trace():
        flash(gettext("Its last trace cannot go right now. It goes within the hour."))
    return redirect(url_for(".index"))
