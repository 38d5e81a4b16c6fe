"""Where a run keeps what it worked out, and with how many processes it parses."""

from __future__ import annotations

import os
from collections.abc import Sequence

from asyncsql_lint.cache import folder as cache_folder
from asyncsql_lint.cache.store import Store
from asyncsql_lint.cli.options import Options
from asyncsql_lint.cli.output import say
from asyncsql_lint.errors import UsageError
from asyncsql_lint.source.filesystem import Disk, FileSystem, absolute
from asyncsql_lint.source.roots import project_root


def store_for(options: Options, paths: Sequence[str], files: FileSystem) -> Store | None:
    """The store that a run over `paths` (absolute) uses: none for code outside of any project, unless it is named."""
    folder = None if options.no_cache else _folder(options, paths, files)
    if folder is None:
        return None
    try:
        from asyncsql_lint.cache.disk import DiskStore
    except ImportError:  # a Python that was built without SQLite
        return None
    return DiskStore(folder)


def clear_cache(options: Options) -> None:
    """Remove the cache that a run with `options` would use. Raises `UsageError` when it cannot be removed."""
    folder = _folder(options, [absolute(path) for path in options.paths or (".",)], Disk())
    if folder is None or not os.path.lexists(folder):
        say("no cache to clear")
        return
    try:
        if not cache_folder.clear(folder):
            raise UsageError(f"--clear-cache: {folder}: this is no cache of asyncsql-lint")
    except OSError as error:
        raise UsageError(f"--clear-cache: {folder}: {(error.strerror or str(error)).lower()}") from error
    say(f"removed {folder}")


def processors() -> int:
    """How many processes may run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _folder(options: Options, paths: Sequence[str], files: FileSystem) -> str | None:
    if options.cache_dir is not None:
        return absolute(options.cache_dir)
    for path in paths:
        root = project_root(path if os.path.isdir(path) else os.path.dirname(path), files)
        if root is not None:
            return f"{root}/{cache_folder.NAME}"
    return None
