"""One line a finding: `path:line:column: CODE [*] message`."""

from __future__ import annotations

from typing import TextIO

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.summary import summary_lines
from asyncsql_lint.reporters.visible import visible


class ConciseReporter:
    """For terminals with little room, and for tools that read lines."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write a line for each finding, then the summary."""
        out.writelines(concise_line(sheet, diagnostic) + "\n" for diagnostic in sheet.diagnostics)
        for taken in sheet.taken_back:
            reason = f", {visible(taken.reason)}" if taken.reason else ""
            out.write(f"{concise_line(sheet, taken.diagnostic)} (suppressed on line {taken.line}{reason})\n")
        out.writelines(line + "\n" for line in summary_lines(sheet))


def concise_line(sheet: Sheet, diagnostic: Diagnostic) -> str:
    """One finding in one line."""
    start = diagnostic.span.start
    mark = " [*]" if sheet.can_apply(diagnostic.fix) else ""
    place = f"{sheet.shown_path(diagnostic.span.path)}:{start.line}:{start.column + 1}"
    return f"{place}: {diagnostic.code}{mark} {visible(diagnostic.message)}"
