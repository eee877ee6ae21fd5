"""What the documents point at is there, and both languages say as much."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from delegate import access, models, paper, pdf
from delegate.identity import links, sessions, strong, throttle
from delegate.rights import erasure
from delegate.sheets import spreadsheets, workbooks
from delegate.upkeep import jobs

ROOT = Path(__file__).parent.parent
PRIVACY = ROOT / "docs" / "privacy"
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
IN_BOTH = ["dpia", "notice", "works-council"]

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAMED = re.compile(r"\b(?:(?:delegate|tests|benchmarks)/[\w/]+|test_\w+)\.py\b")
SHAPE = re.compile(r"^(#+ |\||- |\d+\. )|(__)$", re.MULTILINE)
"""Headings, rows of tables, points, numbered points and lines to fill in."""


def short(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_link_leads_to_a_file(document):
    links = LINK.findall(document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_module_and_test_that_is_named_is_there(document):
    named = NAMED.findall(document.read_text())
    there = {short(path) for path in ROOT.glob("[!.]*/**/*.py")}
    there |= {path.name for path in (ROOT / "tests").glob("*.py")}

    assert set(named) <= there


def test_every_document_on_privacy_is_there_in_both_languages():
    names = {f"{name}.{language}.md" for name in IN_BOTH for language in ("en", "nl")}

    assert {path.name for path in PRIVACY.iterdir()} == names | {"README.md"}


@pytest.mark.parametrize("name", IN_BOTH)
def test_both_languages_say_as_much(name):
    english = (PRIVACY / f"{name}.en.md").read_text()
    dutch = (PRIVACY / f"{name}.nl.md").read_text()

    assert SHAPE.findall(english) == SHAPE.findall(dutch)


@pytest.mark.parametrize("name", IN_BOTH)
def test_dutch_speaks_as_the_program_does(name):
    """`personeelsbeoordeling` is quoted, as the law's own word."""
    dutch = (PRIVACY / f"{name}.nl.md").read_text()

    assert re.findall(r"\bu\b|\buw\b|\w*beoord\w*", dutch, re.IGNORECASE) in (
        [],
        ["personeelsbeoordeling"],
    )


PROMISED = [
    ("At most four plans are drawn or wait at once", pdf.MOST_AT_ONCE, 4),
    ("a plan holds at most 20 tasks", paper.MOST_TASKS, 20),
    ("20 tasks and 100,000 characters", paper.MOST_TEXT, 100_000),
    ("Two weeks without a visit", sessions.IDLE, timedelta(weeks=2)),
    ("unless the last was within 15 minutes", access.FRESH, timedelta(minutes=15)),
    ("256 bits of chance", links.BYTES * 8, 256),
    ("It lasts two weeks", links.LASTS["own_view"], timedelta(weeks=2)),
    ("fewer than four people get none", links.LEAST_ANSWERS, 4),
    ("ten for an account", throttle.PER_ACCOUNT, 10),
    ("fifty from one network address", throttle.PER_NETWORK, 50),
    ("in a quarter of an hour", throttle.WINDOW, timedelta(minutes=15)),
    ("ten recovery codes", strong.RECOVERY_CODES, 10),
    ("at most thirty times an hour", throttle.MAILS, 30),
    ("20 MB unpacked", workbooks.MOST_UNPACKED, 20 * 1024 * 1024),
    ("200 members", workbooks.MOST_MEMBERS, 200),
    ("at most 5,000", spreadsheets.MOST_ROWS, 5_000),
    ("after three attempts", models.ATTEMPTS, 3),
    ("Results go after a day", jobs.KEPT, timedelta(days=1)),
    ("another number up to 24", models.KEEP_MONTHS[-1], 24),
    ("tells it a month before", erasure.WARNING, timedelta(days=30)),
]


@pytest.mark.parametrize(
    ("words", "kept", "number"), PROMISED, ids=[words for words, *_ in PROMISED]
)
def test_a_number_that_is_promised_is_that_of_the_program(words, kept, number):
    promises = (ROOT / "docs" / "security.md").read_text()

    assert words in " ".join(promises.split())
    assert kept == number
