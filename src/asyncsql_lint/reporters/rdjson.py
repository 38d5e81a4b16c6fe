"""Reviewdog's diagnostic format: one object, or one diagnostic a line. Columns count bytes of UTF-8, from 1."""

from __future__ import annotations

from typing import TextIO

from asyncsql_lint.diagnostics import Diagnostic, Fix, Position, Severity, Span
from asyncsql_lint.edits.lines import Lines
from asyncsql_lint.edits.patch import Patch
from asyncsql_lint.errors import HOME
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.jsontext import Json, json_text, unicode_text
from asyncsql_lint.reporters.rule_page import page_url
from asyncsql_lint.reporters.visible import visible
from asyncsql_lint.source.lines import split_lines

_SOURCE: Json = {"name": "asyncsql-lint", "url": HOME}
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


class RdjsonReporter:
    """`rdjson`: all diagnostics in one object."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the object."""
        worst = max((diagnostic.severity for diagnostic in sheet.diagnostics), default=Severity.INFO)
        found = _Diagnostics(sheet)
        result: Json = {
            "source": _SOURCE,
            "severity": _SEVERITIES[worst],
            "diagnostics": [found.diagnostic(diagnostic) for diagnostic in sheet.diagnostics],
        }
        out.write(json_text(result, indent=2) + "\n")


class RdjsonlReporter:
    """`rdjsonl`: each diagnostic on a line of its own."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write the lines."""
        found = _Diagnostics(sheet)
        out.writelines(
            json_text({"source": _SOURCE, **found.diagnostic(diagnostic)}) + "\n" for diagnostic in sheet.diagnostics
        )


class _Diagnostics:
    """Diagnostics of one sheet as objects; the lines of each file are counted once."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._lines: dict[str, list[str]] = {}

    def diagnostic(self, diagnostic: Diagnostic) -> dict[str, Json]:
        raises = f"\nraises: {visible(diagnostic.raises)}" if diagnostic.raises else ""
        help_text = f"\nhelp: {visible(diagnostic.fix.message)}" if diagnostic.fix else ""
        found: dict[str, Json] = {
            "message": f"{visible(diagnostic.message)}{raises}{help_text}",
            "severity": _SEVERITIES[diagnostic.severity],
            "code": {"value": diagnostic.code, "url": page_url(diagnostic.name)},
            "location": self._location(diagnostic.span),
        }
        if diagnostic.related:
            found["related_locations"] = [
                {"message": visible(place.message), "location": self._location(place.span)}
                for place in diagnostic.related
            ]
        if diagnostic.fix is not None and (suggestion := self._suggestion(diagnostic.span.path, diagnostic.fix)):
            found["suggestions"] = [suggestion]
        return found

    def _suggestion(self, path: str, fix: Fix) -> Json:
        """The whole of `fix` as one change in the file of the finding; None when it changes another one.

        Several suggestions would be taken one by one, and some edits of a fix without the others break a program.
        """
        if not fix.edits or any(edit.span.path != path for edit in fix.edits):
            return None
        edits = sorted(fix.edits)
        text = self._sheet.text_of(path)
        span = Span(path, edits[0].span.start, max(edit.span.end for edit in edits))
        try:
            before, after = Lines(text), Patch(text, edits).text
        except ValueError:  # the edits are not of this text
            return None
        kept = len(text) - before.offset(span.end)
        return {"range": self._range(span), "text": after[before.offset(span.start) : len(after) - kept]}

    def _location(self, span: Span) -> Json:
        return {"path": unicode_text(self._sheet.machine_path(span.path)), "range": self._range(span)}

    def _range(self, span: Span) -> Json:
        return {"start": self._position(span.path, span.start), "end": self._position(span.path, span.end)}

    def _position(self, path: str, position: Position) -> Json:
        if path not in self._lines:
            self._lines[path] = split_lines(self._sheet.text_of(path))
        lines = self._lines[path]
        line = lines[position.line - 1] if position.line <= len(lines) else ""
        before = line[: position.column]
        column = position.column - len(before) + len(before.encode("utf-8", "surrogatepass"))
        return {"line": position.line, "column": column + 1}
