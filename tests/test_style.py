"""Every Python file passes ruff, with ruff's own defaults."""

import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]])
def test_ruff(command):
    process = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache"]
        + ["keras_cnn_example.py", "tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
