"""The script pasted into Python's prompt, IPython's and a notebook."""

import itertools
import re
import sys
import threading

import jupytext
import nbformat
import pexpect
import pytest
from nbclient import NotebookClient

from tests.files import LEFT_BEHIND, printed_scores, script
from tests.user import LIMIT, User

PROMPTS = {
    "python": (">>> ", ["-q"]),
    "ipython": (r"In \[.*1.*\]: ", ["-m", "IPython", "--no-banner"]),
}
BAR = "━"  # of Keras, which draws the progress of an epoch


def without_controls(text):
    """Return text without a terminal's control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r", "", text)


def started(user, prompt):
    """Return a terminal (pexpect.spawn) in which a prompt (see PROMPTS) waits.

    Each of its waits ends with pexpect.TIMEOUT after LIMIT seconds.
    """
    sign, arguments = PROMPTS[prompt]
    terminal = pexpect.spawn(
        sys.executable,
        arguments,
        cwd=user.folder,
        env=user.env | {"TERM": "xterm-256color"},
        encoding="utf-8",
        timeout=LIMIT,
        dimensions=(50, 120),
    )
    terminal.expect(sign)
    return terminal


def pasted(user, prompt, text):
    """Paste text into a prompt (see PROMPTS); return what the terminal shows."""
    terminal = started(user, prompt)
    try:
        text += "print('it', 'ended')  # last line\n"
        # A paste comes all at once, in brackets if the program has asked for them.
        if "\x1b[?2004h" in terminal.before + terminal.after:
            text = f"\x1b[200~{text}\x1b[201~"
        # A thread types: a program that prints while it is typed to needs its reader.
        threading.Thread(target=terminal.send, args=(text,), daemon=True).start()
        # Then Enter: Python 3.14 swallows one that comes in the same burst.
        terminal.expect("# last line")
        shown = terminal.before
        terminal.send("\r")
        terminal.expect(r"it ended|\n[\w.]*(?:Error|Exception)\b.*?\n")
        return without_controls(shown + terminal.before + terminal.after)
    finally:
        terminal.close(force=True)


@pytest.fixture(scope="module", params=PROMPTS)
def paste(request, tmp_path_factory):
    """Return (User, what a prompt has shown of the pasted script), for each prompt."""
    user = User(tmp_path_factory.mktemp(request.param) / "folder")
    return user, pasted(user, request.param, script())


def test_a_prompt_finds_no_error_in_the_paste(paste):
    _, shown = paste
    assert re.findall(r"(?m)^[\w.]*(?:Error|Exception)\b.*", shown) == []


def test_a_prompt_scores_what_the_lesson_scores(paste, lesson):
    _, shown = paste
    assert printed_scores(shown) == lesson.score


def test_a_prompt_shows_a_bar(paste):
    _, shown = paste
    assert BAR in shown, "nobody sees how far the training is"


def test_a_prompt_leaves_the_network_and_the_figure(paste):
    user, _ = paste
    assert user.left_behind() == LEFT_BEHIND


def whole_script():
    """Return a notebook with the script in one cell, as README.md says for Colab."""
    cells = [nbformat.v4.new_code_cell(script())]
    return nbformat.v4.new_notebook(cells=cells)


def cell_by_cell():
    """Return the notebook that an editor makes of the script's cells."""
    return jupytext.reads(script(), fmt="py:percent")


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """Return (User, outputs of the cells, outputs of the whole script in one cell).

    One kernel runs both, because a second would cost ten seconds.
    """
    user = User(tmp_path_factory.mktemp("notebook") / "folder")
    cells = [*cell_by_cell().cells, *whole_script().cells]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        timeout=LIMIT,
        kernel_name="python3",
        resources={"metadata": {"path": user.folder}},
    )
    client.execute(env=user.env)
    *step_by_step, whole = [cell.get("outputs", []) for cell in cells]
    return user, list(itertools.chain(*step_by_step)), whole


def printed_in(outputs):
    """Return what a notebook's outputs (list) hold of stdout, as one text."""
    return "".join(out.text for out in outputs if out.get("name") == "stdout")


def test_a_notebook_scores_what_the_lesson_scores(notebook, lesson):
    _, cells, whole = notebook
    assert printed_scores(printed_in(cells)) == lesson.score
    assert printed_scores(printed_in(whole)) == lesson.score


def test_a_notebook_shows_a_bar(notebook):
    _, *kinds = notebook
    for outputs in kinds:
        assert BAR in printed_in(outputs), "nobody sees how far the training is"


def test_a_notebook_shows_the_figure_once(notebook):
    _, *kinds = notebook
    for outputs in kinds:
        assert sum("image/png" in out.get("data", {}) for out in outputs) == 1


def test_a_notebook_leaves_the_network_and_the_figure(notebook):
    user, _, _ = notebook
    assert user.left_behind() == LEFT_BEHIND


def test_each_step_is_a_cell():
    titles = [cell.metadata.get("title", "") for cell in cell_by_cell().cells]
    words = [title.split()[0] for title in titles if title]
    assert words == [f"{number}." for number in range(3, 11)] + ["Save", "Draw"]
