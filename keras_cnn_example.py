# Keras CNN tutorial. Its steps are the numbered headings; README.md explains them.
import os
import socket
import sys
import tempfile
from argparse import ArgumentParser

argv = [""] if hasattr(sys, "ps1") else sys.argv  # a REPL has no script and no flags
about = "Train a CNN on MNIST. The model and the picture are written into the current "
parser = ArgumentParser(description=about + "folder, over those of an earlier run.")
# "_ =", here and below, keeps a REPL from printing what the call returns.
_ = parser.add_argument("--epochs", type=int, default=10, help="how many (default: 10)")
args = parser.parse_args(argv[1:])
tempfile.TemporaryFile(dir=".").close()  # fails now if this folder cannot be written
if args.epochs < 1:
    parser.error(f"argument --epochs: must be 1 or more, not {args.epochs}")

# 3. Import libraries and modules.
# TensorFlow reads these settings when it is imported. What you have set yourself stays.
_ = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # fewer start-up messages
_ = os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # not all GPU memory
_ = os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # its faster arithmetic
import keras
import numpy as np
from keras.datasets import mnist
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import set_random_seed, to_categorical
from matplotlib import pyplot as plt

set_random_seed(123)  # for reproducibility
keras.config.set_image_data_format("channels_last")  # whatever ~/.keras/keras.json says
backend = sys.modules[keras.config.backend()]  # the library that computes for Keras
print("Python", sys.version.split()[0])
print("Keras", keras.__version__, "with", backend.__name__, backend.__version__)
print("NumPy", np.__version__, "and Matplotlib", plt.matplotlib.__version__)

# 4. Load image data from MNIST.
data_name = "MNIST"
socket.setdefaulttimeout(10)  # seconds; a silent host would keep us waiting for ever
try:
    (X_train, y_train), (X_test, y_test) = mnist.load_data()  # downloaded once
except Exception as error:
    data_name = "the MNIST sample"
    print(f"A sample stands in for MNIST, and scores lower: {error}", file=sys.stderr)
    print("What helps: connect once; start in the repository folder.", file=sys.stderr)

socket.setdefaulttimeout(None)
if data_name == "the MNIST sample":
    sample = os.path.join(os.path.dirname(argv[0]), "tests", "mnist_sample.npz")
    X_train, y_train, X_test, y_test = np.load(sample).values()  # in this order

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
print("Device:", str(model.weights[0].value.device).split("device:")[-1])  # CPU or GPU

# 8. Compile model.
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
if backend.__name__ == "tensorflow":
    # Both can save time. Left on, tuning of the input can hold up an epoch's end.
    backend.data.experimental.AutotuneOptions.enabled = False
    model.steps_per_execution = 25  # batches a call; set here, the model file lacks it

# 9. Fit model on training data.
# A terminal and a notebook (ipykernel) show a bar; a log file gets a line an epoch.
bar = 1 if sys.stdout.isatty() or "ipykernel" in sys.modules else 2
history = model.fit(X_train, Y_train, batch_size=32, epochs=args.epochs, verbose=bar)

# 10. Evaluate model on test data.
score = model.evaluate(X_test, Y_test, verbose=0)
measured_on = f"(on the {len(X_test):,} test digits of {data_name})"
print("Test loss:", score[0], measured_on)
print("Test accuracy:", score[1], measured_on)

# What stays: the trained model, and a picture of the data, the training, the mistakes.
model.save("keras_cnn_example.keras")
probabilities = model.predict(X_test, verbose=0)
predicted = probabilities.argmax(axis=1)  # the most probable digit of each row
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (y_test, predicted), 1)  # 1 more for each pair (true, seen)
wrong = np.flatnonzero(predicted != y_test)  # where the mistakes are
surest = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:10]  # "-": surest first
mistakes = np.zeros((10, 28, 28))  # stays blank where there are fewer than ten
mistakes[: len(surest)] = X_test[surest].reshape(-1, 28, 28)
saw = [f"saw {predicted[i]}\nis {y_test[i]}" for i in surest]
layout = [["digits"] * 2, ["loss", "table"], ["accuracy", "table"], ["mistakes"] * 2]
figure = plt.figure(figsize=(10, 8.5), layout="constrained")
axes = figure.subplot_mosaic(layout, height_ratios=(1, 2, 2, 1))
_ = figure.suptitle(f"Test accuracy: {score[1]:.4f} {measured_on}")
_ = axes["digits"].imshow(np.hstack(X_train[:10].reshape(-1, 28, 28)), cmap="gray_r")
_ = axes["digits"].set(title="The first training digits", yticks=[])
_ = axes["digits"].set_xticks(range(14, 280, 28), y_train[:10])
_ = axes["mistakes"].imshow(np.hstack(mistakes), cmap="gray_r")
_ = axes["mistakes"].set(title="The surest mistakes on the test digits", yticks=[])
_ = axes["mistakes"].set_xticks(range(14, 28 * len(saw), 28), saw)
for name in ("loss", "accuracy"):
    _ = axes[name].plot(np.add(history.epoch, 1), history.history[name], "o-")
    _ = axes[name].set(title=f"{name.capitalize()} by epoch, measured while training")
    axes[name].locator_params(axis="x", integer=True)

_ = axes["table"].imshow(confusion, cmap="Blues", norm="log", alpha=0.6)
_ = axes["table"].set(xticks=range(10), yticks=range(10), title="Confusion matrix")
_ = axes["table"].set(xlabel="what the network saw", ylabel="what was true")
for true, seen in np.argwhere(confusion > 0):
    _ = axes["table"].text(seen, true, confusion[true, seen], ha="center", va="center")

figure.savefig("keras_cnn_example.png")
print("Saved the model and the picture: keras_cnn_example.keras, keras_cnn_example.png")
