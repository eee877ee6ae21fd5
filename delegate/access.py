"""The one door: who is signed in, and which rows are theirs to see or to change.

Whatever is not marked public wants a sign-in. Someone else's row, a removed row and no
row at all look the same from outside: a 404.
"""

import re
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    abort,
    flash,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import Select, bindparam
from werkzeug.routing import IntegerConverter, ValidationError

from . import i18n
from .addresses import page_here
from .identity import accounts
from .models import Agreement, Employee, Manager, Membership, Task, Team, db

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row")

PUBLIC_ENDPOINTS = frozenset({"static", "security.login", "security.logout"})
EDITORS = ("owner", "editor")
MOST_ID = 2**31 - 1
MOST_AT_ONCE = 1000
"""Most rows that one request may change: ten pages of a list."""

SIGNED_IN_AT = "fs_paa"
"""Where Flask-Security notes in a session when it signed someone in."""

FRESH = timedelta(minutes=15)
"""How long after signing in what weighs much needs no further proof."""


class IdConverter(IntegerConverter):
    """An id in a URL; what no database could hold is no page."""

    regex = r"[1-9][0-9]{0,9}"

    def to_python(self, value: str) -> int:
        id = int(value)
        if id > MOST_ID:
            raise ValidationError
        return id


def public(view: View) -> View:
    """Open `view` to visitors who have not signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public(app: Flask, endpoint: str | None) -> bool:
    """Tell whether `endpoint` is open; an unknown address is, to show its 404."""
    if endpoint is None or endpoint in PUBLIC_ENDPOINTS:
        return True
    return getattr(app.view_functions[endpoint], "is_public", False)


def fresh(view: View) -> View:
    """Ask who signed in longer ago than FRESH to do so again, before `view` runs.

    The way back leads to the address asked for; from a form, to the page it is on.
    """

    @wraps(view)
    def only_when_fresh(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if is_fresh():
            return view(*args, **kwargs)  # type: ignore[no-any-return]
        if request.method == "POST":
            flash(gettext("Not done yet: sign in once more, then choose it again."))
        return redirect(url_for("account.once_more", next=page_here()))

    only_when_fresh.is_fresh = True  # type: ignore[attr-defined]
    return only_when_fresh  # type: ignore[return-value]


def is_fresh() -> bool:
    """Tell whether this browser signed in, or did so again, within FRESH."""
    since: float = time.time() - session.get(SIGNED_IN_AT, 0)
    return 0 <= since < FRESH.total_seconds()


def make_fresh() -> None:
    """Note that whoever is signed in has shown it again; a new key for the session."""
    session[SIGNED_IN_AT] = time.time()
    session.renew()  # type: ignore[attr-defined]


def inside(address: str) -> str:
    """Return `address` if it is a path of this site, else the first page."""
    if not can_be_read(address):
        return url_for("today.index")
    parts = urlsplit(address.replace("\\", "/"))
    strange = parts.path.startswith("//") or any(sign <= " " for sign in address)
    if strange or parts.scheme or parts.netloc or not address.startswith("/"):
        return url_for("today.index")
    return address


def can_be_read(address: str) -> bool:
    """Tell whether `address` can be taken apart, as typed and as a browser reads it."""
    try:
        return all(map(urlsplit, (address, address.replace("\\", "/"))))
    except ValueError:
        return False


def init_app(app: Flask) -> None:
    """Close every door that is not marked public."""
    app.url_map.converters["id"] = IdConverter

    @app.before_request
    def refuse_what_flask_security_cannot_read() -> None:
        ways = request.values.getlist("next") if request.blueprint == "security" else ()
        if not all(map(can_be_read, ways)):
            abort(400)

    @app.before_request
    def require_sign_in() -> ResponseReturnValue | None:
        if is_public(app, request.endpoint) or current_user.is_authenticated:
            return None
        if accounts.none_yet():
            return redirect(url_for("account.first"))
        if request.method != "GET":
            return redirect(url_for("security.login"))
        here = request.full_path.rstrip("?")
        return redirect(url_for("security.login", next=here))


def manager() -> Manager:
    """Return the signed-in manager; only for views that want a sign-in."""
    account: Manager = current_user._get_current_object()
    return account


class Mine(NamedTuple):
    """A team of the signed-in manager, and what the manager may do there."""

    team: Team
    role: str

    @property
    def may_write(self) -> bool:
        return self.role in EDITORS


TEAMS = (
    db.select(Team, Membership.role)
    .join(Membership, Membership.team_id == Team.id)
    .where(Membership.manager_id == bindparam("manager_id"), Team.removed_at.is_(None))
    .order_by(Team.id)
)
"""Made once, because every page asks it."""


def my_teams() -> list[Mine]:
    """Return the manager's teams, oldest first; asked once in a request."""
    if "my_teams" not in g:
        rows = db.session.execute(TEAMS, {"manager_id": manager().id})
        g.my_teams = [Mine(*row) for row in rows]
    mine: list[Mine] = g.my_teams
    return mine


def current_team() -> Team | None:
    """Return the team to show: `?team=`, else the last one used, else the first.

    Ends with a 404 where `?team=` names one that is not the manager's.
    """
    teams = {str(mine.team.id): mine.team for mine in my_teams()}
    asked = request.args.get("team")
    if asked is not None:
        if asked not in teams:
            abort(404)
        if session.get("team") != asked:
            session["team"] = asked
        return teams[asked]
    return teams.get(session.get("team", "")) or next(iter(teams.values()), None)


def team_to_write() -> Team | None:
    """Return the team that new people and tasks go into, if there is one yet.

    Ends with a 404 where the manager may only look at it.
    """
    team = current_team()
    return own_team_or_404(team.id, write=True) if team else None


def team_to_fill() -> Team:
    """Return the team of `team_to_write`, made where there is none.

    The caller commits.
    """
    return team_to_write() or add_team(gettext("My team"))


def add_team(name: str, owner: Manager | None = None) -> Team:
    """Add a team of the owner's, else the signed-in manager's. The caller commits."""
    team = Team(name=name)
    db.session.add(team)
    db.session.flush()
    owner_id = (owner or manager()).id
    db.session.add(Membership(team_id=team.id, manager_id=owner_id, role=EDITORS[0]))
    g.pop("my_teams", None)
    return team


def teams_called(name: str, whose: Manager) -> list[Team]:
    """Return the teams of this name that a manager may change, as a command asks."""
    mine = TEAMS.where(Membership.role.in_(EDITORS), Team.name == name)
    return list(db.session.scalars(mine, {"manager_id": whose.id}))


def may_write(team_id: int) -> bool:
    """Tell whether the manager may change what belongs to this team."""
    return any(mine.team.id == team_id and mine.may_write for mine in my_teams())


def owns(team_id: int) -> bool:
    """Tell whether this team is the manager's own."""
    return any(
        mine.team.id == team_id and mine.role == EDITORS[0] for mine in my_teams()
    )


def own_team_or_404(id: int, *, write: bool = False, owner: bool = False) -> Team:
    """Return the manager's team, or end with a 404; `owner` asks that it is owned."""
    for mine in my_teams():
        allowed = mine.role == EDITORS[0] if owner else mine.may_write or not write
        if mine.team.id == id and allowed:
            return mine.team
    abort(404)


def own(
    model: type[Row],
    *,
    write: bool = False,
    owner: bool = False,
    removed: bool = False,
    whose: Manager | None = None,
) -> Select[Row]:
    """Return the query for the rows of the manager's teams, to be narrowed further.

    `write` asks for more than the right to look, `owner` for the team to be owned;
    `removed` takes in rows that have been removed and can be put back. A command says
    `whose` they are, as nobody is signed in.
    """
    table: Any = model
    query: Select[Row] = (
        db.select(table)
        .join(Membership, Membership.team_id == table.team_id)
        .join(Team, Team.id == table.team_id)
        .where(
            Membership.manager_id == (whose or manager()).id,
            Team.removed_at.is_(None),
        )
    )
    if write or owner:
        query = query.where(Membership.role.in_(EDITORS[:1] if owner else EDITORS))
    if hasattr(table, "removed_at") and not removed:
        query = query.where(table.removed_at.is_(None))
    return query


def own_or_404(
    model: type[Row],
    id: int,
    *,
    write: bool = False,
    owner: bool = False,
    removed: bool = False,
) -> Row:
    """Return the row of one of the manager's teams, or end with a 404.

    The one door to a row by id; what else is asked is as in `own`.
    """
    table: Any = model
    row: Row | None = db.session.scalar(
        own(model, write=write, owner=owner, removed=removed).where(table.id == id)
    )
    if row is None:
        abort(404)
    return row


def settled_or_404(row: Row) -> Row:
    """Return `row` as whoever clicked before left it, or end with a 404 if it is gone.

    Others wait for it until this transaction ends.
    """
    table: Any = type(row)
    found: Row | None = db.session.scalar(
        db.select(table)
        .where(table.id == row.id)  # type: ignore[attr-defined]
        .with_for_update(of=table)
        .execution_options(populate_existing=True)
    )
    if found is None:
        abort(404)
    return found


def own_ids_or_404(
    model: type[Row], wanted: Iterable[str], *, removed: bool = False
) -> list[int]:
    """Return which of the ids sent are the manager's to change; a 404 if none is.

    Others may have gone meanwhile, which is no reason to refuse the rest.
    """
    table: Any = model
    ids = {int(id) for id in wanted if re.fullmatch(IdConverter.regex, id)}
    if len(ids) > MOST_AT_ONCE:
        abort(422)
    rows = own(model, write=True, removed=removed).where(
        table.id.in_(id for id in ids if id <= MOST_ID)
    )
    mine = list(db.session.scalars(rows.with_only_columns(table.id)))
    if not mine:
        abort(404)
    return mine


def own_pair_or_404(
    employee_id: int, task_id: int, *, write: bool = False
) -> tuple[Employee, Task]:
    """Return a person and a task of one team of the manager's, or end with a 404.

    `write` asks also that something can still change between the two.
    """
    employee = own_or_404(Employee, employee_id, write=write)
    task = own_or_404(Task, task_id, write=write)
    if employee.team_id != task.team_id or (write and not is_open(employee, task)):
        abort(404)
    return employee, task


class Here(NamedTuple):
    """An agreement, with the person and the task that it is about."""

    agreement: Agreement
    employee: Employee
    task: Task


def own_agreement_or_404(
    agreement_id: int, *, write: bool = False, ends: bool = False
) -> Here:
    """Return the manager's agreement, of a person and a task that are still there.

    To end it (`ends`) is still possible where someone has left. Of saves at the same
    moment the second sees what the first left behind.
    """
    agreement = own_or_404(Agreement, agreement_id, write=write or ends)
    if (write or ends) and request.method == "POST":
        settled_or_404(agreement)
    pair = own_pair_or_404(agreement.employee_id, agreement.task_id, write=write)
    return Here(agreement, *pair)


def is_open(employee: Employee, task: Task) -> bool:
    """Tell whether the person is still there and the task is not put away."""
    return not employee.has_left(i18n.today()) and task.archived_at is None


def own_present_or_404(employee_id: int) -> Employee:
    """Return someone who is still there, to rate; a 404 where that is not so."""
    employee = own_or_404(Employee, employee_id, write=True)
    if employee.has_left(i18n.today()):
        abort(404)
    return employee
