"""For whoever watches the server: is the process there, and can it do its work?"""

from datetime import timedelta

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError

from .. import access
from ..models import Job, db, utc_now

bp = Blueprint("health", __name__)

PLAIN = {"Content-Type": "text/plain"}
PATIENCE = timedelta(minutes=15)
"""How long work may wait before there must be somebody who does it."""


@bp.route("/healthz")
@access.public
def alive() -> ResponseReturnValue:
    return "ok", PLAIN


@bp.route("/readyz")
@access.public
def ready() -> ResponseReturnValue:
    """Answer 200 if the database answers and its tables are ours.

    Pages do without a worker, so that there is none takes no site away.
    """
    try:
        fault = None if tables_are_ours() else "run: flask db upgrade"
        rest = ", but no worker" if not fault and nobody_works() else ""
    except SQLAlchemyError:
        fault = "no database"
    return (fault, 503, PLAIN) if fault else (f"ok{rest}", PLAIN)


def tables_are_ours() -> bool:
    context = MigrationContext.configure(db.session.connection())
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    return set(context.get_current_heads()) == set(scripts.get_heads())


def nobody_works() -> bool:
    """Tell whether work has waited too long, and none is being done either.

    Whoever works renews the claim; others may wait for that as long as it takes.
    """
    recent = utc_now() - PATIENCE
    touched = func.coalesce(Job.claimed_at, Job.created_at)
    unfinished = db.select(Job.id).where(Job.state.in_(("waiting", "running")))
    waits = db.session.scalar(unfinished.where(touched < recent).limit(1))
    works = db.session.scalar(unfinished.where(Job.claimed_at >= recent).limit(1))
    return waits is not None and works is None
