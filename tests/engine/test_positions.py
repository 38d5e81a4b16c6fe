"""How many trees are held while findings get their places: it does not grow with their number."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.engine import positions
from asyncsql_lint.engine.positions import Positions
from asyncsql_lint.syntax.locate import Located

MODEL = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase): ...

class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    tags: Mapped[list["Post"]] = relationship()
"""
READER = """
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Post

async def read{0}(session: AsyncSession) -> None:
    post = (await session.scalars(select(Post))).one()
    print(post.tags)
    session.commit()
"""


def test_trees_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "models.py").write_text(MODEL)
    for number in range(20):
        (tmp_path / f"reader{number}.py").write_text(READER.format(number))
    options = ["--isolated", "--no-cache", "-o", "json", str(tmp_path)]
    held: list[int] = []
    located = Positions.located

    def looking(self: Positions, path: str) -> Located | None:
        found = located(self, path)
        held.append(len(self._located))
        return found

    monkeypatch.setattr(Positions, "located", looking)
    assert main(options) == 1
    all_at_once = capsys.readouterr().out
    assert all_at_once.count('"ASL301"') == 20
    assert max(held) == 21
    held.clear()
    monkeypatch.setattr(positions, "MOST_LOCATED", len(MODEL) + 3 * len(READER))
    assert main(options) == 1
    assert capsys.readouterr().out == all_at_once
    assert max(held) < 7
