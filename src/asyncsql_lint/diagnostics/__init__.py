"""Values that every floor speaks in: positions, severities, edits, diagnostics."""

from asyncsql_lint.diagnostics.diagnostic import Diagnostic, Related
from asyncsql_lint.diagnostics.edit import Applicability, Fix, TextEdit
from asyncsql_lint.diagnostics.position import Position, Span
from asyncsql_lint.diagnostics.severity import Confidence, Severity

__all__ = [
    "Applicability",
    "Confidence",
    "Diagnostic",
    "Fix",
    "Position",
    "Related",
    "Severity",
    "Span",
    "TextEdit",
]
