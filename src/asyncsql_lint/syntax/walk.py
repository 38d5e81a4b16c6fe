"""Going through the records of a module."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.syntax import facts as f


def inside(root: object) -> Iterator[f.Node]:
    """Every record in `root`, itself included, in no particular order; nested functions and classes, too."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, f.Node):
            yield node
            stack += [getattr(node, name) for name in node.__struct_fields__]
        elif isinstance(node, tuple):
            stack += node


def blocks(statement: f.Stmt) -> tuple[tuple[f.Stmt, ...], ...]:
    """The blocks within a statement that belong to the same scope."""
    match statement:
        case f.If() | f.While() | f.For():
            return (statement.body, statement.orelse)
        case f.With():
            return (statement.body,)
        case f.Try():
            return (statement.body, *(h.body for h in statement.handlers), statement.orelse, statement.final)
        case f.Match():
            return tuple(case.body for case in statement.cases)
        case _:
            return ()
