"""A learner's edits of the script work to the end, picture included."""

import json
import re

import pytest

from tests.conftest import FEW, check
from tests.edits import MORE, TRIES, edited
from tests.user import RESULTS, TESTS, finish_all, scores

EDITS = TRIES | MORE

# What else the output must show of an edit that had effect.
SHOWN = {
    "16 filters": r"\(None, 26, 26, 16\)",
    "one convolution": r"\(None, 13, 13, 32\)",
    "batches of 128": r"\n2/2 - ",
    "three epochs": r"\nEpoch 3/3\n",
    "three more edits": r"(?s)\(None, 11, 11, 32\).*Total params:.*val_accuracy: ",
    "three test digits": r"on the 3 test digits of the MNIST sample",
    "the sample though online": r"(?s)\(160, 28, 28\).*40 test digits of the MNIST sample",
}


@pytest.fixture
def runs(few_run, shared_run, make_user):
    """Run all edits in two processes at once: {name: (User, stdout, stderr)}."""

    def make():
        users, scripts = {}, [{}, {}]
        for number, (name, changes) in enumerate(EDITS.items()):
            users[name] = make_user()
            users[name].clone(**FEW)
            folder = str(users[name].folder)
            scripts[number % 2][name] = [folder, edited(changes)]
        started = []
        for part in scripts:
            user = make_user()
            (user.folder / "scripts.json").write_text(json.dumps(part))
            with open(user.folder / "scripts.json") as stdin:
                started.append(user.start(TESTS / "one_process.py", stdin=stdin))
        finished = [check(None, process)[1] for process in finish_all(started)]
        found = {k: v for run in finished for k, v in json.loads(run.stdout).items()}
        return {name: (users[name], *found[name]) for name in EDITS}

    return shared_run("the edited scripts", make)


@pytest.mark.parametrize("name", EDITS)
def test_works_to_the_end(runs, name):
    user, stdout, stderr = runs[name]
    assert "Traceback" not in stderr, stderr
    assert "Warning" not in stderr
    scores(stdout)  # are there
    assert re.search(SHOWN.get(name, ""), stdout), stdout
    assert user.left_behind() == RESULTS


def test_edits_change_the_training(runs, few_run):
    results = {name: scores(runs[name][1]) for name in TRIES}
    results["as it is"] = scores(few_run[1].stdout)
    assert len(set(results.values())) == len(results)
