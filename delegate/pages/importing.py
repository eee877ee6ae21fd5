"""Not written yet."""

from flask import Blueprint, render_template

bp = Blueprint("importing", __name__, url_prefix="/import" or None, cli_group=None)


@bp.route("/")
def index():
    return render_template("error.html", heading="importing", advice="")
