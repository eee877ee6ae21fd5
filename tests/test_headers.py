"""What comes in at the border and what goes out: hosts, methods, sizes, headers."""

import contextlib
import http.client
import socket
from urllib.parse import urlsplit

import factory
import pytest
from browser import serve
from browsing import Browser
from conftest import make_app, on_one_database

from delegate import addresses
from delegate.models import Employee
from delegate.pages import plan

OURS = "https://delegate.example.org"
STRANGE_HOSTS = (
    "evil.example",
    "delegate.example.org.evil.example",
    "evil.example/delegate.example.org",
    "delegate.example.org@evil.example",
    "127.0.0.1",
    "",
    "delegate.example.org, evil.example",
)


@pytest.fixture
def outside(one_database, tmp_path, monkeypatch):
    """An app with an address of its own, as an organisation runs it."""
    monkeypatch.setenv("PUBLIC_URL", OURS)
    return make_app(one_database, tmp_path)


@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_it_answers_to_no_other_name_than_its_own(outside, host):
    answer = outside.test_client().get("/account/sign-in", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["delegate.example.org", "delegate.example.org:443"])
def test_it_answers_to_its_own_name(outside, host):
    answer = outside.test_client().get("/healthz", headers={"Host": host})

    assert answer.status_code == 200


OWN_FILES_ONLY = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';
    frame-ancestors 'none'"""


def test_a_browser_is_told_what_it_may_do_here(outside):
    with outside.app_context():
        factory.manager_with_team("Alice")
    known = {"email": "alice@example.org", "password": factory.PASSWORD}
    client = outside.test_client()
    answer = client.post("/account/sign-in", data=known, base_url=OURS)
    [cookie] = answer.headers.getlist("Set-Cookie")

    assert answer.headers["Content-Security-Policy"] == " ".join(OWN_FILES_ONLY.split())
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert cookie.startswith("__Host-session=")
    said = {part.strip() for part in cookie.split(";")}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= said
    assert "Domain" not in cookie


@on_one_database
def test_a_proxy_is_believed_only_where_there_is_one(app, alice, database, tmp_path):
    said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    made = alice.open("/calendar/address", "POST", data={"saw": "none"}, headers=said)
    behind_one = make_app(database, tmp_path, TRUSTED_PROXIES=1)
    believed = Browser(behind_one).open("/healthz", headers=said)

    assert made.status_code == 200
    assert "evil" not in made.text
    assert "Strict-Transport-Security" not in made.headers
    assert "Strict-Transport-Security" in believed.headers


def test_a_link_that_is_sent_is_made_from_the_public_address(app):
    app.config["PUBLIC_URL"] = OURS
    with app.test_request_context(base_url="http://evil.example"):
        asked = addresses.outside("people.show", employee_id=5, sort="name")
    with app.app_context():
        sent = addresses.outside("people.show", employee_id=5)

    assert asked == f"{OURS}/people/5?sort=name"
    assert sent == f"{OURS}/people/5"


def test_without_one_it_is_how_the_reader_called_us(app):
    with app.test_request_context(base_url="http://localhost:8000"):
        assert addresses.outside("today.index") == "http://localhost:8000/"


@pytest.mark.parametrize("url", ["delegate.example.org", "ftp://x.nl", "https://", "x"])
def test_a_public_address_that_is_none_is_refused(tmp_path, monkeypatch, url):
    monkeypatch.setenv("PUBLIC_URL", url)
    with pytest.raises(RuntimeError, match="https://delegate"):
        make_app("sqlite://", tmp_path)


ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "https://evil.example",
    "HTTPS:evil.example",
    "https:/evil.example",
    "http:\\\\evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\r\nLocation: https://evil.example",
    "/%0d%0aSet-Cookie:%20evil=1",
    "javascript:alert('evil')",
    "data:text/html,evil",
    "//evil.example@localhost",
    "//localhost@evil.example",
    "http://localhost.evil.example",
    "/\u2028/evil.example",
    "//\uff45vil.example",
    "/\ud800/evil",
    "evil.example",
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_answer_leads_away(alice, address):
    known = {"email": "alice@example.org", "password": factory.PASSWORD}
    sent = address.encode("utf-8", "surrogatepass")
    answers = [
        alice.post("/account/preferences", next=sent),
        alice.post("/account/preferences", next=[sent, sent]),
        Browser(alice.app).post("/account/sign-in", next=sent, **known),
        Browser(alice.app).open(
            "/account/sign-in", "POST", query_string={"next": sent}, data=known
        ),
    ]

    for answer in answers:
        assert answer.status_code in (200, 302, 400, 422)
        where = urlsplit((answer.location or "/").replace("\\", "/"))
        assert (where.scheme, where.netloc) == ("", ""), answer.location
        assert not (answer.location or "/").startswith("//")
        assert "evil" not in str(answer.headers.getlist("Set-Cookie"))


NAMES = (
    "Ann\r\nSet-Cookie: evil=1",
    "Ann\0",
    "Ann\ud800",
    'Ann"; filename="evil.exe',
    "../../etc/passwd",
    "CON",
    "Özdemir \u202egpj.exe",
    "\u0645\u0631\u062d\u0628\u0627 🎉",
    "W" * 500,
    "",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_never_reaches_a_header_but_as_letters(app, name):
    employee = Employee(name=name, next_talk_at=None)
    with app.test_request_context():
        answer = plan.as_file(b"%PDF", plan.file_name(employee, "shared"), to_keep=True)
    header = answer.headers["Content-Disposition"]

    assert header.isprintable()
    assert len(header) < 700
    assert header.startswith("attachment; filename=")
    assert not set(header) & set('"/\\\r\n\0') - {'"'}
    assert ".exe" not in header
    header.encode("latin-1")


@pytest.mark.parametrize(
    "method", ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "X"]
)
@pytest.mark.parametrize("path", ["/", "/tasks/", "/account/sign-in", "/healthz"])
def test_an_odd_method_does_nothing(alice, path, method):
    answer = alice.open(path, method, headers={"Cookie": "session=evil", "X": "evil"})

    assert answer.status_code in (302, 405)
    assert "evil" not in answer.text


@pytest.mark.parametrize("query", ["team=1&team=2", "team[]=1", "team=1;team=2", "&&="])
def test_a_parameter_given_twice_is_no_fault(alice, query):
    assert alice.open(f"/tasks/?{query}").status_code in (200, 404)


def test_a_field_given_twice_counts_once(app, alice):
    names = {"name": ["Alicia", "Mallory"], "version": "Alice"}
    alice.post("/account/", **names, email=["a@b.nl", "c@d.nl"])

    assert alice.get("/account/").select_one("[name=name]")["value"] == "Alicia"


@pytest.fixture
def address(one_database, tmp_path):
    """Where a served app listens, as (host, port)."""
    with serve(make_app(one_database, tmp_path)) as url:
        yield urlsplit(url).hostname, urlsplit(url).port


START = b"POST /account/sign-in HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
ODD = {
    "chunks spelled oddly": START + b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED,
    "a blank before the colon": START
    + b"Transfer-Encoding : chunked\r\n\r\n"
    + SMUGGLED,
    "two lengths": START + b"Content-Length: 1\r\nContent-Length: 50\r\n\r\nx",
    "a length below nothing": START + b"Content-Length: -1\r\n\r\nx",
    "a length that is no number": START + b"Content-Length: 0x5\r\n\r\nabcde",
    "a chunk that is no number": START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx",
    "a folded header": START + b"X: a\r\n b\r\n\r\n",
    "a bare line end": START + b"X: a\nHost: evil\r\n\r\n",
    "a header without a name": START + b": a\r\n\r\n",
    "headers without an end": START + b"X: " + b"a" * 300_000 + b"\r\n\r\n",
    "no protocol": b"GET /healthz\r\n\r\n",
    "no words at all": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("sent", ODD.values(), ids=ODD)
def test_an_odd_request_gets_one_answer_and_no_more(address, sent):
    said = answers(address, sent)

    assert said.count(b"HTTP/1.") <= 1, said
    assert b"Traceback" not in said
    assert answers(address, b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\nok")


def answers(address, sent):
    """Return all that comes back; the server may hang up before it has read it all."""
    said = b""
    with (
        socket.create_connection(address, timeout=10) as connection,
        contextlib.suppress(OSError),
    ):
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            said += part
    return said


def test_long_headers_are_no_fault(address):
    connection = http.client.HTTPConnection(*address, timeout=10)
    connection.request("GET", "/healthz", headers={"X-Long": "x" * 100_000})

    assert connection.getresponse().status == 200
    connection.close()


def test_a_long_address_is_no_fault(address):
    connection = http.client.HTTPConnection(*address, timeout=10)
    connection.request("GET", "/account/sign-in?next=/" + "x" * 100_000)

    assert connection.getresponse().status == 200
    connection.close()
