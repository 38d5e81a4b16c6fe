"""One file as text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A Python file that was read: `path` is absolute with `/`, `text` is decoded with its own line ends, no BOM.

    `encoding` is what it was decoded with, `bom` tells whether it began with one: both are needed to write it back.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False

    def data(self) -> bytes:
        """The bytes of the file, from which it was read."""
        return (codecs.BOM_UTF8 if self.bom else b"") + self.text.encode(self.encoding)


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A file that cannot be analysed, as a finding ASL900: where and why. `line` counts from 1."""

    path: str
    line: int
    column: int
    message: str
