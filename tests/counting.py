"""How many statements a page sends to the database."""

from contextlib import contextmanager

from sqlalchemy import event

from delegate.models import db


@contextmanager
def statements(app):
    """Return the list that fills with what is sent for as long as this lasts."""
    sent = []

    def note(connection, cursor, statement, *rest):
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
