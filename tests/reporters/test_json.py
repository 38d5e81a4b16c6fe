"""JSON for machines: the keys, and fingerprints that outlive edits elsewhere."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from asyncsql_lint.diagnostics import Diagnostic, Position, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.json import JsonReporter
from tests.reporters.sheets import at, lazy, sheet, simple


def written(sheet: Sheet) -> list[dict[str, Any]]:
    out = io.StringIO()
    JsonReporter().write(sheet, out)
    found = json.loads(out.getvalue())
    assert isinstance(found, list)
    return found


def test_nothing() -> None:
    assert written(sheet()) == []


def test_keys() -> None:
    (found,) = written(sheet(lazy()))
    fingerprint = found.pop("fingerprint")
    assert len(fingerprint) == 32
    assert found == {
        "code": "ASL301",
        "name": "lazy-relationship-access",
        "message": "`Order.lines` is read, and its query did not load it",
        "severity": "error",
        "confidence": "proved",
        "filename": "/p/app/api.py",
        "location": {"row": 7, "column": 35},
        "end_location": {"row": 7, "column": 46},
        "noqa_row": 7,
        "url": "https://github.com/asyncsql-lint/asyncsql-lint/blob/main/docs/rules/lazy-relationship-access.md",
        "fix": {
            "applicability": "unsafe",
            "message": "Load `Order.lines` in the query",
            "edits": [
                {
                    "filename": "/p/app/repo.py",
                    "location": {"row": 5, "column": 26},
                    "end_location": {"row": 5, "column": 26},
                    "content": ".options(selectinload(Order.lines))",
                },
                {
                    "filename": "/p/app/repo.py",
                    "location": {"row": 2, "column": 1},
                    "end_location": {"row": 2, "column": 1},
                    "content": "from sqlalchemy.orm import selectinload\n",
                },
            ],
        },
        "suggestions": [],
        "related": [
            {
                "filename": "/p/app/models.py",
                "location": {"row": 2, "column": 5},
                "message": 'declared here, with lazy="select"',
            },
            {
                "filename": "/p/app/repo.py",
                "location": {"row": 5, "column": 13},
                "message": "queried here, without an option for it",
            },
            {"filename": "/p/app/api.py", "location": {"row": 5, "column": 19}, "message": "it comes from here"},
        ],
    }


def test_no_fix() -> None:
    (found,) = written(sheet(simple(at("/p/app/api.py", "names"))))
    assert found["fix"] is None
    assert found["noqa_row"] == 4


def test_suppressed() -> None:
    found = written(replace(sheet(lazy()), taken_back=(TakenBack(lazy(), 6, "known"),)))
    assert [each.get("suppression") for each in found] == [None, {"row": 6, "reason": "known"}]


@pytest.mark.parametrize("text", ["\x1b[31m", "\udc80", "注文", '"\\', "\u2028"])
def test_any_text_is_valid_json(text: str) -> None:
    (found,) = written(sheet(simple(Span(f"/p/{text}.py", Position(1, 0), Position(1, 0)), text)))
    assert (found["message"], found["filename"]) == (text, f"/p/{text}.py")


def finding(source: str, word: str, path: str = "/p/a.py") -> tuple[Diagnostic, dict[str, str]]:
    sources = {path: source}
    return replace(simple(at(path, word, sources)), context="f", symbol="A.b"), sources


def fingerprint(source: str, word: str = "bad()", path: str = "/p/a.py", root: str = "/p") -> str:
    found, sources = finding(source, word, path)
    text = written(replace(sheet(found, sources=sources), roots=(root,)))[0]["fingerprint"]
    assert isinstance(text, str)
    return text


def test_fingerprint_outlives_edits_elsewhere() -> None:
    before = fingerprint("x = bad()\n")
    assert before == fingerprint("# more\n\n\nx = bad()\ny = 2\n")
    assert before == fingerprint("    x  =  bad()\n")
    assert before == fingerprint("x = bad()\n", path="/clone/a.py", root="/clone")
    assert before != fingerprint("y = bad()\n")
    assert before != fingerprint("x = bad()\n", path="/p/b.py")


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    sources = {"/p/a.py": "bad()\nbad()\n"}
    one = simple(at("/p/a.py", "bad()", sources))
    other = replace(one, span=Span("/p/a.py", Position(2, 0), Position(2, 5)))
    both = [each["fingerprint"] for each in written(sheet(one, other, sources=sources))]
    assert len(set(both)) == 2
    assert both[0] == written(sheet(one, sources=sources))[0]["fingerprint"]
