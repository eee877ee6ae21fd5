"""The trail: who saw, changed, took out or shared what, and never what was written."""

from collections import Counter
from datetime import timedelta

import factory
import pytest
from browsing import Browser
from counting import statements
from sqlalchemy import delete, insert, select, text, update

from delegate.database import set_all
from delegate.identity import links
from delegate.models import (
    LINKS,
    AuditEntry,
    Employee,
    Link,
    Membership,
    Model,
    PairEvent,
    ProposedPerson,
    ProposedTask,
    Rating,
    Remark,
    Safeguard,
    Team,
    db,
    utc_now,
)
from delegate.rights import audit, trail_words, viewing
from delegate.sample import team as sample

LONG_AGO = utc_now() - timedelta(days=400)


@pytest.fixture
def ann(alice):
    """The id of someone in Alice's team, of whom nothing changed for long."""
    with alice.app.app_context():
        id = factory.employee(alice.team_id, "Ann Verhoeven").id
    start_anew(alice.app)
    return id


def start_anew(app):
    with app.app_context():
        db.session.execute(delete(AuditEntry))
        people = Employee.__table__
        db.session.connection().execute(update(people).values(changed_at=LONG_AGO))
        db.session.commit()


def told(app):
    """Return what stands in the trail, oldest first."""
    with app.app_context():
        rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [(one.action, one.subject, one.employee_id) for one in rows]


def changed_at(app, id):
    with app.app_context():
        return db.session.get(Employee, id).changed_at


# ---- changes


def test_a_change_is_told_with_who_made_it(app, alice, ann):
    alice.post(f"/people/{ann}/edit", name="Ann Verhoeven", version="1", asks_of_me="x")
    with app.app_context():
        [entry] = db.session.scalars(select(AuditEntry))

    assert (entry.action, entry.subject) == ("changed", "employee")
    assert (entry.manager_id, entry.team_id) == (alice.manager_id, alice.team_id)
    assert entry.employee_id == ann


def test_a_change_dates_the_person_and_leaves_the_version(app, alice, ann):
    alice.post(f"/ratings/{ann}/informs", state="scored", score="4", version="0")

    assert told(app) == [("added", "rating", ann)]
    with app.app_context():
        person = db.session.get(Employee, ann)
        assert utc_now() - person.changed_at < timedelta(minutes=1)
        assert person.version == 1


def test_a_save_that_fails_is_not_told(app, alice, ann):
    assert alice.post(f"/people/{ann}/edit", name="B", version="9").status_code == 409
    with app.app_context():
        db.session.get(Employee, ann).name = "Another"
        db.session.flush()
        db.session.rollback()

    assert told(app) == []
    assert changed_at(app, ann) == LONG_AGO


def test_nothing_is_told_where_nothing_changed(app, alice, ann):
    with app.app_context():
        db.session.get(Employee, ann).name = "Ann Verhoeven"
        db.session.commit()

    assert told(app) == []


def test_removing_and_putting_back_are_told(app, alice, ann):
    alice.post(f"/people/{ann}/remove")
    alice.post("/people/put-back", employee=ann)

    assert told(app) == [("removed", "employee", ann), ("put_back", "employee", ann)]


def test_one_statement_for_many_rows_tells_of_each(app, alice, ann):
    with app.app_context():
        ben = factory.employee(alice.team_id, "Ben").id
    start_anew(app)
    with app.app_context():
        set_all(Employee, [ann, ben], hours_free=8)

    assert told(app) == [("changed", "employee", one) for one in (ann, ben)]
    assert changed_at(app, ben) > LONG_AGO


def test_an_import_is_told_once(app, alice):
    rows = [{"team_id": alice.team_id, "name": f"Number {n}"} for n in range(5000)]
    start_anew(app)
    with app.app_context(), statements(app) as sent:
        db.session.execute(insert(Employee), rows)
        db.session.commit()

    assert told(app) == [("imported", "employees", None)]
    assert len([one for one in sent if "INTO audit_entry" in one]) == 1


def test_the_same_twice_in_a_save_is_told_once(app, alice, ann):
    with app.app_context():
        for criterion in ("choices", "informs", "needs", "help"):
            db.session.add(
                Rating(
                    team_id=alice.team_id,
                    employee_id=ann,
                    criterion=criterion,
                    state="unseen",
                )
            )
            db.session.flush()
        db.session.commit()

    assert told(app) == [("added", "rating", ann)]


@pytest.mark.parametrize("at_once", [False, True], ids=["by the session", "at once"])
def test_erasing_someone_leaves_entries_about_nobody(app, alice, ann, at_once):
    alice.get(f"/people/{ann}")
    with app.app_context():
        person = db.session.get(Employee, ann)
        if at_once:
            db.session.execute(delete(Employee).where(Employee.id == ann))
        else:
            db.session.delete(person)
        db.session.commit()

    assert told(app) == [("viewed", "employee", None), ("erased", "employee", None)]


def test_a_removed_team_takes_its_trail_along(app, alice, ann):
    alice.get(f"/people/{ann}")
    with app.app_context():
        db.session.execute(delete(Team).where(Team.id == alice.team_id))
        db.session.commit()

    assert told(app) == [("erased", "team", None)]


def test_what_hangs_on_a_score_or_an_agreement_is_of_the_same_person(app, alice, ann):
    with app.app_context():
        person, task = db.session.get(Employee, ann), factory.task(alice.team_id)
        score = factory.rating(person, "informs", 4)
        agreement = factory.agreement(person, task)
        ids = score.id, agreement.id
    start_anew(app)
    with app.app_context():
        db.session.add(Remark(rating_id=ids[0], text="I did tell."))
        db.session.add(
            Safeguard(agreement_id=ids[1], criterion="help", text="We call.")
        )
        db.session.commit()

    assert Counter(told(app)) == Counter(
        [("added", "remark", ann), ("added", "safeguard", ann)]
    )


def test_sharing_a_team_is_told_both_ways(app, alice, bob, ann):
    with app.app_context():
        bobs = Membership(
            team_id=alice.team_id, manager_id=bob.manager_id, role="editor"
        )
        db.session.add(bobs)
        db.session.commit()
        db.session.delete(bobs)
        db.session.commit()

    assert told(app) == [
        ("joined", "membership", None),
        ("unshared", "membership", None),
    ]


def test_who_joins_does_so_and_other_roles_have_words_of_their_own(app, alice, bob):
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        bobs = Membership(**ids, role="viewer")
        db.session.add(bobs)
        db.session.commit()
    sharing = f"/teams/{alice.team_id}/sharing/{bob.manager_id}"
    alice.post(f"{sharing}/role", role="editor", was="viewer")
    alice.post(f"{sharing}/hand-over")
    page = alice.get(f"/trail/?team={alice.team_id}").text

    assert "Bob took up the invitation" in page
    assert "Alice changed who may do what in the team" in page
    assert "Alice handed the team over to someone else" in page


def test_a_link_is_told_when_made_and_withdrawn_but_not_when_used(app, alice, ann):
    with app.app_context():
        token = links.make(
            "own_view",
            team_id=alice.team_id,
            employee_id=ann,
            manager_id=alice.manager_id,
        )
        db.session.commit()
        link = db.session.scalar(
            select(Link).where(Link.token_hash == links.digest(token))
        )
        links.use(link)
        db.session.commit()
        links.revoke(link)
        db.session.commit()

    assert told(app) == [("shared", "own_view", ann), ("unshared", "own_view", ann)]
    assert changed_at(app, ann) == LONG_AGO


def test_a_command_is_nobodys(app, alice, ann):
    with app.app_context():
        set_all(Employee, [ann], hours_free=8)
        entry = db.session.scalar(select(AuditEntry))

    assert entry.manager_id is None


def test_the_sample_team_can_be_told_in_words(app, alice):
    alice.post("/demo/load")
    subjects = {subject for _, subject, _ in told(app)}
    page = alice.get("/trail/")

    assert {"employee", "rating", "agreement", "safeguard"} <= subjects
    assert sample.PEOPLE[0].name.split()[0] in page.text


def test_every_table_about_people_can_be_told_in_words():
    tables = {
        mapper.class_.__tablename__
        for mapper in Model.registry.mappers
        if mapper.class_ not in audit.UNTOLD and mapper.class_ is not Link
    }
    words = trail_words.OF_SOMEONE.keys() | trail_words.OF_THE_TEAM.keys()

    assert tables | {*LINKS} <= words
    assert {"employees", "tasks"} <= words


def test_every_table_that_is_not_told_is_not_of_a_person():
    """But for what comes along with a pair, agreement or proposal, which are told."""
    others = audit.UNTOLD - {AuditEntry, PairEvent, ProposedPerson, ProposedTask}
    assert not [model for model in others if hasattr(model, "employee_id")]


# ---- views


def test_a_page_that_was_seen_is_told_once_a_day(app, alice, ann):
    for _ in range(2):
        alice.get(f"/people/{ann}")

    assert told(app) == [("viewed", "employee", ann)]


def test_another_process_does_not_tell_it_again(app, alice, ann):
    alice.get(f"/people/{ann}")
    app.extensions["viewing"].clear()
    alice.get(f"/people/{ann}")

    assert told(app) == [("viewed", "employee", ann)]


def test_it_is_told_again_the_next_day(app, alice, ann):
    alice.get(f"/people/{ann}")
    with app.app_context():
        db.session.execute(update(AuditEntry).values(at=utc_now() - timedelta(days=1)))
        db.session.commit()
    app.extensions["viewing"].clear()
    alice.get(f"/people/{ann}")

    assert told(app) == [("viewed", "employee", ann)] * 2


def test_seeing_someone_does_not_keep_what_is_written_longer(app, alice, ann):
    alice.get(f"/people/{ann}")

    assert changed_at(app, ann) == LONG_AGO


def test_a_page_that_was_not_shown_is_not_told(app, alice, bob, ann):
    bob.get(f"/people/{ann}", 404)
    Browser(app).open(f"/people/{ann}")
    alice.open(f"/people/{ann}", "HEAD")

    assert told(app) == []


def test_a_second_look_costs_no_query(app, alice, ann):
    alice.get(f"/people/{ann}")
    with statements(app) as sent:
        alice.get(f"/people/{ann}")

    assert not [one for one in sent if "audit_entry" in one]


def test_the_board_and_the_file_are_told(app, alice, ann):
    alice.get(f"/board/?team={alice.team_id}")
    assert alice.open(f"/plan/{ann}.pdf").status_code == 200

    assert told(app) == [("viewed", "board", None), ("printed", "plan", ann)]


@pytest.mark.parametrize(
    "path",
    [
        "/plan/{ann}.pdf",
        "/export/{team}/people.csv",
        "/export/{team}/workbook.xlsx",
        "/export/{team}/everything.json",
    ],
)
def test_no_file_is_taken_in_parts_untold(app, alice, ann, path):
    start_anew(app)
    way = path.format(ann=ann, team=alice.team_id)
    got = alice.open(way, headers={**alice.headers, "Range": "bytes=0-"})

    assert got.status_code == 200
    assert len(told(app)) == 1


def test_a_trail_that_cannot_be_written_keeps_nobody_from_reading(
    app, alice, ann, caplog
):
    with app.app_context():
        db.session.execute(text("DROP TABLE audit_entry"))
        db.session.commit()

    assert alice.get(f"/people/{ann}").h1.text == "Ann Verhoeven"
    assert "a view was not written down" in caplog.text


NOT_TOLD = {
    "erasing.person": "asks to confirm, and shows a name",
    "planner.index": "leads to the planner of a team",
    "export.index": "asks what to take along, and shows nothing of it",
    "plans.index": "asks whose plans to print, and shows names",
    "plans.show": "says how far the printing is",
}
"""Pages about someone of which nothing is told when they are got, and why."""
ALWAYS_TOLD = ("board", "copies", "export", "planner", "plans", "progress", "what_if")
NAMES_SOMEONE = {"employee_id", "agreement_id", "rating_id"}


def test_every_page_about_someone_is_told_or_has_a_reason(app):
    about = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and (
            rule.arguments & NAMES_SOMEONE or rule.endpoint.split(".")[0] in ALWAYS_TOLD
        )
    }

    assert about - viewing.VIEWS.keys() == NOT_TOLD.keys()


def test_every_page_that_is_told_is_there_and_has_words(app):
    words = trail_words.OF_SOMEONE.keys() | trail_words.OF_THE_TEAM.keys()

    assert viewing.VIEWS.keys() <= app.view_functions.keys()
    told = {*viewing.VIEWS.values(), *viewing.PRIVATE.values()}
    assert {subject for _, subject in told} <= words
    assert {action for action, _ in told} <= trail_words.ACTIONS.keys()


def test_every_action_can_be_chosen():
    chosen = [action for _, actions in trail_words.KINDS.values() for action in actions]

    assert sorted(chosen) == sorted(trail_words.ACTIONS)


def test_old_entries_can_be_found_to_be_purged(app, alice, ann):
    alice.get(f"/people/{ann}")
    with app.app_context():
        now = db.session.scalar(select(AuditEntry.at))

        def found(by):
            return db.session.scalars(audit.too_old(by)).all()

        assert found(now) == []
        assert len(found(now + timedelta(seconds=1))) == 1


def test_no_entry_can_hold_what_was_written():
    texts = {
        column.key
        for column in AuditEntry.__table__.c
        if column.type.python_type is str
    }

    assert texts == {"action", "subject"}
