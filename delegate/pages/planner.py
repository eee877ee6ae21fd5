"""Who could take what: the manager's own tasks, divided over who has hours free.

The wishes are kept with what came of them, so that what is shown, printed and made a
draft of is the same. What would be best is up to `assigning`.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import ObjectDeletedError

from .. import access, agreeing, assigning, database, i18n, printing
from ..assigning import Kind, Wish
from ..database import VersionConflict
from ..forms import flash_link, query_choice
from ..forms.planner import WishesForm
from ..models import Proposal, Team, db
from ..practice import proposing
from ..practice.proposing import Fit, Line, Question, Scene

bp = Blueprint("planner", __name__, url_prefix="/planner", cli_group=None)


@bp.route("/")
def index() -> ResponseReturnValue:
    """Lead to the planner of the team that is looked at."""
    team = access.team_to_write()
    if team is None:
        return redirect(url_for("people.index"))
    return redirect(url_for(".show", team_id=team.id))


@bp.route("/<id:team_id>")
def show(team_id: int) -> ResponseReturnValue:
    return page(access.own_team_or_404(team_id, write=True))


def scene_of(team: Team) -> Scene:
    return proposing.gather(team.id, access.manager().id, i18n.today())


def row_of(team: Team) -> Proposal:
    return proposing.row_of(team.id, access.manager().id)


def page(
    team: Team,
    status: int = 200,
    form: WishesForm | None = None,
    in_the_way: Sequence[Sequence[Wish]] = (),
    differences: Any = (),
) -> ResponseReturnValue:
    """Show what there is to divide; `form` comes back with what was typed."""
    scene, row = scene_of(team), row_of(team)
    told = proposing.tell(scene, row) if row.made_at else None
    html = render_template(
        "planner/index.html",
        team=team,
        teams=[one for one in access.my_teams() if one.may_write],
        scene=scene,
        told=told,
        lines={one.task.id: one for one in told.lines} if told else {},
        loads={one.employee.id: one for one in told.loads} if told else {},
        form=form or WishesForm.of(scene, row, sent=False),
        in_the_way=[
            [obstacle(one, scene, form) for one in group]
            for group in in_the_way
            if form
        ],
        differences=differences,
        faults=list(form.faults()) if form else [],
        may_draft=told is not None and any(one.employee for one in told.lines),
        percent=percent,
        chosen=chosen,
    )
    return html, status


def chosen(options: Markup, value: str | None) -> Markup:
    """Return the options of a list with one chosen; they are the same for each task."""
    found = f'value="{value or ""}"'
    return Markup(str(options).replace(f"{found}>", f"{found} selected>", 1))


def percent(share: float) -> int:
    """Return a share in whole percents, never less than it is; 0 for nothing."""
    return ceil(round(share * 100, 6))


class Obstacle(NamedTuple):
    """A wish that is in the way, with whom and what it is about, and its field."""

    kind: Kind
    name: str
    title: str
    id: str
    hours: float | None
    """What the task takes, or what is to go to this person in any case."""
    free: float | None
    fit: Fit | None


def obstacle(wish: Wish, scene: Scene, form: WishesForm) -> Obstacle:
    names = {one.id: one.name for one in scene.people}
    titles = {one.id: one.title for one in scene.tasks}
    field = {
        Kind.FIXED: f"t{wish.task}-wish",
        Kind.STAYS: f"t{wish.task}-wish" if wish.task else "tasks",
        Kind.GROWS: f"p{wish.person}-grows",
        Kind.OUT: f"p{wish.person}-is_out" if wish.person else "people",
        Kind.FREE: f"p{wish.person}-hours" if wish.person else "people",
        Kind.LEAST: "least",
    }[wish.kind]
    return Obstacle(
        wish.kind,
        names.get(wish.person or 0, ""),
        titles.get(wish.task or 0, ""),
        field,
        *numbers(wish, scene, form),
    )


def numbers(
    wish: Wish, scene: Scene, form: WishesForm
) -> tuple[float | None, float | None, Fit | None]:
    """Return the hours asked, those free, and the level, as they were typed."""
    free = {one.id: its.hours.data for one, its in form.people}
    asked = [
        its.hours.data or 0
        for one, its in form.tasks
        if (one.id == wish.task if wish.task else its.fixed == wish.person)
    ]
    key = wish.person or 0, wish.task or 0
    return sum(asked), free.get(wish.person or 0), scene.fits.get(key)


@bp.post("/<id:team_id>")
def work_out(team_id: int) -> ResponseReturnValue:
    """Keep the wishes, with what comes of them: both, or neither."""
    team = access.own_team_or_404(team_id, write=True)
    scene, row = scene_of(team), row_of(team)
    form = WishesForm.of(scene, row, sent=True)
    if not form.check():
        return page(team, 422, form)
    try:
        form.check_versions(row)
        form.fill_hours()
        asked = proposing.question(scene, form.wishes())
        # Nothing is held while it is worked out: nobody is to wait for that.
        db.session.rollback()
        found = assigning.assign(
            asked.people, asked.tasks, asked.offers, least=asked.wishes.least
        )
        if found.in_the_way:
            return page(team, 422, form, found.in_the_way)
        keep(team, form, asked, found)
    except (IntegrityError, ObjectDeletedError, VersionConflict):
        return collided(team)
    return redirect(url_for(".show", team_id=team.id))


def keep(
    team: Team, form: WishesForm, asked: Question, found: assigning.Proposal
) -> None:
    """Save hours, wishes and proposal, unless one of them was saved meanwhile."""
    scene_of(team)  # what the form holds is read anew
    row = row_of(team)
    form.check_versions(row)
    form.fill_hours()
    proposing.keep(row, asked, found)
    database.commit(row)


def collided(team: Team) -> ResponseReturnValue:
    """Show what was typed beside what is there now; of a double click, what came."""
    db.session.rollback()
    scene, row = scene_of(team), row_of(team)
    form = WishesForm.of(scene, row, sent=True)
    form.check()
    differences = form.differences(row)
    if not differences:
        return redirect(url_for(".show", team_id=team.id))
    form.accept(row)
    return page(team, 409, form, differences=differences)


@bp.post("/<id:team_id>/drafts")
def draft(team_id: int) -> ResponseReturnValue:
    """Make a draft agreement of each row that is ticked, as it was shown."""
    team = access.own_team_or_404(team_id, write=True)
    database.lock(team)  # of several clicks only one makes a draft
    scene, row = scene_of(team), row_of(team)
    wanted = set(request.form.getlist("task"))
    if request.form.get("version") != str(row.version):
        flash(gettext("It was worked out again since. Look at it once more."), "error")
    elif not wanted:
        flash(gettext("Tick at least one task."), "error")
    else:
        lines = proposing.tell(scene, row).lines
        make_drafts(
            team, [one for one in lines if one.employee and str(one.task.id) in wanted]
        )
    return redirect(url_for(".show", team_id=team.id))


def make_drafts(team: Team, lines: Sequence[Line]) -> None:
    """Make what can be made, and say what was left out and why."""
    there = [one.task.title for one in lines if one.live]
    other = [one.task.title for one in lines if not one.live and one.is_stale]
    fresh = [one for one in lines if not one.live and not one.is_stale]
    try:
        for one in fresh:
            make_draft(one)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        flash(gettext("An agreement came in between. Look at it once more."), "error")
        return
    if fresh:
        flash_link(
            ngettext(
                "%(num)d draft agreement is made, with outcome and limits of the task.",
                "%(num)d draft agreements are made, with outcome and limits of the"
                " task.",
                len(fresh),
            ),
            url_for("agreements.index", team=team.id, state="draft"),
            gettext("Go to the drafts"),
        )
    if there:
        said = gettext("Left out, as there is an agreement already: %(what)s.")
        flash(said % {"what": "; ".join(there)})
    if other:
        said = gettext("Left out, as the level is another one now: %(what)s.")
        flash(said % {"what": "; ".join(other)})


def make_draft(line: Line) -> None:
    """Add a draft at the level that was shown."""
    assert line.employee
    assert line.level
    made = agreeing.open_draft(
        line.employee,
        line.task,
        level=line.level,
        advised=line.advised,
        manager_id=access.manager().id,
        instead_of=None,
    )
    if line.level != line.advised:
        made.reason = gettext("Not everything is observed yet: it begins here.")
    made.look_back_on = agreeing.look_back_day(
        line.level, i18n.today(), line.task.team_id
    )


@bp.route("/<id:team_id>.pdf")
def download(team_id: int) -> ResponseReturnValue:
    """Print what was proposed, in the language of `lang`."""
    team = access.own_team_or_404(team_id, write=True)
    row = row_of(team)
    if row.made_at is None:
        abort(404)
    html = render_template(
        "planner/print.html",
        team=team,
        manager=access.manager().called,
        scene=(scene := scene_of(team)),
        told=proposing.tell(scene, row),
        percent=percent,
    )
    name = printing.file_name(gettext("proposal"), team.name, i18n.today())
    size = query_choice("paper", printing.PAPERS, "a4")
    return printing.as_file(printing.print_out(html, size), name, to_keep=False)
