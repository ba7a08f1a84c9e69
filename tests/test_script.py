"""What the script prints, what it leaves behind, and what cannot change that."""

import json
import re
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.measure.scores import TRIES
from tests.user import (
    HEED_CTRL_C,
    LIMIT,
    MODEL,
    RESULTS,
    ROOT,
    SAMPLE,
    SCRIPT,
    edited,
    printed_scores,
)

ROW = r"\[[01]\.(?: [01]\.){9}\]"

# All that the script prints offline, on few digits, where stdout is a file. Groups: 1,
# the first ten labels; 2, their one-hot rows.
OUTPUT = rf"""TensorFlow 2\.\S+ Keras 3\.\S+ NumPy 2\.\S+
(?:.*/mnist\.npz
)?\(160, 28, 28\)
\(40, 28, 28\)
\(160,\)
\(40,\)
\(160, 28, 28, 1\)
\[(\d(?: \d){{9}})\]
\[({ROW}(?:\n {ROW}){{9}})\]
\(None, 26, 26, 32\)
\(None, 12, 12, 32\)
\(None, 10\)
(?:Epoch \d+/10
5/5 - \S+ - \S+/step - accuracy: [01]\.\d+ - loss: \d+\.\d+
){{10}}Test loss: \d+\.\d+ \(on the 40 test digits of the MNIST sample\)
Test accuracy: [01]\.\d+ \(on the 40 test digits of the MNIST sample\)
Saved keras_cnn_example\.keras and \.png\. Epochs trained: 10
"""


def test_prints_what_the_tutorial_prints_and_which_data_it_has(few_run):
    user, process = few_run
    printed = re.fullmatch(OUTPUT, process.stdout)
    assert printed, process.stdout
    with np.load(SAMPLE) as data:
        first_ten = data["y_train"][:10].tolist()
    assert [int(label) for label in printed[1].split()] == first_ten
    rows = [re.findall(r"[01]", row) for row in printed[2].splitlines()]
    assert [row.index("1") for row in rows] == first_ten
    assert [row.count("1") for row in rows] == [1] * 10
    assert not re.search(r"[^\n -~]", process.stdout)  # no control characters
    assert "A sample stands in for MNIST" in process.stderr
    assert user.results() == RESULTS


LOAD_MODEL = f"""
import json, keras, numpy as np
model = keras.saving.load_model("{MODEL}")
with np.load("tests/{SAMPLE.name}") as data:
    X_test, y_test = data["x_test"] / np.float32(255), data["y_test"]
score = model.evaluate(X_test, keras.utils.to_categorical(y_test, 10), verbose=0)
layers = [[type(layer).__name__, layer.get_config()] for layer in model.layers]
parameters = [layer.count_params() for layer in model.layers]
print(json.dumps([layers, parameters, model.get_compile_config(), score]))
"""

# The tutorial's network: each layer's name, and what its configuration must hold.
CONVOLUTION = {"filters": 32, "kernel_size": [3, 3], "strides": [1, 1]}
CONVOLUTION |= {"padding": "valid", "activation": "relu"}
NETWORK = [
    ("Conv2D", CONVOLUTION),
    ("Conv2D", CONVOLUTION),
    ("MaxPooling2D", {"pool_size": [2, 2]}),
    ("Dropout", {"rate": 0.25}),
    ("Flatten", {}),
    ("Dense", {"units": 128, "activation": "relu"}),
    ("Dropout", {"rate": 0.5}),
    ("Dense", {"units": 10, "activation": "softmax"}),
]


def test_saved_model_is_the_tutorials_network_with_the_printed_scores(few_run):
    user, process = few_run
    loaded = user.run("-c", LOAD_MODEL)
    assert loaded.returncode == 0, loaded.stderr
    layers, parameters, compiled, score = json.loads(loaded.stdout)
    for (name, config), (expected_name, expected) in zip(layers, NETWORK, strict=True):
        assert (name, config | expected) == (expected_name, config)
    assert parameters == [320, 9248, 0, 0, 0, 589952, 0, 1290]
    assert compiled["optimizer"]["class_name"] == "Adam"
    assert compiled["loss"] == "categorical_crossentropy"
    assert compiled.get("steps_per_execution", 1) == 1
    assert score == pytest.approx(printed_scores(process.stdout), rel=1e-5)


def test_smoke_run_trains_one_epoch(make_user):
    user = make_user(KERAS_MAX_EPOCHS="1")
    process = user.run()
    assert process.returncode == 0, process.stderr
    assert process.stdout.count("5/5 - ") == 1  # 160 digits in batches of 32
    assert printed_scores(process.stdout)
    assert process.stdout.endswith("Epochs trained: 1\n")
    assert user.results() == RESULTS


def test_settings_of_the_machine_change_no_digit(few_run, make_user):
    settings = {"LC_ALL": "C", "DISPLAY": ":99"}
    user = make_user("케라스 튜토리얼", **settings)
    process = user.run()
    assert process.returncode == 0, process.stderr
    times = r" - \d+\S* - \d+\S+/step"
    first, second = (run.stdout for run in (few_run[1], process))
    assert re.sub(times, "", second) == re.sub(times, "", first)
    assert user.results() == RESULTS


def test_ctrl_c_while_training_leaves_nothing(make_user):
    user = make_user(text=HEED_CTRL_C + edited(("epochs=10", "epochs=100000")))
    with subprocess.Popen(
        [sys.executable, "-u", SCRIPT.name],
        cwd=user.folder,
        env=user.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        limit = threading.Timer(LIMIT, process.kill)
        limit.start()
        assert any(line.startswith("Epoch 3/") for line in process.stdout)
        process.send_signal(signal.SIGINT)
        # How TensorFlow ends when it is interrupted is its own business.
        rest, _ = process.communicate()
        limit.cancel()
    assert process.returncode != 0
    assert "Test " not in rest
    assert user.results() == []


# What a learner may do to the script: README.md's tries, and more, each at once.
EDITS = {
    "tries": [change for changes in TRIES.values() for change in changes],
    "more": [
        ("model.add(MaxPooling2D", "model.add(Conv2D(8, 3))\nmodel.add(MaxPooling2D"),
        ("# 8. ", "model.summary()\n# 8. "),
        ("verbose=verbose)", "verbose=verbose, validation_split=0.1)"),
        # Three test digits, all read right: no mistakes to draw.
        ("# 5. ", "X_test, y_test = X_test[:3], y_test[:3]\n# 5. "),
        ("predicted = ", "predicted = y_test  # "),
    ],
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_script_runs_to_the_end(make_user, name):
    user = make_user(text=edited(*EDITS[name]), KERAS_MAX_EPOCHS="1")
    process = user.run()
    assert process.returncode == 0, process.stderr
    assert user.results() == RESULTS


@pytest.mark.parametrize(
    "command",
    [
        # Keras raises a bare Exception for a failed download: the script catches one.
        ["check", "--per-file-ignores", "keras_cnn_example.py:BLE001"],
        ["format", "--check", "--diff"],
    ],
)
def test_ruff(command):
    process = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
