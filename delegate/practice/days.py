"""Working days: no weekend of a country, and none of its public holidays.

Knows the tables for one thing only: which country a team is in.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import lru_cache

from ..models import Team, db

A_DAY = timedelta(days=1)


def working_day(day: date, team_id: int) -> date:
    """Return `day`, or the first working day after it in the country of this team."""
    team = db.session.get_one(Team, team_id)
    # A session forgets what nobody holds, and would read the team anew each time.
    db.session.info["team of days"] = team
    return from_day_on(day, team.country)


def from_day_on(day: date, country: str) -> date:
    """Return `day`, or the first working day after it in `country`.

    Only weekends count where a country is not known.
    """
    while is_free(day, country):
        day += A_DAY
    return day


def is_free(day: date, country: str) -> bool:
    weekend, free = calendar(country, day.year)
    return day.weekday() in weekend or day in free


@lru_cache
def calendar(country: str, year: int) -> tuple[Collection[int], Collection[date]]:
    """Return the days of the week that are weekend, and the public holidays of a year.

    The library is imported when it is first needed: it takes a while.
    """
    import holidays

    try:
        found = holidays.country_holidays(country, years=year, expand=False)
    except NotImplementedError:
        return (5, 6), frozenset()
    return frozenset(found.weekend), frozenset(found)


def countries() -> Collection[str]:
    """Return the countries of which holidays are known, by two letters (ISO 3166-1)."""
    import holidays

    known: Mapping[str, list[str]] = holidays.list_supported_countries(
        include_aliases=False
    )
    return known.keys()
