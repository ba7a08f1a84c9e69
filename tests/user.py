"""A user of the script: their folder, their HOME, and what they read from its output.

Everything here that runs the script does it as its users do, in a process of its own,
without network and without the settings of whoever runs the tests.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SCRIPT = ROOT / "keras_cnn_example.py"
SAMPLE = TESTS / "mnist_sample.npz"
MODEL, PICTURE = RESULTS = ["keras_cnn_example.keras", "keras_cnn_example.png"]
# Put before a script that Ctrl-C shall end: SIGINT is ignored where a shell has started
# the tests in the background.
HEED_CTRL_C = (
    "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
)
LIMIT = 180  # seconds: a process of the tests that takes longer hangs


def edited(*changes):
    """Return the script's text with changes, each an (old text, new text).

    Raises ValueError if an old text is not in the script.
    """
    text = SCRIPT.read_text(encoding="utf-8")
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} is not in {SCRIPT.name}")
        text = text.replace(old, new)
    return text


def digits_from(npz):
    """Return the change (see edited) that makes the script take its digits from npz.

    npz is the path of a file with the four arrays of Keras's mnist.npz: x_train and
    x_test, uint8 of shape (n, 28, 28); y_train and y_test, uint8 of shape (n,).
    """
    pair = f"[np.load({str(npz)!r})[x + part] for x in ('x_', 'y_')]"
    return "mnist.load_data()", f"[{pair} for part in ('train', 'test')]"


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

        text is another text in place of the script's; home (Path, may be shared) is where
        Keras, Matplotlib and Jupyter keep what they keep.
        """
        self.folder = folder
        (folder / "tests").mkdir(parents=True)
        (folder / SCRIPT.name).write_text(text or edited(), encoding="utf-8")
        with np.load(SAMPLE) as data:
            sizes = {"train": train, "test": test}
            part = {name: data[name][: sizes[name[2:]]] for name in data}
        np.savez(folder / "tests" / SAMPLE.name, **part)
        kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
        self.env = {name: os.environ[name] for name in kept if name in os.environ}
        # Nobody can listen on port 0: every download is refused at once.
        self.env |= {"HOME": str(home), "https_proxy": "http://127.0.0.1:0"}
        self.env |= {name: str(value) for name, value in settings.items()}

    def run(self, *arguments, stdin="", limit=LIMIT):
        """Run Python with these arguments, by default the script; return what it printed.

        The result is a CompletedProcess. stdin is a text; limit is in seconds. Raises
        TimeoutExpired, with the process killed, when they have passed.
        """
        return subprocess.run(
            [sys.executable, *map(str, arguments or [SCRIPT.name])],
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
