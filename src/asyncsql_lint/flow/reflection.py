"""Mappers and tables as values: code that goes through the attributes of whatever object it is given.

`{c.name: getattr(order, c.name) for c in order.__table__.columns}` reads every column. A primitive `mapper` or
`metadata` holds its class, `mapped` the names of some attributes; `mapped-one` stands for any of them, `mapped-name`
for its name. Their kind ends in `-all` once it is certain that nothing sorts some of them out.
"""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Instance
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import UNKNOWN, ClassValue, Const, ListValue, Primitive, Ref, TupleValue, Value
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.index.models import Attribute

_COLUMNS = frozenset({"column"})
_VIEWS = {
    "attrs": frozenset({"column", "column_property", "relationship"}),
    "column_attrs": frozenset({"column", "column_property"}),
    "relationships": frozenset({"relationship"}),
    "columns": _COLUMNS,
    "c": _COLUMNS,
}
"""Collections of a mapper, with the kinds of attributes in them."""

_ALL = "-all"


def mapper(model: ClassInfo) -> Primitive:
    """The mapper of a class."""
    return Primitive("mapper", ClassValue(model))


def table(model: ClassInfo) -> Primitive:
    """The table of a class."""
    return Primitive("metadata", ClassValue(model))


def attribute(value: Primitive, name: str, m: Machine) -> Value | None:
    """`value.name`, where that is a way to a model's attributes; None elsewhere."""
    match value:
        case Primitive(kind="inspection" | "mapper", of=ClassValue(info=model)):
            if name in {"mapper", "class_"}:
                return mapper(model) if name == "mapper" else value.of
            return _view(model, _VIEWS[name], m) if name in _VIEWS else None
        case Primitive(kind="metadata", of=ClassValue(info=model)) if name in {"columns", "c"}:
            return _view(model, _COLUMNS, m)
        case Primitive(kind="mapped-one" | "mapped-one-all") if name in {"key", "name"}:
            return replace(value, kind=value.kind.replace("one", "name"))
        case _:
            return None


def method(value: Primitive, name: str) -> Value:
    """`value.name()` of a collection of attributes."""
    one, key = element(value), Primitive("mapped-name", value.of)
    match name:
        case "keys":
            return ListValue(key)
        case "values":
            return ListValue(one)
        case "items":
            return ListValue(TupleValue((key, one)))
        case _:
            return UNKNOWN


def element(value: Primitive) -> Primitive:
    """What going through a collection of attributes gives."""
    return Primitive("mapped-one", value.of)


def each(value: Value) -> Value:
    """An element, where it is certain that each has its turn."""
    match value:
        case Primitive(kind="mapped-one" | "mapped-name"):
            return replace(value, kind=value.kind + _ALL)
        case TupleValue(items=items):
            return TupleValue(tuple(each(item) for item in items))
        case _:
            return value


def read(target: Ref, name: Primitive, site: Site, state: State, m: Machine) -> None:
    """`getattr(target, name)` for each of some names: told of the first that is not loaded.

    Where some may be sorted out it must be none that is.
    """
    instance = m.instance(target, state)
    if instance is None or not isinstance(name.of, TupleValue):
        return
    names = [item.value for item in name.of.items if isinstance(item, Const) and isinstance(item.value, str)]
    found = [one for n in names if (one := m.models.attribute(instance.model, n)) is not None]
    missing = [one for one in found if _is_missing(instance, one)]
    if not missing:
        return
    if name.kind.endswith(_ALL):
        orm.read(target, missing[0].name, site, state, m)
    elif len(missing) == len(found):
        _read_some(target, instance, missing[0].name, site, state, m)


def _read_some(target: Ref, instance: Instance, name: str, site: Site, state: State, m: Machine) -> None:
    """A read of nobody knows which of several attributes: no option for one of them would be a fix."""
    orm.update(target, state, statement=None)
    orm.read(target, name, site, state, m)
    orm.update(target, state, statement=instance.statement)


def _is_missing(instance: Instance, one: Attribute) -> bool:
    loaded = orm.relationship_loaded if one.kind == "relationship" else orm.column_loaded
    return loaded(instance, one)[0] is orm.NO


def _view(model: ClassInfo, kinds: frozenset[str], m: Machine) -> Primitive:
    own = {n: a for n, a in m.models.attributes(model).items() if a.kind in kinds}
    if "relationship" in kinds:
        own |= {a.name: a for a in m.models.relationships(model)}
    return Primitive("mapped", TupleValue(tuple(Const(n) for n in own)))
