"""The links a manager gave out, and taking them back. Invitations stand elsewhere."""

from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, or_, select

from .. import access
from ..database import lock, names, page_of
from ..forms import query_page
from ..identity import links
from ..models import Employee, Link, Team, db

bp = Blueprint("doors", __name__, url_prefix="/doors", cli_group=None)

KINDS = {
    "own_view": _("Own view"),
    "team_code": _("Codes for the team"),
    "calendar": _("Calendar"),
}
STATES = {
    "open": _("Open"),
    "received": _("Received"),
    "ended": _("Ended"),
    "revoked": _("Withdrawn"),
}


class Line(NamedTuple):
    """A link, or all the codes that were made at once, and for whom."""

    link: Link
    whom: str
    state: str


@bp.route("/")
def index() -> ResponseReturnValue:
    page = page_of(mine().order_by(Link.id.desc()), query_page())
    return render_template(
        "doors/index.html",
        page=page,
        lines=lines(page.rows),
        kinds=KINDS,
        states=STATES,
        address=partial(url_for, ".index"),
    )


@bp.post("/<id:link_id>/withdraw")
def withdraw(link_id: int) -> ResponseReturnValue:
    link = db.session.scalar(mine().where(Link.id == link_id))
    if link is None:
        abort(404)
    lock(link)  # What is coming in right now is received first.
    if is_received(link):  # it shows the copy to who sent it, as promised
        flash(gettext("Not withdrawn: this was changed meanwhile"), "warning")
    else:
        links.revoke_all(together(link))
        db.session.commit()
        flash(gettext("It opens nothing now."))
    return redirect(url_for(".index"))


def mine() -> Select[Any]:
    """Return the query for the links that the manager made, or of an own team."""
    teams = access.my_teams()
    owned = [one.team.id for one in teams if one.role == "owner"]
    made = Link.manager_id == access.manager().id
    here = or_(Link.team_id.is_(None), Link.team_id.in_(one.team.id for one in teams))
    return select(Link).where(
        Link.kind.in_(KINDS), or_(Link.team_id.in_(owned), made & here)
    )


def together(link: Link) -> Select[Any]:
    """Return the query for `link`; for a code, for all that were made with it."""
    if link.kind != "team_code":
        return select(Link).where(Link.id == link.id)
    return select(Link).where(
        Link.kind == link.kind,
        Link.team_id == link.team_id,
        Link.created_at == link.created_at,
    )


def lines(rows: list[Link]) -> list[Line]:
    """Return what to show of these links: of codes not how many have been used."""
    people = names(Employee, [row.employee_id for row in rows])
    teams = names(Team, [row.team_id for row in rows])
    these = links.not_over().where(Link.id.in_([row.id for row in rows]))
    not_over = set(db.session.scalars(these))
    found = {}
    for row in rows:
        whom = people.get(row.employee_id) or teams.get(row.team_id, "")
        state = state_of(row, is_over=row not in not_over)
        alone = row.id if row.kind != "team_code" else None
        found[alone, row.team_id, row.created_at] = Line(row, whom, state)
    return list(found.values())


def state_of(link: Link, *, is_over: bool) -> str:
    if link.revoked_at:
        return "revoked"
    if is_over:
        return "ended"
    return "received" if is_received(link) else "open"


def is_received(link: Link) -> bool:
    return link.used_at is not None and link.kind == "own_view"
