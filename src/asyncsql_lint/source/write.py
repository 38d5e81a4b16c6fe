"""Files put back: each written whole or not at all, and only where it is still what was read."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.source.filesystem import reason

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
        before = os.stat(target)
        if not stat.S_ISREG(before.st_mode) or not os.access(target, os.W_OK):
            raise SourceError(f"{file.path}: not changed, because it cannot be written to")
        _replace(file, target, data, before)
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


def _replace(file: SourceFile, target: str, data: bytes, before: os.stat_result) -> None:
    """Write a file beside `target` and let it take its place."""
    folder, name = os.path.split(target)
    # The name is only for people who find it after a crash: a long one would leave no room for what is put to it.
    handle, temporary = tempfile.mkstemp(prefix=f".{name[:40]}.", suffix=".tmp", dir=folder)
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        _keep_owner_and_mode(temporary, before)
        # As late as can be, so that little time is left for somebody else to write in between.
        with open(target, "rb") as stream:
            _check_as_read(file, stream.read())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _keep_owner_and_mode(path: str, like: os.stat_result) -> None:
    if sys.platform != "win32":
        made = os.stat(path)
        if (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
            os.chown(path, like.st_uid, like.st_gid)
    os.chmod(path, stat.S_IMODE(like.st_mode))  # after the owner: a change of owner takes bits away


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
