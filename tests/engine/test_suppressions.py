"""Which comments take back which findings."""

from __future__ import annotations

import pytest

from asyncsql_lint.engine.comments import read_comments
from asyncsql_lint.engine.suppressions import split
from tests.engine.catalogue import CATALOGUE, diagnostic

# A source, and where findings are: code@line, with the first line of the statement after a slash.
# Those with a `-` before them are expected to be taken back.
CASES = [
    ("noqa", "f()  # noqa\ng()\n", "-101@1 101@2"),
    ("noqa, upper case", "f()  # NOQA\n", "-101@1"),
    ("noqa with code", "f()  # noqa: ASL101\n", "-101@1 301@1"),
    ("noqa with codes", "f()  # noqa: ASL101, ASL301\n", "-101@1 -301@1 102@1"),
    ("noqa with spaces", "f()  # noqa : ASL101 ASL301\n", "-101@1 -301@1"),
    ("noqa without spaces", "f()  #noqa:asl101,ASL301\n", "-101@1 -301@1"),
    ("noqa of others", "f()  # noqa: E501\n", "101@1"),
    ("noqa of others and ours", "f()  # noqa: E501,ASL101 because\n", "-101@1"),
    ("noqa without a code is no code", "f()  # noqa: because\n", "101@1"),
    ("noqa after another comment", "f()  # type: ignore # noqa: ASL101\n", "-101@1"),
    ("flake8's own file comment is flake8's", "# flake8: noqa\nf()\n", "101@2"),
    ("noqa on a line of its own counts there only", "# noqa\nf()\n", "101@2"),
    ("in a string", "f('# noqa')\n", "101@1"),
    ("in a docstring", '"""\n# asl: file-ignore[ASL101]\n"""\nf()\n', "101@4"),
    ("first line of the statement", "f(  # noqa\n  a\n)\n", "-101@2/1 101@2"),
    ("last line of the statement", "f(\n  a\n)  # noqa\n", "101@1"),
    ("ignore by code", "f()  # asl: ignore[ASL101]\n", "-101@1 301@1"),
    ("ignore by name", "f()  # asl: ignore[missing-await]\n", "-101@1 102@1"),
    ("ignore by prefix", "f()  # asl: ignore[ASL1]\n", "-101@1 -102@1 301@1"),
    ("ignore several", "f()  # asl: ignore[ASL101, lazy-relationship-access]\n", "-101@1 -301@1"),
    ("ignore all", "f()  # asl: ignore\n", "-101@1"),
    ("ignore with a reason", "f()  # asl: ignore[ASL101] -- it is a test\n", "-101@1"),
    ("ignore without spaces", "f()  #asl:ignore[ASL101]\n", "-101@1"),
    ("two in one comment", "f()  # asl: ignore[ASL101] # asl: ignore[ASL301]\n", "-101@1 -301@1"),
    ("own line", "# asl: ignore[ASL101]\nf()\ng()\n", "-101@2 101@3"),
    ("own line, indented", "def f():\n    # asl: ignore[ASL101]\n\n    # more\n    g()\n", "-101@5"),
    ("own lines, several", "# asl: ignore[ASL101]\n# asl: ignore[ASL301]\nf()\n", "-101@3 -301@3"),
    ("own line, long statement", "# asl: ignore[ASL101]\nf(\n  a\n)\n", "-101@3/2"),
    ("own line at the end", "f()\n# asl: ignore[ASL101]", "101@1"),
    ("file", "f()\ng()\n# asl: file-ignore[ASL101] -- generated\n", "-101@1 -101@2 301@1"),
    ("block", "f()\n# asl: disable[ASL101]\ng()\n# asl: enable[ASL101]\nh()\n", "101@1 -101@3 301@3 101@5"),
    ("block to the end", "f()\n# asl: disable[ASL1]\ng()\n", "101@1 -101@3 -102@3"),
    ("block, partly enabled", "# asl: disable\nf()\n# asl: enable[ASL101]\ng()\n", "-101@2 -301@2 101@4 -301@4"),
    ("block does not reach in from above", "# asl: disable\nf(\n# asl: enable\na)\n", "101@4/2"),
    ("enable alone", "# asl: enable[ASL101]\nf()\n", "101@2"),
    ("noqa with a reason", "f()  # noqa: ASL101 -- it is a test\n", "-101@1 301@1"),
    ("two noqa in one comment", "f()  # noqa: E501 # noqa: ASL101\n", "-101@1"),
    ("own line, about the comment itself", "# asl: ignore[ASL902]\nf()\n", "-902@1 -902@2"),
    (
        "own line, decorated",
        "# asl: ignore[ASL101]\n@a(\n  b\n)\n@c\nasync def f(\n  d=e\n): ...\n",
        "-101@2 -101@3/2 -101@5 -101@6 -101@7/6 101@8",
    ),
    ("own line, decorated class", "if x:\n  # asl: ignore[ASL101]\n  @a\n  class B: ...\n", "-101@4"),
    ("own line, a decorator of nothing", "# asl: ignore[ASL101]\n@a\n", "-101@2"),
    ("behind a string of several lines", 'f("""\na\n""")  # noqa\ng()\n', "-101@1 -101@2 -101@3 101@4"),
    ("behind several strings", "f(\"\"\"\n\"\"\", '''\n''')  # noqa\n", "-101@1 -101@2 -101@3"),
    ("behind a string, which is an argument", 'f(\n"""\n"""  # noqa\n)\n', "101@1 -101@2 101@4"),
    ("behind a backslash", "f() + \\\ng() + \\\nh()  # noqa\n", "-101@1 -101@2 -101@3"),
    ("behind a backslash, crlf", "f() + \\\r\ng()  # noqa\r\n", "-101@1 -101@2"),
    ("behind a backslash in a string", "f('a\\\nb')  # noqa\n", "-101@1 -101@2"),
    ("behind a backslash in a comment", "f()  # \\\ng()  # noqa\n", "101@1 -101@2"),
    ("behind a backslash and an empty line", "f() \\\n\ng()  # noqa\n", "101@1 101@2 -101@3"),
    ("unknown kind", "f()  # asl: ignored[ASL101]\n", "101@1"),
    ("crlf", "f()\r\ng()  # noqa\r\n", "101@1 -101@2"),
    ("cr", "f()\rg()  # noqa\r", "101@1 -101@2"),
    ("form feed is no line end", "f()\f\ng()  # noqa\n", "101@1 -101@2"),
    ("newer syntax", "type X = int  # noqa\nx = f'{d['#']}'  # noqa\n", "-101@1 -101@2"),
    ("does not parse", "def (\nf()  # noqa\n", "101@1 -101@2"),
]


@pytest.mark.parametrize(("text", "findings"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_comment(text: str, findings: str) -> None:
    expected = {finding.removeprefix("-"): finding.startswith("-") for finding in findings.split()}
    for finding, is_taken_back in expected.items():
        code, _, place = finding.partition("@")
        line, _, first = place.partition("/")
        found = diagnostic(f"ASL{code}", int(line), rows=(int(first),) if first else ())
        kept, suppressed = split([found], read_comments(text, CATALOGUE))
        assert len(kept) + len(suppressed) == 1
        assert bool(suppressed) is is_taken_back, finding


def test_line_and_reason_are_kept() -> None:
    for text, line, finding in [
        ("# asl: ignore[ASL101] -- the job awaits it\nf()\n", 1, 2),
        ("f()  # asl: ignore[ASL101] -- the job awaits it # another\n", 1, 1),
        ("f()  # noqa: E501, ASL101 -- the job awaits it\n", 1, 1),
        ("f()  # noqa -- the job awaits it\n", 1, 1),
        ("# asl: disable -- the job awaits it\nf()\n# asl: enable -- no more\n", 1, 2),
    ]:
        (suppressed,) = split([diagnostic("ASL101", finding)], read_comments(text, CATALOGUE))[1]
        assert (suppressed.line, suppressed.reason) == (line, "the job awaits it"), text


def test_unknown_rules_of_ours_are_told() -> None:
    text = "f()  # asl: ignore[mising-await, ASL101]\ng()  # noqa: XYZ1\n"
    comments = read_comments(text, CATALOGUE)
    problems = [(d.line, s.start, s.end, s.problem) for d in comments.directives for s in d.selectors if s.problem]
    assert problems == [(1, 19, 31, 'unknown rule `mising-await`, did you mean "missing-await"?')]
    assert split([diagnostic("ASL101", 1)], comments)[1], "the known one counts all the same"
