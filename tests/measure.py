"""What the script scores, and how long an epoch takes: other seeds, README.md's tries.

    .venv/bin/python -m tests.measure mnist.npz --seeds 123 0 1
    .venv/bin/python -m tests.measure mnist.npz --quick --tries "Plain sgd" "No dropout"

The file is as Keras's mnist.npz (see make_mnist_sample.py). Each run is the script, in a
process of its own, and a line of results/scores.csv; a later one replaces an earlier.
Prints the seconds of an epoch (let nothing else run) and, at last, what all runs scored.
Seed 123 on mnist.npz, unchanged, also leaves its log and README.md's pictures in results.
"""

import argparse
import csv
import itertools
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from tests.user import ARRAYS, LIMIT, RESULTS, TESTS, User, blocks, diffs, edited

FOLDER = TESTS / "results"
SCORES = FOLDER / "scores.csv"
LOSSES = ["training_loss", "test_loss", "test_accuracy"]
AS_IS = "As it is"

# README.md's changes of the script, {name: changes}, in its order.
README_CHANGES = diffs()
QUICK = README_CHANGES.pop("Quickly")
VALIDATION = README_CHANGES.pop("A validation curve")
# Not in README.md: the script without what only saves time.
SWITCHES = {
    "Tuning": [("    tf.data.", "    # tf.data.")],
    "One batch a call": [("steps_per_execution = 25", "steps_per_execution = 1")],
    "No oneDNN": [('TF_ENABLE_ONEDNN_OPTS", "1"', 'TF_ENABLE_ONEDNN_OPTS", "0"')],
}
CHANGES = {AS_IS: []} | README_CHANGES | SWITCHES

# Put around the training, and after the script: what it does not print.
TIMED = [
    ("history = model.fit", "import time\nstart = time.time()\nhistory = model.fit"),
    ("# 10. ", "seconds = (time.time() - start) / len(history.epoch)\n# 10. "),
]
AFTER = """
training_loss, _ = model.evaluate(X_train, Y_train, verbose=0)
print("MEASURED", seconds, training_loss, *score)
"""


def measured(npz, changes, seed, folder):
    """Run the script with changes (see user.edited) and a seed, in folder (Path, new).

    Return its log and [seconds of an epoch, training loss, test loss, test accuracy]
    (texts); the training loss is the trained network's, without dropout. Raises
    RuntimeError, with what the script said, if it fails or cannot read npz.
    """
    digits = ("mnist.load_data()", ARRAYS.format(str(npz.resolve())))
    seeded = ("random_seed(123)", f"random_seed({seed})")
    filters = next(block for block in blocks("python") if "filters.png" in block)
    text = edited(*changes, digits, seeded, *TIMED) + AFTER + filters
    process = User(folder, folder.with_name("home"), text=text).run(limit=10 * LIMIT)
    if process.returncode != 0 or "the MNIST sample)" in process.stdout:
        raise RuntimeError(process.stderr)
    log, _, values = process.stdout.partition("MEASURED ")
    return log, values.split()


def known_scores():
    """Return scores.csv as {(data, script): {seed: row as a dict}}.

    Raises ValueError if the rows differ in versions, or some were made with AVX-512.
    """
    with open(SCORES, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if len({row["made_with"] for row in rows}) > 1:
        raise ValueError("rows of scores.csv cannot be compared: see made_with")
    scores = {}
    for row in rows:
        scores.setdefault((row["data"], row["script"]), {})[row["seed"]] = row
    return scores


def summary(rows, column):
    """Return (least–most, mean ± standard deviation) of a column of {seed: row}, as texts."""
    values = [float(row[column]) for row in rows.values()]
    deviation = statistics.stdev(values) if len(values) > 1 else 0
    mean = statistics.mean(values)
    return f"{min(values):.4f}–{max(values):.4f}", f"{mean:.4f} ± {deviation:.4f}"


def main():
    """Run all tries with all seeds; print what scores.csv then says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("npz", type=Path)
    parser.add_argument("--seeds", nargs="+", default=["123"])
    parser.add_argument("--tries", nargs="+", default=[AS_IS], choices=CHANGES)
    parser.add_argument("--quick", action="store_true", help="train on 4,000 digits")
    args = parser.parse_args()
    data = args.npz.stem + (", quick" if args.quick else "")
    # AVX-512 moves every score. oneDNN, told so, does without it: the same digits.
    avx = "avx512f" in Path("/proc/cpuinfo").read_text()
    avx = avx and os.environ.get("ONEDNN_MAX_CPU_ISA") != "AVX2"
    for seed, name in itertools.product(args.seeds, args.tries):
        with tempfile.TemporaryDirectory() as base:
            folder = Path(base, "folder")
            changes = CHANGES[name] + (QUICK if args.quick else [])
            log, (seconds, *scores) = measured(args.npz, changes, seed, folder)
            if [data, name, seed] == ["mnist", AS_IS, "123"]:
                (FOLDER / "mnist_123.log").write_text(log, encoding="utf-8")
                shutil.copy(folder / RESULTS[1], FOLDER / "mnist_123.png")
                shutil.copy(folder / "filters.png", FOLDER)
        print(f"{name}, seed {seed}: {float(seconds):.2f} s an epoch", flush=True)
        made_with = f"{log.splitlines()[0]}, {'' if avx else 'no '}AVX-512"
        with open(SCORES, "a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([data, name, made_with, seed, *scores])

    for key, rows in known_scores().items():
        for column in LOSSES:
            print(*key, column, *summary(rows, column), f"{len(rows)} seeds", sep=", ")


if __name__ == "__main__":
    main()
