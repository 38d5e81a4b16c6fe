"""Fingerprints for reports: with the path below the project, so that a clone elsewhere gives the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from asyncsql_lint import fingerprint
from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.reporters.base import Sheet


def fingerprints(sheet: Sheet, diagnostics: tuple[Diagnostic, ...]) -> Iterator[str]:
    """The fingerprint of each of `diagnostics`, in their order."""
    return fingerprint.fingerprints(diagnostics, sheet.text_of, partial(_below_project, roots=sheet.roots))


def _below_project(path: str, roots: tuple[str, ...]) -> str:
    """`path` relative to the innermost project that holds it."""
    prefixes = [prefix for root in roots if path.startswith(prefix := root.rstrip("/") + "/")]
    return path[len(max(prefixes, key=len, default="")) :]
