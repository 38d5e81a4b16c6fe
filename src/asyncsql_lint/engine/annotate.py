"""Suppression comments written for findings: on the line of each, joined with what stands there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import partial

from asyncsql_lint.diagnostics import Diagnostic, Position, Span, TextEdit
from asyncsql_lint.edits.patch import Patch
from asyncsql_lint.engine.comments import Layout, read_comments
from asyncsql_lint.engine.select import Catalogue
from asyncsql_lint.engine.suppressions import Directive, Wording
from asyncsql_lint.rule import SYNTAX_ERROR
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.parse import parse
from asyncsql_lint.syntax.stack import on_deep_stack


def annotated(file: SourceFile, findings: Iterable[Diagnostic], wording: Wording, catalogue: Catalogue) -> str:
    """The text of `file` with a comment about each of its `findings` where it counts.

    A file that does not parse stays as it is: no comment takes that back.
    """
    layout = Layout(file.text)
    wanted: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.code != SYNTAX_ERROR:
            wanted[layout.room(finding.span.start.line)].add(finding.code)
    there: dict[int, Directive] = {}
    for directive in read_comments(file.text, catalogue).directives:
        if wording.joins(directive):
            there.setdefault(directive.line, directive)
    edits: list[TextEdit] = []
    for line, codes in sorted(wanted.items()):
        text = layout.lines[line - 1]
        if line in there:
            edits += _joined(file.path, text, there[line], codes, wording.reason)
        else:
            edits.append(_fresh(file.path, text, line, wording.fresh(sorted(codes))))
    changed = Patch(file.text, edits).text
    return file.text if isinstance(on_deep_stack(partial(parse, changed)), ParseFailure) else changed


def _joined(path: str, text: str, directive: Directive, codes: Collection[str], reason: str) -> Iterator[TextEdit]:
    """More codes behind those of `directive`; a reason goes to the end of its part of the comment."""
    missing = sorted(set(codes).difference(selector.text.upper() for selector in directive.selectors))
    place = Position(directive.line, directive.selectors[-1].end)
    yield TextEdit(Span(path, place, place), "".join(f", {code}" for code in missing))
    if reason and reason not in directive.reason:
        following = text.find("#", directive.start + 1)
        place = Position(directive.line, len(text[: following if following > 0 else len(text)].rstrip()))
        yield TextEdit(Span(path, place, place), f"; {reason}" if directive.reason else f" -- {reason}")


def _fresh(path: str, text: str, line: int, comment: str) -> TextEdit:
    """A comment at the end of a line, behind a comment that is there."""
    code = len(text.rstrip(" \t\f"))
    return TextEdit(Span(path, Position(line, code), Position(line, len(text))), f"  {comment}" if code else comment)
