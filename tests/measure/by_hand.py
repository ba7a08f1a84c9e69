"""The tutorial's network written by hand in PyTorch, and the floor under its epoch.

    python tests/measure/by_hand.py mnist.npz

What the script is measured against. The file has the arrays of Keras's mnist.npz, see
run_example.py. Prints the seconds of one epoch of training, the score on the test digits,
and the least seconds that an epoch could take on this processor.

By hand means: the same layers, float32, batches of 32, Adam with Keras's epsilon in its
fused form; all data in memory; nothing else in the loop.

The floor: the multiplications and additions of an epoch, at the rate at which this
processor does the second convolution, which has 87 % of them.
"""

import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import conv2d, cross_entropy

BATCH = 32

# Multiply-adds of one digit, forward: two convolutions, two dense layers.
CONVOLUTION = 24 * 24 * 32 * 3 * 3 * 32
FORWARD = 26 * 26 * 32 * 3 * 3 + CONVOLUTION + 4608 * 128 + 128 * 10


def load(npz, part):
    """Return the "train" or "test" (images, labels) in the file npz.

    Images are float32 of shape (n, 1, 28, 28) from 0 to 1; labels int64 of shape (n,).
    """
    with np.load(npz) as data:
        images = torch.tensor(data[f"x_{part}"][:, None], dtype=torch.float32) / 255
        return images, torch.tensor(data[f"y_{part}"].astype("int64"))


def network():
    """Return the tutorial's network, 600,810 parameters; it returns logits, (n, 10)."""
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU()),
        *(nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(4608, 128), nn.ReLU(), nn.Dropout(0.5)),
        nn.Linear(128, 10),
    )


def train(model, images, labels):
    """Train model for one epoch; return its seconds."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    model.train()
    start = time.perf_counter()
    for batch in torch.randperm(len(images)).split(BATCH):
        optimizer.zero_grad()
        cross_entropy(model(images[batch]), labels[batch]).backward()
        optimizer.step()
    return time.perf_counter() - start


def floor(digits):
    """Return the least seconds that an epoch on so many digits could take."""
    images, kernels = torch.randn(BATCH, 32, 26, 26), torch.randn(32, 32, 3, 3)
    best = float("inf")
    for _ in range(8):
        start = time.perf_counter()
        for _ in range(50):
            conv2d(images, kernels)
        best = min(best, (time.perf_counter() - start) / 50)
    # Training is about three times forward: the gradients of inputs and of weights too.
    return digits * 3 * FORWARD * best / (BATCH * CONVOLUTION)


if __name__ == "__main__":
    npz = sys.argv[1]
    torch.manual_seed(123)
    model = network()
    images, labels = load(npz, "train")
    # Loaded before training, as the script does. That matters: glibc frees its 31 MB for
    # the first time then, and from there on keeps such blocks in place of giving them
    # back to the system after each batch, which costs a quarter of the time.
    test_images, test_labels = load(npz, "test")
    print("seconds", train(model, images, labels))
    print("floor", floor(len(images)))
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(part) for part in test_images.split(500)])
    print("test loss", cross_entropy(logits, test_labels).item())
    right = logits.argmax(1) == test_labels
    print("test accuracy", right.float().mean().item())
