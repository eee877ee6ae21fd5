"""What a manager has seen: three states, rows that are only added, nothing lost."""

from datetime import date, timedelta

import factory
import pytest
from counting import statements

from delegate.models import Manager, Membership, Rating, db, utc_now

EXAMPLE = "Swapped two crews in the storm week."
JSON = {"Accept": "application/json"}


@pytest.fixture
def ann(app, alice):
    """The id of a person in Alice's team."""
    with app.app_context():
        return factory.employee(alice.team_id).id


def rows(app, **narrow):
    with app.app_context():
        query = db.select(Rating).filter_by(**narrow).order_by(Rating.id)
        return db.session.scalars(query).all()


def form_fields(page):
    """Return what a browser would post of the page's form."""
    fields = {}
    for control in page.select("#ratings [name]:not(button)"):
        if control.get("type") in ("radio", "checkbox") and not control.has_attr(
            "checked"
        ):
            continue
        fields[control["name"]] = control.get("value", control.text.strip("\r\n"))
    return fields


def save(browser, person, path="choices", **fields):
    return browser.open(f"/ratings/{person}/{path}", "POST", data=fields, headers=JSON)


def test_an_open_criterion_has_nothing_chosen(alice, ann):
    page = alice.get(f"/ratings/{ann}")

    assert page.select("#ratings [type=radio][checked]") == []
    assert page.select_one("#choices-seen_on").get("value") in (None, "")
    assert [value.text for value in page.select(".progress-list i")] == ["open"] * 4


def test_the_three_states_are_told_apart(app, alice, ann):
    save(alice, ann, "choices", version=0, score=3)
    save(alice, ann, "informs", version=0, score=0)
    page = alice.get(f"/ratings/{ann}")

    values = [link.contents[-1].text for link in page.select(".progress-list a")]
    assert values == ["3", "not seen", "open", "open"]
    assert not page.select_one("#informs [data-acquaint]").has_attr("hidden")
    assert page.select_one("#choices [data-acquaint]").has_attr("hidden")


def test_the_plain_form_saves_everything_and_can_be_undone(app, alice, ann):
    with app.app_context():
        task = factory.task(alice.team_id).id
    fields = form_fields(alice.get(f"/ratings/{ann}"))
    fields |= {
        "choices-score": "2",
        "choices-example": EXAMPLE,
        "choices-seen_on": "2026-05-04",
        "help-score": "0",
        f"task-{task}-score": "4",
    }

    response = alice.post(f"/ratings/{ann}", **fields)

    assert response.location == f"/people/{ann}"
    choices, help, familiar = rows(app)
    assert (choices.score, choices.example, choices.seen_on) == (
        2,
        EXAMPLE,
        date(2026, 5, 4),
    )
    assert (help.criterion, help.state, help.score) == ("help", "unseen", None)
    assert (familiar.task_id, familiar.score) == (task, 4)
    assert {row.rater_id for row in rows(app)} == {alice.manager_id}

    with alice.client.session_transaction() as session:
        [(category, (_, url))] = session["_flashes"]
    assert category == "undo"
    alice.post(url)
    undone = rows(app)[3:]
    assert [row.state for row in undone] == ["withdrawn"] * 3
    assert [row.answers_id for row in undone] == [row.id for row in rows(app)[:3]]


def test_a_save_that_changes_nothing_writes_nothing(app, alice, ann):
    save(alice, ann, version=0, score=4, example=EXAMPLE, different="y")
    fields = form_fields(alice.get(f"/ratings/{ann}"))

    alice.post(f"/ratings/{ann}", **fields)
    again = save(
        alice,
        ann,
        version=fields["choices-version"],
        score=4,
        example=EXAMPLE,
        seen_on="",
        different="y",
    )

    assert (again.status_code, again.json["undo"]) == (200, None)
    assert len(rows(app)) == 1


def test_a_save_tells_when_and_upon_what(app, alice, ann):
    told = save(alice, ann, version=0, score=4).json
    [row] = rows(app)

    assert told["version"] == str(row.id)
    assert told["message"] == f"Saved {told['saved']}, no example yet"
    assert told["undo"] == f"/ratings/{ann}/undo?rows={row.id}"
    assert told["values"] == {
        "score": "4",
        "example": "",
        "seen_on": "",
        "different": False,
    }


def test_undo_brings_back_the_values_before_and_can_be_undone(app, alice, ann):
    first = save(alice, ann, version=0, score=5, example=EXAMPLE).json
    second = save(alice, ann, version=first["version"], score=3, example="").json
    undone = alice.open(second["undo"], "POST", headers=JSON).json

    assert (undone["values"]["score"], undone["values"]["example"]) == ("5", EXAMPLE)
    assert [row.score for row in rows(app)] == [5, 3, 5]
    assert rows(app)[-1].answers_id == rows(app)[1].id
    alice.open(undone["undo"], "POST", headers=JSON)
    assert rows(app)[-1].score == 3


def test_what_was_changed_meanwhile_is_not_undone(app, alice, ann):
    first = save(alice, ann, version=0, score=3).json
    save(alice, ann, version=first["version"], score=4)

    assert alice.open(first["undo"], "POST", headers=JSON).status_code == 409
    assert alice.post(first["undo"]).location == f"/ratings/{ann}"
    assert len(rows(app)) == 2


def test_the_first_undone_is_open_again(alice, ann):
    told = save(alice, ann, version=0, score=3).json
    undone = alice.open(told["undo"], "POST", headers=JSON).json

    assert undone["values"]["score"] is None
    page = alice.get(f"/ratings/{ann}")
    assert [value.text for value in page.select(".progress-list i")] == ["open"] * 4


@pytest.mark.parametrize("query", ["", "?rows=", "?rows=abc", "?rows=999999999999"])
def test_there_is_nothing_to_undo(alice, ann, query):
    assert alice.post(f"/ratings/{ann}/undo{query}").status_code == 404


def test_a_correction_names_the_row_it_answers_and_another_look_does_not(
    app, alice, ann
):
    first = save(alice, ann, version=0, score=3).json
    second = save(alice, ann, version=first["version"], score=4).json
    with app.app_context():
        row = db.session.get(Rating, int(second["version"]))
        row.created_at = utc_now() - timedelta(days=30)
        db.session.commit()
    save(alice, ann, version=second["version"], score=3)

    one, two, three = rows(app)
    assert [one.answers_id, two.answers_id, three.answers_id] == [None, one.id, None]


@pytest.mark.parametrize("version", [None, "0", "abc", "²", "9" * 30, "-1"])
def test_a_save_upon_an_older_row_is_refused_with_both_texts(app, alice, ann, version):
    save(alice, ann, version=0, score=3, example="Asked before the change.")
    fields = {} if version is None else {"version": version}
    response = save(alice, ann, score=4, example=EXAMPLE, **fields)

    told = response.json
    assert response.status_code == 409
    assert EXAMPLE in told["typed"]
    assert "Asked before the change." in told["now"]
    assert told["version"] == str(rows(app)[0].id)
    assert len(rows(app)) == 1


def test_the_plain_form_shows_both_texts_and_saving_again_is_a_choice(app, alice, ann):
    fields = form_fields(alice.get(f"/ratings/{ann}"))
    save(alice, ann, version=0, score=3, example="Asked before the change.")
    save(alice, ann, "help", version=0, score=3)
    fields |= {"choices-score": "4", "choices-example": EXAMPLE, "needs-score": "3"}
    page = alice.page(alice.post(f"/ratings/{ann}", **fields), 409)

    both = page.select_one("#conflict").text
    assert EXAMPLE in both
    assert "Asked before the change." in both
    assert page.select_one("#choices-example").text.strip() == EXAMPLE
    assert len(rows(app)) == 2
    alice.post(f"/ratings/{ann}", **form_fields(page))
    assert [(row.criterion, row.score) for row in rows(app)[2:]] == [
        ("choices", 4),
        ("needs", 3),
    ]


def test_what_one_left_alone_does_not_collide(app, alice, ann):
    told = save(alice, ann, version=0, score=3).json
    fields = form_fields(alice.get(f"/ratings/{ann}"))
    save(alice, ann, version=told["version"], score=4)
    fields["needs-score"] = "3"

    assert alice.post(f"/ratings/{ann}", **fields).location == f"/people/{ann}"
    assert [(row.criterion, row.score) for row in rows(app)] == [
        ("choices", 3),
        ("choices", 4),
        ("needs", 3),
    ]


@pytest.mark.parametrize("score", [1, 2, 5])
def test_a_score_far_from_the_middle_needs_an_example(app, alice, ann, score):
    for criterion in ("choices", "informs", "needs", "help"):
        response = save(alice, ann, criterion, version=0, score=score, example=" ")
        assert response.status_code == 422
        assert response.json["fault"] == f"Not saved: a {score} needs an example"
        assert "example" in response.json["faults"]

    assert rows(app) == []
    assert save(alice, ann, version=0, score=score, example=EXAMPLE).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field", "fault"),
    [
        ({"score": "6"}, "score", "Not a valid choice."),
        ({"score": "4.5"}, "score", "Not a valid choice."),
        ({"score": "9" * 5000}, "score", "Not a valid choice."),
        ({"score": "-1"}, "score", "Not a valid choice."),
        ({"score": "٣"}, "score", "Not a valid choice."),
        ({"example": EXAMPLE}, "score", "Choose a sentence too"),
        ({"score": "4", "example": "x" * 10_001}, "example", "At most 10000"),
        ({"score": "4", "example": "a\0b"}, "example", "cannot be kept"),
        ({"score": "0", "example": EXAMPLE}, "example", "you did see it"),
        ({"score": "4", "seen_on": "2099-01-01"}, "seen_on", "still to come"),
        ({"score": "4", "seen_on": "0202-01-01"}, "seen_on", "from 2000 to"),
        ({"score": "4", "seen_on": "30-02-2026"}, "seen_on", "Not a valid date"),
        ({"score": "4", "seen_on": "2026-02-30"}, "seen_on", "Not a valid date"),
        (
            {"score": "2", "example": EXAMPLE, "different": "y"},
            "different",
            "Different is no reason for a 1 or 2. Was an agreed limit crossed",
        ),
    ],
)
def test_a_faulty_save_is_refused_at_its_field(app, alice, ann, fields, field, fault):
    told = save(alice, ann, version=0, **fields)
    typed = {f"choices-{name}": value for name, value in fields.items()}
    page = alice.page(
        alice.post(
            f"/ratings/{ann}", **{"needs-score": "3", "needs-version": "0"}, **typed
        ),
        422,
    )

    assert told.status_code == 422
    assert fault in told.json["faults"][field]
    assert fault in page.select_one(f"#choices-{field}-fault").text
    assert fault in page.select_one("#faults").text
    assert page.select_one("#needs [value='3']").has_attr("checked")
    assert rows(app) == []


def test_a_refused_form_keeps_what_was_typed(alice, ann):
    page = alice.page(
        alice.post(
            f"/ratings/{ann}",
            **{
                "choices-version": "0",
                "choices-score": "4",
                "choices-example": EXAMPLE,
                "choices-seen_on": "30-02-2026",
                "choices-different": "y",
            },
        ),
        422,
    )

    assert page.select_one("#choices [value='4']").has_attr("checked")
    assert page.select_one("#choices-example").text.strip() == EXAMPLE
    assert page.select_one("#choices-seen_on")["value"] == "30-02-2026"
    assert page.select_one("#choices-different").has_attr("checked")


def test_a_long_example_is_kept_whole(app, alice, ann):
    text = "Zoë 🙂 " + "x" * 9_993
    assert len(text) == 9_999

    assert save(alice, ann, version=0, score=4, example=text + "y").status_code == 200
    assert rows(app)[0].example == text + "y"


def test_different_goes_with_the_other_scores(app, alice, ann):
    save(alice, ann, version=0, score=3, different="y")
    save(alice, ann, "informs", version=0, score=3, different="y")

    assert [row.different for row in rows(app)] == [True, False]


def test_not_observed_lets_go_of_the_example_of_before(app, alice, ann):
    save(alice, ann, version=0, score=4, example=EXAMPLE)
    fields = form_fields(alice.get(f"/ratings/{ann}"))
    alice.post(f"/ratings/{ann}", **{**fields, "choices-score": "0"})

    assert [(row.state, row.example) for row in rows(app)] == [
        ("scored", EXAMPLE),
        ("unseen", ""),
    ]


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ((4, 4, 4, 4), "Four times a 4."),
        ((4, 4, 4, 3), None),
        ((4, 4, 4, None), None),
        ((None, None, None, None), None),
    ],
)
def test_four_equal_scores_bring_a_thought(app, alice, scores, words):
    with app.app_context():
        person = factory.employee(alice.team_id)
        factory.rated(person, *scores, rater_id=alice.manager_id)
        ann = person.id
    halo = alice.get(f"/ratings/{ann}").select_one("#halo")

    assert halo.has_attr("hidden") == (words is None)
    assert words is None or words in halo.text


def test_what_is_old_asks_for_another_look(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id)
        seen_on = date.today() - timedelta(days=200)
        given = {"rater_id": alice.manager_id, "seen_on": seen_on}
        factory.rating(person, "choices", 4, example=EXAMPLE, **given)
        ann = person.id
    page = alice.get(f"/ratings/{ann}")
    still = page.select_one("#choices button[name=still]")

    alice.post(f"/ratings/{ann}", still=still["value"], **form_fields(page))

    old, new = rows(app)
    assert (new.score, new.example) == (old.score, old.example)
    assert new.seen_on > date.today() - timedelta(days=2)
    assert alice.get(f"/ratings/{ann}").select("button[name=still]") == []


def test_two_raters_each_have_their_own_and_see_the_others(app, alice, bob, ann):
    with app.app_context():
        db.session.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role="editor")
        )
        db.session.commit()
    save(bob, ann, version=0, score=2, example=EXAMPLE)
    folded = "#choices details:has(.seen-by)"
    [kept_back] = alice.get(f"/ratings/{ann}").select(folded)
    assert save(alice, ann, version=0, score=4).status_code == 200
    page = alice.get(f"/ratings/{ann}")

    assert page.select_one(".progress-list b").text == "4"
    assert page.select_one("#choices .seen-by").text == "Bob: 2"
    assert page.select(folded) == []
    assert kept_back.summary.text == "Bob has looked at this too"
    assert kept_back.select_one(".seen-by").text == "Bob: 2"
    assert not kept_back.has_attr("open")
    assert EXAMPLE not in page.text


def test_who_may_only_look_cannot_rate(app, alice, bob, ann):
    with app.app_context():
        db.session.add(
            Membership(team_id=alice.team_id, manager_id=bob.manager_id, role="viewer")
        )
        db.session.commit()

    assert bob.open(f"/ratings/{ann}").status_code == 404
    assert bob.post(f"/ratings/{ann}").status_code == 404
    assert save(bob, ann, version=0, score=4).status_code == 404
    assert rows(app) == []


def test_others_do_not_reach_it(app, alice, bob, ann):
    with app.app_context():
        task = factory.task(alice.team_id).id
        others = factory.task(bob.team_id).id
    told = save(alice, ann, version=0, score=4).json

    assert bob.open(f"/ratings/{ann}").status_code == 404
    assert save(bob, ann, version=0, score=3).status_code == 404
    assert save(bob, ann, f"familiarity/{task}", version=0, score=3).status_code == 404
    assert (
        save(alice, ann, f"familiarity/{others}", version=0, score=3).status_code == 404
    )
    assert bob.post(told["undo"]).status_code == 404
    assert len(rows(app)) == 1


def test_someone_removed_is_not_rated(app, alice):
    with app.app_context():
        gone = factory.employee(alice.team_id, removed_at=utc_now()).id

    assert alice.open(f"/ratings/{gone}").status_code == 404
    assert save(alice, gone, version=0, score=4).status_code == 404


def test_an_unknown_criterion_is_no_page(alice, ann):
    for criterion in ("familiarity", "liking", "example"):
        assert save(alice, ann, criterion, version=0, score=4).status_code in (404, 405)


def titles(page):
    return [title.text for title in page.select("tbody th > span:first-child")]


def test_the_table_begins_with_what_this_person_does(app, alice):
    with app.app_context():
        person = factory.employee(alice.team_id)
        for title in ("Zoning", "audit", "Budget", "Rota"):
            task = factory.task(alice.team_id, title)
            if title == "Zoning":
                factory.pair(person, task, current=3)
            if title == "Rota":
                factory.agreement(person, task)
            if title == "Budget":
                factory.pair(person, task)
                budget = task.id
        factory.task(alice.team_id, "Reserved", reserved=True)
        factory.task(alice.team_id, "Archived", archived_at=utc_now())
        factory.task(alice.team_id, "Removed", removed_at=utc_now())
        ann = person.id

    assert titles(alice.get(f"/ratings/{ann}")) == ["Rota", "Zoning", "audit", "Budget"]
    page = alice.get(f"/ratings/{ann}?task={budget}")
    assert titles(page)[0] == "Budget"
    assert page.select_one("[data-wanted]")["id"] == f"task-{budget}"
    for odd in ("abc", "0", "9" * 30, "-1", ""):
        assert len(titles(alice.get(f"/ratings/{ann}?task={odd}"))) == 4


def test_many_tasks_come_by_the_page(app, alice, ann):
    with app.app_context():
        for number in range(31):
            factory.task(alice.team_id, f"Task {number:02}")
    first, last = alice.get(f"/ratings/{ann}"), alice.get(f"/ratings/{ann}?page=2")

    assert len(titles(first)) == 30
    assert titles(last) == ["Task 30"]
    fields = form_fields(last)
    [name] = [name for name in fields if name.startswith("task-")]
    alice.post(f"/ratings/{ann}", **{**fields, name.replace("version", "score"): "5"})
    assert [row.score for row in rows(app)] == [5]


def test_the_table_keeps_an_example_as_long_as_the_score_stays(app, alice):
    with app.app_context():
        person, task = factory.employee(alice.team_id), factory.task(alice.team_id)
        row = factory.rating(
            person,
            "familiarity",
            3,
            task=task,
            example=EXAMPLE,
            rater_id=alice.manager_id,
        )
        ann, path, version = person.id, f"familiarity/{task.id}", row.id
    save(alice, ann, path, version=version, score=3)
    assert len(rows(app)) == 1
    save(alice, ann, path, version=version, score=4)

    assert [row.example for row in rows(app)] == [EXAMPLE, ""]


def test_a_page_takes_as_many_queries_for_one_task_as_for_many(app, alice, ann):
    with app.app_context():
        factory.task(alice.team_id)
    alice.get(f"/ratings/{ann}")  # The first page of a session makes its token.
    with statements(app) as few:
        alice.get(f"/ratings/{ann}")
    with app.app_context():
        person = db.session.get(factory.Employee, ann)
        for number in range(20):
            task = factory.task(alice.team_id, f"Task {number}")
            factory.rating(person, "familiarity", 3, task=task)

    with statements(app) as many:
        alice.get(f"/ratings/{ann}")

    assert len(many) == len(few)


def test_an_erased_rater_leaves_what_was_seen(app, alice, ann):
    with app.app_context():
        person = db.session.get(factory.Employee, ann)
        gone, _ = factory.manager_with_team("Eve")
        factory.rating(person, "choices", 3, rater_id=gone.id)
        db.session.execute(db.delete(Manager).where(Manager.id == gone.id))
        db.session.commit()

    page = alice.get(f"/ratings/{ann}")
    assert page.select_one("#choices .seen-by").text == "someone else: 3"


def test_it_speaks_dutch(alice, ann):
    alice.headers["Accept-Language"] = "nl"
    page = alice.get(f"/ratings/{ann}")
    told = alice.open(
        f"/ratings/{ann}/help",
        "POST",
        data={"version": 0, "score": 2},
        headers={**JSON, "Accept-Language": "nl"},
    ).json

    assert page.h1.text.startswith("Wat heb je gezien van")
    assert "Wat heb je gezien dat je overtuigt?" in page.text
    assert told["fault"] == "Niet opgeslagen: bij een 2 hoort een voorbeeld"


@pytest.mark.parametrize("page", ["0", "2", "999999", "-1", "x"])
def test_a_page_that_is_not_there_is_the_nearest_one(app, alice, page):
    with app.app_context():
        employee_id = factory.employee(alice.team_id).id
        factory.task(alice.team_id)

    found = alice.get(f"/ratings/{employee_id}?page={page}")

    assert "Weekly planning" in found.select_one("#familiarity").text
