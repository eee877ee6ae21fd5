"""`run.py`: the set-up and the start, tried on a tree that has nothing but them."""

import ast
import base64
import hashlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

import run

PROJECT = Path(__file__).parent.parent

WSGI = """
import os
import click
from flask import Flask

app = Flask(__name__)

@app.get("/")
def index():
    return "at your service"

@app.cli.group()
def db():
    pass

@db.command()
def upgrade():
    if "TABLES_ARE_BROKEN" in os.environ:
        raise click.ClickException("the tables are broken")

@app.cli.command()
@click.option("--url")
def start_notes(url):
    click.echo(f"Make your account at {url}/first")

@app.cli.group()
def jobs():
    pass

@jobs.command()
@click.option("--attached", is_flag=True)
def work(attached):
    with open(os.path.join(os.path.dirname(__file__), "workers"), "a") as log:
        print(os.getpid(), file=log)
    while os.read(0, 1):
        pass

@app.cli.command()
def where():
    click.echo(os.getcwd())
    click.echo(os.environ["DATA_DIR"])
"""


def make_wheel(folder):
    """Make a package that lends an environment the parts these tests run on."""
    name = folder / "parts-1.0-py3-none-any.whl"
    with zipfile.ZipFile(name, "w") as wheel:
        wheel.writestr("parts.pth", sysconfig.get_path("purelib"))
        about = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr("parts-1.0.dist-info/WHEEL", about)
        about = "Metadata-Version: 2.1\nName: parts\nVersion: 1.0\n"
        wheel.writestr("parts-1.0.dist-info/METADATA", about)
        files = (
            "parts.pth",
            "parts-1.0.dist-info/WHEEL",
            "parts-1.0.dist-info/METADATA",
        )
        lines = [f"{file},{record_hash(wheel.read(file))}," for file in files]
        wheel.writestr("parts-1.0.dist-info/RECORD", "\n".join(lines))
    return name


def record_hash(content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={digest.decode().rstrip('=')}"


@pytest.fixture
def bare(tmp_path):
    """A fresh copy: run.py, an app, its requirements; nothing set up yet."""
    tree = tmp_path / "a fresh copy"
    tree.mkdir()
    shutil.copy(PROJECT / "run.py", tree)
    (tree / "wsgi.py").write_text(WSGI)
    wheel = make_wheel(tree)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (tree / "requirements.txt").write_text(f"./{wheel.name} --hash=sha256:{digest}\n")
    (tree / "requirements-dev.txt").write_text("# nothing more\n")
    return tree


@pytest.fixture(scope="module")
def ready_made(tmp_path_factory):
    return tmp_path_factory.mktemp("ready") / "made"


@pytest.fixture
def ready(bare, ready_made):
    """The same, set up: once in earnest, from then on as a copy of that."""
    if ready_made.exists():
        shutil.copytree(ready_made, bare, symlinks=True, dirs_exist_ok=True)
    else:
        assert call(bare, "flask", "--version").returncode == 0
        shutil.copytree(bare, ready_made, symlinks=True)
    return bare


def command(tree, *arguments):
    return [sys.executable, str(tree / "run.py"), *arguments]


def settings(**more):
    """A home that cannot be written to and no screen."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "DATA_DIR", "FLASK_APP"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "HOME": "/nonexistent", **more}


def call(tree, *arguments, cwd="/", **more):
    return subprocess.run(
        command(tree, *arguments),
        cwd=cwd,
        env=settings(**more),
        capture_output=True,
        text=True,
        timeout=120,
    )


def hang_up_as_usual():
    """Let SIGHUP end the program also where the tests are to outlive their terminal."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@contextmanager
def started(tree, *arguments):
    """Start run.py from another folder; killed at the end if it still runs."""
    with subprocess.Popen(
        command(tree, *arguments),
        cwd="/",
        env=settings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hang_up_as_usual,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_every_python_since_3_6_can_read_as_far_as_the_version_needed():
    ast.parse((PROJECT / "run.py").read_text(), feature_version=(3, 6))


def test_help_names_the_three_commands(bare):
    done = call(bare, "--help")

    assert done.returncode == 0
    assert "run.py [-h] [--port PORT]" in done.stdout
    assert "run.py test" in done.stdout
    assert "run.py flask" in done.stdout


@pytest.mark.parametrize("number", ["0", "65536", "eight"])
def test_a_port_that_cannot_be_is_refused(bare, number):
    done = call(bare, "--port", number)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_told_before_anything_is_installed(bare):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = call(bare, "--port", str(port))

    assert done.returncode == 1
    assert f"Port {port} is in use already" in done.stderr
    assert f"run.py --port {port + 1}" in done.stderr
    assert not (bare / ".venv").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_it_is_told_to_stop(ready, port, number):
    with started(ready, "--port", str(port)) as server:
        address = server.stdout.readline()
        note = server.stdout.readline()
        url = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(url) as response:
            page, headers = response.read(), response.headers
        server.send_signal(number)
        rest, errors = server.communicate(timeout=60)

    assert address == f"Delegate runs at {url}/ – stop it with Ctrl-C\n"
    assert note == f"Make your account at {url}/first\n"
    assert page == b"at your service"
    assert "Server" not in headers
    assert (server.returncode, rest, errors) == (0, "", "Delegate has stopped.\n")


def worker_after(tree, earlier):
    """Wait for one worker more than `earlier`, and return its process id."""
    log = tree / "workers"
    for _ in range(200):
        found = log.read_text().split() if log.exists() else []
        if len(found) > earlier:
            return int(found[earlier])
        time.sleep(0.1)
    pytest.fail("there is no worker")


def is_gone(process):
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
        except OSError:
            return True
        if state.split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_a_worker_that_breaks_down_is_followed_by_another(ready, port):
    with started(ready, "--port", str(port)) as server:
        os.kill(worker_after(ready, 0), signal.SIGKILL)
        second = worker_after(ready, 1)
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)

    assert server.returncode == 0
    assert is_gone(second)


def test_a_worker_ends_with_a_server_that_is_killed(ready, port):
    with started(ready, "--port", str(port)) as server:
        worker = worker_after(ready, 0)
        server.kill()

    assert is_gone(worker)


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [(signal.SIGINT, 130, "Stopped.\n"), (signal.SIGTERM, 143, "")],
)
def test_the_set_up_can_be_stopped_and_is_mended_by_the_next(bare, number, code, words):
    with started(bare, "flask", "--version") as process:
        assert process.stderr.readline().startswith("Making a place")
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    again = call(bare, "flask", "--version")

    assert (process.returncode, errors) == (code, words)
    assert again.returncode == 0
    assert "Flask" in again.stdout


def test_a_second_start_installs_nothing(ready):
    done = call(ready, "flask", "--version")

    assert (done.returncode, done.stderr) == (0, "")


def remove_libraries(venv):
    shutil.rmtree(venv / "lib")


def take_python_away(venv):
    (venv / "bin" / "python").unlink()


def make_it_another_pythons(venv):
    stamp = venv / "installed.txt"
    stamp.write_text(stamp.read_text().replace("python 3.", "python 2."))


@pytest.mark.parametrize(
    "spoil", [remove_libraries, take_python_away, make_it_another_pythons]
)
def test_an_environment_that_is_no_use_is_made_anew(ready, spoil):
    spoil(ready / ".venv")

    done = call(ready, "flask", "--version")

    assert done.returncode == 0
    assert "Making a place" in done.stderr
    assert "Flask" in done.stdout


def test_changed_requirements_are_installed_on_top(ready):
    with (ready / "requirements.txt").open("a") as requirements:
        requirements.write("# changed\n")

    done = call(ready, "flask", "--version")

    assert done.returncode == 0
    assert "Installing" in done.stderr
    assert "Making a place" not in done.stderr


@pytest.mark.parametrize("lock", ["", "--hash=sha256:" + "0" * 64])
def test_a_part_that_is_not_the_one_we_locked_is_refused(ready, lock):
    wheel = "./parts-1.0-py3-none-any.whl"
    (ready / "requirements.txt").write_text(f"{wheel} {lock}")

    done = call(ready, "flask", "--version")

    assert done.returncode == 1
    assert "That did not succeed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (ready / ".venv" / "installed.txt").exists()


def test_no_start_on_tables_that_could_not_be_upgraded(ready, port):
    done = call(ready, "--port", str(port), TABLES_ARE_BROKEN="yes")

    assert done.returncode == 1
    assert "the tables are broken" in done.stderr
    assert "“flask db” failed" in done.stderr
    assert done.stdout == ""


def test_commands_run_where_you_are_on_the_data_of_the_project(ready, tmp_path):
    done = call(ready, "flask", "where", cwd=tmp_path)

    assert done.stdout.splitlines() == [str(tmp_path), str(ready / "instance")]


def test_the_tests_run_in_the_project_wherever_you_are(ready):
    (ready / "test_it.py").write_text("def test_nothing(): pass\n")

    done = call(ready, "test", "-p", "no:cacheprovider", "test_it.py")

    assert done.returncode == 0
    assert "1 passed" in done.stdout
    assert "requirements-dev.txt" in (ready / ".venv" / "installed.txt").read_text()


def test_the_tests_give_their_exit_code(ready):
    done = call(ready, "test", "-p", "no:cacheprovider", "nowhere.py")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR


# Packages of the system, with an apt-get of our own on a PATH of our own


@pytest.fixture
def path(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(path, name, script):
    (path / name).write_text(f"#!/bin/sh\n{script}\n")
    (path / name).chmod(stat.S_IRWXU)


GADGET = run.Need("libgadget1", "gadgetry", "gadget", "is what this test is about")


def apt_get(path, gadget):
    """An apt-get that writes down what it is asked, and brings `gadget` if told to."""
    log = path / "log"
    put(path, "dpkg", "")
    brings = f'printf "#!/bin/sh" >{path}/{gadget}; /bin/chmod +x {path}/{gadget}'
    put(path, "apt-get", f'echo "$@" >>{log}\n{brings if gadget else "exit 100"}')
    return log


def test_missing_packages_are_installed_by_root(path, monkeypatch, capfd):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = apt_get(path, "gadget")

    run.install_packages([GADGET])

    assert (
        log.read_text()
        .splitlines()[1]
        .endswith("install -y --no-install-recommends libgadget1")
    )
    assert "libgadget1           is what this test is about" in capfd.readouterr().err


def test_others_are_told_before_sudo_asks(path, monkeypatch, capfd):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    log = apt_get(path, "gadget")
    put(path, "sudo", 'echo "Password:" >&2; exec "$@"')

    run.install_packages([GADGET])

    told, _ = capfd.readouterr().err.split("Password:")
    assert "libgadget1" in told
    assert "through sudo, which may ask for your password" in told
    assert log.exists()


def test_without_sudo_it_says_what_an_administrator_is_to_run(path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    apt_get(path, "gadget")

    with pytest.raises(run.Stop, match="no-install-recommends libgadget1"):
        run.install_packages([GADGET])


def test_without_apt_get_it_says_what_to_install_elsewhere(path):
    with pytest.raises(run.Stop) as stop:
        run.install_packages([GADGET])

    assert "Debian calls it: libgadget1." in str(stop.value)
    assert "brew install gadgetry" in str(stop.value)
    assert "Windows" in str(stop.value)


@pytest.mark.parametrize(
    ("brings", "words"),
    [("", "could not be installed"), ("another", "not to be found: libgadget1")],
)
def test_it_stops_if_the_package_does_not_come(path, monkeypatch, brings, words):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    apt_get(path, brings)

    with pytest.raises(run.Stop, match=words):
        run.install_packages([GADGET])


def test_apt_get_is_left_alone_if_nothing_is_missing(ready, path):
    log = apt_get(path, "gadget")

    done = call(ready, "flask", "--version", PATH=str(path))

    assert done.returncode == 0
    assert not log.exists()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_the_address_is_one_a_browser_here_can_open(host, url):
    assert run.address(host, 80) == url


def test_an_address_of_another_machine_is_told():
    with pytest.raises(run.Stop, match=r"Cannot listen on 192\.0\.2\.1"):
        run.claim("192.0.2.1", 8000)
