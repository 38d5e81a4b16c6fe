"""Going through the records of a module."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.syntax import facts as f

_LEAVES = frozenset(
    {"int", "str", "bool", "str | None", "str | int | float | bool | None", "frozenset[str]", "tuple[str, ...]"}
)
"""Types of fields that hold no record."""


def inside(root: object) -> Iterator[f.Node]:
    """Every record in `root`, itself included, in no particular order; nested functions and classes, too."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        fields = _FIELDS.get(type(node))
        if fields is not None:
            yield node  # type: ignore[misc] # only records have fields
            stack += [getattr(node, name) for name in fields]
        elif type(node) is tuple:
            stack += node


def _records(kind: type[f.Node]) -> Iterator[type[f.Node]]:
    for record in kind.__subclasses__():
        yield record
        yield from _records(record)


_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(name for name, of in kind.__annotations__.items() if of not in _LEAVES) for kind in _records(f.Node)
}
"""The fields of each kind of record that may hold others."""


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
