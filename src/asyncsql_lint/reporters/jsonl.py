"""JSON lines: the objects of the JSON report, each on a line of its own."""

from __future__ import annotations

from typing import TextIO

from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.json import finding_objects
from asyncsql_lint.reporters.jsontext import json_text


class JsonLinesReporter:
    """For tools that read findings one by one; no finding is no line."""

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write a line for each finding."""
        out.writelines(json_text(found) + "\n" for found in finding_objects(sheet))
