"""A name for a finding that outlives edits elsewhere: what a baseline and `--new-since` know findings by.

A finding is the same as long as its rule, the function it stands in, the object it is about and the code of its
statement are: no line above it makes another one of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.source.lines import split_lines

HASH_LENGTH = 16
"""Hexadecimal digits that tell the statements of one function apart."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What a finding is within its file; equal findings of one function have the same, and are counted.

    `context` is the qualified name of the function, `symbol` the object at hand, `hash` that of the statement's code.
    """

    rule: str
    context: str
    symbol: str
    hash: str


def identities(diagnostics: Iterable[Diagnostic], text_of: Callable[[str], str]) -> Iterator[Identity]:
    """The identity of each of `diagnostics`, in their order; `text_of` gives the text of the file at a path."""
    lines: dict[str, list[str]] = {}
    for diagnostic in diagnostics:
        path = diagnostic.span.path
        if path not in lines:
            lines[path] = split_lines(text_of(path))
        code = _statement(diagnostic, lines[path])
        yield Identity(diagnostic.code, diagnostic.context, diagnostic.symbol, _digest(code)[:HASH_LENGTH])


def fingerprints(
    diagnostics: Iterable[Diagnostic], text_of: Callable[[str], str], name_of: Callable[[str], str]
) -> Iterator[str]:
    """The fingerprint of each of `diagnostics`, in their order: its identity and the name of its file, as one word.

    `name_of` gives the name of the file at a path, the same on every machine. Equal findings are told apart by their
    number in the order given.
    """
    found = tuple(diagnostics)
    seen: Counter[tuple[str, Identity]] = Counter()
    for diagnostic, identity in zip(found, identities(found, text_of), strict=True):
        name = name_of(diagnostic.span.path)
        seen[name, identity] += 1
        parts = (identity.rule, name, identity.context, identity.symbol, identity.hash, str(seen[name, identity]))
        yield _digest("\0".join(parts))[:32]


def _statement(diagnostic: Diagnostic, lines: list[str]) -> str:
    first = min((*diagnostic.noqa_rows, diagnostic.span.start.line))
    return "".join("".join(lines[first - 1 : diagnostic.span.end.line]).split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
