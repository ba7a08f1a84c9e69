"""Where the digits come from, and what is said when they do not come."""

import contextlib
import hashlib
import re
import shutil
import signal
import socket
import threading
import time

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


def test_host_that_never_answers_is_given_up(make_user):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        user = make_user(https_proxy=f"http://127.0.0.1:{silent.getsockname()[1]}")
        process = user.python(
            *("-i", SCRIPT, "--epochs", "1"),  # the flag counts: this is no paste yet
            stdin="import socket; print('then', socket.getdefaulttimeout())\n",
        )
    check_goes_on_with_sample(process, "timed out")
    assert process.stdout.count("/step - accuracy: ") == 1
    assert process.stdout.splitlines()[-1] == "then None"


RUN_PATCHED = """
import runpy, socket, sys
import keras.src.datasets.mnist as mnist
{patch}
sys.argv[1:] = ["--epochs", "1"]
runpy.run_path({script!r}, run_name="__main__")
"""


def run_patched(user, patch):
    """Run the script after the statements in patch, which set up a fault of the network."""
    return user.python("-c", RUN_PATCHED.format(patch=patch, script=str(SCRIPT)))


def check_goes_on_with_sample(process, reason):
    """Assert that the notice gives the reason, and that the script went on to its end."""
    assert process.returncode == 0, process.stderr
    assert re.search(f"MNIST could not be loaded: .*{reason}", process.stderr)
    assert "Going on with less data" in process.stderr
    assert "Traceback" not in process.stderr
    assert "the 1,000 test digits of the MNIST sample" in process.stdout


def test_no_network(user):
    patch = """
def no_network(*args, **more):
    raise socket.gaierror(-3, "Temporary failure in name resolution")
socket.getaddrinfo = no_network
"""
    del user.env["https_proxy"]
    process = run_patched(user, patch)
    check_goes_on_with_sample(process, "Temporary failure in name resolution")


def test_firewall_that_drops_packets(user):
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.socket() as one,
    ):
        # Linux drops who knocks while a connection waits to be accepted.
        one.connect(full.getsockname())
        process = run_patched(user, change_address(full))
    check_goes_on_with_sample(process, "timed out")


def change_address(server):
    """Return a patch that makes Keras download from this server on the loopback."""
    url = f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz"
    return f"""
get_file = mnist.get_file
mnist.get_file = lambda origin, **more: get_file(origin={url!r}, **more)
"""


@contextlib.contextmanager
def answers(reply):
    """Yield a server on the loopback that sends these bytes to its first visitor.

    The rest of the file, if the reply's header promises more, never comes: the
    connection is cut off.
    """

    def answer():
        with server.accept()[0] as visitor:
            visitor.recv(65536)
            visitor.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server
        thread.join(10)


def test_download_cut_off(user):
    reply = b"HTTP/1.0 200 OK\r\nContent-Length: 11490434\r\n\r\n" + bytes(1_000_000)
    with answers(reply) as server:
        process = run_patched(user, change_address(server))
    check_goes_on_with_sample(process, "got only 1000000 out of 11490434 bytes")
    assert not (user.home / ".keras" / "datasets" / "mnist.npz").exists()


def test_login_page_instead_of_the_file(user):
    page = b"<html>Welcome to our network. Please log in.</html>"
    reply = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)
    with answers(reply) as server:
        process = run_patched(user, change_address(server))
    check_goes_on_with_sample(process, "Incomplete or corrupted file detected")


@pytest.mark.parametrize("what", ["truncated", "another archive"])
def test_cached_file_is_not_mnist(user, what):
    archive = (ROOT / SAMPLE).read_bytes()  # a good one, but not Keras's
    cached = user.home / ".keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(archive[:100_000] if what == "truncated" else archive)
    process = user.run("--epochs", "1")
    check_goes_on_with_sample(process, "refused")
    assert "A local file was found, but it seems to be incomplete" in process.stdout
    assert not cached.exists()


def test_no_sample_either_says_both_things_that_help(user):
    shutil.copy(SCRIPT, user.folder)
    process = user.python("keras_cnn_example.py", "--epochs", "1")
    assert process.returncode == 1
    assert "MNIST could not be loaded: " in process.stderr
    assert "Connect to the internet once" in process.stderr
    assert "start in the repository's folder" in process.stderr
    assert "Traceback" not in process.stderr
    assert "Epoch" not in process.stdout


def test_ctrl_c_while_waiting_for_the_host(make_user):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        user = make_user(https_proxy=f"http://127.0.0.1:{silent.getsockname()[1]}")
        check_ctrl_c(user, silent, b"", SCRIPT)


def test_ctrl_c_in_the_middle_of_the_download(user):
    reply = b"HTTP/1.0 200 OK\r\nContent-Length: 11490434\r\n\r\n" + bytes(100_000)
    with socket.create_server(("127.0.0.1", 0)) as slow:
        patch = change_address(slow)
        script = RUN_PATCHED.format(patch=patch, script=str(SCRIPT))
        stdout = check_ctrl_c(user, slow, reply, "-c", script)
    assert "/11490434" in stdout  # the bar of the download had begun
    assert list((user.home / ".keras" / "datasets").iterdir()) == []


def check_ctrl_c(user, server, reply, *arguments):
    """Run Python, press Ctrl-C once the server has replied, and assert that it stops.

    Returns what it had printed.
    """
    process = user.start(*arguments)
    with server.accept()[0] as visitor:
        visitor.recv(65536)
        visitor.sendall(reply)
        time.sleep(2)  # for the reply to be read, and for the waiting to have begun
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT  # a shell says 130
    assert stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert "could not be loaded" not in stderr
    assert "(4000, 28, 28)" not in stdout
    assert user.left_behind() == []
    return stdout


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
