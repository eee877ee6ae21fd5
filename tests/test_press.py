"""Many documents drawn at once: in order, within bounds, and by nobody left behind."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from delegate.upkeep import press

PAGE = "<!doctype html><html lang=en><title>{0}</title><h1>{0}</h1></html>"
BIG = PAGE.format("<p>word word word</p>" * 300_000)
ROOT = Path(__file__).parent.parent
ENDLESS = f"""
import itertools
from delegate.upkeep import press
for pdf in press.print_all(itertools.repeat({PAGE!r}), "a4"):
    print(*[child.pid for child in press.multiprocessing.active_children()], flush=True)
"""


def test_they_come_in_their_order():
    documents = [PAGE.format("x" * 50 * number) for number in range(8)]
    with closing(press.print_all(documents, "a4")) as drawn:
        pdfs = list(drawn)

    assert [pdf[:5] for pdf in pdfs] == [b"%PDF-"] * 8
    assert len(set(pdfs)) == 8


def test_no_more_are_asked_for_than_can_be_drawn():
    asked = []

    def documents():
        for number in range(100):
            asked.append(number)
            yield PAGE.format(number)

    with closing(press.print_all(documents(), "a4", processes=1)) as drawn:
        next(drawn)

    assert len(asked) <= 3


def test_one_may_take_so_much_memory_and_no_more():
    with multiprocessing.get_context("spawn").Pool(1, press.prepare) as pool:
        limits = pool.apply(resource.getrlimit, (resource.RLIMIT_AS,))

    assert limits == (press.MOST_MEMORY, press.MOST_MEMORY)


def test_one_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(press, "LONGEST", 2)
    drawn = press.print_all([BIG], "a4", processes=1)
    with closing(drawn), pytest.raises(press.TooMuch):
        list(drawn)


def test_those_who_draw_end_with_a_worker_that_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as worker:
        drawing = [int(pid) for pid in worker.stdout.readline().split()]
        worker.send_signal(signal.SIGKILL)

    assert len(drawing) == press.PROCESSES
    assert all(map(is_gone, drawing))


def is_gone(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False
