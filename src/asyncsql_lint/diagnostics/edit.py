"""Changes of text that mend a finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from asyncsql_lint.diagnostics.position import Span


class Applicability(Enum):
    """Who may apply a fix."""

    SAFE = "safe"
    """The program then does what it plainly meant; `--fix` applies it."""
    UNSAFE = "unsafe"
    """The program's queries change; only `--fix --unsafe-fixes` applies it."""
    DISPLAY = "display"
    """A person has to decide; it is shown and never applied."""


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """Replaces the text in `span` by `content`. An empty span inserts."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend a finding. All of its edits are applied, or none; they may lie in several files."""

    message: str
    applicability: Applicability
    edits: tuple[TextEdit, ...] = ()
