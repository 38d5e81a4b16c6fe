"""A file written whole or not at all, so that nobody meets half of it: neither a reader nor who pulls the plug."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress


def replace_file(path: str, data: bytes, last_look: Callable[[], None] | None = None) -> None:
    """Put `data` in the place of what the file `path` holds, or make that file; links are written through.

    What is there keeps its mode and its owner. `last_look` is called as late as can be, and may raise.
    Raises `OSError`, and what `last_look` raises; then nothing has changed.
    """
    target = os.path.realpath(path)
    before = os.stat(target) if os.path.exists(target) else None
    folder, name = os.path.split(target)
    # The name is for people who find it after a crash: a long one would leave no room for what is put to it.
    temporary = os.path.join(folder, f".{name[:40]}.{os.urandom(4).hex()}.tmp")
    mode = 0o600 if before is not None else 0o666  # what others may not read, they may not meanwhile
    with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
        try:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
            if before is not None:
                _keep_owner_and_mode(temporary, before)
            if last_look is not None:
                last_look()
            os.replace(temporary, target)
        except BaseException:
            stream.close()  # an open file cannot be removed on every system
            with suppress(FileNotFoundError):
                os.unlink(temporary)
            raise


def _keep_owner_and_mode(path: str, like: os.stat_result) -> None:
    if sys.platform != "win32":
        made = os.stat(path)
        if (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
            os.chown(path, like.st_uid, like.st_gid)
    os.chmod(path, stat.S_IMODE(like.st_mode))  # after the owner: a change of owner takes bits away
