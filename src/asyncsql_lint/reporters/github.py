"""Workflow commands of GitHub Actions: an annotation a finding, in the files of a pull request."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from asyncsql_lint.diagnostics import Diagnostic, Severity
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.markdown import MarkdownReporter
from asyncsql_lint.reporters.story import details
from asyncsql_lint.reporters.summary import counted
from asyncsql_lint.reporters.visible import visible

SHOWN = 10
"""Annotations of one kind that GitHub shows of a step; it says nothing of the others."""

SUMMARY_BYTES = 1024 * 1024
"""The most that GitHub takes for the summary of a step."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class GithubReporter:
    """Most severe findings first, for GitHub shows the first ones only; `has_summary` tells that it gets a summary."""

    def __init__(self, *, has_summary: bool = False) -> None:
        self._has_summary = has_summary

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write a command for each finding; before them, when there are too many, one that says so."""
        if hidden := _hidden(sheet):
            rest = "the summary of this step lists all" if self._has_summary else "the log of this step has all"
            message = f"GitHub shows {SHOWN} annotations of a kind; {counted(hidden)} more were found: {rest}."
            out.write(f"::notice title=asyncsql-lint::{_data(message)}\n")
        out.writelines(_command(sheet, diagnostic) + "\n" for diagnostic in sheet.most_severe_first())


def step_summary(sheet: Sheet, room: int = SUMMARY_BYTES) -> str | None:
    """All findings, for the summary of a step that has `room` bytes left; None when GitHub shows all as annotations."""
    return MarkdownReporter(room=room).text(sheet) if _hidden(sheet) else None


def _hidden(sheet: Sheet) -> Counter[Severity]:
    """How many findings of each severity GitHub does not show. The command that says so is itself a notice."""
    counts = Counter(diagnostic.severity for diagnostic in sheet.diagnostics)
    hidden = Counter({severity: count - SHOWN for severity, count in counts.items() if count > SHOWN})
    if hidden and counts[Severity.INFO] >= SHOWN:
        hidden[Severity.INFO] = counts[Severity.INFO] - SHOWN + 1
    return hidden


def _command(sheet: Sheet, diagnostic: Diagnostic) -> str:
    start, end = diagnostic.span.start, diagnostic.span.end
    is_one_line = start.line == end.line  # of a place on several lines, GitHub refuses the columns
    properties = {
        "title": f"asyncsql-lint ({diagnostic.code})",
        "file": visible(sheet.machine_path(diagnostic.span.path)),
        "line": str(start.line),
        **({"col": str(start.column + 1)} if is_one_line else {}),
        "endLine": str(end.line),
        **({"endColumn": str(end.column + 1)} if is_one_line else {}),
    }
    message = "\n".join([visible(diagnostic.message), *details(diagnostic, sheet.machine_path)])
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_LEVELS[diagnostic.severity]} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
