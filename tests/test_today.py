"""What asks for attention today, in which order, and how to begin before that."""

from datetime import date, datetime, timedelta

import factory
import pytest
from conftest import on_one_database
from sqlalchemy import event, select

from delegate import i18n, wording
from delegate.models import (
    CheckIn,
    Employee,
    Link,
    Membership,
    OwnView,
    Rating,
    TalkItem,
    Task,
    Team,
    db,
    utc_now,
)
from delegate.pages import today as page_module

SECTIONS = {
    "due": "Look back",
    "check-ins": "Check-ins",
    "actions": "You said you would",
    "unanswered": "Not answered yet",
    "room": "You could let go further",
    "drafts": "Drafts to discuss",
    "meet": "To get acquainted",
    "again": "Look again",
    "answer": "Questions about tasks",
}


@pytest.fixture
def now(app):
    with app.app_context():
        return i18n.today()


def known(team_id, name="Ann", **changes):
    """Return someone of whom everything has been seen, as a 4."""
    employee = factory.employee(team_id, name)
    factory.rated(employee, **changes)
    return employee


def familiar(employee, *tasks, score=4):
    for task in tasks:
        factory.rating(employee, "familiarity", score, task=task)


def shown(page):
    """Return the headings of the lists that are there."""
    return {tag["id"] for tag in page.select(".today > div h2[id]")} & SECTIONS.keys()


def rows(page, section):
    return [
        " ".join(row.get_text(" ").split())
        for row in page.select(f"section[aria-labelledby={section}] .rows li")
    ]


def links(page, section):
    return [a["href"] for a in page.select(f"section[aria-labelledby={section}] a")]


def statements(app, browser):
    """Return what today's page sends to the database."""
    sent = []
    with app.app_context():
        engine = db.engine

    def remember(_connection, _cursor, statement, *_):
        sent.append(statement.lstrip())

    event.listen(engine, "before_cursor_execute", remember)
    try:
        browser.get("/")
    finally:
        event.remove(engine, "before_cursor_execute", remember)
    return sent


# The start


def test_the_first_page_asks_the_question_and_offers_two_ways(alice):
    page = alice.get("/")

    assert page.h1.text.startswith("What can you let go of, to whom, how far")
    assert page.select_one("form[action='/demo/load'] button")
    form = page.select_one("form[action='/import/start']")
    assert [field["name"] for field in form.select("textarea")] == ["people", "tasks"]


def test_the_first_page_shows_the_seven_steps_and_says_there_is_no_ai(alice):
    page = alice.get("/")

    assert len(page.select(".scale li")) == len(wording.LEVELS)
    assert "No AI and no ranking. The advice follows fixed rules" in page.text


def test_pasting_both_lists_leads_to_the_board(app, alice):
    response = alice.post("/import/start", people="Ann\nYusuf", tasks="Planning\nRota")

    assert response.location == "/board/"
    with app.app_context():
        assert set(db.session.scalars(select(Employee.name))) == {"Ann", "Yusuf"}
        assert set(db.session.scalars(select(Task.title))) == {"Planning", "Rota"}
    assert alice.get("/").select(".today")


@pytest.mark.parametrize(
    ("make", "wanted"), [(factory.employee, "tasks"), (factory.task, "people")]
)
def test_only_what_is_missing_is_asked_for(app, alice, make, wanted):
    with app.app_context():
        make(alice.team_id)

    page = alice.get("/")

    assert [field["name"] for field in page.select("textarea")] == [wanted]
    assert page.select("form[action='/demo/load']") == []


def test_who_may_only_look_is_not_asked_to_add(app, alice):
    with app.app_context():
        db.session.get(Membership, (alice.team_id, alice.manager_id)).role = "viewer"
        db.session.commit()

    page = alice.get("/")

    assert page.select("textarea") == []
    assert "You may look at this team" in page.text


# What goes first


def test_the_date_is_the_heading(alice, app, now):
    ready(app, alice)

    with app.test_request_context():
        expected = i18n.weekday(now)
    assert alice.get("/").h1.text == expected


def test_in_dutch_the_heading_begins_with_a_capital(alice, app, now):
    ready(app, alice)
    alice.headers["Accept-Language"] = "nl"

    with app.test_request_context(), i18n.speaking("nl"):
        expected = i18n.weekday(now)
    assert alice.get("/").h1.text == expected[0].upper() + expected[1:]


def ready(app, alice):
    """Make a team in which nothing asks for attention."""
    with app.app_context():
        employee, task = known(alice.team_id), factory.task(alice.team_id)
        familiar(employee, task)
        return employee.id, task.id


def test_nothing_to_do_is_said_calmly(app, alice):
    ready(app, alice)

    page = alice.get("/")

    assert shown(page) == set()
    assert "Nothing asks for your attention today." in page.text


def test_letting_fall_goes_first_with_one_thing_to_do(app, alice):
    with app.app_context():
        employee, task = known(alice.team_id, "Bart"), factory.task(alice.team_id)
        familiar(employee, task)
        factory.pair(employee, task, current=7)
        where = f"/pairs/{employee.id}/{task.id}"

    first = alice.get("/").select_one(".first")

    assert "letting fall?" in first.h2.text
    assert "Bart decides alone on “Weekly planning”" in first.text
    assert "Now 7, advised 6." in first.text
    assert [a["href"] for a in first.select("a")] == [where]


def test_letting_fall_after_a_missed_moment_names_the_day(app, alice, now):
    with app.app_context():
        employee, task = known(alice.team_id, "Bart"), factory.task(alice.team_id)
        familiar(employee, task)
        factory.pair(employee, task, current=6)
        factory.agreement(employee, task, 6, look_back_on=now - timedelta(days=8))

    first = alice.get("/").select_one(".first")

    assert "letting fall?" in first.h2.text
    assert "The moment to look back on “Weekly planning” with Bart passed" in first.text


def test_too_trusting_goes_first_where_nothing_falls(app, alice, now):
    with app.app_context():
        employee, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        factory.pair(employee, task, current=6)
        factory.agreement(
            employee, task, 6, advised=4, reason="Did it elsewhere.",
            look_back_on=now + timedelta(days=30),
        )  # fmt: skip

    first = alice.get("/").select_one(".first")

    assert "too trusting?" in first.h2.text
    assert "leans on what you have not seen yet" in first.text


@pytest.mark.parametrize(("days", "is_first"), [(7, False), (8, True)])
def test_a_look_back_more_than_a_week_late_goes_first(app, alice, now, days, is_first):
    with app.app_context():
        employee, task = known(alice.team_id), factory.task(alice.team_id)
        familiar(employee, task)
        factory.agreement(employee, task, 4, advised=6, reason="One step at a time.",
                          look_back_on=now - timedelta(days=days))  # fmt: skip

    page = alice.get("/")

    found = page.select_one("section[aria-labelledby=first]")
    assert bool(found) is is_first
    assert shown(page) == {"due"}


def test_only_one_matter_goes_first_and_the_others_are_counted(app, alice):
    with app.app_context():
        employee = known(alice.team_id)
        for number in range(3):
            task = factory.task(alice.team_id, f"Task {number}")
            familiar(employee, task)
            factory.pair(employee, task, current=5 + number)

    [first] = alice.get("/").select(".first")

    assert "Task 2" in first.text
    assert "letting fall? 2" in " ".join(first.text.split())
    assert "/board/?show=letting_fall" in [a["href"] for a in first.select("a")]


# The lists


def test_holding_on_is_told_from_now_to_advised_with_what_holds_it_back(app, alice):
    with app.app_context():
        employee, task = known(alice.team_id, needs=3), factory.task(alice.team_id)
        familiar(employee, task)
        factory.pair(employee, task, current=3)
        where = f"/pairs/{employee.id}/{task.id}"

    page = alice.get("/")

    [row] = rows(page, "room")
    assert row == "Weekly planning Ann now 3 5 Advise"
    assert links(page, "room") == [where]


def test_a_task_that_is_still_with_me_leads_to_the_task(app, alice):
    with app.app_context():
        task = factory.task(alice.team_id, with_me=True)
        familiar(known(alice.team_id), task)
        where = f"/tasks/{task.id}"

    page = alice.get("/")

    assert "still with me" in rows(page, "room")[0]
    assert links(page, "room") == [where]


@pytest.mark.parametrize(
    ("days", "is_due"), [(-3, True), (0, True), (6, True), (7, False)]
)
def test_look_backs_of_the_coming_week_lead_to_their_agreement(
    app, alice, now, days, is_due
):
    with app.app_context():
        employee, task = known(alice.team_id), factory.task(alice.team_id)
        familiar(employee, task)
        look_back_on = now + timedelta(days=days)
        agreement = factory.agreement(employee, task, 6, look_back_on=look_back_on)
        where = f"/agreements/{agreement.id}"

    page = alice.get("/")

    assert links(page, "due") == [where] * is_due
    assert links(page, "week") == [where] * (is_due and days >= 0)


def test_drafts_lead_to_their_agreement(app, alice):
    with app.app_context():
        employee, task = known(alice.team_id), factory.task(alice.team_id)
        familiar(employee, task)
        agreement = factory.agreement(employee, task, 6, state="draft")
        where = f"/agreements/{agreement.id}"

    assert links(alice.get("/"), "drafts") == [where]


def test_who_is_not_wholly_seen_brings_one_step(app, alice):
    with app.app_context():
        factory.task(alice.team_id)
        employee = factory.employee(alice.team_id, "Noor")
        factory.rating(employee, "choices", 4)
        factory.rating(employee, "informs", None)
        where = f"/ratings/{employee.id}"

    page = alice.get("/")

    [row] = rows(page, "meet")
    assert row.startswith("Noor Agree one moment at which you want to hear something")
    assert row.endswith("1 of 4 seen")
    assert links(page, "meet") == [where]


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_whose_own_view_came_in_is_told_to_who_may_open_it(app, alice, role):
    with app.app_context():
        factory.task(alice.team_id)
        came, shown, waits = (
            known(alice.team_id, name) for name in ("Yusuf", "Noor", "Ann")
        )
        for one, more in {
            came: {"received_at": utc_now()},
            shown: {"received_at": utc_now(), "revealed_at": utc_now()},
            waits: {},
        }.items():
            factory.add(OwnView(team_id=alice.team_id, employee_id=one.id, **more))
        where = f"/people/{came.id}#two-views"
        db.session.get(Membership, (alice.team_id, alice.manager_id)).role = role
        db.session.commit()

    told = alice.get("/").select(".answered a")

    assert [a["href"] for a in told] == [where] * (role == "owner")


def test_who_may_only_look_is_not_asked_to_get_acquainted(app, alice):
    with app.app_context():
        factory.task(alice.team_id)
        factory.employee(alice.team_id, "Noor")
        db.session.get(Membership, (alice.team_id, alice.manager_id)).role = "viewer"
        db.session.commit()

    page = alice.get("/")

    assert shown(page) == set()
    assert "Nothing asks for your attention today." in page.text


@pytest.mark.parametrize(("days", "is_old"), [(182, False), (183, True)])
def test_ratings_older_than_half_a_year_ask_for_another_look(
    app, alice, now, days, is_old
):
    with app.app_context():
        employee, task = known(alice.team_id), factory.task(alice.team_id)
        familiar(employee, task)
        seen_on = now - timedelta(days=days)
        for criterion in ("choices", "help"):
            factory.rating(employee, criterion, 4, seen_on=seen_on)

    page = alice.get("/")

    assert ("again" in shown(page)) is is_old
    if is_old:
        [row] = rows(page, "again")
        assert "sound choices, asking for help 2 ratings" in row


def test_questions_about_tasks_are_counted_but_not_of_reserved_ones(app, alice):
    with app.app_context():
        known(alice.team_id)
        factory.task(alice.team_id, undo=None)
        factory.task(alice.team_id, limits_clear=None)
        factory.task(alice.team_id, stakes=None, reserved=True)

    page = alice.get("/")

    assert "2 tasks wait for an answer" in rows(page, "answer")[0]
    assert links(page, "answer") == ["/tasks/?show=to_answer"]


def test_a_long_list_shows_five_and_leads_to_all(app, alice):
    with app.app_context():
        factory.task(alice.team_id)
        for number in range(7):
            factory.employee(alice.team_id, f"Person {number}")

    page = alice.get("/")

    assert len(rows(page, "meet")) == 5
    assert "All 7" in page.select_one("section[aria-labelledby=meet] .all").text


# The week, and the question


def test_the_week_tells_the_talks_by_day_and_time(app, alice, now):
    ready(app, alice)
    with app.app_context():
        factory.employee(
            alice.team_id,
            "Yusuf",
            next_talk_at=i18n.to_utc(datetime(now.year, now.month, now.day, 10)),
        )

    week = alice.get("/").select_one(".week")

    assert "One-on-one with Yusuf, 10:00" in week.text
    assert "Nothing agreed" not in week.text


def test_a_free_day_says_so(app, alice):
    ready(app, alice)

    assert "Nothing agreed" in alice.get("/").select_one(".week").text


def test_the_question_for_yourself_changes_by_the_day(app, alice, monkeypatch):
    ready(app, alice)
    asked = set()
    for day in range(1, 5):
        monkeypatch.setattr(
            page_module.i18n, "today", lambda day=day: date(2026, 6, day)
        )
        asked.add(alice.get("/").select_one(".quote").text)

    with app.test_request_context():
        assert asked == {str(words) for words in wording.SELF_QUESTIONS}


def test_the_page_writes_nothing_but_the_session(app, alice):
    ready(app, alice)

    sent = statements(app, alice)

    written = [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [one for one in written if "login_session" not in one] == []


# Whose it is


def test_the_sample_team_says_what_it_is(alice):
    alice.post("/demo/load")

    note = alice.get("/").select_one(".sample-note")

    assert "This is the sample team" in note.text
    assert note.select_one("a[href='/demo/clear']")
    assert note.select_one("form[action='/demo/own']")


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_only_its_owner_is_offered_to_throw_the_sample_team_away(app, alice, bob, role):
    alice.post("/demo/load")
    with app.app_context():
        team_id = db.session.scalar(db.select(Team.id).filter_by(is_sample=True))
        factory.add(Membership(team_id=team_id, manager_id=bob.manager_id, role=role))

    note = bob.get(f"/?team={team_id}").select_one(".sample-note")

    assert "the sample team of a colleague" in note.text
    assert note.select("a[href='/demo/clear']") == []


def test_a_team_of_ones_own_has_no_such_note(app, alice):
    ready(app, alice)

    assert alice.get("/").select(".sample-note") == []


def test_bob_sees_nothing_of_alices(app, alice, bob, now):
    with app.app_context():
        employee, task = (
            known(alice.team_id, "Ann of Alice"),
            factory.task(alice.team_id),
        )
        factory.pair(employee, task, current=7)
        soon = {"look_back_on": now + timedelta(days=2)}
        agreed = factory.agreement(employee, task, **soon)
        factory.add(CheckIn(agreement_id=agreed.id, day=now))
        draft = factory.task(alice.team_id, "Rota")
        factory.agreement(employee, draft, state="draft")
        mine = factory.employee(bob.team_id, "Ben")
        factory.task(bob.team_id)
        assert mine.id

    page = bob.get("/")

    assert "Ann of Alice" not in page.text
    assert "Ben" in page.text
    assert bob.open(f"/?team={alice.team_id}").status_code == 404


def test_who_was_removed_or_archived_asks_for_nothing(app, alice, now):
    ready(app, alice)
    with app.app_context():
        gone = known(alice.team_id, "Gone", needs=3)
        task = factory.task(alice.team_id, "Past")
        familiar(gone, task)
        factory.pair(gone, task, current=7)
        factory.agreement(gone, task, 7, advised=5, reason="Well.", look_back_on=now)
        gone.removed_at = task.archived_at = datetime(2026, 1, 1)
        db.session.commit()

    page = alice.get("/")

    assert "Gone" not in page.text
    assert "Past" not in page.text


def add_team_of(team_id, rater_id, people, tasks):
    """Make a team in which everybody does three tasks, and everything asks for more."""
    long_ago = i18n.today() - timedelta(days=300)
    staff = [Employee(team_id=team_id, name=f"P{number}") for number in range(people)]
    work = [
        Task(
            team_id=team_id, title=f"T{number}", stakes="low", undo="easy",
            outcome_clear="clear", limits_clear="clear", with_me=number < 3,
        )
        for number in range(tasks)
    ]  # fmt: skip
    db.session.add_all([*staff, *work])
    db.session.flush()
    for number, one in enumerate(staff):
        seen = ("choices", "informs", "needs") + ("help",) * (number % 2)
        for criterion in seen:
            db.session.add(
                Rating(
                    team_id=team_id, employee_id=one.id, criterion=criterion,
                    state="scored", score=4, seen_on=long_ago, rater_id=rater_id,
                )
            )  # fmt: skip
        db.session.commit()
        for task in work[:3]:
            familiar(one, task)
            factory.pair(one, task, current=3 + number % 5)
        state = "draft" if number % 3 else "agreed"
        row = factory.agreement(one, work[0], 5, state=state, look_back_on=i18n.today())
        db.session.add(CheckIn(agreement_id=row.id, day=i18n.today()))
        of = {"team_id": team_id, "employee_id": one.id}
        db.session.add(OwnView(on_paper=True, **of))
        promised(one, rater_id, i18n.today())


def promised(employee, manager_id, day, **changes):
    values = {"kind": "action", "doer": "manager", "text": "Ask for the keys."}
    values |= {"team_id": employee.team_id, "employee_id": employee.id}
    values |= {"created_by_id": manager_id, "due_on": day}
    return factory.add(TalkItem(**{**values, **changes}))


@pytest.mark.parametrize(
    ("days", "is_due"), [(-30, True), (0, True), (6, True), (7, False)]
)
def test_open_check_ins_lead_to_where_they_are_kept(app, alice, now, days, is_due):
    with app.app_context():
        employee, task = known(alice.team_id), factory.task(alice.team_id)
        familiar(employee, task)
        agreement = factory.agreement(employee, task, 5, advised=6, reason="A step.")
        day = now + timedelta(days=days)
        row = factory.add(CheckIn(agreement_id=agreement.id, day=day))
        for more in ({"kept_at": utc_now()}, {}):
            draft = factory.task(alice.team_id, f"{more}")
            of = {"advised": 6, "reason": "A step."}
            made = factory.agreement(
                employee, draft, 5, state="agreed" if more else "ended", **of
            )
            factory.add(CheckIn(agreement_id=made.id, day=day, **more))
        where = f"/agreements/{agreement.id}#check-ins"
        keep = f"/check-ins/{agreement.id}/{row.id}"

    page = alice.get("/")

    assert links(page, "check-ins") == [keep] * is_due
    assert links(page, "week") == [where] * (is_due and days >= 0)
    assert ("Nothing asks for your attention" in page.text) is not is_due
    assert ("The next one is on" in page.text) is not is_due


@on_one_database
def test_what_i_said_i_would_do_is_what_i_wrote_down(app, alice, bob, now):
    with app.app_context():
        factory.task(alice.team_id)
        ann = known(alice.team_id)
        me, other = alice.manager_id, bob.manager_id
        promised(ann, me, now)
        promised(ann, other, now, text="Shared.", is_shared=True)
        promised(ann, other, now, text="A colleague's own.")
        promised(ann, me, now, text="Done.", done_at=utc_now())
        promised(ann, me, now, text="Later.", due_on=now + timedelta(days=7))
        promised(ann, me, now, text="Ann does.", doer="employee")
        where = f"/talks/{ann.id}"

    page = alice.get("/")

    assert [row.split(" Ann")[0] for row in rows(page, "actions")] == [
        "Ask for the keys."
    ]
    assert links(page, "actions") == [where]


@on_one_database
def test_what_nobody_answered_yet_says_since_when(app, alice, bob, now):
    ends = utc_now() + timedelta(days=3)
    with app.app_context():
        factory.task(alice.team_id)
        ann, ben = known(alice.team_id), known(alice.team_id, "Ben")
        me = {"team_id": alice.team_id, "manager_id": alice.manager_id}
        link = {**me, "kind": "own_view", "employee_id": ann.id, "token_hash": "a"}
        asked = factory.add(Link(**link, expires_at=ends))
        of = {"team_id": alice.team_id}
        factory.add(OwnView(**of, employee_id=ann.id, link_id=asked.id))
        factory.add(OwnView(**of, employee_id=ben.id, on_paper=True))
        for number in range(4):
            code = {"kind": "team_code", "token_hash": f"c{number}"}
            factory.add(Link(**of, **code, expires_at=ends))
        letter = {"kind": "invitation", "email": "eve@example.org", "role": "editor"}
        factory.add(Link(**me, **letter, token_hash="i", expires_at=ends))
        gone = {**letter, "email": "used@example.org", "used_at": utc_now()}
        factory.add(Link(**me, **gone, token_hash="u", expires_at=ends))
        where = [f"/people/{one.id}#two-views" for one in (ann, ben)]
        team = f"/teams/{alice.team_id}"

    page = alice.get("/")

    told = rows(page, "unanswered")
    assert [row.split(" Asked on")[0] for row in told] == [
        "The own view of Ann",
        "The own view of Ben",
        "What the team says of its conditions",
        "The invitation of eve@example.org",
    ]
    assert told[1].endswith("on paper")
    assert links(page, "unanswered") == [
        *where,
        f"/conditions/{alice.team_id}",
        f"{team}/sharing/",
    ]
    with app.app_context():
        share = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(role="editor", **share))
    his = rows(bob.get(f"/?team={alice.team_id}"), "unanswered")
    assert len(his) == len(told) - 1
    assert "eve@example.org" not in str(his)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_list_is_sound_in_both_languages(app, alice, language):
    with app.app_context():
        add_team_of(alice.team_id, alice.manager_id, people=8, tasks=8)
        factory.task(alice.team_id, stakes=None)
    alice.headers["Accept-Language"] = language

    page = alice.get("/")

    assert shown(page) == SECTIONS.keys()
    if language == "en":
        for id, words in SECTIONS.items():
            assert page.select_one(f"#{id}").text == words
