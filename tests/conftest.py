"""The fixtures: users of the script, and the run that several tests read."""

import pytest

from tests.user import User


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Return a HOME (Path) that users share: Matplotlib takes seconds to fill a new one."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def make_user(tmp_path, home):
    """Return a function that makes a User, in a folder with a name of their own."""
    return lambda name="folder", **rest: User(tmp_path / name, **{"home": home} | rest)


@pytest.fixture(scope="session")
def few_run(tmp_path_factory, home):
    """Return (User, CompletedProcess) of the command, as it is, on few digits."""
    user = User(tmp_path_factory.mktemp("few") / "folder", home)
    process = user.run()
    assert process.returncode == 0, process.stdout + process.stderr
    return user, process
