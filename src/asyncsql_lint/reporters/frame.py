"""Source lines with line numbers, and marks under the places that a finding speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, get_character_cell_size
from rich.text import Text

from asyncsql_lint.diagnostics import Span
from asyncsql_lint.reporters.excerpt import CUT, WINDOW, Spot, is_marked, shown_lines, stretch
from asyncsql_lint.reporters.visible import draw

FRAME = "bright_blue"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place, what to write under it, and in which style; `sign` is the character that underlines it."""

    spot: Spot
    label: str
    sign: str
    style: str

    @property
    def span(self) -> Span:
        """Where it is."""
        return self.spot.span


@dataclass(frozen=True, slots=True)
class Canvas:
    """The room there is: `gutter` cells for line numbers, `width` cells in all."""

    gutter: int
    width: int

    @property
    def room(self) -> int:
        """Cells for source text, beside the line number and the bar."""
        return max(self.width - self.gutter - 3, 20)

    def bar(self, number: str = "") -> Text:
        """The beginning of a line: `number`, right-aligned, and the bar."""
        return Text.assemble((f"{number:>{self.gutter}} |", FRAME))

    def line(self, number: str, *parts: tuple[str, str]) -> Text:
        """The bar and, beside it, `parts` with their styles; without spaces at the end."""
        line = self.bar(number) + Text.assemble(" ", *parts)
        line.rstrip()
        return line

    def arrow(self, arrow: str, place: str) -> Text:
        """The line that names a file: `--> app/api.py:12:5`."""
        return Text.assemble((" " * self.gutter + f"{arrow} ", FRAME), place)


def frame(lines: Sequence[str], marks: Sequence[Mark], canvas: Canvas) -> Iterator[Text]:
    """The lines of one file that `marks` lie in, with what is marked underlined."""
    numbers = shown_lines(lines, [mark.spot for mark in marks])
    if not numbers:
        return
    yield canvas.bar()
    previous = 0
    for number in numbers:
        if previous and number > previous + 1:
            yield Text(CUT, style=FRAME)
        previous = number
        here = [mark for mark in marks if is_marked(number, lines[number - 1], mark.spot)]
        if len(here) > 1 and cell_len(lines[number - 1][: canvas.room + 1]) > canvas.room:
            for mark in here:  # the line is cut, for each mark around its own place
                yield from _row(lines[number - 1], number, [mark], canvas)
        else:
            yield from _row(lines[number - 1], number, here, canvas)
    yield canvas.bar()


def _row(line: str, number: int, marks: Sequence[Mark], canvas: Canvas) -> Iterator[Text]:
    """A source line and, under it, one line for each of its marks."""
    stretches = [stretch(line, number, mark.span) for mark in marks]
    offset = max(min((start for start, _ in stretches), default=0) - WINDOW, 0)
    drawn = draw(line[offset : offset + 2 * WINDOW])
    cells = [tuple(drawn.cells[min(max(at - offset, 0), len(drawn.cells) - 1)] for at in pair) for pair in stretches]
    left = _left_edge(cells, drawn.cells[-1], offset, canvas.room)
    is_cut = drawn.cells[-1] - left > canvas.room or len(line) > offset + 2 * WINDOW
    yield canvas.line(str(number), (_window(drawn.text, left, canvas.room, offset + left > 0, is_cut), ""))
    for mark, (start, end) in zip(marks, cells, strict=True):
        head, tail = max(start - left, 0), min(end - left, canvas.room)
        yield from _underline(mark, head, max(tail - head, 1), canvas, is_last=number == mark.spot.last_line)


def _left_edge(cells: Sequence[tuple[int, ...]], total: int, offset: int, room: int) -> int:
    """The first cell to show, so that the beginning of the first mark, and its end when there is room, can be seen."""
    if not cells or (offset == 0 and (total <= room or cells[0][1] <= room - len(CUT))):
        return 0
    start, end = cells[0]
    return max(min(start - room // 4, end + len(CUT) - room if end - start < room // 2 else start), 0)


def _window(text: str, left: int, room: int, is_cut_left: bool, is_cut_right: bool) -> str:
    """The cells of `text` from `left` on that fit in `room`, with dots where it was cut."""
    begin = left + (len(CUT) if is_cut_left else 0)
    end = left + room - (len(CUT) if is_cut_right else 0)
    cell, parts = 0, [CUT if is_cut_left else ""]
    for character in text:
        size = get_character_cell_size(character)
        if cell >= begin and cell + size <= end:
            parts.append(character)
        elif cell < begin < cell + size:
            parts.append(" ")  # half of a wide character
        cell += size
        if cell >= end:
            break
    return "".join(parts) + (CUT if is_cut_right else "")


def _underline(mark: Mark, start: int, length: int, canvas: Canvas, is_last: bool) -> Iterator[Text]:
    """The line of signs; the label beside it when there is room, else below."""
    signs = (" " * start, ""), (mark.sign * length, mark.style)
    if not is_last or not mark.label:
        yield canvas.line("", *signs)
        return
    if start + length + 1 + cell_len(mark.label) <= canvas.room:
        yield canvas.line("", *signs, (f" {mark.label}", mark.style))
        return
    yield canvas.line("", *signs)
    indent = min(start, max(canvas.room - cell_len(mark.label), 0), canvas.room // 2)
    for words in wrapped(mark.label, canvas.room - indent):
        yield canvas.line("", (" " * indent, ""), (words, mark.style))


def wrapped(text: str, room: int) -> Iterator[str]:
    """`text` in lines of at most `room` cells, broken between words; a longer word stands alone."""
    line = ""
    for word in text.split():
        if line and cell_len(line) + 1 + cell_len(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line
