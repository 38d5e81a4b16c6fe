"""Versions of libraries that a project has settled on, from its lock files and requirements.

SQLModel 0.0.45 changed what it makes of a `datetime` field: a project that stays below has other columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from asyncsql_lint.errors import SourceError
from asyncsql_lint.source.filesystem import FileSystem, Kind

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
REQUIREMENTS = ("requirements.txt", "pyproject.toml", "Pipfile")
UTC_SINCE = (0, 0, 45)
"""The first SQLModel whose `datetime` fields are aware ones."""

_LOCKED = re.compile(r'name = "sqlmodel"\s+version = "([\d.]+)"|"sqlmodel": \{[^}]*"version": "==([\d.]+)"')
_REQUIRED = re.compile(
    r"""^[\s"']*sqlmodel(?:\[[\w,\s-]*\])?["']?\s*(?:=(?!=)\s*(?:\{\s*version\s*=\s*)?["']?)?\s*([^#;"'\n]*)""",
    re.MULTILINE | re.IGNORECASE,
)
_CLAUSE = re.compile(r"(==|<=|<|\^|~(?!=)|)\s*(\d+(?:\.\d+)+)")


def before_utc(folders: Iterable[str], files: FileSystem) -> frozenset[str]:
    """Those of some folders whose project stays below the SQLModel that makes datetimes aware."""
    known: dict[str, bool | None] = {}
    return frozenset(folder for folder in folders if _is_old(folder, files, known))


def _is_old(folder: str, files: FileSystem, known: dict[str, bool | None]) -> bool:
    while folder:
        if folder not in known:
            known[folder] = _told(folder, files)
        found = known[folder]
        if found is not None:
            return found
        folder = folder.rpartition("/")[0]
    return False


def _told(folder: str, files: FileSystem) -> bool | None:
    """What the files of one folder say; None when they say nothing of SQLModel."""
    for name in (*LOCKS, *REQUIREMENTS):
        text = _text(f"{folder}/{name}", files)
        if "sqlmodel" not in text:
            continue
        locked = _LOCKED.search(text) if name in LOCKS else None
        if locked is not None:
            return _release(locked[1] or locked[2]) < UTC_SINCE
        required = _REQUIRED.search(text) if name in REQUIREMENTS else None
        if required is not None:
            return is_below(required[1])
    return None


def _text(path: str, files: FileSystem) -> str:
    try:
        return files.read(path).decode("utf-8", "replace") if files.kind(path) is Kind.FILE else ""
    except SourceError:
        return ""


def is_below(specifier: str) -> bool:
    """Whether a specifier lets no SQLModel in that makes datetimes aware: `==0.0.18`, `<0.0.15`, `^0.0.8`."""
    for operator, version in _CLAUSE.findall(re.sub(r"(>=|>|!=|~=)\s*[\d.]+", "", specifier)):
        release = _release(version)
        if release < UTC_SINCE or (operator == "<" and release == UTC_SINCE):
            return True
    return False


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.strip(".").split("."))
