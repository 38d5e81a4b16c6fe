"""What one check found and the one before did not, and the reverse: known by fingerprints, not by lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asyncsql_lint.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Difference:
    """The findings that `appeared`, as they are now, and those that went (`gone`), as they were; each in its order."""

    appeared: tuple[Diagnostic, ...]
    gone: tuple[Diagnostic, ...]


def difference(before: Mapping[str, Diagnostic], now: Mapping[str, Diagnostic]) -> Difference:
    """What sets two checks apart, each given as its findings by their fingerprints."""
    return Difference(
        appeared=tuple(finding for name, finding in now.items() if name not in before),
        gone=tuple(finding for name, finding in before.items() if name not in now),
    )
