"""From a finished document to what a reader gets: a file with a name that is safe.

What every page and command that prints shares. Knows no requests.
"""

import io
import os
import re
import secrets
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import Response, abort, make_response, render_template, send_file
from flask_babel import gettext

from . import i18n, paper
from .models import Employee, Manager, Task

PAPERS = ("a4", "letter")
"""The sizes of paper, as CSS calls them."""

LONGEST_NAME = 60
"""Characters of a person's name in the name of a file."""


def print_out(html: str, size: str) -> bytes:
    """Return `html` as a PDF; ends with a 503 where others are printing."""
    # Only now, as it takes as long to import as all the rest of the program.
    from . import pdf

    try:
        return pdf.to_pdf(html, size)
    except pdf.Busy:
        abort(busy())


def busy() -> Response:
    page = render_template(
        "error.html",
        heading=gettext("Someone else is printing"),
        advice=gettext("Go back and try again in a moment."),
    )
    return make_response(page, 503, {"Retry-After": "10"})


def plan(
    employee: Employee,
    manager: Manager,
    ticked: Sequence[Task] = (),
    learning: str = "",
) -> str:
    """Return the shared plan as a document to print, in the language spoken now."""
    content = paper.plan(employee, manager, ticked=ticked, learning=learning)
    return render_template("plan/print.html", plan=content)


def name_for(employee: Employee, kind: str) -> str:
    """Return the name of a file for the next talk with someone."""
    day = i18n.as_date(employee.next_talk_at or i18n.today())
    return file_name(kind, employee.name, day)


def file_name(kind: str, name: str, rest: object, ending: str = "pdf") -> str:
    """Return "plan-ann-verhoeven-2026-11-26.pdf": letters, digits and hyphens only."""
    words = re.findall(r"[^\W_]+", f"{kind} {name[:LONGEST_NAME]} {rest}")
    return "-".join(words).lower() + "." + ending


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else on this computer can read. Raises OSError."""
    with arriving(path) as file:
        file.write(content)


@contextmanager
def arriving(path: Path, *, new: bool = False) -> Iterator[IO[bytes]]:
    """Give a file to fill that nobody else can read; whole, it takes the name `path`.

    Where it cannot be filled nothing of it is left, and what was there before stays;
    where it is to be `new`, also what came there meanwhile. What is no file, such as
    /dev/stdout, is written to itself. Raises OSError.
    """
    try:
        with beside(path, new=new) if may_be_file(path) else path.open("wb") as file:
            yield file
    except OSError as error:
        error.filename = str(path)
        raise


def may_be_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


@contextmanager
def beside(path: Path, *, new: bool) -> Iterator[IO[bytes]]:
    place = path.resolve()  # the file that a link leads to, and not the link
    name = place.with_name(f"delegate-{secrets.token_urlsafe(8)}.partial")
    with ended_in_order():
        try:
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                yield file
            if new:  # a hard link would do at once, but not every disk knows them
                place.touch(exist_ok=False)
            os.replace(name, place)
        finally:
            name.unlink(missing_ok=True)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM end the program as Ctrl-C does, cleaning up."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def as_file(content: bytes, name: str, *, to_keep: bool) -> Response:
    """Return a file that goes out whole: its parts would each be less than was told."""
    return send_file(
        io.BytesIO(content),
        as_attachment=to_keep,
        download_name=name,
        conditional=False,
    )
