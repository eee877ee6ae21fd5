"""What two people agree: its texts, its states, and the list of them."""

from datetime import date, timedelta

import factory
import pytest
from conftest import on_one_database

from delegate import agreeing, planning, wording
from delegate.models import (
    Agreement,
    Employee,
    LookBack,
    Membership,
    Pair,
    PairEvent,
    Task,
    db,
    utc_now,
)
from delegate.overview import overview
from delegate.portrait import work_of

TODAY = date.today()
SOON = TODAY + timedelta(days=40)
CHANGED = "Changed after it was agreed: talk it through, and print it again."
TEXTS = {"outcome": "A planning", "decides": "The order", "inform": "Thursdays"}


@pytest.fixture
def make(app, alice):
    """Make an agreement between Ann and her task; return its address."""

    def make(level=5, state="draft", task=None, needs=3, **changes):
        with app.app_context():
            employee = factory.employee(alice.team_id)
            work = factory.task(alice.team_id, **(task or {}))
            factory.rated(employee, needs=needs, rater_id=alice.manager_id)
            factory.rating(
                employee, "familiarity", 4, task=work, rater_id=alice.manager_id
            )
            given = {"advised": 5, "look_back_on": SOON, **changes}
            row = factory.agreement(employee, work, level, state=state, **given)
            return f"/agreements/{row.id}"

    return make


def version(page):
    return page.select_one("main form [name=version]")["value"]


def posted(alice, url, action="", **fields):
    """Post as if the page was opened just before."""
    page = alice.get(url)
    return alice.post(f"{url}{action}", version=version(page), **fields)


def saved(alice, url, **fields):
    """Save the texts, all fields as they stand but for `fields`."""
    return alice.post(url, **{**as_it_stands(alice.get(url)), **fields})


def as_it_stands(page):
    form = page.select_one("form.agreement")
    texts = {tag["name"]: tag.text.strip("\n") for tag in form.select("textarea")}
    values = {
        tag["name"]: tag.get("value", "")
        for tag in form.select("input")
        if tag["type"] not in ("radio", "checkbox") or tag.has_attr("checked")
    }
    return {**texts, **values}


def only(app, model=Agreement):
    with app.app_context():
        return db.session.scalars(db.select(model)).one()


def texts(app):
    with app.app_context():
        row = db.session.scalars(db.select(Agreement)).one()
        return {one.criterion: one.text for one in row.safeguards}


def test_a_draft_shows_what_we_want_to_agree(alice, make):
    page = alice.get(make(**TEXTS))

    assert page.h1.text == "What we want to agree"
    assert "Ann Verhoeven × Weekly planning" in page.title.text
    assert page.select_one("#decides").text.strip() == "The order"
    assert page.select("a[href^='/plan/']")
    assert page.select("a[href^='/pairs/']")


def test_the_texts_are_saved(app, alice, make):
    url = make()

    response = saved(alice, url, **TEXTS, stays="The budget")

    row = only(app)
    assert response.location == url
    assert (row.outcome, row.decides, row.stays) == (
        *list(TEXTS.values())[:2],
        "The budget",
    )
    assert row.state == "draft"


def test_marking_as_agreed_keeps_what_was_typed(app, alice, make):
    saved(alice, make(), decides="The order", agree="1")

    row = only(app)
    assert (row.state, row.decides) == ("agreed", "The order")
    assert row.agreed_at is not None
    assert only(app, Pair).current is None


def test_how_it_goes_now_follows_only_when_ticked(app, alice, make):
    url = make()
    assert not alice.get(url).select_one("#becomes_now").has_attr("checked")

    saved(alice, url, agree="1", becomes_now="y")

    assert only(app, Pair).current == 5


@pytest.mark.parametrize("ticked", [True, False])
def test_a_task_leaves_the_manager_only_when_ticked(app, alice, make, ticked):
    url = make(task={"with_me": True})
    assert not alice.get(url).select_one("#not_mine").has_attr("checked")

    saved(alice, url, agree="1", **({"not_mine": "y"} if ticked else {}))

    assert only(app, Task).with_me is not ticked


def test_a_task_that_is_not_with_the_manager_needs_no_such_tick(alice, make):
    assert alice.get(make()).select("#not_mine") == []


def test_the_other_is_named(alice, make):
    page = alice.get(make())

    labels = {label["for"]: label.text for label in page.select("label[for]")}
    assert labels["decides"].startswith("Ann Verhoeven decides")
    assert labels["asks_first"].startswith("Ann Verhoeven asks first")


@pytest.mark.parametrize(
    ("day", "words"),
    [("", "every agreement has one"), ("2020-01-06", "from today on")],
)
def test_agreed_needs_a_day_to_look_back(app, alice, make, day, words):
    response = saved(alice, make(), agree="1", look_back_on=day, decides="The order")

    page = alice.page(response, 422)
    assert words in page.text
    assert page.select_one("#decides").text.strip() == "The order"
    assert only(app).state == "draft"


@pytest.mark.parametrize(
    ("state", "marked"), [("draft", True), ("agreed", False), ("looked_back", True)]
)
def test_a_day_to_look_back_is_optional_where_it_may_stay_empty(
    alice, make, state, marked
):
    page = alice.get(make(state=state))

    assert bool(page.select("label[for=look_back_on] .optional")) is marked
    # Whether the next one may be empty hangs on what comes next.
    assert page.select("label[for=next_on] .optional") == []


def test_a_draft_may_be_without_a_day(app, alice, make):
    saved(alice, make(), look_back_on="")

    assert only(app).look_back_on is None


def test_what_is_overdue_can_still_be_mended(app, alice, make):
    url = make(state="agreed", look_back_on=TODAY - timedelta(days=9))

    assert saved(alice, url, decides="The order").location == url
    assert only(app).decides == "The order"


@pytest.mark.parametrize(("reason", "status"), [("", 422), ("Summer", 302)])
def test_another_level_than_advised_needs_a_reason(alice, make, reason, status):
    response = saved(alice, make(), level="4", reason=reason)

    assert response.status_code == status


def test_another_level_brings_its_own_suggestions(app, alice, make):
    url = make(inform="On Thursdays.")
    assert str(wording.HELP_BY_LEVEL[5]) in alice.get(url).text

    saved(alice, url, level="4", reason="Step by step")

    row = only(app)
    assert (row.help, row.inform) == ("", "On Thursdays.")
    assert str(wording.HELP_BY_LEVEL[4]) in alice.get(url).text


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_suggestion_is_never_kept_as_a_text(app, alice, make, language):
    url = make()
    with app.test_request_context(f"/?lang={language}"):
        suggested = str(wording.HELP_BY_LEVEL[4])

    saved(alice, url, help=suggested)

    assert only(app).help == ""


def test_what_is_agreed_says_the_suggestion_to_who_reads_it(app, alice, make):
    url = make(state="ended")

    assert str(wording.INFORM_BY_LEVEL[5]) in alice.get(url).select_one(".texts").text


def test_the_level_of_what_is_agreed_stays(app, alice, make):
    url = make(state="agreed")
    assert alice.get(url).select("[name=level]") == []

    saved(alice, url, level="7", reason="More")

    assert only(app).level == 5


@pytest.mark.parametrize(
    ("level", "decides", "warns"),
    [(5, "", True), (5, "The order", False), (4, "", False)],
)
def test_from_five_on_an_empty_may_decide_warns(alice, make, level, decides, warns):
    page = alice.get(make(level, decides=decides, reason="So"))

    assert ("From level 5" in page.text) is warns


def test_above_the_advice_asks_its_question(alice, make):
    page = alice.get(make(6, reason="It goes well"))

    assert str(wording.POSTURE_QUESTIONS["generous"]) in page.text


def test_what_is_still_open_is_said_at_the_button_and_once_it_is_agreed(alice, make):
    """It never blocks; and what is asked for is not called optional."""
    url = make(6, needs=3, reason="So")
    words = "Still open: what Ann Verhoeven decides; what makes it safe (own needs)."
    page = alice.get(url)

    assert page.select_one("#still-open").text == words
    for name in ("decides", "safeguard_needs"):
        assert "optional" not in page.select_one(f"label[for={name}]").text
    assert "optional" in page.select_one("label[for=safeguard_help]").text
    saved(alice, url, agree="1")
    assert f"Agreed. It counts from now on. {words}" in alice.get(url).text
    assert "Still open" not in alice.get(url).text


def test_nothing_is_called_open_where_nothing_is(alice, make):
    url = make(5, decides="The order")

    assert alice.get(url).select("#still-open") == []
    saved(alice, url, agree="1")
    assert "Still open" not in alice.get(url).text


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        ("agreed", {"decides": "Less"}, CHANGED),
        ("looked_back", {"safeguard_needs": "A key"}, CHANGED),
        ("agreed", {"look_back_on": SOON + timedelta(days=1)}, CHANGED),
        ("agreed", {"reason": "It goes well"}, "Saved."),
        ("agreed", {}, "Saved."),
        ("draft", {"decides": "Less"}, "Saved."),
    ],
)
def test_a_change_of_what_was_agreed_is_to_be_talked_through(
    alice, make, state, fields, words
):
    url = make(state=state, **TEXTS)
    saved(alice, url, **fields)

    assert alice.get(url).select_one(".flashes").text.strip() == words


@pytest.mark.parametrize(
    ("needs", "choices", "words"),
    [
        (1, 4, "Changes nothing: whoever knows this work is at 3 already."),
        (2, 4, "Without: 3, with: 4."),
        (2, 2, "because something else is lower or as low: sound choices."),
        (4, 2, "because something else is lower or as low: sound choices."),
        (3, 4, "Changes nothing: a safeguard lifts to 5 at most."),
    ],
)
def test_a_safeguard_says_what_it_changes(app, alice, needs, choices, words):
    with app.app_context():
        employee, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        factory.rated(employee, needs=needs, choices=choices)
        factory.rating(employee, "familiarity", 4, task=task)
        row = factory.agreement(employee, task, 3, state="draft")
        url = f"/agreements/{row.id}"

    assert words in alice.get(url).select_one("#safeguard_needs-notes").text


def test_safeguards_come_and_go(app, alice, make):
    url = make(needs=2, reason="So")
    saved(alice, url, safeguard_needs="A key", safeguard_help="Half an hour: call")
    assert texts(app) == {"needs": "A key", "help": "Half an hour: call"}

    saved(alice, url, safeguard_help="")

    assert texts(app) == {"needs": "A key"}


def test_a_safeguard_counts_once_it_is_agreed(alice, make):
    url = make(needs=2, reason="So")
    pair = alice.get(url).select_one("a[href^='/pairs/']")["href"]

    saved(alice, url, safeguard_needs="A key")
    assert alice.get(pair).h1.text == "You propose; I decide."
    saved(alice, url, agree="1")

    page = alice.get(pair)
    assert page.h1.text == "We decide together."
    assert "with a safeguard agreed" in page.select_one(".ladder .lowest").text


@pytest.mark.parametrize("field", ["decides", "safeguard_needs"])
def test_an_old_save_shows_both_texts(app, alice, make, field):
    url = make()
    seen = as_it_stands(alice.get(url))
    saved(alice, url, **{field: "The first"})

    page = alice.page(alice.post(url, **{**seen, field: "The second"}), 409)

    assert "The first" in page.select_one("#conflict").text
    assert page.select_one(f"#{field}").text.strip() == "The second"
    assert "The first" in (only(app).decides, texts(app).get("needs"))

    again = as_it_stands(page)
    assert alice.post(url, **again).location == url


def test_a_missing_version_is_an_old_one(alice, make):
    assert alice.post(make(), level="5", decides="All").status_code == 409


def test_too_long_a_text_is_kept_to_be_shortened(alice, make):
    page = alice.page(saved(alice, make(), limits="x" * 10_001), 422)

    assert "At most 10000 characters fit here." in page.text
    assert len(page.select_one("#limits").text.strip()) == 10_001


@pytest.mark.parametrize(
    ("state", "next_on", "after", "day"),
    [
        ("agreed", str(SOON), "agreed", SOON),
        ("looked_back", "", "looked_back", None),
        ("ended", str(SOON), "ended", TODAY),
    ],
)
def test_looking_back_leads_on(app, alice, make, state, next_on, after, day):
    url = make(state="agreed", look_back_on=TODAY)

    posted(alice, url, "/look-back", state=state, next_on=next_on)

    row = only(app)
    assert (row.state, row.look_back_on) == (after, day)
    assert (row.closed_at is not None) is (after == "ended")


def test_looking_back_keeps_both_promises_for_both_to_read(app, alice, make):
    url = make(state="agreed", look_back_on=TODAY)
    labels = {one["for"]: one.text for one in alice.get(url).select("label[for]")}
    assert "what Ann Verhoeven promised" in labels["theirs"]
    assert "what I promised" in labels["mine"]
    told = {"theirs": "The rota stood.", "mine": "I forgot the key.", "next_on": SOON}

    posted(alice, url, "/look-back", state="agreed", **told)
    posted(alice, url, "/look-back", state="ended", theirs="All of it.")

    page = alice.get(url).select_one("[aria-labelledby=looked-back]")
    assert [h3.text.split(": ")[1] for h3 in page.select("h3")] == [
        "it ended",
        "it goes on",
    ]
    assert [dd.text for dd in page.select("dd")] == [
        "All of it.",
        "Not written.",
        "The rota stood.",
        "I forgot the key.",
    ]
    with app.app_context():
        rows = db.session.scalars(db.select(LookBack).order_by(LookBack.id)).all()
    assert [row.next_state for row in rows] == ["agreed", "ended"]
    assert {row.created_by_id for row in rows} == {alice.manager_id}


def test_a_look_back_that_is_refused_keeps_its_words(app, alice, make):
    url = make(state="agreed")

    response = posted(alice, url, "/look-back", state="agreed", next_on="", mine="Key")

    assert alice.page(response, 422).select_one("#mine").text.strip() == "Key"
    with app.app_context():
        assert db.session.scalars(db.select(LookBack)).all() == []


def test_going_on_needs_a_day(alice, make):
    url = make(state="agreed")

    response = posted(alice, url, "/look-back", state="agreed", next_on="")

    assert "every agreement has one" in alice.page(response, 422).text


def test_a_draft_has_nothing_to_look_back_on(app, alice, make):
    url = make()

    response = posted(alice, url, "/look-back", state="agreed", next_on=str(SOON))

    assert response.status_code == 409
    assert only(app).state == "draft"


@pytest.mark.parametrize(
    ("closing", "reason", "status", "state"),
    [
        ("taken_back", "", 422, "agreed"),
        ("taken_back", "Too soon", 302, "taken_back"),
        ("ended", "", 302, "ended"),
        ("draft", "", 422, "agreed"),
    ],
)
def test_closing(app, alice, make, closing, reason, status, state):
    url = make(state="agreed")

    response = posted(alice, url, "/close", closing=closing, closing_reason=reason)

    row = only(app)
    assert (response.status_code, row.state) == (status, state)
    assert row.closing_reason == (reason if status == 302 else "")


@on_one_database
@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("/close", {"closing": "ended"}),
        ("/look-back", {"state": "ended", "next_on": str(SOON)}),
    ],
)
def test_an_older_page_ends_nothing(app, alice, make, action, fields):
    url = make(state="agreed")
    seen = version(alice.get(url))
    saved(alice, url, decides="The first")

    for old in (seen, ""):
        answer = alice.post(f"{url}{action}", version=old, **fields)
        assert "The first" in alice.page(answer, 409).text
    assert only(app).state == "agreed"


def test_what_is_closed_can_only_be_read(app, alice, make):
    url = make(state="taken_back", closing_reason="Too soon", decides="The order")
    page = alice.get(url)

    assert page.select("main form") == []
    assert "Too soon" in page.select_one(".texts").text
    for action in ("", "/look-back", "/close"):
        assert alice.post(f"{url}{action}", version="1").status_code == 409
    assert only(app).state == "taken_back"


def test_the_list_puts_first_what_is_due(app, alice):
    days = {
        "Overdue": TODAY - timedelta(days=1),
        "Today": TODAY,
        "Later": TODAY + timedelta(days=30),
        "Without": None,
    }
    with app.app_context():
        ann = factory.employee(alice.team_id)
        factory.agreement(ann, factory.task(alice.team_id, "Draft"), state="draft")
        factory.agreement(ann, factory.task(alice.team_id, "Past"), state="ended")
        for title, day in reversed(days.items()):
            state = "agreed" if day else "looked_back"
            task = factory.task(alice.team_id, title)
            factory.agreement(ann, task, state=state, look_back_on=day)

    page = alice.get("/agreements/")
    assert [row.a.contents[0] for row in page.select(".list tbody tr")] == [
        *days,
        "Draft",
    ]
    ended = alice.get("/agreements/?state=ended")
    assert [row.a.contents[0] for row in ended.select(".list tbody tr")] == ["Past"]


def test_the_list_can_be_of_one_person(app, alice):
    with app.app_context():
        for name in ("Ann", "Bea"):
            task = factory.task(alice.team_id, f"Work of {name}")
            employee = factory.employee(alice.team_id, name)
            factory.agreement(employee, task)

    page = alice.get(f"/agreements/?person={employee_id(app, 'Bea')}")
    everyone = alice.get("/agreements/?person=99999999999999999999")

    assert [row.a.contents[0] for row in page.select("tbody tr")] == ["Work of Bea"]
    assert len(everyone.select("tbody tr")) == 2


def employee_id(app, name):
    with app.app_context():
        return db.session.scalar(db.select(Employee.id).filter_by(name=name))


def test_a_long_list_comes_in_pages(app, alice):
    with app.app_context():
        ann = factory.employee(alice.team_id)
        for number in range(101):
            factory.agreement(ann, factory.task(alice.team_id, f"Task {number}"))

    assert len(alice.get("/agreements/").select("tbody tr")) == 100
    assert len(alice.get("/agreements/?page=2").select("tbody tr")) == 1
    assert alice.get("/agreements/").select("a[rel=next][href*='page=2']")


def test_bob_sees_nothing_of_it(alice, bob, make):
    url = make()

    assert bob.open(url).status_code == 404
    for action in ("", "/look-back", "/close"):
        assert bob.post(f"{url}{action}").status_code == 404
    assert bob.get("/agreements/").select(".list") == []


def test_who_may_only_look_reads_the_texts(app, alice, make):
    url = make(decides="The order")
    with app.app_context():
        db.session.execute(db.update(Membership).values(role="viewer"))
        db.session.commit()

    page = alice.get(url)

    assert page.select("main form") == []
    assert "The order" in page.text
    assert alice.post(url, version="1").status_code == 404


@pytest.mark.parametrize("model", [Employee, Task])
def test_an_agreement_goes_with_what_it_is_about(app, alice, make, model):
    url = make()
    with app.app_context():
        db.session.execute(db.update(model).values(removed_at=db.func.now()))
        db.session.commit()

    assert alice.open(url).status_code == 404
    assert alice.get("/agreements/").select(".list") == []


def test_the_pages_are_sound_in_dutch(alice, make):
    alice.headers["Accept-Language"] = "nl"

    assert alice.get(make(state="agreed")).html["lang"] == "nl"
    assert alice.get("/agreements/").html["lang"] == "nl"


def test_what_is_changed_says_so_until_it_is_agreed_anew(app, alice, make):
    url, words = make(state="agreed"), "not agreed anew yet"
    paper = f"/plan/{employee_id(app, 'Ann Verhoeven')}"
    assert words not in alice.get(url).text + alice.get(paper).text
    assert "agree" not in [one.get("name") for one in alice.get(url).select("button")]

    saved(alice, url, decides="Less")
    assert words in alice.get(url).select_one("#standing-h").parent.text
    assert words in alice.get(paper).select_one(".paper").text
    assert only(app).changed_at is not None

    saved(alice, url, agree="1")
    row = only(app)
    assert (row.state, row.changed_at, row.decides) == ("agreed", None, "Less")
    assert words not in alice.get(url).text + alice.get(paper).text
    with app.app_context():
        told = db.session.scalars(
            db.select(PairEvent.kind).order_by(PairEvent.id)
        ).all()
    assert told[-2:] == ["changed", "agreed"]


def test_taken_back_reads_as_a_dated_event(alice, make):
    url = make(state="agreed")
    pair = alice.get(url).select_one("a[href^='/pairs/']")["href"]

    posted(alice, url, "/close", closing="taken_back", closing_reason="A quiet month")

    page = alice.get(url)
    assert "Taken back on" in page.select_one("#standing-h").parent.text
    assert "A quiet month" in page.select_one(".texts").text
    history = alice.get(pair).select_one("[aria-labelledby=history-h]").text
    assert "The agreement is taken back. “A quiet month”" in " ".join(history.split())


def test_after_looking_back_the_rule_stands_beside_what_was_agreed(alice, make):
    page = alice.get(make(4, "agreed", needs=2, advised=4)).select_one("#look-back")

    texts = [" ".join(one.text.split()) for one in page.select("dd")]
    assert texts[0] == "4 Decide together"
    assert texts[1].startswith("3 Hear a proposal")
    asked = [" ".join(one.text.split()) for one in page.select(".radio")]
    assert asked[:3] == [
        "The same level: 4 Decide together",
        "One further: 5 Advise",
        "One nearer: 3 Hear a proposal",
    ]


@pytest.mark.parametrize(
    ("level", "state", "reason", "status", "becomes"),
    [
        (4, "further", "", 302, 5),
        (4, "nearer", "", 422, 4),
        (4, "nearer", "A hard month", 302, 3),
        (7, "further", "So", 422, 7),
    ],
)
def test_after_looking_back_the_level_may_go_a_step(
    app, alice, make, level, state, reason, status, becomes
):
    url = make(level=level, state="agreed", advised=level, decides="The order")

    response = posted(
        alice, url, "/look-back", state=state, level_why=reason, theirs="It stood."
    )

    assert response.status_code == status
    with app.app_context():
        *before, now = db.session.scalars(db.select(Agreement).order_by(Agreement.id))
    assert (now.level, now.decides) == (becomes, "The order")
    assert [one.state for one in before] == ["ended"] * len(before)
    if status == 302:
        assert (now.state, now.reason) == ("draft", reason)
        assert only(app, LookBack).theirs == "It stood."
        assert response.location == f"/agreements/{now.id}"
        said = alice.get(f"/agreements/{now.id - 1}").select_one("#looked-back ~ h3")
        words = {5: "one further, to 5 Advise", 3: "one nearer, to 3 Hear a proposal"}
        assert said.text.split(": ")[1] == words[becomes]


@on_one_database
@pytest.mark.parametrize(
    ("days", "state", "posture"),
    [
        (-7, "further", "generous"),
        (-8, "further", "letting_fall"),
        (40, "ended", "letting_fall"),
    ],
)
def test_a_draft_from_looking_back_is_watched_everywhere_until_its_day(
    app, alice, make, days, state, posture
):
    url = make(level=6, state="agreed", advised=6)
    posted(alice, url, "/look-back", state=state, level_why="She asked for it.")
    with app.app_context():
        [pair] = db.session.scalars(db.select(Pair))
        ann, task, key = pair.employee, pair.task, (pair.employee_id, pair.task_id)
        pair.current = 6
        if state == "ended":  # and another begins later
            chosen = {"level": 6, "advised": 6, "manager_id": alice.manager_id}
            draft = agreeing.open_draft(ann, task, **chosen, instead_of=None)
            draft.created_at = utc_now() + timedelta(days=1)
        agreeing.live(*key).look_back_on = TODAY + timedelta(days=days)
        db.session.commit()
        found = planning.pair(ann, task, alice.manager_id, TODAY)
        matter = overview(alice.team_id, alice.manager_id, TODAY).matters[key]
        shown = work_of(ann).now[key]

    assert found.posture == matter.posture == posture
    assert found.agreement == shown.agreement
    assert matter.look_back_on is None  # nothing is agreed yet to look back on


def test_outcome_and_limits_go_along_to_who_comes_next(app, alice, make):
    make(state="ended", outcome="A rota that holds", limits="", decides="The order")
    with app.app_context():
        task = db.session.scalars(db.select(Task)).one()
        task.outcome, task.limits = "A rota", "No overtime"
        bea = factory.employee(alice.team_id, "Bea")
        draft = agreeing.open_draft(
            bea, task, level=5, advised=5, manager_id=alice.manager_id, instead_of=None
        )

        assert (draft.outcome, draft.limits) == ("A rota that holds", "No overtime")
        assert draft.decides in (None, "")
