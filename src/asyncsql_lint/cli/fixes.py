"""What fixes have mended, as a list for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from asyncsql_lint.linter import FixReport
from asyncsql_lint.reporters.visible import visible


def fix_lines(fixed: FixReport, names: Mapping[str, str], base: str, *, is_written: bool) -> Iterator[str]:
    """How many findings of which rule were mended in which file; `names` are those of the rules by code.

    Paths are relative to `base`. `is_written` tells what has been done from what would be.
    """
    if not fixed.count:
        return
    yield f"{'Fixed' if is_written else 'Would fix'} {fixed.count} {'error' if fixed.count == 1 else 'errors'}:"
    for path, codes in sorted(fixed.applied.items()):
        yield f"- {visible(path.removeprefix(base.rstrip('/') + '/'))}:"
        yield from (f"    {count} x {code} ({names[code]})" for code, count in sorted(codes.items()))
