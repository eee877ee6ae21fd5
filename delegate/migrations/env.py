"""Runs the migrations on the app's own engine, the same on SQLite and PostgreSQL."""

from alembic import context
from flask import current_app

from delegate import database
from delegate.models import db

database.prepare_file(current_app.config["SQLALCHEMY_DATABASE_URI"])
engine = db.engine.execution_options(writes=True)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
