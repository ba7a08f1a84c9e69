"""What the script scores, and how long an epoch takes: other seeds, README.md's tries.

    .venv/bin/python -m tests.measure mnist.npz --seeds 123 0 1
    .venv/bin/python -m tests.measure mnist.npz --quick --tries "Plain sgd" "No dropout"

The file is as Keras's mnist.npz. Each run is the script, in a process of its own, and a
row of results/scores.csv, where it replaces an earlier one. Prints the seconds of an
epoch (let nothing else run) and, at last, what all runs scored.
"""

import argparse
import csv
import importlib.metadata
import itertools
import os
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.environment import forget_settings
from tests.files import LEFT_BEHIND, RESULTS, arrays
from tests.readme import block, tries

SCORES = RESULTS / "scores.csv"
COLUMNS = ["training_loss", "test_loss", "test_accuracy"]  # measured, for each row
AS_IS = "As it is"
QUICKLY = "Quickly"
NOT_IN_THE_TABLE = (QUICKLY, "A validation curve", "Clothes")
# Not in README.md: the script without what only saves time.
SWITCHES = {
    "Tuning": [("    tf.data.", "    # tf.data.")],
    "One batch a call": [("steps_per_execution = 25", "steps_per_execution = 1")],
    "No oneDNN": [('TF_ENABLE_ONEDNN_OPTS", "1"', 'TF_ENABLE_ONEDNN_OPTS", "0"')],
}


def made_with():
    """Return the versions that decide the scores, and whether AVX-512 does (str)."""
    packages = {"TensorFlow": "tensorflow", "Keras": "keras", "NumPy": "numpy"}
    names = [f"{n} {importlib.metadata.version(p)}" for n, p in packages.items()]
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    # oneDNN, told so, does without it.
    avx = "avx512f" in cpu and os.environ.get("ONEDNN_MAX_CPU_ISA") != "AVX2"
    return f"{' '.join(names)}, {'' if avx else 'no '}AVX-512"


def known_scores():
    """Return scores.csv as {(data, try): {seed: row as a dict}}.

    Raises ValueError if its rows differ in what they were made with.
    """
    with open(SCORES, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    versions = {row["made_with"] for row in rows}
    if len(versions) > 1:
        raise ValueError(f"rows of {SCORES.name} cannot be compared: {versions}")
    scores = {}
    for row in rows:
        scores.setdefault((row["data"], row["script"]), {})[row["seed"]] = row
    return scores


def keep(row):
    """Put row (dict) into scores.csv, for an older one of its data, try and seed."""
    scores = known_scores()
    scores.setdefault((row["data"], row["script"]), {})[row["seed"]] = row
    new = SCORES.with_suffix(".new")
    with open(new, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        writer.writeheader()
        for rows in scores.values():
            writer.writerows(rows.values())
    new.replace(SCORES)


def summary(rows, column):
    """Return (least–most, mean ± standard deviation) of a column, as texts.

    rows: {seed: row of scores.csv}. One seed has no deviation.
    """
    values = [float(row[column]) for row in rows.values()]
    mean = f"{statistics.mean(values):.4f}"
    if len(values) > 1:
        mean += f" ± {statistics.stdev(values):.4f}"
    return f"{min(values):.4f}–{max(values):.4f}", mean


def run(npz, changes, seed, folder, page):
    """Run the script with changes and a seed, in folder, on npz (both are Paths).

    page (bool): draw README.md's channels, too. Return (log, seconds of an epoch,
    {column: score}); the training loss is that of the trained network, without dropout.
    To be called once a process, before TensorFlow loads.
    """
    forget_settings(folder)
    if SWITCHES["No oneDNN"][0] in changes:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    from keras.models import Sequential

    from tests.lesson import run_script, run_snippet

    seconds = []
    fit = Sequential.fit

    def timed(model, *arguments, **options):
        start = time.perf_counter()
        history = fit(model, *arguments, **options)
        seconds.append((time.perf_counter() - start) / len(history.epoch))
        return history

    Sequential.fit = timed
    seeded = ("random_seed(123)", f"random_seed({seed})")
    names = run_script(folder, *changes, seeded, load_data=lambda: arrays(npz))
    if page:
        run_snippet(folder, block("python", "channels.png"), vars(names))
    training_loss, _ = names.model.evaluate(names.X_train, names.Y_train, verbose=0)
    scores = dict(zip(COLUMNS, [training_loss, *names.score], strict=True))
    return names.printed, seconds[0], scores


def main():
    """Run all tries with all seeds; print what scores.csv then says."""
    changes = {AS_IS: []} | tries() | SWITCHES
    quick = changes.pop(QUICKLY)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("npz", type=Path)
    parser.add_argument("--seeds", nargs="+", default=["123"])
    parser.add_argument("--tries", nargs="+", default=[AS_IS], choices=changes)
    parser.add_argument("--quick", action="store_true", help="train on 4,000 digits")
    parser.add_argument(
        "--page", action="store_true", help="keep the log and README.md's pictures, too"
    )
    args = parser.parse_args()
    data = args.npz.stem + (", quick" if args.quick else "")
    for row in itertools.chain(*(rows.values() for rows in known_scores().values())):
        if row["made_with"] != made_with():
            parser.error(
                f"{SCORES.name} was made with {row['made_with']}, this would be with "
                f"{made_with()}: see The scores in tests/README.md"
            )
    if args.page and (data, args.tries, args.seeds) != ("mnist", [AS_IS], ["123"]):
        parser.error("--page is for seed 123 on mnist.npz, as it is")

    for seed, name in itertools.product(args.seeds, args.tries):
        with (
            tempfile.TemporaryDirectory() as folder,
            ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        ):
            changed = changes[name] + (quick if args.quick else [])
            done = pool.submit(
                run, args.npz.resolve(), changed, seed, Path(folder), args.page
            )
            log, seconds, scores = done.result()
            if args.page:
                (RESULTS / "mnist_123.log").write_text(log, encoding="utf-8")
                shutil.copy(Path(folder, LEFT_BEHIND[1]), RESULTS / "mnist_123.png")
                shutil.copy(Path(folder, "channels.png"), RESULTS)
        print(f"{name}, seed {seed}: {seconds:.2f} s an epoch", flush=True)
        row = {"data": data, "script": name, "made_with": made_with(), "seed": seed}
        keep(row | scores)

    for key, rows in known_scores().items():
        for column in COLUMNS:
            print(*key, column, *summary(rows, column), f"{len(rows)} seeds", sep=", ")


if __name__ == "__main__":
    main()
