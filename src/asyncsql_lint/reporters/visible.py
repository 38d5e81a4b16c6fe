"""Somebody's text, made harmless and measurable for a terminal and for the log of a build.

A file name, an identifier or a source line may hold escape sequences, bidirectional controls or other characters that
steer a terminal or hide what is there. They come out as visible characters. So does what steers a build: wherever
`##vso[` (Azure) or `##[` (GitHub, Azure) stands in a line of its log, what follows is taken for a command.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rich.cells import get_character_cell_size

TAB = 4
"""Tab stops of shown source."""

_COMMAND = re.compile(r"(##(?:vso)?)\[", re.IGNORECASE)
_NO_COMMAND = "\\1\u27e6"
"""With another bracket, which looks much the same and is as wide."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as it is shown: `text`, and for each character of the source the cell where it begins, and the end's."""

    text: str
    cells: tuple[int, ...]


def visible(text: str) -> str:
    """`text` in one line, with every character that cannot be seen replaced by one or more that can."""
    text = _without_commands(text)
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def draw(line: str) -> Drawn:
    """`line` of a source as a terminal will show it: tabs are expanded, wide characters take two cells."""
    line = _without_commands(line)
    if line.isascii() and line.isprintable():
        return Drawn(line, tuple(range(len(line) + 1)))
    cell = 0
    parts: list[str] = []
    cells = [0]
    for character in line:
        part = " " * (TAB - cell % TAB) if character == "\t" else _shown(character)
        parts.append(part)
        cell += sum(map(get_character_cell_size, part))
        cells.append(cell)
    return Drawn("".join(parts), tuple(cells))


def _without_commands(text: str) -> str:
    """`text`, as long as before, with nothing in it that steers a build."""
    return _COMMAND.sub(_NO_COMMAND, text) if "##" in text else text


def _shown(character: str) -> str:
    code = ord(character)
    if code < ord(" "):
        return chr(0x2400 + code)
    if character == "\x7f":
        return "\u2421"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"<U+{code:04X}>"
    return character
