"""Functions that call functions that call functions: what they do does not double with each level."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncsql_lint.cli.main import main
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.growth import MAX_EFFECTS, MAX_ITEMS, is_large, thinned
from asyncsql_lint.flow.machine import MAX_OBJECTS
from asyncsql_lint.flow.state import Effect, State
from asyncsql_lint.flow.summaries import Outcome, Summaries
from asyncsql_lint.flow.values import NONE, DictValue, ListValue, TupleValue

HEAD = """
import asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase): ...

class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    tags: Mapped[list["Post"]] = relationship()

class Pair:
    def __init__(self, one, other):
        self.one, self.other = one, other
"""
LEVELS = 18
CALLS = 3
BODIES = {
    "effects": ("{calls}", "await session.flush()"),
    "tasks": ("{calls}", "asyncio.create_task(session.flush())"),
    "rows": ("return [{list}]", "return (await session.scalars(select(Post))).one()"),
    "tuples": ("return ({list})", "await session.flush()\n    return 1"),
    "objects": ("return Pair({pair})", "return Pair((await session.scalars(select(Post))).one(), session)"),
}


def program(way: str, leaf: str) -> str:
    """A chain of functions, each of which calls the next several times; and what must be found."""
    out = [HEAD]
    for number in range(LEVELS):
        call = f"await f{number + 1}(session)"
        body = way.format(calls="\n    ".join([call] * CALLS), list=", ".join([call] * CALLS), pair=f"{call}, {call}")
        out.append(f"async def f{number}(session: AsyncSession):\n    {body}\n")
    out.append(f"async def f{LEVELS}(session: AsyncSession):\n    {leaf}\n")
    out.append("async def last(session: AsyncSession):\n    await f0(session)\n    session.commit()\n")
    return "\n".join(out)


@pytest.mark.parametrize(("way", "leaf"), BODIES.values(), ids=BODIES)
def test_a_tree_of_calls(
    way: str, leaf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text(program(way, leaf))
    sizes: list[int] = []
    apply = Summaries.apply

    def applying(self: Summaries, outcome: Outcome, given: object, state: State, *rest: object) -> object:
        found = apply(self, outcome, given, state, *rest)  # type: ignore[arg-type] # as it was called
        sizes.append(max(len(outcome.heap), len(state.effects), len(state.tasks)))
        return found

    monkeypatch.setattr(Summaries, "apply", applying)
    assert main(["--isolated", "--no-cache", "-o", "concise", "-q", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("ASL101") == 1, "what is beside it is found"
    assert len(sizes) > LEVELS
    assert max(sizes) <= 2 * max(MAX_EFFECTS, MAX_OBJECTS)


def test_what_is_kept_of_very_many_effects() -> None:
    effects = [Effect(kind, session, Site("a.py", number)) for number, (kind, session) in enumerate(
        [("io", 1), ("commit", 1), ("io", 1), ("commit", 2), ("commit", 1), ("io", 1), ("commit", 1)] * 200
    )]  # fmt: skip
    kept = thinned(effects)
    assert {(e.kind, e.session) for e in kept} == {("io", 1), ("commit", 1), ("commit", 2)}
    assert (kept[0], kept[-1]) == (effects[0], effects[-1])
    assert list(kept) == sorted(kept, key=lambda effect: effect.site.node)
    assert len(thinned([Effect("io", n, Site("a.py", n)) for n in range(5_000)])) <= MAX_EFFECTS


@pytest.mark.parametrize("wrap", [lambda v: TupleValue((v, v, v)), lambda v: ListValue(v, (v, v)),
                                  lambda v: DictValue((("a", v), ("b", v)))])  # fmt: skip
def test_what_is_large(wrap: object) -> None:
    value = NONE
    for _ in range(3):
        value = wrap(value)  # type: ignore[operator] # each is a function
    assert not is_large(value)
    for _ in range(MAX_ITEMS):
        value = wrap(value)  # type: ignore[operator] # each is a function
    assert is_large(value)
    assert not is_large(ListValue(ListValue(NONE)))
