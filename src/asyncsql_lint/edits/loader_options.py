"""Loader options put on a statement or on a `get()`, joined with those that are there."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.repair import AddLoaderOptions
from asyncsql_lint.edits import items
from asyncsql_lint.edits.bindings import Bindings
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.entities import entity
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.expressions import called_name, is_postfix_of
from asyncsql_lint.edits.imports import add_imports
from asyncsql_lint.edits.names import Names
from asyncsql_lint.edits.option_writer import Chain, OptionWriter
from asyncsql_lint.edits.spelling import Speller

_NO_LOADING = frozenset({"delete", "insert", "text", "update"})


def add_loader_options(
    document: Document, bindings: Bindings, names: Names, repair: AddLoaderOptions, node: cst.CSTNode
) -> list[TextEdit]:
    """Options for `repair.chains` at the call `node`, and the imports that they need."""
    if not isinstance(node, cst.Call) or called_name(node) in _NO_LOADING:
        raise Unwritable("there is no query here that takes loader options")
    chains = _longest(repair.chains)
    speller = Speller(document, bindings, names, node)
    writer = OptionWriter(document, speller, {chain[0].owner: entity(speller, node, chain[0]) for chain in chains})
    edits = _at_get(writer, node, chains) if repair.is_get else _at_statement(writer, node, chains)
    if not edits:
        raise Unwritable("the options are there already")
    return edits + add_imports(document, speller.wanted, node)


def _longest(chains: Sequence[Chain]) -> list[Chain]:
    """The chains without those that another one begins with."""
    keys = {tuple(step.attribute for step in chain): chain for chain in chains if chain}
    if not keys:
        raise Unwritable("there is nothing to load")
    return [
        chain
        for key, chain in sorted(keys.items())
        if not any(other[: len(key)] == key and len(other) > len(key) for other in keys)
    ]


# -- where the options go


def _at_statement(writer: OptionWriter, call: cst.Call, chains: Sequence[Chain]) -> list[TextEdit]:
    """`.options(...)` after the call that makes the statement, or more arguments for the one that is there."""
    document = writer.document
    calls, next_link = _options_calls(document, call)
    present = [arg.value for found in calls for arg in found.args if not arg.star and arg.keyword is None]
    fresh = writer.place(chains, present)
    if not fresh:
        return writer.edits()
    if calls:
        return writer.edits() + items.append(document, items.arguments(document, calls[-1]), fresh)
    content = f".options({', '.join(fresh)})"
    if next_link is None:
        return [*writer.edits(), document.insert(document.end(call), content)]
    return [*writer.edits(), document.link(next_link, content)]


def _options_calls(document: Document, call: cst.Call) -> tuple[list[cst.Call], cst.Attribute | None]:
    """The calls of `.options()` in the chain that begins with `call`, and the chain's first dot after `call`."""
    found: list[cst.Call] = []
    first: cst.Attribute | None = None
    top: cst.CSTNode = call
    around = document.parent(top)
    while around is not None and is_postfix_of(around, top):
        if isinstance(around, cst.Attribute) and first is None:
            first = around
        if isinstance(around, cst.Call) and called_name(around) == "options":
            found.append(around)
        top, around = around, document.parent(around)
    return found, first


def _at_get(writer: OptionWriter, call: cst.Call, chains: Sequence[Chain]) -> list[TextEdit]:
    """`options=[...]` of a `get()`, added or extended."""
    document = writer.document
    keyword = next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == "options"), None)
    if keyword is None:
        if any(arg.star == "**" for arg in call.args):
            raise Unwritable("the options may be among the other keywords")
        text = f"options=[{', '.join(writer.place(chains, []))}]"
        return writer.edits() + items.append(document, items.arguments(document, call), [text])
    value = keyword.value
    start, end = document.outer_start(value), document.outer_end(value)
    if _is_nothing(value):
        return [*writer.edits(), document.replace(start, end, f"[{', '.join(writer.place(chains, []))}]")]
    if not isinstance(value, (cst.List, cst.Tuple)):
        text = "".join(f", {option}" for option in writer.place(chains, []))
        return [*writer.edits(), document.insert(start, "[*"), document.insert(end, f"{text}]")]
    fresh = writer.place(chains, [element.value for element in value.elements if isinstance(element, cst.Element)])
    if not fresh:
        return writer.edits()
    return writer.edits() + items.append(document, items.Items(value.elements, end - 1), fresh)


def _is_nothing(value: cst.BaseExpression) -> bool:
    """`None`, `[]` or `()`: there is nothing to keep."""
    if isinstance(value, cst.Name):
        return value.value == "None"
    return isinstance(value, (cst.List, cst.Tuple)) and not value.elements
