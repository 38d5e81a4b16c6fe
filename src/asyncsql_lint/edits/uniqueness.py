"""`.unique()` on a result."""

from __future__ import annotations

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.expressions import is_primary

_UNIQUE = ".unique()"


def add_unique(document: Document, node: cst.CSTNode, is_call: bool) -> list[TextEdit]:
    """`.unique()` before the fetch method that `node` calls, or after `node` itself when it is iterated."""
    if is_call:
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            raise Unwritable("the fetch is not a method call")
        return [document.link(node.func, _UNIQUE)]
    if not isinstance(node, cst.BaseExpression):
        raise Unwritable("there is no result here")
    if node.lpar or is_primary(node):
        return [document.insert(document.outer_end(node), _UNIQUE)]
    return [document.insert(document.start(node), "("), document.insert(document.end(node), ")" + _UNIQUE)]
