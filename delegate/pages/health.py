"""For whoever watches the server: is the process there, and can it do its work?"""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from .. import access
from ..models import db

bp = Blueprint("health", __name__)


@bp.route("/healthz")
@access.public
def alive() -> ResponseReturnValue:
    return "ok", {"Content-Type": "text/plain"}


@bp.route("/readyz")
@access.public
def ready() -> ResponseReturnValue:
    """Answer 200 if the database answers and its tables are those of this version."""
    try:
        current = MigrationContext.configure(
            db.session.connection()
        ).get_current_heads()
    except SQLAlchemyError:
        return "no database", 503, {"Content-Type": "text/plain"}
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    if set(current) != set(scripts.get_heads()):
        return "run: flask db upgrade", 503, {"Content-Type": "text/plain"}
    return "ok", {"Content-Type": "text/plain"}
