"""What is written in different ways, and means the same."""

from __future__ import annotations

import libcst as cst
import pytest

from asyncsql_lint.syntax.lower import lower

SAME = [
    ("lazy import a, b.c as d", "import a, b.c as d"),
    ("lazy from a.b import c, d as e", "from a.b import c, d as e"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_facts_are_the_same(one: str, other: str) -> None:
    first, second = lower(cst.parse_module(one)), lower(cst.parse_module(other))
    assert (repr(first.body), first.words) == (repr(second.body), second.words)
