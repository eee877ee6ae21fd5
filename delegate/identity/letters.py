"""What is mailed about an account, and the links in it that nobody else can make.

A link to an account's owner is signed and ends; it says whose it is and upon what it
was made, so that it opens nothing once that has changed. An invitation is one of
`links`. Nothing of what is kept about people is ever mailed.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import Any

from flask import current_app
from flask_babel import gettext, ngettext
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import TooManyRequests

from .. import i18n, wording
from ..addresses import outside
from ..models import Manager, db
from . import links, mail, throttle

LASTS = {"password": timedelta(days=1), "address": timedelta(days=2)}
"""How long a link of each kind opens something."""


def token(kind: str, manager: Manager, email: str = "") -> str:
    """Return a token of `kind` for this manager, about this address perhaps."""
    return signer(kind).dumps([manager.id, state(kind, manager), email])


def opened_or_404(kind: str, token: str) -> tuple[Manager, str]:
    """Return whose token it is and the address in it, or end as `links` would."""
    found = opened(kind, token)
    if found is None:
        links.end_closed()
    return found


def opened(kind: str, token: str) -> tuple[Manager, str] | None:
    seconds = int(LASTS[kind].total_seconds())
    try:
        id, made_upon, email = signer(kind).loads(token, max_age=seconds)
    except BadData:
        return None
    # Of two clicks the second waits here, and then sees what the first one did.
    manager = db.session.get(
        Manager, id, with_for_update={"key_share": True}, populate_existing=True
    )
    if manager is None or not manager.active or state(kind, manager) != made_upon:
        return None
    return manager, email


def signer(kind: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=kind)


def state(kind: str, manager: Manager) -> str:
    """Return what a token was made upon: with another one it opens nothing."""
    now = [manager.fs_uniquifier, manager.email]
    if kind == "password":
        now.append(manager.password)
    return hashlib.sha256(" ".join(now).encode()).hexdigest()


def password_link(manager: Manager) -> str:
    """Return the address at which this manager can set a password, for a day, once."""
    return outside("recovery.reset", token=token("password", manager))


def send_password_link(manager: Manager) -> None:
    mail.send_aside(
        manager.email,
        gettext("A new password for Delegate"),
        written(
            gettext("Someone asked for a new password for your account in Delegate."),
            gettext("If that was you, set it here within a day:"),
            password_link(manager),
            gettext("If it was not, do nothing: your password stays as it is."),
        ),
    )


def send_address_link(manager: Manager, email: str) -> None:
    """Ask whoever reads mail to `email` to say that it is theirs."""
    mail.send_aside(
        email,
        gettext("Is this your address?"),
        written(
            gettext("An account in Delegate is to have this e-mail address."),
            gettext("If it is yours, say so here within two days:"),
            outside("address.confirm", token=token("address", manager, email)),
            gettext("If it is not, do nothing: the address is not used then."),
        ),
    )


def send_invitation(email: str, words: str, address: str, lang: str) -> bool:
    """Mail the `address` of an invitation; tell whether the mail server took it.

    `words` say who invites. The subject bears nothing that anyone typed.
    """
    with i18n.speaking(lang):
        subject = gettext("An invitation to Delegate")
        text = written(
            words,
            wording.DELEGATE,
            gettext("Take it up here within 14 days:"),
            address,
            gettext("The link works once. If you expected nothing, do nothing."),
        )
    return mail.send(email, subject, text)


def send_reminder(email: str, due: Mapping[str, int]) -> bool:
    """Mail how much is due; tell whether the mail server took it.

    In both languages, because nobody is there whose language could be known.
    """
    subjects, texts = [], []
    for lang in i18n.LANGUAGES:
        with i18n.speaking(lang):
            subjects.append(gettext("What is due today"))
            texts.append(reminder(due))
    return mail.send(
        email, f"Delegate: {' · '.join(subjects)}", "\n---\n\n".join(texts)
    )


def reminder(due: Mapping[str, int]) -> str:
    words = {
        "talks": lambda num: ngettext(
            "%(num)d one-on-one today", "%(num)d one-on-ones today", num
        ),
        "look_backs": lambda num: ngettext(
            "%(num)d agreement to look back on",
            "%(num)d agreements to look back on",
            num,
        ),
        "check_ins": lambda num: ngettext("%(num)d check-in", "%(num)d check-ins", num),
        "actions": lambda num: ngettext(
            "%(num)d thing you said you would do",
            "%(num)d things you said you would do",
            num,
        ),
    }
    return written(
        gettext("This is due in Delegate today, or was before:"),
        "\n".join(f"- {words[kind](num)}" for kind, num in due.items()),
        gettext("With whom and about what, you find here:"),
        outside("today.index"),
        gettext("To get no such mail any more:"),
        outside("calendar.index"),
    )


def too_many(sender: Manager) -> str:
    """Count a mail that `sender` is about to send; return, in words, why not, if not.

    Ends the transaction. Nothing is counted where nothing can be mailed.
    """
    if not mail.is_on():
        return ""
    try:
        throttle.count(throttle.by_sender(sender.id))
    except TooManyRequests as error:
        minutes = ceil(int(str(error.retry_after)) / 60)
        words: str = ngettext(
            "Nothing was mailed: these are more mails than go out in an hour. Try again"
            " in about %(num)d minute.",
            "Nothing was mailed: these are more mails than go out in an hour. Try again"
            " in about %(num)d minutes.",
            minutes,
        )
        return words
    return ""


def written(*paragraphs: Any) -> str:
    return "\n\n".join(map(str, paragraphs)) + "\n"
