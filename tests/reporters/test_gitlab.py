"""GitLab's code quality report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asyncsql_lint.diagnostics import Position, Severity, Span
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.gitlab import GitlabReporter
from tests.reporters.schemas import GITLAB, check
from tests.reporters.sheets import lazy, several, sheet, simple, written


def report(sheet: Sheet) -> list[dict[str, Any]]:
    found = json.loads(written(GitlabReporter(), sheet))
    check(found, GITLAB)
    return found  # type: ignore[no-any-return]


def test_nothing() -> None:
    assert report(sheet()) == []


def test_a_finding() -> None:
    (found,) = report(sheet(lazy()))
    assert len(found.pop("fingerprint")) == 32
    assert found == {
        "description": "ASL301: `Order.lines` is read, and its query did not load it",
        "check_name": "ASL301",
        "severity": "critical",
        "location": {"path": "app/api.py", "lines": {"begin": 7, "end": 7}},
    }


@pytest.mark.parametrize(
    ("severity", "word"), [(Severity.ERROR, "critical"), (Severity.WARNING, "major"), (Severity.INFO, "info")]
)
def test_severity(severity: Severity, word: str) -> None:
    assert report(sheet(*several(1, severity)))[0]["severity"] == word


def fingerprints(text: str, *lines: int) -> list[str]:
    found = [simple(Span("/p/a.py", Position(line, 0), Position(line, 5))) for line in lines]
    return [each["fingerprint"] for each in report(sheet(*found, sources={"/p/a.py": text}))]


def test_fingerprints_are_unique_and_know_no_line() -> None:
    both = fingerprints("bad()\nbad()\n", 1, 2)
    assert len(set(both)) == 2
    assert both == fingerprints("# new\n\nbad()\n# new\nbad()\n", 3, 5)
