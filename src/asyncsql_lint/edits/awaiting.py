"""`await` put in or taken out, `async` before `with` and `for`."""

from __future__ import annotations

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.expressions import called_name, chain_top, is_postfix_of, is_primary, is_target
from asyncsql_lint.edits.lines import has_line_end
from asyncsql_lint.edits.scopes import may_await

_GIVES_RESULT = frozenset({"execute", "exec", "scalars"})
"""Calls that are awaited and give a `Result`; nothing of a `Result` is awaited."""

_GIVES_STREAM = frozenset({"stream", "stream_scalars"})
"""Calls that are awaited and give an `AsyncResult`, whose fetches are awaited too."""

_RESULT_METHODS = frozenset(
    {
        *("all", "columns", "fetchall", "fetchmany", "fetchone", "first", "freeze", "keys", "mappings", "one"),
        *("one_or_none", "partitions", "scalar", "scalar_one", "scalar_one_or_none", "scalars", "tuples"),
        *("unique", "yield_per"),
    }
)
"""What is called on a `Result`, never awaited."""


def insert_await(document: Document, node: cst.CSTNode) -> list[TextEdit]:
    """`await` before an expression, in parentheses where something is read of what it gives."""
    if not isinstance(node, cst.BaseExpression) or isinstance(document.parent(node), cst.Await):
        raise Unwritable("there is nothing to await, or it is awaited already")
    if not may_await(document, node) or is_target(document, node):
        raise Unwritable("await is not allowed here")
    edits: list[TextEdit] = []
    top = chain_top(document, node)
    around = document.parent(top)
    if isinstance(around, cst.Await) and not _end_is_awaitable(node, top):
        edits += _without_await(document, around)
    if not is_primary(node):
        return edits + _await_whole(document, node, top)
    if node.lpar or not is_postfix_of(document.parent(node), node):
        return [*edits, document.insert(document.start(node), "await ")]
    start, end = document.start(node), document.end(node)
    return [*edits, document.insert(start, "(await "), document.insert(end, ")")]


def _await_whole(document: Document, node: cst.BaseExpression, top: cst.BaseExpression) -> list[TextEdit]:
    """`await` for what needs parentheses of its own, such as `a or b`."""
    start, end = document.outer_start(node), document.outer_end(node)
    if not node.lpar:
        return [document.insert(start, "await ("), document.insert(end, ")")]
    if top is node:
        return [document.insert(start, "await ")]
    return [document.insert(start, "(await "), document.insert(end, ")")]


def _end_is_awaitable(node: cst.BaseExpression, top: cst.BaseExpression) -> bool:
    """Whether the `await` before a chain may well be right once the call at the chain's begin is awaited too.

    `await session.execute(q).scalars()` has its one `await` at the wrong place; `await factory().execute(q)` lacks one.
    """
    first = called_name(node)
    if first in _GIVES_STREAM:
        return True
    if top is node or first in _GIVES_RESULT or called_name(top) in _RESULT_METHODS:
        return False
    if isinstance(top, cst.Call):
        return True
    return isinstance(top, cst.Attribute) and _last_read(top.value) == "awaitable_attrs"


def _last_read(node: cst.CSTNode) -> str:
    """The last name of an attribute or of a call."""
    return node.attr.value if isinstance(node, cst.Attribute) else called_name(node)


def remove_await(document: Document, node: cst.CSTNode) -> list[TextEdit]:
    """An await expression without its `await`."""
    if not isinstance(node, cst.Await):
        raise Unwritable("there is no await here")
    return _without_await(document, node)


def _without_await(document: Document, node: cst.Await) -> list[TextEdit]:
    start, value = document.start(node), document.outer_start(node.expression)
    gap = document.text[start:value]
    if "#" in gap:
        value = start + len("await")  # a comment after the word stays
    if not _needless_parentheses(document, node):
        return [document.replace(start, value, "")]
    opening, closing = node.lpar[-1], node.rpar[0]
    return [
        document.replace(document.start(opening), value, ""),
        document.replace(document.end(node), document.end(closing), ""),
    ]


def _needless_parentheses(document: Document, node: cst.Await) -> bool:
    """Whether the innermost parentheses around an await are there for the `await` alone."""
    if not node.lpar or not is_postfix_of(document.parent(node), node):
        return False
    if not is_primary(node.expression) and not node.expression.lpar:
        return False
    opening = document.start(node.lpar[-1])
    before = document.text[opening - 1 : opening]
    if before.isalnum() or before == "_":
        return False  # `return(await x).y` would become one word
    return not _broken_outside_brackets(document, node)


def _broken_outside_brackets(document: Document, node: cst.Await) -> bool:
    """Whether the parentheses around an await also hold a line break that nothing else would hold."""
    inner = node.expression
    gaps = [
        (document.start(node.lpar[-1]), document.outer_start(inner)),
        (document.outer_end(inner), document.end(node.rpar[0])),
    ]
    link: cst.BaseExpression = inner
    while isinstance(link, (cst.Attribute, cst.Call, cst.Subscript)) and not link.lpar:
        value = link.func if isinstance(link, cst.Call) else link.value
        if isinstance(link, cst.Attribute):
            gaps.append((document.outer_end(value), document.start(link.attr)))
        link = value
    return any(has_line_end(document.text[start:end]) for start, end in gaps)


def make_async(document: Document, node: cst.CSTNode, items: int = 1) -> list[TextEdit]:
    """`async` before a `with` all of whose items want it, a `for`, or the `for` of a comprehension.

    `items` is how many of the items are known to want it.
    """
    if not isinstance(node, (cst.With, cst.For, cst.CompFor)) or node.asynchronous is not None:
        raise Unwritable("there is no with or for here, or it is asynchronous already")
    if isinstance(node, cst.With) and len(node.items) > items:
        raise Unwritable("the other items may be synchronous")
    if not may_await(document, node):
        raise Unwritable("async is not allowed here")
    return [document.insert(_keyword(document, node), "async ")]


def make_sync(document: Document, node: cst.CSTNode, items: int = 1) -> list[TextEdit]:
    """A `with` all of whose items want it (`items` are known to), a `for`, or a comprehension, without its `async`."""
    if not isinstance(node, (cst.With, cst.For, cst.CompFor)) or node.asynchronous is None:
        raise Unwritable("there is no async with or async for here")
    if isinstance(node, cst.With) and len(node.items) > items:
        raise Unwritable("the other items may be asynchronous")
    start = document.start(node.asynchronous)
    return [document.replace(start, document.end(node.asynchronous.whitespace_after), "")]


def _keyword(document: Document, node: cst.With | cst.For | cst.CompFor) -> int:
    """Where `with` or `for` stands. LibCST counts the space before it to the `for` of a comprehension."""
    return document.end(node.whitespace_before) if isinstance(node, cst.CompFor) else document.start(node)
