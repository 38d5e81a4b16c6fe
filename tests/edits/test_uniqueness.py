"""`.unique()` put on results: one line a case."""

from __future__ import annotations

import textwrap

import pytest

from asyncsql_lint.diagnostics.repair import AddUnique
from tests.edits.support import located, repaired, site

FETCHES = [
    ("result.scalars().all(", "x = result.scalars().all() => x = result.scalars().unique().all()"),
    ("result.all(", "return result.all() => return result.unique().all()"),
    ("result.scalar_one(", "é = result.scalar_one() => é = result.unique().scalar_one()"),
    (
        "(await session.execute(q)).scalars().all(",
        "x = (await session.execute(q)).scalars().all() => x = (await session.execute(q)).scalars().unique().all()",
    ),
    (
        "(await session.scalars(q)).all(",
        "(await session.scalars(q)).all() => (await session.scalars(q)).unique().all()",
    ),
    ("result.scalars().all(", "x = await result.scalars().all() => x = await result.scalars().unique().all()"),
    (
        "result\n    .scalars()\n    .all(",
        "x = (\n    result\n    .scalars()\n    .all()\n) => "
        "x = (\n    result\n    .scalars()\n    .unique()\n    .all()\n)",
    ),
    (
        "result\n    .scalars()  # why\n    .all(",
        "x = (\n    result\n    .scalars()  # why\n    .all()\n) => "
        "x = (\n    result\n    .scalars()  # why\n    .unique()\n    .all()\n)",
    ),
    (
        "result.scalars() \\\n    .all(",
        "x = result.scalars() \\\n    .all() => x = result.scalars() \\\n    .unique() \\\n    .all()",
    ),
    ("result.scalars(\n).all(", "x = result.scalars(\n).all() => x = result.scalars(\n).unique().all()"),
]

ITERATED = [
    (
        "await session.scalars(",
        "for a in await session.scalars(q): a => for a in (await session.scalars(q)).unique(): a",
    ),
    (
        "await session.scalars(",
        "for a in (await session.scalars(q)): a => for a in (await session.scalars(q)).unique(): a",
    ),
    ("result", "x = list(result) => x = list(result.unique())"),
    ("result", "x = [a for a in result] => x = [a for a in result.unique()]"),
    ("result.scalars(", "for a in result.scalars(): a => for a in result.scalars().unique(): a"),
    (
        "await session.stream(",
        "async for a in await session.stream(q): a => async for a in (await session.stream(q)).unique(): a",
    ),
]


def _parts(case: str) -> list[str]:
    return [f"async def f(session, q, result):\n{textwrap.indent(part, '    ')}\n" for part in case.split(" => ")]


@pytest.mark.parametrize(("target", "case"), FETCHES)
def test_before_the_fetch(target: str, case: str) -> None:
    before, after = _parts(case)
    found = located(before)
    assert repaired(found, AddUnique(site(found, target), is_call=True)) == after


@pytest.mark.parametrize(("target", "case"), ITERATED)
def test_after_what_is_iterated(target: str, case: str) -> None:
    before, after = _parts(case)
    found = located(before)
    assert repaired(found, AddUnique(site(found, target), is_call=False)) == after


def test_a_function_is_no_fetch_method() -> None:
    found = located("x = list(result)\n")
    assert repaired(found, AddUnique(site(found, "list("), is_call=True)) is None
