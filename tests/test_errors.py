"""What a reader sees when something goes wrong on our side."""

import secrets
import sqlite3

import factory
import pytest
from sqlalchemy import delete, event
from sqlalchemy.exc import DataError, OperationalError

from delegate.models import Employee, Manager, Team, db


@pytest.fixture
def broken(app):
    """An app with a page that fails and one that cannot reach its database."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.route("/fails")
    def fails():
        raise RuntimeError("the secret of the house")

    @app.route("/full")
    def full():
        error = sqlite3.OperationalError("database or disk is full")
        raise OperationalError("INSERT INTO secret", {}, error)


@pytest.mark.usefixtures("broken")
def test_a_fault_of_ours_shows_no_internals(alice):
    page = alice.get("/fails", status=500)

    assert "Something went wrong" in page.h1.text
    assert "secret" not in str(page)


@pytest.mark.usefixtures("broken")
def test_a_full_disk_says_that_nothing_was_saved(alice):
    page = alice.get("/full", status=503)

    assert page.h1.text.strip() == "Not saved"
    assert "INSERT" not in str(page)


def test_too_large_a_form_is_refused_in_words(alice):
    page = alice.page(alice.post("/account/", name="x" * 6_000_000), 413)

    assert "At most 5 MB" in page.text


def test_the_next_request_works_after_a_fault(broken, alice):
    alice.get("/fails", status=500)

    alice.get("/account/")


@pytest.mark.parametrize("body", [b'["x"]', b'{"name": 5}', b"\xff", b""])
def test_what_is_no_form_is_refused(alice, body):
    answer = alice.open("/account/", "POST", data=body, content_type="application/json")

    assert alice.page(answer, 415).h1.text.strip() == "This request could not be read"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_someone_wrote_is_not_in_the_log(app, caplog):
    written = secrets.token_hex()
    with app.app_context(), pytest.raises(DataError) as fault:
        db.session.execute(db.text("SELECT 1/0, :text"), {"text": written})
    app.logger.error("failed", exc_info=fault.value)

    assert "division by zero" in caplog.text
    assert written not in caplog.text


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("path", "late_by", "erased"),
    [
        ("/people/", "INSERT INTO employee", (Team,)),
        ("/people/", "FOR NO KEY UPDATE", (Team, Manager)),
        ("/account/", "FOR NO KEY UPDATE", (Team, Manager)),
        ("/repair/1/informs", "FOR NO KEY UPDATE", (Employee,)),
    ],
)
def test_a_save_that_comes_late_finds_nothing(app, alice, path, late_by, erased):
    """Between looking whether it may and saving, someone else erases what it is of."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        factory.employee(alice.team_id)
        engine = db.engine

    before = [late_by]

    def erase(connection, cursor, statement, *rest):
        if before and before[0] in statement:
            before.clear()
            with engine.begin() as other:
                other.exec_driver_sql("SET LOCAL lock_timeout = 9000")
                for model in erased:
                    other.execute(delete(model))

    event.listen(engine, "before_cursor_execute", erase)
    answer = alice.post(path, name="Bas", text="I say so first.", version="Alice")

    assert before == []
    assert alice.page(answer, 404).h1.text.strip() == "There is nothing here"
