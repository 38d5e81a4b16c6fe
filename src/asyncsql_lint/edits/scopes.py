"""Which function an expression runs in, and whether it may await there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, cast

import libcst as cst

from asyncsql_lint.edits.document import Document

Scope: TypeAlias = cst.Module | cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.BaseComp
_DISPLAYS = (cst.ListComp, cst.SetComp, cst.DictComp)


def scopes_of(document: Document, node: cst.CSTNode) -> list[Scope]:
    """The scopes in which a name at `node` is looked up, innermost first, the module last.

    A class counts only for what stands directly in its body, as in Python.
    """
    around = list(_around(document, node))
    return around[:1] + [scope for scope in around[1:] if not isinstance(scope, cst.ClassDef)]


def _around(document: Document, node: cst.CSTNode) -> Iterator[Scope]:
    """Every scope that `node` runs in, innermost first."""
    child: cst.CSTNode = node
    grandchild: cst.CSTNode | None = None
    for around in document.ancestors(node):
        if _opens_scope(around, child, grandchild):
            yield cast("Scope", around)
        child, grandchild = around, child


def _opens_scope(around: cst.CSTNode, child: cst.CSTNode, grandchild: cst.CSTNode | None) -> bool:
    """Whether `child` runs in the scope that `around` opens, and not in the one outside of it."""
    if isinstance(around, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
        return child is around.body
    if isinstance(around, cst.BaseComp):
        # The first iterable of a comprehension runs outside of it.
        return not (isinstance(child, cst.CompFor) and grandchild is child.iter)
    return isinstance(around, cst.Module)


def may_await(document: Document, node: cst.CSTNode) -> bool:
    """Whether `await` (or `async for`) may be written at `node`, on every supported Python."""
    if any(isinstance(around, (cst.Annotation, cst.TypeAlias)) for around in document.ancestors(node)):
        return False
    for depth, scope in enumerate(_around(document, node)):
        if isinstance(scope, cst.FunctionDef):
            return scope.asynchronous is not None
        if not isinstance(scope, _DISPLAYS):
            # A generator expression would become an async one; a lambda, a class body and a module cannot await.
            return False
        if depth:
            return False  # Python 3.10 has no asynchronous comprehension inside of another one
    return False
