"""W1: what a board of 12 by 20 costs a request, signed in, through the real app.

Run as `.venv/bin/python benchmarks/w1_board.py`.

Three sides, each asked through its WSGI interface, in turn within one run; CPU seconds
a request, medians of 9 rounds:
  board   the real app: session, sign-in, CSRF, headers, all 240 cells of `board_team`
  hello   a Flask app with one view that returns a word
  plain   the same table from the same database, written as one would first: sqlite3,
          the rules for each pair, Jinja that writes each cell; no session, no sign-in,
          no frame, no filters, no legend

The garbage collector is set as for a server: what is loaded is frozen.
"""

import gc
import sqlite3
from collections.abc import Callable
from typing import Any

from board_team import add_team, fresh_folder, in_turn, make_app, sign_in, visit
from flask import Flask, render_template
from jinja2 import DictLoader

from delegate import rules, wording
from delegate.models import task_facts

EACH = 40
HELLO_TARGET = 12.0
PLAIN_TARGET = 1.0

PLAIN = """{% macro cell(one) -%}
<td><a class="slip band-{{ 1 if one.level <= 2 else 2 if one.level <= 4 else 3 }}
{%- if one.provisional %} is-provisional{% endif %}"
href="/pairs/{{ one.who }}/{{ one.what }}"><span class="slip-level">
<svg class="glyph" aria-hidden="true"><use href="#lv{{ one.level }}"/></svg>
<b>{{ one.level }}</b> <span>{{ one.word }}</span></span>
{%- if one.provisional %}<span class="visually-hidden">, provisional</span>{% endif %}
{%- if one.current %}<span class="slip-now">
<svg class="icon" aria-hidden="true"><use href="#i-{{ one.posture }}"/></svg>
<span>now {{ one.current }} · {{ one.posture }}</span></span>{% endif %}</a></td>
{%- endmacro %}
<!doctype html><html lang="en"><title>Board</title><h1>Board</h1>
<table class="board"><thead><tr><th>Task</th>
{% for id, name in people %}<th><a href="/people/{{ id }}">{{ name }}</a></th>
{% endfor %}</tr></thead>
{% for task, cells in rows %}
<tr><th><a href="/tasks/{{ task.id }}">{{ task.title }}</a></th>
{% if cells %}{% for one in cells %}{{ cell(one) }}{% endfor %}
{% else %}<td colspan="{{ people|length }}">{{ task.reserved_why }}</td>{% endif %}</tr>
{% endfor %}</table></html>
"""

NEWEST = """
    SELECT employee_id, criterion, task_id, score FROM (
        SELECT *, row_number() OVER (
            PARTITION BY employee_id, criterion, task_id
            ORDER BY rater_id = 1 DESC, id DESC
        ) AS place FROM rating WHERE team_id = ?
    ) WHERE place = 1
"""
NOW = """
    SELECT p.employee_id, p.task_id, p.current, a.look_back_on, s.criterion
    FROM pair p
    LEFT JOIN agreement a ON a.employee_id = p.employee_id
        AND a.task_id = p.task_id AND a.state = 'agreed'
    LEFT JOIN safeguard s ON s.agreement_id = a.id
    WHERE p.team_id = ?
"""


def hello() -> Flask:
    app = Flask("hello")

    @app.route("/")
    def say() -> str:
        return "Hello"

    return app


def plain(path: str, team_id: int) -> Flask:
    """Return an app that shows the same table, made without a thought of its cost."""
    app = Flask("plain")
    app.jinja_loader = DictLoader({"board.html": PLAIN})

    @app.route("/")
    def board() -> str:
        connection = sqlite3.connect(path)
        connection.row_factory = sqlite3.Row
        people = connection.execute(
            "SELECT id, name FROM employee WHERE team_id = ? ORDER BY name", (team_id,)
        ).fetchall()
        tasks = connection.execute(
            "SELECT * FROM task WHERE team_id = ? ORDER BY title", (team_id,)
        ).fetchall()
        scores = {row[:3]: row[3] for row in map(tuple, asked(connection, NEWEST))}
        now = {row[:2]: row for row in map(tuple, asked(connection, NOW))}
        connection.close()
        rows = [(task, cells(task, people, scores, now)) for task in tasks]
        return render_template("board.html", people=people, rows=rows)

    def asked(connection: sqlite3.Connection, query: str) -> Any:
        return connection.execute(query, (team_id,))

    return app


def cells(task: Any, people: Any, scores: Any, now: Any) -> list[dict[str, Any]]:
    facts = task_facts(
        task["stakes"],
        task["undo"],
        task["outcome_clear"],
        task["limits_clear"],
        bool(task["reserved"]),
    )
    if facts.reserved or None in (facts.stakes, facts.undo, facts.clarity):
        return []
    return [pair(facts, task["id"], id, scores, now) for id, _ in people]


def pair(facts: Any, what: int, who: int, scores: Any, now: Any) -> dict[str, Any]:
    rated = {name: scores.get((who, name, None)) for name in rules.CRITERIA}
    familiar = scores.get((who, "familiarity", what))
    _, _, current, look_back_on, guarded = now.get((who, what), (None,) * 5)
    advice = rules.recommend(
        rules.Ratings(**rated, familiarity=familiar),
        facts,
        [guarded] if guarded else (),
    )
    level = advice.level
    assert level is not None
    posture = rules.posture(
        rules.Level(current) if current else None, advice, watched=bool(look_back_on)
    )
    return {
        "who": who,
        "what": what,
        "level": int(level),
        "word": WORDS[level],
        "provisional": advice.provisional,
        "current": current,
        "posture": posture,
    }


WORDS = {level: words._args[0] for level, words in wording.LEVELS.items()}


def main() -> None:
    with fresh_folder() as folder:
        app = make_app(folder)
        with app.app_context():
            team_id = add_team(12, 20)
        sides: dict[str, Callable[[], bytes]] = {
            "hello": visit(hello(), "/"),
            "board": visit(app, "/board/", sign_in(app)),
            "plain": visit(plain(f"{folder}/delegate.sqlite", team_id), "/"),
        }
        pages = {name: side() for name, side in sides.items()}
        assert pages["board"].count(b"slip-level") == pages["plain"].count(
            b"slip-level"
        )
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        taken = in_turn(sides, EACH)
    for name, seconds in taken.items():
        size = len(pages[name]) / 1000
        print(f"{name:6} {seconds * 1e6:7.0f} µs CPU a request, {size:6.1f} kB")
    hellos, plains = (taken["board"] / taken[side] for side in ("hello", "plain"))
    print(f"board / hello  {hellos:6.1f}   target {HELLO_TARGET:.0f} or less")
    print(f"board / plain  {plains:6.2f}   target {PLAIN_TARGET} or less")


if __name__ == "__main__":
    main()
