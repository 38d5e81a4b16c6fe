"""Positions, found only for the files in which something is reported.

LibCST knows no positions until the whole module is printed again, which costs two and a half times its parse.
So a file is parsed once more when a finding or its trace lies in it, lowered in the same order, and the numbers
are turned into spans.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from asyncsql_lint.diagnostics.position import Position, Span
from asyncsql_lint.syntax.lower import lower
from asyncsql_lint.syntax.parse import parse


@dataclass(frozen=True, slots=True)
class Located:
    """A file whose nodes can be asked for their place: `nodes[n]` is the tree's node number n."""

    path: str
    module: cst.Module
    nodes: list[cst.CSTNode]
    ranges: dict[cst.CSTNode, CodeRange]
    lines: list[str]
    _statements: list[tuple[cst.CSTNode, CodeRange]] = field(default_factory=list)

    def whole(self, node: int) -> Span:
        """The full span of a node, which may have several lines."""
        found = self.ranges[self.nodes[node]]
        return Span(
            self.path, Position(found.start.line, found.start.column), Position(found.end.line, found.end.column)
        )

    def span(self, node: int) -> Span:
        """The span to show for a node: one line of it, the one where a reader looks.

        An attribute or a method call that is spread over lines is shown at the attribute's name; anything else
        is cut at the end of its first line.
        """
        span = self.whole(node)
        if span.start.line == span.end.line:
            return span
        tree = self.nodes[node]
        callee = tree.func if isinstance(tree, cst.Call) else tree
        if isinstance(callee, cst.Attribute):
            name = self.ranges[callee.attr]
            if name.start.line != span.start.line:
                start = Position(name.start.line, name.start.column)
                return Span(self.path, start, Position(name.end.line, name.end.column))
        line = self.lines[span.start.line - 1] if span.start.line <= len(self.lines) else ""
        return Span(self.path, span.start, Position(span.start.line, max(len(line.rstrip()), span.start.column + 1)))

    def statement_row(self, node: int) -> int:
        """The line on which the simple statement around a node begins, or the head of the compound one."""
        span = self.whole(node)
        statements = self.statements
        after = bisect_right(statements, (span.start.line, span.start.column), key=_begin)
        # The innermost statement around the node is the last one that begins before it and does not end before it.
        for number in range(after - 1, -1, -1):
            statement, code = statements[number]
            if span.end.line <= statement_end(statement, code, self.ranges):
                return code.start.line
        return span.start.line

    @property
    def statements(self) -> list[tuple[cst.CSTNode, CodeRange]]:
        """The statements among the numbered nodes, in the order of the file."""
        if not self._statements:
            kinds = (cst.BaseSmallStatement, cst.BaseCompoundStatement)
            found = [(n, self.ranges[n]) for n in self.nodes if isinstance(n, kinds)]
            self._statements.extend(sorted(found, key=_begin))
        return self._statements


def _begin(statement: tuple[cst.CSTNode, CodeRange]) -> tuple[int, int]:
    return statement[1].start.line, statement[1].start.column


def statement_end(statement: cst.CSTNode, code: CodeRange, ranges: dict[cst.CSTNode, CodeRange]) -> int:
    """The last line of a simple statement, or of a compound one's head."""
    body = getattr(statement, "body", None)
    if isinstance(statement, cst.BaseCompoundStatement) and isinstance(body, cst.CSTNode) and body in ranges:
        return max(ranges[body].start.line - 1, code.start.line)
    return code.end.line


def locate(path: str, text: str) -> Located | None:
    """Parse `text` again and number its nodes; None when it does not parse."""
    module = parse(text)
    if not isinstance(module, cst.Module):
        return None
    nodes: list[cst.CSTNode] = []
    lower(module, nodes)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    ranges = wrapper.resolve(PositionProvider)
    return Located(path, module, nodes, dict(ranges), re.split(r"\r\n?|\n", text))
