"""The tutorial's promise: all of MNIST, ten epochs, 99 % of the test digits right."""

import os

import pytest

from tests.user import LIMIT_OF_MNIST, RUNNER, scores


@pytest.mark.skipif(
    "MNIST_NPZ" not in os.environ,
    reason="set MNIST_NPZ to a file with all of MNIST: ten epochs take minutes",
)
def test_all_of_mnist(make_user):
    user = make_user(MNIST_NPZ=os.path.abspath(os.environ["MNIST_NPZ"]))
    process = user.python(RUNNER, limit=LIMIT_OF_MNIST)
    print(process.stdout)
    assert process.returncode == 0, process.stderr
    assert "(60000, 28, 28, 1)" in process.stdout
    assert "Epoch 10/10\n" in process.stdout
    assert "(on the 10,000 test digits of MNIST)" in process.stdout
    loss, accuracy = scores(process.stdout)
    assert accuracy >= 0.985
    assert loss <= 0.05
