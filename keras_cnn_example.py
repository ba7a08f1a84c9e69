# Keras CNN tutorial. Its steps are the numbered headings; README.md explains them.

# 3. Import libraries and modules.
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

set_random_seed(123)  # the same random numbers, so the same result, in every run
print("TensorFlow", tf.__version__, "Keras", keras.__version__, "NumPy", np.__version__)

# 4. Load image data from MNIST or, without internet, from a small sample of it.
socket.setdefaulttimeout(10)  # seconds: do not wait forever for a blocked network
try:
    (X_train, y_train), (X_test, y_test) = mnist.load_data()  # downloaded only once
    data_name = "MNIST"
except Exception as error:
    sample = np.load("tests/mnist_sample.npz")
    X_train, y_train, X_test, y_test = sample.values()  # four arrays, in this order
    data_name = "the MNIST sample"
    print("A sample stands in for MNIST, and scores lower:", error, file=sys.stderr)

socket.setdefaulttimeout(None)  # no limit again, as when Python started
print(X_train.shape)
print(X_test.shape)
print(y_train.shape)
print(y_test.shape)

# 5. Preprocess input data for Keras: one channel, and values from 0 to 1.
X_train = X_train.reshape(X_train.shape[0], 28, 28, 1)
X_test = X_test.reshape(X_test.shape[0], 28, 28, 1)
print(X_train.shape)
X_train = X_train.astype("float32")
X_test = X_test.astype("float32")
X_train /= 255
X_test /= 255

# 6. Preprocess class labels for Keras: a row of ten for each, with a 1 at its digit.
print(y_train[:10])
Y_train = to_categorical(y_train, 10)
Y_test = to_categorical(y_test, 10)
print(Y_train[:10])

# 7. Define model architecture.
model = Sequential()  # a chain of layers
model.add(Input(shape=(28, 28, 1)))  # a picture: 28 rows, 28 columns, one channel
model.add(Conv2D(32, (3, 3), activation="relu"))  # looks for 32 small patterns
print(model.output_shape)
model.add(Conv2D(32, (3, 3), activation="relu"))  # looks for 32 patterns of those
model.add(MaxPooling2D(pool_size=(2, 2)))  # keeps the strongest of every four
model.add(Dropout(0.25))  # hides a random quarter, in training only
print(model.output_shape)
model.add(Flatten())  # puts all numbers in one row
model.add(Dense(128, activation="relu"))  # weighs all of them together, in 128 ways
model.add(Dropout(0.5))  # hides a random half, in training only
model.add(Dense(10, activation="softmax"))  # gives each digit its probability
print(model.output_shape)

# 8. Compile model: the loss says how wrong it is, and Adam changes it to be less so.
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
if keras.config.backend() == "tensorflow":  # two settings that save time
    tf.data.experimental.AutotuneOptions.enabled = False  # no pauses between epochs
    model.steps_per_execution = 25  # the progress bar moves by 25 batches at once

# 9. Fit model on training data: ten times through all digits, 32 of them at a time.
# A bar (1) where somebody watches, at a terminal or in a notebook; lines (2) in a file.
verbose = 1 if sys.stdout.isatty() or "ipykernel" in sys.modules else 2
history = model.fit(X_train, Y_train, batch_size=32, epochs=10, verbose=verbose)

# 10. Evaluate model on test data, which it has never seen.
score = model.evaluate(X_test, Y_test, verbose=0)
measured_on = f"(on the {len(X_test):,} test digits of {data_name})"
print("Test loss:", score[0], measured_on)
print("Test accuracy:", score[1], measured_on)

# What stays: the trained model, and a picture of its training and its mistakes.
model.save("keras_cnn_example.keras")
losses = history.history.get("loss", [])  # one for each epoch
predicted = model.predict(X_test, verbose=0).argmax(axis=1)  # the most probable digits
confusion = tf.math.confusion_matrix(y_test, predicted, 10).numpy()
mistakes = np.flatnonzero(predicted != y_test)
figure = plt.figure(figsize=(12, 7), layout="constrained")
figure.suptitle(f"Accuracy: {score[1]:.4f}, mistakes: {len(mistakes)} {measured_on}")
top, bottom = figure.subfigures(2, 1, height_ratios=(4, 1))
curve = top.add_subplot(1, 2, 1, xlabel="epoch", ylabel="loss while training")
curve.plot(range(1, len(losses) + 1), losses, "o-")
curve.locator_params(axis="x", integer=True, min_n_ticks=1)  # whole epochs
matrix = top.add_subplot(1, 2, 2, xticks=range(10), yticks=range(10))
matrix.set(title="Confusion matrix", xlabel="digit seen", ylabel="true digit")
# Colours are logarithmic: on an even scale, a few mistakes look as white as none.
matrix.imshow(confusion, cmap="Blues", norm="log", alpha=0.6)
for (row, column), count in np.ndenumerate(confusion):
    if count > 0:
        _ = matrix.text(column, row, count, ha="center", va="center")

for place, i in enumerate(mistakes[:10], start=1):
    axes = bottom.add_subplot(1, 10, place, title=f"saw {predicted[i]}\nis {y_test[i]}")
    axes.set_axis_off()
    _ = axes.imshow(X_test[i], cmap="gray_r")

figure.savefig("keras_cnn_example.png")
print("Saved keras_cnn_example.keras and .png. Epochs trained:", len(losses))
