"""The fixtures: users of the script, and the runs that several tests read."""

import json
import socket

import pytest

from tests.user import SCRIPT, User, finish_all

# Digits to train on and to test on, where the score is not the point.
FEW = {"train": 160, "test": 40}


@pytest.fixture(scope="session")
def refusing_proxy():
    """Yield the address of a proxy on this machine that refuses every connection."""
    with socket.socket() as bound_but_not_listening:
        bound_but_not_listening.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound_but_not_listening.getsockname()[1]}"


@pytest.fixture(scope="session")
def make_user(tmp_path_factory, refusing_proxy):
    """Return a function that makes a User whose downloads fail, see User.

    Its first argument is a folder of the user's own (Path), by default a new one.
    """
    # Shared, since Matplotlib takes seconds to make its list of fonts.
    fonts = tmp_path_factory.mktemp("matplotlib")

    def make(base=None, **settings):
        settings = {"https_proxy": refusing_proxy, "MPLCONFIGDIR": fonts} | settings
        return User(base or tmp_path_factory.mktemp("user"), **settings)

    return make


@pytest.fixture(scope="session")
def shared_run():
    """Return a function that makes something once, for all the tests that read it.

    Its arguments are a name and the function that makes it. If making it fails, the first
    test that asks for it fails and says why, and the others are skipped: one cause, one
    error.
    """
    made = {}

    def get(name, make):
        if name not in made:
            made[name] = None  # should make() fail
            made[name] = make()
        if made[name] is None:
            pytest.skip(f"{name} failed: the first test that needs it says why")
        return made[name]

    return get


def check(user, process):
    """Return both, if the process has succeeded; else fail with what it said."""
    if process.returncode != 0:
        pytest.fail(f"{process.args} failed:\n{process.stderr}", pytrace=False)
    return user, process


@pytest.fixture
def runs_on_few(shared_run, make_user, tmp_path_factory):
    """Three commands on few digits, run at once: {name: (User, process)}.

    "plain" has no flags; "settings" neither, but settings that should change nothing;
    "smoke" is the smoke run of one epoch, as a CI makes it.
    """

    def make():
        folder = tmp_path_factory.mktemp("케라스 튜토리얼 CNN")
        users = {
            "plain": make_user(),
            "settings": make_user(folder, LC_ALL="C", DISPLAY=":99"),
            "smoke": make_user(),
        }
        keras_json = users["settings"].home / ".keras" / "keras.json"
        keras_json.parent.mkdir()
        keras_json.write_text(json.dumps({"image_data_format": "channels_first"}))
        flags = {"smoke": ["--epochs", "1"]}
        for user in users.values():
            user.clone(**FEW)
        started = [
            user.start(SCRIPT.name, *flags.get(name, []))
            for name, user in users.items()
        ]
        finished = dict(zip(users, finish_all(started)))
        return {name: check(user, finished[name]) for name, user in users.items()}

    return shared_run("the command on few digits", make)


@pytest.fixture
def few_run(runs_on_few):
    """The command without flags in a clone with few digits: (User, process)."""
    return runs_on_few["plain"]


@pytest.fixture
def smoke_run(runs_on_few):
    """One epoch in a clone with few digits: (User, process)."""
    return runs_on_few["smoke"]


@pytest.fixture
def full_run(few_run, shared_run, make_user):
    """The command without flags, from an empty folder: (User, process).

    It finds the whole sample beside the script, and trains ten epochs on it.
    """

    def make():
        user = make_user()
        return check(user, user.python(SCRIPT))

    return shared_run("the command", make)


@pytest.fixture
def user(few_run, make_user):
    """Return a new User in a clone with few digits, if the script works at all."""
    user = make_user()
    user.clone(**FEW)
    return user
