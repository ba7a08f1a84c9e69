"""What can happen to the download of MNIST, and the sample that then stands in for it."""

import hashlib
import shutil
import socket

import numpy as np

from tests.user import SAMPLE, edited

HEAD = edited().split("# 5. ")[0]  # up to the loaded digits
NOTICE = "A sample stands in for MNIST, and scores lower: "

# Whatever is downloaded is the page of a network that wants a login first.
LOGIN_PAGE = """
import urllib.request
urlopen = urllib.request.urlopen
page = "data:text/html,Welcome! Please log in."
urllib.request.urlopen = lambda url, *more: urlopen(page, *more)
"""


def reason(process):
    """Return the reason that the notice on a finished process's stderr gives (text).

    Raises AssertionError if the notice is not there once.
    """
    lines = process.stderr.splitlines()
    notices = [line for line in lines if line.startswith(NOTICE)]
    assert len(notices) == 1, process.stderr
    return notices[0].removeprefix(NOTICE)


def check_goes_on_with_the_sample(process):
    """Assert that a process which ran HEAD gave a reason and then loaded the sample."""
    assert process.returncode == 0, process.stderr
    assert reason(process)
    assert process.stdout.endswith("(160, 28, 28)\n(40, 28, 28)\n(160,)\n(40,)\n")


def test_login_page_in_place_of_the_file(make_user, tmp_path):
    # In a HOME of its own: the page stays in Keras's cache.
    user = make_user(text=LOGIN_PAGE + HEAD, home=tmp_path / "home")
    check_goes_on_with_the_sample(user.run())


def test_host_that_never_answers(make_user):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        user = make_user(text=HEAD, https_proxy=proxy)
        check_goes_on_with_the_sample(user.run())
        silent.settimeout(0)
        silent.accept()[0].close()  # it was asked


def test_no_sample_either(new_user):
    shutil.rmtree(new_user.folder / "tests")
    process = new_user.run()
    assert process.returncode == 1
    assert reason(process)
    last = process.stderr.splitlines()[-1]
    assert last.startswith("FileNotFoundError: ")
    assert f"tests/{SAMPLE.name}" in last
    assert new_user.results() == []


def test_sample_has_the_arrays_that_make_mnist_sample_prints():
    with np.load(SAMPLE) as data:
        found = {
            name: (data[name].shape, hashlib.sha256(data[name]).hexdigest()[:16])
            for name in data
        }
    assert found == {
        "x_train": ((4000, 28, 28), "338389b79626e2ca"),
        "y_train": ((4000,), "593ef52da376e8e1"),
        "x_test": ((1000, 28, 28), "34acc8384895aa6a"),
        "y_test": ((1000,), "09a5871a1a836ffa"),
    }
