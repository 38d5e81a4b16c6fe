"""Finding and reading configuration files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from asyncsql_lint import __version__
from asyncsql_lint.config.keys import Place, config_of, string
from asyncsql_lint.config.model import Config, Settings, settle
from asyncsql_lint.config.paths import absolute
from asyncsql_lint.config.toml import key_lines, parse, parse_inline
from asyncsql_lint.config.tree import check_in_tree
from asyncsql_lint.config.version import satisfies
from asyncsql_lint.errors import ConfigError

TABLE = "asyncsql-lint"
FILE_NAMES = (".asyncsql-lint.toml", "asyncsql-lint.toml", "pyproject.toml")
"""Looked for in this order; the first that there is in the nearest folder counts."""


class Configuration:
    """What counts for each file: found by its folder, under what the command line says.

    `fixed` is a file to use instead of those that would be found, `isolated` means none at all.
    """

    def __init__(self, overrides: Config | None = None, *, fixed: str | None = None, isolated: bool = False) -> None:
        self._overrides = overrides or Config()
        self._searching = fixed is None and not isolated
        self._by_folder: dict[str, Settings] = {}
        given = None if isolated else fixed
        self._fallback = settle(self._overrides, None) if given is None else self._settle(given, read_config(given))

    def of_folder(self, folder: str) -> Settings:
        """The settings for the files in `folder` (absolute). Raises `ConfigError`."""
        if not self._searching:
            return self._fallback
        passed: list[str] = []
        while folder not in self._by_folder:
            passed.append(folder)
            configured = config_in(folder)
            if configured is not None:
                self._by_folder[folder] = self._settle(*configured)
                break
            above = folder.rpartition("/")[0] or "/"
            if above == folder or os.path.dirname(folder) == folder:
                self._by_folder[folder] = self._fallback
                break
            folder = above
        found = self._by_folder[folder]
        self._by_folder.update((seen, found) for seen in passed)
        return found

    def of_file(self, path: str) -> Settings:
        """The settings for the file `path` (absolute). Raises `ConfigError`."""
        return self.of_folder(path.rpartition("/")[0] or "/")

    def _settle(self, source: str, below: Config) -> Settings:
        if below.baseline is not None and self._overrides.baseline is None:
            check_in_tree(below.baseline, source, "baseline")
        return settle(self._overrides.over(below), source)


def config_in(folder: str) -> tuple[str, Config] | None:
    """The configuration file in `folder` and what it holds; a pyproject.toml counts only with our table.

    Each is read once: it may be changed at any time. Raises `ConfigError`.
    """
    for name in FILE_NAMES:
        path = f"{folder.rstrip('/')}/{name}"
        if not os.path.isfile(path):
            continue
        data = _bytes(path)
        if name != "pyproject.toml" or _our_table(path, data) is not None:
            return path, _config(path, data, ())
    return None


def read_config(path: str, above: tuple[str, ...] = ()) -> Config:
    """The configuration in the file `path`, on top of what it extends. Raises `ConfigError`.

    `above` are the files that led here by `extend`: meeting one again is an error, not a loop.
    """
    if path in above:
        raise ConfigError(f'{path}: "extend" comes back to this file')
    return _config(path, _bytes(path), above)


def _config(path: str, data: bytes, above: tuple[str, ...]) -> Config:
    """The configuration that the `data` of the file at `path` are, on top of what it extends."""
    is_shared = path.endswith("pyproject.toml")
    table = _our_table(path, data) if is_shared else parse(path, data)
    if table is None:
        raise ConfigError(f"{path}: there is no table [tool.{TABLE}]")
    base = path.rpartition("/")[0]
    place = Place(path, base, key_lines(data, ("tool", TABLE) if is_shared else ()))
    check_version(table, place)
    config = replace(config_of(table, place), files=(path,))
    if "extend" not in table:
        return config
    where = f'{place.of("extend")}: "extend"'
    parent = absolute(os.path.expanduser(string(table["extend"], where)), base)
    if not os.path.isfile(parent):
        raise ConfigError(f"{where} names {parent}, which is no file")
    return config.over(read_config(parent, (*above, path)))


def inline_config(assignments: Sequence[str], folder: str) -> Config:
    """The configuration that `key = value` texts of `--config` hold, with `folder` as base. Raises `ConfigError`."""
    config = Config()
    for text in assignments:
        table = parse_inline(text)
        if "extend" in table:
            raise ConfigError('--config: "extend" has a meaning in a file only')
        place = Place("--config", folder)
        check_version(table, place)
        config = config_of(table, place).over(config)
    return config


def check_version(table: Mapping[str, object], place: Place) -> None:
    """Raise `ConfigError` when `table` wants another version than this.

    It is asked before anything else of a file: another version may know other keys.
    """
    if "required-version" not in table:
        return
    where = f'{place.of("required-version")}: "required-version"'
    wanted = string(table["required-version"], where)
    if not satisfies(__version__, wanted, where):
        raise ConfigError(f"{where} is {wanted}, this is {__version__} of asyncsql-lint")


def _our_table(path: str, data: bytes) -> Mapping[str, object] | None:
    """`[tool.asyncsql-lint]` of a pyproject.toml; None when it has none.

    A pyproject.toml that does not mention us is not ours to complain about: templates of projects are often no TOML.
    """
    if TABLE.encode() not in data:
        return None
    tool = parse(path, data).get("tool")
    table = tool.get(TABLE) if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: [tool.{TABLE}] must be a table")
    return table


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
