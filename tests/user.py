"""A user of the script: where it lies, how it is run, how its output is read.

Every program that runs the script, test or measurement, does it through this module: in an
empty HOME, without the settings of whoever started it, and never on the network.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SCRIPT = ROOT / "keras_cnn_example.py"
SAMPLE = TESTS / "mnist_sample.npz"
RUNNER = TESTS / "measure" / "run_example.py"
RESULTS = ["keras_cnn_example.keras", "keras_cnn_example.png"]

# What a process may take at the most, in seconds: a hang is given up. The whole of MNIST
# takes minutes, the rest less than half a minute.
LIMIT = 180
LIMIT_OF_MNIST = 3600

# How the names of settings begin that would change what the script computes, prints or
# keeps, and those of run_example.py.
SETTINGS = (
    *("KERAS_", "TF_", "XLA_", "JAX_", "TORCH", "CUDA_", "ONEDNN_", "DNNL_", "OMP_"),
    *("MKL_", "MALLOC_", "MPL", "XDG_", "PYTHON", "IPYTHON", "JUPYTER", "DISPLAY"),
    *("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "MNIST_NPZ", "SEED", "EXAMPLE"),
)
NO_NETWORK = {"https_proxy": "http://127.0.0.1:9"}  # refused: nobody listens there

# Sentences of other people's programs that the tests wait for.
REFUSED = "Connection refused"  # the system
TIMED_OUT = "timed out"  # Python
NO_SUCH_NAME = "Temporary failure in name resolution"  # the system
CUT_OFF = "got only 100000 out of 11490434 bytes"  # Python
WRONG_HASH = "Incomplete or corrupted file detected"  # Keras
BAD_CACHE = "A local file was found, but it seems to be incomplete"  # Keras
FILE_TOO_LARGE = "File too large"  # the system
DISK_FULL = "No space left on device"  # the system
NO_FONT_CACHE = "Matplotlib created a temporary cache directory"  # Matplotlib

# How the backends name the place of the network's weights.
DEVICES = {
    "tensorflow": "[CG]PU:0",
    "jax": "(?:cpu:|cuda:|TFRT_CPU_)0",  # the last is JAX 0.6's, on Python 3.10
    "torch": "(?:cpu|cuda:0)",
}

# Begins a script that Ctrl-C shall end, even where a shell has started the tests in the
# background and SIGINT is ignored.
HEED_CTRL_C = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
)


def clean_environment(home, online=False, **settings):
    """Return an environment (dict) with this HOME (path), these settings, and no others.

    What the machine needs (PATH, the language, where libraries lie) stays. Whatever would
    change the script's work goes, see SETTINGS. Unless it is to be online, every download
    fails.
    """
    env = {k: v for k, v in os.environ.items() if not k.startswith(SETTINGS)}
    if not online:
        env = {k: v for k, v in env.items() if not k.lower().endswith("_proxy")}
        env |= NO_NETWORK
    settings = {"HOME": home} | settings
    return env | {name: str(value) for name, value in settings.items()}


class User:
    """Somebody with a HOME, a current folder and an environment of their own.

    Attributes: home and folder, both empty to begin with (Path); env, the environment
    (dict); interpreter, the Python to run (path), to begin with the one that runs this.
    """

    interpreter = sys.executable

    def __init__(self, base, **settings):
        """Make home and folder in base (Path); settings go into the environment."""
        self.home, self.folder = base / "home", base / "folder"
        self.home.mkdir()
        self.folder.mkdir()
        self.env = clean_environment(self.home, **settings)

    def clone(self, train=4000, test=1000, script=None):
        """Put the script and so many digits of the sample into the folder.

        script is another text in place of the script's own.
        """
        if script is None:
            script = SCRIPT.read_text(encoding="utf-8")
        (self.folder / SCRIPT.name).write_text(script, encoding="utf-8")
        (self.folder / "tests").mkdir(exist_ok=True)
        sample = self.folder / "tests" / SAMPLE.name
        if (train, test) == (4000, 1000):
            shutil.copy(SAMPLE, sample)
        else:
            with np.load(SAMPLE) as data:
                sizes = {"train": train, "test": test}
                few = {k: data[k][: sizes[k.split("_")[1]]] for k in data}
            np.savez(sample, **few)

    def start(self, *arguments, cwd=None, **options):
        """Start Python with these arguments; return the running process (Popen, text).

        Its standard input is empty unless options, which are Popen's, say otherwise.
        """
        options = {"stdin": subprocess.DEVNULL} | options
        return subprocess.Popen(
            [self.interpreter, *map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **options,
        )

    def python(self, *arguments, cwd=None, stdin=None, limit=LIMIT):
        """Run Python with these arguments to its end; return finish() of it.

        stdin is text for its standard input, by default none; limit is in seconds.
        """
        options = {} if stdin is None else {"stdin": subprocess.PIPE}
        return finish(self.start(*arguments, cwd=cwd, **options), stdin, limit)

    def run(self, *flags, **options):
        """Run the script in the folder as a command with these flags, see python()."""
        return self.python(SCRIPT.name, *flags, **options)

    def left_behind(self):
        """Return the names of what a run has left in the folder, sorted (list)."""
        names = {path.name for path in self.folder.iterdir()}
        return sorted(names - {SCRIPT.name, "tests"})


def finish(process, stdin=None, limit=LIMIT):
    """Wait for a process from User.start(); return it as a CompletedProcess.

    Raises TimeoutExpired, with the process killed, when limit seconds have passed.
    """
    with watched(process, 2 * limit):
        stdout, stderr = process.communicate(stdin, timeout=limit)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@contextlib.contextmanager
def watched(process, limit=LIMIT):
    """Kill a process when the with ends, or when limit seconds have passed before."""
    timer = threading.Timer(limit, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        process.kill()
        process.wait()


def finish_all(processes, limit=LIMIT):
    """Wait for processes that run at once; return a CompletedProcess for each (list).

    Raises what finish() raises, with all of them killed.
    """
    with contextlib.ExitStack() as stack:
        for process in processes:
            stack.enter_context(watched(process, 2 * limit))
        return [finish(process, limit=limit) for process in processes]


def run_example(base, python=sys.executable, limit=LIMIT, **settings):
    """Run measure/run_example.py with these settings; return (User, finished process).

    base is an empty folder (path), python the interpreter to run. Raises RuntimeError, with
    what the script said, if it fails.
    """
    user = User(Path(base), **settings)
    user.interpreter = python
    process = user.python(RUNNER, limit=limit)
    if process.returncode != 0:
        raise RuntimeError(process.stderr)
    return user, process


def read_until(process, text):
    """Read what a process prints until it has printed text (ASCII); return what was read.

    Raises AssertionError if it ends before.
    """
    read = b""
    while text.encode() not in read:
        # Not through the file object: it would keep what it has read ahead from finish().
        byte = os.read(process.stdout.fileno(), 1)
        assert byte, f"{read}\nended before {text!r}:\n{process.stderr.read()}"
        read += byte
    return read.decode()


def accept(server, process):
    """Return the connection (socket) of a process that visits this server.

    Raises AssertionError if the process ends before it has come.
    """
    server.settimeout(0.2)
    while True:
        with contextlib.suppress(TimeoutError):
            return server.accept()[0]
        assert process.poll() is None, process.stderr.read()


def output(backend="tensorflow", train=4000, test=1000, epochs=10):
    """Return the regular expression of all that the script prints, offline.

    train and test are the numbers of digits in the sample. Groups: 1, the first ten labels;
    2, their one-hot rows; 3, the epochs.
    """
    row = r"\[[01]\.(?: [01]\.){9}\]"
    heading = rf"Epoch \d+/{epochs}\n" if epochs > 1 else ""  # as Keras has it
    batches = -(-train // 32)
    measured_on = rf"\(on the {test:,} test digits of the MNIST sample\)"
    return rf"""Python \d+\.\d+\.\d+\S*
Keras 3\.\d+\S* with {backend} \d+\.\d+\S*
NumPy 2\.\d+\S* and Matplotlib 3\.\d+\S*
Downloading data from https://\S+/mnist\.npz
\({train}, 28, 28\)
\({test}, 28, 28\)
\({train},\)
\({test},\)
\({train}, 28, 28, 1\)
\[(\d(?: \d){{9}})\]
\[({row}(?:\n {row}){{9}})\]
\(None, 26, 26, 32\)
\(None, 12, 12, 32\)
\(None, 10\)
Device: {DEVICES[backend]}
((?:{heading}{batches}/{batches} - \S+ - \S+/step - accuracy: [01]\.\d+ - loss: \d+\.\d+
){{{epochs}}})Test loss: \d+\.\d+ {measured_on}
Test accuracy: [01]\.\d+ {measured_on}
Saved the model and the picture: keras_cnn_example\.keras, keras_cnn_example\.png
"""


def scores(stdout):
    """Return the test loss and the test accuracy in the script's output (two floats).

    Raises AssertionError if stdout does not hold each of them once.
    """
    found = re.findall(
        r"Test (loss|accuracy): (\S+) \(on the [\d,]+ test digits", stdout
    )
    assert [name for name, _ in found] == ["loss", "accuracy"], stdout
    return tuple(float(value) for _, value in found)


def training(stdout):
    """Return [(loss, accuracy) of each epoch] as a log of the script gives them."""
    epochs = re.findall(r"step - accuracy: (\S+) - loss: (\S+)", stdout)
    return [(float(loss), float(accuracy)) for accuracy, loss in epochs]


def timeless(stdout):
    """Return stdout without the seconds of each epoch, which no two runs share."""
    return re.sub(r" - \d+\S* - \d+\S+/step", "", stdout)
