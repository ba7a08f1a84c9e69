"""The script pasted whole into every prompt that a learner uses.

Each is the real program. On a terminal, the text comes as a paste gives it: all at once,
in brackets if the program has asked for them.
"""

import base64
import json
import re
import sys
import threading

import nbformat
import numpy as np
import pexpect
import pytest

from tests.user import (
    HEED_CTRL_C,
    LIMIT,
    MODEL,
    RESULTS,
    SAMPLE,
    edited,
    printed_scores,
)

PROMPTS = {
    "classic": (">>> ", ["-q"], {"PYTHON_BASIC_REPL": "1"}),
    "new": (">>> ", ["-q"], {}),
    "ipython": (r"In \[.*1.*\]: ", ["-m", "IPython", "--no-banner"], {}),
}


def pasted(user, prompt, text, until):
    """Paste text into a prompt (see PROMPTS); return what the terminal shows.

    until has the texts of which one ends the wait (list). "the end" is printed after the
    last line. Raises pexpect.TIMEOUT when LIMIT seconds have passed.
    """
    sign, arguments, settings = PROMPTS[prompt]
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
        text += "print('the', 'end')\n"
        if "\x1b[?2004h" in repl.before + repl.after:
            text = f"\x1b[200~{text}\x1b[201~\r"
        # A thread types: a program that prints while it is typed to needs its reader.
        threading.Thread(target=repl.send, args=(text,), daemon=True).start()
        repl.expect(until)
        shown = repl.before + repl.after
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r", "", shown)
    finally:
        repl.close(force=True)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_prompt(new_user, few_run, prompt):
    if prompt == "new" and sys.version_info < (3, 13):
        pytest.skip("the new prompt came with Python 3.13")
    shown = pasted(new_user, prompt, edited(), ["the end", "Traceback"])
    assert printed_scores(shown) == printed_scores(few_run[1].stdout), shown
    assert "Traceback" not in shown
    assert new_user.results() == RESULTS


def test_failed_paste_keeps_the_model_of_an_earlier_run(new_user):
    # Ctrl-C between two steps; in the middle of one, TensorFlow may crash.
    interrupt = "lambda epoch, logs: epoch and signal.raise_signal(signal.SIGINT)"
    callback = f"keras.callbacks.LambdaCallback(on_epoch_begin={interrupt})"
    text = edited(("verbose=verbose)", f"verbose=verbose, callbacks=[{callback}])"))
    (new_user.folder / MODEL).write_bytes(b"a good model")
    shown = pasted(new_user, "classic", HEED_CTRL_C + text, ["the end"])
    assert "KeyboardInterrupt" in shown
    assert "Test accuracy: " in shown  # the prompt has gone on
    assert (new_user.folder / MODEL).read_bytes() == b"a good model"


# What a learner can ask after the last line, as JSON in one line.
QUESTIONS = """
import json
from matplotlib.testing.compare import compare_images
figure.savefig("again.png", bbox_inches="tight")
difference = compare_images("keras_cnn_example.png", "again.png", tol=1)
shown = [axes[i] for i in range(10) if axes[i].images]
answers = {
    "shapes": [X_train.shape, X_test.shape],
    "range": [float(X_train.min()), float(X_train.max()), float(X_test.max())],
    "switches": [tf.data.Options().autotune.enabled, model.steps_per_execution],
    "curve": axes["loss"].lines[0].get_xydata().tolist(),
    "losses": history.history["loss"],
    "labels": [axes["matrix"].get_xlabel(), axes["matrix"].get_ylabel()],
    "limit": socket.getdefaulttimeout(),
    "matrix": [[*t.get_position(), t.get_text()] for t in axes["matrix"].texts],
    "heat": axes["matrix"].images[0].get_array().tolist(),
    "captions": [a.get_xlabel() for a in shown],
    "digits": [int(abs(X_test[..., 0] - a.images[0].get_array()).sum(axis=(1, 2)).argmin()) for a in shown],
    "difference": difference,
    "saved": keras.saving.load_model("keras_cnn_example.keras").predict(X_test, verbose=0).tolist(),
}
print(json.dumps(answers))
"""


def test_interactive_python_reads_it_from_a_file_and_answers(new_user, few_run):
    process = new_user.run("-i", stdin=f"{edited()}\n{QUESTIONS}")
    assert printed_scores(process.stdout) == printed_scores(few_run[1].stdout), (
        process.stderr
    )
    *lines, answers = process.stdout.splitlines()
    answers = json.loads(answers)

    # What the prompt echoes: all after the scores, and little.
    printed = few_run[1].stdout.splitlines()
    accuracy = next(
        i for i, line in enumerate(lines) if line.startswith("Test accuracy")
    )
    echoed = [line for line in lines[accuracy:] if line not in printed]
    assert len(lines) - len(echoed) == len(printed)
    assert len(echoed) <= 10

    assert answers["shapes"] == [[160, 28, 28, 1], [40, 28, 28, 1]]
    assert answers["range"] == [0, 1, 1]
    assert answers["switches"] == [False, 25]
    assert answers["limit"] is None
    check_picture(new_user, answers)


def check_picture(user, answers):
    """Assert that answers to QUESTIONS describe the training and the saved model's work.

    The picture in the user's folder must be the one that the answers are about.
    """
    assert answers["difference"] is None  # of the figure from the file
    expected = [[i + 1, value] for i, value in enumerate(answers["losses"])]
    assert answers["curve"] == expected
    assert answers["labels"] == ["digit seen", "true digit"]

    with np.load(user.folder / "tests" / SAMPLE.name) as data:
        true = data["y_test"]
    seen = np.argmax(answers["saved"], axis=1)
    matrix = np.zeros((10, 10), int)
    for row, column in zip(true, seen, strict=True):
        matrix[row, column] += 1
    counts = [[x, y, str(n or "")] for (y, x), n in np.ndenumerate(matrix)]
    assert answers["matrix"] == counts
    assert answers["heat"] == matrix.tolist()
    mistakes = np.flatnonzero(seen != true)[:10].tolist()
    assert len(mistakes) > 1
    assert answers["captions"] == [f"saw {seen[i]}\nis {true[i]}" for i in mistakes]
    assert answers["digits"] == mistakes


def test_notebook(new_user, few_run):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(edited())]
    nbformat.write(notebook, new_user.folder / "paste.ipynb")
    main = "from nbclient.cli import main; main()"
    process = new_user.run("-c", main, "--inplace", "paste.ipynb")
    assert process.returncode == 0, process.stderr
    outputs = nbformat.read(new_user.folder / "paste.ipynb", 4).cells[0].outputs
    text = "".join(output.text for output in outputs if output.get("name") == "stdout")
    assert printed_scores(text) == printed_scores(few_run[1].stdout)
    assert "\x1b" in text  # a bar, which goes back to the beginning of its line
    pictures = [output.data["image/png"] for output in outputs if "data" in output]
    assert len(pictures) == 1
    assert base64.b64decode(pictures[0]).startswith(b"\x89PNG")
    assert set(RESULTS) <= set(new_user.results())
