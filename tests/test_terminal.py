"""The script pasted whole into the real prompts and into a notebook."""

import re
import signal
import sys
import threading

import nbformat
import pexpect
import pytest

from tests.user import LIMIT, MODEL, RESULTS, edited, printed_scores

PROMPTS = {
    "python": (">>> ", ["-q"]),
    "ipython": (r"In \[.*1.*\]: ", ["-m", "IPython", "--no-banner"]),
}
LOG_LINE = "5/5 - "  # of an epoch, where stdout is a file


def pasted(user, prompt, text, until="the end|Traceback", **settings):
    """Paste text into a prompt (see PROMPTS); return what the terminal shows.

    until is the pattern that ends the wait; "the end" is printed after the last line.
    Raises pexpect.TIMEOUT after LIMIT seconds.
    """
    sign, arguments = PROMPTS[prompt]
    repl = pexpect.spawn(
        sys.executable,
        arguments,
        cwd=user.folder,
        env=user.env | {"TERM": "xterm-256color"} | settings,
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
        repl.expect(until)
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


def test_failed_paste_keeps_the_model_of_an_earlier_run(make_user):
    # Ctrl-C between two steps; in the middle of one, TensorFlow may crash. It is ignored
    # where a shell has started the tests in the background, so it is heeded again.
    heed = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    interrupt = "lambda epoch, logs: epoch and signal.raise_signal(signal.SIGINT)"
    callback = f"keras.callbacks.LambdaCallback(on_epoch_begin={interrupt})"
    text = edited(("verbose=verbose)", f"verbose=verbose, callbacks=[{callback}])"))
    user = make_user()
    (user.folder / MODEL).write_bytes(b"a good model")
    # The prompt that goes on, on every Python.
    shown = pasted(user, "python", heed + text, "the end", PYTHON_BASIC_REPL="1")
    assert "KeyboardInterrupt" in shown
    assert (user.folder / MODEL).read_bytes() == b"a good model"


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
