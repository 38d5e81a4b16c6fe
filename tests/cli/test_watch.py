"""`--watch`, as a process that is given changes and asked what it writes; what appeared and what went, without one."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from asyncsql_lint.cli.difference import Difference, difference
from asyncsql_lint.cli.main import main
from asyncsql_lint.cli.watched import Area, area_of, can_matter, folders_above
from asyncsql_lint.diagnostics import Confidence, Diagnostic, Position, Severity, Span
from asyncsql_lint.source.filesystem import Disk
from tests.cli.conftest import Command

PATIENCE = 120
"""Seconds after which a process that should have said something is taken to be lost."""

HEAD = "from sqlalchemy.ext.asyncio import AsyncSession\n\n\n"
BAD = "async def {0}(session: AsyncSession) -> None:\n    session.commit()\n\n\n"
GOOD = BAD.replace("    session", "    await session")


def finding(line: int, context: str) -> Diagnostic:
    span = Span("/p/a.py", Position(line, 4), Position(line, 9))
    return Diagnostic("ASL101", "missing-await", "is bad", Severity.ERROR, Confidence.PROVED, span, context=context)


OLD, MOVED, OTHER = finding(5, "f"), finding(9, "f"), finding(7, "g")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {}, Difference((), ())),
        ({"x": OLD}, {"x": OLD}, Difference((), ())),
        ({"x": OLD}, {"x": MOVED}, Difference((), ())),
        ({}, {"x": OLD, "y": OTHER}, Difference((OLD, OTHER), ())),
        ({"x": OLD, "y": OTHER}, {}, Difference((), (OLD, OTHER))),
        ({"x": OLD}, {"y": OTHER}, Difference((OTHER,), (OLD,))),
    ],
)
def test_what_sets_two_checks_apart(
    before: dict[str, Diagnostic], now: dict[str, Diagnostic], expected: Difference
) -> None:
    assert difference(before, now) == expected


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("/p/app/a.py", True),
        ("/p/app", True),
        ("/p/pyproject.toml", True),
        ("/p/.asyncsql-lint.toml", True),
        ("/p/uv.lock", True),
        ("/p/requirements/base.txt", True),
        ("/p/.gitignore", True),
        ("/p/app/data.json", False),
        ("/p/app/a.py~", False),
        ("/p/.git/index.lock", False),
        ("/p/.asyncsql_lint_cache/cache.py", False),
        ("/p/node_modules/x/setup.py", False),
        ("/p/app/__pycache__/a.py", False),
    ],
)
def test_which_changes_matter(path: str, matters: bool) -> None:
    assert can_matter(path, Area(("/p",), ()), folders_above(["/p/app/a.py"])) is matters


def test_a_project_is_watched_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "project" / "app").mkdir(parents=True)
    (tmp_path / "project" / "pyproject.toml").touch()
    shared = f"{tmp_path}/shared.toml"
    area = area_of([f"{tmp_path}/project/app", f"{tmp_path}/project/a.py"], [shared], Disk())
    assert area.folders == (f"{tmp_path}/project",)
    assert {shared, f"{tmp_path}/asyncsql-lint.toml"} <= set(area.files)
    before = area.stamps()
    Path(shared).write_text("")
    assert area.stamps() != before


def test_the_home_folder_is_not_watched_for_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    script = f"{tmp_path}/a.py"
    area = area_of([script], [], Disk())
    assert area.folders == ()
    assert script in area.files


REFUSED = [
    ["--fix"],
    ["--fix-only"],
    ["--diff"],
    ["--add-noqa"],
    ["--add-ignore=why"],
    ["--baseline", "known.json", "--update-baseline"],
    ["--output-file", "out.txt"],
    ["--statistics"],
    ["--why", "a.py:1"],
    ["--explain", "ASL101"],
    ["--rules"],
    ["--show-files"],
    ["--show-settings"],
    ["--clear-cache"],
    ["-"],
]


@pytest.mark.parametrize("options", REFUSED, ids=" ".join)
def test_what_it_does_not_go_with(command: Command, options: list[str]) -> None:
    command.write({"a.py": "bad101_fixed()\n"})
    done = command("--watch", *options)
    name = {"-": "standard input", "--add-ignore=why": "--add-ignore", "--baseline": "--update-baseline"}
    told = name.get(options[0], options[0])
    assert (done.code, done.out) == (2, "")
    assert done.err == f"error: --watch goes on checking, and changes nothing: it does not go with {told}\n"
    assert sorted(path.name for path in command.folder.iterdir()) == ["a.py", "pyproject.toml"]


@pytest.mark.parametrize("options", [["-o", "json"], ["-o", "text:out.txt"], ["-o", "text", "-o", "sarif:a.sarif"]])
def test_it_writes_for_people(command: Command, options: list[str]) -> None:
    done = command("--watch", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: --watch writes for people: one output, text or concise, to standard output\n"


def test_without_watchfiles(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    done = command("--watch")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: --watch needs watchfiles: pip install 'asyncsql-lint[watch]'\n"


def test_nothing_to_watch(command: Command) -> None:
    done = command("--watch", "nowhere.py")
    assert (done.code, done.err) == (2, f"error: {command.folder}/nowhere.py: no such file or folder\n")


def test_other_runs_do_not_load_watchfiles(tmp_path: Path) -> None:
    program = (
        "import sys; from asyncsql_lint.cli.main import main; main(['--isolated', '--no-cache', '-q'])\n"
        "print('watchfiles' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@dataclass(slots=True)
class Watcher:
    """A running `--watch`, whose lines are read as they come."""

    process: subprocess.Popen[str]
    lines: queue.Queue[str | None] = field(default_factory=queue.Queue)
    """None is the end."""
    seen: list[str] = field(default_factory=list)

    def until(self, is_it: Callable[[str], bool]) -> list[str]:
        """All lines up to the first of which `is_it` holds."""
        out: list[str] = []
        while not out or not is_it(out[-1]):
            try:
                line = self.lines.get(timeout=PATIENCE)
            except queue.Empty:
                line = None
            assert line is not None, f"nothing more came after {self.seen + out}"
            out.append(line)
        self.seen += out
        return out

    def after(self, change: Callable[[], object], last: str) -> list[str]:
        """All that is written once `change` was made, up to the line `last`."""
        change()
        return self.until(lambda line: line == last)

    def end(self) -> int:
        """Press Ctrl-C; the exit code. Nothing more may be written."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        rest = list(iter(partial(self.lines.get, timeout=PATIENCE), None))
        assert not any(rest), "but for the line that ^C stands on"
        return code


@contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[Watcher]:
    """The program, once it has said that it is watching."""
    command = [sys.executable, "-u", "-m", "asyncsql_lint", "--watch", "-o", "concise", *arguments]
    channels = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=folder, **channels) as process:
        watcher = Watcher(process)

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                watcher.lines.put(line.rstrip("\n"))
            watcher.lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        try:
            watcher.until(lambda line: line == "Watching for changes; Ctrl-C ends it.")
            yield watcher
        finally:
            process.kill()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.asyncsql-lint]\n")
    (folder / "a.py").write_text(HEAD + BAD.format("first"))
    return folder


def test_what_comes_and_goes(project: Path) -> None:
    source = project / "a.py"
    with watching(project) as watcher:
        assert watcher.seen[0].startswith("a.py:5:5: ASL101")

        both = HEAD + BAD.format("zero") + BAD.format("first")
        told = watcher.after(lambda: source.write_text(both), "Found 2 errors: 1 appeared.")
        assert [line.split()[0] for line in told[:-1]] == ["Appeared:", "a.py:5:5:"], "the other one has only moved"

        told = watcher.after(lambda: source.write_text(HEAD + BAD.format("zero")), "Found 1 error: 1 gone.")
        assert [line.split()[0] for line in told[:-1]] == ["Gone:", "a.py:9:5:"], "as it was"

        watcher.after(lambda: (project / "b.py").write_text(HEAD + BAD.format("b")), "Found 2 errors: 1 appeared.")
        watcher.after(lambda: (project / "b.py").rename(project / "c.py"), "Found 2 errors: 1 appeared, 1 gone.")
        watcher.after((project / "c.py").unlink, "Found 1 error: 1 gone.")
        watcher.after(lambda: source.write_text(HEAD + GOOD.format("zero")), "Found nothing: 1 gone.")
        assert watcher.end() == 130


def test_folders_that_come_and_go(project: Path) -> None:
    package, aside = project / "app", project.parent / "app"
    package.mkdir()
    (package / "b.py").write_text(HEAD + BAD.format("b"))
    with watching(project) as watcher:
        watcher.after(lambda: package.rename(aside), "Found 1 error: 1 gone.")
        watcher.after(lambda: aside.rename(package), "Found 2 errors: 1 appeared.")
        whole = project.parent / "kept"
        watcher.after(lambda: project.rename(whole), "Found nothing: 2 gone.")
        watcher.after(lambda: whole.rename(project), "Found 2 errors: 2 appeared.")
        watcher.after(lambda: shutil.rmtree(package), "Found 1 error: 1 gone.")


def test_a_configuration_that_changes(project: Path) -> None:
    own = project / "pyproject.toml"
    with watching(project) as watcher:
        ignoring = '[tool.asyncsql-lint]\nignore = ["ASL101"]\n'
        watcher.after(lambda: own.write_text(ignoring), "Found nothing: 1 gone.")
        own.write_text("[tool.asyncsql-lint]\nselct = []\n")
        told = watcher.until(lambda line: line.startswith("error: "))
        assert 'unknown key "selct"' in told[-1]
        shared = project.parent / "shared.toml"
        shared.write_text("")
        extending = '[tool.asyncsql-lint]\nextend = "../shared.toml"\n'
        watcher.after(lambda: own.write_text(extending), "Found 1 error: 1 appeared.")
        watcher.after(lambda: shared.write_text('ignore = ["ASL101"]\n'), "Found nothing: 1 gone.")
        watcher.after(lambda: (project / "asyncsql-lint.toml").write_text(""), "Found 1 error: 1 appeared.")


def test_a_baseline_that_changes(project: Path) -> None:
    assert main(["--baseline", str(project / "known.json"), "--update-baseline", "-q", str(project)]) == 0
    with watching(project, "--baseline", "known.json") as watcher:
        (project / "known.json").write_text('{"version": 1, "files": {}}')
        watcher.until(lambda line: line == "Found 1 error: 1 appeared.")
        (project / "known.json").unlink()
        assert "no such baseline" in watcher.until(lambda line: line.startswith("error: "))[-1]


def test_a_storm_of_changes(project: Path) -> None:
    with watching(project) as watcher:
        for turn in range(30):
            for name in ("b", "c", "d"):
                path = project / f"{name}.py"
                path.unlink(missing_ok=True)
                path.write_text(HEAD + (BAD if turn % 2 else GOOD).format(name))
        told = watcher.until(lambda line: line.startswith("Found 4 errors"))
        assert not any("Traceback" in line for line in told)
        assert watcher.end() == 130


def test_a_file_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "a.py"
    script.write_text(HEAD + GOOD.format("f"))
    with watching(tmp_path, "--isolated", "a.py") as watcher:
        other = tmp_path / "new"
        other.write_text(HEAD + BAD.format("f"))
        watcher.after(lambda: other.replace(script), "Found 1 error: 1 appeared.")


def test_a_reader_who_has_seen_enough(project: Path) -> None:
    command = [sys.executable, "-m", "asyncsql_lint", "--watch", "-o", "concise"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert "Watching" in process.stderr.readline()
            process.stdout.close()
            (project / "a.py").write_text(HEAD)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
