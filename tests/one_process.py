"""Run many scripts in one process, so that the libraries are imported once.

    python tests/one_process.py < scripts.json

Standard input is JSON: {name: [folder, text]}. Each text runs as a script of its own in its
folder, without flags. Standard output is JSON: {name: [what it printed, what it said on
standard error, its traceback included if it failed]}.
"""

import code
import contextlib
import io
import json
import os
import socket
import sys
import urllib.request

kept = urllib.request.urlopen, socket.getaddrinfo
results = {}
for name, (folder, text) in json.load(sys.stdin).items():
    os.chdir(folder)
    sys.argv = ["keras_cnn_example.py"]
    script = code.InteractiveInterpreter({"__name__": "__main__"})
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        script.runcode(compile(text, sys.argv[0], "exec"))
    # What a text may have changed to make a fault.
    urllib.request.urlopen, socket.getaddrinfo = kept
    results[name] = [stdout.getvalue(), stderr.getvalue()]
json.dump(results, sys.stdout)
