"""A level raised right after a low asks "let go, or let fall?"; nothing else does."""

from datetime import date, timedelta

import pytest

from delegate.looks import Look
from delegate.raising import Level, lows_before, raised_by_choice, raised_now

RAISED = date(2026, 11, 23)
ME, OTHER = 1, 2


def look(score, days_ago, criterion="needs", rater=ME):
    day = RAISED - timedelta(days=days_ago)
    return Look(criterion, None, score, day, day, rater, "")


@pytest.mark.parametrize(
    ("seen", "asks"),
    [
        pytest.param([(2, 14)], True, id="fourteen-days-is-right-after"),
        pytest.param([(2, 15)], False, id="fifteen-days-is-not"),
        pytest.param([(1, 0)], True, id="on-the-same-day"),
        pytest.param([(2, -1)], False, id="a-low-after-it"),
        pytest.param([(3, 3)], False, id="a-three-is-not-low"),
        pytest.param([(5, 90), (4, 3)], True, id="went-down"),
        pytest.param([(4, 90), (4, 3)], False, id="stayed"),
        pytest.param([(3, 90), (4, 3)], False, id="went-up"),
        pytest.param([(4, 30), (3, 20), (3, 5)], False, id="went-down-long-before"),
        pytest.param([(4, 30), (2, 9), (4, 2)], False, id="undone"),
        pytest.param([(4, 30), (2, 9), (3, 2)], True, id="undone-in-part"),
        pytest.param([(2, 9), (3, 2)], False, id="a-first-low-undone"),
        pytest.param([(1, 9), (2, 2)], True, id="still-low"),
        pytest.param([(4, 30), (2, 9), (4, -3)], False, id="undone-after-it"),
        pytest.param([(2, 9), (None, 2)], False, id="no-chance-to-see-it-after-all"),
        pytest.param([(4, 30), (None, 20), (3, 2)], True, id="down-over-an-unseen"),
        pytest.param([(None, 3)], False, id="not-observed-is-not-low"),
        pytest.param([], False, id="nothing-seen"),
    ],
)
def test_what_counts_as_a_low_right_before(seen, asks):
    looks = [look(*one) for one in seen]

    assert lows_before(RAISED, looks, ME) == (("needs",) if asks else ())


def test_each_criterion_counts_by_itself():
    looks = [look(5, 30, "help"), look(4, 5), look(4, 3, "help"), look(1, 2, "informs")]

    assert lows_before(RAISED, looks, ME) == ("help", "informs")


def test_ones_own_looks_count_before_those_of_others():
    mine, theirs = [look(4, 30)], [look(2, 3, rater=OTHER)]

    assert lows_before(RAISED, mine + theirs, ME) == ()
    assert lows_before(RAISED, theirs, ME) == ("needs",)


def levels(*steps):
    return [
        Level(kind, value, RAISED - timedelta(days=days)) for kind, value, days in steps
    ]


@pytest.mark.parametrize(
    ("steps", "is_raised"),
    [
        pytest.param([("now", 3, 9), ("now", 5, 0)], True, id="up"),
        pytest.param([("now", 5, 9), ("now", 3, 0)], False, id="down"),
        pytest.param([("now", 3, 9), ("now", 5, 4), ("now", 3, 0)], False, id="undone"),
        pytest.param([("now", 5, 0)], False, id="first-said"),
        pytest.param([("now", None, 9), ("now", 5, 0)], False, id="not-done-before"),
        pytest.param(
            [("drafted", 3, 9), ("now", 5, 0)], False, id="only-chosen-before"
        ),
    ],
)
def test_when_it_goes_further_than_before(steps, is_raised):
    assert raised_now(levels(*steps)) == (RAISED if is_raised else None)


@pytest.mark.parametrize(
    ("steps", "is_raised"),
    [
        pytest.param([("now", 3, 9), ("drafted", 5, 0)], True, id="above-how-it-goes"),
        pytest.param([("now", 5, 9), ("drafted", 5, 0)], False, id="as-it-goes"),
        pytest.param([("drafted", 3, 9), ("drafted", 5, 0)], True, id="above-the-last"),
        pytest.param([("drafted", 3, 9), ("level", 4, 0)], True, id="changed-upwards"),
        pytest.param([("drafted", 5, 9), ("level", 4, 0)], False, id="downwards"),
        pytest.param([("drafted", 5, 0)], False, id="the-first-level-there-is"),
        pytest.param(
            [("now", 3, 9), ("drafted", 5, 0), ("now", 5, 0)], True, id="agreed"
        ),
        pytest.param([], False, id="nothing-chosen"),
    ],
)
def test_when_a_level_is_chosen_above_the_one_before(steps, is_raised):
    assert raised_by_choice(levels(*steps)) == (RAISED if is_raised else None)
