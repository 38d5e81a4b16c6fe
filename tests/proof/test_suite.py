"""The tests of the fixture project are given by pytest what the linter says: they fail where they claim to."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest

from tests.support.case_files import CLAIMS
from tests.support.fixture_project import FIXTURES, FixtureProject
from tests.support.linter import ROOT
from tests.support.suite_reporter import NEVER_AWAITED

SUITE = FIXTURES / "suite"


def claimed() -> dict[str, str]:
    """What each test of the suite claims to raise, by its node: "" for nothing."""
    found: dict[str, str] = {}
    for path in sorted(SUITE.rglob("test_*.py")):
        stack: list[tuple[str, ast.stmt]] = [("", node) for node in ast.parse(path.read_text(encoding="utf-8")).body]
        for around, node in stack:
            if isinstance(node, ast.ClassDef):
                stack += [(f"{node.name}::", inner) for inner in node.body]
            elif isinstance(node, ast.AsyncFunctionDef):
                for claim in filter(None, map(_claim, node.decorator_list)):
                    found[f"{path.relative_to(SUITE).as_posix()}::{around}{node.name}"] = claim.removeprefix("works")
    return found


def _claim(decorator: ast.expr) -> str:
    """What a decorator claims: `works`, the error, or that a coroutine is dropped."""
    callee = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(callee, ast.Name) or callee.id not in CLAIMS:
        return ""
    first = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
    if isinstance(first, ast.Constant):
        return str(first.value)
    return NEVER_AWAITED if callee.id == "never_awaited" else callee.id


@pytest.fixture(scope="module")
def outcomes(fixture_project: FixtureProject, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What each test of the suite raises on PostgreSQL, by its node."""
    fixture_project.reset()
    report = tmp_path_factory.mktemp("suite") / "report.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.suite_reporter", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--override-ini=norecursedirs=", "--rootdir", str(SUITE), str(SUITE)],
        cwd=ROOT,
        env=os.environ | {"SUITE_REPORT": str(report), "PYTHONPATH": os.pathsep.join([str(FIXTURES), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    raised: dict[str, list[str]] = json.loads(report.read_text(encoding="utf-8"))
    by_test: dict[str, set[str]] = {}
    for node, errors in raised.items():
        by_test.setdefault(node.partition("[")[0], set()).update(errors)
    return by_test


def test_every_test_is_run(outcomes: dict[str, set[str]]) -> None:
    assert outcomes.keys() == claimed().keys()


@pytest.mark.parametrize(("node", "error"), claimed().items(), ids=lambda one: one.rpartition("::")[2])
def test_it_does_what_it_claims(node: str, error: str, outcomes: dict[str, set[str]]) -> None:
    assert error in outcomes[node] if error else not outcomes[node]
