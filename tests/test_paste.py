"""The script pasted whole into every prompt that a learner uses.

Each is the real program on a terminal of its own, and gets the file as a terminal's paste
gives it: all at once, in brackets if the program has asked for them.
"""

import base64
import re
import shutil
import sys
import threading

import nbformat
import pexpect
import pytest
from nbclient import NotebookClient

from tests.user import LIMIT, RESULTS, SCRIPT, scores

TEXT = SCRIPT.read_text(encoding="utf-8")


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
def test_paste(user, few_run, prompt, arguments, settings):
    repl = pexpect.spawn(
        sys.executable,
        arguments,
        cwd=user.folder,
        env=user.env | {"TERM": "xterm-256color", "LINES": "50"} | settings,
        encoding="utf-8",
        timeout=LIMIT,
        dimensions=(50, 120),
    )
    try:
        repl.expect(prompt)
        paste(repl, TEXT)
        # In the pasted text, which is echoed, a quote stands before the end of the line.
        repl.expect([r"keras_cnn_example.png\r?\n", "Traceback", "Error"])
        output = plain(repl.before + repl.after)
        repl.sendline("print('still', 'here')\r")
        repl.expect("still here")
        output += plain(repl.before)
    finally:
        repl.close(force=True)
    print(output)

    assert scores(output) == scores(few_run[1].stdout)
    for failure in ("Traceback", "SyntaxError", "Error:"):
        assert failure not in output
    assert user.left_behind() == RESULTS
    # What a REPL prints of its own accord: the values of expressions.
    echoed = (
        r"(?m)^(?:\.\.\. |>>> )?(?:Out\[\d+\]: .*|'|<|\[?Text\(|\[<|\[None|None$).*"
    )
    assert not re.findall(echoed, output)


# What a learner can ask after the last line, and the answer.
QUESTIONS = {
    # A setting of the user's own wins.
    "os.environ['TF_CPP_MIN_LOG_LEVEL']": "1",
    "os.environ['TF_FORCE_GPU_ALLOW_GROWTH']": "true",
    "os.environ['TF_ENABLE_ONEDNN_OPTS']": "1",
    # The digits are NumPy's.
    "X_train[[1, 2]].shape, X_train.min(), X_train.max()": "(2, 28, 28, 1) 0.0 1.0",
    # The picture's numbers.
    "(confusion.sum(axis=1) == np.bincount(y_test, minlength=10)).all()": "True",
    "(confusion.sum(axis=0) == np.bincount(predicted, minlength=10)).all()": "True",
    "round(float(confusion.trace() / len(y_test) - score[1]), 5)": "0.0",
    "len(axes['table'].texts) == (confusion > 0).sum()": "True",
    "(predicted[surest] != y_test[surest]).all() and len(surest) > 1": "True",
    "(np.diff(probabilities[surest].max(axis=1)) <= 0).all()": "True",
    "[t.get_text() for t in axes['mistakes'].get_xticklabels()] == saw": "True",
    "saw[0] == f'saw {predicted[surest[0]]}\\nis {y_test[surest[0]]}'": "True",
    "axes['loss'].lines[0].get_xydata()[0].tolist() == [1, history.history['loss'][0]]": "True",
    "(mistakes[0] == X_test[surest[0], :, :, 0]).all()": "True",
}


def test_interactive_python_reads_it_from_a_file(user, few_run):
    user.env["TF_CPP_MIN_LOG_LEVEL"] = "1"
    questions = "".join(f"print({question})\n" for question in QUESTIONS)
    process = user.python("-i", stdin=f"{TEXT}\n{questions}")
    assert scores(process.stdout) == scores(few_run[1].stdout)
    answers = process.stdout.splitlines()[-len(QUESTIONS) :]
    assert dict(zip(QUESTIONS, answers)) == QUESTIONS
    assert "Error" not in process.stderr


def test_python_started_elsewhere_says_what_helps(user):
    shutil.rmtree(user.folder / "tests")
    process = user.python("-i", stdin=TEXT.split("# 5. ")[0])
    assert "What helps: connect once; start in the repository folder." in process.stderr
    path = "tests/mnist_sample.npz"
    assert re.search(f"FileNotFoundError: .*No such file.*: '{path}'", process.stderr)


def test_notebook(user, few_run):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(TEXT)]
    client = NotebookClient(
        notebook, timeout=LIMIT, resources={"metadata": {"path": str(user.folder)}}
    )
    client.execute(env=user.env)
    outputs = notebook.cells[0].outputs
    text = "".join(output.text for output in outputs if output.get("name") == "stdout")
    assert scores(text) == scores(few_run[1].stdout)
    assert "━━━━━" in text  # the progress bar stays a bar
    pictures = [output.data["image/png"] for output in outputs if "data" in output]
    assert len(pictures) == 1
    assert base64.b64decode(pictures[0]).startswith(b"\x89PNG")
    assert user.left_behind() == RESULTS
