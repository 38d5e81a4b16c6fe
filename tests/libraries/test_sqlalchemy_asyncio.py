"""The tables of sessions, connections, engines and results, held against the installed SQLAlchemy and SQLModel."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, ForeignKey, Result, ScalarResult, create_engine, exc, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncMappingResult,
    AsyncResult,
    AsyncScalarResult,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Query, Session, joinedload, mapped_column, relationship
from sqlmodel import Session as SQLModelSession
from sqlmodel.ext.asyncio.session import AsyncSession as SQLModelAsyncSession

from asyncsql_lint.libraries import sqlalchemy_asyncio as tables

IS_2_0 = not hasattr(AsyncSession, "merge_all")
SINCE_2_1 = {"merge_all", "delete_all", "bind_mapper", "bind_table", "get_async_bind"} if IS_2_0 else set()
"""Names that the tables hold for 2.1, and that 2.0 has not."""

ENTERED = {"begin", "begin_nested", "connect", "stream", "stream_scalars"}
"""Plain functions whose value can be awaited and entered: they have handlers of their own."""


def public(kind: type) -> dict[str, object]:
    """The public attributes of a class as they are written, methods without their wrapping."""
    found = {name: inspect.getattr_static(kind, name) for name in dir(kind) if not name.startswith("_")}
    functions = {n: v.__func__ if isinstance(v, (classmethod, staticmethod)) else v for n, v in found.items()}
    return {n: inspect.unwrap(v) if callable(v) else v for n, v in functions.items()}


def coroutines(kind: type) -> set[str]:
    return {name for name, value in public(kind).items() if inspect.iscoroutinefunction(value)}


def plain_methods(kind: type) -> set[str]:
    return {n for n, v in public(kind).items() if inspect.isfunction(v) and not inspect.iscoroutinefunction(v)}


def test_session_coroutines() -> None:
    assert coroutines(AsyncSession) == tables.SESSION_COROUTINES - {"exec"} - SINCE_2_1
    assert coroutines(SQLModelAsyncSession) == tables.SESSION_COROUTINES - SINCE_2_1


def test_session_methods_that_cannot_be_awaited() -> None:
    class_methods = {"identity_key", "object_session"}
    assert plain_methods(AsyncSession) - ENTERED - class_methods == tables.SESSION_SYNC - SINCE_2_1


def test_session_attributes() -> None:
    session = AsyncSession(create_async_engine("sqlite+aiosqlite://"))
    for name in tables.SESSION_ATTRIBUTES:
        assert not inspect.isawaitable(getattr(session, name)), name
        assert not inspect.ismethod(getattr(session, name)), name


async def _called(name: str) -> object:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)()


@pytest.mark.parametrize("name", sorted(tables.WIDER_THAN_TASK))
def test_scope_that_several_tasks_share(name: str) -> None:
    async def both() -> list[object]:
        return await asyncio.gather(asyncio.create_task(_called(name)), asyncio.create_task(_called(name)))

    one, other = asyncio.run(both())
    assert one == other


def test_legacy_methods() -> None:
    assert set(public(Session)) >= tables.LEGACY_SESSION
    assert not tables.LEGACY_SESSION & set(public(AsyncSession))
    assert set(public(AsyncConnection)) >= tables.LEGACY_ENGINE
    assert not tables.LEGACY_ENGINE & set(public(AsyncEngine))


def test_only_rows_have() -> None:
    assert set(public(Result)) - set(public(ScalarResult)) == tables.ROWS_ONLY


@pytest.mark.parametrize("name", sorted(tables.TAKES_OBJECT))
def test_takes_an_object(name: str) -> None:
    first = list(inspect.signature(getattr(AsyncSession, name)).parameters)[1]
    assert first == "instance"


def test_connection_methods() -> None:
    assert coroutines(AsyncConnection) == tables.CONNECTION_COROUTINES
    properties = {n for n in tables.CONNECTION_SYNC if isinstance(public(AsyncConnection)[n], property)}
    assert plain_methods(AsyncConnection) - ENTERED == tables.CONNECTION_SYNC - properties


def test_engine_coroutines() -> None:
    assert coroutines(AsyncEngine) == tables.ENGINE_COROUTINES


@pytest.mark.parametrize("kind", [AsyncResult, AsyncScalarResult, AsyncMappingResult])
def test_async_results(kind: type) -> None:
    methods = set(public(kind))
    assert coroutines(kind) == tables.ASYNC_RESULT_COROUTINES & methods
    assert tables.RESULT_VIEWS & methods <= plain_methods(kind)


def test_every_result_method_is_one_of_async_result() -> None:
    assert set(public(AsyncResult)) >= tables.ASYNC_RESULT_COROUTINES | tables.RESULT_VIEWS
    assert set(public(AsyncResult)) >= tables.RESULT_FETCHES


def test_sync_sessions_and_queries_have_what_blocks() -> None:
    assert plain_methods(SQLModelSession) >= tables.SESSION_IO
    assert plain_methods(Connection) >= tables.CONNECTION_IO
    assert plain_methods(Session) >= tables.SESSION_IO - {"exec"}
    assert plain_methods(Query) >= tables.QUERY_IO


def test_what_may_run_only_once_at_a_time_is_a_coroutine() -> None:
    assert tables.SHARING_IO <= tables.SESSION_COROUTINES


# -- which fetches ask for unique(): by behaviour


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    children: Mapped[list[Child]] = relationship()


class Child(Base):
    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id"))


Parent.registry.configure()

FETCHES: dict[str, Callable[[Any], object]] = {
    "partitions": lambda result: list(result.partitions()),
    "fetchmany": lambda result: result.fetchmany(2),
}


def asks_for_unique(fetch: Callable[[Any], object]) -> bool:
    """Whether a fetch of one parent with two joined children raises."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Parent(id=1, children=[Child(id=1), Child(id=2)]))
        session.commit()
        result = session.execute(select(Parent).options(joinedload(Parent.children)))
        try:
            fetch(result)
        except InvalidRequestError as error:
            return "The unique() method must be invoked" in str(error)
    return False


@pytest.mark.parametrize("name", sorted(tables.RESULT_FETCHES))
def test_which_fetches_ask_for_unique(name: str) -> None:
    fetch = FETCHES.get(name, lambda result: getattr(result, name)())
    assert asks_for_unique(fetch) is (name in tables.NEEDS_UNIQUE)
    assert not asks_for_unique(lambda result: fetch(result.unique()))


@pytest.mark.parametrize("view", ["scalars", "mappings"])
@pytest.mark.parametrize("name", ["all", "one", "one_or_none", "first", "fetchmany"])
def test_views_ask_for_unique_like_results(view: str, name: str) -> None:
    fetch = FETCHES.get(name, lambda result: getattr(result, name)())
    assert asks_for_unique(lambda result: fetch(getattr(result, view)())) is (name in tables.NEEDS_UNIQUE)


def test_iteration_asks_for_unique() -> None:
    assert asks_for_unique(list)
    assert asks_for_unique(lambda result: list(result.scalars()))


def test_what_opens_and_ends_a_transaction_is_a_method() -> None:
    known = tables.SESSION_COROUTINES | tables.CONNECTION_COROUTINES | {"remove"}

    assert known >= tables.TRANSACTION_OPENS | tables.TRANSACTION_MARKS | tables.TRANSACTION_ENDS


def test_errors_of_statements_are_errors_of_sqlalchemy() -> None:
    assert all(issubclass(getattr(exc, name), exc.SQLAlchemyError) for name in tables.STATEMENT_ERRORS)
