"""What people are told, and what stands at every page and paper about them."""

import factory
import pytest
from conftest import on_one_database
from flask_wtf import FlaskForm
from paper_checks import text_of
from test_copies import form_of
from test_doors import team_of, ways_in

from delegate import paper, rules, wording
from delegate.forms import LongText, NoteText
from delegate.models import CONDITIONS, KEEP_MONTHS, Proposal, utc_now
from delegate.rights import notice

NOT_FOR = {
    "en": "not for pay or promotion.",
    "nl": "niet voor beloning of promotie.",
}


def words(page):
    return " ".join(page.text.split())


@pytest.mark.parametrize(
    ("language", "heading", "months"),
    [
        ("en", "What is kept about you in Delegate", "12 months after the last change"),
        ("nl", "Wat er over jou in Delegate staat", "12 maanden na de laatste"),
    ],
)
def test_whoever_is_written_about_can_read_the_notice(
    browser, language, heading, months
):
    page = browser.get(f"/privacy/?lang={language}")

    assert page.h1.text == heading
    assert months in words(page)
    assert str(KEEP_MONTHS[-1]) in words(page)
    assert len(page.select("dt")) == len(notice.points())
    assert len(page.select("#main li")) == len(notice.RIGHTS)


def test_the_notice_says_whom_to_ask(app, browser):
    assert "Ask your manager. " in words(browser.get("/privacy/"))
    app.config["PRIVACY_CONTACT"] = "fg@example.org"
    assert "Ask your manager, or fg@example.org." in words(browser.get("/privacy/"))


def test_the_notice_is_one_click_from_every_page(app, alice):
    for page in pages(app, alice).values():
        assert page.select("footer a[href='/privacy/']")


def pages(app, browser):
    """Return every page there is on a team with one row of each kind, by address."""
    found = {}
    for _, method, url in ways_in(app, **team_of(browser)):
        response = browser.open(url) if method == "GET" else None
        if response and response.mimetype == "text/html" and not response.location:
            found[url] = browser.page(response, response.status_code)
    return found


def test_every_page_says_what_it_is_for_and_who_decides(app, alice):
    found = pages(app, alice)

    assert len(found) > 20
    for url, page in found.items():
        assert str(wording.PURPOSE) in page.text, url
        assert str(wording.ADVICE) in page.text, url


OF_NOBODY = {"conditions.questions"}
"""Papers on which nobody is written about."""


@on_one_database
@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_paper_says_what_it_is_for(app, alice, language):
    ids = team_of(alice)
    with app.app_context():
        whose = {"team_id": alice.team_id, "manager_id": alice.manager_id}
        nothing = {"hours": 0, "hours_bound": 0, "levels": 0, "levels_bound": 0}
        factory.add(Proposal(made_at=utc_now(), **whose, **nothing))
    alice.headers["Accept-Language"] = language
    found = {
        f"{url}?copy={copy}": alice.open(f"{url}?copy={copy}")
        for endpoint, method, url in ways_in(app, **ids)
        if method == "GET" and url.endswith(".pdf") and endpoint not in OF_NOBODY
        for copy in ("shared", "private")
        if copy == "shared" or endpoint in ("plan.download", "talks.download")
    }
    papers = {url: one for url, one in found.items() if one.status_code == 200}
    form = {**form_of(alice, ids["employee_id"]), "language": language}
    copy = alice.post(f"/people/{ids['employee_id']}/copy", **form)

    assert len(papers) == 7, papers.keys()
    for url, answer in [*papers.items(), ("copy", copy)]:
        assert NOT_FOR[language] in text_of(answer.data), url


ON_THE_PLAN = {
    *paper.TEXTS,
    *("inform", "help", "count_on_me", "asks_of_me", "learning", "entrusted"),
    *(f"{name}_action" for name in CONDITIONS),
    *(f"safeguard_{name}" for name in rules.CRITERIA),
}
FOR_BOTH = {
    ("FirstStepForm", "text"),
    ("LookBackForm", "theirs"),
    ("LookBackForm", "mine"),
}
"""Written down together: a first step, and what came of both promises."""

ABOUT_NOBODY = {"reserved_why"}


def long_texts(form=FlaskForm):
    """Yield each field for a long text, of every form there is."""
    for kind in form.__subclasses__():
        for name, field in vars(kind).items():
            if issubclass(getattr(field, "field_class", object), LongText):
                yield kind.__name__, name, field.field_class
        yield from long_texts(kind)


def test_every_text_that_is_not_on_the_plan_is_a_working_note():
    found = list(long_texts())
    notes = {(form, name) for form, name, kind in found if kind is NoteText}

    assert len(found) > 20
    assert ("CriterionForm", "example") in notes
    assert notes == {
        (form, name)
        for form, name, _ in found
        if name not in ON_THE_PLAN | ABOUT_NOBODY and (form, name) not in FOR_BOTH
    }


@pytest.mark.parametrize(
    "path", ["/ratings/{employee_id}", "/pairs/{employee_id}/{task_id}"]
)
def test_under_a_working_note_stands_what_that_means(alice, path):
    page = alice.get(path.format(**team_of(alice)))
    notes = page.select("textarea[name$=example], textarea[name=reason]")

    assert notes
    for note in notes:
        ids = note["aria-describedby"].split()
        said = " ".join(page.find(id=id).text for id in ids if page.find(id=id))
        assert str(wording.WORKING_NOTE) in said
        assert str(wording.NOTE_HINT) in said
