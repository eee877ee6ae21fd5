"""Who may import whom. The picture is in CONTRIBUTING.md; this keeps it true."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "delegate"
SHEETS = {path.stem: path for path in (PACKAGE / "sheets").glob("*.py")}
FORMS = {f"forms/{path.stem}": path for path in (PACKAGE / "forms").glob("*.py")}
TABLES = {f"models/{path.stem}": path for path in (PACKAGE / "models").glob("*.py")}
GROUPS = ("assigning", "dialogue", "history", "identity", "practice", "rights")
GROUPS += ("sample", "upkeep")
"""Packages that only keep together what belongs together."""

GROUPED = {
    path.stem: path
    for group in GROUPS
    for path in (PACKAGE / group).glob("*.py")
    if path.stem != "__init__"
}
FLAT = {path.stem: path for path in PACKAGE.glob("*.py")}
MODULES = {**SHEETS, **FORMS, **TABLES, **GROUPED, **FLAT}
FEATURES = {
    path.stem: path for path in (PACKAGE / "pages").glob("*.py") if path.stem[0] != "_"
}
MAY_IMPORT = {
    "rules": set(),
    "behaviour": {"flask_babel"},
    "phrasing": {"flask_babel"},
    "judging": set(),
    "rungs": {"rules", "wording"},
    "asking": {"flask_babel", "planning", "rules", "wording"},
    "wording": {"flask_babel", "behaviour", "phrasing", "rules"},
    "models/base": {"flask_sqlalchemy", "sqlalchemy"},
    "models/managers": {"flask_security", "sqlalchemy", "base"},
    "models/workplace": {"sqlalchemy", "base", "rules"},
    "models/agreed": {"sqlalchemy", "base", "rules", "workplace"},
    "models/said": {"sqlalchemy", "agreed", "base", "rules"},
    "models/behind": {"sqlalchemy", "base", "workplace"},
    "database": {"flask", "sqlalchemy", "models"},
    "backups": {"click", "flask", "database", "models"},
    "restoring": {"alembic", "flask", "sqlalchemy", "backups", "database", "models"},
    "days": {"holidays", "models"},
    "checking": {"days", "i18n", "models", "rules", "sqlalchemy"},
    "cases": {"rules"},
    "wishes": {"rules", "cases"},
    "arrays": {"highspy", "numpy", "cases"},
    "solving": {"highspy", "numpy", "cases", "arrays"},
    "answering": {"rules", "cases", "solving", "wishes"},
    "agenda": {
        "sqlalchemy",
        "acquainting",
        "appointments",
        "erasure",
        "i18n",
        "links",
        "meeting",
        "mending",
        "models",
        "planning",
        "polling",
    },
    "portrait": {
        "sqlalchemy",
        "acquainting",
        "looks",
        "mending",
        "models",
        "own_view",
        "planning",
        "recording",
        "rules",
    },
    "appointments": {"flask_babel", "icalendar", "models", "planning", "sqlalchemy"},
    "reminding": {"flask", "appointments", "i18n", "letters", "models", "sqlalchemy"},
    "planning": {"sqlalchemy", "rules", "models"},
    "own_words": {"flask_babel", "rules"},
    "own_view": {
        "sqlalchemy",
        "database",
        "links",
        "models",
        "planning",
        "recording",
        "rules",
    },
    "spreadsheets": {"texts"},
    "workbooks": {"openpyxl", "spreadsheets"},
    "texts": set(),
    "border": {"flask", "werkzeug", "texts"},
    "cells": {"rules", "texts"},
    "columns": {"cells", "spreadsheets"},
    "batches": {"cells", "columns", "spreadsheets"},
    "writing": {"openpyxl", "spreadsheets", "texts"},
    "whole": {
        "sqlalchemy",
        "database",
        "i18n",
        "mending",
        "models",
        "polling",
        "wording",
    },
    "uploads": {"batches", "cells", "columns", "spreadsheets", "workbooks"},
    "overview": {"sqlalchemy", "rules", "models", "planning"},
    "fragments": {"flask", "markupsafe", "i18n"},
    "recording": {"sqlalchemy", "models"},
    "removal": {"sqlalchemy", "database", "models"},
    "pdf": {"weasyprint", "assets"},
    "jobs": {"flask", "sqlalchemy", "models"},
    "press": {"pdf"},
    "proposing": {"sqlalchemy", "assigning", "models", "planning", "rules"},
    "acquainting": {"sqlalchemy", "days", "models", "planning", "rules", "wording"},
    "safeguarding": {"rules", "wording"},
    "paper": {
        "acquainting",
        "mending",
        "charts",
        "looks",
        "raising",
        "flask_babel",
        "own_view",
        "agreeing",
        "asking",
        "sqlalchemy",
        "i18n",
        "models",
        "planning",
        "polling",
        "recording",
        "rules",
        "texts",
        "wording",
    },
    "charts": {"looks", "rules"},
    "chronicle": {"sqlalchemy", "audit", "models"},
    "curve": {"letting_go", "rules"},
    "letting_go": {"sqlalchemy", "cases", "i18n", "models", "rules"},
    "looks": {"sqlalchemy", "i18n", "models"},
    "raising": {"chronicle", "i18n", "looks", "models", "planning"},
    "meeting": {"sqlalchemy", "days", "i18n", "models"},
    "mending": {"sqlalchemy", "database", "models", "rules"},
    "reflection": {"flask_babel"},
    "polling": {"sqlalchemy", "database", "links", "models"},
    "notice": {"flask_babel", "models"},
    "printing": {"flask", "flask_babel", "pdf", "i18n", "models", "paper"},
    "blanking": {"flask_babel", "models", "sqlalchemy", "texts"},
    "dossier": {"blanking", "i18n", "notice", "wording"},
    "team": set(),
    "talk": {"team"},
    "rows": {"sqlalchemy", "agreeing", "i18n", "models", "planning", "talk", "team"},
    "conversation": {
        "mending",
        "dossier",
        "flask_babel",
        "i18n",
        "models",
        "sqlalchemy",
        "wording",
    },
    "collecting": {
        "conversation",
        "dossier",
        "flask_babel",
        "i18n",
        "models",
        "paper",
        "planning",
        "rules",
        "sqlalchemy",
        "trail_words",
        "wording",
    },
    "i18n": {"babel", "flask", "flask_babel"},
    "headers": {"flask"},
    "mail": {"flask"},
    "passwords": {"flask_babel", "flask_security", "zxcvbn", "texts"},
    "throttle": {"flask", "sqlalchemy", "werkzeug", "database", "models"},
    "addresses": {"flask", "werkzeug"},
    "links": {"flask", "sqlalchemy", "addresses", "i18n", "models"},
    "audit": {"flask", "sqlalchemy", "models"},
    "viewing": {"flask", "sqlalchemy", "access", "audit", "database", "i18n", "models"},
    "trail_words": {"flask_babel"},
    "logs": {"flask", "sqlalchemy"},
}


def imports(path):
    """Yield what a module imports, the standard library aside.

    Our own modules come by their first name, whatever group they are in: both `from
    ..models import db` and `from ..a_group.models import db` are "models".
    """
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")
            path_in = module[1:] if node.level and module[0] in GROUPS else module
            names = path_in[:1] if any(path_in) else [a.name for a in node.names]
        else:
            continue
        yield from {name.split(".")[0] for name in names} - sys.stdlib_module_names


@pytest.mark.parametrize("module", MAY_IMPORT)
def test_foundations_look_only_down(module):
    assert set(imports(MODULES[module])) <= MAY_IMPORT[module]


@pytest.mark.parametrize("feature", FEATURES)
def test_no_feature_knows_another(feature):
    assert set(imports(FEATURES[feature])).isdisjoint(set(FEATURES) - {feature})


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"__init__", "cli"}))
def test_no_foundation_knows_a_page(module):
    assert "pages" not in set(imports(MODULES[module]))


@pytest.mark.parametrize("path", [*MODULES.values(), *FEATURES.values()], ids=str)
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_bears_one_name(feature):
    assert f'Blueprint("{feature}", __name__' in FEATURES[feature].read_text().replace(
        "\n", ""
    ).replace("    ", "")
