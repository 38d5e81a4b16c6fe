"""A table in Markdown: a comment on a pull request, or the summary of a step."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.rule_page import page_url
from asyncsql_lint.reporters.story import backticked
from asyncsql_lint.reporters.summary import counted
from asyncsql_lint.reporters.visible import visible

COMMENT_BYTES = 65_536
"""The most that GitHub takes for a comment."""

LONGEST_TEXT = 500
"""Characters of one text of a row: a path, a message."""

_LAST_WORDS = 200
"""Bytes kept free for the line that says how much was left out."""

_HEAD = "| severity | rule | place | finding |\n|---|---|---|---|\n"
_SPECIAL = re.compile(r"[][\\`*_~|<>&:{}\"']")
_MENTION = re.compile(r"[@#!$%~&](?=[\w\"'{])|www(?=\.)", re.IGNORECASE)
"""What GitHub and GitLab would turn into a link to a person, an issue or a page: `@name`, `#12`, `www.`."""


class MarkdownReporter:
    """Most severe first; `room` are the bytes that there are, beyond which findings are counted only."""

    def __init__(self, *, room: int = COMMENT_BYTES) -> None:
        self._room = room

    def write(self, sheet: Sheet, out: TextIO) -> None:
        """Write what was found as one table."""
        out.write(self.text(sheet))

    def text(self, sheet: Sheet) -> str:
        """What was found as one table, or that nothing was."""
        parts = [f"### asyncsql-lint: {_headline(sheet)}\n"]
        parts += [f"- {_code(sheet.machine_path(each.path))}: {_prose(each.message)}\n" for each in sheet.problems]
        rows = list(_rows(sheet))
        if rows:
            parts.append("\n" + _HEAD)
        left = self._room - _LAST_WORDS - sum(len(part.encode()) for part in parts)
        for number, row in enumerate(rows):
            left -= len(row.encode())
            if left < 0:
                parts.append(f"\n{len(rows) - number} of {len(rows)} findings are left out for want of room.\n")
                break
            parts.append(row)
        return "".join(parts)


def _headline(sheet: Sheet) -> str:
    found = counted(Counter(diagnostic.severity for diagnostic in sheet.diagnostics))
    found = found or ("what remains is not reported" if sheet.hides_rest else "no findings")
    return f"{found}, and not everything could be looked into" if sheet.problems else found


def _rows(sheet: Sheet) -> Iterator[str]:
    for diagnostic in sheet.most_severe_first():
        yield _row(sheet, diagnostic, "")
    for taken in sheet.taken_back:
        reason = f": {_prose(taken.reason)}" if taken.reason else ""
        yield _row(sheet, taken.diagnostic, f"suppressed on line {taken.line}{reason}")


def _row(sheet: Sheet, diagnostic: Diagnostic, note: str) -> str:
    lines = [_prose(diagnostic.message)]
    for number, place in enumerate(diagnostic.related, start=1):
        where = f"{sheet.machine_path(place.span.path)}:{place.span.start.line}"
        lines.append(f"{number}. {_prose(place.message)}: {_code(where)}")
    if diagnostic.raises:
        lines.append(f"raises {_prose(diagnostic.raises)}")
    if diagnostic.fix is not None:
        lines.append(f"help: {_prose(diagnostic.fix.message)}")
    rule = f"[{diagnostic.code} {diagnostic.name}]({page_url(diagnostic.name)})"
    place_text = _code(f"{sheet.machine_path(diagnostic.span.path)}:{diagnostic.span.start.line}")
    finding = "<br>".join([*lines, *filter(None, [note])])
    return f"| {diagnostic.severity.label} | {rule} | {place_text} | {finding} |\n"


def _prose(text: str) -> str:
    """Somebody's words, with nothing that Markdown or a forge reads; what stands between backticks becomes code."""
    parts = backticked(_clipped(visible(text)))
    return "".join(_code(part) if is_code else _plain(part) for part, is_code in parts)


def _plain(text: str) -> str:
    return _SPECIAL.sub(_entity, _MENTION.sub(_divided, text)).replace("\0", "<!-- -->")


def _code(text: str) -> str:
    """Somebody's text as code; inside of it, nobody is mentioned."""
    return f"<code>{_SPECIAL.sub(_entity, _clipped(visible(text)))}</code>"


def _divided(match: re.Match[str]) -> str:
    """A mention with a mark in it that comes to a comment, which nobody sees."""
    return f"{match[0]}\0"


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."
