"""One person and one task: the level and why, how it goes now, what to agree."""

from datetime import date, timedelta

import factory
import pytest

from delegate import agreeing, i18n, rules, wording
from delegate.models import (
    Agreement,
    Employee,
    Membership,
    Pair,
    Rating,
    Task,
    Team,
    db,
)

TODAY = date.today()
LATER = str(TODAY + timedelta(days=30))


@pytest.fixture
def make(app, alice):
    """Make Ann and her task, rated as told; return the address of the two."""

    def make(familiarity=4, current=None, task=None, agreement=None, **ratings):
        with app.app_context():
            employee = factory.employee(alice.team_id)
            work = factory.task(alice.team_id, **(task or {}))
            given = {"rater_id": alice.manager_id}
            for criterion in rules.CRITERIA:
                score = ratings.get(criterion, 4)
                if score != "open":
                    factory.rating(employee, criterion, score, **given)
            if familiarity != "open":
                factory.rating(employee, "familiarity", familiarity, task=work, **given)
            factory.pair(employee, work, current)
            if agreement:
                factory.agreement(employee, work, **agreement)
            return f"/pairs/{employee.id}/{work.id}"

    return make


def version(page, action):
    [form] = page.select(f"form[action$='/{action}']")
    return form.select_one("[name=version]")["value"]


def posted(alice, url, action, **fields):
    """Post to one of the forms of the page, as if it was opened just before."""
    seen = version(alice.get(url), action)
    return alice.post(f"{url}/{action}", **{"version": seen, **fields})


def rows(app, model):
    with app.app_context():
        return db.session.scalars(db.select(model).order_by(model.created_at)).all()


def now(app):
    with app.app_context():
        return db.session.scalars(db.select(Pair.current)).one()


def test_the_page_says_the_level_and_what_holds_it_back(alice, make):
    page = alice.get(make(needs=3))

    assert page.h1.text == "You decide after hearing my advice."
    assert "Held back by one thing: own needs." in page.select_one(".verdict").text
    assert page.select_one(".verdict .level b").text == "5"


def test_the_ladder_tells_every_ceiling_lowest_first(alice, make):
    page = alice.get(make(needs=3, help=None))
    ladder = [
        (row.th.contents[0], row.td.text, row.get("class"))
        for row in page.select(".ladder tbody tr")
    ]

    assert ladder[:3] == [
        ("Asks for help when stuck", "not yet seen: 4 for now", ["unseen"]),
        ("Provides for own needs", "up to 5", None),
        ("Makes sound choices", "up to 6", None),
    ]
    assert len(ladder) == 7
    assert page.select_one(".ladder-wrap")["class"] == ["ladder-wrap", "stop-4"]


def test_the_lowest_is_marked(alice, make):
    [lowest] = alice.get(make(needs=3)).select(".ladder .lowest")

    assert "lowest: stops at 5" in lowest.text


def test_a_provisional_level_says_so_and_how_to_get_acquainted(alice, make):
    url = make(choices="open", help=None)
    page = alice.get(url)
    known = [row.small.text for row in page.select(".ladder .unseen")]

    assert "provisional, advised on" in page.select_one(".verdict").text
    assert known == ["open", "not yet observed"]
    for name in ("choices", "help"):
        assert str(wording.ACQUAINT[name]) in page.select_one("#acquaint + table").text
    assert page.select("a[href*='/ratings/'][href$='#choices']")


def test_what_would_raise_it_is_one_way_with_the_sentence_to_aim_at(alice, make):
    page = alice.get(make(needs=3))
    text = page.select_one("[aria-labelledby=raise]").text

    assert "one way up" in text
    assert str(wording.BEHAVIOUR["needs"][4]) in text
    assert "6 Hear afterwards" in " ".join(text.split())


def test_a_task_change_is_told_only_where_the_level_is_higher(alice, make):
    page = alice.get(make(task={"stakes": "high", "undo": "no"}))
    changes = [row.th.text for row in page.select(".raise .whatif tr")]

    assert changes == [
        "A smaller part of it: medium stakes",
        "Easier to undo: with effort",
    ]


def test_the_floor_is_told_in_words(alice, make):
    page = alice.get(make(needs=1, task={"stakes": "medium", "undo": "no"}))

    assert page.h1.text == "You propose; I decide."
    text = " ".join(page.text.split())
    assert (
        "Ann Verhoeven knows this work, so is heard before you decide: 3, not 1."
        in text
    )


def test_the_floor_as_a_way_up_is_told_apart_from_the_steps(alice, make):
    page = alice.get(make(needs=1, help=1, familiarity=2))
    text = " ".join(page.select_one("[aria-labelledby=raise]").text.split())

    assert "(both together)" in text
    assert (
        "Or: familiar at 4 or more. Then heard before you decide: level 3 at least."
        in text
    )


def test_at_seven_there_is_nothing_above(alice, make):
    everything = dict.fromkeys((*rules.CRITERIA, "familiarity"), 5)
    page = alice.get(make(**everything))

    assert "It is yours." in page.h1.text
    assert "there is no more room than this" in page.text
    assert page.select(".ladder .lowest") == []


def test_a_reserved_task_says_why_and_offers_a_part(alice, make):
    url = make(task={"reserved": True, "reserved_why": "it is about salaries."})
    page = alice.get(url)

    assert page.h1.text == "This stays with me."
    assert "Because: it is about salaries." in page.text
    assert page.find("a", string="Make a part a task")
    assert page.select("#choose, .ladder") == []


def test_a_missing_fact_is_answered_right_here(app, alice, make):
    url = make(task={"stakes": None})
    page = alice.get(url)
    assert page.h1.text == "One question about the task first"
    assert page.select("#undo, .ladder, #choose") == []

    response = posted(alice, url, "facts", stakes="high")

    assert response.location == url
    assert [task.stakes for task in rows(app, Task)] == ["high"]
    assert alice.get(url).select(".ladder")


def test_no_answer_is_no_save(alice, make):
    url = make(task={"stakes": None, "undo": None})

    page = alice.page(posted(alice, url, "facts"), 422)

    assert "Choose one." in page.text


def test_an_answer_to_an_older_task_shows_both(app, alice, make):
    url = make(task={"stakes": None})
    seen = version(alice.get(url), "facts")
    posted(alice, url, "facts", stakes="low")

    response = alice.post(f"{url}/facts", version=seen, stakes="high")

    text = alice.page(response, 409).select_one("#conflict").text
    assert "A lot" in text
    assert "Little" in text
    assert [task.stakes for task in rows(app, Task)] == ["low"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"current": 3}, "Holding on"),
        ({"current": 6}, "Letting fall?"),
        ({"current": 4, "needs": 2}, "Generous"),
        ({"current": 4, "needs": None, "task": {"undo": "no"}}, "Too trusting?"),
        ({"current": 4, "needs": 3}, "In step"),
        ({"current": None}, "Not said yet how it goes now"),
    ],
)
def test_how_it_goes_now_asks_one_question(alice, make, facts, words):
    assert words in alice.get(make(**facts)).select_one("#now").text


def test_how_it_goes_now_is_saved_with_undo(app, alice, make):
    url = make(current=3)

    response = posted(alice, url, "now", current="5")
    assert (response.location, now(app)) == (f"{url}#now", 5)

    undo = alice.get(url).select_one(".flashes form")["action"]
    alice.post(undo)
    assert now(app) == 3


def test_nobody_yet_empties_it(app, alice, make):
    posted(alice, make(current=3), "now", current="")

    assert now(app) is None


def test_a_pair_comes_when_it_is_needed(app, alice, make):
    url = make()
    with app.app_context():
        db.session.execute(db.delete(Pair))
        db.session.commit()

    posted(alice, url, "now", current="2")

    assert now(app) == 2


@pytest.mark.parametrize("missing", [True, False])
def test_an_old_save_of_now_changes_nothing(app, alice, make, missing):
    url = make(current=3)
    seen = {} if missing else {"version": version(alice.get(url), "now")}
    posted(alice, url, "now", current="4")

    page = alice.page(alice.post(f"{url}/now", current="6", **seen), 409)

    assert "Hear afterwards" in page.select_one("#conflict").text
    assert page.select_one("[name=current][value='6']").has_attr("checked")
    assert now(app) == 4


def test_an_undo_after_another_change_does_nothing(app, alice, make):
    url = make(current=3)
    posted(alice, url, "now", current="5")
    undo = alice.get(url).select_one(".flashes form")["action"]
    posted(alice, url, "now", current="6")

    alice.post(undo)

    assert now(app) == 6
    assert alice.post(undo.replace("was=3", "was=9")).status_code == 404


@pytest.mark.parametrize("value", ["0", "8", "x", "5.0"])
def test_no_other_level_is_taken(app, alice, make, value):
    url = make(current=3)

    assert posted(alice, url, "now", current=value).status_code == 422
    assert now(app) == 3


def test_familiarity_is_a_row_only_where_it_differs(app, alice, make):
    url = make(familiarity="open")
    count = len(rows(app, Rating))

    posted(alice, url, "familiarity", score="3", example="The May planning.")
    posted(alice, url, "familiarity", score="3", example="The May planning.")

    added = rows(app, Rating)[count:]
    assert [(row.criterion, row.score, row.example) for row in added] == [
        ("familiarity", 3, "The May planning.")
    ]


def test_familiarity_can_be_undone(alice, make):
    url = make(familiarity="open")
    posted(alice, url, "familiarity", score="3")
    undo = alice.get(url).select_one(".flashes form")["action"]

    alice.post(undo)

    page = alice.get(url)
    assert page.select(".ladder .unseen small")[0].text == "open"
    assert page.select("[name=score][checked]") == []


def test_not_yet_observed_is_an_answer_of_its_own(app, alice, make):
    url = make(familiarity="open")

    posted(alice, url, "familiarity", score="0")

    assert rows(app, Rating)[-1].state == "unseen"
    assert alice.get(url).select(".ladder .unseen small")[0].text == "not yet observed"


def test_familiarity_saved_meanwhile_shows_both(alice, make):
    url = make(familiarity=2)
    seen = version(alice.get(url), "familiarity")
    posted(alice, url, "familiarity", score="4")

    response = alice.post(f"{url}/familiarity", version=seen, score="3")

    text = alice.page(response, 409).select_one("#conflict").text
    assert str(wording.BEHAVIOUR["familiarity"][3]) in text
    assert str(wording.BEHAVIOUR["familiarity"][4]) in text


def test_no_choice_of_familiarity_is_no_save(alice, make):
    url = make(familiarity="open")

    page = alice.page(posted(alice, url, "familiarity", example="May"), 422)

    assert page.select_one("#example").text.strip() == "May"


def test_the_advised_level_is_chosen_and_marked(alice, make):
    page = alice.get(make(needs=3, current=2))
    [checked] = page.select("#choose [name=level][checked]")

    assert checked["value"] == "5"
    assert checked.find_parent("label").em.text == "advised"
    assert page.select_one("#choose label:has([value='2']) em").text == "now"
    assert len(page.select("#choose [name=level]")) == 7


def test_who_decides_is_named(alice, make):
    label = alice.get(make()).select_one("label[for=decides]")

    assert label.text.startswith("Ann Verhoeven decides")


def test_making_the_agreement_opens_a_draft(app, alice, make):
    url = make(needs=3, task={"outcome": "A planning", "limits": "No overtime"})

    response = posted(
        alice, url, "level", level="5", look_back_on=LATER, decides="The order"
    )

    [draft] = rows(app, Agreement)
    assert response.location == f"/agreements/{draft.id}"
    assert (draft.state, draft.level, draft.advised) == ("draft", 5, 5)
    assert (draft.outcome, draft.limits) == ("A planning", "No overtime")
    assert draft.decides == "The order"
    assert str(draft.look_back_on) == LATER
    assert draft.rules_version == rules.RULES_VERSION
    assert (draft.inform, draft.help) == ("", "")
    assert draft.created_by_id == alice.manager_id


def test_an_empty_day_follows_the_level(app, alice, make):
    posted(alice, make(needs=3), "level", level="3", reason="Summer first")

    [draft] = rows(app, Agreement)
    with app.app_context():
        assert draft.look_back_on == agreeing.look_back_day(
            3, i18n.today(), alice.team_id
        )


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 20), date(2026, 12, 4)),
        (date(2026, 11, 21), date(2026, 12, 7)),
        (date(2026, 11, 22), date(2026, 12, 7)),
        (date(2026, 11, 23), date(2026, 12, 7)),
    ],
)
def test_the_day_to_look_back_is_a_working_day(app, alice, today, day):
    with app.app_context():
        assert agreeing.look_back_day(1, today, alice.team_id) == day


def test_another_level_than_advised_needs_a_reason(app, alice, make):
    url = make(needs=3)

    page = alice.page(posted(alice, url, "level", level="6", decides="All"), 422)

    assert "needs a reason" in page.select_one("#faults").text
    assert page.select_one("#decides").text.strip() == "All"
    assert page.select_one("[name=level][value='6']").has_attr("checked")
    assert rows(app, Agreement) == []


@pytest.mark.parametrize(
    ("level", "usual", "reason", "kept"),
    [
        ("6", "more-0", "", "It already goes well this way."),
        ("3", "less-0", "", "We want to take one step at a time."),
        ("6", "more-0", "Since May.", "It already goes well this way. Since May."),
        ("6", "less-0", "Since May.", "Since May."),
        ("5", "more-0", "", ""),
    ],
)
def test_a_usual_reason_is_one_click(app, alice, make, level, usual, reason, kept):
    posted(alice, make(needs=3), "level", level=level, usual=usual, reason=reason)

    assert [one.reason for one in rows(app, Agreement)] == [kept]


def test_a_day_that_has_passed_is_no_look_back(alice, make):
    response = posted(alice, make(), "level", level="6", look_back_on="2020-01-06")

    assert "Choose a day from today on." in alice.page(response, 422).text


def test_above_the_advice_a_question_is_ready(alice, make):
    page = alice.get(make(needs=3, help=None))
    sides = [label.get("class") for label in page.select("#choose .choose label")]

    assert sides[3] == ["is-advised"]
    assert sides[2] == ["is-less"]
    assert sides[4] == ["is-more", "is-too_trusting"]


def test_another_level_ends_the_agreement_and_takes_its_texts_along(app, alice, make):
    url = make(
        needs=3,
        agreement={
            "level": 5,
            "stays": "The budget",
            "inform": "On Thursdays.",
            "help": str(wording.HELP_BY_LEVEL[rules.Level.ADVISE]),
        },
    )
    assert "The agreement" in alice.get(url).text

    posted(alice, url, "level", level="4", reason="Step by step", decides="Less")

    old, draft = sorted(rows(app, Agreement), key=lambda one: one.id)
    assert (old.state, draft.state, draft.level) == ("ended", "draft", 4)
    assert (draft.stays, draft.inform) == ("The budget", "On Thursdays.")
    assert draft.help == ""


def test_the_same_level_again_is_no_new_agreement(app, alice, make):
    url = make(needs=3, agreement={"level": 5})

    response = posted(alice, url, "level", level="5")

    assert "in the agreement already" in alice.page(response, 422).text
    assert len(rows(app, Agreement)) == 1


def test_two_at_once_make_one_agreement(app, alice, make):
    url = make(needs=3)
    seen = version(alice.get(url), "level")
    alice.post(f"{url}/level", version=seen, level="5")

    page = alice.page(alice.post(f"{url}/level", version=seen, level="5"), 409)

    assert page.select_one("#conflict")
    assert len(rows(app, Agreement)) == 1


def test_the_database_refuses_a_second_live_one(app, alice, make, monkeypatch):
    url = make(needs=3)
    seen = version(alice.get(url), "level")
    alice.post(f"{url}/level", version=seen, level="5")
    live = agreeing.live
    answers = iter([None])
    monkeypatch.setattr(agreeing, "live", lambda *ids: next(answers, live(*ids)))

    response = alice.post(f"{url}/level", version=seen, level="5")

    assert response.status_code == 409
    assert len(rows(app, Agreement)) == 1


def test_bob_sees_nothing_of_it(app, alice, bob, make):
    url = make()
    with app.app_context():
        his = factory.task(bob.team_id)
        mixed = f"{url.rsplit('/', 1)[0]}/{his.id}"

    for address in (url, mixed):
        assert bob.open(address).status_code == 404
        for action in ("facts", "now", "now/undo", "familiarity", "level"):
            assert bob.post(f"{address}/{action}").status_code == 404
    assert alice.open(mixed).status_code == 404


def test_who_may_only_look_sees_no_form(app, alice, make):
    url = make(task={"stakes": None})
    with app.app_context():
        db.session.execute(db.update(Membership).values(role="viewer"))
        db.session.commit()

    page = alice.get(url)

    assert page.select("main form") == []
    assert alice.post(f"{url}/now", current="5").status_code == 404


@pytest.mark.parametrize(
    ("model", "change", "status"),
    [
        (Employee, {"removed_at": "now"}, 404),
        (Task, {"removed_at": "now"}, 404),
        (Employee, {"left_on": TODAY}, 200),
        (Task, {"archived_at": "now"}, 200),
    ],
)
def test_what_is_put_away_takes_no_changes(app, alice, make, model, change, status):
    url = make()
    values = {name: db.func.now() if on == "now" else on for name, on in change.items()}
    with app.app_context():
        db.session.execute(db.update(model).values(**values))
        db.session.commit()

    page = alice.get(url, status)

    assert page.select("main form") == []
    assert alice.post(f"{url}/now", current="5").status_code == 404


def test_the_page_is_sound_in_dutch(alice, make):
    alice.headers["Accept-Language"] = "nl"

    page = alice.get(make(needs=3, help=None, current=6))

    assert page.h1.text == "We beslissen samen."


def test_where_nothing_was_saved_there_is_nothing_to_undo(app, alice):
    with app.app_context():
        ann = factory.employee(alice.team_id).id
        work = factory.task(alice.team_id).id

    alice.post(f"/pairs/{ann}/{work}/now/undo?was=3&version=0")

    assert "nothing was undone" in alice.get(f"/pairs/{ann}/{work}").text


def test_a_task_of_another_team_makes_no_pair(app, alice):
    with app.app_context():
        ann = factory.employee(alice.team_id)
        other = factory.add(Team(name="Night"))
        mine = {"team_id": other.id, "manager_id": alice.manager_id}
        factory.add(Membership(role="owner", **mine))
        ids = f"{ann.id}/{factory.task(other.id).id}"

    for path in ("pairs", "what-if"):
        alice.get(f"/{path}/{ids}", 404)
