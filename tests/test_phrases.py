"""How to say it, and the words in a note that judge: pointed out, never refused."""

import factory
import pytest
from playwright.sync_api import expect

from delegate.dialogue import judging, phrasing
from delegate.models import Rating, db

SENTENCES = [
    ("", []),
    ("Called me before the crew stood still.", []),
    ("Always late.", ["always"]),
    ("ALWAYS late, never early, and always loud", ["always", "never"]),
    ("Is lui. Echt lui!", ["lui"]),
    ("Luistert goed; the dominee came; laziness", []),
    ("A never-ending list, altijd-maar-door", []),
    ("“Never”, said (stupid) /nooit/", ["never", "stupid", "nooit"]),
    ("ego\u0131stisch, egoistisch, ego\u00efstisch", ["egoïstisch"]),
    ("egoi\u0308stisch en NAI\u0308EF", ["egoïstisch", "naïef"]),
    ("As\n usual, every\tsingle  time", ["as usual", "every single time"]),
    ("never_mind 2never", []),
    ("naive, naïve", ["naive"]),
    ("🙂lazy🙂", ["lazy"]),
]


@pytest.mark.parametrize(("text", "words"), SENTENCES)
def test_words_that_judge_are_found(text, words):
    assert judging.found(text) == words


def test_each_word_is_found_as_it_is_written_and_in_capitals():
    for words in judging.WORDS.values():
        for word in words:
            assert len(judging.found(word)) == len(judging.found(word.upper())) == 1


@pytest.mark.parametrize("language", ["en", "nl"])
def test_everybody_reads_the_page(browser, language):
    browser.headers["Accept-Language"] = language
    page = browser.get("/phrases/")

    assert len(page.select(".said > div")) == len(phrasing.PHRASES) >= 10
    assert {section["aria-labelledby"] for section in page.select("section")} == {
        *phrasing.MOMENTS,
        "notes",
    }


def test_phrases_that_are_named_exist_and_stand_in_the_order_of_the_moments():
    for names in (phrasing.ABOUT_SEEN, phrasing.ABOUT_WHY, phrasing.ABOUT_ENDING):
        assert set(names) <= phrasing.PHRASES.keys()
    moments = [phrase.moment for phrase in phrasing.PHRASES.values()]
    assert list(dict.fromkeys(moments)) == list(phrasing.MOMENTS)


def test_a_note_offers_other_words_and_leads_to_the_page(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id).id
    page = alice.get(f"/ratings/{person}")
    offers = page.select("#choices details.say-it")

    assert len(offers) == 1
    assert not offers[0].has_attr("open")
    assert offers[0].select_one("a")["href"] == "/phrases/"
    assert page.select_one(".page-head a")["href"] == "/phrases/"


def rate(alice, person, **changes):
    given = {"choices-score": "4", "choices-version": "0", **changes}
    return alice.post(f"/ratings/{person}", **given)


def test_what_judges_is_saved_and_pointed_out_afterwards(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id).id
    answer = rate(alice, person, **{"choices-example": "Always late, and lui."})
    page = alice.get(answer.location)

    with app.app_context():
        assert db.session.scalar(db.select(Rating)).example == "Always late, and lui."
    words = "This judges: “always”, “lui”. What did you see or hear?"
    assert words in page.select_one(".flashes").text
    assert not page.select(".flashes .note-heed")
    form = alice.get(f"/ratings/{person}")
    assert form.select_one("#choices .judged").text == words
    assert form.select_one("#informs .judged").text == ""


@pytest.mark.parametrize("example", ["Called me on Tuesday.", ""])
def test_what_does_not_judge_is_let_be(app, alice, example):
    with app.app_context():
        person = factory.employee(alice.team_id).id
    answer = rate(alice, person, **{"choices-example": example})

    assert "judges" not in alice.get(answer.location).text


def test_what_came_back_with_a_fault_points_it_out_in_place(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id).id
    changes = {"choices-example": "Never asks.", "choices-seen_on": "2999-01-01"}
    page = alice.page(rate(alice, person, **changes), 422)

    assert "“never”" in page.select_one("#choices .judged").text
    assert "“never”" not in page.select_one(".flashes").text


def test_the_words_of_another_are_let_be(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id)
        row = factory.rating(person, "choices", 2, rater_id=alice.manager_id)
        url = f"/remarks/{row.id}"
    assert alice.get(url).select(".judged, .say-it") == []
    answer = alice.post(url, text="I am always asked.", version="0")

    assert answer.status_code == 302
    assert "judges" not in alice.get(answer.location).text


def test_the_script_finds_the_same_words(live_server, new_page):
    page = new_page()
    page.goto("/phrases/")
    script = page.locator("script[src*='words']").get_attribute("src")
    told = page.evaluate(
        """async ([script, texts]) => {
          const { found } = await import(script);
          const words = await (await fetch("/phrases/words")).json();
          return texts.map((text) => found(text, words));
        }""",
        [script, [text for text, _ in SENTENCES]],
    )

    assert told == [words for _, words in SENTENCES]


def test_a_note_is_looked_at_while_it_is_typed(live_server, new_page):
    with live_server.app.app_context():
        person = factory.employee(live_server.team_id).id
    page = new_page(language="nl")
    page.goto(f"/ratings/{person}")
    page.locator("[name=choices-score][value='4']").click()
    field, hint = page.locator("#choices-example"), page.locator("#choices .judged")
    field.press_sequentially("Komt altijd")

    expect(hint).to_have_text("Dit oordeelt: “altijd”. Wat heb je gezien of gehoord?")
    expect(hint).to_have_attribute("aria-live", "polite")
    expect(field).to_be_focused()
    field.fill("Kwam dinsdag om tien uur")
    expect(hint).to_have_text("")
