"""What the script scores: from other seeds, on other backends, and after README.md's tries.

    .venv/bin/python -m tests.measure.scores mnist.npz --seeds 123 0 1
    .venv/bin/python -m tests.measure.scores tests/mnist_sample.npz --tries

The file has the four arrays of Keras's mnist.npz (see user.digits_from). Each run is the
script itself, in a process of its own. A run that results/scores.csv has already is not
made again: delete its line to measure anew. Prints the means of all runs in the file, as
a table of Markdown. The run of seed 123 on all of MNIST also leaves its log and picture.
"""

import argparse
import csv
import re
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.user import PICTURE, TESTS, User, digits_from, edited, printed_scores

FOLDER = TESTS / "measure" / "results"
COLUMNS = ["digits", "script", "backend", "seed"]
COLUMNS += ["training_loss", "test_loss", "test_accuracy"]
LIMIT_OF_MNIST = 3600  # seconds for a run on all of MNIST
AS_IS = "as it is"

CONVOLUTION = 'model.add(Conv2D(32, (3, 3), activation="relu"))\n'
PRINT = "print(model.output_shape)\n"

# README.md's tries, {name: changes of the script, see user.edited}. A test makes all at
# once, so each must also fit the script after those before it.
TRIES = {
    "one convolution": [(PRINT + CONVOLUTION, PRINT)],
    "sgd": [('optimizer="adam"', 'optimizer="sgd"')],
    "no dropout": [
        ("model.add(Dropout(0.25))\n", ""),
        ("model.add(Dropout(0.5))\n", ""),
    ],
    "one epoch": [("epochs=10", "epochs=1")],
}


def measured(npz, name, backend, seed):
    """Return (row, log, picture) of one run: dict as in COLUMNS, text, bytes.

    name is AS_IS or that of a try. Raises RuntimeError, with what the script said, if it
    fails.
    """
    changes = [digits_from(npz.resolve()), ("random_seed(123)", f"random_seed({seed})")]
    text = edited(*changes, *TRIES.get(name, []))
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base, "folder")
        user = User(folder, Path.home(), text=text, KERAS_BACKEND=backend)
        process = user.run(limit=LIMIT_OF_MNIST)
        if process.returncode != 0:
            raise RuntimeError(process.stderr)
        picture = (folder / PICTURE).read_bytes()
    digits = re.search(r"(?m)^\((\d+), 28, 28\)$", process.stdout)[1]
    training = re.findall(r" - loss: (\S+)", process.stdout)[-1]
    values = [digits, name, backend, seed, training, *printed_scores(process.stdout)]
    return dict(zip(COLUMNS, values, strict=True)), process.stdout, picture


def mean(rows, column):
    """Return the mean of a column of rows, with its deviation if there are several."""
    values = [float(row[column]) for row in rows]
    text = f"{statistics.mean(values):.4f}"
    return f"{text} ± {statistics.stdev(values):.4f}" if len(values) > 1 else text


def table(rows):
    """Return the table of means of all rows, as one text of Markdown."""
    lines = ["| training digits | script | backend | seeds | last epoch's loss |"]
    lines[0] += " test loss | test accuracy |"
    lines += ["|---|---|---|---|---|---|---|"]
    keys = dict.fromkeys(tuple(row[c] for c in COLUMNS[:3]) for row in rows)
    for key in keys:
        group = [row for row in rows if tuple(row[c] for c in COLUMNS[:3]) == key]
        means = [mean(group, column) for column in COLUMNS[4:]]
        lines += [f"| {' | '.join([*key, str(len(group)), *means])} |"]
    return "\n".join(lines)


def main():
    """Run what is missing; print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("npz", type=Path)
    parser.add_argument("--seeds", nargs="+", default=["123"])
    parser.add_argument("--tries", nargs="*", help="these, or the script and all")
    parser.add_argument("--backend", default="tensorflow")
    parser.add_argument("--csv", type=Path, default=FOLDER / "scores.csv")
    args = parser.parse_args()
    names = [AS_IS] if args.tries is None else args.tries or [AS_IS, *TRIES]
    with np.load(args.npz) as data:
        digits = str(len(data["x_train"]))

    rows = []
    if args.csv.exists():
        with args.csv.open(newline="") as file:
            rows = list(csv.DictReader(file))
    for name in names:
        for seed in args.seeds:
            key = [digits, name, args.backend, seed]
            if key in [[row[c] for c in COLUMNS[:4]] for row in rows]:
                continue
            row, log, picture = measured(args.npz, name, args.backend, seed)
            print(*row.values(), file=sys.stderr, flush=True)
            rows.append(row)
            with args.csv.open("w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            if key == ["60000", AS_IS, "tensorflow", "123"]:
                (FOLDER / "mnist_123.log").write_text(log, encoding="utf-8")
                (FOLDER / "mnist_123.png").write_bytes(picture)
    print(table(rows))


if __name__ == "__main__":
    main()
