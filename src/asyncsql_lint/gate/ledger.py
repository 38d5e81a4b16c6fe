"""The baselines of a run: each file's findings are set against the one that its configuration names."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from asyncsql_lint.config.tree import link_out
from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.errors import BaselineError, SourceError
from asyncsql_lint.fingerprint import Identity, identities
from asyncsql_lint.gate.baseline import NEVER, Baseline, parse
from asyncsql_lint.gate.matching import match
from asyncsql_lint.gate.scope import Scope
from asyncsql_lint.source.filesystem import FileSystem, Kind, absolute, normal, reason
from asyncsql_lint.source.replace import replace_file


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found, in the order of places: what is reported, and what only lacks the wanted confidence."""

    reported: Sequence[Diagnostic]
    unsure: Sequence[Diagnostic]
    text_of: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of the baseline at `baseline` for the file at `path` that stands for `count` findings too many."""

    baseline: str
    path: str
    identity: Identity
    count: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the baselines say of a run: findings that are `new` and `known`, and entries whose findings are gone.

    `renewed` is what each baseline would hold if it were written now; of the new findings it would know `knowable`.
    """

    new: tuple[Diagnostic, ...]
    known: tuple[Diagnostic, ...] = ()
    stale: tuple[Stale, ...] = ()
    renewed: tuple[Baseline, ...] = ()
    knowable: frozenset[Diagnostic] = frozenset()

    @property
    def fixed(self) -> int:
        """How many known findings are gone."""
        return sum(stale.count for stale in self.stale)

    def settled(self) -> Verdict:
        """The verdict when the renewed baselines count."""
        new = tuple(diagnostic for diagnostic in self.new if diagnostic not in self.knowable)
        known = tuple(diagnostic for diagnostic in self.new if diagnostic in self.knowable)
        return replace(self, new=new, known=(*self.known, *known), knowable=frozenset())


@dataclass(frozen=True, slots=True)
class Written:
    """A baseline that was renewed: how many findings it knows now, and how many were added and dropped."""

    path: str
    total: int
    added: int
    dropped: int


Entries = dict[str, Counter[Identity]]
"""The entries of a baseline by the absolute path of their file."""


class Ledger:
    """Reads baselines through `files`, each once. With `may_begin`, one that is not there is empty."""

    def __init__(self, files: FileSystem, *, may_begin: bool = False) -> None:
        self._files = files
        self._may_begin = may_begin
        self._read: dict[str, Entries] = {}

    def judge(self, found: Found, scope: Scope) -> Verdict:
        """Tell what is new, known and gone. Raises `BaselineError` when a baseline cannot be read, or is none."""
        reported, unsure = (_by_file(each, found.text_of, scope) for each in (found.reported, found.unsure))
        baselines = {*scope.baselines(), *(baseline for baseline, _ in reported)}
        known: set[int] = set()
        stale: list[Stale] = []
        renewed: dict[str, Entries] = {baseline: {} for baseline in sorted(baselines)}
        for baseline, path in sorted(
            {*reported, *((each, path) for each in baselines for path in self._entries(each))}
        ):
            here = reported[baseline, path]
            result = match(self._entries(baseline).get(path, Counter()), list(here.values()))
            known |= {number for number, is_known in zip(here, result.known, strict=True) if is_known}
            gone = match(result.rest, list(unsure[baseline, path].values())).rest
            gone = Counter({one: count for one, count in gone.items() if scope.could_find(one.rule, path)})
            stale += (Stale(baseline, path, identity, gone[identity]) for identity in sorted(gone))
            renewed[baseline][path] = result.rest - gone + Counter(here.values())
        knowable = {number for here in reported.values() for number in here} - known
        return Verdict(
            new=tuple(each for number, each in enumerate(found.reported) if number not in known),
            known=tuple(each for number, each in enumerate(found.reported) if number in known),
            stale=tuple(stale),
            renewed=tuple(_baseline(path, entries) for path, entries in renewed.items()),
            knowable=frozenset(found.reported[number] for number in knowable),
        )

    def write(self, verdict: Verdict) -> tuple[Written, ...]:
        """Write the renewed baselines, each whole or not at all. Raises `BaselineError` when one cannot be written."""
        return tuple(self._write(baseline) for baseline in verdict.renewed)

    def _entries(self, baseline: str) -> Entries:
        if baseline not in self._read:
            self._read[baseline] = self._load(baseline)
        return self._read[baseline]

    def _load(self, path: str) -> Entries:
        try:
            kind = self._files.kind(path)
            if kind is Kind.MISSING and self._may_begin:
                return {}
            if kind is Kind.MISSING:
                raise BaselineError(f"{path}: there is no such baseline; --update-baseline writes one")
            if kind is not Kind.FILE:
                raise BaselineError(f"{path}: the baseline is not a file")
            baseline = parse(path, self._files.read(path))
        except SourceError as error:
            raise BaselineError(f"{path}: the baseline cannot be read: {error}") from error
        entries: Entries = defaultdict(Counter)
        for name, known in baseline.files.items():
            entries[absolute(name, baseline.folder)] += known
        return entries

    def _write(self, baseline: Baseline) -> Written:
        if (target := link_out(baseline.path)) is not None:
            raise BaselineError(f"{baseline.path}: not written: a link leads to {target}, outside of this tree")
        before = self._entries(baseline.path)
        now = {absolute(name, baseline.folder): entries for name, entries in baseline.files.items()}
        data = baseline.as_bytes()
        try:
            if self._files.kind(baseline.path) is Kind.MISSING or self._files.read(baseline.path) != data:
                replace_file(baseline.path, data)
        except SourceError as error:
            raise BaselineError(f"{baseline.path}: the baseline cannot be written: {error}") from error
        except OSError as error:
            raise BaselineError(f"{baseline.path}: the baseline cannot be written: {reason(error)}") from error
        return Written(baseline.path, baseline.total, _more(now, before), _more(before, now))


def _by_file(
    diagnostics: Sequence[Diagnostic], text_of: Callable[[str], str], scope: Scope
) -> dict[tuple[str, str], dict[int, Identity]]:
    """The number and the identity of each finding that may be in a baseline, by baseline and path."""
    found: dict[tuple[str, str], dict[int, Identity]] = defaultdict(dict)
    named = [(number, scope.baseline_of(diagnostic.span.path)) for number, diagnostic in enumerate(diagnostics)]
    wanted = [(n, baseline) for n, baseline in named if baseline is not None and diagnostics[n].code not in NEVER]
    known_by = identities((diagnostics[number] for number, _ in wanted), text_of)
    for (number, baseline), identity in zip(wanted, known_by, strict=True):
        found[baseline, diagnostics[number].span.path][number] = identity
    return found


def _baseline(path: str, entries: Entries) -> Baseline:
    """What the baseline at `path` holds with `entries`: its paths are those seen from its folder, on every machine."""
    folder = path.rpartition("/")[0] or "/"
    files = {normal(os.path.relpath(file, folder)): known for file, known in entries.items() if known}
    return Baseline(path, files)


def _more(these: Entries, those: Entries) -> int:
    """How many findings these entries know that those do not."""
    return sum((entries - those.get(path, Counter())).total() for path, entries in these.items())
