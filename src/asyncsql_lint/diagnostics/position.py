"""Places in a file: the one convention is a 1-based line and a 0-based column counted in characters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A point between two characters. `line` counts from 1, `column` counts characters from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file; `end` is exclusive. `path` is absolute."""

    path: str
    start: Position
    end: Position
