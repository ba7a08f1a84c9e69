"""README's table "What changed since Keras 1.2.2": every line of 2017, run today."""

import json

from tests.user import ROOT, finish_all

# Runs each statement by itself; prints, as JSON, what became of each: an error or a value.
TRY_EACH = """
import json, sys, warnings
import numpy as np, keras
warnings.simplefilter("error")
names = dict(vars(keras.layers), np=np, keras=keras, Sequential=keras.Sequential)
names.update(X=np.zeros((32, 28, 28, 1), "float32"), Y=np.eye(10)[np.zeros(32, int)])
results = []
for statement in json.load(sys.stdin):
    try:
        try:
            exec(statement, names)
        except UserWarning as warning:
            warnings.simplefilter("ignore")
            exec(statement, names)
            results.append(f"UserWarning: {warning}")
        else:
            results.append(repr(names.pop("result", None)))
    except Exception as error:
        results.append(f"{type(error).__name__}: {error}")
print(json.dumps(results))
"""

LINES = {
    "from keras.layers import Conv2D, pooling": "ImportError: cannot import name 'pooling'",
    "from keras.utils import np_utils": "ImportError: cannot import name 'np_utils'",
    "np_utils.to_categorical([5], 10)": "NameError: ",
    "X = X.astype('float32'); result = X.dtype.name": "'float32'",
    "model = Sequential()": "None",
    "model.add(Conv2D(32, 3, 3, activation='relu', input_shape=(28,28, 1)))": (
        "UserWarning: Do not pass an `input_shape`"
    ),
    "model = Sequential([Input((28, 28, 1)), Conv2D(32, 3, 3, activation='relu')]);"
    "result = model.output_shape": "(None, 9, 9, 32)",
    "model.add(Conv2D(32, 3, 3, activation='relu')); result = model.output_shape": (
        "(None, 3, 3, 32)"
    ),
    "model.add(pooling.MaxPooling2D(pool_size=(2,2)))": "NameError: ",
    "model.add(MaxPooling2D(pool_size=(2,2))); model.add(Flatten());"
    "model.add(Dense(128)); model.add(Dense(10, activation='softmax'));"
    "result = model.count_params()": "15082",
    "model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy']);"
    "result = float(model.optimizer.epsilon)": "1e-07",
    "model.fit(X, Y, batch_size=32, nb_epoch=10, verbose=0)": "TypeError: ",
    "history = model.fit(X, Y, verbose=0); result = sorted(history.history)": (
        "['accuracy', 'loss']"
    ),
    "history.history['acc']": "KeyError: 'acc'",
    "result = model.metrics_names": "['loss', 'compile_metrics']",
}

# How README.md gives these results.
README = (ROOT / "README.md").read_text(encoding="utf-8")
IN_README = [
    *("ImportError: cannot import name 'pooling'", "`NameError`"),
    *("ImportError: cannot import name 'np_utils'", "`UserWarning`"),
    *("(None, 9, 9, 32)", "(None, 3, 3, 32)", "15,082", "Adam's epsilon", "is 1e-7"),
    *("TypeError: ... unexpected keyword argument 'nb_epoch'", "`KeyError`"),
    "['loss', 'compile_metrics']",
]


def test_lines_of_2017_do_what_the_readme_says(user):
    process = user.python("-c", TRY_EACH, stdin=json.dumps(list(LINES)))
    assert process.returncode == 0, process.stderr
    found = dict(zip(LINES, json.loads(process.stdout)))
    for line, expected in LINES.items():
        assert found[line].startswith(expected), line
    assert any(
        "unexpected keyword argument 'nb_epoch'" in text for text in found.values()
    )
    for text in IN_README:
        assert text in README, text


SEED_OF_2017 = """
import numpy as np
np.random.seed(123)
import keras
print(keras.layers.Dense(10)(np.ones((1, 100), "float32")).numpy().tolist())
"""


def test_seed_of_2017_has_no_effect(user):
    # That today's seed has, test_output.py shows: two runs, one score.
    runs = [user.start("-c", SEED_OF_2017) for _ in range(2)]
    first, second = (run.stdout for run in finish_all(runs))
    assert first.startswith("[[")
    assert second.startswith("[[")
    assert first != second
