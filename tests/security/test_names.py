"""File names, folders and repositories that were made to do harm, under the real program."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.security.project import SAVE, Project
from tests.support.git import begin

NAMES = [
    "a\nb.py",
    "\n::error title=x::pwned.py",
    "::error::pwned.py",
    "##vso[task.complete result=Succeeded]pwned.py",
    "\x1b[31mpwned\x1b[0m.py",
    "\x1b]8;;https:evil.example\x07.py",
    "\u202egnp.py",
    "\udcff\udc80.py",
    "<script>pwned()<!--.py",
    "|[x](https:evil.example)|.py",
    "$(touch ..`touch ..`).py",
    "--fix.py",
    "-.py",
    "%0A::error::pwned.py",
    "é\u0301\u200b.py",
    "x" * 252 + ".py",
    " .py",
]  # fmt: skip
FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "azure", "rdjson", "rdjsonl",
           "markdown", "html")  # fmt: skip


@pytest.fixture
def named(tmp_path: Path) -> Project:
    """A project whose files have such names, each with a finding, and one of them cannot be read as text."""
    project = Project(Path(os.path.realpath(tmp_path)) / "project")
    project.write("pyproject.toml", "[tool.asyncsql-lint]\n")
    for name in NAMES:
        project.write(name, SAVE)
    project.write("broken\n::error::pwned.py", "\x1b[31m(\n")
    project.write("folder\n::error::pwned/a.py", SAVE)
    return project


@pytest.mark.parametrize("name", FORMATS)
def test_every_file_is_checked_and_no_line_begins_otherwise(named: Project, name: str) -> None:
    ran = named.run("-o", name)
    assert ran.code == 1, ran.err
    assert "Traceback" not in ran.err
    for written in (ran.out, ran.err):
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(written)
        assert not any("pwned" in line and line.startswith(("::error title=x::p", "::error::", "##vso[task.complete"))
                       for line in written.splitlines())  # fmt: skip
    if name == "json":
        found = {os.path.relpath(each["filename"], named.folder) for each in json.loads(ran.out)}
        assert len(found) == len(NAMES) + 2


def test_they_are_mended_and_given_as_well_as_any(named: Project) -> None:
    given = [f"./{name}" for name in NAMES]
    assert named.run("--fix", "-q", "--", *given).err == ""
    for name in NAMES:
        assert "await session.commit()" in (named.folder / name).read_text()


def test_the_diff_of_such_names_is_one(named: Project) -> None:
    ran = named.run("--diff", "-q")
    heads = [line for line in ran.out.splitlines() if line.startswith(("--- ", "+++ "))]
    assert len(heads) == 2 * (len(NAMES) + 1)
    assert "\x1b" not in ran.out
    assert not any(line.startswith("::") for line in ran.out.splitlines())


def test_other_words_about_them(named: Project) -> None:
    for options in (
        ["--fix", "--show-fixes"],
        ["--show-files"],
        ["--statistics"],
        ["--update-baseline", "--baseline", "b"],
    ):
        ran = named.run(*options)
        assert "Traceback" not in ran.err
        assert not any(line.startswith(("::", "##vso")) for line in (ran.out + ran.err).splitlines()), options
        assert "\x1b" not in ran.out + ran.err


TRAPS = ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "diff.external", "core.askPass",
         "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "core.alternateRefsCommand")  # fmt: skip


@pytest.mark.parametrize("options", [[], ["--fix"], ["--diff"], ["-o", "sarif"], ["--show-settings"]], ids=" ".join)
def test_a_repository_with_a_hostile_configuration_starts_nothing(stranger: Project, options: list[str]) -> None:
    trap = stranger.write(".git/trap", f"#!/bin/sh\ntouch '{stranger.mark}'\ncat\n")
    trap.chmod(0o755)
    repository = begin(stranger.folder)
    for name in TRAPS:
        repository.git("config", name, str(trap))
    stranger.write(".git/config.worktree", f"[core]\nfsmonitor = {trap}\n")
    stranger.write(".gitattributes", "*.py filter=trap diff=trap\n")
    ran = stranger.run(*options)
    assert ran.code in (0, 1), ran.err
    assert list(ran.of("subprocess.", "os.system", "os.exec", "os.posix_spawn")) == []
    assert not stranger.mark.exists()


@pytest.mark.parametrize(
    "git", ["gitdir: /nowhere\n", "gitdir: ../../../../etc\n", "\0\0", "gitdir: " + "x" * 10_000, ""], ids=range(5)
)
def test_a_file_in_the_place_of_a_repository(tmp_path: Path, git: str) -> None:
    project = Project(tmp_path / "project")
    project.write(".git", git)
    project.write("a.py", SAVE)
    assert project.run("-o", "sarif").code == 1
    ran = project.run("--new-since", "HEAD")
    assert (ran.code, ran.out, "Traceback" in ran.err, ran.err.count("\n")) == (2, "", False, 1)
