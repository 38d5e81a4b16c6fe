"""Keys that change whenever what they stand for may come out differently."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b

from asyncsql_lint import __version__

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PARSER = os.path.join("libcst", "_version.py")

Part = str | bytes


def digest(*parts: Part) -> bytes:
    """A key of 16 bytes for `parts`; what goes into one part cannot pass for another."""
    state = blake2b(digest_size=16)
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.digest()


@cache
def program() -> bytes:
    """A key for this program: its version and files, Python's version, and the parser that is installed."""
    python = "{}.{} {}".format(*sys.version_info[:2], sys.implementation.name)
    return digest(__version__, python, _installed_parser(), *sorted(_own_files(_PACKAGE)))


def _own_files(folder: str) -> Iterator[str]:
    """Name, size and time of each of our own files: a checkout that somebody works on has one version for long."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                about = entry.stat()
                yield f"{entry.path[len(_PACKAGE) :]} {about.st_size} {about.st_mtime_ns}"
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _own_files(entry.path)


def _installed_parser() -> str:
    """The LibCST that would be imported, which it is not yet."""
    for folder in sys.path:
        try:
            about = os.stat(os.path.join(folder, _PARSER))
        except (OSError, ValueError):
            continue
        return f"{folder} {about.st_size} {about.st_mtime_ns}"
    return ""
