"""Many documents in, as many PDFs out, drawn by a few processes of their own.

They keep what was written from harming the worker: each may take so much time and
memory and no more, makes way for a fresh one after a while, and ends with the worker,
however that ends. Knows no rows, no jobs and no words.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.pool import AsyncResult

PROCESSES = 2
"""How many draw at once: a server has other work to do as well."""

MOST_EACH = 50
"""Documents that one process draws before a fresh one takes its place."""

MOST_MEMORY = 2 << 30
"""Bytes of address space for each; a plan as large as plans can be takes half."""

LONGEST = 60.0
"""Seconds that one document may take."""


class TooMuch(Exception):
    """A document takes more time or memory than it may have."""


def print_all(
    documents: Iterable[str], paper: str, *, processes: int = PROCESSES
) -> Iterator[bytes]:
    """Yield each of `documents` as `pdf.to_pdf` would, in their order.

    They are asked for only as they can be drawn. Close it (`contextlib.closing`) where
    it is left before the end. Raises TooMuch.
    """
    spawned = multiprocessing.get_context("spawn")
    with spawned.Pool(processes, prepare, maxtasksperchild=MOST_EACH) as pool:
        drawn: deque[AsyncResult[bytes]] = deque()
        for document in documents:
            drawn.append(pool.apply_async(draw, (document, paper)))
            if len(drawn) > 2 * processes:
                yield fetch(drawn.popleft())
        while drawn:
            yield fetch(drawn.popleft())


def fetch(drawn: AsyncResult[bytes]) -> bytes:
    """Wait for a PDF; a process that the system ended never gives an answer."""
    try:
        return drawn.get(LONGEST)
    except (multiprocessing.TimeoutError, MemoryError) as error:
        raise TooMuch from error


def prepare() -> None:
    """Make a process ready to draw, and sure to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the worker ends us
    threading.Thread(target=end_with_parent, daemon=True).start()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def draw(document: str, paper: str) -> bytes:
    """Draw one document; what it leaves is cleared up afterwards, all at once."""
    from .. import pdf

    with without_collecting():
        return pdf.to_pdf(document, paper)


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Look for no garbage meanwhile, which takes a third of the time of drawing."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
