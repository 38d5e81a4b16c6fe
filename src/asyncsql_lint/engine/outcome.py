"""What an analysis is asked and what it answers: light to import, for a run that finds its answer in the cache."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.source.files import SourceFile

if TYPE_CHECKING:
    from asyncsql_lint.flow.machine import Failure

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many files are done, of how many."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, sorted by place; `explanations` answer `why`.

    `failures` are functions that brought out a bug of ours, `limits` counts how often each bound was reached. `parsed`
    is how many files had to be parsed; None when not even the analysis was needed, because nothing had changed.
    `taken` is how many files needed no parse, because their facts were known.
    """

    diagnostics: tuple[Diagnostic, ...]
    explanations: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    parsed: int | None = 0
    taken: int = 0


class Engine(Protocol):
    """The analysis: `asyncsql_lint.engine.analysis.Analysis`, or what a test puts in its place."""

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
        """All findings of `codes` in the files `report` of the project `files`.

        `roots` are the folders where its imports begin; `why` asks what is known of a line; `versions` are those of
        the project's libraries, by folder. User code never makes this raise.
        """
