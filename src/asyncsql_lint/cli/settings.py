"""`--show-settings`: what counts for the files of a folder, and who says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TextIO

from asyncsql_lint.config.library_versions import LIBRARIES
from asyncsql_lint.config.model import SELECTING, Patterns, Settings
from asyncsql_lint.linter import Linter

DEFAULT = "default"
SINGLE = (
    "fixable",
    "unfixable",
    "respect-gitignore",
    "force-exclude",
    "src",
    "fail-on",
    "min-confidence",
    "output-format",
    "baseline",
    "required-version",
)
"""The keys that are a setting each."""


def write_settings(out: TextIO, linter: Linter, folder: str) -> None:
    """Write a line of TOML for each setting in `folder`, with where it comes from. Raises `ConfigError`."""
    from asyncsql_lint.reporters.visible import visible

    settings, catalogue = linter.configuration.of_folder(folder), linter.catalogue
    catalogue.check(settings)
    out.write(f"# for the files in {visible(folder)}\n# read from {visible(_read(settings))}\n")
    enabled = sorted(catalogue.enabled(settings, folder + "/"))
    rows = (
        ("enabled", enabled, _origins(settings, SELECTING)),
        ("exclude", settings.exclude, _origins(settings, ("exclude", "extend-exclude"))),
        *_single(settings),
        *_per_file(settings),
        *_versions(settings, linter, folder),
    )
    out.writelines(f"{key} = {_toml(value)}  # {visible(origin)}\n" for key, value, origin in rows)


def _read(settings: Settings) -> str:
    if settings.source is None:
        return "no file: these are the defaults"
    return ", which extends ".join(settings.files)


def _single(settings: Settings) -> Iterator[tuple[str, object, str]]:
    for key in SINGLE:
        value = getattr(settings, key.replace("-", "_"))
        if value is not None:
            yield key, value, _origin(settings, key)


def _per_file(settings: Settings) -> Iterator[tuple[str, object, str]]:
    for entry in settings.per_file_ignores:
        pattern = ("!" if entry.inverted else "") + entry.pattern.lines[0]
        yield f"per-file-ignores.{json.dumps(pattern)}", entry.selectors, _origin(settings, "per-file-ignores")


def _versions(settings: Settings, linter: Linter, folder: str) -> Iterator[tuple[str, object, str]]:
    configured = dict(settings.library_versions)
    versions = linter.versions(folder)
    for library in LIBRARIES:
        known = getattr(versions, library)
        source = _origin(settings, "library-versions") if library in configured else known.source
        yield f"library-versions.{library}", known.text, source or "unknown: no lock file or requirement"


def _origin(settings: Settings, key: str) -> str:
    return ", ".join(settings.said_in.get(key, (DEFAULT,)))


def _origins(settings: Settings, keys: Sequence[str]) -> str:
    """Who says several keys that come to one setting: the first replaces the default, the others change it."""
    changes = [f"{key}: {who}" for key in keys for who in settings.said_in.get(key, ())]
    return "; ".join(changes if keys[0] in settings.said_in else (DEFAULT, *changes))


def _toml(value: object) -> str:
    """`value` as TOML would have it."""
    if isinstance(value, (bool, str)):
        return json.dumps(value)
    if isinstance(value, Patterns):
        return _toml(value.lines)
    if isinstance(value, Enum):
        return json.dumps(getattr(value, "label", value.value))
    if not isinstance(value, Sequence):
        raise TypeError(value)
    if value and all(isinstance(item, Patterns) for item in value):
        return _toml([line for item in value for line in item.lines])
    return "[" + ", ".join(_toml(item) for item in value) + "]"
