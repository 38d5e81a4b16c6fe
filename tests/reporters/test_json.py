"""JSON for machines: the keys, and fingerprints that outlive edits elsewhere."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from asyncsql_lint.diagnostics import Diagnostic, Position, Span
from asyncsql_lint.reporters.base import Sheet, TakenBack
from asyncsql_lint.reporters.json import JsonReporter
from asyncsql_lint.source.lines import split_lines
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


BEFORE = "def f():\n    x = [bad(), 'a b']\n"
SAME = [
    ("lines above", "# more\n\n\ndef f():\n    x = [bad(), 'a b']\n"),
    ("lines below", BEFORE + "    y = (\n"),
    ("indentation", "if y:\n    def f():\n        x = [bad(), 'a b']\n"),
    ("white space", "def f():\n    x  =  [ bad(), 'a b' ]\n"),
    ("line ends", BEFORE.replace("\n", "\r\n")),
    ("a comment", "def f():\n    x = [bad(), 'a b']  # noqa: X1\n"),
    ("many lines", "def f():\n    x = [\n        bad(),  # here\n        'a b',\n    ]\n"),
    ("parentheses", "def f():\n    x = (\n        [bad(), 'a b']\n    )\n"),
    ("quotes", 'def f():\n    x = [bad(), "a b"]\n'),
    ("a continued line", "def f():\n    x = \\\n        [bad(), 'a b']\n"),
    ("no line end", BEFORE.rstrip()),
]
OTHER = [
    ("another statement", BEFORE.replace("x", "y")),
    ("another text", BEFORE.replace("a b", "#]")),
    ("more below in the statement", BEFORE.replace("'a b'", "'a b', c")),
]


def in_f(source: str, path: str = "/p/a.py", root: str = "/p") -> str:
    """The fingerprint of `bad()` in the statement of `source` that begins with a name and `=`."""
    found, sources = finding(source, "bad()", path)
    lines = split_lines(source)
    found = replace(found, noqa_rows=(next(n for n, line in enumerate(lines, start=1) if re.match(r" +\w +=", line)),))
    return str(written(replace(sheet(found, sources=sources), roots=(root,)))[0]["fingerprint"])


@pytest.mark.parametrize("source", [case[1] for case in SAME], ids=[case[0] for case in SAME])
def test_fingerprint_outlives(source: str) -> None:
    assert in_f(source) == in_f(BEFORE)


@pytest.mark.parametrize("source", [case[1] for case in OTHER], ids=[case[0] for case in OTHER])
def test_fingerprint_changes_with(source: str) -> None:
    assert in_f(source) != in_f(BEFORE)


def test_fingerprint_has_the_path_below_the_project() -> None:
    assert in_f(BEFORE, "/clone/a.py", "/clone") == in_f(BEFORE)
    assert in_f(BEFORE, "/p/b.py") != in_f(BEFORE)


def test_fingerprints_of_thousands_of_findings_in_one_statement() -> None:
    sources = {"/p/a.py": "x = [\n" + "    bad(),\n" * 5_000 + "]\n"}
    found = [
        replace(simple(Span("/p/a.py", Position(line, 4), Position(line, 9))), noqa_rows=(1, line))
        for line in range(2, 5_002)
    ]
    assert len({each["fingerprint"] for each in written(sheet(*found, sources=sources))}) == 5_000


def test_fingerprint_of_a_file_that_nobody_has() -> None:
    assert in_f(BEFORE) != written(sheet(simple(Span("/p/a.py", Position(9, 0), Position(9, 1))), sources={}))


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    sources = {"/p/a.py": "bad()\nbad()\n"}
    one = simple(at("/p/a.py", "bad()", sources))
    other = replace(one, span=Span("/p/a.py", Position(2, 0), Position(2, 5)))
    both = [each["fingerprint"] for each in written(sheet(one, other, sources=sources))]
    assert len(set(both)) == 2
    assert both[0] == written(sheet(one, sources=sources))[0]["fingerprint"]
