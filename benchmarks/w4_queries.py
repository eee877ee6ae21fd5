"""W4: how many queries the board sends, signed in, at 12 by 20 and at 100 by 200.

Run as `.venv/bin/python benchmarks/w4_queries.py`.

Both sides ask the real app for the page; what SQLAlchemy hands to the database is
counted, sign-in included and BEGIN aside. `tests/test_board.py` holds the same.
"""

from typing import Any

from board_team import add_team, fresh_folder, make_app, sign_in, visit
from sqlalchemy import event

from delegate.models import db

TARGET = 6


def main() -> None:
    with fresh_folder() as folder:
        app = make_app(folder)
        with app.app_context():
            teams = {"12 × 20": add_team(12, 20), "100 × 200": add_team(100, 200)}
            engine = db.engine
        cookie = sign_in(app)
        counts = {}
        for name, team_id in teams.items():
            go = visit(app, f"/board/?team={team_id}", cookie)
            go()  # remembers the team in the session, which is a write
            sent: list[str] = []

            def remember(
                _connection: Any, _cursor: Any, statement: str, *_: Any
            ) -> None:
                if not statement.startswith("BEGIN"):
                    sent.append(statement)  # noqa: B023

            event.listen(engine, "before_cursor_execute", remember)
            go()
            event.remove(engine, "before_cursor_execute", remember)
            counts[name] = len(sent)
    for name, count in counts.items():
        print(f"{name:10} {count} queries")
    same = len(set(counts.values())) == 1
    print(f"the same: {'yes' if same else 'no'}   target: the same, {TARGET} or fewer")


if __name__ == "__main__":
    main()
