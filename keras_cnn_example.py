# Keras CNN tutorial: a first convolutional network learns to read handwritten digits.
# The numbered headings are the tutorial's steps; steps 1 and 2, set-up, are in README.md.
import os
import socket
import sys
from argparse import ArgumentParser

# A REPL, known by sys.ps1, has arguments of its own in sys.argv: a paste ignores them.
in_repl = hasattr(sys, "ps1")
parser = ArgumentParser(description="Train a CNN on MNIST.", allow_abbrev=False)
_ = parser.add_argument("--epochs", type=int, default=10, help="how many (default: 10)")
args = parser.parse_args([] if in_repl else None)
if args.epochs < 1:
    parser.error(f"argument --epochs: must be 1 or more, not {args.epochs}")

# What cannot be written is better found out now than after minutes of training.
Stop = RuntimeError if in_repl else SystemExit  # SystemExit would end the REPL too
for name in ("keras_cnn_example.keras", "keras_cnn_example.png"):
    is_new = not os.path.exists(name)
    try:
        open(name, "ab").close()
    except OSError as error:
        raise Stop(f"{error}\nStart in a folder where {name} can be written.") from None
    if is_new:
        os.remove(name)

# 3. Import libraries and modules.
# TensorFlow reads these two settings on import. If you have set them, yours stay.
_ = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # fewer start-up messages
_ = os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # not all GPU memory
import keras
import numpy as np
from keras.datasets import mnist
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import set_random_seed, to_categorical
from matplotlib import pyplot as plt

set_random_seed(123)  # for reproducibility
keras.config.set_image_data_format("channels_last")  # whatever ~/.keras/keras.json says
keras.config.set_floatx("float32")
backend = keras.config.backend()
print("Python", sys.version.split()[0])
print("Keras", keras.__version__, "with", backend, sys.modules[backend].__version__)
print("NumPy", np.__version__, "and Matplotlib", plt.matplotlib.__version__)

# 4. Load image data from MNIST.
# Keras downloads it once and keeps it. Without it, a sample of 5,000 digits stands in.
data_name = "MNIST"
default_timeout = socket.getdefaulttimeout()
socket.setdefaulttimeout(10)  # seconds; a silent host would keep us waiting for ever
try:
    (X_train, y_train), (X_test, y_test) = mnist.load_data()
except Exception as error:  # noqa: BLE001 - Keras raises a bare Exception
    print(f"MNIST could not be loaded: {error}", file=sys.stderr)
    sample = os.path.join("tests", "mnist_sample.npz")
    if not os.path.exists(sample):  # not in the current folder: look beside the script
        sample = os.path.join(os.path.dirname(sys.argv[0]), sample)
    if not os.path.exists(sample):
        raise Stop(
            "Its sample, tests/mnist_sample.npz, is not here either. "
            "Connect to the internet once, or start in the repository's folder."
        ) from None
    print(f"Going on with less data, so a lower score: {sample}", file=sys.stderr)
    data_name = "the MNIST sample"
    with np.load(sample) as data:
        X_train, y_train = data["x_train"], data["y_train"]
        X_test, y_test = data["x_test"], data["y_test"]
finally:
    socket.setdefaulttimeout(default_timeout)

print(X_train.shape)
print(X_test.shape)
print(y_train.shape)
print(y_test.shape)

# 5. Preprocess input data for Keras: one channel, and values from 0 to 1.
X_train = X_train.reshape(X_train.shape[0], 28, 28, 1)
X_test = X_test.reshape(X_test.shape[0], 28, 28, 1)
print(X_train.shape)
X_train = keras.ops.cast(X_train, "float32")  # a tensor: fit() makes no copy of it
X_test = keras.ops.cast(X_test, "float32")
X_train /= 255
X_test /= 255

# 6. Preprocess class labels for Keras: a row of ten for each, with a 1 at its digit.
Y_train = to_categorical(y_train, 10)
Y_test = to_categorical(y_test, 10)
print(y_train[:10])
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
print("Device:", str(model.weights[0].value.device).split("device:")[-1])

# 8. Compile model.
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
if backend == "tensorflow":
    # Faster: 25 batches a call, and no tuning of the input. See README.md.
    model.steps_per_execution = 25
    sys.modules[backend].data.experimental.AutotuneOptions.enabled = False

# 9. Fit model on training data.
# A terminal and a notebook show the progress bar; a log file gets a line an epoch.
bar = 1 if sys.stdout.isatty() or "ipykernel" in sys.modules else 2
history = model.fit(X_train, Y_train, batch_size=32, epochs=args.epochs, verbose=bar)

# 10. Evaluate model on test data.
score = model.evaluate(X_test, Y_test, verbose=0)
measured_on = f"(on the {len(X_test):,} test digits of {data_name})"
print("Test loss:", score[0], measured_on)
print("Test accuracy:", score[1], measured_on)

# What stays: the trained model, and a picture of the data, the training, the mistakes.
model.save("keras_cnn_example.keras")
print("Saved the trained model: keras_cnn_example.keras")
probabilities = model.predict(X_test, verbose=0)
predicted = probabilities.argmax(axis=1)
sureness = probabilities.max(axis=1) * (predicted != y_test)  # 0 where it was right
surest = np.argsort(-sureness)[:10]
saw = [f"saw {p}\nis {y}" for p, y in zip(predicted[surest], y_test[surest])]
confusion = (Y_test.T @ to_categorical(predicted, 10)).astype(int)
first_ten = keras.ops.convert_to_numpy(X_train[:10]).reshape(10, 28, 28)
mistakes = keras.ops.convert_to_numpy(X_test)[surest].reshape(10, 28, 28)
layout = [["digits"] * 2, ["loss", "table"], ["accuracy", "table"], ["mistakes"] * 2]
figure, axes = plt.subplot_mosaic(
    layout, figsize=(10, 8.5), height_ratios=(1, 2, 2, 1), layout="constrained"
)
_ = figure.suptitle(f"Test accuracy: {score[1]:.4f} {measured_on}")
_ = axes["digits"].imshow(np.hstack(first_ten), cmap="gray_r")
_ = axes["digits"].set(title="The first training digits", yticks=[])
_ = axes["digits"].set_xticks(range(14, 280, 28), y_train[:10])
_ = axes["mistakes"].imshow(np.hstack(mistakes), cmap="gray_r")
_ = axes["mistakes"].set(title="The surest mistakes on the test digits", yticks=[])
_ = axes["mistakes"].set_xticks(range(14, 280, 28), saw)
for name in ("loss", "accuracy"):
    _ = axes[name].plot(range(1, args.epochs + 1), history.history[name], "o-")
    _ = axes[name].set(title=f"{name.capitalize()} by epoch, measured while training")

_ = axes["table"].imshow(confusion, cmap="Blues", norm="log")
_ = axes["table"].set(xticks=range(10), yticks=range(10), title="Confusion matrix")
_ = axes["table"].set(xlabel="what the network saw", ylabel="what was true")
for (true, seen), count in np.ndenumerate(confusion):
    color = "white" if count**2 > confusion.max() else "black"
    _ = axes["table"].text(seen, true, count or "", c=color, ha="center", va="center")

figure.savefig("keras_cnn_example.png")
print("Saved the picture: keras_cnn_example.png")
