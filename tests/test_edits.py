"""A learner's edits of the script work to the end, picture included."""

import json
import re

import pytest

from tests.conftest import FEW, check
from tests.edits import MORE, TRIES, edited
from tests.user import RESULTS, TESTS, scores

EDITS = TRIES | MORE

# What else the output must show of an edit that had effect.
SHOWN = {
    "16 filters": r"\(None, 26, 26, 16\)",
    "one convolution": r"\(None, 13, 13, 32\)",
    "batches of 128": r"\n2/2 - ",
    "three epochs": r"\nEpoch 3/3\n",
    "three more edits": r"(?s)\(None, 11, 11, 32\).*Total params:.*val_accuracy: ",
    "three test digits": r"on the 3 test digits of the MNIST sample",
}


@pytest.fixture
def runs(few_run, shared_run, make_user):
    """Run all edits in one process: {name: (User, stdout, stderr)}."""

    def make():
        users, texts = {}, {}
        for name, changes in EDITS.items():
            users[name] = make_user()
            users[name].clone(**FEW)
            texts[name] = [str(users[name].folder), edited(changes)]
        stdin = json.dumps(texts)
        _, process = check(
            None, make_user().python(TESTS / "one_process.py", stdin=stdin)
        )
        return {k: (users[k], *out) for k, out in json.loads(process.stdout).items()}

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
