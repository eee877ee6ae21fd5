"""A server in a process of its own, to be killed, and browser tabs that need no client.

What it is given it gets from the environment, as anyone's server does.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
SERVE = """
import waitress, wsgi
server = waitress.create_server(wsgi.app, host="127.0.0.1", port=0, threads=8)
print(server.effective_port, flush=True)
server.run()
"""
GONE = (ConnectionError, HTTPException, TimeoutError)
"""What a tab meets where the server was killed."""


class Server:
    """The program, serving the database at `url` on `.port`, its data in `folder`."""

    def __init__(self, url, folder):
        given = {"DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": "x" * 40}
        with (Path(folder) / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE],
                cwd=ROOT,
                env={**os.environ, **given},
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.port = int(self.process.stdout.readline())

    def kill(self):
        """End it as a power cut would, with whatever it was doing half done."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def served(url, folder):
    """Serve for as long as this lasts, or until it is killed."""
    server = Server(url, folder)
    try:
        yield server
    finally:
        server.kill()


class Tab:
    """One tab of a browser: its connection, its cookie, and the token of its forms."""

    def __init__(self, server, cookie="", token=""):
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.cookie, self.token = cookie, token

    def another(self, server):
        return Tab(server, self.cookie, self.token)

    def open(self, method, path, body=None):
        """Return the status, the page, and where it leads."""
        headers = {"Cookie": self.cookie, "Accept-Language": "en"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        page = response.read().decode()
        if given := response.getheader("Set-Cookie"):
            self.cookie = given.split(";")[0]
        return response.status, page, response.getheader("Location", "")

    def get(self, path):
        status, page, _ = self.open("GET", path)
        assert status == 200, (status, page)
        return page

    def post(self, path, **fields):
        return self.open("POST", path, urlencode({**fields, "csrf_token": self.token}))

    def sign_in(self, email, password):
        self.token = token_in(self.get("/account/sign-in"))
        status, page, _ = self.post("/account/sign-in", email=email, password=password)
        assert status == 302, page
        self.token = token_in(self.get("/import/"))
        return self

    def close(self):
        self.connection.close()


def token_in(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
