"""The script, as it is, on Keras's other backends. Each is skipped if not installed."""

import importlib.util
import json

import pytest

from tests.user import MODEL, RESULTS, SAMPLE, printed_scores

EVALUATE = f"""
import json, keras, numpy as np
# Without the optimizer: that of PyTorch can be loaded with PyTorch only.
model = keras.saving.load_model("{MODEL}", compile=False)
model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
with np.load("tests/{SAMPLE.name}") as data:
    X_test, y_test = data["x_test"] / np.float32(255), data["y_test"]
score = model.evaluate(X_test, keras.utils.to_categorical(y_test, 10), verbose=0)
print(json.dumps([keras.config.backend(), *score]))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_backend_computes_and_its_model_loads_under_tensorflow(make_user, backend):
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    user = make_user(train=4000, test=1000, KERAS_BACKEND=backend)
    process = user.run(limit=1200)  # PyTorch needs minutes beside other work
    assert process.returncode == 0, process.stderr
    assert "\n(None, 26, 26, 32)\n(None, 12, 12, 32)\n(None, 10)\n" in process.stdout
    assert printed_scores(process.stdout)[1] >= 0.95
    assert user.results() == RESULTS

    user.env["KERAS_BACKEND"] = "tensorflow"
    found = user.run("-c", EVALUATE)
    assert found.returncode == 0, found.stderr
    name, *score = json.loads(found.stdout)
    assert name == "tensorflow"
    assert score == pytest.approx(printed_scores(process.stdout), rel=1e-4)
