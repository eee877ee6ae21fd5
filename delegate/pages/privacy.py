"""What people are told about what is kept of them: public, as they have no account."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from .. import access
from ..rights import notice

bp = Blueprint("privacy", __name__, url_prefix="/privacy", cli_group=None)


@bp.route("/")
@access.public
def index() -> ResponseReturnValue:
    return render_template(
        "privacy/index.html",
        points=notice.points(),
        rights=notice.RIGHTS,
        ask=notice.whom_to_ask(current_app.config["PRIVACY_CONTACT"]),
    )
