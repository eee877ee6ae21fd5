"""The manager's appointments in a calendar program, and a mail of what is due.

One address holds all of them, for whoever has it: a private one, shown once. Apart from
that each appointment is a file, for who is signed in. What stands in them is for
`appointments` to say.
"""

import click
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from .. import access, i18n
from ..addresses import outside
from ..cli import Command
from ..database import lock
from ..identity import links, mail
from ..models import Agreement, Employee, Link, db
from ..practice import appointments, reminding
from ..practice.appointments import Appointment

bp = Blueprint("calendar", __name__, url_prefix="/calendar", cli_group=None)

NONE = "none"
"""What a form saw where no address was ever made."""


@bp.route("/")
def index() -> ResponseReturnValue:
    return page()


def page(*, is_late: bool = False) -> str:
    link = newest()
    return render_template(
        "calendar/index.html",
        link=link if is_open(link) else None,
        saw=seen(link),
        is_late=is_late,
    )


def newest() -> Link | None:
    """Return the link of the manager's last address; it may open nothing any more."""
    mine = (Link.kind == "calendar", Link.manager_id == access.manager().id)
    found: Link | None = db.session.scalar(
        select(Link).where(*mine).order_by(Link.id.desc()).limit(1)
    )
    return found


def is_open(link: Link | None) -> bool:
    return link is not None and link.revoked_at is None


def seen(link: Link | None) -> str:
    return str(link.id) if link else NONE


@bp.post("/address")
@access.fresh
def make() -> ResponseReturnValue:
    """Make the address, in the place of an older one, and show it this once."""
    lock(access.manager())
    if request.form.get("saw") != seen(newest()):
        db.session.rollback()
        return page(is_late=True), 409
    with_names = "with_names" in request.form
    me = access.manager().id
    token = links.make("calendar", manager_id=me, with_names=with_names)
    db.session.commit()
    address = outside(".feed", token=token, lang=i18n.language())
    return render_template("calendar/made.html", address=address, with_names=with_names)


@bp.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    link = newest()
    if link:
        links.revoke(link)
        db.session.commit()
    flash(gettext("The address opens nothing now."))
    return redirect(url_for(".index"))


@bp.post("/reminders")
def remind_me() -> ResponseReturnValue:
    """Send the manager mail of what is due, or no longer."""
    access.manager().reminds = "on" in request.form
    db.session.commit()
    return redirect(url_for(".index", _anchor="reminders"))


# ---- the files


@bp.route("/<token>.ics")
@links.door("calendar")
def feed(link: Link) -> ResponseReturnValue:
    """Hand a calendar program all that its manager may see at this moment."""
    assert link.manager_id is not None
    teams = appointments.teams_of(link.manager_id)
    listed = appointments.of_teams(teams, i18n.today())
    address = outside("today.index")
    tag = appointments.tag_of(listed, link.with_names, address, i18n.language())
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
    else:
        answer = as_file(listed, with_names=link.with_names)
    answer.set_etag(tag)
    return answer


@bp.route("/talk/<id:employee_id>.ics")
def talk(employee_id: int) -> ResponseReturnValue:
    employee = access.own_or_404(Employee, employee_id)
    wanted = appointments.talks(i18n.today()).where(Employee.id == employee.id)
    return alone(appointments.found(wanted))


@bp.route("/look-back/<id:agreement_id>.ics")
def look_back(agreement_id: int) -> ResponseReturnValue:
    agreement = access.own_or_404(Agreement, agreement_id)
    wanted = appointments.look_backs(i18n.today()).where(Agreement.id == agreement.id)
    return alone(appointments.found(wanted))


def alone(listed: list[Appointment]) -> Response:
    """Hand over one appointment; it names people where the own address does."""
    if not listed:
        abort(404)
    link = newest()
    wishes_names = link is not None and is_open(link) and link.with_names
    answer = as_file(listed, with_names=wishes_names)
    name = f"{listed[0].kind.replace('_', '-')}.ics"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def as_file(listed: list[Appointment], *, with_names: bool) -> Response:
    address = outside("today.index")
    content = appointments.calendar(listed, address, with_names=with_names)
    return Response(content, content_type="text/calendar; charset=utf-8")


# ---- the mail


@bp.cli.command("remind", cls=Command)
def remind() -> None:
    """Mail who wants it what is due today: once a day, however often this runs."""
    if not mail.is_on():
        click.echo("Nothing was mailed: no MAIL_SERVER is set.")
        return
    done = reminding.remind(i18n.today())
    click.echo(
        f"Mailed {done.sent} of {done.wanted} managers "
        "who had something due and no mail yet today."
    )
    if done.failed:
        raise click.ClickException(
            f"Not taken: {done.failed}; the log says why. Run this again."
        )
