"""Small questions about expressions: what binds them, what they are called, what stands around them."""

from __future__ import annotations

import libcst as cst

from asyncsql_lint.edits.document import Document

_NOT_PRIMARY = (
    cst.Await,
    cst.BinaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.IfExp,
    cst.Lambda,
    cst.NamedExpr,
    cst.UnaryOperation,
    cst.Yield,
)


def is_primary(node: cst.BaseExpression) -> bool:
    """Whether `.x`, `()` and `await` apply to the whole of `node` when it is written without parentheses."""
    return not isinstance(node, _NOT_PRIMARY)


def is_postfix_of(around: cst.CSTNode | None, node: cst.CSTNode) -> bool:
    """Whether `around` is `node.x`, `node(...)` or `node[...]`."""
    if isinstance(around, cst.Call):
        return around.func is node
    return isinstance(around, (cst.Attribute, cst.Subscript)) and around.value is node


def chain_top(document: Document, node: cst.BaseExpression) -> cst.BaseExpression:
    """The longest chain of attributes, calls and subscripts that begins with `node`."""
    top = node
    around = document.parent(top)
    while isinstance(around, (cst.Call, cst.Attribute, cst.Subscript)) and is_postfix_of(around, top):
        top = around
        around = document.parent(top)
    return top


_DISPLAYS = (cst.Tuple, cst.List, cst.Element, cst.StarredElement)
_ASSIGNING = (cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr, cst.Del)


def is_target(document: Document, node: cst.BaseExpression) -> bool:
    """Whether `node` itself is assigned to or deleted, alone or among others."""
    inner: cst.CSTNode = node
    around = document.parent(inner)
    while isinstance(around, _DISPLAYS):
        inner, around = around, document.parent(around)
    if isinstance(around, _ASSIGNING):
        return around.target is inner
    return isinstance(around, (cst.AssignTarget, cst.AsName))


def dotted(node: cst.CSTNode | None) -> str:
    """`a.b.c` of names and attributes, an empty string for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if not isinstance(node, cst.Attribute):
        return ""
    left = dotted(node.value)
    return f"{left}.{node.attr.value}" if left else ""


def last_name(node: cst.CSTNode) -> str:
    """The name after the last dot: `execute` of `self.session.execute`, whatever stands before it."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def called_name(node: cst.CSTNode) -> str:
    """The name of what is called: `scalars` of `(await session.execute(q)).scalars()`."""
    return last_name(node.func) if isinstance(node, cst.Call) else ""
