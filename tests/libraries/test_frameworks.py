"""The classes that live as long as the program, held against the installed frameworks."""

from __future__ import annotations

import importlib
import inspect

import pytest

from asyncsql_lint.libraries import frameworks as tables

ELSEWHERE = {"discord"}
"""Packages that the tests do without: their names stand in their documentation."""


@pytest.mark.parametrize("name", sorted(n for n in tables.LONG_LIVED if n.partition(".")[0] not in ELSEWHERE))
def test_the_class_is_there(name: str) -> None:
    module, _, last = name.rpartition(".")
    assert inspect.isclass(getattr(importlib.import_module(module), last))
