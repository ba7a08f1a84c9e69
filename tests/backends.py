"""The unchanged script on Keras's other backends, and in the other layout of images.

    .venv/bin/python -m pytest tests/backends.py

Makes two environments in a temporary folder, one with JAX and one with PyTorch, both
without TensorFlow. TensorFlow's own runs, to compare with, use the environment of the
tests.
"""

import json
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import FEW, check
from tests.environments import BACKENDS, make_backend
from tests.user import RESULTS, SAMPLE, SCRIPT, TESTS, finish_all, output, scores

ALL = ["tensorflow", *BACKENDS]

# Ten epochs on the sample: how far apart two accuracies may be that differ by chance
# alone (0.015 are 15 of the 1,000 test digits). Other random numbers, other dropout.
NOISE = 0.015


@pytest.fixture(scope="session")
def interpreters():
    """Make the environments; yield {backend: path of its Python}; remove them."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        made = pool.map(lambda name: make_backend(Path(folder, name), name), BACKENDS)
        yield {"tensorflow": sys.executable} | dict(zip(BACKENDS, made))


@pytest.fixture(scope="session")
def make_user_of(make_user, interpreters):
    """Return a function that makes a User of a backend, see make_user."""

    def make(backend):
        user = make_user(KERAS_BACKEND=backend)
        user.interpreter = interpreters[backend]
        return user

    return make


@pytest.fixture
def run(shared_run, make_user_of):
    """Return a function that runs the command on a backend: (User, process)."""

    def run_on(backend):
        def make():
            user = make_user_of(backend)
            user.clone()
            return check(user, user.run())

        return shared_run(f"the command on {backend}", make)

    return run_on


@pytest.mark.parametrize("backend", BACKENDS)
def test_there_is_no_tensorflow(make_user_of, backend):
    process = make_user_of(backend).python("-c", "import tensorflow")
    assert "ModuleNotFoundError: No module named 'tensorflow'" in process.stderr


@pytest.mark.parametrize("backend", ALL)
def test_prints_the_same_and_names_backend_and_device(run, backend):
    user, process = run(backend)
    assert re.fullmatch(output(backend), process.stdout), process.stdout
    assert user.left_behind() == RESULTS


@pytest.mark.parametrize("backend", BACKENDS)
def test_same_accuracy_within_noise(run, backend):
    expected = scores(run("tensorflow")[1].stdout)[1]
    assert scores(run(backend)[1].stdout)[1] == pytest.approx(expected, abs=NOISE)


@pytest.mark.parametrize("backend", BACKENDS)
def test_same_score_twice(make_user_of, backend):
    processes = []
    for _ in range(2):
        user = make_user_of(backend)
        user.clone(**FEW)
        processes.append(user.start(SCRIPT.name))
    first, second = (scores(run.stdout) for run in finish_all(processes))
    assert first == second


LOAD_AND_EVALUATE = """
import json, sys, keras, numpy as np
with np.load({sample!r}) as data:
    X_test, y_test = data["x_test"] / np.float32(255), data["y_test"]
Y_test = keras.utils.to_categorical(y_test, 10)
results = {{}}
for saved_under, path in json.load(sys.stdin).items():
    # The optimizer that is saved under PyTorch is one of PyTorch's, see tests/README.md.
    whole = saved_under != "torch" or keras.config.backend() == "torch"
    model = keras.saving.load_model(path, compile=whole)
    if not whole:
        model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    score = model.evaluate(X_test, Y_test, verbose=0)
    results[saved_under] = [model.count_params(), *score]
print(json.dumps(results))
"""


@pytest.mark.parametrize("backend", ALL)
def test_loads_the_models_saved_under_all(run, make_user_of, backend):
    saved = {name: run(name) for name in ALL}
    paths = {name: str(user.folder / RESULTS[0]) for name, (user, _) in saved.items()}
    program = LOAD_AND_EVALUATE.format(sample=str(SAMPLE))
    user = make_user_of(backend)
    process = user.python("-c", program, stdin=json.dumps(paths))
    assert process.returncode == 0, process.stderr
    for name, (parameters, *found) in json.loads(process.stdout).items():
        assert parameters == 600_810
        printed = scores(saved[name][1].stdout)
        assert found == pytest.approx(printed, rel=1e-4), name


def change(script, diff):
    """Return script (text) with the lines of a diff changed, - for old and + for new.

    Raises AssertionError if an old line is not there exactly once.
    """
    for old, new in re.findall(r"(?m)^-(.*)\n\+(.*)$", diff):
        assert script.count(f"{old}\n") == 1, old
        script = script.replace(f"{old}\n", f"{new}\n")
    return script


@pytest.mark.parametrize("backend", ALL)
def test_channels_first(make_user_of, backend):
    readme = (TESTS / "README.md").read_text(encoding="utf-8")
    everywhere, on_tensorflow = re.findall(r"(?s)```diff\n(.*?)```", readme)
    script = change(SCRIPT.read_text(encoding="utf-8"), everywhere)
    if backend == "tensorflow":
        script = change(script, on_tensorflow)
    few = {"train": 960, "test": 240}
    user = make_user_of(backend)
    user.clone(**few, script=script)
    process = user.run()
    assert process.returncode == 0, process.stderr
    assert "\n(960, 1, 28, 28)\n" in process.stdout
    assert "\n(None, 32, 26, 26)\n(None, 32, 12, 12)\n(None, 10)\n" in process.stdout
    assert scores(process.stdout)[1] >= 0.85
    assert user.left_behind() == RESULTS
