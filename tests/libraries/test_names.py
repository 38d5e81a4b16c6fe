"""Canonical names, held against the installed SQLAlchemy, SQLModel and FastAPI."""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
import warnings
from types import ModuleType

import fastapi
import pytest
import sqlalchemy
import sqlalchemy.ext.asyncio
import sqlalchemy.orm
import sqlmodel
import starlette

from asyncsql_lint.libraries import names as tables
from asyncsql_lint.libraries.names import canonical

NAMES = tables._SQLALCHEMY  # noqa: SLF001
WEB_NAMES = tables._FASTAPI  # noqa: SLF001
PRIVATE = (".testing", ".dialects", ".cyextension")
HOMES = ("sqlalchemy", "sqlalchemy.orm", "sqlalchemy.ext.asyncio")
"""Where most names come from; of two things of one name the one here is meant."""


def modules(package: ModuleType) -> list[ModuleType]:
    """A package and all that lies in it."""
    found = [package]
    quiet = contextlib.redirect_stderr(io.StringIO())
    with warnings.catch_warnings(), quiet, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in each.name for part in PRIVATE):
                with contextlib.suppress(ImportError, RuntimeError, SystemExit):
                    found.append(importlib.import_module(each.name))
    return found


def homes(name: str, places: list[ModuleType]) -> dict[int, object]:
    """The different things that are called `name`."""
    return {id(vars(m)[name]): vars(m)[name] for m in places if name in vars(m)}


SQLALCHEMY = modules(sqlalchemy)
WEB = [*modules(fastapi), *modules(starlette)]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_names_of_sqlalchemy(name: str) -> None:
    assert homes(name, SQLALCHEMY), f"no module of SQLAlchemy has {name}"


@pytest.mark.parametrize("home", HOMES)
def test_a_public_name_keeps_its_meaning(home: str) -> None:
    module = importlib.import_module(home)
    for name in NAMES & {n for n in vars(module) if not isinstance(vars(module)[n], ModuleType)}:
        assert canonical(f"{home}.{name}") == f"sqlalchemy.{name}"
        others = {id(vars(importlib.import_module(h)).get(name)) for h in HOMES} - {id(None)}
        assert len(others) == 1, f"{name} means different things in {HOMES}"


@pytest.mark.parametrize("name", sorted(WEB_NAMES))
def test_names_of_fastapi(name: str) -> None:
    assert homes(name, WEB), f"no module of FastAPI or Starlette has {name}"


def test_names_of_sqlmodel() -> None:
    for name in ("Session", "SQLModel", "Field", "Relationship", "select"):
        assert hasattr(sqlmodel, name)
        assert canonical(f"sqlmodel.{name}") == f"sqlmodel.{name}"
    assert canonical("sqlmodel.ext.asyncio.session.AsyncSession") == "sqlmodel.AsyncSession"
    for name in NAMES & set(vars(sqlmodel)) - {"Session", "select"}:
        assert canonical(f"sqlmodel.{name}") == f"sqlalchemy.{name}"
        assert id(getattr(sqlmodel, name)) in homes(name, SQLALCHEMY), f"{name} of SQLModel is its own"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlalchemy.future.select", "sqlalchemy.select"),
        ("sqlalchemy.sql.expression.select", "sqlalchemy.select"),
        ("sqlalchemy.ext.asyncio.session.AsyncSession", "sqlalchemy.AsyncSession"),
        ("sqlalchemy.func.now", "sqlalchemy.func.now"),
        ("sqlalchemy.event.listens_for", "sqlalchemy.event.listens_for"),
        ("starlette.concurrency.run_in_threadpool", "fastapi.run_in_threadpool"),
        ("sqlalchemy_utils.select", "sqlalchemy_utils.select"),
        ("mysqlmodel.select", "mysqlmodel.select"),
    ],
)
def test_spellings(written: str, meant: str) -> None:
    assert canonical(written) == meant


@pytest.mark.parametrize("prefix", tables._PREFIXED)  # noqa: SLF001
def test_names_behind_which_others_mean_something_else(prefix: str) -> None:
    module, _, name = prefix.rstrip(".").rpartition(".")

    assert hasattr(importlib.import_module(module), name) or importlib.import_module(f"{module}.{name}")
    assert canonical(f"{prefix.rstrip('.')}.select") == f"{prefix.rstrip('.')}.select"
