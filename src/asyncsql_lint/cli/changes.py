"""What has been changed in files, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from asyncsql_lint.linter import FixReport
from asyncsql_lint.reporters.visible import visible


def comment_lines(made: FixReport, *, is_written: bool) -> Iterator[str]:
    """About how many findings comments were written, and in how many files."""
    if made.count:
        verb = "Wrote" if is_written else "Would write"
        yield f"{verb} comments about {_number(made.count, 'finding')} in {_number(len(made.changed), 'file')}."


def fix_lines(fixed: FixReport, names: Mapping[str, str], base: str, *, is_written: bool) -> Iterator[str]:
    """How many findings of which rule were mended in which file; `names` are those of the rules by code.

    Paths are relative to `base`. `is_written` tells what has been done from what would be.
    """
    if not fixed.count:
        return
    yield f"{'Fixed' if is_written else 'Would fix'} {_number(fixed.count, 'error')}:"
    for path, codes in sorted(fixed.applied.items()):
        yield f"- {visible(path.removeprefix(base.rstrip('/') + '/'))}:"
        yield from (f"    {count} x {code} ({names[code]})" for code, count in sorted(codes.items()))


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
