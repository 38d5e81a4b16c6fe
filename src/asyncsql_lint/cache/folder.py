"""The folder of the cache: where it is by default, how it is made, and how it goes."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress

NAME = ".asyncsql_lint_cache"

_TAG = "CACHEDIR.TAG"
_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55"
"""As https://bford.info/cachedir/ has it: backup programs then leave the folder out."""

_FILES = {
    _TAG: f"{_SIGNATURE}\n# A cache of asyncsql-lint. It may be removed at any time.\n",
    ".gitignore": "# Made by asyncsql-lint.\n*\n",
}


def prepare(folder: str) -> bool:
    """Make `folder` ready to be written to; tells whether it is. A link is not followed: it may lead anywhere."""
    if os.path.islink(folder):
        return False
    try:
        os.makedirs(folder, mode=0o777, exist_ok=True)
        for name, text in _FILES.items():
            with suppress(FileExistsError), open(os.path.join(folder, name), "x", encoding="utf-8") as file:
                file.write(text)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def clear(folder: str) -> bool:
    """Remove `folder` with all that is in it, if it is a cache; tells whether it was one.

    Raises `OSError` when it cannot be removed.
    """
    if os.path.islink(folder) or not _is_cache(folder):
        return False
    shutil.rmtree(folder)
    return True


def _is_cache(folder: str) -> bool:
    try:
        with open(os.path.join(folder, _TAG), encoding="utf-8", errors="replace") as file:
            return file.readline().rstrip("\n") == _SIGNATURE
    except OSError:
        return False
