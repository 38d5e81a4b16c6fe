"""Repositories for tests, out of reach of the configuration of who runs them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

WHO = (
    "-c",
    "user.name=A",
    "-c",
    "user.email=a@example.org",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "init.defaultBranch=main",
)


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository whose work tree is at `folder`."""

    folder: Path

    def git(self, *arguments: str) -> str:
        """What a command of git writes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *WHO, *arguments],
            cwd=self.folder,
            env=kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, message: str = "more") -> str:
        """Commit all that is there; returns the commit's name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD").strip()


def begin(folder: Path) -> Repository:
    """An empty repository in `folder`."""
    repository = Repository(folder)
    repository.git("init", "--quiet")
    return repository
