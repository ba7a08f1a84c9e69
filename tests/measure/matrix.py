"""Run a whole test suite on several Pythons, with the newest and the oldest packages.

    .venv/bin/python -m tests.measure.matrix python3.10 python3.11 python3.12 python3.13
    .venv/bin/python -m tests.measure.matrix --suite tests/backends.py python3.10 ...
    .venv/bin/python -m tests.measure.matrix --beyond python3.13

The newest are those that pip chooses from tests/requirements.txt, the oldest the lower
bounds in requirements.txt. The other backends' suite makes environments of its own, with
the newest: it runs once on each Python. --beyond takes the newest of everything that there
is, bounds ignored, and says which upper bound can be raised. Each environment is made in a
temporary folder, used and removed. Prints the table of tests/README.md; what pytest said of
a failure goes to stderr. The status is 1 if anything failed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.environments import TEST_REQUIREMENTS, make_environment, oldest, packages
from tests.user import LIMIT_OF_MNIST, ROOT, clean_environment

VERSIONS = """
import platform
from importlib.metadata import version
names = "keras", "tensorflow", "numpy", "matplotlib"
print(platform.python_version(), *map(version, names), sep=" / ")
"""


def output(*command):
    """Return (what a command printed on stdout, its status)."""
    process = subprocess.run(
        command,
        cwd=ROOT,
        env=clean_environment(Path.home(), online=True),  # tests may call pip
        stdout=subprocess.PIPE,
        text=True,
        timeout=LIMIT_OF_MNIST,
        check=False,
    )
    return process.stdout, process.returncode


def run(python, suite, *further):
    """Print the row of the table for this Python; return (versions, status).

    further are lists of requirements, each to be installed after those before it.
    """
    with tempfile.TemporaryDirectory() as folder:
        first, *rest = further
        environment = make_environment(Path(folder, "environment"), python, *first)
        for requirements in rest:
            install = [environment, "-m", "pip", "install", "-q", *requirements]
            subprocess.run(install, check=True, timeout=3600, stdout=sys.stderr)
        versions = output(environment, "-c", VERSIONS)[0].strip()
        report, status = output(environment, "-m", "pytest", "-q", suite)
    if status != 0:
        print(report, file=sys.stderr)
    summary = re.search(r"(\d+ (?:passed|failed)[^\n]*?) in \d", report)
    result = summary[1] if summary else f"pytest ended with status {status}"
    print(f"| {versions} | {result} |", flush=True)
    return versions, status


def advise(versions):
    """Print, for these versions, which upper bound of requirements.txt is below them."""
    _, *found = versions.split(" / ")
    newest = dict(zip(("keras", "tensorflow", "numpy", "matplotlib"), found))
    for package in packages():
        name, bound = re.match(r"(\w+).*<([\d.]+)", package).groups()
        parts = [list(map(int, re.findall(r"\d+", v))) for v in (newest[name], bound)]
        advice = "raise it" if parts[0] >= parts[1] else "it admits that"
        print(f"{name}: {newest[name]} is the newest, the bound is <{bound}: {advice}")


def main():
    """Print the table; return whether all tests passed everywhere (bool)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pythons", nargs="+", help="commands or paths of interpreters")
    parser.add_argument("--suite", default="tests", help="what pytest runs")
    parser.add_argument(
        "--beyond", action="store_true", help="the newest of everything"
    )
    args = parser.parse_args()
    print("| Python / Keras / TensorFlow / NumPy / Matplotlib | result |")
    print("|---|---|", flush=True)
    tests = ["-r", TEST_REQUIREMENTS]
    statuses = []
    for python in args.pythons:
        if args.beyond:
            names = [re.match(r"\w+", package)[0] for package in packages()]
            # Without dependencies: another package's bound must not hold one back.
            newest = ["--upgrade", "--no-deps", *names]
            versions, status = run(python, args.suite, tests, newest)
            advise(versions)
            statuses.append(status)
        else:
            ends = ([], oldest()) if args.suite == "tests" else ([],)
            for pins in ends:
                statuses.append(run(python, args.suite, [*tests, *pins])[1])
    return not any(statuses)


if __name__ == "__main__":
    sys.exit(not main())
