"""A keyword argument of a call."""

from __future__ import annotations

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.edits import items
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.errors import Unwritable


def add_keyword(document: Document, node: cst.CSTNode, name: str, value: str) -> list[TextEdit]:
    """`name=value` among the arguments of the call `node`, which does not have it yet."""
    if not isinstance(node, cst.Call):
        raise Unwritable("there is no call here")
    for argument in node.args:
        if argument.star == "**" or (argument.keyword is not None and argument.keyword.value == name):
            raise Unwritable("the argument is there, or may be")
    return items.append(document, items.arguments(document, node), [f"{name}={value}"])
