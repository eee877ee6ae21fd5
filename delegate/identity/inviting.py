"""Invitations: for one address, to an account and perhaps a team, and taken up once.

Knows who may have what, and not the pages that ask for it; whether someone may invite
is decided there.
"""

from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, select

from .. import i18n
from ..addresses import outside
from ..models import ROLES, Link, Manager, Membership, Team, db
from . import letters, links, mail
from .accounts import normal_address

_OWNER, EDITOR, VIEWER = ROLES
WHO_INVITES = {
    None: _("%(who)s invites you to Delegate."),
    EDITOR: _(
        "%(who)s invites you to Delegate, to work together on the team “%(team)s”: to "
        "rate, agree and change as they do, and also to export the team, give people "
        "copies and links, and remove people and tasks."
    ),
    VIEWER: _(
        "%(who)s invites you to Delegate, to look at the team “%(team)s”: to see what "
        "is written, and change nothing."
    ),
}
"""By what one may do in the team, None where it is to an account alone."""


class Invitation(NamedTuple):
    """One just made; `address` is shown once, and only where it was not mailed."""

    email: str
    address: str
    is_mailed: bool


def invite(
    email: str,
    by: Manager,
    lang: str = i18n.LANGUAGES[0],
    team_id: int | None = None,
    role: str | None = None,
) -> Invitation:
    """Add an invitation, commit it, and mail it where there is a mail server.

    `role` is one of ROLES, but for the owner's, where there is a team. An older open
    one for the same is revoked. Raises ValueError, in words, for what is no address.
    """
    email = normal_address(email)
    whose = {"manager_id": by.id, "team_id": team_id, "role": role}
    token = links.make("invitation", email=email, **whose)
    with i18n.speaking(lang):
        words = who_invites(by, team_id, role)  # Nothing is read once it is mailed.
    db.session.commit()
    address = outside("invitations.accept", token=token, lang=lang)
    is_mailed = mail.is_on() and letters.send_invitation(email, words, address, lang)
    return Invitation(email, address, is_mailed)


def who_invites(by: Manager, team_id: int | None, role: str | None) -> str:
    """Return who invites, to which team, and what one may do there."""
    who = f"{by.name} ({by.email})" if by.name else by.email
    team = db.session.get_one(Team, team_id).name if team_id else ""
    return str(WHO_INVITES[role]) % {"who": who, "team": team}


def open_ones() -> Select[Link]:
    """Return the query for the invitations that can be taken up, newest first."""
    return links.still_open().where(Link.kind == "invitation").order_by(Link.id.desc())


def to(email: str, team_id: int | None) -> Select[Link]:
    """Return the query for the open one that another to the same would revoke."""
    return open_ones().where(Link.email == email, Link.team_id == team_id)


def just_made() -> Any:
    """Say to whom made one a moment ago, in a click before or another tab."""
    return gettext(
        "An invitation to this address was made just now, and its link opens. Invite "
        "once more for a new link; the one before then opens nothing."
    )


def account_of(link: Link) -> Manager | None:
    """Return the account that has the address invited, if there is one."""
    return db.session.scalar(select(Manager).where(Manager.email == link.email))


def accept(link: Link, manager: Manager) -> bool:
    """Use up `link` for this manager and add the membership. The caller commits.

    False where it was used up already. A member stays what they were.
    """
    if not links.use(link):
        return False
    if link.team_id and not db.session.get(Membership, (link.team_id, manager.id)):
        db.session.add(
            Membership(team_id=link.team_id, manager_id=manager.id, role=link.role)
        )
    return True
