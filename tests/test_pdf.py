"""From HTML to a tagged PDF: what it may read, what it embeds, what no font has."""

import io
import logging
import logging.handlers
import queue
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack

import pdfplumber
import pikepdf
import pytest
from paper_checks import assert_accessible, fonts_of, text_of

from delegate import pdf

PAGE = """<!doctype html><html lang="en"><head><title>A plan</title></head>
<body class="paper"><h1 class="title">A plan</h1><p>{}</p></body></html>"""


@pytest.fixture
def listener():
    """A server on this machine, and the connections that reached it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        seen, stop = [], threading.Event()

        def listen():
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                seen.append(connection)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], seen
        stop.set()
        thread.join()


@pytest.mark.parametrize("url", pdf.READABLE)
def test_our_own_files_can_be_read(url):
    assert pdf.OwnFilesOnly().fetch(url).read() == pdf.READABLE[url].read_bytes()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        pdf.STYLE.as_uri(),
        "http://127.0.0.1/",
        "data:text/plain,hello",
        "data:image/svg+xml,<svg/>",
        f"{pdf.BASE_URL}theme.css",
        f"{pdf.BASE_URL}print.css?x",
        f"{pdf.BASE_URL}assets/../rules.py",
        f"{pdf.BASE_URL}assets/%2e%2e/rules.py",
        f"{pdf.BASE_URL}ASSETS/SourceSansPro-Regular.ttf",
        "",
    ],
)
def test_nothing_else_can_be_read(url):
    with pytest.raises(ValueError, match="not one of our own files"):
        pdf.OwnFilesOnly().fetch(url)


def test_a_hostile_document_reaches_nothing(listener, tmp_path):
    port, seen = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("the server's own")
    here = f"http://127.0.0.1:{port}"
    hostile = f"""
        <base href="{here}/"><link rel="stylesheet" href="{here}/a.css">
        <link rel="attachment" href="{secret.as_uri()}">
        <style>@import url({here}/b.css); @font-face {{ font-family: x;
          src: url({here}/c.ttf) }} p {{ background: url({here}/d.png); font: 9pt x }}
          li {{ list-style-image: url({secret.as_uri()}) }}</style>
        <img src="{here}/e.png" alt="x"><img src="{secret.as_uri()}" alt="x">
        <object data="{here}/f.svg"></object><embed src="{here}/g.svg">
        <a rel="attachment" href="{secret.as_uri()}">here</a><ul><li>one</li></ul>
        <svg><title>x</title><image href="{here}/h.png"/>
          <use href="{here}/i.svg#a"/></svg>
        <p style="background: url({secret.as_uri()})">text</p>"""

    made = pdf.to_pdf(PAGE.format(hostile), "a4")

    with pikepdf.open(io.BytesIO(made)) as document:
        assert not document.attachments
        assert all(
            b"the server's own" not in stream.read_bytes()
            for stream in document.objects
            if isinstance(stream, pikepdf.Stream)
        )
    assert seen == []


def test_a_pdf_has_its_language_title_and_own_fonts_only(tmp_path):
    made = pdf.to_pdf(PAGE.format("<b>words</b> and <i>more</i>"), "a4")

    with pikepdf.open(io.BytesIO(made)) as document:
        assert document.Root.Lang == "en"
        assert document.docinfo["/Title"] == "A plan"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert fonts_of(document) == {
            "Source-Sans-Pro",
            "Source-Sans-Pro-Semi-Bold",
            "Source-Sans-Pro-Italic",
            "Source-Serif-Pro-Semi-Bold",
        }
    assert_accessible(made, tmp_path)


@pytest.mark.parametrize(
    ("paper", "size"), [("a4", (595.28, 841.89)), ("letter", (612, 792))]
)
def test_a_paper_has_its_size(paper, size):
    with pikepdf.open(io.BytesIO(pdf.to_pdf(PAGE.format("x"), paper))) as document:
        width, height = document.pages[0].mediabox[2:]
    assert (float(width), float(height)) == pytest.approx(size, abs=0.1)


@pytest.mark.parametrize(
    "text",
    [
        "🎉 🚀 🦩 👩‍💻 🇳🇱 ✅",
        "日本語 中文 한국어",
        "مرحبا بالعالم שלום עולם",
        "e\u0301 a\u0301\u0302\u0303 \u0302x",
        "\ue000 \U0010fffd \u200b\u200d\ufeff\u202e\u202c",
        "\x07\x1b\x0b\x7f",
    ],
)
def test_what_no_font_has_is_printed_as_a_box_and_still_accessible(text, tmp_path):
    made = pdf.to_pdf(PAGE.format(f"before {text} after"), "a4")

    assert "before" in text_of(made)
    assert "after" in text_of(made)
    assert_accessible(made, tmp_path)


def test_a_sign_that_no_font_has_leaves_a_visible_mark():
    assert f"a {pdf.MISSING} b" in text_of(
        pdf.to_pdf(PAGE.format("a \U0010fffd b"), "a4")
    )


def test_plans_print_in_several_threads_at_once():
    made = {}

    def draw(number):
        made[number] = text_of(pdf.to_pdf(PAGE.format(f"number {number}"), "a4"))

    numbers = range(pdf.MOST_AT_ONCE)
    threads = [threading.Thread(target=draw, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(f"number {number}" in made[number] for number in numbers)


def test_nobody_waits_longer_than_is_said(monkeypatch):
    monkeypatch.setattr(pdf, "LONGEST_WAIT", 0.01)
    with pdf.LOCK, pytest.raises(pdf.Busy):
        pdf.to_pdf(PAGE.format("x"), "a4")

    assert pdf.to_pdf(PAGE.format("x"), "a4")


def test_no_more_wait_than_leaves_threads_for_others():
    with ExitStack() as stack:
        for _ in range(pdf.MOST_AT_ONCE):
            assert pdf.PLACES.acquire(blocking=False)
            stack.callback(pdf.PLACES.release)
        with pytest.raises(pdf.Busy):
            pdf.to_pdf(PAGE.format("x"), "a4")

    assert pdf.to_pdf(PAGE.format("x"), "a4")


@pytest.fixture
def told():
    """A way to listen to a logger; gives what it was told from then on."""
    with ExitStack() as stack:

        def listen(name=None):
            handler = logging.handlers.QueueHandler(queue.SimpleQueue())
            logger = logging.getLogger(name)
            logger.addHandler(handler)
            stack.callback(logger.removeHandler, handler)
            return handler.queue

        yield listen


def test_the_log_tells_nothing_of_what_was_typed(told):
    log = told()
    pdf.to_pdf(PAGE.format("<b style='color: secret'>secret 日 \U0010fff0</b>"), "a4")
    logging.getLogger("fontTools.subset").warning("secret")

    assert log.empty()


def test_the_style_sheet_is_read_without_a_complaint(told):
    complaints = told("weasyprint")
    pdf.renderer.cache_clear()
    pdf.to_pdf(PAGE.format("x"), "letter")

    assert complaints.empty()


def notes(html):
    """Return what the last page says, and its ruled lines, where notes end a plan."""
    lines = '<div class="ruled">' + "<i></i>" * 36 + "</div>"
    end = f"""<section class="together"><p>Together</p></section><div class="close">
      <div class="signatures"><p>Ann</p><p>Bob</p></div>
      <div class="remarks"><h2 class="label">Notes</h2>{lines}</div></div>"""
    made = pdf.to_pdf(PAGE.format(html + end), "a4")
    with pdfplumber.open(io.BytesIO(made)) as document:
        [*_, last] = document.pages
        low = max((line["bottom"] for line in last.lines + last.rects), default=0)
        return len(document.pages), last.extract_text(), float(low / last.height)


@pytest.mark.parametrize("millimetres", range(60, 250, 7))
def test_notes_fill_the_last_page_and_never_begin_one(millimetres):
    style = f"<style>.above {{ height: {millimetres}mm }}</style>"
    _, words, low = notes(f'{style}<div class="above"><p>above</p></div>')

    assert "Ann" in words
    assert low > 0.88 or "Notes" not in words


def test_the_fonts_are_read_once():
    assert pdf.renderer() is pdf.renderer()


@pytest.mark.parametrize(
    "code",
    [
        "import wsgi; wsgi.create_app()",
        "from delegate.pages import plan",
    ],
)
def test_starting_the_program_does_not_import_the_printing(code, tmp_path):
    loaded = f"{code}; import sys; print('weasyprint' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", loaded],
        capture_output=True,
        text=True,
        check=True,
        env={"DATA_DIR": str(tmp_path), "PATH": ""},
    )
    assert result.stdout.strip() == "False"


def test_a_process_that_printed_ends_quietly():
    code = "from delegate import pdf; pdf.to_pdf('<p>x', 'a4')"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
