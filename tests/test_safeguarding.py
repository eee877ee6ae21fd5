"""What a safeguard changes, and what a choice above the advice asks: on both pages."""

import random
from dataclasses import replace
from datetime import date

import factory
import pytest
from test_agreements import saved
from test_pairs import posted, rows
from test_rules import ORDINARY, RATINGS, STRONG, TASKS

from delegate import rules, wording
from delegate.dialogue import safeguarding
from delegate.models import Agreement, Pair, db
from delegate.rules import Level, recommend

NONE = frozenset()


@pytest.fixture
def make(app, alice):
    """Make Ann and her task, rated as told; return the address of the two."""

    def make(familiarity=4, **ratings):
        with app.app_context():
            employee, task = (
                factory.employee(alice.team_id),
                factory.task(alice.team_id),
            )
            factory.rated(employee, **ratings)
            factory.rating(employee, "familiarity", familiarity, task=task)
            factory.pair(employee, task)
            return f"/pairs/{employee.id}/{task.id}"

    return make


def advice(**ratings):
    return recommend(replace(STRONG, **ratings), ORDINARY)


def words(tag):
    return " ".join(tag.text.split())


def safeguards(app):
    with app.app_context():
        return {
            safeguard.criterion: safeguard.text
            for one in db.session.scalars(db.select(Agreement))
            if one.state == "draft"
            for safeguard in one.safeguards
        }


# ---- what it says of the rules


def test_what_holds_the_level_back_comes_first():
    offers = safeguarding.offers(advice(help=2, choices=4), NONE)

    assert [one.criterion for one in offers] == ["help", "choices", "informs", "needs"]
    assert [one.is_limit for one in offers] == [True, False, False, False]


def test_without_a_level_nothing_is_offered_or_asked():
    reserved = recommend(STRONG, replace(ORDINARY, reserved=True))

    assert safeguarding.offers(reserved, NONE) == []
    assert safeguarding.asks(Level.LET_GO, reserved) == []
    assert safeguarding.together(reserved, NONE) is None


def test_each_effect_is_what_the_rules_say(app):
    some = random.Random(1).sample(RATINGS, 60)
    with app.test_request_context():
        for ratings in some:
            for task in TASKS[::4]:
                found = recommend(ratings, task)
                for one in safeguarding.offers(found, NONE):
                    level = recommend(ratings, task, {one.criterion}).level
                    assert (one.raises_to or found.level) == level
                    assert not (one.is_limit and "does not hold" in one.note)


def test_together_is_told_where_it_is_higher():
    both = advice(help=2, needs=2)

    assert safeguarding.together(both, NONE) == Level.DECIDE_TOGETHER
    assert safeguarding.together(advice(help=3, needs=3), NONE) is None


@pytest.mark.parametrize(
    ("guarded", "has_moment", "fields"),
    [
        ((), False, ["safeguard_needs", "inform"]),
        (("needs",), False, ["inform"]),
        ((), True, ["safeguard_needs"]),
        (("needs",), True, []),
    ],
)
def test_what_a_choice_goes_past_is_asked_until_it_is_written(
    guarded, has_moment, fields
):
    found = safeguarding.asks(
        Level.HEAR_AFTERWARDS,
        advice(needs=2, familiarity=3),
        frozenset(guarded),
        has_moment=has_moment,
    )

    assert [one.field for one in found] == fields


# ---- the cell


def test_the_cell_offers_what_a_safeguard_would_give(alice, make):
    page = alice.get(make(needs=2))
    [offer] = page.select("[aria-labelledby=safer] tr")

    assert "Without: 3, with: 4." in words(offer)
    assert str(wording.SAFEGUARD_EXAMPLES["needs"]) in words(offer)
    assert offer.a["href"] == "#safeguard_needs"
    [lowest] = page.select(".ladder .lowest")
    assert "with an agreement: 4" in words(lowest)


def test_where_two_are_as_low_it_says_so_and_what_both_give(alice, make):
    section = alice.get(make(needs=2, help=2)).select_one("[aria-labelledby=safer]")

    assert words(section).count("Changes nothing, because something else") == 2
    assert "All of these together 4 Decide together" in words(section)


def test_what_is_no_limit_is_not_offered(alice, make):
    assert alice.get(make(familiarity=3)).select("[aria-labelledby=safer]") == []


def test_a_safeguard_is_made_with_the_choice_and_is_a_reason(app, alice, make):
    url = make(needs=2)
    field = alice.get(url).select_one("#choose #safeguard_needs")
    assert (field.text.strip(), field.parent["class"]) == ("", ["field"])

    response = posted(alice, url, "level", level="4", safeguard_needs="A key")

    [draft] = rows(app, Agreement)
    assert response.location == f"/agreements/{draft.id}"
    assert safeguards(app) == {"needs": "A key"}
    assert draft.reason == str(wording.REASON_SAFE)


@pytest.mark.parametrize(("level", "status"), [("4", 302), ("5", 422)])
def test_it_is_no_reason_to_go_further_than_it_lifts(alice, make, level, status):
    response = posted(alice, make(needs=2), "level", level=level, safeguard_needs="Key")

    assert response.status_code == status


def test_each_choice_above_the_advice_asks_and_none_is_blocked(app, alice, make):
    url = make(needs=2, familiarity=3)
    asked = {
        tuple(p["class"][1:]): words(p) for p in alice.get(url).select("#choose p.past")
    }

    assert "own needs it stops at 3: which agreement" in asked["past", "past-3"]
    assert "knowing this task it stops at 5: which moment" in asked["past", "past-5"]
    assert posted(alice, url, "level", level="7", reason="So").status_code == 302
    assert [one.level for one in rows(app, Agreement)] == [7]


def test_another_level_takes_over_what_was_not_on_the_page(app, alice, make):
    url = make(needs=2)
    posted(alice, url, "level", level="4", safeguard_needs="A key")
    with app.app_context():
        draft = db.session.scalars(db.select(Agreement)).one()
        draft.state = "agreed"
        db.session.commit()
    assert alice.get(url).select_one("#safeguard_needs").text.strip() == "A key"

    posted(alice, url, "level", level="3", reason="Back", safeguard_help="Call")

    assert safeguards(app) == {"needs": "A key", "help": "Call"}


def test_a_field_that_is_emptied_takes_the_safeguard_away(app, alice, make):
    url = make(needs=2)
    posted(alice, url, "level", level="4", safeguard_needs="A key")

    posted(alice, url, "level", level="3", safeguard_needs="")

    assert safeguards(app) == {}


# ---- the agreement


def test_the_agreement_asks_until_it_is_written(app, alice, make):
    url = make(needs=2, familiarity=3)
    draft = posted(alice, url, "level", level="6", reason="So").location
    page = alice.get(draft)
    asked = [(words(li), li.a["href"]) for li in page.select(".agreement-notes li")]

    assert asked == [
        (
            "You choose 6. On own needs it stops at 3: which agreement makes it safe?"
            " Write it here: own needs",
            "#safeguard_needs",
        ),
        (
            "You choose 6. On knowing this task it stops at 5: which moment to look do"
            " you agree? Write it here: knowing this task",
            "#inform",
        ),
    ]
    saved(alice, draft, safeguard_needs="A key", inform="On Thursdays.")

    assert alice.get(draft).select(".agreement-notes li") == []


def test_the_agreement_puts_first_what_holds_it_back_and_says_why(alice, make):
    draft = posted(alice, make(help=2), "level", level="3").location
    page = alice.get(draft)
    fields = [one["id"] for one in page.select("textarea[id^=safeguard_]")]

    assert fields[0] == "safeguard_help"
    assert "it stops at 3" in page.select_one("#safeguard_help-notes .holds").text
    assert len(page.select(".holds")) == 1


def test_without_a_level_every_safeguard_can_still_be_written(app, alice, make):
    draft = posted(alice, make(), "level", level="6", reason="So").location
    with app.app_context():
        pair = db.session.scalars(db.select(Pair)).one()
        pair.task.reserved = True
        db.session.commit()

    page = alice.get(draft)
    assert len(page.select("textarea[id^=safeguard_]")) == len(rules.CRITERIA)


def test_the_ladder_tells_what_is_agreed(app, alice, make):
    url = make(needs=2)
    draft = posted(alice, url, "level", level="4", safeguard_needs="A key").location
    assert "In the draft; it counts once" in alice.get(url).text

    saved(alice, draft, agree="1", look_back_on=str(date(2099, 1, 4)))

    page = alice.get(url)
    assert "with a safeguard agreed" in page.select_one(".ladder .lowest").text
    assert page.select("[aria-labelledby=safer]") == []
