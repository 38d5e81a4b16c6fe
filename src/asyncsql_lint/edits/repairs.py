"""From what to change to the edits of text that change it."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.diagnostics.repair import (
    AddKeyword,
    AddUnique,
    InsertAwait,
    MakeAsync,
    MakeSync,
    RemoveAwait,
    Repair,
)
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.edits.awaiting import insert_await, make_async, make_sync, remove_await
from asyncsql_lint.edits.bindings import Bindings
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.errors import Unwritable
from asyncsql_lint.edits.keywords import add_keyword
from asyncsql_lint.edits.loader_options import add_loader_options
from asyncsql_lint.edits.names import Names
from asyncsql_lint.edits.patch import joined
from asyncsql_lint.edits.uniqueness import add_unique
from asyncsql_lint.syntax.locate import Located


class Editor:
    """Writes repairs as edits; what it has learnt about a file it keeps for the next repair there.

    `located` gives a file by its path, None when it cannot be parsed. Call it on the deep stack, as all that
    goes through a tree.
    """

    __slots__ = ("_bindings", "_documents", "_located", "_names")

    def __init__(self, located: Callable[[str], Located | None], names: Names) -> None:
        self._located = located
        self._names = names
        self._documents: dict[str, Document | None] = {}
        self._bindings: dict[str, Bindings] = {}

    def edits_for(self, repair: Repair, times: int = 1) -> tuple[TextEdit, ...] | None:
        """The edits that carry out `repair`, in the order of the file; None when it cannot be written there.

        `times` is how many places ask for it: each item of a `with` asks for the whole.
        """
        site = _site(repair)
        document = self._document(site.path)
        node = self._node(site)
        if document is None or node is None:
            return None
        try:
            edits = self._write(repair, document, node, times)
        except Unwritable:
            return None
        return joined(edits)

    def _document(self, path: str) -> Document | None:
        if path not in self._documents:
            located = self._located(path)
            self._documents[path] = Document(located) if located is not None else None
        return self._documents[path]

    def _node(self, site: Site) -> cst.CSTNode | None:
        located = self._located(site.path)
        if located is None or not 0 <= site.node < len(located.nodes):
            return None
        return located.nodes[site.node]

    def _write(self, repair: Repair, document: Document, node: cst.CSTNode, times: int) -> list[TextEdit]:
        if isinstance(repair, InsertAwait):
            return insert_await(document, node)
        if isinstance(repair, RemoveAwait):
            return remove_await(document, node)
        if isinstance(repair, MakeAsync):
            return make_async(document, node, times)
        if isinstance(repair, MakeSync):
            return make_sync(document, node, times)
        if isinstance(repair, AddUnique):
            return add_unique(document, node, repair.is_call)
        if isinstance(repair, AddKeyword):
            return add_keyword(document, node, repair.name, repair.value)
        if document.path not in self._bindings:
            self._bindings[document.path] = Bindings(document)
        bindings = self._bindings[document.path]
        return add_loader_options(document, bindings, self._names, repair, node)


def _site(repair: Repair) -> Site:
    """The place that a repair is about."""
    if isinstance(repair, (InsertAwait, RemoveAwait)):
        return repair.expression
    if isinstance(repair, (MakeAsync, MakeSync)):
        return repair.statement
    if isinstance(repair, AddKeyword):
        return repair.call
    return repair.fetch if isinstance(repair, AddUnique) else repair.query
