"""What is typed or put in an address: kept as it is, or refused in words.

The fields are found on the pages and the addresses in the map of the site, so that
those still to come are tried as well.
"""

import re
from pathlib import Path

import pytest
from conftest import on_one_database
from test_doors import team_of, ways_in

import delegate
from delegate.models import LONG, TITLE, Base, db

KEPT = "👩🏽‍🚒 שלום مرحبا e\u0301 क्षि “'&<b>'”"
"""Joined emoji, right to left, combining marks, zero-width joiners and markup."""

NO_PAGES = {"plan.download", "copies.download", "plans.download", "static"}
NO_PAGES |= {"export.table", "export.workbook", "export.everything", "assets.file"}
QUERY = re.compile(r"""(?:query_\w+|args\.get\w*|args)[(\[]\s*["'](\w+)["']""")
HOSTILE = (
    *("%00", "a%00b", "%ED%A0%80", "%FF", "%0D%0AX-Evil:+1", "%F0%9F%99%82", "%D9%A3"),
    *("-1", "9" * 30, "1e9", "[]", "..%2F..", "//evil.example", "x" * 12_000, "<b>'\""),
)


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


def text_fields(browser, rows):
    """Return every text field: its page, its target, its name, and the rest."""
    found = []
    for endpoint, method, url in ways_in(browser.app, **rows):
        answer = browser.open(url) if method == "GET" else None
        if endpoint in NO_PAGES or not answer or answer.mimetype != "text/html":
            continue
        for form in browser.page(answer, answer.status_code).select("form"):
            if form.get("method", "get").lower() != "post":
                continue
            target = form.get("action") or url
            for control in form.select("textarea, input:not([type]), input[type=text]"):
                is_long = control.name == "textarea"
                found.append((url, target, control["name"], filled(form), is_long))
    return found


def value_on(page, name):
    control = page.select_one(f"[name='{name}']")
    if control is None:
        return None
    is_long = control.name == "textarea"
    return re.sub(r"\A\r?\n", "", control.text) if is_long else control.get("value", "")


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
    for url, target, name, given, is_long in fields:
        text = f"{KEPT} {name}" + (f"\nand {url}" if is_long else "")
        answer = sent(alice, target, name, given, text)
        assert answer.status_code in (200, 302, 303, 409, 422), (url, name)
        if answer.status_code in (302, 303):
            assert is_kept(app, text), (url, target, name)
        else:
            page = alice.page(answer, answer.status_code)
            assert value_on(page, name).replace("\r\n", "\n") == text, (url, name)


def test_what_just_fits_fits_and_one_more_is_told_and_kept(app, alice, fields):
    for url, target, name, given, is_long in fields:
        most = LONG if is_long else TITLE
        for length in (most, most + 1):
            text = "é" * length
            answer = sent(alice, target, name, given, text)
            if answer.status_code in (302, 303):
                assert length == most, (url, name)
                assert is_kept(app, text), (url, name)
                continue
            page = alice.page(answer, answer.status_code)
            assert value_on(page, name) == text, (url, name)
            if length > most:
                assert answer.status_code in (409, 422), (url, name)


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
