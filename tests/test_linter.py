"""What stands around the analysis: what counts, where, under which settings, and what fixes come to."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.config.model import Config, Selection
from asyncsql_lint.diagnostics import Confidence, Severity
from asyncsql_lint.errors import ConfigError, UsageError
from asyncsql_lint.linter import Linter, parse_place
from asyncsql_lint.source.discovery import PathProblem
from tests.engine.catalogue import METAS
from tests.engine.fake_engine import run
from tests.source.memory import Memory


def linter(
    files: Memory | None,
    overrides: Config | None = None,
    *,
    isolated: bool = True,
    ignore_noqa: bool = False,
    report_only_given: bool = False,
) -> Linter:
    return Linter(
        Configuration(overrides, isolated=isolated),
        files,
        ignore_noqa=ignore_noqa,
        report_only_given=report_only_given,
        engine=run,
        metas=METAS,
    )


def memory(**texts: str) -> Memory:
    """Files in /p: `a__b` is /p/a/b.py."""
    files = {
        f"/p/{name.replace('__', '/')}.py": text.encode("utf-8", "surrogateescape") for name, text in texts.items()
    }
    return Memory(files)


def found(linter: Linter, *paths: str) -> list[str]:
    """The findings of `paths`, as `a.py:1 101`."""
    report = linter.check(list(paths) or ["/p"])
    return [f"{d.span.path.removeprefix('/p/')}:{d.span.start.line} {d.code[3:]}" for d in report.diagnostics]


SETTINGS = [
    ("everything by default", None, ["a.py:1 101", "a.py:2 301"]),
    ("select", Config(selections=(Selection(select=("ASL3",)),)), ["a.py:2 301"]),
    ("off by default", Config(selections=(Selection(extend_select=("ASL6",)),)),
     ["a.py:1 101", "a.py:2 301", "a.py:3 601"]),
    ("guessed", Config(min_confidence=Confidence.GUESSED), ["a.py:1 101", "a.py:2 301", "a.py:4 101"]),
]  # fmt: skip


@pytest.mark.parametrize(("config", "expected"), [case[1:] for case in SETTINGS], ids=[case[0] for case in SETTINGS])
def test_settings(config: Config | None, expected: list[str]) -> None:
    files = memory(a="bad101()\nbad301_inferred()\nbad601()\nbad101_guessed()\n")
    assert found(linter(files, config)) == expected


GIVEN = [
    ("a folder", ["/p/app"], False, ["app/api.py:1 301", "app/api.py:2 101"]),
    ("the file that is read", ["/p/app/api.py"], False, ["app/api.py:1 301", "app/api.py:2 101"]),
    ("the file of the trace", ["/p/app/models.py"], False, ["app/api.py:1 301"]),
    ("the file of the trace, strictly", ["/p/app/models.py"], True, []),
    ("another folder", ["/p/other"], False, ["other/b.py:1 101"]),
    ("everything", ["/p"], False, ["app/api.py:1 301", "app/api.py:2 101", "other/b.py:1 101"]),
]


@pytest.mark.parametrize(
    ("paths", "strictly", "expected"), [case[1:] for case in GIVEN], ids=[case[0] for case in GIVEN]
)
def test_what_was_given(paths: list[str], strictly: bool, expected: list[str]) -> None:
    files = memory(
        setup="", app__models="class A: ...\n", app__api="bad301_at_models()\nbad101()\n", other__b="bad101()\n"
    )
    assert found(linter(files, report_only_given=strictly), *paths) == expected


def test_comments() -> None:
    files = memory(a="bad101()  # noqa\nbad301()  # asl: ignore[ASL301] -- known\nbad101()\n# asl: ignore[ASL99]\n")
    report = linter(files).check(["/p"])
    assert [(d.code, d.span.start.line) for d in report.diagnostics] == [("ASL101", 3), ("ASL902", 4)]
    assert [(s.diagnostic.code, s.line, s.reason) for s in report.suppressed] == [
        ("ASL101", 1, ""),
        ("ASL301", 2, "known"),
    ]
    assert report.diagnostics[1].message == 'Unknown rule `ASL99`, did you mean "ASL902"?'
    assert report.warnings == ()
    assert found(linter(files, ignore_noqa=True)) == ["a.py:1 101", "a.py:2 301", "a.py:3 101"]


def test_files_that_are_no_text() -> None:
    files = memory(a="bad101()\n", b="x = 1\n\udcff\n", c="\0")
    assert found(linter(files)) == ["a.py:1 101", "b.py:2 900", "c.py:1 900"]
    assert found(linter(files, Config(selections=(Selection(select=("ASL101",)),)))) == [
        "a.py:1 101",
        "b.py:2 900",
        "c.py:1 900",
    ], "a file that was not checked is never passed over in silence"
    assert found(linter(files, Config(selections=(Selection(ignore=("ASL900",)),)))) == ["a.py:1 101"]


def test_files_that_cannot_be_read() -> None:
    files = memory(setup="", a="bad101()\n", sub__b="bad101()\n")
    files.forbidden = frozenset({"/p/a.py"})
    files.files["/p/a.py"] = b""
    report = linter(files).check(["/p"])
    assert report.problems == (PathProblem("/p/a.py", "cannot be read: permission denied"),)
    assert [d.span.path for d in report.diagnostics] == ["/p/sub/b.py"]
    assert linter(files).check(["/p/sub"]).problems == (), "nobody asked about it"


def test_fail_on() -> None:
    files = memory(a="bad101()\nbad305()\nbad601()\n")
    everything = (Selection(select=("ALL",)),)
    counts = {level: linter(files, Config(everything, fail_on=level)).check(["/p"]).failing for level in Severity}
    assert counts == {Severity.INFO: 3, Severity.WARNING: 2, Severity.ERROR: 1}


def test_order_of_paths_does_not_matter() -> None:
    files = memory(a="bad101()\n", b="bad301()\n", c__d="bad101()\nbad305()\n")
    paths = ["/p/a.py", "/p/c", "/p/b.py"]
    assert linter(files).check(paths) == linter(files).check(paths[::-1]) == linter(files).check([*paths, *paths])


def test_unknown_selector() -> None:
    with pytest.raises(ConfigError, match="unknown rule `ASL9999`"):
        linter(memory(a=""), Config(selections=(Selection(select=("ASL9999",)),))).check(["/p"])


def test_settings_of_the_nearest_file(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    for folder in ("one", "two"):
        Path(root, folder).mkdir()
        Path(root, folder, "a.py").write_text("bad101()\nbad301()\n")
    Path(root, "one", "asyncsql-lint.toml").write_text('select = ["ASL3"]\nfail-on = "error"\nunfixable = ["ALL"]\n')
    report = linter(None, isolated=False).check([root])
    places = [(os.path.relpath(d.span.path, root), d.code) for d in report.diagnostics]
    assert places == [("one/a.py", "ASL301"), ("two/a.py", "ASL101"), ("two/a.py", "ASL301")]


FIXES = [
    ("safe ones", False, {}, {"a.py": "good()\nbad301_fixed()\n", "b.py": "good()\n"}),
    ("unsafe ones, too", True, {}, {"a.py": "good()\ngood()\n", "b.py": "good()\n"}),
    ("not the unfixable", True, {"unfixable": ("ASL101",)}, {"a.py": "bad101_fixed()\ngood()\n"}),
    ("only the fixable", False, {"fixable": ("ASL3",)}, {}),
    (
        "the longer selector wins",
        False,
        {"fixable": ("ASL101",), "unfixable": ("ASL1",)},
        {"a.py": "good()\nbad301_fixed()\n", "b.py": "good()\n"},
    ),
]


@pytest.mark.parametrize(
    ("unsafe", "config", "expected"), [case[1:] for case in FIXES], ids=[case[0] for case in FIXES]
)
def test_fixes(tmp_path: Path, unsafe: bool, config: dict[str, tuple[str, ...]], expected: dict[str, str]) -> None:
    root = os.path.realpath(tmp_path)
    sources = {"a.py": "bad101_fixed()\nbad301_fixed()\n", "b.py": "bad101_fixed()\n", "c.py": "good()\n"}
    for name, text in sources.items():
        Path(root, name).write_text(text)
    checker = linter(None, Config(**config))  # type: ignore[arg-type]  # the table holds selectors only
    fixed = checker.fix([root], unsafe=unsafe)
    assert {os.path.basename(path): fixed.report.sources[path].text for path in fixed.changed} == expected
    assert {name: Path(root, name).read_text() for name in sources} == sources, "nothing is written yet"
    assert checker.write(fixed) is fixed
    assert {name: Path(root, name).read_text() for name in sources} == {**sources, **expected}
    mended = {os.path.basename(path): codes.total() for path, codes in fixed.applied.items()}
    assert mended == {name: text.count("good") for name, text in expected.items()}
    assert [d.span.path for d in checker.check([root]).diagnostics] == [d.span.path for d in fixed.report.diagnostics]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    path, other = Path(root, "a.py"), Path(root, "b.py")
    for each in (path, other):
        each.write_text("bad101_fixed()\n")
    checker = linter(None)
    fixed = checker.fix([root])
    assert (fixed.count, fixed.report.diagnostics) == (2, ())
    path.write_text("somebody_else()\n")
    written = checker.write(fixed)
    (problem,) = written.report.problems
    assert (problem.path, problem.message) == (str(path), "not changed, because it was written to in the meantime")
    assert (path.read_text(), other.read_text()) == ("somebody_else()\n", "good()\n")
    assert (written.changed, written.applied) == ((str(other),), {str(other): Counter(ASL101=1)})
    assert [d.span.path for d in written.report.diagnostics] == [str(path)], "what was not mended is still reported"


def test_why() -> None:
    assert linter(memory(a="x\n")).why("/p/a.py", 1) == ("/p/a.py:1: nothing is known", "roots: /p")
    for path in ("/p/b.py", "/p", "/p/c.pyi"):
        with pytest.raises(UsageError, match="--why: "):
            linter(memory(a="x\n")).why(path, 1)


@pytest.mark.parametrize(
    ("text", "place"), [("a.py:3", ("a.py", 3)), ("a.py:3:7", ("a.py", 3)), ("C:/a.py:12", ("C:/a.py", 12))]
)
def test_place(text: str, place: tuple[str, int]) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["a.py", "a.py:", "a.py:x", ":3", "a.py:0", ""])
def test_no_place(text: str) -> None:
    with pytest.raises(UsageError, match="FILE:LINE"):
        parse_place(text)
