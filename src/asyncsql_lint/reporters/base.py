"""What reporters get, and what they promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TextIO

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Fix
from asyncsql_lint.reporters.visible import visible


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A finding that a comment on `line` takes back, and the reason given there."""

    diagnostic: Diagnostic
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written: finished findings in their order, and what is needed to show them.

    `text_of` gives the text of a file, empty when it is not known. `base` is the folder that shown paths are
    relative to, `roots` are the projects' folders. `unsafe` tells that unsafe fixes count as applicable. `fixed`
    counts the findings that were mended in this run; `is_whole` is False when some path could not be looked into.
    `remarks` are sentences for the summary, on findings that are known.
    """

    diagnostics: tuple[Diagnostic, ...]
    text_of: Callable[[str], str]
    base: str
    roots: tuple[str, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    unsafe: bool = False
    fixed: int = 0
    is_whole: bool = True
    is_quiet: bool = False
    remarks: tuple[str, ...] = ()

    def shown_path(self, path: str) -> str:
        """`path` as people see it: relative to `base` when it lies below, with nothing in it that steers a terminal."""
        prefix = self.base.rstrip("/") + "/"
        return visible(path.removeprefix(prefix))

    def can_apply(self, fix: Fix | None) -> bool:
        """Whether `--fix` would apply `fix` in this run."""
        if fix is None or not fix.edits:
            return False
        return fix.applicability is Applicability.SAFE or (self.unsafe and fix.applicability is Applicability.UNSAFE)


class Reporter(Protocol):
    """Writes findings in one format. Knows no rule, and nothing of how a finding was made."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the whole of `sheet` to `out`."""
