"""Which lines of a source to show for places in it, and which part of each line is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asyncsql_lint.diagnostics import Span

AROUND = 2
"""Lines of context before and after the reported place; the places of the trace have none."""

MARKED_LINES = 4
"""A place that goes over more lines than this is marked on its first ones only."""

WINDOW = 600
"""Characters of an overlong line that are looked at, on either side of what is marked."""

CUT = "..."
"""Stands for what is left out."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to show, with `context` lines on either side of it."""

    span: Span
    context: int = 0

    @property
    def last_line(self) -> int:
        """The last line that is marked."""
        return min(self.span.end.line, self.span.start.line + MARKED_LINES - 1)


def shown_lines(lines: Sequence[str], spots: Iterable[Spot]) -> list[int]:
    """The numbers of the lines to show: marked ones, context without blank lines at its ends, single gaps filled."""
    shown: set[int] = set()
    for spot in spots:
        first, last = spot.span.start.line, spot.last_line
        start, stop = max(first - spot.context, 1), min(last + spot.context, len(lines))
        while start < min(first, stop) and not lines[start - 1].strip():
            start += 1
        while stop > max(last, start) and not lines[stop - 1].strip():
            stop -= 1
        shown.update(range(start, stop + 1))
    shown.update([number + 1 for number in shown if number + 2 in shown])
    return sorted(shown)


def is_marked(number: int, line: str, spot: Spot) -> bool:
    """Whether `spot` marks something of `line`; an empty line only if it stands there, not if it passes over it."""
    if not spot.span.start.line <= number <= spot.last_line:
        return False
    return bool(line.strip()) or spot.span.start.line == spot.span.end.line


def stretch(line: str, number: int, span: Span) -> tuple[int, int]:
    """The columns of `line` that `span` covers; a continued line from its first character that is no space."""
    start = span.start.column if number == span.start.line else len(line) - len(line.lstrip())
    end = span.end.column if number == span.end.line else len(line.rstrip())
    start = min(start, len(line))
    return start, max(min(end, len(line)), start)
