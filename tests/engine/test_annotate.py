"""Comments written for findings: where they stand, what they are joined with, and that they count there."""

from __future__ import annotations

import pytest

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.engine.suppressions import CommentStyle, Wording
from asyncsql_lint.linter import FixReport, Linter
from tests.engine.catalogue import METAS
from tests.engine.fake_engine import run
from tests.source.memory import Memory

PATH = "/p/a.py"
STYLES = {"noqa": CommentStyle.NOQA, "ignore": CommentStyle.IGNORE}

# The style, its reason, a source and what becomes of it; `#` stands for the comment in either style.
BOTH = [
    ("a line", "bad101()\n", "bad101()  # 101\n"),
    ("several rules", "bad301(), bad101(), bad301()\n", "bad301(), bad101(), bad301()  # 101 301\n"),
    ("several statements", "bad101(); x = bad301()\n", "bad101(); x = bad301()  # 101 301\n"),
    ("space at the end", "bad101() \t\f\n", "bad101()  # 101\n"),
    ("tabs", "if x:\n\tbad101()\n", "if x:\n\tbad101()  # 101\n"),
    ("a comment of others", "bad101()  # type: ignore[x]\n", "bad101()  # type: ignore[x]  # 101\n"),
    ("a comment at the end of the file", "bad101()  # why", "bad101()  # why  # 101"),
    ("a line that is one of several", "f(\n    bad101(),\n)\n", "f(\n    bad101(),  # 101\n)\n"),
    ("windows line ends", "bad101()\r\nx\r\n", "bad101()  # 101\r\nx\r\n"),
    ("old line ends", "bad101()\rx\r", "bad101()  # 101\rx\r"),
    ("letters of more than one unit", "f('𝛼é', bad101())\n", "f('𝛼é', bad101())  # 101\n"),
    ("a form feed", "x\n\f\nbad101()\n", "x\n\f\nbad101()  # 101\n"),
    ("a string of several lines", 'f(bad101(), """\n# no\n""")\n', 'f(bad101(), """\n# no\n""")  # 101\n'),
    ("in a string", 'x = f"""\n{bad101()}\n# a\n"""\n', 'x = f"""\n{bad101()}\n# a\n"""  # 101\n'),
    ("strings one after the other", "f(bad101(), '''\n''', '''\n''')\n", "f(bad101(), '''\n''', '''\n''')  # 101\n"),
    ("a backslash", "x = bad101() + \\\n    bad301()\n", "x = bad101() + \\\n    bad301()  # 101 301\n"),
    ("a backslash in a string", "f(bad101(), 'a\\\nb')\n", "f(bad101(), 'a\\\nb')  # 101\n"),
    ("a block", "# asl: disable[ASL301]\nbad301(), bad101()\n", "# asl: disable[ASL301]\nbad301(), bad101()  # 101\n"),
    ("what is guessed is not reported", "bad101_guessed()\n", "bad101_guessed()\n"),
    ("what is taken back already", "bad101()  # noqa\nbad301()  # asl: ignore\n",
     "bad101()  # noqa\nbad301()  # asl: ignore\n"),
    ("about a comment", "# asl: disable[mising-await]\nx\n", "# asl: disable[mising-await]  # 902\nx\n"),
]  # fmt: skip

JOINED = [
    ("noqa", "bad101(), bad301()  # noqa: ASL301\n", "bad101(), bad301()  # noqa: ASL301, ASL101\n"),
    ("noqa", "bad101()  # noqa: E501\n", "bad101()  # noqa: E501, ASL101\n"),
    ("noqa", "bad101()  # noqa:E501,F401 # type: ignore\n", "bad101()  # noqa:E501,F401, ASL101 # type: ignore\n"),
    ("noqa", "bad101()  # noqa: E501 a long URL\n", "bad101()  # noqa: E501, ASL101 a long URL\n"),
    ("noqa", "bad101()  # noqa: E501 -- a long URL\n", "bad101()  # noqa: E501, ASL101 -- a long URL\n"),
    ("noqa", "bad101()  # noqa: because\n", "bad101()  # noqa: because  # noqa: ASL101\n"),
    ("noqa", "bad101()  # noqa: ASL1\n", "bad101()  # noqa: ASL1, ASL101\n"),
    ("noqa", "bad101()  # asl: ignore[ASL301]\n", "bad101()  # asl: ignore[ASL301]  # noqa: ASL101, ASL901\n"),
    ("noqa", 'f("""\n""")  # noqa: E501\nbad101("""\n""")  # noqa: E501\n'.replace("101(", "101(), f("),
     'f("""\n""")  # noqa: E501\nbad101(), f("""\n""")  # noqa: E501, ASL101\n'),
    ("ignore", "bad101(), bad301()  # asl: ignore[ASL301]\n", "bad101(), bad301()  # asl: ignore[ASL301, ASL101]\n"),
    ("ignore", "bad101()  # asl:ignore[ missing-await-too ]\n",
     "bad101()  # asl:ignore[ missing-await-too, ASL101, ASL902 ]\n"),
    ("ignore", "bad301(), bad101()  # asl: ignore[ASL301] -- known\n",
     "bad301(), bad101()  # asl: ignore[ASL301, ASL101] -- known\n"),
    ("ignore", "bad101()  # noqa: E501\n", "bad101()  # noqa: E501  # asl: ignore[ASL101]\n"),
    ("ignore", "# asl: ignore[mising]\nx\n", "# asl: ignore[mising, ASL902]\nx\n"),
]  # fmt: skip

REASONS = [
    ("noqa", "bad101()\n", "bad101()  # noqa: ASL101 -- old\n"),
    ("noqa", "bad101()  # noqa: E501\n", "bad101()  # noqa: E501, ASL101 -- old\n"),
    ("noqa", "bad101()  # noqa: E501 # type: ignore\n", "bad101()  # noqa: E501, ASL101 -- old # type: ignore\n"),
    ("noqa", "bad101()  # noqa: E501 a URL\n", "bad101()  # noqa: E501, ASL101 a URL -- old\n"),
    ("noqa", "bad101()  # noqa: E501 -- a URL\n", "bad101()  # noqa: E501, ASL101 -- a URL; old\n"),
    ("noqa", "bad101()  # noqa: E501 -- old\n", "bad101()  # noqa: E501, ASL101 -- old\n"),
    ("ignore", "bad101()\n", "bad101()  # asl: ignore[ASL101] -- old\n"),
    ("ignore", "bad301(), bad101()  # asl: ignore[ASL301] -- old\n",
     "bad301(), bad101()  # asl: ignore[ASL301, ASL101] -- old\n"),
    ("ignore", "bad301(), bad101()  # asl: ignore[ASL301] -- a job\n",
     "bad301(), bad101()  # asl: ignore[ASL301] -- a job  # asl: ignore[ASL101] -- old\n"),
    ("ignore", "bad301(), bad101()  # asl: ignore[ASL301]\n",
     "bad301(), bad101()  # asl: ignore[ASL301]  # asl: ignore[ASL101] -- old\n"),
]  # fmt: skip


def linter(text: str) -> Linter:
    return Linter(Configuration(isolated=True), Memory({PATH: text.encode()}), engine=run, metas=METAS)


def suppress(text: str, style: str, reason: str = "") -> FixReport:
    return linter(text).suppress([PATH], Wording(STYLES[style], reason))


def check(text: str, style: str, expected: str, reason: str = "") -> None:
    """`text` becomes `expected`, in which nothing is reported, and which stays as it is."""
    made = suppress(text, style, reason)
    assert made.report.sources[PATH].text == expected
    assert made.report.diagnostics == ()
    assert made.changed == ((PATH,) if text != expected else ())
    again = suppress(expected, style, reason)
    assert (again.changed, again.count, again.report.diagnostics) == ((), 0, ())


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in BOTH], ids=[case[0] for case in BOTH])
def test_each_line_gets_one_comment(style: str, text: str, expected: str) -> None:
    for codes in ("101 301", "101", "902"):
        names = ", ".join(f"ASL{code}" for code in codes.split())
        expected = expected.replace(f"# {codes}", f"# noqa: {names}" if style == "noqa" else f"# asl: ignore[{names}]")
    check(text, style, expected)


@pytest.mark.parametrize(("style", "text", "expected"), JOINED)
def test_what_stands_there_is_joined(style: str, text: str, expected: str) -> None:
    check(text, style, expected)


@pytest.mark.parametrize(("style", "text", "expected"), REASONS)
def test_reasons(style: str, text: str, expected: str) -> None:
    check(text, style, expected, "old")
    reasons = {each.diagnostic.code: each.reason for each in suppress(expected, style, "old").report.suppressed}
    assert reasons["ASL101"].endswith("old")


def test_what_does_not_parse_is_left_and_reported() -> None:
    made = suppress("bad900()\n", "noqa")
    assert (made.changed, made.count) == ((), 0)
    assert [d.code for d in made.report.diagnostics] == ["ASL900"]
    broken = suppress("def (\nbad101()\n", "noqa")
    assert (broken.changed, [d.code for d in broken.report.diagnostics]) == ((), ["ASL101"])


def test_findings_are_counted() -> None:
    made = suppress("bad101(), bad101()\nbad301()\nbad900()\n", "ignore")
    assert (made.count, made.applied[PATH]) == (3, {"ASL101": 2, "ASL301": 1})
