"""Takes the pictures of the README anew, on the sample team: run it after a change.

    PYTHONPATH=.:tests .venv/bin/python docs/pictures/take.py

Needs what the tests need: Chromium for the pages, pdftoppm for the paper.
"""

import subprocess
import tempfile
from pathlib import Path

import factory
import flask_migrate
from browser import FLAGS, serve, session_cookie
from conftest import make_app
from playwright.sync_api import sync_playwright

from delegate.models import Team, db

HERE = Path(__file__).parent
PAGES = {
    "en": {
        "board": ("/board", "light", 1440),
        "pair": ("/pairs/1/1", "light", 1280),
        "today": ("/", "light", 1280),
        "talk": ("/talks/1", "light", 1280),
        "let-go": ("/progress", "light", 1280),
    },
    "nl": {"bord": ("/board", "dark", 1440), "gezien": ("/ratings/6", "light", 390)},
}
TALLEST = 1400
PARTS = {"views": "section:has(#two-views)", "time": "section:has(#over-time)"}
"""Parts of the first person's page, by what finds them."""


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS]
        )
        for language, pages in PAGES.items():
            with tempfile.TemporaryDirectory() as folder:
                app = sample_app(Path(folder), language)
                with serve(app) as url:
                    take_pages(browser, url, session_cookie(app), language, pages)
                    if language == "en":
                        take_parts(browser, url, session_cookie(app))
                if language == "en":
                    take_plan(app, Path(folder))
        browser.close()


def sample_app(folder, language):
    """Return the app with a manager who has the sample team and no other."""
    app = make_app(f"sqlite:///{folder}/sample.sqlite", folder, WTF_CSRF_ENABLED=True)
    with app.app_context():
        flask_migrate.upgrade()
        manager, _ = factory.manager_with_team("Hanneke")
        manager.name = "Hanneke Vos"
        db.session.execute(db.delete(Team))
        db.session.commit()
    app.test_cli_runner().invoke(args=["demo", "load", "--lang", language])
    return app


def take_pages(browser, url, cookie, language, pages):
    for name, (path, light, width) in pages.items():
        context = browser.new_context(
            base_url=url,
            locale=language,
            color_scheme=light,
            viewport={"width": width, "height": 900},
        )
        context.add_cookies([{**cookie, "url": url}])
        page = context.new_page()
        page.goto(path)
        height = page.evaluate("document.documentElement.scrollHeight")
        page.screenshot(
            path=HERE / f"{name}.png",
            full_page=True,
            clip={"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)},
        )
        context.close()


def take_parts(browser, url, cookie):
    size = {"width": 1000, "height": 900}
    context = browser.new_context(base_url=url, locale="en", viewport=size)
    context.add_cookies([{**cookie, "url": url}])
    page = context.new_page()
    page.goto("/people/1")
    for name, found in PARTS.items():
        page.locator(found).screenshot(path=HERE / f"{name}.png")
    context.close()


def take_plan(app, folder):
    pdf = folder / "plan.pdf"
    app.test_cli_runner().invoke(args=["plan", "Ann Verhoeven", "-o", str(pdf)])
    subprocess.run(
        ["pdftoppm", "-png", "-r", "80", "-singlefile", "-l", "1", pdf, HERE / "plan"],
        check=True,
    )


if __name__ == "__main__":
    main()
