"""A bug of ours in one function: the rest is reported all the same, and the run says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.flow.interpreter import Interpreter
from asyncsql_lint.flow.state import State
from asyncsql_lint.index.definitions import FunctionInfo

PROGRAM = """
from sqlalchemy.ext.asyncio import AsyncSession

async def first(session: AsyncSession) -> None:
    session.commit()

async def second(session: AsyncSession) -> None:
    session.rollback()
"""


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), RecursionError("too deep")])
def test_one_function_does_not_take_the_others_with_it(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Interpreter.root_function

    def broken(self: Interpreter, function: FunctionInfo, state: State) -> None:
        if function.name == "first":
            raise error
        real(self, function, state)

    monkeypatch.setattr(Interpreter, "root_function", broken)
    path = tmp_path / "app.py"
    path.write_text(PROGRAM, encoding="utf-8")
    assert main([str(path), "--isolated", "--output-format", "concise"]) == 2
    out, err = capsys.readouterr()
    assert "session.rollback()" in out
    assert "session.commit()" not in out
    assert f"{path}: asyncsql-lint has a bug: `first` is not analysed ({type(error).__name__}: {error}" in err
