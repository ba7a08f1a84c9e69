"""An environment in which no settings of whoever runs the tests reach the script."""

import os

# What Keras, TensorFlow, Matplotlib and notebooks read.
PREFIXES = (
    "KERAS_",
    "TF_",
    "XLA_",
    "OMP_",
    "MPL",
    "MATPLOTLIB",
    "XDG_",
    "JUPYTER",
    "IPY",
)


def forget_settings(keras_home):
    """Change this process's environment: to be called before TensorFlow is imported.

    keras_home (str or Path) is a folder for what Keras downloads, and has no
    keras.json.
    """
    for setting in [name for name in os.environ if name.startswith(PREFIXES)]:
        del os.environ[setting]
    os.environ["KERAS_HOME"] = str(keras_home)
    os.environ["MPLBACKEND"] = "agg"
    # No graphics card, because scores are compared to the last digit.
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    # The script sets this, too, but too late where TensorFlow is already imported.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
