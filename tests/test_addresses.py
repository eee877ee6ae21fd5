"""The page that an address belongs to: where a reader comes back after a form."""

import factory
import pytest
from conftest import on_one_database

FORMS = {
    "/tasks/set?show=all": "/tasks?show=all",
    "/import/start": "/import",
    "/account/preferences": "/account",
    "/demo/load": "/",
}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_change_of_language_leads_to_the_page_of_the_form(app, alice, language):
    alice.headers = {"Accept-Language": language}
    for address, page in (
        ("/tasks/set?show=all", "/tasks?show=all"),
        ("/tasks/", "/tasks/"),
    ):
        shown = alice.page(alice.post(address, title=""), 422)
        assert shown.select_one(".masthead-tools [name=next]")["value"] == page
    with app.app_context():
        task = factory.task(alice.team_id, stakes=None)
        address = f"/tasks/{task.id}"
    shown = alice.page(alice.post(f"{address}/facts", stakes="nonsense"), 422)
    assert shown.select_one(".masthead-tools [name=next]")["value"] == address


def test_looking_at_an_address_that_takes_a_form_shows_its_page(alice):
    for address, page in FORMS.items():
        answer = alice.open(address)
        assert (answer.status_code, answer.location) == (303, page)
        assert alice.open(page, follow_redirects=True).status_code == 200


def test_an_address_that_takes_no_form_still_says_so(alice):
    assert alice.post("/method/").status_code == 405


@pytest.mark.parametrize("public", [None, "https://delegate.example"])
@on_one_database
def test_an_address_of_this_computer_says_that_no_phone_opens_it(app, alice, public):
    app.config["PUBLIC_URL"] = public
    with app.app_context():
        ann = factory.employee(alice.team_id).id
        for _ in range(4):
            factory.employee(alice.team_id)
    pages = [
        alice.get(f"/conditions/{alice.team_id}"),
        alice.page(
            alice.post(f"/conditions/{alice.team_id}/ask", seen="none", version="0")
        ),
        alice.page(alice.post(f"/people/{ann}/own-view", saw="none")),
    ]

    for page in pages:
        assert ("open on this computer only. Use paper" in page.text) is (not public)


@on_one_database
def test_an_invitation_of_this_computer_speaks_of_no_paper(alice):
    wanted = {"email": "b@example.org", "role": "viewer", "language": "en"}
    page = alice.page(alice.post(f"/teams/{alice.team_id}/sharing/", **wanted))

    assert "This address opens on this computer only. Ask whoever" in page.text
