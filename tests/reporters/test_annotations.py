"""What becomes of findings in the log of a build: workflow commands of GitHub, logging commands of Azure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asyncsql_lint.diagnostics import Diagnostic, Position, Severity, Span
from asyncsql_lint.reporters.azure import AzureReporter
from asyncsql_lint.reporters.github import GithubReporter, step_summary
from tests.reporters.sheets import at, lazy, several, sheet, simple, written

NAMES = at("/p/app/api.py", "names")
STORY = (
    "`Order.lines` is read, and its query did not load it%0A"
    '1. declared here, with lazy="select" (app/models.py:2)%0A'
    "2. queried here, without an option for it (app/repo.py:5)%0A"
    "3. it comes from here (app/api.py:5)%0Araises: MissingGreenlet (xd2s)%0Ahelp: Load `Order.lines` in the query\n"
)

GITHUB = [
    ("a finding", lazy(),
     f"::error title=asyncsql-lint (ASL301),file=app/api.py,line=7,col=35,endLine=7,endColumn=46::{STORY}"),
    ("several lines have no columns", simple(Span("/p/a.py", Position(1, 4), Position(3, 1))),
     "::error title=asyncsql-lint (ASL101),file=a.py,line=1,endLine=3::it is bad\n"),
    ("a warning", simple(NAMES, severity=Severity.WARNING),
     "::warning title=asyncsql-lint (ASL101),file=app/api.py,line=4,col=11,endLine=4,endColumn=16::it is bad\n"),
    ("a note", simple(NAMES, severity=Severity.INFO),
     "::notice title=asyncsql-lint (ASL101),file=app/api.py,line=4,col=11,endLine=4,endColumn=16::it is bad\n"),
    ("what has a meaning in a command", simple(Span("/p/a,b:c%.py", Position(1, 0), Position(1, 1)), "100%, a:b::c"),
     "::error title=asyncsql-lint (ASL101),file=a%2Cb%3Ac%25.py,line=1,col=1,endLine=1,endColumn=2::100%25, a:b::c\n"),
]  # fmt: skip

AZURE = [
    ("a finding", lazy(),
     f"##vso[task.logissue type=error;sourcepath=app/api.py;linenumber=7;columnnumber=35;code=ASL301;]{STORY}"),
    ("a note", simple(NAMES, severity=Severity.INFO),
     "##vso[task.logissue type=warning;sourcepath=app/api.py;linenumber=4;columnnumber=11;code=ASL101;]it is bad\n"),
    ("what has a meaning in a command", simple(Span("/p/a;b]c%.py", Position(1, 0), Position(1, 1)), "100%; a]b"),
     "##vso[task.logissue type=error;sourcepath=a%3Bb%5Dc%AZP25.py;linenumber=1;columnnumber=1;code=ASL101;]"
     "100%AZP25; a]b\n"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), [case[1:] for case in GITHUB], ids=[case[0] for case in GITHUB])
def test_github(found: Diagnostic, expected: str) -> None:
    assert written(GithubReporter(), sheet(found)) == expected


@pytest.mark.parametrize(("found", "expected"), [case[1:] for case in AZURE], ids=[case[0] for case in AZURE])
def test_azure(found: Diagnostic, expected: str) -> None:
    assert written(AzureReporter(), sheet(found)) == expected


@pytest.mark.parametrize("reporter", [GithubReporter(), AzureReporter()])
def test_nothing(reporter: GithubReporter | AzureReporter) -> None:
    assert written(reporter, sheet()) == ""


@pytest.mark.parametrize("reporter", [GithubReporter(), AzureReporter()])
def test_the_most_severe_come_first(reporter: GithubReporter | AzureReporter) -> None:
    mixed = [*several(2, Severity.INFO), *several(2, Severity.ERROR), *several(1, Severity.WARNING)]
    messages = [line.rpartition("it is ")[2] for line in written(reporter, sheet(*mixed)).splitlines()]
    assert messages == ["bad 0", "bad 1", "bad 0", "bad 0", "bad 1"]
    assert [each.severity for each in sheet(*mixed).most_severe_first()] == [3, 3, 2, 1, 1]


OVER = [
    ("as many as are shown", {Severity.ERROR: 10, Severity.WARNING: 10, Severity.INFO: 10}, None),
    ("too many errors", {Severity.ERROR: 12}, "2 errors more were found"),
    ("too many of two kinds", {Severity.ERROR: 11, Severity.WARNING: 13}, "1 error and 3 warnings more were found"),
    ("too many notes, and this is one", {Severity.INFO: 11}, "2 notes more were found"),
    ("the notice takes the place of a note", {Severity.ERROR: 11, Severity.INFO: 10},
     "1 error and 1 note more were found"),
]  # fmt: skip


@pytest.mark.parametrize(("counts", "said"), [case[1:] for case in OVER], ids=[case[0] for case in OVER])
def test_more_than_github_shows(counts: dict[Severity, int], said: str | None) -> None:
    found = [each for severity, count in counts.items() for each in several(count, severity)]
    lines = written(GithubReporter(has_summary=True), sheet(*found)).splitlines()
    summary = step_summary(sheet(*found))
    if said is None:
        assert len(lines) == len(found)
        assert summary is None
        return
    notice = "::notice title=asyncsql-lint::GitHub shows 10 annotations of a kind; "
    assert lines[0] == f"{notice}{said}: the summary of this step lists all."
    assert len(lines) == 1 + len(found), "the log has all"
    assert summary is not None
    assert summary.count("it is bad") == len(found)


def test_without_a_summary_it_says_where_the_rest_is() -> None:
    assert ": the log of this step has all.\n" in written(GithubReporter(), sheet(*several(11)))


def test_a_summary_has_only_the_room_that_is_left() -> None:
    text = step_summary(sheet(*several(1000)), room=10_000)
    assert text is not None
    assert len(text) <= 10_000
    assert "of 1000 findings are left out" in text


def test_a_finding_outside_of_the_repository() -> None:
    found = replace(simple(NAMES), span=Span("/elsewhere/a.py", Position(1, 0), Position(1, 1)))
    assert "file=/elsewhere/a.py," in written(GithubReporter(), sheet(found))
