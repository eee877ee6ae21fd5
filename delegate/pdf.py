"""HTML in, PDF out. The only module that knows WeasyPrint, and what it may read.

Importing it takes as long as starting the rest of the program: pages import it when
they print, and not before. Knows no rows, no requests and no words.
"""

import atexit
import ctypes.util
import functools
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from . import assets


@contextmanager
def libraries_by_name() -> Iterator[None]:
    """Load libraries by the names they are asked for, and look for no others.

    WeasyPrint asks for each of its seven by six names. Those that are none on Linux
    make Python start a compiler and two linkers to look for them, and find nothing.
    """
    look_for = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = look_for


with libraries_by_name():
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

# What they tell quotes what someone wrote, which has no place in the log of a server.
for library in ("weasyprint", "fontTools"):
    logging.getLogger(library).addHandler(logging.NullHandler())
    logging.getLogger(library).propagate = False

BASE_URL = "https://paper.invalid/"
"""Where a document thinks it stands: a name that can never be resolved."""

STYLE = Path(__file__).parent / "static" / "print.css"
READABLE = {
    BASE_URL + "print.css": STYLE,
    **{f"{BASE_URL}assets/{name}": path for name, path in assets.FILES.items()},
}
"""All that a document can read: our own files, by exact address."""

MOST_AT_ONCE = 4
"""Plans that are drawn or wait for it; more would leave nobody to answer the rest."""

LONGEST_WAIT = 10.0
"""Seconds to wait for those before."""

MISSING = "☐"
"""Stands for a sign that no font here has: PDF/UA allows no empty glyph."""


class OwnFilesOnly(URLFetcher):
    """Reads our own files by exact address, and opens no address whatever.

    A document must not become a way to read the server's disk or to reach its network,
    whatever was typed into it.
    """

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        path = READABLE.get(url)
        if path is None:
            raise ValueError("not one of our own files")
        kind = {"Content-Type": assets.MIMETYPES[path.suffix]}
        return URLFetcherResponse(url, path.read_bytes(), kind)


class Missing(logging.Handler):
    """Remembers the signs that no font has, which WeasyPrint tells to its log alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.signs: dict[int, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(".notdef") and isinstance(record.args, tuple):
            self.signs[int(str(record.args[1]))] = MISSING


class Renderer(NamedTuple):
    """What is read and parsed once in a process. Not safe in two threads at once."""

    fetcher: OwnFilesOnly
    fonts: FontConfiguration
    style: CSS
    missing: Missing

    def draw(self, html: str, paper: str) -> bytes:
        size = CSS(string=f"@page {{ size: {paper} }}", url_fetcher=self.fetcher)
        document = HTML(
            string=html.translate(self.missing.signs),
            base_url=BASE_URL,
            url_fetcher=self.fetcher,
        )
        pdf: bytes = document.write_pdf(
            pdf_variant="pdf/ua-1",
            font_config=self.fonts,
            stylesheets=[self.style, size],
        )
        return pdf


class Busy(Exception):
    """Others are printing, and this one would wait too long."""


LOCK = threading.Lock()
PLACES = threading.BoundedSemaphore(MOST_AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Hold `LOCK`, or raise Busy where it would take too long to get it."""
    if not PLACES.acquire(blocking=False):
        raise Busy
    try:
        if not LOCK.acquire(timeout=LONGEST_WAIT):
            raise Busy
        try:
            yield
        finally:
            LOCK.release()
    finally:
        PLACES.release()


@functools.cache
def renderer() -> Renderer:
    """Return the renderer of this process; hold `LOCK` to make it and to use it."""
    fetcher, fonts, missing = OwnFilesOnly(), FontConfiguration(), Missing()
    style = CSS(
        string=STYLE.read_text(),
        base_url=BASE_URL,
        url_fetcher=fetcher,
        font_config=fonts,
    )
    logging.getLogger("weasyprint").addHandler(missing)
    return Renderer(fetcher, fonts, style, missing)


# Pango crashes when it is left to the end of the interpreter to let go of its fonts.
atexit.register(renderer.cache_clear)


def to_pdf(html: str, paper: str) -> bytes:
    """Return `html` as a tagged PDF (PDF/UA-1) on `paper`, a size that CSS knows.

    Drawn a second time where a sign turns out to be in no font; it is then remembered.
    Raises Busy where too many others are printing.
    """
    with turn():
        ours = renderer()
        known = len(ours.missing.signs)
        pdf = ours.draw(html, paper)
        return pdf if len(ours.missing.signs) == known else ours.draw(html, paper)
