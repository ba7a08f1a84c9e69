# Keras CNN tutorial. Its steps are the numbered headings; README.md explains them.
# Each "# %%" begins a cell, so that an editor such as VS Code can run a step by itself.

# %% 3. Import libraries and modules.
import os
import socket
import sys

_ = os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # faster on some processors
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras.datasets import mnist
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import set_random_seed, to_categorical

set_random_seed(123)  # the same random numbers in every run
print("TensorFlow", tf.__version__, "Keras", keras.__version__, "NumPy", np.__version__)

# %% 4. Load image data from MNIST or, without internet, from a small sample of it.
socket.setdefaulttimeout(10)  # seconds: do not wait forever for a blocked network
try:
    (X_train, y_train), (X_test, y_test) = mnist.load_data()  # downloaded only once
    data_name = "MNIST"
except Exception as error:  # what Keras raises if a download fails
    sample = np.load("tests/mnist_sample.npz")
    X_train, y_train = sample["x_train"], sample["y_train"]
    X_test, y_test = sample["x_test"], sample["y_test"]
    data_name = "the MNIST sample"
    print("A sample stands in for MNIST, and scores lower:", error, file=sys.stderr)

socket.setdefaulttimeout(None)  # no limit again, as when Python started
print(X_train.shape)
print(X_test.shape)
print(y_train.shape)
print(y_test.shape)
for row in X_train[0]:  # the first digit: its pixels go from 0 (paper) to 255 (ink)
    print("".join("#" if pixel > 127 else "." for pixel in row))

# %% 5. Preprocess input data for Keras: one channel, and values from 0 to 1.
X_train = X_train.reshape(X_train.shape[0], 28, 28, 1)
X_test = X_test.reshape(X_test.shape[0], 28, 28, 1)
print(X_train.shape)
X_train = X_train.astype("float32")
X_test = X_test.astype("float32")
X_train /= 255
X_test /= 255

# %% 6. Preprocess class labels for Keras: a row of ten for each, with a 1 at its digit.
print(y_train[:10])
Y_train = to_categorical(y_train, num_classes=10)
Y_test = to_categorical(y_test, num_classes=10)
print(Y_train[:10])

# %% 7. Define model architecture.
model = Sequential()  # a chain of layers
model.add(Input(shape=(28, 28, 1)))  # a picture: 28 rows, 28 columns, one channel
model.add(Conv2D(32, (3, 3), activation="relu"))  # looks for 32 small patterns
print(model.output_shape)
model.add(Conv2D(32, (3, 3), activation="relu"))  # looks for 32 patterns made of those
model.add(MaxPooling2D(pool_size=(2, 2)))  # keeps the strongest of every four
model.add(Dropout(0.25))  # in training only, hides one number in four, by chance
print(model.output_shape)
model.add(Flatten())  # puts all numbers in one row
model.add(Dense(128, activation="relu"))  # weighs all of them together, in 128 ways
model.add(Dropout(0.5))  # in training only, hides one number in two, by chance
model.add(Dense(10, activation="softmax"))  # gives each digit its probability
print(model.output_shape)

# %% 8. Compile model: the loss says how wrong it is, and Adam reduces the loss.
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
if keras.config.backend() == "tensorflow":  # two settings that save time
    tf.data.experimental.AutotuneOptions.enabled = False  # no pauses between epochs
    model.steps_per_execution = 25  # the progress bar moves by 25 batches at once

# %% 9. Fit model on training data: ten times through all digits, 32 of them at a time.
# A bar (1) where somebody watches, at a terminal or in a notebook; lines (2) in a file.
verbose = 1 if sys.stdout.isatty() or "ipykernel" in sys.modules else 2
history = model.fit(X_train, Y_train, batch_size=32, epochs=10, verbose=verbose)

# %% 10. Evaluate model on test data, which it has never seen.
score = model.evaluate(X_test, Y_test, verbose=0)
measured_on = f"(on the {len(X_test):,} test digits of {data_name})"
print("Test loss:", score[0], measured_on)
print("Test accuracy:", score[1], measured_on)

# %% Save the trained model, and find its mistakes.
model.save("keras_cnn_example.keras")
probabilities = model.predict(X_test, verbose=0)  # ten for each picture
predicted = probabilities.argmax(axis=1)  # the most probable digit of each
confusion = tf.math.confusion_matrix(y_test, predicted, num_classes=10).numpy()
mistakes = np.flatnonzero(predicted != y_test)  # their places among the test digits

# %% Draw the training, and the mistakes.
losses = history.history["loss"]  # one for each epoch
figure = plt.figure(figsize=(12, 7), layout="constrained")
figure.suptitle(f"Accuracy: {score[1]:.4f}, mistakes: {len(mistakes)} {measured_on}")
top, bottom = figure.subfigures(2, 1, height_ratios=(4, 1))
curve, matrix = top.subplots(1, 2)
epochs = range(1, len(losses) + 1)
curve.plot(epochs, losses, "o-", label="while training, with dropout")
curve.axhline(score[0], color="gray", linestyle="--", label="test, at the end")
curve.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
curve.locator_params(axis="x", integer=True, min_n_ticks=1)  # whole epochs
curve.legend()
# Colours are logarithmic: on an even scale, a few mistakes look as white as none.
matrix.imshow(confusion, cmap="Blues", norm="log", alpha=0.6)
matrix.set(title="Confusion matrix", xlabel="digit seen", ylabel="true digit")
matrix.locator_params(nbins=10)  # a tick for every digit
for true, seen in np.ndindex(confusion.shape):
    if confusion[true, seen] > 0:
        _ = matrix.text(seen, true, confusion[true, seen], ha="center", va="center")

for place, i in enumerate(mistakes[:10], start=1):
    caption = f"saw {predicted[i]}\nis {y_test[i]}"
    panel = bottom.add_subplot(1, 10, place, title=caption)
    panel.set_axis_off()
    _ = panel.imshow(X_test[i], cmap="gray_r")

figure.savefig("keras_cnn_example.png")
print("Saved keras_cnn_example.keras and .png. Epochs trained:", len(losses))
