"""The sessions of requests, held against the installed fastapi-async-sqlalchemy."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Iterator

import pytest
from fastapi_async_sqlalchemy import SQLAlchemyMiddleware, db
from fastapi_async_sqlalchemy.exceptions import MissingSessionError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from asyncsql_lint.libraries import session_proxies as tables
from asyncsql_lint.libraries.names import canonical


async def app(scope: object, receive: object, send: object) -> None:
    """Answer nothing."""


@pytest.fixture(autouse=True)
def middleware() -> Iterator[SQLAlchemyMiddleware]:
    engine = create_async_engine("sqlite+aiosqlite://")
    yield SQLAlchemyMiddleware(app, custom_engine=engine)
    asyncio.run(engine.dispose())


@pytest.mark.parametrize("name", sorted(tables.PROXIES))
def test_the_proxy_gives_one_session_in_a_block(name: str) -> None:
    module, _, last = name.rpartition(".")
    proxy = getattr(importlib.import_module(module), last)

    async def ask() -> tuple[AsyncSession, AsyncSession, AsyncSession]:
        async with proxy():
            outer = getattr(proxy, tables.SESSION)
            async with proxy():
                inner = getattr(proxy, tables.SESSION)
            return outer, inner, getattr(proxy, tables.SESSION)

    outer, inner, again = asyncio.run(ask())
    assert isinstance(outer, AsyncSession)
    assert outer is again
    assert outer is not inner


def test_there_is_none_outside() -> None:
    with pytest.raises(MissingSessionError):
        getattr(db, tables.SESSION)


@pytest.mark.parametrize("other", sorted(tables.MODULES))
def test_it_is_the_same_from_its_module(other: str) -> None:
    module, _, last = other.rpartition(".")
    assert getattr(importlib.import_module(module), last) is db
    assert canonical(other) in tables.PROXIES


def test_what_is_loaded_outlives_a_commit() -> None:
    async def ask() -> bool:
        async with db():
            expires: bool = db.session.sync_session.expire_on_commit
            return expires

    assert asyncio.run(ask()) is tables.EXPIRES


def test_the_middleware_cannot_be_told_otherwise() -> None:
    with pytest.raises(TypeError, match="expire_on_commit"):
        SQLAlchemyMiddleware(app, db_url="sqlite+aiosqlite://", session_args={"expire_on_commit": not tables.EXPIRES})


def test_a_block_can_be_told_to_give_several() -> None:
    assert inspect.signature(db.__init__).parameters[tables.SEVERAL].default is False


def test_several_sessions_are_new_each_time() -> None:
    async def ask() -> bool:
        async with db(**{tables.SEVERAL: True}):
            return db.session is db.session

    assert asyncio.run(ask()) is False
