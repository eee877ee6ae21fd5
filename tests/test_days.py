"""A day to look back is a working day in the country of the team."""

from datetime import date

import pytest
from conftest import on_one_database

from delegate import agreeing
from delegate.models import Team, db
from delegate.practice import days

FRIDAY, MONDAY, THURSDAY = date(2026, 12, 25), date(2026, 12, 28), date(2026, 12, 24)


@pytest.mark.parametrize(
    ("day", "country", "then"),
    [
        (THURSDAY, "NL", THURSDAY),
        (FRIDAY, "NL", MONDAY),
        (date(2026, 12, 26), "NL", MONDAY),
        (MONDAY, "GB", date(2026, 12, 29)),  # Boxing Day, moved
        (date(2026, 12, 31), "NL", date(2026, 12, 31)),
        (date(2027, 1, 1), "NL", date(2027, 1, 4)),
        (date(2026, 4, 3), "AE", date(2026, 4, 3)),
        (date(2026, 12, 26), "QQ", MONDAY),  # no such country: weekends only
        (date(2999, 12, 31), "NL", date(2999, 12, 31)),
    ],
)
def test_it_is_no_weekend_and_no_holiday(day, country, then):
    assert days.from_day_on(day, country) == then


@on_one_database
def test_each_team_has_its_own_country(app, alice):
    alice.post(f"/teams/{alice.team_id}", name="Repairs", country="GB", version="1")

    with app.app_context():
        assert db.session.get_one(Team, alice.team_id).country == "GB"
        boxing_day_moved = date(2026, 12, 28)
        assert days.working_day(boxing_day_moved, alice.team_id).day == 29
        assert agreeing.look_back_day(1, date(2026, 12, 14), alice.team_id).day == 29


@on_one_database
def test_a_country_that_is_none_is_refused_and_nothing_is_lost(app, alice):
    address = f"/teams/{alice.team_id}"
    page = alice.page(alice.post(address, name="Crews", country="QQ", version="1"), 422)

    assert page.select_one("[name=name]")["value"] == "Crews"
    with app.app_context():
        assert db.session.get_one(Team, alice.team_id).country == "NL"


@on_one_database
@pytest.mark.parametrize(("language", "name"), [("en", "Belgium"), ("nl", "België")])
def test_countries_are_called_by_their_name(alice, language, name):
    page = alice.get(f"/teams/{alice.team_id}?lang={language}")

    assert page.select_one("option[value=BE]").text == name
    assert page.select_one("option[selected]")["value"] == "NL"
