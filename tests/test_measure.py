"""The measuring programs still run. Not here: by_hand.py, which needs PyTorch."""

import csv

import pytest

from tests.measure.scores import AS_IS, COLUMNS
from tests.user import ROOT, SAMPLE

PYTHONPATH = {"PYTHONPATH": ROOT}


@pytest.fixture
def npz(new_user):
    """Return the path of a file with few digits."""
    return new_user.folder / "tests" / SAMPLE.name


def test_scores_adds_what_is_missing(new_user, npz):
    new_user.env |= PYTHONPATH
    known = ["160", AS_IS, "tensorflow", "123", "0.5", "0.25", "0.75"]
    lines = [",".join(COLUMNS), ",".join(known)]
    (new_user.folder / "scores.csv").write_text("\n".join(lines) + "\n")
    program = ("-m", "tests.measure.scores")
    process = new_user.run(*program, npz, "--csv", "scores.csv", "--seeds", 123, 7)
    assert process.returncode == 0, process.stderr
    with open(new_user.folder / "scores.csv", newline="") as file:
        rows = [list(row.values()) for row in csv.DictReader(file)]
    assert rows[0] == known
    assert rows[1][:4] == ["160", AS_IS, "tensorflow", "7"]
    assert len(rows) == 2
    loss = (0.25 + float(rows[1][5])) / 2
    assert "| 2 | " in process.stdout
    assert f"| {loss:.4f} ± " in process.stdout


def test_speed_prints_a_row(new_user, npz):
    new_user.env |= PYTHONPATH
    row = ("--rounds", 1, "--rows", "the script")
    process = new_user.run("-m", "tests.measure.speed", npz, *row)
    assert process.returncode == 0, process.stderr
    assert "| the script | " in process.stdout


def test_waits_prints_both_rows(new_user):
    process = new_user.run(ROOT / "tests" / "measure" / "waits.py", 0.01)
    assert process.returncode == 0, process.stderr
    assert process.stdout.count("| 0.01 | ") == 2
