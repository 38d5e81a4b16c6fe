"""Files that the program writes its reports to: each whole, and all of them or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from asyncsql_lint.config.tree import link_out
from asyncsql_lint.errors import UsageError
from asyncsql_lint.source.filesystem import reason
from asyncsql_lint.source.replace import Staged, stage


def check_place(path: str) -> None:
    """Raise `UsageError` when no file can be put at `path`: better told before the work than after it."""
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if link_out(path) is not None:
        raise _refusal(path, f"a link in this tree leads to {target}, outside of it; name that file if you mean it")
    if os.path.isdir(target):
        raise _refusal(path, "this is a folder")
    if not os.path.isdir(folder):
        raise _refusal(path, f"there is no folder {folder}")
    if not os.access(target if _is_special(target) else folder, os.W_OK):
        raise _refusal(path, "permission denied")


def write_files(texts: Mapping[str, str]) -> None:
    """Put each of `texts` at its path; when one cannot be written, `UsageError`, and none is.

    What was there is replaced in one step and lends its mode; a link within a tree stays one. What is no file
    (`/dev/stderr`, a named pipe) is written to, after the files.
    """
    staged: dict[str, Staged] = {}
    try:
        for path, text in texts.items():
            if not _is_special(os.path.realpath(path)):
                with _refusals(path):
                    staged[path] = stage(path, _encoded(text))
        for path, file in staged.items():
            with _refusals(path):
                file.commit()
    finally:
        for file in staged.values():
            file.discard()
    for path in texts.keys() - staged.keys():
        _write_on(path, texts[path], "wb")


def append_to_file(path: str, text: str) -> None:
    """Add `text` to the end of the file at `path`. Raises `UsageError` when it cannot be written."""
    _write_on(path, text, "ab")


def _write_on(path: str, text: str, mode: str) -> None:
    with _refusals(path), suppress(BrokenPipeError), open(path, mode) as stream:  # a reader may have seen enough
        stream.write(_encoded(text))


def _is_special(path: str) -> bool:
    """Whether something stands at `path` that cannot be replaced: a device, a pipe."""
    return os.path.exists(path) and not os.path.isfile(path)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


@contextmanager
def _refusals(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refusal(path, reason(error)) from error


def _refusal(path: str, why: str) -> UsageError:
    return UsageError(f"{path}: cannot be written: {why}")
