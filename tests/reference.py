"""Reproduce the tutorial's result: the script on all of MNIST, from five seeds.

    python tests/reference.py mnist.npz

The file is Keras's own, or one with the same four arrays. Each run is the script itself,
ten epochs long; together they take about half an hour on two cores. They write their logs
and the picture of seed 123 into tests/reference/ and print the tables of README.md.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent
LOGS = TESTS / "reference"
SEEDS = (123, 0, 1, 2, 3)  # the tutorial's and four more

# What the tutorial printed in 2017: epochs 1 to 4 of its training, and its test scores.
TUTORIAL_EPOCHS = [
    (0.2040, 0.9380),
    (0.0869, 0.9736),
    (0.0667, 0.9797),
    (0.0552, 0.9829),
]
TUTORIAL_SCORE = (0.0318, 0.9913)


def run(seed, npz):
    """Run the script on the digits in npz from this seed; write its log, return nothing.

    Raises CalledProcessError if the script fails. Its messages go to stderr.
    """
    env = os.environ | {"MNIST_NPZ": str(npz), "SEED": str(seed)}
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run(
            [sys.executable, TESTS / "run_example.py"],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        (LOGS / f"seed_{seed}.log").write_text(process.stdout)
        if seed == SEEDS[0]:
            shutil.copy(
                Path(folder, "keras_cnn_example.png"), LOGS / f"seed_{seed}.png"
            )


def read(seed):
    """Return ([(loss, accuracy) of each epoch of training], (test loss, test accuracy))."""
    log = (LOGS / f"seed_{seed}.log").read_text()
    epochs = re.findall(r"step - accuracy: (\S+) - loss: (\S+)", log)
    score = re.search(r"Test loss: (\S+) .*\nTest accuracy: (\S+) ", log).groups()
    return [(float(loss), float(accuracy)) for accuracy, loss in epochs], tuple(
        map(float, score)
    )


def tables():
    """Return the README's two tables, made from the logs, as one text of Markdown."""
    epochs, scores = zip(*map(read, SEEDS))
    losses, accuracies = zip(*scores)
    lines = ["| run | test loss | test accuracy |", "|---|---|---|"]
    lines += ["| the tutorial, 2017 | {:.4f} | {:.4f} |".format(*TUTORIAL_SCORE)]
    for seed, (loss, accuracy) in zip(SEEDS, scores):
        lines += [f"| seed {seed} | {loss:.4f} | {accuracy:.4f} |"]
    for name, function in (("mean", statistics.mean), ("deviation", statistics.stdev)):
        lines += [f"| {name} | {function(losses):.4f} | {function(accuracies):.4f} |"]

    lines += ["", "| epoch | loss in 2017 | loss, five seeds | accuracy in 2017 "]
    lines[-1] += "| accuracy, five seeds |"
    lines += ["|---|---|---|---|---|"]
    for number, (old_loss, old_accuracy) in enumerate(TUTORIAL_EPOCHS):
        losses, accuracies = zip(*(run[number] for run in epochs))
        lines += [f"| {number + 1} | {old_loss:.4f} | {min(losses):.4f} to "]
        lines[-1] += f"{max(losses):.4f} | {old_accuracy:.4f} | "
        lines[-1] += f"{min(accuracies):.4f} to {max(accuracies):.4f} |"
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    LOGS.mkdir(exist_ok=True)
    for seed in SEEDS:
        run(seed, Path(sys.argv[1]).resolve())
    print(tables(), end="")
