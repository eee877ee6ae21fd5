"""Something new, clicked again and again; and a second one that is meant."""

import factory
import pytest

from delegate.models import Employee, Membership, Step, Task, Team, db

STEP = {"text": "Ask what got in the way.", "task_id": "", "due_on": ""}
NEW = [
    ("/people/", {"name": "Ann", "role": "Nurse"}, Employee),
    ("/people/new", {"name": "Ann", "hours_free": "1,5"}, Employee),
    ("/tasks/", {"title": "Rota"}, Task),
    ("/tasks/new", {"title": "Rota", "with_me": "y", "deadline": "2027-01-04"}, Task),
    ("/teams/", {"name": "Nights"}, Team),
    ("/repair/{bea}/informs", STEP, Step),
]


@pytest.fixture
def bea(app, alice):
    with app.app_context():
        return factory.employee(alice.team_id, "Bea").id


def version(browser, path):
    """Return what the form that asks for something new carries."""
    fields = browser.get(path).select("form:not([action*=set]) [name=version]")
    [found] = {field["value"] for field in fields}
    return found


@pytest.mark.parametrize(("path", "typed", "model"), NEW)
def test_clicks_add_one_and_a_second_that_is_meant_comes(
    app, alice, bea, path, typed, model
):
    path = path.format(bea=bea)

    def count():
        with app.app_context():
            return db.session.scalar(db.select(db.func.count(model.id)))

    before, seen = count(), version(alice, path)
    answers = alice.click_again_and_again(path, times=8, **typed, version=seen)

    assert len({answer.location for answer in answers}) == 1
    assert count() == before + 1
    assert alice.post(path, **typed, version=seen).status_code == 302
    assert "That stands here already." in alice.get("/account/").text
    assert count() == before + 1

    # Back to the same form, for another one; and anew, for one that is just like it.
    key = next(iter(typed))
    alice.post(path, **typed | {key: "Another"}, version=seen)
    alice.post(path, **typed, version=version(alice, path))
    assert count() == before + 3


@pytest.mark.parametrize("path", ["/people/", "/people/new", "/tasks/", "/tasks/new"])
def test_clicks_on_the_first_of_all_make_one_team(app, alice, path):
    with app.app_context():
        db.session.execute(db.delete(Team))
        db.session.commit()
    typed = {"name": "Ann", "title": "Rota", "version": version(alice, path)}

    alice.click_again_and_again(path, times=4, **typed)

    with app.app_context():
        for model in (Team, Membership):
            assert len(db.session.scalars(db.select(model)).all()) == 1
        [one] = db.session.scalars(db.select(Task if "task" in path else Employee))
        assert one.team_id == db.session.scalars(db.select(Team.id)).one()


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("/people/", "name", "There is someone else with this name."),
        ("/people/new", "name", "There is someone else with this name."),
        ("/tasks/", "title", "There is another task with this title."),
        ("/teams/", "name", "You have another team with this name."),
    ],
)
def test_a_name_that_is_there_already_is_worth_a_word(alice, path, field, words):
    for name, is_told in (("Zoë", False), ("ZOË", True)):
        alice.post(path, **{field: name})
        assert (words in alice.get("/account/").text) is is_told


def test_a_team_that_a_colleague_shares_meanwhile_is_another_one(app, alice, bob):
    seen = version(alice, "/teams/")
    bob.post("/teams/", name="Nights")
    with app.app_context():
        shared = db.session.scalars(db.select(Team.id).filter_by(name="Nights")).one()
        factory.add(
            Membership(team_id=shared, manager_id=alice.manager_id, role="editor")
        )

    response = alice.post("/teams/", name="Nights", version=seen)

    assert response.location != f"/people/?team={shared}"
    assert "Added the team “Nights”." in alice.get(response.location).text


@pytest.fixture
def second(app, alice):
    """The id of another team of Alice's, which is empty."""
    with app.app_context():
        team = factory.add(Team(name="Nights"))
        factory.add(
            Membership(team_id=team.id, manager_id=alice.manager_id, role="owner")
        )
        return team.id


@pytest.mark.parametrize(
    ("begin", "link", "typed", "model"),
    [
        ("/board/", "/people/new", {"name": "Bea"}, Employee),
        ("/board/", "/tasks/new", {"title": "Rota"}, Task),
        ("/people/new", "", {"name": "Bea"}, Employee),
        ("/tasks/new", "", {"title": "Rota"}, Task),
        ("/tasks/new?part_of={rota}", "", {"title": "Rota"}, Task),
        ("/", "", {"people": "Bea", "tasks": "Rota"}, Employee),
    ],
)
def test_what_is_new_goes_to_the_team_it_was_filled_in_for(
    app, alice, second, begin, link, typed, model
):
    """Another tab looks at another team meanwhile, where one like it stands."""
    with app.app_context():
        first = alice.team_id
        if link == "/people/new" or "part_of" in begin:
            rota = factory.task(first, "The whole").id
            begin = begin.format(rota=rota)
        elif link:
            factory.employee(first, "Ann")
    page = alice.get(f"{begin}{'&' if '?' in begin else '?'}team={first}")
    if link:
        way = page.select_one(f"main .page-actions a[href^='{link}']")["href"]
        alice.get(f"/people/?team={second}")
        page = alice.get(way)
    form = page.select_one("main form:not([action*=demo])")
    if begin != "/":
        assert "To the team “Team of Alice”." in page.main.text
    kept = {field["name"]: field["value"] for field in form.select("[type=hidden]")}
    with app.app_context():
        factory.employee(second, "Bea")
        factory.task(second, "Rota")
    alice.get(f"/people/?team={second}")

    alice.post(form.get("action", begin), **kept, **typed)

    with app.app_context():
        newest = db.session.scalars(db.select(model).order_by(model.id.desc())).first()
        assert newest.team_id == first
