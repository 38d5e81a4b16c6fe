"""Logging commands of Azure Pipelines: an issue of the build a finding."""

from __future__ import annotations

from typing import TextIO

from asyncsql_lint.diagnostics import Diagnostic, Severity
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.story import details
from asyncsql_lint.reporters.visible import visible

_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "warning"}
"""There is no third kind of issue."""


class AzureReporter:
    """Most severe findings first, for Azure keeps ten issues of a kind."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write a command for each finding."""
        out.writelines(_command(sheet, diagnostic) + "\n" for diagnostic in sheet.most_severe_first())


def _command(sheet: Sheet, diagnostic: Diagnostic) -> str:
    start = diagnostic.span.start
    properties = {
        "type": _TYPES[diagnostic.severity],
        "sourcepath": visible(sheet.machine_path(diagnostic.span.path)),
        "linenumber": str(start.line),
        "columnnumber": str(start.column + 1),
        "code": diagnostic.code,
    }
    message = "\n".join([visible(diagnostic.message), *details(diagnostic, sheet.machine_path)])
    told = "".join(f"{key}={_property(value)};" for key, value in properties.items())
    return f"##vso[task.logissue {told}]{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
