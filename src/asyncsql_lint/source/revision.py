"""The files of a commit, read from git's object store as if they lay on the disk: no work tree is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from asyncsql_lint.config.paths import absolute, below
from asyncsql_lint.errors import RevisionError, SourceError
from asyncsql_lint.source.filesystem import Entry, FileSystem, Kind, normal
from asyncsql_lint.source.git import Git

_LINK, _SUBMODULE = "120000", "160000"
_MOST_LINKS = 40
"""Links that are followed one after the other, as on most systems."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The commit where a revision and HEAD part, in the repository whose work tree is at `top`.

    `renamed` leads from the path of a file in the index to what it was there, both absolute, as far as git sees that
    it is the same file.
    """

    git: Git
    top: str
    commit: str
    renamed: Mapping[str, str]

    @contextmanager
    def files(self, outside: FileSystem) -> Iterator[Tree]:
        """The files of the commit, until the block ends; what lies around the work tree is as it is in `outside`."""
        listed = self.git.ask("ls-tree", "-r", "-z", "--full-tree", self.commit, "--").split(b"\0")[:-1]
        blobs: dict[str, tuple[str, str]] = {}
        for line in listed:
            facts, _, path = line.partition(b"\t")
            mode, _, name = facts.decode("ascii").split(" ")
            blobs[os.fsdecode(path)] = mode, name
        with self.git.reader() as reader:
            yield Tree(self.top, blobs, reader.read, outside)


def find_revision(name: str, folder: str) -> Revision:
    """The commit where `name` and HEAD part, in the repository around `folder` (absolute).

    Raises `RevisionError` when there is no git, no repository, no such revision, or no such commit.
    """
    git = Git(folder)
    top = _top(git, folder)
    head, commit = git.commit("HEAD"), git.commit(name)
    if head is None:
        raise RevisionError(f"the repository {top} has no commit yet")
    is_shallow = git.line("rev-parse", "--is-shallow-repository") == "true"
    if commit is None:
        hint = "; this clone is shallow: fetch the revision first" if is_shallow else ""
        raise RevisionError(f"there is no revision {name!r} in the repository {top}{hint}")
    base = git.merge_base(commit, head)
    if base is None:
        hint = ", as far as this shallow clone reaches: fetch more of it first" if is_shallow else ""
        raise RevisionError(f"{name!r} and HEAD have no commit in common{hint}")
    return Revision(git, top, base, _renamed(git, base, top))


def _top(git: Git, folder: str) -> str:
    """The top of the work tree, spelled as `folder` is: links above it stay as they are."""
    top, prefix = normal(git.line("rev-parse", "--show-toplevel")), git.line("rev-parse", "--show-prefix")
    inside = "/" + prefix.rstrip("/") if prefix else ""
    spelled = folder.removesuffix(inside) if folder.endswith(inside) else top
    is_same = os.path.realpath(spelled or "/") == os.path.realpath(top)
    return (spelled if is_same else top).rstrip("/")  # empty for the disk's root: a path is added after a `/`


def _renamed(git: Git, base: str, top: str) -> dict[str, str]:
    """Which files of the index were others at `base`; the index knows what is staged, and no file has to be read."""
    options = ("-M", "-z", "--name-status", "--diff-filter=R", "--no-ext-diff", "--no-textconv", "--ignore-submodules")
    words = [os.fsdecode(word) for word in git.ask("diff-index", "--cached", *options, base, "--", "*.py").split(b"\0")]
    return {f"{top}/{new}": f"{top}/{old}" for old, new in zip(words[1::3], words[2::3], strict=False)}


class Tree:
    """A `FileSystem`: at `top` lie the `blobs`, each with mode and name by its path; `read` reads one by its name.

    Everything else is as in `outside`. So are submodules, whose commits this repository does not have: what was changed
    in them counts as old.
    """

    def __init__(
        self, top: str, blobs: Mapping[str, tuple[str, str]], read: Callable[[str], bytes], outside: FileSystem
    ) -> None:
        self._top = top
        self._read = read
        self._outside = outside
        self._blobs = {f"{top}/{path}": blob for path, blob in blobs.items()}
        self._elsewhere = {f"{top}/.git", *(path for path, (mode, _) in self._blobs.items() if mode == _SUBMODULE)}
        self._folders: dict[str, set[str]] = {top: {".git"}}
        for path in self._blobs:
            self._add(path)

    def holds(self, path: str) -> bool:
        """Whether `path` belongs to the repository, so that git could have it."""
        if path != self._top and below(path, self._top) is None:
            return False
        while path != self._top and path not in self._elsewhere:
            path = path.rpartition("/")[0]
        return path == self._top

    def kind(self, path: str) -> Kind:
        """What stands at `path`, links followed."""
        real = self.real(path)
        if not self.holds(real):
            return self._outside.kind(real)
        if real in self._folders:
            return Kind.FOLDER
        return Kind.FILE if real in self._blobs and not self._is_link(real) else Kind.MISSING

    def entries(self, path: str) -> list[Entry]:
        """The names in the folder `path`, sorted."""
        real = self.real(path)
        if not self.holds(real):
            return self._outside.entries(real)
        if real not in self._folders:
            raise SourceError("no such folder")
        return [self._entry(f"{real}/{name}", name) for name in sorted(self._folders[real])]

    def read(self, path: str) -> bytes:
        """The bytes of the file `path`. Raises `RevisionError` when the repository lacks them."""
        real = self.real(path)
        if not self.holds(real):
            return self._outside.read(real)
        if real not in self._blobs:
            raise SourceError("no such file")
        return self._read(self._blobs[real][1])

    def real(self, path: str) -> str:
        """`path` with all links resolved; one that goes round in circles leads to itself."""
        for _ in range(_MOST_LINKS):
            if not self.holds(path):
                return self._outside.real(path)
            link = next((above for above in _upwards(path, self._top) if self._is_link(above)), None)
            if link is None:
                break
            target = os.fsdecode(self._read(self._blobs[link][1]))
            path = absolute(target + path[len(link) :], link.rpartition("/")[0])
        return path

    def _add(self, path: str) -> None:
        while path != self._top:
            folder, _, name = path.rpartition("/")
            is_known = folder in self._folders
            self._folders.setdefault(folder, set()).add(name)
            if is_known:
                return
            path = folder

    def _entry(self, path: str, name: str) -> Entry:
        try:
            return Entry(name, self.kind(path), self._is_link(path))
        except SourceError:  # a link that leads to where nobody may look
            return Entry(name, Kind.MISSING, self._is_link(path))

    def _is_link(self, path: str) -> bool:
        return path in self._blobs and self._blobs[path][0] == _LINK


def _upwards(path: str, top: str) -> Iterator[str]:
    """`path` and the folders above it, below `top`."""
    while len(path) > len(top):
        yield path
        path = path.rpartition("/")[0]
