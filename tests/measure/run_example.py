"""Run the script on other data, from another seed, or after an edit.

    MNIST_NPZ=mnist.npz SEED=7 .venv/bin/python tests/measure/run_example.py --epochs 1

MNIST_NPZ names a file with the four arrays of Keras's own mnist.npz: x_train and x_test,
uint8 of shape (n, 28, 28), ink from 0 to 255; y_train and y_test, uint8 of shape (n,),
the digits 0 to 9. The script then loads these instead of Keras's download and believes
that they are MNIST. SEED takes the place of the script's 123. EXAMPLE names another
script, such as an edited copy. Without these variables the script runs as it is. The
flags are the script's own, and so are errors and status.
"""

import os
import runpy
from pathlib import Path

# As the script does: TensorFlow reads them when it is imported, which is here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
import keras
import numpy as np

if "MNIST_NPZ" in os.environ:

    def load_data():
        """Return ((x_train, y_train), (x_test, y_test)), as Keras does; hold nothing."""
        with np.load(os.environ["MNIST_NPZ"]) as data:
            return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])

    keras.datasets.mnist.load_data = load_data

if "SEED" in os.environ:
    set_random_seed = keras.utils.set_random_seed
    keras.utils.set_random_seed = lambda _: set_random_seed(int(os.environ["SEED"]))

script = Path(__file__).resolve().parents[2] / "keras_cnn_example.py"
runpy.run_path(os.environ.get("EXAMPLE", str(script)), run_name="__main__")
