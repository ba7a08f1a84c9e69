"""How fast an epoch of the script is, and what its switches and backends do to it.

    .venv/bin/python -m tests.measure.speed mnist.npz

The file has the arrays of Keras's mnist.npz (see user.digits_from). Each row is a command
of its own, two epochs long, of which the second is timed from outside by the lines that
it prints. Each round runs all rows, one after the other. Nothing else should run beside
it. JAX and PyTorch must be installed for their rows; --rows leaves rows out. Prints a
table of medians, with the least and the most, then the time of the whole command, which
runs once.
"""

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.user import SCRIPT, TESTS, User, digits_from, edited

SCRIPT_ROW = "the script"
TUNING = "    tf.data.experimental.AutotuneOptions.enabled = False"
BATCHES = "    model.steps_per_execution = 25"
ONEDNN = '"TF_ENABLE_ONEDNN_OPTS", '

# {row: (changes of the script, see user.edited; its backend)}
SCRIPT_ROWS = {
    SCRIPT_ROW: ([], "tensorflow"),
    "without the first switch": ([(TUNING, "    pass")], "tensorflow"),
    "without the second switch": ([(BATCHES, "    pass")], "tensorflow"),
    "without oneDNN": ([(f'{ONEDNN}"1"', f'{ONEDNN}"0"')], "tensorflow"),
    "on JAX": ([], "jax"),
    "on PyTorch": ([], "torch"),
}
# {row: arguments of by_hand.py}
HAND_ROWS = {"PyTorch by hand": [], "PyTorch by hand, compiled": ["--compile"]}
WHOLE = "the whole command"


def timed(user, *arguments):
    """Run Python with these arguments; return [(seconds since the start, line printed)].

    The last line is empty and stands for the end. Raises RuntimeError if the program
    fails; what it says goes to stderr.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-u", *map(str, arguments)],
        cwd=user.folder,
        env=user.env,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        lines = [(time.perf_counter() - start, line) for line in process.stdout]
    if process.returncode != 0:
        raise RuntimeError(f"{arguments} ended with status {process.returncode}")
    return [*lines, (time.perf_counter() - start, "")]


def second_epoch(lines):
    """Return the seconds from the end of the first of two epochs to that of the second.

    So what TensorFlow does between two epochs is a part of it. An epoch's end is the line
    after its heading.
    """
    headings = [i for i, (_, line) in enumerate(lines) if re.match(r"Epoch \d/2", line)]
    first, second = (lines[heading + 1][0] for heading in headings)
    return second - first


def spread(values, digits=1):
    """Return "median (least to most)" of numbers, with so many decimals (text)."""
    parts = (statistics.median(values), min(values), max(values))
    return "{} ({} to {})".format(*(f"{part:.{digits}f}" for part in parts))


def main():
    """Run everything; print the table."""
    every = [*SCRIPT_ROWS, *HAND_ROWS, WHOLE]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("npz", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--rows", nargs="+", default=every, metavar="ROW", choices=every
    )
    args = parser.parse_args()
    npz = args.npz.resolve()
    two = [digits_from(npz), ("epochs=10", "epochs=2")]
    texts = {row: edited(*two, *changes) for row, (changes, _) in SCRIPT_ROWS.items()}

    with tempfile.TemporaryDirectory() as base:

        def run(name, *arguments, text=None, **settings):
            folder = Path(base, name)
            user = User(folder, Path.home(), text=text, **settings)
            return timed(user, *arguments)

        seconds = {row: [] for row in args.rows if row != WHOLE}
        for number in range(args.rounds):
            for row, values in seconds.items():
                name = f"{number} {row}"
                if row in HAND_ROWS:
                    by_hand = TESTS / "measure" / "by_hand.py"
                    lines = run(name, by_hand, npz, *HAND_ROWS[row])
                else:
                    backend = SCRIPT_ROWS[row][1]
                    text = texts[row]
                    lines = run(name, SCRIPT.name, text=text, KERAS_BACKEND=backend)
                values.append(second_epoch(lines))
                print(name, values[-1], file=sys.stderr, flush=True)
        if WHOLE in args.rows:
            whole = run(WHOLE, SCRIPT.name, text=edited(digits_from(npz)))

    print("| an epoch of | seconds | to the script's |")
    print("|---|---|---|")
    for row, values in seconds.items():
        ratios = ""
        if SCRIPT_ROW in seconds:
            pairs = zip(values, seconds[SCRIPT_ROW], strict=True)
            ratios = spread([value / own for value, own in pairs], 2)
        print(f"| {row} | {spread(values)} | {ratios} |")
    if WHOLE in args.rows:
        begin = next(at for at, line in whole if line.startswith("Epoch 1/"))
        end = next(at for at, line in whole if line.startswith("Test loss"))
        total = f"{whole[-1][0]:.0f} s, of them {end - begin:.0f} s in training"
        print(f"\n{WHOLE}: {total}")


if __name__ == "__main__":
    main()
