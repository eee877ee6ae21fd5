"""Which page an address belongs to, also one that only takes a form; links to us."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, current_app, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed

READING = ("GET", "HEAD")
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""How the token of a door by link looks: 256 bits, in base64 for addresses."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")

WITH_TOKEN = re.compile(rf"/{TOKEN.pattern}(\.[a-z]+)?(/|$)")


def init_app(app: Flask) -> None:
    """Offer templates the page to come back to, and how far our links reach."""
    app.jinja_env.globals["page_here"] = page_here
    app.jinja_env.globals["is_here_only"] = is_here_only


def page_here() -> str:
    """Return where this page can be got again, with what its address asks.

    An address with a token goes nowhere else: instead of it comes the first page.
    """
    path = request.path
    if has_token(path):
        return f"{request.script_root}/"
    if request.method not in READING or isinstance(
        request.routing_exception, MethodNotAllowed
    ):
        path = nearest_page(path)
    query = request.query_string.decode("ascii", "ignore")
    return f"{request.script_root}{path}{'?' if query else ''}{query}"


def has_token(path: str) -> bool:
    """Tell whether `path` holds what looks like the token of a door by link."""
    return bool(WITH_TOKEN.search(path))


def outside(endpoint: str, **values: Any) -> str:
    """Return the whole address of a page, for a link that is sent or handed over.

    It is made from PUBLIC_URL. Only where that is not set the request says how we were
    called; whoever sends the request chose that, so the answer is for them alone.
    Raises RuntimeError where there is neither.
    """
    public: str = current_app.config["PUBLIC_URL"] or ""
    if not public:
        return url_for(endpoint, **values, _external=True)
    path = current_app.url_map.bind("").build(endpoint, values)
    return urljoin(public, path)


def is_here_only() -> bool:
    """Tell whether a link that `outside` makes opens on this computer and no other."""
    return urlsplit(outside("today.index")).hostname in LOOPBACK


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
