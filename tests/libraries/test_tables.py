"""No table of the libraries is taken on trust."""

from __future__ import annotations

import pytest

from tests.libraries.tables import Table, tables


@pytest.mark.parametrize("table", tables(), ids=lambda table: f"{table.module}.{table.name}")
def test_a_table_is_held_against_its_library(table: Table) -> None:
    assert table.held_by, f"no test in tests/libraries/test_{table.module}.py reads tables.{table.name}"
