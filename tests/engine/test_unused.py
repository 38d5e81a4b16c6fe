"""Which suppression comments are told to be unused, and what is left of a line when they are cut out."""

from __future__ import annotations

import pytest

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.config.model import Config, Selection
from asyncsql_lint.diagnostics import Applicability
from asyncsql_lint.linter import Linter
from tests.engine.catalogue import METAS
from tests.engine.fake_engine import run
from tests.source.memory import Memory

PATH = "/p/a.py"


def linter(text: str, *, select: tuple[str, ...] | None = None, ignore_noqa: bool = False) -> Linter:
    overrides = Config(selections=(Selection(select=select),))
    files = Memory({PATH: text.encode()})
    return Linter(Configuration(overrides, isolated=True), files, ignore_noqa=ignore_noqa, engine=run, metas=METAS)


def mended(text: str) -> str:
    """What `--fix` makes of `text`."""
    fixed = linter(text).fix([PATH])
    return fixed.report.sources[PATH].text


CUT = [
    ("noqa", "f()  # noqa: ASL101\n", "f()\n"),
    ("noqa in small letters", "f()  #noqa:asl101\n", "f()\n"),
    ("noqa with text", "f()  # noqa: ASL101 the job awaits it\n", "f()  # the job awaits it\n"),
    ("noqa with our codes", "f()  # noqa: ASL101, ASL301\n", "f()\n"),
    ("noqa, one of ours is needed", "bad301()  # noqa: ASL101, ASL301\n", "bad301()  # noqa: ASL301\n"),
    ("noqa, the first is needed", "bad101()  # noqa: ASL101,ASL102,ASL301\n", "bad101()  # noqa: ASL101\n"),
    ("noqa with codes of others", "f()  # noqa: E501, ASL101, F401\n", "f()  # noqa: E501, F401\n"),
    ("noqa, codes of others first", "f()  # noqa: ASL101 ASL301 E501\n", "f()  # noqa: E501\n"),
    ("noqa after another comment", "f()  # type: ignore # noqa: ASL101\n", "f()  # type: ignore\n"),
    ("noqa before another comment", "f()  # noqa: ASL101 # type: ignore\n", "f()  # type: ignore\n"),
    ("noqa between comments", "f()  # one # noqa: ASL101 # two\n", "f()  # one # two\n"),
    ("ignore", "f()  # asl: ignore[ASL101]\n", "f()\n"),
    ("ignore by name, with a reason", "f()  # asl: ignore[missing-await] -- the job awaits it\n", "f()\n"),
    ("ignore, one is needed", "bad101()  # asl: ignore[ASL3, missing-await]\n",
     "bad101()  # asl: ignore[missing-await]\n"),
    ("ignore, a reason stays", "bad101()  # asl: ignore[ASL101, ASL102] -- it\n",
     "bad101()  # asl: ignore[ASL101] -- it\n"),
    ("ignore all", "f()  # asl: ignore\n", "f()\n"),
    ("two in one comment", "bad101()  # asl: ignore[ASL101] # asl: ignore[ASL301]\n",
     "bad101()  # asl: ignore[ASL101]\n"),
    ("own line", "a\n# asl: ignore[ASL101]\nf()\n", "a\nf()\n"),
    ("own line, indented", "if a:\n    # asl: ignore[ASL101]\n    f()\n", "if a:\n    f()\n"),
    ("own line at the end", "f()\n# asl: ignore[ASL101]", "f()\n"),
    ("file", "# asl: file-ignore[ASL101] -- generated\nf()\n", "f()\n"),
    ("block", "a\n# asl: disable[ASL101] -- old\nf()\n# asl: enable[ASL101]\nb\n", "a\nf()\nb\n"),
    ("block to the end", "# asl: disable[ASL101]\nf()\n", "f()\n"),
    ("block of all rules", "# asl: disable\nf()\n# asl: enable\n", "f()\n"),
    ("block, one is needed",
     "# asl: disable[ASL101, ASL301]\nbad101()\n# asl: enable[ASL301, missing-await]\n",
     "# asl: disable[ASL101]\nbad101()\n# asl: enable[missing-await]\n"),
    ("block in a block", "# asl: disable\n# asl: disable[ASL101]\nbad101()\n", "# asl: disable\nbad101()\n"),
    ("enable alone", "f()\n# asl: enable[ASL101]\n", "f()\n"),
    ("noqa with a reason", "f()  # noqa: ASL101 -- the job awaits it\n", "f()\n"),
    ("noqa with a reason, others need it", "f()  # noqa: ASL101, E501 -- a URL\n", "f()  # noqa: E501 -- a URL\n"),
    ("below a string", 'f("""\n""")  # noqa: ASL101\n', 'f("""\n""")\n'),
    ("windows line ends", "f()  # noqa: ASL101\r\n# asl: ignore[ASL101]\r\ng()\r\n", "f()\r\ng()\r\n"),
    ("letters of more than one unit", "f('𝛼')  # noqa: ASL101\n", "f('𝛼')\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CUT], ids=[case[0] for case in CUT])
def test_cut_out(text: str, expected: str) -> None:
    found = [d for d in linter(text).check([PATH]).diagnostics if d.code == "ASL901"]
    assert found
    assert {d.fix.applicability for d in found if d.fix} == {Applicability.SAFE}
    assert mended(text) == expected


KEPT = [
    ("needed", "bad101()  # noqa: ASL101\n"),
    ("bare noqa", "f()  # noqa\n"),
    ("noqa of others", "f()  # noqa: E501\n"),
    ("a code that nobody knows in a noqa", "f()  # noqa: ASL999\n"),
    ("the beginning of a code in a noqa", "f()  # noqa: ASL1\n"),
    ("off by default", "f()  # asl: ignore[ASL601]\n"),
    ("a prefix, of which one is needed", "bad101()  # asl: ignore[ASL1]\n"),
    ("below", "# asl: ignore[ASL101]\nbad101()\n"),
    ("file", "# asl: file-ignore[ASL101]\nf()\nbad101()\n"),
    ("block", "# asl: disable[ASL101]\nbad101()\n# asl: enable[ASL101]\n"),
    ("a block of several rules, each ended", "# asl: disable\nbad101()\n# asl: enable[ASL101]\n# asl: enable\n"),
    ("a guess is taken back", "bad101_guessed()  # noqa: ASL101\n"),
    ("two for the same", "# asl: file-ignore[ASL101]\nbad101()  # noqa: ASL101\n"),
    ("taken back itself", "f()  # noqa: ASL101, ASL901\n"),
    ("taken back for the file", "# asl: file-ignore[unused-suppression]\nf()  # noqa: ASL101\n"),
    ("in a string", "f('# noqa: ASL101')\n"),
]


@pytest.mark.parametrize("text", [case[1] for case in KEPT], ids=[case[0] for case in KEPT])
def test_kept(text: str) -> None:
    assert [d for d in linter(text).check([PATH]).diagnostics if d.code == "ASL901"] == []


def test_only_rules_of_this_run_are_judged() -> None:
    text = "f()  # noqa: ASL101, ASL301\ng()  # asl: ignore\n"
    found = linter(text, select=("ASL3", "ASL9")).check([PATH]).diagnostics
    assert [(d.code, d.span.start.line, d.message) for d in found] == [
        ("ASL901", 1, "`ASL301` in this `noqa` takes nothing back")
    ]
    assert linter(text, select=("ASL3",)).check([PATH]).diagnostics == ()
    assert linter(text, ignore_noqa=True).check([PATH]).diagnostics == ()


def test_blocks_are_judged_by_their_ends() -> None:
    text = "# asl: disable[ASL101]\nf()\n# asl: enable[ASL301]\n"
    found = linter(text).check([PATH]).diagnostics
    assert [(d.code, d.span.start.line, d.message) for d in found] == [
        ("ASL901", 1, "`ASL101` in this `disable` takes nothing back"),
        ("ASL901", 3, "`ASL301` in this `enable` ends no block"),
    ]


def test_a_comment_for_all_rules() -> None:
    (found,) = linter("f()  # asl: ignore\n").check([PATH]).diagnostics
    assert found.message == "This `ignore` takes nothing back"


def test_what_was_not_analysed_is_not_judged() -> None:
    overrides = Config(selections=(Selection(),))
    files = Memory({"/p/a.py": b"bad101()\n", "/p/b.py": b"f()  # noqa: ASL101\n"})
    one = Linter(Configuration(overrides, isolated=True), files, engine=run, metas=METAS)
    assert [d.span.path for d in one.check(["/p/a.py"]).diagnostics] == ["/p/a.py"]
    assert [d.code for d in linter("bad900()\nf()  # noqa: ASL101\n").check([PATH]).diagnostics] == ["ASL900"]
