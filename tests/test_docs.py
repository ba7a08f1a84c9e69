"""What the two READMEs say, held against the program, its results and each other."""

import json
import re
import shutil

import pytest

from tests.edits import TRIES
from tests.measure import seeds
from tests.user import RESULTS, ROOT, TESTS, scores

README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTS_README = (TESTS / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """Return the texts of README.md's blocks in this language (list)."""
    return re.findall(rf"(?s)```{language}\n(.*?)```", README)


def test_is_short():
    assert len(README.splitlines()) <= 190


@pytest.mark.parametrize("folder", [ROOT, TESTS])
def test_links_lead_somewhere(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"(?m)^#+ (.*)$", text)
    anchors = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
    for link in re.findall(r"\]\(([^)]*)\)", text):
        path, _, anchor = link.partition("#")
        assert link.startswith("https://") or (folder / path).exists(), link
        assert path or anchor in anchors, link


def shown(number):
    """Return the lines of the README's block of output with this number (list)."""
    return [line for line in blocks("text")[number].splitlines() if line != "..."]


def test_output_is_that_of_the_log():
    log = iter(seeds.log("TensorFlow", 123).read_text(encoding="utf-8").splitlines())
    for line in shown(0):
        assert line in log, line  # in this order


def test_output_offline_is_that_of_the_sample(full_run):
    process = full_run[1]
    loss, accuracy = scores(process.stdout)
    # Another processor moves the loss by 0.021, as far as five seeds lie apart.
    assert scores("\n".join(shown(1))) == (
        pytest.approx(loss, abs=0.03),
        pytest.approx(accuracy, abs=0.015),
    )
    for line in shown(1):
        # Not the machine's own words and digits.
        line = re.split(r"https://| \d\.", line)[0]
        assert line in process.stdout + process.stderr


def test_results_are_those_of_the_logs():
    for table in seeds.tables().split("\n\n"):
        assert table.strip() in TESTS_README
    losses, accuracies = zip(*(score for _, score in seeds.read("TensorFlow").values()))
    for values in (losses, accuracies):
        assert seeds.mean_and_deviation(values) in README


def test_tries_are_those_of_the_table():
    steps = README.split("## The steps")[1].split("## Use the model")[0]
    for name in ("the script as it is", *TRIES):
        row = rf"(?m)^\| {name} \| ([\d.]+) \| ([\d.]+) \|"
        loss, accuracy = re.search(row, TESTS_README).groups()
        assert steps.count(accuracy) == 1, name
        if name in ("the script as it is", "no dropout"):
            assert steps.count(loss) == 1, name


# Runs the README's first snippet, then the second for many pictures, and prints what the
# network reads, as JSON: {drawn: read} of the pictures, [right, right if only scaled, all]
# of the digits in Matplotlib's fonts. Reading all at once, at the end, takes less time.
READ_DIGITS = r"""
import contextlib, io, json, pathlib, sys
import matplotlib
from PIL import Image, ImageDraw, ImageFont, ImageOps

names = {}
first, second = json.load(sys.stdin)
print(first)
exec(first, names)
np, model = names["np"], names["model"]

def show(picture):
    # What the snippet hands to the model for this picture.
    picture.save("my_digit.png")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(second, names)
    return names["digit"]

pen = dict(width=24, joint="curve")
seven = [(60, 60), (220, 60), (120, 230)]
black = Image.new("RGB", (280, 280), "white")
ImageDraw.Draw(black).line(seven, fill="black", **pen)
clear = Image.new("RGBA", (280, 280))
ImageDraw.Draw(clear).line(seven, fill="black", **pen)
far = Image.new("RGB", (900, 500), "white")
far.paste(black, (500, 150))
one = Image.new("L", (280, 280), "white")
ImageDraw.Draw(one).line([(140, 40), (146, 240)], fill="black", width=3)
pictures = {
    "7, black on white": black,
    "7, grey": ImageOps.grayscale(black),
    "7, white on black": ImageOps.invert(black),
    "7, on nothing": clear,
    "7, far from the middle": far,
    "7, with a palette": black.convert("P"),
    "7, on grey paper": Image.blend(black, Image.new("RGB", (280, 280), "gray"), 0.5),
    "1, with a thin pen": one,
}
read = {}
for name, picture in pictures.items():
    show(picture)
    read[name] = int(names["probabilities"].argmax())

class Later:
    # In the model's place: the snippet's own prediction is not looked at here.
    def predict(self, digit, verbose):
        return np.zeros((1, 10))

names["model"] = Later()
folder = pathlib.Path(matplotlib.get_data_path(), "fonts", "ttf")
prepared, scaled, true = [], [], []
for path in sorted(folder.glob("*.ttf")):
    font = ImageFont.truetype(path, 200)
    glyphs = {bytes(font.getmask(digit)) for digit in "0123456789"}
    if len(glyphs) < 10 or path.name.startswith(("cmex", "cmsy")):
        continue  # a font without digits, or with symbols in their places
    for digit in "0123456789":
        picture = Image.new("RGB", (280, 280), "white")
        ImageDraw.Draw(picture).text((140, 140), digit, "black", font, anchor="mm")
        prepared.append(show(picture))
        small = ImageOps.invert(ImageOps.grayscale(picture)).resize((28, 28))
        scaled.append(np.array(small) / 255)
        true.append(int(digit))

def right(digits):
    probabilities = model.predict(np.array(digits).reshape(-1, 28, 28, 1), verbose=0)
    return int((probabilities.argmax(axis=1) == true).sum())

print(json.dumps([read, [right(prepared), right(scaled), len(true)]]))
"""


def test_use_the_model(full_run, make_user):
    user = make_user()
    user.clone()
    shutil.copy(full_run[0].folder / RESULTS[0], user.folder)
    process = user.python("-c", READ_DIGITS, stdin=json.dumps(blocks("python")))
    assert process.returncode == 0, process.stderr
    print(process.stdout)
    assert re.search(r"\nIt saw (\d) and it is \1\n", process.stdout)
    read, (prepared, scaled, total) = json.loads(process.stdout.splitlines()[-1])
    assert read == {name: int(name[0]) for name in read}
    assert total >= 200
    assert prepared >= 0.8 * total
    assert prepared > scaled + 0.15 * total
