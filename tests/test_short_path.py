"""From the first start to two printed plans, in as few inputs as a person makes.

An input is a click, a filled field, a chosen option or a key. Scrolling and reading
are free.
"""

import pytest
from browser import serve
from conftest import make_app
from playwright.sync_api import expect

MOST = 60
PEOPLE = """\
Ann Verhoeven
Marijke van den Bosch-Hendriksen
Yusuf Özdemir
Bartholomeus van Nieuwenhuizen
Priya Ramdin-Klaassen
Noor el Amrani
Jayden Pinas"""
TASKS = """\
Weekly planning of the repair crews
Monthly report to the management team
Checking subcontractors’ invoices
Negotiating the framework contract for lift maintenance
Answering tenants’ complaints
Ordering materials up to €2,500
Emergency rota for the public holidays
Choosing the subcontractor for the stairwell renovation
Redesigning the repair intake form
Chairing the Monday stand-up
Showing new colleagues the planning system
Keeping the keys of vacant homes"""


class Hands:
    """Does on `page` what a person would, and counts it."""

    def __init__(self, page):
        self.page = page
        self.inputs = 0

    def click(self, role, name, **where):
        self.inputs += 1
        self.page.get_by_role(role, name=name, **where).first.click()

    def fill(self, label, text):
        self.inputs += 1
        self.page.get_by_label(label).first.fill(text)

    def choose(self, label, option):
        self.inputs += 1
        self.page.get_by_label(label).first.select_option(option)

    def pick(self, selector):
        self.inputs += 1
        self.page.locator(selector).first.check()


@pytest.fixture
def first_start(one_database, tmp_path):
    """A server on which there is no account yet."""
    app = make_app(one_database, tmp_path, WTF_CSRF_ENABLED=True)
    with serve(app) as url:
        yield url


@pytest.fixture
def hands(chromium, first_start):
    context = chromium.new_context(base_url=first_start, locale="en")
    context.set_default_timeout(5000)
    yield Hands(context.new_page())
    context.close()


def test_two_printed_plans_in_sixty_inputs(hands):
    make_the_account(hands)
    paste_the_team(hands)
    answer_the_facts(hands)
    for name in ("Ann Verhoeven", "Yusuf Özdemir"):
        rate(hands, name)
        agree(hands, name)
        assert printed(hands, name).startswith(b"%PDF")

    assert hands.inputs <= MOST, hands.inputs


def make_the_account(hands):
    hands.page.goto("/")
    hands.fill("Your name", "Hanneke Vos")
    hands.fill("E-mail address", "hanneke@example.org")
    hands.fill("Password", "four words of some length")
    hands.click("button", "Make the account")


def paste_the_team(hands):
    hands.fill("People, one per line", PEOPLE)
    hands.fill("Tasks, one per line", TASKS)
    hands.click("button", "Make my board")
    expect(hands.page.locator("table.board")).to_be_visible()


def answer_the_facts(hands):
    """Answer each of the four facts for all the tasks at once."""
    hands.click("link", "Tasks", exact=True)
    for answer in ("stakes", "undo", "outcome_clear", "limits_clear"):
        hands.pick("#tick-all")
        option = {"stakes": "medium", "undo": "effort"}.get(answer, "clear")
        hands.choose("Set for the ticked rows", f"{answer}-{option}")
        hands.click("button", "Apply")


def rate(hands, name):
    hands.click("link", "People", exact=True)
    hands.click("link", name)
    hands.click("link", "Say what you have seen")
    for criterion, score in zip(
        ("choices", "informs", "needs", "help"), (4, 4, 3, 4), strict=True
    ):
        hands.pick(f"[name={criterion}-score][value='{score}']")
        expect(hands.page.locator(f"#{criterion} [role=status]")).to_contain_text(
            "Saved"
        )


def agree(hands, name):
    hands.click("link", "Board", exact=True)
    row = hands.page.get_by_role("row", name="Weekly planning of the repair crews")
    place = [
        head.inner_text().split("\n")[0]
        for head in hands.page.locator("table.board thead th").all()
    ].index(name)
    hands.inputs += 1
    row.locator("td").nth(place - 1).get_by_role("link").click()
    hands.fill(f"{name} decides", "The order of the jobs, and which crew goes where.")
    hands.click("button", "Make a draft agreement")


def printed(hands, name):
    """Open the plan from here and take the PDF."""
    hands.click("link", "Shared plan")
    with hands.page.expect_download() as download:
        hands.click("button", "Download the PDF")
    return download.value.path().read_bytes()
