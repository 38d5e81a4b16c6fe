"""A fix as the lines that it changes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from asyncsql_lint.diagnostics import Fix, TextEdit
from asyncsql_lint.edits.patch import Patch
from asyncsql_lint.source.lines import split_lines

CONTEXT = 1
"""Unchanged lines that are shown around a change."""

LONGEST_LINE = 2000
"""Characters of a line of a fix that are shown."""


@dataclass(frozen=True, slots=True)
class PatchLine:
    """One line of a hunk: `sign` is `-`, `+` or a space; `number` is its line after the fix, before it for `-`."""

    sign: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring changed lines of one file, with the unchanged ones around them."""

    path: str
    lines: tuple[PatchLine, ...]


def hunks(fix: Fix, text_of: Callable[[str], str]) -> Iterator[Hunk]:
    """What `fix` changes, by file and place; `text_of` gives a file's text. Edits that do not fit it are not shown."""
    for path in sorted({edit.span.path for edit in fix.edits}):
        edits = sorted(edit for edit in fix.edits if edit.span.path == path)
        text = text_of(path)
        try:
            after = split_lines(Patch(text, edits).text)
        except ValueError:
            continue
        before = split_lines(text)
        shift = 0
        for group in _neighbours(edits):
            grown = sum(_growth(edit) for edit in group)
            yield Hunk(path, tuple(_lines(before, after, group, shift, grown)))
            shift += grown


def _neighbours(edits: Iterable[TextEdit]) -> Iterator[list[TextEdit]]:
    """`edits` in groups whose hunks would touch."""
    group: list[TextEdit] = []
    for edit in edits:
        if group and edit.span.start.line > group[-1].span.end.line + 2 * CONTEXT + 1:
            yield group
            group = []
        group.append(edit)
    yield group


def _growth(edit: TextEdit) -> int:
    """How many lines `edit` adds."""
    return len(split_lines(edit.content)) - 1 - (edit.span.end.line - edit.span.start.line)


def _lines(
    before: Sequence[str], after: Sequence[str], edits: Sequence[TextEdit], shift: int, grown: int
) -> Iterator[PatchLine]:
    """The lines of one hunk; `shift` is what the hunks above have added, `grown` what this one adds."""
    changed = max(edit.span.end.line for edit in edits)
    first = max(edits[0].span.start.line - CONTEXT, 1)
    # What follows the last line end is no line, unless the fix writes there.
    last = max(min(changed + CONTEXT, len(before) - (not before[-1])), changed)
    old, new = before[first - 1 : last], after[first - 1 + shift : last + shift + grown]
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (PatchLine(" ", first + shift + n, new[n]) for n in range(j, j_end))
        else:
            yield from (PatchLine("-", first + n, old[n]) for n in range(i, i_end))
            yield from (PatchLine("+", first + shift + n, new[n]) for n in range(j, j_end))
