"""Who comes in where: every route there is, and every route still to come.

`DOORS` says who may use each endpoint; a route without a line there fails, and so does
one that lets in others than its line says. To whom a row does not belong it looks like
no row: the same 404, whoever asks and whatever the id looks like.
"""

import re
from datetime import timedelta
from pathlib import Path

import factory
import pytest
from browsing import Browser
from bs4 import BeautifulSoup
from conftest import on_one_database
from flask import url_for

from delegate import access
from delegate.headers import ALWAYS
from delegate.identity import links
from delegate.models import (
    Agreement,
    CheckIn,
    Employee,
    Job,
    Link,
    Membership,
    OwnView,
    Pair,
    Passkey,
    Rating,
    Step,
    TalkItem,
    Task,
    Team,
    db,
    utc_now,
)

DOORS = {
    "everyone": """
        static assets.file health.alive health.ready method.index privacy.index
        phrases.index phrases.words
        security.login security.logout account.first account.preferences
        authenticator.step passkeys.ask passkeys.sign_in recovery.index
        """,
    "a link": "own_views.door own_views.copy_of "
    "invitations.accept address.confirm recovery.reset conditions.respond "
    "calendar.feed",
    "manager": """
        account.index account.rename account.end account.once_more
        security.change_password address.index erasing.account
        authenticator.index authenticator.off authenticator.renew_codes
        passkeys.index passkeys.add passkeys.offer passkeys.once_more passkeys.remove
        demo.load demo.confirm demo.clear demo.own
        teams.index teams.add doors.index doors.withdraw
        calendar.index calendar.make calendar.withdraw calendar.remind_me
        self_check.index self_check.erase repair.index
        """,
    "viewer": """
        today.index board.index
        people.index people.show people.list_removed plan.preview plan.download
        tasks.index tasks.show tasks.list_removed
        pairs.show agreements.index agreements.edit
        sharing.index sharing.leave conditions.show conditions.questions
        talks.show talks.shared_paper talks.download
        what_if.cell what_if.index progress.index progress.download
        calendar.talk calendar.look_back
        """,
    "editor": """
        conditions.answer conditions.ask conditions.end conditions.slips
        people.add people.new people.edit people.remove people.put_back plan.prepare
        own_views.ask own_views.blank own_views.copy_over own_views.withdraw
        own_views.on_paper
        own_views.reveal own_views.take_over
        tasks.add tasks.new tasks.edit tasks.answer tasks.set_fact tasks.put_back
        importing.index importing.check importing.start importing.undo
        ratings.edit ratings.save ratings.save_familiarity ratings.undo remarks.edit
        repair.show repair.step repair.postpone repair.talked
        steps.plan steps.edit steps.done steps.undo steps.drop
        talks.plan talks.add talks.edit talks.done talks.hold
        talks.take_back talks.put_back talks.questions talks.private_paper
        pairs.answer pairs.set_now pairs.undo_now pairs.set_familiarity
        pairs.undo_familiarity pairs.choose
        agreements.save agreements.look_back agreements.close
        settle.index passing.index
        check_ins.add check_ins.edit check_ins.keep check_ins.move check_ins.drop
        copies.show copies.download teams.edit trail.index
        export.index export.table export.workbook plans.index
        planner.index planner.show planner.work_out planner.draft
        """,
    "owner": """
        teams.remove teams.put_back
        plans.show plans.again plans.discard plans.download planner.download
        repair.edit repair.done repair.drop talks.drop talks.share
        sharing.invite sharing.change sharing.end sharing.hand_over sharing.withdraw
        erasing.keep erasing.person erasing.team export.everything
        """,
    "administrator": """
        invitations.index invitations.invite invitations.withdraw
        invitations.activate invitations.deactivate invitations.password_link
        """,
}
"""Of one's own, as a ZIP of plans or a step to mend trust, the owner is who made it.

Who may read an item for a one-on-one, its maker says alone.
"""

WHO = {name: who for who, names in DOORS.items() for name in names.split()}
IN_A_TEAM = ("viewer", "editor", "owner")
"""Who belongs to a team, each of them more than the one before."""

NEEDS_MORE = {"importing.undo", "ratings.undo", "pairs.undo_now", "teams.put_back"}
NEEDS_MORE |= {"doors.withdraw", "passkeys.remove", "plans.download"}
NEEDS_MORE |= {"planner.download"}
NEEDS_MORE |= {"talks.take_back"}
"""What answers 404 unless something was done before: their own tests do that."""

MALFORMED = (
    "0",
    "-1",
    "1.5",
    "abc",
    "1%00",
    "%F0%9F%99%82",
    "1%2F1",
    "%D9%A3",
    "9" * 20,
)
"""In the place of an id; %D9%A3 is a digit too, but an Arabic one."""

NO_ROW = "2000000000"
ODD_METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "BREW")
SECRET = "Heliotrope"
"""Stands in every text of the team that is not to be seen."""

FACTS = {
    "stakes": "medium",
    "undo": "effort",
    "outcome_clear": "clear",
    "limits_clear": "clear",
}

NO_STORE_UNLESS = {"static", "assets.file"}


# ---- what there is to try


def ways_in(app, **arguments):
    """Return every way in: the endpoint, the method and an address to try.

    All at once: a context left open around a request would be taken for its own.
    """
    with app.test_request_context():
        return [
            (rule.endpoint, method, url_for(rule.endpoint, **given(rule, arguments)))
            for rule in app.url_map.iter_rules()
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        ]


def given(rule, arguments):
    words = {"criterion": "choices", "table": "people", **arguments}
    return {name: words.get(name, "1") for name in rule.arguments}


def team_of(browser):
    """Fill a team with one row of each kind, and return their ids by argument."""
    with browser.app.app_context():
        return rows_in(db.session.get(Team, browser.team_id), browser.manager_id)


def rows_in(team, manager_id):
    """Add to `team` one row of each kind, in one commit; return their ids by name."""
    own = {"team_id": team.id}
    employee = Employee(name=f"{SECRET} Verhoeven", learning=SECRET, **own)
    employee.next_talk_at = utc_now()
    other = Employee(name="Noor Dekker", removed_at=utc_now(), **own)
    task = Task(title=f"{SECRET} planning", limits=SECRET, **FACTS, **own)
    gone = Task(title="Monthly report", removed_at=utc_now(), **own)
    db.session.add_all([employee, other, task, gone])
    db.session.flush()
    pair = {**own, "employee_id": employee.id, "task_id": task.id}
    rating = Rating(
        employee_id=employee.id,
        criterion="choices",
        state="scored",
        score=5,
        example=SECRET,
        rater_id=manager_id,
        **own,
    )
    day = {"look_back_on": (utc_now() + timedelta(days=30)).date()}
    words = {"decides": SECRET, "state": "agreed", "level": 5, "advised": 5}
    db.session.add_all([Pair(current=3, **pair), rating])
    db.session.flush()
    agreement = Agreement(**pair, **words, **day)
    token = links.make(
        "invitation",
        email="x@example.org",
        team_id=team.id,
        role="viewer",
        manager_id=manager_id,
    )
    job = Job(kind="plans", content="{}", manager_id=manager_id, **own)
    db.session.add(OwnView(employee_id=employee.id, on_paper=True, **own))
    repair = Step(kind="repair", criterion="help", text=SECRET, **own)
    repair.employee_id, repair.created_by_id = employee.id, manager_id
    passkey = Passkey(name=SECRET, credential_id=token.encode(), credential=b"none")
    passkey.manager_id = manager_id
    step = Step(kind="acquaint", criterion="help", text=SECRET, **own)
    step.employee_id = employee.id
    item = TalkItem(kind="question", text=SECRET, is_shared=True, **own)
    item.employee_id, item.created_by_id = employee.id, manager_id
    db.session.add_all([agreement, job, passkey, repair, step, item])
    db.session.flush()
    check_in = CheckIn(
        agreement_id=agreement.id, seen=SECRET, kept_at=utc_now(), day=utc_now().date()
    )
    db.session.add(check_in)
    db.session.flush()
    found = db.select(Link.id).where(Link.token_hash == links.digest(token))
    ids = {
        "employee_id": employee.id,
        "task_id": task.id,
        "agreement_id": agreement.id,
        "rating_id": rating.id,
        "job_id": job.id,
        "repair_id": repair.id,
        "step_id": step.id,
        "item_id": item.id,
        "check_in_id": check_in.id,
        "passkey_id": passkey.id,
        "team_id": team.id,
        "link_id": db.session.scalar(found),
        "manager_id": manager_id,
        "removed_employee": other.id,
        "removed_task": gone.id,
    }
    db.session.commit()
    return ids


def sent_to(endpoint, ids):
    """Return the fields without which an endpoint finds nothing to do."""
    return {
        "tasks.set_fact": {"task": ids["task_id"], "setting": "archive"},
        "tasks.put_back": {"task": ids["removed_task"]},
        "people.put_back": {"employee": ids["removed_employee"]},
    }.get(endpoint, {})


@pytest.fixture
def visitors(app, alice, bob):
    """A browser for each who may come by, and who belongs to what; Alice owns."""
    found = {"nobody": Browser(app), "manager": bob}
    for name in IN_A_TEAM[:2]:
        found[name] = signed_in(app, name)
    return {**found, "owner": alice}


def signed_in(app, name, **changes):
    with app.app_context():
        manager = factory.manager_with_team(name)[0]
        for column, value in changes.items():
            setattr(manager, column, value)
        db.session.commit()
        email, manager_id = manager.email, manager.id
    browser = Browser(app)
    browser.sign_in(email)
    browser.manager_id = manager_id
    return browser


def shared_team(visitors):
    """Return the ids in a new team of the owner's, the viewer's and the editor's."""
    owner = visitors["owner"]
    with owner.app.app_context():
        team = Team(name=f"{SECRET} team")
        db.session.add(team)
        db.session.flush()
        for role in IN_A_TEAM:
            ids = {"team_id": team.id, "manager_id": visitors[role].manager_id}
            db.session.add(Membership(role=role, **ids))
        ids = rows_in(team, owner.manager_id)
        return {**ids, "manager_id": visitors["viewer"].manager_id}


def doors_of(app, *who):
    """Return the endpoint and the method of each door that is for `who`."""
    return [
        (endpoint, method)
        for endpoint, method, _ in ways_in(app)
        if WHO.get(endpoint) in who
    ]


def knock(browser, door, ids, **changes):
    """Return the answer at a door; without an id in its address it is told the team."""
    endpoint, method = door
    with browser.app.test_request_context():
        [rule] = [
            rule
            for rule in browser.app.url_map.iter_rules(endpoint)
            if method in rule.methods
        ][:1]
        url = url_for(endpoint, **given(rule, {**ids, **changes}))
    if WHO[endpoint] in IN_A_TEAM and not rule.arguments:
        url += f"?team={ids['team_id']}"
    data = sent_to(endpoint, ids) if method == "POST" else None
    return browser.open(url, method, data=data)


def is_closed(answer):
    to_sign_in = (answer.location or "").startswith("/account/sign-in")
    return to_sign_in or answer.status_code == 404


# ---- the table


def test_every_route_says_who_may_use_it(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert sorted(endpoints - WHO.keys()) == [], (
        "Say in DOORS, at the top of tests/test_doors.py, who may use these routes."
    )
    assert sorted(WHO.keys() - endpoints) == [], "There are no such routes any more."


def test_only_who_is_meant_to_comes_in(app, visitors):
    """The least of all visitors that a door opens to is the one that DOORS names."""
    meant, found = {}, {}
    for door in doors_of(app, "manager", *IN_A_TEAM):
        if door[0] in NEEDS_MORE or door[0] == "erasing.account":
            continue
        ids = shared_team(visitors)
        meant[door] = WHO[door[0]]
        found[door] = next(
            (
                who
                for who, browser in visitors.items()
                if not is_closed(knock(browser, door, ids))
            ),
            None,
        )
        revive(visitors)

    assert {door: who for door, who in found.items() if who != meant[door]} == {}


def revive(visitors):
    """Sign in again who was signed out by the way."""
    for who, browser in visitors.items():
        if who != "nobody" and browser.open("/account/").status_code == 302:
            browser.sign_in(f"{who}@example.org")


def test_an_administrator_comes_into_no_team_and_only_they_see_accounts(app, visitors):
    ids = shared_team(visitors)
    admin = signed_in(app, "admin", is_admin=True)
    in_teams, accounts = doors_of(app, *IN_A_TEAM), doors_of(app, "administrator")

    assert [door for door in in_teams if not is_closed(knock(admin, door, ids))] == []
    for browser in visitors.values():
        opened = [d for d in accounts if not is_closed(knock(browser, d, ids))]
        assert opened == []
    assert admin.open("/invitations/").status_code == 200


def test_all_but_the_public_pages_want_a_sign_in(app, browser, alice):
    team = team_of(alice)
    opened = {
        endpoint
        for endpoint, method, url in ways_in(app, **team)
        if not is_closed(browser.open(url, method))
    }

    assert opened <= {name for name, who in WHO.items() if who == "everyone"}


def test_what_is_marked_public_is_meant_to_be(app):
    marked = {name for name in WHO if access.is_public(app, name)}

    assert marked == {n for n, who in WHO.items() if who in ("everyone", "a link")}


# ---- someone else's row is no row


def test_with_the_membership_everything_goes_at_once(app, visitors):
    ids = shared_team(visitors)
    editor = visitors["editor"]
    assert editor.open(f"/people/{ids['employee_id']}").status_code == 200
    with app.app_context():
        key = (ids["team_id"], editor.manager_id)
        db.session.delete(db.session.get(Membership, key))
        db.session.commit()

    doors = doors_of(app, *IN_A_TEAM)
    assert [d for d in doors if knock(editor, d, ids).status_code != 404] == []


@pytest.mark.parametrize("gone", [Employee, Task, Team], ids=lambda one: one.__name__)
def test_what_was_removed_is_no_row_for_its_owner_either(app, alice, gone):
    ids = team_of(alice)
    name = f"{gone.__tablename__}_id"
    with app.app_context():
        db.session.get(gone, ids[name]).removed_at = utc_now()
        db.session.commit()
    erases = {"erasing.person", "erasing.team", "copies.show", "copies.download"}
    seen = {
        (endpoint, method): alice.open(url, method).status_code
        for endpoint, method, url in ways_in(app, **ids)
        if takes(app, endpoint, name) and endpoint not in erases | {"teams.put_back"}
    }

    assert {door for door, status in seen.items() if status != 404} == set()


def takes(app, endpoint, argument):
    return any(argument in rule.arguments for rule in app.url_map.iter_rules(endpoint))


def test_every_row_that_is_not_ones_own_gets_the_same_answer(app, alice, bob):
    """Someone else's, none, and what is no id at all: byte for byte the same page."""
    ids = team_of(alice)
    for endpoint, method, url in ways_in(app, **ids):
        if WHO[endpoint] not in ("manager", *IN_A_TEAM) or not re.search(r"/\d+", url):
            continue
        theirs = bob.open(url, method)
        assert theirs.status_code == 404, (endpoint, method)
        if method != "GET":
            continue
        for id in (NO_ROW, "abc"):
            none = bob.open(re.sub(r"/\d+", f"/{id}", url), method)
            assert none.status_code == 404, (endpoint, id)
            assert normal(theirs.text) == normal(none.text), (endpoint, id)


def normal(html):
    """Return a page without what differs each time: a token, a number, its address.

    Also without the mark in the menu, which follows from the address alone.
    """
    each_time = r'value="[^"]*"|<code>[0-9a-f]{16}</code>| aria-current="page"'
    return re.sub(each_time, "", html)


@pytest.mark.parametrize("id", MALFORMED)
def test_a_malformed_id_is_no_page(app, alice, id):
    ids = team_of(alice)
    for endpoint, method, url in ways_in(app, **ids):
        if re.search(r"/\d+", url):
            address = re.sub(r"/\d+", f"/{id}", url)
            assert alice.open(address, method).status_code in (404, 405), endpoint


def test_ids_in_fields_and_queries_open_nothing_either(app, alice, bob):
    """In Bob's own pages, each field there is names one of Alice's rows."""
    theirs, own = team_of(alice), team_of_bob(bob)
    ids = [value for value in theirs.values() if isinstance(value, int)]
    before = written(app, alice.team_id)
    for endpoint, method, url in ways_in(app, **own):
        if WHO[endpoint] not in IN_A_TEAM or endpoint in SENDS_AWAY:
            continue
        for fields in fields_with(theirs):
            more = {"query_string": fields}
            if method == "POST":
                more = {"data": fields, "query_string": fields}
            answer = bob.open(url, method, **more)
            assert answer.status_code < 500, (endpoint, fields)
            assert SECRET.encode() not in answer.data, (endpoint, fields)

    assert ids
    assert written(app, alice.team_id) == before


SENDS_AWAY = {"teams.remove", "erasing.team", "erasing.person", "people.remove"}
"""What would leave Bob without the rows that the rest is tried with."""

FIELD = re.compile(
    r'\b(?:args|form|values)\.get(?:list)?\(\s*"([\w-]+)"|f"(\w+)-leave"'
    r'|\b(?:query_\w+|one_of)\((?:\w+, )?"([\w-]+)"'
)
PAGES = Path(access.__file__).parent / "pages"


def fields_with(ids):
    """Yield no field, and fields by each name that is read, with the others' ids."""
    yield {}
    names = {name for path in PAGES.glob("*.py") for name in field_names(path)}
    of_kind = {"employee": "employee_id", "person": "employee_id", "team": "team_id"}
    of_kind |= {"rating": "rating_id", "rows": "rating_id", "agreement": "agreement_id"}
    fields = {name: str(ids[of_kind.get(name, "task_id")]) for name in sorted(names)}
    fields |= {"setting": "remove"} if "setting" in fields else {}
    yield fields
    yield {name: value for name, value in fields.items() if name != "team"}


def field_names(path):
    return {"".join(found) for found in FIELD.findall(path.read_text())}


def team_of_bob(bob):
    """Return rows like Alice's without the secret in them."""
    with bob.app.app_context():
        employee = factory.employee(bob.team_id)
        task = factory.task(bob.team_id)
        return {
            "employee_id": employee.id,
            "task_id": task.id,
            "agreement_id": factory.agreement(employee, task).id,
            "rating_id": factory.rating(employee, "help", 4).id,
            "team_id": bob.team_id,
        }


def written(app, team_id):
    """Return every row of a team, to compare."""
    found = []
    with app.app_context():
        for table in db.metadata.sorted_tables:
            if "team_id" in table.c and table.name != "audit_entry":
                rows = db.session.execute(table.select().filter_by(team_id=team_id))
                found += [(table.name, *row) for row in rows]
    return sorted(found, key=str)


# ---- methods, tokens, headers


def test_a_method_that_a_page_does_not_take_gets_nowhere(app, alice):
    ids = team_of(alice)
    paths = {url for *_, url in ways_in(app, **ids)}
    before = written(app, alice.team_id)
    for path in paths:
        for method in ODD_METHODS:
            assert alice.open(path, method).status_code in (404, 405), (path, method)

    assert written(app, alice.team_id) == before


def test_head_and_options_tell_no_more_than_get(app, browser, bob, alice):
    ids = team_of(alice)
    for endpoint, method, url in ways_in(app, **ids):
        if method != "GET" or WHO[endpoint] not in IN_A_TEAM:
            continue
        for who in (browser, bob):
            head, get = who.open(url, "HEAD"), who.open(url)
            assert (head.status_code, head.data) == (get.status_code, b""), endpoint
            options = who.open(url, "OPTIONS")
            none = who.open(re.sub(r"/\d+", f"/{NO_ROW}", url), "OPTIONS")
            assert (options.status_code, options.data) == (none.status_code, none.data)


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": utc_now() - timedelta(days=1)},
        {"revoked_at": utc_now()},
        {"used_at": utc_now()},
        {"token_hash": links.digest("another")},
        {},
    ],
    ids=["expired", "revoked", "used", "made up", "of another kind"],
)
def test_a_link_that_opens_nothing_is_told_from_no_link_by_nobody(
    app, browser, alice, change
):
    with app.app_context():
        kind = {"kind": "calendar"} if not change else {"kind": "invitation"}
        whose = {"manager_id": alice.manager_id}
        whose |= {} if not change else {"email": "x@example.org"}
        token = links.make(**kind, **whose)
        row = db.session.scalar(
            db.select(Link).where(Link.token_hash == links.digest(token))
        )
        for column, value in change.items():
            setattr(row, column, value)
        db.session.commit()
    for name, who in WHO.items():
        if who != "a link" or (name == "calendar.feed" and not change):
            continue
        for endpoint, method, url in ways_in(app, token=token):
            unknown = url.replace(token, "x" * 43)
            if endpoint == name:
                answers = browser.open(url, method), browser.open(unknown, method)
                assert {one.status_code for one in answers} == {404}, name
                assert normal(answers[0].text) == normal(answers[1].text), name


def test_a_link_of_a_door_opens_it(app, browser, alice):
    with app.app_context():
        token = links.make(
            "invitation", email="x@example.org", manager_id=alice.manager_id
        )
        db.session.commit()

    assert browser.open(f"/invitations/{token}").status_code == 200


def test_every_post_wants_a_token(app, alice):
    ids = team_of(alice)
    app.config["WTF_CSRF_ENABLED"] = True
    open_doors = {
        url
        for _, method, url in ways_in(app, **ids)
        if method != "GET" and alice.open(url, method).status_code != 400
    }

    assert open_doors == set()


@on_one_database
def test_every_form_that_posts_bears_a_token(app, alice):
    ids = team_of(alice)
    app.config["WTF_CSRF_ENABLED"] = True
    for _, method, url in ways_in(app, **ids):
        answer = alice.open(url) if method == "GET" else None
        if answer is None or answer.mimetype != "text/html" or answer.location:
            continue
        for form in BeautifulSoup(answer.text, "html.parser").select("form"):
            if form.get("method", "get").lower() == "post":
                assert form.select_one("[name=csrf_token]"), (url, form.get("action"))


def test_a_form_without_its_token_gets_words_in_the_readers_language(app, alice):
    app.config["WTF_CSRF_ENABLED"] = True
    alice.headers["Accept-Language"] = "nl"
    page = alice.page(alice.post("/account/", name="Alice"), 400)

    assert page.html["lang"] == "nl"
    assert "Deze pagina stond te lang open" in page.h1.text


@on_one_database
@pytest.mark.parametrize(
    ("path", "words"),
    [("/account/", "you are signed out"), ("/account/preferences", "too long")],
)
def test_who_is_signed_out_meanwhile_is_told_to_sign_in_first(
    app, browser, path, words
):
    """To go back first would lead to the sign-in, and what was typed would be lost."""
    app.config["WTF_CSRF_ENABLED"] = True

    assert words in browser.page(browser.post(path, name="Alice"), 400).h1.text


def test_every_answer_carries_the_headers(app, alice):
    ids = team_of(alice)
    for browser in (alice, Browser(app)):
        for endpoint, method, url in ways_in(app, **ids):
            if method != "GET":
                continue
            headers = browser.open(url).headers
            assert {name: headers.get(name) for name in ALWAYS} == ALWAYS, endpoint
            if endpoint not in NO_STORE_UNLESS:
                assert headers["Cache-Control"] == "no-store", endpoint


def test_signing_out_clears_what_the_browser_kept(alice):
    assert "Clear-Site-Data" in alice.post("/account/sign-out").headers


# ---- every page for every reader


def test_every_page_is_sound_in_both_languages(app, alice):
    ids = team_of(alice)
    for language in ("en", "nl"):
        alice.headers["Accept-Language"] = language
        for endpoint, method, url in ways_in(app, **ids):
            response = alice.open(url) if method == "GET" else None
            if response and response.mimetype == "text/html" and not response.location:
                page = alice.page(response, response.status_code)
                assert page.html["lang"] == language, endpoint


@pytest.mark.parametrize("role", IN_A_TEAM)
def test_no_page_offers_a_door_that_is_closed(app, visitors, role):
    """What a page links to or sends a form to is there for whoever reads it."""
    ids = shared_team(visitors)
    browser = visitors[role]
    browser.get(f"/?team={ids['team_id']}")
    offered = {}
    for door in doors_of(app, *IN_A_TEAM):
        answer = knock(browser, door, ids) if door[1] == "GET" else None
        if answer and answer.status_code == 200 and answer.mimetype == "text/html":
            for found in targets(browser.page(answer)):
                offered.setdefault(found, door[0])
    gets = [(url, page) for (method, url), page in offered.items() if method == "GET"]
    posts = [url for method, url in offered if method == "POST"]

    closed = [one for one in gets if browser.open(one[0]).status_code == 404]
    assert closed == []
    routes = app.url_map.bind("localhost")
    names = {routes.match(url.split("?")[0], method="POST")[0] for url in posts}
    allowed = IN_A_TEAM[: IN_A_TEAM.index(role) + 1]
    assert {n for n in names if WHO[n] in IN_A_TEAM and WHO[n] not in allowed} == set()


def targets(page):
    """Yield the method and the address of each link and form to a page of ours."""
    for link in page.select("a[href^='/']"):
        if ".pdf" not in link["href"]:
            yield "GET", link["href"].split("#")[0]
    for form in page.select("form[method=post][action^='/']"):
        yield "POST", form["action"]


def test_an_unknown_address_is_a_page_in_the_readers_language(browser):
    assert "There is nothing here" in browser.get("/nowhere", status=404).h1.text


def test_the_health_pages_answer(browser):
    assert browser.open("/healthz").status_code == 200
    assert browser.open("/readyz").status_code == 200
