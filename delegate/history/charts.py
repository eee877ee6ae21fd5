"""What was seen over time as a picture: where each look stands, and the line between.

Pure: looks come in, places on a drawing of `WIDTH` by `HEIGHT` go out. Nothing is
averaged: each look is a point, and each manager has a line of their own.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ..rules import CRITERIA, SCALE
from .looks import Look

WIDTH, HEIGHT = 240, 112
LEFT, RIGHT = 24, 232
TOP, ROW = 10, 17
UNSEEN = TOP + ROW * len(SCALE)
"""The height of what was not observed: below the scale, as it is no score."""

SHAPES = ("square", "triangle", "diamond")
"""What others' points look like; the reader's own are dots."""


class Point(NamedTuple):
    """One look on the drawing."""

    x: int
    y: int
    look: Look


class Line(NamedTuple):
    """What one manager saw; `by` is empty where that is the reader."""

    by: str
    shape: str
    path: str
    points: Sequence[Point]


class Chart(NamedTuple):
    """One criterion over time."""

    criterion: str
    lines: Sequence[Line]
    looks: Sequence[Look]


class Charts(NamedTuple):
    """The criteria of one person on one axis of time, and who the points are of."""

    first: date
    last: date
    charts: Sequence[Chart]

    @property
    def raters(self) -> list[tuple[str, str]]:
        """The shape of each manager's points, with the name."""
        found = {one.shape: one.by for chart in self.charts for one in chart.lines}
        return list(found.items())

    @property
    def has_unseen(self) -> bool:
        return any(one.score is None for chart in self.charts for one in chart.looks)


def of(looks: Iterable[Look], reader_id: int, today: date) -> Charts | None:
    """Return a chart of each criterion with two looks or more; None without any."""
    by_day = sorted(looks, key=lambda one: one.day)
    found = {
        name: seen
        for name in CRITERIA
        if len(seen := [one for one in by_day if one.criterion == name]) > 1
    }
    if not found:
        return None
    days = [one.day for seen in found.values() for one in seen]
    first, last = min(days), max(*days, today)
    shapes = shapes_of((one for seen in found.values() for one in seen), reader_id)
    charts = [
        Chart(name, lines_of(seen, shapes, first, last), seen)
        for name, seen in found.items()
    ]
    return Charts(first, last, charts)


def shapes_of(looks: Iterable[Look], reader_id: int) -> dict[int | None, str]:
    """Return the shape of each manager's points, the reader's first."""
    names = {one.rater_id: one.by for one in looks}
    others = sorted(names.keys() - {reader_id}, key=lambda id: (names[id], id or 0))
    shapes = {id: SHAPES[min(n, len(SHAPES) - 1)] for n, id in enumerate(others)}
    return {**({reader_id: "dot"} if reader_id in names else {}), **shapes}


def lines_of(
    looks: Sequence[Look], shapes: dict[int | None, str], first: date, last: date
) -> list[Line]:
    lines = []
    for rater_id, shape in shapes.items():
        mine = [one for one in looks if one.rater_id == rater_id]
        if mine:
            points = [point(one, first, last) for one in mine]
            by = "" if shape == "dot" else mine[-1].by
            lines.append(Line(by, shape, path(points), points))
    return lines


def point(look: Look, first: date, last: date) -> Point:
    """Return where a look stands between the first day and the last."""
    part = (look.day - first).days / max(1, (last - first).days)
    x = round(LEFT + part * (RIGHT - LEFT))
    return Point(x, UNSEEN if look.score is None else height(look.score), look)


def height(score: int) -> int:
    """Return how far from the top a score stands: the highest is the first row."""
    return TOP + ROW * (SCALE[-1] - score)


def path(points: Sequence[Point]) -> str:
    """Return the line: level until the next look, broken where nothing was seen."""
    drawn, is_down = "", False
    for one in points:
        drawn += f"H{one.x}" if is_down else ""
        if one.look.score is not None:
            drawn += f"V{one.y}" if is_down else f"M{one.x} {one.y}"
        is_down = one.look.score is not None
    return drawn + (f"H{RIGHT}" if is_down else "")
