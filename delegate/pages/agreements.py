"""What two people agree about one task: from draft to looking back, and the list."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, case
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from .. import access, agreeing, database, i18n, planning, rules, wording
from ..access import Here, own_agreement_or_404
from ..database import VersionConflict, page_of
from ..dialogue import safeguarding
from ..forms import query_choice, query_page
from ..forms.agreements import AgreementForm, CloseForm, LookBackForm
from ..history.raising import asked_of
from ..models import (
    LIVE_STATES,
    Agreement,
    Employee,
    LookBack,
    Pair,
    Task,
    Team,
    db,
    utc_now,
)
from ..practice import checking

bp = Blueprint("agreements", __name__, url_prefix="/agreements", cli_group=None)

SHOWN = {
    "live": LIVE_STATES,
    "draft": ("draft",),
    "agreed": ("agreed",),
    "looked_back": ("looked_back",),
    "ended": ("ended", "taken_back"),
}
FILTERS = {
    "live": _("Current"),
    "draft": _("Drafts"),
    "agreed": _("Agreed"),
    "looked_back": _("Looked back"),
    "ended": _("Ended or taken back"),
}
GROUPS = {
    "overdue": _("To look back: the day has passed"),
    "this_week": _("To look back this week"),
    "later": _("Later"),
    "no_day": _("No day to look back"),
    "draft": _("Drafts, to discuss"),
    "ended": _("Ended or taken back"),
}


@bp.route("/")
def index() -> ResponseReturnValue:
    team, today = access.current_team(), i18n.today()
    show = query_choice("state", SHOWN, "live")
    people = people_of(team)
    person = query_choice("person", [str(one.id) for one in people], "")
    found = page_of(listed(team, show, person), query_page())
    return render_template(
        "agreements/index.html",
        groups=grouped(found.rows, today),
        today=today,
        found=found,
        filters=FILTERS,
        teams=access.my_teams(),
        group_words=GROUPS,
        show=show,
        people=people,
        person=person,
        team=team,
        address=partial(
            url_for,
            ".index",
            team=team and team.id,
            state=show,
            person=person or None,
        ),
    )


def there(team: Team | None) -> Select[Any]:
    """Return the query for the team's agreements of people and tasks still there."""
    query: Select[Any] = (
        db.select(Agreement)
        .join(Employee, Employee.id == Agreement.employee_id)
        .join(Task, Task.id == Agreement.task_id)
        .where(
            Agreement.team_id == (team and team.id),
            Employee.removed_at.is_(None),
            Task.removed_at.is_(None),
        )
    )
    return query


def people_of(team: Team | None) -> list[Any]:
    """Return those with an agreement, by name."""
    query = there(team).with_only_columns(Employee.id, Employee.name).distinct()
    return list(db.session.execute(query.order_by(Employee.name, Employee.id)))


def listed(team: Team | None, show: str, person: str) -> Select[Any]:
    """Return the query for the list: what to look back on first, drafts last."""
    query = (
        there(team)
        .where(Agreement.state.in_(SHOWN[show]))
        .options(
            joinedload(Agreement.pair).joinedload(Pair.employee),
            joinedload(Agreement.pair).joinedload(Pair.task),
        )
    )
    if person:
        query = query.where(Agreement.employee_id == int(person))
    return query.order_by(
        Agreement.closed_at.desc(),
        case((Agreement.state == "draft", 1), else_=0),
        Agreement.look_back_on.is_(None),
        Agreement.look_back_on,
        Agreement.id,
    )


def grouped(rows: Iterable[Agreement], today: date) -> dict[str, list[Agreement]]:
    """Return the rows by when they are due, in the order of `GROUPS`."""
    groups: dict[str, list[Agreement]] = {name: [] for name in GROUPS}
    for row in rows:
        groups[group_of(row, today)].append(row)
    return {name: found for name, found in groups.items() if found}


def group_of(row: Agreement, today: date) -> str:
    if row.state not in LIVE_STATES:
        return "ended"
    if row.state == "draft":
        return "draft"
    if row.look_back_on is None:
        return "no_day"
    if row.look_back_on < today:
        return "overdue"
    sunday = today + timedelta(days=6 - today.weekday())
    return "this_week" if row.look_back_on <= sunday else "later"


CHANGED = _("Changed after it was agreed: talk it through, and print it again.")


@bp.route("/<id:agreement_id>")
def edit(agreement_id: int) -> ResponseReturnValue:
    return page(own_agreement_or_404(agreement_id))


@bp.post("/<id:agreement_id>")
def save(agreement_id: int) -> ResponseReturnValue:
    """Save the texts; with the button of that name, mark them as agreed as well."""
    here = own_agreement_or_404(agreement_id, write=True)
    agreement, today = here.agreement, i18n.today()
    days: Sequence[date] = ()
    agrees = "agree" in request.form and agreeing.may_agree(agreement)
    form = AgreementForm.of(agreement)
    if agreement.state not in LIVE_STATES:
        return changed_meanwhile(here, form, "form")
    if not form.check(agreement, today, agrees=agrees):
        return page(here, 422, form=form)
    try:
        database.check_version(agreement, form.version.data)
        is_changed = form.changes_promises(agreement)
        form.fill(agreement)
        if is_changed:
            agreement.changed_at = utc_now()
        if agrees:
            days = agreeing.agree(agreement, today, access.manager().id)
            agreeing.follow(agreement, **form.follows)
        database.commit(agreement)
    except VersionConflict:
        return changed_meanwhile(here, form, "form")
    if agrees:
        said = [
            gettext("Agreed. It counts from now on."),
            left_open(here, form),
            agreeing.proposed([(agreement.level, days)]),
        ]
        flash(" ".join(filter(None, said)))
    elif is_changed:
        flash(str(CHANGED))
    else:
        flash(gettext("Saved."))
    return redirect(url_for(".edit", agreement_id=agreement.id))


def left_open(here: Here, form: AgreementForm) -> str:
    """Return what was still open when the two agreed, in words; mostly nothing."""
    found = planning.pair(here.employee, here.task, access.manager().id, i18n.today())
    return str(safety(form, here.agreement, found.advice)["still_open"])


@bp.post("/<id:agreement_id>/look-back")
def look_back(agreement_id: int) -> ResponseReturnValue:
    """Go on, at this level or the next; leave open what comes next, or end it."""
    here = own_agreement_or_404(agreement_id, write=True)
    agreement = here.agreement
    form = LookBackForm.of(agreement)
    days: Sequence[date] = ()
    if agreement.state not in ("agreed", "looked_back"):
        return changed_meanwhile(here, form, "looking_back")
    advised = advice_now(here).level
    if not form.check(i18n.today(), advised):
        return page(here, 422, looking_back=form)
    try:
        database.check_version(agreement, form.version.data)
        keep_look_back(agreement, form)
        next_one = what_comes_next(here, form, advised)
        if agreement.state == "agreed":
            days = checking.propose(agreement, i18n.today(), access.manager().id)
        database.commit(agreement)
    except (IntegrityError, VersionConflict):
        return changed_meanwhile(here, form, "looking_back")
    if next_one is agreement:
        said = agreeing.proposed([(agreement.level, days)])
        flash(f"{gettext('Saved.')} {said}".strip())
    else:
        flash(
            gettext(
                "What you agreed has ended. The draft in its place holds once you both"
                " agree: fill it in together, then mark it as agreed."
            )
        )
    return redirect(url_for(".edit", agreement_id=next_one.id))


def advice_now(here: Here) -> rules.Recommendation:
    manager_id = access.manager().id
    return planning.pair(here.employee, here.task, manager_id, i18n.today()).advice


def what_comes_next(
    here: Here, form: LookBackForm, advised: rules.Level | None
) -> Agreement:
    """Return the agreement as it goes on, or the draft that comes instead of it."""
    agreement, manager_id, today = here.agreement, access.manager().id, i18n.today()
    if form.other_level:
        draft = agreeing.open_draft(
            here.employee,
            here.task,
            level=form.other_level,
            advised=advised,
            manager_id=manager_id,
            instead_of=agreement,
        )
        draft.decides, draft.reason = agreement.decides, form.level_why.data or ""
        draft.look_back_on = form.next_on.data or agreeing.look_back_day(
            draft.level, today, draft.team_id
        )
        db.session.flush()
        return draft
    if form.state.data == "ended":
        end(agreement, "ended", stops=form.stops.data)
        return agreement
    agreement.state = form.state.data or ""
    agreement.look_back_on = form.next_on.data
    return agreement


def end(agreement: Agreement, state: str, reason: str = "", *, stops: bool) -> None:
    """Close it; where the person `stops` with the task, nothing goes on now."""
    agreeing.close(agreement, state, reason)
    if stops:
        agreement.pair.current = None


def keep_look_back(agreement: Agreement, form: LookBackForm) -> None:
    flag_modified(agreement, "reason")  # a look back alone is a version too
    db.session.add(
        LookBack(
            agreement_id=agreement.id,
            theirs=form.theirs.data or "",
            mine=form.mine.data or "",
            next_state="ended" if form.other_level else form.state.data,
            created_by_id=access.manager().id,
        )
    )


def look_backs(agreement: Agreement) -> list[tuple[LookBack, str]]:
    """Return what came of it each time, and what followed, the last time first."""
    found = db.session.execute(
        db.select(LookBack, Agreement.level)
        .join(Agreement, Agreement.id == LookBack.agreement_id)
        .where(
            Agreement.employee_id == agreement.employee_id,
            Agreement.task_id == agreement.task_id,
        )
        .order_by(LookBack.id.desc())
    ).all()
    after = planning.levels_after(agreement.employee_id) if found else {}
    return [
        (row, wording.looked_back(row.next_state, level, after.get(row.agreement_id)))
        for row, level in found
    ]


@bp.post("/<id:agreement_id>/close")
def close(agreement_id: int) -> ResponseReturnValue:
    here = own_agreement_or_404(agreement_id, ends=True)
    agreement = here.agreement
    form = CloseForm()
    if agreement.state not in LIVE_STATES:
        return changed_meanwhile(here, form, "closing")
    if not form.validate_on_submit():
        return page(here, 422, closing=form)
    try:
        database.check_version(agreement, form.version.data)
        reason = form.closing_reason.data or ""
        end(agreement, form.closing.data, reason, stops=form.stops.data)
        database.commit(agreement)
    except VersionConflict:
        return changed_meanwhile(here, form, "closing")
    flash(gettext("Saved."))
    return redirect(url_for(".edit", agreement_id=agreement.id))


def changed_meanwhile(here: Here, form: Any, name: str) -> ResponseReturnValue:
    """Show what is there now beside what was typed, which is kept."""
    db.session.rollback()
    conflict = form, form.catch_up_with(here.agreement)
    return page(here, 409, conflict=conflict, **{name: form})


def page(here: Here, status: int = 200, **filled: Any) -> ResponseReturnValue:
    """Show the agreement; `filled` are forms that come back with a fault."""
    agreement, employee, task = here
    today = i18n.today()
    found = planning.pair(employee, task, access.manager().id, today)
    fresh = {**fresh_forms(agreement, today), "conflict": None, **filled}
    is_live = agreement.state in LIVE_STATES
    may_end = is_live and access.may_write(agreement.team_id)
    words = render_template(
        "agreements/edit.html",
        agreement=agreement,
        employee=employee,
        task=task,
        found=found,
        heading=heading(agreement),
        look_backs=look_backs(agreement),
        check_ins=[
            (checking.seen_on(row), row) for row in checking.of_agreement(agreement.id)
        ],
        today=today,
        may_agree=agreeing.may_agree(agreement),
        texts=agreeing.texts(agreement),
        posture=agreeing.question(agreement.level, found.advice),
        asked=asked_of(employee, task, access.manager().id, today) if is_live else None,
        **safety(fresh["form"], agreement, found.advice),
        may_write=may_end and access.is_open(employee, task),
        may_end=may_end,
        is_due=group_of(agreement, today) in ("overdue", "this_week"),
        **fresh,
    )
    return words, status


def fresh_forms(agreement: Agreement, today: date) -> dict[str, Any]:
    day = agreeing.look_back_day(agreement.level, today, agreement.team_id)
    made = {
        "form": AgreementForm.of(agreement, formdata=None),
        "looking_back": LookBackForm.of(
            agreement, formdata=None, data={"next_on": day}
        ),
        "closing": CloseForm(formdata=None),
    }
    for form in made.values():
        form.accept(agreement)
    return made


def safety(
    form: AgreementForm, agreement: Agreement, advice: rules.Recommendation
) -> dict[str, Any]:
    """Return what a safeguard on each criterion changes, and what the level asks.

    `wanted` are the fields that it asks for; `still_open` says which are empty.
    """
    chosen = form.chosen or rules.Level(agreement.level)
    moment = agreeing.written("inform", form.inform.data)
    asks = safeguarding.asks(chosen, advice, form.guarded, has_moment=bool(moment))
    theirs = chosen >= rules.Level.ADVISE
    unwritten = theirs and not form.decides.data
    return {
        "offers": safeguarding.offers(advice, form.guarded),
        "asks": asks,
        "wanted": {one.field for one in safeguarding.asks(chosen, advice)}
        | ({"decides"} if theirs else set()),
        "still_open": wording.still_open(
            agreement.pair.employee.name if unwritten else "",
            [one.ceiling.input for one in asks],
        ),
    }


def heading(agreement: Agreement) -> str:
    if agreement.state == "draft":
        return str(gettext("What we want to agree"))
    return str(gettext("What we agreed"))
