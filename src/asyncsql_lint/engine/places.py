"""Where findings stood, to know them again when their text has moved."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeAlias

from asyncsql_lint.diagnostics import Diagnostic, Position, Span

Key: TypeAlias = tuple[str, str, str]
Stretch: TypeAlias = tuple[Position, Position]


class Places:
    """Stretches of files by rule, and by the object at hand where `by_symbol` is set.

    A finding is known again when it begins in a stretch of its rule, the end included.
    """

    __slots__ = ("_by_symbol", "_found")

    def __init__(self, found: Iterable[tuple[Diagnostic, Span]] = (), *, by_symbol: bool = True) -> None:
        self._by_symbol = by_symbol
        self._found: dict[Key, list[Stretch]] = defaultdict(list)
        for diagnostic, span in found:
            self._found[self._key(diagnostic)].append((span.start, span.end))
        for key, stretches in self._found.items():
            self._found[key] = _merged(stretches)

    def holds(self, diagnostic: Diagnostic) -> bool:
        """Whether `diagnostic` begins in one of the stretches."""
        stretches = self._found.get(self._key(diagnostic), [])
        before = bisect_right(stretches, diagnostic.span.start, key=lambda stretch: stretch[0])
        return before > 0 and diagnostic.span.start <= stretches[before - 1][1]

    def moved(self, move: Callable[[Span], Span]) -> Places:
        """The same after a change of the text; `move` says where the begin of a span may stand now."""
        made = Places(by_symbol=self._by_symbol)
        for key, stretches in self._found.items():
            spans = [move(Span(key[1], *stretch)) for stretch in stretches]
            made._found[key] = _merged([(span.start, span.end) for span in spans])
        return made

    def with_also(self, diagnostics: Iterable[Diagnostic], move: Callable[[Span], Span]) -> Places:
        """These, and where `diagnostics` are now."""
        made = Places(((d, move(d.span)) for d in diagnostics), by_symbol=self._by_symbol)
        for key, stretches in self._found.items():
            made._found[key] = _merged([*stretches, *made._found[key]])
        return made

    def _key(self, diagnostic: Diagnostic) -> Key:
        return diagnostic.code, diagnostic.span.path, diagnostic.symbol if self._by_symbol else ""


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    """The same stretches in the order of the file, those that touch made one."""
    out: list[Stretch] = []
    for start, end in sorted(stretches):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
