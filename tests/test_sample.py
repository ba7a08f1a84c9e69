"""The bundled sample of MNIST is that of make_mnist_sample.py."""

import hashlib

import numpy as np
import pytest

from tests.user import SAMPLE


@pytest.fixture(scope="module")
def sample():
    """Return the four arrays of the bundled sample, by name (dict)."""
    with np.load(SAMPLE) as data:
        return dict(data)


def test_has_keras_arrays_in_the_scripts_order(sample):
    assert [
        (name, array.shape, array.dtype.name) for name, array in sample.items()
    ] == [
        ("x_train", (4000, 28, 28), "uint8"),
        ("y_train", (4000,), "uint8"),
        ("x_test", (1000, 28, 28), "uint8"),
        ("y_test", (1000,), "uint8"),
    ]


def test_has_the_arrays_that_make_mnist_sample_prints(sample):
    found = {
        k: hashlib.sha256(array.tobytes()).hexdigest() for k, array in sample.items()
    }
    assert found == {
        "x_train": "338389b79626e2cae0aa136beee2c1cec18a9e40da8742be67c9752f43a079fd",
        "y_train": "593ef52da376e8e1d09c9c2ba5971ffc71fa43eb0c9ae2ba922a1e61150822dc",
        "x_test": "34acc8384895aa6aa2171f42a9c49572fbc13a587119531952bf9e09ef0699b9",
        "y_test": "09a5871a1a836ffa64fe69ed62eea48877c9b64bd10859e86fe0175eb1e3dab0",
    }


def test_is_balanced_and_shuffled(sample):
    assert np.bincount(sample["y_train"]).tolist() == [400] * 10
    assert np.bincount(sample["y_test"]).tolist() == [100] * 10
    for labels in (sample["y_train"], sample["y_test"]):
        assert all(len(set(part)) == 10 for part in np.split(labels, 10))


def test_has_no_digit_in_both_parts(sample):
    train = {digit.tobytes() for digit in sample["x_train"]}
    test = {digit.tobytes() for digit in sample["x_test"]}
    assert len(train) == 4000
    assert len(test) == 1000
    assert not train & test
