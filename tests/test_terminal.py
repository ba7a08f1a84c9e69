"""The script pasted into prompts and a notebook, and what it has drawn there."""

import json
import re
import sys
import threading

import nbformat
import numpy as np
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
        repl.close(force=True)


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


# Put before the script: notes oneDNN's setting when TensorFlow, which reads it, is imported.
WATCH = """
import os, sys
watched = []
def watch(event, details):
    if event == "import" and details[0] == "tensorflow":
        watched.append(os.environ.get("TF_ENABLE_ONEDNN_OPTS"))

sys.addaudithook(watch)
"""
# A look before the training must change no score. And no window, which stops the script.
EARLY = """_ = model.evaluate(X_test, Y_test, verbose=0), model.predict(X_test, verbose=0)
plt.show = lambda: 1 / 0
# 9. """
# What a learner can ask after the last line, as JSON in one line.
QUESTIONS = """
import json
from matplotlib.testing.compare import compare_images
figure.set_layout_engine("none")  # else the parts move a little
figure.savefig("again.png")
drawn = figure.subfigs[1].axes
heat = matrix.images[0]
saved = keras.saving.load_model("keras_cnn_example.keras")
answers = {
    "X": [[x.shape, str(x.dtype), float(x.min()), float(x.max())] for x in (X_train, X_test)],
    "oneDNN": watched,
    "switches": [tf.data.Options().autotune.enabled, model.steps_per_execution, saved.steps_per_execution],
    "nothing": [socket.getdefaulttimeout(), compare_images("keras_cnn_example.png", "again.png", tol=1)],
    "title": figure.get_suptitle(),
    "curve": curve.lines[0].get_xydata().tolist() == [[i, x] for i, x in enumerate(history.history["loss"], 1)],
    "labels": [matrix.get_title()] + [label for a in (curve, matrix) for label in (a.get_xlabel(), a.get_ylabel())],
    "counts": [[*t.get_position(), t.get_text()] for t in matrix.texts],
    "heat": heat.get_array().tolist(),
    "brightness": heat.to_rgba([1, 2, 9])[:, :3].sum(axis=1).tolist(),
    "captions": [a.get_title() for a in drawn],
    "digits": [int(abs(X_test[..., 0] - a.images[0].get_array()).sum(axis=(1, 2)).argmin()) for a in drawn],
    "true": y_test.tolist(),
    "seen": saved.predict(X_test, verbose=0).argmax(axis=1).tolist(),
}
print(json.dumps(answers))
"""


def test_interactive_python_answers_and_its_picture_is_true(make_user, few_run):
    user = make_user()
    text = edited(("# 9. ", EARLY))
    process = user.run("-i", stdin=f"{WATCH}\n{text}\n{QUESTIONS}")
    scores = printed_scores(few_run[1].stdout)
    assert printed_scores(process.stdout) == scores, process.stderr
    assert "Traceback" not in process.stderr, process.stderr
    *lines, answers = process.stdout.splitlines()
    answers = json.loads(answers)
    # What the prompt echoes: all after the scores, and little.
    printed = few_run[1].stdout.splitlines()
    accuracy = [line.startswith("Test accuracy") for line in lines].index(True)
    echoed = [line for line in lines[accuracy:] if line not in printed]
    assert len(lines) - len(echoed) == len(printed)
    assert len(echoed) <= 10

    assert answers["X"] == [[[n, 28, 28, 1], "float32", 0, 1] for n in (160, 40)]
    assert answers["oneDNN"][0] == "1"
    assert answers["switches"] == [False, 25, 1]
    # No time limit is left. The file shows the figure, and the figure the saved model's work.
    assert answers["nothing"] == [None, None]
    assert answers["curve"]
    labels = "Confusion matrix, epoch, loss while training, digit seen, true digit"
    assert ", ".join(answers["labels"]) == labels
    true, seen = answers["true"], answers["seen"]
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (true, seen), 1)
    assert answers["heat"] == matrix.tolist()
    counts = [[x, y, str(n)] for (y, x), n in np.ndenumerate(matrix) if n]
    assert answers["counts"] == counts
    assert answers["brightness"] == sorted(answers["brightness"], reverse=True)
    mistakes = [i for i in range(40) if seen[i] != true[i]]
    title = f"Accuracy: {scores[1]:.4f}, mistakes: {len(mistakes)} "
    assert answers["title"] == f"{title}(on the 40 test digits of the MNIST sample)"
    assert answers["digits"] == mistakes[:10]
    assert (
        answers["captions"] == [f"saw {seen[i]}\nis {true[i]}" for i in mistakes][:10]
    )
