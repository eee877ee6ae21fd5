"""Not written yet."""

from flask import Blueprint, render_template

bp = Blueprint("board", __name__, url_prefix="/board" or None, cli_group=None)


@bp.route("/")
def index():
    return render_template("error.html", heading="board", advice="")
