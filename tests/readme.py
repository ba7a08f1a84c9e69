"""What README.md holds for the tests: code, commands, outputs, changes and tables.

Everything is looked up when it is asked for, and a LookupError says what is missing.
"""

import re

from tests.files import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """Return the texts of the blocks in this language (list)."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", README)


def block(language, part):
    """Return the text of the only block in this language that contains part."""
    found = [text for text in blocks(language) if part in text]
    if len(found) != 1:
        raise LookupError(f"README.md: {len(found)} {language} blocks contain {part!r}")
    return found[0]


def changes_of(diff):
    """Return the changes of a diff, [(old text, new text)], one for each paragraph."""
    changes = []
    for part in diff.strip("\n").split("\n\n"):
        lines = [(line[0], line[1:] + "\n") for line in part.splitlines()]
        old = "".join(text for sign, text in lines if sign != "+")
        new = "".join(text for sign, text in lines if sign != "-")
        changes.append((old, new))
    return changes


def tries():
    """Return {name: changes} of all tries: a diff, and the last bold words above it."""
    found = {}
    for above, diff in re.findall(r"(?ms)(.*?)^```diff\n(.*?)^```", README):
        name = re.findall(r"(?m)^\*\*(.+?)\.?\*\*", above)[-1]
        found[name] = changes_of(diff)
    return found


def a_try(name):
    """Return the changes of the try with this name."""
    if name not in tries():
        raise LookupError(f"README.md has no try {name!r}, only {', '.join(tries())}")
    return tries()[name]


def table(header):
    """Return the rows of the table with this header, such as "a|b": lists of cells."""
    _, found, after = README.partition(f"\n{header}\n")
    if not found:
        raise LookupError(f"README.md has no table {header!r}")
    _, *rows = after.partition("\n\n")[0].splitlines()
    return [row.split("|") for row in rows]
