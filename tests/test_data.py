"""What can happen to the download of MNIST, and the sample that stands in for it."""

import hashlib
import os
import shutil
import socket
import urllib.request
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
from keras.datasets import mnist
from keras.src.utils import file_utils

from tests.files import SAMPLE, arrays
from tests.lesson import run_script
from tests.readme import README

NOTICE = "A sample stands in for MNIST, and scores lower: "


@pytest.fixture
def downloads(monkeypatch):
    """Return a list: each address (str) in it is what one download brings, in turn.

    Keras's cache is empty, and takes any file for MNIST's. (file_utils is private to
    Keras: with its public names alone, only MNIST's own file can be tried.)
    """
    shutil.rmtree(Path(os.environ["KERAS_HOME"], "datasets"), ignore_errors=True)
    addresses = []
    urlopen = urllib.request.urlopen

    def served(url, *more):
        if not addresses:
            raise URLError("nothing more to download")
        return urlopen(addresses.pop(0), *more)

    monkeypatch.setattr(urllib.request, "urlopen", served)
    monkeypatch.setattr(file_utils, "validate_file", lambda *given, **named: True)
    return addresses


@pytest.fixture
def folder(tmp_path):
    """Return a folder (Path) in which the sample lies where the script looks for it."""
    (tmp_path / "tests").mkdir()
    shutil.copy(SAMPLE, tmp_path / "tests")
    return tmp_path


def load(folder):
    """Return what steps 3 and 4 leave (see run_script), with Keras's own load_data."""
    return run_script(folder, load_data=mnist.load_data, until=5)


def test_what_was_downloaded_is_called_mnist(folder, downloads):
    downloads.append(SAMPLE.as_uri())
    names = load(folder)
    assert (names.data_name, names.said) == ("MNIST", "")


def test_mnist_is_downloaded_only_once(folder, downloads):
    downloads.append(SAMPLE.as_uri())
    first, second = load(folder), load(folder)
    assert second.data_name == "MNIST"
    assert np.array_equal(first.X_train, second.X_train)


def test_the_sample_stands_in_for_mnist(folder, downloads):
    names = load(folder)
    loaded = (names.X_train, names.y_train), (names.X_test, names.y_test)
    for part, sample_part in zip(loaded, arrays(SAMPLE), strict=True):
        for array, sample_array in zip(part, sample_part, strict=True):
            assert np.array_equal(array, sample_array)


def test_the_sample_is_called_a_sample(folder, downloads):
    assert load(folder).data_name == "the MNIST sample"


def test_a_notice_gives_the_reason(folder, downloads):
    _, notice, reason = load(folder).said.partition(NOTICE)
    assert notice, "nobody is told that the sample stands in"
    assert NOTICE.partition(",")[0] in README, "the notice cannot be looked up"
    assert reason.strip(), "nobody is told why"


def test_no_time_limit_is_left_after_a_failed_download(folder, downloads):
    assert load(folder).time_limit is None


def test_a_login_page_is_not_taken_for_mnist(folder, downloads):
    downloads.append("data:text/html,Welcome! Please log in.")
    assert load(folder).data_name == "the MNIST sample"


def test_a_host_that_never_answers_is_given_up(folder, downloads, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    sooner = ("setdefaulttimeout(10)", "setdefaulttimeout(1)")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        downloads.append(f"http://127.0.0.1:{silent.getsockname()[1]}")
        names = run_script(folder, sooner, load_data=mnist.load_data, until=5)
        silent.settimeout(0)
        silent.accept()[0].close()  # it was asked
    assert names.data_name == "the MNIST sample"


def test_without_the_sample_the_error_names_its_file(tmp_path, downloads):
    with pytest.raises(FileNotFoundError, match=f"tests/{SAMPLE.name}"):
        load(tmp_path)


def test_the_sample_has_not_changed():
    (X_train, y_train), (X_test, y_test) = arrays(SAMPLE)
    together = b"".join(array.tobytes() for array in (X_train, y_train, X_test, y_test))
    assert hashlib.sha256(together).hexdigest().startswith("9d2f6f8bbcfb55dd")
