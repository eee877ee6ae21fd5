"""What every command does with arguments, files and databases that are no good."""

import click
import pytest
from click.testing import CliRunner
from conftest import make_app
from factory import PASSWORD

from delegate.cli import Command
from delegate.models import Manager, Team, db

NOT_UTF8 = "Ann\udcff"
TOO_LONG = "x" * 501
LOST = "a character that cannot be kept"
LONG = "At most 500 characters fit here."
CREATE = ("users", "create")


@pytest.fixture
def run(app, alice, tmp_path, monkeypatch):
    """Run a command in a folder with a file of two people."""
    (tmp_path / "names.csv").write_text("Naam\nAnn\nBob")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: app.test_cli_runner().invoke(args=arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*CREATE, "a@b.nl", "--password", PASSWORD, "--name", NOT_UTF8), LOST),
        ((*CREATE, "a@b.nl", "--password", PASSWORD, "--name", TOO_LONG), LONG),
        ((*CREATE, NOT_UTF8, "--password", PASSWORD), LOST),
        ((*CREATE, "a@b.nl", "--password", PASSWORD + NOT_UTF8), LOST),
        (("import", "names.csv", "--team", "   "), "Fill this in."),
        (("import", "names.csv", "--team", "\u200b"), "Fill this in."),
        (("import", "names.csv", "--team", TOO_LONG), LONG),
        (("import", "names.csv", "--team", NOT_UTF8), LOST),
        (("import", "names.csv", "--team", "A", "--for", NOT_UTF8), LOST),
        (("import", ".", "--team", "A"), "'.': Is a directory"),
        (("import", "none.csv", "--team", "A"), "No such file"),
        (("demo", "load", "--for", NOT_UTF8), LOST),
        (("demo", "clear", "--for", NOT_UTF8), LOST),
    ],
)
def test_an_argument_that_is_no_good_is_refused_in_words(app, run, arguments, words):
    result = run(*arguments)

    assert words in result.stderr
    assert isinstance(result.exception, SystemExit)
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Manager.id))) == 1
        assert db.session.scalar(db.select(db.func.count(Team.id))) == 1


def test_a_file_that_cannot_be_written_is_told(app, run, tmp_path):
    app.instance_path = str(tmp_path / "gone")
    with app.app_context():
        db.session.execute(db.delete(Manager))
        db.session.commit()

    result = run("start-notes", "--url", "http://localhost")

    assert result.exit_code == 1
    assert "first-account-code: No such file or directory" in result.stderr


def test_a_fault_of_the_system_that_names_no_file_is_told():
    @click.command(cls=Command)
    def write():
        with open("/dev/full", "w") as file:
            file.write("a")

    result = CliRunner().invoke(write)

    assert result.output == "Error: No space left on device\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (*CREATE, "a@b.nl", "--password", PASSWORD),
        ("start-notes", "--url", "http://localhost"),
        ("demo", "load"),
        ("demo", "clear"),
        ("import", "names.csv", "--team", "A"),
    ],
)
def test_a_database_without_tables_says_what_to_run(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.csv").write_text("Naam\nAnn\nBob")
    bare = make_app(f"sqlite:///{tmp_path / 'bare.sqlite'}", tmp_path)

    result = bare.test_cli_runner().invoke(args=arguments)
    with bare.app_context():
        db.engine.dispose()

    assert result.exit_code == 1
    assert "no such table" in result.stderr
    assert "run: flask db upgrade" in result.stderr


def test_so_it_does_on_postgresql(postgresql, tmp_path):
    url = postgresql.create()
    bare = make_app(url, tmp_path)

    result = bare.test_cli_runner().invoke(args=["demo", "load"])
    with bare.app_context():
        db.engine.dispose()
    postgresql.drop(url)

    assert "does not exist\nIf it is new" in result.stderr
