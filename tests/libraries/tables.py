"""Which tables there are, and which tests hold each: by the names that the tests read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.linter import ROOT

TABLES = ROOT / "src" / "asyncsql_lint" / "libraries"
TESTS = ROOT / "tests" / "libraries"


@dataclass(frozen=True, slots=True)
class Table:
    """A constant of a module of `asyncsql_lint.libraries`, and the test functions that read it."""

    module: str
    name: str
    held_by: frozenset[str]


def tables() -> tuple[Table, ...]:
    """All tables, module by module."""
    return tuple(
        Table(path.stem, name, _readers(TESTS / f"test_{path.stem}.py", name))
        for path in sorted(TABLES.glob("*.py"))
        for name in _constants(path)
    )


def _constants(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _readers(path: Path, table: str) -> frozenset[str]:
    """The tests of a module that read `tables.NAME`: themselves, in a decorator, or by another name of the module."""
    if not path.exists():
        return frozenset()
    names = {table}
    readers: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not _reads(node, names):
            continue
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.FunctionDef):
            (readers if node.name.startswith("test_") else names).add(node.name)
    return frozenset(readers)


def _reads(node: ast.AST, names: set[str]) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in names:
            return isinstance(part.value, ast.Name) and part.value.id == "tables"
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id in names:
            return True
    return False
