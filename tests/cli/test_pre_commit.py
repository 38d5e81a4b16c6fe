"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit over real repositories.

Only how a hook is installed is not tried here, for that needs an index of packages: `.ci/try-hooks` does it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.linter import ROOT

MODELS = """\
from missing_package import Anything
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
from sqlalchemy.ext.asyncio import AsyncSession

from models import Order


async def lines(session: AsyncSession) -> list[object]:
    order = await session.get(Order, 1)
    return order.lines
"""
SAVE = """\
from sqlalchemy.ext.asyncio import AsyncSession


async def save(session: AsyncSession) -> None:
    session.commit()
"""
BROKEN = "api.py:8:12: ASL301"


@dataclass
class Repository:
    """A project under git, with the hooks."""

    folder: Path
    log: Path
    environment: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def pre_commit(self, *arguments: str) -> tuple[int, list[str]]:
        """The exit code, and the lines with findings."""
        done = self.run(sys.executable, "-m", "pre_commit", "run", "--color=never", *arguments)
        assert "InvalidConfigError" not in done.stdout, done.stdout
        return done.returncode, [line for line in done.stdout.splitlines() if ": ASL" in line]

    def batches(self) -> list[int]:
        """How many files each run of the hook since the last call was given."""
        found = [int(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return found

    def configure(self, hook: str = "asyncsql-lint", *options: str, **fields: object) -> None:
        """Use one of the hooks, from the repository that holds them, with other `fields` where they are given."""
        hooks = self.folder.parent / "hooks"
        head = self.run("git", "-C", str(hooks), "rev-parse", "HEAD").stdout.strip()
        arguments = ["--output-format=concise", "--quiet", *options]
        lines = [
            "repos:",
            f"- repo: {hooks}",
            f"  rev: {head}",
            "  hooks:",
            f"  - id: {hook}",
            "    language: system",
            f"    args: {arguments}",
            *(f"    {key}: {str(value).lower()}" for key, value in fields.items()),
        ]
        (self.folder / ".pre-commit-config.yaml").write_text("\n".join(lines) + "\n")
        self.git("add", ".pre-commit-config.yaml")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A clean project, committed; nothing of the user's git, pre-commit or Python reaches it."""
    folder, hooks, binaries = tmp_path / "app", tmp_path / "hooks", tmp_path / "bin"
    for each in (folder, hooks, binaries):
        each.mkdir()
    log = tmp_path / "log"
    program = binaries / "asyncsql-lint"
    program.write_text(
        f'#!/bin/sh\nn=0\nfor each; do case $each in *.py) n=$((n + 1));; esac; done\necho $n >> "{log}"\n'
        f'exec "{sys.executable}" -m asyncsql_lint "$@"\n'
    )
    program.chmod(0o755)
    environment = {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    made = Repository(folder, log, environment)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    for where in (hooks, folder):
        made.git("-C", str(where), "init", "--quiet", ".")
    made.git("-C", str(hooks), "add", ".")
    made.git("-C", str(hooks), "commit", "--quiet", "--message", "hooks")
    for name, text in {"pyproject.toml": "", "models.py": MODELS, "api.py": API, "labels.py": "x = 1\n"}.items():
        (folder / name).write_text(text)
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "clean")
    made.configure()
    return made


def test_a_commit_that_breaks_another_file_is_stopped(repository: Repository) -> None:
    assert repository.pre_commit("--all-files") == (0, [])
    (repository.folder / "models.py").write_text(MODELS.replace('lazy="selectin"', ""))
    assert repository.pre_commit() == (0, []), "nothing of it is in the commit"
    repository.git("add", "models.py")
    code, (found,) = repository.pre_commit()
    assert code == 1
    assert found.startswith(BROKEN)
    repository.configure("asyncsql-lint", "--report-only-given")
    assert repository.pre_commit() == (0, [])


def test_a_commit_beside_a_broken_file_is_not(repository: Repository) -> None:
    (repository.folder / "models.py").write_text(MODELS.replace('lazy="selectin"', ""))
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--no-verify", "--message", "broken")
    (repository.folder / "labels.py").write_text("x = 2\n")
    repository.git("add", ".")
    assert repository.pre_commit() == (0, [])
    repository.configure("asyncsql-lint-project")
    assert repository.pre_commit()[0] == 1


def test_what_is_not_staged_does_not_count(repository: Repository) -> None:
    (repository.folder / "labels.py").write_text("x = 2\n")
    repository.git("add", ".")
    (repository.folder / "labels.py").write_text(SAVE)
    assert repository.pre_commit() == (0, [])
    assert (repository.folder / "labels.py").read_text() == SAVE


def test_a_hook_that_fixes_stops_the_commit_once(repository: Repository) -> None:
    repository.configure("asyncsql-lint", "--fix", "--exit-non-zero-on-fix")
    (repository.folder / "save.py").write_text(SAVE)
    repository.git("add", ".")
    assert repository.pre_commit() == (1, [])
    assert (repository.folder / "save.py").read_text() == SAVE.replace("session.commit", "await session.commit")
    repository.git("add", ".")
    assert repository.pre_commit() == (0, [])


def test_what_is_excluded_stays_excluded(repository: Repository) -> None:
    (repository.folder / "build").mkdir()
    (repository.folder / "build" / "save.py").write_text(SAVE)
    repository.git("add", "--force", ".")
    assert repository.pre_commit() == (0, [])


@pytest.fixture
def many(repository: Repository) -> list[str]:
    """So many files with findings, with names so long, that they do not go into one command line."""
    below = "/".join(letter * 200 for letter in "abcde")
    (repository.folder / below).mkdir(parents=True)
    names = [f"{below}/m{number}.py" for number in range(150)]
    for number, name in enumerate(names):
        (repository.folder / name).write_text(SAVE if number % 3 else API)
    (repository.folder / "models.py").write_text(MODELS.replace('lazy="selectin"', ""))
    repository.git("add", ".")
    return ["api.py", *names]


def test_batches_and_order_do_not_matter(repository: Repository, many: list[str]) -> None:
    whole = repository.run("asyncsql-lint", "--output-format=concise", "--quiet", ".").stdout.splitlines()
    assert len(whole) == len(many)
    repository.batches()

    code, found = repository.pre_commit("--all-files")
    assert code == 1
    assert len(repository.batches()) > 1, "the names must not fit into one command line"
    assert sorted(set(found)) == sorted(whole)

    repository.configure(require_serial=False)  # as many processes as there are processors, at the same time
    code, found = repository.pre_commit("--all-files")
    assert code == 1
    assert sorted(set(found)) == sorted(whole)

    repository.configure("asyncsql-lint-project")
    assert repository.pre_commit("--all-files") == (1, whole)
    assert repository.batches()[-1:] == [0], "no names, so no batches"


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_names_does_not_matter(repository: Repository, order: int) -> None:
    names = ["api.py", "save.py", "labels.py", "models.py"]
    (repository.folder / "save.py").write_text(SAVE)
    (repository.folder / "models.py").write_text(MODELS.replace('lazy="selectin"', ""))
    repository.git("add", ".")
    code, found = repository.pre_commit("--files", *names[::order])
    assert (code, [line.partition(" ")[0] for line in found]) == (1, ["api.py:8:12:", "save.py:5:5:"])
