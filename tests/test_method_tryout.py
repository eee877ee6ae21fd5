"""Trying the rules on their page: what stands there is what the rules say."""

import itertools
import random

import pytest
from browser import check_accessible
from conftest import on_one_database
from playwright.sync_api import expect

from delegate import rules, wording
from delegate.rules import Clarity, Level, Ratings, Stakes, Task, Undo

ANSWERS = {
    "stakes": (None, *Stakes, *Stakes),
    "undo": (None, *Undo, *Undo),
    "clarity": (None, *Clarity, *Clarity),
    "reserved": (*[False] * 9, True),
    "safeguard": ((), ("informs",), rules.CRITERIA),
    "now": (None, *Level),
    "watched": (False, True),
}


def some_of_all(count):
    """Return so many of the ways to answer, of every level, the same at each run."""
    chance = random.Random(0)
    return [
        {
            **rated(chance, least=number % 5 + 1),
            **{name: chance.choice(answers) for name, answers in ANSWERS.items()},
        }
        for number in range(count)
    ]


def rated(chance, least):
    scores = [*range(least, 6)] * 2 + [None]
    return {name: chance.choice(scores) for name in rules.RATED}


def address(filled):
    """Return the page with these answers, as a browser sends the form."""
    given = [
        (name, "0" if value is None and name in rules.RATED else value)
        for name, value in filled.items()
        if name not in ("reserved", "watched", "safeguard")
    ]
    given += [("safeguard", name) for name in filled["safeguard"]]
    given += [(name, "y") for name in ("reserved", "watched") if filled[name]]
    pairs = (
        f"{name}={int(value) if isinstance(value, Level) else value or ''}"
        for name, value in given
    )
    return "/method/?" + "&".join(pairs)


def asked_of_rules(filled):
    ratings = Ratings(**{name: filled[name] for name in rules.RATED})
    task = Task(**{name: filled[name] for name in (*rules.FACTS, "reserved")})
    advice = rules.recommend(ratings, task, filled["safeguard"])
    return advice, rules.posture(filled["now"], advice, watched=filled["watched"])


def shown(page):
    """Return what the page says: level, ceilings, check-in and posture."""
    outcome = page.select_one("#outcome")
    rungs = [
        (row.th.find(string=True), int(row.td["colspan"]))
        for row in outcome.select(".ladder tbody tr")
    ]
    check_in = outcome.select_one("[data-check-in]")
    posture = outcome.select_one("[data-posture]")
    return (
        outcome.select_one(".result")["data-level"],
        rungs,
        check_in and check_in.text,
        posture and posture["data-posture"],
    )


def expected(advice, posture):
    level = advice.level
    inputs, ceilings = wording.INPUTS, advice.ceilings
    rungs = [(str(inputs[one.input]), int(one.at_most)) for one in ceilings]
    check_in = str(wording.CHECK_INS[advice.check_in]) if level else None
    return str(int(level)) if level else "", rungs, check_in, posture and str(posture)


@on_one_database
def test_the_page_says_what_the_rules_say(browser):
    seen = set()
    for filled in some_of_all(60):
        advice, posture = asked_of_rules(filled)
        page = browser.get(address(filled))

        assert shown(page) == expected(advice, posture), filled
        assert (
            wording.held_back(advice, advice.ratings)
            in page.select_one("#outcome").text
        )
        seen.add(advice.level)
    assert seen == {None, *Level}


@on_one_database
def test_the_form_keeps_what_was_answered(browser):
    for filled in some_of_all(8):
        page = browser.get(address(filled))
        form = page.select_one("#try-out")
        chosen = {
            select["name"]: select.select_one("[selected]")["value"]
            for select in form.select("select")
        }
        ticked = {box["value"] for box in form.select("[name=safeguard][checked]")}

        for name in rules.RATED:
            assert chosen[name] == str(filled[name] or 0)
        for name in rules.FACTS:
            assert chosen[name] == (filled[name] or "")
        assert ticked == set(filled["safeguard"])
        for name in ("reserved", "watched"):
            assert bool(form.select(f"[name={name}][checked]")) == filled[name]


def test_without_answers_it_shows_the_example(browser):
    assert shown(browser.get("/method/"))[0] == "5"
    assert shown(browser.get("/method/?utm_source=mail"))[0] == "5"


@on_one_database
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("needs=6", "needs"),
        ("needs=", "needs"),
        ("needs=-1", "needs"),
        ("needs=٣", "needs"),
        ("choices=%F0%9F%99%82", "choices"),
        ("stakes=huge", "stakes"),
        ("clarity=Clarity.CLEAR", "clarity"),
        ("now=8", "now"),
        ("safeguard=familiarity", "safeguard"),
        (f"help={'9' * 5000}", "help"),
    ],
)
def test_what_is_no_answer_is_said_in_words(browser, query, name):
    page = browser.get(f"/method/?{query}", 422)

    [line] = page.select("#faults li a")
    assert line["href"] == f"#{name}"
    assert "Choose again above." in page.select_one("#outcome").text
    assert page.select(".ladder") == []


def test_the_facts_of_the_task_say_why_they_act(browser):
    def because(query):
        page = browser.get(f"/method/?{query}")
        return [item.text for item in page.select(".because li")]

    [risk, unclear, stakes] = because("stakes=high&undo=no&clarity=unclear")
    assert "two levels less far" in risk
    assert "never further than 4" in unclear
    assert "never further than 6" in stakes
    [ordinary] = because("stakes=medium&undo=easy&clarity=clear")
    assert "ordinary risk" in ordinary
    assert "a level further" in because("stakes=low&undo=easy&clarity=clear")[0]
    assert "a level less far" in because("stakes=high&undo=effort&clarity=clear")[0]


def test_every_shift_there_is_has_words():
    assert {
        rules.RISK_SHIFTS[stakes][undo]
        for stakes, undo in itertools.product(Stakes, Undo)
    } == {1, 0, -1, -2}


def test_it_answers_live_and_keeps_focus_and_address(new_page):
    page = new_page(signed_in=False)
    page.goto("/method/")
    needs = page.locator("#needs")
    result = page.locator("#outcome .result")
    expect(result).to_have_attribute("data-level", "5")
    needs.focus()
    needs.select_option("1")

    expect(result).to_have_attribute("data-level", "3")
    expect(page.locator("#told")).to_contain_text("3 Hear a proposal")
    expect(needs).to_be_focused()
    assert "needs=1" in page.url
    page.locator("#reserved").check()
    expect(result).to_have_attribute("data-level", "")
    page.reload()
    expect(page.locator("#reserved")).to_be_checked()
    expect(needs).to_have_value("1")
    check_accessible(page)


def test_it_answers_without_a_script(new_page):
    page = new_page(signed_in=False, js=False, width=390)
    page.goto("/method/")
    page.locator("#familiarity").select_option("0")
    page.locator("#try-out button").click()

    assert "familiarity=0" in page.url
    assert page.url.endswith("#try")
    result = page.locator("#outcome .result")
    expect(result).to_have_attribute("data-level", "4")
