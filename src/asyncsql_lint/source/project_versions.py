"""Which versions of its libraries a project locks or requires, from the files that stand nearest to its code.

Read are `uv.lock`, `poetry.lock`, `pdm.lock` and `pylock.toml`, `pyproject.toml`, and requirements files. A lock counts
before a requirement, also from further up (the lock of a workspace lies at its top), unless a nearer requirement rules
its release out. What cannot be read or understood says nothing: these files are other tools' to complain about.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from asyncsql_lint.config.library_versions import DRIVERS, LIBRARIES, VersionRange, Versions, joined, range_of, release
from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import FileSystem, Kind
from asyncsql_lint.source.roots import is_too_wide

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")

Found = dict[str, VersionRange]
"""What is said of each library; one that is not there is unknown."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """What the files in one folder say: locks, requirements, drivers, and whether a repository ends there."""

    locks: Found
    requirements: Found
    drivers: tuple[str, ...]
    is_top: bool


_PACKAGE = re.compile(r"^\[\[packages?\]\][ \t]*\r?$", re.MULTILINE)
_NAMES = re.compile(rf"^name = \"(?:{'|'.join(LIBRARIES)})\"", re.MULTILINE | re.IGNORECASE)
_REQUIREMENT = re.compile(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<specifier>[^;#\\()@]*)")
_WORD = re.compile(r"[a-z0-9_-]+", re.IGNORECASE)
_REQUIREMENTS_FILE = re.compile(r"requirements[\w.-]*\.(?:txt|in)")


class ProjectVersions:
    """What is known for each folder, each file read once."""

    def __init__(self, files: FileSystem) -> None:
        self._files = files
        self._known: dict[str, Versions] = {}
        self._said: dict[str, _Folder] = {}

    def of_folder(self, folder: str) -> Versions:
        """The versions for the files in `folder` (absolute)."""
        if folder not in self._known:
            self._known[folder] = self._search(folder)
        return self._known[folder]

    def _search(self, folder: str) -> Versions:
        """Look from `folder` upwards, as far as its repository reaches."""
        required: Found = {}
        locked: Found = {}
        drivers: tuple[str, ...] = ()
        while folder and not is_too_wide(folder):
            if folder not in self._said:
                self._said[folder] = self._of_one(folder)
            said = self._said[folder]
            required = said.requirements | required
            locked = {n: r for n, r in said.locks.items() if _fits(r, required.get(n))} | locked
            drivers = drivers or said.drivers
            if said.is_top:
                break
            folder = folder.rpartition("/")[0]
        return Versions(**(required | locked), drivers=drivers)

    def _of_one(self, folder: str) -> _Folder:
        try:
            entries = self._files.entries(folder)
        except SourceError:
            return _Folder({}, {}, (), is_top=False)
        names = {entry.name for entry in entries if entry.kind is Kind.FILE}
        folders = {entry.name for entry in entries if entry.kind is Kind.FOLDER}
        files = [name for name in sorted(names) if _REQUIREMENTS_FILE.fullmatch(name)]
        if "requirements" in folders:
            files += [f"requirements/{name}" for name in self._texts_in(f"{folder}/requirements")]
        texts = {name: self._text(folder, name) for name in files}
        required = _merged(_requirements(text, name) for name, text in texts.items())
        if "pyproject.toml" in names:
            texts["pyproject.toml"] = self._text(folder, "pyproject.toml")
            required |= _project(texts["pyproject.toml"])
        tables = [_locked(self._text(folder, name), name) for name in LOCKS if name in names]
        locks = _merged(
            {n: [r for r in rs if _fits(r, required.get(n))] for n, rs in table.items()} for table in tables
        )
        drivers = {driver for text in texts.values() for driver in _drivers(text)}
        return _Folder(locks, required, tuple(sorted(drivers)), is_top=".git" in names | folders)

    def _texts_in(self, folder: str) -> list[str]:
        try:
            return [e.name for e in self._files.entries(folder) if e.kind is Kind.FILE and e.name.endswith(".txt")]
        except SourceError:
            return []

    def _text(self, folder: str, name: str) -> str:
        try:
            return self._files.read(f"{folder}/{name}").decode("utf-8-sig", "replace")
        except SourceError:
            return ""


def _fits(locked: VersionRange, required: VersionRange | None) -> bool:
    """Whether a lock may be that of a project with this requirement: others lie forgotten, or belong to others."""
    return required is None or locked.overlaps(required)


def _merged(tables: Iterable[Mapping[str, Iterable[VersionRange]]]) -> Found:
    """One range for each library of which something is said, by however many."""
    said: dict[str, list[VersionRange]] = defaultdict(list)
    for table in tables:
        for name, ranges in table.items():
            said[name] += ranges
    return {name: one for name, ranges in said.items() if (one := joined(ranges)) is not None}


def _locked(text: str, source: str) -> dict[str, list[VersionRange]]:
    """The releases in a lock file. Only the packages that count are parsed: the whole may be a megabyte."""
    out: dict[str, list[VersionRange]] = defaultdict(list)
    for block in _PACKAGE.split(text)[1:]:
        if _NAMES.search(block) is None:
            continue
        package = _toml(re.split(r"^\[", block, maxsplit=1, flags=re.MULTILINE)[0])
        name, version = package.get("name"), package.get("version")
        if isinstance(name, str) and isinstance(version, str) and _normal(name) in LIBRARIES:
            found = release(version, source)
            if found is not None:
                out[_normal(name)].append(found)
    return out


def _requirements(text: str, source: str) -> dict[str, list[VersionRange]]:
    """The requirements in a text with one on each line, or in the lists of a pyproject.toml."""
    out: dict[str, list[VersionRange]] = defaultdict(list)
    for line in text.splitlines():
        match = _REQUIREMENT.match(line)
        if match is None or _normal(match["name"]) not in LIBRARIES:
            continue
        found = range_of(match["specifier"].partition(" --")[0], source)
        if found is not None:
            out[_normal(match["name"])].append(found)
    return out


def _drivers(text: str) -> Iterator[str]:
    """The database drivers that a text requires; an extra, `sqlalchemy[postgresql-asyncpg]`, names one, too."""
    for line in text.splitlines():
        for word in _WORD.findall(line.partition("#")[0]):
            name = word.lower().removesuffix("-binary").rpartition("-")[2]
            if name in DRIVERS:
                yield name


def _project(text: str) -> Found:
    """What a pyproject.toml requires: its dependencies; where they say nothing, its extras and groups."""
    if not any(library in text.lower() for library in LIBRARIES):
        return {}
    whole = _toml(text)
    project, poetry = _table(whole, "project"), _table(whole, "tool", "poetry")
    main = [_listed(project.get("dependencies")), _tabled(_table(poetry, "dependencies"))]
    lists = [
        *_table(project, "optional-dependencies").values(),
        *_table(whole, "dependency-groups").values(),
        *_table(whole, "tool", "pdm", "dev-dependencies").values(),
        _table(whole, "tool", "uv").get("dev-dependencies"),
    ]
    groups = [_table(poetry, "group", name, "dependencies") for name in _table(poetry, "group")]
    more = [_listed(one) for one in lists] + [_tabled(one) for one in (*groups, _table(poetry, "dev-dependencies"))]
    return _merged(more) | _merged(main)


def _listed(value: object) -> dict[str, list[VersionRange]]:
    """`["sqlalchemy[asyncio]>=2.0", ...]`."""
    if not isinstance(value, list):
        return {}
    return _requirements("\n".join(item for item in value if isinstance(item, str)), "pyproject.toml")


def _tabled(table: Mapping[str, object]) -> dict[str, list[VersionRange]]:
    """Poetry's `sqlalchemy = "^2.0"` and `sqlalchemy = {version = "^2.0", extras = [...]}`."""
    out: dict[str, list[VersionRange]] = {}
    for name, value in table.items():
        said = value.get("version") if isinstance(value, dict) else value
        if _normal(name) not in LIBRARIES or not isinstance(said, str):
            continue
        found = range_of(said, "pyproject.toml")
        if found is not None:
            out[_normal(name)] = [found]
    return out


def _table(value: object, *keys: str) -> Mapping[str, object]:
    """The table under `keys`; an empty one when there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _toml(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
