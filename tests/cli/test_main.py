"""The command as a user meets it: options, outputs, and exit codes. The analysis itself is a fake."""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from asyncsql_lint import __version__
from asyncsql_lint.cli import output
from asyncsql_lint.cli.main import main
from asyncsql_lint.linter import Linter
from tests.engine.catalogue import METAS
from tests.engine.fake_engine import run

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a finding in `a.py` and one of each severity in `levels.py`; the current folder."""
    files = {
        "pyproject.toml": "",
        "a.py": "x = 1\nbad101()\n",
        "fixable.py": "bad101_fixed()\nbad301_fixed()\n",
        "pkg/levels.py": "bad301()\nbad305()\n",
        "clean/b.py": "x = 1\n",
        "clean/c.py": "bad101()  # noqa\n",
        "build/out.py": "bad101()\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "ASYNCSQL_LINT_OUTPUT_FORMAT", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("asyncsql_lint.cli.session.Linter", partial(Linter, engine=run, metas=METAS))
    return tmp_path


@pytest.fixture
def lint(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with arguments and, when given, standard input."""

    def call(*arguments: str, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(list(arguments))
        captured = capsys.readouterr()
        return SimpleNamespace(code=int(code), out=captured.out, err=captured.err)

    return call


EXITS = [
    ("clean", ["clean"], 0),
    ("findings", ["a.py"], 1),
    ("findings, and it is fine", ["a.py", "--exit-zero"], 0),
    ("below fail-on", ["pkg", "--select", "ASL305", "--fail-on", "error"], 0),
    ("at fail-on", ["pkg", "--select", "ASL305", "--fail-on", "warning"], 1),
    ("below the confidence", ["a.py", "--min-confidence", "proved", "--ignore", "ASL101"], 0),
    ("missing path", ["nowhere.py"], 2),
    ("missing path beside findings", ["nowhere.py", "a.py", "--exit-zero"], 2),
    ("unknown option", ["--selct", "ASL1"], 2),
    ("unknown choice", ["--fail-on", "bad"], 2),
    ("unknown rule", ["--select", "ASL777", "clean"], 2),
    ("unknown config key", ["--config", "selct = []", "clean"], 2),
    ("missing config file", ["--config", "nowhere.toml", "clean"], 2),
    ("config file and isolation", ["--config", "pyproject.toml", "--isolated"], 2),
    ("dash beside a path", ["-", "a.py"], 2),
    ("stdin name without dash", ["--stdin-filename", "a.py"], 2),
    ("bad place", ["--why", "a.py"], 2),
    ("bad pattern", ["--per-file-ignores", "ASL301", "clean"], 2),
    ("output to nowhere", ["a.py", "--output-file", "nowhere/out.txt"], 2),
    ("version", ["--version"], 0),
    ("help", ["--help"], 0),
    ("rules", ["--rules"], 0),
    ("explain an unknown rule", ["--explain", "ASL999"], 2),
    ("why", ["--why", "a.py:1"], 0),
    ("why a missing file", ["--why", "nowhere.py:1"], 2),
    ("show files", ["--show-files"], 0),
    ("show files of nothing", ["--show-files", "nowhere"], 2),
    ("show settings", ["--show-settings"], 0),
    ("diff", ["--diff", "fixable.py"], 1),
    ("diff of nothing", ["--diff", "a.py"], 0),
    ("fix", ["--fix", "fixable.py"], 1),
    ("fix all", ["--fix", "--unsafe-fixes", "fixable.py"], 0),
    ("fix all, and tell", ["--fix", "--unsafe-fixes", "--exit-non-zero-on-fix", "fixable.py"], 1),
    ("nothing to fix", ["--fix", "--exit-non-zero-on-fix", "clean"], 0),
]


@pytest.mark.parametrize(("arguments", "code"), [case[1:] for case in EXITS], ids=[case[0] for case in EXITS])
def test_exit_code(lint: Run, arguments: list[str], code: int) -> None:
    result = lint(*arguments)
    assert result.code == code
    assert "Traceback" not in result.err
    assert bool(result.err) is (code == 2)


WHAT = [
    ("the current folder", [], "a.py:2 fixable.py:1 fixable.py:2 levels.py:1 levels.py:2"),
    ("a folder", ["pkg"], "levels.py:1 levels.py:2"),
    ("select", ["--select", "ASL3"], "fixable.py:2 levels.py:1 levels.py:2"),
    ("select, several", ["--select", "ASL305,missing-await"], "a.py:2 fixable.py:1 levels.py:2"),
    ("select, repeated", ["--select", "ASL305", "--select", "ASL101"], "a.py:2 fixable.py:1 levels.py:2"),
    ("ignore", ["--ignore", "ASL1,ASL301"], "levels.py:2"),
    ("extend ignore", ["--extend-ignore", "ASL1,ASL301"], "levels.py:2"),
    ("one key", ["--config", "ignore = ['ASL1', 'ASL301']"], "levels.py:2"),
    ("option before key", ["--config", "select = ['ASL1']", "--select", "ASL305"], "levels.py:2"),
    ("per file", ["--per-file-ignores", "pkg/*:ASL,*.py:ASL3"], "a.py:2 fixable.py:1"),
    ("an excluded folder that was given", ["build"], "out.py:1"),
    ("an excluded file that was given", ["build/out.py"], "out.py:1"),
    ("not when told so", ["--force-exclude", "build", "build/out.py", "a.py"], "a.py:2"),
    ("exclude", ["--exclude", "pkg,fixable.py"], "a.py:2 out.py:1"),
    ("extend exclude", ["--extend-exclude", "pkg", "--extend-exclude", "fixable.py"], "a.py:2"),
    ("without comments", ["clean", "--ignore-noqa"], "c.py:1"),
]


@pytest.mark.parametrize(("arguments", "expected"), [case[1:] for case in WHAT], ids=[case[0] for case in WHAT])
def test_what_is_reported(lint: Run, arguments: list[str], expected: str) -> None:
    result = lint(*arguments, "-o", "json")
    found = [f"{Path(each['filename']).name}:{each['location']['row']}" for each in json.loads(result.out)]
    assert " ".join(sorted(found)) == expected


FORMATS = [
    (["a.py", "-q"], {}, "ASL101 missing-await `bad101()` is bad\n --> a.py:2:1\n"),
    (["a.py", "-o", "full", "-q"], {}, "ASL101 missing-await `bad101()` is bad\n --> a.py:2:1\n"),
    (["a.py", "-o", "concise"], {}, "a.py:2:1: ASL101 `bad101()` is bad\nFound 1 error.\n"),
    (["a.py", "-o", "concise", "-q"], {}, "a.py:2:1: ASL101 `bad101()` is bad\n"),
    (["a.py"], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "concise"}, "a.py:2:1: ASL101"),
    (["a.py", "-o", "json"], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "concise"}, "[\n  {\n"),
    (["a.py", "--config", "output-format = 'concise'"], {}, "a.py:2:1: ASL101"),
    (["a.py", "--config", "output-format = 'json'"], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "concise"}, "a.py:2:1: ASL101"),
    (["a.py", "--statistics"], {}, "by rule\n  1  ASL101  missing-await\n"),
    (["a.py", "--statistics", "-o", "json"], {}, '{\n  "total": 1,\n  "rules": ['),
    (["clean"], {}, "All checks passed!\n"),
    (["clean", "-q"], {}, ""),
    (["clean", "-o", "json"], {}, "[]\n"),
    (["clean", "--show-suppressed", "-o", "concise"], {},
     "clean/c.py:1:1: ASL101 `bad101()` is bad (suppressed on line 1)\n"),
    (["fixable.py", "-o", "concise", "--unsafe-fixes", "-q"], {}, "fixable.py:1:1: ASL101 [*]"),
    (["a.py", "--color", "always"], {"NO_COLOR": "1"}, "\x1b[1;31mASL101"),
    (["a.py"], {"FORCE_COLOR": "1"}, "\x1b[1;31mASL101"),
    (["a.py"], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, "ASL101"),
    (["a.py"], {"FORCE_COLOR": "1", "NO_COLOR": ""}, "\x1b[1;31mASL101"),
    (["a.py", "--color", "never"], {"FORCE_COLOR": "1"}, "ASL101"),
    (["--version"], {}, f"asyncsql-lint {__version__}\n"),
    (["--why", "a.py:2"], {}, "{root}/a.py:2: nothing is known\n"),
    (["--show-files", "pkg"], {}, "{root}/pkg/levels.py\n"),
    (["--show-settings"], {}, "# for the files in {root}\n# read from no file: these are the defaults\nenabled = ["),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "environment", "expected"), FORMATS)
def test_output(
    lint: Run, project: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], environment: dict[str, str],
    expected: str,
) -> None:  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    start = expected.replace("{root}", os.path.realpath(project))
    assert lint(*arguments).out.startswith(start)


def test_settings_show_the_versions_that_rules_go_by(lint: Run, project: Path) -> None:
    (project / "uv.lock").write_text('[[package]]\nname = "sqlalchemy"\nversion = "2.0.57"\n')
    shown = lint("--show-settings", "--config", 'library-versions = {fastapi = "0.110"}').out
    assert shown.endswith(
        'library-versions.sqlalchemy = "2.0.57"  # uv.lock\n'
        'library-versions.sqlmodel = ""  # unknown: no lock file or requirement\n'
        'library-versions.fastapi = "0.110"  # --config\n'
    )


ERRORS = [
    (["nowhere.py"], "nowhere.py: no such file or folder"),
    (["--select", "mising-await"], 'unknown rule `mising-await`, did you mean "missing-await"?'),
    (["--config", "selct = []"], 'unknown key "selct", did you mean "select"?'),
    (["--config", "select = 3"], '--config: "select" must be a list of strings, not a number'),
    (["--selct"], "--selct"),
    (["--fail-on", "eror"], "'eror' is not one of"),
    (["--explain", "mising-await"], "unknown rule `mising-await`"),
]


@pytest.mark.parametrize(("arguments", "words"), ERRORS)
def test_error(lint: Run, arguments: list[str], words: str) -> None:
    result = lint(*arguments)
    assert words in result.err
    assert result.out == ""


def test_configuration_error_names_its_file(lint: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.asyncsql-lint]\nslect = []\n")
    result = lint("a.py")
    assert result.code == 2
    assert f'{os.path.realpath(project)}/pyproject.toml:2: unknown key "slect", did you mean "select"?' in result.err


def test_the_rest_is_checked_beside_a_missing_path(lint: Run) -> None:
    result = lint("nowhere.py", "a.py", "-o", "concise")
    assert result.code == 2
    assert result.out.startswith("a.py:2:1: ASL101")


@pytest.mark.parametrize("call", ["scandir", "open"])
def test_what_nobody_may_read(lint: Run, project: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """The system's refusal is a fake, for no file is closed to a test that runs as root."""
    module, refused = (os, "pkg") if call == "scandir" else (builtins, "levels.py")
    real = getattr(module, call)

    def refusing(path: str, *arguments: object, **options: object) -> object:
        if str(path).endswith(refused):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *arguments, **options)

    monkeypatch.setattr(module, call, refusing)
    result = lint("-o", "concise")
    assert result.code == 2
    assert f"{refused}: " in result.err
    assert "cannot be read: permission denied" in result.err
    assert result.out.startswith("a.py:2:1: ASL101"), "the rest is checked"
    assert "levels.py" not in result.out


def test_output_file(lint: Run, project: Path) -> None:
    result = lint("a.py", "--output-file", "out.json", "-o", "json")
    assert (result.code, result.out) == (1, "")
    assert json.loads((project / "out.json").read_text())[0]["code"] == "ASL101"


def test_fix(lint: Run, project: Path) -> None:
    result = lint("--fix", "fixable.py", "-o", "concise")
    assert (project / "fixable.py").read_text() == "good()\nbad301_fixed()\n"
    assert result.out == (
        "fixable.py:2:1: ASL301 `bad301_fixed()` is bad\nFixed 1 error, found 1 error more.\n"
        "No fixes available (1 hidden fix with --unsafe-fixes).\n"
    )
    assert lint("--fix", "--unsafe-fixes", "fixable.py").out == "Fixed 1 error.\n"
    assert (project / "fixable.py").read_text() == "good()\ngood()\n"


def test_diff(lint: Run, project: Path) -> None:
    (project / "fixable.py").write_text("a\nbad101_fixed()")
    assert lint("--diff", "fixable.py").out == (
        "--- fixable.py\n+++ fixable.py\n@@ -1,2 +1,2 @@\n a\n-bad101_fixed()\n\\ No newline at end of file\n"
        "+good()\n\\ No newline at end of file\n"
    )
    assert (project / "fixable.py").read_text() == "a\nbad101_fixed()"


STDIN = [
    (["-"], b"bad101()\n", 1, "<stdin>:1:1: ASL101"),
    (["-", "--stdin-filename", "pkg/new.py"], b"bad101()\n", 1, "pkg/new.py:1:1: ASL101"),
    (["-", "--stdin-filename", "a.py"], b"x\nx\nbad101()\n", 1, "a.py:3:1: ASL101"),
    (["-"], b"x\n", 0, "All checks passed!"),
    (["-"], b"", 0, "All checks passed!"),
    (["-"], b"\xff\n", 1, "<stdin>:1:1: ASL900 the file is not valid UTF-8"),
    (["-", "--stdin-filename", "build/x.py", "--force-exclude"], b"bad101()\n", 0, "All checks passed!"),
]


@pytest.mark.parametrize(("arguments", "stdin", "code", "start"), STDIN)
def test_standard_input(lint: Run, arguments: list[str], stdin: bytes, code: int, start: str) -> None:
    result = lint(*arguments, "-o", "concise", stdin=stdin)
    assert result.code == code
    assert result.out.startswith(start)


def test_standard_input_is_mended_to_standard_output(lint: Run, project: Path) -> None:
    result = lint("-", "--stdin-filename", "a.py", "--fix", "-o", "concise", stdin=b"bad101_fixed()\nbad301()\n")
    assert result.out == "good()\nbad301()\n"
    assert result.err.startswith("a.py:2:1: ASL301")
    assert (project / "a.py").read_text() == "x = 1\nbad101()\n"


def test_comments_that_are_wrong(lint: Run, project: Path) -> None:
    (project / "a.py").write_text("x  # asl: ignore[ASL10]\ny  # asl: ignore[lazy-relationship-acces]\n")
    result = lint("a.py")
    assert result.code == 1
    assert 'Unknown rule `lazy-relationship-acces`, did you mean "lazy-relationship-access"?' in result.out
    assert result.err == ""
    (project / "empty").mkdir()
    assert "no Python files found" in lint("empty").err


def test_a_bug_is_told_as_one(lint: Run, project: Path) -> None:
    (project / "clean" / "b.py").write_text("crash()\n")
    result = lint("clean")
    assert (result.code, result.out) == (2, "")
    assert f"has a bug while it checked {os.path.realpath(project)}/clean/b.py: ZeroDivisionError" in result.err
    assert "Please report it at https://" in result.err
    assert "Traceback" not in result.err
    assert "Traceback" in lint("clean", "-v").err


def test_ctrl_c(lint: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("asyncsql_lint.cli.session.Linter", partial(Linter, engine=interrupted, metas=METAS))
    result = lint("a.py")
    assert (result.code, result.out, result.err.strip()) == (130, "", "")


def test_a_reader_who_has_seen_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        output.emit(lambda out: out.write("x" * 1_000_000))


def test_a_terminal_that_knows_few_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    output.emit(lambda out: out.write("注文"))
    assert raw.getvalue() == b"\\u6ce8\\u6587"


def test_verbose(lint: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.asyncsql-lint]\n")
    err = lint("a.py", "-v").err
    assert "checked 1 of " in err
    assert f"configuration: {os.path.realpath(project)}/pyproject.toml" in err
