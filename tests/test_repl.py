"""The script pasted whole into every prompt that a learner uses.

Each is the real program on a terminal of its own, and gets the file as a terminal's paste
gives it: all at once, in brackets if the program has asked for them.
"""

import base64
import re
import sys
import threading

import nbformat
import pytest
from conftest import RESULTS, SCRIPT, scores
from nbclient import NotebookClient

pexpect = pytest.importorskip("pexpect", reason="there are no Unix terminals here")


def spawn(user, *arguments, **settings):
    """Start Python with these arguments on a terminal, in a clone of the repository."""
    user.clone()
    return pexpect.spawn(
        sys.executable,
        list(arguments),
        cwd=user.folder,
        env=user.env | {"TERM": "xterm-256color", "LINES": "50"} | settings,
        encoding="utf-8",
        timeout=600,
        dimensions=(50, 120),
    )


def paste(repl, text):
    """Paste text and press Enter.

    A thread types: a program that prints while it is typed to waits for its reader.
    """
    if "\x1b[?2004h" in repl.before + repl.after:
        text = f"\x1b[200~{text}\x1b[201~"
    threading.Thread(target=lambda: repl.send(text + "\r"), daemon=True).start()


def plain(text):
    """Return text without the terminal's control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r", "", text)


@pytest.mark.parametrize(
    ("prompt", "arguments", "settings"),
    [
        (">>> ", ["-q"], {"PYTHON_BASIC_REPL": "1"}),
        pytest.param(
            *(">>> ", ["-q"], {}),
            marks=pytest.mark.skipif(
                sys.version_info < (3, 13),
                reason="the new prompt came with Python 3.13",
            ),
        ),
        (r"In \[.*1.*\]: ", ["-m", "IPython", "--no-banner"], {}),
    ],
    ids=["classic", "new", "ipython"],
)
def test_paste(user, default_run, prompt, arguments, settings):
    repl = spawn(user, *arguments, **settings)
    repl.expect(prompt)
    paste(repl, SCRIPT.read_text(encoding="utf-8"))
    # In the pasted text, which is echoed, a quote stands before the end of the line.
    repl.expect(r"Saved the picture: keras_cnn_example.png\r?\n")
    output = plain(repl.before)
    repl.sendline("print('still', 'here')\r")
    repl.expect("still here")
    repl.close(force=True)
    print(output)

    assert scores(output) == scores(default_run[1].stdout)
    for failure in ("Traceback", "SyntaxError", "Error:"):
        assert failure not in output
    assert set(RESULTS) <= set(user.left_behind())
    # What a REPL prints of its own accord: the values of expressions.
    echoed = re.findall(
        r"(?m)^(?:Out\[\d+\]: )?(?:'|<|\[?Text\(|\[<|_StoreAction).*", output
    )
    assert len(echoed) <= 12


def test_interactive_python_reads_it_from_a_file(user, default_run):
    user.clone()
    user.env["TF_CPP_MIN_LOG_LEVEL"] = "1"
    question = "\nprint('level', os.environ['TF_CPP_MIN_LOG_LEVEL'])\n"
    process = user.python("-i", stdin=SCRIPT.read_text(encoding="utf-8") + question)
    assert scores(process.stdout) == scores(default_run[1].stdout)
    assert process.stdout.splitlines()[-1] == "level 1"  # a user's own setting wins
    assert "Error" not in process.stderr


def test_python_started_elsewhere_shows_what_helps(user):
    process = user.python("-i", stdin=SCRIPT.read_text(encoding="utf-8"))
    assert (
        "RuntimeError: Its sample, tests/mnist_sample.npz, is not here"
        in process.stderr
    )
    assert "start in the repository's folder" in process.stderr


def test_notebook(user, default_run, monkeypatch):
    user.clone()
    for name, value in user.env.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(SCRIPT.read_text(encoding="utf-8"))]
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(user.folder)}}
    )
    client.execute()
    outputs = notebook.cells[0].outputs
    text = "".join(output.text for output in outputs if output.get("name") == "stdout")
    assert scores(text) == scores(default_run[1].stdout)
    assert "━━━━━" in text  # the progress bar stays a bar
    pictures = [output.data["image/png"] for output in outputs if "data" in output]
    assert len(pictures) == 1
    assert base64.b64decode(pictures[0]).startswith(b"\x89PNG")
    assert set(RESULTS) <= set(user.left_behind())
