"""Line and column to offset and back, with Python's idea of a line end.

`str.splitlines` also breaks lines at form feeds and at a few separators of Unicode, which Python's and LibCST's
grammars count as ordinary characters; with it, every position behind such a character would be wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from asyncsql_lint.diagnostics.position import Position

_LINE_END = re.compile(r"\r\n?|\n")


class Lines:
    """Where the lines of one text begin."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def offset(self, position: Position) -> int:
        """How many characters stand before `position`; a position outside of the text is a `ValueError`."""
        if not 1 <= position.line <= len(self._starts):
            raise ValueError(f"line {position.line} is outside of a text of {len(self._starts)} lines")
        offset = self._starts[position.line - 1] + position.column
        if position.column < 0 or offset > len(self.text):
            raise ValueError(f"column {position.column} is outside of line {position.line}")
        return offset

    def position(self, offset: int) -> Position:
        """The line and column of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1])

    def start(self, offset: int) -> int:
        """The offset at which the line of `offset` begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def end(self, offset: int) -> int:
        """The offset at which the line of `offset` ends, before its line end."""
        found = _LINE_END.search(self.text, offset)
        return found.start() if found else len(self.text)

    def next(self, offset: int) -> int:
        """The offset at which the line after that of `offset` begins, or the end of the text."""
        found = _LINE_END.search(self.text, offset)
        return found.end() if found else len(self.text)


def has_line_end(text: str) -> bool:
    """Whether `text` goes over more than one line."""
    return _LINE_END.search(text) is not None


def from_last_line_end(text: str) -> str:
    """What `text` holds from its last line end on: the indentation of the line that follows."""
    last = ""
    for found in _LINE_END.finditer(text):
        last = text[found.start() :]
    return last
