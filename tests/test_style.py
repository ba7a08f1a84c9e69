"""Every Python file passes ruff, with ruff's own defaults; the script is a short line."""

import re
import subprocess
import sys

import pytest

from tests.user import ROOT, SCRIPT

# Keras raises a bare Exception for a failed download, so the script has to catch one.
IGNORED = ["--per-file-ignores", "keras_cnn_example.py:BLE001"]


@pytest.mark.parametrize(
    "command", [["check", *IGNORED], ["format", "--check", "--diff"]]
)
def test_ruff(command):
    process = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache"]
        + ["keras_cnn_example.py", "tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr


def test_script_keeps_to_the_design():
    text = SCRIPT.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) <= 140
    third = next(i for i, line in enumerate(lines) if line.startswith("# 3. "))
    assert third <= 20
    assert not re.search(r"(?m)^\s*(?:def|class|if __name__)\b", text)
