"""A file written whole or not at all, so that nobody meets half of it: neither a reader nor who pulls the plug."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress


class Staged:
    """The new content of a file, beside the file whose place it will take."""

    def __init__(self, target: str, temporary: str) -> None:
        self._target = target
        self._temporary = temporary

    def commit(self) -> None:
        """Put the content in its place. Raises `OSError`."""
        os.replace(self._temporary, self._target)

    def discard(self) -> None:
        """Remove what has not taken its place."""
        with suppress(FileNotFoundError):
            os.unlink(self._temporary)


def stage(path: str, data: bytes) -> Staged:
    """Write `data` beside the file `path`, or where that will be; links are written through.

    What is there lends its mode and its owner. Raises `OSError`; then nothing is left behind.
    """
    target = os.path.realpath(path)
    before = os.stat(target) if os.path.exists(target) else None
    folder, name = os.path.split(target)
    # The name is for people who find it after a crash: a long one would leave no room for what is put to it.
    temporary = os.path.join(folder, f".{name[:40]}.{os.urandom(4).hex()}.tmp")
    staged = Staged(target, temporary)
    mode = 0o600 if before is not None else 0o666  # what others may not read, they may not meanwhile
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if before is not None:
            _keep_owner_and_mode(temporary, before)
    except BaseException:
        staged.discard()
        raise
    return staged


def replace_file(path: str, data: bytes, last_look: Callable[[], None] | None = None) -> None:
    """Put `data` in the place of what the file `path` holds, or make that file; links are written through.

    What is there keeps its mode and its owner. `last_look` is called as late as can be, and may raise.
    Raises `OSError`, and what `last_look` raises; then nothing has changed.
    """
    staged = stage(path, data)
    try:
        if last_look is not None:
            last_look()
        staged.commit()
    finally:
        staged.discard()


def _keep_owner_and_mode(path: str, like: os.stat_result) -> None:
    if sys.platform != "win32":
        made = os.stat(path)
        if (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
            os.chown(path, like.st_uid, like.st_gid)
    os.chmod(path, stat.S_IMODE(like.st_mode))  # after the owner: a change of owner takes bits away
