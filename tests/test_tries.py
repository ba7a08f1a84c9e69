"""README.md's tries: each changes the script, which then still runs to its end."""

import functools

import pytest

from tests.lesson import run_script
from tests.readme import README, a_try, tries

# In README.md's order, each with the heading before which its run ends, because nothing
# that follows depends on it.
STOPS_BEFORE = {
    "Quickly": 7,
    "No convolution": 10,
    "One convolution": 10,
    "Plain sgd": 10,
    "No dropout": 10,
    "One epoch": 10,
    "A validation curve": None,
    "Clothes": 5,
}


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """Return a function: what the script, with the try of a name, leaves."""

    @functools.cache
    def run(name):
        folder = tmp_path_factory.mktemp("try")
        epochs = None if name == "One epoch" else 1
        return run_script(folder, *a_try(name), epochs=epochs, until=STOPS_BEFORE[name])

    return run


def layers(names):
    """Return the names of the classes of the network's layers, in order (list)."""
    return [type(layer).__name__ for layer in names.model.layers]


def test_these_are_all_tries_in_this_order():
    assert list(tries()) == list(STOPS_BEFORE)


@pytest.mark.parametrize("name", STOPS_BEFORE)
def test_a_try_runs(tried, name):
    assert tried(name).said == ""


def test_quickly_trains_on_4000_digits(tmp_path):
    names = run_script(tmp_path, *a_try("Quickly"), digits=(4100, 10), until=7)
    assert (len(names.X_train), len(names.Y_train)) == (4000, 4000)


def test_no_convolution_leaves_the_dense_layers(tried):
    assert layers(tried("No convolution")) == ["Flatten", "Dense", "Dropout", "Dense"]


def test_one_convolution_takes_the_second_away(tried, lesson):
    assert layers(tried("One convolution")) == [layers(lesson)[0], *layers(lesson)[2:]]


def test_no_dropout_takes_both_away(tried, lesson):
    left = [layer for layer in layers(lesson) if layer != "Dropout"]
    assert layers(tried("No dropout")) == left


@pytest.mark.parametrize("name", ["No convolution", "One convolution"])
def test_readme_says_how_many_weights_are_left(tried, name):
    assert f"{tried(name).model.count_params():,} weights" in README


def test_plain_sgd_has_the_learning_rate_that_step_8_says(tried):
    optimizer = tried("Plain sgd").model.optimizer
    assert type(optimizer).__name__ == "SGD"
    assert f"{float(optimizer.learning_rate):.2f} times the gradient" in README


def test_one_epoch_is_one(tried):
    assert len(tried("One epoch").history.epoch) == 1


def test_a_validation_curve_is_drawn_and_named(tried):
    names = tried("A validation curve")
    _, validation, _ = names.curve.lines
    assert list(validation.get_ydata()) == names.history.history["val_loss"]
    legend = [text.get_text() for text in names.curve.get_legend().get_texts()]
    assert validation.get_label() in legend


def test_clothes_are_not_called_mnist(tried):
    assert tried("Clothes").data_name == "Fashion-MNIST"
