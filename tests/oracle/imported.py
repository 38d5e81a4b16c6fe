"""Programs as modules that are not on the disk, in which every statement tells that it is gone through."""

from __future__ import annotations

import ast
import contextlib
import os
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import sqlalchemy as sa
from sqlalchemy.orm import registry

from tests.oracle import world
from tests.oracle.watch import FILE, Watch


class Broken(Exception):
    """A program whose modules cannot be imported."""


@contextlib.contextmanager
def imported(
    texts: Mapping[str, str], package: str, url: str, watches: list[Watch]
) -> Iterator[dict[str, types.ModuleType]]:
    """The modules of a program, while this is entered, with calls that tell the last of `watches` of every line.

    Raises `Broken`. Nobody but this may set what the programs read in the environment meanwhile.
    """
    root = types.ModuleType(package)
    root.__path__ = []
    modules: dict[str, types.ModuleType] = {}
    sys.modules |= {package: root, "world": world}
    with mock.patch.dict(os.environ, {"DATABASE_URL": url}):
        try:
            for name, text in texts.items():
                modules[name] = _module(package, name, text, watches)
            yield modules
        finally:
            # Only these: a driver that was imported meanwhile would not bear to be imported again.
            for name in [name for name in sys.modules if name.partition(".")[0] in {package, "world"}]:
                del sys.modules[name]
            _forget(modules)


def _module(package: str, name: str, text: str, watches: list[Watch]) -> types.ModuleType:
    module = types.ModuleType(f"{package}.{name}")
    module.__package__ = package
    module.__dict__["__begin__"] = lambda line: watches[-1].begin((name, line))
    module.__dict__["__end__"] = lambda line: watches[-1].passed.add((name, line))
    sys.modules[module.__name__] = module
    try:
        exec(_instrumented(text, name), module.__dict__)  # the grammar's own text
    except Exception as error:
        raise Broken(f"{name}: {type(error).__name__}: {error}") from error
    return module


def metadata_of(modules: Mapping[str, types.ModuleType]) -> sa.MetaData:
    """The tables of a program. Raises `Broken`."""
    base = _base(modules)
    if base is None or not hasattr(modules["database"], "engine"):
        raise Broken("no models, or no engine")
    found: sa.MetaData = base.metadata
    return found


def _base(modules: Mapping[str, types.ModuleType]) -> Any:  # noqa: ANN401
    models = modules.get("models")
    return getattr(models, "Base", None) or getattr(models, "SQLModel", None)


def _forget(modules: Mapping[str, types.ModuleType]) -> None:
    """Let the mapped classes go: all programs on SQLModel share one registry."""
    base = _base(modules)
    if base is None:
        return
    own: registry = getattr(base, "registry", None) or base._sa_registry  # noqa: SLF001
    own.dispose(cascade=True)
    base.metadata.clear()


def _instrumented(text: str, module: str) -> types.CodeType:
    """The code of a module in which every statement of a function tells that it begins, and that it has passed."""
    tree = ast.fix_missing_locations(_Telling().visit(ast.parse(text)))
    return compile(tree, f"{FILE}{module}", "exec", dont_inherit=True)


class _Telling(ast.NodeTransformer):
    """Puts `__begin__(line)` before and `__end__(line)` behind statements of functions."""

    def __init__(self) -> None:
        self._inside = 0

    def visit(self, node: ast.AST) -> Any:  # noqa: ANN401
        """Change the statements below `node`."""
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        self._inside += inside
        self.generic_visit(node)
        self._inside -= inside
        if not self._inside or not isinstance(node, ast.stmt) or isinstance(node, ast.Try):
            return node
        return self._told(node)

    def _told(self, node: ast.stmt) -> list[ast.stmt]:
        begin, end = _call("__begin__", node), _call("__end__", node)
        if isinstance(node, ast.Return) and node.value is not None:
            kept = ast.Assign([ast.Name("__value__", ast.Store())], node.value)
            back = ast.Return(ast.Name("__value__", ast.Load()))
            return [begin, *(ast.copy_location(new, node) for new in (kept, end, back))]
        if isinstance(node, ast.Return | ast.Break | ast.Continue):
            return [begin, end, node]
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [end, *body]  # type: ignore[attr-defined]
            if hasattr(node, "orelse"):
                node.orelse = [end, *node.orelse]
            return [begin, node]
        return [begin, node, end]


def _call(name: str, node: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(node.lineno)], [])
    return ast.copy_location(ast.Expr(call), node)
