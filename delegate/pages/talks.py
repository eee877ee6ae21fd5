"""The one-on-one with a person: what to talk about, on a page and on two papers.

What is not shared is read by whoever wrote it alone, here and on the private paper; the
way to that paper never begins at the shared one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from .. import access, i18n, paper, planning
from ..database import VersionConflict, lock
from ..dialogue import acquainting, asking, meeting, mending
from ..forms import Confirm, flash_link, flash_undo, query_choice, save
from ..forms.talks import (
    KINDS,
    AboutItem,
    DroppedForm,
    HeldForm,
    ItemForm,
    NextForm,
    QuickForm,
    to_moment,
)
from ..models import Employee, Manager, TalkItem, db, utc_now
from ..printing import PAPERS, as_file, name_for, print_out

bp = Blueprint("talks", __name__, url_prefix="/talks", cli_group=None)

ITEM = "/<id:employee_id>/items/<id:item_id>"
COPIES = ("shared", "private")


class Around(NamedTuple):
    """All there is to talk about with someone, but for what stands in `meeting`."""

    meeting: meeting.Meeting
    agreements: Sequence[meeting.ToLookBack]
    steps: Sequence[acquainting.Planned]
    mending: mending.Mending


def around(employee: Employee, *, own: bool = True) -> Around:
    """Return what this manager has with the person; unless `own`, what is shared."""
    me = access.manager().id
    return Around(
        meeting.of(employee, me, own=own),
        meeting.to_look_back(employee, i18n.today()),
        acquainting.open_steps([employee.id]),
        mending.of(employee, me) if own else mending.Mending(),
    )


# ---- the page


@bp.route("/<id:employee_id>")
def show(employee_id: int) -> ResponseReturnValue:
    return page(access.own_or_404(Employee, employee_id))


def page(
    employee: Employee,
    quick: QuickForm | None = None,
    planned: NextForm | None = None,
    dropped: DroppedForm | None = None,
    differences: Any = (),
) -> str:
    """Return the page, with the forms as they were sent where one was."""
    may_write = access.may_write(employee.team_id)
    is_there = not employee.has_left(i18n.today())
    here = around(employee, own=may_write)
    return render_template(
        "talks/show.html",
        employee=employee,
        here=here,
        me=access.manager().id,
        may_write=may_write and is_there,
        is_editor=may_write,
        today=i18n.today(),
        kinds=KINDS,
        dropped=dropped,
        quick=quick or new_item(employee),
        planned=planned or to_plan(employee, here.meeting),
        held=HeldForm(formdata=None, number=str(here.meeting.number)),
        differences=differences,
    )


def new_item(employee: Employee) -> QuickForm:
    """Return the form for what is added, of the kind that was added last."""
    kind = query_choice("kind", KINDS, "question")
    form = QuickForm(formdata=None, kind=kind)
    form.ask_of(employee.name)
    return form


def to_plan(employee: Employee, now: meeting.Meeting) -> NextForm:
    """Return the form for the next moment; where none is planned, with a proposal."""
    form = NextForm(formdata=None, obj=employee)
    if employee.next_talk_at is None and now.last:
        form.next_talk_at.data = meeting.next_moment(employee, utc_now())
    return form


def back(employee_id: int, **where: Any) -> ResponseReturnValue:
    return redirect(url_for(".show", employee_id=employee_id, **where))


@bp.post("/<id:employee_id>/moment")
def plan(employee_id: int) -> ResponseReturnValue:
    """Plan the next talk, or move it; emptied, none is planned."""
    employee = access.own_present_or_404(employee_id)
    form = NextForm()
    if not form.validate():
        return page(employee, planned=form), 422
    try:
        save(form, employee)
    except VersionConflict:
        differences = form.catch_up_with(employee)
        return page(employee, planned=form, differences=differences), 409
    flash(gettext("Saved."))
    return back(employee_id)


@bp.post("/<id:employee_id>/add")
def add(employee_id: int) -> ResponseReturnValue:
    """Add what was typed, each line an item; what is open already is not doubled."""
    employee = person_for(form := QuickForm(), employee_id)
    if not form.validate():
        return page(employee, quick=form), 422
    about = {**form.about(), "is_shared": form.is_shared.data}
    added = put_down(employee, [{**about, "text": text} for text in form.texts()])
    if added is None:
        form.form_errors = [full()]
        return page(employee, quick=form), 422
    db.session.commit()
    flash(gettext("Added.") if added else gettext("That stands here already."))
    return back(employee_id, kind=form.kind.data, _anchor="add")


def person_for(form: AboutItem, employee_id: int) -> Employee:
    """Return someone who is there, and offer them in `form` as who does something."""
    employee = access.own_present_or_404(employee_id)
    form.ask_of(employee.name)
    return employee


def put_down(employee: Employee, rows: Sequence[dict[str, Any]]) -> int | None:
    """Add those of these items that do not stand there; None where it gets too many.

    The caller commits.
    """
    lock(employee)
    mine = meeting.open_ones(employee, access.manager().id)
    there = {(one.kind, one.text) for one in mine}
    new = [row for row in rows if (row["kind"], row["text"]) not in there]
    if len(mine) + len(new) > meeting.MOST:
        return None
    ids = {"team_id": employee.team_id, "employee_id": employee.id}
    ids["created_by_id"] = access.manager().id
    db.session.add_all(TalkItem(**ids, **row) for row in new)
    return len(new)


def full() -> str:
    return str(gettext("A hundred items are open: tick or drop some of them first."))


# ---- one item


def to_undo(endpoint: str, one: TalkItem) -> str:
    ids: dict[str, Any] = {"employee_id": one.employee_id, "item_id": one.id}
    return url_for(endpoint, **ids, undone=1)


def own_item_or_404(employee_id: int, item_id: int) -> tuple[Employee, TalkItem]:
    """Return someone who is there and an item that this manager may change."""
    employee = access.own_present_or_404(employee_id)
    one = item_of(employee, item_id) or abort(404)
    return employee, access.settled_or_404(one) if request.method == "POST" else one


def item_of(employee: Employee, item_id: int) -> TalkItem | None:
    query = access.own(TalkItem, write=True).where(
        TalkItem.id == item_id,
        TalkItem.employee_id == employee.id,
        meeting.readable(access.manager().id),
    )
    found: TalkItem | None = db.session.scalar(query)
    return found


def my_item_or_404(employee_id: int, item_id: int) -> TalkItem:
    """Return an item of this manager's own: only its maker says who may read it."""
    _employee, one = own_item_or_404(employee_id, item_id)
    if one.created_by_id != access.manager().id:
        abort(404)
    return one


@bp.route(ITEM, methods=["GET", "POST"])
def edit(employee_id: int, item_id: int) -> ResponseReturnValue:
    employee, one = own_item_or_404(employee_id, item_id)
    form = ItemForm(obj=one) if request.method != "POST" else ItemForm()
    form.ask_of(employee.name, maker_of(one))
    if one.created_by_id != access.manager().id:
        del form.is_shared
    if request.method != "POST":
        return show_item(form, employee, one)
    if not form.validate():
        return show_item(form, employee, one), 422
    try:
        save(form, one)
    except VersionConflict:
        differences = form.catch_up_with(one)
        return show_item(form, employee, one, differences), 409
    flash(gettext("Saved."))
    return back(employee_id)


def maker_of(one: TalkItem) -> str:
    if one.created_by_id == access.manager().id:
        return str(gettext("Me"))
    maker = one.created_by_id and db.session.get(Manager, one.created_by_id)
    return maker.called if maker else str(gettext("a colleague"))


def show_item(
    form: ItemForm, employee: Employee, one: TalkItem, differences: Any = ()
) -> str:
    return render_template(
        "talks/edit.html",
        form=form,
        employee=employee,
        one=one,
        as_kept=DroppedForm(formdata=None, obj=one),
        differences=differences,
    )


@bp.post(f"{ITEM}/done")
def done(employee_id: int, item_id: int) -> ResponseReturnValue:
    """Tick it; with `undone=1` take the tick away."""
    _employee, one = own_item_or_404(employee_id, item_id)
    undone = "undone" in request.args
    one.done_at = None if undone else one.done_at or utc_now()
    db.session.commit()
    if undone:
        flash(gettext("Undone."))
    else:
        flash_undo(gettext("Done."), to_undo(".done", one))
    return back(employee_id)


@bp.post(f"{ITEM}/share")
def share(employee_id: int, item_id: int) -> ResponseReturnValue:
    """Let others read it; with `undone=1` nobody but its maker."""
    one, undone = my_item_or_404(employee_id, item_id), "undone" in request.args
    one.is_shared = not undone
    db.session.commit()
    if undone:
        flash(gettext("Private now: only you find it here."))
    else:
        words = gettext(
            "Shared now: all who look at this team read it, and it stands on the"
            " paper for both."
        )
        flash_undo(words, to_undo(".share", one))
    return back(employee_id)


@bp.post(f"{ITEM}/drop")
def drop(employee_id: int, item_id: int) -> ResponseReturnValue:
    """Delete one's own; the page that answers is all that still has its words.

    Reloading that page posts anew, with the words that the form brought along.
    """
    employee = person_for(dropped := DroppedForm(), employee_id)
    lock(employee)
    if item_of(employee, item_id):
        one = my_item_or_404(employee_id, item_id)
        dropped = DroppedForm(formdata=None, obj=one)
        db.session.delete(one)
        db.session.commit()
    elif not dropped.validate():
        abort(404)
    return page(employee, dropped=dropped)


@bp.post("/<id:employee_id>/put-back")
def put_back(employee_id: int) -> ResponseReturnValue:
    """Write down anew what was dropped, as the page that said so still has it."""
    employee = person_for(form := DroppedForm(), employee_id)
    if not form.validate():
        return page(employee, dropped=form), 422
    if put_down(employee, [form.row()]) is None:
        flash(full())
        return page(employee, dropped=form), 422
    db.session.commit()
    flash(gettext("Put back."))
    return back(employee_id)


# ---- after the talk


@bp.post("/<id:employee_id>/held")
def hold(employee_id: int) -> ResponseReturnValue:
    """Close this talk and lead to what was agreed; a second click closes no other."""
    employee = access.settled_or_404(access.own_present_or_404(employee_id))
    last = meeting.last_talk(employee)
    now = last.number + 1 if last else 1
    if request.form.get("number") == str(now):
        planned = employee.next_talk_at
        take_back = url_for(
            ".take_back",
            employee_id=employee_id,
            number=now,
            planned=planned and planned.isoformat(),
        )
        meeting.hold(employee, access.manager().id, utc_now())
        db.session.commit()
        flash_undo(talked(planned), take_back)
        flash_link(
            gettext("When do you talk again?"),
            url_for(".show", employee_id=employee_id, _anchor="next"),
            gettext("Plan the next one"),
        )
    return redirect(url_for("settle.index", employee_id=employee_id))


def talked(planned: datetime | None) -> Any:
    """Say that the talk is noted, and which later day was planned for it."""
    if planned and planned.date() > i18n.today():
        day = i18n.day(planned)
        return gettext("Noted: you have talked, instead of on %(day)s.", day=day)
    return gettext("Noted: you have talked.")


@bp.post("/<id:employee_id>/held/<id:number>/undo")
def take_back(employee_id: int, number: int) -> ResponseReturnValue:
    """Undo that a talk was held, if none was held since; it is planned as it was."""
    employee = access.settled_or_404(access.own_present_or_404(employee_id))
    last = meeting.last_talk(employee)
    if last is None or last.number != number:
        abort(404)
    if employee.next_talk_at is None:
        employee.next_talk_at = to_moment(request.args.get("planned"))
    db.session.delete(last)
    db.session.commit()
    flash(gettext("Undone."))
    return back(employee_id)


# ---- questions to choose from


@bp.route("/<id:employee_id>/questions", methods=["GET", "POST"])
def questions(employee_id: int) -> ResponseReturnValue:
    """Offer the questions there are, those ticked that fit what holds levels back."""
    employee = access.own_present_or_404(employee_id)
    if request.method != "POST":
        return choose(employee, proposed(employee))
    wanted = request.form.getlist("ask")
    if not set(asking.CODES) >= set(wanted):
        abort(404)
    shared = "is_shared" in request.form
    rows = [
        {
            "kind": "question",
            "text": str(words),
            "is_shared": shared and name != "self",
        }
        for name, one in asking.SETS.items()
        for code, words in one.questions.items()
        if code in wanted
    ]
    added = put_down(employee, rows)
    if added is None:
        return choose(employee, wanted, full()), 422
    db.session.commit()
    flash(gettext("Added.") if added else gettext("Nothing has changed."))
    return back(employee_id)


def proposed(employee: Employee) -> list[str]:
    """Return the codes of the questions that stand on the private sheet by itself."""
    facts = planning.gather(
        employee.team_id, access.manager().id, i18n.today(), employees=[employee.id]
    )
    found = paper.standing(facts, employee, planning.active_tasks(employee.team_id))
    return asking.proposed(found[: paper.MOST_STANDING])


def choose(employee: Employee, chosen: Sequence[str], fault: str = "") -> str:
    mine = meeting.open_ones(employee, access.manager().id)
    return render_template(
        "talks/questions.html",
        form=Confirm(),
        employee=employee,
        sets=asking.SETS,
        chosen=chosen,
        there={one.text for one in mine if one.kind == "question"},
        fault=fault,
    )


# ---- on paper


class Sheet(NamedTuple):
    """What stands on one paper for the talk; the shared one has nobody's own."""

    employee: Employee
    manager: str
    day: date
    here: Around
    more: int
    is_private: bool

    @property
    def name(self) -> str:
        return self.employee.name

    @property
    def first(self) -> str:
        return paper.first_name(self.employee.name)

    def maker(self, one: meeting.Item) -> str:
        """Return what the two call whoever wrote an item."""
        maker = one.maker and paper.first_name(one.maker)
        return maker or str(gettext("a colleague"))


def sheet(employee: Employee, copy: str) -> Sheet:
    is_private = copy == "private"
    me = access.manager()
    side = me if is_private else paper.other_side(employee, me, [])
    here = around(employee, own=is_private)
    day = i18n.as_date(employee.next_talk_at or i18n.today())
    fits, more = meeting.shortened(here.meeting, paper.MOST_TEXT)
    here = here._replace(meeting=fits)
    return Sheet(employee, side.called, day, here, more, is_private)


@bp.route("/<id:employee_id>/paper")
def shared_paper(employee_id: int) -> ResponseReturnValue:
    """Show the paper for both, as it will be printed."""
    return preview(access.own_or_404(Employee, employee_id), "shared")


@bp.route("/<id:employee_id>/my-paper")
def private_paper(employee_id: int) -> ResponseReturnValue:
    """Show the paper with what is private; only here is the way to its PDF."""
    return preview(access.own_or_404(Employee, employee_id, write=True), "private")


def preview(employee: Employee, copy: str) -> str:
    language = query_choice("language", i18n.LANGUAGES, i18n.language())
    content = sheet(employee, copy)
    with i18n.speaking(language):
        drawn = render_template(
            "plan/sheet.html",
            template="talks/_paper.html",
            macro="sheet",
            content=content,
        )
    return render_template(
        "talks/paper.html",
        employee=employee,
        copy=copy,
        sheet=Markup(drawn),
        language=language,
        size=query_choice("paper", PAPERS, "a4"),
    )


@bp.route("/<id:employee_id>.pdf")
def download(employee_id: int) -> ResponseReturnValue:
    """Hand over the PDF in the language chosen; without `copy` the shared one."""
    copy = query_choice("copy", COPIES, "shared")
    employee = access.own_or_404(Employee, employee_id, write=copy == "private")
    content = sheet(employee, copy)
    language = query_choice("language", i18n.LANGUAGES, i18n.language())
    with i18n.speaking(language):
        html = render_template("talks/print.html", sheet=content)
        kind = gettext("my one-on-one") if content.is_private else gettext("one-on-one")
        name = name_for(employee, kind)
    return as_file(
        print_out(html, query_choice("paper", PAPERS, "a4")),
        name,
        to_keep="download" in request.args,
    )
