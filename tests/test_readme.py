"""What the READMEs say: links, commands, code, outputs and figures."""

import csv
import math
import re

import numpy as np
import pytest

from tests import measure
from tests.files import RESULTS, ROOT, TESTS, script
from tests.readme import README, block, blocks, table, tries

LOG = (RESULTS / "mnist_123.log").read_text(encoding="utf-8")
TESTS_README = (TESTS / "README.md").read_text(encoding="utf-8")
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def anchor(heading):
    """Return the anchor (str) that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("folder", [ROOT, TESTS], ids=["README", "tests/README"])
def test_links_lead_somewhere(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        if not link.startswith("https://"):
            assert (folder / link).exists(), f"a link leads nowhere: {link}"


@pytest.mark.parametrize("folder", [ROOT, TESTS], ids=["README", "tests/README"])
def test_anchors_are_headings(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    for path, link in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
        page = (folder / (path or "README.md")).read_text(encoding="utf-8")
        headings = re.findall(r"(?m)^#+ (.+)$", page)
        assert link in map(anchor, headings), f"no heading for the link #{link}"


def commands():
    """Return all of README.md's commands, also those in a sentence, as one text."""
    inline = re.findall(r"`([^`\n]+)`", README)
    return "\n".join(blocks("sh") + blocks("bat") + inline)


def test_commands_name_files_that_exist():
    for name in re.findall(r"(?<![\w\\/.])[\w/.-]+\.(?:py|txt)\b", commands()):
        assert (ROOT / name).exists(), f"a command names {name}, which does not exist"


# What the page may tell a reader to set, and to which values.
SETTINGS = {
    "KERAS_MAX_EPOCHS": {"1"},
    "CUDA_VISIBLE_DEVICES": {"-1"},
}


def test_settings_in_commands_are_ones_that_work():
    found = re.findall(r"\b([A-Z][A-Z_]{5,})=[\"']?([\w-]*)", commands())
    assert found
    for name, value in found:
        assert name in SETTINGS, f"nothing reads the setting {name}"
        assert value in SETTINGS[name] | {""}, f"{name} is not meant to be {value}"


def test_pythons_in_commands_are_in_the_range_that_the_page_names():
    first, last = re.search(r"Python 3\.(\d+) to 3\.(\d+)", README).groups()
    found = re.findall(r"(?:py -|py install |--python )3\.(\d+)", commands())
    assert found
    for minor in found:
        assert int(first) <= int(minor) <= int(last), (
            f"Python 3.{minor} is out of range"
        )


def test_the_maintainers_page_names_the_same_pythons():
    pythons = re.search(r"Python (3\.\d+ to 3\.\d+)", README)[1]
    assert f"for {pythons}" in TESTS_README, f"tests/README.md: not for {pythons}"


def test_the_graphics_card_gets_the_required_tensorflow():
    bounds = re.search(r"(?m)^tensorflow([^;\n]+)", REQUIREMENTS)[1]
    assert f"tensorflow[and-cuda]{bounds}" in commands()


def test_steps_have_the_scripts_headings():
    headings = re.findall(r"(?m)^### (\d+\. .*)$", README)
    assert [int(heading.split(".")[0]) for heading in headings] == list(range(3, 11))
    for heading in headings:
        found = f"\n# %% {heading}" in script()
        assert found, f"the script has no step {heading!r}"


def test_code_that_is_explained_stands_in_the_script():
    missing = [code for code in blocks("py") if code not in script()]
    assert missing == []


def shown(part):
    """Return the lines (list) of the block of output that contains part."""
    return [line for line in block("text", part).splitlines() if line != "..."]


def test_output_is_that_of_the_log_in_its_order():
    log = iter(LOG.replace(" - ", " ").splitlines())
    for line in shown("test digits of MNIST)"):
        # A terminal shows a bar where a log has none.
        expected = re.sub(" ━+ | - ", " ", line)
        # What "in" passes over is gone, so this asks for the order, too.
        assert expected in log, f"not in the log, or not in this order: {line}"


def test_accuracies_of_the_tries_are_what_was_measured():
    scores = measure.known_scores()
    for name, several, one in table("try|4,000 digits|60,000 digits"):
        assert ("mnist, quick", name) in scores, f"not measured on 4,000 digits: {name}"
        quick, _ = measure.summary(scores["mnist, quick", name], "test_accuracy")
        assert several == quick, f"{name} on 4,000 digits"
        assert ("mnist", name) in scores, f"not measured on 60,000 digits: {name}"
        accuracy = float(scores["mnist", name]["123"]["test_accuracy"])
        assert one == f"{accuracy:.4f}", f"{name} on 60,000 digits"


def test_every_try_has_its_row_in_the_table():
    names = [row[0] for row in table("try|4,000 digits|60,000 digits")]
    expected = [name for name in tries() if name not in measure.NOT_IN_THE_TABLE]
    assert names == [measure.AS_IS, *expected], "see A new try in tests/README.md"


def measured_numbers():
    """Return all that was measured, as texts with four decimals (set)."""
    numbers = [float(number) for number in re.findall(r"\d\.\d{4,}", LOG)]
    for rows in measure.known_scores().values():
        for column in measure.COLUMNS:
            values = [float(row[column]) for row in rows.values()]
            numbers += [*values, np.mean(values)]
            if len(values) > 1:
                numbers.append(np.std(values, ddof=1))
    with open(RESULTS / "seen_once.csv", newline="", encoding="utf-8") as file:
        numbers += [float(row["number"]) for row in csv.DictReader(file)]
    return {f"{number:.4f}" for number in numbers}


def test_each_number_with_four_decimals_was_measured():
    known = measured_numbers()
    for number in re.findall(r"(?<![\d.])\d\.\d{4}(?!\d)", README):
        assert number in known, f"{number} is nowhere in tests/results"


def described(layer):
    """Return how the table of layers writes a layer (str), such as "Dropout(0.25)"."""
    kind, settings = type(layer).__name__, layer.get_config()
    if kind == "Conv2D":
        return f"Conv2D({settings['filters']}, {settings['kernel_size']})"
    for setting in ("rate", "units"):
        if setting in settings:
            return f"{kind}({settings[setting]})"
    return kind


def test_the_table_of_layers_is_the_networks(lesson):
    rows = []
    for layer in lesson.model.layers:
        shape, weights = layer.output.shape[1:], layer.count_params()
        rows.append([f"`{described(layer)}`", f"`{shape}`", f"{weights:,}"])
    assert table("layer|what comes out|weights") == rows


def test_all_weights_and_adams_numbers_are_counted_right(lesson):
    variables = lesson.model.weights + lesson.model.optimizer.variables
    everything = sum(math.prod(variable.shape) for variable in variables)
    for number in (lesson.model.count_params(), everything):
        assert f"{number:,}" in README


def test_the_table_of_losses_is_right():
    for probability, loss in table("p|loss"):
        expected = round(abs(math.log(float(probability))), 2)
        assert float(loss) == expected, f"the loss of p = {probability}"
