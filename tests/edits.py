"""What a learner tries: changes of the script's text, for the tests and for measuring."""

from tests.user import SCRIPT

CONVOLUTION = 'model.add(Conv2D(32, (3, 3), activation="relu"))\n'
SECOND = f"print(model.output_shape)\n{CONVOLUTION}"

# README.md's tries, {name: {old text: new text}}; what they give is measured.
TRIES = {
    "16 filters": {"Conv2D(32,": "Conv2D(16,"},
    "one convolution": {SECOND: "print(model.output_shape)\n"},
    "no dropout": {
        "model.add(Dropout(0.25))\n": "",
        "model.add(Dropout(0.5))\n": "",
    },
    "sgd": {'optimizer="adam"': 'optimizer="sgd"'},
    "batches of 128": {"batch_size=32": "batch_size=128"},
    "three epochs": {"epochs=args.epochs": "epochs=3"},
}

# More that must work to the end.
MORE = {
    "three more edits": {
        SECOND: SECOND + CONVOLUTION,
        "# 8. ": "model.summary()\n# 8. ",
        "verbose=bar)": "verbose=bar, validation_split=0.1)",
    },
    "three test digits": {"# 5. ": "X_test, y_test = X_test[:3], y_test[:3]\n# 5. "},
    "no mistakes": {"wrong = np": "predicted = y_test\nwrong = np"},
    # As if MNIST had come: README.md's way to train on the sample all the same.
    "the sample though online": {
        "mnist.load_data()": "[(0, 0)] * 2",
        'data_name = "MNIST"\n': 'data_name = "the MNIST sample"\n',
    },
}


def edited(changes):
    """Return the script's text with these changes, {old text: new text}.

    Raises ValueError if an old text is not there.
    """
    text = SCRIPT.read_text(encoding="utf-8")
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"{old!r} is not in {SCRIPT}")
        text = text.replace(old, new)
    return text
