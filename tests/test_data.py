"""Where the digits come from, and what is said when they do not come."""

import contextlib
import json
import re
import shutil
import signal
import socket
import threading

import pytest

from tests.conftest import FEW, check
from tests.user import (
    BAD_CACHE,
    CUT_OFF,
    HEED_CTRL_C,
    LIMIT,
    NO_SUCH_NAME,
    REFUSED,
    SAMPLE,
    SCRIPT,
    TESTS,
    TIMED_OUT,
    WRONG_HASH,
    accept,
    finish,
    read_until,
    watched,
)

TEXT = SCRIPT.read_text(encoding="utf-8")
HEAD = TEXT.split("# 5. ")[0]  # up to the loaded digits
ASK = "print({!r}, socket.getdefaulttimeout())\n"
ASKED = HEAD.replace("try:\n", ASK.format("limit") + "try:\n") + ASK.format("then")
HEADER = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n"
PAGE = b"<html>Welcome to our network. Please log in.</html>"

NO_NAMES = f"""
import socket
def no_network(*args, **more):
    raise socket.gaierror(-3, {NO_SUCH_NAME!r})
socket.getaddrinfo = no_network
"""

# Faults that are there at once, and what the notice must say of each.
REASONS = {
    "no network": NO_SUCH_NAME,
    "download cut off": CUT_OFF,
    "login page": WRONG_HASH,
    "truncated cache": REFUSED,
    "another archive in the cache": REFUSED,
}
# Faults that are there when ten seconds have passed.
WAITS = ["silent host", "firewall that drops packets"]


def redirect(server):
    """Return a text after which every download comes from this server on the loopback."""
    url = f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz"
    return f"""
import urllib.request
urlopen = urllib.request.urlopen
urllib.request.urlopen = lambda url, *more: urlopen({url!r}, *more)
"""


def answer(server, reply):
    """Send reply (bytes) to the server's first visitor, in a thread; then hang up."""

    def send():
        with server.accept()[0] as visitor:
            visitor.recv(65536)
            visitor.sendall(reply)

    server.settimeout(LIMIT)
    threading.Thread(target=send, daemon=True).start()


def cache(content):
    """Return a text after which Keras's cache holds this part (slice) of the sample."""
    return f"""
import pathlib
cached = pathlib.Path.home() / ".keras" / "datasets" / "mnist.npz"
cached.parent.mkdir(parents=True, exist_ok=True)
with open({str(SAMPLE)!r}, "rb") as archive:
    cached.write_bytes(archive.read()[:{content}])
"""


def run_heads(make_user):
    """Run the script's head with each fault: {fault: (User, stdout, stderr)}.

    The two that wait do so in processes of their own, beside the others.
    """
    silent = socket.create_server(("127.0.0.1", 0))
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    cut, login = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
    one, closed, stack = socket.socket(), socket.socket(), contextlib.ExitStack()
    with silent, full, cut, login, one, closed, stack:
        closed.bind(("127.0.0.1", 0))
        # Linux drops who knocks while a connection waits to be accepted.
        one.connect(full.getsockname())
        answer(cut, HEADER % 11490434 + bytes(100_000))
        answer(login, HEADER % len(PAGE) + PAGE)
        waiting = {}
        for name, server in zip(WAITS, (silent, full)):
            user = make_user()
            user.clone(**FEW, script=redirect(server) + ASKED)
            process = user.start(SCRIPT.name)
            stack.enter_context(watched(process))
            waiting[name] = user, process

        user = make_user()
        user.clone(**FEW)
        texts = {
            "no network": NO_NAMES,
            "download cut off": redirect(cut),
            "login page": redirect(login),
            "truncated cache": redirect(closed) + cache(100_000),
            "another archive in the cache": redirect(closed) + cache(None),
        }
        texts = {name: [str(user.folder), text + HEAD] for name, text in texts.items()}
        stdin = json.dumps(texts)
        _, process = check(user, user.python(TESTS / "one_process.py", stdin=stdin))
        found = {name: (user, *out) for name, out in json.loads(process.stdout).items()}
        for name, (user, running) in waiting.items():
            process = finish(running)
            found[name] = user, process.stdout, process.stderr
    return found


@pytest.fixture
def faults(few_run, shared_run, make_user):
    """The script's head with each fault of the download, see run_heads()."""
    return shared_run("the faults of the download", lambda: run_heads(make_user))


def check_goes_on_with_sample(stdout, stderr, reason):
    """Assert that the notice gives the reason, and that the sample was then loaded."""
    assert re.search(f"A sample stands in .* lower: .*{reason}", stderr), stderr
    assert "Traceback" not in stderr
    assert "(160, 28, 28)\n(40, 28, 28)\n(160,)\n(40,)\n" in stdout


@pytest.mark.parametrize("fault", REASONS)
def test_goes_on_with_sample(faults, fault):
    user, stdout, stderr = faults[fault]
    check_goes_on_with_sample(stdout, stderr, REASONS[fault])
    assert (BAD_CACHE in stdout) is ("cache" in fault)
    assert not (user.home / ".keras" / "datasets" / "mnist.npz").exists()


@pytest.mark.parametrize("fault", WAITS)
def test_gives_up_after_ten_seconds_and_goes_on_with_sample(faults, fault):
    _, stdout, stderr = faults[fault]
    check_goes_on_with_sample(stdout, stderr, TIMED_OUT)
    assert "\nlimit 10.0\n" in stdout  # seconds
    assert stdout.endswith("\nthen None\n")


def test_no_sample_either_names_it_and_says_what_helps(user):
    shutil.rmtree(user.folder / "tests")
    process = user.run()
    assert process.returncode == 1
    assert "What helps: connect once; start in the repository folder." in process.stderr
    last = process.stderr.splitlines()[-1]
    assert last.startswith("FileNotFoundError: ")
    assert "mnist_sample.npz" in last
    assert "During handling" not in process.stderr
    assert "Epoch" not in process.stdout
    assert user.left_behind() == []


def test_ctrl_c_while_waiting_for_the_host(user):
    check_ctrl_c(user, b"", None)


def test_ctrl_c_in_the_middle_of_the_download(user):
    check_ctrl_c(user, HEADER % 11490434 + bytes(100_000), "/11490434")
    assert list((user.home / ".keras" / "datasets").iterdir()) == []


def check_ctrl_c(user, reply, printed):
    """Start the script on a server that sends reply and no more, and press Ctrl-C.

    Ctrl-C is pressed when the script has printed this text, or, if it is None, has asked
    for the file. Asserts that the script stops and leaves nothing behind.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        user.clone(**FEW, script=HEED_CTRL_C + redirect(server) + TEXT)
        process = user.start("-u", SCRIPT.name)
        with watched(process), accept(server, process) as visitor:
            visitor.recv(65536)
            visitor.sendall(reply)
            stdout = read_until(process, printed) if printed else ""
            process.send_signal(signal.SIGINT)
            ended = finish(process)
    assert ended.returncode == -signal.SIGINT  # a shell says 130
    assert ended.stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert "A sample stands in" not in ended.stderr
    assert "28, 28)" not in stdout + ended.stdout
    assert user.left_behind() == []
