"""What the documents point at is there, and both languages say as much."""

import re
from pathlib import Path

import pytest

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
