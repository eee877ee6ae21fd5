"""What the database refuses, whatever a form lets through."""

from datetime import date

import factory
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from delegate import rules
from delegate.models import (
    AGREEMENT_TEXTS,
    Agreement,
    Employee,
    Manager,
    Membership,
    Pair,
    Rating,
    Safeguard,
    Task,
    Team,
    db,
)

EMPLOYEE = {"team_id": 1, "name": "Ann"}
TASK = {"team_id": 1, "title": "Planning"}
RATING = {"team_id": 1, "employee_id": 1, "criterion": "help", "state": "unseen"}
SCORED = {**RATING, "state": "scored", "score": 4}
AGREEMENT = {"team_id": 1, "employee_id": 1, "task_id": 1, "level": 5}
PAIR = {"team_id": 1, "employee_id": 1, "task_id": 2}


@pytest.fixture
def rows(app):
    """Two teams; the first with Ann, two tasks and a pair that has an agreement."""
    with app.app_context():
        _, team = factory.manager_with_team("Alice")
        factory.manager_with_team("Bob")
        ann = factory.employee(team.id)
        factory.employee(2, name="Bram")
        task = factory.task(team.id)
        factory.task(team.id, title="Report")
        factory.agreement(ann, task)
        yield


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("model", "row"),
    [
        (Employee, {**EMPLOYEE, "name": ""}),
        (Employee, {**EMPLOYEE, "name": "  "}),
        (Employee, {**EMPLOYEE, "name": "x" * 501}),
        (Employee, {**EMPLOYEE, "role": "x" * 501}),
        (Employee, {**EMPLOYEE, "hours_free": -1}),
        (Employee, {**EMPLOYEE, "hours_free": 169}),
        (Employee, {**EMPLOYEE, "asks_of_me": "x" * 10_001}),
        (Employee, {**EMPLOYEE, "team_id": 99}),
        (Task, {**TASK, "title": " "}),
        (Task, {**TASK, "stakes": "huge"}),
        (Task, {**TASK, "undo": "maybe"}),
        (Task, {**TASK, "outcome_clear": "yes"}),
        (Task, {**TASK, "limits_clear": ""}),
        (Task, {**TASK, "limits": "x" * 10_001}),
        (Rating, {**RATING, "criterion": "liking"}),
        (Rating, {**RATING, "state": "guessed"}),
        (Rating, {**RATING, "state": "scored"}),
        (Rating, {**RATING, "score": 3}),
        (Rating, {**SCORED, "score": 0}),
        (Rating, {**SCORED, "score": 6}),
        (Rating, {**SCORED, "score": 5}),
        (Rating, {**SCORED, "score": 2, "example": " "}),
        (Rating, {**SCORED, "score": 2, "example": "Late", "different": True}),
        (Rating, {**SCORED, "task_id": 1}),
        (Rating, {**SCORED, "criterion": "familiarity"}),
        (Rating, {**SCORED, "team_id": 2}),
        (Rating, {**SCORED, "employee_id": 2}),
        (Pair, {**PAIR, "current": 0}),
        (Pair, {**PAIR, "current": 8}),
        (Pair, {**PAIR, "team_id": 2}),
        (Pair, {**PAIR, "employee_id": 2}),
        (Agreement, AGREEMENT),
        (Agreement, {**AGREEMENT, "state": "ended", "level": 8}),
        (Agreement, {**AGREEMENT, "state": "gone"}),
        (Agreement, {**AGREEMENT, "state": "ended", "advised": 4}),
        (Agreement, {**AGREEMENT, "state": "ended", "task_id": 2}),
        (Safeguard, {"agreement_id": 1, "criterion": "familiarity", "text": "x"}),
        (Safeguard, {"agreement_id": 1, "criterion": "help", "text": " "}),
        (Membership, {"team_id": 1, "manager_id": 2, "role": "boss"}),
        (Manager, {"email": "alice@example.org", "password": "x"}),
        (Manager, {"email": "Eve@example.org", "password": "x"}),
        (Manager, {"email": "eve@example.org", "password": ""}),
        (Team, {"name": ""}),
    ],
)
def test_the_database_refuses(model, row):
    db.session.add(model(**row))

    with pytest.raises(IntegrityError):
        db.session.commit()


@pytest.mark.usefixtures("rows")
def test_an_agreement_cannot_be_agreed_without_a_moment_to_look_back():
    agreement = db.session.scalars(db.select(Agreement)).one()
    agreement.look_back_on = None

    with pytest.raises(IntegrityError):
        db.session.commit()


@pytest.mark.usefixtures("rows")
def test_good_rows_are_kept():
    db.session.add_all(
        [
            Employee(**EMPLOYEE, hours_free=168, learning="x" * 10_000),
            Task(**TASK, hours=0.5, deadline=date(2027, 1, 1)),
            Rating(**RATING),
            Rating(**{**SCORED, "score": 5}, example="Called before the delay."),
            Pair(**PAIR, current=7),
            Agreement(**{**AGREEMENT, "state": "ended"}),
        ]
    )
    db.session.commit()


@pytest.mark.usefixtures("rows")
def test_a_save_upon_an_older_version_is_refused_by_the_database():
    task = db.session.get(Task, 1)
    db.session.execute(
        db.update(Task).where(Task.id == 1).values(title="Other", version=2),
        execution_options={"synchronize_session": False},
    )
    task.title = "Mine"

    with pytest.raises(StaleDataError):
        db.session.commit()


@pytest.mark.usefixtures("rows")
def test_what_belongs_to_a_person_goes_with_the_person():
    db.session.execute(db.delete(Employee).where(Employee.id == 1))
    db.session.commit()

    for model in (Rating, Pair, Agreement):
        assert db.session.scalars(db.select(model)).all() == []


@pytest.mark.parametrize(
    ("outcome", "limits", "clarity"),
    [
        ("clear", "clear", rules.Clarity.CLEAR),
        ("clear", "partly", rules.Clarity.PARTLY),
        ("unclear", "partly", rules.Clarity.UNCLEAR),
        ("unclear", None, None),
        (None, "clear", None),
    ],
)
def test_the_lower_clarity_counts_once_both_are_answered(outcome, limits, clarity):
    task = Task(
        stakes="low",
        undo="easy",
        outcome_clear=outcome,
        limits_clear=limits,
        reserved=False,
    )

    assert task.facts().clarity == clarity


def test_every_text_of_an_agreement_is_listed():
    """Its form fills what is listed, and the database limits how long that is."""
    columns = Agreement.__table__.columns
    texts = {one.name for one in columns if one.default and one.default.arg == ""}

    assert texts == {*AGREEMENT_TEXTS, "closing_reason"}
