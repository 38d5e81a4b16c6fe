"""What reporters get, and what they promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TextIO, TypeAlias

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Fix
from asyncsql_lint.reporters.visible import visible
from asyncsql_lint.rule import Rule
from asyncsql_lint.source.discovery import PathProblem

AnyRule: TypeAlias = type[Rule[Any]]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A finding that a comment on `line` takes back, and the reason given there."""

    diagnostic: Diagnostic
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written: finished findings in their order, and what is needed to show them.

    `text_of` gives the text of a file, empty when it is not known; `bytes_of` its bytes, None when they are not.
    `base` is the folder that people's paths are relative to, `machine_path` gives the path of a file as machines want
    it: below the repository, `part` is the folder of the repository that this run is about, empty for the whole.
    `roots` are the projects' folders. `unsafe` tells that unsafe fixes count as applicable. `fixed` counts the findings
    that were mended in this run; `problems` are paths that could not be looked into. `hides_rest` tells that findings
    that were not mended are left out, whatever there are. `rules` are all that there are. `remarks` are sentences for
    the summary, on findings that are known.
    """

    diagnostics: tuple[Diagnostic, ...]
    text_of: Callable[[str], str]
    base: str
    roots: tuple[str, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    unsafe: bool = False
    fixed: int = 0
    problems: tuple[PathProblem, ...] = ()
    hides_rest: bool = False
    is_quiet: bool = False
    bytes_of: Callable[[str], bytes | None] = lambda _: None
    machine_path: Callable[[str], str] = str
    part: str = ""
    rules: tuple[AnyRule, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every path could be looked into, and all is told: only then does "no findings" mean "all is well"."""
        return not self.problems and not self.hides_rest

    def shown_path(self, path: str) -> str:
        """`path` as people see it: relative to `base` when it lies below, with nothing in it that steers a terminal.

        Nor does it steer a build of GitHub, which takes a line that begins with `::` for a command.
        """
        prefix = self.base.rstrip("/") + "/"
        shown = visible(path.removeprefix(prefix))
        return f"./{shown}" if shown.lstrip().startswith("::") else shown

    def most_severe_first(self) -> list[Diagnostic]:
        """The findings for a reader that may not take all of them: by severity, then in their order."""
        return sorted(self.diagnostics, key=lambda diagnostic: -diagnostic.severity)

    def can_apply(self, fix: Fix | None) -> bool:
        """Whether `--fix` would apply `fix` in this run."""
        if fix is None or not fix.edits:
            return False
        return fix.applicability is Applicability.SAFE or (self.unsafe and fix.applicability is Applicability.UNSAFE)


class Reporter(Protocol):
    """Writes findings in one format. Knows no rule, and nothing of how a finding was made."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the whole of `sheet` to `out`."""
