"""What a reader sees when something cannot be done: what it was, and what to do now."""

from math import ceil

from flask import (
    Flask,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException, SecurityError, TooManyRequests

from . import access, addresses
from .models import db

WORDS = {
    400: (_("This request could not be read"), _("Go back and try again.")),
    403: (_("This is not allowed"), _("Sign in with another account, or go back.")),
    404: (
        _("There is nothing here"),
        _(
            "The address is wrong, or what was here has been removed or is not shared "
            "with you any more."
        ),
    ),
    405: (_("This address works in another way"), _("Go back and use the button.")),
    413: (
        _("That is too much at once"),
        _("At most 5 MB can be sent. Split it and send the parts."),
    ),
    422: (
        _("That is too many at once"),
        _("At most 1,000 can be changed at once. Choose fewer, and do the rest after."),
    ),
    503: (
        _("Not saved"),
        _("The disk is full or the database is busy. Go back and save again later."),
    ),
}
OTHER = (
    _("Something went wrong"),
    _("It is our fault, not yours. Go back and try again."),
)
FOREIGN_KEY = "23503"
"""What PostgreSQL calls a row whose other end is gone."""

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
OLD_FORM = (
    _("This page was open too long"),
    _("Go back, copy what you typed, reload the page and save it again."),
)


SIGNED_OUT = (
    _("Not saved: you are signed out"),
    _(
        "What you typed is still on the page before this one. Sign in again in another "
        "tab first; then go back here, copy it, reload the page and save it again."
    ),
)


def init_app(app: Flask) -> None:
    """Show every error as a page in the reader's language, without internals."""
    app.before_request(refuse_other_than_forms)
    app.register_error_handler(CSRFError, show_old_form)
    app.register_error_handler(TooManyRequests, show_wait)
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(SecurityError, refuse_host)
    app.register_error_handler(OperationalError, show_unsaved)
    app.register_error_handler(NoResultFound, show_gone)
    app.register_error_handler(ObjectDeletedError, show_gone)
    app.register_error_handler(IntegrityError, show_refused)
    app.register_error_handler(Exception, show_fault)


def refuse_other_than_forms() -> None:
    """Take what a form sends, and nothing else: the fields count on text in them."""
    if request.mimetype and request.mimetype not in FORMS:
        abort(415)


def page(code: int, words: tuple[object, object]) -> ResponseReturnValue:
    title, advice = words
    return render_template("error.html", heading=title, advice=advice), code


def show(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if error.code == 405 and request.method in addresses.READING:
        return redirect(addresses.page_here(), 303)
    words = WORDS.get(error.code, WORDS[400] if error.code < 500 else OTHER)
    return page(error.code, words)


def refuse_host(error: SecurityError) -> ResponseReturnValue:
    """Answer in a word: under a name that is not ours no page has an address."""
    return str(WORDS[400][0]), 400, {"Content-Type": "text/plain; charset=utf-8"}


def show_old_form(error: CSRFError) -> ResponseReturnValue:
    is_known = current_user.is_authenticated
    is_open = access.is_public(current_app, request.endpoint)
    return page(400, OLD_FORM if is_known or is_open else SIGNED_OUT)


def show_wait(error: TooManyRequests) -> ResponseReturnValue:
    seconds = int(str(error.retry_after or 60))
    advice = ngettext(
        "Try again in about %(num)d minute.",
        "Try again in about %(num)d minutes.",
        ceil(seconds / 60),
    )
    answer = make_response(page(429, (_("Too many tries"), advice)))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def show_unsaved(error: OperationalError) -> ResponseReturnValue:
    db.session.rollback()
    log(error)
    return page(503, WORDS[503])


def show_gone(error: Exception) -> ResponseReturnValue:
    """Answer a save of what someone else erased while it waited."""
    db.session.rollback()
    return page(404, WORDS[404])


def show_refused(error: IntegrityError) -> ResponseReturnValue:
    is_gone = getattr(error.orig, "sqlstate", "") == FOREIGN_KEY
    return show_gone(error) if is_gone else show_fault(error)


def show_fault(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    log(error)
    return page(500, OTHER)


def log(error: Exception) -> None:
    current_app.logger.error("%s", type(error).__name__, exc_info=error)
