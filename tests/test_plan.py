"""The plan on paper: what stands on each copy, and who gets to see it."""

import io
import re
import signal
from datetime import date, datetime

import factory
import pikepdf
import pytest
from browsing import Browser, pressed
from conftest import on_one_database, room_for
from paper_checks import assert_accessible, text_of
from sqlalchemy import select

from delegate import agreeing, paper, pdf, printing, rules, wording
from delegate.dialogue import asking
from delegate.models import LONG, Employee, Membership, Pair, Safeguard, SelfCheck, db

AGREED = {
    "outcome": "Every crew knows its jobs.",
    "limits": "Four hours of overtime.",
    "why_you": "You know the crews.",
    "decides": "Order of jobs.",
    "asks_first": "Hiring a crew.",
    "stays": "Yearly capacity.",
    "inform": "Wednesday 15:00.",
    "help": "Stuck for thirty minutes: call.",
    "resources": "Holiday list.",
}
HOSTILE = (
    "<img src=file:///etc/passwd><link rel=attachment href=file:///etc/passwd>"
    "<style>@import url(http://127.0.0.1:9/)</style>{{ 7*7 }} url(http://127.0.0.1:9/)"
    " \u0645\u0631\u062d\u0628\u0627 🎉 \x07 e\u0301 " + "W" * 300 + " "
)


@pytest.fixture
def ann(app, alice):
    """Alice's employee Ann, rated, with an agreement; gives the id."""
    with app.app_context():
        employee = factory.employee(
            alice.team_id, next_talk_at=datetime(2026, 11, 26, 9), learning="Asking."
        )
        factory.rated(employee, needs=2, rater_id=alice.manager_id)
        task = factory.task(alice.team_id, "Weekly planning")
        factory.agreement(employee, task, look_back_on=date(2026, 12, 14), **AGREED)
        return employee.id


def printed(browser, path):
    response = browser.open(path)
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/pdf"
    return response.data


def shared(browser, id, query=""):
    return text_of(printed(browser, f"/plan/{id}.pdf?{query}"))


def on_screen(browser, id):
    """Return the words of the private sheet, in the order in which they are read."""
    return " ".join(
        browser.get(f"/people/{id}/prepare").select_one(".paper").text.split()
    )


def add_task(app, browser, title, **changes):
    with app.app_context():
        return factory.task(browser.team_id, title, **changes).id


def test_an_agreed_plan_says_all_that_was_agreed(alice, ann):
    words = shared(alice, ann)

    for text in AGREED.values():
        assert text in words
    assert "What we agreed" in words
    assert "Ann Verhoeven and Alice" in words
    assert "Thursday 26 November 2026" in words
    assert "Monday 14 December 2026" in words
    assert "5 Advise You decide after hearing my advice." in words
    assert "Ann decides Ann asks first Stays with Alice" in words
    assert "rules version 1.0" in words
    assert "Page 1 of " in words


def test_both_directions_stand_on_the_plan_or_lines_to_write_them_on(app, alice, ann):
    told = {"entrusted": "The whole week.", "asks_of_me": "Two days' notice."}
    with app.app_context():
        person = db.session.get(Employee, ann)
        for name, text in told.items():
            setattr(person, name, text)
        db.session.commit()
    fields = alice.get(f"/plan/{ann}").select(".together .columns > div")

    assert [field.select_one(".label").text for field in fields] == [
        "What I entrust to you",
        "What you need from me",
        "You can count on me for",
        "What we learn together",
    ]
    written = [field.select_one(".typed") for field in fields]
    assert [text and text.text for text in written] == [*told.values(), None, "Asking."]
    assert len(fields[2].select(".ruled i")) == 2
    assert "“I” is Alice, “you” is Ann." in shared(alice, ann)


@on_one_database
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(("tasks", "pages"), [(1, 1), (4, 2), (6, 3)])
def test_two_to_three_tasks_take_a_page(app, alice, ann, language, tasks, pages):
    words = "A sentence of the usual length, as someone writes it down."
    with app.app_context():
        person = db.session.get(Employee, ann)
        for name in ("entrusted", "asks_of_me", "count_on_me", "learning"):
            setattr(person, name, words)
        for number in range(tasks - 1):
            task = factory.task(alice.team_id, f"Task {number}")
            factory.agreement(person, task, **dict.fromkeys(AGREED, words))
    made = printed(alice, f"/plan/{ann}.pdf?lang={language}")

    with pikepdf.open(io.BytesIO(made)) as document:
        assert len(document.pages) <= pages


def test_a_safeguard_stands_on_the_plan(app, alice, ann):
    with app.app_context():
        agreement = db.session.scalar(select(Pair)).agreements[0]
        agreement.safeguards.append(Safeguard(criterion="informs", text="Thursday."))
        db.session.commit()

    assert "Fixed update moment: Thursday." in shared(alice, ann)


def test_no_score_and_no_criterion_stands_on_the_shared_plan(alice, ann):
    for words in (
        shared(alice, ann),
        alice.get(f"/plan/{ann}").select_one(".paper").text,
    ):
        assert "Called before the delay." not in words
        for told in (*wording.CRITERIA.values(), *wording.POSTURES.values(), "of 5"):
            assert str(told) not in words
        assert "advised" not in words


def test_a_draft_leaves_the_level_open(app, alice):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        task = factory.task(alice.team_id)
        factory.agreement(employee, task, state="draft", outcome="As proposed.")
        id = employee.id
    words = shared(alice, id)

    assert "What we want to agree" in words
    assert "To discuss. Which level do we choose?" in words
    assert "As proposed." in words
    assert "You decide after hearing my advice." not in words
    page = alice.get(f"/plan/{id}")
    assert page.select(".here") == []
    assert len(page.select(".marks")) == 7


def test_a_draft_keeps_to_itself_what_its_level_brings_along(app, alice):
    advise = rules.Level.ADVISE
    with app.app_context():
        day = agreeing.look_back_day(advise, date.today(), alice.team_id)
        employee, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        untouched = {"inform": str(wording.INFORM_BY_LEVEL[advise])}
        factory.agreement(employee, task, state="draft", look_back_on=day, **untouched)
        id = employee.id
    page = alice.get(f"/plan/{id}").select_one(".paper").text

    assert str(wording.INFORM_BY_LEVEL[advise]) not in page
    assert str(wording.HELP_BY_LEVEL[advise]) not in page
    assert str(day.year) not in page.split("We look back on")[1].split("In both")[0]


def test_what_nobody_wrote_follows_the_level_in_the_language_of_the_paper(app, alice):
    with app.app_context():
        employee, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        factory.agreement(
            employee, task, inform=str(wording.INFORM_BY_LEVEL[rules.Level.ADVISE])
        )
        id = employee.id
    english = alice.get(f"/plan/{id}").select_one(".paper").text
    dutch = alice.get(f"/plan/{id}?language=nl").select_one(".paper").text

    assert "hear my advice. At once" in english
    assert "Stuck for half a day" in english
    assert "my advice" not in dutch
    assert "Stuck for" not in dutch


def test_an_agreed_level_is_filled(alice, ann):
    [here] = alice.get(f"/plan/{ann}").select(".here")

    assert " ".join(here.text.split()).endswith("5 Advise")


def test_agreed_and_drafted_have_a_heading_of_both(app, alice, ann):
    with app.app_context():
        employee = db.session.get(paper.Employee, ann)
        task = factory.task(alice.team_id, "Ordering")
        factory.agreement(employee, task, state="draft")

    assert "What we agreed, and what we still want to agree" in shared(alice, ann)


def test_a_ticked_task_is_added_to_discuss(app, alice, ann):
    task_id = add_task(app, alice, "Night roster", outcome="No gaps.")
    page = alice.get(f"/plan/{ann}?task={task_id}&task={task_id}")

    [box] = page.select("input[type=checkbox]")
    assert box["value"] == str(task_id)
    assert box.has_attr("checked")
    assert [head.text for head in page.select(".subject")][:2] == [
        "Weekly planning",
        "Night roster",
    ]
    pdf = pressed(page, "Download")
    assert "Night roster" in text_of(printed(alice, pdf))
    assert "No gaps." in text_of(printed(alice, pdf))


@pytest.mark.parametrize("js", [True, False])
def test_what_is_ticked_is_taken_along_at_once(live_server, new_page, js):
    """Every tick, the language and the paper, without a look in between."""
    with live_server.app.app_context():
        ann = factory.employee(live_server.team_id).id
        factory.task(live_server.team_id, "Night roster")
        factory.add(SelfCheck(manager_id=live_server.manager_id, learning="Let go."))
    page = new_page(js=js)
    page.goto(f"/plan/{ann}")
    page.get_by_label("Night roster").check()
    page.get_by_label("My own learning point").check()
    page.get_by_label("Language of the paper").select_option("nl")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the PDF").click()
    words = text_of(download.value.path().read_bytes())

    for text in ("Night roster", "Let go.", "Wat we willen afspreken"):
        assert text in words


def test_only_tasks_with_a_level_can_be_ticked(app, alice, ann):
    add_task(app, alice, "Reserved", reserved=True)
    add_task(app, alice, "Unanswered", stakes=None)

    assert alice.get(f"/plan/{ann}").select("input[type=checkbox]") == []


@pytest.mark.parametrize("id", ["0", "x", "2000000000", "%00", "1e3"])
def test_a_task_that_is_not_there_is_no_page(alice, ann, id):
    assert alice.open(f"/plan/{ann}?task={id}").status_code == 404
    assert alice.open(f"/plan/{ann}.pdf?task={id}").status_code == 404


def test_someone_elses_task_is_no_page(app, alice, bob, ann):
    theirs = add_task(app, bob, "Bob's own")

    assert alice.open(f"/plan/{ann}.pdf?task={theirs}").status_code == 404


def many_tasks(app, browser, count):
    with app.app_context():
        return [factory.task(browser.team_id, f"Task {n}").id for n in range(count)]


@on_one_database
@pytest.mark.parametrize("path", ["/plan/{}?{}", "/plan/{}.pdf?{}"])
def test_too_many_ticked_tasks_are_not_printed_and_stay_ticked(app, alice, ann, path):
    tasks = many_tasks(app, alice, paper.MOST_TASKS + 1)
    query = "&".join(f"task={task}" for task in tasks)
    page = alice.get(path.format(ann, query), 422)

    [fault] = page.select("#tasks .fault")
    assert (
        fault.text == "21 tasks are ticked. At most 20 fit on one plan: take some off."
    )
    assert len(page.select("#tasks input[checked]")) == len(tasks)
    assert len(page.select(".paper .task")) == paper.MOST_TASKS


@on_one_database
@pytest.mark.parametrize(
    ("talk", "words"),
    [
        (datetime(2026, 12, 14, 9), "Monday 14 December 2026"),
        (datetime(2026, 12, 15, 9), "to agree"),
    ],
)
def test_the_next_look_back_lies_on_the_day_of_the_talk_or_after_it(
    app, alice, ann, talk, words
):
    with app.app_context():
        db.session.get_one(paper.Employee, ann).next_talk_at = talk
        db.session.commit()

    assert words in alice.get(f"/plan/{ann}").select(".between > *")[-1].text


@on_one_database
def test_what_does_not_fit_on_one_plan_is_counted(app, alice, ann):
    with app.app_context():
        employee = db.session.get(paper.Employee, ann)
        for number in range(paper.MOST_TASKS):
            day = date(2026, 12, 15 + number % 10)
            task = factory.task(alice.team_id, f"Task {number}")
            factory.agreement(employee, task, look_back_on=day)
    ticked = add_task(app, alice, "Night roster")
    page = alice.get(f"/plan/{ann}?task={ticked}")
    heads = [head.text for head in page.select(".task .subject")]

    assert len(heads) == paper.MOST_TASKS
    assert heads[0] == "Weekly planning", "the soonest to look back on"
    assert heads[-1] == "Night roster", "ticked, so meant to be there"
    assert "2 more tasks are not on this paper." in page.select_one(".paper").text


def test_a_plan_holds_so_much_text_and_always_one_task():
    long = paper.Item(title="Long", outcome="x" * paper.MOST_TEXT)
    short = paper.Item(title="Short", outcome="x")

    assert paper.fitting([]) == []
    assert paper.fitting([long, long, short]) == [long, long]
    assert paper.fitting([short] * 30) == [short] * paper.MOST_TASKS


def test_who_would_wait_too_long_is_told_so(alice, ann, monkeypatch):
    monkeypatch.setattr(pdf, "LONGEST_WAIT", 0.01)
    with pdf.LOCK:
        response = alice.open(f"/plan/{ann}.pdf?download=1")
    page = alice.page(response, 503)

    assert page.h1.text == "Someone else is printing"
    assert page.select_one("header.masthead")
    assert response.headers["Retry-After"] == "10"


def test_with_nothing_at_all_two_empty_tasks_are_printed(app, alice):
    with app.app_context():
        id = factory.employee(alice.team_id).id

    assert shared(alice, id).count("Task to discuss") == 2
    assert "two empty tasks" in alice.get(f"/plan/{id}").text


def test_with_nothing_agreed_the_tasks_with_most_room_are_printed(app, alice):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.rated(employee, rater_id=alice.manager_id)
        for title, current in (("Least", 5), ("Most", 1), ("Middle", 3)):
            task = factory.task(alice.team_id, title)
            factory.rating(employee, "familiarity", 4, task=task)
            factory.pair(employee, task, current)
        id = employee.id
    page = alice.get(f"/plan/{id}")

    assert [head.text for head in page.select(".subject")][:2] == ["Most", "Middle"]
    assert "most room" in page.text


def test_the_private_sheet_says_so_first_and_tells_the_scores(alice, ann):
    pdf = text_of(printed(alice, f"/plan/{ann}.pdf?copy=private"))
    words = on_screen(alice, ann)

    for text in (pdf, words):
        assert text.startswith("Private. For Alice only; do not hand out.")
        assert "2 of 5" in text
    assert "Called before the delay." in words
    assert str(wording.BEHAVIOUR["needs"][2]) in words
    assert str(wording.LEVEL_QUESTION) in words
    assert str(wording.SELF_QUESTIONS[0]) in words
    assert str(wording.PHRASES[wording.ON_PAPER[0]].say) in words
    assert "Rules version 1.0" in words


def test_what_was_not_seen_gets_a_step_to_get_acquainted(app, alice):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.rated(employee, informs=None, rater_id=alice.manager_id)
        factory.task(alice.team_id)
        id = employee.id
    words = on_screen(alice, id)

    assert str(wording.ACQUAINT["informs"]) in words
    assert str(wording.ACQUAINT["familiarity"]) in words


@on_one_database
def test_what_was_not_seen_stands_once_above_the_tasks(app, alice):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.rated(employee, informs=None, needs=None, rater_id=alice.manager_id)
        for number in range(3):
            task = factory.task(alice.team_id, f"Task {number}")
            factory.rating(
                employee, "familiarity", 2, task=task, rater_id=alice.manager_id
            )
        id = employee.id
    words = on_screen(alice, id)

    assert words.count("informing in time; own needs.") == 1
    assert words.count("Held back by: knowing this task.") == 3
    assert words.count("To reach 4: Knowing this task, from 2 to 3.") == 3
    assert "You have not yet seen" not in words


@pytest.mark.parametrize(
    ("state", "current", "says"),
    [
        ("agreed", None, "now: not said agreed 6"),
        ("looked_back", 4, "now 4 in step agreed 6"),
        ("agreed", 6, "now 6"),
        ("draft", None, "now: not said"),
    ],
)
def test_the_agreed_level_stands_beside_another_that_it_goes_at(
    app, alice, state, current, says
):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        task = factory.task(alice.team_id)
        factory.pair(employee, task, current=current)
        factory.agreement(employee, task, 6, state=state)
        id = employee.id
    page = alice.get(f"/people/{id}/prepare")
    [cell] = [
        " ".join(row.select("div")[1].stripped_strings)
        for row in page.select(".paper .of-standing")
    ]

    assert cell.startswith(says)
    thirds = alice.get(f"/people/{id}").select_one(".thirds").text
    for words in (cell, thirds):
        assert ("agreed 6" in words) is ("agreed 6" in says)


@pytest.mark.parametrize(
    "scores",
    [{}, {"choices": None, "informs": None, "needs": None, "help": None}, {"needs": 1}],
)
def test_there_are_five_to_eight_questions(app, alice, scores):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.rated(employee, rater_id=alice.manager_id, **scores)
        factory.task(alice.team_id)
        id = employee.id

    assert 5 <= len(alice.get(f"/people/{id}/prepare").select(".asks li")) <= 8


def sheet_of(browser, path):
    """Return what is asked on the private sheet: of the other, and of oneself."""
    page = browser.get(path)
    mine = page.select_one(".paper .halves > div").select("p")
    return [one.text for one in page.select(".asks li")], [one.text for one in mine]


def test_what_fits_is_ticked_until_one_chooses(alice, ann):
    page = alice.get(f"/people/{ann}/prepare")
    ticked = {box["value"] for box in page.select("#questions [checked]")}

    assert len(page.select("#questions [type=checkbox]")) == len(asking.CODES)
    assert {"level-1", "needs-1", "both-1", "self-1", "self-4"} <= ticked
    assert sheet_of(alice, f"/people/{ann}/prepare") == (
        [str(one) for one in asking.to_ask(ticked)],
        [str(one) for one in asking.for_myself(ticked)],
    )
    assert not page.select_one("#questions").has_attr("open")


def test_the_chosen_questions_are_printed_and_no_others(alice, ann):
    query = "ask=&ask=team-1&ask=help-3&ask=self-2&ask=help-3&paper=letter"
    path = f"/people/{ann}/prepare?{query}"

    assert sheet_of(alice, path) == (
        [str(wording.QUESTIONS["help"][2]), str(wording.TEAM_QUESTIONS["direction"])],
        [str(wording.SELF_QUESTIONS[1])],
    )
    page = alice.get(f"{path}&language=nl")
    ticked = {box["value"] for box in page.select("#questions [checked]")}
    assert ticked == {"team-1", "help-3", "self-2"}
    words = text_of(printed(alice, pressed(page, "Open")))
    assert "Is de richting duidelijk?" in words
    assert "Welk niveau zou jij kiezen" not in words
    again = alice.get(pressed(page, "See what"))
    assert len(again.select("#questions [checked]")) == 3
    assert again.select_one("#paper [selected]")["value"] == "letter"


def test_no_question_at_all_may_be_chosen(alice, ann):
    path = f"/people/{ann}/prepare?ask="

    assert sheet_of(alice, path) == ([], [])
    assert alice.get(path).select("#questions [checked]") == []


@pytest.mark.parametrize("code", ["choices-9", "x", "%00", "self-1%20"])
def test_a_question_that_is_not_there_is_no_page(alice, ann, code):
    for path in (f"/people/{ann}/prepare", f"/plan/{ann}.pdf"):
        answer = alice.open(f"{path}?copy=private&ask={code}")
        assert answer.status_code == 404


def test_the_shared_plan_is_never_a_click_from_the_private_sheet(alice, ann):
    links = [link["href"] for link in alice.get(f"/plan/{ann}").select("main a[href]")]

    assert not [link for link in links if "private" in link or "prepare" in link]
    assert "Private" not in shared(alice, ann, "copy=elsewhere")


def test_the_prepare_page_leads_to_the_private_pdf(alice, ann):
    page = alice.get(f"/people/{ann}/prepare?language=nl&paper=letter")
    pdf = pressed(page, "Download")

    assert page.html["lang"] == "en"
    assert page.select_one(".paper")["lang"] == "nl"
    assert text_of(printed(alice, pdf)).startswith("Privé. Alleen voor Alice")


def test_dutch_is_dutch_throughout(alice, ann):
    words = shared(alice, ann, "lang=nl")

    for text in (
        "Wat we hebben afgesproken",
        "donderdag 26 november 2026",
        "maandag 14 december 2026",
        "5 Advies vooraf",
        "Ann beslist Ann vraagt eerst Blijft bij Alice",
        "Pagina 1 van ",
        "niet voor beloning of promotie",
    ):
        assert text in words
    assert "beoordeling" not in words


@on_one_database
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("copy", ["shared", "private"])
def test_long_and_hostile_text_stays_text_and_accessible(
    app, alice, tmp_path, copy, language
):
    long = (HOSTILE * 40)[:LONG]
    with app.app_context():
        employee = factory.employee(
            alice.team_id,
            ("<b>Ann</b> " + "x" * 500)[:500],
            count_on_me=long,
            asks_of_me="W" * 300,
            learning=HOSTILE,
        )
        factory.rated(employee, needs=1, example=long, rater_id=alice.manager_id)
        for title, state in (("<i>" + "t" * 497, "agreed"), (HOSTILE, "draft")):
            task = factory.task(alice.team_id, title)
            texts = dict.fromkeys(AGREED, long if state == "agreed" else HOSTILE)
            factory.agreement(employee, task, state=state, **texts)
        id = employee.id
    made = printed(alice, f"/plan/{id}.pdf?copy={copy}&lang={language}&paper=letter")

    with pikepdf.open(io.BytesIO(made)) as document:
        assert not document.attachments
        assert len(document.pages) > 4
        assert document.Root.Lang == language
    assert "<img src=file:///etc/passwd>" in text_of(made)
    assert "49" not in text_of(made).split("{{")[0]
    assert_accessible(made, tmp_path)


@on_one_database
@pytest.mark.parametrize("paper_size", ["a4", "letter"])
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("copy", ["shared", "private"])
def test_both_checkers_find_no_error(alice, ann, tmp_path, copy, language, paper_size):
    query = f"copy={copy}&lang={language}&paper={paper_size}"
    assert_accessible(printed(alice, f"/plan/{ann}.pdf?{query}"), tmp_path)


def test_the_outline_leads_to_each_task(alice, ann):
    made = printed(alice, f"/plan/{ann}.pdf")
    with (
        pikepdf.open(io.BytesIO(made)) as document,
        document.open_outline() as outline,
    ):
        [top] = outline.root
        assert top.title == "What we agreed"
        assert [item.title for item in top.children] == [
            "Weekly planning",
            "In both directions",
        ]


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("Ann Verhoeven", "plan-ann-verhoeven-2026-11-26.pdf", None),
        ('A"; x="y\\', "plan-a-x-y-2026-11-26.pdf", None),
        ("../../etc/passwd", "plan-etc-passwd-2026-11-26.pdf", None),
        (
            "Şükrü",
            "plan-sukru-2026-11-26.pdf",
            "plan-%C5%9F%C3%BCkr%C3%BC-2026-11-26.pdf",
        ),
        ("🙂", "plan-2026-11-26.pdf", None),
        ("x" * 500, f"plan-{'x' * 60}-2026-11-26.pdf", None),
        ("A\r\nSet-Cookie: a=b", "plan-a-set-cookie-a-b-2026-11-26.pdf", None),
    ],
)
def test_the_name_of_the_file_is_safe(app, alice, ann, name, plain, full):
    with app.app_context():
        db.session.get(paper.Employee, ann).name = name
        db.session.commit()
    headers = alice.open(f"/plan/{ann}.pdf?download=1").headers
    disposition = headers["Content-Disposition"]

    assert disposition.startswith("attachment; filename=")
    assert re.search(r'filename="?([^";]+)', disposition)[1] == plain
    assert ("filename*=UTF-8''" in disposition) == (full is not None)
    assert not full or full in disposition
    assert headers["Cache-Control"] == "no-store"


def test_it_opens_in_the_browser_unless_it_is_to_be_kept(alice, ann):
    headers = alice.open(f"/plan/{ann}.pdf").headers
    assert headers["Content-Disposition"].startswith("inline; filename=")


def join(app, browser, other, role):
    with app.app_context():
        ids = {"team_id": browser.team_id, "manager_id": other.manager_id}
        factory.add(Membership(**ids, role=role))


@pytest.mark.parametrize(
    ("role", "made_by", "named"),
    [
        ("viewer", "alice", "Alice"),
        ("editor", "alice", "Alice"),
        ("editor", "bob", "Bob"),
        ("viewer", None, "Alice"),
        ("editor", None, "Bob"),
    ],
)
def test_the_plan_names_whose_agreement_it_is(
    app, alice, bob, ann, role, made_by, named
):
    join(app, alice, bob, role)
    ids = {"alice": alice.manager_id, "bob": bob.manager_id, None: None}
    with app.app_context():
        db.session.scalar(select(Pair)).agreements[0].created_by_id = ids[made_by]
        db.session.commit()
    pages = (shared(bob, ann), bob.get(f"/plan/{ann}").select_one(".paper").text)

    other = {"Alice": "Bob", "Bob": "Alice"}[named]
    for words in (" ".join(page.split()) for page in pages):
        assert f"Ann Verhoeven and {named}" in words
        assert f"Stays with {named}" in words
        assert other not in words


def test_the_newest_agreement_says_whose_plan_it_is(app, alice, bob, ann):
    join(app, alice, bob, "editor")
    with app.app_context():
        [first] = db.session.scalar(select(Pair)).agreements
        first.created_by_id = alice.manager_id
        task = factory.task(alice.team_id, "Monthly report")
        person = first.pair.employee
        factory.agreement(person, task, created_by_id=bob.manager_id)

    assert "Ann Verhoeven and Bob" in shared(alice, ann)


def test_a_viewer_prints_the_shared_plan_only(app, alice, bob, ann):
    with app.app_context():
        db.session.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role="viewer")
        )
        db.session.commit()

    assert "What we agreed" in shared(bob, ann)
    assert bob.open(f"/plan/{ann}.pdf?copy=private").status_code == 404
    assert bob.open(f"/people/{ann}/prepare").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/plan/{}", "/plan/{}.pdf", "/plan/{}.pdf?copy=private", "/people/{}/prepare"],
)
def test_someone_elses_plan_looks_like_no_plan(app, alice, bob, ann, path):
    assert bob.open(path.format(ann)).status_code == 404
    assert Browser(app).open(path.format(ann)).status_code == 302


def test_a_removed_task_is_not_on_the_plan(app, alice, ann):
    with app.app_context():
        db.session.scalar(select(paper.Task)).removed_at = datetime(2026, 1, 1)
        db.session.commit()

    assert "Weekly planning" not in shared(alice, ann)


@pytest.fixture
def cli(app, alice, ann, tmp_path):
    """A way to run `flask plan`; gives the outcome and the text of the PDF."""
    runner, out = app.test_cli_runner(), tmp_path / "plan.pdf"

    def run(*arguments):
        result = runner.invoke(args=["plan", *arguments, "-o", str(out)])
        return result, text_of(out.read_bytes()) if out.exists() else ""

    return run


@pytest.mark.parametrize("name", ["Ann Verhoeven", "ann verhoeven", "verhoev", None])
def test_the_command_takes_a_name_or_an_id(cli, ann, name):
    result, words = cli(name or str(ann), "--lang", "nl", "--paper", "letter")

    assert result.exit_code == 0, result.output
    assert "Wat we hebben afgesproken" in words
    assert "Ann Verhoeven en Alice" in words


def test_the_command_prints_the_private_copy(cli):
    _, words = cli("Ann", "--copy", "private")

    assert words.startswith("Private. For Alice only")


def test_the_command_says_that_a_name_is_ambiguous(app, alice, cli):
    with app.app_context():
        factory.employee(alice.team_id, "Ann de Boer")
    result, _ = cli("ann")

    assert result.exit_code == 1
    assert "More than one is called so: Ann de Boer (" in result.output


def test_the_command_says_that_there_is_nobody(cli):
    assert "There is nobody called Zed." in cli("Zed")[0].output
    assert "There is nobody called 99999999999999999999." in cli("9" * 20)[0].output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["9" * 400], "There is nobody called 999"),
        (["9" * 5000], "At most 500 characters fit here."),
        ([""], "Fill this in."),
        (["  "], "Fill this in."),
        (["\udcff"], "This has a character that cannot be kept."),
        (["Ann", "--for", "\udcff@x"], "This has a character that cannot be kept."),
    ],
)
def test_the_command_answers_odd_words_in_a_sentence(cli, arguments, words):
    result, made = cli(*arguments)

    assert result.exit_code in (1, 2)
    assert made == ""
    assert words in result.output.splitlines()[-1]


def test_the_command_says_where_it_cannot_write(app, ann, tmp_path):
    out = str(tmp_path / "none" / "plan.pdf")
    result = app.test_cli_runner().invoke(args=["plan", "Ann", "-o", out])

    assert result.exit_code == 1
    assert result.output == f"Error: {out}: No such file or directory\n"


def test_a_file_that_does_not_fit_leaves_what_was_there(tmp_path):
    out, link = tmp_path / "plan.pdf", tmp_path / "link.pdf"
    out.write_bytes(b"before")
    link.symlink_to(out)

    with room_for(1_000), pytest.raises(OSError, match=f"too large: '{out}'"):
        printing.write_private(out, b"x" * 2_000)
    assert out.read_bytes() == b"before"
    printing.write_private(link, b"after")

    assert (out.read_bytes(), link.is_symlink()) == (b"after", True)
    assert out.stat().st_mode & 0o777 == 0o600
    assert set(tmp_path.iterdir()) == {out, link}


def test_a_program_that_is_ended_leaves_no_part_of_a_file(tmp_path):
    def other(*_):
        pass

    before = signal.signal(signal.SIGTERM, other)
    try:
        out = tmp_path / "plan.pdf"
        with pytest.raises(SystemExit) as ended, printing.arriving(out):
            signal.raise_signal(signal.SIGTERM)

        assert ended.value.code == 143
        assert list(tmp_path.iterdir()) == []
        assert signal.getsignal(signal.SIGTERM) is other
    finally:
        signal.signal(signal.SIGTERM, before)


@on_one_database
@pytest.mark.usefixtures("ann")
def test_the_command_says_that_a_link_leads_round(app, tmp_path):
    out = tmp_path / "plan.pdf"
    out.symlink_to(out)

    result = app.test_cli_runner().invoke(args=["plan", "Ann", "-o", str(out)])

    words = "Too many levels of symbolic links"
    assert result.output == f"Error: {out}: {words}\n"


@on_one_database
@pytest.mark.usefixtures("ann")
def test_the_command_says_that_the_disk_is_full(app):
    result = app.test_cli_runner().invoke(args=["plan", "Ann", "-o", "/dev/full"])

    assert result.output == "Error: /dev/full: No space left on device\n"


def test_the_command_asks_whose_plan_it_is(bob, cli):
    assert "say whose, --for EMAIL" in cli("Ann")[0].output
    assert cli("Ann", "--for", "ALICE@example.org")[0].exit_code == 0
    assert "nobody called Ann" in cli("Ann", "--for", "bob@example.org")[0].output
    assert "x@y.z has no account" in cli("Ann", "--for", "x@y.z")[0].output
