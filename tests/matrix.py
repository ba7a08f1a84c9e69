"""Run the whole test suite on several Pythons, with the newest and the oldest packages.

    python tests/matrix.py python3.10 python3.11 python3.12 python3.13

The newest are those that pip chooses from tests/requirements.txt, the oldest the lower
bounds in requirements.txt. Each of the environments is made in a temporary folder, used
and removed. Prints README.md's table; what pytest said of a failure goes to stderr. The
status is 1 if anything failed. About ten minutes for each Python and end of the range.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from exactness import TESTS, make_environment, oldest

VERSIONS = """
import keras, matplotlib, numpy, platform, tensorflow
print(platform.python_version(), keras.__version__, tensorflow.__version__,
      numpy.__version__, matplotlib.__version__, sep=" / ")
"""


def output(*command):
    """Return (what a command printed on stdout, its status)."""
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return process.stdout, process.returncode


def main(pythons):
    """Print the table; return whether all tests passed everywhere (bool)."""
    print("| Python / Keras / TensorFlow / NumPy / Matplotlib | the whole test suite |")
    print("|---|---|", flush=True)
    all_passed = True
    for python in pythons:
        for pins in ([], oldest()):
            with tempfile.TemporaryDirectory() as folder:
                requirements = ["-r", TESTS / "requirements.txt", *pins]
                environment = make_environment(
                    Path(folder, "environment"), python, *requirements
                )
                versions, _ = output(environment, "-c", VERSIONS)
                report, status = output(environment, "-m", "pytest", "-q", TESTS)
            all_passed = all_passed and status == 0
            if status != 0:
                print(report, file=sys.stderr)
            summary = re.search(r"(\d+ (?:passed|failed)[^\n]*?) in \d", report)
            result = summary[1] if summary else f"pytest ended with status {status}"
            print(f"| {versions.strip()} | {result} |", flush=True)
    return all_passed


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
