"""The plans of a whole team in one ZIP, printed by a worker while a manager goes on.

Only the shared plan: the private sheet is for one conversation, and is opened alone.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, BinaryIO
from zipfile import ZipFile, ZipInfo

from flask import Blueprint, abort, redirect, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import func

from .. import access, database, i18n, planning, printing
from ..forms import Choice
from ..models import Employee, Job, Manager, Team, db, utc_now
from ..upkeep import jobs, press
from ..upkeep.jobs import Claim

bp = Blueprint("plans", __name__, url_prefix="/plans", cli_group=None)

KIND = "plans"
OPEN = ("waiting", "running")
NOBODY = "nobody"
TOO_MUCH = "too_much"

REASONS = {
    NOBODY: _("None of these people is in the team any more, or you no longer are."),
    TOO_MUCH: _(
        "One of the plans is too long to print. Print them one by one to find it."
    ),
    jobs.BROKEN_OFF: _(
        "Printing was broken off each time: the server stopped, or ran out of memory."
    ),
    jobs.FAULT: _(
        "Something went wrong on the server each time. Whoever runs it can read what."
    ),
}


class PlansForm(FlaskForm):
    language = Choice(
        _("Language of the paper"), {"en": "English", "nl": "Nederlands"}, required=True
    )
    paper = Choice(
        _("Size of the paper"), {"a4": "A4", "letter": "Letter"}, required=True
    )


@bp.route("/", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Choose whose plans; where they are being printed already, show how far."""
    team = access.team_to_write()
    if team is None:
        return redirect(address_of("people.index"))
    form = PlansForm(language=i18n.language(), paper="a4")
    wanted = request.form.getlist("employee")
    if form.validate_on_submit() and wanted:
        people = access.own_ids_or_404(Employee, wanted)
        wish = {"people": people, "language": form.language.data}
        return to_job(ask(team, json.dumps({**wish, "paper": form.paper.data})))
    newest = newest_job(team)
    if newest and newest.state in OPEN:
        return to_job(newest)
    page = render_template(
        "plans/index.html",
        form=form,
        team=team,
        teams=access.my_teams(),
        people=db.session.scalars(people_there(team)).all(),
        wanted=set(wanted) if form.is_submitted() else None,
        ready=newest if newest and newest.state == "done" else None,
    )
    return page, 422 if form.is_submitted() else 200


def people_there(team: Team) -> Any:
    """Return the query for whom there is to print for, by name."""
    return (
        db.select(Employee)
        .where(
            Employee.team_id == team.id,
            Employee.removed_at.is_(None),
            planning.is_there(i18n.today()),
        )
        .order_by(func.lower(Employee.name), Employee.id)
    )


def my_jobs() -> Any:
    """Return the query for what the manager asked for and may still have."""
    return access.own(Job, write=True).where(
        Job.kind == KIND,
        Job.manager_id == access.manager().id,
        Job.finished_at.is_(None) | (Job.finished_at > utc_now() - jobs.KEPT),
    )


def newest_job(team: Team) -> Job | None:
    query = my_jobs().where(Job.team_id == team.id).order_by(Job.id.desc()).limit(1)
    found: Job | None = db.session.scalar(query)
    return found


def my_job_or_404(id: int) -> Job:
    job: Job = db.session.scalar(my_jobs().where(Job.id == id)) or abort(404)
    return job


def ask(team: Team, content: str) -> Job:
    """Return the job that was asked for; of several clicks only one makes one."""
    database.lock(team)
    newest = newest_job(team)
    if newest and newest.state in OPEN:
        return newest
    ids = {"team_id": team.id, "manager_id": access.manager().id}
    job = Job(kind=KIND, content=content, total=how_many(content), **ids)
    db.session.add(job)
    db.session.commit()
    return job


def how_many(content: str) -> int:
    return len(json.loads(content)["people"])


def to_job(job: Job) -> ResponseReturnValue:
    return redirect(address_of(".show", job_id=job.id))


@bp.route("/<id:job_id>")
def show(job_id: int) -> ResponseReturnValue:
    """Show how far it is, and what came of it."""
    job = my_job_or_404(job_id)
    return render_template(
        "plans/show.html",
        job=job,
        is_open=job.state in OPEN,
        reason=REASONS.get(job.reason, REASONS[jobs.FAULT]),
        until=job.finished_at and job.finished_at + jobs.KEPT,
    )


@bp.post("/<id:job_id>/again")
def again(job_id: int) -> ResponseReturnValue:
    """Ask once more for what failed."""
    job = my_job_or_404(job_id)
    if job.state != "failed":
        return to_job(job)
    team, content = access.own_team_or_404(job.team_id, write=True), job.content
    jobs.discard(Job.id == job.id)
    return to_job(ask(team, content))


@bp.post("/<id:job_id>/discard")
def discard(job_id: int) -> ResponseReturnValue:
    """Stop printing, or throw away what was printed."""
    job = my_job_or_404(job_id)
    team_id = job.team_id
    jobs.discard(Job.id == job.id)
    db.session.commit()
    return redirect(address_of("people.index", team=team_id))


@bp.route("/<id:job_id>.zip")
def download(job_id: int) -> ResponseReturnValue:
    job = my_job_or_404(job_id)
    if job.file is None:
        abort(404)
    team = access.own_team_or_404(job.team_id, write=True)
    with i18n.speaking(json.loads(job.content)["language"]):
        day = i18n.as_date(job.created_at)
        name = printing.file_name(gettext("plans"), team.name, day, "zip")
    try:
        content = (jobs.folder() / job.file).read_bytes()
    except FileNotFoundError:  # thrown away at this very moment
        abort(404)
    return printing.as_file(content, name, to_keep=True)


@jobs.does(KIND)
def print_plans(claim: Claim, file: BinaryIO) -> None:
    """Print the plans into a ZIP that tells nothing but the plans."""
    wish = json.loads(claim.content)
    with jobs.reading():
        people = db.session.scalars(still_theirs(claim, wish["people"])).all()
    if not people:
        raise jobs.Refused(NOBODY)
    claim.tell(0, len(people))
    names: list[str] = []
    with i18n.speaking(wish["language"]):
        drawn = press.print_all(documents(claim, people, names), wish["paper"])
        try:
            with closing(drawn), ZipFile(file, "w") as archive:  # type: ignore[type-var]
                for number, pdf in enumerate(drawn):
                    archive.writestr(ZipInfo(names[number]), pdf)
                    claim.tell(number + 1, len(people))
        except press.TooMuch as error:
            raise jobs.Refused(TOO_MUCH) from error


def still_theirs(claim: Claim, wanted: Sequence[int]) -> Any:
    """Return the query for who of those asked for the manager may still print, by id.

    Much may have changed since it was asked.
    """
    manager = db.session.get_one(Manager, claim.manager_id)
    return (
        access.own(Employee, write=True, whose=manager)
        .where(Employee.team_id == claim.team_id, Employee.id.in_(wanted))
        .order_by(func.lower(Employee.name), Employee.id)
        .with_only_columns(Employee.id)
    )


def documents(claim: Claim, people: Sequence[int], names: list[str]) -> Iterator[str]:
    """Yield the plan of each person, once the name of its file is in `names`."""
    used = Counter[str]()
    for id in people:
        with jobs.reading():
            employee = db.session.get_one(Employee, id)
            manager = db.session.get_one(Manager, claim.manager_id)
            name = printing.name_for(employee, gettext("plan"))
            document = printing.plan(employee, manager)
        used[name] += 1
        names.append(numbered(name, used[name]))
        yield document


def numbered(name: str, number: int) -> str:
    """Return "plan-ann.pdf" for the first of a name, "plan-ann-2.pdf" for the next."""
    return name if number == 1 else f"{name.removesuffix('.pdf')}-{number}.pdf"
