"""The rules: how far to let go of a task, for one employee, and why.

Pure functions over frozen values. No Flask, no database, no clock, no
translation: facts come in as arguments, codes go out, and `wording` turns the
codes into sentences. Of a person nothing is accepted but five ratings: no name,
age, sex, contract, tenure, absence, workload, liking or self-view.

Each input puts a ceiling on the level, and the level is the lowest ceiling. A
minimum, not an average: an average hides one dangerous 1, a minimum names its
own reason. The directions have sources; the cut-offs are our own choice.

Scales
    rating    whole numbers, 1 (least) to 5 (most), or None: not yet observed
    level     1 (I show) to 7 (let go)
    ceiling   the highest level that one input allows
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from itertools import pairwise, product, starmap
from typing import Any, NamedTuple

RULES_VERSION = "1.0"
"""Kept with every agreement; raised whenever the same facts get another answer."""

SCALE = range(1, 6)
"""What a rating can be, not observed aside."""

CRITERIA = ("choices", "informs", "needs", "help")
"""What an employee is rated on, whatever the task; each can have a safeguard."""

RATED = (*CRITERIA, "familiarity")
"""Everything that is rated: the four criteria, and familiarity with the task."""

INPUTS = (*RATED, "clarity", "stakes")
"""Everything that puts a ceiling on the level, in the order in which ties are told."""


class Level(IntEnum):
    """How far the manager lets go; a higher level is more room.

    Source: Tannenbaum & Schmidt 1973 and Management 3.0 (seven steps); Jan Stevens,
    De Steven, page on the delegation ladder (three bands: 1-2, 3-4 and 5-7).
    """

    SHOW = 1
    EXPLAIN = 2
    PROPOSE = 3
    DECIDE_TOGETHER = 4
    ADVISE = 5
    HEAR_AFTERWARDS = 6
    LET_GO = 7


BANDS = {
    1: (Level.SHOW, Level.EXPLAIN),
    2: (Level.PROPOSE, Level.DECIDE_TOGETHER),
    3: (Level.ADVISE, Level.HEAR_AFTERWARDS, Level.LET_GO),
}
"""I show it, we do it together, you do it.

Source: De Steven, its page on the delegation ladder.
"""


def band(level: int) -> int:
    """Return the key in `BANDS` of a level.

    Source: De Steven, its page on the delegation ladder.

    >>> band(Level.EXPLAIN), band(Level.LET_GO)
    (1, 3)
    """
    return next(number for number, levels in BANDS.items() if level in levels)


class CheckIn(StrEnum):
    """When the two look at the work together, in the order of the levels."""

    DURING = "during"
    EACH_STEP = "each_step"
    EACH_DECISION = "each_decision"
    MILESTONE = "milestone"
    BEFORE_DECISION = "before_decision"
    AFTERWARDS = "afterwards"
    LOOK_BACK = "look_back"


CHECK_INS = dict(zip(Level, CheckIn, strict=True))
"""The check-in of each level: there is none without, as that would be letting fall.

Source: Langfred 2004 (trust without monitoring costs performance).
"""


class Stakes(StrEnum):
    """How much depends on the task, least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Undo(StrEnum):
    """Whether the task can be undone, easiest first."""

    EASY = "easy"
    EFFORT = "effort"
    NO = "no"


class Clarity(StrEnum):
    """Whether outcome and limits are clear (not the method), clearest first."""

    CLEAR = "clear"
    PARTLY = "partly"
    UNCLEAR = "unclear"


FACTS: dict[str, type[StrEnum]] = {"stakes": Stakes, "undo": Undo, "clarity": Clarity}
"""What the manager must know of a task, and the answers there are, easiest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """What the manager has seen of one employee, for one task.

    Raises ValueError, naming the field, for all but a whole number on `SCALE` or None.

    Source: Jan Stevens, "Vertrouwen geven en vertrouwen ontvangen", De Steven (the four
    criteria); Kennedy et al. 2008 (four dimensions that clinical supervisors use);
    Grove, task-relevant maturity (familiarity belongs to the task); Heidemeier & Moser
    2009 (a self-view is shown, never computed).
    """

    choices: int | None = None
    informs: int | None = None
    needs: int | None = None
    help: int | None = None
    familiarity: int | None = None

    def __post_init__(self) -> None:
        for name in RATED:
            value = getattr(self, name)
            # By exact type: True is an int too, and so is a Level.
            if value is not None and (type(value) is not int or value not in SCALE):
                raise ValueError(f"{name}: not a whole number from 1 to 5: {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the manager knows of one task; None is a question not answered yet.

    Raises ValueError, naming the field, for all but the enums' members and a bool.

    Source: Yukl & Fu 1999 and Leana 1986 (importance; workload and liking stay out).
    """

    stakes: Stakes | None
    undo: Undo | None
    clarity: Clarity | None
    reserved: bool = False

    def __post_init__(self) -> None:
        for name, answers in FACTS.items():
            value = getattr(self, name)
            if value is not None and not isinstance(value, answers):
                raise ValueError(f"{name}: not one of {answers.__name__}: {value!r}")
        if type(self.reserved) is not bool:
            raise ValueError(f"reserved: not True or False: {self.reserved!r}")


RATING_CEILINGS = {1: 2, 2: 3, None: 4, 3: 5, 4: 6, 5: 7}
"""How far a rating lets go at ordinary risk.

Not yet observed is never bad: it lies between a 2 and a 3, and so leads to deciding
together, where people get acquainted.

Source: Jan Stevens, De Steven (trust is being acquainted with); Yukl & Fu 1999
(competence predicts delegation). The numbers are our own choice.
"""

RISK_SHIFTS = {
    Stakes.LOW: {Undo.EASY: +1, Undo.EFFORT: 0, Undo.NO: 0},
    Stakes.MEDIUM: {Undo.EASY: 0, Undo.EFFORT: 0, Undo.NO: -1},
    Stakes.HIGH: {Undo.EASY: 0, Undo.EFFORT: -1, Undo.NO: -2},
}
"""By how much the risk of the task shifts the ceiling of every rating.

Source: Yukl & Fu 1999 and Leana 1986 (importance); Bezos, letter of 2015 (reversible
against irreversible). The numbers are our own choice.
"""

CLARITY_CEILINGS = {
    Clarity.CLEAR: Level.LET_GO,
    Clarity.PARTLY: Level.HEAR_AFTERWARDS,
    Clarity.UNCLEAR: Level.DECIDE_TOGETHER,
}
"""How far outcome and limits let go: the manager's part, not the employee's.

Source: Jan Stevens, De Steven (unclear direction). The numbers are our own choice.
"""

STAKES_CEILINGS = {
    Stakes.LOW: Level.LET_GO,
    Stakes.MEDIUM: Level.LET_GO,
    Stakes.HIGH: Level.HEAR_AFTERWARDS,
}
"""How far the stakes let go: where they are high, the manager stays informed.

Source: Yukl & Fu 1999 and Leana 1986 (importance). The number is our own choice.
"""

SAFEGUARD_CEILING = Level.ADVISE
"""A safeguard makes the ceiling of its criterion one higher, up to this one.

Source: Langfred 2004 (trust needs monitoring). The numbers are our own choice.
"""

FLOOR = Level.PROPOSE
KNOWS_THE_WORK = (4, 5)
"""Who is this familiar with the task is heard before it is decided: at least `FLOOR`.

Source: Vroom & Yetton (hear the one who has the information).
"""


class _Allowed(NamedTuple):
    """What the facts of a task allow: by each rating, and by themselves."""

    by_rating: dict[int | None, Level]
    by_task: Level


_ALLOWED: dict[tuple[Stakes | None, Undo | None, Clarity | None], _Allowed] = {
    (stakes, undo, clarity): _Allowed(
        {
            rating: Level(min(max(ceiling + RISK_SHIFTS[stakes][undo], 1), 7))
            for rating, ceiling in RATING_CEILINGS.items()
        },
        min(CLARITY_CEILINGS[clarity], STAKES_CEILINGS[stakes]),
    )
    for stakes, undo, clarity in product(Stakes, Undo, Clarity)
}

_EASIER = {
    answer: easier for answers in FACTS.values() for easier, answer in pairwise(answers)
}


def _ceiling(name: str, value: Any, task: Task, safeguards: frozenset[str]) -> Level:
    """Return how far one input would let go if it were `value`."""
    if name == "clarity":
        return CLARITY_CEILINGS[value]
    if name == "stakes":
        return STAKES_CEILINGS[value]
    ceiling = _ALLOWED[task.stakes, task.undo, task.clarity].by_rating[value]
    if name in safeguards and ceiling < SAFEGUARD_CEILING:
        return Level(ceiling + 1)
    return ceiling


class Ceiling(NamedTuple):
    """The highest level that one input allows.

    `safeguarded` says that an agreement guards it, also where that lifts nothing.
    """

    input: str
    at_most: Level
    seen: bool
    safeguarded: bool


class RaiseBy(NamedTuple):
    """One way up: for each limit the lowest value that lifts it, and what then results.

    `floor_by` is another, where it is open: the level that familiarity 4 gives by the
    floor, whatever else stays as low as it is.
    """

    changes: tuple[tuple[str, int | Clarity], ...]
    level: Level
    floor_by: Level | None = None


class TaskChange(NamedTuple):
    """One task fact made one step easier, and the higher level that results."""

    fact: str
    value: StrEnum
    level: Level


class Recommendation(NamedTuple):
    """How far to let go, and why; made by `recommend` only.

    Holds the level and its facts; the rest is worked out when it is read. With no level
    (the task is reserved, or a fact is missing) there is nothing to explain: it is not
    provisional, and every tuple but `missing` is empty.
    """

    level: Level | None
    floored: bool
    ratings: Ratings
    task: Task
    safeguards: frozenset[str]

    @property
    def reserved(self) -> bool:
        """Whether the task must stay with the manager, whatever is missing."""
        return self.task.reserved

    @property
    def missing(self) -> tuple[str, ...]:
        """The task facts to ask for first."""
        if self.reserved:
            return ()
        return tuple(name for name in FACTS if getattr(self.task, name) is None)

    @property
    def provisional(self) -> bool:
        """Whether something that is rated is not yet observed."""
        r = self.ratings
        rated = (r.choices, r.informs, r.needs, r.help, r.familiarity)
        return None in rated and self.level is not None

    @property
    def unseen(self) -> tuple[str, ...]:
        """What is to be got acquainted with."""
        if self.level is None:
            return ()
        return tuple(name for name in RATED if getattr(self.ratings, name) is None)

    @property
    def check_in(self) -> CheckIn | None:
        """The check-in that belongs to the level."""
        return None if self.level is None else CHECK_INS[self.level]

    @property
    def ceilings(self) -> tuple[Ceiling, ...]:
        """Each input with its ceiling, lowest first."""
        if self.level is None:
            return ()
        ceilings = []
        for name in INPUTS:
            value = getattr(self.ratings if name in RATED else self.task, name)
            at_most = _ceiling(name, value, self.task, self.safeguards)
            guarded = name in self.safeguards
            ceilings.append(Ceiling(name, at_most, value is not None, guarded))
        return tuple(sorted(ceilings, key=lambda ceiling: ceiling.at_most))

    @property
    def limits(self) -> tuple[Ceiling, ...]:
        """The ceilings at or below the level; none at the highest level."""
        if self.level is None or self.level is Level.LET_GO:
            return ()
        return tuple(c for c in self.ceilings if c.at_most <= self.level)

    @property
    def raise_by(self) -> RaiseBy | None:
        """One way up, or None where no rating or clarity lifts every limit."""
        changes: dict[str, int | Clarity] = {}
        for limit in self.limits:
            value = self._lift(limit)
            if value is None:
                return None
            changes[limit.input] = value
        level = self._higher(**changes)
        return RaiseBy(tuple(changes.items()), level, self.floor_by) if level else None

    @property
    def floor_by(self) -> Level | None:
        """The level that familiarity 4 gives by the floor, where that is higher."""
        if self.level is None or self.level >= FLOOR:
            return None
        heard = self._but(familiarity=KNOWS_THE_WORK[0])
        return heard.level if heard.floored else None

    @property
    def task_side(self) -> tuple[TaskChange, ...]:
        """Each task fact of which one step easier gives a higher level."""
        easier = ((fact, _EASIER.get(getattr(self.task, fact))) for fact in FACTS)
        return tuple(
            TaskChange(fact, value, level)
            for fact, value in easier
            if value and (level := self._higher(**{fact: value}))
        )

    def _lift(self, limit: Ceiling) -> Any:
        """Return the lowest value that lifts `limit` above the level, if there is one.

        Stakes are left as they are: making them lower is on the side of the task.
        """
        values = {"clarity": reversed(Clarity), "stakes": ()}.get(limit.input, SCALE)
        for value in values:
            lifted = _ceiling(limit.input, value, self.task, self.safeguards)
            if self.level and lifted > self.level:
                return value
        return None

    def _but(self, **changes: Any) -> "Recommendation":
        """Return the recommendation for the same facts, but for `changes`."""
        rated = {name: value for name, value in changes.items() if name in RATED}
        facts = {name: value for name, value in changes.items() if name in FACTS}
        return recommend(
            replace(self.ratings, **rated) if rated else self.ratings,
            replace(self.task, **facts) if facts else self.task,
            self.safeguards,
        )

    def _higher(self, **changes: Any) -> Level | None:
        """Return the level that `changes` lead to, where it is higher."""
        level = self._but(**changes).level
        return level if level and self.level and level > self.level else None


_UNGUARDED: frozenset[str] = frozenset()


def recommend(
    ratings: Ratings, task: Task, safeguards: Iterable[str] = _UNGUARDED
) -> Recommendation:
    """Return how far to let go: the lowest ceiling, or the floor where that is higher.

    `safeguards` are the criteria that an agreement in force guards.

    Raises ValueError if one of them is not among the four.

    Source: Jan Stevens, De Steven (the four criteria, which count equally); Yukl & Fu
    1999 (competence and importance). The minimum is our own choice.
    """
    guarded = _UNGUARDED if safeguards == _UNGUARDED else _criteria(safeguards)
    level = _lowest_ceiling(ratings, task, guarded)
    floored = (
        level is not None and level < FLOOR and ratings.familiarity in KNOWS_THE_WORK
    )
    # Past the constructor of the class, which takes as long as the rule itself.
    answer = (FLOOR if floored else level, floored, ratings, task, guarded)
    return tuple.__new__(Recommendation, answer)


def recommend_many(
    cases: Iterable[tuple[Ratings, Task, Iterable[str]]],
) -> Iterator[Recommendation]:
    """Yield the recommendation for each of `cases`, in order, as it is asked for.

    Source: see `recommend`.
    """
    return starmap(recommend, cases)


def _criteria(safeguards: Iterable[str]) -> frozenset[str]:
    try:
        names = frozenset(safeguards)
    except TypeError as error:
        raise ValueError(f"safeguards: not names: {safeguards!r}") from error
    if not names.issubset(CRITERIA):
        raise ValueError(f"safeguards: not all among {CRITERIA}: {safeguards!r}")
    return names


def _lowest_ceiling(
    ratings: Ratings, task: Task, safeguards: frozenset[str]
) -> Level | None:
    """Return the lowest ceiling, or None where no level is to be given."""
    if task.reserved:
        return None
    allowed = _ALLOWED.get((task.stakes, task.undo, task.clarity))
    if allowed is None:
        return None
    at_most, by_task = allowed
    if safeguards:
        rated = ((name, getattr(ratings, name)) for name in RATED)
        return min(by_task, *(_ceiling(*pair, task, safeguards) for pair in rated))
    return min(  # written out, as a board asks this for every one of its cells
        by_task,
        at_most[ratings.choices],
        at_most[ratings.informs],
        at_most[ratings.needs],
        at_most[ratings.help],
        at_most[ratings.familiarity],
    )


class Posture(StrEnum):
    """How it goes now against the advice: a question to the manager, no verdict.

    Source: Jan Stevens, De Steven (letting go against letting fall; naive trust).
    """

    LETTING_FALL = "letting_fall"
    TOO_TRUSTING = "too_trusting"
    GENEROUS = "generous"
    HOLDING_ON = "holding_on"
    IN_STEP = "in_step"


def posture(
    current: Level | None, recommendation: Recommendation, *, watched: bool
) -> Posture | None:
    """Return how the level now relates to the advice; None where either is unknown.

    `watched` says that a check-in or look-back is open, and at most 7 days overdue.
    Letting fall goes first, and needs no advice: it holds for a reserved task too.

    Source: Jan Stevens, De Steven (letting go against letting fall); Langfred 2004.
    """
    if current is None:
        return None
    if current >= Level.ADVISE and not watched:
        return Posture.LETTING_FALL
    if recommendation.level is None:
        return None
    if above_advice(current, recommendation):
        leans = leans_on(current, recommendation)
        return Posture.TOO_TRUSTING if leans else Posture.GENEROUS
    if not recommendation.provisional and current <= recommendation.level - 2:
        return Posture.HOLDING_ON
    return Posture.IN_STEP


def leans_on(level: Level, recommendation: Recommendation) -> tuple[str, ...]:
    """Return what is not observed and would not allow `level`, lowest ceiling first.

    Source: Jan Stevens, De Steven (trust in what one is not acquainted with is naive).
    """
    return tuple(
        ceiling.input
        for ceiling in recommendation.ceilings
        if not ceiling.seen and ceiling.at_most < level
    )


def above_advice(chosen: Level, recommendation: Recommendation) -> bool:
    """Tell whether more room is chosen than advised; without advice it never is.

    Source: our own choice: the manager decides, and sees where that goes further.
    """
    return recommendation.level is not None and chosen > recommendation.level


def still_with_me(with_me: bool, recommendations: Iterable[Recommendation]) -> bool:
    """Tell whether the manager does a task that someone could decide on: 5 or more.

    `recommendations` are those for the task, of everybody who could take it on.

    Source: Jan Stevens, De Steven (without trust one never lets go).
    """
    return with_me and any(
        r.level is not None and r.level >= Level.ADVISE and not r.provisional
        for r in recommendations
    )


def passed(chosen: Level, recommendation: Recommendation) -> tuple[Ceiling, ...]:
    """Return the ceilings that a choice above the advice goes past, lowest first.

    Each asks for an agreement that makes it safe, and keeps nobody from choosing. At or
    below the advice there is none, also where the floor lifts it above a ceiling.

    Source: Jan Stevens, De Steven (naive trust); Langfred 2004. That it asks and never
    blocks is our own choice.
    """
    if not above_advice(chosen, recommendation):
        return ()
    return tuple(one for one in recommendation.ceilings if one.at_most < chosen)


def safe_to_try(task: Task) -> bool:
    """Tell whether a task is safe enough to get acquainted on: a mistake can be mended.

    Not where it stays with the manager, a fact is not known, much depends on it, or it
    cannot be undone.

    Source: our own choice, after Bezos, letter of 2015 (reversible against
    irreversible).
    """
    is_known = all(getattr(task, fact) is not None for fact in FACTS)
    is_mild = task.stakes is not Stakes.HIGH and task.undo is not Undo.NO
    return is_known and is_mild and not task.reserved
