"""How exact is "the same score"? The script again and again, one thing changed at a time.

    python tests/exactness.py python3.10 python3.13

The arguments are the two Pythons to compare. Each run is ten epochs on the bundled sample
(that sample in place of MNIST, so it takes half a minute). Environments are made in a
temporary folder: for both Pythons with the same pinned packages, and for the second with
the oldest and with the newest that requirements.txt admits. Prints README.md's table.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent
REQUIREMENTS = TESTS.parent / "requirements.txt"
PINNED = ["tensorflow==2.21.0", "keras==3.12.4", "numpy==2.2.6", "matplotlib==3.10.9"]


def oldest():
    """Return the packages of requirements.txt, each pinned to its lower bound (list)."""
    return re.findall(
        r"(?m)^(\w+==[\d.]+)", REQUIREMENTS.read_text().replace(">=", "==")
    )


def make_environment(folder, python, *packages):
    """Make a virtual environment with these packages; return the path of its Python.

    folder must not exist yet. Raises CalledProcessError if python or pip fails.
    """
    subprocess.run([python, "-m", "venv", folder], check=True)
    environment = folder / "bin" / "python"
    subprocess.run([environment, "-m", "pip", "install", "-q", *packages], check=True)
    return environment


def run(python, **settings):
    """Return (test loss, test accuracy, versions) as the script prints them (texts).

    Raises CalledProcessError if the script fails.
    """
    env = os.environ | {"MNIST_NPZ": str(TESTS / "mnist_sample.npz")} | settings
    with tempfile.TemporaryDirectory() as folder:
        output = subprocess.run(
            [python, TESTS / "run_example.py"],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    loss = re.search(r"Test loss: (\S+) ", output)[1]
    accuracy = re.search(r"Test accuracy: (\S+) ", output)[1]
    versions = re.match(
        r"Python (\S+)\nKeras (\S+) with tensorflow (\S+)\nNumPy (\S+)", output
    )
    return loss, accuracy, "{} / {} / {} / {}".format(*versions.groups())


def main(first_python, second_python):
    """Print the table. The arguments are commands or paths of Python interpreters."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        first = make_environment(folder / "first", first_python, *PINNED)
        second = make_environment(folder / "second", second_python, *PINNED)
        old = make_environment(folder / "old", second_python, *oldest())
        new = make_environment(folder / "new", second_python, "-r", REQUIREMENTS)
        runs = [
            ("a run", second, {}),
            ("the same again", second, {}),
            ("one thread", second, {"TF_NUM_INTRAOP_THREADS": "1"}),
            ("two threads", second, {"TF_NUM_INTRAOP_THREADS": "2"}),
            ("another Python", first, {}),
            ("the oldest versions", old, {}),
            ("the newest versions", new, {}),
        ]
        print(
            "| run | Python / Keras / TensorFlow / NumPy | test loss | test accuracy |"
        )
        print("|---|---|---|---|")
        for name, python, settings in runs:
            loss, accuracy, versions = run(python, **settings)
            print(f"| {name} | {versions} | {loss} | {accuracy} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
