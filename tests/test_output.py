"""What the script prints and leaves behind: the tutorial's output, a model, a picture."""

import json
import re

import numpy as np
import pytest
from matplotlib import image

from tests.conftest import FEW
from tests.user import (
    REFUSED,
    RESULTS,
    SAMPLE,
    SCRIPT,
    finish_all,
    output,
    scores,
    timeless,
)


def test_prints_the_tutorials_output(full_run):
    process = full_run[1]
    printed = re.fullmatch(output(), process.stdout)
    assert printed, process.stdout
    with np.load(SAMPLE) as data:
        first_ten = data["y_train"][:10]
    assert printed[1].split() == [str(digit) for digit in first_ten]
    rows = [re.findall(r"[01]", row) for row in printed[2].splitlines()]
    assert [row.index("1") for row in rows] == first_ten.tolist()
    assert [row.count("1") for row in rows] == [1] * 10
    epochs = re.findall(r"Epoch (\d+)/10", printed[3])
    assert epochs == [str(number) for number in range(1, 11)]


def test_learns_to_read_the_sample(full_run):
    assert scores(full_run[1].stdout)[1] >= 0.95


def test_log_file_has_no_control_characters(full_run):
    assert not re.search(r"[^\n -~]", full_run[1].stdout)


def test_notice_gives_reason_consequence_and_what_helps(full_run):
    stderr = full_run[1].stderr
    notice = "A sample stands in for MNIST, and scores lower: "
    assert re.search(f"{notice}.*{REFUSED}\nWhat helps: connect once", stderr)
    assert "Traceback" not in stderr


def test_leaves_model_and_picture(full_run):
    assert full_run[0].left_behind() == RESULTS


def test_smoke_run_trains_one_epoch(smoke_run):
    user, process = smoke_run
    assert re.fullmatch(output(**FEW, epochs=1), process.stdout), process.stdout
    assert user.left_behind() == RESULTS


def test_settings_that_change_nothing(runs_on_few):
    (_, plain), (user, process) = runs_on_few["plain"], runs_on_few["settings"]
    assert timeless(process.stdout) == timeless(plain.stdout)
    assert user.left_behind() == RESULTS


LOAD_MODEL = """
import json, keras, numpy as np
model = keras.saving.load_model("keras_cnn_example.keras")
with np.load({sample!r}) as data:
    X_test, y_test = data["x_test"] / np.float32(255), data["y_test"]
score = model.evaluate(X_test, keras.utils.to_categorical(y_test, 10), verbose=0)
print(json.dumps([
    [[type(layer).__name__, layer.count_params(), layer.get_config()] for layer in model.layers],
    [*model.layers[-1].output.shape], model.get_compile_config(), *score,
]))
"""


def test_saved_model_is_the_tutorials_network(full_run):
    user, process = full_run
    loaded = user.python("-c", LOAD_MODEL.format(sample=str(SAMPLE)))
    layers, shape, compiled, *score = json.loads(loaded.stdout)
    assert " ".join(name for name, _, _ in layers) == (
        "Conv2D Conv2D MaxPooling2D Dropout Flatten Dense Dropout Dense"
    )
    parameters = [count for _, count, _ in layers]
    assert parameters == [320, 9248, 0, 0, 0, 589952, 0, 1290]
    assert sum(parameters) == 600_810
    assert shape == [None, 10]

    conv1, conv2, pool, dropout1, _, dense1, dropout2, dense2 = (
        config for _, _, config in layers
    )
    for conv in (conv1, conv2):
        assert (conv["filters"], conv["kernel_size"]) == (32, [3, 3])
        assert (conv["strides"], conv["padding"]) == ([1, 1], "valid")
        assert conv["activation"] == "relu"
    assert pool["pool_size"] == [2, 2]
    assert (dropout1["rate"], dropout2["rate"]) == (0.25, 0.5)
    assert (dense1["units"], dense1["activation"]) == (128, "relu")
    assert (dense2["units"], dense2["activation"]) == (10, "softmax")
    assert compiled["optimizer"]["class_name"] == "Adam"
    assert compiled["loss"] == "categorical_crossentropy"
    assert "steps_per_execution" not in compiled or compiled["steps_per_execution"] == 1
    assert score == pytest.approx(scores(process.stdout), rel=1e-5)


@pytest.mark.parametrize("run", ["full_run", "smoke_run"])
def test_picture_shows_all_its_parts(run, request):
    user, _ = request.getfixturevalue(run)
    pixels = image.imread(user.folder / RESULTS[1])[:, :, :3]
    height, width, _ = pixels.shape
    assert height > 600
    assert width > 800
    digits, middle, mistakes = np.split(pixels, [height // 5, 4 * height // 5])
    curves, table = np.split(middle, 2, axis=1)
    # The texts alone blacken 0.02 of these rows, ten digits 0.06.
    assert (digits < 0.1).all(axis=2).mean() > 0.035
    assert (mistakes < 0.1).all(axis=2).mean() > 0.035
    blue_dot = np.abs(curves - (31 / 255, 119 / 255, 180 / 255)).max(axis=2) < 0.01
    loss, accuracy = np.split(blue_dot, 2)
    assert loss.sum() > 20  # also after a single epoch
    assert accuracy.sum() > 20
    blue = table[:, :, 2] - table[:, :, 0] > 0.15  # the cells of the confusion matrix
    assert blue.mean() > 0.02


THREADS = """
import os
threads = set()
class Count(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        threads.add(len(os.listdir("/proc/self/task")))

_ = model.fit(X_train, Y_train, verbose=0, callbacks=[Count()])
print("threads", *threads)
"""


def test_tensorflow_does_not_tune_its_input(few_run, make_user):
    # While it tunes, TensorFlow has one thread more.
    head = SCRIPT.read_text(encoding="utf-8").split("# 9. ")[0]
    without_switch = re.sub(r"(?m)^ +backend.data.*\n", "", head)
    runs = []
    for text in (head, without_switch):
        user = make_user()
        user.clone(**FEW, script=text + THREADS)
        runs.append(user.start(SCRIPT.name))
    untuned, tuned = finish_all(runs)
    assert untuned.returncode == tuned.returncode == 0, untuned.stderr + tuned.stderr
    threads = [int(run.stdout.split("threads ")[1]) for run in (untuned, tuned)]
    assert threads[1] == threads[0] + 1
