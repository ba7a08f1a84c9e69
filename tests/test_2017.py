"""README.md's table of the post's lines, each put into today's tutorial."""

import functools
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


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs the tutorial with these lines of 2017, once.

    It returns the tutorial's names (see run_script) and warned, the warnings (list).
    """

    @functools.cache
    def run_with(*lines):
        folder = tmp_path_factory.mktemp("2017")
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            text = tutorial_with(*lines)
            names = run_script(folder, text=text, digits=(32, 10), epochs=1)
        names.warned = warned
        return names

    return run_with


def said(line):
    """Return the first word (str) of what the table says that a line does today."""
    _, does = rows()[line]
    return re.search(r"\w+", does)[0]


@pytest.mark.parametrize("line", [line for line in LINES if not LINES[line]])
def test_a_line_of_2017_still_runs(run, line):
    run(line)
    assert said(line) == "Runs"


@pytest.mark.parametrize("line", [line for line in LINES if LINES[line]])
def test_a_line_of_2017_fails_with_the_error_that_the_table_names(run, line):
    with pytest.raises(LINES[line]):
        run(line)
    assert said(line) == LINES[line].__name__


def test_the_seed_of_2017_has_no_effect(run):
    first = run(SEED).model.get_weights()
    run.cache_clear()
    second = run(SEED).model.get_weights()
    assert not np.array_equal(first[0], second[0])


def test_the_input_shape_of_2017_is_warned_of(run):
    # Under Keras's own, which all rows have in common.
    new = {str(warning.message) for warning in run().warned}
    found = [w for w in run(FIRST).warned if str(w.message) not in new]
    assert UserWarning in [warning.category for warning in found]


def test_the_convolutions_of_2017_make_the_network_that_the_table_says(run):
    model = run(FIRST, SECOND).model
    _, does = rows()[SECOND]
    shape, weights = model.layers[0].output.shape, model.count_params()
    assert str(shape) in does
    assert f"{weights:,} weights" in does


def test_the_names_of_metrics_are_those_that_the_table_says(run):
    printed = run(METRICS).printed.splitlines()
    _, does = rows()[METRICS]
    assert f"`{printed[-2]}`" in does
