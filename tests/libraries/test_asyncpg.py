"""The tables of asyncpg's arguments, held against the installed asyncpg and SQLAlchemy."""

from __future__ import annotations

import inspect
import re

import asyncpg
import pytest
from sqlalchemy import create_engine, util
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi, dialect
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from asyncsql_lint.libraries import asyncpg as tables

URL = "postgresql+asyncpg://app@localhost/app"
INSIDE = {"dialect", "url", "events", "timeout", "recycle", "pre_ping", "reset_on_return", "use_lifo", "_dispatch"}
"""Parameters of the classes behind an engine that `create_engine()` fills itself or calls otherwise."""


def test_the_parameters_of_connect() -> None:
    assert set(inspect.signature(asyncpg.connect).parameters) == tables.CONNECT


def test_what_the_dialect_takes_out() -> None:
    source = inspect.getsource(AsyncAdapt_asyncpg_dbapi.connect)

    assert set(re.findall(r'kw\.pop\(\s*"(\w+)"', source)) <= tables.DIALECT


@pytest.mark.parametrize("of", [dialect, AsyncAdaptedQueuePool, Engine], ids=lambda of: of.__name__)
def test_keywords_of_the_engine(of: type) -> None:
    assert util.get_cls_kwargs(of) - INSIDE <= tables.ENGINE


def test_keywords_that_create_engine_reads() -> None:
    source = inspect.getsource(inspect.unwrap(create_engine))
    read = set(re.findall(r'(?:pop_kwarg|kwargs\.pop)\(\s*"(\w+)"', source))

    assert read
    assert read <= tables.ENGINE


@pytest.mark.parametrize("name", sorted(set(tables.REMEDIES) | {"encoding", "client_encoding", "ssl"}))
def test_what_is_not_in_the_table_is_refused(name: str) -> None:
    assert name not in tables.ENGINE
    with pytest.raises(TypeError, match=f"Invalid argument.*{name}"):
        create_async_engine(URL, **{name: 1})


@pytest.mark.parametrize("name", sorted(tables.REMEDIES))
def test_remedies_are_for_what_asyncpg_does_not_know(name: str) -> None:
    assert name not in tables.CONNECT | tables.DIALECT
