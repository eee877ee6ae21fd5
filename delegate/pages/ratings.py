"""What a manager has seen of one person: four criteria, and how familiar each task is.

The page is one plain form that is saved as a whole; a script saves each item by itself
as one goes. What is written, and whether it may be, is up to `recording`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, or_, select

from .. import access, forms, i18n, planning, recording, wording
from ..dialogue import mending
from ..dialogue.polling import heard
from ..forms.ratings import ScoreForm, form_of, in_words, saved_words, values_of
from ..history import looks
from ..models import LIVE_STATES, Agreement, Employee, Pair, Rating, Task, db
from ..practice import checking
from ..recording import Item
from ..rules import CRITERIA

bp = Blueprint("ratings", __name__, url_prefix="/ratings", cli_group=None)

TASKS = 30
"""How many tasks stand on one page."""

EXAMPLES = 3
"""How many lines of what was seen are offered at each criterion."""

ENDED = _("No longer postponed until you have talked.")

POSTED_TASK = re.compile(r"\btask-([1-9]\d{0,8})-")


class Line(NamedTuple):
    """One thing to rate on the page, as this manager has it and as others saw it."""

    item: Item
    title: str
    form: ScoreForm
    own: Rating | None
    others: Sequence[tuple[str, Rating]]

    @property
    def id(self) -> str:
        return prefix_of(self.item)

    @property
    def is_posted(self) -> bool:
        return any(name.startswith(f"{self.id}-") for name in request.form)

    @property
    def is_old(self) -> bool:
        row: Any = self.own
        return planning.is_old(row, i18n.today())

    @property
    def is_taken(self) -> bool:
        """Tell whether an example was filled in that is not kept yet."""
        field = getattr(self.form, "example", None)
        return field is not None and field.data != field.object_data

    @property
    def saved(self) -> str:
        return saved_words(self.own)


@bp.route("/<id:employee_id>", methods=["GET", "POST"])
def edit(employee_id: int) -> ResponseReturnValue:
    employee = access.own_present_or_404(employee_id)
    lines = lines_of(employee)
    if request.method != "POST":
        take_over(employee, lines)
        return show(employee, lines)
    posted = [line for line in lines if line.is_posted]
    take_still(posted)
    sound = [line.form.validate() for line in posted]  # each, to tell every fault
    if not all(sound):
        return show(employee, lines), 422
    wishes = [line.form.wish(line.item) for line in posted if not line.form.is_blank]
    try:
        rows = recording.keep(employee, access.manager().id, wishes)
    except recording.Collision as collision:
        return show(employee, lines, collision.newest), 409
    say_saved(employee, rows, settle(rows))
    return redirect(url_for("people.show", employee_id=employee.id))


def settle(rows: Sequence[Rating]) -> bool:
    """Commit what was seen; tell whether that ended the wait for a talk."""
    ended = mending.ended_by(rows)
    db.session.commit()
    return ended


def lines_of(employee: Employee) -> list[Line]:
    """Return what is rated here: the criteria, and the tasks asked for or posted."""
    tasks = db.session.execute(tasks_here(employee)).all()
    ids = [task.id for task in tasks]
    rater = access.manager().id
    own = recording.newest(employee, rater, ids)
    others = recording.seen_by_others(employee, rater, ids)
    titles: dict[Item, Any] = {Item(name): wording.CRITERIA[name] for name in CRITERIA}
    titles |= {Item("familiarity", task.id): task.title for task in tasks}
    return [
        Line(
            item,
            title,
            form_of(item, own.get(item), prefix_of(item)),
            own.get(item),
            others.get(item, ()),
        )
        for item, title in titles.items()
    ]


def prefix_of(item: Item) -> str:
    return f"task-{item.task_id}" if item.task_id else item.criterion


def take_still(lines: Collection[Line]) -> None:
    """Date what is "still so" today."""
    for line in lines:
        if line.id == request.form.get("still") and line.id in CRITERIA:
            line.form["seen_on"].data = i18n.today()


def take_over(employee: Employee, lines: Collection[Line]) -> None:
    """Fill in what was seen at the check-in of `?seen=`; nothing is saved by itself."""
    wanted = recording.id_of(request.args.get("seen"))
    found = checking.examples(employee.id, i18n.today()) if wanted else {}
    for line in lines:
        for row in found.get(line.id, ()):
            if row.id == wanted:
                line.form["example"].data = row.seen
                line.form["seen_on"].data = checking.seen_on(row)


def tasks_here(employee: Employee) -> Select[int, str]:
    """Return the query for the tasks on this page of the table, or those posted."""
    query = tasks_to_rate(employee)
    if request.method == "POST":
        posted = {int(id) for id in POSTED_TASK.findall(" ".join(request.form))}
        return query.where(Task.id.in_(posted))
    page, _ = page_here(employee)
    return query.limit(TASKS).offset((page - 1) * TASKS)


def page_here(employee: Employee) -> tuple[int, int]:
    """Return the page of the table that is shown, and how many there are."""
    query = tasks_to_rate(employee).order_by(None).subquery()
    count = db.session.scalar(select(func.count()).select_from(query)) or 0
    pages = max(1, -(-count // TASKS))
    return min(forms.query_page(), pages), pages


def tasks_to_rate(employee: Employee) -> Select[int, str]:
    """Return the query for what can be handed over: `?task=`, then what is done now."""
    live = select(Agreement.id).where(
        Agreement.employee_id == Pair.employee_id,
        Agreement.task_id == Pair.task_id,
        Agreement.state.in_(LIVE_STATES),
    )
    done_now = select(Pair.task_id).where(
        Pair.team_id == employee.team_id,
        Pair.employee_id == employee.id,
        or_(Pair.current.is_not(None), live.exists()),
    )
    return (
        select(Task.id, Task.title)
        .where(
            Task.team_id == employee.team_id,
            Task.archived_at.is_(None),
            Task.removed_at.is_(None),
            Task.reserved.is_(False),
        )
        .order_by(
            Task.id != wanted_task(),
            Task.id.not_in(done_now),
            func.lower(Task.title),
            Task.id,
        )
    )


def wanted_task() -> int:
    return recording.id_of(request.args.get("task"))


def show(
    employee: Employee,
    lines: Sequence[Line],
    newest: Mapping[Item, Rating | None] | None = None,
) -> str:
    """Return the page; `newest` holds by item what was saved meanwhile, if anything."""
    page, pages = page_here(employee)
    return render_template(
        "ratings/edit.html",
        employee=employee,
        differences=[
            take_in(line, newest) for line in lines if newest and line.item in newest
        ],
        remarks=recording.remarks(employee.id),
        criteria=lines[: len(CRITERIA)],
        familiar=lines[len(CRITERIA) :],
        four_times=four_times(lines[: len(CRITERIA)]),
        spread=looks.spread(employee.team_id, access.manager().id),
        faults=[(line, field) for line in lines for field in line.form if field.errors],
        page=page,
        pages=pages,
        wanted=wanted_task(),
        heard=heard(employee.team_id),
        examples=examples(employee),
        postponed=mending.waiting(employee.id, access.manager().id),
        today=i18n.today(),
    )


def examples(employee: Employee) -> Mapping[str, Sequence[tuple[int, date, str]]]:
    """Return by criterion what was seen at check-ins, newest first: id, day, text."""
    found = checking.examples(employee.id, i18n.today())
    return {
        name: [(row.id, checking.seen_on(row), row.seen) for row in rows[:EXAMPLES]]
        for name, rows in found.items()
    }


def take_in(line: Line, newest: Mapping[Item, Rating | None]) -> tuple[str, str, str]:
    """Let a save of `line` replace its newest row, and return both as texts."""
    now = newest[line.item]
    line.form.accept(now)
    typed = in_words(line.item.criterion, line.form.seen())
    return line.title, typed, in_words(line.item.criterion, recording.seen_of(now))


def four_times(criteria: Sequence[Line]) -> int | None:
    """Return the score that all four have, where it is one and the same."""
    scores = {line.form.rated for line in criteria}
    return scores.pop() if len(scores) == 1 else None


def say_saved(employee: Employee, rows: Sequence[Rating], ended: bool) -> None:
    if ended:
        flash(str(ENDED))
    if rows:
        forms.flash_undo(gettext("Saved."), undo_url(rows))
    else:
        flash(gettext("Nothing has changed."))


def undo_url(rows: Sequence[Rating]) -> str:
    ids = ",".join(str(row.id) for row in rows)
    return url_for("ratings.undo", employee_id=rows[0].employee_id, rows=ids)


@bp.post(f"/<id:employee_id>/<any({', '.join(CRITERIA)}):criterion>")
def save(employee_id: int, criterion: str) -> ResponseReturnValue:
    """Save one criterion; answers in JSON."""
    employee = access.own_present_or_404(employee_id)
    return save_one(employee, Item(criterion))


@bp.post("/<id:employee_id>/familiarity/<id:task_id>")
def save_familiarity(employee_id: int, task_id: int) -> ResponseReturnValue:
    """Save how familiar one task is; answers in JSON."""
    employee, task = access.own_pair_or_404(employee_id, task_id, write=True)
    return save_one(employee, Item("familiarity", task.id))


def save_one(employee: Employee, item: Item) -> ResponseReturnValue:
    form = form_of(item, newest_of(employee, item))
    if not form.validate():
        faults = {name: errors[0] for name, errors in form.errors.items()}
        return jsonify(fault=form.status(), faults=faults), 422
    wish = form.wish(item)
    try:
        rows = recording.keep(
            employee, access.manager().id, [] if form.is_blank else [wish]
        )
    except recording.Collision as collision:
        return clash(wish, collision.newest[item])
    now = rows[0] if rows else newest_of(employee, item)
    if not form.is_blank and recording.differs(wish.seen, now):
        return clash(wish, now)
    return kept(now, rows, ended=settle(rows))


def newest_of(employee: Employee, item: Item) -> Rating | None:
    tasks = [item.task_id] if item.task_id else []
    return recording.newest(employee, access.manager().id, tasks).get(item)


def kept(
    row: Rating | None, rows: Sequence[Rating], *, ended: bool = False
) -> ResponseReturnValue:
    """Answer that `row` is the newest now, and how to undo the rows that were added."""
    return jsonify(
        saved=i18n.clock(row.created_at) if row else "",
        message=f"{saved_words(row)}. {ENDED}" if ended else saved_words(row),
        ended=ended,
        undo=undo_url(rows) if rows else None,
        **values(row),
    )


def clash(wish: recording.Wish, row: Rating | None) -> ResponseReturnValue:
    """Answer that another row is the newest now, with both texts."""
    criterion = wish.item.criterion
    both = {
        "typed": in_words(criterion, wish.seen),
        "now": in_words(criterion, recording.seen_of(row)),
    }
    fault = gettext("Not saved: this was changed meanwhile")
    return jsonify(fault=fault, **both, **values(row)), 409


def values(row: Rating | None) -> dict[str, Any]:
    """Return what a script puts in the form for `row`."""
    seen_on = row.seen_on.isoformat() if row and row.seen_on else ""
    held = {**values_of(row), "seen_on": seen_on}
    return {"version": recording.version_of(row), "values": held}


@bp.post("/<id:employee_id>/undo")
def undo(employee_id: int) -> ResponseReturnValue:
    """Put back what was there before the rows in `?rows=`."""
    employee = access.own_present_or_404(employee_id)
    ids = {recording.id_of(id) for id in request.args.get("rows", "").split(",")}
    quietly = request.accept_mimetypes.best == "application/json"
    try:
        rows = recording.undo(employee, access.manager().id, ids)
    except recording.Collision:
        words = gettext("Not undone: this was changed meanwhile.")
        if quietly:
            return jsonify(fault=words), 409
        flash(words, "error")
        return redirect(url_for("ratings.edit", employee_id=employee.id))
    if not rows:
        abort(404)
    db.session.commit()
    if quietly:
        return kept(rows[-1], rows)
    flash(gettext("Undone."))
    return redirect(url_for("ratings.edit", employee_id=employee.id))
