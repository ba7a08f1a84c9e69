"""README.md's tries: what each edit of the script does to the score, on the sample.

    .venv/bin/python -m tests.measure.edits

The sample stands in for MNIST, so that a run takes half a minute: five seeds for each edit
and for the script as it is, ten epochs each. Prints the table of tests/README.md.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from tests.edits import TRIES, edited
from tests.user import SAMPLE, run_example, scores

SEEDS = (123, 0, 1, 2, 3)


def run(changes, seed):
    """Return (test loss, test accuracy) of the script with these changes (two floats).

    Raises RuntimeError, with what the script said, if it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        example = Path(folder, "edited.py")
        example.write_text(edited(changes), encoding="utf-8")
        settings = {"MNIST_NPZ": SAMPLE, "SEED": seed, "EXAMPLE": example}
        _, process = run_example(folder, **settings)
    return scores(process.stdout)


def main():
    """Run everything; print the table."""
    print("| edit | test loss, mean | test accuracy, mean | lowest | highest |")
    print("|---|---|---|---|---|")
    for name, changes in ({"the script as it is": {}} | TRIES).items():
        results = []
        for seed in SEEDS:
            results.append(run(changes, seed))
            print(name, seed, *results[-1], file=sys.stderr)
        losses, accuracies = zip(*results)
        mean = f"{statistics.mean(losses):.3f} | {statistics.mean(accuracies):.3f}"
        ends = f"{min(accuracies):.3f} | {max(accuracies):.3f}"
        print(f"| {name} | {mean} | {ends} |", flush=True)


if __name__ == "__main__":
    main()
