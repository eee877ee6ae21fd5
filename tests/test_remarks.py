"""What the person says of a score: beside it wherever that stands, changing nothing."""

import factory
import pytest
from paper_checks import text_of

from delegate import wording
from delegate.models import LONG, Employee, Membership, Rating, Remark, db

SAID = "That week two colleagues were away."


@pytest.fixture
def ann(app, alice):
    """Ann, whom Alice rated a 2 on informing in time; gives her id."""
    with app.app_context():
        employee = factory.employee(alice.team_id)
        task = factory.task(alice.team_id)
        factory.rating(employee, "informs", 2, rater_id=alice.manager_id)
        rater = {"rater_id": alice.manager_id}
        factory.rating(employee, "familiarity", 4, task=task, **rater)
        factory.agreement(employee, task)
        return employee.id


@pytest.fixture
def rating(app, ann):
    """The id of the rating on informing in time."""
    with app.app_context():
        return db.session.scalar(db.select(Rating.id).filter_by(criterion="informs"))


def say(browser, rating, text=SAID, version="0"):
    return browser.post(f"/remarks/{rating}", text=text, version=version)


def rate(browser, ann, score, version):
    data = {"informs-score": score, "informs-version": version}
    data["informs-example"] = "Called in time."
    return browser.post(f"/ratings/{ann}", **data)


def places(browser, ann):
    """Return what each page and paper says where the score stands."""
    pages = (f"/people/{ann}", f"/ratings/{ann}", f"/people/{ann}/prepare")
    made = browser.open(f"/plan/{ann}.pdf?copy=private").data
    return [*(browser.get(page).text for page in pages), text_of(made)]


def test_it_stands_beside_the_score_wherever_that_stands(alice, ann, rating):
    assert say(alice, rating).location == f"/people/{ann}"

    for words in places(alice, ann):
        assert SAID in " ".join(words.split())


def test_it_is_asked_for_in_their_words_and_not_as_something_seen(alice, rating):
    hint = alice.get(f"/remarks/{rating}").find(id="text-notes").text

    assert str(wording.WORKING_NOTE) in hint
    assert "as they say it" in hint
    assert "saw or heard" not in hint


def test_it_never_stands_on_the_shared_plan(alice, ann, rating):
    say(alice, rating)

    assert SAID not in text_of(alice.open(f"/plan/{ann}.pdf").data)
    assert SAID not in alice.get(f"/plan/{ann}").text


def test_the_score_stays_as_it_is(app, alice, rating):
    def row():
        with app.app_context():
            found = db.session.get(Rating, rating)
            return [getattr(found, column.key) for column in Rating.__table__.c]

    before = row()
    say(alice, rating)

    assert row() == before


def test_rating_anew_keeps_it_in_sight_and_says_of_what_it_was_said(
    app, alice, ann, rating
):
    say(alice, rating)
    assert rate(alice, ann, "3", rating).status_code == 302

    page = alice.get(f"/people/{ann}")
    assert SAID in page.text
    assert "Ann Verhoeven said of the 2 of " in " ".join(page.text.split())
    with app.app_context():
        assert db.session.get(Remark, rating).text == SAID


def test_it_can_be_changed_and_taken_away(app, alice, ann, rating):
    say(alice, rating)
    say(alice, rating, "Three were away.", version="1")
    assert "Three were away." in alice.get(f"/people/{ann}").text
    say(alice, rating, "", version="2")

    assert "Three were away." not in alice.get(f"/people/{ann}").text
    with app.app_context():
        assert db.session.get(Remark, rating) is None


@pytest.mark.parametrize("version", ["0", "", "99", "x"])
def test_a_save_upon_an_older_text_shows_both(alice, rating, version):
    say(alice, rating)
    response = say(alice, rating, "Another.", version=version)
    page = alice.page(response, 409)

    assert [dd.text for dd in page.select(".versions dd")] == ["Another.", SAID]
    assert page.select_one("textarea").text.strip() == "Another."
    assert page.select_one("[name=version]")["value"] == "1"


def test_of_saves_at_the_same_moment_one_counts(app, alice, rating):
    answers = alice.click_again_and_again(f"/remarks/{rating}", text=SAID, version="0")

    assert sorted(answer.status_code for answer in answers) == [302, 409, 409]


@pytest.mark.parametrize("text", ["x" * (LONG + 1), "a\0b"])
def test_what_cannot_be_kept_is_kept_on_the_page(alice, rating, text):
    page = alice.page(say(alice, rating, text), 422)

    assert page.select(".fault")
    assert len(page.select_one("textarea").text.strip()) == len(text)


def test_hostile_text_comes_back_as_it_was_typed(alice, ann, rating):
    hostile = "<script>alert(1)</script> {{ 7*7 }} \u202e🙂"
    say(alice, rating, hostile)

    page = alice.get(f"/remarks/{rating}")
    assert page.select_one("textarea").text.strip() == hostile
    assert hostile in alice.get(f"/people/{ann}").text


def test_a_viewer_reads_it_and_cannot_write_it(app, alice, bob, ann, rating):
    say(alice, rating)
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(**ids, role="viewer"))

    page = bob.get(f"/people/{ann}")
    assert SAID in page.text
    assert page.select(f"a[href='/remarks/{rating}']") == []
    assert bob.open(f"/remarks/{rating}").status_code == 404
    assert say(bob, rating, version="1").status_code == 404


def test_someone_elses_score_looks_like_no_score(app, alice, bob, ann, rating):
    assert bob.open(f"/remarks/{rating}").status_code == 404
    alice.post(f"/people/{ann}/remove")
    assert alice.open(f"/remarks/{rating}").status_code == 404


def test_there_is_nothing_to_say_of_what_was_not_seen(app, alice, ann):
    with app.app_context():
        employee = db.session.get(factory.Employee, ann)
        unseen = factory.rating(employee, "help", None, rater_id=alice.manager_id).id

    assert alice.open(f"/remarks/{unseen}").status_code == 404


def test_the_way_to_it_names_the_criterion(alice, ann, rating):
    for page in (f"/people/{ann}", f"/ratings/{ann}"):
        [link] = alice.get(page).select(f"a[href='/remarks/{rating}']")
        assert str(wording.CRITERIA["informs"]) in link.text


def test_each_way_to_it_names_whose_score_it_is_of(app, alice, bob, ann, rating):
    with app.app_context():
        person = db.session.get(Employee, ann)
        criterion = db.session.get(Rating, rating).criterion
        factory.rating(person, criterion, 4, rater_id=bob.manager_id)

    links = alice.get(f"/people/{ann}").select("a[href^='/remarks/']")
    said = [" ".join(link.text.split()) for link in links]
    assert len(said) == len(set(said)) == 2
    assert any("the 4 of Bob" in one for one in said)
