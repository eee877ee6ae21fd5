"""What a team needs first: the manager's side, and the team's by codes of nobody."""

import io
import json
import re
import threading
from datetime import datetime, timedelta

import factory
import pikepdf
import pytest
import segno
from browser import check_accessible
from browsing import Browser
from counting import statements
from paper_checks import assert_accessible, text_of
from sqlalchemy import select
from test_doors import normal
from test_shape import PACKAGE

from delegate.dialogue import polling
from delegate.identity import links
from delegate.models import (
    CONDITIONS,
    AuditEntry,
    Employee,
    Link,
    Membership,
    TeamConditions,
    TeamRound,
    db,
    utc_now,
)
from delegate.pages import conditions

YES = dict.fromkeys(CONDITIONS, "yes")
ADDRESS = re.compile(r"/c/[A-Za-z0-9_-]{43}")


def team_of(browser, size):
    with browser.app.app_context():
        for number in range(size):
            db.session.add(
                Employee(team_id=browser.team_id, name=f"Person {number} Dekker")
            )
        db.session.commit()
    return f"/conditions/{browser.team_id}"


def asked(browser, size=5):
    """Return the page, and the addresses of a round in a team of `size`."""
    here = team_of(browser, size)
    return here, ask(browser, here)


def press(browser, here, way):
    """Return the response to a button of the page, sent with all that stands in it."""
    page = browser.get(here)
    return browser.post(f"{here}/{way}", **filled_in(page, way))


def filled_in(page, way):
    """Return what the form with the button for `way` would send, unless typed over."""
    [button] = page.select(f"button[formaction$={way}]")
    form = page.select_one(f"form#{button['form']}")
    fields = form.select("input[type=hidden], input[checked]")
    texts = {one["name"]: one.text.strip() for one in form.select("textarea")}
    return {**{one["name"]: one["value"] for one in fields}, **texts} | {
        button["name"]: button["value"]
    }


def ask(browser, here):
    page = browser.page(press(browser, here, "ask"))
    return [ADDRESS.search(one.text).group() for one in page.select(".addresses li")]


def answered(app, addresses, **noes):
    for address in addresses:
        page = Browser(app).page(Browser(app).post(address, **{**YES, **noes}))
        assert page.h1.text == "Your answer is counted"


def words(page):
    return " ".join(page.main.text.split())


def of_team(page):
    return [" ".join(one.text.split()) for one in page.select(".of-team")]


def saved(browser, here, **answers):
    with browser.app.app_context():
        row = db.session.get(TeamConditions, browser.team_id)
        version = row.version if row else 0
    return browser.post(here, version=version, **answers)


# ---- the manager's side


def test_a_no_opens_an_action_that_is_proposed_and_can_be_changed(alice):
    here = team_of(alice, 3)
    page = alice.get(here)
    proposal = page.select_one("#direction_action").text.strip()
    assert proposal.startswith("I put the direction into three sentences")
    assert page.select(".is-no") == []

    saved(alice, here, direction="no", direction_action="<b>I say</b> where & why.")
    page = alice.get(here)

    assert len(page.select(".is-no")) == 1
    assert page.select_one("#direction_action").text.strip() == (
        "<b>I say</b> where & why."
    )
    checked = page.select("input[checked]")
    assert [(one["name"], one["value"]) for one in checked] == [
        ("direction", "no"),
        ("expectations", ""),
        ("attention", ""),
        ("certainty", ""),
    ]


def test_a_proposal_that_nobody_asked_for_is_not_kept(app, alice):
    here = team_of(alice, 3)
    proposal = alice.get(here).select_one("#attention_action").text.strip()
    saved(alice, here, attention="yes", attention_action=proposal)

    with app.app_context():
        row = db.session.get(TeamConditions, alice.team_id)
        assert (row.attention, row.attention_action) == (True, "")


@pytest.mark.parametrize("first", [True, False])
def test_an_older_version_shows_both_texts(app, alice, first):
    here = team_of(alice, 3)
    if not first:
        saved(alice, here, direction="yes")
    version = 0 if first else 1
    alice.post(here, version=version, direction="no", direction_action="Mine")
    answer = alice.post(here, version=version, direction="yes", direction_action="Else")
    page = alice.page(answer, 409)

    told = [" ".join(one.text.split()) for one in page.select(".conflict dd")]
    assert told == ["Yes", "No", "Else", "Mine"]
    assert alice.post(here, version=version + 1, direction="yes").status_code == 302


# ---- the team's side


def test_a_code_takes_one_answer_from_a_phone_without_an_account(app, alice):
    _, [address, *_] = asked(alice)
    visitor = Browser(app)
    page = visitor.get(address)

    assert "Alice asks everyone in “Team of Alice”" in words(page)
    assert "tied to no name" in words(page)
    assert "nothing below 4 answers" in words(page)
    assert "Is" not in {one.text for one in page.select(".statement .optional")}
    page = visitor.page(visitor.post(address, direction="no"), 422)
    assert len(page.select("#faults li")) == 3
    answered(app, [address], direction="no")
    visitor.get(address, 404)
    assert visitor.post(address, **YES).status_code == 404
    with app.app_context():
        row = db.session.scalar(select(TeamRound))
        assert (row.codes, row.answers, row.direction_no) == (5, 1, 1)
        assert row.attention_no == 0


def test_it_speaks_the_language_of_the_browser(app, alice):
    _, [address, *_] = asked(alice)
    page = Browser(app, "nl").get(address)

    assert "De richting is duidelijk." in words(page)


def test_a_team_of_three_is_told_so_and_gets_no_codes(app, alice):
    here = team_of(alice, 3)
    page = alice.get(here)
    assert "With fewer than 4 people nobody can answer without a name." in words(page)
    assert "Is the direction clear?" in words(page)
    assert page.select("form[action$=ask]") == []

    alice.post(f"{here}/ask", seen="none")
    with app.app_context():
        assert db.session.scalar(select(Link)) is None
        assert db.session.scalar(select(TeamRound)) is None


def test_as_many_codes_as_there_are_people_now(app, alice):
    with app.app_context():
        factory.employee(alice.team_id, "Gone", removed_at=utc_now())
        factory.employee(alice.team_id, "Left", left_on=utc_now().date())

    assert len(asked(alice, 6)[1]) == 6


@pytest.mark.parametrize("answers", [3, 4])
def test_nothing_is_shown_below_four(app, alice, answers):
    here, addresses = asked(alice, 6)
    answered(app, addresses[:answers], direction="no")
    press(alice, here, "end")
    page = alice.get(here)

    if answers == 4:
        assert of_team(page)[0] == (
            "The team: 4 of 6 answered; 4 say no · half or more: this counts as no"
        )
        assert of_team(page)[1] == "The team: 4 of 6 answered; nobody says no"
        assert Browser(app).open(addresses[-1]).status_code == 404
    else:
        assert of_team(page) == []
        assert "Not closed: fewer than four have answered." in page.text
        assert "6 codes handed out" in words(page)
        answered(app, addresses[-1:])


def test_while_a_round_is_on_its_page_stays_the_same_after_every_answer(app, alice):
    """Whoever looks after each answer must not be able to tell whose it was."""
    here, addresses = asked(alice, 6)
    before = normal(alice.open(here).text)
    for address in addresses[:-1]:
        answered(app, [address], direction="no")
        assert normal(alice.open(here).text) == before
    answered(app, addresses[-1:])

    assert of_team(alice.get(here))[0].startswith("The team: 6 of 6 answered; 5 say no")


def test_it_is_shown_when_the_codes_have_expired(app, alice):
    here, addresses = asked(alice, 6)
    answered(app, addresses[:5], certainty="no")
    with app.app_context():
        for link in db.session.scalars(select(Link)):
            link.expires_at = utc_now()
        db.session.commit()

    assert "5 of 6 answered; 5 say no" in of_team(alice.get(here))[3]


def test_an_expired_round_with_three_answers_is_never_shown(app, alice):
    here, addresses = asked(alice, 6)
    answered(app, addresses[:3], certainty="no")
    with app.app_context():
        for link in db.session.scalars(select(Link)):
            link.expires_at = utc_now()
        db.session.commit()
    page = alice.get(here)

    assert of_team(page) == []
    assert "fewer than 4 were used" in words(page)


def test_a_new_round_ends_the_older_and_keeps_it_to_read(app, alice):
    here, first = asked(alice, 5)
    answered(app, first[:4], attention="no")
    second = ask(alice, here)
    Browser(app).get(first[-1], 404)
    answered(app, second[:3], direction="no")
    third = ask(alice, here)
    answered(app, third, expectations="no")
    page = alice.get(here)

    assert "5 of 5 answered; 5 say no" in of_team(page)[1]
    assert "nobody says no" in of_team(page)[2]
    [row] = page.select("table tbody tr")
    told = [cell.text.split(": ")[-1].strip() for cell in row.select("td")]
    assert told == ["4 of 5", "0", "0", "4", "0"]
    with app.app_context():
        rounds = db.session.scalars(select(TeamRound).order_by(TeamRound.id)).all()
        assert [one.answers for one in rounds] == [4, 5]


@pytest.mark.parametrize(("noes", "counts"), [(1, False), (2, True)])
def test_half_of_the_answers_count_as_no(app, alice, noes, counts):
    here, addresses = asked(alice, 4)
    answered(app, addresses[:noes], direction="no")
    answered(app, addresses[noes:])

    with app.app_context():
        assert polling.heard(alice.team_id).missing == ["direction"] * counts
    assert len(alice.get(here).select(".is-no")) == counts


# ---- at the same moment


def at_once(*calls):
    together, results = threading.Barrier(len(calls)), []

    def run(call):
        together.wait()
        results.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_answers_with_one_code_at_once_one_counts(app, alice):
    _, [address, *_] = asked(alice)
    answers = Browser(app).click_again_and_again(address, times=6, **YES)

    assert sorted(one.status_code for one in answers) == [200] + [404] * 5
    with app.app_context():
        assert db.session.scalar(select(TeamRound.answers)) == 1


def test_answers_with_all_codes_at_once_all_count(app, alice):
    here, addresses = asked(alice, 8)
    no = {**YES, "direction": "no"}
    answers = at_once(
        *(lambda one=one: Browser(app).post(one, **no) for one in addresses)
    )

    assert {one.status_code for one in answers} == {200}
    assert "8 of 8 answered; 8 say no" in of_team(alice.get(here))[0]


def test_of_two_rounds_asked_at_once_one_is_on(app, alice):
    here = team_of(alice, 4)
    sent = filled_in(alice.get(here), "ask")
    pages = alice.click_again_and_again(f"{here}/ask", times=2, **sent)
    by_status = {one.status_code: ADDRESS.findall(one.text) for one in pages}

    assert sorted(by_status) == [200, 409]
    assert by_status[409] == []
    assert {Browser(app).open(one).status_code for one in by_status[200]} == {200}
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(TeamRound.id))) == 1


@pytest.mark.parametrize("sent_before", [{}, {"direction": "no"}])
def test_reloading_the_codes_leaves_them_good(app, alice, sent_before):
    here = team_of(alice, 4)
    sent = filled_in(alice.get(here), "ask") | sent_before
    codes = ADDRESS.findall(alice.page(alice.post(f"{here}/ask", **sent)).text)
    for _ in range(2):
        page = alice.page(alice.post(f"{here}/ask", **sent), 409)
        assert ADDRESS.findall(page.text) == []
        assert "not shown again. Make new ones only if they were lost" in words(page)
        assert page.select(".conflict") == []
    assert {Browser(app).open(one).status_code for one in codes} == {200}

    again = alice.post(f"{here}/ask", **filled_in(page, "ask"))
    assert len(alice.page(again).select(".addresses li")) == 4
    Browser(app).get(codes[0], 404)


@pytest.mark.parametrize("way", ["ask", "end"])
def test_what_was_typed_is_saved_with_any_button(app, alice, way):
    here, addresses = asked(alice, 4)
    answered(app, addresses[:1])
    sent = filled_in(alice.get(here), way)
    alice.post(f"{here}/{way}", **sent | {"direction": "no"})

    assert alice.get(here).select_one("#direction-1").has_attr("checked")
    with app.app_context():
        before = db.session.scalar(select(TeamRound.id))
    sent |= {"seen": str(before), "direction": "yes"}
    page = alice.page(alice.post(f"{here}/{way}", **sent), 409)
    assert [one.text for one in page.select(".conflict h3")] != []
    with app.app_context():
        assert db.session.scalar(select(TeamRound.id)) == before


# ---- nobody's to know


def test_no_row_says_who_answered_or_when(app, alice):
    _, addresses = asked(alice, 6)
    with app.app_context():
        before = db.session.scalar(db.select(db.func.count(AuditEntry.id)))
        made = utc_now() - timedelta(hours=1)
        db.session.execute(db.update(Link).values(created_at=made))
        db.session.commit()
    answered(app, addresses[:2], direction="no")

    with app.app_context():
        links_ = db.session.scalars(select(Link).order_by(Link.id)).all()
        assert {one.used_at for one in links_} <= {None, made}
        whose = {(one.employee_id, one.manager_id, one.email) for one in links_}
        assert whose == {(None, None, "")}
        assert db.session.scalar(db.select(db.func.count(AuditEntry.id))) == before
        columns = TeamRound.__table__.columns
        times = [one.key for one in columns if one.type.python_type is datetime]
        assert times == ["asked_at"]


def test_a_copy_of_the_team_tells_no_more_than_the_page(app, alice):
    here, addresses = asked(alice, 6)
    before = copied(alice)
    answered(app, addresses[:5], direction="no")
    assert copied(alice) == before == {"link": [], "team_round": []}

    press(alice, here, "end")
    [told] = copied(alice)["team_round"]
    assert (told["answers"], told["direction_no"]) == (5, 5)


def copied(browser):
    held = json.loads(browser.open(f"/export/{browser.team_id}/everything.json").data)
    return {name: held["tables"][name] for name in ("link", "team_round")}


def test_codes_are_handed_out_in_an_order_that_no_row_has(app, alice):
    _, addresses = asked(alice, 30)
    with app.app_context():
        kept = list(db.session.scalars(select(Link.token_hash).order_by(Link.id)))
    hashes = [links.digest(one.removeprefix("/c/")) for one in addresses]

    assert sorted(hashes) == sorted(kept)
    assert hashes != kept


def test_the_log_tells_of_an_answer_neither_code_nor_who(app, alice, caplog):
    _, [address, *_] = asked(alice)
    caplog.clear()
    client = alice.same_browser()
    client.post(address, data={**YES, "direction": "no"})

    told = [getattr(one, "facts", {}) for one in caplog.records]
    assert [one.get("manager") for one in told] == [None]
    assert address.removeprefix("/c/") not in str(told) + caplog.text


# ---- what comes of it


def misses(browser, *names, action="I do <b>this</b> & that."):
    """Let the manager say no to these; what is done about each is numbered."""
    here = team_of(browser, 1)
    noes = dict.fromkeys(names, "no")
    actions = {f"{name}_action": f"{action} {name}" for name in names}
    assert saved(browser, here, **noes, **actions).status_code == 302
    with browser.app.app_context():
        return db.session.scalar(select(Employee.id))


@pytest.mark.parametrize("address", ["/plan/{}", "/people/{}/prepare"])
def test_both_papers_hold_the_actions_and_nothing_of_why(app, alice, address):
    ann = misses(alice, "direction", "certainty")
    paper = alice.get(address.format(ann)).select_one(".paper")

    told = [one.text for one in paper.select(".for-team li")]
    assert told == [f"I do <b>this</b> & that. {one}" for one in DONE]
    assert "What I do for the team" in paper.text
    assert "The direction is clear" not in paper.text
    assert "lacks" not in paper.text


DONE = ("direction", "certainty")


def test_an_action_is_off_the_plan_once_nothing_is_missing(app, alice):
    ann = misses(alice, "direction")
    here = f"/conditions/{alice.team_id}"
    saved(alice, here, direction="yes", direction_action="I do this.")

    assert alice.get(f"/plan/{ann}").select(".for-team") == []


def test_what_the_team_misses_asks_an_action_too(app, alice):
    here, addresses = asked(alice, 4)
    answered(app, addresses, attention="no")
    saved(alice, here, attention="yes", attention_action="I keep an hour free.")
    with app.app_context():
        ann = db.session.scalar(select(Employee.id))

    assert "I keep an hour free." in alice.get(f"/plan/{ann}").text


@pytest.mark.parametrize("many", [1, 2])
def test_two_that_are_missing_say_so_before_any_rating(app, alice, many):
    ann = misses(alice, *CONDITIONS[:many])
    with app.app_context():
        factory.task(alice.team_id)
    for address in (f"/ratings/{ann}", "/", f"/conditions/{alice.team_id}"):
        page = alice.get(address)
        told = "First the direction, then the person." in words(page)
        assert told == (many == 2), address


def test_it_never_changes_a_level(app, alice):
    with app.app_context():
        ann = factory.employee(alice.team_id)
        factory.rated(ann, rater_id=alice.manager_id)
        task = factory.task(alice.team_id)
        factory.rating(ann, "familiarity", 4, task=task, rater_id=alice.manager_id)
        factory.pair(ann, task, 5)
        addresses = f"/pairs/{ann.id}/{task.id}", "/board/"
    before = [levels(alice.get(address)) for address in addresses]
    misses(alice, *CONDITIONS)

    assert all(before)
    assert [levels(alice.get(address)) for address in addresses] == before


def levels(page):
    return [" ".join(one.text.split()) for one in page.select(".level, .ladder td")]


def test_no_rule_reads_a_condition():
    for name in ("rules", "planning", "overview", "recording", "agreeing"):
        source = (PACKAGE / f"{name}.py").read_text()
        found = re.findall("polling|TeamConditions|TeamRound|CONDITIONS", source)
        assert found == [], name


def test_a_viewer_reads_what_came_of_it_and_changes_nothing(app, alice, bob):
    here, addresses = asked(alice, 4)
    answered(app, addresses, attention="no")
    saved(alice, here, attention="no", attention_action="I keep an hour free.")
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(role="viewer", **ids))
    page = bob.get(here)

    assert of_team(page)[2].startswith("The team: 4 of 4 answered; 4 say no")
    assert "I keep an hour free." in words(page)
    assert page.select("main form, main input") == []
    for way in ("", "/ask", "/end", "/slips"):
        assert bob.post(f"{here}{way}", version=1, direction="yes").status_code == 404


@pytest.mark.parametrize("address", ["/", "/ratings/{}", "/plan/{}"])
def test_it_costs_these_pages_one_query(app, alice, address):
    ann = misses(alice, *CONDITIONS)
    with app.app_context():
        factory.task(alice.team_id)
    alice.get(address.format(ann))
    with statements(app) as sent:
        alice.get(address.format(ann))

    assert sum("team_conditions" in one for one in sent) == 1
    assert sum("team_round" in one for one in sent) == 1


# ---- slips


def slips(browser, here, size=5, **wish):
    page = browser.page(press(browser, here, "ask"))
    codes = page.select_one("[name=codes]")["value"]
    wish = {"language": "en", "paper": "a4", "codes": codes, **wish}
    return codes.split(), browser.post(f"{here}/slips", **wish)


def test_slips_have_each_code_and_can_be_read_by_everyone(app, alice, tmp_path):
    app.config["PUBLIC_URL"] = "https://delegate.example"
    codes, answer = slips(alice, team_of(alice, 6), language="nl")

    assert answer.mimetype == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    assert_accessible(answer.data, tmp_path)
    text = text_of(answer.data).replace(" ", "")
    for code in codes:
        assert f"https://delegate.example/c/{code}" in text
    assert "Vieruitsprakenoverjeteam" in text


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_eight_slips_fit_on_a_page(app, alice, paper):
    app.config["PUBLIC_URL"] = "https://delegate.example"
    here = team_of(alice, 9)
    codes, _ = slips(alice, here)
    for size, pages in ((8, 1), (9, 2)):
        wish = {"language": "nl", "paper": paper, "codes": " ".join(codes[:size])}
        answer = alice.post(f"{here}/slips", **wish)
        with pikepdf.open(io.BytesIO(answer.data)) as document:
            assert len(document.pages) == pages


def test_a_round_of_one_team_is_no_round_of_another(alice, bob):
    theirs = team_of(bob, 5)
    before = words(bob.get(theirs))
    asked(alice)

    assert words(bob.get(theirs)) == before
    assert len(ask(bob, theirs)) == 5


def test_a_large_team_prints_its_slips_in_parts(monkeypatch, alice):
    monkeypatch.setattr(conditions, "MOST_SLIPS", 2)
    codes, answer = slips(alice, team_of(alice, 5), first=4)

    text = text_of(answer.data).replace(" ", "")
    assert [code for code in codes if code in text] == codes[4:]


def test_slips_printed_again_tell_nobody_who_answered(app, alice):
    here = team_of(alice, 5)
    codes, _ = slips(alice, here)
    answered(app, [f"/c/{codes[0]}"])
    wish = {"language": "en", "paper": "a4", "codes": " ".join(codes)}

    text = text_of(alice.post(f"{here}/slips", **wish).data).replace(" ", "")
    assert [code for code in codes if code not in text] == []


def test_a_slip_is_drawn_as_its_address(app):
    app.config["PUBLIC_URL"] = "https://delegate.example"
    with app.test_request_context():
        drawn = conditions.slip("a" * 43)
    again = segno.make(drawn.address, error="m", micro=False)
    path = again.svg_inline(border=0).split(' d="')[1].split('"')[0]

    assert drawn.address == f"https://delegate.example/c/{'a' * 43}"
    assert path in drawn.drawing


@pytest.mark.parametrize("codes", ["", "a" * 43, "x y", "\x00"])
def test_slips_are_printed_of_ones_own_open_codes_only(alice, bob, codes):
    here = team_of(alice, 4)
    theirs = slips(bob, team_of(bob, 4))[0]
    for sent in (codes, " ".join(theirs)):
        _, answer = slips(alice, here, codes=sent)
        assert answer.status_code == 302


def test_the_questions_can_be_printed_to_talk_about(alice, tmp_path):
    here = team_of(alice, 2)
    [link] = alice.get(here).select("a[href*='questions.pdf']")
    answer = alice.open(f"{here}/questions.pdf?lang=nl")

    assert link["href"].endswith("lang=en")
    assert answer.mimetype == "application/pdf"
    assert_accessible(answer.data, tmp_path)
    assert "Is de richting duidelijk?" in text_of(answer.data)


# ---- in a browser


def test_both_sides_can_be_used_by_everyone(live_server, new_page):
    """The page shown once and the page behind a code stand at no address to list."""
    here = team_of(live_server, 4)
    page = new_page(width=320)
    page.goto(here)
    action = page.get_by_label("What I do about it").first
    assert not action.is_visible()
    page.locator("#direction-1").check()
    assert action.is_visible()
    page.get_by_role("button", name="Save").click()
    check_accessible(page)
    page.get_by_role("button", name="Ask the team").click()
    check_accessible(page)
    address = ADDRESS.search(page.content()).group()
    for dark, width in ((False, 1280), (True, 320)):
        phone = new_page(signed_in=False, dark=dark, width=width, language="nl")
        phone.goto(address)
        check_accessible(phone)
        phone.get_by_role("button", name="Versturen").click()
        check_accessible(phone)
    for name in CONDITIONS:
        phone.locator(f"#{name}-0").check()
    phone.get_by_role("button", name="Versturen").click()
    phone.get_by_role("heading", name="Je antwoord is geteld").wait_for()
    check_accessible(phone)
