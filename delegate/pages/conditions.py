"""What a team needs before anything is said of a person: four statements, both sides.

The manager answers them by name; the team by codes that belong to nobody.
"""

from types import SimpleNamespace
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import func, select

from .. import access, i18n, planning, printing, wording
from ..addresses import outside
from ..database import VersionConflict, lock
from ..dialogue import polling
from ..forms import Choice, LongText, VersionedForm, query_choice, save
from ..identity import links
from ..models import (
    CONDITIONS,
    Employee,
    Link,
    Manager,
    Team,
    TeamConditions,
    db,
    utc_now,
)

bp = Blueprint("conditions", __name__, cli_group=None)

MOST_SLIPS = 60
"""Slips on one paper: more would keep others from printing."""

YES, NO = "yes", "no"
ANSWERS = {YES: _("Yes"), NO: _("No")}
MANAGERS_ANSWERS = {**ANSWERS, "": _("Not answered yet")}
WORDS = {True: YES, False: NO, None: None}
MEANT = {words: answer for answer, words in WORDS.items()}


def statement(name: str) -> Choice:
    words = wording.TEAM_STATEMENTS[name]
    return Choice(words, MANAGERS_ANSWERS, coerce=lambda value: value or None)


def action() -> LongText:
    return LongText(_("What I do about it"))


class ConditionsForm(VersionedForm):
    """What the manager says of each statement, and does where it is missing."""

    direction = statement("direction")
    direction_action = action()
    expectations = statement("expectations")
    expectations_action = action()
    attention = statement("attention")
    attention_action = action()
    certainty = statement("certainty")
    certainty_action = action()

    def propose(self) -> None:
        """Put a proposal where nothing is missing yet, to be read once it is."""
        for name in CONDITIONS:
            field = self[f"{name}_action"]
            if self[name].data != NO and not field.data:
                field.data = str(wording.TEAM_ACTIONS[name])

    def take_back(self, heard: polling.Heard) -> None:
        """Take the proposals out that nobody touched, where nothing is missing."""
        for name in CONDITIONS:
            field = self[f"{name}_action"]
            asked = self[name].data == NO or heard.team_misses(name)
            if not asked and field.data in proposed(name):
                field.data = ""

    def fill(self, row: Any) -> None:
        """Write the answers onto `row`, which may be new."""
        for name in CONDITIONS:
            setattr(row, name, MEANT[self[name].data])
            setattr(row, f"{name}_action", self[f"{name}_action"].data)
        row.answered_by_id, row.answered_at = access.manager().id, utc_now()
        db.session.add(row)


def proposed(name: str) -> list[str]:
    """Return the proposal for one condition, in each language."""
    texts = []
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            texts.append(str(wording.TEAM_ACTIONS[name]))
    return texts


class SlipsForm(FlaskForm):
    language = Choice(
        _("Language of the paper"), {"en": "English", "nl": "Nederlands"}, required=True
    )
    paper = Choice(
        _("Size of the paper"), {"a4": "A4", "letter": "Letter"}, required=True
    )


class TeamForm(FlaskForm):
    """What one of the team says, whoever it is: each statement, yes or no."""

    direction = Choice(wording.TEAM_STATEMENTS["direction"], ANSWERS, required=True)
    expectations = Choice(
        wording.TEAM_STATEMENTS["expectations"], ANSWERS, required=True
    )
    attention = Choice(wording.TEAM_STATEMENTS["attention"], ANSWERS, required=True)
    certainty = Choice(wording.TEAM_STATEMENTS["certainty"], ANSWERS, required=True)

    @property
    def noes(self) -> list[str]:
        return [name for name in CONDITIONS if self[name].data == NO]


@bp.route("/conditions/<id:team_id>")
def show(team_id: int) -> ResponseReturnValue:
    team = access.own_team_or_404(team_id)
    form = ConditionsForm(formdata=None, obj=in_words(row_of(team)))
    form.propose()
    return page(team, form)


@bp.post("/conditions/<id:team_id>")
def answer(team_id: int) -> ResponseReturnValue:
    team = access.own_team_or_404(team_id, write=True)
    refused = keep(team, ConditionsForm())
    if refused:
        return refused
    flash(gettext("Saved."))
    return redirect(url_for(".show", team_id=team.id))


def keep(team: Team, form: ConditionsForm) -> ResponseReturnValue | None:
    """Save the answers with whatever else is done; the page where that cannot be."""
    if not form.validate_on_submit():
        db.session.rollback()
        return page(team, form), 422
    lock(team)  # Of two first answers at once the second meets the row of the first.
    form.take_back(polling.heard(team.id))
    try:
        save(form, row_of(team))
    except VersionConflict:
        return collided(team, form)
    return None


def collided(
    team: Team, form: ConditionsForm, *, asked: bool = False
) -> ResponseReturnValue:
    """Show what was typed, and beside it what was saved, or asked, meanwhile."""
    db.session.rollback()
    row = row_of(team)
    form.take_back(polling.heard(team.id))
    differences = form.differences(in_words(row))
    form.propose()
    form.accept(row)
    return page(team, form, differences, asked=asked), 409


def row_of(team: Team) -> TeamConditions:
    """Return what was answered for `team`, or a new row of no version."""
    found = db.session.get(TeamConditions, team.id)
    return found or TeamConditions(team_id=team.id, version=0)


def in_words(row: TeamConditions) -> Any:
    """Return `row` as the form holds it: an answer that is no is not an empty one."""
    answers = {name: WORDS[getattr(row, name)] for name in CONDITIONS}
    actions = {f"{name}_action": getattr(row, f"{name}_action") for name in CONDITIONS}
    return SimpleNamespace(version=row.version, **answers, **actions)


def page(
    team: Team, form: ConditionsForm, differences: Any = (), *, asked: bool = False
) -> str:
    heard = polling.heard(team.id)
    newest = polling.newest(team.id)
    return render_template(
        "conditions/show.html",
        team=team,
        form=form,
        differences=differences,
        heard=heard,
        earlier=[one for one in polling.rounds(team.id) if one != heard.round],
        newest=newest,
        seen=polling.seen(newest),
        asked_meanwhile=asked and newest,
        ends_at=polling.ends_at(team.id),
        people=people_in(team),
        may_write=access.may_write(team.id),
        **TERMS,
    )


TERMS = {
    "names": CONDITIONS,
    "least": links.LEAST_ANSWERS,
    "noes": polling.noes,
    "team_says_no": polling.team_says_no,
    "answers": {True: ANSWERS[YES], False: ANSWERS[NO], None: MANAGERS_ANSWERS[""]},
}


def people_in(team: Team) -> int:
    """Return how many there are to ask."""
    there = select(func.count(Employee.id)).where(
        Employee.team_id == team.id,
        Employee.removed_at.is_(None),
        planning.is_there(i18n.today()),
    )
    return db.session.scalar(there) or 0


@bp.post("/conditions/<id:team_id>/ask")
def ask(team_id: int) -> ResponseReturnValue:
    """Make codes for as many as there are, and show them this once.

    Reloading what it shows must not end those codes for new ones.
    """
    team = access.own_team_or_404(team_id, write=True)
    form, upon = ConditionsForm(), request.form.get("seen", "")
    try:
        codes = polling.ask(team, people_in(team), access.manager().id, upon)
    except VersionConflict:
        return collided(team, form, asked=True)
    except links.TooFewPeople:
        flash(gettext("There are too few people to ask without a name."), "error")
        return redirect(url_for(".show", team_id=team.id))
    refused = keep(team, form)
    if refused:
        return refused
    return render_template(
        "conditions/made.html",
        team=team,
        codes=codes,
        addresses=[outside("conditions.respond", token=code) for code in codes],
        ends_at=polling.ends_at(team.id),
        most=MOST_SLIPS,
        paper=SlipsForm(formdata=None, language=i18n.language(), paper="a4"),
    )


@bp.post("/conditions/<id:team_id>/slips")
def slips(team_id: int) -> ResponseReturnValue:
    """Print the codes sent along, which are kept nowhere, as slips to hand out."""
    team = access.own_team_or_404(team_id, write=True)
    first = max(0, request.form.get("first", 0, type=int))
    wanted = request.form.get("codes", "").split()[first : first + MOST_SLIPS]
    codes = polling.still_good(team.id, wanted)
    form = SlipsForm()
    if not codes or not form.validate_on_submit():
        flash(gettext("These codes open nothing any more. Make new ones."), "error")
        return redirect(url_for(".show", team_id=team.id))
    ends_at = polling.ends_at(team.id)
    with i18n.speaking(form.language.data):
        html = render_template(
            "conditions/slips.html",
            team=team,
            manager=access.manager(),
            ends_at=ends_at,
            slips=[slip(code) for code in codes],
            least=links.LEAST_ANSWERS,
        )
        name = printing.file_name(gettext("codes"), team.name, i18n.today())
    return printing.as_file(
        printing.print_out(html, form.paper.data), name, to_keep=True
    )


@bp.route("/conditions/<id:team_id>/questions.pdf")
def questions(team_id: int) -> ResponseReturnValue:
    """Print the four to talk about together, in the language of `lang`."""
    team = access.own_team_or_404(team_id)
    html = render_template("conditions/questions.html", team=team)
    name = printing.file_name(gettext("questions"), team.name, i18n.today())
    size = query_choice("paper", printing.PAPERS, "a4")
    return printing.as_file(printing.print_out(html, size), name, to_keep=False)


class Slip(NamedTuple):
    """A code as a whole address, and the same drawn for a camera."""

    address: str
    drawing: Markup


def slip(code: str) -> Slip:
    """Return `code` as it is printed."""
    import segno

    address = outside("conditions.respond", token=code)
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        border=0,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        title=gettext("The address beside it, to be read by a camera"),
    )
    return Slip(address, Markup(drawing))


@bp.post("/conditions/<id:team_id>/end")
def end(team_id: int) -> ResponseReturnValue:
    team = access.own_team_or_404(team_id, write=True)
    ended = polling.end(team)
    if not ended:
        db.session.rollback()
    refused = keep(team, ConditionsForm())
    if refused:
        return refused
    if ended:
        flash(gettext("The round is closed. Here is what came of it."))
    else:
        flash(gettext("Not closed: fewer than four have answered."), "error")
    return redirect(url_for(".show", team_id=team_id))


@bp.route("/c/<token>", methods=["GET", "POST"])
@links.door("team_code")
def respond(link: Link) -> ResponseReturnValue:
    """Take one answer; the code is used, and the answer counted, at once."""
    form = TeamForm()
    if form.validate_on_submit():
        if not polling.count(link, form.noes):
            db.session.rollback()
            links.end_closed()
        db.session.commit()
        return render_template("conditions/received.html")
    shown = {"form": form, "link": link, "team": db.session.get(Team, link.team_id)}
    page = render_template(
        "conditions/respond.html", asker=asker(link), least=links.LEAST_ANSWERS, **shown
    )
    return page, 422 if form.is_submitted() else 200


def asker(link: Link) -> str:
    """Return who asks; empty where that account is gone."""
    newest = polling.newest(link.team_id or 0)
    who = newest and newest.asked_by_id and db.session.get(Manager, newest.asked_by_id)
    return who.called if who else ""
