"""Not written yet."""

from flask import Blueprint, render_template

bp = Blueprint("people", __name__, url_prefix="/people" or None, cli_group=None)


@bp.route("/")
def index():
    return render_template("error.html", heading="people", advice="")
