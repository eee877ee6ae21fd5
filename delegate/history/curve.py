"""Hours and tasks let go over time as a picture: where each moment stands.

Pure: moments come in, places on two drawings of `WIDTH` by `HEIGHT` go out.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..rules import BANDS
from .letting_go import Moment

WIDTH, HEIGHT = 240, 136
LEFT, RIGHT = 30, 232
TOP, BOTTOM = 10, 112
ROUND = (2, 4, 6, 8, 10)
"""What an axis may end at, times a power of ten: half of it is a whole number too."""


class Bar(NamedTuple):
    """The tasks of one band at one moment."""

    band: int
    x: float
    y: float
    width: float
    height: float


class Curve(NamedTuple):
    """The two drawings, on one axis of time."""

    first: date
    last: date
    most_hours: int
    path: str
    most_tasks: int
    bars: Sequence[Bar]


def of(moments: Sequence[Moment]) -> Curve:
    """Return the drawings of some moments, oldest first."""
    most_hours = axis(max(one.hours for one in moments))
    most_tasks = axis(max(one.total for one in moments))
    return Curve(
        moments[0].day,
        moments[-1].day,
        most_hours,
        path([one.hours / most_hours for one in moments]),
        most_tasks,
        bars(moments, most_tasks),
    )


def axis(most: float) -> int:
    """Return the round number that an axis ends at, where it shows `most`."""
    power = 1
    while ROUND[-1] * power < most:
        power *= 10
    return next(step * power for step in ROUND if step * power >= most)


def slot(number: int) -> float:
    """Return how wide one of so many moments is."""
    return (RIGHT - LEFT) / number


def height(part: float) -> float:
    return part * (BOTTOM - TOP)


def path(parts: Sequence[float]) -> str:
    """Return the line, a step for each moment."""
    wide = slot(len(parts))
    steps = (
        f"V{BOTTOM - height(part):g}H{LEFT + number * wide:g}"
        for number, part in enumerate(parts, start=1)
    )
    return f"M{LEFT} {BOTTOM - height(parts[0]):g}" + "".join(steps)


def bars(moments: Sequence[Moment], most: int) -> list[Bar]:
    """Return the bars of each moment, what is let go furthest at the foot."""
    wide = slot(len(moments))
    found = []
    for number, moment in enumerate(moments):
        x, y = LEFT + (number + 0.15) * wide, float(BOTTOM)
        for band in reversed(BANDS):
            high = height(moment.tasks.get(band, 0) / most)
            y -= high
            if high:
                found.append(Bar(band, x, y, 0.7 * wide, high))
    return found
