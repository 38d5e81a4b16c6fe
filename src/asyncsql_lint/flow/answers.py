"""Tests whose answer is known: the same test gives the same answer until what it reads is bound anew or changed.

`if "posts" in include: statement = statement.options(...)` and a later `if "posts" in include: user.posts` go
together, although nothing is known of `include`. Only tests without side effects count, made of names, attributes,
literals, comparisons and a few pure functions and methods.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeAlias

from msgspec import Struct

from asyncsql_lint.syntax import facts as f


class Condition(Struct, frozen=True, eq=False):
    """A test without its places; there is one for all equal tests, so that identity compares them.

    `names` are those that it reads, `parts` those of which it reads an attribute or an item.
    """

    names: frozenset[str]
    parts: frozenset[str]


Answers: TypeAlias = "dict[Condition, bool]"
"""Answers by condition."""

MAX_ANSWERS = 12
"""Answers that a state remembers; the oldest is forgotten."""

_OPPOSITE = {"is not": "is", "!=": "==", "not in": "in"}
_FUNCTIONS = frozenset({"all", "any", "bool", "callable", "hasattr", "int", "isinstance", "len", "set", "str"})
_METHODS = frozenset({"endswith", "get", "isdigit", "isdisjoint", "issubset", "keys", "lower", "startswith", "strip"})


def remembered(test: f.Expr, holds: bool, answers: Answers) -> Answers:
    """The answers once `test` was found to hold, or not to hold."""
    found = _told(test, holds)
    if not found:
        return answers
    merged = answers.copy()
    for condition, answer in found:
        merged.pop(condition, None)
        merged[condition] = answer
    while len(merged) > MAX_ANSWERS:
        del merged[next(iter(merged))]
    return merged


def _told(test: f.Expr, holds: bool) -> list[tuple[Condition, bool]]:
    """What is known of which conditions when `test` holds, or does not."""
    if isinstance(test, f.Not):
        return _told(test.value, not holds)
    told: list[tuple[Condition, bool]] = []
    if isinstance(test, f.BoolOp) and (test.op == "and") is holds:
        told = _told(test.left, holds) + _told(test.right, holds)
    condition, is_same = _condition(test)
    if condition is not None and not isinstance(test, f.Const):
        told.append((condition, holds is is_same))
    return told


def answer(test: f.Expr, answers: Answers) -> bool | None:
    """Whether `test` holds, if that is known."""
    condition, is_same = _condition(test)
    known = answers.get(condition) if condition is not None else None
    if known is not None:
        return known is is_same
    match test:
        case f.Not():
            inner = answer(test.value, answers)
            return None if inner is None else not inner
        case f.BoolOp():
            sides = answer(test.left, answers), answer(test.right, answers)
            stop = test.op == "or"
            if stop in sides:
                return stop
            return None if None in sides else not stop
        case _:
            return None


def without(name: str, answers: Answers, *, only_parts: bool = False) -> Answers:
    """The answers that do not hang on `name`; with `only_parts` those on the name's own value are kept."""
    for condition in answers:
        if name in (condition.parts if only_parts else condition.names):
            break
    else:
        return answers
    return {c: v for c, v in answers.items() if name not in (c.parts if only_parts else c.names)}


def is_pure(call: f.Call) -> bool:
    """Whether a call changes nothing, as far as its name tells."""
    match call.func:
        case f.Name(id=name):
            return name in _FUNCTIONS
        case f.Attr(name=name):
            return name in _METHODS
        case _:
            return False


def handed(call: f.Call) -> tuple[str, ...]:
    """The names of which a call is given the value or a part."""
    found = _handed.get(id(call))
    if found is None:
        parts = (call.func, *call.args, *(k.value for k in call.keywords))
        found = (call, tuple(name for part in parts if (name := _base(part)) is not None))
        _handed[id(call)] = found
    return found[1]


def _base(expression: f.Expr) -> str | None:
    while isinstance(expression, (f.Attr, f.Star, f.Sub)):
        expression = expression.value
    return expression.id if isinstance(expression, f.Name) else None


_handed: dict[int, tuple[f.Call, tuple[str, ...]]] = {}
"""What was found of a call, by the identity of its expression, which is kept alive here."""

_conditions: dict[int, tuple[f.Expr, Condition | None, bool]] = {}
"""What was found of a test, by the identity of its expression, which is kept alive here."""

_interned: dict[Hashable, Condition] = {}


def forget_conditions() -> None:
    """Let go of the expressions of a project that is done."""
    _conditions.clear()
    _interned.clear()
    _handed.clear()


def _condition(test: f.Expr) -> tuple[Condition | None, bool]:
    """A condition for `test`, and whether it holds when the test does; `!=` is asked as `==`."""
    found = _conditions.get(id(test))
    if found is None:
        found = (test, *_new_condition(test))
        _conditions[id(test)] = found
    return found[1], found[2]


def _new_condition(test: f.Expr) -> tuple[Condition | None, bool]:
    is_opposite = isinstance(test, f.Compare) and test.op in _OPPOSITE
    if isinstance(test, f.Compare) and is_opposite:
        test = f.Compare(test.at, _OPPOSITE[test.op], test.left, test.right)
    shape = _shape(test)
    if shape is None:
        return None, True
    condition = _interned.get(shape)
    if condition is None:
        condition = Condition(frozenset(_names(shape)), frozenset(_names(shape, only_parts=True)))
        _interned[shape] = condition
    return condition, not is_opposite


def _names(shape: Hashable, *, only_parts: bool = False) -> set[str]:
    """The names in the shape of an expression; with `only_parts` those of which an attribute or an item is read."""
    if not isinstance(shape, tuple):
        return set()
    if shape[0] == "name":
        return set() if only_parts else {shape[1]}
    deep = only_parts and shape[0] not in {"attribute", "item", "in"}
    return {name for part in shape[1:] for name in _names(part, only_parts=deep)}


def _shape(expression: f.Expr) -> Hashable | None:
    """An expression without places, or None where evaluating it twice might differ."""
    parts: tuple[Hashable | None, ...]
    match expression:
        case f.Name():
            return ("name", expression.id)
        case f.Const():
            return ("constant", expression.kind, type(expression.value).__name__, expression.value)
        case f.Attr():
            parts = ("attribute", _shape(expression.value), expression.name)
        case f.Sub():
            parts = ("item", _shape(expression.value), _shape(expression.index))
        case f.Not():
            parts = ("not", _shape(expression.value))
        case f.Compare():
            kind = "in" if expression.op in {"in", "not in"} else "compare"
            parts = (kind, expression.op, _shape(expression.left), _shape(expression.right))
        case f.BoolOp():
            parts = ("bool", expression.op, _shape(expression.left), _shape(expression.right))
        case f.Sequence():
            parts = ("display", expression.kind, *(_shape(i) for i in expression.items))
        case f.Call(keywords=()) if is_pure(expression):
            parts = ("call", _shape(expression.func), *(_shape(a) for a in expression.args))
        case _:
            return None
    return None if None in parts else parts
