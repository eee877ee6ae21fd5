"""One person and one task: how far to let go, why, how it goes now, what to agree.

Everything that is asked about the two is answered here, each in a form of its own.
What the rules say is shown, never decided.
"""

from datetime import date
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.exc import IntegrityError

from .. import (
    access,
    agreeing,
    database,
    forms,
    i18n,
    planning,
    recording,
    rules,
    rungs,
    wording,
)
from ..database import VersionConflict
from ..dialogue import acquainting, safeguarding
from ..forms.pairs import AnswerForm, ChooseForm, FamiliarForm, NowForm, version_of
from ..forms.ratings import in_words, values_of
from ..forms.safeguards import texts_of
from ..history import chronicle, raising
from ..models import Agreement, Employee, Manager, Pair, Rating, Task, db
from ..recording import Item

bp = Blueprint("pairs", __name__, url_prefix="/pairs", cli_group=None)

PAIR = "/<id:employee_id>/<id:task_id>"


@bp.route(PAIR)
def show(employee_id: int, task_id: int) -> ResponseReturnValue:
    return page(*access.own_pair_or_404(employee_id, task_id))


def page(
    employee: Employee, task: Task, status: int = 200, **filled: Any
) -> ResponseReturnValue:
    """Show everything about the two; `filled` are forms that come back with a fault."""
    today, rater_id = i18n.today(), access.manager().id
    is_open = access.is_open(employee, task)
    facts = planning.gather(
        task.team_id, rater_id, today, employees=[employee.id], tasks=[task.id]
    )
    found = planning.outcome(facts, employee.id, task)
    live = agreeing.live(employee.id, task.id)
    history = chronicle.history(employee, task)
    fresh = {
        "answer": answer_form(task),
        "now": now_form(employee, task),
        "familiar": familiar_form(employee, task),
        "choosing": choose_form(found, live, today, task.team_id),
        "conflict": None,
        **filled,
    }
    if fresh["choosing"]:
        fresh["choosing"].name_the_other(employee.name)
    return (
        render_template(
            "pairs/show.html",
            employee=employee,
            task=task,
            found=found,
            live=live,
            heading=heading(found.advice, task),
            ladder=rungs.rungs(found.advice, partial(known, facts, found)),
            may_write=is_open and access.may_write(task.team_id),
            is_open=is_open,
            today=today,
            look_back_days={
                level: agreeing.look_back_day(level, today, task.team_id)
                for level in rules.Level
            },
            marks=marks(found, live),
            sides=sides(found.advice),
            safety=safety(found, live),
            acquaint=acquainting.on_task(employee, task, facts, found.advice.unseen),
            by_colleague=by_colleague(facts, found, rater_id),
            history=history,
            asked=raising.of_pair(history.steps, rater_id, today),
            reader_id=rater_id,
            **fresh,
        ),
        status,
    )


def marks(found: planning.Outcome, live: Agreement | None) -> dict[rules.Level, str]:
    """Say of each level whether it is how it goes now, advised, or agreed."""
    said = (
        (found.current, gettext("now")),
        (found.advice.level, gettext("advised")),
        (live and live.level, wording.AGREEMENT_STATES[live.state] if live else ""),
    )
    return {
        level: ", ".join(str(words) for one, words in said if one == level)
        for level in rules.Level
    }


def sides(advice: rules.Recommendation) -> dict[rules.Level, str]:
    """Return of each level on which side of the advice it lies, as a class."""
    classes = {}
    for level in rules.Level:
        question = agreeing.question(level, advice)
        below = "is-less" if level != advice.level else "is-advised"
        classes[level] = f"is-more is-{question}" if question else below
    return classes


class Safety(NamedTuple):
    """What would make it safe to go further, and what a higher choice goes past.

    `together` is the level with a safeguard on all that limit, where they are several.
    """

    offers: list[safeguarding.Offer]
    together: rules.Level | None
    past: list[safeguarding.Ask]

    @property
    def of_limits(self) -> list[safeguarding.Offer]:
        return [one for one in self.offers if one.is_limit and not one.is_guarded]

    @property
    def raising(self) -> dict[str, rules.Level]:
        """The level that an agreement would give, by the criterion it guards."""
        found = {one.criterion: one.raises_to for one in self.of_limits}
        return {name: level for name, level in found.items() if level}

    def is_ready(self, offer: safeguarding.Offer, text: str | None) -> bool:
        """Tell whether to ask for it whatever is chosen: it helps, or it is there."""
        helps = offer in self.of_limits and (offer.raises_to or self.together)
        return bool(text or helps)


def safety(found: planning.Outcome, live: Agreement | None) -> Safety:
    advice, guarded = found.advice, found.advice.safeguards
    offers = safeguarding.offers(advice, guarded)
    several = sum(one.is_limit for one in offers) > 1
    return Safety(
        offers,
        safeguarding.together(advice, guarded) if several else None,
        safeguarding.asks(rules.Level.LET_GO, advice),
    )


def heading(advice: rules.Recommendation, task: Task) -> str:
    if advice.reserved:
        return str(gettext("This stays with me."))
    if advice.level is None:
        return str(
            ngettext(
                "One question about the task first",
                "%(num)d questions about the task first",
                len(task.unanswered()),
            )
        )
    return str(wording.LEVEL_SENTENCES[advice.level])


def known(facts: planning.Facts, found: planning.Outcome, name: str) -> str:
    """Say what is known of one input."""
    task = found.advice.task
    if name == "clarity" and task.clarity:
        return str(wording.CLARITY[task.clarity])
    if name == "stakes" and task.stakes and task.undo:
        return f"{wording.STAKES[task.stakes]}, {wording.UNDO[task.undo]}"
    key = (found.employee_id, name, found.task_id if name == "familiarity" else None)
    row, score = facts.newest.get(key), getattr(found.ratings, name)
    if score is not None:
        words = rated_by(score, row.rater_id if row is not None else None)
        old = planning.is_old(row, facts.today)
        return f"{words} · {gettext('look again')}" if old else words
    state = planning.state_of(row)
    return str(wording.OPEN if state == "open" else wording.UNSEEN).lower()


def rated_by(score: int, rater_id: int | None) -> str:
    """Say the score, and whose it is where it is another manager's."""
    if rater_id == access.manager().id:
        return str(gettext("rated %(score)s of 5", score=score))
    rater = db.session.get(Manager, rater_id) if rater_id else None
    name = (rater and rater.called) or gettext("a colleague")
    return str(gettext("rated %(score)s of 5 by %(name)s", score=score, name=name))


def by_colleague(
    facts: planning.Facts, found: planning.Outcome, rater_id: int
) -> int | None:
    """Return the familiarity that counts, where it is another manager's."""
    row = facts.newest.get((found.employee_id, "familiarity", found.task_id))
    return row.score if row is not None and row.rater_id != rater_id else None


def here(employee: Employee, task: Task, endpoint: str = ".show", **values: Any) -> str:
    return url_for(endpoint, employee_id=employee.id, task_id=task.id, **values)


def answer_form(task: Task) -> AnswerForm:
    form = AnswerForm(formdata=None)
    form.ask_only(task)
    form.accept(task)
    return form


@bp.post(f"{PAIR}/facts")
def answer(employee_id: int, task_id: int) -> ResponseReturnValue:
    employee, task = access.own_pair_or_404(employee_id, task_id, write=True)
    form = AnswerForm()
    form.ask_only(task)
    if not form.validate_on_submit():
        return page(employee, task, 422, answer=form)
    try:
        forms.save(form, task)
    except VersionConflict:
        conflict = form, form.catch_up_with(task)
        return page(employee, task, 409, answer=form, conflict=conflict)
    return redirect(here(employee, task))


def now_form(employee: Employee, task: Task) -> NowForm:
    pair = agreeing.pair_of(employee, task)
    form = NowForm(formdata=None, obj=pair)
    form.accept(pair)
    return form


@bp.post(f"{PAIR}/now")
def set_now(employee_id: int, task_id: int) -> ResponseReturnValue:
    employee, task = access.own_pair_or_404(employee_id, task_id, write=True)
    form = NowForm()
    if not form.validate_on_submit():
        return page(employee, task, 422, now=form)
    pair = agreeing.pair_of(employee, task)
    was = pair.current
    try:
        save_pair(form, pair)
    except VersionConflict:
        pair = agreeing.pair_of(employee, task)
        conflict = form, form.catch_up_with(pair)
        return page(employee, task, 409, now=form, conflict=conflict)
    if pair.current != was:
        forms.flash_undo(
            now_in_words(employee, pair.current),
            here(employee, task, ".undo_now", was=was or 0, version=pair.version),
        )
    return redirect(here(employee, task, _anchor="now"))


def save_pair(form: NowForm, pair: Pair) -> None:
    """Write how it goes now; raise VersionConflict where another save came first."""
    database.check_version(pair, form.version.data)
    db.session.add(pair)
    form.fill(pair)
    try:
        database.commit(pair)
    except IntegrityError:
        db.session.rollback()
        raise VersionConflict(pair) from None


def now_in_words(employee: Employee, current: int | None) -> str:
    if current is None:
        words = gettext("Saved: %(name)s does not do this now.", name=employee.name)
    else:
        word = wording.LEVELS[rules.Level(current)]
        words = gettext("Saved: now %(level)s, %(word)s.", level=current, word=word)
    return str(words)


@bp.post(f"{PAIR}/now/undo")
def undo_now(employee_id: int, task_id: int) -> ResponseReturnValue:
    """Set back how it goes now to `was`, unless it was changed since."""
    employee, task = access.own_pair_or_404(employee_id, task_id, write=True)
    was = request.args.get("was", type=int)
    if was not in range(8):
        abort(404)
    pair = agreeing.pair_of(employee, task)
    try:
        if pair not in db.session:
            raise VersionConflict(pair)  # there is nothing that could be undone
        database.check_version(pair, request.args.get("version"))
        pair.current = was or None
        database.commit(pair)
    except VersionConflict:
        flash(gettext("Changed again since: nothing was undone."), "warning")
    else:
        flash(gettext("Undone."))
    return redirect(here(employee, task, _anchor="now"))


def own_familiarity(employee: Employee, task: Task) -> Rating | None:
    newest = recording.newest(employee, access.manager().id, [task.id])
    return newest.get(Item("familiarity", task.id))


def familiar_form(employee: Employee, task: Task) -> FamiliarForm:
    row = own_familiarity(employee, task)
    form = FamiliarForm(formdata=None, data=values_of(row))
    form.accept(row)
    return form


@bp.post(f"{PAIR}/familiarity")
def set_familiarity(employee_id: int, task_id: int) -> ResponseReturnValue:
    employee, task = access.own_pair_or_404(employee_id, task_id, write=True)
    form = FamiliarForm()
    if not form.validate():
        return page(employee, task, 422, familiar=form)
    item = Item("familiarity", task.id)
    try:
        rows = recording.keep(employee, access.manager().id, [form.wish(item)])
    except recording.Collision as collision:
        row = collision.newest[item]
        both = in_words(item.criterion, form.seen()), saved_text(row)
        conflict = form, [forms.Difference(form.score.label.text, *both)]
        form.accept(row)
        return page(employee, task, 409, familiar=form, conflict=conflict)
    db.session.commit()
    for row in rows:
        forms.flash_undo(
            gettext("Saved."), here(employee, task, ".undo_familiarity", rating=row.id)
        )
    return redirect(here(employee, task, _anchor="familiarity"))


def saved_text(row: Rating | None) -> str:
    return in_words("familiarity", recording.seen_of(row))


@bp.post(f"{PAIR}/familiarity/undo")
def undo_familiarity(employee_id: int, task_id: int) -> ResponseReturnValue:
    employee, task = access.own_pair_or_404(employee_id, task_id, write=True)
    row = recording.id_of(request.args.get("rating"))
    try:
        undone = recording.undo(employee, access.manager().id, [row])
    except recording.Collision:
        undone = []
    db.session.commit()
    if undone:
        flash(gettext("Undone."))
    else:
        flash(gettext("Changed again since: nothing was undone."), "warning")
    return redirect(here(employee, task, _anchor="familiarity"))


def choose_form(
    found: planning.Outcome, live: Agreement | None, today: date, team_id: int
) -> ChooseForm | None:
    """Return the form to choose a level in; None while there is no advice to weigh."""
    advised = found.advice.level
    if advised is None:
        return None
    there_already = live is not None and live.level == advised
    start: dict[str, Any] = {
        "level": None if there_already else advised,
        "decides": live.decides if live else "",
        "look_back_on": agreeing.look_back_day(advised, today, team_id),
        **texts_of(live),
    }
    form = ChooseForm(formdata=None, data=start)
    form.accept(live)
    return form


@bp.post(f"{PAIR}/level")
def choose(employee_id: int, task_id: int) -> ResponseReturnValue:
    """Open a draft at the chosen level; a live agreement ends, its texts go along."""
    employee, task = access.own_pair_or_404(employee_id, task_id, write=True)
    manager_id, today = access.manager().id, i18n.today()
    advice = planning.pair(employee, task, manager_id, today).advice
    if advice.level is None:
        return page(employee, task, 422)
    live = agreeing.live(employee.id, task.id)
    form = ChooseForm()
    if form.version.data != version_of(live):
        return choose_again(form, employee, task)
    if not form.check(advice, live, today):
        return page(employee, task, 422, choosing=form)
    assert form.level.data
    try:
        draft = agreeing.open_draft(
            employee,
            task,
            level=form.level.data,
            advised=advice.level,
            manager_id=manager_id,
            instead_of=live,
        )
        draft.reason, draft.decides = form.why(advice), form.decides.data or ""
        form.guard(draft)
        draft.look_back_on = form.look_back_on.data or agreeing.look_back_day(
            draft.level, today, draft.team_id
        )
        database.commit(draft)
    except (IntegrityError, VersionConflict):
        db.session.rollback()
        return choose_again(form, employee, task)
    flash(gettext("A draft is made. Fill it in together, then mark it as agreed."))
    return redirect(url_for("agreements.edit", agreement_id=draft.id))


def choose_again(
    form: ChooseForm, employee: Employee, task: Task
) -> ResponseReturnValue:
    """Show the agreement that came in between, and keep what was typed."""
    form.validate()
    live = agreeing.live(employee.id, task.id)
    conflict = form, form.differences(live) if live else []
    form.accept(live)
    return page(employee, task, 409, choosing=form, conflict=conflict)
