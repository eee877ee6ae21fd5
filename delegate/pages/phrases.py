"""How to say it, from the parent role to the adult role: open to everybody.

Also hands the words that are pointed out to the script that looks for them.
"""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from .. import access
from ..dialogue import judging

bp = Blueprint("phrases", __name__, url_prefix="/phrases", cli_group=None)


@bp.route("/")
@access.public
def index() -> ResponseReturnValue:
    return render_template("phrases/index.html")


@bp.route("/words")
@access.public
def words() -> ResponseReturnValue:
    """Hand over the words that are pointed out; answers in JSON."""
    return jsonify(judging.LISTS)
