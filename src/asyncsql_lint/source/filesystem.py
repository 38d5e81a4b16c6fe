"""How the program reads a disk: everything that looks at files goes through a `FileSystem`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from stat import S_ISDIR, S_ISREG
from typing import Protocol

from asyncsql_lint.errors import SourceError


class Kind(Enum):
    """What a path is."""

    FILE = "file"
    FOLDER = "folder"
    MISSING = "missing"
    OTHER = "other"
    """A socket, a pipe, a device: never read, for reading could wait for ever."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder. `is_link` tells that the name is a symbolic link to what `kind` says."""

    name: str
    kind: Kind
    is_link: bool = False


class FileSystem(Protocol):
    """What discovery and reading need of a disk. Paths are absolute, with `/`."""

    def kind(self, path: str) -> Kind:
        """What stands at `path`, links followed."""

    def entries(self, path: str) -> list[Entry]:
        """The names in the folder `path`, sorted. Raises `SourceError` when it cannot be listed."""

    def read(self, path: str) -> bytes:
        """The bytes of the file `path`. Raises `SourceError` when it cannot be read."""

    def real(self, path: str) -> str:
        """`path` with all symbolic links resolved: equal for two names of one file."""


class Disk:
    """The disk of this machine."""

    def kind(self, path: str) -> Kind:
        """What stands at `path`, links followed. Raises `SourceError` when even that may not be asked."""
        try:
            mode_of = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return Kind.MISSING
        except (OSError, ValueError) as error:
            raise SourceError(reason(error)) from error
        return _kind_of_mode(mode_of.st_mode)

    def entries(self, path: str) -> list[Entry]:
        """The names in the folder `path`, sorted."""
        try:
            with os.scandir(path) as listing:
                return sorted((_entry(item) for item in listing), key=lambda entry: entry.name)
        except OSError as error:
            raise SourceError(reason(error)) from error

    def read(self, path: str) -> bytes:
        """The bytes of the file `path`."""
        try:
            with open(path, "rb") as stream:
                return stream.read()
        except OSError as error:
            raise SourceError(reason(error)) from error

    def real(self, path: str) -> str:
        """`path` with all symbolic links resolved."""
        return normal(os.path.realpath(path))


@dataclass(frozen=True, slots=True)
class Overlay:
    """`base`, with the files of `contents` in place of what is there: standard input, unsaved buffers, tests."""

    base: FileSystem
    contents: Mapping[str, bytes]

    def kind(self, path: str) -> Kind:
        """What stands at `path`."""
        return Kind.FILE if path in self.contents else self.base.kind(path)

    def entries(self, path: str) -> list[Entry]:
        """The names in the folder `path` of the base, and the overlaid files that stand in it."""
        try:
            found = {entry.name: entry for entry in self.base.entries(path)}
        except SourceError:
            if not any(True for _ in self._names_in(path)):
                raise
            found = {}
        found.update({name: Entry(name, Kind.FILE) for name in self._names_in(path)})
        return sorted(found.values(), key=lambda entry: entry.name)

    def read(self, path: str) -> bytes:
        """The bytes of the file `path`."""
        return self.contents[path] if path in self.contents else self.base.read(path)

    def real(self, path: str) -> str:
        """`path` with all symbolic links resolved."""
        return path if path in self.contents else self.base.real(path)

    def _names_in(self, path: str) -> Iterator[str]:
        for known in self.contents:
            folder, _, name = known.rpartition("/")
            if folder == path:
                yield name


def absolute(path: str, base: str | None = None) -> str:
    """`path` as absolute path with `/` and without `..`, links left as they are; relative ones from `base` or here."""
    return normal(os.path.abspath(os.path.join(base or os.getcwd(), path)))


def normal(path: str) -> str:
    """`path` with `/` between its parts, on every system."""
    return path if os.sep == "/" else path.replace(os.sep, "/")


def reason(error: OSError | ValueError) -> str:
    """Why an operation on a file failed, in lower-case words without the file's name."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return (text or type(error).__name__).lower()


def _entry(item: os.DirEntry[str]) -> Entry:
    is_link = item.is_symlink()
    try:
        if item.is_dir():
            return Entry(item.name, Kind.FOLDER, is_link)
        if item.is_file():
            return Entry(item.name, Kind.FILE, is_link)
    except OSError:  # a loop of links: it leads nowhere
        return Entry(item.name, Kind.MISSING, is_link)
    return Entry(item.name, Kind.MISSING if is_link else Kind.OTHER, is_link)


def _kind_of_mode(mode: int) -> Kind:
    if S_ISDIR(mode):
        return Kind.FOLDER
    return Kind.FILE if S_ISREG(mode) else Kind.OTHER
