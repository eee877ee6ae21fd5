"""P2: one plan in a process of its own, against Chromium and LibreOffice.

Run as `.venv/bin/python benchmarks/p2_cold_plan.py`.

Ours is `flask plan 1 -o plan.pdf`: Python starts, the app is made, the rows are read
and a tagged PDF is written. Chromium (headless) prints that HTML with the same style
sheet and fonts from a file. LibreOffice turns a spreadsheet of the same words into a
PDF, as those would who keep agreements in a spreadsheet. Chromium and LibreOffice get a
profile that has been used before. What is not installed is said and left out.

Measured: whole processes with their children, wall and CPU seconds, all sides in turn
within one run, medians.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from openpyxl import Workbook
from plans import TEXTS, TITLES, app_with_plan

from delegate import assets

ROUNDS = 7
TARGET = 1.0
ROOT = Path(__file__).parent.parent
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
]

Command = list[str]


def commands(folder: Path, html: str) -> Iterator[tuple[str, Command]]:
    """Yield each way to print the plan in `folder`, by name."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    yield "flask plan", [*flask, "plan", "1", "-o", str(folder / "ours.pdf")]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium:
        page = folder / "plan.html"
        page.write_text(with_style(html))
        profile = f"--user-data-dir={folder / 'chromium'}"
        target = f"--print-to-pdf={folder / 'chromium.pdf'}"
        yield "Chromium", [chromium, *CHROMIUM, profile, target, page.as_uri()]
    else:
        print("Chromium is not installed: not measured.")
    office = shutil.which("soffice")
    if office:
        sheet = folder / "office.xlsx"
        write_sheet(sheet)
        profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
        convert = ["--headless", "--convert-to", "pdf", "--outdir", str(folder)]
        yield "LibreOffice", [office, profile, *convert, str(sheet)]
    else:
        print("LibreOffice is not installed: not measured.")


def with_style(html: str) -> str:
    """Return `html` with the style sheet in it and the fonts where they are."""
    css = (ROOT / "delegate" / "static" / "print.css").read_text()
    for name, path in assets.FILES.items():
        css = css.replace(f"/assets/{name}", path.as_uri())
    return html.replace("</head>", f"<style>{css} @page {{ size: A4 }}</style></head>")


def write_sheet(path: Path) -> None:
    """Write the same words as a spreadsheet, a row for each."""
    book = Workbook()
    for title, level in TITLES.items():
        book.active.append([title, level])
        for row in TEXTS.items():
            book.active.append(row)
    book.save(path)


def seconds(command: Command) -> tuple[float, float]:
    """Return what `command` takes, in wall and in CPU seconds."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, html = app_with_plan(folder)
        sides = dict(commands(folder, html))
        for command in sides.values():
            seconds(command)
        taken: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
        for _ in range(ROUNDS):
            for side, command in sides.items():
                taken[side].append(seconds(command))
        for pdf in ("ours", "chromium", "office"):
            made = folder / f"{pdf}.pdf"
            assert not made.exists() or made.read_bytes().startswith(b"%PDF")
    middle = {
        side: [statistics.median(kind) for kind in zip(*times, strict=True)]
        for side, times in taken.items()
    }
    ours = middle["flask plan"]
    for side, (wall, cpu) in middle.items():
        line = f"{side:12} {wall:6.2f} s wall {cpu:6.2f} s CPU"
        if side != "flask plan":
            line += f"   ours against it: {ours[0] / wall:.2f} wall,"
            line += f" {ours[1] / cpu:.2f} CPU    target {TARGET} or less"
        print(line)


if __name__ == "__main__":
    main()
