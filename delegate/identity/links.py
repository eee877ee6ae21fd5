"""Doors by link: a page for whoever holds its token, and needs no account.

The token is shown once, to whoever makes the link; the database keeps only its hash,
and a link is found by that hash in one query. Unknown, malformed, expired, revoked and
used up look the same from outside. What lies behind a door is its page's to know:
nothing here knows of people's texts, of sign-in, or of who is signed in.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NoReturn, TypeVar

from flask import abort, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, or_, select, update

from .. import i18n
from ..addresses import TOKEN
from ..models import Employee, Link, Manager, Team, db, utc_now

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

BYTES = 32
"""How much chance there is in a token: 256 bits."""

LASTS: Mapping[str, timedelta | None] = {
    "invitation": timedelta(days=14),
    "own_view": timedelta(days=14),
    "team_code": timedelta(days=14),
    "calendar": None,
}
"""How long a link of each kind opens something; None is until it is revoked."""

OPEN_WHEN_USED = ("own_view",)
"""Where something was sent once, and the link goes on to show what was received."""

ONE_FOR = {
    "invitation": (Link.email, Link.team_id),
    "own_view": (Link.employee_id,),
    "calendar": (Link.manager_id, Link.team_id),
}
"""What there is one open link for: a newer one revokes the older."""

LEAST_ANSWERS = 4
"""Below this many nothing is shown of what a team answered: it would name someone."""


class TooFewPeople(Exception):
    """A team so small that an answer without a name is still somebody's."""


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make(kind: str, **whose: Any) -> str:
    """Add a link and return its token, to show once. The caller commits.

    `whose` are columns of Link. An older open link for the same is revoked.
    """
    older = [column == whose.get(column.key) for column in ONE_FOR.get(kind, ())]
    if older:
        revoke_all(select(Link).where(Link.kind == kind, *older))
    return add(kind, **whose)


def add(kind: str, **whose: Any) -> str:
    token = secrets.token_urlsafe(BYTES)
    lasts = LASTS[kind]
    ends = utc_now() + lasts if lasts else None
    db.session.add(Link(kind=kind, token_hash=digest(token), expires_at=ends, **whose))
    return token


def make_codes(team_id: int, people: int) -> list[str]:
    """Add a code for each of a team's people and return them. The caller commits.

    No code is tied to a name. Older codes are revoked. Raises TooFewPeople where the
    team has fewer people than LEAST_ANSWERS.
    """
    if people < LEAST_ANSWERS:
        raise TooFewPeople
    codes = select(Link).where(Link.kind == "team_code", Link.team_id == team_id)
    revoke_all(codes)
    now = utc_now()
    return [add("team_code", team_id=team_id, created_at=now) for _ in range(people)]


def still_open() -> Select[Link]:
    """Return the query for the links that open something now."""
    opens = or_(Link.used_at.is_(None), Link.kind.in_(OPEN_WHEN_USED))
    return not_over().where(opens)


def not_over() -> Select[Link]:
    """Return the query for those, and for such as only their use has closed."""
    return (
        select(Link)
        .outerjoin(Team, Team.id == Link.team_id)
        .outerjoin(Employee, Employee.id == Link.employee_id)
        .outerjoin(Manager, Manager.id == Link.manager_id)
        .where(
            Link.revoked_at.is_(None),
            or_(Link.expires_at.is_(None), Link.expires_at > utc_now()),
            Team.removed_at.is_(None),
            Employee.removed_at.is_(None),
            or_(
                Employee.left_on.is_(None),
                Employee.left_on > i18n.today(),
                Link.used_at.is_not(None),
            ),
            func.coalesce(Manager.active, True),
        )
    )


def expired(by: datetime) -> Select[Link]:
    """Return the query for the links that were past their end, or revoked, by then."""
    return select(Link).where(or_(Link.expires_at <= by, Link.revoked_at <= by))


def found_or_404(kind: str, token: str) -> Link:
    """Return the open link of `token`, or end with the page that all others get."""
    link: Link | None = None
    if TOKEN.fullmatch(token):
        this = (Link.token_hash == digest(token), Link.kind == kind)
        link = db.session.scalar(still_open().where(*this))
    if link is None:
        end_closed()
    return link


def end_closed() -> NoReturn:
    """End with the page of every link that opens nothing."""
    abort(make_response(render_template("links/closed.html"), 404))


def use(link: Link) -> bool:
    """Mark `link` as used; False where that was done already. The caller commits.

    Of saves at the same moment one gets True, on either database. Of a code is not
    kept when it was used: that could tell whose it was.
    """
    used_at = link.created_at if link.kind == "team_code" else utc_now()
    done = db.session.execute(
        update(Link)
        .where(
            Link.id == link.id,
            Link.used_at.is_(None),
            Link.revoked_at.is_(None),
        )
        .values(used_at=used_at)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def revoke(link: Link) -> None:
    """Let `link` open nothing any more. The caller commits."""
    link.revoked_at = link.revoked_at or utc_now()


def revoke_all(links: Select[Link]) -> None:
    """Let nothing come in by these links any more. The caller commits.

    One that shows what was received goes on to: its sender was told until when.
    """
    takes_in = or_(Link.used_at.is_(None), Link.kind.not_in(OPEN_WHEN_USED))
    found = links.where(Link.revoked_at.is_(None), takes_in).order_by(Link.id)
    for link in db.session.scalars(found.with_for_update(of=Link, key_share=True)):
        revoke(link)


def door(kind: str) -> Callable[[View], View]:
    """Open a view to whoever holds a token of this kind; it is given the link.

    The view's address ends in `<token>`, or has it as a part. It needs no sign-in, and
    knows of none: `sessions` opens no manager's session at an address with a token.
    """

    def opened_by_link(view: View) -> View:
        @wraps(view)
        def opened(token: str, **rest: Any) -> ResponseReturnValue:
            return view(found_or_404(kind, token), **rest)

        opened.is_public = True  # type: ignore[attr-defined]
        opened.door = kind  # type: ignore[attr-defined]
        return opened  # type: ignore[return-value]

    return opened_by_link
