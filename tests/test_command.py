"""The script as a command: what it prints, what it leaves behind, what it refuses."""

import json
import os
import re

import numpy as np
import pytest
from conftest import RESULTS, ROOT, SAMPLE, scores
from matplotlib import image

# The tutorial's output, with the sample's 4,000 and 1,000 digits for its 60,000 and 10,000.
OUTPUT = r"""Python \d+\.\d+\.\d+\S*
Keras 3\.\d+\.\d+ with tensorflow 2\.\d+\.\d+
NumPy 2\.\d+\.\d+ and Matplotlib 3\.\d+\.\d+
Downloading data from https://\S+/mnist\.npz
\(4000, 28, 28\)
\(1000, 28, 28\)
\(4000,\)
\(1000,\)
\(4000, 28, 28, 1\)
\[(\d(?: \d){9})\]
\[(\[[01]\.(?: [01]\.){9}\](?:\n \[[01]\.(?: [01]\.){9}\]){9})\]
\(None, 26, 26, 32\)
\(None, 12, 12, 32\)
\(None, 10\)
Device: [CG]PU:0
(?:Epoch (\d+)/10
125/125 - \d+s - \d+ms/step - accuracy: 0\.\d+ - loss: 0\.\d+
){10}Test loss: 0\.\d+ \(on the 1,000 test digits of the MNIST sample\)
Test accuracy: (0\.\d+) \(on the 1,000 test digits of the MNIST sample\)
Saved the trained model: keras_cnn_example\.keras
Saved the picture: keras_cnn_example\.png
"""


def test_prints_the_tutorials_output(default_run):
    process = default_run[1]
    printed = re.fullmatch(OUTPUT, process.stdout)
    assert process.returncode == 0
    assert printed, process.stdout
    with np.load(ROOT / SAMPLE) as data:
        first_ten = data["y_train"][:10]
    assert printed[1].split() == [str(digit) for digit in first_ten]
    rows = [re.findall(r"[01]", row) for row in printed[2].splitlines()]
    assert [row.index("1") for row in rows] == first_ten.tolist()
    assert [row.count("1") for row in rows] == [1] * 10
    assert printed[3] == "10"


def test_learns_to_read_the_sample(default_run):
    accuracy = float(scores(default_run[1].stdout)[1].split()[2])
    assert accuracy >= 0.95


def test_log_file_has_no_control_characters(default_run):
    assert not re.search(r"[^\n -~]", default_run[1].stdout)


def test_notice_gives_reason_and_consequence(default_run):
    stderr = default_run[1].stderr
    assert re.search(r"MNIST could not be loaded: .*refused", stderr)
    assert f"lower score: {ROOT / SAMPLE}" in stderr
    assert "Traceback" not in stderr


def test_same_score_twice(smoke_run, user):
    again = user.run("--epochs", "1")
    assert len(scores(again.stdout)) == 2
    assert scores(again.stdout) == scores(smoke_run[1].stdout)


def test_smoke_run_leaves_model_and_picture(smoke_run):
    user, process = smoke_run
    assert process.returncode == 0
    assert process.stdout.count("/step - accuracy: ") == 1
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


def test_saved_model_is_the_tutorials_network(smoke_run):
    user, process = smoke_run
    loaded = user.python("-c", LOAD_MODEL.format(sample=str(ROOT / SAMPLE)))
    layers, output, compiled, loss, accuracy = json.loads(loaded.stdout)
    assert " ".join(name for name, _, _ in layers) == (
        "Conv2D Conv2D MaxPooling2D Dropout Flatten Dense Dropout Dense"
    )
    parameters = [count for _, count, _ in layers]
    assert parameters == [320, 9248, 0, 0, 0, 589952, 0, 1290]
    assert sum(parameters) == 600_810
    assert output == [None, 10]

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

    printed = [float(line.split()[2]) for line in scores(process.stdout)]
    assert [loss, accuracy] == pytest.approx(printed, rel=1e-5)


def test_picture_shows_all_its_parts(smoke_run):
    pixels = image.imread(smoke_run[0].folder / "keras_cnn_example.png")[:, :, :3]
    height, width, _ = pixels.shape
    assert height > 600
    assert width > 800
    digits, middle, mistakes = np.split(pixels, [height // 5, 4 * height // 5])
    curves, table = np.split(middle, 2, axis=1)
    black = (0, 0, 0)
    assert (digits == black).all(axis=2).mean() > 0.005
    assert (mistakes == black).all(axis=2).mean() > 0.005
    blue_dot = np.abs(curves - (31 / 255, 119 / 255, 180 / 255)).max(axis=2) < 0.01
    loss, accuracy = np.split(blue_dot, 2)
    assert loss.sum() > 20  # also after a single epoch
    assert accuracy.sum() > 20
    blue = table[:, :, 2] - table[:, :, 0] > 0.2  # the cells of the confusion matrix
    assert blue.mean() > 0.02


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--epochs", "0"], "--epochs: must be 1 or more, not 0"),
        (["--epochs", "-3"], "--epochs: must be 1 or more, not -3"),
        (["--epochs", "ten"], "--epochs: invalid int value: 'ten'"),
        (["--epochs", "1.5"], "--epochs: invalid int value: '1.5'"),
        (["--epochs"], "--epochs: expected one argument"),
        (["--epoch", "1"], "unrecognized arguments: --epoch 1"),
        (["--seed", "7"], "unrecognized arguments: --seed 7"),
        (["mnist.npz"], "unrecognized arguments: mnist.npz"),
    ],
)
def test_refuses_other_flags_before_any_work(user, flags, reason):
    process = user.run(*flags)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.startswith("usage: keras_cnn_example.py ")
    assert process.stderr.splitlines()[-1].endswith(f": error: {reason}") or (
        process.stderr.splitlines()[-1].endswith(f"error: argument {reason}")
    )
    assert user.left_behind() == []


def test_help(user):
    process = user.run("--help")
    assert process.returncode == 0
    assert "--epochs EPOCHS  how many (default: 10)" in process.stdout


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="there is no /proc")
def test_folder_that_cannot_be_written_is_found_before_training(user):
    process = user.run("--epochs", "1", cwd="/proc")  # root cannot write there either
    assert process.returncode == 1
    assert process.stdout == ""
    assert "Start in a folder where keras_cnn_example.keras can be written." in (
        process.stderr
    )
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize("name", RESULTS)
def test_name_taken_by_a_directory_is_found_before_training(user, name):
    (user.folder / name).mkdir()
    process = user.run("--epochs", "1")
    assert process.returncode == 1
    assert process.stdout == ""
    assert "Is a directory" in process.stderr
    assert name in process.stderr
    assert "Traceback" not in process.stderr
    assert user.left_behind() == [name]


def test_earlier_results_outlive_a_run_that_fails(user):
    model = user.folder / "keras_cnn_example.keras"
    model.write_text("an earlier run's model")
    (user.folder / "keras_cnn_example.png").mkdir()
    user.run("--epochs", "1")
    assert model.read_text() == "an earlier run's model"


def test_other_keras_settings_change_nothing(smoke_run, make_user):
    user = make_user()
    (user.home / ".keras").mkdir()
    settings = {"image_data_format": "channels_first", "floatx": "float16"}
    (user.home / ".keras" / "keras.json").write_text(json.dumps(settings))
    process = user.run("--epochs", "1")
    without_seconds = [
        re.sub(r" - \d+s - \d+ms/step", "", run.stdout)
        for run in (process, smoke_run[1])
    ]
    assert process.returncode == 0
    assert without_seconds[0] == without_seconds[1]
