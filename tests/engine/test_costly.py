"""A function that is called in more ways than it may cost: what it does in all of them stays known."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.flow.summaries import MAX_SPENT

WAYS = ["None", "1", "[1]", "{'a': 1}", "('a', 1)", "(1, 2, 3)", "lambda: 1", "{'b': [1]}"]

PROGRAM = """
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

maker = sessionmaker(create_engine("postgresql+psycopg2://app@localhost/app"))

def opened(way):
    {steps}
    return maker()

def worked(way):
    {steps}
    with maker() as session:
        session.execute(text("select 1"))
"""

STEPS = "\n    ".join(f"if way == {number}: print(way)" for number in range(MAX_SPENT // 3))


@pytest.mark.parametrize("call", ["worked({way})", "opened({way}).execute(text('select 1'))"])
def test_what_it_blocks_or_opens_is_told_at_every_call(
    call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    functions = [f"async def f{n}():\n    {call.format(way=way)}\n" for n, way in enumerate(WAYS)]
    (tmp_path / "app.py").write_text(PROGRAM.format(steps=STEPS) + "\n" + "\n".join(functions))
    main([str(tmp_path), "--isolated", "--output-format", "concise", "--select", "ASL201", "-v"])
    out, err = capsys.readouterr()
    assert "bound reached: variants" in err
    assert out.count("ASL201") == len(WAYS)
