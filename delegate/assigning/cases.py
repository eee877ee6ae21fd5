"""What is asked when tasks are shared out, and what is answered. Values only.

Hours are a week, and counted in hundredths.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ..rules import Level

FREED = dict(zip(Level, (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0), strict=True))
"""The share of a task's hours that is freed at each level. Source: our own choice."""

PROVISIONAL = Level.PROPOSE
"""A provisional level counts as this at most. Source: our own choice."""

SECONDS = 8.0
"""How long to look for something better, or for a proof that there is none."""


class Person(NamedTuple):
    """Someone who could take tasks, and what is wished for them."""

    id: int
    hours: float
    grows: bool = False
    """Whether there must be a task to grow in."""
    is_out: bool = False
    """Whether this person takes nothing."""


class Work(NamedTuple):
    """A task that the manager does now, and what is wished for it."""

    id: int
    hours: float
    fixed: int | None = None
    """The person to whom it goes in any case."""
    stays: bool = False
    now: Level | None = None
    """How far someone does it already: what that frees is no gain any more."""


class Offer(NamedTuple):
    """A task that a person could have, at a level as `counted`; at most one a pair."""

    person: int
    task: int
    level: Level
    is_growth: bool = False


def counted(level: Level, provisional: bool) -> Level:
    """Return the level that counts when tasks are shared out.

    >>> int(counted(Level.ADVISE, True))
    3
    """
    return min(level, PROVISIONAL) if provisional else level


class Kind(StrEnum):
    """What can be wished, in the order in which one would sooner give it up."""

    FIXED = "fixed"
    GROWS = "grows"
    STAYS = "stays"
    OUT = "out"
    LEAST = "least"
    FREE = "free"
    """That nobody takes more than their free hours."""


class Wish(NamedTuple):
    """One thing that is wished, of which person and task; None is all there are."""

    kind: Kind
    person: int | None = None
    task: int | None = None


class Why(StrEnum):
    """Why a task stays with the manager, the first that holds."""

    WISHED = "wished"
    NOBODY = "nobody"
    """Nobody who takes part has a level for it."""
    LEAST = "least"
    """Nobody who takes part has the least level for it."""
    NOW = "now"
    """Nobody who has that would do it further than it is done now."""
    HOURS = "hours"
    """Nobody who would has so many free hours, after what is fixed."""
    FULL = "full"
    """Who could take it takes something else instead."""


class Row(NamedTuple):
    """One task that goes to someone, and the hours that newly frees."""

    task: int
    person: int
    level: Level
    hours: float
    is_fixed: bool
    is_growth: bool
    higher: tuple[int, ...]
    """Who takes part and has a higher level for it, the highest first."""


class Proposal(NamedTuple):
    """What could go to whom; or, where there is no such thing, the wishes in the way.

    Nothing newly frees more than `hours_bound`, and nothing that frees `hours` has a
    higher sum of levels than `levels_bound`. A task goes no further than it is done now
    only where that is wished: fixed, or to grow in.
    """

    rows: tuple[Row, ...] = ()
    """By task."""
    left: Mapping[int, Why] = MappingProxyType({})
    """The tasks that stay with the manager."""
    hours: float = 0.0
    hours_bound: float = 0.0
    levels: int = 0
    levels_bound: int = 0
    in_the_way: tuple[tuple[Wish, ...], ...] = ()
    """Groups of wishes that cannot be had together, however little else is wished; give
    up any one, and the others of its group can. In a very large team one may be named
    too many. With the first of every group given up, all others can be had.

    Where no task could go to anyone, the wishes are of no person or task: "free" is
    then the free hours of all. An empty group: nothing could, whatever is given up."""


class Column(NamedTuple):
    """One task for one person. In a list they stand by task."""

    task: int
    person: int
    size: int
    """What it takes of the room of the person."""
    freed: int
    level: int
    is_growth: bool


class Sum(NamedTuple):
    """What a choice of columns is worth, and what no choice exceeds."""

    value: int
    bound: int


def gap(value: float, bound: float) -> float:
    """Return how far below what is best a value lies at most, as a share of `bound`.

    >>> gap(49, 50)
    0.02
    """
    return (bound - value) / bound if bound else 0.0
