"""Reviewdog's formats: columns in bytes, suggestions that are whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from asyncsql_lint.diagnostics import Applicability, Diagnostic, Fix, Position, Severity, Span, TextEdit
from asyncsql_lint.reporters.base import Sheet
from asyncsql_lint.reporters.rdjson import RdjsonlReporter, RdjsonReporter
from tests.reporters.schemas import RDJSON, RDJSONL, check
from tests.reporters.sheets import lazy, several, sheet, simple, written


def report(sheet: Sheet) -> dict[str, Any]:
    found = json.loads(written(RdjsonReporter(), sheet))
    check(found, RDJSON)
    return found  # type: ignore[no-any-return]


def diagnostic(found: Diagnostic, text: str) -> dict[str, Any]:
    return report(sheet(found, sources={"/p/a.py": text}))["diagnostics"][0]  # type: ignore[no-any-return]


def test_nothing() -> None:
    assert report(sheet())["diagnostics"] == []
    assert written(RdjsonlReporter(), sheet()) == ""


def test_a_finding() -> None:
    found = report(sheet(lazy()))
    assert found["source"]["name"] == "asyncsql-lint"
    assert found["severity"] == "ERROR"
    (found,) = found["diagnostics"]
    assert found["message"].startswith("`Order.lines` is read, and its query did not load it\nraises: MissingGreenlet")
    assert found["code"]["value"] == "ASL301"
    assert found["location"] == {
        "path": "app/api.py",
        "range": {"start": {"line": 7, "column": 35}, "end": {"line": 7, "column": 46}},
    }
    assert [each["location"]["path"] for each in found["related_locations"]] == [
        "app/models.py", "app/repo.py", "app/api.py",
    ]  # fmt: skip
    assert "suggestions" not in found, "its fix is in another file"


def test_lines() -> None:
    lines = written(RdjsonlReporter(), sheet(lazy(), *several(2))).splitlines()
    found = [json.loads(line) for line in lines]
    for each in found:
        check(each, RDJSONL)
    assert [each["code"]["value"] for each in found] == ["ASL301", "ASL101", "ASL101"]
    assert found[0]["source"]["name"] == "asyncsql-lint"


@pytest.mark.parametrize("severity", list(Severity))
def test_severity(severity: Severity) -> None:
    found = report(sheet(*several(1, severity)))
    assert found["severity"] == found["diagnostics"][0]["severity"] == severity.name


COLUMNS = [
    ("ascii", "f(x)", 0, 4, (1, 5)),
    ("two bytes", "'é', f(x)", 5, 9, (7, 11)),
    ("three bytes", "'注文', f(x)", 6, 10, (11, 15)),
    ("four bytes", "'🎉', f(x)", 5, 9, (9, 13)),
    ("inside of them", "'注文'", 1, 3, (2, 8)),
    ("beyond the line", "é", 3, 4, (5, 6)),
]


@pytest.mark.parametrize(("line", "start", "end", "expected"), [c[1:] for c in COLUMNS], ids=[c[0] for c in COLUMNS])
def test_columns_are_bytes(line: str, start: int, end: int, expected: tuple[int, int]) -> None:
    found = diagnostic(simple(Span("/p/a.py", Position(1, start), Position(1, end))), f"{line}\n")
    place = found["location"]["range"]
    assert (place["start"]["column"], place["end"]["column"]) == expected


def edit(first: tuple[int, int], last: tuple[int, int], content: str) -> TextEdit:
    return TextEdit(Span("/p/a.py", Position(*first), Position(*last)), content)


SUGGESTIONS = [
    ("an insertion", "s.commit()\n", [edit((1, 0), (1, 0), "await ")], (1, 1, 1, 1), "await "),
    ("bytes", "'é', s.f()\n", [edit((1, 5), (1, 5), "await ")], (1, 7, 1, 7), "await "),
    ("a replacement", "with s:\n", [edit((1, 0), (1, 4), "async with")], (1, 1, 1, 5), "async with"),
    ("two edits are one", "f(a)\nkept\ng(b)\n", [edit((3, 2), (3, 3), "B"), edit((1, 2), (1, 3), "A")],
     (1, 3, 3, 4), "A)\nkept\ng(B"),
    ("up to the end", "f(a)", [edit((1, 4), (1, 4), "\n")], (1, 5, 1, 5), "\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "edits", "place", "content"), [c[1:] for c in SUGGESTIONS], ids=[c[0] for c in SUGGESTIONS]
)
def test_suggestion(text: str, edits: list[TextEdit], place: tuple[int, ...], content: str) -> None:
    fix = Fix("Mend it", Applicability.SAFE, tuple(edits))
    found = diagnostic(replace(simple(Span("/p/a.py", Position(1, 0), Position(1, 1))), fix=fix), text)
    (suggestion,) = found["suggestions"]
    start, end = suggestion["range"]["start"], suggestion["range"]["end"]
    assert (start["line"], start["column"], end["line"], end["column"]) == place
    assert suggestion["text"] == content


def test_edits_that_do_not_fit_are_no_suggestion() -> None:
    fix = Fix("Mend it", Applicability.SAFE, (edit((9, 0), (9, 0), "x"),))
    assert "suggestions" not in diagnostic(
        replace(simple(Span("/p/a.py", Position(1, 0), Position(1, 1))), fix=fix), "x\n"
    )
