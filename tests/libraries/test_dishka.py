"""What is said of dishka, held against the installed one."""

from __future__ import annotations

import asyncio
import importlib

import dishka
import pytest

from asyncsql_lint.libraries import dishka as tables


class Thing:
    """Something to be given."""


def found(name: str) -> object:
    package, *rest = name.split(".")
    value: object = importlib.import_module(package)
    for part in rest:
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("module", ["dishka", "dishka.integrations.fastapi", "dishka.integrations.aiogram"])
def test_what_is_asked_for_is_named_in_brackets(module: str) -> None:
    assert module.partition(".")[0] == tables.PACKAGE
    assert getattr(importlib.import_module(module), tables.ASKS) is dishka.FromDishka


@pytest.mark.parametrize("name", sorted(tables.LONG_LIVED))
def test_a_long_scope_gives_all_the_same(name: str) -> None:
    provider = type("Own", (found(tables.PROVIDER),), {tables.SCOPE: found(name)})()
    provider.provide(Thing)

    async def ask() -> bool:
        container = dishka.make_async_container(provider, start_scope=dishka.Scope.RUNTIME)
        async with container() as app, app() as one, app() as other:
            return await one.get(Thing) is await other.get(Thing)

    assert asyncio.run(ask())


def test_a_request_has_its_own() -> None:
    def made(self: object) -> Thing:
        return Thing()

    decorator = found(tables.PROVIDE)
    assert callable(decorator)
    members = {"made": decorator(**{tables.SCOPE: dishka.Scope.REQUEST})(made)}
    provider = type("Own", (dishka.Provider,), members)()

    async def ask() -> bool:
        container = dishka.make_async_container(provider)
        async with container() as one, container() as other:
            return await one.get(Thing) is await other.get(Thing)

    assert not asyncio.run(ask())
