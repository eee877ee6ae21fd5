"""A test client that checks each page before the test sees it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode

import html5lib
from bs4 import BeautifulSoup
from factory import PASSWORD

CONTROLS = "input:not([type=hidden]), select, textarea"


class Browser:
    """One reader's browser; pages come back parsed and checked."""

    def __init__(self, app, language="en"):
        self.app = app
        self.client = app.test_client()
        self.headers = {"Accept-Language": language}

    def sign_in(self, email, password=PASSWORD):
        return self.post("/account/sign-in", email=email, password=password)

    def open(self, path, method="GET", **kwargs):
        """Return the bare response."""
        kwargs.setdefault("headers", self.headers)
        return self.client.open(path, method=method, **kwargs)

    def get(self, path, status=200):
        """Return the page at `path`, parsed."""
        return self.page(self.open(path), status)

    def post(self, path, **data):
        """Return the response to a form of `data`; lists give a field several times."""
        return self.open(path, "POST", data=data)

    def click_again_and_again(self, path, times=3, **data):
        """Return the responses to the same form, posted several times at once."""
        together = Barrier(times)

        def post(client):
            together.wait()
            return client.post(path, data=data, headers=self.headers)

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(post, [self.same_browser() for _ in range(times)]))

    def same_browser(self):
        """Return another client with the cookies of this one."""
        client = self.app.test_client()
        client._cookies = dict(self.client._cookies)
        return client

    def page(self, response, status=200):
        """Return the page in `response`, parsed, having checked what holds for all."""
        assert response.status_code == status, response.text
        return check_page(response.text)


def check_page(html):
    html5lib.HTMLParser(strict=True).parse(html)
    page = BeautifulSoup(html, "html.parser")
    [heading] = page.select("h1")
    words = " ".join(heading.text.split())
    assert " ".join(page.title.text.split()).startswith(words)
    ids = Counter(tag["id"] for tag in page.select("[id]"))
    assert [id for id, times in ids.items() if times > 1] == []
    for control in page.select(CONTROLS):
        assert is_labelled(page, control), control
    assert page.select("[style], script:not([src])") == []
    return page


def is_labelled(page, control):
    return (
        control.find_parent("label") is not None
        or control.get("aria-label")
        or control.get("aria-labelledby")
        or page.select(f"label[for='{control.get('id')}']")
    )


def pressed(page, words):
    """Return the address to which the button with these words takes its GET form."""
    [button] = [one for one in page.select("button") if words in one.text]
    form = button.find_parent("form")
    assert form["method"] == "get"
    sent = [
        (field["name"], field.get("value", "on"))
        for field in form.select("input[name]")
        if field.get("type") != "checkbox" or field.has_attr("checked")
    ]
    sent += [
        (field["name"], field.select_one("option[selected]")["value"])
        for field in form.select("select")
    ]
    if button.has_attr("name"):
        sent.append((button["name"], button["value"]))
    return f"{button.get('formaction') or form['action']}?{urlencode(sent)}"


def at_once(*clicks):
    """Return how (browser, path, data) are answered, posted all at the same moment."""
    together = Barrier(len(clicks))

    def click(browser, path, data=None):
        client = browser.same_browser()
        together.wait()
        return client.post(path, data=data, headers=browser.headers).status_code

    with ThreadPoolExecutor(len(clicks)) as pool:
        return list(pool.map(lambda one: click(*one), clicks))
