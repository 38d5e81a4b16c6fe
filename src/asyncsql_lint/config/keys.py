"""The keys of a configuration: what each may hold, and how it becomes a `Config`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TypeVar

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.config.library_versions import LIBRARIES, VersionRange, series
from asyncsql_lint.config.model import SELECTING, Config, Patterns, PerFileIgnore, Selection
from asyncsql_lint.config.paths import absolute, compiled
from asyncsql_lint.diagnostics import Confidence, Severity
from asyncsql_lint.errors import ConfigError

Level = TypeVar("Level", bound=IntEnum)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: for messages, and as the base of its patterns and paths."""

    name: str
    """The file as the user knows it, or `--config`."""
    base: str
    """The absolute folder that relative patterns and paths start from."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """On which line of the file each key stands, where that is known."""

    def of(self, key: str) -> str:
        """Where `key` was written."""
        return f"{self.name}:{self.lines[key]}" if key in self.lines else self.name


def config_of(table: Mapping[str, object], place: Place) -> Config:
    """The configuration that `table` holds. Raises `ConfigError` for an unknown key or a value of a wrong type."""
    config = Config(said_in=dict.fromkeys(table, (place.name,)))
    selection = Selection()
    for key, value in table.items():
        where = f'{place.of(key)}: "{key}"'
        if key in SELECTING:
            selection = replace(selection, **{key.replace("-", "_"): _strings(value, where)})
        elif key in _KEYS:
            config = _KEYS[key](config, value, where, place)
        elif key != "extend":
            raise ConfigError(f'{place.of(key)}: unknown key "{key}"{did_you_mean(key, known_keys())}')
    return replace(config, selections=(selection,)) if selection != Selection() else config


def known_keys() -> tuple[str, ...]:
    """Every key, sorted."""
    return tuple(sorted({*SELECTING, *_KEYS, "extend"}))


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """`, did you mean "..."?` when a known word is close to `word`, else an empty string."""
    close = difflib.get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.6)
    if not close:
        return ""
    return f', did you mean "{next(k for k in known if k.lower() == close[0])}"?'


def string(value: object, where: str) -> str:
    """`value` as a string. Raises `ConfigError` when it is none."""
    if isinstance(value, str):
        return value
    raise _wrong(where, "a string", value)


def _strings(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise _wrong(where, "a list of strings", value)


def _boolean(value: object, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _wrong(where, "true or false", value)


def _level(kind: type[Level], value: object, where: str) -> Level:
    by_label = {level.name.lower(): level for level in sorted(kind, reverse=True)}
    return by_label[_choice(tuple(by_label), value, where)]


def _choice(choices: tuple[str, ...], value: object, where: str) -> str:
    expected = "one of " + ", ".join(f'"{choice}"' for choice in choices)
    if not isinstance(value, str):
        raise _wrong(where, expected, value)
    if value not in choices:
        raise ConfigError(f'{where} must be {expected}, not "{value}"{did_you_mean(value, choices)}')
    return value


def _wrong(where: str, expected: str, value: object) -> ConfigError:
    names = {
        bool: "true or false",
        str: "a string",
        list: "a list",
        dict: "a table",
        int: "a number",
        float: "a number",
    }
    got = names.get(type(value), f"a {type(value).__name__}")
    if expected == "a list of strings" and isinstance(value, list):
        got = "a list of something else"
    return ConfigError(f"{where} must be {expected}, not {got}")


def _per_file_ignores(value: object, where: str, place: Place) -> tuple[PerFileIgnore, ...]:
    if not isinstance(value, dict):
        raise _wrong(where, "a table of patterns, each with a list of rules", value)
    return tuple(
        PerFileIgnore(
            _checked(Patterns(place.base, (pattern.removeprefix("!"),)), where),
            _strings(rules, f'{where}, pattern "{pattern}"'),
            inverted=pattern.startswith("!"),
        )
        for pattern, rules in value.items()
    )


def _library_versions(value: object, where: str) -> tuple[tuple[str, VersionRange], ...]:
    if not isinstance(value, dict):
        raise _wrong(where, "a table of libraries, each with a version", value)
    return tuple((name, _version_of(name, text, where)) for name, text in sorted(value.items()))


def _version_of(name: str, text: object, where: str) -> VersionRange:
    if name not in LIBRARIES:
        raise ConfigError(f'{where}: unknown library "{name}"{did_you_mean(name, LIBRARIES)}')
    wanted = string(text, f'{where}, "{name}"')
    found = series(wanted, "library-versions")
    if found is None:
        raise ConfigError(f'{where}, "{name}" must be as in "2.0", "2.0.40" or ">=2.0, <2.1", not "{wanted}"')
    return found


def _folders(value: object, where: str, place: Place) -> tuple[str, ...]:
    return tuple(absolute(folder, place.base) for folder in _strings(value, where))


def _file(value: object, where: str, place: Place) -> str:
    if name := string(value, where):
        return absolute(name, place.base)
    raise ConfigError(f"{where} must be the name of a file")


def _patterns(value: object, where: str, place: Place) -> Patterns:
    return _checked(Patterns(place.base, _strings(value, where)), where)


def _checked(patterns: Patterns, where: str) -> Patterns:
    """`patterns`, each of which has a meaning."""
    for pattern in patterns.lines:
        try:
            compiled((pattern,))
        except ValueError as error:
            raise ConfigError(f'{where}: the pattern "{pattern}" cannot be understood') from error
    return patterns


_Setter = Callable[[Config, object, str, Place], Config]

_KEYS: dict[str, _Setter] = {
    "per-file-ignores": lambda c, v, w, p: replace(c, per_file_ignores=_per_file_ignores(v, w, p)),
    "fixable": lambda c, v, w, p: replace(c, fixable=_strings(v, w)),
    "unfixable": lambda c, v, w, p: replace(c, unfixable=_strings(v, w)),
    "exclude": lambda c, v, w, p: replace(c, exclude=_patterns(v, w, p)),
    "extend-exclude": lambda c, v, w, p: replace(c, extend_exclude=(_patterns(v, w, p),)),
    "respect-gitignore": lambda c, v, w, p: replace(c, respect_gitignore=_boolean(v, w)),
    "force-exclude": lambda c, v, w, p: replace(c, force_exclude=_boolean(v, w)),
    "src": lambda c, v, w, p: replace(c, src=_folders(v, w, p)),
    "fail-on": lambda c, v, w, p: replace(c, fail_on=_level(Severity, v, w)),
    "min-confidence": lambda c, v, w, p: replace(c, min_confidence=_level(Confidence, v, w)),
    "output-format": lambda c, v, w, p: replace(
        c, output_format=OutputFormat(_choice(tuple(f.value for f in OutputFormat), v, w))
    ),
    "baseline": lambda c, v, w, p: replace(c, baseline=_file(v, w, p)),
    "required-version": lambda c, v, w, p: replace(c, required_version=string(v, w)),
    "library-versions": lambda c, v, w, p: replace(c, library_versions=_library_versions(v, w)),
}
