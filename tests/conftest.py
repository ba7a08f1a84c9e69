"""The fixtures, and a HOME and settings of the tests' own."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests.environment import forget_settings
from tests.user import User

# The processes of pytest-xdist inherit the HOME that the first has made.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
if WORKER == "alone":
    HOME = tempfile.TemporaryDirectory()
    os.environ["HOME"] = HOME.name
forget_settings(Path(os.environ["HOME"], f"keras-{WORKER}"))


@pytest.fixture
def make_user(tmp_path):
    """Return a function that makes a User (see there), in a folder of their own."""

    def make(**rest):
        return User(tmp_path / "folder", **rest)

    return make


@pytest.fixture(scope="session")
def lesson_folder(tmp_path_factory):
    """Return the folder (Path) in which lesson ran, with what it left behind."""
    return tmp_path_factory.mktemp("lesson")


@pytest.fixture(scope="session")
def lesson(lesson_folder):
    """Return what the script leaves (see run_script) after ten epochs on a few digits.

    All tests of a process share it: who trains or changes something runs the script
    anew.
    """
    # Not above: the first process of pytest-xdist runs no test, and would wait for it.
    from tests.lesson import run_script

    names = run_script(lesson_folder)
    for value in vars(names).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return names
