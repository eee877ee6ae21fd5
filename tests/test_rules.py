"""The rules: worked cases, each edge, and what must hold over all facts there are."""

import ast
import csv
import dataclasses
import inspect
import itertools
import random
import sys
from pathlib import Path

import pytest

from delegate import rules
from delegate.rules import (
    Ceiling,
    CheckIn,
    Clarity,
    Level,
    Posture,
    RaiseBy,
    Ratings,
    Stakes,
    Task,
    TaskChange,
    Undo,
    above_advice,
    leans_on,
    passed,
    posture,
    recommend,
    recommend_many,
    safe_to_try,
    still_with_me,
)

# One worker runs them all, so that the answers to every case are worked out once.
pytestmark = pytest.mark.xdist_group("rules")

SCENARIOS = Path(__file__).parent / "data" / "scenarios.csv"
STRONG = Ratings(choices=5, informs=5, needs=5, help=5, familiarity=5)
ORDINARY = Task(stakes=Stakes.MEDIUM, undo=Undo.EASY, clarity=Clarity.CLEAR)
LEAST_TO_MOST = (1, 2, None, 3, 4, 5)


def strong(**changes):
    """Ratings of 5, but for `changes`."""
    return dataclasses.replace(STRONG, **changes)


def ordinary(**changes):
    """A task at ordinary risk, clear and not reserved, but for `changes`."""
    return dataclasses.replace(ORDINARY, **changes)


def scenarios():
    with SCENARIOS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield pytest.param(row, id=f"{row['case']} {row['situation']}")


@pytest.mark.parametrize("row", list(scenarios()))
def test_the_worked_cases_come_out_as_told(row):
    recommendation = recommend(
        Ratings(
            **{name: int(row[name]) if row[name] else None for name in rules.RATED}
        ),
        Task(
            **{fact: answers(row[fact]) for fact, answers in rules.FACTS.items()},
            reserved=row["reserved"] == "yes",
        ),
    )

    assert recommendation.level == (int(row["level"]) if row["level"] else None)
    assert recommendation.provisional == (row["provisional"] == "yes")
    assert recommendation.reserved == (row["reserved"] == "yes")


def test_a_recommendation_tells_its_limits_and_one_way_up():
    recommendation = recommend(
        Ratings(choices=4, informs=None, needs=3, help=4, familiarity=2),
        ordinary(undo=Undo.EFFORT),
        safeguards=frozenset(),
    )

    assert recommendation.level is Level.PROPOSE
    assert recommendation.provisional
    assert recommendation.unseen == ("informs",)
    assert recommendation.limits == (
        Ceiling("familiarity", Level.PROPOSE, seen=True, safeguarded=False),
    )
    assert recommendation.raise_by == RaiseBy(
        (("familiarity", 3),), Level.DECIDE_TOGETHER
    )
    assert recommendation.check_in is CheckIn.EACH_DECISION


# Each rating's ceiling


@pytest.mark.parametrize(
    ("stakes", "undo", "ceilings"),
    [
        (Stakes.LOW, Undo.EASY, (3, 4, 5, 6, 7, 7)),
        (Stakes.LOW, Undo.EFFORT, (2, 3, 4, 5, 6, 7)),
        (Stakes.LOW, Undo.NO, (2, 3, 4, 5, 6, 7)),
        (Stakes.MEDIUM, Undo.EASY, (2, 3, 4, 5, 6, 7)),
        (Stakes.MEDIUM, Undo.EFFORT, (2, 3, 4, 5, 6, 7)),
        (Stakes.MEDIUM, Undo.NO, (1, 2, 3, 4, 5, 6)),
        (Stakes.HIGH, Undo.EASY, (2, 3, 4, 5, 6, 7)),
        (Stakes.HIGH, Undo.EFFORT, (1, 2, 3, 4, 5, 6)),
        (Stakes.HIGH, Undo.NO, (1, 1, 2, 3, 4, 5)),
    ],
)
@pytest.mark.parametrize("name", rules.RATED)
def test_the_risk_shifts_the_ceiling_of_every_rating(name, stakes, undo, ceilings):
    task = ordinary(stakes=stakes, undo=undo)

    told = [
        ceiling(recommend(strong(**{name: rating}), task), name).at_most
        for rating in LEAST_TO_MOST
    ]

    assert tuple(told) == ceilings


def ceiling(recommendation, name):
    [found] = [c for c in recommendation.ceilings if c.input == name]
    return found


@pytest.mark.parametrize(
    ("task", "level", "limit"),
    [
        (ordinary(), 7, None),
        (ordinary(clarity=Clarity.PARTLY), 6, "clarity"),
        (ordinary(clarity=Clarity.UNCLEAR), 4, "clarity"),
        (ordinary(stakes=Stakes.HIGH), 6, "stakes"),
    ],
)
def test_the_task_itself_can_hold_the_level_back(task, level, limit):
    recommendation = recommend(STRONG, task)

    assert recommendation.level == level
    assert [c.input for c in recommendation.limits] == ([limit] if limit else [])


def test_ceilings_are_told_lowest_first_and_ties_in_a_fixed_order():
    recommendation = recommend(
        strong(help=3, choices=3), ordinary(stakes=Stakes.HIGH, clarity=Clarity.PARTLY)
    )

    assert [(c.input, c.at_most) for c in recommendation.ceilings] == [
        ("choices", 5),
        ("help", 5),
        ("clarity", 6),
        ("stakes", 6),
        ("informs", 7),
        ("needs", 7),
        ("familiarity", 7),
    ]


@pytest.mark.parametrize("level", list(Level))
def test_every_level_has_its_own_check_in(level):
    assert rules.CHECK_INS[level] is list(CheckIn)[level - 1]


# The floor


@pytest.mark.parametrize(
    ("choices", "familiarity", "level", "floored"),
    [
        pytest.param(1, 4, 3, True, id="knows-the-work"),
        pytest.param(1, 3, 2, False, id="not-quite"),
        pytest.param(1, None, 2, False, id="not-seen"),
        pytest.param(2, 4, 3, False, id="no-need-to-lift"),
    ],
)
def test_who_knows_the_work_is_heard(choices, familiarity, level, floored):
    ratings = strong(choices=choices, familiarity=familiarity)

    recommendation = recommend(ratings, ordinary())

    assert recommendation.level == level
    assert recommendation.floored is floored


@pytest.mark.parametrize(
    ("ratings", "floor_by"),
    [
        pytest.param(strong(choices=1, familiarity=2), 3, id="open"),
        pytest.param(strong(familiarity=1), None, id="nothing-else-is-low"),
        pytest.param(strong(choices=2, familiarity=1), None, id="the-rest-allows-it"),
        pytest.param(strong(choices=1, familiarity=4), None, id="on-the-floor-already"),
        pytest.param(strong(choices=2, familiarity=2), None, id="as-high-already"),
    ],
)
def test_the_floor_is_another_way_up(ratings, floor_by):
    recommendation = recommend(ratings, ordinary())

    assert recommendation.floor_by == floor_by
    assert recommendation.raise_by.floor_by == floor_by


# What would raise it


@pytest.mark.parametrize(
    ("ratings", "task", "changes", "level"),
    [
        (strong(needs=3), ordinary(), {"needs": 4}, 6),
        (strong(needs=1, familiarity=3), ordinary(), {"needs": 2}, 3),
        (strong(needs=1, familiarity=4), ordinary(), {"needs": 3}, 5),
        (strong(needs=None), ordinary(), {"needs": 3}, 5),
        (strong(needs=2, help=2), ordinary(), {"needs": 3, "help": 3}, 5),
        (STRONG, ordinary(clarity=Clarity.UNCLEAR), {"clarity": Clarity.PARTLY}, 6),
        (STRONG, ordinary(clarity=Clarity.PARTLY), {"clarity": Clarity.CLEAR}, 7),
        (
            strong(informs=None),
            ordinary(clarity=Clarity.UNCLEAR),
            {"informs": 3, "clarity": Clarity.PARTLY},
            5,
        ),
    ],
)
def test_one_way_up_lifts_every_limit_as_little_as_it_can(
    ratings, task, changes, level
):
    raise_by = recommend(ratings, task).raise_by

    assert dict(raise_by.changes) == changes
    assert raise_by.level == level


@pytest.mark.parametrize(
    "task",
    [
        pytest.param(ordinary(), id="the-highest-level"),
        pytest.param(ordinary(stakes=Stakes.HIGH), id="high-stakes"),
        pytest.param(ordinary(stakes=Stakes.HIGH, undo=Undo.NO), id="high-risk"),
        pytest.param(ordinary(reserved=True), id="reserved"),
        pytest.param(ordinary(undo=None), id="missing"),
    ],
)
def test_sometimes_there_is_no_way_up(task):
    assert recommend(STRONG, task).raise_by is None


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        (ordinary(), ()),
        (
            ordinary(stakes=Stakes.HIGH, undo=Undo.NO),
            (
                TaskChange("stakes", Stakes.MEDIUM, Level.HEAR_AFTERWARDS),
                TaskChange("undo", Undo.EFFORT, Level.HEAR_AFTERWARDS),
            ),
        ),
        (
            ordinary(clarity=Clarity.UNCLEAR),
            (TaskChange("clarity", Clarity.PARTLY, Level.HEAR_AFTERWARDS),),
        ),
        (ordinary(clarity=Clarity.UNCLEAR, stakes=Stakes.HIGH, reserved=True), ()),
        (ordinary(clarity=Clarity.UNCLEAR, stakes=None), ()),
    ],
)
def test_the_task_can_be_made_easier_where_that_helps(task, changes):
    assert recommend(STRONG, task).task_side == changes


# Safeguards


@pytest.mark.parametrize(
    ("informs", "task", "level"),
    [
        pytest.param(1, ordinary(), 3, id="one-higher"),
        pytest.param(None, ordinary(), 5, id="not-observed-too"),
        pytest.param(3, ordinary(), 5, id="five-stays-five"),
        pytest.param(4, ordinary(), 6, id="never-lower"),
        pytest.param(1, ordinary(undo=Undo.NO), 2, id="after-the-shift"),
    ],
)
def test_a_safeguard_lifts_its_ceiling_by_one_up_to_five(informs, task, level):
    recommendation = recommend(strong(informs=informs), task, {"informs"})

    guarded = ceiling(recommendation, "informs")
    assert guarded == Ceiling("informs", Level(level), informs is not None, True)
    assert recommendation.provisional is (informs is None)


def test_a_safeguard_comes_before_the_floor():
    recommendation = recommend(strong(choices=1), ordinary(), {"choices"})

    assert recommendation.level is Level.PROPOSE
    assert not recommendation.floored


def test_a_safeguard_changes_nothing_where_another_input_is_as_low():
    ratings = strong(informs=1, help=1, familiarity=3)

    assert recommend(ratings, ordinary(), {"informs"}).level is Level.EXPLAIN
    assert recommend(ratings, ordinary(), {"informs", "help"}).level is Level.PROPOSE


def test_ways_up_keep_the_safeguard():
    task = ordinary(undo=Undo.NO)

    recommendation = recommend(strong(help=1), ordinary(undo=Undo.NO), {"help"})

    assert not recommendation.floor_by
    assert recommendation.raise_by == RaiseBy((("help", 3),), Level.ADVISE)
    assert recommend(strong(help=3), task, {"help"}).level is Level.ADVISE
    assert recommend(strong(help=2), task, {"help"}).level is Level.PROPOSE


@pytest.mark.parametrize(
    "safeguards",
    [
        {"familiarity"},
        {"stakes"},
        {"informs", "x"},
        {1},
        "informs",
        None,
        5,
        [["help"]],
    ],
)
def test_only_the_four_criteria_can_be_safeguarded(safeguards):
    with pytest.raises(ValueError, match=r"^safeguards: "):
        recommend(STRONG, ordinary(), safeguards)


# No level


@pytest.mark.parametrize(
    ("task", "missing"),
    [
        (ordinary(stakes=None), ("stakes",)),
        (ordinary(undo=None), ("undo",)),
        (ordinary(clarity=None), ("clarity",)),
        (Task(stakes=None, undo=None, clarity=None), ("stakes", "undo", "clarity")),
        (ordinary(reserved=True), ()),
        (ordinary(reserved=True, stakes=None), ()),
    ],
)
@pytest.mark.parametrize("ratings", [STRONG, Ratings(), strong(choices=1)])
def test_reserved_or_missing_gives_no_level(ratings, task, missing):
    recommendation = recommend(ratings, task, {"help"})

    assert recommendation.level is None
    assert recommendation.missing == missing
    assert recommendation.reserved is task.reserved
    assert not recommendation.provisional
    assert not recommendation.floored
    assert recommendation.unseen == ()
    assert recommendation.ceilings == ()
    assert recommendation.limits == ()
    assert recommendation.task_side == ()
    assert recommendation.raise_by is None
    assert recommendation.floor_by is None
    assert recommendation.check_in is None


# How it goes now


NOT_SEEN = recommend(strong(informs=None), ordinary())  # level 4
SEEN = recommend(strong(informs=3), ordinary())  # level 5
LOW_AND_NOT_SEEN = recommend(strong(informs=2, help=None), ordinary())  # level 3
RESERVED = recommend(STRONG, ordinary(reserved=True))


@pytest.mark.parametrize(
    ("current", "recommendation", "watched", "expected"),
    [
        (None, SEEN, True, None),
        (None, RESERVED, False, None),
        (5, SEEN, False, Posture.LETTING_FALL),
        (4, SEEN, False, Posture.IN_STEP),
        (5, RESERVED, False, Posture.LETTING_FALL),
        (5, RESERVED, True, None),
        (4, RESERVED, False, None),
        (5, NOT_SEEN, True, Posture.TOO_TRUSTING),
        (6, SEEN, True, Posture.GENEROUS),
        (4, LOW_AND_NOT_SEEN, True, Posture.GENEROUS),
        (5, LOW_AND_NOT_SEEN, True, Posture.TOO_TRUSTING),
        (5, SEEN, True, Posture.IN_STEP),
        (4, SEEN, True, Posture.IN_STEP),
        (3, SEEN, True, Posture.HOLDING_ON),
        (1, NOT_SEEN, True, Posture.IN_STEP),
    ],
)
def test_posture(current, recommendation, watched, expected):
    level = current and Level(current)

    assert posture(level, recommendation, watched=watched) is expected


def test_a_choice_can_lean_on_what_is_not_seen():
    recommendation = recommend(
        strong(choices=None, informs=None, needs=2), ordinary(), {"choices"}
    )

    assert leans_on(Level.DECIDE_TOGETHER, recommendation) == ()
    assert leans_on(Level.ADVISE, recommendation) == ("informs",)
    assert leans_on(Level.HEAR_AFTERWARDS, recommendation) == ("informs", "choices")
    assert leans_on(Level.LET_GO, RESERVED) == ()


@pytest.mark.parametrize(
    ("chosen", "recommendation", "expected"),
    [(5, SEEN, False), (6, SEEN, True), (1, SEEN, False), (7, RESERVED, False)],
)
def test_a_choice_can_lie_above_the_advice(chosen, recommendation, expected):
    assert above_advice(Level(chosen), recommendation) is expected


@pytest.mark.parametrize(
    ("with_me", "recommendations", "expected"),
    [
        (True, [NOT_SEEN, SEEN], True),
        (False, [SEEN], False),
        (True, [LOW_AND_NOT_SEEN, RESERVED], False),
        (True, [recommend(Ratings(), ordinary(stakes=Stakes.LOW))], False),
        (True, [], False),
    ],
)
def test_a_task_is_still_with_me_where_someone_could_decide(
    with_me, recommendations, expected
):
    assert still_with_me(with_me, iter(recommendations)) is expected


# What is refused


@pytest.mark.parametrize("name", rules.RATED)
@pytest.mark.parametrize(
    "value", [0, 6, -1, 10**30, True, False, 3.0, "3", "", Level.PROPOSE, [3], {}]
)
def test_a_rating_is_a_whole_number_on_the_scale(name, value):
    with pytest.raises(ValueError, match=f"^{name}: "):
        Ratings(**{name: value})


@pytest.mark.parametrize("fact", list(rules.FACTS))
@pytest.mark.parametrize(
    "value", ["medium", "easy", "clear", "", 1, True, Level.SHOW, CheckIn.DURING, []]
)
def test_a_task_fact_is_one_of_its_answers(fact, value):
    with pytest.raises(ValueError, match=f"^{fact}: "):
        ordinary(**{fact: value})


def test_a_task_fact_is_not_an_answer_to_another():
    with pytest.raises(ValueError, match=r"^stakes: "):
        ordinary(stakes=Undo.EASY)


@pytest.mark.parametrize("value", [None, 0, 1, "yes", ""])
def test_reserved_is_yes_or_no(value):
    with pytest.raises(ValueError, match=r"^reserved: "):
        ordinary(reserved=value)


@pytest.mark.parametrize(
    ("make", "facts"),
    [
        (Ratings, {"age": 40}),
        (Task, {}),
        (Task, {"stakes": Stakes.LOW, "undo": Undo.EASY}),
    ],
)
def test_no_more_and_no_less_is_accepted(make, facts):
    with pytest.raises(TypeError):
        make(**facts)


def test_facts_are_told_by_name():
    with pytest.raises(TypeError):
        Ratings(1, 2, 3, 4, 5)
    with pytest.raises(TypeError):
        Task(Stakes.LOW, Undo.EASY, Clarity.CLEAR)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (STRONG, "choices"),
        (ORDINARY, "reserved"),
        (SEEN, "level"),
        (SEEN, "limits"),
        (SEEN, "anything"),
        (SEEN.ceilings[0], "at_most"),
        (SEEN.raise_by, "level"),
    ],
)
def test_nothing_can_be_changed_afterwards(value, name):
    with pytest.raises((AttributeError, TypeError)):
        setattr(value, name, 1)


# Over everything there is


RATINGS = [
    Ratings(**dict(zip(rules.RATED, row, strict=True)))
    for row in itertools.product(LEAST_TO_MOST, repeat=5)
]
TASKS = [
    Task(stakes=stakes, undo=undo, clarity=clarity)
    for stakes, undo, clarity in itertools.product(Stakes, Undo, Clarity)
]
STEPS = {
    **{name: 27 * 6**power for power, name in enumerate(reversed(rules.RATED))},
    "stakes": 9,
    "undo": 3,
    "clarity": 1,
}
"""How far apart two cases lie that differ by one step of one fact."""

ANSWERS = {
    **dict.fromkeys(rules.RATED, LEAST_TO_MOST),
    **{fact: tuple(answers) for fact, answers in rules.FACTS.items()},
}


def step(index, name):
    """Return which of its answers a fact has, in the case at `index`."""
    return index // STEPS[name] % len(ANSWERS[name])


def moved(index, changes):
    """Return where the case lies that is as the one at `index`, but for `changes`."""
    for name, value in changes:
        index += STEPS[name] * (ANSWERS[name].index(value) - step(index, name))
    return index


@pytest.fixture(scope="module")
def cases():
    return list(recommend_many((r, t, ()) for r in RATINGS for t in TASKS))


@pytest.fixture(scope="module")
def levels(cases):
    return bytes(case.level for case in cases)


def neighbours(levels, name):
    """Yield the level of every case, and of the case one step further along `name`."""
    last = len(ANSWERS[name]) - 1
    for index, level in enumerate(levels):
        if step(index, name) < last:
            yield level, levels[index + STEPS[name]]


def test_all_cases_are_there(cases):
    assert len(cases) == 6**5 * 27
    for index in random.Random(1).sample(range(len(cases)), 100):
        for name in STEPS:
            facts = cases[index].ratings if name in rules.RATED else cases[index].task
            assert getattr(facts, name) == ANSWERS[name][step(index, name)]


@pytest.mark.parametrize("name", rules.RATED)
def test_a_higher_rating_never_lowers_the_level(levels, name):
    """Not observed, between a 2 and a 3, is never below the one nor above the other."""
    assert all(lower <= higher for lower, higher in neighbours(levels, name))


@pytest.mark.parametrize("fact", list(rules.FACTS))
def test_a_harder_task_never_raises_the_level(levels, fact):
    assert all(easier >= harder for easier, harder in neighbours(levels, fact))


def test_each_answer_names_a_limit_or_is_the_highest_level(cases):
    assert all(bool(case.limits) != (case.level is Level.LET_GO) for case in cases)


def test_the_highest_level_is_never_for_high_stakes(cases):
    highest = [case.task.stakes for case in cases if case.level is Level.LET_GO]

    assert set(highest) == {Stakes.LOW, Stakes.MEDIUM}


def test_the_way_up_leads_exactly_where_it_says_and_no_part_of_it_leads_up(
    cases, levels
):
    """Parts that leave out one change are enough: any other part lies within one of
    them, and a rating or clarity that stays lower never gives a higher level."""
    best = [*((name, 5) for name in rules.RATED), ("clarity", Clarity.CLEAR)]
    for index, case in enumerate(cases):
        way = case.raise_by
        assert (way is not None) == (levels[moved(index, best)] > case.level)
        if way:
            assert levels[moved(index, way.changes)] == way.level > case.level
            for left_out in way.changes:
                part = [change for change in way.changes if change != left_out]
                assert levels[moved(index, part)] == case.level


def test_the_floor_leads_exactly_where_it_says(cases, levels):
    for index, case in enumerate(cases):
        if case.floor_by is not None:
            heard = moved(index, [("familiarity", 4)])
            assert levels[heard] == case.floor_by == Level.PROPOSE > case.level


def test_the_task_side_leads_exactly_where_it_says(cases, levels):
    for index, case in enumerate(cases):
        told = {change.fact: change.level for change in case.task_side}
        for fact in rules.FACTS:
            at = step(index, fact)
            easier = levels[index - STEPS[fact]] if at else case.level
            assert told.get(fact, case.level) == easier


def test_a_safeguard_never_lowers_the_level_and_never_lifts_it_above_five(levels):
    pairs = list(itertools.product(RATINGS, TASKS))
    for safeguards in [*({name} for name in rules.CRITERIA), set(rules.CRITERIA)]:
        guarded = recommend_many((*pair, safeguards) for pair in pairs)
        for before, after in zip(levels, guarded, strict=True):
            assert after.level == before or before < after.level <= Level.ADVISE


def test_one_safeguard_more_never_lowers_the_level():
    tasks = [task for task in TASKS if task.clarity is Clarity.CLEAR]
    for ratings in random.Random(1).sample(RATINGS, 500):
        for task, name in itertools.product(tasks, rules.CRITERIA):
            others = set(rules.CRITERIA) - {name}
            every = recommend(ratings, task, rules.CRITERIA)
            assert every.level >= recommend(ratings, task, others).level
            way = every.raise_by
            assert way is None or way.level > every.level


def test_the_same_facts_give_the_same_answer_in_any_company(cases):
    some = random.Random(1).sample(cases, 2000)

    alone = [recommend(case.ratings, case.task) for case in some]
    backwards = recommend_many((case.ratings, case.task, ()) for case in some[::-1])

    assert alone == some == list(backwards)[::-1]
    assert {hash(case) for case in alone} == {hash(case) for case in some}
    assert repr(alone[0]) == repr(some[0])


def test_the_order_of_safeguards_does_not_matter():
    answers = {
        recommend(Ratings(), ordinary(), order)
        for order in itertools.permutations(rules.CRITERIA)
    }

    assert len(answers) == 1


def test_a_board_is_answered_as_it_is_read():
    board = iter([(STRONG, ordinary(), ()), (Ratings(), ordinary(), ())])

    first = next(recommend_many(board))

    assert first.level is Level.LET_GO
    assert next(board) == (Ratings(), ordinary(), ())


@pytest.mark.parametrize("current", [None, *Level])
def test_posture_always_has_an_answer(cases, current):
    some = random.Random(1).sample(cases, 2000)
    for case, watched in itertools.product(some, (True, False)):
        found = posture(current, case, watched=watched)
        assert (found is None) == (current is None)


# Choosing above the advice, and getting acquainted


def test_a_choice_above_the_advice_names_what_it_goes_past_lowest_first():
    advice = recommend(strong(needs=1, help=2, familiarity=3), ordinary())

    assert [(one.input, int(one.at_most)) for one in passed(Level.LET_GO, advice)] == [
        ("needs", 2),
        ("help", 3),
        ("familiarity", 5),
    ]
    assert [one.input for one in passed(Level.PROPOSE, advice)] == ["needs"]
    assert passed(Level.EXPLAIN, advice) == ()


def test_a_choice_goes_past_something_exactly_where_it_is_above_the_advice(cases):
    for case, chosen in itertools.product(random.Random(1).sample(cases, 5000), Level):
        found = passed(chosen, case)
        assert bool(found) == above_advice(chosen, case)
        assert all(one.at_most < chosen for one in found)
        assert list(found) == list(case.ceilings[: len(found)])
        if found and not case.floored:
            assert found[0].at_most == case.level
        unseen = tuple(one.input for one in found if not one.seen)
        assert unseen == (leans_on(chosen, case) if found else ())


def test_more_room_never_goes_past_less(cases):
    for case in random.Random(1).sample(cases, 2000):
        counts = [len(passed(chosen, case)) for chosen in Level]
        assert counts == sorted(counts)


def test_without_advice_nothing_is_passed():
    assert passed(Level.LET_GO, recommend(Ratings(), ordinary(reserved=True))) == ()
    assert passed(Level.LET_GO, recommend(Ratings(), ordinary(undo=None))) == ()


def test_a_task_is_safe_to_try_where_a_mistake_can_be_mended():
    safe = {(task.stakes, task.undo) for task in TASKS if safe_to_try(task)}

    assert safe == set(
        itertools.product((Stakes.LOW, Stakes.MEDIUM), (Undo.EASY, Undo.EFFORT))
    )
    assert not safe_to_try(ordinary(reserved=True))
    for fact in rules.FACTS:
        assert not safe_to_try(ordinary(**{fact: None}))


# The module itself


def public_functions():
    return [
        function
        for name, function in inspect.getmembers(rules, inspect.isfunction)
        if function.__module__ == rules.__name__ and not name.startswith("_")
    ]


@pytest.mark.parametrize(
    "rule",
    [*public_functions(), Level, Ratings, Task, Posture],
    ids=lambda r: r.__name__,
)
def test_every_rule_names_its_source(rule):
    assert "Source: " in rule.__doc__


def syntax():
    return ast.parse(Path(rules.__file__).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "table",
    [
        "CHECK_INS",
        "RATING_CEILINGS",
        "RISK_SHIFTS",
        "CLARITY_CEILINGS",
        "STAKES_CEILINGS",
        "SAFEGUARD_CEILING",
        "KNOWS_THE_WORK",
    ],
)
def test_every_table_names_its_source(table):
    told = {
        ast.unparse(node.targets[0]): after.value.value
        for node, after in itertools.pairwise(syntax().body)
        if isinstance(node, ast.Assign) and isinstance(after, ast.Expr)
    }

    assert "Source: " in told[table]


def test_the_rules_know_the_standard_library_only():
    imported = set()
    for node in ast.walk(syntax()):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module)

    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
