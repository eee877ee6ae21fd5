"""The page that explains the rule: open to all, whole, and never typed twice."""

import re

import pytest

from delegate import assigning, behaviour, i18n, planning, rules, wording
from delegate.agreeing import WEEKS
from delegate.practice import checking


@pytest.fixture(params=i18n.LANGUAGES)
def page(request, browser):
    """The page as nobody in particular reads it."""
    browser.headers["Accept-Language"] = request.param
    return browser.get("/method/")


@pytest.fixture
def said(app, page):
    """What a code is called in the language of the page."""

    def words(text):
        with app.test_request_context(), i18n.speaking(page.html["lang"]):
            return str(text)

    return words


def rows(page, section):
    """Return the text of each row of the tables in a section."""
    tables = page.select_one(f"section[aria-labelledby={section}]")
    return [" ".join(row.get_text(" ").split()) for row in tables.select("tr")]


def test_every_heading_is_in_the_contents_and_the_other_way_round(page):
    linked = [link["href"] for link in page.select(".contents a")]

    assert linked == [f"#{heading['id']}" for heading in page.select(".prose h2")]


def test_every_level_stands_there_with_its_check_in_and_its_weeks(page, said):
    found = "\n".join(rows(page, "levels"))
    for level, name in wording.LEVELS.items():
        check_in = said(wording.CHECK_INS[rules.CHECK_INS[level]])
        sentence = re.escape(said(wording.LEVEL_SENTENCES[level]))
        apart = checking.apart(level)
        often = rf"\D+{apart} \w+ " if apart else r"\D*"
        heard = rf"{check_in} {often}\w+ {WEEKS[level]} "
        row = rf"{int(level)} {said(name)} {sentence} {heard}"
        assert re.search(row, found), row


def test_every_behaviour_sentence_is_there(page, said):
    text = page.select_one("section[aria-labelledby=inputs]").text
    for sentences in behaviour.BEHAVIOUR.values():
        for sentence in sentences.values():
            assert said(sentence) in text


def test_the_ceilings_are_those_of_the_rules(page, said):
    found = rows(page, "ceilings")
    for rating, ceiling in rules.RATING_CEILINGS.items():
        words = said(wording.UNSEEN) if rating is None else str(rating)
        row = f"{words} {ceiling} {said(wording.LEVELS[rules.Level(ceiling)])}"
        assert any(line.startswith(row) for line in found), row
    for clarity, ceiling in rules.CLARITY_CEILINGS.items():
        row = f": {said(wording.CLARITY[clarity])} {int(ceiling)} "
        assert any(row in line for line in found), row
    for stakes, ceiling in rules.STAKES_CEILINGS.items():
        row = f"{said(wording.STAKES[stakes])} {int(ceiling)} "
        assert any(line.startswith(row) for line in found), row


def test_the_shifts_are_those_of_the_rules(page, said):
    found = rows(page, "ceilings")
    for stakes, shifts in rules.RISK_SHIFTS.items():
        signs = [
            f"{shift:+d}".replace("-", "−") if shift else "0"
            for shift in shifts.values()
        ]
        assert f"{said(wording.STAKES[stakes])} {' '.join(signs)}" in found


def test_the_hours_freed_are_those_of_the_planner(page, said):
    found = rows(page, "planner")
    for level, share in assigning.FREED.items():
        assert f"{int(level)} {said(wording.LEVELS[level])} {share * 10:.0f}" in found


def test_every_posture_is_told_with_its_question(page, said):
    found = "\n".join(rows(page, "postures"))
    for posture, words in wording.POSTURES.items():
        assert said(words) in found
        assert said(wording.POSTURE_QUESTIONS[posture]) in found


def test_the_example_is_worked_out_by_the_rules(page, said):
    result = page.select_one(".result .level").text

    assert f"5 {said(wording.LEVELS[rules.Level.ADVISE])}" in " ".join(result.split())


def test_numbers_follow_the_rules_when_those_change(page, browser, monkeypatch):
    monkeypatch.setattr(rules, "RULES_VERSION", "9.9")
    monkeypatch.setattr(rules, "RATING_CEILINGS", {**rules.RATING_CEILINGS, 5: 6})

    changed = browser.get("/method/")

    assert "9.9" in changed.select_one("section[aria-labelledby=purpose]").text
    assert rows(changed, "ceilings") != rows(page, "ceilings")


@pytest.mark.parametrize(
    "source",
    [
        "Jan Stevens",
        "De Steven",
        "Kennedy et al. 2008",
        "Grove",
        "Yukl & Fu 1999",
        "Leana 1986",
        "Tannenbaum & Schmidt 1973",
        "Management 3.0",
        "Vroom & Yetton",
        "Bezos 2015",
        "Langfred 2004",
        "Heidemeier & Moser 2009",
    ],
)
def test_it_names_its_source(browser, source):
    page = browser.get("/method/")

    assert source in page.select_one("section[aria-labelledby=sources]").text


def test_the_article_is_quoted_in_its_own_language(page):
    [quote] = page.select("blockquote")

    assert quote["lang"] == "nl"
    assert len(quote.select("li")) == len(rules.CRITERIA)


def test_it_tells_all_twelve_things_that_always_hold(page):
    assert len(page.select("section[aria-labelledby=always] li")) == 12


def test_the_days_and_months_are_those_of_the_app(browser):
    page = browser.get("/method/")

    assert f"until {planning.OVERDUE.days} days" in page.text
    assert "after 6 months" in page.text
    assert planning.LOOK_AGAIN.days == 182
