"""What docs/running.md tells whoever runs it, and that no test runs on their data."""

import os
import re
from pathlib import Path

import postgres

import delegate
from delegate import create_app
from delegate.identity import mail

ROOT = Path(delegate.__file__).parent.parent
READ = set(
    re.findall(r'\benv\("([A-Z_]+)"', (ROOT / "delegate/__init__.py").read_text())
) | {*mail.PLAIN, *mail.TLS, "MAIL_PORT", "DATA_DIR"}


def test_every_setting_is_told_and_no_other():
    told = re.findall(
        r"^\| `([A-Z_]+)` \|", (ROOT / "docs/running.md").read_text(), re.M
    )

    assert sorted(told) == sorted(READ)


def test_no_app_of_the_tests_finds_real_data(tmp_path, monkeypatch):
    """Whatever the environment says of a served app, it says to the tests no more."""
    for name in READ:
        monkeypatch.setenv(name, "postgresql://real/data")
    monkeypatch.setenv(postgres.GIVEN, "")
    postgres.take_settings()

    assert not READ & set(os.environ)
    assert os.environ[postgres.GIVEN] == "postgresql://real/data"
    app = create_app({"DATA_DIR": str(tmp_path)})
    assert app.config["SQLALCHEMY_DATABASE_URI"].startswith(f"sqlite:///{tmp_path}")
