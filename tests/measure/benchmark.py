"""How fast is the script, and what makes it faster: the tables of speed in tests/README.md.

    .venv/bin/python -m tests.measure.benchmark mnist.npz [a table ...]

The file has the arrays of Keras's mnist.npz, see run_example.py. The tables are epochs,
command, waits, parts and tries; without a name, all are made. By hand, not in CI: an hour
or more on two cores, on which nothing else should run. Environments are made in a temporary
folder: the script's own, one with JAX, one with PyTorch. Everything is a command of its
own, timed from outside by the lines it prints. Each round runs all of a table's commands
one after the other. Progress goes to stderr.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.edits import edited
from tests.environments import BACKENDS, REQUIREMENTS, make_backend, make_environment
from tests.user import LIMIT_OF_MNIST, RUNNER, TESTS, User, watched

MEASURE = TESTS / "measure"
ROUNDS = 3
HAND = "PyTorch by hand"
NO_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
CPU = Path("/proc/cpuinfo").read_text(encoding="utf-8")
TUNING = "    backend.data.experimental.AutotuneOptions.enabled = False\n"
METRICS = 'metrics=["accuracy"]'
JIT = {METRICS: f"{METRICS}, jit_compile=True"}
NO_JIT = {METRICS: f"{METRICS}, jit_compile=False"}
# Of the quarter an eighth, for what takes several times as long.
LITTLE = {"# 5. ": "X_train, y_train = X_train[:1875], y_train[:1875]\n# 5. "}
ONE_A_CALL = {"execution = 25": "execution = 1"}

# What was tried: (name, backend, {text of the script: text in its place}, settings).
VARIANTS = [
    ("TensorFlow, the script as it is", "tensorflow", {}, {}),
    ("1 batch a call", "tensorflow", ONE_A_CALL, {}),
    ("125 batches a call", "tensorflow", {"execution = 25": "execution = 125"}, {}),
    ("the tuning of the input left on", "tensorflow", {TUNING: ""}, {}),
    (
        "one thread between operations",
        "tensorflow",
        {},
        {"TF_NUM_INTEROP_THREADS": "1"},
    ),
    (
        "memory kept by the system's allocator",
        "tensorflow",
        {},
        {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(10**12)},
    ),
    (
        "TensorFlow's own allocator",
        "tensorflow",
        {},
        {"TF_CPU_ALLOCATOR_USE_BFC": "true"},
    ),
    ("Adamax", "tensorflow", {'"adam"': '"adamax"'}, {}),
    ("Nadam", "tensorflow", {'"adam"': '"nadam"'}, {}),
    ("jit_compile", "tensorflow", JIT, {}),
    ("oneDNN off", "tensorflow", {}, NO_ONEDNN),
    ("JAX, the script as it is", "jax", {}, {}),
    ("25 batches a call", "jax", {"# 9.": "model.steps_per_execution = 25\n# 9."}, {}),
    ("JAX on less data, the script as it is", "jax", LITTLE, {}),
    ("jit_compile off", "jax", LITTLE | NO_JIT, {}),
]

# Goes before step 9: prints how long after its last batch an epoch or fit() came to an end.
WATCH = """
import time
class Watch(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if batch == 0 and self.last:
            print("between", time.perf_counter() - self.last)
    def on_train_batch_end(self, batch, logs=None):
        self.last = time.perf_counter()
    def on_train_begin(self, logs=None):
        self.last = None

watch = Watch()
"""


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
    """Run a Python program in an empty folder and a clean environment; return its Run.

    Raises RuntimeError, with what the program said, if its status is not 0.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile("w+") as errors,
    ):
        user = User(Path(folder), **settings)
        start = time.perf_counter()
        process = subprocess.Popen(
            [python, "-u", program, *arguments],
            cwd=user.folder,
            env=user.env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        with watched(process, LIMIT_OF_MNIST):
            lines = [(time.perf_counter() - start, line) for line in process.stdout]
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise RuntimeError(errors.read())
    return Run(seconds, usage.ru_maxrss * 1024 / 1e9, lines)


def in_rounds(commands):
    """Run each of {name: function} once a round; return {name: [a Run for each round]}.

    Each round begins with another command, so that none has its place to thank.
    """
    runs = {name: [] for name in commands}
    names = list(commands)
    for number in range(ROUNDS):
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
    processor = re.search(r"model name\s*: (.*)", CPU)[1]
    vectors = "AVX-512" if "avx512f" in CPU else "AVX2" if "avx2" in CPU else "no AVX2"
    return f"{processor}, {vectors}, {len(os.sched_getaffinity(0))} cores"


def spread(values, digits=1):
    """Return "median (smallest to largest)" of numbers, with so many decimals (text)."""
    parts = (statistics.median(values), min(values), max(values))
    return "{} ({} to {})".format(*(f"{part:.{digits}f}" for part in parts))


def ratios(values, others):
    """Return the ratios of two lists of seconds, round by round (list of float)."""
    return [value / other for value, other in zip(values, others)]


def print_epochs(pythons, npz, folder):
    """Print the table of one epoch on every backend, by hand, and on less data."""

    def on(backend, npz=npz, **settings):
        settings |= {"KERAS_BACKEND": backend, "MNIST_NPZ": npz}
        return partial(run, pythons[backend], RUNNER, "--epochs", "1", **settings)

    def by_hand(**settings):
        return partial(run, pythons["torch"], MEASURE / "by_hand.py", npz, **settings)

    commands = {
        "the script on TensorFlow": on("tensorflow"),
        "the script on TensorFlow, oneDNN off": on("tensorflow", **NO_ONEDNN),
        "the script on JAX": on("jax"),
        "the script on PyTorch": on("torch"),
        HAND: by_hand(),
    }
    if "avx512f" in CPU:
        commands["the script on TensorFlow, as with AVX2 only"] = on(
            "tensorflow", **AVX2
        )
        commands[f"{HAND}, as with AVX2 only"] = by_hand(**AVX2)
    for share in (2, 4, 8):
        part = part_of(npz, share, folder)
        name = f"the script on TensorFlow, 1/{share} of the data"
        commands[name] = on("tensorflow", part)
    runs = in_rounds(commands)

    print("| one epoch | seconds | to PyTorch by hand | to the floor | memory, GB |")
    print("|---|---|---|---|---|")
    for name, some in runs.items():
        hands = runs[f"{HAND}, as with AVX2 only" if "AVX2" in name else HAND]
        hand = [run.value("seconds") for run in hands]
        floor = [run.value("floor") for run in hands]
        epochs = hand if name.startswith(HAND) else [run.epoch() for run in some]
        compared = "| |"
        if "of the data" not in name:
            compared = f"{spread(ratios(epochs, hand), 2)} | "
            compared += f"{spread(ratios(epochs, floor), 2)} |"
        memory = max(run.memory for run in some)
        print(f"| {name} | {spread(epochs)} | {compared} {memory:.2f} |")
        if name.startswith(HAND):
            print(f"| {name.replace(HAND, 'the floor')} | {spread(floor)} | | 1.00 | |")
    print(flush=True)


def print_command(python, npz):
    """Print the table of the whole command, ten epochs, on TensorFlow."""
    whole = run(python, RUNNER, MNIST_NPZ=npz)
    trained = whole.at(r"\d+/\d+ - ")
    first = whole.lines[[line for _, line in whole.lines].index("Epoch 1/10\n")][0]
    marks = [
        ("importing", whole.at("Python ")),
        ("loading, preprocessing, building", first),
        ("training", trained),
        ("ending training, evaluating", whole.at("Test accuracy")),
        ("saving, predicting, drawing, ending", whole.seconds),
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


def print_waits(python, npz, folder):
    """Print the table of the time between epochs, five epochs, with the tuning on and off."""
    watched = {
        "# 9. ": f"{WATCH}# 9. ",
        "verbose=bar)": "verbose=bar, callbacks=[watch])",
        "# 10. ": "print('end', time.perf_counter() - watch.last)\n# 10. ",
    }
    print(
        "| data | tuning | an epoch, s | between epochs, s | to the end of `fit`, s |"
    )
    print("|---|---|---|---|---|")
    for share in (8, 4, 2, 1):
        part = part_of(npz, share, folder)
        for tuning, changes in (("on", {TUNING: ""}), ("off", {})):
            example = folder / "watched.py"
            example.write_text(edited(watched | changes), encoding="utf-8")
            flags = ("--epochs", "5")
            five = run(python, RUNNER, *flags, MNIST_NPZ=part, EXAMPLE=example)
            text = "".join(line for _, line in five.lines)
            between = [float(wait) for wait in re.findall(r"(?m)^between (\S+)", text)]
            waits = " ".join(f"{wait:.2f}" for wait in between)
            row = f"| 1/{share} | {tuning} | {five.epoch():.1f} | {waits} "
            print(f"{row}| {five.value('end'):.2f} |", flush=True)
    print()


def two_epochs(python, npz, name, changes, **settings):
    """Return a function that runs two epochs of the script with these changes.

    The edited script lies beside npz, under this name.
    """
    example = npz.parent / f"{name}.py"
    example.write_text(edited(changes), encoding="utf-8")
    settings |= {"MNIST_NPZ": npz, "EXAMPLE": example}
    return partial(run, python, RUNNER, "--epochs", "2", **settings)


def print_parts(pythons, npz, folder):
    """Print where the time of a batch goes, on TensorFlow."""
    npz = part_of(npz, 4, folder)
    with np.load(npz) as data:
        batches = -(-len(data["x_train"]) // 32)
    first = "backend.data.Dataset.from_tensors((X_train[:32], Y_train[:32]))"
    one_batch = {"X_train, Y_train, batch_size=32": f"{first}.repeat({batches})"}
    edits = {"script": {}, "1 a call": ONE_A_CALL, "one batch": one_batch}
    own = pythons["tensorflow"]
    commands = {name: two_epochs(own, npz, name, edits[name]) for name in edits}
    commands["parts"] = partial(run, own, MEASURE / "parts.py")
    commands["floor"] = partial(run, pythons["torch"], MEASURE / "by_hand.py", npz)
    runs = in_rounds(commands)

    def batch(name):
        return [1000 * run.epoch() / batches for run in runs[name]]

    def part(name):
        return [run.value(name) for run in runs["parts"]]

    def minus(values, others):
        return [value - other for value, other in zip(values, others)]

    floor = [1000 * run.value("floor") / batches for run in runs["floor"]]
    parts = [line.rsplit(" ", 1)[0] for _, line in runs["parts"][0].lines]
    *whole, _ = parts  # the last is a part of the one before
    alone = [sum(times) for times in zip(*map(part, whole))]
    calls = [wait / 24 for wait in minus(batch("1 a call"), batch("script"))]
    rows = {"the floor": floor}
    rows |= {name: part(name) for name in parts}
    rows["the sum of the five parts"] = alone
    rows["an epoch that has one batch, again and again"] = batch("one batch")
    rows["the script's epoch"] = batch("script")
    rows["of it input: what one batch again and again saves"] = minus(
        batch("script"), batch("one batch")
    )
    rows["of it Python: a call for 25 batches"] = calls
    print("| a batch of 32 | milliseconds |")
    print("|---|---|")
    for name, values in rows.items():
        print(f"| {name} | {spread(values, 2)} |")
    print(flush=True)


def print_tries(pythons, npz, folder):
    """Print the table of what was tried, two epochs on a quarter of the data."""
    npz = part_of(npz, 4, folder)
    commands, bases = {}, {}
    for number, (name, backend, changes, settings) in enumerate(VARIANTS):
        settings = settings | {"KERAS_BACKEND": backend}
        python = pythons[backend]
        commands[name] = two_epochs(python, npz, name, changes, **settings)
        bases[name] = name if "as it is" in name else bases[VARIANTS[number - 1][0]]
    runs = in_rounds(commands)

    print("| tried | an epoch | the command | memory, GB | test loss |")
    print("|---|---|---|---|---|")
    for name, some in runs.items():
        base = runs[bases[name]]
        epoch = ratios([run.epoch() for run in some], [run.epoch() for run in base])
        whole = ratios([run.seconds for run in some], [run.seconds for run in base])
        memory = max(run.memory for run in some)
        losses = sorted({run.value("Test loss") for run in some})
        times = f"{spread(epoch, 2)} | {spread(whole, 2)}"
        print(f"| {name} | {times} | {memory:.2f} | {' or '.join(map(str, losses))} |")


def main():
    """Make the environments, measure, print the tables."""
    names = ("epochs", "command", "waits", "parts", "tries")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("npz", type=Path, help="all of MNIST")
    parser.add_argument(
        "tables", nargs="*", help=f"of {', '.join(names)}: by default all"
    )
    args = parser.parse_args()
    npz, tables = args.npz.resolve(), args.tables or names
    if not set(tables) <= set(names):
        parser.error(f"tables are {', '.join(names)}")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        own = make_environment(
            folder / "tensorflow", sys.executable, "-r", REQUIREMENTS
        )
        pythons = {"tensorflow": own}
        for backend in BACKENDS:
            pythons[backend] = make_backend(folder / backend, backend)
        print(f"{machine()}; medians of {ROUNDS} rounds, least and most.\n")
        if "epochs" in tables:
            print_epochs(pythons, npz, folder)
        if "command" in tables:
            print_command(own, npz)
        if "waits" in tables:
            print_waits(own, npz, folder)
        if "parts" in tables:
            print_parts(pythons, npz, folder)
        if "tries" in tables:
            print_tries(pythons, npz, folder)


if __name__ == "__main__":
    main()
