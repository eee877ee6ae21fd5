"""Not written yet."""

from flask import Blueprint, render_template

bp = Blueprint("agreements", __name__, url_prefix="/agreements" or None, cli_group=None)


@bp.route("/")
def index():
    return render_template("error.html", heading="agreements", advice="")
