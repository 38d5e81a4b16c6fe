"""The command in a folder of its own, over the analysis that finds what the sources spell out."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.linter import Linter
from tests.engine.catalogue import METAS
from tests.engine.fake_engine import run


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def places(self) -> list[str]:
        """The lines of the concise report that hold findings, as `a.py:1 101`."""
        lines = (line.split(":") for line in self.out.splitlines() if ": ASL" in line)
        return [f"{path}:{row} {words.split()[0].removeprefix('ASL')}" for path, row, _, words, *_ in lines]


@dataclass(frozen=True, slots=True)
class Command:
    """Runs the program in `folder`."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def write(self, files: dict[str, str | None]) -> None:
        """Write texts by path; None removes the file."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Done:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(list(arguments))
        captured = self.capsys.readouterr()
        return Done(int(code), captured.out, captured.err)


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The program in an empty folder that is a project and the current one; it reports concisely."""
    folder = Path(os.path.realpath(tmp_path)) / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("GIT_")] + ["NO_COLOR", "FORCE_COLOR", "COLUMNS"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ASYNCSQL_LINT_OUTPUT_FORMAT", "concise")
    monkeypatch.setattr("asyncsql_lint.cli.session.Linter", partial(Linter, engine=run, metas=METAS))
    return Command(folder, capsys, monkeypatch)
