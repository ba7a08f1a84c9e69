"""What a machine can do to the script, and what the script then does: README's last table.

The faults of the network and of the data are in test_data.py.
"""

import os
import signal

import pytest
from conftest import RESULTS, SCRIPT, scores


def check_success(process):
    """Assert that the script ran to its end and said nothing of an error."""
    assert process.returncode == 0, process.stderr
    assert len(scores(process.stdout)) == 2
    assert "Traceback" not in process.stderr


def test_no_home(user, smoke_run):
    del user.env["HOME"]
    process = user.run("--epochs", "1")
    check_success(process)
    assert scores(process.stdout) == scores(smoke_run[1].stdout)


def test_home_that_cannot_be_written(user):
    # Keras then keeps its cache in /tmp/.keras, which may hold all of MNIST.
    user.env |= {"HOME": "/proc/nowhere", "KERAS_HOME": "/proc/nowhere/.keras"}
    del user.env["MPLCONFIGDIR"]
    process = user.run("--epochs", "1")
    check_success(process)
    assert "Matplotlib created a temporary cache directory" in process.stderr
    assert user.left_behind() == RESULTS


FULL_DISK = """
import resource, runpy, sys
sys.argv[1:] = ["--epochs", "1"]
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))  # bytes a file may have
runpy.run_path({script!r}, run_name="__main__")
"""


def test_disk_full_while_the_model_is_written(user, smoke_run):
    process = user.python("-c", FULL_DISK.format(script=str(SCRIPT)))
    assert process.returncode == 1
    assert scores(process.stdout) == scores(smoke_run[1].stdout)
    assert 'model.save("keras_cnn_example.keras")' in process.stderr
    assert "File too large" in process.stderr
    assert "Saved" not in process.stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_disk_full_while_the_picture_is_written(user, smoke_run):
    (user.folder / "keras_cnn_example.png").symlink_to("/dev/full")
    process = user.run("--epochs", "1")
    assert process.returncode == 1
    assert scores(process.stdout) == scores(smoke_run[1].stdout)
    assert process.stdout.endswith("Saved the trained model: keras_cnn_example.keras\n")
    assert 'figure.savefig("keras_cnn_example.png")' in process.stderr
    assert "No space left on device" in process.stderr


def test_ctrl_c_while_training(user):
    process = user.start(SCRIPT, "--epochs", "1000")
    for line in process.stdout:
        if line == "Epoch 2/1000\n":
            break
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT  # a shell says 130
    assert stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert "Test loss" not in stdout
    assert user.left_behind() == []


@pytest.mark.parametrize(
    "settings",
    [{"LC_ALL": "C"}, {"DISPLAY": ":99"}],
    ids=["LC_ALL=C", "a display that is not there"],
)
def test_settings_that_change_nothing(make_user, smoke_run, settings):
    user = make_user(**settings)
    process = user.run("--epochs", "1")
    check_success(process)
    assert scores(process.stdout) == scores(smoke_run[1].stdout)
    assert user.left_behind() == RESULTS


def test_folder_with_spaces_and_korean_letters(user, smoke_run):
    user.folder = user.folder / "케라스 튜토리얼 CNN"
    user.folder.mkdir()
    user.clone()
    process = user.python("keras_cnn_example.py", "--epochs", "1")
    check_success(process)
    assert scores(process.stdout) == scores(smoke_run[1].stdout)
    assert set(RESULTS) <= set(user.left_behind())
