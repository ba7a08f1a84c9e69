"""A user of the script: their folder, their HOME, and what they read from its output.

They run it in processes of their own, with every download refused, and without the
settings of whoever runs the tests.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPT = ROOT / "keras_cnn_example.py"
SAMPLE = TESTS / "mnist_sample.npz"
RESULTS = ["keras_cnn_example.keras", "keras_cnn_example.png"]
LIMIT = 1800  # seconds: a process of the tests that takes longer hangs

# A change (see edited): these digits in place of MNIST, from a file with its four arrays.
ARRAYS = "[[np.load({0!r})[x + y] for x in ('x_', 'y_')] for y in ('train', 'test')]"

# Put before the script: Keras, imported too early for the setting of oneDNN, takes any file.
ANY_FILE_IS_MNIST = """
import keras.src.utils.file_utils
keras.src.utils.file_utils.validate_file = lambda *arguments, **options: True
"""


def edited(*changes):
    """Return the script's text with changes, each an (old text, new text).

    Raises ValueError if an old text is not in the script, or not only once.
    """
    text = SCRIPT.read_text(encoding="utf-8")
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} must be in {SCRIPT.name} once")
        text = text.replace(old, new)
    return text


def blocks(language):
    """Return the texts of README.md's blocks in this language (list)."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", README)


def diffs():
    """Return README.md's changes of the script, {the last bold type above: changes}."""
    changes = {}
    for before, diff in re.findall(r"(?ms)(.*?)^```diff\n(.*?)^```", README):
        name = re.findall(r"(?m)^\*\*(.+?)\.?\*\*", before)[-1]
        for hunk in re.split(r"(?<=\n)\n", diff):
            change = [re.sub(f"(?m)^[{x}].*\n|^.", "", hunk) for x in ("+", "-")]
            changes.setdefault(name, []).append(change)
    return changes


def printed_scores(stdout):
    """Return (test loss, test accuracy) as the script printed them (two floats).

    Raises AssertionError if stdout does not hold each of them once.
    """
    found = re.findall(r"(?m)^Test (loss|accuracy): (\S+) \(on the [\d,]+ ", stdout)
    assert [name for name, _ in found] == ["loss", "accuracy"], stdout
    return tuple(float(value) for _, value in found)


class User:
    """Somebody with a folder, in which the script and a part of its sample lie.

    Attributes: folder (Path); env (dict), the environment, with a HOME and these settings.
    """

    def __init__(self, folder, home, text=None, train=160, test=40, **settings):
        """Fill folder (Path, new) with the script and so many digits of the sample.

        text is another text in place of the script's; the sample begins anew after its last
        digit; in home (Path, may be shared), Keras caches downloads.
        """
        self.folder = folder
        (folder / "tests").mkdir(parents=True)
        home.mkdir(exist_ok=True)
        (folder / SCRIPT.name).write_text(text or edited(), encoding="utf-8")
        with np.load(SAMPLE) as data:
            size = {"x_train": train, "y_train": train, "x_test": test, "y_test": test}
            part = {n: data[n].take(range(size[n]), 0, mode="wrap") for n in data}
        np.savez(folder / "tests" / SAMPLE.name, **part)
        kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "ONEDNN_MAX_CPU_ISA")
        self.env = {name: os.environ[name] for name in kept if name in os.environ}
        # Nobody can listen on port 0: every download is refused at once. No GPU: exact scores.
        self.env |= {"HOME": str(home), "https_proxy": "http://127.0.0.1:0"}
        self.env |= {"CUDA_VISIBLE_DEVICES": "-1"} | settings

    def run(self, *arguments, stdin="", limit=LIMIT):
        """Run Python with these arguments, by default the script; return what it printed.

        The result is a CompletedProcess. stdin is a text; limit is in seconds. Raises
        TimeoutExpired, with the process killed, when they have passed.
        """
        return subprocess.run(
            [sys.executable, *(arguments or [SCRIPT.name])],
            cwd=self.folder,
            env=self.env,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=limit,
            check=False,
        )

    def results(self):
        """Return the names of what a run has left in the folder, sorted (list)."""
        names = {path.name for path in self.folder.iterdir()}
        return sorted(names - {SCRIPT.name, "tests"})
