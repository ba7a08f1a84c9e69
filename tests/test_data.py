"""What can happen to the download of MNIST, and the sample that then stands in for it."""

import hashlib
import shutil
import socket

import numpy as np

from tests.user import ANY_FILE_IS_MNIST, SAMPLE, SCRIPT, edited

HEAD = edited().split("# 5. ")[0]  # up to the loaded digits
SHAPES = "(160, 28, 28)\n(40, 28, 28)\n(160,)\n(40,)\n"
NOTICE = "A sample stands in for MNIST, and scores lower: "

# Put before the script: downloads bring what is at this address; their limit is noted.
DOWNLOAD = """
import socket, urllib.request
urlopen, limits = urllib.request.urlopen, []
def download(url, *more):
    limits.append(socket.getdefaulttimeout())
    return urlopen({address!r}, *more)

urllib.request.urlopen = download
"""


def check_goes_on_with_the_sample(process):
    """Assert that a process which ran HEAD loaded the sample, and gave a reason."""
    assert process.stdout.endswith(SHAPES), process.stderr
    assert process.stderr.partition(NOTICE)[2].strip(), process.stderr


def test_download_is_loaded_and_kept(make_user, tmp_path):
    user = make_user(home=tmp_path / "home", KERAS_MAX_EPOCHS="1")
    script = user.folder / SCRIPT.name
    sample = (user.folder / "tests" / SAMPLE.name).rename(user.folder / "mnist.npz")
    download = DOWNLOAD.format(address=sample.as_uri())
    after = "print(limits, socket.getdefaulttimeout())\n"
    script.write_text(ANY_FILE_IS_MNIST + download + edited() + after)
    process = user.run()
    assert process.stdout.endswith("\n[10.0] None\n"), process.stderr
    assert SHAPES in process.stdout
    assert process.stdout.count("(on the 40 test digits of MNIST)\n") == 2
    assert NOTICE not in process.stderr

    script.write_text(ANY_FILE_IS_MNIST + HEAD)
    process = user.run()
    assert process.stdout.endswith(SHAPES), process.stderr
    assert NOTICE not in process.stderr


def test_login_page_in_place_of_the_file(make_user, tmp_path):
    page = DOWNLOAD.format(address="data:text/html,Welcome! Please log in.")
    user = make_user(text=page + HEAD, home=tmp_path / "home")
    check_goes_on_with_the_sample(user.run())


def test_host_that_never_answers(make_user):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        user = make_user(text=HEAD, https_proxy=proxy)
        check_goes_on_with_the_sample(user.run())
        silent.settimeout(0)
        silent.accept()[0].close()  # it was asked


def test_no_sample_either(make_user):
    user = make_user()
    shutil.rmtree(user.folder / "tests")
    process = user.run()
    assert process.returncode == 1
    assert NOTICE not in process.stderr
    assert f"tests/{SAMPLE.name}" in process.stderr.splitlines()[-1]
    assert user.results() == []


def test_sample_is_what_make_mnist_sample_prints():
    with np.load(SAMPLE) as data:
        # In the order in which the script unpacks them.
        assert list(data) == ["x_train", "y_train", "x_test", "y_test"]
        digest = hashlib.sha256(b"".join(array.tobytes() for array in data.values()))
    assert digest.hexdigest().startswith("9d2f6f8bbcfb55dd")
