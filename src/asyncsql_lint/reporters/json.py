"""JSON: one list, one object a finding, with ruff's keys and ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from asyncsql_lint.diagnostics import Diagnostic, Fix, Position
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.fingerprint import fingerprints
from asyncsql_lint.reporters.jsontext import Json, json_text
from asyncsql_lint.reporters.rule_page import page_url


class JsonReporter:
    """Rows and columns count from 1, columns in characters; `end_location` is exclusive, `filename` absolute."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write all findings; those that a comment takes back have a key `suppression`, the others have not."""
        out.write(json_text(list(finding_objects(sheet)), indent=2) + "\n")


def finding_objects(sheet: Sheet) -> Iterator[dict[str, Json]]:
    """An object for each finding, and for each that a comment takes back."""
    for diagnostic, fingerprint in zip(sheet.diagnostics, fingerprints(sheet, sheet.diagnostics), strict=True):
        yield _finding(diagnostic, fingerprint)
    hidden = tuple(taken.diagnostic for taken in sheet.taken_back)
    for taken, fingerprint in zip(sheet.taken_back, fingerprints(sheet, hidden), strict=True):
        suppression: Json = {"row": taken.line, "reason": taken.reason}
        yield {**_finding(taken.diagnostic, fingerprint), "suppression": suppression}


def _finding(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Json]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "severity": diagnostic.severity.label,
        "confidence": diagnostic.confidence.label,
        "filename": diagnostic.span.path,
        "location": _location(diagnostic.span.start),
        "end_location": _location(diagnostic.span.end),
        "noqa_row": diagnostic.noqa_rows[0] if diagnostic.noqa_rows else diagnostic.span.start.line,
        "url": page_url(diagnostic.name),
        "fix": None if diagnostic.fix is None else _fix(diagnostic.fix),
        "suggestions": [],
        "related": [
            {"filename": r.span.path, "location": _location(r.span.start), "message": r.message}
            for r in diagnostic.related
        ],
        "fingerprint": fingerprint,
    }


def _fix(fix: Fix) -> Json:
    """A fix; each edit names its file, for a query is often made in another one than it is read in."""
    edits: list[Json] = [
        {
            "filename": edit.span.path,
            "location": _location(edit.span.start),
            "end_location": _location(edit.span.end),
            "content": edit.content,
        }
        for edit in fix.edits
    ]
    return {"applicability": fix.applicability.value, "message": fix.message, "edits": edits}


def _location(position: Position) -> Json:
    return {"row": position.line, "column": position.column + 1}
