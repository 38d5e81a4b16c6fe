"""Suppression comments read from a text.

`# noqa` and `# noqa: ASL301` count on their line; so does `# asl: ignore[ASL301]`, which takes names too, and which on
a line of its own counts for the statement below it. `# asl: file-ignore[...]` counts for the file, and
`# asl: disable[...]` down to the `# asl: enable[...]` of the same rules, or to the end. Without brackets all rules are
meant, and after `--` a reason may be given. Codes of other tools in a `noqa` are theirs; in our own comments an unknown
rule is told.

A line that ends inside of a string, or in a backslash, has no room for a comment: the next line that has counts for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from asyncsql_lint.engine.select import ABOUT_COMMENTS, Catalogue
from asyncsql_lint.engine.suppressions import Comment, Comments, Directive, Selector
from asyncsql_lint.errors import ConfigError
from asyncsql_lint.source.lines import ends_between, split_lines
from asyncsql_lint.source.literals import STRING_OR_COMMENT

_MENTIONED = re.compile(r"#[^\n]*(?:noqa|asl:)", re.IGNORECASE)
_NOQA = re.compile(
    r"#\s*noqa(?P<colon>\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?)?"
    r"(?:[^#\n]*?\s--\s+(?P<reason>[^#\n]*))?",
    re.IGNORECASE,
)
_ASL = re.compile(
    r"#\s*asl:\s*(?P<kind>ignore|file-ignore|disable|enable)\b(?:\s*\[(?P<rules>[^\]\n]*)\])?"
    r"(?:\s*--\s*(?P<reason>[^#\n]*))?"
)
_CODE = re.compile(r"[A-Z]+[0-9]+", re.IGNORECASE)
_PART = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
_DEFINITION = re.compile(r"(?:async\s+def|def|class)\b")


class Layout:
    """The lines of a text, its comments, and which line has room for a comment about which."""

    def __init__(self, text: str) -> None:
        self.lines = split_lines(text)
        self.comments: list[tuple[int, int, str]] = []
        """Line, column and text of each comment."""
        self._without_room: dict[int, int] = {}
        self._read(text)
        self._firsts = {last: first for first, last in reversed(self._stretches())}

    def room(self, line: int) -> int:
        """The line at whose end a comment about `line` can stand."""
        while line in self._without_room:
            line = self._without_room[line]
        return line

    def first(self, line: int) -> int:
        """The first of the lines that a comment at the end of `line` is about."""
        return self._firsts.get(line, line)

    def is_alone(self, line: int, column: int) -> bool:
        """Whether nothing but space stands before a column."""
        return not self.lines[line - 1][:column].strip()

    def _read(self, text: str) -> None:
        line, line_start, seen, end = 1, 0, 0, 0
        for match in STRING_OR_COMMENT.finditer(text):
            for start in ends_between(text, seen, match.start()):
                # A backslash of a comment or of a string does not go on with the line.
                if start > end and _is_continued(text, end, start):
                    self._without_room[line] = line + 1
                line, line_start = line + 1, start
            seen, end = match.start(), match.end()
            if match[0].startswith("#"):
                self.comments.append((line, match.start() - line_start, match[0]))
            elif below := sum(1 for _ in ends_between(text, match.start(), match.end())):
                self._without_room.update(dict.fromkeys(range(line, line + below), line + below))
        for start in ends_between(text, seen, len(text)):
            if start > end and _is_continued(text, end, start):
                self._without_room[line] = line + 1
            line += 1

    def _stretches(self) -> Sequence[tuple[int, int]]:
        return [(line, self.room(line)) for line in sorted(self._without_room)]


def _is_continued(text: str, start: int, end: int) -> bool:
    """Whether the line that ends at `end` does so with a backslash that stands behind `start`."""
    return text.endswith(("\\\n", "\\\r\n", "\\\r"), start, end)


def read_comments(text: str, catalogue: Catalogue) -> Comments:
    """The suppression comments in `text`; strings that look like comments do not count."""
    if _MENTIONED.search(text) is None:
        return Comments()
    return _Reader(Layout(text), catalogue).read()


class _Reader:
    """The state of one `read_comments`."""

    def __init__(self, layout: Layout, catalogue: Catalogue) -> None:
        self._layout = layout
        self._lines = layout.lines
        self._catalogue = catalogue
        self._found: list[Comment] = []
        self._directives: list[Directive] = []
        self._disabled: dict[str, tuple[int, str, int]] = {}
        self._ended: set[tuple[int, str]] = set()

    def read(self) -> Comments:
        """Everything in the text."""
        for line, column, comment in self._layout.comments:
            for noqa in _NOQA.finditer(comment):
                self._noqa(noqa, line, column)
            for ours in _ASL.finditer(comment):
                self._ours(ours, line, column)
        for code, (first, reason, directive) in self._disabled.items():
            self._block(code, first, len(self._lines), reason, directive)
        return Comments(
            tuple(sorted(self._found, key=lambda c: c.line)), tuple(self._directives), frozenset(self._ended)
        )

    def _noqa(self, noqa: re.Match[str], line: int, column: int) -> None:
        if noqa["colon"] and not noqa["codes"]:
            return  # a text in place of codes names no rule; to take it for all would hide too much
        selectors = [
            Selector(code[0], column + code.start(), column + code.end(), self._catalogue.codes & {code[0].upper()})
            for code in (_CODE.finditer(noqa.string, *noqa.span("codes")) if noqa["codes"] else ())
        ]
        written = frozenset(selector.text.upper() for selector in selectors) if selectors else None
        place = self._write("noqa", line, column, noqa, selectors)
        self._at(line, written, self._layout.first(line), line, place)

    def _ours(self, match: re.Match[str], line: int, column: int) -> None:
        selectors = self._selectors(match, column)
        codes = None if match["rules"] is None else frozenset[str]().union(*(one.codes for one in selectors))
        kind = match["kind"]
        place = self._write(kind, line, column, match, selectors)
        reason = self._directives[place].reason
        if kind == "file-ignore":
            self._found.append(Comment(line, codes, 1, len(self._lines), True, reason, place))
        elif kind != "ignore":
            for code in self._catalogue.codes - ABOUT_COMMENTS if codes is None else codes:
                self._switch(code, line, reason, place, is_on=kind == "enable")
        else:
            self._at(line, codes, self._layout.first(line), line, place)
            if self._layout.is_alone(line, column):
                self._at(line, codes, *self._statement_below(line), place)

    def _at(self, line: int, codes: frozenset[str] | None, first: int, last: int, place: int) -> None:
        reason = self._directives[place].reason
        self._found.append(Comment(line, codes, first, last, False, reason, place))

    def _write(self, kind: str, line: int, column: int, match: re.Match[str], selectors: list[Selector]) -> int:
        """Note a directive; its place among all."""
        start, end = column + match.start(), column + len(match[0].rstrip()) + match.start()
        reason = (match["reason"] or "").strip()
        self._directives.append(Directive(kind, line, column, start, end, tuple(selectors), reason))
        return len(self._directives) - 1

    def _switch(self, code: str, line: int, reason: str, directive: int, is_on: bool) -> None:
        if not is_on:
            self._disabled.setdefault(code, (line, reason, directive))
        elif code in self._disabled:
            first, given, opened = self._disabled.pop(code)
            self._block(code, first, line, given, opened)
            self._ended.add((directive, code))

    def _block(self, code: str, first: int, last: int, reason: str, directive: int) -> None:
        self._found.append(Comment(first, frozenset({code}), first, last, True, reason, directive))

    def _selectors(self, match: re.Match[str], column: int) -> list[Selector]:
        """What stands in the brackets."""
        out: list[Selector] = []
        for part in _PART.finditer(match.string, *match.span("rules")) if match["rules"] else ():
            start, end = column + part.start(), column + part.end()
            try:
                out.append(Selector(part[0], start, end, self._catalogue.codes_of(part[0], "")))
            except ConfigError:
                problem = f"unknown rule `{part[0]}`{self._catalogue.meant(part[0])}"
                out.append(Selector(part[0], start, end, frozenset(), problem))
        return out

    def _statement_below(self, line: int) -> tuple[int, int]:
        """The first line under `line` that holds more than a comment; from decorators down to what they decorate."""
        below = self._lines_of_code(line)
        first, text = next(below, (line, ""))
        if not text.lstrip().startswith("@"):
            return first, first
        margin = len(text) - len(text.lstrip())
        for number, other in below:
            if other[:margin] == text[:margin] and _DEFINITION.match(other, margin):
                return first, number
        return first, first

    def _lines_of_code(self, line: int) -> Iterator[tuple[int, str]]:
        for number, text in enumerate(self._lines[line:], start=line + 1):
            if (code := text.strip()) and not code.startswith("#"):
                yield number, text
