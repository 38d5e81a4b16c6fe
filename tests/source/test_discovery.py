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
    ("no marker, file", ["/r/p/a.py", "/r/p/q/c.py", "/r/b.py"], "/r/p/a.py", ["/r/p"], 1),
    ("our own marker", ["/r/asyncsql-lint.toml", "/r/p/a.py", "/r/b.py"], "/r/p/a.py", ["/r"], 2),
    ("our own, in a project", ["/r/setup.py", "/r/p/asyncsql-lint.toml", "/r/p/a.py", "/r/b.py"], "/r/p", ["/r"], 2),
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


LOOSE = [
    ("a module", "import models", ["models.py"]),
    ("several", "import os, models as m; import db", ["models.py", "db.py"]),
    ("names", "from models import User", ["models.py"]),
    ("lazily", "lazy from models import User", ["models.py"]),
    ("deep inside", "if x:\n    def f():\n        import db", ["db.py"]),
    ("what that imports", "import api", ["api.py", "models.py"]),
    ("a package, whole", "from pkg import a", ["pkg/__init__.py", "pkg/a.py", "pkg/sub/b.py", "db.py"]),
    ("a part of a package", "import pkg.sub.b", ["pkg/__init__.py", "pkg/a.py", "pkg/sub/b.py", "db.py"]),
    ("a folder", "import space.c", ["space/c.py"]),
    ("from a folder", "from space import (\n    c,  # this\n    d\n)", ["space/c.py", "space/d.py"]),
    ("with a backslash", "from space import \\\n    c", ["space/c.py"]),
    ("beside", "from . import db", ["db.py"]),
    ("beside, inside", "from .models import User", ["models.py"]),
    ("above", "from ..elsewhere import x", []),
    ("in src", "import inner", ["src/inner.py"]),
    ("a library", "import sqlalchemy, json", []),
    ("stars", "from models import *", ["models.py"]),
    ("itself", "import script", []),
    ("round and round", "import round_and", ["round_and.py", "round.py"]),
    ("nonsense", "from ... import\nimport\nimport ,\nfrom . import *\nimport a..b\n", []),
    ("a link out", "import link, linked", []),
]


@pytest.mark.parametrize(("text", "reached"), [case[1:] for case in LOOSE], ids=[case[0] for case in LOOSE])
@pytest.mark.parametrize("folder", ["/t", "/home/me"])
def test_what_a_file_outside_of_any_project_imports(
    text: str, reached: list[str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    names = ["other.py", "models.py", "db.py", "venv/x.py", "pkg/a.py", "pkg/sub/b.py", "space/c.py", "space/d.py",
             "space/e.py", "src/inner.py"]  # fmt: skip
    files = memory(*(f"{folder}/{name}" for name in names), "/elsewhere.py", "/home/elsewhere.py", "/outside/a.py")
    texts = {
        "script.py": text,
        "api.py": "import models",
        "pkg/__init__.py": "import db",
        "round.py": "import round_and",
        "round_and.py": "import round, script",
    }
    files.files |= {f"{folder}/{name}": content.encode() for name, content in texts.items()}
    files.links = {f"{folder}/link.py": "/outside/a.py", f"{folder}/linked": "/outside"}
    discovery = found(files, f"{folder}/script.py")
    assert set(discovery.files) == {f"{folder}/{name}" for name in ("script.py", *reached)}
    assert discovery.given == {f"{folder}/script.py"}
    assert discovery.roots == (folder,)


def test_of_a_package_outside_of_any_project_all_is_read() -> None:
    names = ("app/__init__.py", "app/api/__init__.py", "app/api/a.py", "app/models.py", "app/scripts/x.py")
    files = memory(*(f"/t/{name}" for name in names), "/t/other.py", "/t/beside.py", "/t/apps/b.py")
    files.files["/t/app/models.py"] = b"import beside"
    discovery = found(files, "/t/app/api/a.py")
    assert set(discovery.files) == {f"/t/{name}" for name in (*names, "beside.py")}
    assert discovery.roots == ("/t",)


def test_a_folder_and_a_file_in_it_outside_of_any_project() -> None:
    files = memory("/t/a.py", "/t/b.py", "/t/c/d.py")
    discovery = found(files, "/t/a.py", "/t/c", "/t")
    assert len(discovery.given) == len(discovery.files) == 3
    assert discovery.roots == ("/t", "/t/c")


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
    files.links = {"/p/loop": "/p", "/p/same.py": "/p/a.py", "/p/x.txt": "/p/a.py", "/p/gone.py": "/x.py"}
    assert sorted(found(files, "/p").given) == ["/p/a.py", "/p/sub/b.py"]
    assert sorted(found(files, "/p/a.py", "/p/same.py").given) == ["/p/a.py"]


def test_a_link_out_of_the_tree_is_not_followed() -> None:
    files = memory("/r/.git/config", "/r/p/a.py", "/r/p/setup.cfg", "/r/shared/c.py", "/elsewhere/c.py", "/link/x")
    files.links = {
        "/r/p/shared.py": "/r/shared/c.py",
        "/r/p/out.py": "/elsewhere/c.py",
        "/r/p/token.py": "/r/.git/config",
        "/q": "/r",
    }
    assert sorted(found(files, "/r/p").files) == ["/r/p/a.py", "/r/p/shared.py"]
    assert sorted(found(files, "/q/p").files) == ["/q/p/a.py", "/q/p/shared.py"], "the tree may be a link itself"
    assert sorted(found(files, "/r/p/out.py").given) == ["/r/p/out.py"], "what the user names is read"


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
