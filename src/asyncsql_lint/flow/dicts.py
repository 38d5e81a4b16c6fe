"""Dicts: what a key gives, and what is put under one.

A dict is seen where it is written and where something is put in by `d[key] = value`. Others may fill it out of sight:
so a key that is not known gives nothing that is known, and never None by `d[key]`.
"""

from __future__ import annotations

from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.narrowing import place, store
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import UNKNOWN, Arguments, Const, DictValue, ListValue, Primitive, TupleValue, Value
from asyncsql_lint.syntax import facts as f


def entry(held: DictValue, key: Value) -> Value:
    """`held[key]`."""
    name = key.value if isinstance(key, Const) else None
    if isinstance(name, str):
        return dict(held.items).get(name, _other(held))
    return element(held)


def asked(held: DictValue, arguments: Arguments) -> Value:
    """`held.get(key)` and `held.pop(key)`, with or without what to give instead."""
    key = arguments.positional[0]
    name = key.value if isinstance(key, Const) else None
    if not isinstance(name, str):
        return element(held)
    found = dict(held.items).get(name)
    if found is not None:
        return found
    return held.other if len(arguments.positional) == 1 else UNKNOWN


def element(held: DictValue) -> Value:
    """Any of the values."""
    other = _other(held)
    values = {value for _, value in held.items}
    if not values:
        return other
    only = next(iter(values))
    return only if len(values) == 1 and isinstance(held.other, Const) else UNKNOWN


def values(held: DictValue) -> ListValue:
    """`held.values()`."""
    known = tuple(value for _, value in held.items)
    return ListValue(element(held), known if known and isinstance(held.other, Const) else None)


def pairs(held: DictValue) -> ListValue:
    """`held.items()`."""
    return ListValue(TupleValue((Primitive("plain"), element(held))))


def put(target: f.Sub, key: Value, value: Value, state: State, m: Machine) -> None:
    """`d[key] = value` for a dict that is held in a name or an attribute."""
    held = place(target.value, state, m)
    if not isinstance(held, DictValue):
        return
    name = key.value if isinstance(key, Const) else None
    if isinstance(name, str):
        items = tuple({**dict(held.items), name: value}.items())
        store(target.value, DictValue(items, held.other), state, m)
    else:
        store(target.value, DictValue(held.items, UNKNOWN), state, m)


def _other(held: DictValue) -> Value:
    """What an unknown key gives: None stands for "no such key", and tells nothing of a key that is there."""
    return UNKNOWN if isinstance(held.other, Const) else held.other
