#!/usr/bin/env python3
"""Sets Delegate up and starts it, with nothing but Python itself.

    python3 run.py [--port N]   set up what is missing, then serve
    python3 run.py test ...     set up and run the tests; the rest goes to pytest
    python3 run.py flask ...    run one of Delegate's own commands

Standard library only. It knows no more of the program than `wsgi:app` and the
commands that belong to it: `db upgrade`, `start-notes` and `jobs work`. Older
Pythons must be able to read this file far enough to say which one is needed:
no syntax newer than 3.6.
"""

import argparse
import contextlib
import ctypes
import errno
import hashlib
import importlib.util
import logging
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import webbrowser
from collections import namedtuple
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "Delegate needs Python 3.11 or newer, and this is Python {}.{}.\n"
        "Debian 12 and Ubuntu 24.04 have it as python3. macOS: brew install python.\n"
        "Windows: https://www.python.org. Start a newer one beside this one by its\n"
        "full name, for example: python3.12 run.py".format(*sys.version_info)
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
SIGNALS = {signal.SIGINT, signal.SIGTERM} | ({signal.SIGHUP} if not WINDOWS else set())
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "installed.txt"
MADE_BY = f"python 3.{sys.version_info[1]} {sysconfig.get_platform()}"
"""What decides whether an environment made earlier is one that we can use."""


class Stop(Exception):
    """A reason to stop, in words for the person who started us."""


def main(arguments):
    """Do what `arguments` ask and return the exit code."""
    handle_signals()
    try:
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        if arguments[:1] == ["flask"]:
            return flask_command(arguments[1:])
        return start(parse(arguments), arguments)
    except Stop as reason:
        say(str(reason))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def handle_signals():
    """Let Ctrl-C, SIGTERM and a closed window end us in an orderly way."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if WINDOWS:
        return
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup sets it
        signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def say(text):
    """Tell how it goes: on stderr, so that a command's own output stays clean."""
    print(text, file=sys.stderr, flush=True)


# Commands


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python3 run.py",
        description="Set Delegate up where needed, and serve it on this computer.",
        epilog="python3 run.py test ... runs the tests (the rest goes to pytest); "
        "python3 run.py flask ... runs one of Delegate's own commands.",
    )
    parser.add_argument("--port", type=port_number, default=8000, help="default: 8000")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to listen on. 127.0.0.1, the default, can be reached from "
        "this computer only; 0.0.0.0 from the whole network, and unencrypted: "
        "put a web server with HTTPS in front of it",
    )
    parser.add_argument(
        "--no-open", action="store_true", help="do not open a browser window"
    )
    return parser.parse_args(arguments)


def port_number(text):
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def start(options, arguments):
    """Set up, go on inside the environment, and serve from there."""
    claim(options.host, options.port)  # before the long wait, not after it
    set_up(TO_RUN, ["requirements.txt"])
    set_environment()
    if not os.path.samefile(sys.prefix, VENV):
        move_into_environment([str(ROOT / "run.py"), *arguments], ours=True)
    return serve(options)


def test(arguments):
    """Set up and run the tests, from the project's own folder."""
    set_up(TO_RUN + TO_TEST, ["requirements.txt", "requirements-dev.txt"])
    os.chdir(ROOT)
    return move_into_environment(["-m", "pytest", *arguments])


def flask_command(arguments):
    """Set up and run a command; file names in it are as seen from where we are."""
    set_up(TO_RUN, ["requirements.txt"])
    set_environment()
    if is_first_time() and arguments[:1] != ["db"]:
        subprocess.run([str(PYTHON), "-P", "-m", "flask", "db", "upgrade"], check=True)
    return move_into_environment(["-P", "-m", "flask", *arguments])


def is_first_time():
    """Tell whether there is no database yet, where it is a file of our own."""
    file = Path(os.environ["DATA_DIR"]) / "delegate.sqlite"
    return "DATABASE_URL" not in os.environ and not file.exists()


def set_environment():
    os.environ["FLASK_APP"] = str(ROOT / "wsgi.py")
    os.environ.setdefault("DATA_DIR", str(ROOT / "instance"))


def move_into_environment(arguments, ours=False):
    """Become the environment's Python with these arguments; does not come back.

    `ours`: this file takes over again and will be ready for a signal only when
    it has begun, so signals wait until then.
    """
    command = [str(PYTHON), *arguments]
    if WINDOWS:  # where exec leaves the terminal to a process nobody waits for
        sys.exit(wait_through_interrupts(subprocess.Popen(command)))
    if ours:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    os.execv(command[0], command)


def wait_through_interrupts(child):
    """Return the exit code of `child`, which gets every Ctrl-C as well as we do."""
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return child.wait()


def run(command, alone=False, **options):
    """Run `command` to its end, and take it along if we are stopped meanwhile.

    `alone`: it shares our terminal (it may ask for a password) and is left to
    finish by itself if we are stopped, because half of it is worse than all.
    """
    child = subprocess.Popen(command, start_new_session=not alone, **options)
    try:
        output, _ = child.communicate()
    except BaseException:
        end(child, with_it=not alone)
        raise
    return subprocess.CompletedProcess(command, child.returncode, output)


def end(child, with_it):
    """End `child` and all that it started, or only grant it time to end by itself."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        if with_it:
            child.terminate() if WINDOWS else os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=2)  # sudo, for one, has to turn the echo on again


# Setting up: packages of the system, then Python packages in an environment


Need = namedtuple("Need", "package brew sign why")
"""A package as Debian and Homebrew call it, what shows that it is there, and why."""

ENSUREPIP = Need(
    f"python3.{sys.version_info[1]}-venv", "python", "ensurepip", "installs the rest"
)
PRINTING = (
    Need("libpango-1.0-0", "pango", "libpango-1.0.so.0", "sets the printed plan"),
    Need("libpangoft2-1.0-0", "pango", "libpangoft2-1.0.so.0", "finds fonts to print"),
    Need("libharfbuzz-subset0", "pango", "libharfbuzz-subset.so.0", "keeps PDFs small"),
)
TO_RUN = (ENSUREPIP, *PRINTING)
TO_TEST = (
    Need("chromium", "chromium", "chromium", "opens pages as you would"),
    Need("libatomic1", "gcc", "libatomic.so.1", "lets tests steer the browser"),
    Need("postgresql", "postgresql", "postgres", "the other database we work with"),
    Need("poppler-utils", "poppler", "pdftoppm", "looks at printed pages"),
)


def set_up(needs, requirements):
    """Install what is missing, and nothing if nothing is."""
    missing = [need for need in needs if not is_there(need.sign)]
    if missing:
        install_packages(missing)
    install_parts(requirements)


def is_there(sign):
    """Return whether this Python has the module, or the system the library or program.

    Only Linux can be asked for a library by name; elsewhere `install_parts` finds out.
    """
    if sign == "ensurepip":
        return importlib.util.find_spec(sign) is not None
    if ".so." in sign:
        return not sys.platform.startswith("linux") or loads(sign)
    off_the_path = map(str, Path("/usr/lib/postgresql").glob("*/bin"))
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *off_the_path])
    return shutil.which(sign, path=path) is not None


def loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_packages(missing):
    """Install Debian packages, as root or through sudo, or say who can and how."""
    if ENSUREPIP in missing and sys.base_prefix != "/usr":
        raise Stop(f"{sys.executable} lacks ensurepip; start with another Python 3.")
    if not shutil.which("apt-get"):
        raise Stop(without_apt(missing))
    names = shlex.join(need.package for need in missing)
    say("Delegate needs these packages of your system:")
    for need in missing:
        say(f"  {need.package:<20} {need.why}")
    script = ["sh", "-c", apt_script(names)]
    if run([*as_root(names), *script], alone=True).returncode:
        raise Stop(f"They could not be installed. {by_hand(names)}")
    still = [need.package for need in missing if not is_there(need.sign)]
    if still:
        raise Stop(f"Installed, but not to be found: {', '.join(still)}.")


def as_root(names):
    """Return what to put before a command so that root runs it."""
    if os.geteuid() == 0:
        say("Installing them; this takes a minute or two ...")
        return []
    if shutil.which("sudo"):
        say("Installing them through sudo, which may ask for your password ...")
        return ["sudo"]
    raise Stop(f"Only an administrator can do so. {by_hand(names)}")


def by_hand(names):
    return (
        "Ask an administrator to run this, and start again:\n"
        f"  apt-get update && apt-get install --no-install-recommends {names}"
    )


APT_SCRIPT = """
export DEBIAN_FRONTEND=noninteractive
exec >/dev/null
dpkg --configure -a
apt-get -qq -o DPkg::Lock::Timeout=300 update
apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends """
"""Quiet but for errors. What an earlier interruption left half-done comes first;
a package list that cannot be fetched is not yet a reason to give up."""

NO_CLUSTER = """
if ! [ -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
fi"""
"""The tests start PostgreSQL themselves; without this a server would run for good."""


def apt_script(names):
    return (NO_CLUSTER if "postgresql" in names else "") + APT_SCRIPT + names


def without_apt(missing):
    names = ", ".join(need.package for need in missing)
    brew = " ".join(sorted({need.brew for need in missing}))
    return (
        f"Delegate needs something more of your system. Debian calls it: {names}.\n"
        "There is no apt-get here to install it with; please do so, and start again.\n"
        "  Other Linux  look for packages with names like these\n"
        f"  macOS        brew install {brew}\n"
        "  Windows      install MSYS2 (https://www.msys2.org), and in its window:\n"
        "               pacman -S mingw-w64-ucrt-x86_64-pango\n"
        "               (the tests want a Linux, such as WSL)"
    )


def install_parts(requirements):
    """Bring `.venv` in step with the files `requirements`.

    The stamp goes first and comes back last: without it, what is there may be
    half-done, and is made anew.
    """
    wanted = {f"{name} {digest(ROOT / name)}": name for name in requirements}
    found = installed()
    if wanted.keys() <= found:
        return
    must_be_writable(VENV if VENV.exists() else ROOT)
    STAMP.unlink(missing_ok=True)
    if not found:
        make_environment()
    for name in [wanted[line] for line in wanted if line not in found]:
        install(name)
    if not sys.platform.startswith("linux") and not imports("weasyprint"):
        raise Stop(without_apt(PRINTING))
    STAMP.write_text("\n".join([MADE_BY, *wanted]))


def installed():
    """Return the lines of the stamp; none unless the environment can be used."""
    lines = set(STAMP.read_text().splitlines()) if STAMP.exists() else set()
    return lines if MADE_BY in lines and imports("pip, waitress") else set()


def imports(names):
    """Return whether the environment's Python can import these modules."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [str(PYTHON), "-c", f"import {names}"]
    return PYTHON.exists() and run(command, **quiet).returncode == 0


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def must_be_writable(folder):
    if not os.access(folder, os.W_OK):
        raise Stop(
            f"Delegate cannot write to {folder}, where its parts belong.\n"
            "Start it as the owner of that folder, or make a copy of your own."
        )


def make_environment():
    say(f"Making a place for Delegate's parts: {VENV} ...")
    if run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode:
        raise Stop("That did not succeed; the reason is above.")


def install(name):
    what = "what the tests need" if "dev" in name else "Delegate's parts"
    say(f"Installing {what} ({name}); this takes a minute, once ...")
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    how = ["--require-hashes", "--use-pep517", "-r", name]
    if run([*pip, *how], cwd=str(ROOT)).returncode:
        raise Stop(
            "That did not succeed; the reason is above. It needs the internet.\n"
            "Start again, and it begins anew."
        )


# Serving: all below runs inside the environment


def claim(host, port):
    """Make sure that we can listen there. Raises Stop if not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise Stop(why_not(error, host, port)) from error


def why_not(error, host, port):
    other = port + 1 if port < 65535 else 8000
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use already, perhaps by Delegate in another window.\n"
            f"To start beside it: python3 run.py --port {other}"
        )
    if error.errno == errno.EACCES:
        return (
            f"Port {port} is for administrators only. Try: python3 run.py --port 8000"
        )
    return f"Cannot listen on {host}: {error.strerror}."


def address(host, port):
    """Return the address that a browser on this computer asks for."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def serve(options):
    """Serve until Ctrl-C or SIGTERM."""
    url = address(options.host, options.port)
    flask("db", "upgrade")
    notes = flask("start-notes", "--url", url, stdout=subprocess.PIPE, text=True)
    server = listen(options.host, options.port)
    try:
        with worker_beside():
            announce(url, options, notes)
            server.run()
    except (KeyboardInterrupt, SystemExit):  # `run` itself takes them for its end
        server.close()
    say("Delegate has stopped.")
    return 0


@contextlib.contextmanager
def worker_beside():
    """Have long work done in a process beside ours, for as long as this lasts."""
    ended = threading.Event()
    keeper = threading.Thread(target=keep_working, args=(ended,))
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def keep_working(ended):
    """Keep a worker going until `ended`; another one begins where one broke down.

    It ends when its standard input does: when we close it, and also when we are
    killed. A Ctrl-C is for us, and not for a worker in the middle of something.
    """
    command = [sys.executable, "-P", "-m", "flask", "jobs", "work", "--attached"]
    while not ended.is_set():
        alone = {"stdin": subprocess.PIPE, "start_new_session": True}
        worker = subprocess.Popen(command, **alone)
        while worker.poll() is None and not ended.wait(0.1):
            pass
        worker.stdin.close()
        try:
            worker.wait(timeout=5)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        ended.wait(2)


def flask(*command, **options):
    """Run one of Delegate's commands and return its output. Raises Stop."""
    done = run([sys.executable, "-P", "-m", "flask", *command], **options)
    if done.returncode:
        raise Stop(f"Delegate cannot start: “flask {command[0]}” failed, see above.")
    return done.stdout


def listen(host, port):
    """Return the server, listening. Raises Stop if somebody came before us."""
    import waitress  # here, because only the environment has them

    import wsgi

    # It would say so each time a browser asks for a page and its pictures at once.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        return waitress.create_server(
            wsgi.app,
            host=host,
            port=port,
            threads=8,
            ident=None,
            clear_untrusted_proxy_headers=False,  # whom to trust, the app decides
        )
    except OSError as error:
        raise Stop(why_not(error, host, port)) from error


def announce(url, options, notes):
    """Tell where Delegate is, and open it where there is somebody to see it."""
    print(f"Delegate runs at {url}/ – stop it with Ctrl-C", flush=True)
    if options.host in ("0.0.0.0", "::"):
        say("Your whole network can reach it, and nothing on the way is encrypted.")
    if notes.strip():
        print(notes.rstrip(), flush=True)
    if not options.no_open and has_screen():
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def has_screen():
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.stdout.isatty() and bool(shown or sys.platform in ("darwin", "win32"))


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal that knows no dash
    sys.exit(main(sys.argv[1:]))
