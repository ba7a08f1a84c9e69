"""A user of the script, who runs it in processes of their own."""

import os
import subprocess
import sys

import numpy as np

from tests.files import FEW, SAMPLE, SCRIPT, arrays, script

LIMIT = 1800  # seconds: a process of the tests that takes longer hangs
# What a user has in common with whoever runs the tests. HOME is the tests' own.
KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "ONEDNN_MAX_CPU_ISA", "HOME")


class User:
    """Somebody with a folder, in which the script and a part of its sample lie.

    Attributes: folder (Path); env (dict of str), the environment of their processes.
    """

    def __init__(self, folder, digits=FEW, **settings):
        """Fill folder (Path, new) with the script and so many digits of its sample.

        digits: how many to train on and to test on. settings (str) join the
        environment.
        """
        self.folder = folder
        (folder / "tests").mkdir(parents=True)
        (folder / SCRIPT.name).write_text(script(), encoding="utf-8")
        (X_train, y_train), (X_test, y_test) = arrays(SAMPLE, *digits)
        sample = folder / "tests" / SAMPLE.name
        np.savez(sample, x_train=X_train, y_train=y_train, x_test=X_test, y_test=y_test)
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ}
        # Nobody can listen on port 0, so every download is refused at once. And no
        # graphics card, because scores are compared to the last digit.
        self.env |= {"https_proxy": "http://127.0.0.1:0", "CUDA_VISIBLE_DEVICES": "-1"}
        self.env |= settings

    def run(self, *arguments, stdin="", limit=LIMIT):
        """Run Python with arguments, by default the script; return a CompletedProcess.

        Its stdout and stderr are texts, and so is stdin. Raises TimeoutExpired, with
        the process killed, after limit seconds.
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

    def left_behind(self):
        """Return the sorted names (list) of what their runs have left in the folder."""
        names = {path.name for path in self.folder.iterdir()}
        return sorted(names - {SCRIPT.name, "tests"})
