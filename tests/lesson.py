"""Runs the script in the tests' own process, so that its names are plain objects."""

import code
import contextlib
import io
import runpy
import socket
import sys
from types import SimpleNamespace
from unittest.mock import Mock

import keras
import matplotlib.pyplot as plt
import pytest
import tensorflow as tf
from keras.datasets import fashion_mnist, mnist

from tests.files import FEW, SAMPLE, SCRIPT, arrays, edited, script

AutotuneOptions = tf.data.experimental.AutotuneOptions


@contextlib.contextmanager
def user_at(folder, load_data=None, epochs=None):
    """Put the tests' process in the place of a user's, in folder (Path).

    load_data replaces Keras's, by default with a few digits of the sample. epochs, if
    given, limits a training. Yields a record of the run, complete when the block ends:
    printed and said (StringIO: stdout and stderr) and show (a Mock of plt.show). What
    the script sets for the whole process is put back in the end.
    """
    load_data = load_data or (lambda: arrays(SAMPLE, *FEW))
    seen = SimpleNamespace(printed=io.StringIO(), said=io.StringIO(), show=Mock())
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(seen.printed),
            contextlib.redirect_stderr(seen.said),
        ):
            patch.chdir(folder)
            patch.setattr(mnist, "load_data", load_data)
            patch.setattr(fashion_mnist, "load_data", load_data)
            patch.setattr(plt, "show", seen.show)
            # Set to itself, so that it is put back, whatever the script makes of it.
            patch.setattr(AutotuneOptions, "enabled", vars(AutotuneOptions)["enabled"])
            # nbclient imports it, and step 9 would take this for a notebook.
            patch.delitem(sys.modules, "ipykernel", raising=False)
            keras.config.set_max_epochs(epochs)
            yield seen
    finally:
        socket.setdefaulttimeout(None)
        keras.config.set_max_epochs(None)
        plt.close("all")


def run_script(
    folder, *changes, text=None, digits=FEW, load_data=None, epochs=None, until=None
):
    """Run the script in folder (Path) and return what it leaves, as attributes.

    changes: see edited. text: another program in its place. digits: how many training
    and test digits of the sample mnist.load_data() returns; load_data, a function,
    replaces it. epochs: train for fewer. until: the heading before which the script
    ends, such as 5, Save or Draw.

    The attributes are the script's names (X_train, model, figure, ...) and four more:
    printed and said (str, what came on stdout and stderr), time_limit (seconds, or
    None: of new sockets, when the script ends), windows (int: how often it called
    plt.show). The script's errors are raised.
    """
    text = script(*changes, until=until) if text is None else edited(text, *changes)
    path = folder / SCRIPT.name
    path.write_text(text, encoding="utf-8")
    load_data = load_data or (lambda: arrays(SAMPLE, *digits))
    with user_at(folder, load_data, epochs) as seen:
        names = runpy.run_path(str(path), run_name="__main__")
        names["time_limit"] = socket.getdefaulttimeout()
    names |= {"printed": seen.printed.getvalue(), "said": seen.said.getvalue()}
    return SimpleNamespace(**names, windows=seen.show.call_count)


def run_snippet(folder, text, names):
    """Run text in folder (Path) as if it were pasted below names (dict); return all.

    They are attributes, and so is printed (str), what came on stdout.
    """
    path = folder / "snippet.py"
    path.write_text(text, encoding="utf-8")
    with user_at(folder) as seen:
        left = runpy.run_path(str(path), init_globals=names, run_name="__main__")
    return SimpleNamespace(**left | {"printed": seen.printed.getvalue()})


def type_at_prompt(folder, text):
    """Type text, line by line, at a prompt in folder (Path), as Python's own does it.

    Return the names that it leaves, as attributes, and two more: printed and said (str,
    what comes on stdout, with the echoes, and on stderr).
    """
    with user_at(folder) as seen:
        prompt = code.InteractiveConsole({"__name__": "__main__"})
        for line in text.splitlines():
            prompt.push(line)
    streams = {"printed": seen.printed.getvalue(), "said": seen.said.getvalue()}
    return SimpleNamespace(**prompt.locals | streams)
