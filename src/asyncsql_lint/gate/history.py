"""What is new since a revision: findings that the files of that time did not have, wherever the cause lies."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from asyncsql_lint.config.paths import below
from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.errors import RevisionError
from asyncsql_lint.fingerprint import Identity, identities
from asyncsql_lint.gate.baseline import NEVER
from asyncsql_lint.source.filesystem import FileSystem, Kind, normal
from asyncsql_lint.source.revision import Revision, find_revision

TextOf = Callable[[str], str]
Check = Callable[[FileSystem, Sequence[str]], tuple[Sequence[Diagnostic], TextOf]]
"""Checks some paths of a file system: the findings in these files, and the text of each file."""


class History:
    """Findings as they were where the revision `name` and HEAD part; `files` are those of today."""

    def __init__(self, name: str, files: FileSystem) -> None:
        self._name = name
        self._files = files
        self._revision: Revision | None = None
        self._before: dict[str, Counter[Identity]] = {}

    def find(self, paths: Sequence[str]) -> Revision:
        """The state of the repository around `paths`. Raises `RevisionError` when there is none such."""
        if self._revision is None:
            try:
                here = next(filter(os.path.isdir, _folders(paths)), normal(os.getcwd()))
                self._revision = find_revision(self._name, here)
            except RevisionError as error:
                raise RevisionError(f"--new-since: {error}") from error
        top = self._revision.top
        for path in paths:
            if path != top and below(path, top) is None:
                raise RevisionError(f"--new-since: {path} is not in the repository {top}")
        return self._revision

    def new(
        self, paths: Sequence[str], found: Sequence[Diagnostic], text_of: TextOf, check: Check
    ) -> frozenset[Diagnostic]:
        """Those of the findings that are new: all that there are in their files, in the order of places.

        `paths` were given, `check` checks files of that time. Of equal findings the last are new, as many as there are
        more of them. A file that cannot be analysed is always new: nobody knows what is wrong in it.
        Raises `RevisionError`.
        """
        self._look_back(self.find(paths), {diagnostic.span.path for diagnostic in found}, check)
        seen: Counter[tuple[str, Identity]] = Counter()
        new: list[Diagnostic] = []
        for diagnostic, identity in zip(found, identities(found, text_of), strict=True):
            path = diagnostic.span.path
            seen[path, identity] += 1
            if diagnostic.code in NEVER or seen[path, identity] > self._before[path][identity]:
                new.append(diagnostic)
        return frozenset(new)

    def _look_back(self, revision: Revision, paths: Iterable[str], check: Check) -> None:
        """Check the files at `paths` as they were, wherever they lay, unless that was done."""
        names = {path: revision.renamed.get(path, path) for path in sorted(set(paths) - self._before.keys())}
        if not names:
            return
        try:
            with revision.files(self._files) as tree:
                there = sorted({name for name in names.values() if tree.kind(name) is Kind.FILE})
                was = _counted(*check(tree, there)) if there else {}
        except RevisionError as error:
            raise RevisionError(f"--new-since: {error}") from error
        self._before.update({path: was.get(name, Counter()) for path, name in names.items()})


def _counted(diagnostics: Sequence[Diagnostic], text_of: TextOf) -> Mapping[str, Counter[Identity]]:
    """How often each finding is there, by path."""
    found: dict[str, Counter[Identity]] = defaultdict(Counter)
    for diagnostic, identity in zip(diagnostics, identities(diagnostics, text_of), strict=True):
        found[diagnostic.span.path][identity] += 1
    return found


def _folders(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        yield path
        yield path.rpartition("/")[0] or "/"
