"""How many findings there are by rule, by file and by confidence, in place of the findings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from asyncsql_lint.config.formats import OutputFormat
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.summary import summary_lines

Row = tuple[int, str]
"""How many, and of what."""


def write_statistics(out: TextIO, sheet: Sheet, output_format: OutputFormat) -> None:
    """Count the findings of `sheet`, most first: as JSON, or for every other format as text."""
    rules = _ranked((diagnostic.code, diagnostic.name) for diagnostic in sheet.diagnostics)
    files = _ranked((diagnostic.span.path,) for diagnostic in sheet.diagnostics)
    levels = Counter(diagnostic.confidence for diagnostic in sheet.diagnostics)
    sure = [(levels[level], level.label) for level in sorted(levels, reverse=True)]
    if output_format is OutputFormat.JSON:
        data = {
            "total": len(sheet.diagnostics),
            "rules": [{"code": code, "name": name, "count": count} for count, (code, name) in rules],
            "files": [{"filename": path, "count": count} for count, (path,) in files],
            "confidence": [{"confidence": label, "count": count} for count, label in sure],
        }
        json.dump(data, out, indent=2)
        out.write("\n")
        return
    _write_table(out, "rule", [(count, f"{code}  {name}") for count, (code, name) in rules])
    _write_table(out, "file", [(count, sheet.shown_path(path)) for count, (path,) in files])
    _write_table(out, "confidence", sure)
    out.writelines(f"{line}\n" for line in summary_lines(sheet))


def _ranked(keys: Iterable[tuple[str, ...]]) -> list[tuple[int, tuple[str, ...]]]:
    return sorted(((count, key) for key, count in Counter(keys).items()), key=lambda row: (-row[0], row[1]))


def _write_table(out: TextIO, by: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    width = max(len(str(count)) for count, _ in rows)
    out.write(f"by {by}\n")
    out.writelines(f"  {count:>{width}}  {what}\n" for count, what in rows)
    out.write("\n")
