"""Mail: what goes out, to a real server; and what happens where there is none."""

import re
import socket
import sqlite3
from contextlib import closing
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from threading import Thread
from threading import enumerate as threads
from time import time as now
from types import SimpleNamespace

import factory
import pytest
from aiosmtpd.controller import Controller
from browsing import Browser
from conftest import make_app, on_one_database

from delegate import i18n, logs
from delegate.identity import accounts, letters, mail
from delegate.models import (
    CheckIn,
    Employee,
    Link,
    LoginSession,
    Manager,
    Membership,
    TalkItem,
    Team,
    db,
    utc_now,
)

PUBLIC = "https://plan.example.org"
NEW = "another few words together"
LINK = re.compile(rf"{PUBLIC}(/\S+)")


class Box:
    """What the server was sent."""

    def __init__(self):
        self.mails = []
        self.meanwhile = None

    async def handle_DATA(self, server, session, envelope):
        if self.meanwhile:
            self.meanwhile()
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(mail)
        return "250 OK"

    def take(self):
        """Return the mails once all are there."""
        for thread in threads():
            if thread.name.startswith("mail"):
                thread.join()
        mails, self.mails = self.mails, []
        return mails


@pytest.fixture
def box():
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def mailing(database, folder, port):
    return make_app(
        database,
        folder,
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=port,
        MAIL_FROM="delegate@example.org",
        PUBLIC_URL=PUBLIC,
    )


@pytest.fixture
def site(database, tmp_path, box):
    """A site with a mail server: `.app`, `.box`, and Alice, an administrator."""
    app = mailing(database, tmp_path, box.port)
    with app.app_context():
        manager, _team = factory.manager_with_team("Alice")
        manager.is_admin, manager.confirmed_at = True, utc_now()
        db.session.commit()
    yield SimpleNamespace(app=app, box=box)
    with app.app_context():
        db.engine.dispose()


def signed_in(app):
    browser = Browser(app)
    assert browser.sign_in("alice@example.org").location == "/"
    return browser


def link_in(mail):
    return LINK.search(mail.get_content())[1]


def text_of(answer):
    return [line for line in answer.text.splitlines() if "csrf" not in line]


def changed(app, **values):
    with app.app_context():
        db.session.execute(db.update(Manager).values(**values))
        db.session.commit()


def test_a_forgotten_password_is_set_through_a_link_once(site):
    elsewhere, browser = signed_in(site.app), Browser(site.app)
    browser.post("/recovery/", email=" Alice@example.org")
    [letter] = site.box.take()
    link = link_in(letter)

    assert letter["To"] == "alice@example.org"
    assert letter.get_content_type() == "text/plain"
    browser.get(link)
    assert browser.post(link, password=NEW).location == "/account/sign-in"
    assert browser.sign_in("alice@example.org", NEW).location == "/"
    assert elsewhere.open("/account/").location.startswith("/account/sign-in")
    browser.get(link, 404)
    assert browser.post(link, password="yet a few words more").status_code == 404


@on_one_database
def test_a_link_for_a_password_lasts_a_day(site, monkeypatch):
    browser = Browser(site.app)
    browser.post("/recovery/", email="alice@example.org")
    [letter] = site.box.take()
    start, day = now(), 24 * 60 * 60

    for seconds, status in ((day - 60, 200), (day + 60, 404)):
        monkeypatch.setattr("time.time", lambda later=start + seconds: later)
        browser.get(link_in(letter), status)


def test_of_two_who_click_at_once_the_second_waits_and_is_late(site):
    browser, answers = Browser(site.app), []
    browser.post("/recovery/", email="alice@example.org")
    link = link_in(site.box.take()[0])
    second = Thread(target=lambda: answers.append(browser.post(link, password=NEW)))
    with site.app.app_context():
        manager, _email = letters.opened("password", link.removeprefix("/recovery/"))
        second.start()
        second.join(0.5)
        assert second.is_alive()
        accounts.set_password(manager, "another hash")
        db.session.commit()
    second.join()

    assert answers[0].status_code == 404


@pytest.mark.parametrize(
    ("email", "values"),
    [
        ("nobody@example.org", {}),
        ("no address", {}),
        ("alice@example.org", {"active": False}),
        ("alice@example.org", {"confirmed_at": None}),
    ],
)
def test_asking_for_a_link_tells_nothing_of_who_has_an_account(site, email, values):
    browser = Browser(site.app)
    known = browser.post("/recovery/", email="alice@example.org")
    site.box.take()
    if values:
        changed(site.app, **values)

    other = browser.post("/recovery/", email=email)

    assert other.status_code == known.status_code == 200
    assert text_of(other) == text_of(known)
    assert site.box.take() == []


def test_links_are_asked_for_ten_times_and_no_more(site):
    browser = Browser(site.app)
    answers = [browser.post("/recovery/", email="x@example.org") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]


@pytest.mark.parametrize("password", ["short", "passwordpassword"])
def test_a_bad_password_is_no_better_through_a_link(site, password):
    browser = Browser(site.app)
    browser.post("/recovery/", email="alice@example.org")
    link = link_in(site.box.take()[0])

    assert browser.post(link, password=password).status_code == 422
    assert browser.post(link, password=NEW).status_code == 302


def test_links_lead_to_our_own_address_whatever_the_request_says(site):
    site.app.config["TRUSTED_HOSTS"] = None
    Browser(site.app).open(
        "/recovery/",
        "POST",
        data={"email": "alice@example.org"},
        base_url="http://evil.example",
    )
    [letter] = site.box.take()

    assert "evil" not in letter.as_string()
    assert PUBLIC in letter.get_content()


def test_an_address_that_no_mail_can_bear_is_not_taken(site):
    browser = signed_in(site.app)

    assert browser.post("/address/", email="zoë@example.org").status_code == 422


def test_an_older_address_that_no_mail_can_bear_tells_nothing(site):
    changed(site.app, email="zoë@example.org")

    answer = Browser(site.app).post("/recovery/", email="zoë@example.org")

    assert answer.status_code == 200
    assert site.box.take() == []


def test_an_address_counts_once_it_is_confirmed(site):
    browser = signed_in(site.app)
    browser.post("/address/", email="New@Example.org")
    [letter] = site.box.take()

    assert letter["To"] == "new@example.org"
    assert Browser(site.app).sign_in("new@example.org").status_code == 422
    link = link_in(letter)
    browser.get(link)
    assert Browser(site.app).sign_in("new@example.org").status_code == 422
    browser.post(link)
    assert Browser(site.app).sign_in("new@example.org").location == "/"
    browser.get(link, 404)


def test_someone_elses_address_is_answered_alike_and_not_mailed(site):
    with site.app.app_context():
        factory.manager_with_team("Bob")
    browser = signed_in(site.app)

    assert browser.post("/address/", email="bob@example.org").location == "/account/"
    assert site.box.take() == []


def test_who_has_not_confirmed_the_address_is_mailed_a_link_at_sign_in(site):
    changed(site.app, confirmed_at=None)
    browser = Browser(site.app)
    page = browser.page(browser.sign_in("alice@example.org"), 422)

    assert "First say that this address is yours" in page.text
    assert "do not belong together" not in page.text
    browser.post(link_in(site.box.take()[0]))
    assert browser.sign_in("alice@example.org").location == "/"


def test_a_wrong_password_does_not_tell_that_an_address_is_unconfirmed(site):
    changed(site.app, confirmed_at=None)
    browser = Browser(site.app)
    page = browser.page(browser.sign_in("alice@example.org", "not this one"), 422)

    assert "do not belong together" in page.text
    assert site.box.take() == []


def test_an_invitation_is_mailed_in_the_language_chosen(site):
    browser = signed_in(site.app)
    answer = browser.post("/invitations/", email="bob@example.org", language="nl")
    [letter] = site.box.take()

    assert answer.location == "/invitations/"
    assert letter["Subject"] == "Een uitnodiging voor Delegate"
    assert letter["To"] == "bob@example.org"
    assert "Alice (alice@example.org) nodigt je uit" in letter.get_content()
    newcomer = Browser(site.app)
    newcomer.post(link_in(letter), name="Bob", password=NEW)
    newcomer.post("/account/sign-out")
    assert newcomer.sign_in("bob@example.org", NEW).location == "/"


def test_a_mail_that_is_not_taken_leaves_the_address_to_copy(site, database, tmp_path):
    again = mailing(database, tmp_path, 1)
    browser = signed_in(again)
    answer = browser.post("/invitations/", email="bob@example.org", language="en")
    page = browser.page(answer)

    assert "It could not be mailed." in page.text
    assert page.select_one("#address")["value"].startswith(PUBLIC)
    assert (
        Browser(again).post("/recovery/", email="alice@example.org").status_code == 200
    )
    for thread in threads():
        if thread.name.startswith("mail"):
            thread.join()
    with again.app_context():
        db.engine.dispose()


def test_a_manager_mails_others_thirty_times_an_hour_together(site):
    """An own team, an account and an own address count as one: each goes anywhere."""
    browser = signed_in(site.app)
    with site.app.app_context():
        [team] = db.session.scalars(db.select(Team.id)).all()
    sharing = (f"/teams/{team}/sharing/", {"role": "viewer", "language": "nl"})
    ways = [sharing, ("/invitations/", {"language": "nl"}), ("/address/", {})]

    def ask(number):
        path, form = ways[number % 3]
        return browser.post(path, email=f"x{number}@example.org", **form)

    assert {ask(number).status_code for number in range(30)} == {302}
    assert len(site.box.take()) == 30
    for number in (30, 31, 32):
        page = browser.page(ask(number), 429)
        assert "Try again in about 60 minutes." in page.text
        assert page.select_one("[name=email]")["value"] == f"x{number}@example.org"
        chosen = [one["value"] for one in page.select("main input[checked]")]
        assert chosen == list(ways[number % 3][1].values())
    assert site.box.take() == []
    with site.app.app_context():
        assert db.session.scalar(db.select(db.func.count(Link.id))) == 20


def reminded(app):
    """Return what `flask remind` says, and how it ended."""
    ended = app.test_cli_runner().invoke(args=["remind"])
    return ended.output, ended.exit_code


def with_due(app):
    """Give Alice one thing due of each kind, and things that are not."""
    with app.app_context():
        team = db.session.scalar(db.select(Team.id))
        me = db.session.scalar(db.select(Manager.id))
        today = i18n.today()
        noon = i18n.to_utc(datetime.combine(today, time(12)))
        ann = factory.employee(team, "Ann Verhoeven", next_talk_at=noon)
        factory.employee(team, "Ben", next_talk_at=noon + timedelta(days=1))
        task = factory.task(team, "Weekly planning")
        due = factory.agreement(ann, task, look_back_on=today - timedelta(days=400))
        factory.agreement(ann, factory.task(team, "Later"))
        for day in (today, today - timedelta(days=9), today + timedelta(days=1)):
            factory.add(CheckIn(agreement_id=due.id, day=day))
        whose = {"team_id": team, "employee_id": ann.id, "created_by_id": me}
        action = {"kind": "action", "text": "Ask the board.", "due_on": today, **whose}
        factory.add(TalkItem(doer="manager", **action))
        factory.add(TalkItem(doer="employee", **action))
        factory.add(TalkItem(doer="manager", done_at=utc_now(), **action))


def with_due_to_others(app):
    """Let Bob have what is due: in Alice's team, and in one that she may look at."""
    with app.app_context():
        alice = db.session.scalar(db.select(Manager.id))
        ann = db.session.scalar(db.select(Employee).filter_by(name="Ann Verhoeven"))
        bob, theirs = factory.manager_with_team("Bob")
        seen = {"team_id": theirs.id, "manager_id": alice, "role": "viewer"}
        factory.add(Membership(**seen))
        factory.employee(theirs.id, next_talk_at=ann.next_talk_at)
        action = {"kind": "action", "text": "Ask.", "doer": "manager"}
        whose = {"team_id": ann.team_id, "employee_id": ann.id, "created_by_id": bob.id}
        factory.add(TalkItem(due_on=i18n.today(), **action, **whose))


def test_what_is_due_is_mailed_once_a_day_to_who_wants_it(site):
    with_due(site.app)
    with_due_to_others(site.app)
    browser = signed_in(site.app)
    assert "Mailed 0 of 0" in reminded(site.app)[0]
    assert "You get none now." in browser.get("/calendar/").text
    browser.post("/calendar/reminders", on="1")
    assert "It goes to alice@example.org" in browser.get("/calendar/").text

    said, code = reminded(site.app)
    assert "Mailed 1 of 1" in said
    assert code == 0
    assert "Mailed 0 of 0" in reminded(site.app)[0]
    [letter] = site.box.take()
    text = letter.get_content()
    assert letter["To"] == "alice@example.org"
    assert letter["Subject"] == (
        "Delegate: What is due today · Wat vandaag aan de beurt is"
    )
    for line in (
        "- 1 one-on-one today",
        "- 1 agreement to look back on",
        "- 2 check-ins",
        "- 1 thing you said you would do",
        "- 2 momenten om af te stemmen",
        f"{PUBLIC}/",
        f"{PUBLIC}/calendar/",
    ):
        assert line in text.splitlines()
    assert not re.search("Ann|Verhoeven|Weekly|planning|board", text)

    changed(site.app, reminded_on=date(2020, 1, 1))
    reminded(site.app)
    assert len(site.box.take()) == 1
    changed(site.app, reminded_on=None, confirmed_at=None)
    reminded(site.app)
    changed(site.app, confirmed_at=utc_now(), active=False)
    reminded(site.app)
    changed(site.app, active=True)
    browser = signed_in(site.app)
    browser.post("/calendar/reminders")
    reminded(site.app)
    assert site.box.take() == []


def test_nobody_is_mailed_that_nothing_is_due(site):
    changed(site.app, reminds=True)

    assert "Mailed 0 of 0" in reminded(site.app)[0]
    assert site.box.take() == []


@on_one_database
def test_a_reminder_that_was_not_taken_goes_out_the_next_time(site, database, tmp_path):
    with_due(site.app)
    changed(site.app, reminds=True)
    broken = mailing(database, tmp_path, 1)
    said, code = reminded(broken)
    with broken.app_context():
        db.engine.dispose()

    assert code == 1
    assert "Not taken: 1" in said
    assert "Mailed 1 of 1" in reminded(site.app)[0]
    assert len(site.box.take()) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_others_save_while_a_reminder_is_mailed(site, tmp_path):
    """A mail server may take long, and SQLite has one lock for all that write."""
    with_due(site.app)
    changed(site.app, reminds=True)
    free = []

    def save():
        path = tmp_path / "delegate.sqlite"
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            free.append(True)

    site.box.meanwhile = save

    assert "Mailed 1 of 1" in reminded(site.app)[0]
    assert free == [True]


@on_one_database
def test_what_goes_wrong_for_one_manager_keeps_no_other_from_being_told(site, caplog):
    with_due(site.app)
    changed(site.app, reminds=True, email="alice smith@example.org")
    with site.app.app_context():
        bob, team = factory.manager_with_team("Bob")
        bob.reminds, bob.confirmed_at = True, utc_now()
        noon = i18n.to_utc(datetime.combine(i18n.today(), time(12)))
        factory.employee(team.id, next_talk_at=noon)

    said, code = reminded(site.app)

    assert code == 1
    assert "Mailed 1 of 2" in said
    assert "Not taken: 1" in said
    [letter] = site.box.take()
    assert letter["To"] == "bob@example.org"
    [record] = [one for one in caplog.records if "reminder" in one.message]
    assert "alice" not in logs.Json().format(record)
    with site.app.app_context():
        told = db.select(Manager.reminded_on).order_by(Manager.id)
        assert db.session.scalars(told).all() == [None, i18n.today()]


@on_one_database
def test_without_a_mail_server_reminding_says_so(app, alice):
    assert reminded(app) == ("Nothing was mailed: no MAIL_SERVER is set.\n", 0)
    assert "No mail goes out from here." in alice.get("/calendar/").text


def test_what_is_not_mailed_is_not_counted(alice):
    for number in range(31):
        answer = alice.post("/address/", email=f"al{number}@example.org")
        assert answer.location == "/account/"


@pytest.mark.parametrize("line", ["a@b.nl\r\nBcc: eve@example.org", "a@b.nl\nX: y"])
def test_a_line_cannot_be_added_to_the_head_of_a_mail(site, line):
    with site.app.app_context():
        with pytest.raises(ValueError, match=r"CR or LF|invalid"):
            mail.send(line, "Subject", "text")
        with pytest.raises(ValueError, match="linefeed"):
            mail.send("a@example.org", line, "text")
    browser = signed_in(site.app)
    assert browser.post("/address/", email=line).status_code == 422
    assert site.box.take() == []


@pytest.mark.parametrize("missing", ["MAIL_FROM", "PUBLIC_URL"])
def test_a_server_that_cannot_mail_as_it_should_does_not_start(tmp_path, missing):
    given = {
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_FROM": "a@example.org",
        "PUBLIC_URL": PUBLIC,
        missing: None,
    }

    with pytest.raises(RuntimeError, match=missing):
        make_app("sqlite://", tmp_path, **given)


def test_without_a_mail_server_the_page_says_whom_to_ask(app, alice, browser):
    assert "Ask the administrator for a link" in browser.get("/recovery/").text
    answer = browser.post("/recovery/", email="alice@example.org")
    assert "Ask the administrator for a link" in browser.page(answer, 422).text


def test_without_a_mail_server_an_address_is_changed_at_once(app, alice, bob):
    taken = alice.page(alice.post("/address/", email="bob@example.org"), 422)
    assert "There is an account with this address." in taken.text
    assert alice.post("/address/", email="al@example.org").location == "/account/"
    assert Browser(app).sign_in("al@example.org").location == "/"


def test_an_address_is_changed_after_signing_in_once_more(app, alice):
    with app.app_context():
        for kept in db.session.scalars(db.select(LoginSession)):
            kept.content = re.sub(r'"fs_paa": [\d.]+', '"fs_paa": 0', kept.content)
        db.session.commit()

    answer = alice.post("/address/", email="al@example.org")

    assert answer.location.startswith("/account/once-more")
