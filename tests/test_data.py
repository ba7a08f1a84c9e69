"""Where the digits come from, and what is said when they do not come."""

import hashlib
import shutil
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT, SAMPLE, SCRIPT


@pytest.fixture(scope="module")
def sample():
    """Return the four arrays of the bundled sample, by name (dict)."""
    with np.load(ROOT / SAMPLE) as data:
        return dict(data)


def test_sample_has_keras_arrays(sample):
    assert {
        name: (array.shape, str(array.dtype)) for name, array in sample.items()
    } == {
        "x_train": ((4000, 28, 28), "uint8"),
        "y_train": ((4000,), "uint8"),
        "x_test": ((1000, 28, 28), "uint8"),
        "y_test": ((1000,), "uint8"),
    }


def test_sample_is_what_make_mnist_sample_makes(sample):
    found = {
        name: hashlib.sha256(sample[name].tobytes()).hexdigest() for name in sample
    }
    assert found == {
        "x_train": "338389b79626e2cae0aa136beee2c1cec18a9e40da8742be67c9752f43a079fd",
        "y_train": "593ef52da376e8e1d09c9c2ba5971ffc71fa43eb0c9ae2ba922a1e61150822dc",
        "x_test": "34acc8384895aa6aa2171f42a9c49572fbc13a587119531952bf9e09ef0699b9",
        "y_test": "09a5871a1a836ffa64fe69ed62eea48877c9b64bd10859e86fe0175eb1e3dab0",
    }


def test_sample_is_balanced_and_shuffled(sample):
    assert np.bincount(sample["y_train"]).tolist() == [400] * 10
    assert np.bincount(sample["y_test"]).tolist() == [100] * 10
    for labels in (sample["y_train"], sample["y_test"]):
        assert all(len(set(part)) == 10 for part in np.split(labels, 10))


def test_sample_has_no_digit_in_both_parts(sample):
    train = {digit.tobytes() for digit in sample["x_train"]}
    test = {digit.tobytes() for digit in sample["x_test"]}
    assert len(train) == 4000
    assert len(test) == 1000
    assert not train & test


def test_host_that_never_answers_is_given_up(make_user, silent_proxy):
    user = make_user(https_proxy=silent_proxy)
    process = user.python(
        *("-i", SCRIPT, "--epochs", "1"),  # the flag counts: this is no paste yet
        stdin="import socket; print('then', socket.getdefaulttimeout())\n",
    )
    assert "timed out" in process.stderr
    assert "MNIST could not be loaded: " in process.stderr
    assert process.stdout.count("/step - accuracy: ") == 1
    assert process.stdout.splitlines()[-1] == "then None"


def test_no_network(user):
    process = user.python(
        "-c",
        "import runpy, socket, sys\n"
        "def getaddrinfo(*args, **more):\n"
        "    raise socket.gaierror(-3, 'Temporary failure in name resolution')\n"
        "socket.getaddrinfo = getaddrinfo\n"
        "sys.argv[1:] = ['--epochs', '1']\n"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')",
    )
    assert process.returncode == 0
    assert "could not be loaded: URL fetch failure" in process.stderr
    assert "Temporary failure in name resolution" in process.stderr
    assert "the 1,000 test digits of the MNIST sample" in process.stdout


def test_no_sample_either_says_both_things_that_help(user):
    shutil.copy(SCRIPT, user.folder)
    process = user.python("keras_cnn_example.py", "--epochs", "1")
    assert process.returncode == 1
    assert "MNIST could not be loaded: " in process.stderr
    assert "Connect to the internet once" in process.stderr
    assert "start in the repository's folder" in process.stderr
    assert "Traceback" not in process.stderr
    assert "Epoch" not in process.stdout


def test_ctrl_c_while_loading_stops(make_user):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        user = make_user(https_proxy=f"http://127.0.0.1:{silent.getsockname()[1]}")
        process = subprocess.Popen(
            [sys.executable, SCRIPT],
            cwd=user.folder,
            env=user.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with silent.accept()[0]:  # the script now waits for an answer
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT  # a shell says 130
    assert stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert "could not be loaded" not in stderr
    assert stdout.endswith("mnist.npz\n")
    assert user.left_behind() == []


def test_runner_gives_the_script_other_digits_and_another_seed(
    make_user, tmp_path, sample
):
    few = {name: array[:640] for name, array in sample.items()}
    np.savez(tmp_path / "few.npz", **few)
    runs = []
    for seed in ("123", "7"):
        user = make_user(MNIST_NPZ=str(tmp_path / "few.npz"), SEED=seed)
        runs.append(user.python(ROOT / "tests" / "run_example.py", "--epochs", "1"))
    assert [run.returncode for run in runs] == [0, 0]
    assert "(640, 28, 28, 1)" in runs[0].stdout
    assert "the 640 test digits of MNIST)" in runs[0].stdout
    assert runs[0].stdout.split("Test loss")[1] != runs[1].stdout.split("Test loss")[1]
