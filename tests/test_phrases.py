"""How to say it, and words in a note that judge or are private: never refused."""

import inspect

import factory
import pytest
from playwright.sync_api import expect

from delegate.dialogue import judging, phrasing
from delegate.models import Rating, db
from delegate.sample import team

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

PRIVATE = [
    ("Always late, and lui.", []),
    ("Was ziek, depressief of\tZIEK", ["ziek", "depressief"]),
    (
        "Overspannen: een BURN-OUT, Gescheiden",
        ["overspannen", "burn-out", "gescheiden"],
    ),
    ("Sick. Pregnant, divorced; burnout", ["sick", "pregnant", "divorced", "burnout"]),
    ("Een zwangere collega; de zwangerschap", ["zwangere", "zwangerschap"]),
    ("Prive\u0301leven, priveleven", ["privéleven"]),
    ("Gaat\n scheiden; lid van de vakbond", ["gaat scheiden", "lid van de vakbond"]),
    ("Moslim, Muslim", ["moslim", "muslim"]),
    # Plain work is let be, and so is what one only believes.
    ("Het ziekteverzuim, de ziektekosten, het ziekenhuis, een ziekmeldings-app", []),
    ("Ik geloof dat de vakbond komt; scheiding van taken; herkomst", []),
    ("European Union, ill-prepared, sickening, homogeen, a diagnosis of the fault", []),
]


@pytest.mark.parametrize(("text", "words"), SENTENCES)
def test_words_that_judge_are_found(text, words):
    assert judging.found("judging", text) == words


@pytest.mark.parametrize(("text", "words"), PRIVATE)
def test_words_that_are_private_are_found(text, words):
    assert judging.found("private", text) == words


def test_each_word_is_found_as_it_is_written_and_in_capitals():
    for name, words in judging.LISTS.items():
        for word in words.values():
            assert judging.found(name, word) == judging.found(name, word.upper())
            assert judging.found(name, word) == [word]


def test_the_sample_team_has_nothing_private():
    assert judging.found("private", inspect.getsource(team)) == []


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
    assert [said.text for said in form.select("#choices .pointed-out")] == [words, ""]
    assert {said.text for said in form.select("#informs .pointed-out")} == {""}


def test_what_is_private_is_saved_and_pointed_out_afterwards(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id).id
    answer = rate(alice, person, **{"choices-example": "Never ziek, or pregnant."})
    flashes = alice.get(answer.location).select_one(".flashes")

    with app.app_context():
        assert (
            db.session.scalar(db.select(Rating)).example == "Never ziek, or pregnant."
        )
    words = (
        "About health or private life: “ziek”, “pregnant”? It does not belong here."
        " Write what you saw in the work."
    )
    assert words in flashes.text
    assert "This judges: “never”." in flashes.text
    form = alice.get(f"/ratings/{person}")
    assert form.select("#choices .pointed-out")[1].text == words


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

    assert "“never”" in page.select_one("#choices .pointed-out").text
    assert "“never”" not in page.select_one(".flashes").text


def test_the_words_of_another_are_let_be(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id)
        row = factory.rating(person, "choices", 2, rater_id=alice.manager_id)
        url = f"/remarks/{row.id}"
    assert alice.get(url).select(".pointed-out, .say-it") == []
    answer = alice.post(url, text="I am always asked; I was sick.", version="0")

    assert answer.status_code == 302
    flashes = alice.get(answer.location).select_one(".flashes").text
    assert "judges" not in flashes
    assert "private life" not in flashes


def test_the_script_finds_the_same_words(live_server, new_page):
    tables = [("judging", *row) for row in SENTENCES]
    tables += [("private", *row) for row in PRIVATE]
    page = new_page()
    page.goto("/phrases/")
    script = page.locator("script[src*='words']").get_attribute("src")
    told = page.evaluate(
        """async ([script, texts]) => {
          const { found } = await import(script);
          const lists = await (await fetch("/phrases/words")).json();
          return texts.map(([name, text]) => found(text, lists[name]));
        }""",
        [script, [[name, text] for name, text, _ in tables]],
    )

    assert told == [words for *_, words in tables]


def test_a_note_is_looked_at_while_it_is_typed(live_server, new_page):
    with live_server.app.app_context():
        person = factory.employee(live_server.team_id).id
    page = new_page(language="nl")
    page.goto(f"/ratings/{person}")
    page.locator("[name=choices-score][value='4']").click()
    field, hints = (
        page.locator("#choices-example"),
        page.locator("#choices .pointed-out"),
    )
    field.press_sequentially("Komt altijd, ziek")

    expect(hints).to_have_text(
        [
            "Dit oordeelt: “altijd”. Wat heb je gezien of gehoord?",
            "Over gezondheid of privéleven: “ziek”? Dat hoort hier niet. "
            "Schrijf op wat je in het werk hebt gezien.",
        ]
    )
    expect(hints.last).to_have_attribute("aria-live", "polite")
    expect(field).to_be_focused()
    field.fill("Kwam dinsdag om tien uur")
    expect(hints).to_have_text(["", ""])
