"""A finding as HTML: its way from the first cause to the reported place, each step with its source, and its fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from asyncsql_lint.diagnostics import Diagnostic, Fix, Related, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.excerpt import AROUND, CUT, WINDOW, Spot, is_marked, shown_lines, stretch
from asyncsql_lint.reporters.patch import LONGEST_LINE, hunks
from asyncsql_lint.reporters.rule_page import page_url
from asyncsql_lint.reporters.story import backticked, way
from asyncsql_lint.reporters.visible import visible
from asyncsql_lint.source.lines import split_lines

_SIGNS = {"+": "added", "-": "removed", " ": "same"}


def safe(text: str) -> str:
    """Somebody's text as the text of an element, or the value of an attribute in quotes."""
    return escape(visible(text))


def _prose(text: str) -> str:
    """Somebody's words; what stands between backticks becomes code."""
    return "".join(f"<code>{safe(part)}</code>" if is_code else safe(part) for part, is_code in backticked(text))


def article(sheet: Sheet, diagnostic: Diagnostic, taken: TakenBack | None, groups: Mapping[str, int]) -> str:
    """The whole finding; `groups` are the numbers of those that it belongs to, by their kind."""
    severity = diagnostic.severity.label
    numbers = "".join(f' data-{kind}="{number}"' for kind, number in groups.items())
    state = "" if taken is None else " suppressed"
    lines = [
        f'<article class="finding {severity}{state}" data-severity="{severity}"{numbers}>\n',
        f"{_facts(sheet, diagnostic)}<h3>{_prose(diagnostic.message)}</h3>\n",
        f'<ol class="way">\n{"".join(_steps(sheet, diagnostic))}</ol>\n',
    ]
    if diagnostic.raises:
        lines.append(f"<p>raises: <code>{safe(diagnostic.raises)}</code></p>\n")
    if taken is not None:
        reason = f": {safe(taken.reason)}" if taken.reason else ""
        lines.append(f"<p>suppressed on line {taken.line}{reason}</p>\n")
    if diagnostic.fix is not None:
        lines.append(f"<p>help: {_prose(diagnostic.fix.message)}</p>\n{''.join(_patch(sheet, diagnostic.fix))}")
    return "".join((*lines, "</article>\n"))


def _facts(sheet: Sheet, diagnostic: Diagnostic) -> str:
    rule = f'<a href="{safe(page_url(diagnostic.name))}" rel="noopener noreferrer">{safe(diagnostic.code)}</a>'
    return (
        f'<p class="facts"><span class="severity">{diagnostic.severity.label}</span> {rule} '
        f'<span>{safe(diagnostic.name)}</span> <span class="path">{_place(sheet, diagnostic.span)}</span> '
        f'<span class="dim">{diagnostic.confidence.label}</span></p>\n'
    )


def _place(sheet: Sheet, span: Span) -> str:
    return safe(f"{sheet.machine_path(span.path)}:{span.start.line}:{span.start.column + 1}")


def _steps(sheet: Sheet, diagnostic: Diagnostic) -> Iterator[str]:
    for place in way(diagnostic):
        is_reported = place.span == diagnostic.span and place.message == diagnostic.message
        yield _step(sheet, place, is_reported=is_reported)


def _step(sheet: Sheet, place: Related, *, is_reported: bool) -> str:
    """One place of the way, with the lines that it stands on; of the reported one, also those around it."""
    kind = "step reported" if is_reported else "step"
    words = "" if is_reported else f"{_prose(place.message)} "  # the finding's own stand above already
    source = "".join(_source(sheet.text_of(place.span.path), Spot(place.span, AROUND if is_reported else 0)))
    block = f"<pre><code>{source}</code></pre>\n" if source else ""
    where = f'<span class="path dim">{_place(sheet, place.span)}</span>'
    return f'<li class="{kind}">\n<p>{words}{where}</p>\n{block}</li>\n'


def _source(text: str, spot: Spot) -> Iterator[str]:
    lines = split_lines(text) if text else []
    previous = 0
    for number in shown_lines(lines, [spot]):
        if previous and number > previous + 1:
            yield _row(CUT, "")
        previous = number
        line = lines[number - 1]
        if is_marked(number, line, spot):
            start, end = stretch(line, number, spot.span)
            first, last = max(start - WINDOW, 0), min(end, start + WINDOW) + WINDOW
            shown = (
                f"{_code(line[first:start])}<mark>{_code(line[start : min(end, last)])}</mark>{_code(line[end:last])}"
            )
            yield _row(str(number), f"{CUT if first else ''}{shown}{CUT if last < len(line) else ''}")
        else:
            yield _row(str(number), _code(line[:WINDOW]) + (CUT if len(line) > WINDOW else ""))


def _marked(line: str, start: int, end: int) -> str:
    """`line` with its columns from `start` to `end` marked; of an overlong one, what is near to `start`."""
    first, last = max(start - WINDOW, 0), start + 2 * WINDOW
    before, meant, after = line[first:start], line[start : min(end, last)], line[end:last]
    shown = f"{_code(before)}<mark>{_code(meant)}</mark>{_code(after)}"
    return f"{CUT if first else ''}{shown}{CUT if last < len(line) else ''}"


def _patch(sheet: Sheet, fix: Fix) -> Iterator[str]:
    """What the fix changes, file by file."""
    for path, group in groupby(hunks(fix, sheet.text_of), key=lambda hunk: hunk.path):
        rows: list[str] = []
        for hunk in group:
            if rows:
                rows.append(_row(CUT, ""))
            rows += (
                _row(str(line.number), f"{line.sign} {_code(line.text[:LONGEST_LINE])}", _SIGNS[line.sign])
                for line in hunk.lines
            )
        name = safe(sheet.machine_path(path))
        yield f'<p class="path dim">{name}</p>\n<pre><code>{"".join(rows)}</code></pre>\n'


def _row(number: str, content: str, kind: str = "") -> str:
    return f'<span class="{f"row {kind}".rstrip()}"><span class="number">{number}</span>{content}\n</span>'


def _code(text: str) -> str:
    """A part of a source line; a tab stays one."""
    return "\t".join(safe(part) for part in text.split("\t"))
