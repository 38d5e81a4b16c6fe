"""Return types and defaults that `flow` and `index` take for granted, held against the installed libraries."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import fastapi
import pytest
import sqlalchemy.orm
import sqlmodel
from sqlalchemy import Result, create_engine
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncResult,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Query, Session, mapped_column
from sqlmodel.ext.asyncio.session import AsyncSession as SQLModelAsyncSession

ANY_ROWS, ANY_SCALARS = r"Result\[.*", r"ScalarResult\[.*"
ONE, MAYBE_ONE = r"(_O|_T\w*)", r"(Union\[_O, None\]|Optional\[_O\]|_O \| None)"

RETURNS: dict[tuple[type, str], str] = {
    (AsyncSession, "execute"): ANY_ROWS,
    (AsyncSession, "scalars"): ANY_SCALARS,
    (AsyncSession, "stream"): rf"Async{ANY_ROWS}",
    (AsyncSession, "stream_scalars"): rf"Async{ANY_SCALARS}",
    (AsyncSession, "get"): MAYBE_ONE,
    (AsyncSession, "get_one"): ONE,
    (AsyncSession, "merge"): ONE,
    (AsyncSession, "connection"): "AsyncConnection",
    (AsyncSession, "begin"): "AsyncSessionTransaction",
    (AsyncSession, "begin_nested"): "AsyncSessionTransaction",
    (AsyncConnection, "execute"): rf"(Cursor)?{ANY_ROWS}",
    (AsyncConnection, "scalars"): ANY_SCALARS,
    (AsyncEngine, "connect"): "AsyncConnection",
    (AsyncEngine, "begin"): r"(AsyncIterator|AsyncGenerator)\[AsyncConnection.*\]",
    (AsyncResult, "scalars"): rf"Async{ANY_SCALARS}",
    (AsyncResult, "mappings"): "AsyncMappingResult",
    (Result, "scalars"): ANY_SCALARS,
    (Result, "mappings"): "MappingResult",
    (Query, "all"): r"List\[_T\]|list\[_T\]",
    (Query, "first"): r"Optional\[_T\]|Union\[_T, None\]|_T \| None",
    (Query, "count"): "int",
}
"""What is known of the value that a method gives: `flow.sessions`."""

DEFAULTS: dict[tuple[Callable[..., Any], str], object] = {
    (Session, "expire_on_commit"): True,
    (Session, "autoflush"): True,
    (Session, "autobegin"): True,
    (async_sessionmaker, "class_"): AsyncSession,
    (async_sessionmaker, "expire_on_commit"): True,
    (sqlalchemy.orm.sessionmaker, "class_"): Session,
    (sqlalchemy.orm.sessionmaker, "expire_on_commit"): True,
    (sqlalchemy.orm.relationship, "lazy"): "select",
    (sqlalchemy.orm.relationship, "uselist"): None,
    (sqlalchemy.orm.relationship, "viewonly"): False,
    (fastapi.Depends, "use_cache"): True,
    (sqlmodel.Relationship, "sa_relationship"): None,
}
"""What counts where an argument is not written: `flow.library`, `index.models`."""


@pytest.mark.parametrize(("method", "returns"), RETURNS.items(), ids=lambda x: x[1] if isinstance(x, tuple) else "")
def test_return_types(method: tuple[type, str], returns: str) -> None:
    kind, name = method
    annotation = inspect.signature(inspect.unwrap(getattr(kind, name))).return_annotation

    assert re.fullmatch(returns, str(annotation)), f"{kind.__name__}.{name}() gives {annotation}"


@pytest.mark.parametrize(("argument", "default"), DEFAULTS.items(), ids=lambda x: x[1] if isinstance(x, tuple) else "")
def test_defaults(argument: tuple[Callable[..., Any], str], default: object) -> None:
    function, name = argument
    found = inspect.signature(function).parameters[name].default

    assert found == default, f"{function.__name__}({name}={found!r})"


def test_sessions_of_sqlmodel_are_those_of_sqlalchemy() -> None:
    assert issubclass(SQLModelAsyncSession, AsyncSession)
    assert issubclass(sqlmodel.Session, Session)
    assert SQLModelAsyncSession(create_async_engine("sqlite+aiosqlite://")).sync_session.expire_on_commit is True


def test_a_pool_is_not_pinged_by_default() -> None:
    assert create_engine("sqlite:///file.db").pool._pre_ping is False  # noqa: SLF001


def test_an_insert_returns_defaults_but_an_update_does_not() -> None:
    class Base(DeclarativeBase):
        pass

    class Row(Base):
        __tablename__ = "rows"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert Row.__mapper__.eager_defaults == "auto"
