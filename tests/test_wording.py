"""Every code has words, and every word its Dutch."""

import re
from itertools import product

import pytest
from babel.messages import mofile, pofile
from flask import Flask
from flask_babel import Babel, force_locale
from flask_babel.speaklater import LazyString

from delegate import behaviour, rules, wording
from delegate.i18n import TRANSLATIONS
from delegate.models import AGREEMENT_STATES
from delegate.rules import (
    CheckIn,
    Clarity,
    Level,
    Posture,
    Ratings,
    Stakes,
    Task,
    Undo,
    recommend,
)

ALIKE = {"open"}
"""What Dutch and English happen to call the same."""

ORDINARY = Task(stakes=Stakes.MEDIUM, undo=Undo.EFFORT, clarity=Clarity.CLEAR)
TASKS = [
    Task(stakes=stakes, undo=undo, clarity=clarity)
    for stakes, undo, clarity in product(Stakes, Undo, Clarity)
]
READY = {"choices": 5, "informs": 5, "needs": 5, "help": 5, "familiarity": 5}


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory):
    """The folder of a Dutch catalogue, compiled from the .po as it is now."""
    folder = tmp_path_factory.mktemp("translations")
    target = folder / "nl" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with (TRANSLATIONS / "nl" / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        source = pofile.read_po(lines, locale="nl")
    with target.open("wb") as file:
        mofile.write_mo(file, source)
    return folder


@pytest.fixture
def speaking(catalogue):
    """Return a way to speak a language: `with speaking("nl"): …`."""
    app = Flask(__name__)
    Babel(app, default_translation_directories=str(catalogue))
    with app.app_context():
        yield force_locale


def lazies(value):
    """Yield every string there is in `value`, however deep."""
    if isinstance(value, LazyString):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from lazies(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from lazies(inner)


STRINGS = [*lazies(vars(behaviour)), *lazies(vars(wording))]


def texts(speaking, language):
    with speaking(language):
        return [str(string) for string in STRINGS]


def advise(task=ORDINARY, safeguards=frozenset(), **ratings):
    return recommend(Ratings(**{**READY, **ratings}), task, safeguards)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (wording.LEVELS, Level),
        (wording.LEVEL_SENTENCES, Level),
        (wording.INFORM_BY_LEVEL, Level),
        (wording.HELP_BY_LEVEL, Level),
        (wording.BANDS, map(rules.band, Level)),
        (wording.CHECK_INS, CheckIn),
        (wording.POSTURES, Posture),
        (wording.POSTURE_QUESTIONS, Posture),
        (wording.STAKES, Stakes),
        (wording.UNDO, Undo),
        (wording.CLARITY, Clarity),
        (wording.TASK_ANSWERS["stakes"], Stakes),
        (wording.TASK_ANSWERS["undo"], Undo),
        (wording.TASK_ANSWERS["outcome_clear"], Clarity),
        (wording.TASK_ANSWERS["limits_clear"], Clarity),
        (wording.TASK_ANSWERS, wording.TASK_QUESTIONS),
        (wording.MISSING, rules.FACTS),
        (wording.DUTY["outcome_clear"], {Clarity.PARTLY, Clarity.UNCLEAR}),
        (wording.DUTY["limits_clear"], {Clarity.PARTLY, Clarity.UNCLEAR}),
        (wording.CRITERIA, rules.RATED),
        (wording.CRITERIA_NOTE, rules.RATED),
        (wording.BEHAVIOUR, rules.RATED),
        (wording.ACQUAINT, rules.RATED),
        (wording.QUESTIONS, rules.RATED),
        (wording.INPUTS, rules.INPUTS),
        (wording.NOUNS, rules.INPUTS),
        (wording.SAFEGUARDS, rules.CRITERIA),
        (wording.SAFEGUARD_EXAMPLES, rules.CRITERIA),
        (wording.AGREEMENT_STATES, AGREEMENT_STATES),
    ],
)
def test_every_code_has_words_and_no_words_are_left_over(words, codes):
    assert set(words) == set(codes)


@pytest.mark.parametrize("criterion", rules.RATED)
def test_every_score_has_a_sentence(criterion):
    assert set(wording.BEHAVIOUR[criterion]) == set(rules.SCALE)


def test_every_task_change_that_can_come_out_has_words():
    changes = {
        (change.fact, change.value)
        for choices, task in product(rules.SCALE, TASKS)
        for change in advise(task, choices=choices).task_side
    }

    assert changes == set(wording.TASK_CHANGES)


def test_every_string_has_its_dutch(speaking):
    pairs = zip(texts(speaking, "en"), texts(speaking, "nl"), strict=True)
    same = {english for english, dutch in pairs if english == dutch}

    assert same == ALIKE


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_level_fits_a_cell_of_the_board(speaking, language):
    with speaking(language):
        assert [word for word in wording.LEVELS.values() if len(word) > 15] == []


@pytest.mark.parametrize(
    ("language", "unwanted"),
    [
        ("en", r"!|\bplease\b|\b(he|she|him|her|his|hers)\b|only way|smallest"),
        ("nl", r"!|beoordel|\b(u|uw|alstublieft|hij|zij|hem|haar|zijn eigen)\b"),
    ],
)
def test_the_tone_is_kept(speaking, language, unwanted):
    found = [
        text
        for text in texts(speaking, language)
        if re.search(unwanted, text, re.IGNORECASE)
    ]

    assert found == []


def test_values_keep_their_place_in_dutch(speaking):
    value = re.compile(r"%\(\w+\)s")
    pairs = zip(texts(speaking, "en"), texts(speaking, "nl"), strict=True)

    for english, dutch in pairs:
        assert sorted(value.findall(english)) == sorted(value.findall(dutch))


@pytest.mark.parametrize(
    ("level", "band"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 3)]
)
def test_a_level_has_its_band(level, band):
    assert rules.band(level) == band


@pytest.mark.parametrize(
    ("ratings", "english", "dutch"),
    [
        ({}, "Nothing holds it back.", "Niets houdt het tegen."),
        (
            {"needs": 3},
            "Held back by one thing: own needs.",
            "Eén ding houdt het tegen: eigen behoeften.",
        ),
        (
            {"needs": 2, "help": 2},
            "Held back by two things: own needs; asking for help.",
            "Twee dingen houden het tegen: eigen behoeften; hulp inroepen.",
        ),
        (
            {"choices": None, "needs": None, "help": None, "familiarity": None},
            "Four of the five things this level rests on have not been seen yet.",
            "Vier van de vijf dingen waarop dit niveau rust, zijn nog niet gezien.",
        ),
        (
            {"choices": 2, "needs": None},
            (
                "Held back by one thing: sound choices."
                " One of the five things this level rests on has not been seen yet."
            ),
            (
                "Eén ding houdt het tegen: goede keuzes. "
                "Eén van de vijf dingen waarop dit niveau rust, is nog niet gezien."
            ),
        ),
    ],
)
def test_what_holds_it_back(speaking, ratings, english, dutch):
    advice = advise(**ratings)

    for language, sentence in (("en", english), ("nl", dutch)):
        with speaking(language):
            assert wording.held_back(advice) == sentence


def test_one_rating_that_holds_it_back_is_told():
    advice = advise(needs=3)

    assert wording.held_back(advice, advice.ratings) == (
        "Held back by one thing: own needs. You saw a 3; nothing else stops below 7."
    )


@pytest.mark.parametrize("count", range(8))
def test_any_number_of_limits_has_a_sentence(count):
    assert count in wording.HELD_BACK


def test_no_level_has_nothing_to_explain():
    advice = advise(Task(stakes=None, undo=None, clarity=None))

    assert wording.held_back(advice, advice.ratings) == ""
    assert wording.floored(advice) == ""


def test_the_floor_is_explained():
    advice = advise(
        Task(stakes=Stakes.HIGH, undo=Undo.EFFORT, clarity=Clarity.CLEAR), help=1
    )

    assert wording.floored(advice) == (
        "knows this work, so is heard before you decide: 3, not 1"
    )
    assert wording.floored(advise(help=3)) == ""


@pytest.mark.parametrize(
    ("ratings", "note"),
    [
        ({"choices": 3}, "lowest: stops at 5"),
        ({"choices": None}, "not yet seen: 4 for now"),
    ],
)
def test_the_lowest_ceiling_has_a_note(ratings, note):
    assert wording.ceiling_note(advise(**ratings).ceilings[0], lowest=True) == note


def test_a_higher_ceiling_has_a_note():
    assert wording.ceiling_note(advise(choices=4).ceilings[0]) == "up to 6"


def test_a_safeguard_is_told():
    advice = advise(safeguards=frozenset({"help"}), help=2)

    assert wording.ceiling_note(advice.ceilings[0], lowest=True) == (
        "lowest: stops at 4, with a safeguard agreed"
    )


@pytest.mark.parametrize(
    ("task", "ratings", "step"),
    [
        (ORDINARY, {"needs": 3}, "Own needs, from 3 to 4"),
        (ORDINARY, {"needs": None}, "Own needs, seen at 3 or more"),
        (ORDINARY, {"needs": None, "help": None}, "See both at 3 or more"),
        (ORDINARY, dict.fromkeys(READY), "See all five at 3 or more"),
        (
            ORDINARY,
            {"choices": 2, "help": 2},
            (
                "Sound choices, from 2 to 3; asking for help, from 2 to 3"
                " (both together)"
            ),
        ),
        (
            Task(stakes=Stakes.LOW, undo=Undo.NO, clarity=Clarity.UNCLEAR),
            {"help": None},
            (
                "Asking for help, seen at 3 or more; outcome and limits, made partly"
                " clear (both together)"
            ),
        ),
    ],
)
def test_what_would_raise_it(task, ratings, step):
    advice = advise(task, **ratings)

    assert wording.raise_step(advice.raise_by.changes, advice.ratings) == step


def test_what_would_raise_it_always_has_words():
    scores = (None, 1, 3, 4)
    for needs, asking, task in product(scores, scores, TASKS):
        advice = advise(task, needs=needs, help=asking)
        if advice.raise_by:
            assert wording.raise_step(advice.raise_by.changes, advice.ratings)
