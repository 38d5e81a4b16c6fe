"""Questions to git about a repository that nobody vouches for.

Only commands that read the object store and the index are used, each with a fixed list of arguments and never through a
shell. Nothing that the repository's configuration names is run: no hook, pager, filter, diff driver or file system
monitor; and nothing is fetched. Whom the repository belongs to is git's to judge (`safe.directory`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO

from asyncsql_lint.errors import RevisionError
from asyncsql_lint.source.filesystem import reason

_SETTINGS = ("core.fsmonitor=", f"core.hooksPath={os.devnull}", "protocol.allow=never")
_OPTIONS = (
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    *(word for setting in _SETTINGS for word in ("-c", setting)),
)

_OURS = {
    "GIT_ALLOW_PROTOCOL": "none",  # counts before what the repository allows; there is no protocol of this name
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_KEPT = re.compile(r"GIT_(?:CONFIG_\w+|EXEC_PATH|CEILING_DIRECTORIES)")
"""What the user's own configuration may come through. Other variables would point to another repository (those that git
sets for its hooks do), or name programs to run."""

_OBJECT = re.compile(rb"[0-9a-f]{40,64}")


class Git:
    """The repository around `folder` (absolute)."""

    def __init__(self, folder: str) -> None:
        self._command = (_program(), *_OPTIONS, "-C", folder)
        self._environment = environment(os.environ)

    def ask(self, *arguments: str) -> bytes:
        """What a command of git writes. Raises `RevisionError` with git's own words when it fails."""
        try:
            done = subprocess.run(  # noqa: S603 -- a fixed list: what users give stands behind checks
                (*self._command, *arguments),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=self._environment,
                check=False,
            )
        except OSError as error:
            raise RevisionError(f"git cannot be run: {reason(error)}") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise RevisionError(said.removeprefix("fatal: ") or f"git {arguments[0]} failed")
        return done.stdout

    def line(self, *arguments: str) -> str:
        """The one line, a path or a name, that a command writes."""
        return os.fsdecode(self.ask(*arguments).removesuffix(b"\n"))

    def commit(self, revision: str) -> str | None:
        """The full name of the commit that `revision` names; None when there is no such commit.

        Raises `RevisionError` for what could be taken for an option.
        """
        if not revision or revision.startswith("-") or "\0" in revision:
            raise RevisionError(f"{revision!r} is not the name of a revision")
        named = self._object(revision)
        return None if named is None else self._object(f"{named}^{{commit}}")

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, given by their full names; None when there is none."""
        try:
            return self.line("merge-base", "--", one, other)
        except RevisionError:
            return None

    def _object(self, name: str) -> str | None:
        """The full name of the one object that `name` means."""
        try:
            found = self.ask("rev-parse", "--verify", "--quiet", name, "--").removesuffix(b"\n")
        except RevisionError:
            return None
        return found.decode("ascii") if _OBJECT.fullmatch(found) else None

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Something to read files with from the object store, until the block ends."""
        process = subprocess.Popen(  # noqa: S603 -- a fixed list
            (*self._command, "cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )
        assert process.stdin is not None  # noqa: S101 -- for the type checker: asked for above
        assert process.stdout is not None  # noqa: S101
        try:
            yield Reader(process.stdin, process.stdout)
        finally:
            process.stdout.close()  # first: git may be waiting for somebody to read
            with suppress(OSError):  # git has gone, and a question with it
                process.stdin.close()
            process.wait()


class Reader:
    """Reads objects through the two ends of a `git cat-file --batch`."""

    def __init__(self, asks: IO[bytes], answers: IO[bytes]) -> None:
        self._asks = asks
        self._answers = answers

    def read(self, name: str) -> bytes:
        """The content of the object `name`. Raises `RevisionError` when it cannot be had."""
        lost = RevisionError(f"git cannot read the object {name}; a partial clone may lack it")
        try:
            self._asks.write(name.encode("ascii") + b"\n")
            self._asks.flush()
        except OSError as error:
            raise lost from error
        head = self._answers.readline().split()
        if len(head) != 3 or not head[2].isdigit():
            raise lost
        size = int(head[2])
        data = self._answers.read(size + 1)
        if len(data) <= size:
            raise lost
        return data[:size]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The variables that git gets of those `given`."""
    kept = {name: value for name, value in given.items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}
    return kept | _OURS


def _program() -> str:
    """Where git is. Not in the current folder, wherever a system would look: that may be the repository itself."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder) and (found := shutil.which(os.path.join(folder, "git"))):
            return found
    raise RevisionError("git is needed for this, and is not on the PATH")
