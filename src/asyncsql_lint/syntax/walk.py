"""Going through the records of a module."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.syntax.facts import Node


def inside(root: object) -> Iterator[Node]:
    """Every record in `root`, itself included, in no particular order; nested functions and classes, too."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Node):
            yield node
            stack += [getattr(node, name) for name in node.__struct_fields__]
        elif isinstance(node, tuple):
            stack += node
