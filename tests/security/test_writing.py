"""Where a run writes: never where a stranger's configuration or links would have it outside of the tree."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.security.project import SAVE, Project
from tests.support.git import begin

WRITING = [
    [],
    ["--fix", "--unsafe-fixes"],
    ["--add-noqa"],
    ["--baseline", "known.json", "--update-baseline"],
    ["--new-since", "HEAD"],
    ["-o", "json:out.json"],
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one finding, which is no repository, beside a folder that is none of its business."""
    project = Project(Path(os.path.realpath(tmp_path)) / "project")
    project.write("pyproject.toml", "[tool.asyncsql-lint]\n")
    project.write("a.py", SAVE)
    project.write("../outside/a.py", SAVE)
    return project


def outside(project: Project) -> dict[str, bytes]:
    """All that is outside of the project and could be written to."""
    folder = project.folder.parent / "outside"
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("arguments", WRITING, ids=" ".join)
def test_nothing_is_opened_for_writing_outside(stranger: Project, arguments: list[str]) -> None:
    ran = stranger.run(*arguments)
    written = {event.words[0] for event in ran.of("open")}
    assert written
    assert {path for path in written if not path.startswith((str(stranger.folder), os.devnull))} <= {"known.json"}
    moved = {word for event in ran.of("os.rename", "os.link", "os.symlink", "os.remove") for word in event.words[:2]}
    assert {path for path in moved if os.path.isabs(path) and not path.startswith(str(stranger.folder))} == set()


BASELINES: list[tuple[str, Callable[[Project], object], str, str]] = [
    ("above", lambda project: None, "../outside/known.json", "outside of {folder}"),
    ("absolute", lambda project: None, "{outside}/known.json", "outside of {folder}"),
    (
        "by a linked folder",
        lambda project: (project.folder / "to").symlink_to("../outside"),
        "to/known.json",
        "outside",
    ),
    ("by a link", lambda project: (project.folder / "b.json").symlink_to("../outside/new"), "b.json", "outside"),
    ("git's own", lambda project: begin(project.folder), ".git/hooks/pre-commit", "git's own"),
    ("the tree itself", lambda project: None, ".", "outside of {folder}"),
]


@pytest.mark.parametrize(("prepare", "name", "words"), [b[1:] for b in BASELINES], ids=[b[0] for b in BASELINES])
def test_a_baseline_that_leads_out(
    project: Project, prepare: Callable[[Project], object], name: str, words: str
) -> None:
    prepare(project)
    places = {"outside": project.folder.parent / "outside", "folder": project.folder}
    project.write("asyncsql-lint.toml", f'baseline = "{name.format(**places)}"\n')
    before = outside(project)
    for options in ([], ["--update-baseline"]):
        ran = project.run("-q", *options)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
        assert ran.err.startswith(f'error: {project.folder}/asyncsql-lint.toml: "baseline" leads to ')
        assert words.format(**places) in ran.err
    assert outside(project) == before
    assert not (project.folder / ".git/hooks/pre-commit").exists()


def test_a_baseline_that_another_configuration_outside_names(project: Project) -> None:
    project.write("../outside/asyncsql-lint.toml", 'baseline = "known.json"\n')
    project.write("asyncsql-lint.toml", 'extend = "../outside/asyncsql-lint.toml"\n')
    before = outside(project)
    assert project.run("--update-baseline").code == 2
    assert outside(project) == before


def test_what_the_user_says_counts(project: Project) -> None:
    project.write("asyncsql-lint.toml", 'baseline = "../elsewhere.json"\n')
    assert project.run("--baseline", "../outside/known.json", "--update-baseline").code == 0
    assert "a.py" in (project.folder.parent / "outside/known.json").read_text()
    assert not (project.folder.parent / "elsewhere.json").exists()


def test_a_part_of_a_repository_may_name_a_baseline_of_the_whole(project: Project) -> None:
    begin(project.folder)
    project.write("part/asyncsql-lint.toml", 'baseline = "../known.json"\n')
    project.write("part/b.py", SAVE)
    assert project.run("--update-baseline", "part").code == 0
    assert "part/b.py" in (project.folder / "known.json").read_text()


def test_a_repository_in_the_home_folder_is_not_the_tree(project: Project) -> None:
    begin(project.folder.parent)  # which is the home folder of the run
    project.write("asyncsql-lint.toml", 'baseline = "../outside/known.json"\n')
    assert project.run("--update-baseline").code == 2


@pytest.mark.parametrize(
    "line",
    [
        'output-format = "json:../outside/out.json"',
        'output-file = "../outside/out.json"',
        'cache-dir = "../outside"',
        'plugins = ["evil"]',
        'command = "touch ../mark"',
        "fix = true",
        "unsafe-fixes = true",
    ],
)
def test_keys_that_there_are_not(project: Project, line: str) -> None:
    """A configuration names no command, no module, no place for reports, and does not ask for changes."""
    project.write("asyncsql-lint.toml", f"{line}\n")
    ran = project.run("-q")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert ran.err.startswith(f"error: {project.folder}/asyncsql-lint.toml:1: ")
    assert not (project.folder / ".asyncsql_lint_cache").exists()


@pytest.mark.parametrize("options", [["--fix"], ["--add-noqa"], ["--add-ignore"]], ids=" ".join)
@pytest.mark.parametrize("src", ["../outside", "../outside/.", "/"])
def test_the_search_path_for_imports_does_not_widen_the_tree(project: Project, src: str, options: list[str]) -> None:
    project.write("asyncsql-lint.toml", f'src = ["{src}", "."]\n')
    project.write("uses.py", "from outside.a import save\nfrom a import *\n")
    (project.folder / "link.py").symlink_to("../outside/a.py")
    (project.folder / "linked").symlink_to("../outside", target_is_directory=True)
    before = outside(project)
    assert project.run(*options).code == 0
    assert outside(project) == before
    assert (project.folder / "a.py").read_text() != SAVE, "what is in the tree is changed"
    ran = project.run(*options, "link.py")
    assert (ran.code, "outside of what is checked" in ran.err) == (2, True), "though the user has named it"
    assert outside(project) == before


def test_a_configuration_may_read_one_outside_and_shows_no_values_of_it(project: Project) -> None:
    project.write("../outside/secret.toml", 'token = "hunter2"\n[login]\npassword = "hunter2"\n')
    project.write("asyncsql-lint.toml", 'extend = "../outside/secret.toml"\n')
    ran = project.run("-v")
    assert (ran.code, "hunter2" in ran.out + ran.err) == (2, False)


PLANTED: list[tuple[str, dict[str, str], str]] = [
    ("a link", {"out": "../outside/a.py"}, "out"),
    ("a link to nothing yet", {"out": "../outside/new"}, "out"),
    ("an absolute link", {"out": "{outside}/a.py"}, "out"),
    ("a linked folder", {"reports": "../outside"}, "reports/a.py"),
    ("links that lead to links", {"out": "one", "one": "reports/a.py", "reports": "../outside"}, "out"),
    ("out and in again", {"out": "../outside/back/../../outside/a.py"}, "out"),
    ("up from a linked folder", {"reports": "../outside/deep"}, "reports/../a.py"),
    ("a hook", {"out": ".git/hooks/pre-commit"}, "out"),
    ("a linked folder of git", {"reports": ".git/hooks"}, "reports/pre-commit"),
]
PLACES = [["-o", "sarif:{}"], ["-o", "json", "--output-file", "{}"], ["--rules", "--output-file", "{}"]]


@pytest.mark.parametrize("options", PLACES, ids=" ".join)
@pytest.mark.parametrize(("links", "name"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED])
def test_a_report_through_a_link_that_was_planted(
    project: Project, links: dict[str, str], name: str, options: list[str]
) -> None:
    begin(project.folder)
    hooks = project.folder / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    (project.folder.parent / "outside/deep").mkdir()
    for link, target in links.items():
        (project.folder / link).symlink_to(target.format(outside=project.folder.parent / "outside"))
    before = outside(project)
    ran = project.run("-q", *(option.format(name) for option in options))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert ran.err.startswith(f"error: {name}: cannot be written: a link in this tree leads to ")
    assert outside(project) == before
    assert not (hooks / "pre-commit").exists()


def test_a_baseline_that_the_user_names_through_a_link_that_was_planted(project: Project) -> None:
    (project.folder / "known.json").symlink_to("../outside/new.json")
    ran = project.run("-q", "--baseline", "known.json", "--update-baseline")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert "a link leads to" in ran.err
    assert not (project.folder.parent / "outside/new.json").exists()


def test_links_of_the_user_and_within_the_tree_are_followed(project: Project) -> None:
    project.write("reports/out.json", "old")
    (project.folder / "out.json").symlink_to("reports/out.json")
    (project.folder.parent / "mine").symlink_to("outside")
    assert project.run("-q", "-o", "json:out.json", "-o", "sarif:../mine/out.sarif").code == 1
    assert "ASL101" in (project.folder / "reports/out.json").read_text()
    assert "ASL101" in (project.folder.parent / "outside/out.sarif").read_text()


def test_a_file_that_a_link_leads_to_is_not_shown(project: Project) -> None:
    """A pull request may hold links to whatever the user can read."""
    begin(project.folder)
    project.write("../outside/secret", "token = (hunter2\n")
    (project.folder / "link.py").symlink_to("../outside/secret")
    (project.folder / "config.py").symlink_to(".git/config")
    for options in (["-o", "text"], ["-o", "html"], ["-o", "json"], ["-v", "--show-files"]):
        ran = project.run("--isolated", *options)
        assert ran.code in (0, 1)
        assert not any(word in ran.out + ran.err for word in ("hunter2", "repositoryformatversion", "link.py"))


WATCH = """
import os, sys
from asyncsql_lint.source import replace
real = os.replace
def look(old, new):
    print(oct(os.stat(old).st_mode & 0o777), os.path.dirname(old) == os.path.dirname(new), os.path.basename(old))
    real(old, new)
os.replace = look
os.umask(0)
for mode in (0o600, 0o640):
    os.chmod(sys.argv[1], mode)
    staged = replace.stage(sys.argv[1], b"x")
    staged.commit()
real_open = os.open
def opened(path, flags, mode=0o777, **more):
    print(oct(mode), bool(flags & os.O_EXCL), bool(flags & os.O_CREAT))
    return real_open(path, flags, mode, **more)
os.open = opened
replace.stage(sys.argv[1], b"y").discard()
"""


def test_a_temporary_file_is_private(project: Project) -> None:
    """Made with O_EXCL and for the owner alone, beside its target; it ends with the mode of what it replaces."""
    ran = project.run(str(project.folder / "a.py"), command=[sys.executable, "-c", WATCH])
    first, second, made = ran.out.splitlines()
    assert (first.split()[:2], second.split()[:2]) == (["0o600", "True"], ["0o640", "True"])
    assert first.split()[2] != second.split()[2], "no name comes twice"
    assert made == "0o600 True True"
    assert not list(project.folder.glob(".*.tmp"))
