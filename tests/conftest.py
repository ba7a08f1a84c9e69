"""The fixtures, and an environment in which nobody's settings reach the tests."""

import os
import tempfile

import numpy as np
import pytest

from tests.user import User

# All before TensorFlow, Keras and Matplotlib are imported, because they read it then.
# The processes of pytest-xdist inherit what the first has set.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
if WORKER == "alone":
    HOME = tempfile.TemporaryDirectory()
    os.environ["HOME"] = HOME.name
for setting in ("KERAS_BACKEND", "KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH"):
    os.environ.pop(setting, None)
for setting in ("MPLCONFIGDIR", "MATPLOTLIBRC", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
    os.environ.pop(setting, None)
os.environ["KERAS_HOME"] = os.path.join(os.environ["HOME"], f"keras-{WORKER}")
os.environ["MPLBACKEND"] = "agg"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # scores are compared to the last digit
os.environ["TF_ENABLE_ONEDNN_OPTS"] = (
    "1"  # as the script sets it, which is too late here
)


@pytest.fixture
def make_user(tmp_path):
    """Return a function that makes a User, in a folder with a name of their own."""

    def make(name="folder", **rest):
        return User(tmp_path / name, **rest)

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
