"""The repository around the working directory: where the paths start that other machines are told."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import FileSystem, Kind


class Repository:
    """The nearest folder with a `.git` from `folder` (absolute) upwards; `folder` itself where there is none.

    `root` is that folder, with its symbolic links resolved.
    """

    def __init__(self, folder: str, files: FileSystem) -> None:
        self._files = files
        self._known: dict[str, str] = {}
        start = files.real(folder)
        self.root = next((above for above in _upwards(start) if _is_root(above, files)), start)

    def path(self, path: str) -> str:
        """Where `path` (absolute) lies below the root, links resolved: empty for the root, absolute if elsewhere."""
        if path not in self._known:
            prefix = self.root.rstrip("/") + "/"
            self._known[path] = f"{self._files.real(path)}/".removeprefix(prefix).rstrip("/")
        return self._known[path]


def _upwards(folder: str) -> Iterator[str]:
    """`folder`, and every folder above it."""
    yield folder
    while "/" in folder.rstrip("/"):
        folder = folder.rpartition("/")[0] or "/"
        yield folder


def _is_root(folder: str, files: FileSystem) -> bool:
    """Whether `folder` has a `.git`: a folder, or the file that a work tree or a submodule has in its place."""
    try:
        return files.kind(f"{folder.rstrip('/')}/.git") in (Kind.FOLDER, Kind.FILE)
    except SourceError:  # where nobody may look, nobody has a repository
        return False
