"""Which file an import means, as Python would find it.

The importing file's own package comes first, then its folder (a script's), then the folders above it and
their `src`: so a monorepo of many small programs with modules of the same names is read right.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

NAMESPACE = ""
"""What stands for a package without an `__init__` file."""


STARTED = ("main.py", "manage.py", "asgi.py", "wsgi.py", "conftest.py", "alembic/env.py", "migrations/env.py")
"""Files that lie where a program is started, and that folder on `sys.path`."""


def is_test_file(path: str) -> bool:
    """Whether pytest takes a file for tests: by its name."""
    name = path.rpartition("/")[2]
    return name.startswith("test_") or name == "conftest.py"


@lru_cache(maxsize=4096)
def is_test(path: str) -> bool:
    """Whether a file is a test or belongs to tests."""
    return is_test_file(path) or "tests" in path.split("/")[:-1]


class ModuleMap:
    """The files of the project by folder."""

    def __init__(self, paths: Iterable[str], roots: Iterable[str]) -> None:
        self._files = frozenset(paths)
        self._folders = {folder for path in self._files for folder in _above(path)}
        self._roots = tuple(roots)
        self._found: dict[tuple[str, str], str | None] = {}

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file that `from <dots>module` means in the file `importer`.

        Returns its path, `folder/` for a namespace package, or None when it is not the project's.
        """
        folder = importer.rpartition("/")[0]
        if level > 0:
            for _ in range(level - 1):
                folder = folder.rpartition("/")[0]
            return self._below(folder, module.split(".") if module else [])
        parts = module.split(".")
        root = self._root(folder, parts[0])
        return None if root is None else self._below(root, parts)

    def submodule(self, package: str, name: str) -> str | None:
        """The module `name` in the package whose file (or `folder/`) is `package`."""
        if package.endswith(("/__init__.py", "/")):
            return self._below(package.rpartition("/")[0], [name])
        return None

    def name_of(self, path: str) -> str:
        """The dotted name of a file, counted from the uppermost package that has an `__init__` file, or from a root."""
        folder, _, stem = path.removesuffix(".py").rpartition("/")
        parts = [] if stem == "__init__" else [stem]
        while f"{folder}/__init__.py" in self._files:
            folder, _, name = folder.rpartition("/")
            parts.insert(0, name)
        return ".".join(parts)

    def _root(self, folder: str, first: str) -> str | None:
        """The folder in which `first` is a module or package for a file in `folder`."""
        key = (folder, first)
        if key not in self._found:
            self._found[key] = self._search(folder, first)
        return self._found[key]

    def _search(self, folder: str, first: str) -> str | None:
        chain = [folder, *_above(folder)]
        stop = [i for i, place in enumerate(chain) if place in self._roots]
        chain = chain[: stop[-1] + 2] if stop else chain
        outside = [place for place in chain if f"{place}/__init__.py" not in self._files]
        inside = [place for place in chain if f"{place}/__init__.py" in self._files]
        for place in outside:
            for root in (place, f"{place}/src"):
                if self._holds(root, first):
                    return root
        for place in inside:
            if (place == inside[0] or self._is_started(place)) and self._holds(place, first):
                return place
        return None

    def _is_started(self, folder: str) -> bool:
        """Whether programs seem to be started in a folder, package or not: its modules are then top modules."""
        return any(f"{folder}/{name}" in self._files for name in STARTED)

    def _holds(self, root: str, first: str) -> bool:
        return f"{root}/{first}.py" in self._files or f"{root}/{first}" in self._folders

    def _below(self, root: str, parts: list[str]) -> str | None:
        place = "/".join([root, *parts])
        if f"{place}.py" in self._files and parts:
            return f"{place}.py"
        if f"{place}/__init__.py" in self._files:
            return f"{place}/__init__.py"
        return f"{place}/" if place in self._folders else None


def _above(path: str) -> list[str]:
    """The folders above a path, nearest first."""
    out: list[str] = []
    folder = path.rpartition("/")[0]
    while folder:
        out.append(folder)
        folder = folder.rpartition("/")[0]
    return out
