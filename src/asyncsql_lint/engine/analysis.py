"""The analysis as the linter calls it: an answer that is known already, or a run.

Findings hang on each other across files, so that an answer holds for a whole project: for the texts of all files, where
imports begin, and the versions of its libraries. It is kept for all files and for all rules that are on by default,
whatever was asked for; so it serves a run over a few files, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from asyncsql_lint.cache.keys import digest, program
from asyncsql_lint.cache.packing import packed, unpacked
from asyncsql_lint.cache.store import Store
from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.diagnostics import Diagnostic, Span
from asyncsql_lint.engine.outcome import Outcome, Progress
from asyncsql_lint.rule import Rule
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.source.lines import split_lines

if TYPE_CHECKING:
    from asyncsql_lint.engine.facts import FactsSource


class _Answer(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of an outcome."""

    diagnostics: tuple[Diagnostic, ...]
    limits: dict[str, int]


_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(_Answer)


class Analysis:
    """The engine with `rules`. It remembers in `store`, if there is one, and parses with up to `jobs` processes."""

    def __init__(self, rules: Sequence[type[Rule[Any]]], store: Store | None = None, jobs: int = 1) -> None:
        self._rules = rules
        self._store = store
        self._jobs = jobs
        self._facts: FactsSource | None = None
        self._default = frozenset(rule.meta.code for rule in rules if rule.meta.default)

    def __call__(
        self,
        files: Sequence[SourceFile],
        *,
        roots: Sequence[str],
        report: Collection[str],
        codes: Collection[str],
        progress: Progress | None = None,
        why: tuple[str, int] | None = None,
        versions: Mapping[str, Versions] | None = None,
    ) -> Outcome:
        """All findings of `codes` in the files `report`: see `engine.outcome.Engine`."""
        if self._store is None or why is not None or not files:
            return self._run(files, roots, report, codes, progress, why, versions)
        asked = self._default | frozenset(codes)
        key = _key(files, roots, asked, versions or {})
        outcome = _known(self._store.get([key]).get(key), files)
        if outcome is None:
            outcome = self._run(files, roots, frozenset(file.path for file in files), asked, progress, None, versions)
            if not outcome.failures:
                self._store.put(_entry(key, _Answer(outcome.diagnostics, dict(outcome.limits))))
        wanted = (d for d in outcome.diagnostics if d.code in codes and d.span.path in report)
        return replace(outcome, diagnostics=tuple(wanted))

    def _run(
        self,
        files: Sequence[SourceFile],
        roots: Sequence[str],
        report: Collection[str],
        codes: Collection[str],
        progress: Progress | None,
        why: tuple[str, int] | None,
        versions: Mapping[str, Versions] | None,
    ) -> Outcome:
        # LibCST and the flow analysis take a while to import: not for an answer that is known.
        from asyncsql_lint.engine.facts import FactsSource
        from asyncsql_lint.engine.run import run

        if self._facts is None:
            self._facts = FactsSource(self._store, self._jobs)
        return run(
            files,
            self._rules,
            self._facts,
            roots=roots,
            report=report,
            codes=codes,
            progress=progress,
            why=why,
            versions=versions,
        )


def _entry(key: bytes, answer: _Answer) -> dict[bytes, bytes]:
    """What to keep of `answer`: nothing when it speaks of a file whose name is no text, which has no bytes in UTF-8."""
    try:
        return {key: packed(_ENCODER.encode(answer))}
    except UnicodeEncodeError:
        return {}


def _key(
    files: Sequence[SourceFile], roots: Sequence[str], codes: frozenset[str], versions: Mapping[str, Versions]
) -> bytes:
    """Equal only where the analysis comes out the same."""
    texts = [part for file in files for part in (file.path, digest(file.text))]
    about = _ENCODER.encode((list(roots), sorted(codes), dict(versions)))
    return digest("outcome", program(), about, *texts)


def _known(data: bytes | None, files: Sequence[SourceFile]) -> Outcome | None:
    """What was kept, if it can be read and speaks of places that there are."""
    if data is None:
        return None
    try:
        answer = _DECODER.decode(unpacked(data))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    places = _Places(files)
    if not all(places.holds(diagnostic) for diagnostic in answer.diagnostics):
        return None
    return Outcome(answer.diagnostics, limits=answer.limits, parsed=None)


class _Places:
    """The lines of the files: the cache may be a stranger's, and a report or a fix must not trip over it."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._texts = {file.path: file.text for file in files}
        self._lines: dict[str, int] = {}

    def holds(self, diagnostic: Diagnostic) -> bool:
        """Whether all places that a finding speaks of are there."""
        edits = diagnostic.fix.edits if diagnostic.fix is not None else ()
        spans = (diagnostic.span, *(r.span for r in diagnostic.related), *(e.span for e in edits))
        return all(map(self._is_there, spans))

    def _is_there(self, span: Span) -> bool:
        if span.path not in self._texts:
            return False
        if span.path not in self._lines:
            self._lines[span.path] = len(split_lines(self._texts[span.path])) + 1
        return 0 < span.start.line <= span.end.line <= self._lines[span.path] and span.start.column >= 0
