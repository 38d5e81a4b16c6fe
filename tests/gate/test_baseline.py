"""The baseline's file: its bytes, and what is said of one that cannot be used. And what goes with what in it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from asyncsql_lint.errors import BaselineError
from asyncsql_lint.fingerprint import Identity
from asyncsql_lint.gate.baseline import Baseline, parse
from asyncsql_lint.gate.matching import match

POSTS = Identity("ASL301", "post_counts", "User.posts", "00aa")
LINES = Identity("ASL301", "Shop.total", "Order.lines", "11bb")
AWAIT = Identity("ASL101", "<module>", 'text("ä\u2028")', "22cc")

WRITTEN = r"""{
  "version": 1,
  "files": {
    "../lib/z.py": [
      {"rule": "ASL301", "context": "post_counts", "symbol": "User.posts", "hash": "00aa", "count": 3}
    ],
    "app/\udcff.py": [
      {"rule": "ASL101", "context": "<module>", "symbol": "text(\"\u00e4\u2028\")", "hash": "22cc", "count": 1},
      {"rule": "ASL301", "context": "Shop.total", "symbol": "Order.lines", "hash": "11bb", "count": 2}
    ]
  }
}
"""
FILES = {"app/\udcff.py": Counter({LINES: 2, AWAIT: 1}), "../lib/z.py": Counter({POSTS: 3})}


def test_bytes() -> None:
    assert Baseline("/p/b.json", FILES).as_bytes().decode("ascii") == WRITTEN
    assert Baseline("/p/b.json", {}).as_bytes() == b'{\n  "version": 1,\n  "files": {}\n}\n'


def test_what_is_written_is_read() -> None:
    assert parse("/p/b.json", WRITTEN.encode()) == Baseline("/p/b.json", FILES)
    assert parse("/p/b.json", b"\xef\xbb\xbf" + WRITTEN.replace("\n", "\r\n").encode()) == Baseline("/p/b.json", FILES)


def entry(**changed: object) -> str:
    """A baseline whose second entry has other values; None takes a key away."""
    good = {"rule": "ASL301", "context": "f", "symbol": "A.b", "hash": "00", "count": 1}
    bad = {key: value for key, value in {**good, **changed}.items() if value is not None}
    return json.dumps({"version": 1, "files": {"a.py": [good, bad]}})


CONFLICT = WRITTEN.replace("    ],\n", "<<<<<<< HEAD\n    ],\n=======\n    ]\n>>>>>>> other\n", 1)
REFUSED = [
    ("nothing", "", "/p/b.json:1:1: not valid JSON: Expecting value"),
    ("cut off", WRITTEN[:200], "/p/b.json:8:16: not valid JSON: Expecting value"),
    ("trailing comma", WRITTEN.replace("2}", "2},"), "/p/b.json:10:5: not valid JSON: "),
    ("not UTF-8", WRITTEN.replace("Shop", "\udcff"), "/p/b.json:9: not a baseline: the file is not UTF-8"),
    ("a conflict", CONFLICT, "/p/b.json:6: a merge left its marks here"),
    ("a conflict, half settled", CONFLICT.replace("<<<<<<< HEAD\n", ""), "/p/b.json:7: a merge left its marks here"),
    ("a conflict, Windows", CONFLICT.replace("\n", "\r\n"), "/p/b.json:6: a merge left its marks here"),
    ("a list", "[]", '/p/b.json: not a baseline: it has no "version"'),
    ("basedpyright's", '{"files": {}}', '/p/b.json: not a baseline: it has no "version"'),
    ("a later version", '{"version": 2, "files": {}}', '"version" is 2, and this asyncsql-lint knows version 1 only'),
    ("a version that is none", '{"version": "1", "files": {}}', '"version" must be a whole number'),
    ("a version that is true", '{"version": true, "files": {}}', '"version" must be a whole number'),
    ("no files", '{"version": 1}', '"files" must be a table of files'),
    ("a list of files", '{"version": 1, "files": ["a.py"]}', '"files" must be a table of files'),
    ("another key", '{"version": 1, "files": {}, "time": 1}', 'unknown key "time"'),
    ("no list of entries", '{"version": 1, "files": {"a.py": {}}}', '"a.py" must be a list of entries'),
    ("no entry", '{"version": 1, "files": {"a.py": [1]}}', '"a.py", entry 1 must have the keys "rule", "context", '),
    ("a missing key", entry(hash=None), '"a.py", entry 2 must have the keys'),
    ("a key too many", entry(line=7), '"a.py", entry 2 must have the keys'),
    ("a symbol that is none", entry(symbol=["A"]), '"a.py", entry 2: all but the count must be strings'),
    ("count of zero", entry(count=0), '"a.py", entry 2: "count" must be a whole number from 1 on'),
    ("count of a half", entry(count=0.5), '"count" must be a whole number from 1 on'),
    ("count of true", entry(count=True), '"count" must be a whole number from 1 on'),
    ("a file that cannot be analysed", entry(rule="ASL900"), '"a.py", entry 2: ASL900 may not be in a baseline'),
    ("a file twice", '{"version": 1, "files": {"a\\n.py": [], "a\\n.py": []}}', r'"a\n.py" stands there twice'),
    ("nested too deep", "[" * 100_000, "/p/b.json: not a baseline"),
    ("a number too long", '{"version": ' + "1" * 5_000 + "}", "/p/b.json: not a baseline"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(text: str, words: str) -> None:
    with pytest.raises(BaselineError) as caught:
        parse("/p/b.json", text.encode("utf-8", "surrogateescape"))
    assert words in str(caught.value)
    assert str(caught.value).startswith("/p/b.json:")
    assert "\n" not in str(caught.value)


A1, A2, A3 = (Identity("ASL301", "f", "A.b", digest) for digest in ("1", "2", "3"))
OTHER = [Identity("ASL101", "f", "A.b", "1"), Identity("ASL301", "g", "A.b", "1"), Identity("ASL301", "f", "A.c", "1")]

MATCHES = [
    ("nothing", {}, [], "", {}),
    ("one", {A1: 1}, [A1], "k", {}),
    ("one too many", {A1: 1}, [A1, A1], "kn", {}),
    ("one too few", {A1: 2}, [A1], "k", {A1: 1}),
    ("another statement", {A1: 1}, [A2], "k", {}),
    ("equal before alike", {A1: 1, A2: 1}, [A3, A2], "kk", {}),
    ("equal before alike, one of them new", {A2: 1}, [A3, A2], "nk", {}),
    ("alike, one too many", {A1: 2, A2: 1}, [A3, A3, A3, A3], "kkkn", {}),
    ("no more than counted", {A1: 10**18}, [A1, A2], "kk", {A1: 10**18 - 2}),
    ("another rule, function, object", {A1: 1}, OTHER, "nnn", {A1: 1}),
]


@pytest.mark.parametrize(
    ("entries", "found", "known", "rest"), [case[1:] for case in MATCHES], ids=[case[0] for case in MATCHES]
)
def test_match(entries: dict[Identity, int], found: list[Identity], known: str, rest: dict[Identity, int]) -> None:
    result = match(Counter(entries), found)
    assert "".join("k" if each else "n" for each in result.known) == known
    assert result.rest == Counter(rest)
