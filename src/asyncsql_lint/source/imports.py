"""Which files a file imports, told by its text alone: what is read of code that belongs to no project."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from asyncsql_lint.config.paths import below
from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import FileSystem, Kind

_IMPORT = re.compile(
    r"""(?:^|[;:])[ \t]*(?:lazy[ \t]+)?(?:
        import[ \t]+(?P<modules>[^\n;#]+)
        | from[ \t]+(?P<module>[.\w]+)[ \t]+import[ \t]*(?:\((?P<several>[^()]*)|(?P<names>[^\n;#(]+))
    )""",
    re.MULTILINE | re.VERBOSE,
)
_COMMENT = re.compile(r"#[^\n]*")


@dataclass(frozen=True, slots=True)
class Import:
    """`from <dots>module import names`: `level` counts the dots."""

    level: int
    module: str
    names: tuple[str, ...] = ()


def imports_in(text: str) -> Iterator[Import]:
    """What `text` imports. What only looks like an import, in a string, is among them."""
    for found in _IMPORT.finditer(text.replace("\\\n", " ").replace("\r", "\n")):
        if found["modules"] is not None:
            yield from (Import(0, name) for name in _names(found["modules"]))
        else:
            module = found["module"].lstrip(".")
            names = _names(_COMMENT.sub("", found["several"] or found["names"]))
            yield Import(len(found["module"]) - len(module), module, tuple(names))


def _names(listed: str) -> Iterator[str]:
    """The names in `a, b.c as d`."""
    words = (part.split() for part in listed.split(","))
    return (found[0] for found in words if found)


class Reach:
    """Follows imports of files that lie in the folder `base`, at any depth; it does not leave that folder.

    `walk` gives the files of a package.
    """

    def __init__(self, base: str, files: FileSystem, walk: Callable[[str], Iterable[str]]) -> None:
        self._base = base.rstrip("/")
        self._real = files.real(base)
        self._disk = files
        self._walk = walk

    def of(self, files: Iterable[str]) -> frozenset[str]:
        """`files`, what they import, and what that imports. Of a package that is reached, every file is."""
        queue = list(files)
        seen = set(queue)
        while queue:
            found = self._imported(queue.pop()) - seen
            queue += found
            seen |= found
        return frozenset(seen)

    def _imported(self, path: str) -> set[str]:
        """The files that one file imports, as far as they are found."""
        try:
            text = self._disk.read(path).decode("utf-8", "replace")
        except SourceError:
            return set()
        folder = path.rpartition("/")[0]
        return {found for one in imports_in(text) for found in self._found(folder, one)}

    def _found(self, folder: str, wanted: Import) -> Iterator[str]:
        parts = wanted.module.split(".") if wanted.module else []
        for place in self._places(folder, wanted.level):
            if parts and not self._holds(place, parts[0]):
                continue
            yield from self._below(place, parts, wanted.names)
            return

    def _places(self, folder: str, level: int) -> Iterator[str]:
        """The folders in which an import is looked for, the nearest first."""
        if level == 0:
            yield from dict.fromkeys((folder, self._base, f"{self._base}/src"))
            return
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        if folder == self._base or folder.startswith(f"{self._base}/"):
            yield folder

    def _below(self, place: str, parts: list[str], names: tuple[str, ...]) -> Iterator[str]:
        for part in parts:
            folder, module = f"{place}/{part}", f"{place}/{part}.py"
            if self._is(Kind.FILE, f"{folder}/__init__.py"):
                yield from self._walk(folder) if self._is_inside(folder) else ()
                return
            if self._is(Kind.FILE, module):
                yield from (module,) if self._is_inside(module) else ()
                return
            place = folder
        for name in names:
            if name.isidentifier():
                yield from self._below(place, [name], ())

    def _is_inside(self, path: str) -> bool:
        """Whether a path stays in the folder when links are followed."""
        return below(self._disk.real(path), self._real) is not None

    def _holds(self, place: str, name: str) -> bool:
        return self._is(Kind.FILE, f"{place}/{name}.py") or self._is(Kind.FOLDER, f"{place}/{name}")

    def _is(self, kind: Kind, path: str) -> bool:
        try:
            return self._disk.kind(path) is kind
        except SourceError:
            return False
