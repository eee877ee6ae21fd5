"""P6: what starting the app costs, against starting it with the printing loaded.

Run as `.venv/bin/python benchmarks/p6_start.py`.

One side is a fresh Python that imports `wsgi` and so calls `create_app()`; the other
does the same with `import weasyprint`, as it would stand at the top of a page's module.
Python's own start is taken off both: it is measured beside them. All is compiled
before, as it is wherever the app was started once.

Measured: CPU seconds of whole processes, all in turn within one run, medians; and that
`create_app()` alone has not loaded WeasyPrint.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 9
TARGET = 0.6
ROOT = Path(__file__).parent.parent
START = "import wsgi, sys; assert 'weasyprint' not in sys.modules"
WITH_IT = "import gc; gc.disable(); import weasyprint; import wsgi"
SIDES = {
    "Python alone": "import sys",
    "create_app()": START,
    "with weasyprint": WITH_IT,
}


def cpu_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for code in SIDES.values():
            cpu_seconds(code)
        rounds = [
            {side: cpu_seconds(code) for side, code in SIDES.items()}
            for _ in range(ROUNDS)
        ]
    middle = {side: statistics.median(r[side] for r in rounds) for side in SIDES}
    for side, taken in middle.items():
        print(f"{side:16} {taken:6.3f} s CPU")
    bare = middle["Python alone"]
    ratio = (middle["create_app()"] - bare) / (middle["with weasyprint"] - bare)
    print(f"ratio            {ratio:6.2f}    target {TARGET} or less")


if __name__ == "__main__":
    main()
