"""The fixtures: users of the script, and the runs that several tests read."""

import pytest

from tests.user import User


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Return a HOME (Path) that users share: Matplotlib takes seconds to fill a new one."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def make_user(tmp_path, home):
    """Return a function that makes a User, in a folder with a name of their own."""

    def make(name="folder", **options):
        return User(tmp_path / name, **{"home": home} | options)

    return make


@pytest.fixture
def new_user(make_user):
    """Return a User with the script as it is and few digits."""
    return make_user()


def finished(user):
    """Run a user's script; return (User, CompletedProcess), or fail with what it said."""
    process = user.run()
    if process.returncode != 0:
        pytest.fail(process.stdout + process.stderr, pytrace=False)
    return user, process


@pytest.fixture(scope="session")
def few_run(tmp_path_factory, home):
    """Return (User, CompletedProcess) of the command, as it is, on few digits."""
    return finished(User(tmp_path_factory.mktemp("few") / "folder", home))


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory, home):
    """Return (User, CompletedProcess) of the command, as it is, on the whole sample."""
    folder = tmp_path_factory.mktemp("sample") / "folder"
    return finished(User(folder, home, train=4000, test=1000))
