"""What is typed or put in an address: kept as it is, or refused in words.

The fields are found on the pages and the addresses in the map of the site, so that
those still to come are tried as well.
"""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import on_one_database
from test_doors import team_of, ways_in

import delegate
from delegate.models import LONG, TITLE, Base, db

KEPT = "👩🏽‍🚒 שלום مرحبا e\u0301 क्षि “'&<b>'”"
"""Joined emoji, right to left, combining marks, zero-width joiners and markup."""

NO_PAGES = {"plan.download", "copies.download", "plans.download", "static"}
NO_PAGES |= {"export.table", "export.workbook", "export.everything", "assets.file"}
QUERY = re.compile(
    r"""(?:query_\w+|args\.get\w*|args)[(\[](?:name: str = )?\s*["'](\w+)["']"""
)
HOSTILE = (
    *("%00", "a%00b", "%ED%A0%80", "%FF", "%0D%0AX-Evil:+1", "%F0%9F%99%82", "%D9%A3"),
    *("-1", "9" * 30, "1e9", "[]", "..%2F..", "//evil.example", "x" * 12_000, "<b>'\""),
)


def test_no_template_lets_markup_through():
    """All that is typed is escaped; what we draw ourselves comes as Markup."""
    templates = Path(delegate.__file__).parent.glob("templates/**/*.html")
    through = re.compile(r"\|\s*safe\b|autoescape")

    assert [one.name for one in templates if through.search(one.read_text())] == []


LOST = (
    *("%00", "%1B", "%7F", "%C2%85", "%ED%A0%80", "%FF", "%EF%BF%BD"),
    *("%EF%BF%BE", "%F4%8F%BF%BF"),
)
"""Controls, half a character, a byte that is none, a lost one, and no characters."""

TEXTS = "textarea, input:not([type]), input[type=text]"
KEYED = f"{TEXTS}, " + ", ".join(
    f"input[type='{kind}']"
    for kind in ("email", "date", "datetime-local", "number", "password", "hidden")
)
"""Also what is no text of its own: a form can be sent without our pages."""


def filled(form):
    """Return what a form sends as it stands, with its first button."""
    fields = {}
    for control in form.select("input, select, textarea, button"):
        kind = control.get("type", "")
        if not control.get("name") or (
            kind in ("checkbox", "radio") and not control.has_attr("checked")
        ):
            continue
        if control.name == "select":
            options = control.select("option[selected]") or control.select("option")
            value = options[0].get("value", options[0].text)
        elif control.name == "textarea":
            value = re.sub(r"\A\r?\n", "", control.text)
        else:
            value = control.get("value", "")
        if control.name != "button" or "action" not in fields:
            fields.setdefault(control["name"], value)
    return fields


def text_fields(browser, rows, kinds=TEXTS):
    """Return each field: its page, target and name, what its form sends, and itself."""
    found = []
    for endpoint, method, url in ways_in(browser.app, **rows):
        answer = browser.open(url) if method == "GET" else None
        if endpoint in NO_PAGES or not answer or answer.mimetype != "text/html":
            continue
        for form in browser.page(answer, answer.status_code).select("form"):
            if form.get("method", "get").lower() != "post":
                continue
            target = form.get("action") or url
            for control in form.select(kinds):
                found.append((url, target, control["name"], filled(form), control))
    return found


def value_on(page, name):
    control = page.select_one(f"[name='{name}']")
    if control is None:
        return None
    if is_long(control):
        return re.sub(r"\A\r?\n", "", control.text)
    return control.get("value", "")


def is_shown(answer, page, name, text):
    """Tell whether it stands in its field, or beside what was kept meanwhile."""
    return value_on(page, name).replace("\r\n", "\n") == text or (
        answer.status_code == 409 and text in page.text
    )


def is_long(control):
    return control.name == "textarea"


IN_LINES = {"lines"}
"""What is kept line by line: several items at once."""


def is_kept(app, text):
    """Tell whether some row holds `text`."""
    with app.app_context():
        return any(
            text in db.session.scalars(db.select(column))
            for table in Base.metadata.sorted_tables
            for column in table.c
            if column.type.python_type is str
        )


def sent(browser, target, name, fields, text):
    return browser.open(target, "POST", data={**fields, name: text})


@pytest.fixture
def fields(alice):
    found = text_fields(alice, team_of(alice))
    names = {name for _, _, name, _, _ in found}
    assert {"name", "title", "outcome", "learning", "text", "people"} <= names
    return found


def test_every_text_field_keeps_what_was_typed(app, alice, fields):
    for url, target, name, given, control in fields:
        text = f"{KEPT} {name}" + (f"\nand {url}" if is_long(control) else "")
        answer = sent(alice, target, name, given, text)
        assert answer.status_code in (200, 302, 303, 409, 422), (url, name)
        if answer.status_code in (302, 303):
            whole = text.splitlines() if name in IN_LINES else [text]
            assert all(is_kept(app, one) for one in whole), (url, target, name)
        else:
            page = alice.page(answer, answer.status_code)
            assert is_shown(answer, page, name, text), (url, name)


def test_what_just_fits_fits_and_one_more_is_told_and_kept(app, alice, fields):
    for url, target, name, given, control in fields:
        most = LONG if is_long(control) else TITLE
        for length in (most, most + 1):
            text = "é" * length
            answer = sent(alice, target, name, given, text)
            if answer.status_code in (302, 303):
                assert length == most, (url, name)
                assert is_kept(app, text), (url, name)
                continue
            page = alice.page(answer, answer.status_code)
            assert is_shown(answer, page, name, text), (url, name)
            if length > most:
                assert answer.status_code in (409, 422), (url, name)


def encoded(fields, **lost):
    """Return a body of `fields`, with some of them in bytes already."""
    sound = {name: fields[name] for name in fields.keys() - lost.keys()}
    return "&".join([urlencode(sound), *(f"{name}={lost[name]}" for name in lost)])


def sent_raw(browser, target, body):
    kind = "application/x-www-form-urlencoded"
    return browser.open(target, "POST", data=body, content_type=kind)


@pytest.mark.parametrize("sign", LOST)
def test_what_cannot_be_kept_is_refused_in_words_and_shown_as_a_mark(alice, sign):
    page = alice.get("/people/new")
    given = {**filled(page.select_one("main form")), "role": KEPT, "asks_of_me": KEPT}
    body = encoded(given, name=f"Hann{sign}eke", hours_free=f"4{sign}", version=sign)
    answer = sent_raw(alice, "/people/new", body)
    page = alice.page(answer, 422)

    assert "This has a character that cannot be kept." in page.text
    lost = "\ufffd" * (3 if sign == "%ED%A0%80" else 1)
    assert value_on(page, "name") == f"Hann{lost}eke"
    assert value_on(page, "hours_free") == f"4{lost}"
    assert (value_on(page, "role"), value_on(page, "asks_of_me")) == (KEPT, KEPT)


@on_one_database
def test_every_field_refuses_what_cannot_be_kept_and_loses_nothing_else(alice, browser):
    rows = team_of(alice)
    found = [
        (who, *field)
        for who in (alice, browser)
        for field in text_fields(who, rows, KEYED)
        if field[2] != "csrf_token"
    ]
    assert {"name", "email", "password", "version", "look_back_on", "hours"} <= {
        name for _, _, _, name, _, _ in found
    }
    for who, _url, target, name, given, control in found:
        others = {key: value for key, value in given.items() if key != name}
        answer = sent_raw(who, target, encoded(others, **{name: "a%00b"}))
        assert answer.status_code < 500, (target, name)
        if answer.status_code in (200, 302, 303, 404):
            assert is_unseen(control), (target, name)
            continue
        page = who.page(answer, answer.status_code)
        assert answer.status_code in (409, 422), (target, name)
        if not is_unseen(control):
            assert value_on(page, name) == "a\ufffdb", (target, name)
        for key in others.keys() & {field["name"] for field in page.select(TEXTS)}:
            assert value_on(page, key) == others[key], (target, name, key)


def is_unseen(control):
    """Tell whether what is typed here is never shown: hidden, or as dots."""
    return control.get("type") in ("hidden", "password")


def queried():
    """Return the names that any page looks up in its address."""
    source = Path(delegate.__file__).parent
    texts = (path.read_text() for path in source.rglob("*.py"))
    return {name for text in texts for name in QUERY.findall(text)} | {"next", "lang"}


def test_the_names_in_addresses_are_found():
    assert {"q", "page", "show", "team", "task", "lang", "next"} <= queried()


@on_one_database
@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_in_an_address_is_a_fault_of_ours(app, alice, value):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    rows = team_of(alice)
    rest = "&".join(f"{name}={value}" for name in sorted(queried() - {"team"}))
    for _, method, url in ways_in(app, **rows):
        for query in (f"team={value}", rest):
            if method == "GET":
                answer = alice.open(f"{url}?{query}")
                assert answer.status_code < 500 or "/readyz" in url, (url, query)
                assert "X-Evil" not in answer.headers
                answer.close()
