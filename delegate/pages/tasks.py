"""Not written yet."""

from flask import Blueprint, render_template

bp = Blueprint("tasks", __name__, url_prefix="/tasks" or None, cli_group=None)


@bp.route("/")
def index():
    return render_template("error.html", heading="tasks", advice="")
