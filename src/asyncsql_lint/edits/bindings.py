"""What binds which name in a file, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.expressions import dotted
from asyncsql_lint.edits.scopes import Scope, scopes_of


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported name. `module` has its leading dots; `name` is None for `import module`.

    `bound` is what can be written in the file to mean it: `sqlalchemy.orm` after `import sqlalchemy.orm`.
    """

    module: str
    name: str | None
    bound: str
    typing_only: bool

    @property
    def target(self) -> str:
        """The dotted name of what is imported, as far as the import says it."""
        return self.module if self.name is None else f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class Binding:
    """A place that gives `name` a meaning in `scope`; `imported` when an import does."""

    name: str
    scope: Scope
    node: cst.CSTNode
    imported: Imported | None = None


class Bindings:
    """All bindings of a file."""

    __slots__ = ("_by_name", "_document")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._by_name: dict[str, list[Binding]] = defaultdict(list)
        for node in document.nodes():
            for binding in _bindings(document, node):
                self._by_name[binding.name].append(binding)

    def visible(self, name: str, at: cst.CSTNode) -> list[Binding]:
        """Every binding that `name` at the node `at` may refer to."""
        scopes = scopes_of(self._document, at)
        return [found for found in self._by_name.get(name, ()) if found.scope in scopes]

    def imports(self, at: cst.CSTNode) -> list[Binding]:
        """The imports whose name is in force at the node `at`, in the order of the file."""
        scopes = scopes_of(self._document, at)
        found = [b for some in self._by_name.values() for b in some if b.imported is not None and b.scope in scopes]
        return sorted((b for b in found if self.before(b, at)), key=lambda b: self._document.start(b.node))

    def before(self, binding: Binding, at: cst.CSTNode) -> bool:
        """Whether `binding` has happened when `at` runs: it stands before it, or outside of its function."""
        for scope in scopes_of(self._document, at):
            if scope is binding.scope:
                break
            if isinstance(scope, (cst.FunctionDef, cst.Lambda)):
                return True
        return self._document.start(binding.node) < self._document.start(at)


def _bindings(document: Document, node: cst.CSTNode) -> Iterator[Binding]:
    if isinstance(node, (cst.Import, cst.ImportFrom)):
        yield from _imports(document, node)
        return
    for target in _targets(node):
        yield Binding(target, _scope(document, node), node)


def _scope(document: Document, node: cst.CSTNode) -> Scope:
    """The scope that what `node` binds belongs to; a walrus binds outside of its comprehension."""
    if isinstance(node, cst.CompFor):
        return next(a for a in document.ancestors(node) if isinstance(a, cst.BaseComp))
    if isinstance(node, cst.Param):
        return next(a for a in document.ancestors(node) if isinstance(a, (cst.FunctionDef, cst.Lambda)))
    return next(scope for scope in scopes_of(document, node) if not isinstance(scope, cst.BaseComp))


def _targets(node: cst.CSTNode) -> Iterator[str]:
    """The names that one node binds."""
    if isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Param, cst.TypeAlias)):
        yield node.name.value
    elif isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)):
        yield from _names(node.target)
    elif isinstance(node, (cst.WithItem, cst.ExceptHandler, cst.ExceptStarHandler)):
        if node.asname if isinstance(node, cst.WithItem) else node.name:
            yield from _names(_as_name(node))
    elif isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
        yield node.name.value
    elif isinstance(node, cst.MatchMapping) and node.rest is not None:
        yield node.rest.value


def _as_name(node: cst.WithItem | cst.ExceptHandler | cst.ExceptStarHandler) -> cst.CSTNode | None:
    found = node.asname if isinstance(node, cst.WithItem) else node.name
    return found.name if found is not None else None


def _names(target: cst.CSTNode | None) -> Iterator[str]:
    """The plain names in the target of an assignment."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _names(element.value)


def _imports(document: Document, node: cst.Import | cst.ImportFrom) -> Iterator[Binding]:
    scope = _scope(document, node)
    typing_only = _is_typing_only(document, node)
    if isinstance(node, cst.Import):
        for alias in node.names:
            module = dotted(alias.name)
            bound = alias.evaluated_alias or module
            yield Binding(bound.split(".")[0], scope, alias, Imported(module, None, bound, typing_only))
        return
    if isinstance(node.names, cst.ImportStar):
        return
    module = written_module(node)
    for alias in node.names:
        name = dotted(alias.name)
        bound = alias.evaluated_alias or name
        yield Binding(bound, scope, alias, Imported(module, name, bound, typing_only))


def written_module(node: cst.ImportFrom) -> str:
    """The module of a `from` import as it is written, with its dots."""
    return "." * len(node.relative) + dotted(node.module)


def _is_typing_only(document: Document, node: cst.CSTNode) -> bool:
    """Whether an import stands in the body of `if TYPE_CHECKING:`."""
    child = node
    for around in document.ancestors(node):
        if isinstance(around, cst.If) and child is around.body and dotted(around.test).endswith("TYPE_CHECKING"):
            return True
        child = around
    return False
