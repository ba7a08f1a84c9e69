"""README.md's snippets, which are pasted below the script or into a new Python."""

import itertools
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.files import masked, script
from tests.lesson import run_script, run_snippet, type_at_prompt
from tests.readme import block, blocks

SEVEN = [(60, 60), (220, 60), (120, 230)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder (Path) in which the script has left a network that can read."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture(scope="module")
def trained(folder):
    """Return what the script leaves after four epochs on a part of the sample."""
    return run_script(folder, digits=(1200, 60), epochs=4)


def below_the_script(folder, trained, part):
    """Run the snippet that contains part with the script's names; return all names."""
    return run_snippet(folder, block("python", part), **vars(trained))


def test_the_loss_and_accuracy_of_the_training_digits_are_printed(folder, trained):
    names = below_the_script(folder, trained, "model.evaluate(X_train")
    measured = trained.model.evaluate(trained.X_train, trained.Y_train, verbose=0)
    assert names.printed == f"{measured}\n"


def test_the_first_test_digit_is_named(folder, trained):
    names = below_the_script(folder, trained, "It saw")
    answer = f"It saw {trained.predicted[0]} and it is {trained.y_test[0]}\n"
    assert names.printed.endswith(answer)


@pytest.fixture(scope="module")
def drawn(folder, trained):
    """Return what the snippet that draws the channels leaves."""
    return below_the_script(folder, trained, "channels.png")


def test_each_panel_shows_a_channel_of_the_first_layer(drawn, trained):
    first_layer = np.array(trained.model.layers[0](trained.X_test[:1]))[0]
    panels = [panel.images[0].get_array() for panel in drawn.panels.flat]
    assert np.allclose(np.stack(panels, axis=-1), first_layer, atol=1e-4)


def test_the_channels_are_saved(drawn, folder):
    assert Image.open(folder / "channels.png").size == (800, 400)


def test_the_weights_of_each_filter_can_be_drawn_in_their_place(folder, trained):
    weights = "model.layers[0].get_weights()[0][:, :, 0, i]"
    text = block("python", "channels.png").replace("channels[:, :, i]", weights)
    names = run_snippet(folder, text, **vars(trained))
    shapes = {panel.images[0].get_array().shape for panel in names.panels.flat}
    assert shapes == {(3, 3)}


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


@pytest.fixture(scope="module", params=PICTURES)
def own(request, folder, trained):
    """Return (name of a picture, what the snippets for an own digit make of it).

    They run in a new Python: with the names of the snippet that loads the network only.
    """
    PICTURES[request.param].save(folder / "my_digit.png")
    later = block("python", "load_model")
    names = run_snippet(folder, later + block("python", "my_digit.png"))
    return request.param, names


def test_a_clear_7_is_seen(own):
    name, names = own
    assert "It sees 7 " in names.printed or name in ("a thin 1", "a heavy 7")


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


def own_pictures(folder):
    """Make pictures/train and pictures/test in folder (Path), each with two classes."""
    for part in ("train", "test"):
        for name, points in {"line": [(40, 40), (240, 240)], "seven": SEVEN}.items():
            place = folder / "pictures" / part / name
            place.mkdir(parents=True)
            for i in range(4):
                line_drawing(points, 10 + i).save(place / f"{i}.png")


def test_own_pictures_train_a_network_of_their_own(tmp_path):
    own_pictures(tmp_path)
    names = run_snippet(tmp_path, block("python", "image_dataset_from_directory"))
    assert names.model.output_shape == (None, 2)
    assert (tmp_path / "my_pictures.keras").exists()


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    """Return what a prompt shows (stdout, stderr) of the script and all snippets.

    What belongs to the snippets stands below "Below the script".
    """
    folder = tmp_path_factory.mktemp("typed")
    own_pictures(folder)
    PICTURES["a plain 7"].save(folder / "my_digit.png")
    below = "\nprint('Below the script')\n"
    return type_at_prompt(folder, "\n".join([script(), below, *blocks("python")]))


def test_script_and_snippets_can_be_typed_at_one_prompt(typed):
    _, said = typed
    assert re.findall(r"(?m)^(?:Traceback|\w*Error).*", said) == [], said


def test_a_prompt_echoes_nothing_before_the_scores(typed, lesson):
    before = typed[0].partition("Test loss")[0]
    assert masked(before) == masked(lesson.printed.partition("Test loss")[0])


def test_a_prompt_echoes_at_most_ten_lines(typed):
    shown = typed[0].partition("Below the script")[0].splitlines()
    accuracy = next(i for i, x in enumerate(shown) if x.startswith("Test accuracy"))
    echoed = shown[accuracy + 1 : -1]  # up to "Saved ..."
    assert len(echoed) <= 10, echoed


def swallowed(text):
    """Return the lines (list) that a prompt takes for parts of the block above them."""
    lines = text.splitlines()
    unindented = r"(?!else|elif|except|finally)\w"
    return [
        line
        for above, line in itertools.pairwise(lines)
        if above.startswith("    ") and re.match(unindented, line)
    ]


def test_a_blank_line_ends_each_block_of_what_is_pasted():
    pasted = "\n\n".join([script(), *blocks("python")])
    assert swallowed(pasted) == []
