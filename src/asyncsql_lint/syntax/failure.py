"""Why a file has no facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """Why and where a file does not parse; `line` counts from 1, `column` from 0."""

    message: str
    line: int
    column: int
