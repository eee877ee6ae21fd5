"""A manager's look at themself: theirs alone, gone when asked, printed if ticked."""

import json

import factory
import pytest
from browsing import Browser, pressed
from conftest import on_one_database, signed_in
from paper_checks import text_of
from test_doors import ways_in
from test_erasing import found_in_files, found_in_tables

from delegate.dialogue import reflection
from delegate.models import (
    LONG,
    THEME_SCALE,
    THEMES,
    AuditEntry,
    Manager,
    Membership,
    SelfCheck,
    db,
)

CANARY = "Zwaluwstaart"
ANSWERS = {"trusting": 3, "confidence": 1, "fear": 2, "damaged": 2}


@pytest.fixture
def ann(app, alice):
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.rated(employee, rater_id=alice.manager_id)
        factory.agreement(employee, factory.task(alice.team_id))
        return employee.id


def save(browser, learning=f"Less {CANARY}.", version="0", **answers):
    data = {**ANSWERS, **answers, "learning": learning, "version": version}
    return browser.post("/self-check/", **data)


def kept(app):
    with app.app_context():
        return db.session.scalars(db.select(SelfCheck)).all()


def test_every_theme_has_words_for_every_answer():
    assert tuple(reflection.THEMES) == THEMES
    for theme in reflection.THEMES.values():
        assert list(theme.answers) == list(THEME_SCALE)


def test_an_answer_brings_its_reading_and_one_thing_to_try(alice):
    blank = alice.get("/self-check/")
    assert blank.select("[checked]") == []
    assert blank.select("form[action='/self-check/erase']") == []
    assert save(alice, fear="").status_code == 302
    page = alice.get("/self-check/")

    for name, theme in reflection.THEMES.items():
        for value, answer in theme.answers.items():
            chosen = name != "fear" and ANSWERS[name] == value
            assert (str(answer.reading) in page.text) == chosen
            assert (str(answer.to_try) in page.text) == chosen
    assert page.select_one("textarea").text.strip() == f"Less {CANARY}."


def test_what_cannot_be_kept_stays_on_the_page(app, alice):
    page = alice.page(save(alice, "x" * (LONG + 1)), 422)
    assert page.select(".fault")
    assert alice.page(save(alice, fear="4"), 422).select("#fear.has-fault")
    assert kept(app) == []


def test_hostile_text_comes_back_as_it_was_typed(alice):
    hostile = "<script>alert(1)</script> {{ 7*7 }} \u202e🙂"
    save(alice, hostile)

    page = alice.get("/self-check/")
    assert page.select_one("textarea").text.strip() == hostile


def test_of_two_tabs_the_later_sees_both_texts(alice):
    save(alice, "From one tab.")
    page = alice.page(save(alice, "From another."), 409)

    assert [dd.text for dd in page.select(".versions dd")][:2] == [
        "From another.",
        "From one tab.",
    ]
    assert page.select_one("textarea").text.strip() == "From another."
    assert save(alice, "From another.", version="1").status_code == 302


def test_of_saves_at_the_same_moment_one_counts(app, alice):
    data = {**ANSWERS, "learning": "x", "version": "0"}
    answers = alice.click_again_and_again("/self-check/", **data)

    assert sorted(answer.status_code for answer in answers) == [302, 409, 409]
    assert len(kept(app)) == 1


# ---- theirs alone


def joined(app, alice, name, role, **changes):
    """Return the browser of someone who belongs to Alice's team."""
    browser = signed_in(app, name)
    with app.app_context():
        for column, value in changes.items():
            setattr(db.session.get(Manager, browser.manager_id), column, value)
        ids = {"team_id": alice.team_id, "manager_id": browser.manager_id}
        factory.add(Membership(role=role, **ids))
    return browser


@on_one_database
def test_it_is_in_no_page_file_or_log_of_anybody_else(app, alice, ann, caplog):
    """Not of an owner, an editor or an administrator; not in an export of one's own."""
    caplog.set_level("DEBUG")
    save(alice)
    owner = joined(app, alice, "Olga", "owner")
    admin = joined(app, alice, "Adam", "editor", is_admin=True)
    ids = {"employee_id": ann, "task_id": 1, "agreement_id": 1, "rating_id": 1}
    ids |= {"team_id": alice.team_id, "manager_id": alice.manager_id}
    ways = [url for _, method, url in ways_in(app, **ids) if method == "GET"]
    opened = [url for url in ways if "/sign-out" not in url]
    for browser in (owner, admin, Browser(app)):
        for url in opened:
            query = "&" if "?" in url else "?"
            address = f"{url}{query}team={alice.team_id}&learning=1"
            answer = browser.open(address).data
            words = text_of(answer) if answer[:4] == b"%PDF" else answer.decode("latin")
            assert CANARY not in words, url
    assert CANARY not in caplog.text


def test_the_export_of_a_team_and_the_trail_know_nothing_of_it(app, alice, ann):
    with app.app_context():
        before = len(db.session.scalars(db.select(AuditEntry)).all())
    save(alice)
    alice.post("/self-check/erase")
    save(alice)
    with app.app_context():
        told = db.session.scalars(db.select(AuditEntry)).all()
    team = alice.open(f"/export/{alice.team_id}/everything.json")

    assert len(told) == before
    assert team.status_code == 200, team.text
    assert "self_check" not in json.loads(team.text)["tables"]
    assert CANARY not in team.text


def test_erasing_leaves_nothing_in_any_file(app, alice, tmp_path):
    save(alice)
    assert found_in_tables(app) == ["self_check"]
    answer = alice.post("/self-check/erase")

    assert "gone" in alice.page(alice.open(answer.location)).text
    assert kept(app) == []
    assert found_in_files(tmp_path) == []


def test_one_erases_only_ones_own(app, alice, bob):
    save(alice)
    bob.post("/self-check/erase")

    assert [one.manager_id for one in kept(app)] == [alice.manager_id]


def test_it_goes_with_the_account(app, alice, bob):
    save(bob)
    bob.post("/account/erase")

    assert kept(app) == []


# ---- on paper


def test_the_learning_point_is_printed_only_if_ticked(app, alice, ann):
    assert alice.get(f"/plan/{ann}").select("#learning") == []
    save(alice)
    page = alice.get(f"/plan/{ann}")
    assert page.select_one("#learning").get("checked") is None
    assert CANARY not in page.text
    assert CANARY not in text_of(alice.open(f"/plan/{ann}.pdf").data)

    page = alice.get(f"/plan/{ann}?learning=1")
    assert page.select_one("#learning").get("checked") is not None
    for words in ("Download", "Open"):
        assert CANARY in text_of(alice.open(pressed(page, words)).data)
    private = alice.open(f"/plan/{ann}.pdf?copy=private&learning=1").data
    assert CANARY not in text_of(private)


def test_on_a_colleagues_plan_there_is_none_to_tick(app, alice, ann):
    """A viewer prints the plan of who leads the person."""
    looker = joined(app, alice, "Vera", "viewer")
    save(looker)

    page = looker.get(f"/plan/{ann}?learning=1")
    assert page.select("#learning") == []
    assert CANARY not in page.text
    assert CANARY not in text_of(looker.open(f"/plan/{ann}.pdf?learning=1").data)


@on_one_database
def test_a_command_never_prints_it(app, alice, ann, tmp_path):
    save(alice)
    path = tmp_path / "plan.pdf"
    result = app.test_cli_runner().invoke(args=["plan", str(ann), "-o", str(path)])

    assert result.exit_code == 0, result.output
    assert CANARY not in text_of(path.read_bytes())
