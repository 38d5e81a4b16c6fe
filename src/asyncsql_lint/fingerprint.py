"""A name for a finding that outlives edits elsewhere: what a baseline and `--new-since` know findings by.

A finding is the same as long as its rule, the function it stands in, the object it is about and the code of its
statement are: neither lines above it, nor comments, nor what a formatter does to its lines make another one of it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.source.lines import ends_between
from asyncsql_lint.source.literals import STRING_OR_COMMENT

HASH_LENGTH = 16
"""Hexadecimal digits that tell the statements of one function apart."""

_MARK = re.compile(STRING_OR_COMMENT.pattern + r"| [][(){}] | \\?(?:\r\n|\r|\n)", STRING_OR_COMMENT.flags)
"""What decides where a statement ends."""
_LAST_COMMA = re.compile(r",(?=[])}])")
_SAME = str.maketrans({"(": None, ")": None, "'": '"'})
"""What formatters add, take away and exchange besides white space."""


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
    files: dict[str, _File] = {}
    for diagnostic in diagnostics:
        path = diagnostic.span.path
        if path not in files:
            files[path] = _File(text_of(path))
        code = files[path].code(diagnostic)
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


class _File:
    """A file whose statements are looked at, each of them once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *ends_between(text, 0, len(text))]
        self._codes: dict[int, tuple[int, str]] = {}

    def code(self, diagnostic: Diagnostic) -> str:
        """The code of the statement of `diagnostic`, without what a formatter may change."""
        begin = self._offset(min((*diagnostic.noqa_rows, diagnostic.span.start.line)))
        until = self._offset(diagnostic.span.end.line)
        if begin not in self._codes or self._codes[begin][0] < until:
            end, parts = _statement(self._text, begin, until)
            code = _LAST_COMMA.sub("", "".join("".join(parts).split())).translate(_SAME)
            # Of a finding about a comment, that is all there is.
            self._codes[begin] = end, code or self._text[begin:end].strip()
        return self._codes[begin][1]

    def _offset(self, line: int) -> int:
        return self._lines[min(line, len(self._lines)) - 1]


def _statement(text: str, begin: int, until: int) -> tuple[int, list[str]]:
    """Where the statement ends that begins at `begin`, at `until` or later; its pieces without comments and joints."""
    parts: list[str] = []
    depth, seen = 0, begin
    for mark in _MARK.finditer(text, begin):
        match mark[0][0]:
            case "#" | "\\":
                parts.append(text[seen : mark.start()])
                seen = mark.end()
            case "(" | "[" | "{":
                depth += 1
            case ")" | "]" | "}":
                depth -= 1
            case "\r" | "\n" if depth <= 0 and mark.start() >= until:
                return mark.start(), [*parts, text[seen : mark.start()]]
    return len(text), [*parts, text[seen:]]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
