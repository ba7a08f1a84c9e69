"""The tutorial's result, seed by seed: the script on all of MNIST, on every backend.

    .venv/bin/python -m tests.measure.seeds mnist.npz

The file has the four arrays of Keras's mnist.npz, see run_example.py. Each run
is the script itself, ten epochs long. Their logs, and the picture of TensorFlow's seed
123, go into tests/measure/results/; a log that is there already is kept, so that a run
that was broken off can go on: delete it to measure anew. Prints the tables of
tests/README.md. (The seconds in the logs say nothing of speed: benchmark.py does.)
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from tests.environments import make_backend
from tests.user import LIMIT_OF_MNIST, TESTS, run_example, scores, training

LOGS = TESTS / "measure" / "results"

# name: (the backend, settings, how many seeds)
RUNS = {
    "TensorFlow": ("tensorflow", {}, 10),
    "TensorFlow without oneDNN": ("tensorflow", {"TF_ENABLE_ONEDNN_OPTS": "0"}, 3),
    "TensorFlow with AVX2 only": ("tensorflow", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, 3),
    "JAX": ("jax", {}, 3),
    "PyTorch": ("torch", {}, 3),
}
SEEDS = (123, 0, 1, 2, 3, 4, 5, 6, 7, 8)  # the tutorial's and nine more

# What the tutorial printed in 2017: (loss, accuracy) of the test and of four epochs.
TUTORIAL = (0.0318, 0.9913)
TUTORIAL_EPOCHS = [
    (0.2040, 0.9380),
    (0.0869, 0.9736),
    (0.0667, 0.9797),
    (0.0552, 0.9829),
]


def log(name, seed):
    """Return the path of the log of a run."""
    return LOGS / f"{name.lower().replace(' ', '_')}_{seed}.log"


def run(name, seed, npz, python):
    """Run the script on the digits in npz from this seed; write its log.

    Raises RuntimeError, with what the script said, if it fails.
    """
    backend, settings, _ = RUNS[name]
    settings = settings | {"KERAS_BACKEND": backend, "MNIST_NPZ": npz, "SEED": seed}
    with tempfile.TemporaryDirectory() as folder:
        user, process = run_example(folder, python, LIMIT_OF_MNIST, **settings)
        log(name, seed).write_text(process.stdout, encoding="utf-8")
        if (name, seed) == ("TensorFlow", 123):
            picture = user.folder / "keras_cnn_example.png"
            shutil.copy(picture, log(name, seed).with_suffix(".png"))


def read(name):
    """Return {seed: (the log's epochs, (test loss, test accuracy))} of a row of RUNS.

    Seeds that have not been run yet are left out.
    """
    paths = {seed: log(name, seed) for seed in SEEDS[: RUNS[name][2]]}
    texts = {k: p.read_text(encoding="utf-8") for k, p in paths.items() if p.exists()}
    return {seed: (training(text), scores(text)) for seed, text in texts.items()}


def mean_and_deviation(values):
    """Return "mean ± deviation" of numbers, with four decimals (text)."""
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"


def tables():
    """Return the tables of tests/README.md, made from the logs, as one text of Markdown."""
    results = {name: read(name) for name in RUNS if read(name)}
    lines = ["| run | seed | test loss | test accuracy |", "|---|---|---|---|"]
    lines += ["| the tutorial, 2017 | 123 | {:.4f} | {:.4f} |".format(*TUTORIAL)]
    for name, runs in results.items():
        for seed, (_, (loss, accuracy)) in runs.items():
            lines += [f"| {name} | {seed} | {loss:.4f} | {accuracy:.4f} |"]

    lines += ["", "| runs | seeds | loss of the last epoch's training | test loss "]
    lines[-1] += "| test accuracy |"
    lines += ["|---|---|---|---|---|"]

    def row(name, runs):
        values = zip(*((epochs[-1][0], *score) for epochs, score in runs))
        return f"| {' | '.join([name, str(len(runs)), *map(mean_and_deviation, values)])} |"

    for name, runs in results.items():
        lines += [row(name, runs.values())]
        if name != "TensorFlow":
            same = [results["TensorFlow"][seed] for seed in runs]
            lines += [row("TensorFlow, the same seeds", same)]

    runs = results["TensorFlow"].values()
    lines += ["", "| epoch | loss in 2017 | loss, ten seeds | accuracy in 2017 "]
    lines[-1] += "| accuracy, ten seeds |"
    lines += ["|---|---|---|---|---|"]
    for number, (old_loss, old_accuracy) in enumerate(TUTORIAL_EPOCHS):
        losses, accuracies = zip(*(epochs[number] for epochs, _ in runs))
        lines += [f"| {number + 1} | {old_loss:.4f} | {min(losses):.4f} to "]
        lines[-1] += f"{max(losses):.4f} | {old_accuracy:.4f} | "
        lines[-1] += f"{min(accuracies):.4f} to {max(accuracies):.4f} |"

    better = sum(accuracy > TUTORIAL[1] for _, (_, accuracy) in runs)
    worse = sum(accuracy < TUTORIAL[1] for _, (_, accuracy) in runs)
    lines += ["", f"Of TensorFlow's ten accuracies {better} lie above the tutorial's, "]
    lines[-1] += f"{worse} below."
    return "\n".join(lines) + "\n"


def main(npz):
    """Run what has no log yet; print the tables."""
    LOGS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pythons = {"tensorflow": sys.executable}
        for name, (backend, _, seeds) in RUNS.items():
            for seed in SEEDS[:seeds]:
                if not log(name, seed).exists():
                    if backend not in pythons:
                        pythons[backend] = make_backend(Path(folder, backend), backend)
                    run(name, seed, npz, pythons[backend])
                    print(name, seed, file=sys.stderr, flush=True)
    print(tables(), end="")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
