# Keras CNN tutorial. Its steps are the numbered headings; README.md explains them.
# In a Unix shell, KERAS_MAX_EPOCHS=1 python keras_cnn_example.py trains one epoch only.

# 3. Import libraries and modules.
import os
import socket
import sys

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # faster arithmetic, off on some processors
import keras
import numpy as np
import tensorflow as tf
from keras.datasets import mnist
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import set_random_seed, to_categorical
from matplotlib import pyplot as plt

set_random_seed(123)  # for reproducibility
print("Python", sys.version.split()[0], "TensorFlow", tf.__version__, end=" ")
print("NumPy", np.__version__, "Keras", keras.__version__, "on", keras.config.backend())

# 4. Load image data from MNIST.
data_name = "MNIST"
socket.setdefaulttimeout(10)  # seconds; a silent host would keep us waiting for ever
try:
    (X_train, y_train), (X_test, y_test) = mnist.load_data()  # downloaded once
except Exception as error:
    print("A sample stands in for MNIST, and scores lower:", error, file=sys.stderr)
    data_name = "the MNIST sample"
    sample = np.load("tests/mnist_sample.npz")
    X_train, y_train = sample["x_train"], sample["y_train"]
    X_test, y_test = sample["x_test"], sample["y_test"]

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
if keras.config.backend() == "tensorflow":
    # For speed. Keras cannot set the first; compile() would put the second in the file.
    tf.data.experimental.AutotuneOptions.enabled = False  # no waits between epochs
    model.steps_per_execution = 25  # batches a call

# 9. Fit model on training data.
bar = 1 if sys.stdout.isatty() or "ipykernel" in sys.modules else 2  # 2: a log file
history = model.fit(X_train, Y_train, batch_size=32, epochs=10, verbose=bar)

# 10. Evaluate model on test data.
score = model.evaluate(X_test, Y_test, verbose=0)
measured_on = f"(on the {len(X_test):,} test digits of {data_name})"
print("Test loss:", score[0], measured_on)
print("Test accuracy:", score[1], measured_on)

# What stays: the trained model, and a picture of the training and of the mistakes.
history.model.save("keras_cnn_example.keras")
probabilities = model.predict(X_test, verbose=0)
predicted = probabilities.argmax(axis=1)  # the most probable digit of each row
confusion = tf.math.confusion_matrix(y_test, predicted, 10).numpy()
surest_first = np.argsort(-probabilities.max(axis=1))
mistakes = [i for i in surest_first if predicted[i] != y_test[i]][:10]
figure = plt.figure(figsize=(10, 8), layout="constrained")
figure.suptitle(f"Test accuracy: {score[1]:.4f} {measured_on}")
upper, lower = figure.subfigures(2, 1, height_ratios=(4, 1))
axes = upper.subplot_mosaic([["loss", "matrix"], ["accuracy", "matrix"]])
for name in ("loss", "accuracy"):
    axes[name].plot(np.add(history.epoch, 1), history.history[name], "o-")
    axes[name].set(xlabel="epoch", ylabel=f"{name} while training")
    axes[name].locator_params(axis="x", integer=True)

counts = np.where(confusion, confusion, "")  # nothing in place of 0
axes["matrix"].imshow(confusion, cmap="Blues", norm="log", alpha=0.6)
axes["matrix"].table(counts, cellLoc="center", edges="", bbox=(0, 0, 1, 1))
axes["matrix"].set(title="Confusion matrix", xlabel="digit seen", ylabel="true digit")
axes["matrix"].locator_params(nbins=10)
lower.suptitle("The surest mistakes on the test digits")
for place, i in enumerate(mistakes, 1):
    label = f"saw {predicted[i]}\nis {y_test[i]}"
    picture = lower.add_subplot(1, 10, place, xticks=[], yticks=[], xlabel=label)
    _ = picture.imshow(X_test[i], cmap="gray_r")

figure.savefig("keras_cnn_example.png")
print("Saved keras_cnn_example.keras and .png. Epochs trained:", len(history.epoch))
