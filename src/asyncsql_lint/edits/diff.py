"""Changes shown as a unified diff."""

from __future__ import annotations

import difflib
import re

_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_NO_END = "\\ No newline at end of file\n"


def unified_diff(path: str, before: str, after: str) -> str:
    """The diff of a file as `patch -p0` takes it, empty when nothing changed.

    Lines end at line feeds alone, as they do for `patch`: a carriage return stays part of its line.
    """
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), fromfile=path, tofile=path)
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in lines)
