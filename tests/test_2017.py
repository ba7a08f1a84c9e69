"""README.md's table of the post's lines, each put into today's tutorial."""

import re
import warnings

import numpy as np
import pytest

from tests.files import TUTORIAL
from tests.lesson import run_script
from tests.readme import table

NEW = TUTORIAL.read_text(encoding="utf-8")
SEED = "np.random.seed(123)"
FIRST = "model.add(Conv2D(32, 3, 3, activation='relu', input_shape=(28,28, 1)))"
SECOND = "model.add(Conv2D(32, 3, 3, activation='relu'))"
METRICS = "print(model.metrics_names)"
LAYERS = "from keras.layers import Dense, Dropout, Activation, Flatten, Conv2D, pooling"
# The rows in their order, each with the error that it raises today, or None.
LINES = {
    SEED: None,
    LAYERS: ImportError,
    "from keras.utils import np_utils": ImportError,
    "np_utils.to_categorical(": NameError,
    FIRST: None,
    SECOND: None,
    "pooling.MaxPooling2D(pool_size=(2,2))": NameError,
    "nb_epoch=10": TypeError,
    METRICS: None,
}


def rows():
    """Return {line of 2017: (today's code, what the line does today)}."""
    code = re.compile("`([^`]+)`").findall
    found = table("2017|today|the line of 2017, run today")
    return {code(old)[0]: ("\n".join(code(new)), does) for old, new, does in found}


def tutorial_with(*lines):
    """Return today's tutorial with each of these lines of 2017 in its place, once.

    Raises ValueError if what the table puts into the place of a line is not there.
    """
    text = NEW
    for line in lines:
        today, _ = rows()[line]
        before, found, after = text.partition(today)
        if not found:
            raise ValueError(f"not in the tutorial: {today}")
        text = before + line + after
    return text


def test_these_are_all_rows_in_this_order():
    assert list(rows()) == list(LINES)


def run(folder, *lines, train=True):
    """Run the tutorial with these lines of 2017 (see run_script), or only up to fit.

    The names have one more, warned (list): the warnings.
    """
    text = tutorial_with(*lines)
    if not train:
        text = text.partition("model.fit")[0]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        names = run_script(folder, text=text, digits=(32, 10), epochs=1)
    names.warned = warned
    return names


def said(line):
    """Return the first word (str) of what the table says that a line does today."""
    _, does = rows()[line]
    return re.search(r"\w+", does)[0]


@pytest.mark.parametrize("line", [line for line in LINES if not LINES[line]])
def test_a_line_of_2017_still_runs(tmp_path, line):
    run(tmp_path, line)
    assert said(line) == "Runs"


@pytest.mark.parametrize("line", [line for line in LINES if LINES[line]])
def test_a_line_of_2017_fails_with_the_error_that_the_table_names(tmp_path, line):
    with pytest.raises(LINES[line]):
        run(tmp_path, line)
    assert said(line) == LINES[line].__name__


def test_the_seed_of_2017_has_no_effect(tmp_path):
    runs = [run(tmp_path, SEED, train=False) for _ in range(2)]
    first, second = (names.model.get_weights()[0] for names in runs)
    assert not np.array_equal(first, second)


def test_the_input_shape_of_2017_is_warned_of(tmp_path):
    warned = run(tmp_path, FIRST, train=False).warned
    kinds = [w.category for w in warned if "input_shape" in str(w.message)]
    assert kinds == [UserWarning]


def test_the_convolutions_of_2017_make_the_network_that_the_table_says(tmp_path):
    model = run(tmp_path, FIRST, SECOND, train=False).model
    _, does = rows()[SECOND]
    shape, weights = model.layers[0].output.shape, model.count_params()
    assert str(shape) in does
    assert f"{weights:,} weights" in does


def test_the_names_of_metrics_are_those_that_the_table_says(tmp_path):
    printed = run(tmp_path, METRICS).printed.splitlines()
    _, does = rows()[METRICS]
    assert f"`{printed[-2]}`" in does
