"""Not written yet."""

from flask import Blueprint, render_template

bp = Blueprint("today", __name__, url_prefix="" or None, cli_group=None)


@bp.route("/")
def index():
    return render_template("error.html", heading="today", advice="")
