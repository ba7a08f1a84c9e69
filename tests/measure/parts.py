"""Where the time of a batch goes: each part of the script's network alone, on TensorFlow.

    python tests/measure/parts.py

benchmark.py runs it for its table "parts". Each part is trained by itself: its layers,
their gradients and Adam's update of their weights, on 32 random pictures of the shape that
the script's network hands to it, 25 batches a call, all as in the script. Prints a line
for each, "name milliseconds": the best of eight times 100 batches, a batch.
"""

import os
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the script does
import keras
import numpy as np
import tensorflow as tf
from keras.layers import Conv2D, Dense, Dropout, Input, MaxPooling2D

# name: (the shape of one picture on its way in, the layers).
PARTS = {
    "the first convolution": ((28, 28, 1), [Conv2D(32, 3, activation="relu")]),
    "the second convolution": ((26, 26, 32), [Conv2D(32, 3, activation="relu")]),
    "pooling": ((24, 24, 32), [MaxPooling2D(2)]),
    "the first dropout": ((12, 12, 32), [Dropout(0.25)]),
    "dense layers, the dropout between them, Adam's update": (
        (4608,),
        [Dense(128, activation="relu"), Dropout(0.5), Dense(10)],
    ),
}


def milliseconds(steps, *arguments):
    """Return what a batch of steps(*arguments) takes, a function that trains 25."""
    best = float("inf")
    for _ in range(8):
        start = time.perf_counter()
        for _ in range(4):
            steps(*arguments)
        best = min(best, time.perf_counter() - start)
    return 1000 * best / 100


def trained(shape, layers):
    """Return the milliseconds in which these layers are trained on a batch."""
    model = keras.Sequential([Input(shape), *layers])
    weights = model.trainable_weights
    optimizer = keras.optimizers.Adam()
    optimizer.build(weights)
    is_first = shape[-1] == 1  # pictures need no gradient, what leaves a layer does

    @tf.function
    def steps(batch):
        for _ in tf.range(25):
            with tf.GradientTape() as tape:
                tape.watch(batch)
                result = model(batch, training=True)
            values = [weight.value for weight in weights]
            sources = values if is_first else [*values, batch]
            gradients = tape.gradient(result, sources, output_gradients=result)
            if weights:
                optimizer.apply(gradients[: len(weights)], weights)
            if not is_first:
                batch = gradients[
                    -1
                ]  # each step needs the one before: none is left out
        return batch

    return milliseconds(
        steps, tf.constant(np.random.rand(32, *shape).astype("float32"))
    )


def updated():
    """Return the milliseconds in which Adam updates the weights of the dense layers."""
    model = keras.Sequential([Input((4608,)), Dense(128), Dense(10)])
    weights = model.trainable_weights
    optimizer = keras.optimizers.Adam()
    optimizer.build(weights)

    @tf.function
    def steps():
        for _ in tf.range(25):
            optimizer.apply([weight.value for weight in weights], weights)

    return milliseconds(steps)


for name, (shape, layers) in PARTS.items():
    print(name, trained(shape, layers))
print("of that, Adam's update alone", updated())
