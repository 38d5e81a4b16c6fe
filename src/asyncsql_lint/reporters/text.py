"""The report for people: source frames, the trace with its places, the error of the run time, and the fix as a diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TextIO

from rich.console import Console
from rich.text import Text

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Fix, Related, Severity
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.excerpt import AROUND, Spot
from asyncsql_lint.reporters.frame import FRAME, Canvas, Mark, frame, wrapped
from asyncsql_lint.reporters.patch import LONGEST_LINE, Hunk, hunks
from asyncsql_lint.reporters.summary import summary_lines
from asyncsql_lint.reporters.visible import draw, visible
from asyncsql_lint.source.lines import split_lines

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
TRACE = "blue"
SIGNS = {"-": "red", "+": "green", " ": "dim"}
NEEDS_A_PERSON = "not applied by --fix: a person has to decide"


class TextReporter:
    """Writes through rich, but never its markup: every text comes from somebody's files.

    `width` is in cells. Without `wrap`, messages stay on one line, so that what is written to a file can be searched.
    """

    def __init__(self, *, width: int = 120, colour: bool = False, wrap: bool = False) -> None:
        self._width = width
        self._colour = colour
        self._wrap = wrap

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write a block for each finding, an empty line between them, then the summary."""
        console = Console(
            file=out,
            color_system="standard" if self._colour else None,
            force_terminal=self._colour,
            no_color=not self._colour,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )
        for line in self._lines(sheet):
            console.print(line, soft_wrap=True)

    def _lines(self, sheet: Sheet) -> Iterator[Text]:
        for diagnostic in sheet.diagnostics:
            yield from self._block(sheet, diagnostic, "")
            yield Text()
        for taken in sheet.taken_back:
            reason = f": {visible(taken.reason)}" if taken.reason else ""
            yield from self._block(sheet, taken.diagnostic, f"suppressed on line {taken.line}{reason}")
            yield Text()
        for line in summary_lines(sheet):
            yield Text(line, style="bold green" if line == "All checks passed!" else "")

    def _block(self, sheet: Sheet, diagnostic: Diagnostic, suppression: str) -> Iterator[Text]:
        """One finding: what, where, the trace, what happens at run time, and how to mend it."""
        yield from self._headline(sheet, diagnostic)
        marks = _marks(diagnostic)
        patch = list(hunks(diagnostic.fix, sheet.text_of)) if diagnostic.fix else []
        canvas = Canvas(_gutter(marks, patch), self._width)
        for place, group in _by_file(marks):
            arrow = "-->" if place is marks[0] else ":::"
            start = place.span.start
            yield canvas.arrow(arrow, f"{sheet.shown_path(place.span.path)}:{start.line}:{start.column + 1}")
            if text := sheet.text_of(place.span.path):
                yield from frame(split_lines(text), group, canvas)
        yield from self._notes(diagnostic, suppression, canvas)
        if diagnostic.fix is not None:
            yield from self._help(sheet, diagnostic.fix, patch, canvas)

    def _headline(self, sheet: Sheet, diagnostic: Diagnostic) -> Iterator[Text]:
        head = Text.assemble((diagnostic.code, COLOURS[diagnostic.severity]), " ", (diagnostic.name, "bold"))
        if sheet.can_apply(diagnostic.fix):
            head.append(" [*]", style="cyan")
        message = visible(diagnostic.message)
        if not self._wrap:
            yield head + Text(f" {message}")
            return
        first, *rest = wrapped(f"{head.plain} {message}", self._width)
        yield head + Text(first[len(head.plain) :])
        yield from (Text(f"  {line}") for words in rest for line in wrapped(words, self._width - 2))

    def _notes(self, diagnostic: Diagnostic, suppression: str, canvas: Canvas) -> Iterator[Text]:
        notes = [("raises", diagnostic.raises), ("confidence", diagnostic.confidence.label), ("note", suppression)]
        for key, value in notes:
            if value:
                yield Text.assemble((" " * canvas.gutter + " = ", FRAME), (f"{key}: ", "bold"), visible(value))

    def _help(self, sheet: Sheet, fix: Fix, patch: Sequence[Hunk], canvas: Canvas) -> Iterator[Text]:
        caveat = {
            Applicability.SAFE: "",
            Applicability.UNSAFE: "" if sheet.unsafe else " (unsafe: --fix --unsafe-fixes)",
            Applicability.DISPLAY: f" ({NEEDS_A_PERSON})" if fix.edits else "",
        }[fix.applicability]
        yield Text.assemble(("help: ", "bold cyan"), visible(fix.message), (caveat, "dim"))
        for path, group in groupby(patch, key=lambda hunk: hunk.path):
            yield canvas.arrow("-->", sheet.shown_path(path))
            yield canvas.bar()
            for index, hunk in enumerate(group):
                if index:
                    yield Text("...", style=FRAME)
                yield from _patch_lines(hunk, canvas)
            yield canvas.bar()


def _marks(diagnostic: Diagnostic) -> list[Mark]:
    """The reported place first, then the trace, numbered in the order of events when it has several steps."""
    marks = [Mark(Spot(diagnostic.span, AROUND), "", "^", COLOURS[diagnostic.severity])]
    for number, place in enumerate(diagnostic.related, start=1):
        marks.append(Mark(Spot(place.span), _label(number, place, len(diagnostic.related)), "-", TRACE))
    return marks


def _label(number: int, place: Related, total: int) -> str:
    return f"{number}. {visible(place.message)}" if total > 1 else visible(place.message)


def _by_file(marks: Sequence[Mark]) -> Iterator[tuple[Mark, list[Mark]]]:
    """The first mark of each file and all marks of that file; the files in the order in which the trace meets them."""
    paths = dict.fromkeys(mark.span.path for mark in marks)
    for path in paths:
        group = [mark for mark in marks if mark.span.path == path]
        yield group[0], sorted(group, key=lambda mark: mark.span)


def _gutter(marks: Iterable[Mark], patch: Iterable[Hunk]) -> int:
    """Cells for the greatest line number that is shown."""
    numbers = [mark.span.end.line + mark.spot.context for mark in marks]
    numbers += [line.number for hunk in patch for line in hunk.lines]
    return len(str(max(numbers)))


def _patch_lines(hunk: Hunk, canvas: Canvas) -> Iterator[Text]:
    for line in hunk.lines:
        source = draw(line.text[:LONGEST_LINE]).text
        shown = Text.assemble((f"{line.number:>{canvas.gutter}} ", FRAME), (f"{line.sign} {source}", SIGNS[line.sign]))
        shown.rstrip()
        yield shown
