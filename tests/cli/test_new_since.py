"""`--new-since REV` over real repositories: what is new, what is old, and that nothing is touched or run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncsql_lint.linter import Linter
from tests.cli.conftest import Command
from tests.support.git import Repository, begin

OLD: dict[str, str | None] = {"a.py": "bad101()\n", "pkg/b.py": "x = 1\nbad301()\n", "pkg/c.py": "bad305()  # noqa\n"}


@pytest.fixture
def repository(command: Command) -> Repository:
    """A repository in the current folder, with two findings in its one commit, on `main`."""
    command.write(OLD)
    repository = begin(command.folder)
    repository.commit("first")
    return repository


Change = Callable[[Command, Repository], object]


def write(files: dict[str, str | None]) -> Change:
    return lambda command, _: command.write(files)


def commit(files: dict[str, str | None]) -> Change:
    return lambda command, repository: (command.write(files), repository.commit())


def git(*arguments: str) -> Change:
    return lambda _, repository: repository.git(*arguments)


def both(*changes: Change) -> Change:
    return lambda command, repository: [change(command, repository) for change in changes]


LONG = "".join(f"x{number} = {number}\n" for number in range(20)) + "bad101()\n"

CHANGES = [
    ("nothing", write({}), [], []),
    ("lines above", write({"a.py": "\n\n# more\nbad101()\n"}), [], []),
    ("in a known file", write({"a.py": "bad101()\nbad301()\n"}), [], ["a.py:2 301"]),
    ("committed", commit({"a.py": "bad101()\nbad301()\n"}), [], ["a.py:2 301"]),
    ("staged", both(write({"a.py": "bad101()\nbad301()\n"}), git("add", "a.py")), [], ["a.py:2 301"]),
    ("one more of the same", write({"a.py": "bad101()\nx\nbad101()\n"}), [], ["a.py:3 101"]),
    ("another statement", write({"a.py": "x = bad101()\n"}), [], ["a.py:1 101"]),
    ("in a new file", write({"new.py": "bad101()\n"}), [], ["new.py:1 101"]),
    ("in a new folder", commit({"new/d.py": "bad101()\n"}), ["new"], ["new/d.py:1 101"]),
    ("without the comment", write({"pkg/c.py": "bad305()\n"}), [], ["pkg/c.py:1 305"]),
    ("comments do not count", write({}), ["--ignore-noqa"], []),
    ("a file is gone", write({"a.py": None}), [], []),
    ("a file is moved", both(git("mv", "a.py", "moved.py"), commit({})), [], []),
    ("a file is moved, staged", git("mv", "a.py", "moved.py"), [], []),
    ("a folder is moved", both(git("mv", "pkg", "lib"), commit({})), [], []),
    ("a file is moved and changed",
     both(commit({"long.py": LONG}), git("branch", "--force", "main"), git("mv", "long.py", "moved.py"),
          commit({"moved.py": LONG + "bad301()\n"})), [], ["moved.py:22 301"]),
    ("only some files", write({"a.py": "bad301()\n", "pkg/b.py": "bad101()\n"}), ["pkg"], ["pkg/b.py:1 101"]),
    ("only one file", write({"a.py": "bad301()\n", "pkg/b.py": "bad101()\n"}), ["a.py"], ["a.py:1 301"]),
    ("a file that does not parse, as before", both(commit({"a.py": "\0"}), git("branch", "--force", "main")), [],
     ["a.py:1 900"]),
    ("a rule that is on today", write({"a.py": "bad101()\nbad601()\n"}), ["--extend-select", "ASL6"], ["a.py:2 601"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "options", "expected"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_what_is_new(
    command: Command, repository: Repository, change: Change, options: list[str], expected: list[str]
) -> None:
    repository.git("checkout", "--quiet", "-b", "work")
    change(command, repository)
    done = command("--new-since", "main", *options)
    assert (done.code, done.places, done.err) == (bool(expected), expected, "")


def test_what_counts_is_where_the_branches_part(command: Command, repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "work")
    command.write({"new.py": "bad101()\n"})
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    command.write({"a.py": "mended\n", "new.py": "bad101()\n"})
    repository.commit()
    repository.git("checkout", "--quiet", "work")
    assert command("--new-since", "main").places == ["new.py:1 101"]
    repository.git("merge", "--quiet", "--strategy-option=ours", "main")
    assert command("--new-since", "main").places == []


@pytest.mark.parametrize("name", ["main", "HEAD~1", "v1", "{sha}", "HEAD@{1}", ":/first"])
def test_names_of_revisions(command: Command, repository: Repository, name: str) -> None:
    repository.git("tag", "v1")
    sha = repository.git("rev-parse", "HEAD").strip()
    repository.git("checkout", "--quiet", "-b", "work")
    command.write({"new.py": "bad101()\n"})
    repository.commit()
    done = command("--new-since", name.replace("{sha}", sha[:12]))
    assert done.places == ["new.py:1 101"]
    assert "\n2 findings were there at " in done.out


MODEL = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship(lazy="selectin")


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
"""
API = """\
from models import Order
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def save(session: AsyncSession) -> None:
    session.commit()


async def lines(session: AsyncSession) -> list[object]:
    order = (await session.scalars(select(Order))).one()
    return list(order.lines)
"""


@pytest.mark.parametrize("paths", [[], ["app"], ["app/models.py"], ["app/api.py"]])
def test_a_cause_in_the_diff_and_a_finding_elsewhere(command: Command, paths: list[str]) -> None:
    command.monkeypatch.setattr("asyncsql_lint.cli.session.Linter", Linter)
    command.write({"app/models.py": MODEL, "app/api.py": API})
    begin(command.folder).commit()
    assert command("--new-since", "HEAD", *paths).places == []
    command.write({"app/models.py": MODEL.replace('lazy="selectin"', "")})
    assert command("--new-since", "HEAD", *paths).places == ["app/api.py:12 301"]


def test_from_another_folder(command: Command, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    command.write({"pkg/b.py": "bad101()\nbad301()\n", "a.py": "bad305()\n"})
    monkeypatch.chdir(command.folder / "pkg")
    assert command("--new-since", "HEAD").places == ["b.py:1 101"]
    monkeypatch.chdir(command.folder.parent)
    assert command("--new-since", "HEAD", "project").places == ["project/a.py:1 305", "project/pkg/b.py:1 101"]
    os.symlink(command.folder, command.folder.parent / "link")
    assert command("--new-since", "HEAD", "link/pkg").places == ["link/pkg/b.py:1 101"]


def test_a_project_inside_of_a_repository(command: Command, repository: Repository) -> None:
    command.write(
        {"part/pyproject.toml": "[tool.asyncsql-lint]\nignore = ['ASL101']\n", "part/a.py": "bad101()\nbad301()\n"}
    )
    repository.commit()
    command.write({"part/a.py": "bad101()\nbad301()\nbad301()\n"})
    assert command("--new-since", "HEAD", "part").places == ["part/a.py:3 301"]


def test_with_a_baseline(command: Command, repository: Repository) -> None:
    command("--baseline", "known.json", "--update-baseline", "pkg")
    command.write({"pkg/b.py": "x = 1\nbad301()\nbad301()\n"})
    done = command("--baseline", "known.json", "--new-since", "HEAD")
    assert done.places == ["pkg/b.py:3 301"]
    assert done.out.endswith("1 known, 1 new, 0 fixed.\n1 finding was there at HEAD already.\n")


def test_fixes_leave_alone_what_is_old(command: Command, repository: Repository) -> None:
    command.write({"a.py": "bad101_fixed()\n"})
    repository.commit()
    command.write({"b.py": "bad101_fixed()\n"})
    assert command("--new-since", "HEAD", "--fix").code == 0
    assert (command.folder / "a.py").read_text() == "bad101_fixed()\n"
    assert (command.folder / "b.py").read_text() == "good()\n"


def test_standard_input(command: Command, repository: Repository) -> None:
    done = command("--new-since", "HEAD", "-", "--stdin-filename", "a.py", stdin=b"bad101()\nbad301()\n")
    assert done.places == ["a.py:2 301"]


def test_names_that_need_care(command: Command) -> None:
    names = ["ä b.py", "new\nline.py", "-x.py", "a'\"$(touch run).py", "*.py"]
    command.write(dict.fromkeys(names, "bad101()\n"))
    repository = begin(command.folder)
    repository.commit()
    assert command("--new-since", "HEAD").places == []
    repository.git("mv", "--", "new\nline.py", "other\nline.py")
    assert command("--new-since", "HEAD").places == []
    assert not (command.folder / "run").exists()


def test_links(command: Command, repository: Repository) -> None:
    command.write({"lib/d.py": "bad101()\n"})
    os.symlink("../lib/d.py", command.folder / "pkg" / "d.py")
    os.symlink("nowhere.py", command.folder / "pkg" / "e.py")
    os.symlink("round.py", command.folder / "round.py")
    os.symlink("/etc/hostname", command.folder / "out.py")
    os.symlink("lib", command.folder / "linked")
    repository.commit()
    command.write({"lib/d.py": "bad101()\nbad301()\n"})
    for folder, expected in (
        ("lib", "lib/d.py:2 301"),
        ("pkg/d.py", "pkg/d.py:2 301"),
        ("linked/d.py", "linked/d.py:2 301"),
    ):
        assert command("--new-since", "HEAD", folder).places == [expected]


def test_what_was_changed_in_a_submodule_counts_as_old(
    command: Command, repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "s.py").write_text("bad101()\n")
    begin(tmp_path / "sub").commit()
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "sub"), "sub")
    repository.commit()
    command.write({"sub/s.py": "bad101()\nbad301()\n", "a.py": "bad101()\nbad301()\n"})
    assert command("--new-since", "HEAD").places == ["a.py:2 301"]
    assert command("--new-since", "HEAD", "sub").places == ["sub/s.py:2 301"], "it is a repository, too"


def test_files_that_git_does_not_keep(command: Command, repository: Repository) -> None:
    command.write({".gitignore": "gen/\n", "gen/a.py": "bad101()\n", "a.py": "bad101()\nbad305()\n"})
    repository.commit()
    assert command("--new-since", "HEAD").places == []
    assert command("--new-since", "HEAD", "gen").places == ["gen/a.py:1 101"]


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All files below `folder`, with when and how often they were written."""
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_nothing_is_touched(command: Command, repository: Repository) -> None:
    command.write({"a.py": "bad101()\nbad301()\n"})
    repository.git("add", ".")
    os.utime(command.folder / "a.py", (1, 1))  # git would like to note this in its index
    before = everything(command.folder)
    assert command("--new-since", "HEAD").places == ["a.py:2 301"]
    assert everything(command.folder) == before


def test_nothing_that_a_repository_names_is_run(
    command: Command, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{tmp_path}/ran'\ncat\n")
    trap.chmod(0o755)
    command.write({".gitattributes": "*.py filter=trap diff=trap\n", "a.py": "bad101()\nbad301()\n"})
    for name in ("core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.alternateRefsCommand",
                 "core.gitProxy", "diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean",
                 "filter.trap.smudge", "filter.trap.process", "gpg.program", "credential.helper", "pager.ls-tree",
                 "core.fsmonitor", "uploadpack.packObjectsHook", "remote.origin.uploadpack"):  # fmt: skip
        repository.git("config", name, str(trap))
    for name in ("rev-parse", "merge-base", "ls-tree", "cat-file", "diff-index"):
        repository.git("config", f"alias.{name}", f"!{trap}")
    repository.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    (tmp_path / "hooks").mkdir()
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "query-watchman", "post-checkout"):
        shutil.copy(trap, tmp_path / "hooks" / name)
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_ASKPASS", "GIT_SSH_COMMAND", "GIT_EDITOR", "PAGER"):
        monkeypatch.setenv(name, str(trap))
    assert command("--new-since", "HEAD").places == ["a.py:2 301"]
    assert not (tmp_path / "ran").exists()
    repository.git("status")
    assert (tmp_path / "ran").exists(), "another command of git does run them"


def test_a_partial_clone_fetches_nothing(command: Command, repository: Repository, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repository.git(
        "clone", "--quiet", "--no-local", "--filter=blob:none", "--no-checkout", f"file://{command.folder}", str(clone)
    )
    (clone / "a.py").write_text("bad101()\n")
    done = command("--new-since", "HEAD", str(clone))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: --new-since: git cannot read the object ")


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"]
)
def test_the_variables_of_a_hook_lead_nowhere_else(
    command: Command, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path))
    command.write({"a.py": "bad101()\nbad301()\n"})
    assert command("--new-since", "HEAD").places == ["a.py:2 301"]


@pytest.mark.parametrize("path", [".", "", "relative:."])
def test_no_git_of_the_checked_folder_is_run(
    command: Command, repository: Repository, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    fake = command.folder / "git"
    fake.write_text("#!/bin/sh\ntouch ran\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", path)
    done = command("--new-since", "HEAD")
    assert (done.code, done.err) == (2, "error: --new-since: git is needed for this, and is not on the PATH\n")
    assert not (command.folder / "ran").exists()


def wrapped_git(folder: Path, script: str) -> str:
    """A PATH whose git does something first."""
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\nexec '{shutil.which('git')}' \"$@\"\n")
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def refuse(command: Command, *arguments: str) -> str:
    """The error of a run that cannot be carried out."""
    before = everything(command.folder)
    done = command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1, done.err
    assert done.err.startswith("error: --new-since: ")
    assert everything(command.folder) == before
    return done.err.removeprefix("error: --new-since: ").rstrip("\n")


@pytest.mark.parametrize(
    "name", ["nowhere", "HEAD..HEAD", "^HEAD", "HEAD:a.py", "HEAD^{tree}", "HEAD\nHEAD", "0" * 40, "a b"]
)
def test_a_revision_that_is_none(command: Command, repository: Repository, name: str) -> None:
    assert refuse(command, "--new-since", name) == f"there is no revision {name!r} in the repository {command.folder}"


@pytest.mark.parametrize("name", ["-x", "--upload-pack=touch ran", "--", "-", ""])
def test_a_revision_that_looks_like_an_option(command: Command, repository: Repository, name: str) -> None:
    assert refuse(command, f"--new-since={name}") == f"{name!r} is not the name of a revision"


def test_no_repository(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(command.folder.parent))
    command.write(OLD)
    assert refuse(command, "--new-since", "HEAD").startswith("not a git repository")


def test_a_repository_without_a_commit(command: Command) -> None:
    command.write(OLD)
    begin(command.folder)
    assert refuse(command, "--new-since", "HEAD") == f"the repository {command.folder} has no commit yet"


def test_histories_without_a_common_commit(command: Command, repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.commit()
    assert refuse(command, "--new-since", "main") == "'main' and HEAD have no commit in common"


def test_a_shallow_clone(command: Command, repository: Repository, tmp_path: Path) -> None:
    repository.git("checkout", "--quiet", "-b", "work")
    repository.commit("ours")
    repository.git("checkout", "--quiet", "main")
    repository.commit("theirs")
    clone = Repository(tmp_path / "clone")
    repository.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{command.folder}", str(clone.folder))
    told = refuse(command, "--new-since", "origin/work", str(clone.folder))
    assert told.endswith("have no commit in common, as far as this shallow clone reaches: fetch more of it first")
    told = refuse(command, "--new-since", "origin/none", str(clone.folder))
    assert told.endswith("; this clone is shallow: fetch the revision first")
    clone.git("fetch", "--quiet", "--unshallow")
    assert command("--new-since", "origin/work", str(clone.folder)).code == 0


def test_a_repository_of_somebody_else(
    command: Command, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", wrapped_git(tmp_path, "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert refuse(command, "--new-since", "HEAD").startswith("detected dubious ownership in repository at")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(command.folder))
    assert command("--new-since", "HEAD").places == [], "who runs it may vouch for it"


def test_git_that_ends_before_its_time(
    command: Command, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", wrapped_git(tmp_path, 'case "$*" in *cat-file*) exit 1;; esac'))
    assert refuse(command, "--new-since", "HEAD").startswith("git cannot read the object ")


def test_git_that_cannot_be_run(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_bytes(b"\0")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refuse(command, "--new-since", "HEAD") == "git cannot be run: exec format error"


def test_a_bare_repository(command: Command, repository: Repository) -> None:
    assert refuse(command, "--new-since", "HEAD", ".git") == "this operation must be run in a work tree"


def test_paths_in_two_repositories(command: Command, repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    told = refuse(command, "--new-since", "HEAD", ".", str(tmp_path / "other"))
    assert told == f"{tmp_path}/other is not in the repository {command.folder}"


def test_a_missing_path_is_told_all_the_same(command: Command, repository: Repository) -> None:
    done = command("--new-since", "HEAD", "nowhere/x.py", "a.py")
    assert (done.code, done.err) == (2, f"error: {command.folder}/nowhere/x.py: no such file or folder\n")
