"""Runs the migrations on the app's own engine, the same on SQLite and PostgreSQL.

All steps of one run are one transaction: they are all there, or none is. Of a SQLite
file with tables a backup is made first. `engine` in the attributes of the configuration
is that of another database, which is a copy already.
"""

from typing import Any

from alembic import context

from delegate import database
from delegate.models import db
from delegate.upkeep import backups

other = context.config.attributes.get("engine")
engine = other or db.engine
database.prepare_file(str(engine.url))
safe = bool(other) or engine.dialect.name != "sqlite"


def keep_what_was(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """Copy the file as it was before the first step, which nobody else sees yet.

    The transaction that is open keeps everyone from writing. Raising ends it.
    """
    global safe
    if not safe and step.source_revision_ids:
        backups.make_before(step.up_revision_id)
    safe = True


with engine.execution_options(writes=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        on_version_apply=keep_what_was,
    )
    with context.begin_transaction():
        context.run_migrations()
