"""A baseline: findings that are known, so that only new ones count. Here is its file, byte for byte.

It holds no line number and no time, its paths are relative to its folder, and each entry has a line of its own: it is
the same on every machine, and two branches that change it meet in a conflict only where they are at odds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from asyncsql_lint.errors import BaselineError
from asyncsql_lint.fingerprint import Identity

VERSION = 1
NEVER = frozenset({"ASL900"})
"""Never in a baseline: nobody knows what is wrong in a file that cannot be analysed."""

_ANEW = "mend it, or remove it and write it anew with --update-baseline"
_MARKER = re.compile(rb"^(<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)
_KEYS = ("rule", "context", "symbol", "hash", "count")


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often which finding is known, by the file's path relative to the folder of the baseline itself at `path`."""

    path: str
    files: Mapping[str, Counter[Identity]]

    @property
    def folder(self) -> str:
        """The folder that its paths are relative to."""
        return self.path.rpartition("/")[0] or "/"

    @property
    def total(self) -> int:
        """How many findings it knows."""
        return sum(entries.total() for entries in self.files.values())

    def as_bytes(self) -> bytes:
        """The content of its file."""
        files = [f"    {json.dumps(name)}: {_listed(self.files[name])}" for name in sorted(self.files)]
        listed = "{\n" + ",\n".join(files) + "\n  }" if files else "{}"
        return f'{{\n  "version": {VERSION},\n  "files": {listed}\n}}\n'.encode("ascii")


def parse(path: str, data: bytes) -> Baseline:
    """The baseline whose file at `path` holds `data`. Raises `BaselineError`, naming the line where there is one."""
    marker = _MARKER.search(data)
    if marker is not None:
        line = data.count(b"\n", 0, marker.start()) + 1
        raise BaselineError(
            f"{path}:{line}: a merge left its marks here: take either side, then write it anew with --update-baseline"
        )
    return Baseline(path, _Reader(path).files(_json(path, data)))


def _listed(entries: Counter[Identity]) -> str:
    lines = ",\n".join(f"      {_written(identity, entries[identity])}" for identity in sorted(entries))
    return f"[\n{lines}\n    ]"


def _written(identity: Identity, count: int) -> str:
    values = (identity.rule, identity.context, identity.symbol, identity.hash, count)
    return json.dumps(dict(zip(_KEYS, values, strict=True)))


def _json(path: str, data: bytes) -> object:
    def unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
        table: dict[str, object] = {}
        for key, value in pairs:
            if key in table:  # what a merge leaves that saw no conflict; one of the two would be lost
                raise BaselineError(f"{path}: {json.dumps(key)} stands there twice: {_ANEW}")
            table[key] = value
        return table

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=unique)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BaselineError(f"{path}:{line}: not a baseline: the file is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BaselineError(f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}: {_ANEW}") from error
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: not a baseline: {_ANEW}") from error


class _Reader:
    """Makes a baseline's files of JSON, or says what is wrong with it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def files(self, data: object) -> dict[str, Counter[Identity]]:
        """The known findings of each file."""
        if not isinstance(data, dict) or "version" not in data:
            self._fail('not a baseline: it has no "version"')
        version = data["version"]
        if type(version) is not int:
            self._fail('"version" must be a whole number')
        if version != VERSION:
            self._fail(f'"version" is {version}, and this asyncsql-lint knows version {VERSION} only')
        files = data.get("files")
        if not isinstance(files, dict):
            self._fail('"files" must be a table of files, each with a list of entries')
        if unknown := sorted(data.keys() - {"version", "files"}):
            self._fail(f"unknown key {json.dumps(unknown[0])}")
        return {name: self._entries(name, entries) for name, entries in files.items()}

    def _entries(self, name: str, entries: object) -> Counter[Identity]:
        if not isinstance(entries, list):
            self._fail(f"{json.dumps(name)} must be a list of entries")
        known: Counter[Identity] = Counter()
        for number, entry in enumerate(entries, start=1):
            identity, count = self._entry(f"{json.dumps(name)}, entry {number}", entry)
            known[identity] += count
        return known

    def _entry(self, where: str, entry: object) -> tuple[Identity, int]:
        if not isinstance(entry, dict) or entry.keys() != set(_KEYS):
            self._fail(f"{where} must have the keys " + ", ".join(f'"{key}"' for key in _KEYS))
        *names, count = (entry[key] for key in _KEYS)
        if not all(isinstance(name, str) for name in names):
            self._fail(f"{where}: all but the count must be strings")
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            self._fail(f'{where}: "count" must be a whole number from 1 on')
        identity = Identity(*names)
        if identity.rule in NEVER:
            self._fail(f"{where}: {identity.rule} may not be in a baseline")
        return identity, count

    def _fail(self, what: str) -> NoReturn:
        raise BaselineError(f"{self._path}: {what}")
