"""GitLab's code quality report: a list with one object a finding."""

from __future__ import annotations

from typing import TextIO

from asyncsql_lint.diagnostics import Diagnostic, Severity
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.fingerprint import fingerprints
from asyncsql_lint.reporters.jsontext import Json, json_text, unicode_text
from asyncsql_lint.reporters.visible import visible

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


class GitlabReporter:
    """For `artifacts:reports:codequality`; what is suppressed is left out, for GitLab knows no such thing."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the list."""
        marks = fingerprints(sheet, sheet.diagnostics)
        found = [_finding(sheet, d, mark) for d, mark in zip(sheet.diagnostics, marks, strict=True)]
        out.write(json_text(found, indent=2) + "\n")


def _finding(sheet: Sheet, diagnostic: Diagnostic, fingerprint: str) -> Json:
    return {
        "description": f"{diagnostic.code}: {visible(diagnostic.message)}",
        "check_name": diagnostic.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": unicode_text(sheet.machine_path(diagnostic.span.path)),
            "lines": {"begin": diagnostic.span.start.line, "end": diagnostic.span.end.line},
        },
    }
