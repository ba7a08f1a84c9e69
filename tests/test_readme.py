"""What the READMEs say: links, commands, code, outputs, numbers, and the lines of 2017."""

import json
import math
import re

import numpy as np
import pytest

from tests import measure
from tests.test_script import TUTORIAL
from tests.user import README, ROOT, SCRIPT, TESTS, blocks, edited, printed_scores

LOG = (measure.FOLDER / "mnist_123.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [ROOT, TESTS], ids=["README", "tests/README"])
def test_links_lead_somewhere(folder):
    for link in re.findall(r"\]\(([^)]*)\)", (folder / "README.md").read_text("utf-8")):
        path, _, anchor = link.partition("#")
        if not link.startswith("https://"):
            assert (folder / path).exists(), link
        if anchor:
            text = (folder / (path or "README.md")).read_text("utf-8")
            headings = re.sub(r"[^\w \n-]", "", text.lower()).replace(" ", "-")
            assert f"\n-{anchor}\n" in headings, link


def test_commands_name_what_there_is():
    code = str(blocks("sh") + blocks("bat") + re.findall(r"`([^`\n]+)`", README))
    for name in re.findall(r"[\w/.-]+\.(?:py|txt)\b", code):
        assert (ROOT / name).exists(), name
    requirements = (ROOT / "requirements.txt").read_text("utf-8")
    bounds = re.search(r"(?m)^tensorflow([^;\n]+)", requirements)[1]
    assert f"tensorflow[and-cuda]{bounds}" in code
    pythons = re.search(r"needs Python (3\.\d+ to 3\.\d+)", README)[1]
    assert f"for {pythons}" in (TESTS / "README.md").read_text("utf-8")


def test_steps_are_the_scripts():
    script = edited()
    headings = re.findall(r"(?m)^### (\d+\. .*)$", README)
    assert [int(heading.split(".")[0]) for heading in headings] == list(range(3, 11))
    for text in [f"\n# {heading}" for heading in headings] + blocks("py"):
        assert text in script


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
    table = README.partition("---|---|---\n")[2].partition("\n\n")[0].splitlines()
    rows = [measure.AS_IS, *measure.README_CHANGES]
    for script, line in zip(rows, table, strict=True):
        one = float(scores["mnist", script]["123"]["test_accuracy"])
        several, _ = measure.summary(scores["mnist, quick", script], "test_accuracy")
        assert line == f"{script}|{several}|{one:.4f}"

    seeds = scores["mnist", measure.AS_IS]
    mnist, sample = seeds["123"], scores["mnist_sample", measure.AS_IS]["123"]
    assert len(seeds) == 6
    _, loss = measure.summary(seeds, "test_loss")
    _, accuracy = measure.summary(seeds, "test_accuracy")
    assert f"Six seeds of this script gave {loss} and {accuracy} (" in README
    digits = [sample["test_loss"], sample["test_accuracy"]]
    assert [line.split()[2] for line in shown(1)[1:]] == digits
    losses = [float(r[c]) for r in (mnist, sample) for c in measure.LOSSES[:2]]
    said = "was {:.4f}, but {:.4f} in the test (on the sample, {:.4f} and {:.4f})"
    assert said.format(*losses) in README
    assert f"정확도는 {float(mnist['test_accuracy']):.4f}" in README


def test_arithmetic():
    for left, right in re.findall(r"(\d+×[\d×()+]+) = ([\d,]+)", README):
        assert eval(left.replace("×", "*")) == int(right.replace(",", ""))
    numbers = [line.split() for line in blocks("text")[2].splitlines()[1:]]
    picture = np.array([line[:5] for line in numbers], int)
    weights, sums, after = np.hsplit(np.array([n[5:] for n in numbers[1:4]], int), 3)
    places = np.lib.stride_tricks.sliding_window_view(picture, (3, 3))
    assert (sums == (places * weights).sum(axis=(2, 3))).all()
    assert (after == np.maximum(sums, 0)).all()
    rows = zip(picture[2:, 2:].tolist(), weights.tolist(), strict=True)
    rows = ["+".join(f"{x}*{w}" for x, w in zip(*row, strict=True)) for row in rows]
    assert f"`{' + '.join(rows)}`" in README

    softmax = np.exp([2, 1, 0]) / np.exp([2, 1, 0]).sum()
    assert "2, 1, 0 become {:.2f}, {:.2f}, {:.2f} (".format(*softmax) in README
    for p, digits in ((0.24, 2), (0.1, 1), (0.001, 1)):
        assert re.search(rf"\b{p}\D+ {-math.log(p):.{digits}f}\b", README), p


# Pictures for the last of README.md's snippets, pasted after the others. Prints, as JSON,
# {name: [the box with ink, the centre of mass, the darkest pixel] of the prepared digit},
# and what the snippets before it have left: the panels' and the layer's channels, weights.
PICTURES = """
import json
from PIL import ImageDraw

def drawn(points, width, mode="RGB", paper="white", ink="black"):
    picture = Image.new(mode, (280, 280), paper)
    ImageDraw.Draw(picture).line(points, fill=ink, width=width, joint="curve")
    return picture

seven = [(60, 60), (220, 60), (120, 230)]
far = Image.new("RGB", (900, 500), "white")
far.paste(drawn(seven, 24), (500, 150))
pictures = {
    "plain 7": drawn(seven, 24),
    "7 on nothing": drawn(seven, 24, mode="RGBA", paper=(0, 0, 0, 0)),
    "light 7": drawn(seven, 24, paper="black", ink="white"),
    "7 far from the middle": far,
    "thin 1": drawn([(140, 40), (146, 240)], 3),
    "heavy 7": drawn([(60, 60), (220, 60), (60, 70), (220, 70), (120, 260)], 9),
}
prepared = {}
for name, picture in pictures.items():
    picture.save("my_digit.png")
    exec(snippet)
    centre = [float(np.average(i, weights=digit)) for i in np.indices((28, 28))]
    prepared[name] = Image.fromarray(digit > 0).getbbox(), centre, float(digit.max())

layer = np.array(model.layers[0](X_test[:1]))[0]
first = [[np.allclose(p.images[0].get_array(), layer[..., i], atol=1e-4) for i, p in enumerate(panels.flat)], bool(layer.max() > 0)]
weights = [[layer.count_params() for layer in model.layers], sum(np.size(v) for v in model.weights + model.optimizer.variables)]
print(json.dumps([prepared, first, weights]))
"""


def test_output_offline_and_snippets(make_user):
    user = make_user(train=4000, test=1000)
    *snippets, own_digit = blocks("python")
    own = f"from PIL import Image\nsnippet = {own_digit!r}\n{PICTURES}"
    process = user.run("-i", SCRIPT.name, stdin="\n".join([*snippets, own]))
    assert "Traceback" not in process.stderr, process.stderr
    assert printed_scores(process.stdout)[1] >= 0.95
    notice, *scores = shown(1)
    assert notice.partition("https://")[0] in process.stderr
    # Another processor or version has other digits.
    for line in scores:
        assert re.sub(r"\d\.\d+", "#", line) in re.sub(r"\d\.\d+", "#", process.stdout)

    _, _, after = process.stdout.partition("Epochs trained: 10\n")
    training_loss, _ = json.loads(after.splitlines()[0])
    assert training_loss < printed_scores(process.stdout)[0]
    assert re.search(r"\nIt saw \d and it is \d\n", after), process.stderr
    assert (user.folder / "filters.png").exists()
    assert re.findall(r"\nIt sees (\d)", after)[:3] == ["7"] * 3
    prepared, first, (weights, all_of_them) = json.loads(after.splitlines()[-1])
    assert first == [[True] * 32, True]
    for number in [*filter(None, weights), sum(weights), all_of_them]:
        assert re.search(rf"\b{number:,}\b", README), number
    assert len(prepared) == 6
    for name, ((left, top, right, bottom), centre, darkest) in prepared.items():
        # Nothing has left, and nothing has come in at the other side.
        assert max(right - left, bottom - top) == 20, name
        assert centre == pytest.approx([14, 14], abs=3 if "heavy" in name else 1), name
        assert darkest == 1, name


# Runs each variant of the tutorial that comes as JSON, in one process. Prints, as JSON,
# for each: the error's name or "Runs", warnings, first shape, weights, output, scores.
VARIANTS = """
import contextlib, io, json, sys, warnings
results = []
for text in json.load(sys.stdin):
    names, printed, result = {}, io.StringIO(), "Runs"
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(text, names)
        except Exception as error:
            result = type(error).__name__
    warned, model = [w.category.__name__ for w in caught], names.get("model")
    network = [model.layers[0].output.shape, model.count_params()] if result == "Runs" else []
    results.append([result, warned, *network, printed.getvalue(), names.get("score")])
print(json.dumps(results))
"""


def test_lines_of_2017_do_what_the_table_says(make_user):
    table = README.partition("run today\n---|---|---\n")[2].partition("\n\n")[0]
    rows = [line.split("|") for line in table.splitlines()]
    code = re.compile("`([^`]+)`").findall
    cells = [["\n".join(code(cell)) for cell in row[:2]] for row in rows]
    # Each line of 2017 by itself, in today's tutorial; the first one again; today's, twice;
    # and the two convolutions together.
    assert all(today in TUTORIAL for _, today in cells)
    variants = [TUTORIAL.replace(today, line, 1) for line, today in cells]
    first, second = (i for i, (line, _) in enumerate(cells) if "Conv2D(32" in line)
    both = variants[first].replace(*reversed(cells[second]))
    variants += [variants[0], TUTORIAL, TUTORIAL, both]
    user = make_user(train=32, test=10, KERAS_MAX_EPOCHS="1")
    process = user.run("-c", VARIANTS, stdin=json.dumps(variants))
    assert process.returncode == 0, process.stderr
    *results, again, tutorial, twice, both = json.loads(process.stdout.splitlines()[-1])
    for result, (_, _, said) in zip(results, rows, strict=True):
        assert re.match(r"[*`]*(\w+)", said)[1] == result[0], said
    assert results[0][-1] != again[-1]
    assert tutorial == twice
    assert "UserWarning" in results[first][1]
    assert "UserWarning" in rows[first][2]
    said = f"prints {tuple(both[2])}, and its network has {both[3]:,} weights"
    assert f"{said} in place of {tutorial[3]:,}." in rows[second][2]
    assert f"`{results[-1][-2].splitlines()[-2]}`" in rows[-1][2]
