"""The tables of drivers and pools, held against the installed SQLAlchemy."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil

import pytest
import sqlalchemy
import sqlalchemy.dialects
from sqlalchemy import pool
from sqlalchemy.engine import make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine

from asyncsql_lint.libraries import drivers as tables
from asyncsql_lint.libraries.names import canonical

IS_2_0 = sqlalchemy.__version__.startswith("2.0.")
PARAMETER_STYLES = {"pysqlite_numeric", "pysqlite_dollar"}
"""Variants of pysqlite for SQLAlchemy's own tests."""
ELSEWHERE = {"psqlpy"}
"""Drivers of packages beside SQLAlchemy."""
ALIASES = {"psycopg_async", "oracledb_async"}
"""Names in URLs for the async half of a driver that serves both."""


def dialects() -> dict[str, type[DefaultDialect]]:
    """The dialect class of each driver that SQLAlchemy brings; the sync one where there are two."""
    found: dict[str, type[DefaultDialect]] = {}
    for module in pkgutil.walk_packages(sqlalchemy.dialects.__path__, "sqlalchemy.dialects."):
        if module.name.endswith(".provision"):
            continue
        for kind in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(kind) and issubclass(kind, DefaultDialect) and kind.__module__ == module.name:
                driver = getattr(kind, "driver", None)
                if driver and not (kind.is_async and driver in found):
                    found[driver] = kind
    return found


DIALECTS = {name: kind for name, kind in dialects().items() if name not in PARAMETER_STYLES}


def serves(kind: type[DefaultDialect], name: str) -> tuple[bool, bool]:
    """Whether a dialect serves a sync engine, and whether an async one."""
    return not kind.is_async, kind.get_async_dialect_cls(make_url(f"x+{name}://")).is_async


@pytest.mark.parametrize(("name", "kind"), DIALECTS.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_driver_is_in_its_table(name: str, kind: type[DefaultDialect]) -> None:
    found = (name in tables.SYNC_DRIVERS | tables.BOTH, name in tables.ASYNC_DRIVERS | tables.BOTH)
    assert found == serves(kind, name)


@pytest.mark.parametrize(("name", "kind"), DIALECTS.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_driver_has_its_database(name: str, kind: type[DefaultDialect]) -> None:
    database = tables.database_of(f"{kind.name}+{name}")
    assert database == tables.DATABASES[kind.name]
    assert (database in tables.SERVERS) is (kind.name != "sqlite")
    assert name in tables.DATABASES  # that of ODBC may be another


def test_every_driver_of_the_tables_is_there() -> None:
    known = tables.ASYNC_DRIVERS | tables.BOTH | tables.SYNC_DRIVERS
    new = {"mssqlpython"} if IS_2_0 else set()
    assert known - set(DIALECTS) == (ALIASES | ELSEWHERE | new) & known
    for alias in ALIASES:
        assert make_url(f"{'postgresql' if 'psycopg' in alias else 'oracle'}+{alias}://").get_dialect().is_async


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mariadb", "sqlite", "oracle", "mssql"])
def test_drivers_without_a_name(dialect: str) -> None:
    url = make_url(f"{dialect}://")
    default = url.get_dialect()
    if dialect in tables.SYNC_DEFAULTS:
        assert not default.get_async_dialect_cls(url).is_async
        assert tables.SYNC_DEFAULTS[dialect] == default.driver
    else:
        assert default.driver == {"postgresql": "psycopg2", "oracle": "cx_oracle"}[dialect] if IS_2_0 else True


@pytest.mark.parametrize("name", [n for n, kind in vars(pool).items() if inspect.isclass(kind) and n.endswith("Pool")])
def test_pools_that_an_async_engine_refuses(name: str) -> None:
    refused = {canonical(f"sqlalchemy.{name}"), canonical(f"sqlalchemy.pool.{name}")} & tables.POOLS
    with pytest.raises(ArgumentError, match=f"Pool class {name}") if refused else contextlib.nullcontext():
        create_async_engine("sqlite+aiosqlite://", poolclass=getattr(pool, name))


@pytest.mark.parametrize("name", sorted(tables.UNSIZED))
@pytest.mark.parametrize("size", sorted(tables.SIZES))
def test_sizes_that_a_pool_does_not_take(name: str, size: str) -> None:
    kind = getattr(pool, name.rpartition(".")[2])
    with pytest.raises(TypeError, match=size):
        create_async_engine("sqlite+aiosqlite://", poolclass=kind, **{size: 1})
    create_async_engine("sqlite+aiosqlite:///file.db", poolclass=pool.AsyncAdaptedQueuePool, **{size: 1})


def test_drivers_that_are_taken_for_dialects_are_drivers() -> None:
    assert tables.DRIVERS <= tables.ASYNC_DRIVERS | tables.BOTH | tables.SYNC_DRIVERS


@pytest.mark.parametrize(("driver", "meant"), tables.DIALECTS.items())
def test_what_is_meant_by_a_driver_for_a_dialect(driver: str, meant: str) -> None:
    dialect = make_url(f"{meant}://").get_dialect()

    assert dialect.driver == driver
    assert dialect.is_async
