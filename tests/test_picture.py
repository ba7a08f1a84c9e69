"""What the picture shows, and what a prompt knows and echoes, after the last line."""

import json

import numpy as np

from tests.user import SAMPLE, edited, printed_scores

# Put before the script: oneDNN's setting when TensorFlow is imported, which reads it only
# then; and no window, which would stop the script until somebody closes it.
WATCH = """
import os, sys
from matplotlib.backend_bases import FigureManagerBase
FigureManagerBase.pyplot_show = classmethod(lambda cls, *, block=None: 1 / 0)
watched = []
class Watch:
    def find_spec(name, *rest):
        if name == "tensorflow":
            watched.append(os.environ.get("TF_ENABLE_ONEDNN_OPTS"))

sys.meta_path.insert(0, Watch)
"""
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
    "limit": socket.getdefaulttimeout(),
    "title": figure.get_suptitle(),
    "curve": curve.lines[0].get_xydata().tolist(),
    "losses": history.history["loss"],
    "labels": [matrix.get_title()] + [label for a in (curve, matrix) for label in (a.get_xlabel(), a.get_ylabel())],
    "counts": [[*t.get_position(), t.get_text()] for t in matrix.texts],
    "heat": heat.get_array().tolist(),
    "brightness": heat.to_rgba([1, 2, 9])[:, :3].sum(axis=1).tolist(),
    "captions": [a.get_title() for a in drawn],
    "digits": [int(abs(X_test[..., 0] - a.images[0].get_array()).sum(axis=(1, 2)).argmin()) for a in drawn],
    "difference": compare_images("keras_cnn_example.png", "again.png", tol=1),
    "saved": saved.predict(X_test, verbose=0).tolist(),
}
print(json.dumps(answers))
"""


def test_interactive_python_answers_and_its_picture_is_true(make_user, few_run):
    user = make_user()
    process = user.run("-i", stdin=f"{WATCH}\n{edited()}\n{QUESTIONS}")
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

    shapes = [160, 28, 28, 1], [40, 28, 28, 1]
    assert answers["X"] == [[shape, "float32", 0, 1] for shape in shapes]
    assert answers["oneDNN"] == ["1"]
    assert answers["switches"] == [False, 25, 1]
    assert answers["limit"] is None

    # The file shows the figure, and the figure the training and the saved model's work.
    assert answers["difference"] is None
    assert answers["curve"] == [
        [i, loss] for i, loss in enumerate(answers["losses"], 1)
    ]
    labels = "Confusion matrix, epoch, loss while training, digit seen, true digit"
    assert ", ".join(answers["labels"]) == labels
    with np.load(user.folder / "tests" / SAMPLE.name) as data:
        true = data["y_test"]
    seen = np.argmax(answers["saved"], axis=1)
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
    captions = [f"saw {seen[i]}\nis {true[i]}" for i in mistakes[:10]]
    assert answers["captions"] == captions
