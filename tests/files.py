"""Where things lie, the script's text and its changes, and digits from the sample."""

import re
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SCRIPT = ROOT / "keras_cnn_example.py"
TUTORIAL = TESTS / "tutorial.py"
SAMPLE = TESTS / "mnist_sample.npz"
RESULTS = TESTS / "results"
LEFT_BEHIND = ["keras_cnn_example.keras", "keras_cnn_example.png"]
FEW = (64, 60)  # digits to train on and to test on, for most runs of the tests


def edited(text, *changes):
    """Return a program's text with changes, each an (old text, new text).

    Raises ValueError, with the old text, if it is not there or not only once.
    """
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"stands {text.count(old)} times, not once: {old}")
        text = text.replace(old, new)
    return text


def script(*changes, until=None):
    """Return the script's text with changes (see edited), up to a heading or the end.

    until is how the heading begins: a step's number such as 5, or Save or Draw. Raises
    ValueError if no heading begins so.
    """
    text = edited(SCRIPT.read_text(encoding="utf-8"), *changes)
    if until is None:
        return text
    before, heading, _ = text.partition(f"# %% {until}")
    if not heading:
        raise ValueError(f"No heading of the script begins with {until!r}")
    return before


def arrays(npz, train=None, test=None):
    """Return ((X_train, y_train), (X_test, y_test)), as mnist.load_data does.

    npz (Path) holds them as Keras's mnist.npz does: uint8, X (digits, 28, 28) from 0 to
    255, y (digits,) from 0 to 9. train and test are how many digits of each (default:
    all); where there are too few, they begin anew after the last.
    """
    parts = []
    with np.load(npz) as data:
        for name, size in (("train", train), ("test", test)):
            X, y = data[f"x_{name}"], data[f"y_{name}"]
            places = np.arange(size or len(y)) % len(y)
            parts.append((X[places], y[places]))
    return tuple(parts)


def printed_scores(stdout):
    """Return [test loss, test accuracy] (floats) as the script printed them.

    Raises AssertionError if stdout does not hold each of them once, in this order.
    """
    found = re.findall(r"(?m)^Test (loss|accuracy): (\S+) \(on the [\d,]+ ", stdout)
    names = [name for name, _ in found]
    assert names == ["loss", "accuracy"], (
        f"no two scores in what was printed:\n{stdout}"
    )
    return [float(value) for _, value in found]


def masked(printed):
    """Return the lines (list) with # for versions and scores, without Keras's own."""
    lines = re.sub(r"\d+\.\d\S*", "#", printed).splitlines()
    return [line for line in lines if not re.match(r"Epoch |\d+/\d+ - |.*://", line)]
