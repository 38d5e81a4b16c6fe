"""Values that meet columns: which of them a driver refuses, or reads in another way than they were meant.

What is found becomes a `Fault` of the statement or object; `faults` tells it when a session with such a driver runs it.
"""

from __future__ import annotations

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.temporal import awareness, clash
from asyncsql_lint.flow.values import (
    Arguments,
    Const,
    DictValue,
    Fault,
    Faulty,
    ListValue,
    MappedAttribute,
    Primitive,
    Statement,
    TupleValue,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.libraries.datatypes import WORDS

ASYNCPG = frozenset({"asyncpg"})
"""The driver that checks the types of what it is given."""

REFUSED = "DBAPIError: invalid input for query argument"
OFFSETS = "DBAPIError: can't subtract offset-naive and offset-aware datetimes"
NO_ERROR = "no error and no warning: the value is read in the time zone of the process"
NOT_UTC = "StatementError: a naive datetime for a column of aware ones"

TEMPORAL = frozenset({"timestamp", "timestamptz", "utc", "date", "time"})
_CONSTANTS: tuple[tuple[type, str], ...] = ((bool, "bool"), (str, "str"), (int, "int"), (float, "float"))
_ARTICLES = {"int": "an `int`", "str": "a `str`", "float": "a `float`", "bool": "a `bool`", "dict": "a `dict`"}


def kind_of(value: Value | None) -> str:
    """The Python type of a value, empty when it is not known."""
    match value:
        case Const(value=plain):
            return next((name for kind, name in _CONSTANTS if isinstance(plain, kind)), "")
        case Primitive(kind="plain", of=Const(value=str())):
            return "str"
        case Primitive(kind="datetime" | "date" | "time" | "timedelta" | "uuid" | "decimal"):
            return value.kind
        case DictValue():
            return "dict"
        case ListValue(kind="list" | "set"):
            return "list"
        case TupleValue():
            return "tuple"
        case _:
            return ""


def temporal_fault(kind: str, value: Value, column: str, site: Site, m: Machine) -> Fault | None:
    """What is wrong with a value for a column of dates or times; None when nothing is known to be."""
    if kind not in TEMPORAL:
        return None
    what, type_name = f"`{column}`", WORDS[kind]
    context = m.frame.context
    given = kind_of(value)
    if given in {"str", "int"}:
        problem = f"is given {_ARTICLES[given]}, but is {type_name}: asyncpg takes a `{_python(kind)}`"
        return Fault("datetime", site, context, what, problem, f"give a `{_python(kind)}`", REFUSED, ASYNCPG)
    aware = awareness(value)
    if kind == "timestamp" and aware == "aware":
        problem = f"is given an aware datetime, but is {type_name}: asyncpg refuses it"
        remedy = "declare the column as `DateTime(timezone=True)`, or give a naive datetime: `.replace(tzinfo=None)`"
        return Fault("datetime", site, context, what, problem, remedy, OFFSETS, ASYNCPG)
    if kind == "utc" and aware in {"naive", "local"}:
        problem = (
            "is given a naive datetime, but SQLModel (from 0.0.45 on) makes it a column of aware ones, which refuses it"
        )
        remedy = "give an aware datetime: `datetime.now(timezone.utc)`"
        return Fault("datetime", site, context, what, problem, remedy, NOT_UTC)
    if kind == "timestamptz" and aware == "naive":
        problem = f"is given a naive datetime, but is {type_name}: it is read in the time zone of the process"
        remedy = "give an aware datetime: `datetime.now(timezone.utc)`"
        return Fault("datetime", site, context, what, problem, remedy, NO_ERROR, ASYNCPG)
    return None


def _python(kind: str) -> str:
    return {"date": "date", "time": "time"}.get(kind, "datetime")


def column_faults(model: ClassInfo, name: str, value: Value, site: Site, m: Machine) -> tuple[Fault, ...]:
    """What is wrong with a value for the column `model.name`."""
    if not kind_of(value):
        return ()
    attribute = m.models.attribute(model, name)
    if attribute is None or attribute.kind != "column":
        return ()
    found = m.column_types.of(model, attribute)
    fault = temporal_fault(found.kind, value, f"{model.name}.{name}", site, m) if found is not None else None
    return (fault,) if fault is not None else ()


def compared(left: Value, right: Value, site: Site, m: Machine) -> Primitive:
    """A comparison in SQL: `Order.sent_at < datetime.now()`."""
    faults = (*faults_in(left), *faults_in(right))
    for column, value in ((left, right), (right, left)):
        if isinstance(column, MappedAttribute):
            faults = (*faults, *column_faults(column.model, column.name, value, site, m))
    return sql(faults)


def clause(column: MappedAttribute, name: str, arguments: Arguments, site: Site, m: Machine) -> Primitive:
    """`Order.sent_at.between(a, b)`, `Order.sent_at.in_([a])`: what is compared with the column."""
    faults: tuple[Fault, ...] = ()
    if name in {"between", "in_", "not_in", "notin_", "is_distinct_from", "is_not_distinct_from"}:
        for value in arguments.positional:
            items = value.items if isinstance(value, (ListValue, TupleValue)) and value.items else (value,)
            for item in items:
                faults = (*faults, *column_faults(column.model, column.name, item, site, m))
    return sql(faults)


def sql(faults: tuple[Fault, ...]) -> Primitive:
    """An SQL expression, and what is wrong with it."""
    return Primitive("sql", Faulty(faults)) if faults else Primitive("sql")


def faults_in(*values: Value | None) -> tuple[Fault, ...]:
    """What is wrong with some SQL expressions."""
    out: tuple[Fault, ...] = ()
    for value in values:
        match value:
            case Primitive(kind="sql", of=Faulty(faults=faults)) | Statement(faults=faults):
                out = (*out, *faults)
            case ListValue(items=items) | TupleValue(items=items) if items:
                out = (*out, *faults_in(*items))
            case _:
                pass
    return out


def written(model: ClassInfo, values: Value | None, site: Site, m: Machine) -> tuple[Fault, ...]:
    """What is wrong with the values of an INSERT or UPDATE: a dict of columns, or a list of these."""
    rows = values.items if isinstance(values, (ListValue, TupleValue)) and values.items else (values,)
    out: tuple[Fault, ...] = ()
    for row in rows:
        if isinstance(row, DictValue):
            for name, value in row.items:
                out = (*out, *column_faults(model, name, value, site, m))
    return out


def given(model: ClassInfo, arguments: Arguments, site: Site, m: Machine) -> tuple[Fault, ...]:
    """What is wrong with the keywords of a call that are columns: a constructor, `values()`, `filter_by()`."""
    out: tuple[Fault, ...] = ()
    for name, value in arguments.keywords:
        if kind_of(value):
            out = (*out, *column_faults(model, name, value, arguments.place(name, site), m))
    return out


def read_value(model: ClassInfo, name: str, m: Machine) -> Value | None:
    """What PostgreSQL gives for a column of dates and times: with a time zone or without."""
    attribute = m.models.attribute(model, name)
    found = m.column_types.of(model, attribute) if attribute is not None else None
    if found is None or found.kind not in {"timestamp", "timestamptz", "utc"}:
        return None
    return Primitive("datetime", Const("naive" if found.kind == "timestamp" else "aware"))


def mixed(left: Value, right: Value, op: str, site: Site, m: Machine) -> Fault | None:
    """Two datetimes of which only one is aware, compared or subtracted in Python."""
    if not clash(left, right):
        return None
    verb = "subtracts" if op == "-" else "compares"
    problem = f"{verb} an aware datetime and a naive one, which Python refuses"
    remedy = "make both aware: `datetime.now(timezone.utc)`, `.replace(tzinfo=timezone.utc)`"
    raises = f"TypeError: can't {'subtract' if op == '-' else 'compare'} offset-naive and offset-aware datetimes"
    return Fault("datetime", site, m.frame.context, f"`{op}`", problem, remedy, raises)
