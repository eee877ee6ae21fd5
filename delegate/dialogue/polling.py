"""What a team is asked by codes that belong to nobody, and what is told of it.

Answers are counted, never kept one by one. What was counted is told when its round is
over, and only from LEAST_ANSWERS up: who could look after each answer would read each
one apart. No rule reads any of it. Knows no requests and no words.
"""

from collections.abc import Collection, Mapping, Sequence
from random import SystemRandom
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from ..database import VersionConflict, lock
from ..identity import links
from ..models import CONDITIONS, Link, Team, TeamConditions, TeamRound, db, utc_now

KIND = "team_code"
MANY = 2
"""From so many conditions that are missing, the team comes before any person."""


class Heard(NamedTuple):
    """What stands about a team: what the manager says, and the newest round to see."""

    row: TeamConditions | None
    round: TeamRound | None

    @property
    def missing(self) -> list[str]:
        """The conditions that the manager says no to, or half of who answered."""
        return [name for name in CONDITIONS if self.is_no(name)]

    @property
    def actions(self) -> list[str]:
        """What the manager does about what is missing."""
        texts = (getattr(self.row, f"{name}_action", "") for name in self.missing)
        return [text for text in texts if text]

    @property
    def comes_first(self) -> bool:
        """Whether so much is missing that no person is to be looked at before it."""
        return len(self.missing) >= MANY

    def is_no(self, name: str) -> bool:
        return getattr(self.row, name, None) is False or self.team_misses(name)

    def team_misses(self, name: str) -> bool:
        return self.round is not None and team_says_no(self.round, name)


def team_says_no(round: TeamRound, name: str) -> bool:
    return 2 * noes(round, name) >= round.answers


def noes(round: TeamRound, name: str) -> int:
    count: int = getattr(round, f"{name}_no")
    return count


def heard(team_id: int) -> Heard:
    """Return what stands about a team, in one query."""
    team = aliased(Team)
    row = db.session.execute(
        select(TeamConditions, TeamRound)
        .select_from(team)
        .outerjoin(TeamConditions, TeamConditions.team_id == team.id)
        .outerjoin(TeamRound, TeamRound.id == newest_told(team_id))
        .where(team.id == team_id)
    ).one()
    return Heard(*row)


def newest_told(team_id: int) -> ScalarSelect[int]:
    """Return the query, for use in another, for the newest round that may be told."""
    newest = select(func.max(TeamRound.id)).where(told(team_id))
    return newest.correlate(None).scalar_subquery()


def told(team_id: int) -> ColumnElement[bool]:
    """Return the condition on a round that its counts may be told."""
    other = aliased(TeamRound)
    newest = select(func.max(other.id)).where(other.team_id == team_id)
    over = or_(
        TeamRound.id != newest.scalar_subquery(),
        ~open_codes(team_id).exists(),
    )
    return (
        (TeamRound.team_id == team_id)
        & (TeamRound.answers >= links.LEAST_ANSWERS)
        & over
    )


def open_codes(team_id: int) -> Any:
    """Return the query for the codes of a team that can still be answered with."""
    return links.still_open().where(Link.kind == KIND, Link.team_id == team_id)


def still_good(team_id: int, codes: Collection[str]) -> list[str]:
    """Return which of `codes` are of the round that is on in this team, as they come.

    Also one that was answered with: what is printed twice must not tell who answered.
    """
    hashes = {links.digest(code): code for code in codes}
    found = select(Link.token_hash).where(
        Link.kind == KIND,
        Link.team_id == team_id,
        Link.token_hash.in_(hashes),
        Link.revoked_at.is_(None),
        Link.expires_at > utc_now(),
    )
    kept = set(db.session.scalars(found))
    return [code for hash, code in hashes.items() if hash in kept]


def rounds(team_id: int) -> Sequence[TeamRound]:
    """Return the rounds that may be told, newest first."""
    found = select(TeamRound).where(told(team_id)).order_by(TeamRound.id.desc())
    return db.session.scalars(found).all()


def ends_at(team_id: int) -> Any:
    """Return until when the round that is on lasts; None where none is."""
    codes = open_codes(team_id).with_only_columns(func.max(Link.expires_at))
    return db.session.scalar(codes)


def newest(team_id: int) -> TeamRound | None:
    """Return the last round; of one that is not told only how many codes it had."""
    mine = select(TeamRound).where(TeamRound.team_id == team_id)
    return db.session.scalar(mine.order_by(TeamRound.id.desc()).limit(1))


def seen(round: TeamRound | None) -> str:
    """Return what a page keeps of the newest round that it was made upon."""
    return str(round.id) if round else "none"


def ask(team: Team, people: int, manager_id: int, upon: str) -> list[str]:
    """Begin a round and return its codes, to show once. The caller commits.

    It ends the round before; one that could not be told is forgotten. The codes come
    in an order that no row has. `upon` is the round that was `seen`. Raises
    VersionConflict where there is a newer one, and TooFewPeople.
    """
    lock(team)  # Of two clicks the second sees the round of the first.
    if upon != seen(newest(team.id)):
        raise VersionConflict(team)
    codes = links.make_codes(team.id, people)
    db.session.flush()
    untold = TeamRound.answers < links.LEAST_ANSWERS
    db.session.execute(delete(TeamRound).where(TeamRound.team_id == team.id, untold))
    db.session.add(TeamRound(team_id=team.id, asked_by_id=manager_id, codes=people))
    return SystemRandom().sample(codes, len(codes))


def count(code: Link, answered_no: Collection[str]) -> bool:
    """Count one answer in its round; False where the code was used already.

    The caller commits, which uses the code and counts at once, or rolls back.
    """
    if not links.use(code):
        return False
    newest = select(func.max(TeamRound.id)).where(TeamRound.team_id == code.team_id)
    done = db.session.execute(
        update(TeamRound)
        .where(TeamRound.id == newest.scalar_subquery())
        .values(answers=TeamRound.answers + 1, **added(answered_no))
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def added(answered_no: Collection[str]) -> Mapping[str, Any]:
    columns = (f"{name}_no" for name in CONDITIONS if name in answered_no)
    return {column: getattr(TeamRound, column) + 1 for column in columns}


def end(team: Team) -> bool:
    """End the round that is on; False where too few answered, and it goes on.

    The caller commits, or rolls back.
    """
    lock(team)
    links.revoke_all(open_codes(team.id))
    db.session.flush()  # Whoever answers right now is counted before we look.
    last = newest(team.id)
    return last is not None and last.answers >= links.LEAST_ANSWERS
