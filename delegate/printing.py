"""From a finished document to what a reader gets: a file with a name that is safe.

What every page and command that prints shares. Knows no requests.
"""

import io
import os
import re
import tempfile
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
def arriving(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to fill that nobody else can read; whole, it takes the name `path`.

    Where it cannot be filled nothing of it is left, and what was there before stays.
    What is no file, such as /dev/stdout, is written to itself. Raises OSError.
    """
    try:
        is_file = path.is_file() or not path.exists()
        with beside(path) if is_file else path.open("wb") as file:
            yield file
    except OSError as error:
        error.filename = str(path)
        raise


@contextmanager
def beside(path: Path) -> Iterator[IO[bytes]]:
    place = path.resolve()  # the file that a link leads to, and not the link
    handle, name = tempfile.mkstemp(".partial", "delegate-", place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(name, place)
    finally:
        Path(name).unlink(missing_ok=True)


def as_file(content: bytes, name: str, *, to_keep: bool) -> Response:
    """Return a file that goes out whole: its parts would each be less than was told."""
    return send_file(
        io.BytesIO(content),
        as_attachment=to_keep,
        download_name=name,
        conditional=False,
    )
