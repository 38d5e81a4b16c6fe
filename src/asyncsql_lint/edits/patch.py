"""Edits carried out on a text, and where things stand afterwards."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.position import Position, Span
from asyncsql_lint.edits.lines import Lines


class Patch:
    """The edits of one file, carried out on its text. Edits that overlap or lie outside of it are a `ValueError`."""

    __slots__ = ("_after", "_before", "_begins", "_edits", "_ends", "_starts", "text")

    def __init__(self, text: str, edits: Iterable[TextEdit]) -> None:
        self._before = Lines(text)
        self._edits = sorted(edits, key=lambda edit: edit.span)
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._begins: list[int] = []  # where the content of each edit begins in the new text
        parts: list[str] = []
        last = length = 0
        for edit in self._edits:
            start, end = self._before.offset(edit.span.start), self._before.offset(edit.span.end)
            if not last <= start <= end:
                raise ValueError(f"the edits overlap at line {edit.span.start.line}")
            parts += (text[last:start], edit.content)
            self._starts.append(start)
            self._ends.append(end)
            self._begins.append(length + start - last)
            length += start - last + len(edit.content)
            last = end
        self.text = "".join((*parts, text[last:]))
        self._after = Lines(self.text)

    def moved(self, position: Position) -> tuple[Position, Position]:
        """The first and the last place where what stood at `position` may stand now.

        They differ where something was inserted at `position`, and inside of what was replaced.
        """
        offset = self._before.offset(position)
        first, after = bisect_left(self._ends, offset), bisect_right(self._starts, offset)
        if first < after:  # the edits from `first` on touch it
            return self._after.position(self._begins[first]), self._after.position(self._end(after - 1))
        shift = self._end(after - 1) - self._ends[after - 1] if after else 0
        there = self._after.position(offset + shift)
        return there, there

    def written(self) -> Iterator[tuple[Position, Position, TextEdit]]:
        """Where the content of each edit stands now, in the order of the file."""
        for number, edit in enumerate(self._edits):
            yield self._after.position(self._begins[number]), self._after.position(self._end(number)), edit

    def _end(self, number: int) -> int:
        """Where the content of an edit ends in the new text."""
        return self._begins[number] + len(self._edits[number].content)


def joined(edits: Iterable[TextEdit]) -> tuple[TextEdit, ...]:
    """Edits in the order of the file, with those that touch each other made one: their order is then no question."""
    found: list[TextEdit] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        if found and found[-1].span.path == edit.span.path and found[-1].span.end == edit.span.start:
            before = found.pop()
            span = Span(edit.span.path, before.span.start, edit.span.end)
            found.append(TextEdit(span, before.content + edit.content))
        else:
            found.append(edit)
    return tuple(found)
