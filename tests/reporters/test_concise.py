"""One line a finding, and the summary."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from asyncsql_lint.diagnostics import Applicability, Severity
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.concise import ConciseReporter
from asyncsql_lint.source.discovery import PathProblem
from tests.reporters.sheets import at, awaited, lazy, sheet, simple

PLACE = at("/p/app/api.py", "names")
SAFE = awaited(PLACE)
UNSAFE = awaited(PLACE, Applicability.UNSAFE)
WARNING = simple(PLACE, severity=Severity.WARNING)
INFO = simple(PLACE, severity=Severity.INFO)


def written(sheet: Sheet) -> str:
    out = io.StringIO()
    ConciseReporter().write(sheet, out)
    return out.getvalue()


def test_lines() -> None:
    assert written(sheet(lazy(), SAFE)).split("\n")[:2] == [
        "app/api.py:7:35: ASL301 `Order.lines` is read, and its query did not load it",
        "app/api.py:4:11: ASL101 [*] it is bad",
    ]


def test_paths_elsewhere_stay_absolute() -> None:
    assert written(replace(sheet(SAFE), base="/p/other")).startswith("/p/app/api.py:4:11: ")
    assert written(replace(sheet(SAFE), base="/")).startswith("p/app/api.py:4:11: ")


def test_suppressed() -> None:
    taken = (TakenBack(SAFE, 4, "known"), TakenBack(SAFE, 3, ""))
    assert written(replace(sheet(), taken_back=taken)).split("\n")[:2] == [
        "app/api.py:4:11: ASL101 [*] it is bad (suppressed on line 4, known)",
        "app/api.py:4:11: ASL101 [*] it is bad (suppressed on line 3)",
    ]


SUMMARIES = [
    (sheet(), "All checks passed!\n"),
    (replace(sheet(), problems=(PathProblem("/p/x.py", "no such file or folder"),)), ""),
    (replace(sheet(), hides_rest=True), ""),
    (replace(sheet(), hides_rest=True, fixed=2), "Fixed 2 errors.\n"),
    (replace(sheet(), is_quiet=True), ""),
    (sheet(lazy(), lazy()), "Found 2 errors.\nNo fixes available (2 hidden fixes with --unsafe-fixes).\n"),
    (sheet(simple(PLACE)), "Found 1 error.\n"),
    (sheet(simple(PLACE), WARNING, WARNING, INFO), "Found 1 error, 2 warnings and 1 note.\n"),
    (sheet(SAFE, UNSAFE), "Found 2 errors.\n[*] 1 fixable with --fix (1 hidden fix with --unsafe-fixes).\n"),
    (sheet(SAFE, UNSAFE, unsafe=True), "Found 2 errors.\n[*] 2 fixable with --fix.\n"),
    (sheet(awaited(PLACE, Applicability.DISPLAY)), "Found 1 error.\n"),
    (replace(sheet(), fixed=3), "Fixed 3 errors.\n"),
    (replace(sheet(WARNING), fixed=1), "Fixed 1 error, found 1 warning more.\n"),
]


@pytest.mark.parametrize(
    ("sheet", "expected"), SUMMARIES, ids=[text.split("\n")[0] or "silent" for _, text in SUMMARIES]
)
def test_summary(sheet: Sheet, expected: str) -> None:
    assert written(sheet).split("bad\n")[-1].split("load it\n")[-1] == expected
