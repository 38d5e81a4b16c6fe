"""The lines of a text, as Python and LibCST count them: ended by CR, LF or CRLF, and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """The lines of `text` without their ends; the last one is empty when `text` ends with a line end."""
    return _END.split(text)


def ends_between(text: str, start: int, stop: int) -> Iterator[int]:
    """The offsets just after each line end that begins in `text[start:stop]`."""
    for end in _END.finditer(text, start, stop):
        yield end.end()
