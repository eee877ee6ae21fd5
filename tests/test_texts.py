"""What a text may hold: what is kept as typed, and what is no text at all."""

import pytest

from delegate.texts import first_name, is_fit, one_line, tidy

FAMILY = "👩‍👩‍👧"
ARABIC = "\u200eسارة\u200f"


@pytest.mark.parametrize("text", [FAMILY, ARABIC, "a\tb\nc", "Zoë", "\U000e0041x"])
def test_what_can_be_seen_stays_as_typed(text):
    assert tidy(text) == text
    assert is_fit(text)


@pytest.mark.parametrize(
    "sign",
    ["\u200b", "\u2800", "\u00ad", "\u202e", "\ufeff", "\u3164", "\u2028", "\ufe0f"],
)
def test_signs_that_show_nothing_are_no_text(sign):
    assert tidy(f" {sign}{sign} ") == ""
    assert tidy(f"a{sign}b") == f"a{sign}b"


@pytest.mark.parametrize(
    "sign",
    [*"\0\x07\x0b\x1b\x7f\x85\ufffd\ufdd0\ufffe\U0010ffff", chr(0xD800)],
)
def test_what_cannot_be_kept_is_shown_as_a_mark(sign):
    assert not is_fit(f"a{sign}b")
    assert tidy(f"a{sign}b") == "a\ufffdb"


def test_a_name_is_one_line_that_turns_nothing_round():
    assert one_line("\u202eAnn\tde\nVries\u2069") == "Ann de Vries"
    assert one_line(FAMILY + ARABIC) == FAMILY + ARABIC


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Ann Verhoeven", "Ann"),
        ("Ann", "Ann"),
        ("Jan-Willem de Vries", "Jan-Willem"),
        ("Verhoeven, Ann", "Ann"),
        ("Van Dijk, Els", "Els"),
        ("Dijk, Els van", "Els"),
        ("Dijk, van, Els", "Els"),
        ("de Vries, Pieter Jan", "Pieter"),
        ("Van Dijk", "Van Dijk"),
        ("Van der Berg", "Van der Berg"),
        ("\u2019t Hart", "\u2019t Hart"),
        ("Vries, de", "Vries"),
        ("Ann,", "Ann"),
        (", Ann", "Ann"),
        ("Van", "Van"),
        (",", ","),
    ],
)
def test_nobody_is_addressed_by_a_small_word_of_a_name(name, called):
    assert first_name(name) == called
