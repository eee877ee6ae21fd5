"""The board: what its cells say, what can be picked out of it, and what it costs."""

import random
from datetime import date, timedelta

import factory
import pytest
from conftest import on_one_database
from sqlalchemy import event

from delegate import i18n, planning
from delegate.models import Employee, Membership, Rating, Safeguard, Task, db
from delegate.overview import advise, familiarity, overview
from delegate.rules import CRITERIA, Posture

SOON = date.today() + timedelta(days=5)
OVERDUE = date.today() - timedelta(days=30)


def cell(page, title, place=0):
    """Return a cell in the row of a task, by the place of its person."""
    [row] = [row for row in page.select("tbody tr") if row.th.a.text == title]
    return row.select("td")[place]


def titles(page):
    return [link.text for link in page.select("tbody th > a:first-child")]


def names(page):
    return [link.text for link in page.select("thead th.person a")]


def words(tag):
    return " ".join(tag.text.split())


def counted(page):
    """Return the filters with their counts, as they can be read."""
    return [words(link) for link in page.select(".seg:not(.teams) a")]


@pytest.fixture
def pair(app, alice):
    """Ann, rated 4 on all that matters for the planning: a level of 6."""
    with app.app_context():
        ann = factory.employee(alice.team_id)
        work = factory.task(alice.team_id)
        factory.rated(ann)
        factory.rating(ann, "familiarity", 4, task=work)
        return ann.id, work.id


def rows(pair):
    return db.session.get(Employee, pair[0]), db.session.get(Task, pair[1])


def test_a_cell_gives_the_level_and_leads_to_the_pair(alice, pair):
    found = cell(alice.get("/board/"), "Weekly planning")

    assert words(found) == "6 Hear afterwards"
    assert found.a["href"] == f"/pairs/{pair[0]}/{pair[1]}"
    assert found.svg.use["href"] == "#lv6"
    assert alice.open(found.a["href"]).status_code == 200


def test_people_stand_by_name_whatever_was_seen(app, alice, pair):
    with app.app_context():
        factory.employee(alice.team_id, "Abe")
        factory.rated(factory.employee(alice.team_id, "Zoë"), 5, 5, 5, 5)

    assert names(alice.get("/board/")) == ["Abe", "Ann Verhoeven", "Zoë"]


def test_what_is_not_yet_seen_makes_it_provisional(app, alice, pair):
    with app.app_context():
        factory.rating(rows(pair)[0], "needs", None)

    found = cell(alice.get("/board/"), "Weekly planning")

    assert words(found) == "4 Decide together, provisional"
    assert "is-provisional" in found.a["class"]


@pytest.mark.parametrize(
    ("current", "look_back_on", "second_line", "mark"),
    [
        (3, None, "now 3 · holding on", "gap-hold"),
        (6, SOON, "now 6 · in step", "gap-go"),
        (6, None, "now 6 · letting fall?", "gap-fall"),
        (6, OVERDUE, "now 6 · letting fall?", "gap-fall"),
        (7, SOON, "now 7 · generous", "gap-give"),
    ],
)
def test_the_second_line_says_how_it_goes_now(
    app, alice, pair, current, look_back_on, second_line, mark
):
    with app.app_context():
        factory.pair(*rows(pair), current=current)
        if look_back_on:
            factory.agreement(*rows(pair), look_back_on=look_back_on)

    found = cell(alice.get("/board/"), "Weekly planning")

    assert words(found.select_one(".slip-now")) == second_line
    assert mark in found.a["class"]


def test_in_step_is_quiet(app, alice, pair):
    with app.app_context():
        factory.pair(*rows(pair), current=5)
        factory.agreement(*rows(pair), look_back_on=SOON)

    line = cell(alice.get("/board/"), "Weekly planning").select_one(".slip-now")

    line.select_one(".visually-hidden").decompose()
    assert words(line) == "now 5"
    assert line.svg is None


def test_a_reserved_task_says_why_and_offers_a_part(app, alice, pair):
    with app.app_context():
        talks = factory.task(
            alice.team_id, "Absence talks", reserved=True, reserved_why="the law"
        )
        task_id = talks.id

    found = cell(alice.get("/board/"), "Absence talks")

    assert words(found.p) == "Stays with me, because the law"
    assert found.a["href"] == f"/tasks/new?part_of={task_id}"
    assert alice.open(found.a["href"]).status_code == 200


def test_a_missing_fact_is_asked_for_and_not_guessed(app, alice, pair):
    with app.app_context():
        task = factory.task(alice.team_id, "Rota", stakes=None, limits_clear=None)
        task_id = task.id

    page = alice.get("/board/")

    found = cell(page, "Rota")
    assert words(found.p) == "How much depends on it? Are the limits clear?"
    assert found.a["href"] == f"/tasks/{task_id}"
    assert found.select(".slip") == []
    assert "To answer 1" in counted(page)


def test_a_row_without_levels_still_tells_what_falls(app, alice, pair):
    with app.app_context():
        task = factory.task(alice.team_id, "Rota", stakes=None)
        factory.pair(rows(pair)[0], task, current=6)

    found = cell(alice.get("/board/"), "Rota")

    assert words(found).endswith("now 6 · letting fall? Ann Verhoeven")


def test_the_task_says_what_is_the_managers_to_write(app, alice, pair):
    with app.app_context():
        factory.task(alice.team_id, "Intake form", outcome_clear="unclear")

    page = alice.get("/board/")

    duties = [words(duty) for duty in page.select(".duty")]
    assert duties == ["Outcome unclear: yours to write"]
    assert words(page.select_one(".facts")) == "Medium stakes, takes effort to undo"


@pytest.mark.parametrize(("score", "marked"), [(3, True), (2, False), (None, False)])
def test_still_with_me_where_someone_could_decide_on_it(
    app, alice, pair, score, marked
):
    with app.app_context():
        task = factory.task(alice.team_id, "Rota", with_me=True)
        factory.rating(rows(pair)[0], "familiarity", score, task=task)

    page = alice.get("/board/")

    assert (words(page.select_one("tbody")).count("Still with me") == 1) is marked
    assert ("Still with me 1" in counted(page)) is marked


def test_an_agreed_safeguard_counts(app, alice, pair):
    with app.app_context():
        ann, task = rows(pair)
        factory.rating(ann, "informs", 2)
        guard(factory.agreement(ann, task), "informs")

    assert words(cell(alice.get("/board/"), "Weekly planning")) == "4 Decide together"


@pytest.fixture
def many(app, alice):
    """Three tasks by two people, with something of each kind."""
    with app.app_context():
        ann = factory.employee(alice.team_id, "Ann")
        ben = factory.employee(alice.team_id, "Ben")
        rota = factory.task(alice.team_id, "Rota", stakes="high")
        factory.task(alice.team_id, "Audit", stakes="low", undo=None)
        plan = factory.task(alice.team_id, "Planning")
        factory.rated(ann)
        for task in (rota, plan):
            factory.rating(ann, "familiarity", 4, task=task)
        factory.pair(ann, plan, current=2)
        factory.pair(ben, rota, current=6)
    return {"ann": ann, "ben": ben}


@pytest.mark.parametrize(
    ("query", "tasks", "people"),
    [
        ("", ["Planning", "Audit", "Rota"], ["Ann", "Ben"]),
        ("show=holding_on", ["Planning"], ["Ann"]),
        ("show=letting_fall", ["Rota"], ["Ben"]),
        ("show=to_answer", ["Audit"], ["Ann", "Ben"]),
        ("show=provisional", ["Planning", "Rota"], ["Ann", "Ben"]),
        ("q=PLAN", ["Planning"], ["Ann", "Ben"]),
        ("sort=title", ["Audit", "Planning", "Rota"], ["Ann", "Ben"]),
        ("sort=stakes", ["Rota", "Planning", "Audit"], ["Ann", "Ben"]),
        ("sort=newest", ["Planning", "Audit", "Rota"], ["Ann", "Ben"]),
    ],
)
def test_what_is_asked_for(alice, many, query, tasks, people):
    page = alice.get(f"/board/?{query}")

    assert titles(page) == tasks
    assert names(page) == people


def test_filters_count_and_only_those_that_find_something_are_offered(alice, many):
    found = counted(alice.get("/board/"))

    assert found == [
        "All",
        "Holding on 1",
        "Letting fall? 1",
        "Provisional 2",
        "To answer 1",
    ]


@on_one_database
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=Rota", ["Letting fall? 1", "Provisional 1"]),
        ("people=Ann", ["Holding on 1", "To answer 1"]),
        ("people=Ben&q=plan", ["Provisional 1"]),
        ("people=Ben&q=plan&show=holding_on", ["Holding on 0", "Provisional 1"]),
        ("show=to_answer", ["Holding on 1", "Letting fall? 1", "Provisional 2"]),
        ("show=letting_fall&columns=7&page=7", ["Holding on 1", "Provisional 2"]),
        ("show=provisional&people=Ann", ["Holding on 1", "Provisional 0"]),
    ],
)
def test_a_count_is_how_many_its_filter_would_show(alice, many, query, found):
    """Beside a word that is searched for and a person, whichever filter is on."""
    for option in alice.get("/board/").select("[name=people] option"):
        query = query.replace(option.text, option["value"])
    page = alice.get(f"/board/?{query}")

    assert set(found) <= set(counted(page))
    for link in page.select(".seg a:has(.count)"):
        cells = alice.get(f"/board/{link['href']}").select("table.board tbody tr")
        shown = {
            "Provisional": sum(len(row.select("td .is-provisional")) for row in cells),
            "To answer": len(cells),
            "Holding on": sum(len(row.select("td .gap-hold")) for row in cells),
            "Letting fall?": sum(len(row.select("td .gap-fall")) for row in cells),
        }
        kind, count = words(link).rsplit(" ", 1)
        assert shown[kind] == int(count), kind


@on_one_database
def test_the_legend_says_who_is_speaking(alice, many):
    legend = words(alice.get("/board/").select_one(".legend"))

    assert "Here “I” is the manager, and “you” is whoever gets the task." in legend
    assert "still with me · I do it, and someone could decide on it" in legend


def test_people_can_be_narrowed_to_one(alice, many, app):
    with app.app_context():
        ben = db.session.scalar(db.select(Employee.id).filter_by(name="Ben"))

    assert names(alice.get(f"/board/?people={ben}")) == ["Ben"]


@pytest.mark.parametrize("query", ["q=nowhere", "show=too_trusting", "q=%00%F0"])
def test_a_filter_that_finds_nothing_says_what_to_do(alice, many, query):
    page = alice.get(f"/board/?{query}")

    [way] = page.select("main .note a")
    assert way["href"] == "/board/"
    assert page.select("table.board") == []


@pytest.mark.parametrize(
    "query",
    [
        "page=0&columns=-1&person=x&people=1e9&show=no&sort=",
        "page=99999999999999999999&columns=²&person=&people=0",
        "page=999999999&columns=999999999",
        "q=" + "a" * 3000,
    ],
)
def test_a_malformed_address_is_read_as_far_as_it_can_be(alice, many, query):
    alice.get(f"/board/?{query}")


def test_a_small_screen_shows_the_picked_person(app, alice, many):
    with app.app_context():
        ben = db.session.scalar(db.select(Employee.id).filter_by(name="Ben"))

    first, picked = alice.get("/board/"), alice.get(f"/board/?person={ben}")

    for page, name in ((first, "Ann"), (picked, "Ben")):
        assert words(page.select_one("th.is-picked a")) == name
        chosen = page.select_one(".picker [aria-current]")
        assert words(chosen).startswith(name)
        rows = page.select("tbody tr")
        assert all(len(row.select("td.is-picked")) == 1 for row in rows)
    marks = [words(link) for link in first.select(".picker a")]
    assert marks == ["Ann, holding on", "Ben, letting fall?"]


def test_the_strip_counts_what_there_is_to_do(app, alice, many):
    with app.app_context():
        ben = db.session.scalar(db.select(Employee).filter_by(name="Ben"))
        task = db.session.scalar(db.select(Task).filter_by(title="Audit"))
        factory.agreement(ben, task, look_back_on=i18n.today())
        factory.rating(ben, "help", 3, seen_on=i18n.today() - timedelta(days=300))

    page = alice.get("/board/")

    strip = {link["href"]: words(link) for link in page.select(".strip a")}
    assert strip["?show=holding_on"].startswith(
        "1 task you could let go further Planning · Ann"
    )
    assert strip["/agreements/"].startswith("1 look-back due, or in the coming week")
    assert strip["/people/"] == (
        "1 rating to look at again Older than six months: Ben 1"
    )


@pytest.mark.parametrize("count", [3, 4])
def test_many_tasks_to_answer_are_one_line_that_leads_to_them(app, alice, count):
    with app.app_context():
        factory.employee(alice.team_id)
        for number in range(count):
            factory.task(alice.team_id, f"Task {number}", stakes=None)
    page = alice.get("/board/")
    listed = f"/tasks/?team={alice.team_id}&show=to_answer"
    lines = [words(one) for one in page.select(f"a[href='{listed}']")]
    cells = {words(one) for one in page.select("td.reserved p:first-child")}

    if count == 4:
        assert lines == ["4 tasks wait for answers, and then the levels follow"]
        assert cells == {"To answer"}
        assert len(alice.get(listed).select(".task-list tbody tr")) == 4
    else:
        assert lines == []
        assert "To answer" not in cells


def test_where_nothing_is_to_be_done_there_is_no_strip(alice, pair):
    assert alice.get("/board/").select(".strip") == []


def test_each_person_shows_how_many_criteria_were_seen(app, alice, pair):
    with app.app_context():
        factory.rating(rows(pair)[0], "help", None)

    [seen] = alice.get("/board/").select(".seen")

    assert words(seen) == "3 of 4 seen"


def test_a_big_team_is_shown_in_pages_that_keep_what_was_asked(app, alice):
    with app.app_context():
        add_team_of(alice.team_id, alice.manager_id, people=21, tasks=26)

    page = alice.get("/board/?sort=title&q=task")
    assert (len(names(page)), len(titles(page))) == (20, 25)
    last = alice.get("/board/" + page.select("[rel=next]")[1]["href"])
    assert titles(last) == ["Task 25"]
    corner = alice.get("/board/" + last.select_one("[rel=next]")["href"])

    assert (names(corner), titles(corner)) == (["Person 20"], ["Task 25"])
    assert corner.select_one("[name=q]")["value"] == "task"
    assert corner.select_one("[name=sort] [selected]")["value"] == "title"


def test_twelve_people_and_twenty_tasks_fit_on_one_page(app, alice):
    with app.app_context():
        add_team_of(alice.team_id, alice.manager_id, people=12, tasks=20)

    page = alice.get("/board/")

    assert page.select(".pages") == []
    assert len(page.select(".slip")) == 240


@pytest.mark.parametrize(
    ("people", "tasks", "ways"),
    [
        (0, 0, ["/import/"]),
        (0, 1, ["/people/new", "/import/"]),
        (1, 0, ["/tasks/new", "/import/"]),
    ],
)
def test_an_empty_board_says_where_to_start(app, alice, people, tasks, ways):
    with app.app_context():
        add_team_of(alice.team_id, alice.manager_id, people=people, tasks=tasks)

    page = alice.get("/board/")

    ways = [f"{way}?team={alice.team_id}" for way in ways]
    assert [link["href"] for link in page.select(".page-actions a")] == ways
    for way in ways:
        assert alice.open(way).status_code == 200


def test_without_a_team_there_is_a_start_too(app, alice):
    with app.app_context():
        db.session.query(Membership).delete()
        db.session.commit()

    page = alice.get("/board/")

    assert [link["href"] for link in page.select(".page-actions a")] == ["/import/"]


def test_nothing_of_another_managers_team_is_shown(alice, bob, pair):
    page = bob.get("/board/")

    assert "Ann" not in page.text
    assert "Weekly planning" not in page.text
    bob.get(f"/board/?team={alice.team_id}", status=404)


def test_several_teams_can_be_switched(app, alice, pair):
    with app.app_context():
        _, other = factory.manager_with_team("Carol")
        factory.add(
            Membership(team_id=other.id, manager_id=alice.manager_id, role="viewer")
        )
        factory.employee(other.id, "Dirk")
        factory.task(other.id, "Budget", reserved=True)

    page = alice.get("/board/")
    there = alice.get(page.select(".teams a")[1]["href"])

    assert titles(page) == ["Weekly planning"]
    assert titles(there) == ["Budget"]
    assert there.select(".page-actions a, td a") == [], "a viewer may only look"


def test_what_was_typed_stays_text(app, alice):
    with app.app_context():
        factory.employee(alice.team_id, "<b>Ann</b>")
        factory.task(
            alice.team_id, "<i>Rota</i>", reserved=True, reserved_why="<u>law</u>"
        )

    page = alice.get("/board/?q=%3Ci%3E")

    assert names(page) == ["<b>Ann</b>"]
    assert titles(page) == ["<i>Rota</i>"]
    assert "<u>law</u>" in page.text


def test_in_dutch(alice, pair):
    alice.headers = {"Accept-Language": "nl"}

    page = alice.get("/board/")

    assert page.h1.text == "Wat kun je uit handen geven, aan wie, en hoe ver?"
    assert words(cell(page, "Weekly planning")) == "6 Achteraf horen"


def guard(agreement, criterion):
    row = {"agreement_id": agreement.id, "criterion": criterion}
    factory.add(Safeguard(**row, text="Thursday at 15:00."))


def add_team_of(team_id, manager_id, *, people, tasks):
    """Add people and tasks, everyone rated; three tasks each are going on."""
    chance = random.Random(people * tasks)
    staff = [Employee(team_id=team_id, name=f"Person {n:02}") for n in range(people)]
    facts = {"stakes": "low", "undo": "easy", "outcome_clear": "clear"}
    work = [
        Task(
            team_id=team_id,
            title=f"Task {n:02}",
            **facts,
            limits_clear="partly",
            with_me=n == 0,
        )
        for n in range(tasks)
    ]
    db.session.add_all([*staff, *work])
    db.session.flush()
    rater = {"team_id": team_id, "rater_id": manager_id, "example": "Called."}
    for one in staff:
        for criterion in CRITERIA:
            add_rating(chance, rater, employee_id=one.id, criterion=criterion)
        for task in work:
            add_rating(
                chance,
                rater,
                employee_id=one.id,
                criterion="familiarity",
                task_id=task.id,
            )
        for task in work[:3]:
            factory.pair(one, task, current=chance.randint(1, 7))
    db.session.commit()


def add_rating(chance, rater, **values):
    score = chance.choice((None, 1, 2, 3, 4, 5))
    state = "scored" if score else chance.choice(("unseen", "withdrawn"))
    db.session.add(Rating(**rater, **values, score=score, state=state))


def queries_for(app, browser, path):
    """Return the statements that one page sends to the database."""
    sent = []
    with app.app_context():
        engine = db.engine

    def remember(_connection, _cursor, statement, *_):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", remember)
    try:
        browser.get(path)
    finally:
        event.remove(engine, "before_cursor_execute", remember)
    return sent


def test_a_page_takes_as_many_queries_whatever_the_size_of_the_team(app, alice, bob):
    with app.app_context():
        add_team_of(alice.team_id, alice.manager_id, people=12, tasks=20)
        add_team_of(bob.team_id, bob.manager_id, people=100, tasks=200)

    for who in (alice, bob):
        who.get("/board/")  # the first look of a day also writes session and trail
    small, big = (queries_for(app, who, "/board/") for who in (alice, bob))

    assert len(small) == len(big) <= 6


def test_the_board_says_what_the_pages_of_the_pairs_say(app, alice, bob):
    today = date.today()
    with app.app_context():
        team_id, rater_id = alice.team_id, alice.manager_id
        add_team_of(team_id, rater_id, people=6, tasks=8)
        employees = planning.active_employees(team_id, date.today())
        tasks = planning.active_tasks(team_id)
        for chance in map(random.Random, range(4)):
            for one in employees:
                # Others' ratings, and later ones of the manager's own.
                rater = {"team_id": team_id, "example": "Called."}
                rater["rater_id"] = chance.choice((bob.manager_id, rater_id))
                add_rating(chance, rater, employee_id=one.id, criterion="needs")
        agreement = factory.agreement(employees[0], tasks[0])
        guard(agreement, "needs")

        facts = planning.gather(team_id, rater_id, today)
        whole = overview(team_id, rater_id, today)
        known = familiarity(
            team_id,
            rater_id,
            today,
            [one.id for one in employees],
            [one.id for one in tasks],
        )

        people = {one.id: one for one in whole.people}
        answers = {one.id: one.answers for one in whole.tasks}
        outcomes = list(planning.outcomes(facts, [one.id for one in employees], tasks))
        assert len(outcomes) == 48
        for outcome in outcomes:
            key = outcome.employee_id, outcome.task_id
            matter = whole.matters.get(key)
            if matter:
                assert matter.posture == outcome.posture
                assert matter.current == outcome.current
                assert matter.room == outcome.room
            advice = (
                matter.advice
                if matter
                else advise(people[key[0]].scores, known.get(key, 0), answers[key[1]])
            )
            assert advice == outcome.advice
        still = {one.id for one in whole.tasks if one.still_with_me}
        assert still == {
            task.id
            for task in tasks
            if planning.still_with_me(
                task, [one for one in outcomes if one.task_id == task.id]
            )
        }
        assert {one.posture for one in whole.matters.values()} >= {Posture.LETTING_FALL}


WHO_RATED = {
    "own undone": ("own 2", "colleague 3", "own withdrawn"),
    "all undone": ("own 2", "colleague 3", "own withdrawn", "colleague withdrawn"),
    "undone before": ("own 2", "own withdrawn", "colleague 3", "stranger 4"),
    "newest colleague undone": ("colleague 3", "stranger 4", "stranger withdrawn"),
    "own again": ("own 2", "own withdrawn", "colleague 3", "own 4"),
    "own not observed": ("colleague 3", "own unseen"),
}
COUNTS = (3, None, 4, 3, 4, None)


@pytest.mark.parametrize(
    ("given", "counts"),
    list(zip(WHO_RATED.values(), COUNTS, strict=True)),
    ids=WHO_RATED,
)
def test_who_withdraws_has_said_nothing_and_a_colleague_counts(
    app, alice, bob, pair, given, counts
):
    today = date.today()
    with app.app_context():
        stranger = factory.manager_with_team("Carol")[0].id
        raters = {
            "own": alice.manager_id,
            "colleague": bob.manager_id,
            "stranger": stranger,
        }
        ann, task = rows(pair)
        db.session.execute(db.delete(Rating))
        for who, what in map(str.split, given):
            score = int(what) if what.isdigit() else None
            state = "scored" if score else what
            say = {"rater_id": raters[who], "state": state, "example": "Called."}
            factory.rating(ann, "help", score, **say)
            factory.rating(ann, "familiarity", score, task=task, **say)
        found = planning.pair(ann, task, alice.manager_id, today)
        asked = alice.team_id, alice.manager_id, today
        board = overview(*asked).people[0]
        known = familiarity(*asked, [ann.id], [task.id])

        assert found.ratings.help == found.ratings.familiarity == counts
        assert board.scores[CRITERIA.index("help")] == (counts or 0)
        assert known.get((ann.id, task.id), 0) == (counts or 0)


@pytest.mark.parametrize(("days", "posture"), [(-7, "generous"), (-8, "letting_fall")])
def test_looked_back_with_a_new_day_is_watched_everywhere(
    app, alice, pair, days, posture
):
    today = date.today()
    with app.app_context():
        ann, task = rows(pair)
        factory.pair(ann, task, current=7)
        live = factory.agreement(
            ann,
            task,
            level=7,
            state="looked_back",
            look_back_on=today + timedelta(days=days),
        )
        guard(live, "help")
        found = planning.pair(ann, task, alice.manager_id, today)
        matter = overview(alice.team_id, alice.manager_id, today).matters[pair]

    assert found.posture == matter.posture == posture
    assert found.advice == matter.advice
    assert found.advice.safeguards == frozenset()
    assert matter.look_back_on == today + timedelta(days=days)
    assert "Weekly planning" in alice.get("/").select_one("#due").parent.text


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("holding_on", "What holds you back?"),
        ("too_trusting", "Which agreement makes it safe?"),
        ("still_with_me", "What keeps it with you?"),
        ("provisional", ""),
    ],
)
def test_a_posture_that_is_asked_for_asks_its_question(alice, many, show, words):
    asked = alice.get(f"/board/?show={show}").select_one(".filters + p")

    assert words in asked.text if words else asked is None
