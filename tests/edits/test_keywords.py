"""A keyword argument added to a call: one line a case."""

from __future__ import annotations

import textwrap

import pytest

from asyncsql_lint.diagnostics.repair import AddKeyword
from tests.edits.support import located, repaired, site

CALLS = [
    "m = make() => m = make(ping=True)",
    "m = make(engine) => m = make(engine, ping=True)",
    "m = make(engine, echo=False) => m = make(engine, echo=False, ping=True)",
    "m = make(engine,) => m = make(engine, ping=True,)",
    "m = make(*given) => m = make(*given, ping=True)",
    "m = make(\n    engine,\n    echo=False,\n) => m = make(\n    engine,\n    echo=False,\n    ping=True,\n)",
    "m = make(\n    engine  # why\n) => m = make(\n    engine,  # why\n    ping=True\n)",
    "m = make((a for a in b)) => m = make((a for a in b), ping=True)",
]

LEFT = ["m = make(ping=False)", "m = make(**given)", "m = make(a for a in b)"]


def with_keyword(source: str) -> str | None:
    """`source` with the keyword; None when it cannot be added."""
    file = located(source)
    return repaired(file, AddKeyword(site(file, "make("), "ping", "True"))


@pytest.mark.parametrize("case", CALLS)
def test_the_keyword_is_added(case: str) -> None:
    before, _, after = case.partition(" => ")

    assert with_keyword(textwrap.dedent(before)) == after


@pytest.mark.parametrize("source", LEFT)
def test_a_call_that_may_have_it_stays(source: str) -> None:
    assert with_keyword(source) is None
