"""P1: what one plan as a PDF costs, against WeasyPrint alone on the same HTML.

Run as `.venv/bin/python benchmarks/p1_plan.py`.

One side is the whole way through the app, warm: a signed-in GET of /plan/1.pdf, with
the rows read, the HTML made and the PDF written and sent. The other is what the
documentation of WeasyPrint says to do with that same HTML: `HTML(string=…).write_pdf(
pdf_variant="pdf/ua-1")`, with the same style sheet and the same fonts, read by the same
fetcher. The plan has three agreed tasks, on two pages of A4.

Measured: CPU seconds of this process, both sides in turn within one run, medians.
Nothing is remembered from one plan to the next but fonts and the parsed style sheet.
"""

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from plans import app_with_plan, signed_in
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from delegate import pdf

ROUNDS = 15
TARGET = 0.92


def raw(html: str) -> bytes:
    """Return the PDF as WeasyPrint makes it without us."""
    fonts, fetcher = FontConfiguration(), pdf.OwnFilesOnly()
    given = {"base_url": pdf.BASE_URL, "url_fetcher": fetcher}
    style = CSS(filename=pdf.STYLE, font_config=fonts, **given)
    size = CSS(string="@page { size: A4 }", font_config=fonts, **given)
    made: bytes = HTML(string=html, **given).write_pdf(
        pdf_variant="pdf/ua-1", font_config=fonts, stylesheets=[style, size]
    )
    return made


def cpu_seconds(side: Callable[[], object]) -> float:
    """Return what `side` takes, its own garbage too, but none that the other left."""
    gc.collect()
    start = time.process_time()
    side()
    gc.collect()
    return time.process_time() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app, html = app_with_plan(Path(folder))
        client = signed_in(app)

        def ours() -> None:
            response = client.get("/plan/1.pdf?lang=en")
            assert response.data.startswith(b"%PDF"), response.status

        def theirs() -> None:
            raw(html)

        ours(), theirs()
        pairs = [(cpu_seconds(ours), cpu_seconds(theirs)) for _ in range(ROUNDS)]
    through_app, alone = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"through the app  {through_app:6.3f} s CPU a plan")
    print(f"WeasyPrint alone {alone:6.3f} s CPU a plan")
    print(f"ratio            {through_app / alone:6.2f}    target {TARGET} or less")


if __name__ == "__main__":
    main()
