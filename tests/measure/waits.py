"""What TensorFlow's tuning of its input costs at the end of an epoch: a bug, made small.

    .venv/bin/python tests/measure/waits.py [seconds of an epoch ...]

No MNIST, and not the script: a dataset, a step that sleeps, nothing else. For each length
of an epoch, ten epochs with the tuning on, then ten with it off. Prints the table of
tests/README.md: how long after its last batch each epoch ended.
"""

import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf

print("TensorFlow", tf.__version__)
print("| an epoch, s | tuning | its end came later, s |")
print("|---|---|---|")
for seconds in map(float, sys.argv[1:] or ("3", "5.4")):
    for tuning in (True, False):
        options = tf.data.Options()
        options.autotune.enabled = tuning
        dataset = tf.data.Dataset.range(100).with_options(options)
        waits = []
        for _ in range(10):
            iterator = iter(dataset)
            for _ in range(100):
                next(iterator)
                time.sleep(seconds / 100)
            last = time.perf_counter()
            del iterator
            waits.append(time.perf_counter() - last)
        print(
            f"| {seconds} | {tuning} | {' '.join(f'{w:.2f}' for w in waits)} |",
            flush=True,
        )
