"""The sample team: loaded in one click, and gone for real when thrown away."""

from collections import Counter

import pytest
from factory import PASSWORD
from sqlalchemy import func, select

from delegate import planning
from delegate.i18n import LANGUAGES, today
from delegate.models import (
    Agreement,
    CheckIn,
    Employee,
    LookBack,
    Manager,
    Membership,
    OwnAnswer,
    OwnChoice,
    OwnView,
    Pair,
    PairEvent,
    Rating,
    Safeguard,
    Step,
    Talk,
    TalkItem,
    Task,
    Team,
    TeamConditions,
    TeamRound,
    db,
)
from delegate.rules import Posture
from delegate.sample import talk
from delegate.sample import team as sample

IN_A_TEAM = (
    *(Employee, Task, Rating, Pair, Agreement, Safeguard),
    *(OwnView, OwnAnswer, OwnChoice, Step, LookBack, TeamConditions, TeamRound),
    *(CheckIn, Talk, TalkItem),
)


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["demo", *arguments])


def load(app, language="en", email="alice@example.org"):
    result = run(app, "load", "--for", email, "--lang", language)
    assert result.exit_code == 0, result.output
    with app.app_context():
        return db.session.scalar(select(Team.id).where(Team.is_sample))


def outcomes_of(team_id, manager_id):
    facts = planning.gather(team_id, manager_id, today())
    people = [one.id for one in planning.active_employees(team_id, today())]
    return list(planning.outcomes(facts, people, planning.active_tasks(team_id)))


def counted(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_shows_everything_there_is_to_see(app, alice, language):
    team_id = load(app, language)

    with app.app_context():
        found = outcomes_of(team_id, alice.manager_id)
        postures = Counter(one.posture for one in found)
        facts = planning.gather(team_id, alice.manager_id, today())
        people = planning.active_employees(team_id, today())
        tasks = planning.active_tasks(team_id)
        seen = [planning.seen_states(facts, one.id) for one in people]
        with_me = [
            task
            for task in tasks
            if planning.still_with_me(
                task, [one for one in found if one.task_id == task.id]
            )
        ]
        clarities = {task.outcome_clear for task in tasks}
        states = set(db.session.scalars(select(Agreement.state)))

    assert set(Posture) <= postures.keys()
    assert postures[Posture.HOLDING_ON] == 3
    assert ("open",) * 4 in seen
    assert any(one.advice.reserved for one in found)
    assert any(one.advice.missing for one in found)
    assert "unclear" in clarities
    assert len(with_me) == 1
    assert {"draft", "agreed", "ended"} <= states


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_the_language(app, alice, language):
    team_id = load(app, language)

    with app.app_context():
        team = db.session.get(Team, team_id)
        titles = {task.title for task in planning.active_tasks(team_id)}
    assert team.name == getattr(sample.TEAM, language)
    assert titles == {getattr(one.title, language) for one in sample.TASKS}


def texts(value):
    """Yield every text in the sample, however deep it lies."""
    if isinstance(value, sample.Text):
        yield value
    elif isinstance(value, dict):
        yield from texts(tuple(value.values()))
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)


def test_no_text_lacks_one_of_the_languages():
    told = (sample.TEAM, sample.TASKS, sample.PEOPLE, sample.AGREED)
    said = (talk.ENTRUSTED, talk.OWN_VIEWS, talk.STEPS, talk.LOOK_BACKS, talk.ACTIONS)
    said += (talk.CHECK_INS, talk.ITEMS)
    everything = list(texts((told, said)))

    assert len(everything) > 100
    assert [one for one in everything if bool(one.en) != bool(one.nl)] == []
    assert [one for one in everything if one.en and one.en == one.nl] == [
        sample.Text("Planner", "Planner")
    ]


def test_its_days_are_counted_from_today(app, alice):
    team_id = load(app)

    with app.app_context():
        days = list(
            db.session.scalars(
                select(Agreement.look_back_on).where(Agreement.state == "agreed")
            )
        )
        facts = planning.gather(team_id, alice.manager_id, today())
        old = [row for row in facts.newest.values() if planning.is_old(row, today())]
        went = select(func.max(PairEvent.at)).where(PairEvent.kind == "now")
        now, last_moved = today(), db.session.scalar(went)
    overdue = [day for day in days if day < now]
    assert len(overdue) == 1
    assert now - overdue[0] <= planning.OVERDUE
    assert sum(0 <= (day - now).days <= 6 for day in days) == 2
    assert all(day.weekday() < 5 for day in days)
    assert len(old) == 4
    assert last_moved.date() < now


def test_agreements_keep_the_level_that_the_rules_advise(app, alice):
    team_id = load(app)

    with app.app_context():
        advised = {
            (one.employee_id, one.task_id): one.advice.level
            for one in outcomes_of(team_id, alice.manager_id)
        }
        kept = db.session.scalars(select(Agreement)).all()

        assert kept
        for one in kept:
            assert one.advised == advised[one.employee_id, one.task_id]


def test_one_click_loads_it_and_shows_the_board(app, alice):
    response = alice.post("/demo/load")

    assert response.location == "/board/"
    with app.app_context():
        team = db.session.scalar(select(Team).where(Team.is_sample))
        assert db.session.get(Membership, (team.id, alice.manager_id)).role == "owner"
    assert "Ann Verhoeven" in alice.get("/people/").text


def test_it_is_loaded_in_the_readers_language(alice):
    alice.headers["Accept-Language"] = "nl"
    alice.post("/demo/load")

    assert "Maandrapportage voor het managementteam" in alice.get("/tasks/").text


@pytest.mark.parametrize(("path", "teams"), [("/demo/load", 2), ("/demo/own", 1)])
def test_a_double_click_makes_one_team(app, alice, path, teams):
    if path == "/demo/own":
        with app.app_context():
            db.session.execute(db.delete(Team))
            db.session.commit()

    alice.click_again_and_again(path)

    with app.app_context():
        assert counted(Team) == teams


def test_loading_it_twice_makes_no_second_one(app, alice):
    alice.post("/demo/load")
    alice.get(f"/?team={alice.team_id}")

    alice.post("/demo/load")

    with app.app_context():
        assert len(db.session.scalars(select(Team).where(Team.is_sample)).all()) == 1
    assert "sample team" in alice.get("/").text
    assert "has the sample team already" in run(app, "load").output


def test_throwing_it_away_is_asked_once_and_leaves_no_row(app, alice):
    with app.app_context():
        before = {model: counted(model) for model in (Team, Membership)}
    alice.post("/demo/load")
    page = alice.get("/demo/clear")
    assert "Throw the sample team away?" in page.h1.text
    with app.app_context():
        assert all(counted(model) for model in IN_A_TEAM)

    alice.post("/demo/clear")

    with app.app_context():
        assert {model: counted(model) for model in IN_A_TEAM} == dict.fromkeys(
            IN_A_TEAM, 0
        )
        assert {model: counted(model) for model in before} == before
    assert "The sample team is gone" in alice.get("/").text


def test_nothing_to_throw_away_is_said(alice):
    assert "There is no sample team" in alice.get("/demo/clear").text
    assert alice.post("/demo/clear").location == "/"


def test_throwing_it_away_leaves_the_managers_own_team(app, alice):
    alice.post("/demo/load")

    alice.post("/demo/clear")

    with app.app_context():
        assert db.session.get(Team, alice.team_id)


def test_bob_sees_nothing_of_alices_sample(app, alice, bob):
    team_id = load(app)

    assert bob.open(f"/?team={team_id}").status_code == 404
    assert "There is no sample team" in bob.get("/demo/clear").text
    bob.post("/demo/clear")
    with app.app_context():
        assert db.session.get(Team, team_id)

    bob.post("/demo/load")
    bob.post("/demo/clear")
    with app.app_context():
        teams = db.session.scalars(select(Team.id).where(Team.is_sample)).all()
    assert teams == [team_id]


def test_a_sample_that_someone_else_owns_is_not_thrown_away(app, alice, bob):
    team_id = load(app)
    with app.app_context():
        db.session.add(
            Membership(team_id=team_id, manager_id=bob.manager_id, role="editor")
        )
        db.session.commit()

    bob.post("/demo/clear")

    with app.app_context():
        assert db.session.get(Team, team_id)


def test_starting_with_your_own_leaves_the_sample(app, alice):
    alice.post("/demo/load")

    assert alice.post("/demo/own").location == "/"

    page = alice.get("/").text
    assert "Look around first" in page
    assert "The sample team is kept" in page
    with app.app_context():
        assert counted(Team) == 2


def test_starting_with_your_own_makes_a_team_where_there_is_none(app, alice):
    alice.post("/demo/load")
    with app.app_context():
        db.session.delete(db.session.get(Team, alice.team_id))
        db.session.commit()

    alice.post("/demo/own")

    with app.app_context():
        own = db.session.scalar(select(Team).where(Team.is_sample.is_(False)))
    assert own.name == "My team"
    assert "Look around first" in alice.get("/").text


def test_the_commands_ask_whose_team_where_that_is_not_clear(app, alice, bob):
    result = run(app, "load")

    assert result.exit_code == 1
    assert "--for EMAIL" in result.output


def test_the_commands_clear_what_they_loaded(app, alice):
    load(app)

    assert "The sample team is gone" in run(app, "clear").output
    assert "There is no sample team" in run(app, "clear").output
    with app.app_context():
        assert counted(Employee) == 0


def test_a_new_manager_can_load_it_without_a_team(app, browser):
    with app.app_context():
        from flask_security import hash_password

        db.session.add(
            Manager(email="new@example.org", password=hash_password(PASSWORD))
        )
        db.session.commit()
    browser.sign_in("new@example.org")
    assert "Look around first" in browser.get("/").text

    browser.post("/demo/load")

    assert browser.get("/").select(".week")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/board/",
        "/people/",
        "/people/{person}",
        "/ratings/{person}",
        "/tasks/",
        "/tasks/{task}",
        "/pairs/{person}/{task}",
        "/plan/{person}",
        "/agreements/",
    ],
)
def test_the_pages_answer_on_the_sample(app, alice, language, page):
    team_id = load(app, language)
    alice.headers["Accept-Language"] = language
    alice.get(f"/?team={team_id}")
    with app.app_context():
        people = [one.id for one in planning.active_employees(team_id, today())]
        tasks = [one.id for one in planning.active_tasks(team_id)]

    for person, task in zip(people * 2, tasks, strict=False):
        alice.get(page.format(person=person, task=task))
