"""Every bad case that the linter can fix: fixed in a copy of the project, linted again, and run on PostgreSQL."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.case_files import CaseText, case_paths, read_cases
from tests.support.fixed_cases import complaints as run_cases
from tests.support.fixture_project import FIXTURES, FixtureProject
from tests.support.linter import Finding, lint, run_linter

SEEDS = "seeds"
"""The seeds stand published and mended already, and have their own tests."""


@dataclass(frozen=True, slots=True)
class FixedProject:
    """A copy of the project after `--fix --unsafe-fixes`."""

    root: Path
    before: dict[Path, list[Finding]]
    after: list[Finding]

    def is_fixable(self, case: CaseText) -> bool:
        """Whether every finding in the lines of `case` came with a fix, and there was one."""
        path = case.path.relative_to(FIXTURES)
        inside = [finding for finding in self.before.get(path, []) if case.first <= finding.row <= case.last]
        return bool(inside) and all(finding.fix in ("safe", "unsafe") for finding in inside)


@pytest.fixture(scope="module")
def fixed_project(tmp_path_factory: pytest.TempPathFactory) -> FixedProject:
    """Copy, lint, fix, lint."""
    root = tmp_path_factory.mktemp("fixed") / "project"
    shutil.copytree(FIXTURES, root, ignore=shutil.ignore_patterns("__pycache__", SEEDS))
    before: dict[Path, list[Finding]] = {}
    for finding in lint(root):
        before.setdefault(finding.path.relative_to(root), []).append(finding)
    run_linter("--fix", "--unsafe-fixes", "--quiet", str(root))
    return FixedProject(root, before, lint(root))


@pytest.fixture(scope="module")
def complaints(fixed_project: FixedProject, fixture_project: FixtureProject) -> dict[CaseText, str]:
    """What each case that could be fixed says when it runs: nothing, or what is still wrong."""
    cases = [case for path in case_paths() for case in read_cases(path) if fixed_project.is_fixable(case)]
    return run_cases(fixed_project.root, cases, fixture_project)


@pytest.mark.parametrize("path", case_paths(), ids=lambda path: path.stem)
def test_what_is_fixed_runs(path: Path, complaints: dict[CaseText, str]) -> None:
    wrong = [f"{case}: {said}" for case, said in complaints.items() if case.path == path and said]

    assert not wrong, "\n" + "\n".join(wrong)


def test_something_is_fixed(complaints: dict[CaseText, str]) -> None:
    assert {case.rule for case in complaints} >= {"ASL101", "ASL102", "ASL103", "ASL301", "ASL401"}


def test_what_has_a_fix_is_fixed(fixed_project: FixedProject) -> None:
    left = [
        f"{found.path.name}:{found.row} {found.code}"
        for found in fixed_project.after
        if found.fix in ("safe", "unsafe")
    ]

    assert not left


def test_a_fix_brings_no_new_finding(fixed_project: FixedProject) -> None:
    before = sum(1 for found in fixed_project.before.values() for finding in found if finding.fix in ("safe", "unsafe"))
    kept = sum(1 for found in fixed_project.before.values() for finding in found) - before

    assert len(fixed_project.after) <= kept
