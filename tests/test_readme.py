"""What the READMEs say: links, outputs, scores, snippets, and the lines of 2017."""

import json
import re

import pytest

from tests import measure
from tests.user import ROOT, SCRIPT, TESTS, User, blocks, printed_scores

README = (ROOT / "README.md").read_text(encoding="utf-8")
LOG = (measure.RESULTS / "mnist_123.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [ROOT, TESTS], ids=["README", "tests/README"])
def test_links_lead_somewhere(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"(?m)^#+ (.*)$", text)
    anchors = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
    for link in re.findall(r"\]\(([^)]*)\)", text):
        path, _, anchor = link.partition("#")
        assert link.startswith("https://") or (folder / path).exists(), link
        assert path or anchor in anchors, link


def shown(number):
    """Return the lines of README.md's block of output with this number (list)."""
    return [line for line in blocks("text")[number].splitlines() if line != "..."]


def test_output_is_that_of_the_log():
    log = iter(LOG.replace(" - ", " ").splitlines())
    for line in shown(0):
        # A terminal shows a bar where a log has none.
        line = re.sub(" ━+ | - ", " ", line)
        assert line in log, line  # in this order


def test_scores_are_those_of_the_measurements():
    scores = measure.known_scores()
    table = README.partition("---|---|---|---\n")[2].partition("\n\n")[0].splitlines()
    for script, line in zip([measure.AS_IS, *measure.TRIES], table, strict=True):
        one = float(scores["mnist", script]["123"]["test_accuracy"])
        several, _ = measure.summary(scores["mnist, quick", script], "test_accuracy")
        assert f" | {several} | {one:.4f} |" in line

    seeds = scores["mnist", measure.AS_IS]
    assert len(seeds) == 6
    for column in ("test_loss", "test_accuracy"):
        assert measure.summary(seeds, column)[1] in README
    for row in (seeds["123"], scores["mnist_sample", measure.AS_IS]["123"]):
        for column in measure.LOSSES:
            assert f"{float(row[column]):.4f}" in README
    assert f"정확도는 {float(seeds['123']['test_accuracy']):.4f}" in README


# Pictures for the last of README.md's snippets, pasted after the others. Prints, as JSON,
# {name: [the box with ink, the centre of mass, the darkest pixel] of the prepared digit}.
PICTURES = """
import json
from PIL import ImageDraw

def drawn(points, width, mode="RGB", paper="white"):
    picture = Image.new(mode, (280, 280), paper)
    ImageDraw.Draw(picture).line(points, fill="black", width=width, joint="curve")
    return picture

seven = [(60, 60), (220, 60), (120, 230)]
far = Image.new("RGB", (900, 500), "white")
far.paste(drawn(seven, 24), (500, 150))
pictures = {
    "plain 7": drawn(seven, 24),
    "7 on nothing": drawn(seven, 24, mode="RGBA", paper=(0, 0, 0, 0)),
    "7 far from the middle": far,
    "thin 7": drawn([(60, 60), (220, 60), (120, 260)], 4),
    "thin 1": drawn([(140, 40), (146, 240)], 3),
    "heavy 7": drawn([(60, 60), (220, 60), (60, 70), (220, 70), (120, 260)], 9),
}
prepared = {}
for name, picture in pictures.items():
    picture.save("my_digit.png")
    exec(snippet)
    centre = [float(np.average(i, weights=digit)) for i in np.indices((28, 28))]
    prepared[name] = Image.fromarray(digit > 0).getbbox(), centre, float(digit.max())

print(json.dumps(prepared))
"""


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory, home):
    """Return (User, CompletedProcess) of the script on the sample, then all snippets."""
    folder = tmp_path_factory.mktemp("sample") / "folder"
    user = User(folder, home, train=4000, test=1000)
    *snippets, own_digit = blocks("python")
    own = f"from PIL import Image\nsnippet = {own_digit!r}\n{PICTURES}"
    process = user.run("-i", SCRIPT.name, stdin="\n".join([*snippets, own]))
    assert process.stdout.endswith("]}\n"), process.stderr
    return user, process


def test_output_offline_is_that_of_the_sample(sample_run):
    process = sample_run[1]
    assert printed_scores(process.stdout)[1] >= 0.95
    notice, *scores = shown(1)
    assert notice.partition("https://")[0] in process.stderr
    # Another processor or version has other digits.
    for line in scores:
        assert re.sub(r"\d\.\d+", "#", line) in re.sub(r"\d\.\d+", "#", process.stdout)


def test_snippets(sample_run):
    user, process = sample_run
    _, _, after = process.stdout.partition("Epochs trained: 10\n")
    training_loss, _ = json.loads(after.splitlines()[0])
    assert training_loss < printed_scores(process.stdout)[0]
    assert re.search(r"\nIt saw \d and it is \d\n", after), process.stderr
    assert (user.folder / "filters.png").exists()
    assert re.findall(r"\nIt sees (\d)", after)[0] == "7"  # the plain one
    prepared = json.loads(after.splitlines()[-1])
    assert len(prepared) == 6
    for name, ((left, top, right, bottom), centre, darkest) in prepared.items():
        # Nothing has left, and nothing has come in at the other side.
        assert max(right - left, bottom - top) == 20, name
        assert centre == pytest.approx([14, 14], abs=3 if "heavy" in name else 1), name
        assert darkest == 1, name


# What README.md's table says of the lines of 2017 which run. Prints a list as JSON.
LINES = """
import json, keras, numpy as np
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

def random_weights(seed):
    seed(123)
    return keras.layers.Dense(10)(np.ones((1, 100), "float32")).numpy().tolist()

effects = [random_weights(seed) == random_weights(seed) for seed in (np.random.seed, keras.utils.set_random_seed)]
model = keras.Sequential([Conv2D(32, 3, 3, activation='relu', input_shape=(28,28, 1)), Conv2D(32, 3, 3, activation='relu'), MaxPooling2D(pool_size=(2,2)), Flatten(), Dense(128), Dense(10)])
shapes = [layer.output.shape for layer in model.layers[:3:2]]
print(json.dumps([effects, shapes, model.count_params()]))
"""


def test_lines_of_2017_do_what_the_table_says(make_user):
    process = make_user().run("-c", LINES)
    assert process.returncode == 0, process.stderr
    shapes = [[None, 9, 9, 32], [None, 1, 1, 32]]
    assert json.loads(process.stdout) == [[False, True], shapes, 15082]
    assert "(None, 9, 9, 32) and (None, 1, 1, 32), and has 15,082 weights" in README
