"""What the command takes and what it refuses, before any work."""

import pytest


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--epochs", "0"], "--epochs: must be 1 or more, not 0"),
        (["--epochs", "-3"], "--epochs: must be 1 or more, not -3"),
        (["--epochs", "ten"], "--epochs: invalid int value: 'ten'"),
        (["--epochs", "1.5"], "--epochs: invalid int value: '1.5'"),
        (["--epochs"], "--epochs: expected one argument"),
        (["--seed", "7"], "unrecognized arguments: --seed 7"),
        (["mnist.npz"], "unrecognized arguments: mnist.npz"),
    ],
)
def test_refuses_other_flags_before_any_work(user, flags, reason):
    process = user.run(*flags)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.startswith("usage: keras_cnn_example.py ")
    assert process.stderr.splitlines()[-1].endswith(reason)
    assert user.left_behind() == []


def test_help(user):
    process = user.run("--help")
    assert process.returncode == 0
    assert "--epochs EPOCHS  how many (default: 10)" in process.stdout
    told = " ".join(process.stdout.split())
    assert "written into the current folder, over those of an earlier run." in told


def test_folder_that_cannot_be_written_is_found_before_training(user):
    script = user.folder / "keras_cnn_example.py"
    process = user.python(script, cwd="/proc")  # root cannot write there either
    assert process.returncode == 1
    assert process.stdout == ""
    assert "tempfile.TemporaryFile" in process.stderr
    assert "fails now if this folder cannot be written" in process.stderr
