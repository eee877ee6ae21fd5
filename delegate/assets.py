"""Fonts and Bootstrap, served out of the installed packages; static files by content.

The only module that knows where those packages keep their files. Each file is served by
its exact name; nothing else in those folders can be reached.
"""

import functools
import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, send_file, url_for

from .access import public

YEAR = 365 * 24 * 60 * 60

SANS = Path(str(files("font_source_sans_pro"))) / "files"
SERIF = Path(str(files("font_source_serif_pro"))) / "files"
BOOTSTRAP = Path(str(files("flask_bootstrap"))) / "static/bootstrap5/css"

FILES: dict[str, Path] = {
    path.name: path
    for path in (
        BOOTSTRAP / "bootstrap.min.css",
        SANS / "SourceSansPro-Regular.ttf",
        SANS / "SourceSansPro-It.ttf",
        SANS / "SourceSansPro-Semibold.ttf",
        SERIF / "SourceSerifPro-Regular.ttf",
        SERIF / "SourceSerifPro-It.ttf",
        SERIF / "SourceSerifPro-Semibold.ttf",
    )
}
"""What the pages and the prints use from other packages, by name."""

MIMETYPES = {".css": "text/css", ".ttf": "font/ttf"}
"""Said here, because not every machine's own table knows a font."""

bp = Blueprint("assets", __name__, url_prefix="/assets")


@bp.get("/<name>")
@public
def file(name: str) -> Response:
    path = FILES.get(name)
    if path is None:
        abort(404)
    response = send_file(path, mimetype=MIMETYPES[path.suffix], max_age=YEAR)
    return keep_for_a_year(response)


def keep_for_a_year(response: Response) -> Response:
    """Let a browser keep what will never change under this address."""
    response.cache_control.no_cache = None
    response.cache_control.public = True
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    return response


def fingerprint(path: Path) -> str:
    """Return a few characters that change whenever the file does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def static_url(static: Path, digest: Callable[[Path], str], name: str) -> str:
    """Return the address of a static file or an asset, with its fingerprint."""
    if name in FILES:
        return url_for("assets.file", name=name, v=digest(FILES[name]))
    return url_for("static", filename=name, v=digest(static / name))


def init_app(app: Flask) -> None:
    """Serve the assets, and give templates `static_url(name)`."""
    app.register_blueprint(bp)
    digest = fingerprint if app.debug else functools.cache(fingerprint)
    app.jinja_env.globals["static_url"] = functools.partial(
        static_url, Path(str(app.static_folder)), digest
    )

    @app.after_request
    def keep_static(response: Response) -> Response:
        if request.endpoint == "static" and request.args.get("v"):
            return keep_for_a_year(response)
        return response
