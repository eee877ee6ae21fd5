"""Which page an address belongs to, also one that only takes a form."""

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

READING = ("GET", "HEAD")


def init_app(app: Flask) -> None:
    """Offer `page_here` to templates: the page to come back to."""
    app.jinja_env.globals["page_here"] = page_here


def page_here() -> str:
    """Return where this page can be got again, with what its address asks."""
    path = request.path
    if request.method not in READING or isinstance(
        request.routing_exception, MethodNotAllowed
    ):
        path = nearest_page(path)
    query = request.query_string.decode("ascii", "ignore")
    return f"{request.script_root}{path}{'?' if query else ''}{query}"


def nearest_page(path: str) -> str:
    """Return `path`, or the nearest one above it that can be looked at."""
    while path and not is_page(path):
        path = path.rpartition("/")[0]
    return path or "/"


def is_page(path: str) -> bool:
    try:
        adapter = current_app.create_url_adapter(request)
        assert adapter is not None
        adapter.match(path, method="GET")
    except HTTPException:  # Also where the name of the host is not ours.
        return False
    return True
