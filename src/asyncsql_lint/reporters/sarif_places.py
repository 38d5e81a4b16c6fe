"""Places as SARIF wants them: files by URI, one line each, and the line's hash."""

from __future__ import annotations

import re
from urllib.parse import quote

from asyncsql_lint.diagnostics import Position, Span
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.jsontext import Json
from asyncsql_lint.reporters.line_hash import line_hashes
from asyncsql_lint.source.lines import split_lines

ROOT = "%SRCROOT%"
"""What the URIs of files in the repository are relative to."""

_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


class SarifPlaces:
    """The places of one sheet; each file is looked into once."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._lines: dict[str, list[str]] = {}
        self._hashes: dict[str, list[str]] = {}

    def artifact(self, path: str) -> Json:
        """The file at `path`: relative to the repository, or absolute if it is no part of it."""
        machine_path = self._sheet.machine_path(path)
        # A byte that is no UTF-8 stands for itself; Windows knows other halves of pairs, which stand for nothing.
        uri = quote(_NO_BYTE.sub("\ufffd", machine_path).encode("utf-8", "surrogateescape"))
        if machine_path.startswith("/"):
            return {"uri": f"file://{uri}"}
        if machine_path[1:3] == ":/":  # a drive of Windows
            return {"uri": f"file:///{machine_path[:2]}{uri[4:]}"}
        return {"uri": uri, "uriBaseId": ROOT}

    def physical(self, span: Span) -> dict[str, Json]:
        """The place of `span`; of several lines the first, with all of them around it.

        GitHub shows a finding on a pull request only when all of its lines have changed.
        """
        place: dict[str, Json] = {"artifactLocation": self.artifact(span.path), "region": region(self._marked(span))}
        if span.end.line > span.start.line:
            place["contextRegion"] = region(span)
        return place

    def line_hash(self, span: Span) -> str | None:
        """What GitHub's upload action computes for the line of `span`; None when the file's bytes are not known."""
        if span.path not in self._hashes:
            data = self._sheet.bytes_of(span.path)
            self._hashes[span.path] = [] if data is None else line_hashes(data)
        hashes = self._hashes[span.path]
        return hashes[span.start.line - 1] if span.start.line <= len(hashes) else None

    def _marked(self, span: Span) -> Span:
        """The part of `span` on its first line; of an empty span the character behind it, if there is one."""
        width = len(self._line(span.path, span.start.line))
        column = width if span.end.line > span.start.line else span.end.column
        if column == span.start.column and column < width:
            column += 1
        return Span(span.path, span.start, Position(span.start.line, max(column, span.start.column)))

    def _line(self, path: str, number: int) -> str:
        if path not in self._lines:
            self._lines[path] = split_lines(self._sheet.text_of(path))
        lines = self._lines[path]
        return lines[number - 1] if number <= len(lines) else ""


def region(span: Span) -> Json:
    """`span` with columns from 1; the end is behind the last character."""
    return {
        "startLine": span.start.line,
        "startColumn": span.start.column + 1,
        "endLine": span.end.line,
        "endColumn": span.end.column + 1,
    }
