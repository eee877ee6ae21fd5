"""The plans of a team in one ZIP: asked for, printed by a worker, fetched by one."""

import json
from zipfile import ZipFile

import factory
import pytest
from browser import check_accessible
from conftest import on_one_database

from delegate.models import Job, Membership, db, utc_now
from delegate.pages.plans import NOBODY, documents
from delegate.upkeep import jobs

CHOSEN = {"language": "en", "paper": "a4"}


@pytest.fixture
def people(app, alice):
    """Three people of Alice's, two of one name; their ids."""
    with app.app_context():
        names = ("Ann Verhoeven", "Ann Verhoeven", "Bram Jansen")
        return [factory.employee(alice.team_id, name=name).id for name in names]


def ask(browser, people):
    answer = browser.post("/plans/", **CHOSEN, employee=people)
    assert answer.status_code == 302, answer.text
    return answer.location


def work(app):
    with app.app_context():
        jobs.work(once=True)


def finish(app, tmp_path):
    """Let a job be done, as if a worker had been there."""
    (tmp_path / "jobs").mkdir(exist_ok=True)
    (tmp_path / "jobs" / "1-x").write_bytes(b"PK")
    set_job(app, state="done", done=1, file="1-x", finished_at=utc_now())


def only_job(app):
    with app.app_context():
        return db.session.scalars(db.select(Job)).one()


def set_job(app, **values):
    with app.app_context():
        db.session.execute(db.update(Job).values(**values))
        db.session.commit()


def test_everyone_who_is_there_is_ticked(alice, people):
    page = alice.get("/plans/")

    ticked = [box["value"] for box in page.select("input[name=employee][checked]")]
    assert sorted(ticked) == sorted(map(str, people))
    assert page.select("a[href^='/people/']")
    assert alice.get("/people/").select("a[href^='/plans/']")


def test_the_plans_come_in_one_file(app, alice, people, tmp_path):
    address = ask(alice, people[1:])
    assert "Waiting for its turn" in alice.get(address).text
    work(app)

    link = alice.get(address).select_one("a[href$='.zip']")["href"]
    answer = alice.open(link)
    assert answer.mimetype == "application/zip"
    assert "plans-team-of-alice-" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    path = tmp_path / "plans.zip"
    path.write_bytes(answer.data)
    with ZipFile(path) as archive:
        entries = archive.infolist()
        assert [one.filename.split("-20")[0] for one in entries] == [
            "plan-ann-verhoeven",
            "plan-bram-jansen",
        ]
        assert {one.date_time for one in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert all(archive.read(one).startswith(b"%PDF") for one in entries)


@on_one_database
def test_each_plan_fetched_is_told_of_its_person(app, alice, people):
    address = ask(alice, people[1:])
    work(app)
    for _ in range(2):
        assert alice.open(f"{address}.zip").status_code == 200

    told = [
        [line.text for line in page.select("ol.lines li") if "printed" in line.text]
        for page in (alice.get(f"/trail/?employee={id}") for id in people)
    ]
    assert [len(lines) for lines in told] == [0, 1, 1]
    assert "Alice printed the plan of Bram Jansen" in told[2][0]


@on_one_database
def test_people_of_one_name_have_a_file_each(app, alice, people, tmp_path):
    made = []
    for _ in range(2):
        address = ask(alice, people)
        work(app)
        made.append(alice.open(f"{address}.zip").data)
        alice.post(f"{address}/discard")

    assert made[0] == made[1]
    (tmp_path / "plans.zip").write_bytes(made[0])
    with ZipFile(tmp_path / "plans.zip") as archive:
        names = archive.namelist()
    assert len(set(names)) == 3
    assert names[1] == names[0].replace(".pdf", "-2.pdf")


def test_several_clicks_are_one_job(app, alice, people):
    first, second = ask(alice, people), ask(alice, people)

    assert first == second == alice.open("/plans/").location
    only_job(app)


def test_a_choice_of_nobody_is_refused_with_the_rest_kept(app, alice, people):
    page = alice.page(alice.post("/plans/", language="nl", paper="letter"), 422)

    assert "Tick at least one person" in page.text
    assert page.select_one("input[value=nl]").has_attr("checked")
    assert page.select_one("input[value=letter]").has_attr("checked")


def test_it_says_how_far_it_is(app, alice, people):
    address = ask(alice, people)
    set_job(app, state="running", claim="x", claimed_at=utc_now(), done=1)

    page = alice.get(address)
    assert "1 of 3" in page.select_one("#progress").text
    assert page.select_one("progress")["value"] == "1"
    assert page.select_one("noscript meta[http-equiv=refresh]")


@pytest.mark.parametrize("reason", [jobs.FAULT, jobs.BROKEN_OFF, NOBODY])
def test_what_failed_says_why_and_can_be_tried_again(app, alice, people, reason):
    address = ask(alice, people)
    set_job(app, state="failed", reason=reason, attempts=3, finished_at=utc_now())
    page = alice.get(address)
    assert page.select_one(".note-heed").text.strip()

    again = alice.post(f"{address}/again").location

    job = only_job(app)
    assert (job.state, job.attempts, job.total) == ("waiting", 0, 3)
    assert json.loads(job.content) == {**CHOSEN, "people": sorted(people)}
    assert again == f"/plans/{job.id}"


def test_what_was_asked_for_can_be_stopped(app, alice, people):
    address = ask(alice, people)
    alice.post(f"{address}/discard")

    alice.get(address, status=404)
    with app.app_context():
        assert db.session.scalars(db.select(Job)).all() == []


@on_one_database
def test_who_has_gone_meanwhile_is_left_out(app, alice, people):
    address = ask(alice, people)
    alice.post(f"/people/{people[0]}/remove")
    work(app)

    assert only_job(app).done == 2
    assert "2 plans in one file" in alice.get(address).text


def test_where_nobody_is_left_it_says_so(app, alice, people):
    address = ask(alice, people[:1])
    alice.post(f"/people/{people[0]}/remove")
    work(app)

    assert "None of these people is in the team" in alice.get(address).text


def test_who_may_only_look_any_more_gets_nothing(app, alice, people):
    address = ask(alice, people)
    with app.app_context():
        db.session.execute(db.update(Membership).values(role="viewer"))
        db.session.commit()
    work(app)

    assert only_job(app).reason == NOBODY
    alice.get(address, status=404)
    alice.get(f"{address}.zip", status=404)
    alice.get("/plans/", status=404)


def test_a_colleague_in_the_team_does_not_get_it(app, alice, bob, people, tmp_path):
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(**ids, role="editor"))
    address = ask(alice, people[:1])
    finish(app, tmp_path)

    for way in (address, f"{address}.zip"):
        assert alice.open(way).status_code == 200
        assert bob.open(way).status_code == 404
    assert bob.post(f"{address}/discard").status_code == 404


def test_it_can_be_fetched_for_a_day(app, alice, people, tmp_path):
    address = ask(alice, people[:1])
    finish(app, tmp_path)
    assert alice.open(f"{address}.zip").data == b"PK"
    set_job(app, finished_at=utc_now() - jobs.KEPT)

    alice.get(address, status=404)
    alice.get(f"{address}.zip", status=404)


def test_nobody_else_waits_for_what_is_printed(app, alice, people):
    """While one plan is drawn and another is asked for, no transaction is open."""
    ask(alice, people)
    with app.app_context():
        claim = jobs.claim()
        for document in documents(claim, people, []):
            assert "Verhoeven" in document or "Jansen" in document
            assert not db.session().in_transaction()


def test_the_page_shows_what_comes_of_it(live_server, new_page):
    with live_server.app.app_context():
        factory.employee(live_server.team_id)
    page = new_page()
    page.goto("/plans/")
    check_accessible(page)
    page.get_by_role("button", name="Print these").click()
    page.get_by_role("heading", name="The plans are being printed").wait_for()
    check_accessible(page)
    work(live_server.app)
    page.get_by_role("heading", name="The plans are ready").wait_for()
    check_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the plans").click()
    with ZipFile(download.value.path()) as archive:
        assert len(archive.namelist()) == 1
