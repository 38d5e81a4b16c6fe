"""A project full of traps, under the real program in all that it can do: nothing of the project runs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from asyncsql_lint.engine.facts import WORTH_A_PROCESS
from asyncsql_lint.syntax.workers import BOOT
from tests.security.project import MODULE, SAVE, Project

MODES = [
    ([], 1),
    (["--fix"], 0),
    (["--fix", "--unsafe-fixes", "--show-fixes"], 0),
    (["--diff"], 1),
    (["--add-noqa"], 0),
    (["--show-settings"], 0),
    (["--why", "app/api.py:5"], 0),
    (["--explain", "ASL101"], 0),
    (["--statistics"], 1),
    (["--new-since", "HEAD", "--fix"], 0),
    (["--clear-cache"], 0),
    (["--baseline", "known.json", "--update-baseline"], 0),
    (["-o", "html:out.html", "-o", "sarif:out.sarif", "-o", "json"], 1),
    (["--stdin-filename", "app/api.py", "-"], 1),
    (["--completions", "bash"], 0),
    (["--help"], 0),
]
NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.")
OTHER_PROCESSES = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "pty.")
LOADING = ("pickle.", "ctypes.dlopen", "sqlite3.enable_load_extension", "sqlite3.load_extension")


@pytest.mark.parametrize(("arguments", "code"), MODES, ids=[" ".join(mode[0]) for mode in MODES])
def test_nothing_of_it_runs(stranger: Project, arguments: list[str], code: int) -> None:
    ran = stranger.run(*arguments, stdin=SAVE)
    assert not stranger.mark.exists(), stranger.mark.read_text()
    assert (ran.code, ran.err.count("Traceback")) == (code, 0), ran.err
    ours = [event.words[0] for event in ran.of("exec")]
    assert any(name.endswith("main.py") for name in ours), "the hook was there"
    assert [name for name in ours if name.startswith(str(stranger.folder))] == []
    assert list(ran.of(*NETWORK, *OTHER_PROCESSES, *LOADING)) == []
    programs = {Path(event.words[0]).name for event in ran.of("subprocess.Popen")}
    assert programs == ({"git"} if "--new-since" in arguments else set())


def test_as_a_module_that_python_isolates(stranger: Project) -> None:
    assert stranger.run("-o", "concise", command=[sys.executable, "-I", "-m", "asyncsql_lint"]).code == 1
    assert not stranger.mark.exists(), stranger.mark.read_text()


LOADED_BY_PYTHON = """
import subprocess, sys, tempfile
with tempfile.TemporaryDirectory() as folder:
    open(f"{folder}/mine.py", "w").write("import sys; print(*sys.modules)")
    print(subprocess.run([sys.executable, "-m", "mine"], cwd=folder, capture_output=True, text=True).stdout)
"""


@pytest.mark.parametrize("arguments", [mode[0] for mode in MODES[:4]], ids=" ".join)
def test_as_a_module(stranger: Project, arguments: list[str]) -> None:
    """What Python loads by itself for `-m` is its own affair, see below; all else of the folder is not imported."""
    done = subprocess.run([sys.executable, "-c", LOADED_BY_PYTHON], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "click" not in loaded
    stranger.unplant({*loaded, "asyncsql_lint"})
    assert stranger.run(*arguments, command=MODULE).code in (0, 1)
    assert not stranger.mark.exists(), stranger.mark.read_text()


def test_python_itself_would_take_a_package_of_our_name(tmp_path: Path) -> None:
    """The limit that SECURITY.md states. When this fails, Python has become safer, and the limit may go."""
    project = Project(tmp_path / "project")
    project.write("asyncsql_lint/__init__.py", project.trap("asyncsql_lint"))
    assert project.run(command=MODULE).code == 9
    assert project.mark.read_text() == "asyncsql_lint\n"


def test_processes_that_parse_are_the_only_ones_and_safe(stranger: Project) -> None:
    for number in range(3):
        lines = f"x = {number}  # {'long ' * 100}\n" * (WORTH_A_PROCESS // 500)
        stranger.write(f"app/long{number}.py", lines)
    ran = stranger.run("--jobs", "2", "-o", "concise", "--no-cache")
    assert ran.out.startswith("app/api.py:5:5: ASL101")
    assert not stranger.mark.exists(), stranger.mark.read_text()
    started = [event.words for event in ran.of("subprocess.Popen")]
    assert [(Path(words[0]).resolve(), words[1]) for words in started] == [(Path(sys.executable).resolve(), "-c")] * 2
    assert all(words[2] == BOOT for words in started)
    assert [event.words for event in ran.of("exec") if event.words[0].startswith(str(stranger.folder))] == []


def test_a_pickle_in_the_place_of_the_cache(stranger: Project) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str, int]]:
            return os.mkdir, (str(stranger.mark), 0o777)

    cache = stranger.folder / ".asyncsql_lint_cache"
    cache.mkdir()
    for name in ("v1.sqlite", "facts.pickle", "cache.pkl", "data.msgpack"):
        (cache / name).write_bytes(pickle.dumps(Trap()))
    assert stranger.run("-o", "concise").code == 1
    assert not stranger.mark.exists()


HARM = {
    "socket.": "import socket; socket.socket().close()",
    "subprocess.Popen": "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])",
    "pickle.": "import pickle, os; pickle.loads(pickle.dumps(os.getcwd))",
    "os.system": "import os; os.system('')",
    "open": "open('written', 'w')",
    "exec": "import app.here",
    "os.rename": "import os; os.replace('app/here.py', 'app/there.py')",
}


@pytest.mark.parametrize("event", HARM)
def test_the_hook_would_see_it(tmp_path: Path, event: str) -> None:
    project = Project(tmp_path / "project")
    project.write("app/here.py", "")
    ran = project.run(command=[sys.executable, "-c", HARM[event]])
    seen = [each for each in ran.of(event) if event != "exec" or each.words[0].endswith("here.py")]
    assert seen, ran
