"""The names of aiogram, held against the installed one."""

from __future__ import annotations

import importlib
import inspect

import pytest
from aiogram import BaseMiddleware, Dispatcher, Router
from aiogram.dispatcher.event.telegram import TelegramEventObserver

from asyncsql_lint.libraries import aiogram as tables
from asyncsql_lint.libraries.names import canonical


def found(name: str) -> object:
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def test_a_middleware_is_given_handler_event_and_data() -> None:
    assert found(tables.MIDDLEWARE) is BaseMiddleware
    assert list(inspect.signature(BaseMiddleware.__call__).parameters) == ["self", "handler", "event", "data"]


@pytest.mark.parametrize("name", sorted(tables.ROUTERS))
def test_the_router_is_there(name: str) -> None:
    assert found(name) in {Router, Dispatcher}


@pytest.mark.parametrize("name", sorted(tables.OBSERVERS))
def test_a_router_observes(name: str) -> None:
    observer = getattr(Router(), name)
    assert isinstance(observer, TelegramEventObserver)
    assert callable(getattr(observer, tables.REGISTER))


@pytest.mark.parametrize("other", sorted(tables.MODULES))
def test_it_is_the_same_from_its_module(other: str) -> None:
    assert canonical(other) == tables.MODULES[other]
    assert found(other) is found(tables.MODULES[other])
