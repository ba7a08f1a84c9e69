"""What the script prints and leaves behind; at last, JAX and all of MNIST."""

import importlib.util
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from tests.measure import QUICK, README_CHANGES, VALIDATION
from tests.test_data import SHAPES
from tests.user import ARRAYS, LIMIT, README, RESULTS, SAMPLE, edited, printed_scores


def masked(text):
    """Return text's lines (list) but Keras's, with # for versions and scores."""
    lines = re.sub(r"\d+\.\d\S*", "#", text).splitlines()
    return [line for line in lines if not re.match("Epoch |5/5 - |.*://", line)]


def test_prints_what_the_tutorial_prints_and_which_data_it_has(few_run):
    user, process = few_run
    with np.load(SAMPLE) as data:
        first_ten = data["y_train"][:10]
    assert masked(process.stdout) == [
        "TensorFlow # Keras # NumPy #",
        *SHAPES.splitlines(),
        "(160, 28, 28, 1)",
        str(first_ten),
        *str(np.eye(10)[first_ten]).splitlines(),
        "(None, 26, 26, 32)",
        "(None, 12, 12, 32)",
        "(None, 10)",
        "Test loss: # (on the 40 test digits of the MNIST sample)",
        "Test accuracy: # (on the 40 test digits of the MNIST sample)",
        "Saved keras_cnn_example.keras and .png. Epochs trained: 10",
    ]
    assert user.results() == RESULTS


# The tutorial in its shortest form, and as README.md's table of 2017 says it today.
TUTORIAL = """
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import set_random_seed, to_categorical
set_random_seed(123)
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(-1, 28, 28, 1).astype("float32") / 255
X_test = X_test.reshape(-1, 28, 28, 1).astype("float32") / 255
Y_train = to_categorical(y_train, 10)
Y_test = to_categorical(y_test, 10)
model = Sequential()
model.add(Input(shape=(28, 28, 1)))
model.add(Conv2D(32, (3, 3), activation="relu"))
model.add(Conv2D(32, (3, 3), activation="relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(10, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X_train, Y_train, batch_size=32, epochs=10, verbose=0)
score = model.evaluate(X_test, Y_test, verbose=0)
print(["loss", "accuracy"])
print(score)
""".replace("mnist.load_data()", ARRAYS.format(f"tests/{SAMPLE.name}"))


def test_one_epoch_scores_what_the_tutorial_does_to_the_last_digit(make_user):
    # The same digits, seed and operations, in one (awkward) environment, make the same
    # numbers on every processor. The arrays exceed the sample: a forgotten cut shows.
    [(name, value)] = re.findall(r"`(\w+)=(1) \.venv/bin/python keras_cnn", README)
    settings = {name: value, "LC_ALL": "C", "DISPLAY": ":99"}
    user = make_user("케라스 튜토리얼", train=4100, test=1100, **settings)
    script = user.run()
    user.env["TF_ENABLE_ONEDNN_OPTS"] = "1"
    tutorial = user.run("-c", TUTORIAL)
    assert script.returncode == 0, script.stderr
    assert tutorial.returncode == 0, tutorial.stderr
    assert script.stdout.endswith("Epochs trained: 1\n")
    score = json.loads(tutorial.stdout.splitlines()[-1])
    assert list(printed_scores(script.stdout)) == score


# Put before the script: another backend, as far as the script can see.
OTHER_BACKEND = "import keras\nkeras.config.backend = lambda: 'another'\n"
AFTER = """
settings = [tf.data.Options().autotune.enabled, model.steps_per_execution]
print([model.count_params(), *settings, os.environ["TF_ENABLE_ONEDNN_OPTS"], len(curve.lines)])
print(type(model.optimizer).__name__, *[type(layer).__name__ for layer in model.layers])
"""


def test_edited_script_runs_to_the_end(make_user):
    assert "epochs=1," in edited(*README_CHANGES["One epoch"])
    together = ("One convolution", "Plain sgd", "No dropout")
    tries = [change for name in together for change in README_CHANGES[name]]
    three = ("# 5. ", "X_test, y_test = X_test[:3], y_test[:3]\n# 5. ")
    no_mistake = ("predicted = ", "predicted = y_test  # ")
    text = edited(*tries, *QUICK, *VALIDATION, three, no_mistake)
    user = make_user(text=OTHER_BACKEND + text + AFTER, TF_ENABLE_ONEDNN_OPTS="0")
    process = user.run()
    assert process.returncode == 0, process.stderr
    # The user's setting of oneDNN, and TensorFlow's of what is for TensorFlow only.
    said = "[693962, None, 1, '0', 2]\nSGD Conv2D MaxPooling2D Flatten Dense Dense\n"
    assert process.stdout.endswith(said)
    assert "more weights, 693,962," in README
    assert user.results() == RESULTS


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed")
def test_jax_computes(make_user):
    text = edited() + "print(keras.config.backend())\n"
    process = make_user(text=text, train=4000, test=1000, KERAS_BACKEND="jax").run()
    assert process.returncode == 0, process.stderr
    assert process.stdout.endswith("\njax\n")
    assert printed_scores(process.stdout)[1] >= 0.95


@pytest.mark.skipif("MNIST_NPZ" not in os.environ, reason="MNIST_NPZ is not set")
def test_all_of_mnist(make_user):
    npz = str(Path(os.environ["MNIST_NPZ"]).resolve())
    text = edited(("mnist.load_data()", ARRAYS.format(npz)))
    process = make_user(text=text).run(limit=10 * LIMIT)
    assert process.returncode == 0, process.stderr
    assert "\n(60000, 28, 28, 1)\n" in process.stdout
    assert "\nEpoch 10/10\n" in process.stdout
    assert "(on the 10,000 test digits of MNIST)" in process.stdout
    loss, accuracy = printed_scores(process.stdout)
    # Far from the least accuracy and the greatest loss of six seeds, see scores.csv.
    assert accuracy >= 0.985
    assert loss <= 0.05
