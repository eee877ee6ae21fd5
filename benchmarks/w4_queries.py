"""W4: how many queries Today, the board and a person send, and what ten years cost.

Run as `.venv/bin/python benchmarks/w4_queries.py`.

First the real app is asked for each page, signed in, at 12 by 20 and at 100 by 200;
what SQLAlchemy hands to the database is counted, sign-in included and BEGIN aside.
`tests/test_board.py` and `tests/test_query_limit.py` hold the same.

Then a team of 50 by 20 with ten years behind it beside one with a single year: of every
person each criterion and eight tasks looked at every quarter, 24,000 ratings against
2,400; of every pair that goes on an event and a kept check-in a quarter. CPU seconds a
page, in turn within one run, medians of 9 rounds.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from board_team import (
    add_team,
    fresh_folder,
    in_turn,
    make_app,
    sign_in,
    visit,
)
from sqlalchemy import event, insert, select, text

from delegate import rules
from delegate.models import (
    Agreement,
    CheckIn,
    Employee,
    Pair,
    PairEvent,
    Rating,
    Task,
    db,
    utc_now,
)

TARGET = 6
QUARTER = timedelta(days=91)
EACH = 5


@contextmanager
def counted(engine: Any) -> Iterator[list[str]]:
    """Return the list that fills with what is sent for as long as this lasts."""
    sent: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", remember)
    yield sent
    event.remove(engine, "before_cursor_execute", remember)


def pages_of(team_id: int) -> dict[str, str]:
    """Return the pages to ask for; the first one also remembers the team."""
    first = select(Employee.id).where(Employee.team_id == team_id).limit(1)
    return {
        "board": f"/board/?team={team_id}",
        "today": f"/?team={team_id}",
        "person": f"/people/{db.session.scalar(first)}",
    }


def add_history(team_id: int, quarters: int) -> None:
    """Add what was seen and kept in each of so many quarters until now."""
    of, now = {"team_id": team_id}, utc_now()
    staff, work = (
        db.session.scalars(select(model.id).where(model.team_id == team_id)).all()
        for model in (Employee, Task)
    )
    times = [now - QUARTER * back for back in range(quarters, 0, -1)]
    for at in times:
        rows = looks(staff, work[:8])
        made = {**of, "rater_id": 1, "state": "scored", "score": 4, "created_at": at}
        db.session.execute(insert(Rating), [{**made, **row} for row in rows])
    pairs = db.session.execute(
        select(Pair.employee_id, Pair.task_id).where(Pair.team_id == team_id)
    ).all()
    told = {**of, "kind": "now", "value": 4}
    db.session.execute(
        insert(PairEvent),
        [
            {**told, "employee_id": who, "task_id": what, "at": at}
            for who, what in pairs
            for at in times
        ],
    )
    agreements = select(Agreement.id).where(Agreement.team_id == team_id)
    kept = [
        {"agreement_id": id, "day": at.date(), "kept_at": at, "seen": "It went well."}
        for id in db.session.scalars(agreements)
        for at in times
    ]
    db.session.execute(insert(CheckIn), kept)
    db.session.commit()


def looks(staff: Sequence[int], work: Sequence[int]) -> list[dict[str, Any]]:
    items = [
        *((name, None) for name in rules.CRITERIA),
        *(("familiarity", id) for id in work),
    ]
    return [
        {"employee_id": who, "criterion": criterion, "task_id": what}
        for who in staff
        for criterion, what in items
    ]


def count_queries() -> None:
    with fresh_folder() as folder:
        app = make_app(folder)
        with app.app_context():
            teams = {"12 × 20": add_team(12, 20), "100 × 200": add_team(100, 200)}
            pages = {name: pages_of(team_id) for name, team_id in teams.items()}
            engine = db.engine
        cookie = sign_in(app)
        counts = {}
        for size, paths in pages.items():
            for name, path in paths.items():
                go = visit(app, path, cookie)
                go()  # remembers the team and tells the trail, which are writes
                with counted(engine) as sent:
                    go()
                counts[name, size] = len(sent)
    for (name, size), count in counts.items():
        print(f"{name:8} {size:10} {count} queries")
    met = all(count <= TARGET for count in counts.values())
    same = all(counts[name, "12 × 20"] == counts[name, "100 × 200"] for name in paths)
    print(f"the same: {'yes' if same else 'no'}, {TARGET} or fewer: {met}\n")


def compare_years() -> None:
    with fresh_folder() as folder:
        app = make_app(folder)
        with app.app_context():
            sides = {}
            for name, quarters in (("one year", 4), ("ten years", 40)):
                team_id = add_team(50, 20)
                add_history(team_id, quarters)
                for page, path in pages_of(team_id).items():
                    sides[page, name] = path
            db.session.execute(text("ANALYZE"))
            db.session.commit()
        cookie = sign_in(app)
        # The board's address chooses the team, so that of each side comes first.
        calls = {side: visit(app, path, cookie) for side, path in sides.items()}
        gc.collect()
        gc.freeze()
        taken = in_turn(calls, EACH)
    for page in ("today", "board", "person"):
        one, ten = (taken[page, name] for name in ("one year", "ten years"))
        print(
            f"{page:8} {one * 1000:6.1f} ms, with ten years {ten * 1000:6.1f} ms:"
            f" {ten / one:.2f} times"
        )


def main() -> None:
    count_queries()
    compare_years()


if __name__ == "__main__":
    main()
