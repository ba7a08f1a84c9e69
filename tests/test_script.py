"""What the script prints, what it leaves behind, and what cannot change that."""

import json
import re

import numpy as np
import pytest

from tests.measure import QUICK, TRIES
from tests.user import MODEL, RESULTS, SAMPLE, edited, printed_scores


def masked(text):
    """Return text's lines (list), with # for versions, scores and times, without URLs."""
    lines = re.sub(r"\d+(\.\d\S*|[mu]?s\b)", "#", text).splitlines()
    return [line for line in lines if "://" not in line]  # Keras's, before a download


def test_prints_what_the_tutorial_prints_and_which_data_it_has(few_run):
    user, process = few_run
    with np.load(SAMPLE) as data:
        first_ten = data["y_train"][:10]
    epoch = "5/5 - # - #/step - accuracy: # - loss: #"
    epochs = [line for n in range(1, 11) for line in (f"Epoch {n}/10", epoch)]
    assert masked(process.stdout) == [
        "TensorFlow # Keras # NumPy #",
        "(160, 28, 28)",
        "(40, 28, 28)",
        "(160,)",
        "(40,)",
        "(160, 28, 28, 1)",
        str(first_ten),
        *str(np.eye(10)[first_ten]).splitlines(),
        "(None, 26, 26, 32)",
        "(None, 12, 12, 32)",
        "(None, 10)",
        *epochs,
        "Test loss: # (on the 40 test digits of the MNIST sample)",
        "Test accuracy: # (on the 40 test digits of the MNIST sample)",
        "Saved keras_cnn_example.keras and .png. Epochs trained: 10",
    ]
    assert "A sample stands in for MNIST" in process.stderr
    assert user.results() == RESULTS


LOAD_MODEL = f"""
import json, keras, numpy as np
model = keras.saving.load_model("{MODEL}")
with np.load("tests/{SAMPLE.name}") as data:
    X_test, y_test = data["x_test"] / np.float32(255), data["y_test"]
score = model.evaluate(X_test, keras.utils.to_categorical(y_test, 10), verbose=0)
compiled = model.get_compile_config()
loss, optimizer = compiled["loss"], compiled["optimizer"]["class_name"]
print(json.dumps([score, loss, optimizer, compiled.get("steps_per_execution", 1)]))
for layer in model.layers:
    config = layer.get_config()
    print(type(layer).__name__, layer.count_params(), config.get("activation", config.get("rate")))
"""

NETWORK = """Conv2D 320 relu
Conv2D 9248 relu
MaxPooling2D 0 None
Dropout 0 0.25
Flatten 0 None
Dense 589952 relu
Dropout 0 0.5
Dense 1290 softmax
"""


def test_saved_model_is_the_tutorials_network_with_the_printed_scores(few_run):
    user, process = few_run
    loaded = user.run("-c", LOAD_MODEL)
    assert loaded.returncode == 0, loaded.stderr
    first, network = loaded.stdout.split("\n", 1)
    score, *compiled = json.loads(first)
    assert compiled == ["categorical_crossentropy", "Adam", 1]
    assert score == pytest.approx(printed_scores(process.stdout), rel=1e-5)
    assert network == NETWORK


def test_smoke_run_trains_one_epoch_whatever_the_machine_is_set_to(few_run, make_user):
    user = make_user("케라스 튜토리얼", LC_ALL="C", DISPLAY=":99", KERAS_MAX_EPOCHS="1")
    process = user.run()
    assert process.returncode == 0, process.stderr
    epochs = [re.findall(" - (acc.*)", p.stdout) for p in (process, few_run[1])]
    assert epochs[0] == epochs[1][:1]
    assert printed_scores(process.stdout)
    assert process.stdout.endswith("Epochs trained: 1\n")
    assert user.results() == RESULTS


def test_edited_script_runs_to_the_end(make_user):
    tries = [change for changes in TRIES.values() for change in changes]
    three = ("# 5. ", "X_test, y_test = X_test[:3], y_test[:3]\n# 5. ")
    no_mistake = ("predicted = ", "predicted = y_test  # ")
    text = edited(*tries, *QUICK, three, no_mistake)
    text += 'print(os.environ["TF_ENABLE_ONEDNN_OPTS"])\n'
    user = make_user(text=text, TF_ENABLE_ONEDNN_OPTS="0")
    process = user.run()
    assert process.returncode == 0, process.stderr
    assert process.stdout.endswith("\n0\n")  # the user's own setting
    assert user.results() == RESULTS
