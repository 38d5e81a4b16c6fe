"""A name for a finding that outlives edits elsewhere in its file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.source.lines import split_lines


def fingerprints(sheet: Sheet, diagnostics: tuple[Diagnostic, ...]) -> Iterator[str]:
    """The fingerprint of each of `diagnostics`, in their order.

    It is made of code, path below the project, enclosing function, object and the statement's text without spaces: no
    line number. Equal ones are told apart by their number.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    lines: dict[str, list[str]] = {}
    for diagnostic in diagnostics:
        path = diagnostic.span.path
        if path not in lines:
            lines[path] = split_lines(sheet.text_of(path))
        key = (
            diagnostic.code,
            _below_project(path, sheet.roots),
            diagnostic.context,
            diagnostic.symbol,
            _statement(diagnostic, lines[path]),
        )
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _below_project(path: str, roots: tuple[str, ...]) -> str:
    """`path` relative to the innermost project that holds it, so that a clone elsewhere gives the same."""
    prefixes = [prefix for root in roots if path.startswith(prefix := root.rstrip("/") + "/")]
    return path[len(max(prefixes, key=len, default="")) :]


def _statement(diagnostic: Diagnostic, lines: list[str]) -> str:
    first = min((*diagnostic.noqa_rows, diagnostic.span.start.line))
    return "".join("".join(lines[first - 1 : diagnostic.span.end.line]).split())
