"""What errors say, word for word, and which rule each leads to: `meta.raises` and `meta.errors` of the rules."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any

from asyncsql_lint.rule import Rule
from asyncsql_lint.rules import RULES
from tests.conformance.programs import read_programs
from tests.support.fixture_project import CASES

LINK = re.compile(r" \((?:https://sqlalche\.me/\S+|[a-z\d]{4})\)$")
"""SQLAlchemy's code of an error, which is no part of its message in a log."""
ERROR = re.compile(r"[A-Z]\w+: ")
NO_WORDS = re.compile(r"AttributeError: \w+$")
"""A message that is only the name of an attribute, and that no search would find."""
SILENT = "no error"
"""How `meta.raises` and entries of `meta.errors` begin where nothing is raised."""
SILENTLY = re.compile(r"^@(?:misbehaves|loses_data|blocks_the_loop)\(", re.MULTILINE)
CLAIM = re.compile(r"^@raises\(((?:\"\w+\"(?:, )?)+)", re.MULTILINE)


@cache
def pattern(error: str) -> re.Pattern[str]:
    """The beginning of a message that `error` stands for: `...` is anything."""
    return re.compile(".*?".join(re.escape(part) for part in error.split("...")))


def without_link(raises: str) -> str:
    """`meta.raises` without SQLAlchemy's code of the error."""
    return LINK.sub("", raises)


def versions(error: str) -> tuple[str, ...]:
    """The versions of SQLAlchemy on which a program said `error`."""
    said = {
        version
        for program in read_programs()
        for message, on in program.raises.items()
        if pattern(error).match(message)
        for version in on
    }
    return tuple(sorted(said))


def claimed(rule: type[Rule[Any]]) -> frozenset[str]:
    """The classes of errors that cases of `rule` raise, on PostgreSQL; `SILENT` if some raise none."""
    stem = f"{rule.meta.code.lower()}_{rule.meta.name.replace('-', '_')}"
    text = (CASES / f"{stem}.py").read_text(encoding="utf-8")
    errors = {name for names in CLAIM.findall(text) for name in re.findall(r"\w+", names)}
    return frozenset(errors | ({SILENT} if SILENTLY.search(text) else set()))


def errors_of(rule: type[Rule[Any]]) -> tuple[str, ...]:
    """What a log may show of the mistake that `rule` reports; `meta.raises` unless others say it in better words."""
    raises = without_link(rule.meta.raises)
    is_message = ERROR.match(raises) and (versions(raises) or not rule.meta.errors)
    own = (raises,) if is_message else ()
    return (*own, *(error for error in rule.meta.errors if error not in own and not error.startswith(SILENT)))


def silence_of(rule: type[Rule[Any]]) -> tuple[str, ...]:
    """What goes wrong without an error, in words."""
    return tuple(said for said in (rule.meta.raises, *rule.meta.errors) if said.startswith(SILENT))


def leads(message: str, codes: Collection[str]) -> bool:
    """Whether one of the rules `codes` tells of the error that says `message`."""
    return bool(NO_WORDS.match(message)) or any(pattern(error).match(message) for code in codes for error in _of(code))


@cache
def _of(code: str) -> tuple[str, ...]:
    return next(errors_of(rule) for rule in RULES if rule.meta.code == code)
