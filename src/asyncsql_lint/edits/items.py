"""Items added to what is separated by commas: arguments, list displays, imported names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.errors import Unwritable


@dataclass(frozen=True, slots=True)
class Items:
    """Nodes with a comma each; `closing` is where the bracket after them stands, None without brackets."""

    nodes: Sequence[cst.Arg | cst.BaseElement | cst.ImportAlias]
    closing: int | None


def arguments(document: Document, call: cst.Call) -> Items:
    """The arguments of a call, to add to."""
    only = call.args[0].value if len(call.args) == 1 else None
    if isinstance(only, cst.GeneratorExp) and not only.lpar:
        raise Unwritable("a lone generator expression would need parentheses")
    return Items(call.args, document.call_end(call))


def append(document: Document, items: Items, texts: Sequence[str]) -> list[TextEdit]:
    """Add `texts` after the last item, in the layout of the items that are there."""
    if not items.nodes:
        if items.closing is None:
            raise Unwritable("there is no place to add to")
        return [document.insert(items.closing, ", ".join(texts))]
    last = items.nodes[-1]
    comma = last.comma if isinstance(last.comma, cst.Comma) else None
    indent = document.own_line(document.start(last)) if items.closing is not None else None
    if indent is not None:
        return _append_lines(document, last, comma, document.newline + indent, texts)
    if comma is None:
        return [document.insert(document.end(last), "".join(f", {text}" for text in texts))]
    return [document.insert(document.end(comma), "".join(f" {text}," for text in texts))]


def _append_lines(
    document: Document, last: cst.CSTNode, comma: cst.Comma | None, separator: str, texts: Sequence[str]
) -> list[TextEdit]:
    """One line for each of `texts`, after the comment that may stand behind the last item."""
    after = document.end(comma if comma is not None else last)
    line_end = document.lines.end(after)
    place = line_end if document.text[after:line_end].lstrip().startswith("#") else after
    if comma is not None:
        return [document.insert(place, "".join(f"{separator}{text}," for text in texts))]
    added = separator + f",{separator}".join(texts)
    if place == after:
        return [document.insert(after, "," + added)]
    return [document.insert(after, ","), document.insert(place, added)]


def insert(document: Document, items: Items, index: int, texts: Sequence[str]) -> list[TextEdit]:
    """Add `texts` before the item number `index`, or at the end."""
    if index >= len(items.nodes):
        return append(document, items, texts)
    place = document.start(items.nodes[index])
    indent = document.own_line(place) if items.closing is not None else None
    separator = "," + (" " if indent is None else document.newline + indent)
    return [document.insert(place, "".join(text + separator for text in texts))]
