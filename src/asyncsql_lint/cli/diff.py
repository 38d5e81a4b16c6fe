"""What fixes would change, as a unified diff that `patch` takes."""

from __future__ import annotations

import difflib
from typing import TextIO

from asyncsql_lint.linter import FixReport
from asyncsql_lint.reporters.visible import visible


def write_diff(out: TextIO, fixed: FixReport, base: str) -> None:
    """Write a diff for each changed file, with paths relative to `base`."""
    prefix = base.rstrip("/") + "/"
    for path in fixed.changed:
        name = visible(path.removeprefix(prefix))
        before, after = _lines(fixed.before[path].text), _lines(fixed.report.sources[path].text)
        out.writelines(map(_ended, difflib.unified_diff(before, after, name, name)))


def _ended(line: str) -> str:
    """`line` of a diff; where the file does not end its last line, the diff says so."""
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """The lines of `text` with their ends; only LF ends one, as for `patch`."""
    lines = text.split("\n")
    ended = [f"{line}\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended
