"""Where to look for changes while files are watched, and which changes can matter to a check."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from stat import S_ISDIR
from typing import TypeAlias

from asyncsql_lint.cache.folder import NAME as CACHE
from asyncsql_lint.config.load import FILE_NAMES
from asyncsql_lint.config.tree import MARKERS
from asyncsql_lint.source.filesystem import FileSystem
from asyncsql_lint.source.roots import project_root

Stamp: TypeAlias = "tuple[int, ...] | None"
"""What tells one state of a file from another, or one folder from another; None when there is none."""

_SEEN = re.compile(r".+\.(?:py|toml|lock|txt|in)|setup\.cfg|\.gitignore", re.DOTALL)
"""Sources, configurations, locks and requirements, and what leaves files out."""
_UNSEEN = frozenset({CACHE, "__pycache__", ".git", ".hg", ".svn", "node_modules"})
"""Folders that others write to all the time, and that are never checked."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where changes matter: in `folders`, none of which lies in another, and in `files`, whatever their names."""

    folders: tuple[str, ...]
    files: tuple[str, ...]

    def stamps(self) -> tuple[tuple[Stamp, ...], tuple[Stamp, ...]]:
        """Which folders stand there, and the state of each of the files."""
        return tuple(map(_stamp, self.folders)), tuple(map(_stamp, self.files))


def area_of(paths: Sequence[str], extra: Iterable[str], files: FileSystem) -> Area:
    """The area of a check of `paths` (absolute) that rests on the files `extra` besides.

    It is the projects around the paths. A script outside of any does not make all that lies beside it be watched.
    """
    folders: set[str] = set()
    for path in paths:
        is_folder = os.path.isdir(path)
        folder = path if is_folder else path.rpartition("/")[0] or "/"
        root = project_root(folder, files)
        if root is not None or is_folder:
            folders.add(root or folder)
    there = sorted(folder for folder in folders if os.path.isdir(folder))
    outer = tuple(one for one in there if not any(one != other and _is_below(one, other) for other in there))
    single = {*paths, *(name for folder in folders for name in _above(folder))}
    outside = {file for file in single if not any(_is_below(file, one) for one in outer)}
    return Area(outer, tuple(sorted({*outside, *extra})))  # a baseline may have any name


def loose_files(paths: Sequence[str], files: FileSystem) -> list[str]:
    """Those of `paths` (absolute) that are files outside of any project: what they import is watched by its name."""
    single = (path for path in paths if not os.path.isdir(path))
    return [path for path in single if project_root(path.rpartition("/")[0], files) is None]


def can_matter(path: str, area: Area, holding: frozenset[str]) -> bool:
    """Whether a check may come out otherwise because something has changed at `path`.

    `holding` are the folders in which files were checked: one of them may be gone.
    """
    inside = next((path[len(one.rstrip("/")) :] for one in area.folders if _is_below(path, one)), path)
    parts = inside.split("/")
    if not _UNSEEN.isdisjoint(parts):
        return False
    return _SEEN.fullmatch(parts[-1]) is not None or path in holding or os.path.isdir(path)


def folders_above(files: Iterable[str]) -> frozenset[str]:
    """Every folder in which, at any depth, one of `files` lies."""
    found: set[str] = set()
    for file in files:
        folder = file.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)


def _above(folder: str) -> Iterator[str]:
    """What could stand above `folder` and configure it, or make it part of a project."""
    while folder:
        folder = folder.rpartition("/")[0]
        yield from (f"{folder}/{name}" for name in {*FILE_NAMES, *MARKERS})


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    which = found.st_dev, found.st_ino
    return which if S_ISDIR(found.st_mode) else (*which, found.st_size, found.st_mtime_ns)
