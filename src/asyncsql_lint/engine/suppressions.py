"""Comments that take a finding back.

`# noqa` and `# noqa: ASL301` count on their line; so does `# asl: ignore[ASL301]`, which takes names too, and which on
a line of its own counts for the statement below it. `# asl: file-ignore[...]` counts for the file, and
`# asl: disable[...]` down to the `# asl: enable[...]` of the same rules, or to the end. Without brackets all rules are
meant, and after `--` a reason may be given. Codes of other tools in a `noqa` are theirs; in our own comments an unknown
rule is told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.engine.select import ABOUT_COMMENTS, Catalogue
from asyncsql_lint.errors import ConfigError
from asyncsql_lint.source.lines import ends_between, split_lines
from asyncsql_lint.source.literals import STRING_OR_COMMENT

_MENTIONED = re.compile(r"#[^\n]*(?:noqa|asl:)", re.IGNORECASE)
_NOQA = re.compile(r"#\s*noqa(?P<colon>\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?)?", re.IGNORECASE)
_ASL = re.compile(
    r"#\s*asl:\s*(?P<kind>ignore|file-ignore|disable|enable)\b(?:\s*\[(?P<rules>[^\]\n]*)\])?"
    r"(?:\s*--\s*(?P<reason>[^#\n]*))?"
)


_CODE = re.compile(r"[A-Z]+[0-9]+", re.IGNORECASE)
_PART = re.compile(r"[^\s,](?:[^,]*[^\s,])?")


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment on `line` takes back, for the reason given there (or an empty string)."""

    diagnostic: Diagnostic
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Selector:
    """A code or name as it is written in a comment, from column `start` to `end`, with the codes that it means.

    It means none when it is of another tool, or of nobody; `problem` says so where it should be ours.
    """

    text: str
    start: int
    end: int
    codes: frozenset[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Directive:
    """What one comment says: its `kind` is `noqa`, `ignore`, `file-ignore`, `disable` or `enable`.

    It stands on `line` from column `start` to `end`, in the comment that begins at column `comment`. Without
    `selectors` it means all rules.
    """

    kind: str
    line: int
    comment: int
    start: int
    end: int
    selectors: tuple[Selector, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """One suppression: `codes` is None for all rules. It counts on the lines from `first` to `last`.

    `is_block` tells that the reported place itself must lie there; else the first line of its statement may, too.
    `directive` is the place in `Comments.directives` of what said it.
    """

    line: int
    codes: frozenset[str] | None
    first: int
    last: int
    is_block: bool
    reason: str = ""
    directive: int = 0

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether this comment takes `diagnostic` back; one about comments only where it is named."""
        if diagnostic.code not in (self.codes or ()) and (self.codes is not None or diagnostic.code in ABOUT_COMMENTS):
            return False
        rows = {diagnostic.span.start.line}
        if not self.is_block:
            rows.update(diagnostic.noqa_rows)
        return any(self.first <= row <= self.last for row in rows)


@dataclass(frozen=True, slots=True)
class Comments:
    """The suppressions of one file, and what was written to make them, in the order of the text."""

    suppressions: tuple[Comment, ...] = ()
    directives: tuple[Directive, ...] = ()


def split(diagnostics: Iterable[Diagnostic], comments: Comments) -> tuple[list[Diagnostic], list[Suppressed]]:
    """`diagnostics` of one file: those that stay, and those that a comment takes back."""
    kept: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    for diagnostic in diagnostics:
        by = next((comment for comment in comments.suppressions if comment.covers(diagnostic)), None)
        if by is None:
            kept.append(diagnostic)
        else:
            suppressed.append(Suppressed(diagnostic, by.line, by.reason))
    return kept, suppressed


def used(diagnostics: Iterable[Diagnostic], comments: Comments) -> frozenset[tuple[int, str]]:
    """Which directives, by their place, take back findings of which codes; of several that do each counts."""
    return frozenset(
        (comment.directive, diagnostic.code)
        for diagnostic in diagnostics
        for comment in comments.suppressions
        if comment.covers(diagnostic)
    )


def read_comments(text: str, catalogue: Catalogue) -> Comments:
    """The suppression comments in `text`; strings that look like comments do not count."""
    if _MENTIONED.search(text) is None:
        return Comments()
    return _Reader(text, catalogue).read()


class _Reader:
    """The state of one `read_comments`."""

    def __init__(self, text: str, catalogue: Catalogue) -> None:
        self._text = text
        self._catalogue = catalogue
        self._lines = split_lines(text)
        self._found: list[Comment] = []
        self._directives: list[Directive] = []
        self._disabled: dict[str, tuple[int, str, int]] = {}

    def read(self) -> Comments:
        """Everything in the text."""
        for line, column, comment in _comments(self._text):
            if noqa := _NOQA.search(comment):
                self._noqa(noqa, line, column)
            for ours in _ASL.finditer(comment):
                self._ours(ours, line, column, is_alone=not self._lines[line - 1][:column].strip())
        for code, (first, reason, directive) in self._disabled.items():
            self._block(code, first, len(self._lines), reason, directive)
        return Comments(tuple(sorted(self._found, key=lambda c: c.line)), tuple(self._directives))

    def _noqa(self, noqa: re.Match[str], line: int, column: int) -> None:
        if (
            noqa["colon"] and not noqa["codes"]
        ):  # a text in place of codes names no rule; to take it for all would hide too much
            return
        written = frozenset(re.split(r"[\s,]+", noqa["codes"].upper())) if noqa["codes"] else None
        self._found.append(Comment(line, written, line, line, is_block=False, directive=len(self._directives)))
        selectors = [
            Selector(code[0], column + code.start(), column + code.end(), self._catalogue.codes & {code[0].upper()})
            for code in (_CODE.finditer(noqa.string, *noqa.span("codes")) if noqa["codes"] else ())
        ]
        self._write("noqa", line, column, noqa, selectors)

    def _ours(self, match: re.Match[str], line: int, column: int, is_alone: bool) -> None:
        selectors = self._selectors(match, column)
        codes = None if match["rules"] is None else frozenset[str]().union(*(one.codes for one in selectors))
        reason = (match["reason"] or "").strip()
        kind, directive = match["kind"], len(self._directives)
        self._write(kind, line, column, match, selectors)
        if kind == "ignore":
            target = self._statement_below(line) if is_alone else line
            self._found.append(Comment(line, codes, target, target, False, reason, directive))
        elif kind == "file-ignore":
            self._found.append(Comment(line, codes, 1, len(self._lines), True, reason, directive))
        else:
            for code in self._catalogue.codes - ABOUT_COMMENTS if codes is None else codes:
                self._switch(code, line, reason, directive, is_on=kind == "enable")

    def _write(self, kind: str, line: int, column: int, match: re.Match[str], selectors: list[Selector]) -> None:
        start, end = column + match.start(), column + len(match[0].rstrip()) + match.start()
        self._directives.append(Directive(kind, line, column, start, end, tuple(selectors)))

    def _switch(self, code: str, line: int, reason: str, directive: int, is_on: bool) -> None:
        if not is_on:
            self._disabled.setdefault(code, (line, reason, directive))
        elif code in self._disabled:
            first, given, opened = self._disabled.pop(code)
            self._block(code, first, line, given, opened)

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

    def _statement_below(self, line: int) -> int:
        """The first line under `line` that holds more than a comment."""
        for number, text in enumerate(self._lines[line:], start=line + 1):
            if (code := text.strip()) and not code.startswith("#"):
                return number
        return line


def _comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of each comment."""
    line, line_start, seen = 1, 0, 0
    for match in STRING_OR_COMMENT.finditer(text):
        for end in ends_between(text, seen, match.start()):
            line, line_start = line + 1, end
        seen = match.start()
        if match[0].startswith("#"):
            yield line, match.start() - line_start, match[0]


def by_file(diagnostics: Sequence[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """`diagnostics` by the path that they are reported in."""
    grouped: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in diagnostics:
        grouped[diagnostic.span.path].append(diagnostic)
    return grouped
