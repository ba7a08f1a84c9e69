"""What else can go wrong while the script runs, and what it then leaves behind."""

import shutil
import signal
from pathlib import Path

import pytest

from tests.conftest import FEW
from tests.user import (
    DISK_FULL,
    FILE_TOO_LARGE,
    HEED_CTRL_C,
    NO_FONT_CACHE,
    RESULTS,
    SCRIPT,
    finish,
    finish_all,
    read_until,
    scores,
    watched,
)

TEXT = SCRIPT.read_text(encoding="utf-8")
CACHE_OF_ALL = Path("/tmp/.keras")  # Keras's, of everybody without a HOME of their own


FILE_LIMIT = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))  # bytes a file may have
"""


@pytest.fixture
def runs(few_run, shared_run, make_user):
    """Train one epoch with each fault, all at once: {fault: (User, process)}."""

    def make():
        faults = ["home", "disk, model", "disk, picture", "directory"]
        users = {fault: make_user() for fault in faults}
        for user in users.values():
            user.clone(**FEW)
        users["home"].env["HOME"] = "/proc/nowhere"
        del users["home"].env["MPLCONFIGDIR"]
        users["disk, model"].clone(**FEW, script=FILE_LIMIT + TEXT)
        (users["disk, picture"].folder / RESULTS[1]).symlink_to("/dev/full")
        (users["directory"].folder / RESULTS[1]).mkdir()
        is_new = not CACHE_OF_ALL.exists()
        try:
            started = [
                user.start(SCRIPT.name, "--epochs", "1") for user in users.values()
            ]
            finished = finish_all(started)
            assert CACHE_OF_ALL.is_dir()  # Keras's, in place of the HOME's
        finally:
            if is_new:
                shutil.rmtree(CACHE_OF_ALL, ignore_errors=True)
        return {name: (users[name], run) for name, run in zip(faults, finished)}

    return shared_run("the runs with faults", make)


@pytest.mark.skipif(CACHE_OF_ALL.exists(), reason=f"{CACHE_OF_ALL} is somebody's")
def test_home_that_cannot_be_written(runs, smoke_run):
    user, process = runs["home"]
    assert process.returncode == 0, process.stderr
    assert scores(process.stdout) == scores(smoke_run[1].stdout)
    assert NO_FONT_CACHE in process.stderr
    assert user.left_behind() == RESULTS


def check_fails_after_the_scores(process, smoke_run, line, reason):
    """Assert that the script printed its scores and then failed at this line (text)."""
    assert process.returncode == 1
    assert scores(process.stdout) == scores(smoke_run[1].stdout)
    assert line in process.stderr
    assert reason in process.stderr.splitlines()[-1]
    assert "Saved" not in process.stdout


def test_disk_full_while_the_model_is_written(runs, smoke_run):
    line = 'model.save("keras_cnn_example.keras")'
    check_fails_after_the_scores(
        runs["disk, model"][1], smoke_run, line, FILE_TOO_LARGE
    )


def test_disk_full_while_the_picture_is_written(runs, smoke_run):
    user, process = runs["disk, picture"]
    line = 'figure.savefig("keras_cnn_example.png")'
    check_fails_after_the_scores(process, smoke_run, line, DISK_FULL)
    assert user.left_behind() == RESULTS


def test_name_taken_by_a_directory(runs, smoke_run):
    user, process = runs["directory"]
    line = 'figure.savefig("keras_cnn_example.png")'
    reason = "IsADirectoryError: [Errno 21] Is a directory: 'keras_cnn_example.png'"
    check_fails_after_the_scores(process, smoke_run, line, reason)
    assert (user.folder / RESULTS[0]).is_file()


def test_ctrl_c_while_training(user):
    user.clone(**FEW, script=HEED_CTRL_C + TEXT)
    process = user.start("-u", SCRIPT.name, "--epochs", "1000")
    with watched(process):
        read_until(process, "Epoch 2/1000\n")
        process.send_signal(signal.SIGINT)
        ended = finish(process)
    assert ended.returncode == -signal.SIGINT  # a shell says 130
    assert ended.stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert "Test loss" not in ended.stdout
    assert user.left_behind() == []
