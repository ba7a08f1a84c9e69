"""The unchanged script on Keras's other backends, and in the other layout of images.

    python -m pytest tests/backends.py

Makes two environments in a temporary folder, one with JAX and one with PyTorch, both
without TensorFlow. TensorFlow's own runs, to compare with, use the environment of the
tests. Every run is on the bundled sample.
"""

import json
import re
import sys

import pytest
from conftest import RESULTS, ROOT, SAMPLE, SCRIPT, scores
from exactness import REQUIREMENTS, make_environment
from test_command import OUTPUT

PACKAGES = {"jax": "jax==0.10.2", "torch": "torch==2.13.0"}
BACKENDS = ["tensorflow", *PACKAGES]

# How a backend names itself in the second line, and where the network's weights are.
NAMES = {
    "tensorflow": (r"tensorflow 2\.\d+\.\d+", "[CG]PU:0"),
    "jax": (r"jax 0\.\d+\.\d+", "(?:cpu|cuda):0"),
    "torch": (r"torch 2\.\d+\.\d+\S*", "(?:cpu|cuda:0)"),
}

# Ten epochs on the sample: how far apart two accuracies may be that differ by chance
# alone, in test digits of 1,000. Other random numbers, other dropout.
NOISE = 0.015

README = (ROOT / "README.md").read_text(encoding="utf-8")


def make_backend(folder, backend):
    """Make an environment with this backend and no TensorFlow, see make_environment."""
    others = re.findall(r"(?m)^(?!tensorflow)\w\S*", REQUIREMENTS.read_text())
    return make_environment(folder, sys.executable, PACKAGES[backend], *others)


@pytest.fixture(scope="session")
def interpreters(tmp_path_factory):
    """Make the environments; return {backend: path of its Python}."""
    folder = tmp_path_factory.mktemp("environments")
    pythons = {backend: make_backend(folder / backend, backend) for backend in PACKAGES}
    return {"tensorflow": sys.executable} | pythons


@pytest.fixture(scope="session")
def make_user_of(make_user, interpreters):
    """Return a function that makes a User of a backend, see make_user."""

    def make(backend):
        user = make_user(KERAS_BACKEND=backend)
        user.interpreter = interpreters[backend]
        return user

    return make


@pytest.fixture(scope="session")
def runs(make_user_of):
    """Run the command without flags on every backend: {backend: (User, process)}."""
    users = {backend: make_user_of(backend) for backend in BACKENDS}
    return {backend: (user, user.run()) for backend, user in users.items()}


def accuracy(process):
    """Return the test accuracy that the script printed (float, 0 to 1)."""
    return float(scores(process.stdout)[1].split()[2])


@pytest.mark.parametrize("backend", PACKAGES)
def test_there_is_no_tensorflow(make_user_of, backend):
    process = make_user_of(backend).python("-c", "import tensorflow")
    assert "ModuleNotFoundError: No module named 'tensorflow'" in process.stderr


@pytest.mark.parametrize("backend", BACKENDS)
def test_prints_the_same_and_names_backend_and_device(runs, backend):
    user, process = runs[backend]
    expected = OUTPUT
    for tensorflow, own in zip(NAMES["tensorflow"], NAMES[backend]):
        assert tensorflow in expected
        expected = expected.replace(tensorflow, own)
    assert process.returncode == 0, process.stderr
    assert re.fullmatch(expected, process.stdout), process.stdout
    assert user.left_behind() == RESULTS


@pytest.mark.parametrize("backend", PACKAGES)
def test_same_accuracy_within_noise(runs, backend):
    expected = accuracy(runs["tensorflow"][1])
    assert accuracy(runs[backend][1]) == pytest.approx(expected, abs=NOISE)


@pytest.mark.parametrize("backend", PACKAGES)
def test_same_score_twice(make_user_of, backend):
    first, second = (make_user_of(backend).run("--epochs", "1") for _ in range(2))
    assert len(scores(first.stdout)) == 2
    assert scores(first.stdout) == scores(second.stdout)


LOAD_AND_EVALUATE = """
import json, keras, numpy as np
model = keras.saving.load_model({name!r}, compile={compile})
if not {compile}:
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
with np.load({sample!r}) as data:
    X_test, y_test = data["x_test"] / np.float32(255), data["y_test"]
score = model.evaluate(X_test, keras.utils.to_categorical(y_test, 10), verbose=0)
print(json.dumps([model.count_params(), *score]))
"""


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("saved_under", BACKENDS)
def test_model_saved_under_one_loads_under_another(
    runs, make_user_of, saved_under, backend
):
    saver, process = runs[saved_under]
    program = LOAD_AND_EVALUATE.format(
        name=RESULTS[0],
        sample=str(ROOT / SAMPLE),
        # The optimizer that is saved under PyTorch is one of PyTorch's, see README.md.
        compile=saved_under != "torch" or backend == "torch",
    )
    loaded = make_user_of(backend).python("-c", program, cwd=saver.folder)
    parameters, *found = json.loads(loaded.stdout)
    assert parameters == 600_810
    printed = [float(line.split()[2]) for line in scores(process.stdout)]
    assert found == pytest.approx(printed, rel=1e-4)


def change(script, diff):
    """Return script (text) with the lines of a diff changed, - for old and + for new.

    Raises AssertionError if an old line is not there exactly once.
    """
    for old, new in re.findall(r"(?m)^-(.*)\n\+(.*)$", diff):
        assert script.count(f"{old}\n") == 1, old
        script = script.replace(f"{old}\n", f"{new}\n")
    return script


@pytest.mark.parametrize("backend", BACKENDS)
def test_channels_first(runs, make_user_of, backend):
    everywhere, on_tensorflow = re.findall(r"(?s)```diff\n(.*?)```", README)
    script = change(SCRIPT.read_text(encoding="utf-8"), everywhere)
    if backend == "tensorflow":
        script = change(script, on_tensorflow)
    user = make_user_of(backend)
    user.clone()
    (user.folder / SCRIPT.name).write_text(script, encoding="utf-8")
    process = user.python(SCRIPT.name)
    assert process.returncode == 0, process.stderr
    assert "\n(4000, 1, 28, 28)\n" in process.stdout
    assert "\n(None, 32, 26, 26)\n(None, 32, 12, 12)\n(None, 10)\n" in process.stdout
    count = "import keras; print(keras.saving.load_model({!r}).count_params())"
    counted = user.python("-c", count.format(RESULTS[0])).stdout
    assert counted == "600810\n"
    expected = accuracy(runs[backend][1])
    assert accuracy(process) == pytest.approx(expected, abs=NOISE)
