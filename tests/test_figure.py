"""What the script draws: the training, the confusion matrix, the mistakes."""

import copy
import pickle

import keras
import numpy as np
import pytest
from matplotlib.testing.compare import compare_images


def test_the_curve_is_the_loss_of_each_epoch(lesson):
    epochs, losses = lesson.curve.lines[0].get_data()
    assert list(epochs) == list(range(1, 11))
    assert list(losses) == lesson.history.history["loss"]


def test_a_dashed_line_is_the_test_loss(lesson):
    [dashed] = [line for line in lesson.curve.lines if line.get_linestyle() == "--"]
    assert set(dashed.get_ydata()) == {lesson.score[0]}


def test_the_legend_says_how_each_was_measured(lesson):
    legend = lesson.curve.get_legend()
    assert legend, "the curves have no names"
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["while training, with dropout", "test, at the end"]


def test_the_loss_is_drawn_from_0_up(lesson):
    bottom, top = lesson.curve.get_ylim()
    assert bottom == 0
    assert top > max(lesson.history.history["loss"])


@pytest.mark.parametrize("last", [1, 2, 10, 60])
def test_epochs_on_the_axis_are_whole(lesson, last):
    ticks = lesson.curve.xaxis.get_major_locator().tick_values(1, last)
    assert [tick for tick in ticks if tick % 1] == []


def test_axes_say_what_they_show(lesson):
    labels = [
        (panel.get_xlabel(), panel.get_ylabel())
        for panel in (lesson.curve, lesson.matrix)
    ]
    assert labels == [("epoch", "loss"), ("digit seen", "true digit")]


def test_the_matrix_counts_what_the_saved_network_sees(lesson, lesson_folder):
    saved = keras.saving.load_model(lesson_folder / "keras_cnn_example.keras")
    seen = saved.predict(lesson.X_test, verbose=0).argmax(axis=1)
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (lesson.y_test, seen), 1)
    assert lesson.matrix.images[0].get_array().tolist() == counts.tolist()


def test_each_count_stands_in_its_square(lesson):
    written = {text.get_position(): text.get_text() for text in lesson.matrix.texts}
    counted = np.argwhere(lesson.confusion)
    assert written == {(x, y): str(lesson.confusion[y, x]) for y, x in counted}


def test_more_is_darker(lesson):
    few, some, many = lesson.matrix.images[0].to_rgba([1, 2, 6])[:, :3].sum(axis=1)
    assert few > some > many


def test_a_few_mistakes_are_not_as_white_as_none(lesson):
    norm = copy.copy(lesson.matrix.images[0].norm)
    norm.vmin, norm.vmax = 1, 1000
    assert norm(16) > 0.3  # of the way from white to the darkest blue


@pytest.mark.parametrize("axis", ["xaxis", "yaxis"])
def test_every_digit_has_a_tick(lesson, axis):
    ticks = getattr(lesson.matrix, axis).get_ticklocs()
    assert [tick for tick in ticks if -0.5 < tick < 9.5] == list(range(10))


def test_the_matrix_is_named(lesson):
    assert lesson.matrix.get_title() == "Confusion matrix"


def test_the_title_says_the_accuracy_the_mistakes_and_the_data(lesson):
    wrong = np.count_nonzero(lesson.predicted != lesson.y_test)
    title = f"Accuracy: {lesson.score[1]:.4f}, mistakes: {wrong} "
    assert lesson.figure.get_suptitle() == title + "(on the 60 test digits of MNIST)"


def test_the_first_ten_mistakes_are_drawn(lesson):
    mistakes = lesson.X_test[lesson.predicted != lesson.y_test]
    assert len(mistakes) > 10, "the lesson makes too few mistakes for this test"
    drawn = np.stack([panel.images[0].get_array() for panel in lesson.bottom.axes])
    assert np.array_equal(drawn, mistakes[:10, :, :, 0]), "a panel shows another digit"


def test_the_ink_of_a_mistake_is_dark(lesson):
    paper, ink = lesson.bottom.axes[0].images[0].to_rgba([0, 1])[:, 0]
    assert ink < paper


def test_each_mistake_has_its_caption(lesson):
    answers = zip(lesson.predicted, lesson.y_test, strict=True)
    captions = [f"saw {seen}\nis {true}" for seen, true in answers if seen != true]
    assert [panel.get_title() for panel in lesson.bottom.axes] == captions[:10]


def test_the_file_shows_the_finished_figure(lesson, lesson_folder, tmp_path):
    figure = pickle.loads(pickle.dumps(lesson.figure))
    figure.set_layout_engine("none")  # else all parts move a little when saved again
    figure.savefig(tmp_path / "again.png")
    file = lesson_folder / "keras_cnn_example.png"
    assert compare_images(file, tmp_path / "again.png", tol=1) is None
