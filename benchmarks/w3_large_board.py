"""W3: what one page of a board of 100 by 200 costs, beside a board of 12 by 20.

Run as `.venv/bin/python benchmarks/w3_large_board.py`.

Both sides gather what one page of the board is made of, as the page itself does, and
look up what the rules say of every cell: 240 pairs in the small team, 20 people by 25
tasks, so 500 of the 20,000 pairs, in the large one. CPU seconds, in turn within one
run, medians of 9 rounds. Read for the whole team are one row a person, one row a task,
and the pairs that are sparse by nature: three tasks that each person does now, and who
knows the three tasks the manager does. These grow with the people and the tasks, not
with their product; so does the cost. Counted on the page only: the provisional cells.

The third side, for comparison, gathers all 20,000 pairs of the large team.
"""

import gc
from collections.abc import Callable
from typing import Any

from board_team import add_team, fresh_folder, in_turn, make_app, today

from delegate.overview import advise, familiarity, overview
from delegate.pages.board import PEOPLE, TASKS

EACH = 10
RATER = 1


def gather(team_id: int, people: int, tasks: int) -> Callable[[], Any]:
    """Return a call that gathers a page of at most so many people and tasks."""

    def go() -> list[Any]:
        whole = overview(team_id, RATER, today())
        who, what = whole.people[:people], whole.tasks[:tasks]
        ids = [one.id for one in who], [one.id for one in what]
        known = familiarity(team_id, RATER, today(), *ids)
        return [
            advise(one.scores, known.get((one.id, task.id), 0), task.answers)
            for task in what
            for one in who
        ]

    return go


def main() -> None:
    with fresh_folder() as folder:
        app = make_app(folder)
        with app.test_request_context("/"):
            small, large = add_team(12, 20), add_team(100, 200)
            sides = {
                "12 × 20, all": gather(small, PEOPLE, TASKS),
                "100 × 200, a page": gather(large, PEOPLE, TASKS),
                "100 × 200, all": gather(large, 100, 200),
            }
            cells = [len(side()) for side in sides.values()]
            gc.collect()
            gc.freeze()
            taken = list(in_turn(sides, EACH).values())
    for name, seconds, count in zip(sides, taken, cells, strict=True):
        each = seconds / count * 1e6
        print(f"{name:18} {seconds * 1e3:7.2f} ms CPU, {count:6} cells, {each:5.1f} µs")
    print(f"cost, a page of the large / the small   {taken[1] / taken[0]:6.2f}")
    print(f"cells shown, large / small              {cells[1] / cells[0]:6.2f}")
    print(f"people and tasks, large / small         {300 / 32:6.2f}")
    print(f"cells in the team, large / small        {cells[2] / cells[0]:6.2f}")
    print("target: nearer to what is shown than to the team")


if __name__ == "__main__":
    main()
