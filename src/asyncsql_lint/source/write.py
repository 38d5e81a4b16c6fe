"""Sources put back: each written whole or not at all, and only where it is still what was read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from functools import partial

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.source.filesystem import reason
from asyncsql_lint.source.replace import replace_file

_BOM = b"\xef\xbb\xbf"


def write_atomically(file: SourceFile, text: str, roots: Iterable[str]) -> None:
    """Put `text` in the place of `file`'s content, wholly or not at all; a `SourceError` says why not.

    The file keeps its encoding, byte order mark, mode and owner. It is left alone when its content is no longer what
    was read, when it cannot be written to, and when it leads out of `roots` by a symbolic link.
    """
    target = os.path.realpath(file.path)
    if not any(_is_inside(target, os.path.realpath(root)) for root in roots):
        raise SourceError(f"{file.path}: not changed, because it leads to {target}, outside of what is checked")
    try:
        data = _encoded(file, text)
        if not stat.S_ISREG(os.stat(target).st_mode) or not os.access(target, os.W_OK):
            raise SourceError(f"{file.path}: not changed, because it cannot be written to")
        replace_file(target, data, last_look=partial(_look, file, target))
    except (OSError, UnicodeError) as error:
        raise SourceError(f"{file.path}: not changed: {reason(error)}") from error


def rewritten(file: SourceFile, data: bytes, text: str) -> bytes:
    """The bytes of `file`, which was read from `data`, with `text` in the place of its own.

    A `SourceError` says why they cannot be had: an encoding that does not know a character, or writes the old ones
    otherwise.
    """
    _check_as_read(file, data)
    try:
        return _encoded(file, text)
    except UnicodeError as error:
        raise SourceError(f"{file.path}: not changed: {reason(error)}") from error


def _encoded(file: SourceFile, text: str) -> bytes:
    data = text.encode(file.encoding)
    return data if not file.bom or data.startswith(_BOM) else _BOM + data


def _is_inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _look(file: SourceFile, target: str) -> None:
    with open(target, "rb") as stream:
        _check_as_read(file, stream.read())


def _check_as_read(file: SourceFile, data: bytes) -> None:
    """Refuse when `data` is not what `file` was read from, to the byte."""
    if file.bom:
        data = data.removeprefix(_BOM)
    if data == file.text.encode(file.encoding):
        return
    try:
        changed = data.decode(file.encoding) != file.text
    except UnicodeDecodeError:
        changed = True
    if changed:
        raise SourceError(f"{file.path}: not changed, because it was written to in the meantime")
    # Codecs with states write the same text in more than one way: other bytes than those of the fix would change.
    raise SourceError(
        f"{file.path}: not changed, because its encoding {file.encoding} cannot be written back as it was"
    )
