"""What README.md says, held against the program."""

import re

import reference
from conftest import ROOT, SCRIPT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_lines_of_each_step():
    script = SCRIPT.read_text(encoding="utf-8").splitlines()
    rows = re.findall(r"(?m)^\| (\d+)\. .* \| (\d+) to (\d+) \|$", README)
    assert [int(step) for step, _, _ in rows] == list(range(3, 11))
    headings = [f"# {step}. " for step, _, _ in rows] + ["# What stays"]
    for (_, first, last), heading, next_heading in zip(rows, headings, headings[1:]):
        assert script[int(first) - 1].startswith(heading)
        assert script[int(last) + 1].startswith(next_heading)


def test_tables_of_results_are_those_of_the_logs():
    for table in reference.tables().split("\n\n"):
        assert table.strip() in README


def test_use_the_model(smoke_run):
    user, _ = smoke_run
    snippet = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    program = snippet.replace(
        "tests/mnist_sample.npz", str(ROOT / "tests/mnist_sample.npz")
    )
    process = user.python("-c", program)
    assert re.fullmatch(r"It saw \d and it is \d\n", process.stdout), process.stderr
