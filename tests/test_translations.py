"""Every string there is has its Dutch, and no Dutch is left of one that is gone."""

import re
from pathlib import Path

import pytest
from babel.messages import extract, pofile
from conftest import on_one_database

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "delegate/translations/nl/LC_MESSAGES/messages.po"
KEYWORDS = ("_", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PLACE = re.compile(r"%\(\w+\)[sd]|%%")


def in_the_code():
    """Return every string of the code that is to be translated."""
    words = {
        key: extract.DEFAULT_KEYWORDS.get(key)
        or ((1, 2) if "ngettext" in key else None)
        for key in KEYWORDS
    }
    found = extract.extract_from_dir(
        ROOT / "delegate",
        METHODS,
        {"**/templates/**.html": {"trimmed": "true", "silent": "false"}},
        words,
    )
    return {message for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="nl", abort_invalid=True)


def test_no_string_is_missing_and_none_is_stale(catalogue):
    there = {message.id for message in catalogue if message.id}

    assert in_the_code() - there == set()
    assert there - in_the_code() == set()
    assert catalogue.obsolete == {}


def test_nothing_is_untranslated_or_fuzzy(catalogue):
    def lacks(message):
        texts = message.string if message.pluralizable else [message.string]
        return message.fuzzy or not all(texts)

    assert [message.id for message in catalogue if message.id and lacks(message)] == []


def test_the_places_for_values_are_the_same(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        singular, *plural = message.id if message.pluralizable else [message.id]
        for text in message.string if message.pluralizable else [message.string]:
            allowed = {*PLACE.findall(singular), *PLACE.findall("".join(plural))}
            assert set(PLACE.findall(text)) <= allowed, message.id
            if not message.pluralizable:
                assert set(PLACE.findall(text)) == allowed, message.id


def test_dutch_speaks_to_the_reader_as_je(catalogue):
    dutch = " ".join(
        text
        for message in catalogue
        for text in (message.string if message.pluralizable else [message.string])
        if message.id
    )

    assert re.findall(r"\b(?:[Uu]|[Uu]w)\b", dutch) == []
    assert "beoordeling" not in dutch.lower()


def test_dates_and_numbers_are_written_in_the_readers_language(app):
    from datetime import date, datetime

    from delegate import i18n

    with app.test_request_context():
        with i18n.speaking("nl"):
            dutch = (
                i18n.weekday(date(2026, 11, 26)),
                i18n.clock(datetime(2026, 11, 26, 13, 2)),
                i18n.number(7.5),
            )
        with i18n.speaking("en"):
            english = (
                i18n.weekday(date(2026, 11, 26)),
                i18n.clock(datetime(2026, 11, 26, 13, 2)),
                i18n.number(7.5),
            )

    assert dutch == ("donderdag 26 november 2026", "14.02", "7,5")
    assert english == ("Thursday 26 November 2026", "14:02", "7.5")


@on_one_database
def test_what_leaves_something_as_it_is_does_not_read_as_writing_it_down(alice):
    page = alice.get("/account/erase?lang=nl")

    assert page.select_one(".page-actions a").text == "Niet wissen"
