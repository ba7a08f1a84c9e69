"""How the tests run the script: as its users do, in an empty HOME, never on the network."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "keras_cnn_example.py"
SAMPLE = Path("tests", "mnist_sample.npz")
RESULTS = ["keras_cnn_example.keras", "keras_cnn_example.png"]

# Settings of whoever runs the tests that would change what the script does.
OTHERS = ("KERAS_", "TF_", "CUDA_", "MPL", "XDG_", "PYTHON", "DISPLAY")
OTHERS += ("MNIST_NPZ", "SEED")


@pytest.fixture(scope="session")
def refusing_proxy():
    """Yield the address of a proxy on this machine that refuses every connection."""
    with socket.socket() as bound_but_not_listening:
        bound_but_not_listening.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound_but_not_listening.getsockname()[1]}"


@pytest.fixture(scope="session")
def make_user(tmp_path_factory, refusing_proxy):
    """Return a function that makes a User: an empty HOME, an empty folder, no network."""
    # Shared, since Matplotlib takes seconds to make its list of fonts.
    fonts = tmp_path_factory.mktemp("matplotlib")

    def make(**settings):
        base = tmp_path_factory.mktemp("user")
        env = {k: v for k, v in os.environ.items() if not k.startswith(OTHERS)}
        env = {k: v for k, v in env.items() if not k.lower().endswith("_proxy")}
        env |= {"HOME": str(base / "home"), "KERAS_HOME": str(base / "home" / ".keras")}
        env |= {"https_proxy": refusing_proxy, "MPLCONFIGDIR": str(fonts)}
        return User(base, env | settings)

    return make


@pytest.fixture
def user(make_user):
    """Return a new User, see make_user."""
    return make_user()


class User:
    """Somebody with a HOME, a current folder and an environment of their own.

    Attributes: home and folder, both empty to begin with (Path); env, the environment
    (dict), in which every download is refused at once; interpreter, the Python to run
    (path), to begin with the one that runs the tests.
    """

    interpreter = sys.executable

    def __init__(self, base, env):
        self.home, self.folder, self.env = base / "home", base / "folder", env
        self.home.mkdir()
        self.folder.mkdir()

    def clone(self):
        """Put into the folder what the script needs of the repository."""
        shutil.copy(SCRIPT, self.folder)
        (self.folder / "tests").mkdir()
        shutil.copy(ROOT / SAMPLE, self.folder / "tests")

    def python(self, *arguments, cwd=None, stdin=None):
        """Run Python with these arguments, to its end.

        stdin is text for its standard input, by default none. Returns the finished
        process with returncode, stdout and stderr (text). Raises TimeoutExpired if it
        hangs.
        """
        return subprocess.run(
            [self.interpreter, *map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.env,
            input=stdin or "",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=3600,
            check=False,
        )

    def start(self, *arguments):
        """Start Python with these arguments; return the running process (Popen, text).

        Ctrl-C reaches it even where whoever runs the tests ignores SIGINT, as a shell
        lets its background jobs do.
        """
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return subprocess.Popen(
            [self.interpreter, *map(str, arguments)],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *flags, **options):
        """Run the script as a command with these flags, see python()."""
        return self.python(SCRIPT, *flags, **options)

    def left_behind(self):
        """Return the names of the files in the folder, sorted."""
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture(scope="session")
def default_run(make_user):
    """The command without flags, from another folder: (User, finished process)."""
    user = make_user()
    return user, user.run()


@pytest.fixture(scope="session")
def smoke_run(make_user):
    """The CI smoke run, one epoch, from another folder: (User, finished process)."""
    user = make_user()
    return user, user.run("--epochs", "1")


def scores(stdout):
    """Return the parts of stdout that give the test loss and the test accuracy."""
    return re.findall(r"Test (?:loss|accuracy): \S+ \(on [^)]*\)", stdout)
