"""The case modules as text: their cases, what these claim, and which lines are marked. Nothing is imported."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.fixture_project import CASES, FIXTURES

MARK = re.compile(r"#\s*(ASL\d{3}(?:\s*,\s*ASL\d{3})*)\s*$")
CLAIMS = frozenset(
    {"works", "leaves_the_loop_free", "raises", "blocks_the_loop", "never_awaited", "loses_data", "misbehaves"}
)
GOOD = frozenset({"works", "leaves_the_loop_free"})


@dataclass(frozen=True, slots=True)
class CaseText:
    """One case: where it stands and what it claims."""

    path: Path
    name: str
    first: int
    last: int
    claim: str
    rule: str
    called: frozenset[str]

    @property
    def module(self) -> str:
        """The name that the case's module is imported by."""
        return ".".join(self.path.relative_to(FIXTURES).with_suffix("").parts)

    @property
    def is_good(self) -> bool:
        """Whether the case claims that nothing is wrong."""
        return self.claim in GOOD

    def __str__(self) -> str:
        return f"{self.path.relative_to(FIXTURES.parents[1])}:{self.first} {self.name}"


def case_paths() -> list[Path]:
    """The case modules, by name: those of rules, and those of frameworks."""
    return [*rule_paths(), *framework_paths()]


def rule_paths() -> list[Path]:
    """The modules with the cases of one rule each."""
    return sorted(CASES.glob("asl*.py"))


def framework_paths() -> list[Path]:
    """The modules with the cases of one framework each, whatever the rule."""
    return sorted(CASES.glob("with_*.py"))


def read_cases(path: Path) -> list[CaseText]:
    """The cases of one module, in its order."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return [
        _case(path, node, decorator)
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if _name(decorator) in CLAIMS
    ]


def read_marks(path: Path) -> dict[int, tuple[str, ...]]:
    """The codes that the lines of `path` are marked with."""
    marks: dict[int, tuple[str, ...]] = {}
    for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := MARK.search(line):
            marks[row] = tuple(sorted(code.strip() for code in found[1].split(",")))
    return marks


def _case(path: Path, node: ast.AsyncFunctionDef, decorator: ast.expr) -> CaseText:
    called = frozenset(_name(part) for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute)))
    return CaseText(
        path, node.name, node.lineno, node.end_lineno or node.lineno, _name(decorator), _rule(decorator), called
    )


def _rule(decorator: ast.expr) -> str:
    if not isinstance(decorator, ast.Call):
        return ""
    given = {keyword.arg: keyword.value for keyword in decorator.keywords}
    rule = given.get("rule")
    return rule.value if isinstance(rule, ast.Constant) and isinstance(rule.value, str) else ""


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
