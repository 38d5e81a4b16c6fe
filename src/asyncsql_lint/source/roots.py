"""Where a project begins, and how far a tree reaches."""

from __future__ import annotations

import os

from asyncsql_lint.config.paths import below
from asyncsql_lint.config.tree import CONFIGURATIONS, MARKERS, REPOSITORY
from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import FileSystem, Kind, normal


def project_root(folder: str, files: FileSystem) -> str | None:
    """The nearest folder, from `folder` upwards, that is marked as a project; never the home folder or the disk's root.

    Where nothing else marks one, a configuration of ours does. None when there is none.
    """
    return _nearest(folder, MARKERS, files) or _nearest(folder, CONFIGURATIONS, files)


def is_too_wide(folder: str) -> bool:
    """Whether `folder` is the disk's root or the home folder: projects lie in them, they are none."""
    return folder in ("", "/") or folder.endswith(":") or folder == normal(os.path.expanduser("~"))


def outermost_package(folder: str, files: FileSystem) -> str | None:
    """The uppermost of the folders with an `__init__.py` around a file in `folder`; None when it is in no package."""
    found: str | None = None
    while not is_too_wide(folder) and exists(f"{folder}/__init__.py", files):
        found = folder
        folder = folder.rpartition("/")[0]
    return found


class Tree:
    """What belongs together with the folder `root`: the repository around it, else the folder itself.

    Links are followed, and what is git's own is no part of it.
    """

    def __init__(self, root: str, files: FileSystem) -> None:
        self._files = files
        real = files.real(root)
        self._folder = _nearest(real, (REPOSITORY,), files) or real

    def holds(self, path: str) -> bool:
        """Whether a path lies in the tree wherever links lead."""
        inside = below(self._files.real(path), self._folder)
        return inside is not None and REPOSITORY not in inside.split("/")


def exists(path: str, files: FileSystem) -> bool:
    """Whether something stands at `path`; what may not be asked about does not."""
    try:
        return files.kind(path) is not Kind.MISSING
    except SourceError:
        return False


def _nearest(folder: str, markers: tuple[str, ...], files: FileSystem) -> str | None:
    """The nearest folder from `folder` upwards with one of `markers`."""
    while folder and not is_too_wide(folder):
        if any(exists(f"{folder}/{marker}", files) for marker in markers):
            return folder
        folder = folder.rpartition("/")[0]
    return None
