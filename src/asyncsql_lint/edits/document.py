"""A located file as text with offsets, and its tree with parents."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.position import Position, Span
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.lines import Lines, from_last_line_end, has_line_end
from asyncsql_lint.syntax.locate import Located


class Document:
    """One file, to look around in and to write edits for. Places are offsets into `text`."""

    __slots__ = ("_parents", "_ranges", "lines", "module", "newline", "path", "text")

    def __init__(self, located: Located) -> None:
        self.path = located.path
        self.module = located.module
        self.text = located.module.code
        self.newline = located.module.default_newline
        self.lines = Lines(self.text)
        self._ranges = located.ranges
        self._parents = dict(_links(located.module))

    # -- the tree

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around `node`, None for the module."""
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around `node`, from the inside out."""
        around = self._parents.get(node)
        while around is not None:
            yield around
            around = self._parents.get(around)

    def nodes(self) -> Iterator[cst.CSTNode]:
        """Every node of the file but the module itself, each after the nodes around it."""
        return iter(self._parents)

    # -- the text

    def start(self, node: cst.CSTNode) -> int:
        """Where `node` begins, inside its own parentheses."""
        found = self._ranges[node].start
        return self.lines.offset(Position(found.line, found.column))

    def end(self, node: cst.CSTNode) -> int:
        """Where `node` ends, inside its own parentheses."""
        found = self._ranges[node].end
        return self.lines.offset(Position(found.line, found.column))

    def outer_start(self, node: cst.BaseExpression) -> int:
        """Where `node` begins with its own parentheses."""
        return self.start(node.lpar[0]) if node.lpar else self.start(node)

    def outer_end(self, node: cst.BaseExpression) -> int:
        """Where `node` ends with its own parentheses."""
        return self.end(node.rpar[-1]) if node.rpar else self.end(node)

    def code(self, node: cst.BaseExpression) -> str:
        """The text of an expression with its own parentheses."""
        return self.text[self.outer_start(node) : self.outer_end(node)]

    def own_line(self, offset: int) -> str | None:
        """The indentation before `offset` when nothing else stands before it on its line, else None."""
        lead = self.text[self.lines.start(offset) : offset]
        return lead if not lead.strip() else None

    # -- edits

    def replace(self, start: int, end: int, content: str) -> TextEdit:
        """The edit that puts `content` in the place of what is between two offsets."""
        return TextEdit(Span(self.path, self.lines.position(start), self.lines.position(end)), content)

    def insert(self, offset: int, content: str) -> TextEdit:
        """The edit that puts `content` at an offset."""
        return self.replace(offset, offset, content)

    def link(self, attribute: cst.Attribute, content: str) -> TextEdit:
        """Insert `content`, such as `.unique()`, into a chain of calls before `attribute`'s dot.

        Where the dot stands on a line of its own, so does what is inserted.
        """
        end, dot = self.outer_end(attribute.value), self.start(attribute.dot)
        gap = self.text[end:dot]
        if not has_line_end(gap):
            return self.insert(end, content)
        return self.insert(dot, content + (gap if "#" not in gap else from_last_line_end(gap)))

    def call_end(self, call: cst.Call) -> int:
        """Where the closing parenthesis of a call's arguments stands."""
        closing = self.end(call) - 1
        if self.text[closing : closing + 1] != ")":
            raise Unwritable("the positions do not fit the text")
        return closing


def _links(module: cst.Module) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """Every node with the node around it; without recursion, for trees may be deep."""
    todo: list[cst.CSTNode] = [module]
    while todo:
        around = todo.pop()
        for child in reversed(around.children):
            todo.append(child)
            yield child, around
