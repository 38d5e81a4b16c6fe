"""Comments that take a finding back: what they say, where they count, what they cover, and how they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from asyncsql_lint.diagnostics import Diagnostic
from asyncsql_lint.engine.select import ABOUT_COMMENTS


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

    It stands on `line` from column `start` to `end`, its reason included, in the comment that begins at column
    `comment`. Without `selectors` it means all rules.
    """

    kind: str
    line: int
    comment: int
    start: int
    end: int
    selectors: tuple[Selector, ...] = ()
    reason: str = ""


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
        rows = (diagnostic.span.start.line,) if self.is_block else _rows(diagnostic)
        return any(self.first <= row <= self.last for row in rows)


@dataclass(frozen=True, slots=True)
class Comments:
    """The suppressions of one file, and what was written to make them, in the order of the text.

    `ended` are the `enable` directives, by their place, that end the block of a code.
    """

    suppressions: tuple[Comment, ...] = ()
    directives: tuple[Directive, ...] = ()
    ended: frozenset[tuple[int, str]] = frozenset()


class CommentStyle(Enum):
    """Whose words a suppression is written in."""

    NOQA = "noqa"
    """`# noqa: ASL301`, which other linters read too."""
    IGNORE = "ignore"
    """`# asl: ignore[ASL301]`."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How suppressions are written: in which style, and with which reason (an empty one is none)."""

    style: CommentStyle
    reason: str = ""

    def fresh(self, codes: Iterable[str]) -> str:
        """A comment about `codes`."""
        names = ", ".join(codes)
        comment = f"# noqa: {names}" if self.style is CommentStyle.NOQA else f"# asl: ignore[{names}]"
        return f"{comment} -- {self.reason}" if self.reason else comment

    def joins(self, directive: Directive) -> bool:
        """Whether codes can go to those of `directive`: a comment of ours has one reason for all of its codes."""
        if directive.kind != self.style.value or not directive.selectors:
            return False
        return self.style is CommentStyle.NOQA or self.reason in ("", directive.reason)


def split(diagnostics: Iterable[Diagnostic], comments: Comments) -> tuple[list[Diagnostic], list[Suppressed]]:
    """`diagnostics` of one file: those that stay, and those that a comment takes back."""
    kept: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    known = _Covering(comments)
    for diagnostic in diagnostics:
        by = next(known.of(diagnostic), None)
        if by is None:
            kept.append(diagnostic)
        else:
            suppressed.append(Suppressed(diagnostic, by.line, by.reason))
    return kept, suppressed


def used(diagnostics: Iterable[Diagnostic], comments: Comments) -> frozenset[tuple[int, str]]:
    """Which directives, by their place, take back findings of which codes; of several that do each counts."""
    known = _Covering(comments)
    return frozenset(
        (comment.directive, diagnostic.code) for diagnostic in diagnostics for comment in known.of(diagnostic)
    )


class _Covering:
    """The comments of one file, to be found by the line of a finding."""

    def __init__(self, comments: Comments) -> None:
        self._blocks: list[tuple[int, Comment]] = []
        self._by_row: dict[int, list[tuple[int, Comment]]] = defaultdict(list)
        for number, comment in enumerate(comments.suppressions):
            if comment.is_block:
                self._blocks.append((number, comment))
                continue
            for row in range(comment.first, comment.last + 1):
                self._by_row[row].append((number, comment))

    def of(self, diagnostic: Diagnostic) -> Iterator[Comment]:
        """The comments that take `diagnostic` back, in the order of the file."""
        near = {number: comment for row in _rows(diagnostic) for number, comment in self._by_row.get(row, ())}
        for _, comment in sorted([*self._blocks, *near.items()], key=lambda pair: pair[0]):
            if comment.covers(diagnostic):
                yield comment


def _rows(diagnostic: Diagnostic) -> tuple[int, ...]:
    """The lines on which a comment about a finding counts."""
    return (diagnostic.span.start.line, *diagnostic.noqa_rows)


def by_file(diagnostics: Sequence[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """`diagnostics` by the path that they are reported in."""
    grouped: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in diagnostics:
        grouped[diagnostic.span.path].append(diagnostic)
    return grouped
