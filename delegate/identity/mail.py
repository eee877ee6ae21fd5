"""Mail out, in plain text, through the server that the settings name.

The standard library does it, because Flask-Mail waits for ever for a server that does
not answer, and takes any certificate. Knows nothing of what is written or to whom.
"""

import os
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from threading import Thread
from typing import Any

from flask import Flask, current_app

YES = ("1", "on", "true", "yes")
SECONDS = 10
"""How long a server may take to answer."""


def settings() -> dict[str, Any]:
    """Return what the environment says of the mail server.

    MAIL_SERVER    its name; nothing is mailed if not set
    MAIL_PORT      587 with MAIL_USE_TLS, 465 with MAIL_USE_SSL, else 25
    MAIL_USE_TLS   "true": encrypted once connected; MAIL_USE_SSL: from the start
    MAIL_USERNAME  and MAIL_PASSWORD, where it wants to know who sends
    MAIL_FROM      the address that mail comes from
    """
    env = os.environ.get
    secure = {name: env(name, "").lower() in YES for name in TLS}
    usual = 465 if secure["MAIL_USE_SSL"] else 587 if secure["MAIL_USE_TLS"] else 25
    return {
        **{name: env(name) or None for name in PLAIN},
        **secure,
        "MAIL_PORT": int(env("MAIL_PORT") or usual),
    }


PLAIN = ("MAIL_SERVER", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_FROM")
TLS = ("MAIL_USE_TLS", "MAIL_USE_SSL")


def init_app(app: Flask) -> None:
    """Offer `mail_is_on` to templates.

    Raises RuntimeError where mail would come from nobody, or lead to whatever address
    the request was made to.
    """
    for name in ("MAIL_FROM", "PUBLIC_URL"):
        if app.config["MAIL_SERVER"] and not app.config[name]:
            raise RuntimeError(f"MAIL_SERVER is set: set {name} too.")
    app.jinja_env.globals["mail_is_on"] = is_on


def is_on() -> bool:
    return bool(current_app.config["MAIL_SERVER"])


def send(to: str, subject: str, text: str) -> bool:
    """Mail `text` and tell whether the server took it; the log says why not.

    Raises ValueError where `to` or `subject` is no single line.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return can_go_to(to) and deliver(app, letter(to, subject, text))


def send_aside(to: str, subject: str, text: str) -> None:
    """Mail `text` while the answer goes out, whose time then tells nothing of it."""
    if not can_go_to(to):
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    args = (app, letter(to, subject, text))
    Thread(target=deliver, args=args, name="mail").start()


def can_go_to(to: str) -> bool:
    """Tell whether mail can bear this address: before the @ it takes ASCII alone."""
    if to.rpartition("@")[0].isascii():
        return True
    current_app.logger.error("a mail was not sent: its address cannot be mailed")
    return False


def letter(to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def deliver(app: Flask, message: EmailMessage) -> bool:
    try:
        with connection(app.config) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        app.logger.error("a mail was not sent", exc_info=error)
        return False
    return True


def connection(config: dict[str, Any]) -> smtplib.SMTP:
    where = (config["MAIL_SERVER"], config["MAIL_PORT"])
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if config["MAIL_USE_SSL"]:
        server = smtplib.SMTP_SSL(*where, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=SECONDS)
    if config["MAIL_USE_TLS"]:
        server.starttls(context=context)
    if config["MAIL_USERNAME"]:
        server.login(config["MAIL_USERNAME"], config["MAIL_PASSWORD"] or "")
    return server
