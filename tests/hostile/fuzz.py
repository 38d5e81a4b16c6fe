"""Hostile files under the linter, in a process that is watched: it must not fail, hang, or take too much memory."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from tests.hostile.grown import grown
from tests.hostile.mutate import MEANING, mutated
from tests.support.fixture_project import FIXTURES
from tests.support.linter import ROOT

BESIDE = ("shop", "claims.py", "http_client.py")
"""What stands beside the hostile file, which imports from it if it can."""

SECONDS = 5.0
"""Of the processor, that one file may take."""
PATIENCE = 30.0
"""By the clock, after which a file counts as one that never ends: the machine may be busy."""
MEGABYTES = 1_000

CHILD = [sys.executable, "-m", "tests.hostile.child"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that something is wrong with: what, and the file."""

    what: str
    text: bytes


@dataclass(slots=True)
class Tally:
    """What a run has come to; `slowest` is in seconds of the processor."""

    files: int = 0
    parsed: int = 0
    slowest: float = 0.0
    megabytes: int = 0


def seeds() -> list[bytes]:
    """The files to spoil: the project's own sources and fixtures."""
    folders = ("src", "tests/fixtures", "tests/conformance/project", "tests/cli")
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [path.read_bytes() for path in paths]


def spoiled(chance: random.Random, texts: Sequence[bytes]) -> bytes:
    """A real file that was spoiled."""
    return mutated(chance, texts)


def made_up(chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A program that was grown as a tree."""
    return grown(chance)


def crossed(chance: random.Random, texts: Sequence[bytes]) -> bytes:
    """A program that was grown, spoiled with the help of a real file."""
    return mutated(chance, [grown(chance), chance.choice(texts)], MEANING)


KINDS: dict[str, Callable[[random.Random, Sequence[bytes]], bytes]] = {
    "spoiled": spoiled,
    "grown": made_up,
    "crossed": crossed,
}
"""Where the files come from."""


def put_beside(folder: Path, *names: str) -> None:
    """Copy files and packages of the fixtures into `folder`, which becomes a project."""
    (folder / "pyproject.toml").touch()
    for name in names:
        copy = shutil.copytree if (FIXTURES / name).is_dir() else shutil.copy
        copy(FIXTURES / name, folder / name)


def fuzz(
    folder: Path, seed: int, seconds: float, most: int | None = None, kinds: Sequence[str] = tuple(KINDS)
) -> Iterator[Trouble | Tally]:
    """Lint hostile files for some `seconds`, or until there were `most`; each trouble at once, and the tally last."""
    chance = random.Random(seed)
    texts = seeds()
    tally = Tally()
    put_beside(folder, *BESIDE)
    watched = _Watched(folder)
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end and tally.files != most:
            text = KINDS[chance.choice(kinds)](chance, texts)
            trouble = watched.lint(text, tally)
            if trouble is not None:
                yield Trouble(trouble, text)
    finally:
        watched.stop()
    yield tally


class _Watched:
    """A process that lints one file after another, and another process after it has died."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [*CHILD, str(self._folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answers: SimpleQueue[str] = SimpleQueue()
        Thread(target=self._listen, args=(self._process, self._answers), daemon=True).start()
        self._answers.get(timeout=60)  # it is ready

    @staticmethod
    def _listen(process: subprocess.Popen[str], answers: SimpleQueue[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            answers.put(line)
        answers.put("")

    def lint(self, text: bytes, tally: Tally) -> str | None:
        """What is wrong with the linter on `text`; None when nothing is."""
        (self._folder / "a.py").write_bytes(text)
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        tally.files += 1
        try:
            line = self._answers.get(timeout=PATIENCE)
        except Empty:
            return self._again(f"hangs for {PATIENCE:.0f} s")
        if not line:
            return self._again(f"dies with {self._process.wait()}")
        answer = json.loads(line)
        tally.parsed += answer["parsed"]
        tally.slowest = max(tally.slowest, answer["seconds"])
        tally.megabytes = max(tally.megabytes, answer["megabytes"])
        if answer["trouble"]:
            return str(answer["trouble"])
        if answer["seconds"] > SECONDS:
            return f"takes {answer['seconds']:.1f} s"
        if answer["megabytes"] > MEGABYTES:
            return self._again(f"takes {answer['megabytes']} MB")
        return None

    def _again(self, what: str) -> str:
        self.stop()
        self._start()
        return what

    def stop(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.wait()
