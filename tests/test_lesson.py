"""What the script computes, prints and leaves, run in this process on a few digits."""

import re
import socket

import keras
import numpy as np
import pytest
from keras.models import Sequential
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

from tests.files import (
    FEW,
    SAMPLE,
    TUTORIAL,
    arrays,
    masked,
    printed_scores,
)
from tests.lesson import AutotuneOptions, run_script

FIT = "# %% 9. "


def test_it_prints_what_the_tutorial_prints_in_its_order(lesson):
    train, test = FEW
    measured_on = f"(on the {test} test digits of MNIST)"
    assert masked(lesson.printed) == [
        "TensorFlow # Keras # NumPy #",
        f"({train}, 28, 28)",
        f"({test}, 28, 28)",
        f"({train},)",
        f"({test},)",
        *digit_in_ink(first_digit()),
        f"({train}, 28, 28, 1)",
        str(lesson.y_train[:10]),
        *str(np.eye(10)[lesson.y_train[:10]]).splitlines(),
        "(None, 26, 26, 32)",
        "(None, 12, 12, 32)",
        "(None, 10)",
        f"Test loss: # {measured_on}",
        f"Test accuracy: # {measured_on}",
        "Saved keras_cnn_example.keras and .png. Epochs trained: 10",
    ]


def first_digit():
    """Return the first training digit of the sample (28, 28), from 0 to 255."""
    (X_train, _), _ = arrays(SAMPLE)
    return X_train[0]


def digit_in_ink(picture):
    """Return the 28 lines (list) that show picture (28, 28), from 0 to 255, in #."""
    return ["".join(np.where(row > 127, "#", ".")) for row in picture]


def test_the_first_training_digit_is_shown(lesson):
    shown = [
        line for line in lesson.printed.splitlines() if re.fullmatch("[#.]+", line)
    ]
    assert shown == digit_in_ink(first_digit())


def test_printed_scores_are_what_evaluate_returned(lesson):
    assert printed_scores(lesson.printed) == lesson.score


@pytest.mark.parametrize("name", ["X_train", "X_test"])
def test_pictures_have_one_channel(lesson, name):
    assert getattr(lesson, name).shape[1:] == (28, 28, 1)


@pytest.mark.parametrize("name", ["X_train", "X_test"])
def test_pixels_go_from_0_to_1_in_float32(lesson, name):
    pictures = getattr(lesson, name)
    assert pictures.dtype == "float32"
    assert (pictures.min(), pictures.max()) == (0, 1)


def test_scores_are_the_tutorials_to_the_last_digit(tmp_path, lesson):
    tutorial = run_script(tmp_path, text=TUTORIAL.read_text(encoding="utf-8"))
    assert lesson.score == tutorial.score, "the script computes something else"


def test_all_digits_are_trained_and_tested_on(tmp_path, monkeypatch):
    # More than the sample has: a forgotten [:4000] or [:1000] would show.
    seen = {}

    def fit(model, X, Y, **options):
        seen["fit"] = len(X)

    def evaluate(model, X, Y, **options):
        seen["evaluate"] = len(X)
        return [0, 0]

    monkeypatch.setattr(Sequential, "fit", fit)
    monkeypatch.setattr(Sequential, "evaluate", evaluate)
    run_script(tmp_path, digits=(4100, 1100), until="Save")
    assert seen == {"fit": 4100, "evaluate": 1100}


def test_a_look_before_the_training_changes_no_score(tmp_path, lesson):
    look = "_ = model.evaluate(X_test, Y_test, verbose=0), model.predict(X_test)\n"
    assert run_script(tmp_path, (FIT, look + FIT), until="Save").score == lesson.score


def test_the_saved_network_is_the_trained_one(lesson, lesson_folder):
    saved = keras.saving.load_model(lesson_folder / "keras_cnn_example.keras")
    assert saved.evaluate(lesson.X_test, lesson.Y_test, verbose=0) == lesson.score


def test_the_saved_network_has_no_setting_that_saves_time(lesson, lesson_folder):
    saved = keras.saving.load_model(lesson_folder / "keras_cnn_example.keras")
    assert saved.steps_per_execution == 1


def test_no_window_opens_and_stops_the_script(lesson):
    assert lesson.windows == 0


def test_a_silent_download_ends_after_ten_seconds(tmp_path):
    limits = []

    def load_data():
        limits.append(socket.getdefaulttimeout())
        return arrays(SAMPLE, *FEW)

    run_script(tmp_path, load_data=load_data, until=5)
    assert limits == [10]


def test_no_time_limit_is_left(lesson):
    assert lesson.time_limit is None


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return what the script leaves up to step 10, on 26 batches, for one epoch.

    datasets (list) are those that Keras has made of arrays. (ArrayDataAdapter is
    private to Keras. No public name leads to its datasets, whose options are fixed when
    made.)
    """
    datasets = []
    get_tf_dataset = ArrayDataAdapter.get_tf_dataset

    def noted(adapter):
        datasets.append(get_tf_dataset(adapter))
        return datasets[-1]

    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ArrayDataAdapter, "get_tf_dataset", noted)
        names = run_script(folder, digits=(26 * 32, 10), epochs=1, until=10)
    names.datasets = datasets
    return names


class BatchEnds(keras.callbacks.Callback):
    """Counts the ends of batches, which come once a call of TensorFlow's.

    Attribute: count (int).
    """

    count = 0

    def on_train_batch_end(self, batch, logs=None):
        """Count one more; the arguments are Keras's."""
        self.count += 1


def test_25_batches_are_one_call(trained):
    ends = BatchEnds()
    trained.model.fit(trained.X_train, trained.Y_train, verbose=0, callbacks=[ends])
    assert ends.count == 2  # of 25 batches, and of one


def test_tensorflow_does_not_tune_its_input(trained):
    assert trained.datasets[0].options().autotune.enabled is False


def test_another_backend_gets_neither_setting(tmp_path, monkeypatch):
    before = AutotuneOptions.enabled
    monkeypatch.setattr(keras.config, "backend", lambda: "another")
    after = "after = tf.data.experimental.AutotuneOptions.enabled\n"
    names = run_script(tmp_path, (FIT, after + FIT), until=9)
    assert (names.model.steps_per_execution, names.after) == (1, before)
