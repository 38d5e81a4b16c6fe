"""The last lines of a report for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.reporters.base import Sheet

_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def summary_lines(sheet: Sheet) -> Iterator[str]:
    """How many findings there are, how many were mended, and how many could be; nothing in a quiet run."""
    if sheet.is_quiet:
        return
    found = counted(Counter(diagnostic.severity for diagnostic in sheet.diagnostics))
    if sheet.fixed and not found:
        yield f"Fixed {_count(sheet.fixed, 'error')}."
    elif sheet.fixed:
        yield f"Fixed {_count(sheet.fixed, 'error')}, found {found} more."
    elif found:
        yield f"Found {found}."
    elif sheet.is_whole:
        yield "All checks passed!"
    if sheet.taken_back:
        yield f"{_count(len(sheet.taken_back), 'finding')} suppressed by comments."
    yield from sheet.remarks
    yield from _fixable(sheet)


def counted(by_severity: Mapping[Severity, int]) -> str:
    """`2 errors and 1 warning`; empty when there is nothing."""
    parts = [_count(by_severity[severity], _WORDS[severity]) for severity in sorted(by_severity, reverse=True)]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _fixable(sheet: Sheet) -> Iterator[str]:
    fixes = [d.fix for d in sheet.diagnostics if d.fix is not None and d.fix.edits]
    now = sum(sheet.can_apply(fix) for fix in fixes)
    hidden = sum(fix.applicability is Applicability.UNSAFE and not sheet.unsafe for fix in fixes)
    more = f"{_count(hidden, 'hidden fix', 'hidden fixes')} with --unsafe-fixes"
    if now:
        yield f"[*] {now} fixable with --fix" + (f" ({more})." if hidden else ".")
    elif hidden:
        yield f"No fixes available ({more})."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
