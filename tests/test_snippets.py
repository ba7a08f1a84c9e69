"""README.md's snippets, which are pasted below the script or into a new Python."""

import itertools
import json
import re

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.files import masked, script
from tests.lesson import run_script, run_snippet, type_at_prompt
from tests.readme import README, block, blocks

SEVEN = [(60, 60), (220, 60), (120, 230)]


def line_drawing(points, width, mode="RGB", paper="white", ink="black"):
    """Return a picture (280, 280) of a line through points, width pixels thick."""
    picture = Image.new(mode, (280, 280), paper)
    ImageDraw.Draw(picture).line(points, fill=ink, width=width, joint="curve")
    return picture


def far_from_the_middle():
    """Return a large picture with a 7 in its lower right corner."""
    picture = Image.new("RGB", (900, 500), "white")
    picture.paste(line_drawing(SEVEN, 24), (500, 150))
    return picture


HEAVY = [(60, 60), (220, 60), (60, 70), (220, 70), (120, 260)]  # a 7 with a heavy top
PICTURES = {
    "a plain 7": line_drawing(SEVEN, 24),
    "a 7 on nothing": line_drawing(SEVEN, 24, mode="RGBA", paper=(0, 0, 0, 0)),
    "a light 7": line_drawing(SEVEN, 24, paper="black", ink="white"),
    "a 7 far from the middle": far_from_the_middle(),
    "a thin 1": line_drawing([(140, 40), (146, 240)], 3),
    "a heavy 7": line_drawing(HEAVY, 9),
}


def own_pictures(folder):
    """Make pictures/train and pictures/test in folder (Path), each with two classes."""
    for part in ("train", "test"):
        for name, points in {"line": [(40, 40), (240, 240)], "seven": SEVEN}.items():
            place = folder / "pictures" / part / name
            place.mkdir(parents=True)
            for i in range(4):
                line_drawing(points, 10 + i).save(place / f"{i}.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder (Path) of a user, with pictures and an own digit."""
    folder = tmp_path_factory.mktemp("typed")
    own_pictures(folder)
    PICTURES["a plain 7"].save(folder / "my_digit.png")
    return folder


@pytest.fixture(scope="module")
def typed(folder):
    """Return what a prompt leaves (see type_at_prompt) of the script and all snippets.

    What it prints for the snippets stands below "Below the script".
    """
    below = "\nprint('Below the script')\n"
    return type_at_prompt(folder, "\n".join([script(), below, *blocks("python")]))


def test_script_and_snippets_can_be_typed_at_one_prompt(typed):
    errors = re.findall(r"(?m)^(?:Traceback|\w*Error).*", typed.said)
    assert errors == [], typed.said


def test_a_prompt_echoes_nothing_before_the_scores(typed, lesson):
    before = typed.printed.partition("Test loss")[0]
    assert masked(before) == masked(lesson.printed.partition("Test loss")[0])


def test_a_prompt_echoes_at_most_ten_lines(typed):
    shown = typed.printed.partition("Below the script")[0].splitlines()
    accuracy = next(i for i, x in enumerate(shown) if x.startswith("Test accuracy"))
    echoed = shown[accuracy + 1 : -1]  # up to "Saved ..."
    assert len(echoed) <= 10, echoed


@pytest.fixture(scope="module")
def network(folder, typed):
    """Return the network that the script has saved."""
    return keras.saving.load_model(folder / "keras_cnn_example.keras")


def printed_below(typed):
    """Return the lines (list) that the snippets have printed."""
    return typed.printed.partition("Below the script\n")[2].splitlines()


def test_the_loss_and_accuracy_of_the_training_digits_are_printed(typed, network):
    measured = network.evaluate(typed.X_train, typed.Y_train, verbose=0)
    assert json.loads(printed_below(typed)[0]) == pytest.approx(measured, abs=1e-5)


def test_the_first_test_digit_is_named(typed):
    answer = f"It saw {typed.predicted[0]} and it is {typed.y_test[0]}"
    assert answer in printed_below(typed)


def test_each_panel_shows_a_channel_of_the_first_layer(typed, network):
    first_layer = np.array(network.layers[0](typed.X_test[:1]))[0]
    panels = [panel.images[0].get_array() for panel in typed.panels.flat]
    assert np.allclose(np.stack(panels, axis=-1), first_layer, atol=1e-4)


def test_the_channels_are_saved(typed, folder):
    assert Image.open(folder / "channels.png").size == (800, 400)


def test_the_filters_can_be_drawn_in_their_place(tmp_path, typed, network):
    new, old = re.search(
        "draw `(model.layers.+?)` in place of `(.+?)`", README
    ).groups()
    text = block("python", "channels.png").replace(old, new)
    names = {"keras": keras, "plt": plt, "model": network, "X_test": typed.X_test}
    drawn = run_snippet(tmp_path, text, names)
    panels = [panel.images[0].get_array() for panel in drawn.panels.flat]
    assert {panel.shape for panel in panels} == {(3, 3)}


def test_own_pictures_train_a_network_of_their_own(typed, folder):
    own = keras.saving.load_model(folder / "my_pictures.keras")
    assert own.output_shape == (None, 2)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Return the folder (Path) in which the script has left a network that can read."""
    folder = tmp_path_factory.mktemp("reader")
    run_script(folder, digits=(800, 60), epochs=4, until="Draw")
    return folder


CLEAR = ["a plain 7", "a 7 on nothing", "a light 7", "a 7 far from the middle"]


@pytest.fixture(scope="module", params=PICTURES)
def own(request, reader):
    """Return (name of a picture, what the snippets for an own digit make of it).

    They run in a new Python: with the names of the snippet that loads the network only.
    """
    PICTURES[request.param].save(reader / "my_digit.png")
    later = block("python", "load_model")
    names = run_snippet(reader, later + block("python", "my_digit.png"), {})
    return request.param, names


@pytest.mark.parametrize("own", CLEAR, indirect=True)
def test_a_clear_7_is_seen(own):
    _, names = own
    assert "It sees 7 " in names.printed


def test_an_own_digit_is_20_pixels_high_or_wide(own):
    _, names = own
    left, top, right, bottom = Image.fromarray(names.digit > 0).getbbox()
    assert max(right - left, bottom - top) == 20


def test_the_ink_of_an_own_digit_is_centred(own):
    name, names = own
    centre = [np.average(i, weights=names.digit) for i in np.indices((28, 28))]
    # A heavy top cannot come to the middle without leaving the picture.
    far = 3 if name == "a heavy 7" else 1
    assert centre == pytest.approx([14, 14], abs=far)


def test_the_darkest_pixel_of_an_own_digit_is_1(own):
    _, names = own
    assert names.digit.max() == 1


def swallowed(text):
    """Return the lines (list) that a prompt takes for parts of the block above them."""
    lines = text.splitlines()
    unindented = r"(?!else|elif|except|finally|[)\]}])\S"
    return [
        line
        for above, line in itertools.pairwise(lines)
        if above.startswith("    ") and re.match(unindented, line)
    ]


def test_a_blank_line_ends_each_block_of_what_is_pasted():
    pasted = "\n\n".join([script(), *blocks("python")])
    assert swallowed(pasted) == []
