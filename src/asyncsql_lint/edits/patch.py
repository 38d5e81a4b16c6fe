"""Edits carried out on a text, and where things stand afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.position import Position, Span
from asyncsql_lint.edits.lines import Lines


class Patch:
    """The edits of one file, carried out on its text. Edits that overlap or lie outside of it are a `ValueError`."""

    __slots__ = ("_after", "_before", "_places", "text")

    def __init__(self, text: str, edits: Iterable[TextEdit]) -> None:
        self._before = Lines(text)
        self._places: list[tuple[int, int, str]] = []
        parts: list[str] = []
        last = 0
        for edit in sorted(edits, key=lambda edit: edit.span):
            start, end = self._before.offset(edit.span.start), self._before.offset(edit.span.end)
            if not last <= start <= end:
                raise ValueError(f"the edits overlap at line {edit.span.start.line}")
            parts += (text[last:start], edit.content)
            self._places.append((start, end, edit.content))
            last = end
        self.text = "".join((*parts, text[last:]))
        self._after = Lines(self.text)

    def moved(self, position: Position) -> tuple[Position, Position]:
        """The first and the last place where what stood at `position` may stand now.

        They differ where something was inserted at `position`, and inside of what was replaced.
        """
        offset = self._before.offset(position)
        shift = 0
        touched: list[int] = []
        for start, end, content in self._places:
            if start > offset:
                break
            if end >= offset:
                touched += (start + shift, start + shift + len(content))
            shift += len(content) - (end - start)
        if not touched:
            touched = [offset + shift]
        return self._after.position(touched[0]), self._after.position(touched[-1])

    def written(self) -> list[tuple[Position, Position]]:
        """Where the content of each edit stands now, in the order of the file."""
        found: list[tuple[Position, Position]] = []
        shift = 0
        for start, end, content in self._places:
            begin = start + shift
            found.append((self._after.position(begin), self._after.position(begin + len(content))))
            shift += len(content) - (end - start)
        return found


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
