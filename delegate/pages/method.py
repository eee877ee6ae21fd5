"""Not written yet."""

from flask import Blueprint, render_template

bp = Blueprint("method", __name__, url_prefix="/method" or None, cli_group=None)


@bp.route("/")
def index():
    return render_template("error.html", heading="method", advice="")
