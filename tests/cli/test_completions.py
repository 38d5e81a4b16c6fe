"""`--completions`: what a shell loads, and what it then offers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = f'#!/bin/sh\nexec "{sys.executable}" -m asyncsql_lint "$@"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the program in `bin`."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "asyncsql-lint").write_text(PROGRAM)
    (tmp_path / "bin" / "asyncsql-lint").chmod(0o755)
    return tmp_path


def run(folder: Path, *command: str, **variables: str) -> str:
    environment = os.environ | {"PATH": f"{folder}/bin{os.pathsep}{os.environ['PATH']}", **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", "complete -o nosort -F _asyncsql_lint_completion asyncsql-lint"),
        ("zsh", "#compdef asyncsql-lint"),
        ("fish", "complete --no-files --command asyncsql-lint"),
    ],
)
def test_the_script(folder: Path, shell: str, words: str) -> None:
    assert words in run(folder, "asyncsql-lint", "--completions", shell)


def test_the_script_needs_no_shell(folder: Path) -> None:
    assert "_ASYNCSQL_LINT_COMPLETE=bash_complete" in run(
        folder, f"{folder}/bin/asyncsql-lint", "--completions", "bash", PATH=f"{folder}/bin"
    )


OFFERED = [
    ("--update", ["--update-baseline"]),
    ("--fail-on ", ["error", "warning", "info"]),
    ("--completions z", ["zsh"]),
    ("--explain asl30", [f"ASL30{number}" for number in range(1, 10)]),
    ("--explain missing-a", ["missing-await"]),
    ("--explain AL", []),
    ("--select AL", ["ALL"]),
    ("--select ASL101,ASL40", ["ASL101,ASL401", "ASL101,ASL402", "ASL101,ASL403"]),
    ("--baseline known", ["files"]),
    ("--config ", ["files"]),
    ("--add-noqa app", ["files"]),
    ("app", ["files"]),
]

ASK = """
source <(asyncsql-lint --completions bash)
complete -p asyncsql-lint > /dev/null || exit 1
COMP_WORDS=(asyncsql-lint "${@:1}")
COMP_CWORD=$#
compopt() { echo files; }  # of bash's own; it can be called at a real press only
_asyncsql_lint_completion asyncsql-lint
printf '%s\\n' "${COMPREPLY[@]}"
"""
"""What bash does at a press of the tabulator."""


@pytest.mark.parametrize(("typed", "offered"), OFFERED)
def test_what_bash_offers(folder: Path, typed: str, offered: list[str]) -> None:
    assert run(folder, "bash", "--norc", "-c", ASK, "bash", *typed.split(" ")).split() == offered
