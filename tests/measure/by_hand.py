"""The tutorial's network by hand in PyTorch: what speed.py compares the script with.

    .venv/bin/python tests/measure/by_hand.py mnist.npz [--compile]

The file has the arrays of Keras's mnist.npz (see user.digits_from). The same layers,
float32, batches of 32, Adam with Keras's epsilon in its fused form, all data in memory,
nothing else in the loop. Two epochs: a line before and after each. Then the scores.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy


def load(npz, part):
    """Return the "train" or "test" (images, labels) in the file npz.

    Images are float32 of shape (n, 1, 28, 28) from 0 to 1; labels int64 of shape (n,).
    """
    with np.load(npz) as data:
        images = torch.tensor(data[f"x_{part}"][:, None], dtype=torch.float32) / 255
        return images, torch.tensor(data[f"y_{part}"].astype("int64"))


torch.manual_seed(123)
images, labels = load(sys.argv[1], "train")
# Loaded before training, as in the script: freed once, 31 MB teach the system's allocator
# to keep such blocks, without which each batch takes longer.
test_images, test_labels = load(sys.argv[1], "test")
model = nn.Sequential(
    *(nn.Conv2d(1, 32, 3), nn.ReLU()),
    *(nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
    *(nn.Flatten(), nn.Linear(4608, 128), nn.ReLU(), nn.Dropout(0.5)),
    nn.Linear(128, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
network = torch.compile(model) if "--compile" in sys.argv else model
for epoch in (1, 2):
    print(f"Epoch {epoch}/2")
    for batch in torch.randperm(len(images)).split(32):
        optimizer.zero_grad()
        cross_entropy(network(images[batch]), labels[batch]).backward()
        optimizer.step()
    print("end of the epoch")

model.eval()
with torch.no_grad():
    logits = torch.cat([model(part) for part in test_images.split(500)])
print("Test loss:", cross_entropy(logits, test_labels).item())
print("Test accuracy:", (logits.argmax(1) == test_labels).float().mean().item())
