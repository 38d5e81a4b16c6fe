"""TOML as it stands in a file: read, and when that cannot be done, with the place in the message."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping

from asyncsql_lint.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
_NO_KEY = ("Invalid statement", "Expected '=' after")
"""How messages begin about a line that has no key; about others the nearest key above says more."""

_PART = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
_HEADER = re.compile(rf"\s*\[\[?\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]")
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")


def parse(path: str, data: bytes) -> Mapping[str, object]:
    """What the file at `path` with the content `data` says. Raises `ConfigError`, naming the line and the key."""
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not valid TOML: the file is not UTF-8") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: not valid TOML: nested too deep") from error
    except ValueError as error:  # of the parser, or of Python: a number may have too many digits
        raise ConfigError(_message(path, str(error), data.decode("utf-8-sig"))) from error


def parse_inline(text: str) -> Mapping[str, object]:
    """What `key = value` says. Raises `ConfigError`."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"--config: {text!r} is neither a file nor `key = value` in TOML ({error})") from error


def key_lines(data: bytes, table: tuple[str, ...]) -> dict[str, int]:
    """The lines on which the keys of `table` first stand, as far as they can be told without a parser."""
    lines: dict[str, int] = {}
    for number, parts in _keys(data.decode("utf-8-sig", "replace")):
        if parts[: len(table)] == table and len(parts) > len(table):
            lines.setdefault(parts[len(table)], number)
    return lines


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The full name of the key or the table that begins on a line, with its number."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_parts(key[1]))


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _message(path: str, message: str, text: str) -> str:
    place = _PLACE.search(message)
    if place is None:
        return f"{path}: not valid TOML: {message}"
    end = text.count("\n") + 1, len(text) - text.rfind("\n")
    line, column = (int(place[1]), int(place[2])) if place[1] else end
    what = message[: place.start()]
    above = () if what.startswith(_NO_KEY) else [parts for number, parts in _keys(text) if number <= line]
    where = f' (at "{above[-1][-1]}")' if above else ""
    return f"{path}:{line}:{column}: not valid TOML: {what}{where}"
