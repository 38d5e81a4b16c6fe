"""The linter reports exactly the marked lines of the fixture project, file by file."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from asyncsql_lint.rules import RULES
from tests.support.case_files import read_marks
from tests.support.fixture_project import CASES, FIXTURES
from tests.support.linter import ROOT, Finding, lint

FILES = sorted(FIXTURES.rglob("*.py"))


@pytest.fixture(scope="module")
def findings() -> dict[Path, list[Finding]]:
    """What one run over the whole project reports, and one for each rule that is off by default over its cases."""
    by_path: dict[Path, list[Finding]] = defaultdict(list)
    found = lint(FIXTURES)
    for meta in (rule.meta for rule in RULES if not rule.meta.default):
        found += lint(CASES / f"{meta.code.lower()}_{meta.name.replace('-', '_')}.py", "--select", meta.code)
    for finding in found:
        by_path[finding.path].append(finding)
    return by_path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_exactly_the_marked_lines_are_reported(path: Path, findings: dict[Path, list[Finding]]) -> None:
    name = path.relative_to(ROOT)
    marked = {(row, code) for row, codes in read_marks(path).items() for code in codes}
    reported = {(found.row, found.code): found.message for found in findings.get(path, [])}

    silent = [f"{name}:{row} is marked {code}, but not reported" for row, code in sorted(marked - set(reported))]
    loud = [
        f"{name}:{row} is not marked {code}, but reported: {message}"
        for (row, code), message in sorted(reported.items())
        if (row, code) not in marked
    ]

    assert not silent + loud, "\n" + "\n".join(silent + loud)


def test_nothing_is_reported_outside_of_the_project(findings: dict[Path, list[Finding]]) -> None:
    assert set(findings) <= set(FILES)
