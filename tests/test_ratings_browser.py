"""Rating in a real browser: saved as one goes, and nothing is ever lost."""

import re
from datetime import date

import factory
import pytest
from browser import check_accessible
from playwright.sync_api import expect

from delegate.models import Employee, Rating, db, utc_now

EXAMPLE = "Swapped two crews in the storm week."


@pytest.fixture
def ann(live_server):
    """The address of the rating page of someone with two tasks to rate."""
    with live_server.app.app_context():
        person = factory.employee(live_server.team_id)
        factory.task(live_server.team_id, "Weekly planning")
        factory.task(live_server.team_id, "Storm rota")
        return f"/ratings/{person.id}"


def scores(live_server):
    """Return what has been written, in order."""
    with live_server.app.app_context():
        rows = db.session.scalars(db.select(Rating).order_by(Rating.id))
        return [(row.criterion, row.score, row.example) for row in rows]


def radio(page, criterion, score):
    return page.locator(f"[name={criterion}-score][value='{score}']")


def status(page, item):
    return page.locator(f"#{item} [role=status]")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_each_choice_is_saved_at_once(live_server, new_page, ann):
    page = new_page()
    page.goto(ann)
    radio(page, "choices", 4).click()
    expect(status(page, "choices")).to_have_text(
        re.compile(r"Saved \d\d:\d\d, no example yet")
    )
    page.locator("#choices-example").fill(EXAMPLE)
    expect(status(page, "choices")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    page.locator("[name=task-2-score][value='3']").click()
    expect(status(page, "task-2")).to_contain_text("Saved")
    radio(page, "informs", 0).click()

    expect(page.locator("#informs [data-acquaint]")).to_be_visible()
    expect(page.locator("#informs-example")).to_be_hidden()
    expect(page.locator(".progress-list li")).to_have_text(
        [re.compile("4$"), re.compile("not seen$"), *[re.compile("open$")] * 2]
    )
    expect(status(page, "informs")).to_contain_text("Saved")
    assert scores(live_server) == [
        ("choices", 4, ""),
        ("choices", 4, EXAMPLE),
        ("familiarity", 3, ""),
        ("informs", None, ""),
    ]
    page.get_by_role("button", name="Done, back to").click()
    page.wait_for_url("**/people/1")


def test_a_score_that_needs_an_example_says_so_until_it_has_one(
    live_server, new_page, ann
):
    page = new_page()
    page.goto(ann)
    radio(page, "needs", 2).click()
    expect(status(page, "needs")).to_have_text("Not saved: a 2 needs an example")
    radio(page, "help", 3).click()
    expect(status(page, "help")).to_contain_text("Saved")
    expect(radio(page, "needs", 2)).to_be_checked()
    assert warns_on_leaving(page)

    page.locator("#needs-example").fill(EXAMPLE)
    page.locator("#needs-example").blur()
    expect(status(page, "needs")).to_contain_text("Saved")
    assert scores(live_server) == [("help", 3, ""), ("needs", 2, EXAMPLE)]
    assert not warns_on_leaving(page)


def warns_on_leaving(page):
    return page.evaluate(
        "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    )


def test_a_failed_save_stays_in_sight_and_is_tried_again(live_server, new_page, ann):
    page = new_page()
    page.goto(ann)
    page.route("**/choices", lambda route: route.abort())
    radio(page, "choices", 3).click()
    expect(status(page, "choices")).to_have_text(
        "Not saved: the server cannot be reached."
    )
    radio(page, "choices", 4).click()
    expect(radio(page, "choices", 4)).to_be_checked()
    assert warns_on_leaving(page)
    page.unroute("**/choices")
    page.route("**/choices", lambda route: route.fulfill(status=503, body="full"))
    page.locator("#choices [data-do=again]").click()
    expect(status(page, "choices")).to_have_text(
        "Not saved: something went wrong at the server."
    )
    page.unroute("**/choices")
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(status(page, "choices")).to_contain_text("Saved")
    expect(page.locator("#choices [data-do=again]")).to_be_hidden()
    assert scores(live_server) == [("choices", 4, "")]


def test_whose_score_it_is_was_removed_meanwhile(live_server, new_page, ann):
    page = new_page()
    page.goto(ann)
    with live_server.app.app_context():
        db.session.execute(db.update(Employee).values(removed_at=utc_now()))
        db.session.commit()
    radio(page, "choices", 4).click()

    expect(status(page, "choices")).to_have_text(
        "Not saved: this is not here any more, or not shared with you."
    )


def test_after_a_new_sign_in_elsewhere_the_save_goes_through(
    live_server, new_page, ann
):
    page = new_page()
    page.goto(ann)
    [cookie] = [one for one in page.context.cookies() if one["name"] == "session"]
    page.context.clear_cookies()
    radio(page, "choices", 4).click()
    expect(status(page, "choices")).to_contain_text("Not saved: you are signed out.")
    tab = page.context.new_page()
    tab.goto("/account/sign-in")
    tab.locator("[name=email]").fill("hanneke@example.org")
    tab.locator("[name=password]").fill(factory.PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(live_server.url + "/")
    assert tab.context.cookies()[0]["value"] != cookie["value"]
    page.locator("#choices [data-do=again]").click()

    expect(status(page, "choices")).to_contain_text("Saved")
    assert scores(live_server) == [("choices", 4, "")]


def test_quick_changes_are_saved_in_order_and_the_last_one_counts(
    live_server, new_page, ann
):
    page = new_page()
    page.goto(ann)
    radio(page, "choices", 3).focus()
    press(page, "3", "4", "3", "0", "4", "3", "4")
    expect(status(page, "choices")).to_contain_text("Saved")
    page.wait_for_function("!document.querySelector('#choices .conflict')")
    page.get_by_role("button", name="Done, back to").click()
    page.wait_for_url("**/people/1")

    assert scores(live_server)[-1] == ("choices", 4, "")


def test_undo_brings_back_what_was_there(live_server, new_page, ann):
    page = new_page()
    page.goto(ann)
    radio(page, "choices", 3).click()
    expect(status(page, "choices")).to_contain_text("Saved")
    page.locator("#choices [data-do=undo]").click()

    expect(page.locator("#choices :checked")).to_have_count(0)
    expect(page.locator(".progress-list li").first).to_contain_text("open")
    assert scores(live_server) == [("choices", 3, ""), ("choices", None, "")]


def test_the_keys_choose_and_move_but_never_while_one_types(live_server, new_page, ann):
    page = new_page()
    page.goto(ann)
    press(page, "4")
    assert page.locator("#ratings :checked").count() == 0
    press(page, "j", "4", "j", "0", "j", "3", "k", "k")
    expect(radio(page, "choices", 4)).to_be_focused()
    press(page, "e")
    expect(page.locator("#choices-example")).to_be_focused()
    page.keyboard.type("2 jobs, 1 key")
    expect(page.locator("#choices-example")).to_have_value("2 jobs, 1 key")
    radio(page, "choices", 4).focus()
    press(page, "Control+1", "Alt+2", "Shift+J")
    expect(radio(page, "choices", 4)).to_be_checked()
    press(page, "ArrowDown")
    expect(radio(page, "choices", 5)).to_be_checked()

    page.get_by_role("button", name="Turn these keys off").click()
    radio(page, "choices", 5).focus()
    press(page, "1")
    expect(radio(page, "choices", 5)).to_be_checked()
    expect(status(page, "needs")).to_contain_text("Saved")
    expect(status(page, "choices")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_role("button", name="Turn these keys on")).to_be_visible()


def test_four_equal_scores_bring_a_thought_at_once(new_page, ann):
    page = new_page()
    page.goto(ann)
    for criterion in ("choices", "informs", "needs", "help"):
        expect(page.locator("#halo")).to_be_hidden()
        radio(page, criterion, 4).click()
    expect(page.locator("#halo")).to_contain_text("Four times a 4.")
    radio(page, "help", 3).click()
    expect(page.locator("#halo")).to_be_hidden()
    for criterion in ("choices", "informs", "needs", "help"):
        radio(page, criterion, 0).click()
        expect(status(page, criterion)).to_contain_text("Saved")
    expect(page.locator("#halo")).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "kept", "shown"),
    [("Keep what I typed", 4, 4), ("Take what is there now", 3, 3)],
)
def test_two_tabs_show_both_texts(live_server, new_page, ann, button, kept, shown):
    first, second = new_page(), new_page()
    for page in (first, second):
        page.goto(ann)
    radio(first, "choices", 3).click()
    expect(status(first, "choices")).to_contain_text("Saved")
    radio(second, "choices", 4).click()

    expect(status(second, "choices")).to_contain_text("Not saved: this was changed")
    both = second.locator("#choices .conflict")
    expect(both).to_contain_text("4: Chooses well within the agreed limits")
    expect(both).to_contain_text("3: Chooses well in familiar situations")
    both.get_by_role("button", name=button).click()
    expect(both).to_have_count(0)
    expect(radio(second, "choices", shown)).to_be_checked()
    radio(second, "help", 3).click()
    expect(status(second, "help")).to_contain_text("Saved")
    assert [score for name, score, _ in scores(live_server) if name == "choices"][
        -1
    ] == kept


def test_the_plain_form_works_without_a_script(live_server, new_page, ann):
    page = new_page(js=False)
    page.goto(ann)
    expect(page.locator("#keys")).to_be_hidden()
    radio(page, "choices", 2).click()
    page.locator("[name=task-1-score][value='0']").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#faults")).to_contain_text("A 2 needs an example.")
    assert scores(live_server) == []
    page.locator("#choices-example").fill(EXAMPLE)
    page.locator("#choices-seen_on").fill("2026-01-05")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/1")
    assert len(scores(live_server)) == 2
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#ratings :checked")).to_have_count(0)
    assert len(scores(live_server)) == 4


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize(
    ("language", "dark"), [("en", False), ("nl", True)], ids=["en-light", "nl-dark"]
)
def test_anyone_can_use_it(new_page, ann, language, dark, width):
    page = new_page(language, dark=dark, width=width)
    page.goto(ann)
    check_accessible(page)
    radio(page, "needs", 2).click()
    radio(page, "help", 0).click()
    expect(page.locator("#needs .is-unsaved")).to_be_visible()
    expect(page.locator("#help [data-do=undo]")).to_be_visible()
    check_accessible(page)


def test_still_so_is_one_click(live_server, new_page, ann):
    with live_server.app.app_context():
        person = db.session.get(Employee, 1)
        given = {"rater_id": live_server.manager_id, "seen_on": date(2020, 5, 4)}
        factory.rating(person, "help", 5, **given)
    page = new_page()
    page.goto(ann)
    page.get_by_role("button", name="Still so").click()

    expect(status(page, "help")).to_contain_text("Saved")
    expect(page.get_by_role("button", name="Still so")).to_have_count(0)
    assert [score for _, score, _ in scores(live_server)] == [5, 5]


def test_the_keys_act_on_the_criterion_in_sight(live_server, new_page, ann):
    page = new_page()
    page.goto(ann)
    radio(page, "choices", 3).click()
    page.locator(".progress-list a[href='#needs']").click()
    press(page, "4")
    expect(radio(page, "needs", 4)).to_be_checked()
    expect(radio(page, "choices", 3)).to_be_checked()
    page.locator("h1").click()
    page.locator("#help").evaluate("one => one.scrollIntoView({ behavior: 'instant' })")
    press(page, "5", "j")
    expect(page.locator("#help input:focus")).to_have_count(1)
    assert page.locator("#ratings :checked").count() == 2
