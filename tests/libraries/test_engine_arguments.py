"""The arguments that SQLAlchemy 2 refuses, held against the installed one."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker

from asyncsql_lint.libraries import engine_arguments as tables

ASYNC_URL = "postgresql+asyncpg://app@localhost/app"
SYNC_URL = "postgresql+psycopg2://app@localhost/app"
ANYTHING = ("threadlocal", None)


def values(refused: tables.Refused) -> tuple[object, ...]:
    return ANYTHING if refused.value is None else (refused.value,)


@pytest.mark.parametrize("refused", tables.OF_ENGINES, ids=lambda refused: refused.name)
def test_engines_refuse(refused: tables.Refused) -> None:
    makers = [(create_async_engine, ASYNC_URL), *([] if refused.only_async else [(create_engine, SYNC_URL)])]
    for maker, url in makers:
        for value in values(refused):
            with pytest.raises(Exception, match=r".") as raised:
                maker(url, **{refused.name: value})
            assert f"{raised.type.__name__}: {raised.value}".startswith(refused.raises)


@pytest.mark.parametrize("refused", tables.OF_SESSIONS, ids=lambda refused: refused.name)
def test_sessions_refuse(refused: tables.Refused) -> None:
    for factory in (sessionmaker(**{refused.name: refused.value}), async_sessionmaker(**{refused.name: refused.value})):
        with pytest.raises(Exception, match=r".") as raised:
            factory()
        assert f"{raised.type.__name__}: {raised.value}".startswith(refused.raises)


def test_one_strategy_is_left() -> None:
    assert isinstance(create_engine(SYNC_URL, strategy=tables.MOCK, executor=print), MockConnection)
