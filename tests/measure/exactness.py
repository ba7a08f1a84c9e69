"""How exact is "the same score"? The script again and again, one thing changed at a time.

    .venv/bin/python -m tests.measure.exactness python3.10 python3.13

The arguments are the two Pythons to compare. Each run is ten epochs on the bundled sample.
Environments are made in a temporary folder: for both Pythons with the same pinned packages,
and for the second with the oldest and with the newest that requirements.txt admits. Prints
the table of tests/README.md.
"""

import re
import sys
import tempfile
from pathlib import Path

from tests.environments import REQUIREMENTS, make_environment, oldest
from tests.user import SAMPLE, run_example, scores

# The newest that Python 3.10 can have.
PINNED = ["tensorflow==2.21.0", "keras==3.12.4", "numpy==2.2.6", "matplotlib==3.10.9"]


def run(python, **settings):
    """Return (test loss, test accuracy, versions) of the script (float, float, text).

    Raises RuntimeError, with what the script said, if it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        _, process = run_example(folder, python, MNIST_NPZ=SAMPLE, **settings)
    versions = re.match(
        r"Python (\S+)\nKeras (\S+) with tensorflow (\S+)\nNumPy (\S+)", process.stdout
    )
    return *scores(process.stdout), " / ".join(versions.groups())


def main(first_python, second_python):
    """Print the table. The arguments are commands or paths of Python interpreters."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        first = make_environment(folder / "first", first_python, *PINNED)
        second = make_environment(folder / "second", second_python, *PINNED)
        old = make_environment(folder / "old", second_python, *oldest())
        new = make_environment(folder / "new", second_python, "-r", REQUIREMENTS)
        avx2 = {"ONEDNN_MAX_CPU_ISA": "AVX2"}
        runs = [
            ("a run", second, {}),
            ("the same again", second, {}),
            ("another Python", first, {}),
            ("the oldest versions", old, {}),
            ("the newest versions", new, {}),
            ("one thread in place of two", second, {"TF_NUM_INTRAOP_THREADS": "1"}),
            ("oneDNN as on a processor with AVX2 only", second, avx2),
            ("oneDNN off", second, {"TF_ENABLE_ONEDNN_OPTS": "0"}),
        ]
        print("| run | Python / Keras / TensorFlow / NumPy | test loss | accuracy |")
        print("|---|---|---|---|")
        for name, python, settings in runs:
            loss, accuracy, versions = run(python, **settings)
            print(f"| {name} | {versions} | {loss} | {accuracy} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
