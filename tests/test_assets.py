"""Fonts, Bootstrap and style sheets: what is served, for how long, and no more."""

import re
from pathlib import Path

import pytest
from flask import Flask

from delegate import assets

STATIC = Path(assets.__file__).parent / "static"
SHEETS = ("theme.css", "print.css")
FONTS = [name for name in assets.FILES if name.endswith(".ttf")]


@pytest.fixture
def app():
    """An app of nothing but the assets: they need no database and no account."""
    app = Flask(assets.__name__, root_path=str(STATIC.parent))
    assets.init_app(app)
    return app


def references(sheet):
    """Return every address that a style sheet of ours reads."""
    css = (STATIC / sheet).read_text()
    return set(re.findall(r'url\("([^"]*)"\)', css))


def fetch(app, url):
    return app.test_client().get(url, buffered=True)


def static_url(app, name):
    return app.jinja_env.globals["static_url"](name)


@pytest.mark.parametrize("name", assets.FILES)
def test_each_asset_is_served_for_a_year(app, name):
    response = fetch(app, f"/assets/{name}")

    assert response.status_code == 200
    assert response.data == assets.FILES[name].read_bytes()
    assert response.mimetype == ("text/css" if name.endswith(".css") else "font/ttf")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", FONTS)
def test_a_font_is_a_font(name):
    assert assets.FILES[name].read_bytes()[:4] == b"\x00\x01\x00\x00"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "SourceSansPro-Bold.ttf",
        "bootstrap.css",
        "BOOTSTRAP.MIN.CSS",
        "../bootstrap.min.css",
        "..%2f..%2f__init__.py",
        "files/SourceSansPro-Regular.ttf",
        "%00",
    ],
)
def test_nothing_else_is_served(app, name):
    assert fetch(app, f"/assets/{name}").status_code == 404


def test_a_static_file_is_kept_only_under_its_fingerprint(app):
    with app.test_request_context():
        url = static_url(app, "theme.css")

    kept = fetch(app, url)
    asked_plainly = fetch(app, "/static/theme.css")

    assert re.fullmatch(r"/static/theme\.css\?v=[0-9a-f]{12}", url)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in asked_plainly.headers["Cache-Control"]


def test_static_url_finds_assets_as_well(app):
    with app.test_request_context():
        assert static_url(app, "bootstrap.min.css").startswith(
            "/assets/bootstrap.min.css?v="
        )


@pytest.mark.parametrize(("debug", "changes"), [(True, True), (False, False)])
def test_a_fingerprint_follows_the_file_while_developing(tmp_path, debug, changes):
    app = Flask("scratch", static_folder=tmp_path)
    app.debug = debug
    assets.init_app(app)
    (tmp_path / "a.css").write_text("a {}")
    with app.test_request_context():
        before = static_url(app, "a.css")
        (tmp_path / "a.css").write_text("b {}")

        assert (static_url(app, "a.css") != before) == changes


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_style_sheet_reads_only_what_is_there(sheet):
    files = {url for url in references(sheet) if not url.startswith("data:image/")}

    assert files == {f"/assets/{name}" for name in FONTS}


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_style_sheet_leads_nowhere_else(sheet):
    css = (STATIC / sheet).read_text().replace("http://www.w3.org/2000/svg", "")

    assert "@import" not in css
    assert "//" not in css
    assert css.count("url(") == len(re.findall(r'url\("', css))


def test_pages_run_no_script_from_elsewhere():
    for path in STATIC.glob("*.js"):
        assert "://" not in path.read_text(), path.name
