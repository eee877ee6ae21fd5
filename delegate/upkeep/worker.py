"""The process that does jobs: how it is told to stop, and what it sees to every hour.

Ctrl-C and SIGTERM end it at once, and so does the end of its standard input where it is
attached: whoever started it may be killed, but not go on without it. Knows no page.
"""

import os
import signal
import threading
from contextlib import suppress
from typing import Any

from flask import current_app

from ..models import utc_now
from ..rights import erasure
from . import jobs

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(*, once: bool, attached: bool) -> None:
    """Do jobs until told to stop; `once` stops when there is nothing to do."""
    for number in SIGNALS:
        signal.signal(number, stop)
    if attached:
        threading.Thread(target=stop_with_input, daemon=True).start()
    with suppress(KeyboardInterrupt):
        jobs.work(purge, once=once)


def stop(*_: Any) -> None:
    """Break off, once: a second signal must not disturb what has to be left in order.

    Ignoring it would be passed on to processes that are started meanwhile.
    """
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
    raise KeyboardInterrupt


def stop_with_input() -> None:
    """Stop when standard input ends; read so that no lock is held at our own end."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def purge() -> None:
    """Erase what was kept long enough, for whoever has no timetable for it."""
    done = erasure.purge(utc_now())
    current_app.logger.info(
        "purged: %d people, %d removed rows, %d links, %d entries", *done
    )
