"""Comparing this version with the one that a configuration asks for."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from asyncsql_lint.errors import ConfigError

_CLAUSE = re.compile(r"\s*(==|!=|>=|<=|>|<)?\s*([0-9]{1,9}(?:\.[0-9]{1,9})*)\s*")
_COMPARE: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def satisfies(version: str, wanted: str, where: str) -> bool:
    """Whether `version` fulfils every clause of `wanted`: `0.1.0`, `>=0.1, <0.3`.

    Raises `ConfigError`, naming `where` it was written, for a clause that cannot be understood.
    """
    for text in wanted.split(","):
        clause = _CLAUSE.fullmatch(text)
        if clause is None:
            raise ConfigError(f'{where} must be as in "0.1.0" or ">=0.1, <0.3", not "{wanted}"')
        if not _COMPARE[clause[1] or "=="](_release(version), _release(clause[2])):
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    """The numbers of `version`, padded: 0.1 and 0.1.0 are the same release."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[a-z+-]", version)[0])]
    return tuple([*numbers, 0, 0, 0, 0][:4])
