"""The script pasted whole into the real prompts and into a notebook."""

import re
import signal
import sys
import threading

import nbformat
import pexpect
import pytest

from tests.user import LIMIT, RESULTS, edited, printed_scores

PROMPTS = {
    "python": (">>> ", ["-q"]),
    "ipython": (r"In \[.*1.*\]: ", ["-m", "IPython", "--no-banner"]),
}
LOG_LINE = "5/5 - "  # of an epoch, where stdout is a file


def pasted(user, prompt, text):
    """Paste text into a prompt (see PROMPTS); return what the terminal shows.

    Raises pexpect.TIMEOUT after LIMIT seconds.
    """
    sign, arguments = PROMPTS[prompt]
    repl = pexpect.spawn(
        sys.executable,
        arguments,
        cwd=user.folder,
        env=user.env | {"TERM": "xterm-256color"},
        encoding="utf-8",
        timeout=LIMIT,
        dimensions=(50, 120),
    )
    try:
        repl.expect(sign)
        text += "print('the', 'end')  # pasted\n"
        # A paste comes all at once, in brackets if the program has asked for them.
        if "\x1b[?2004h" in repl.before + repl.after:
            text = f"\x1b[200~{text}\x1b[201~"
        # A thread types: a program that prints while it is typed to needs its reader.
        threading.Thread(target=repl.send, args=(text,), daemon=True).start()
        # Then Enter: Python 3.14 swallows one that comes in the same burst.
        repl.expect("# pasted")
        shown = repl.before
        repl.send("\r")
        repl.expect("the end|Traceback")
        shown += repl.before + repl.after
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r", "", shown)
    finally:
        repl.kill(signal.SIGKILL)
        repl.wait()
        repl.close()


@pytest.mark.parametrize("prompt", PROMPTS)
def test_prompt(make_user, few_run, prompt):
    user = make_user()
    shown = pasted(user, prompt, edited())
    assert printed_scores(shown) == printed_scores(few_run[1].stdout), shown
    assert "Traceback" not in shown
    assert LOG_LINE in few_run[1].stdout
    assert LOG_LINE not in shown  # a bar
    assert user.results() == RESULTS


def test_notebook(make_user, few_run):
    user = make_user()
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(edited())]
    nbformat.write(notebook, user.folder / "paste.ipynb")
    main = "from nbclient.cli import main; main()"
    process = user.run("-c", main, "--inplace", "paste.ipynb")
    assert process.returncode == 0, process.stderr
    outputs = nbformat.read(user.folder / "paste.ipynb", 4).cells[0].outputs
    text = "".join(output.text for output in outputs if output.get("name") == "stdout")
    assert printed_scores(text) == printed_scores(few_run[1].stdout)
    assert LOG_LINE not in text  # a bar
    [_picture] = [out.data["image/png"] for out in outputs if "data" in out]
    assert set(RESULTS) <= set(user.results())
