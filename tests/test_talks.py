"""The one-on-one: what is open, what is private, closing it, and its two papers."""

from datetime import date, datetime, timedelta

import factory
import pytest
from browsing import at_once
from conftest import on_one_database, signed_in
from counting import statements
from paper_checks import assert_accessible, text_of

from delegate import i18n, paper
from delegate.dialogue import asking, meeting
from delegate.models import (
    Employee,
    LoginSession,
    Manager,
    Membership,
    Step,
    Talk,
    TalkItem,
    db,
    utc_now,
)

A_DAY = timedelta(days=1)
PLANNED = datetime(2026, 11, 20, 9)
"""A Friday, at ten o'clock in Amsterdam."""


@pytest.fixture
def ann(app, alice):
    """The id of Ann, with whom a talk was planned."""
    with app.app_context():
        return factory.employee(alice.team_id, next_talk_at=PLANNED).id


def colleague(app, alice, role, name="Carol"):
    browser = signed_in(app, name)
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": browser.manager_id}
        factory.add(Membership(**ids, role=role))
    return browser


def add(browser, ann, text, kind="question", **more):
    return browser.post(f"/talks/{ann}/add", text=text, kind=kind, **more)


def items(app):
    with app.app_context():
        return db.session.scalars(db.select(TalkItem).order_by(TalkItem.id)).all()


def talks(app):
    with app.app_context():
        return db.session.scalars(db.select(Talk).order_by(Talk.number)).all()


def put(app, ann, text, kind="question", **columns):
    """Put an item down as if it had been written before; return its id."""
    with app.app_context():
        employee = db.session.get(Employee, ann)
        team = {"team_id": employee.team_id, "employee_id": ann}
        return factory.add(TalkItem(kind=kind, text=text, **team, **columns)).id


def put_talk(app, ann, number, at, **columns):
    with app.app_context():
        employee = db.session.get(Employee, ann)
        team = {"team_id": employee.team_id, "employee_id": ann}
        factory.add(Talk(number=number, at=at, held_at=at, **team, **columns))


def moment(words):
    return datetime.fromisoformat(f"2026-{words}")


def section(page, id):
    """Return the words of the part of a page that this heading names."""
    heading = page.select_one(f"h2#{id}")
    return " ".join(heading.find_parent("section").text.split()) if heading else ""


def held(browser, ann, number="1"):
    return browser.post(f"/talks/{ann}/held", number=number)


# ---- adding


def test_a_line_several_lines_and_who_does_what_are_added_private_by_default(
    app, alice, ann
):
    assert add(alice, ann, "How is the rota?").location.endswith("kind=question#add")
    add(alice, ann, "", "note", lines="- Sat in on the call.\n\n  • Asked twice.  \n")
    day = {"doer": "employee", "due_on": "2026-12-04"}
    add(alice, ann, "Call the tenants.", "action", is_shared="y", **day)
    add(alice, ann, "And the doer of a question is nobody.", **day)

    assert [(one.kind, one.text, one.is_shared) for one in items(app)] == [
        ("question", "How is the rota?", False),
        ("note", "Sat in on the call.", False),
        ("note", "Asked twice.", False),
        ("action", "Call the tenants.", True),
        ("question", "And the doer of a question is nobody.", False),
    ]
    action, question = items(app)[3:]
    assert (action.doer, action.due_on) == ("employee", date(2026, 12, 4))
    assert (question.doer, question.due_on) == (None, None)
    page = alice.get(f"/talks/{ann}")
    asked = section(page, "questions")
    assert "How is the rota? private: only you find it here" in asked
    assert "Ann Verhoeven, by Friday 4 December 2026" in section(page, "actions")
    assert "shared" in section(page, "actions")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"kind": "gossip"},
        {"due_on": "soon", "kind": "action"},
        {"doer": "someone", "kind": "action"},
        {"lines": "\n".join(str(n) for n in range(60))},
    ],
    ids=str,
)
@on_one_database
def test_a_fault_keeps_what_was_typed(app, alice, ann, wrong):
    typed = {"text": "Ask.", "kind": "note", "is_shared": "y", **wrong}
    page = alice.page(alice.post(f"/talks/{ann}/add", **typed), 422)

    assert page.select_one("#faults a")
    assert page.select_one("#text")["value"].strip() == typed["text"].strip()
    assert page.select_one("#is_shared").has_attr("checked")
    assert items(app) == []


def test_two_clicks_add_once_and_there_is_an_end_to_it(app, alice, ann, monkeypatch):
    alice.click_again_and_again(
        f"/talks/{ann}/add", text="How is the rota?", kind="question"
    )
    assert len(items(app)) == 1

    monkeypatch.setattr(meeting, "MOST", 1)
    page = alice.page(add(alice, ann, "One more."), 422)
    assert "items are open" in page.select_one("#faults").text


# ---- private is private


def test_a_private_item_is_read_by_whoever_wrote_it_and_by_nobody_else(app, alice, ann):
    add(alice, ann, "Private of Alice.")
    add(alice, ann, "Shared by Alice.", is_shared="y")
    private, shared = items(app)
    carol = colleague(app, alice, "owner")
    victor = colleague(app, alice, "viewer", "Victor")

    for browser in (carol, victor):
        for path in ("", "/paper", "/my-paper"):
            answer = browser.open(f"/talks/{ann}{path}")
            if answer.status_code == 200:
                assert "Private of Alice." not in answer.text
                assert "Shared by Alice." in answer.text
        pdf = browser.open(f"/talks/{ann}.pdf").data
        assert "Private of Alice." not in text_of(pdf)
    for way in ("", "/done", "/share", "/drop"):
        url = f"/talks/{ann}/items/{private.id}{way}"
        assert carol.open(url, "POST", data={"text": "x"}).status_code == 404
    assert (
        carol.post(f"/talks/{ann}/items/{shared.id}/share?undone=1").status_code == 404
    )
    assert "shared by Alice" in section(carol.get(f"/talks/{ann}"), "questions")
    assert victor.get(f"/talks/{ann}").select("main form") == []
    assert victor.open(f"/talks/{ann}/my-paper").status_code == 404
    assert victor.open(f"/talks/{ann}.pdf?copy=private").status_code == 404


def test_sharing_says_who_reads_it_and_can_be_undone(app, alice, ann):
    add(alice, ann, "How is the rota?")
    [one] = items(app)

    alice.post(f"/talks/{ann}/items/{one.id}/share")
    page = alice.get(f"/talks/{ann}")

    assert "all who look at this team read it" in page.select_one(".flashes").text
    assert items(app)[0].is_shared
    alice.post(page.select_one(".flashes form")["action"])
    assert not items(app)[0].is_shared


def test_what_was_private_goes_with_the_account_and_what_was_shared_stays(
    app, alice, ann
):
    carol = colleague(app, alice, "editor")
    add(carol, ann, "Private of Carol.")
    add(carol, ann, "Shared by Carol.", is_shared="y")
    add(alice, ann, "Private of Alice.")

    assert carol.post("/account/erase").status_code == 302

    assert [one.text for one in items(app)] == ["Shared by Carol.", "Private of Alice."]
    with app.app_context():
        assert db.session.get(Manager, carol.manager_id) is None
    assert "shared by a colleague" in section(alice.get(f"/talks/{ann}"), "questions")


# ---- one item


def test_an_item_is_changed_and_an_old_save_shows_both(app, alice, ann):
    add(alice, ann, "Ask.", is_shared="y")
    url = f"/talks/{ann}/items/{items(app)[0].id}"
    sent = {"version": "1", "text": "Call.", "kind": "action", "doer": "manager"}
    assert alice.post(url, **sent).location == f"/talks/{ann}"
    [one] = items(app)
    assert (one.text, one.kind, one.doer, one.is_shared, one.version) == (
        "Call.",
        "action",
        "manager",
        False,
        2,
    )

    stale = {**sent, "text": "Mail.", "doer": ""}
    page = alice.page(alice.post(url, **stale), 409)

    conflict = page.select_one("#conflict").text
    assert "Call." in conflict
    assert "Not said yet" in conflict
    assert "Me" in conflict
    assert page.select_one("#text").text.strip() == "Mail."
    assert items(app)[0].text == "Call."
    assert alice.page(alice.post(url, **{**sent, "text": " "}), 422)


def test_a_colleague_who_changes_a_shared_item_leaves_it_shared(app, alice, ann):
    add(alice, ann, "Ask.", is_shared="y")
    [one] = items(app)
    carol = colleague(app, alice, "editor")
    page = carol.get(f"/talks/{ann}/items/{one.id}")
    assert page.select("[name=is_shared]") == []

    carol.post(
        f"/talks/{ann}/items/{one.id}", version="1", text="Ask him.", kind="question"
    )

    assert [(one.text, one.is_shared) for one in items(app)] == [("Ask him.", True)]


def test_a_tick_is_undone(app, alice, ann):
    add(alice, ann, "Ask.")
    [one] = items(app)
    alice.post(f"/talks/{ann}/items/{one.id}/done")
    page = alice.get(f"/talks/{ann}")
    assert "Done since last time: one" in page.text
    assert section(page, "questions").endswith("None yet.")

    alice.post(page.select_one(".flashes form")["action"])
    assert items(app)[0].done_at is None


def hidden(form):
    return {field["name"]: field["value"] for field in form.select("input")}


def test_what_is_dropped_is_kept_nowhere_and_can_be_put_back_at_once(app, alice, ann):
    words = "Ask twice.\nThen call."
    now = utc_now()
    of = {"created_by_id": alice.manager_id, "created_at": now - A_DAY, "done_at": now}
    of |= {"is_shared": True, "doer": "manager", "due_on": PLANNED.date()}
    put(app, ann, words, "action", **of)
    [one] = items(app)
    item = f"/talks/{ann}/items/{one.id}"
    form = alice.get(item).select_one(f"form[action='{item}/drop']")
    alice.post(f"{item}/drop", **hidden(form))
    page = alice.page(alice.post(f"{item}/drop", **hidden(form)))  # reloaded
    assert items(app) == []
    assert alice.post(f"{item}/drop").status_code == 404
    with app.app_context():
        kept = db.session.scalars(db.select(LoginSession.content)).all()
    assert "Ask twice." not in "".join(kept)

    form = page.select_one("main .dropped form")
    sent = hidden(form)
    alice.post(form["action"], **sent)

    [back] = items(app)
    assert {name: getattr(back, name) for name in of} == of
    assert back.text == words

    faulty = alice.post(form["action"], **{**sent, "text": "", "created_at": "x"})
    assert alice.page(faulty, 422).select_one(".dropped [name=doer][value=manager]")


@on_one_database
def test_words_that_judge_are_pointed_out(alice, ann):
    add(alice, ann, "She is lazy.", "note")

    assert "lazy" in alice.get(f"/talks/{ann}").select_one(".flashes").text


# ---- the talk itself


def test_a_talk_that_is_closed_carries_what_is_open_and_keeps_its_notes(
    app, alice, ann
):
    before = {"created_at": utc_now() - A_DAY, "created_by_id": alice.manager_id}
    put(app, ann, "Still a question.", **before)
    put(app, ann, "Still to do.", "action", doer="manager", **before)
    put(app, ann, "What was said.", "note", **before)
    put(app, ann, "Was done.", "action", done_at=utc_now() - A_DAY, **before)

    answer = held(alice, ann)

    [talk] = talks(app)
    assert (talk.number, talk.at, talk.held_by_id) == (1, PLANNED, alice.manager_id)
    with app.app_context():
        assert db.session.get(Employee, ann).next_talk_at is None
    assert answer.location == f"/settle/{ann}"
    page = alice.get(f"/talks/{ann}")
    carried, earlier = section(page, "carried"), section(page, "earlier")
    assert "Still a question." in carried
    assert "Me" in carried
    assert "What was said." not in carried
    assert "What was said." in earlier
    assert "Was done." in earlier
    assert "Friday 20 November 2026" in earlier
    add(alice, ann, "New.")
    page = alice.get(f"/talks/{ann}")
    assert "New." in section(page, "questions")
    assert "New." not in section(page, "carried")


def test_two_clicks_at_one_moment_close_one_talk(app, alice, ann):
    url = f"/talks/{ann}/held"

    answers = at_once(*[(alice, url, {"number": "1"})] * 3)

    assert answers == [302] * 3
    assert [one.number for one in talks(app)] == [1]


@on_one_database
@pytest.mark.parametrize(("days", "instead"), [(0, False), (5, True)])
def test_a_talk_before_its_day_says_which_day_it_was(app, alice, ann, days, instead):
    with app.app_context():
        planned = datetime.combine(utc_now().date(), PLANNED.time())
        db.session.get(Employee, ann).next_talk_at = planned + timedelta(days=days)
        db.session.commit()
    held(alice, ann)

    told = alice.get("/people/").select_one(".flashes").text
    assert ("instead of on" in told) is instead


def test_a_closed_talk_can_be_opened_again_as_it_was_planned(app, alice, ann):
    held(alice, ann)
    undo = alice.get("/people/").select_one(".flashes form")["action"]

    alice.post(undo)

    assert talks(app) == []
    with app.app_context():
        assert db.session.get(Employee, ann).next_talk_at == PLANNED
    assert alice.post(undo).status_code == 404


def test_a_talk_that_came_early_was_held_now_and_one_without_a_plan_too(
    app, alice, ann
):
    with app.app_context():
        person = db.session.get(Employee, ann)
        person.next_talk_at = utc_now() + 9 * A_DAY
        db.session.commit()
        version = person.version
        planned = person.next_talk_at
    held(alice, ann)
    undo = alice.get("/people/").select_one(".flashes form")["action"]
    alice.post(undo)
    with app.app_context():
        person = db.session.get(Employee, ann)
        assert person.next_talk_at == planned
        version = person.version
    held(alice, ann)
    held(alice, ann, "2")

    first, second = talks(app)
    assert abs(first.at - utc_now()) < timedelta(minutes=5)
    assert first.sequence == version + 1
    assert abs(second.at - utc_now()) < timedelta(minutes=5)


@on_one_database
@pytest.mark.parametrize(
    ("held_on", "now", "proposed"),
    [
        # In two weeks at the same time, where there was one talk only.
        (["11-20 09:00"], "11-20 10:00", "12-04 09:00"),
        # As long as before: three weeks; that Friday is Christmas, then the weekend.
        (["11-13 09:00", "12-04 09:00"], "12-04 10:00", "12-28 09:00"),
        # The clock here stays ten, also where summer time begins in between.
        (["03-23 09:00"], "03-23 10:00", "04-07 08:00"),
        # A moment nobody chose is rounded down; what would be past is counted from now.
        (["08-03 09:52"], "11-20 10:00", "12-04 10:45"),
        # Twice on a day, and more than half a year apart, say nothing of the next.
        (["11-20 08:00", "11-20 09:00"], "11-20 10:00", "12-04 09:00"),
        (["01-05 09:00", "11-20 09:00"], "11-20 10:00", "12-04 09:00"),
    ],
)
def test_the_next_one_is_proposed_on_a_working_day(
    app, alice, ann, held_on, now, proposed
):
    for number, at in enumerate(held_on, 1):
        put_talk(app, ann, number, moment(at))
    with app.app_context():
        employee = db.session.get(Employee, ann)
        assert meeting.next_moment(employee, moment(now)) == moment(proposed)


def test_the_next_one_is_planned_moved_and_not_over_another(app, alice, ann):
    held(alice, ann)
    field = alice.get(f"/talks/{ann}").select_one("#next_talk_at")
    with app.app_context():
        person = db.session.get(Employee, ann)
        version = str(person.version)
        proposed = meeting.next_moment(person, utc_now())
        assert field["value"] == f"{i18n.local(proposed):%Y-%m-%dT%H:%M}"
    url = f"/talks/{ann}/moment"

    alice.post(url, next_talk_at=field["value"], version=version)
    with app.app_context():
        assert db.session.get(Employee, ann).next_talk_at == proposed
    stale = {"next_talk_at": "2099-01-05T10:00", "version": version}
    page = alice.page(alice.post(url, **stale), 409)
    assert page.select_one("#next_talk_at")["value"] == "2099-01-05T10:00"
    for no_day in ("soon", "2020-01-06T10:00"):
        alice.page(alice.post(url, next_talk_at=no_day, version=version), 422)


def test_who_was_to_be_rated_after_the_talk_comes_back_once_it_was_held(
    app, alice, ann
):
    with app.app_context():
        person = db.session.get(Employee, ann)
        factory.rated(person, rater_id=alice.manager_id)
        factory.task(alice.team_id)
        person.next_talk_at = utc_now() + 9 * A_DAY
        db.session.commit()
    carol = colleague(app, alice, "editor")
    for browser in (alice, carol):
        browser.post(f"/repair/{ann}/postpone")
        assert "Have you?" not in browser.get(f"/people/{ann}").text
    waits = "You wanted to talk first"
    assert waits not in alice.get(f"/?team={alice.team_id}").text

    held(alice, ann)

    assert "Have you?" in alice.get(f"/people/{ann}").text
    assert waits in alice.get(f"/?team={alice.team_id}").text
    assert "Have you?" not in carol.get(f"/people/{ann}").text


# ---- what else there is to talk about


def test_agreements_to_look_back_on_and_drafts_are_led_to(app, alice, ann):
    days = {"Soon": 14, "Past": -3, "Later": 15, "Draft": 60}
    with app.app_context():
        today, person = i18n.today(), db.session.get(Employee, ann)
        ids = {
            title: factory.agreement(
                person,
                factory.task(alice.team_id, title),
                look_back_on=today + timedelta(days=days[title]),
                state="draft" if title == "Draft" else "agreed",
            ).id
            for title in days
        }
    rows = alice.get(f"/talks/{ann}").select("section[aria-labelledby=agreements] a")

    assert [(row.text, row["href"]) for row in rows] == [
        (title, f"/agreements/{ids[title]}") for title in ("Past", "Soon", "Draft")
    ]


@on_one_database
def test_questions_that_help_are_chosen_and_those_for_oneself_stay_private(
    app, alice, ann
):
    page = alice.get(f"/talks/{ann}/questions")
    ticked = [box["value"] for box in page.select("[name=ask][checked]")]
    assert "level-1" in ticked

    alice.post(f"/talks/{ann}/questions", ask=["both-1", "self-1"], is_shared="1")

    both, own = items(app)
    assert (both.text, both.is_shared) == (
        str(asking.SETS["both"].questions["both-1"]),
        True,
    )
    assert (own.text, own.is_shared) == (
        str(asking.SETS["self"].questions["self-1"]),
        False,
    )
    again = alice.get(f"/talks/{ann}/questions")
    assert again.select("[value=both-1]") == []
    assert alice.post(f"/talks/{ann}/questions", ask="x").status_code == 404


def test_steps_of_both_stand_there_and_those_to_mend_trust_for_one(app, alice, ann):
    with app.app_context():
        kinds = {"acquaint": "Two options.", "repair": "Ask what got in the way."}
        for kind, text in kinds.items():
            step = Step(team_id=alice.team_id, employee_id=ann, kind=kind, text=text)
            step.criterion, step.created_by_id = "choices", alice.manager_id
            factory.add(step)
    carol = colleague(app, alice, "editor")

    assert "Ask what got in the way." in section(alice.get(f"/talks/{ann}"), "steps")
    seen = section(carol.get(f"/talks/{ann}"), "steps")
    assert "Two options." in seen
    assert "Ask what got in the way." not in seen
    assert "got in the way" not in alice.get(f"/talks/{ann}/paper").text
    assert "got in the way" in alice.get(f"/talks/{ann}/my-paper").text


# ---- on paper


@on_one_database
def test_the_shared_paper_has_what_is_shared_and_no_way_to_the_other(
    app, alice, ann, tmp_path
):
    add(alice, ann, "Private.")
    add(alice, ann, "Shared question.", is_shared="y")
    deed = {"doer": "manager", "due_on": "2026-12-04", "is_shared": "y"}
    add(alice, ann, "Shared deed.", "action", **deed)
    for language, title in (("en", "What we talk about"), ("nl", "Wat we bespreken")):
        pdf = alice.open(f"/talks/{ann}.pdf?language={language}").data
        assert_accessible(pdf, tmp_path)
        words = text_of(pdf)
        for text in (title, "Shared question.", "Shared deed.", "Alice", "2026"):
            assert text in words
        assert "Private." not in words
    page = alice.get(f"/talks/{ann}/paper")
    assert "private" not in str(page.select("main a, main form"))
    assert "my-paper" not in str(page.main)


@on_one_database
def test_the_private_paper_says_first_whose_it_is(app, alice, ann, tmp_path):
    add(alice, ann, "My own question.")
    add(alice, ann, "My own note.", "note")
    answer = alice.open(f"/talks/{ann}.pdf?copy=private&paper=letter")

    assert_accessible(answer.data, tmp_path)
    words = text_of(answer.data)
    assert words.startswith("Private. For Alice only; do not hand out.")
    assert "My own question. (private)" in words
    assert "My own note. (private)" in words
    assert "Private. For Alice" in alice.get(f"/talks/{ann}/my-paper").text
    assert alice.open(f"/talks/{ann}.pdf").headers["Content-Disposition"]


@on_one_database
def test_lines_to_write_on_get_no_page_of_their_own(app, alice, ann):
    with app.app_context():
        for number in range(8):
            work = factory.task(alice.team_id, f"Work {number}")
            person = db.session.get(Employee, ann)
            factory.agreement(person, work, state="draft")
    paper = alice.open(f"/talks/{ann}.pdf?copy=private")

    assert "Page 1 of 1" in text_of(paper.data)


@on_one_database
def test_a_paper_holds_what_two_can_talk_about_and_says_what_it_leaves_out(
    app, alice, ann, monkeypatch
):
    monkeypatch.setattr(paper, "MOST_TEXT", 20)
    for text in ("Ten letters", "Eight..."):
        add(alice, ann, text, is_shared="y")
    add(alice, ann, "One too many.", "note", is_shared="y")
    add(alice, ann, "?", "action", is_shared="y")

    words = alice.get(f"/talks/{ann}/paper").select_one(".paper").text

    assert "Eight..." in words
    assert "One too many." not in words
    assert "One more item does not fit on this paper." in words


# ---- how much it asks of the database


@on_one_database
def test_years_of_talks_cost_no_query_more(app, alice, ann):
    def asked(path):
        with statements(app) as sent:
            alice.get(path)
        return len(sent)

    paths = (f"/talks/{ann}", f"/talks/{ann}/paper", f"/talks/{ann}/my-paper")
    for path in paths:
        asked(path)  # that it was looked at is told once a day
    before = [asked(path) for path in paths]
    with app.app_context():
        for number in range(1, 60):
            at = PLANNED - (60 - number) * 14 * A_DAY
            ids = {"team_id": alice.team_id, "employee_id": ann}
            db.session.add(Talk(number=number, at=at, held_at=at, **ids))
            for kind in ("note", "action"):
                old = TalkItem(kind=kind, text=f"Old {number}", created_at=at, **ids)
                old.created_by_id, old.done_at = alice.manager_id, None
                old.done_at = at if kind == "action" else None
                db.session.add(old)
        db.session.commit()

    assert [asked(path) for path in paths] == before
    page = alice.get(f"/talks/{ann}")
    assert len(page.select("section[aria-labelledby=earlier] details")) == 8
    assert "And 51 before that." in page.text
    assert before[0] <= 10
