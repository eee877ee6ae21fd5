"""The log: one line an event, with the number of the request it belongs to.

Fit to be kept and sent elsewhere: it names no one and quotes nothing that was written.
A request is its method, the rule of its route, what came of it and how long it took;
never its address, its form or its cookies. A fault is its kinds, the codes of the
database and of the system, and where in the program it was; never its message, because
that quotes values. Of what a library says, only the words that stand in its code.

A request's number stands on the pages that tell of an error, and goes out with every
answer, so that a person and the log can be brought together.
"""

import json
import logging
import os
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    request,
    request_finished,
    request_started,
    session,
)
from sqlalchemy import inspect

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
KEPT = "delegate.request_id"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OURS = f"{Path(__file__).parent}{os.sep}"
REQUESTS = logging.getLogger("delegate.requests")


def init_app(app: Flask) -> None:
    """Write to standard error, unless whoever started us has arranged it already.

    JSON, with a line for every request, or text without them: LOG_FORMAT says which,
    and where it is not set a terminal gets text.
    """
    chosen = app.config["LOG_FORMAT"] or ("text" if sys.stderr.isatty() else "json")
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATS.get(chosen, Json)())
    logging.basicConfig(handlers=[handler])
    app.logger.setLevel(logging.INFO)
    REQUESTS.setLevel(logging.INFO if chosen == "json" else logging.WARNING)

    request_started.connect(begin, app)
    request_finished.connect(write_request, app)
    app.after_request(add_number)
    app.jinja_env.globals["request_id"] = request_id


def request_id() -> str:
    """Return the number of this request: the proxy's in front of us, or a new one."""
    environ = request.environ
    if KEPT not in environ:
        given = request.headers.get(HEADER, "")
        believed = current_app.config["TRUSTED_PROXIES"] and GIVEN.fullmatch(given)
        environ[KEPT] = given if believed else secrets.token_hex(8)
    return str(environ[KEPT])


def begin(_app: Flask, **_more: Any) -> None:
    g.began = time.perf_counter()


def add_number(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response


def write_request(_app: Flask, response: Response, **_more: Any) -> None:
    rule = request.url_rule
    facts = {
        "method": request.method if request.method in METHODS else None,
        "route": rule.rule if rule else None,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1),
        "manager": manager_id(),
    }
    REQUESTS.info("request", extra={"facts": facts})


def manager_id() -> int | None:
    """Return whose session this is, without asking the database again."""
    manager = getattr(session, "manager", None)
    identity = inspect(manager).identity if manager else None
    return identity[0] if identity else None


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what may be written of an event; nothing that is None or empty."""
    at = datetime.fromtimestamp(record.created, UTC)
    facts = {
        "time": at.isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": words(record),
        "request": request_id() if has_request_context() else None,
        **getattr(record, "facts", {}),
    }
    if record.exc_info and record.exc_info[1]:
        facts |= fault(record.exc_info[1])
    return {name: fact for name, fact in facts.items() if fact not in (None, [])}


def words(record: logging.LogRecord) -> str:
    """Return our own message; a library's as it stands in its code, or where it is.

    One without arguments may have been put together before, of anything.
    """
    if record.pathname.startswith(OURS):
        return record.getMessage()
    return str(record.msg) if record.args else f"{record.module}:{record.lineno}"


def fault(error: BaseException) -> dict[str, Any]:
    """Return the kinds of `error` and of what caused it, their codes, and where."""
    chain = list(causes(error))
    return {
        "kinds": [f"{type(one).__module__}.{type(one).__qualname__}" for one in chain],
        "codes": [code for one in chain for code in codes(one)],
        "where": [place for one in reversed(chain) for place in places(one)],
    }


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error` and what it came from, back to the first."""
    while error:
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


def codes(error: BaseException) -> list[str]:
    """Return what the system and the databases call it, and the constraint it broke."""
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    number = error.errno if isinstance(error, OSError) else None
    found = (
        getattr(error, "sqlstate", None),
        getattr(error, "sqlite_errorname", None),
        constraint,
        os.strerror(number) if number else None,
    )
    return [str(code) for code in found if code]


def places(error: BaseException) -> list[str]:
    """Return where it passed through our own code, and where it began."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if frame.filename.startswith(OURS)]
    return [
        f"{short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in [*ours[-20:], *frames[-1:]]
    ]


def short(filename: str) -> str:
    """Return a path from the package on, of ours or of a library."""
    after = filename.rpartition(f"site-packages{os.sep}")[2]
    return after.removeprefix(str(Path(OURS).parent) + os.sep)


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts_of(record))


class Text(logging.Formatter):
    """The same for a terminal, to be read at a glance."""

    def format(self, record: logging.LogRecord) -> str:
        facts = facts_of(record)
        where = "".join(f"\n    {place}" for place in facts.pop("where", []))
        return " ".join(map(str, facts.values())) + where


FORMATS = {"json": Json, "text": Text}
