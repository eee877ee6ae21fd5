"""What the log tells, and what it never does."""

import io
import json
import logging
import re
import sqlite3

import factory
import pytest
from browsing import Browser
from sqlalchemy.exc import IntegrityError, OperationalError

from delegate import access, logs
from delegate.models import db

CANARY = "Canary5e17"
FORWARDED = "X-Request-ID"


class Log(logging.StreamHandler):
    """Everything written since, as a served app writes it."""

    def __init__(self):
        super().__init__(io.StringIO())
        self.setFormatter(logs.Json())

    @property
    def text(self):
        return self.stream.getvalue()

    @property
    def events(self):
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def requests(self):
        return [
            event for event in self.events if event["logger"] == "delegate.requests"
        ]


@pytest.fixture
def log():
    handler = Log()
    logging.getLogger().addHandler(handler)
    logging.getLogger("delegate.requests").setLevel(logging.INFO)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def faulty(app):
    """An app with pages that fail, each with the canary in what it raises."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.route("/fails/<name>", methods=["GET", "POST"])
    @access.public
    def fails(name):
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise RuntimeError(f"not {name}: {CANARY}") from error

    @app.route("/full/<name>", methods=["GET", "POST"])
    @access.public
    def full(name):
        error = sqlite3.OperationalError(f"no such column: {CANARY}")
        raise OperationalError(f"INSERT {name}", {"name": CANARY}, error)

    @app.route("/twice/<name>", methods=["GET", "POST"])
    @access.public
    def twice(name):
        for _ in range(2):
            db.session.add(
                factory.Manager(email=CANARY.lower(), name=CANARY, password="x")
            )
            db.session.flush()

    @app.route("/late/<name>")
    @access.public
    def late(name):
        """Fail after the view, where only Flask itself is left to tell of it."""
        app.after_request_funcs.setdefault(None, []).append(lambda _: 1 / 0)
        return name

    return app


def test_a_request_is_one_line(alice, log):
    alice.get("/account/")

    [line] = log.requests
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert line["ms"] > 0
    assert {**line, "time": 0, "ms": 0, "request": 0} == {
        "time": 0,
        "level": "INFO",
        "logger": "delegate.requests",
        "message": "request",
        "request": 0,
        "method": "GET",
        "route": "/account/",
        "status": 200,
        "ms": 0,
        "manager": alice.manager_id,
    }


def test_the_route_is_told_and_not_the_address(app, alice, log):
    with app.app_context():
        id = factory.employee(alice.team_id).id
    alice.get(f"/people/{id}")

    assert log.requests[0]["route"] == "/people/<id:employee_id>"


def test_a_page_for_anyone_names_no_manager(browser, log):
    browser.get("/account/sign-in")

    assert "manager" not in log.requests[0]


HEADERS = (
    "Accept-Language",
    "Authorization",
    "Host",
    "Referer",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    CANARY,
)


def send_everywhere(app, path, method):
    """Send the canary in every place that a request has."""
    client = app.test_client()
    client.set_cookie("session", CANARY)
    client.set_cookie(CANARY, CANARY)
    form = {CANARY: CANARY, "csrf_token": CANARY, "email": f"{CANARY}@example.org"}
    return client.open(
        f"{path}/{CANARY}?{CANARY}={CANARY}&next={CANARY}&team={CANARY}",
        method=method,
        data=form if method == "POST" else None,
        headers=dict.fromkeys(HEADERS, CANARY),
    )


@pytest.mark.parametrize("method", ["GET", "POST", "TRACE", CANARY.upper()])
@pytest.mark.parametrize(
    "path", ["/fails", "/full", "/twice", "/late", "/nothing", "/account", "/people"]
)
def test_nothing_that_was_sent_is_in_the_log(faulty, log, path, method):
    faulty.config["WTF_CSRF_ENABLED"] = path in ("/account", "/people")
    send_everywhere(faulty, path, method)

    assert len(log.requests) <= 1
    assert log.events
    assert CANARY.lower() not in log.text.lower()


def test_what_a_form_holds_is_not_in_the_log(faulty, log):
    """With the token asked for, it is left at the door; without, it is refused."""
    for csrf in (True, False):
        faulty.config["WTF_CSRF_ENABLED"] = csrf
        browser = Browser(faulty)
        for path in ("/account/first", "/account/sign-in"):
            browser.post(
                path, name=CANARY, email=CANARY, password=CANARY, code=CANARY, next="/"
            )

    assert {line["status"] for line in log.requests} >= {400}
    assert CANARY not in log.text


def test_a_fault_is_told_by_kind_and_place(faulty, log):
    faulty.test_client().get(f"/fails/{CANARY}")

    [fault] = [event for event in log.events if event["level"] == "ERROR"]
    assert fault["kinds"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert re.search(r"test_logs.py:\d+ fails", fault["where"][-1])
    assert fault["request"] == log.requests[0]["request"]


def test_a_database_that_refuses_is_told_by_its_code(faulty, log):
    faulty.test_client().get("/twice/x")

    [fault] = [event for event in log.events if event["level"] == "ERROR"]
    assert fault["kinds"][0] == "sqlalchemy.exc.IntegrityError"
    assert set(fault["codes"]) & {"23505", "SQLITE_CONSTRAINT_UNIQUE"}


def test_what_the_database_quotes_is_not_in_the_log(app, log):
    """PostgreSQL's own words give the value that was there twice."""
    with app.app_context():
        factory.manager_with_team(CANARY)
        with pytest.raises(IntegrityError) as fault:
            factory.manager_with_team(CANARY)
    app.logger.error("failed", exc_info=fault.value)

    assert "IntegrityError" in log.text
    assert CANARY.lower() not in log.text.lower()


@pytest.mark.parametrize(
    "name", ["waitress", "werkzeug", "weasyprint.x", "some.library"]
)
def test_of_a_library_only_the_words_in_its_code_are_told(log, name):
    library = logging.getLogger(name)
    library.warning(f"Exception while serving /{CANARY}")
    library.warning("%s was slow", CANARY)

    assert CANARY not in log.text


def test_a_terminal_gets_a_line_that_can_be_read(faulty, log):
    log.setFormatter(logs.Text())
    faulty.test_client().get(f"/fails/{CANARY}")

    fault, *where = log.text.splitlines()
    assert re.match(r"\S+ ERROR delegate RuntimeError [0-9a-f]{16} ", fault)
    assert where[0].startswith("    delegate/") or "test_logs" in where[0]
    assert CANARY not in log.text


@pytest.mark.parametrize("path", ["/fails/x", "/full/x", "/nothing"])
def test_an_error_page_gives_the_number_in_the_log(faulty, log, path):
    answer = faulty.test_client().get(path)

    assert answer.headers[FORWARDED] in answer.text
    assert answer.headers[FORWARDED] == log.requests[0]["request"]


@pytest.mark.parametrize(
    ("proxies", "given", "believed"),
    [
        (1, "0123abcd-0123", True),
        (1, "x" * 64, True),
        (1, "x" * 65, False),
        (1, "x" * 7, False),
        (1, "0123abcd, 0123abcd", False),
        (1, "0123abcd\u00e9", False),
        (1, '"><script>alert(1)</script>', False),
        (1, "", False),
        (0, "0123abcd-0123", False),
    ],
)
def test_only_a_trusted_proxy_gives_the_number(app, proxies, given, believed):
    app.config["TRUSTED_PROXIES"] = proxies
    answer = app.test_client().get("/healthz", headers={FORWARDED: given})

    assert (answer.headers[FORWARDED] == given) == believed
    assert re.fullmatch("[A-Za-z0-9-]{8,64}", answer.headers[FORWARDED])


def test_each_request_has_a_number_of_its_own(alice):
    numbers = {alice.open("/healthz").headers[FORWARDED] for _ in range(3)}

    assert len(numbers) == 3
