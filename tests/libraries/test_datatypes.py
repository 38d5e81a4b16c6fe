"""The tables of types, held against the installed SQLAlchemy and SQLModel."""

from __future__ import annotations

import builtins
import importlib
from typing import Any

import pytest
import sqlalchemy
import sqlmodel.main
from asyncpg.protocol.protocol import BUILTIN_TYPE_NAME_MAP
from pydantic.fields import FieldInfo
from sqlalchemy import types
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.sqltypes import _type_map
from sqlalchemy.types import TypeEngine

from asyncsql_lint.libraries import datatypes as tables

GENERIC: dict[str, Any] = {
    "timestamp": types.DateTime,
    "date": types.Date,
    "time": types.Time,
    "integer": types.Integer,
    "float": types.Float,
    "numeric": types.Numeric,
    "string": types.String,
    "boolean": types.Boolean,
    "uuid": types.Uuid,
    "json": types.JSON,
    "array": types.ARRAY,
    "bytes": types.LargeBinary,
    "interval": (types.Interval, postgresql.INTERVAL),
}


def python_type(name: str) -> type:
    """The type of a dotted name."""
    module, _, last = name.rpartition(".")
    found = getattr(importlib.import_module(module) if module else builtins, last)
    assert isinstance(found, type)
    return found


@pytest.mark.parametrize(("name", "kind"), tables.COLUMN_TYPES.items())
def test_column_types_are_of_their_kind(name: str, kind: str) -> None:
    homes = [home for home in (sqlalchemy, types, postgresql) if hasattr(home, name)]

    assert homes
    for home in homes:
        assert issubclass(getattr(home, name), GENERIC[kind])


@pytest.mark.parametrize(("name", "kind"), tables.PYTHON_TYPES.items())
def test_what_mapped_makes_of_a_type(name: str, kind: str) -> None:
    made: TypeEngine[Any] = _type_map[python_type(name)]

    assert isinstance(made, GENERIC[kind])
    assert not getattr(made, "timezone", False)


@pytest.mark.parametrize(("name", "kind"), tables.SQLMODEL_TYPES.items())
def test_what_sqlmodel_makes_of_a_type(name: str, kind: str) -> None:
    module, _, last = name.rpartition(".")
    annotation = getattr(importlib.import_module(module) if module else builtins, last)
    made = sqlmodel.main.get_sqlalchemy_type(FieldInfo(annotation=annotation))

    if kind == "utc":
        assert type(made).__name__ == "UTCDateTime"
        with pytest.raises(ValueError, match=r"timezone|naive|aware"):
            made.process_bind_param(python_type("datetime.datetime")(2024, 1, 1), postgresql.dialect())
        return
    kinds = GENERIC[kind]
    shown = made if isinstance(made, type) else type(made)
    assert issubclass(shown, kinds) or issubclass(getattr(shown, "impl", shown), kinds)


@pytest.mark.parametrize(("name", "kind"), tables.SQL_TYPES.items())
def test_types_of_sql(name: str, kind: str) -> None:
    known = postgresql.base.ischema_names
    if name in known:
        assert issubclass(known[name], GENERIC[kind])
    else:
        assert name in {*BUILTIN_TYPE_NAME_MAP, "int", "double"}


@pytest.mark.parametrize(("kind", "words"), tables.WORDS.items())
def test_words_are_those_of_postgresql(kind: str, words: str) -> None:
    is_aware = kind in {"timestamptz", "utc"}
    made = types.DateTime(timezone=is_aware) if is_aware or kind == "timestamp" else GENERIC[kind]
    made = made[0] if isinstance(made, tuple) else made
    compiled = (made() if isinstance(made, type) else made).compile(dialect=postgresql.dialect())

    assert compiled in {words, f"{words} WITHOUT TIME ZONE"}


@pytest.mark.parametrize("name", sorted(tables.NO_TYPES))
def test_what_is_no_type(name: str) -> None:
    found = getattr(sqlalchemy, name, None) or getattr(sqlalchemy.schema, name)

    assert not issubclass(found, TypeEngine)
