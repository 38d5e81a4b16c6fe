"""A project that a stranger has sent: whatever of it is imported, run or loaded leaves a mark."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.git import begin

SAVE = """\
from sqlalchemy.ext.asyncio import AsyncSession


async def save(session: AsyncSession) -> None:
    session.commit()
"""

OUR_OWN = ("click", "libcst", "msgspec", "pathspec", "rich", "tomli", "asyncsql_lint_plugin")
OTHERS = ("conftest", "setup", "sitecustomize", "usercustomize", "noxfile", "backend", "sqlalchemy", "sqlmodel",
          "fastapi", "git", "pip", "setuptools", "hatchling", "yaml")  # fmt: skip

PYPROJECT = """\
[build-system]
requires = ["evil @ https://evil.invalid/evil.whl"]
build-backend = "backend"
backend-path = ["."]

[project]
name = "evil"
dynamic = ["version"]

[project.entry-points."asyncsql_lint.rules"]
evil = "asyncsql_lint_plugin:rules"

[tool.setuptools.dynamic]
version = { attr = "backend.version" }

[tool.asyncsql-lint]
select = ["ALL"]
"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a process did."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to, and all that its processes did."""

    code: int
    out: str
    err: str
    events: tuple[Event, ...]

    def of(self, *names: str) -> Iterator[Event]:
        """The events whose names begin so."""
        return (event for event in self.events if event.name.startswith(names))


@dataclass(frozen=True, slots=True)
class Project:
    """A project at `folder`, with room beside it."""

    folder: Path

    @property
    def mark(self) -> Path:
        """What is there when something of the project has run."""
        return self.folder.parent / "mark"

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def plant(self, *names: str) -> None:
        """Write modules that leave the mark when they are imported."""
        for name in names:
            self.write(f"{name}.py", self.trap(name))

    def unplant(self, names: Iterable[str]) -> None:
        """Remove modules and packages."""
        for name in names:
            (self.folder / f"{name}.py").unlink(missing_ok=True)
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def trap(self, name: str) -> str:
        """Code that leaves the mark, and ends the process."""
        return f"open({str(self.mark)!r}, 'a').write({name!r} + '\\n')\nraise SystemExit(9)\n"

    def run(self, *arguments: str, command: list[str] | None = None, stdin: str = "") -> Ran:
        """Run the program in the project's folder; each of its processes writes down what it does."""
        hook = self.folder.parent / "hook"
        log = self.folder.parent / "log"
        hook.mkdir(exist_ok=True)
        (hook / "sitecustomize.py").write_bytes(Path(__file__).with_name("audit_hook.py").read_bytes())
        log.unlink(missing_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASYNCSQL_LINT_", "GIT_"))}
        above = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(path)]
        environment = {
            **kept,
            "PYTHONPATH": os.pathsep.join((str(hook), *above)),
            "AUDIT_LOG": str(log),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.folder.parent),
        }
        done = subprocess.run(
            [*(command or SCRIPT), *arguments],
            cwd=self.folder,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        lines = log.read_text(encoding="ascii").splitlines() if log.exists() else []
        events = tuple(Event(name, tuple(words)) for name, *words in map(json.loads, lines))
        return Ran(done.returncode, done.stdout, done.stderr, events)


MODULE = [sys.executable, "-m", "asyncsql_lint"]
SCRIPT = [str(Path(sysconfig.get_path("scripts")) / "asyncsql-lint")]


def planted(folder: Path) -> Project:
    """A project full of traps in `folder`, which is empty, with one commit and one finding that has a fix."""
    project = Project(folder)
    folder.mkdir()
    project.plant(*sorted({*sys.stdlib_module_names, *OUR_OWN, *OTHERS} - {"__main__"}))
    project.write("pyproject.toml", PYPROJECT)
    project.write("setup.cfg", "[options]\nsetup_requires = evil\n")
    project.write("evil.pth", f"import os; open({str(project.mark)!r}, 'w')\n")
    project.write("asyncsql_lint/__init__.py", project.trap("asyncsql_lint"))
    project.write("asyncsql_lint/__main__.py", project.trap("asyncsql_lint.__main__"))
    project.write("app/__init__.py", "")
    project.write("app/api.py", SAVE)
    project.write("app/uses.py", "from conftest import *\nfrom libcst import x\n\n\nclass C(metaclass=x): ...\n")
    begin(folder).commit()
    return project
