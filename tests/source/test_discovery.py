"""Which files are found: below what was given, in the project around it, and not what is excluded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from asyncsql_lint.config.load import Configuration
from asyncsql_lint.config.model import Config, Patterns
from asyncsql_lint.source.discovery import Discovery, PathProblem, discover
from asyncsql_lint.source.filesystem import Disk, Overlay
from tests.source.memory import Memory, memory


def found(
    files: Memory, *paths: str, gitignore: bool | None = None, exclude: tuple[str, ...] = (), force: bool = False
) -> Discovery:
    overrides = Config(
        respect_gitignore=gitignore,
        extend_exclude=(Patterns("/p", exclude),) if exclude else (),
        force_exclude=force or None,
    )
    return discover(paths, files, Configuration(overrides, isolated=True))


TREES = [
    ("python files only", ["/p/a.py", "/p/b.txt", "/p/c/d.py", "/p/n.ipynb"], "/p", ["/p/a.py", "/p/c/d.py"]),
    ("stubs are left alone", ["/p/a.py", "/p/a.pyi", "/p/lone.pyi"], "/p", ["/p/a.py"]),
    ("default exclusions", ["/p/a.py", "/p/.venv/b.py", "/p/node_modules/c.py", "/p/x/build/d.py"], "/p", ["/p/a.py"]),
    ("only below the root", ["/build/venv/p/a.py"], "/build/venv/p", ["/build/venv/p/a.py"]),
    ("a given folder counts", ["/p/.venv/a.py", "/p/.venv/build/b.py"], "/p/.venv", ["/p/.venv/a.py"]),
    ("a given file counts", ["/p/build/a.py", "/p/build/b.py"], "/p/build/a.py", ["/p/build/a.py"]),
    ("a script without .py counts", ["/p/run", "/p/b.py"], "/p/run", ["/p/run"]),
    ("a stub does not, even given", ["/p/a.pyi"], "/p/a.pyi", []),
    ("a notebook does not, even given", ["/p/a.ipynb"], "/p/a.ipynb", []),
    ("nothing there", ["/p/readme.md"], "/p", []),
]


@pytest.mark.parametrize(("tree", "path", "expected"), [case[1:] for case in TREES], ids=[case[0] for case in TREES])
def test_given(tree: list[str], path: str, expected: list[str]) -> None:
    discovery = found(memory(*tree), path)
    assert sorted(discovery.given) == expected
    assert discovery.problems == ()


IGNORED = [
    ("name", {"/p/.gitignore": "gen\n"}, ["/p/a.py", "/p/sub/gen/b.py"]),
    ("comment and blank", {"/p/.gitignore": "# gen\n\n"}, []),
    ("anchored", {"/p/.gitignore": "/gen\n"}, []),
    ("nested file", {"/p/sub/.gitignore": "b.py\n"}, ["/p/sub/b.py", "/p/sub/gen/b.py"]),
    ("taken back below", {"/p/.gitignore": "b.py\n", "/p/sub/.gitignore": "!b.py\n"}, []),
    ("nonsense line", {"/p/.gitignore": "!\nb.py\n"}, ["/p/sub/b.py", "/p/sub/gen/b.py"]),
    ("not text", {"/p/.gitignore": "\udcff\nb.py\n"}, ["/p/sub/b.py", "/p/sub/gen/b.py"]),
]


@pytest.mark.parametrize(("ignores", "lost"), [case[1:] for case in IGNORED], ids=[case[0] for case in IGNORED])
def test_gitignore(ignores: dict[str, str], lost: list[str]) -> None:
    tree = ["/p/c.py", "/p/sub/b.py", "/p/sub/gen/b.py"]
    files = memory(*tree)
    files.files |= {path: text.encode("utf-8", "surrogateescape") for path, text in ignores.items()}
    assert sorted(found(files, "/p").given) == [path for path in tree if path not in lost]
    assert sorted(found(files, "/p", gitignore=False).given) == tree


def test_gitignore_of_the_repository_above() -> None:
    files = memory("/r/p/a.py", "/r/p/gen/b.py", "/r/.git/HEAD", "/r/p/local/c.py")
    files.files |= {"/r/.gitignore": b"gen/\n", "/r/.git/info/exclude": b"local\n"}
    assert sorted(found(files, "/r/p").given) == ["/r/p/a.py"]


def test_a_given_folder_counts_though_git_ignores_it() -> None:
    files = memory("/r/corpus/x/a.py", "/r/corpus/x/gen/b.py", "/r/.git/HEAD")
    files.files["/r/.gitignore"] = b"/corpus/\ngen\n"
    assert sorted(found(files, "/r/corpus/x").given) == ["/r/corpus/x/a.py"]


def test_exclude_is_relative_to_its_base() -> None:
    files = memory("/p/a.py", "/p/x/a.py", "/p/x/y/z.py", "/p/tests/data/b.py")
    assert sorted(found(files, "/p", exclude=("/x/y", "tests/data")).given) == ["/p/a.py", "/p/x/a.py"]
    assert sorted(found(files, "/p/tests/data", exclude=("tests/data",)).given) == ["/p/tests/data/b.py"]


@pytest.mark.parametrize("path", ["/p/x/a.py", "/p/x", "/p/venv/b.py"])
def test_force_exclude(path: str) -> None:
    files = memory("/p/setup.py", "/p/x/a.py", "/p/venv/b.py")
    assert found(files, path, exclude=("x",)).given
    assert not found(files, path, exclude=("x",), force=True).given


PROJECTS = [
    ("marker above", ["/r/p/pyproject.toml", "/r/p/a.py", "/r/p/b/c.py", "/r/d.py"], "/r/p/b", ["/r/p"], 2),
    ("git above", ["/r/.git/HEAD", "/r/p/a.py", "/r/b.py"], "/r/p", ["/r"], 2),
    ("no marker, folder", ["/r/p/a.py", "/r/b.py"], "/r/p", ["/r/p"], 1),
    ("no marker, file", ["/r/p/a.py", "/r/p/q/c.py", "/r/b.py"], "/r/p/a.py", ["/r/p"], 2),
    ("marker in the folder", ["/r/setup.cfg", "/r/p/setup.py", "/r/p/a.py", "/r/b.py"], "/r/p", ["/r/p"], 1),
]


@pytest.mark.parametrize(
    ("tree", "path", "roots", "count"), [case[1:] for case in PROJECTS], ids=[case[0] for case in PROJECTS]
)
def test_project(tree: list[str], path: str, roots: list[str], count: int) -> None:
    discovery = found(memory(*tree), path)
    assert list(discovery.roots) == roots
    assert sum(not file.endswith("setup.py") for file in discovery.files) == count
    assert discovery.given <= set(discovery.files)


def test_home_is_no_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    files = memory("/home/me/.git/HEAD", "/home/me/script.py", "/home/me/elsewhere/b.py", "/home/me/p/c.py")
    assert found(files, "/home/me/script.py").files == ("/home/me/script.py",)
    assert found(files, "/home/me/p").files == ("/home/me/p/c.py",)
    assert found(files, "/home/me").given == set(found(files, "/home/me").files) > {"/home/me/p/c.py"}


def test_order_of_paths_does_not_matter() -> None:
    files = memory("/p/setup.py", "/p/a.py", "/p/b/c.py", "/q/d.py")
    paths = ["/p/b", "/q", "/p/a.py"]
    assert found(files, *paths) == found(files, *reversed(paths)) == found(files, *paths, *paths)


PROBLEMS = [
    ("missing", "/nowhere", "no such file or folder"),
    ("a pipe", "/p/pipe", "neither a file nor a folder"),
    ("forbidden folder", "/p/locked", "this folder cannot be read: permission denied"),
]


@pytest.mark.parametrize(("path", "message"), [case[1:] for case in PROBLEMS], ids=[case[0] for case in PROBLEMS])
def test_problem_names_the_path_and_the_rest_is_found(path: str, message: str) -> None:
    files = memory("/p/a.py")
    files.forbidden, files.others = frozenset({"/p/locked"}), frozenset({"/p/pipe"})
    discovery = found(files, path, "/p/a.py")
    assert discovery.problems == (PathProblem(path, message),)
    assert discovery.given == {"/p/a.py"}


def test_forbidden_folder_below_what_was_given() -> None:
    files = memory("/p/setup.py", "/p/app/a.py", "/p/data/b.py")
    files.forbidden = frozenset({"/p/data"})
    assert found(files, "/p").problems == (PathProblem("/p/data", "this folder cannot be read: permission denied"),)
    assert found(files, "/p/app").problems == (), "nobody asked about it"


def test_links() -> None:
    files = memory("/p/a.py", "/p/sub/b.py", "/elsewhere/c.py")
    files.links = {"/p/loop": "/p", "/p/same.py": "/p/a.py", "/p/other.py": "/elsewhere/c.py", "/p/gone.py": "/x.py"}
    assert sorted(found(files, "/p").given) == ["/p/a.py", "/p/other.py", "/p/sub/b.py"]
    assert sorted(found(files, "/p/a.py", "/p/same.py").given) == ["/p/a.py"]


def test_loops_on_a_real_disk(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    (tmp_path / "a.py").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "broken.py").symlink_to(tmp_path / "nowhere.py")
    discovery = discover([root, f"{root}/broken.py"], Disk(), Configuration(isolated=True))
    assert sorted(discovery.given) == [f"{root}/a.py"]
    assert discovery.problems == (PathProblem(f"{root}/broken.py", "no such file or folder"),)


def test_a_buffer_that_is_no_file_yet() -> None:
    files = Overlay(memory("/p/pyproject.toml", "/p/a.py"), {"/p/new/b.py": b"x = 1\n"})
    discovery = discover(["/p/new/b.py"], files, Configuration(isolated=True))
    assert discovery.given == {"/p/new/b.py"}
    assert "/p/a.py" in discovery.files
    assert files.read("/p/new/b.py") == b"x = 1\n"


def test_settings_of_the_nearest_configuration(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    for name in ("a.py", "one/gen/b.py", "two/gen/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "one" / "asyncsql-lint.toml").write_text('extend-exclude = ["gen"]\n')
    discovery = discover([root], Disk(), Configuration())
    assert sorted(discovery.given) == [f"{root}/a.py", f"{root}/two/gen/c.py"]
