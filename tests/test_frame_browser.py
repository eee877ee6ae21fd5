"""The frame of every page in a real browser: nothing typed is lost without a word."""

import factory
import pytest
from playwright.sync_api import expect

FAULTY = {"title": "Storm rota", "hours": "9999"}


@pytest.fixture
def ann(live_server):
    """The address of someone's form."""
    with live_server.app.app_context():
        person = factory.employee(live_server.team_id)
        factory.task(live_server.team_id, "Weekly planning")
        return f"/people/{person.id}/edit"


def warns_on_leaving(page):
    return page.evaluate(
        "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    )


def test_typed_text_is_not_lost_without_a_word(new_page, ann):
    page = new_page()
    page.goto(ann)
    assert not warns_on_leaving(page)
    name = page.locator("main [name=name]")
    old = name.input_value()
    name.fill("Ann de Vries")
    assert warns_on_leaving(page)
    name.fill(old)
    assert not warns_on_leaving(page)

    name.fill("Ann de Vries")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator(".masthead-tools [value=nl]").click(no_wait_after=True)
    expect(name).to_have_value("Ann de Vries")
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/people/1")
    assert asked == ["beforeunload"]
    page.go_back()
    assert not warns_on_leaving(page)


def test_a_choice_and_a_day_count_as_typed(live_server, new_page, ann):
    page = new_page()
    page.goto("/tasks/1/edit")
    for field in page.locator("main form [type=radio]:not(:checked)").all()[:1]:
        field.check()
        assert warns_on_leaving(page)
        page.reload()
    assert not warns_on_leaving(page)
    page.locator("[name=deadline]").press_sequentially("12")
    assert warns_on_leaving(page)


def test_a_refused_form_is_unsaved_from_the_start(new_page, ann):
    page = new_page()
    page.goto("/tasks/new")
    for name, value in FAULTY.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form .btn-primary").click()
    expect(page.locator("#faults")).to_be_focused()
    assert warns_on_leaving(page)
    page.locator("main [name=hours]").fill("2,5")
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/tasks/2")
    expect(page.locator(".history")).to_contain_text("2.5")


def test_the_form_that_is_sent_is_not_lost_but_another_is(new_page, ann):
    page = new_page()
    page.goto("/people/")
    page.locator("main form[method=post] input[name=name]").fill("Bo")
    assert warns_on_leaving(page)
    page.locator("main form[method=post] input[name=name]").press("Enter")
    expect(page.locator(".flashes")).to_contain_text("Bo")


@pytest.mark.parametrize("width", [768, 820, 1024, 1280])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_page_scrolls_sideways(live_server, new_page, ann, language, width):
    with live_server.app.app_context():
        long = factory.employee(live_server.team_id, "Wolfeschlegelstein" * 6).id
        task = factory.task(live_server.team_id, "Onderhoudscontracten" * 15).id
    page = new_page(language, width=width)
    for path in (
        *("/", "/board", "/people/1", "/pairs/1/1", "/plan/1", "/tasks/", "/trail/"),
        *(f"/people/{long}", f"/ratings/{long}", f"/tasks/{task}"),
        *(f"/pairs/{long}/{task}", f"/what-if/?person={long}"),
    ):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        height = page.locator(".masthead").bounding_box()["height"]
        assert height < 70, path
