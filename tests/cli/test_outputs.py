"""Several formats in one run, each in its place, whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, cast

import pytest

from asyncsql_lint.cli.outputs import FORMATS
from tests.cli.conftest import Command
from tests.reporters.github_rules import check_upload
from tests.support.readme import README, write_program

BAD = "bad101()\n"
FOUND = "a.py:1:1: ASL101 `bad101()` is bad\nFound 1 error.\n"


@pytest.fixture
def run(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The program in a folder with one finding, with no format in its environment."""
    for name in ("ASYNCSQL_LINT_OUTPUT_FORMAT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    command.write({"a.py": BAD})
    return command


def names(run: Command) -> set[str]:
    return set(os.listdir(run.folder))


def test_several_outputs(run: Command) -> None:
    done = run("-o", "sarif:out.sarif", "-o", "json:out.json", "-o", "concise:-")
    assert (done.code, done.out, done.err) == (1, FOUND, "")
    assert json.loads((run.folder / "out.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "ASL101"
    assert json.loads((run.folder / "out.json").read_text())[0]["code"] == "ASL101"
    assert names(run) == {"pyproject.toml", "a.py", "out.sarif", "out.json"}, "and nothing is left over"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("source", [BAD, "good()\n"], ids=["a finding", "nothing"])
def test_every_format(run: Command, name: str, source: str) -> None:
    run.write({"a.py": source})
    done = run("-o", f"{name}:out", "-o", f"{'concise' if name != 'concise' else 'json'}:-")
    assert (done.code, done.err) == (int(source == BAD), "")
    text = (run.folder / "out").read_text(encoding="utf-8")
    assert ("ASL101" in text) is (source == BAD or name == "sarif")
    assert "\x1b" not in text


PLACES = [
    ("standard output", ["-o", "concise"], {}, None, FOUND),
    ("standard output, by name", ["-o", "concise:-"], {}, None, FOUND),
    ("a file", ["-o", "concise:out"], {}, FOUND, ""),
    ("the file for what names none", ["-o", "concise", "--output-file", "out"], {}, FOUND, ""),
    ("both", ["-o", "concise:-", "-o", "json", "--output-file", "out"], {}, "[\n  {\n", FOUND),
    ("a file with a colon", ["-o", "concise:o:u:t"], {}, None, ""),
    ("standard output, as the file", ["-o", "concise", "--output-file", "-"], {}, None, FOUND),
    ("the environment", [], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "concise"}, None, FOUND),
    ("the environment, with a file", [], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "concise:out"}, FOUND, ""),
    ("the environment, twice", [], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "json:out concise:-"}, "[\n  {\n", FOUND),
    ("an option before the environment", ["-o", "concise"], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "json:out"}, None, FOUND),
    ("the environment, to the file", ["--output-file", "out"], {"ASYNCSQL_LINT_OUTPUT_FORMAT": "concise"}, FOUND, ""),
    ("the configuration", ["--config", "output-format = 'concise'"], {}, None, FOUND),
    (
        "the configuration, to the file",
        ["--config", "output-format = 'concise'", "--output-file", "out"],
        {},
        FOUND,
        "",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "environment", "file", "out"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES]
)
def test_where_it_goes(
    run: Command,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    file: str | None,
    out: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run(*arguments)
    assert (done.code, done.out, done.err) == (1, out, "")
    written = run.folder / "out"
    assert written.exists() is (file is not None)
    if file is not None:
        assert written.read_text().startswith(file)


REFUSED = [
    ("an unknown format", ["-o", "sarf:x"], "'sarf' is not one of text, full, concise"),
    ("a likely one", ["-o", "sarf"], 'did you mean "sarif"?'),
    ("no file after the colon", ["-o", "sarif:"], "'sarif:' names no file after its colon"),
    ("two on standard output", ["-o", "text", "-o", "json"], "text and json cannot both go to standard output"),
    ("two by name", ["-o", "text:-", "-o", "json:-"], "text and json cannot both go to standard output"),
    ("two in one file", ["-o", "sarif:out", "-o", "json:./out"], "sarif and json cannot both go to ./out"),
    ("the same twice", ["-o", "sarif:out", "-o", "sarif:out"], "sarif and sarif cannot both go to out"),
    ("two without a file of their own", ["-o", "text", "-o", "json", "--output-file", "x"], "cannot both go to x"),
    ("a file that nothing goes to", ["-o", "text:-", "--output-file", "x"], "every --output-format names a place"),
    ("a folder that is not there", ["-o", "json:nowhere/out"], "nowhere/out: cannot be written: there is no folder "),
    ("a folder", ["-o", "json:folder"], "folder: cannot be written: this is a folder"),
    ("below a file", ["-o", "json:a.py/out"], "a.py/out: cannot be written: there is no folder "),
    ("a name too long", ["-o", f"json:{'x' * 300}"], "cannot be written: file name too long"),
    ("one of several", ["-o", "sarif:out", "-o", "json:nowhere/x", "-o", "text:-"], "nowhere/x: cannot be written"),
    ("by the option for the file", ["--output-file", "nowhere/x"], "nowhere/x: cannot be written: there is no folder"),
]


@pytest.mark.parametrize(("arguments", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_refused(run: Command, arguments: list[str], words: str) -> None:
    (run.folder / "folder").mkdir()
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert names(run) == {"pyproject.toml", "a.py", "folder"}, "nothing is written"


def test_nothing_is_mended_when_the_report_has_no_place(run: Command) -> None:
    run.write({"a.py": "bad101_fixed()\n"})
    assert run("--fix", "-o", "json:nowhere/out").code == 2
    assert (run.folder / "a.py").read_text() == "bad101_fixed()\n"


def test_a_disk_that_is_full_at_the_second_file(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal is a fake, for no disk is full for a test."""
    run.write({"one": "old", "two": "old"})
    opened: list[str] = []

    def refusing(path: str, mode: str, **options: Any) -> IO[bytes]:  # noqa: ANN401 -- as `open` takes them
        opened.append(path)
        if len(opened) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", path)
        return cast("IO[bytes]", open(path, mode, **options))

    monkeypatch.setattr("asyncsql_lint.source.replace.open", refusing, raising=False)
    done = run("-o", "json:one", "-o", "sarif:two", "-o", "concise:-")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: two: cannot be written: no space left on device\n"
    assert [(run.folder / name).read_text() for name in ("one", "two")] == ["old", "old"], "all or none"
    assert names(run) == {"pyproject.toml", "a.py", "one", "two"}, "nothing is left over"


def test_what_was_there_lends_its_mode_and_a_link_stays_one(run: Command) -> None:
    run.write({"real.json": "old"})
    (run.folder / "real.json").chmod(0o640)
    (run.folder / "out.json").symlink_to("real.json")
    assert run("-o", "json:out.json").code == 1
    assert (run.folder / "out.json").is_symlink()
    assert json.loads((run.folder / "real.json").read_text())[0]["code"] == "ASL101"
    assert stat.S_IMODE((run.folder / "real.json").stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_of_new_files(run: Command) -> None:
    before = os.umask(0o027)
    try:
        run("-o", "json:out.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((run.folder / "out.json").stat().st_mode) == 0o640


def test_a_named_pipe_is_written_to(run: Command) -> None:
    os.mkfifo(run.folder / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=run.folder, stdout=subprocess.PIPE, text=True) as reader:
        assert run("-o", "concise:pipe").code == 1
        assert reader.communicate(timeout=60)[0] == FOUND
    assert stat.S_ISFIFO((run.folder / "pipe").stat().st_mode)


def test_mended_source_and_findings_do_not_meet(run: Command) -> None:
    source = b"bad101_fixed()\nbad301()\n"
    done = run("-", "--fix", "-o", "concise:-", "-o", "json:out.json", stdin=source)
    assert done.out == "good()\nbad301()\n"
    assert done.err.startswith("<stdin>:2:1: ASL301")
    assert json.loads((run.folder / "out.json").read_text())[0]["code"] == "ASL301"


MACHINE = [
    ("sarif", lambda text: json.loads(text)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
     ["artifactLocation"]["uri"]),
    ("gitlab", lambda text: json.loads(text)[0]["location"]["path"]),
    ("rdjson", lambda text: json.loads(text)["diagnostics"][0]["location"]["path"]),
    ("github", lambda text: text.partition("file=")[2].partition(",")[0]),
    ("azure", lambda text: text.partition("sourcepath=")[2].partition(";")[0]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path_in"), MACHINE)
def test_paths_for_machines_start_at_the_root_of_the_repository(
    run: Command, monkeypatch: pytest.MonkeyPatch, name: str, path_in: object
) -> None:
    assert callable(path_in)
    run.write({"services/a/pkg/a.py": BAD, "services/a/pyproject.toml": ""})
    monkeypatch.chdir(run.folder / "services" / "a")
    assert path_in(run("-o", name, "pkg").out) == "pkg/a.py", "without a repository, at the working directory"
    (run.folder / ".git").mkdir()
    assert path_in(run("-o", name, "pkg").out) == "services/a/pkg/a.py"
    (run.folder / "link").symlink_to("services/a")
    monkeypatch.chdir(run.folder)
    assert path_in(run("-o", name, "link/pkg").out) == "services/a/pkg/a.py"
    assert json.loads(run("-o", "json", "link/pkg").out)[0]["filename"] == f"{run.folder}/link/pkg/a.py"


CATEGORIES = [
    ("no configuration: the current folder", "services/a", ["."], "asyncsql-lint/services/a/"),
    ("the root", ".", ["a.py"], "asyncsql-lint/"),
    ("the one configuration of what is checked", ".", ["services/b"], "asyncsql-lint/services/b/"),
    ("several", ".", ["services/b", "services/c"], "asyncsql-lint/"),
]


@pytest.mark.parametrize(
    ("folder", "paths", "category"), [case[1:] for case in CATEGORIES], ids=[case[0] for case in CATEGORIES]
)
def test_the_category_of_a_part_of_a_repository(
    run: Command, monkeypatch: pytest.MonkeyPatch, folder: str, paths: list[str], category: str
) -> None:
    table = "[tool.asyncsql-lint]\n"
    run.write({"services/a/a.py": BAD, "services/b/b.py": BAD, "services/c/c.py": BAD})
    run.write({f"services/{name}/pyproject.toml": table for name in "bc"})
    (run.folder / ".git").mkdir()
    monkeypatch.chdir(run.folder / folder)
    log = json.loads(run("-o", "sarif", *paths).out)
    assert log["runs"][0]["automationDetails"]["id"] == category


def test_step_summary(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write({"a.py": BAD * 12, "summary.md": "before\n"})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(run.folder / "summary.md"))
    done = run("-o", "github")
    assert done.out.startswith("::notice title=asyncsql-lint::GitHub shows 10 annotations of a kind; 2 errors more")
    text = (run.folder / "summary.md").read_text()
    assert text.startswith("before\n### asyncsql-lint: 12 errors\n")
    assert text.count("is bad") == 12


@pytest.mark.parametrize(
    ("lines", "arguments"), [(10, ["-o", "github"]), (12, ["-o", "concise"]), (12, ["-o", "github", "--statistics"])]
)
def test_no_summary_where_none_is_needed(
    run: Command, monkeypatch: pytest.MonkeyPatch, lines: int, arguments: list[str]
) -> None:
    run.write({"a.py": BAD * lines, "summary.md": "before\n"})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(run.folder / "summary.md"))
    run(*arguments)
    assert (run.folder / "summary.md").read_text() == "before\n"


def test_a_summary_that_is_full_is_left_alone(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write({"a.py": BAD * 12, "summary.md": "x" * (1024 * 1024 - 10)})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(run.folder / "summary.md"))
    assert run("-o", "github").code == 1
    assert (run.folder / "summary.md").stat().st_size == 1024 * 1024 - 10


def test_a_summary_that_cannot_be_written(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write({"a.py": BAD * 12})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(run.folder / "nowhere" / "summary.md"))
    done = run("-o", "github")
    assert done.code == 2
    assert done.err.endswith("nowhere/summary.md: cannot be written: no such file or directory\n")


@pytest.mark.parametrize("name", ["json", "junit", "html", "markdown", "github"])
def test_formats_for_machines_are_utf8_also_where_the_terminal_is_not(tmp_path: Path, name: str) -> None:
    (tmp_path / "注文.py").write_text("x = (\n")
    done = subprocess.run(
        [sys.executable, "-m", "asyncsql_lint", "--isolated", "-o", name],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    text = done.stdout.decode("utf-8")
    assert "注文" in text or "\\u6ce8\\u6587" in text or "&#27880;&#25991;" in text


@pytest.mark.parametrize("name", ["sarif", "github"])
def test_a_reader_who_has_seen_enough(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.py").write_text("import sqlalchemy.ext.asyncio as s\nasync def f(x: s.AsyncSession):\n"
                                   + "    x.commit()\n" * 600)  # fmt: skip
    command = [sys.executable, "-m", "asyncsql_lint", "--isolated", "-o", name, "-o", "concise:out.txt"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
    assert (tmp_path / "out.txt").read_text().endswith("Found 600 errors.\n[*] 600 fixable with --fix.\n")


def test_the_way_through_a_real_project(tmp_path: Path) -> None:
    """The program of the README, analysed in earnest: from the model over the query to the read, in each format."""
    write_program(README.read_text(encoding="utf-8"), tmp_path)
    places = ["sarif:out.sarif", "html:out.html", "rdjson:out.json", "markdown:-"]
    arguments = [word for place in places for word in ("-o", place)]
    done = subprocess.run(
        [sys.executable, "-m", "asyncsql_lint", "--isolated", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    way = ["shop/models.py:13", "shop/queries.py:8", "shop/api.py:26"]
    (found,) = check_upload((tmp_path / "out.sarif").read_text(encoding="utf-8"))["results"]
    steps = [step["location"]["physicalLocation"] for step in found["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [f"{step['artifactLocation']['uri']}:{step['region']['startLine']}" for step in steps] == way
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert re.findall(r'<p>.*?<span class="path dim">(.*?):\d+</span></p>', page) == way
    related = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["diagnostics"][0]["related_locations"]
    assert [f"{each['location']['path']}:{each['location']['range']['start']['line']}" for each in related] == way[:2]
    assert re.findall(r"<code>(shop/.*?)&#58;(\d+)", done.stdout) == [
        tuple(each.split(":")) for each in [way[2], *way[:2]]
    ]
