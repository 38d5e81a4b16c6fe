"""Imports added at the top of a file, in the file's own style."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping

import libcst as cst

from asyncsql_lint.diagnostics.edit import TextEdit
from asyncsql_lint.edits.bindings import written_module
from asyncsql_lint.edits.document import Document
from asyncsql_lint.edits.expressions import dotted
from asyncsql_lint.edits.items import Items, insert


def add_imports(document: Document, wanted: Mapping[str, Collection[str]], at: cst.CSTNode) -> list[TextEdit]:
    """Import the names in `wanted`, which maps modules as they are to be written to names.

    An import of the same module is extended where it stands at the top level before `at`; otherwise a line is added.
    """
    lines = list(_import_lines(document, at))
    edits: list[TextEdit] = []
    added: dict[int, list[str]] = defaultdict(list)
    for module, names in sorted(wanted.items()):
        statement = _to_extend(lines, module)
        if statement is not None:
            edits += _extend(document, statement, names)
            continue
        place = _place(document, lines, module)
        added[place].append(f"from {module} import {', '.join(_sorted_names(names))}")
    return edits + [_new_lines(document, place, texts) for place, texts in added.items()]


def _import_lines(document: Document, at: cst.CSTNode) -> Iterator[cst.SimpleStatementLine]:
    """The lines of imports at the top level, before the first function or class and before `at`."""
    limit = document.start(at)
    for statement in document.module.body:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) or document.start(statement) >= limit:
            return
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        if all(isinstance(small, (cst.Import, cst.ImportFrom)) for small in statement.body):
            yield statement


def _modules(line: cst.SimpleStatementLine) -> Iterator[str]:
    """The modules that a line of imports names."""
    for small in line.body:
        if isinstance(small, cst.ImportFrom):
            yield written_module(small)
        elif isinstance(small, cst.Import):
            yield from (dotted(alias.name) for alias in small.names)


# -- extending


def _to_extend(lines: list[cst.SimpleStatementLine], module: str) -> cst.ImportFrom | None:
    for line in lines:
        for small in line.body:
            if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar):
                continue
            if written_module(small) == module:
                return small
    return None


def _by_type(name: str) -> tuple[int, str]:
    """As isort and ruff sort: constants, then classes, then the rest."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)


_ORDERS: tuple[Callable[[str], tuple[int, str]], ...] = (
    _by_type,
    lambda name: (0, name.casefold()),
    lambda name: (0, name),
)


def _sorted_names(names: Collection[str]) -> list[str]:
    return sorted(names, key=_by_type)


def _extend(document: Document, statement: cst.ImportFrom, names: Collection[str]) -> list[TextEdit]:
    """Add `names` to a `from` import: where they belong if its names are sorted, else at the end."""
    aliases = statement.names
    if isinstance(aliases, cst.ImportStar):
        raise TypeError("`_to_extend` passes over these")
    items = Items(aliases, document.start(statement.rpar) if statement.rpar is not None else None)
    present = [dotted(alias.name) for alias in aliases]
    order = next((o for o in _ORDERS if present == sorted(present, key=o)), None)
    by_index: dict[int, list[str]] = defaultdict(list)
    for name in _sorted_names(names):
        index = len(present) if order is None else bisect([order(other) for other in present], order(name))
        by_index[index].append(name)
    return [edit for index, some in sorted(by_index.items()) for edit in insert(document, items, index, some)]


# -- new lines


def _place(document: Document, lines: list[cst.SimpleStatementLine], module: str) -> int:
    """Where the line for `module` goes: with the imports of its package, else after the last import."""
    root = module.partition(".")[0]
    kin = [line for line in lines if any(m.partition(".")[0] == root for m in _modules(line))]
    if kin:
        earlier = [line for line in kin if min(_modules(line)) <= module]
        return document.lines.next(document.end((earlier or kin)[-1]) - 1)
    if root == "sqlalchemy":
        # By the alphabet it comes before `sqlmodel`, which imports it.
        sqlmodel = next((line for line in lines if "sqlmodel" in _modules(line)), None)
        if sqlmodel is not None:
            return document.start(sqlmodel)
    if lines:
        return document.lines.next(document.end(lines[-1]) - 1)
    return _top(document)


def _top(document: Document) -> int:
    """Where the first import of a file goes: after the docstring, else before the first statement."""
    body = document.module.body
    if not body:
        return len(document.text)
    if document.module.get_docstring() is not None:
        return document.lines.next(document.end(body[0]) - 1)
    return document.lines.start(document.start(body[0]))


def _new_lines(document: Document, place: int, texts: list[str]) -> TextEdit:
    newline = document.newline
    content = "".join(text + newline for text in texts)
    before = document.text[:place]
    if before and not before.endswith(("\n", "\r")):
        content = newline + content.removesuffix(newline)
    if _follows_alone(document, place):
        content = newline + content
    return document.insert(place, content)


def _follows_alone(document: Document, place: int) -> bool:
    """Whether what stands before `place` wants a blank line after it: a docstring, or `from __future__`."""
    body = document.module.body
    previous = next((s for s in reversed(body) if document.start(s) < place), None)
    if not isinstance(previous, cst.SimpleStatementLine):
        return False
    if isinstance(previous.body[0], cst.Expr):
        return True
    return "__future__" in _modules(previous)
