"""A real browser on a real server: pytest fixtures for what only a browser can show."""

import contextlib
import shutil
import threading
from types import SimpleNamespace

import factory
import pytest
import waitress
from axe_playwright_python.sync_playwright import Axe
from browsing import Browser
from playwright.sync_api import sync_playwright
from waitress import wasyncore

from delegate.models import db

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEIGHT = 900
PATIENCE = 60
"""For a request that still runs where its test ends, in seconds."""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE = {"type": "tag", "values": WCAG}
RULES_OF_LOOK = {
    "type": "rule",
    "values": [
        "color-contrast",
        "link-in-text-block",
        "scrollable-region-focusable",
        "target-size",
    ],
}
"""The rules that hang on light, width and the length of words."""


@pytest.fixture
def live_server(one_database, tmp_path):
    """A server, and Hanneke's team on it: `.url`, `.app`, `.team_id`, `.manager_id`."""
    from conftest import make_app

    app = make_app(one_database, tmp_path, WTF_CSRF_ENABLED=True)
    with app.app_context():
        manager, team = factory.manager_with_team("Hanneke")
        ids = {"manager_id": manager.id, "team_id": team.id}
    with serve(app) as url:
        yield SimpleNamespace(url=url, app=app, **ids)


@contextlib.contextmanager
def serve(app):
    """Serve `app` for as long as this lasts, and give its address.

    Afterwards none of its threads runs, and none of its connections is open.
    """
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    left = {}

    def end():
        """Leave the server's loop nothing to wait for: it runs this, and ends."""
        left.update(server._map)
        server._map.clear()

    server.trigger.pull_trigger(end)
    thread.join()
    server.task_dispatcher.shutdown(timeout=PATIENCE)
    wasyncore.close_all(left, ignore_all=True)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium, of the system's own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is missing: run python3 run.py test, or install it.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield running
        running.close()


@pytest.fixture
def new_page(chromium, live_server):
    """Return pages on the server: `new_page(language="en", dark=False, width=1280)`.

    All pages of a test share one sign-in, as tabs do. A page whose script fails, or
    that breaks the content policy, fails the test.
    """
    contexts, complaints = [], []
    cookie = session_cookie(live_server.app)

    def make(language="en", dark=False, width=1280, js=True, signed_in=True):
        context = chromium.new_context(
            base_url=live_server.url,
            locale=language,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=js,
            timezone_id="Europe/Amsterdam",
        )
        contexts.append(context)
        if signed_in:
            context.add_cookies([{**cookie, "url": live_server.url}])
        context.set_default_timeout(5000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.extend(breaches(said.text)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def breaches(said):
    return [said] if "Content Security Policy" in said else []


def session_cookie(app):
    """Sign Hanneke in, as a browser does, and return the cookie of her session."""
    visitor = Browser(app)
    form = visitor.get("/account/sign-in").select_one(
        "form[method=post]:not(.masthead-tools)"
    )
    visitor.post(
        "/account/sign-in",
        email="hanneke@example.org",
        password=factory.PASSWORD,
        csrf_token=form.select_one("[name=csrf_token]")["value"],
    )
    return {"name": "session", "value": visitor.client.get_cookie("session").value}


def check_accessible(page, rules=EVERY_RULE):
    """Check the page as it stands with axe, and that it does not scroll sideways."""
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    faults = {
        (violation["id"], node["html"])
        for violation in found.response["violations"]
        for node in violation["nodes"]
    }
    assert faults == set()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
