"""Virtual environments for tests and measurements: each backend, each end of the versions."""

import re
import subprocess
import sys

from tests.user import ROOT, TESTS

REQUIREMENTS = ROOT / "requirements.txt"
TEST_REQUIREMENTS = TESTS / "requirements.txt"

# In place of TensorFlow. The last JAX for Python 3.10 is 0.6.2.
BACKENDS = {"jax": "jax>=0.6,<0.11", "torch": "torch==2.13.0"}


def packages():
    """Return the script's packages with their bounds, as requirements.txt has them."""
    return re.findall(r"(?m)^\w\S*", REQUIREMENTS.read_text(encoding="utf-8"))


def oldest():
    """Return the script's packages, each pinned to its lower bound (list)."""
    return [re.sub(r">=([^,]+),.*", r"==\1", package) for package in packages()]


def make_environment(folder, python, *requirements):
    """Make a virtual environment with these requirements; return the path of its Python.

    folder must not exist yet; requirements are pip's arguments. Raises CalledProcessError
    if python or pip fails; what they say goes to stderr.
    """
    subprocess.run([python, "-m", "venv", folder], check=True, timeout=600)
    environment = folder / "bin" / "python"
    install = [environment, "-m", "pip", "install", "-q", *requirements]
    subprocess.run(install, check=True, timeout=3600, stdout=sys.stderr)
    return environment


def make_backend(folder, backend, python=sys.executable):
    """Make an environment with this backend in TensorFlow's place, see make_environment."""
    others = [name for name in packages() if not name.startswith("tensorflow")]
    return make_environment(folder, python, BACKENDS[backend], *others)
