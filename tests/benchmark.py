"""How fast is the script, and what makes it faster: README.md's tables of speed.

    python tests/benchmark.py mnist.npz

The file has the arrays of Keras's mnist.npz, see run_example.py. By hand, not in CI: about
forty minutes on two cores, on which nothing else should run. Three environments are made
in a temporary folder: the script's own, one with JAX, one with PyTorch. Everything is a
command of its own, timed from outside by the lines it prints. Each round runs all of a
table's commands one after the other. Progress goes to stderr.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from backends import PACKAGES, make_backend
from exactness import REQUIREMENTS, TESTS, make_environment

ROUNDS = 3
ROUNDS_OF_TRIES = 5  # their differences are small, and the noise is not
SCRIPT = TESTS.parent / "keras_cnn_example.py"
HAND = "PyTorch by hand"
ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "1"}

# What was tried: (name, {text of the script: text in its place}, settings).
TRIES = [
    ("the script as it is", {}, {}),
    ("one batch a call", {"execution = 25": "execution = 1"}, {}),
    ("the tuning of the input left on", {"enabled = False": "enabled = None"}, {}),
    (
        "NumPy's `astype` for Keras's `cast`",
        {
            f'keras.ops.cast(X_{part}, "float32")': f'X_{part}.astype("float32")'
            for part in ("train", "test")
        },
        {},
    ),
    (
        "evaluating and predicting 500 digits at a time",
        {
            "evaluate(X_test, Y_test, ": "evaluate(X_test, Y_test, batch_size=500, ",
            "predict(X_test, ": "predict(X_test, batch_size=500, ",
        },
        {},
    ),
    (
        "Matplotlib imported after training",
        {
            "from matplotlib import pyplot as plt\n": "",
            ', "and Matplotlib", plt.matplotlib.__version__': "",
            "first_ten = ": "from matplotlib import pyplot as plt\nfirst_ten = ",
        },
        {},
    ),
    ("`TF_ENABLE_ONEDNN_OPTS=1`", {}, ONEDNN),
]


class Run(NamedTuple):
    """A command that has run: its seconds, peak memory in GB and timed lines.

    lines is a list of (seconds since the start, text) for each line of its stdout.
    """

    seconds: float
    memory: float
    lines: list

    def at(self, pattern):
        """Return the seconds at which the last line came that pattern matches."""
        return [seconds for seconds, line in self.lines if re.match(pattern, line)][-1]

    def value(self, name):
        """Return the number after name at the start of a line (float)."""
        text = "".join(line for _, line in self.lines)
        return float(re.search(rf"(?m)^{name}:? (\S+)", text)[1])

    def epoch(self):
        """Return the seconds of the script's last epoch.

        With a single epoch, Keras says nothing at its start: from the line before fit().
        """
        return self.at(r"\d+/\d+ - ") - self.at("Epoch |Device: ")


def run(python, program, *arguments, **settings):
    """Run a Python program in an empty folder; return its Run.

    Raises CalledProcessError if its status is not 0.
    """
    command = [python, "-u", program, *arguments]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        lines = [(time.perf_counter() - start, line) for line in process.stdout]
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, usage.ru_maxrss * 1024 / 1e9, lines)


def in_rounds(commands, rounds):
    """Run each of {name: function} once a round; return {name: [a Run for each round]}.

    Each round begins with another command, so that none has its place to thank.
    """
    runs = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            runs[name].append(commands[name]())
            seconds = runs[name][-1].seconds
            print(f"round {number + 1}: {name}: {seconds:.1f} s", file=sys.stderr)
    return runs


def part_of(npz, share, folder):
    """Write the first 1/share of the digits in npz to a file in folder; return its path."""
    with np.load(npz) as data:
        arrays = {name: array[: len(array) // share] for name, array in data.items()}
    np.savez(folder / f"part_{share}.npz", **arrays)
    return folder / f"part_{share}.npz"


def machine():
    """Return the name of the processor and the number of cores (text)."""
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{processor[1]}, {len(os.sched_getaffinity(0))} cores, no GPU"


def spread(values, digits=1):
    """Return "median (smallest to largest)" of numbers, with so many decimals (text)."""
    parts = (statistics.median(values), min(values), max(values))
    return "{} ({} to {})".format(*(f"{part:.{digits}f}" for part in parts))


def ratios(values, others):
    """Return the ratios of two lists of seconds, round by round (list of float)."""
    return [value / other for value, other in zip(values, others)]


def print_epochs(pythons, npz, folder):
    """Print the table of one epoch on every backend, by hand, and on less data."""

    def on(backend, npz, **settings):
        settings |= {"KERAS_BACKEND": backend, "MNIST_NPZ": str(npz)}
        script = TESTS / "run_example.py"
        return partial(run, pythons[backend], script, "--epochs", "1", **settings)

    names = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
    commands = {f"the script on {names[b]}": on(b, npz) for b in names}
    name = "the script on TensorFlow, `TF_ENABLE_ONEDNN_OPTS=1`"
    commands[name] = on("tensorflow", npz, **ONEDNN)
    commands[HAND] = partial(run, pythons["torch"], TESTS / "by_hand.py", npz)
    for share in (2, 4, 8):
        part = part_of(npz, share, folder)
        name = f"the script on TensorFlow, 1/{share} of the data"
        commands[name] = on("tensorflow", part)
    runs = in_rounds(commands, ROUNDS)

    hand = [run.value("seconds") for run in runs[HAND]]
    floor = [run.value("floor") for run in runs[HAND]]
    print("| one epoch | seconds | to PyTorch by hand | to the floor | memory, GB |")
    print("|---|---|---|---|---|")
    for name, some in runs.items():
        epochs = hand if name == HAND else [run.epoch() for run in some]
        compared = "| |"
        if "of the data" not in name:
            both = map(statistics.median, (ratios(epochs, hand), ratios(epochs, floor)))
            compared = "{:.2f} | {:.2f} |".format(*both)
        memory = max(run.memory for run in some)
        print(f"| {name} | {spread(epochs)} | {compared} {memory:.2f} |")
    print(f"| the floor | {spread(floor)} | | 1.00 | |\n", flush=True)


def print_command(python, npz):
    """Print the table of the whole command, ten epochs, on TensorFlow."""
    whole = run(python, TESTS / "run_example.py", MNIST_NPZ=str(npz))
    trained = whole.at(r"\d+/\d+ - ")
    first = whole.lines[[line for _, line in whole.lines].index("Epoch 1/10\n")][0]
    marks = [
        ("importing", whole.at("Python ")),
        ("loading, preprocessing, building", first),
        ("training", trained),
        ("ending training, evaluating, saving", whole.at("Saved the trained model")),
        ("predicting, drawing, ending", whole.seconds),
    ]
    print("| ten epochs on all the data | seconds | share |")
    print("|---|---|---|")
    before = 0
    for name, seconds in marks:
        share = (seconds - before) / whole.seconds
        print(f"| {name} | {seconds - before:.1f} | {share:.1%} |")
        before = seconds
    rest = 1 - (trained - first) / whole.seconds
    print(f"| not training | {rest * whole.seconds:.1f} | {rest:.1%} |")
    print(f"| the whole command | {whole.seconds:.1f} | peak {whole.memory:.2f} GB |\n")


def print_tries(python, npz, folder):
    """Print the table of what was tried, two epochs on a quarter of the data."""
    npz = part_of(npz, 4, folder)
    commands = {}
    for number, (name, changes, settings) in enumerate(TRIES):
        text = SCRIPT.read_text(encoding="utf-8")
        for old, new in changes.items():
            if text.count(old) != 1:
                raise ValueError(f"{old!r} is not once in {SCRIPT}")
            text = text.replace(old, new)
        tests = folder / f"try_{number}" / "tests"
        tests.mkdir(parents=True)
        (tests.parent / SCRIPT.name).write_text(text, encoding="utf-8")
        runner = shutil.copy(TESTS / "run_example.py", tests)
        commands[name] = partial(
            run, python, runner, "--epochs", "2", **settings, MNIST_NPZ=str(npz)
        )
    runs = in_rounds(commands, ROUNDS_OF_TRIES)

    base = runs[TRIES[0][0]]
    print("| tried | an epoch | the command | memory, GB | test loss |")
    print("|---|---|---|---|---|")
    for name, some in runs.items():
        epoch = ratios([run.epoch() for run in some], [run.epoch() for run in base])
        whole = ratios([run.seconds for run in some], [run.seconds for run in base])
        memory = max(run.memory for run in some)
        losses = sorted({run.value("Test loss") for run in some})
        times = f"{spread(epoch, 2)} | {spread(whole, 2)}"
        print(f"| {name} | {times} | {memory:.2f} | {' or '.join(map(str, losses))} |")


def main(npz):
    """Make the environments, measure, print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        base = make_environment(
            folder / "tensorflow", sys.executable, "-r", REQUIREMENTS
        )
        pythons = {"tensorflow": base}
        for backend in PACKAGES:
            pythons[backend] = make_backend(folder / backend, backend)
        print(
            f"{machine()}; medians of {ROUNDS} rounds, of the tries {ROUNDS_OF_TRIES}.\n"
        )
        print_epochs(pythons, npz, folder)
        print_command(base, npz)
        print_tries(base, npz, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
