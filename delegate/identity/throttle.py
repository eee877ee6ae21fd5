"""How often a secret may be guessed at, or a mail be sent: counted in the database.

So it holds over restarts and for all workers together; on a keyed hash, so that no
address is written down. A count ends a while after its first try, however many follow:
whoever is under attack gets in again. Knows nothing of what is guessed at.

    throttle.count(account, network)    one try more; a 429 where it is one too many
    throttle.take_back(network)         that try was no guess
    throttle.clear(account)             the secret was known: begin anew
"""

import hashlib
import hmac
from datetime import timedelta
from typing import Any, NamedTuple

from flask import current_app, request
from sqlalchemy import case, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.exceptions import TooManyRequests

from ..database import writing
from ..models import Tries, db, utc_now

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_NETWORK = 50
HOUR = timedelta(hours=1)
MAILS = 30
"""Most mails to other people that one manager sends in an hour."""

INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Counted(NamedTuple):
    """What tries are counted of, and how many there may be within what time."""

    key: str
    most: int
    within: timedelta = WINDOW


def by_account(secret: str, account: str) -> Counted:
    """Count the tries at one `secret` ("password", "code") of one account.

    `account` is whatever names it, an e-mail address that nobody has as well.
    """
    return Counted(keyed(secret, "account", account.strip().lower()), PER_ACCOUNT)


def by_network(secret: str) -> Counted:
    """Count the tries at any account's `secret` from where this request comes from."""
    return Counted(keyed(secret, "network", request.remote_addr or ""), PER_NETWORK)


def by_sender(manager_id: int) -> Counted:
    """Count the mails that a manager lets go out to addresses of their choice."""
    return Counted(keyed("mail", "sender", str(manager_id)), MAILS, HOUR)


def keyed(*parts: str) -> str:
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.digest(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hex()


def count(*tried: Counted) -> None:
    """Count one try of each, in a transaction beside the request's own, which is ended.

    Called before the secret is looked at, so that tries at the same time all count.
    Raises TooManyRequests, with the seconds to wait, where there were too many.
    """
    for key, most, within in tried:
        tries, wait = add(key, within)
        if tries > most:
            raise TooManyRequests(retry_after=wait)


def add(key: str, within: timedelta = WINDOW) -> tuple[int, int]:
    """Return the tries with this one, and the seconds until they are forgotten.

    Each key has a transaction of its own: who holds one lock waits for no other.
    """
    now = utc_now()
    over = Tries.until <= now
    query = INSERT[db.engine.dialect.name](Tries)
    values = {"count": 1, "until": now + within}
    kept = {"count": Tries.count + 1, "until": Tries.until}
    query = query.values(key=key, **values).on_conflict_do_update(
        index_elements=[Tries.key],
        set_={name: case((over, values[name]), else_=kept[name]) for name in values},
    )
    with writing() as connection:
        row = connection.execute(query.returning(Tries.count, Tries.until)).one()
    return row[0], int((row[1] - now).total_seconds())


def take_back(*tried: Counted) -> None:
    """Forget one try of each."""
    for key, *_bounds in tried:
        with writing() as connection:
            connection.execute(
                update(Tries).where(Tries.key == key).values(count=Tries.count - 1)
            )


def clear(*tried: Counted) -> None:
    """Forget every try of each, and whatever was tried too long ago to matter."""
    old = or_(Tries.key.in_(key for key, *_bounds in tried), Tries.until <= utc_now())
    with writing() as connection:
        connection.execute(delete(Tries).where(old))
