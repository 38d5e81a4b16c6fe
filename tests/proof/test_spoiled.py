"""Good cases spoiled as a person would, then fixed: they come back to the byte, or as the fix promises, and run."""

from __future__ import annotations

import ast
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from asyncsql_lint.config.keys import Place, config_of
from asyncsql_lint.config.load import Configuration
from asyncsql_lint.diagnostics import Applicability, Diagnostic
from asyncsql_lint.linter import FixReport, Linter
from tests.source.memory import Memory
from tests.support.case_files import case_paths
from tests.support.fixed_cases import complaints
from tests.support.fixture_project import FIXTURES, FixtureProject
from tests.support.spoil import CaseModule, Spoil, batches, case_module

ROOT = "/p"
CASES = f"{ROOT}/cases"
CONFIGURATION = {
    "extend-select": ["ASL601", "ASL605"],  # advice, wanted by their own cases alone
    "per-file-ignores": {"!cases/asl601*": ["ASL601"], "!cases/asl605*": ["ASL605"]},
}


@dataclass(frozen=True, slots=True)
class Mended:
    """A spoiled case after `--fix --unsafe-fixes`: its texts, and what is still reported in its lines."""

    spoil: Spoil
    original: str
    spoiled: str
    text: str
    left: tuple[Diagnostic, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether a fix has changed it."""
        return self.text != self.spoiled

    @property
    def is_restored(self) -> bool:
        """Whether it is what it was, to the byte."""
        return self.text == self.original

    def __str__(self) -> str:
        return f"{self.spoil.case}, {self.spoil.kind}:\n{self.spoiled}\nbecame\n{self.text}"


@dataclass(frozen=True, slots=True)
class Batch:
    """One run of the linter over the project, with one spoil in each of many cases."""

    cases: tuple[Mended, ...]
    fixed: FixReport


def mend(files: dict[str, bytes], batch: list[tuple[CaseModule, dict[str, Spoil]]]) -> Batch:
    """Spoil, lint and fix."""
    made = {f"{CASES}/{module.path.name}": (module, spoils, *module.with_only(spoils)) for module, spoils in batch}
    disk = Memory(files | {path: text.encode() for path, (_, _, text, _) in made.items()})
    linter = Linter(Configuration(config_of(CONFIGURATION, Place("this test", ROOT)), isolated=True), disk)
    fixed = linter.fix([CASES], unsafe=True)
    cases: list[Mended] = []
    for path, (module, spoils, _, spoiled) in made.items():
        text = fixed.report.sources[path].text
        lines = text.splitlines(keepends=True)
        rows = {node.name: _rows(node) for node in ast.parse(text).body if isinstance(node, ast.AsyncFunctionDef)}
        for name, before in spoiled.items():
            first, last = rows[name]
            left = [d for d in fixed.report.diagnostics if d.span.path == path and first <= d.span.start.line <= last]
            after = "".join(lines[first - 1 : last])
            cases.append(Mended(spoils[name], module.original(name), before, after, tuple(left)))
    return Batch(tuple(cases), fixed)


def _rows(node: ast.AsyncFunctionDef) -> tuple[int, int]:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]), node.end_lineno or node.lineno


@pytest.fixture(scope="module")
def mended() -> list[Batch]:
    """All cases, each spoiled in every way, one after the other."""
    parts = [path for path in FIXTURES.rglob("*.py") if path.relative_to(FIXTURES).parts[0] not in ("cases", "seeds")]
    files = {f"{ROOT}/{path.relative_to(FIXTURES).as_posix()}": path.read_bytes() for path in parts}
    files |= {f"{ROOT}/setup.py": b"", f"{CASES}/__init__.py": b""}
    return [mend(files, batch) for batch in batches(map(case_module, case_paths()))]


@pytest.fixture(scope="module")
def fixed(mended: list[Batch]) -> list[Mended]:
    return [case for batch in mended for case in batch.cases if case.is_fixed]


def told(cases: list[Mended]) -> str:
    return "\n\n".join(map(str, cases))


@pytest.mark.parametrize("kind", ["without await", "with await", "without async", "with async"])
def test_awaits_come_back_to_the_byte(fixed: list[Mended], kind: str) -> None:
    changed = [case for case in fixed if case.spoil.kind == kind and not case.is_restored]

    assert not changed, told(changed)


class _Bare(ast.NodeTransformer):
    """Takes out what a fix may choose: options and their strategies, where a result is made unique, keywords' order."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("options", "unique"):
            return node.func.value
        node.keywords = sorted((k for k in node.keywords if k.arg != "options"), key=lambda keyword: keyword.arg or "")
        return node


def bare(text: str) -> str:
    return ast.unparse(_Bare().visit(ast.parse(text)))


def test_what_the_author_chose_otherwise_comes_back_as_promised(fixed: list[Mended]) -> None:
    changed = [case for case in fixed if not case.is_restored and bare(case.text) != bare(case.original)]

    assert not changed, told(changed)


def test_a_fix_leaves_and_makes_no_finding_in_its_case(fixed: list[Mended]) -> None:
    assert not told([case for case in fixed if case.left])


def test_what_is_left_needs_a_person(mended: list[Batch]) -> None:
    left = [case for batch in mended for case in batch.cases if any(_is_applicable(d) for d in case.left)]

    assert not left, told(left)
    assert not [warning for batch in mended for warning in batch.fixed.report.warnings]


def _is_applicable(diagnostic: Diagnostic) -> bool:
    return diagnostic.fix is not None and diagnostic.fix.applicability is not Applicability.DISPLAY


def test_many_are_fixed(fixed: list[Mended]) -> None:
    """What is not, nobody can know to be wrong: an attribute that is not read, a context manager of somebody else."""
    counts = Counter(case.spoil.kind for case in fixed)

    assert {kind: count for kind, count in counts.items() if count < LEAST[kind]} == {}
    assert counts.keys() == LEAST.keys()


LEAST = {
    "without await": 640,
    "with await": 230,
    "without async": 250,
    "with async": 16,
    "without options": 45,
    "without a part of options": 3,
    "without unique": 13,
    "without keyword": 9,
}


def test_what_did_not_come_back_to_the_byte_runs(
    mended: list[Batch], fixture_project: FixtureProject, tmp_path: Path
) -> None:
    wrong: list[str] = []
    for number, batch in enumerate(mended):
        cases = {case.spoil.case: case for case in batch.cases if case.is_fixed and not case.is_restored}
        if not cases:
            continue
        root = tmp_path / f"batch{number}"
        shutil.copytree(FIXTURES, root, ignore=shutil.ignore_patterns("__pycache__", "seeds"))
        for path in batch.fixed.changed:
            text = batch.fixed.report.sources[path].text
            (root / path.removeprefix(f"{ROOT}/")).write_text(text, encoding="utf-8")
        said = complaints(root, cases, fixture_project)
        wrong += [f"{cases[case]}\n{words}" for case, words in said.items() if words]

    assert not wrong, "\n\n".join(wrong)
