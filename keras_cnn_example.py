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

set_random_seed(123)  # for reproducibility
print("TensorFlow", tf.__version__, "Keras", keras.__version__, "NumPy", np.__version__)

# 4. Load image data from MNIST.
data_name = "MNIST"
socket.setdefaulttimeout(10)  # seconds, after which a silent host is given up
try:
    (X_train, y_train), (X_test, y_test) = mnist.load_data()  # downloaded once
except Exception as error:
    X_train, y_train, X_test, y_test = np.load("tests/mnist_sample.npz").values()
    print("A sample stands in for MNIST, and scores lower:", error, file=sys.stderr)
    data_name = "the MNIST sample"
finally:
    socket.setdefaulttimeout(None)  # no limit: what Python starts with

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
model = Sequential()
model.add(Input(shape=(28, 28, 1)))
model.add(Conv2D(32, (3, 3), activation="relu"))
print(model.output_shape)
model.add(Conv2D(32, (3, 3), activation="relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
print(model.output_shape)
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(10, activation="softmax"))
print(model.output_shape)

# 8. Compile model.
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

# 9. Fit model on training data.
if keras.config.backend() == "tensorflow":  # only to save time
    tf.data.experimental.AutotuneOptions.enabled = False  # no pauses between epochs
    model.steps_per_execution = 25  # batches that TensorFlow takes in one go

# A progress bar (1) on a terminal or in a notebook, plain lines (2) in a log file.
verbose = 1 if sys.stdout.isatty() or "ipykernel" in sys.modules else 2
history = model.fit(X_train, Y_train, batch_size=32, epochs=10, verbose=verbose)

# 10. Evaluate model on test data.
score = model.evaluate(X_test, Y_test, verbose=0)
measured_on = f"(on the {len(X_test):,} test digits of {data_name})"
print("Test loss:", score[0], measured_on)
print("Test accuracy:", score[1], measured_on)

# What stays: the trained model, and a picture of the training and of the mistakes.
history.model.save("keras_cnn_example.keras")  # fails if Ctrl-C ended a first training
predicted = model.predict(X_test, verbose=0).argmax(axis=1)  # the most probable digits
confusion = tf.math.confusion_matrix(y_test, predicted, 10).numpy()
mistakes = np.flatnonzero(predicted != y_test)
panels = [["loss"] * 4 + ["."] + ["matrix"] * 5, range(10)]  # "." stays empty
bare = {tuple(range(10)): {"frame_on": False, "xticks": [], "yticks": []}}
figure = plt.figure(figsize=(12, 7))
axes = figure.subplot_mosaic(panels, height_ratios=(4, 1), per_subplot_kw=bare)
figure.suptitle(f"Test accuracy: {score[1]:.4f} {measured_on}")
axes["loss"].plot(np.add(history.epoch, 1), history.history["loss"], "o-")
axes["loss"].set(xlabel="epoch", ylabel="loss while training")
axes["loss"].locator_params(axis="x", integer=True, min_n_ticks=1)
axes["matrix"].imshow(confusion, cmap="Blues", norm="log", alpha=0.6)
axes["matrix"].set(title="Confusion matrix", xlabel="digit seen", ylabel="true digit")
axes["matrix"].locator_params(nbins=10)
for (row, column), count in np.ndenumerate(confusion):
    _ = axes["matrix"].text(column, row, count or "", ha="center", va="center")

axes[0].set_ylabel(f"the first of\n{len(mistakes)} mistakes")
for place, i in enumerate(mistakes[:10]):
    _ = axes[place].imshow(X_test[i], cmap="gray_r")
    _ = axes[place].set_xlabel(f"saw {predicted[i]}\nis {y_test[i]}")

figure.savefig("keras_cnn_example.png", bbox_inches="tight")
print("Saved keras_cnn_example.keras and .png. Epochs trained:", len(history.epoch))
