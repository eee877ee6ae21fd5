"""Two languages: which one to speak, and how it writes days, times and numbers.

Precedence: `lang` in the query (a PDF for someone else), the cookie of the language
switch, what the browser asks for, English.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages import mofile, pofile
from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel import force_locale as babel_force_locale

LANGUAGES = ("en", "nl")
THEMES = ("auto", "light", "dark")
YEAR = 60 * 60 * 24 * 365
TRANSLATIONS = Path(__file__).parent / "translations"


def init_app(app: Flask) -> None:
    """Speak the reader's language, and offer the filters to templates."""
    compile_catalogues()
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=choose_language)
    app.jinja_env.globals.update(locale=language, theme=theme)
    app.jinja_env.filters.update(
        day=day,
        weekday=weekday,
        day_of_week=day_of_week,
        day_short=day_short,
        clock=clock,
        moment=moment,
        number=number,
    )


def compile_catalogues() -> None:
    """Write each .mo that is missing or older than its .po; several may do so."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            with source.open("rb") as lines:
                catalogue = pofile.read_po(lines)
            fresh = target.with_suffix(f".{os.getpid()}")
            with fresh.open("wb") as file:
                mofile.write_mo(file, catalogue)
            fresh.replace(target)


def choose_language() -> str:
    """Return the language to answer in."""
    if not has_request_context():
        return "en"
    for wish in (request.args.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return str(wish)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def language() -> str:
    """Return the language spoken now, "en" or "nl"."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak `lang` for as long as this lasts."""
    with babel_force_locale(lang):
        yield


def theme() -> str:
    """Return the colours to show: "light", "dark", or "auto" to follow the system."""
    wish = request.cookies.get("theme") if has_request_context() else None
    return wish if wish in THEMES else "auto"


def keep(
    response: Response, name: str, choice: str | None, choices: tuple[str, ...]
) -> None:
    """Keep a choice of language or colours in this browser, if it is one of these."""
    if choice in choices:
        response.set_cookie(
            name,
            choice,
            max_age=YEAR,
            httponly=True,
            secure=request.is_secure,
            samesite="Lax",
        )


def zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["TIMEZONE"])


def local(moment: datetime) -> datetime:
    """Return a UTC moment of the database as it is on the clock here."""
    return moment.replace(tzinfo=UTC).astimezone(zone())


def to_utc(here: datetime) -> datetime:
    """Return a moment on the clock here as the database keeps it."""
    return here.replace(tzinfo=zone()).astimezone(UTC).replace(tzinfo=None)


def today() -> date:
    """Return the date here."""
    return datetime.now(zone()).date()


def as_date(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def written(value: date | datetime, pattern: str) -> str:
    return dates.format_date(as_date(value), pattern, locale=language())


def day(value: date | datetime) -> str:
    """Return "23 November 2026"."""
    return written(value, "d MMMM y")


def weekday(value: date | datetime) -> str:
    """Return "Thursday 26 November 2026"."""
    return written(value, "EEEE d MMMM y")


def day_of_week(value: date | datetime) -> str:
    """Return "Thu"."""
    return written(value, "EEE")


def day_short(value: date | datetime) -> str:
    """Return "26 Nov", with the year where it is another one than now."""
    year = "" if as_date(value).year == today().year else " y"
    return written(value, f"d MMM{year}")


def clock(value: datetime) -> str:
    """Return "14:02", in Dutch "14.02"."""
    pattern = "H.mm" if language() == "nl" else "HH:mm"
    return dates.format_time(local(value), pattern, locale=language())


def moment(value: datetime) -> str:
    """Return "26 November 2026, 10:00"."""
    return f"{day(value)}, {clock(value)}"


def number(value: float) -> str:
    """Return a number as this language writes it, without needless zeros."""
    return numbers.format_decimal(value, "#,##0.##", locale=Locale(language()))
