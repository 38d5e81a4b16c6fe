"""Tests whose answer is known: the same test gives the same answer until what it reads is bound anew or changed.

`if "posts" in include: statement = statement.options(...)` and a later `if "posts" in include: user.posts` go
together, although nothing is known of `include`. Only tests without side effects count, made of names, attributes,
literals, comparisons and a few pure functions and methods.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeAlias

from asyncsql_lint.syntax import facts as f

Answers: TypeAlias = "dict[Hashable, bool]"
"""Answers by condition. A condition is a nested tuple like the expression, without its places."""

MAX_ANSWERS = 12
"""Answers that a state remembers; the oldest is forgotten."""

_OPPOSITE = {"is not": "is", "!=": "==", "not in": "in"}
_FUNCTIONS = frozenset({"all", "any", "bool", "callable", "hasattr", "int", "isinstance", "len", "set", "str"})
_METHODS = frozenset({"endswith", "get", "isdigit", "isdisjoint", "issubset", "keys", "lower", "startswith", "strip"})


def remembered(test: f.Expr, holds: bool, answers: Answers) -> Answers:
    """The answers once `test` was found to hold, or not to hold."""
    found = dict(_told(test, holds))
    if not found:
        return answers
    merged = {k: v for k, v in answers.items() if k not in found} | found
    return dict(list(merged.items())[-MAX_ANSWERS:])


def _told(test: f.Expr, holds: bool) -> Iterator[tuple[Hashable, bool]]:
    if isinstance(test, f.Not):
        yield from _told(test.value, not holds)
        return
    if isinstance(test, f.BoolOp) and (test.op == "and") is holds:
        yield from _told(test.left, holds)
        yield from _told(test.right, holds)
    condition, is_same = _condition(test)
    if condition is not None and not isinstance(test, f.Const):
        yield condition, holds is is_same


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
    if not any(_mentions(c, name, only_parts) for c in answers):
        return answers
    return {c: v for c, v in answers.items() if not _mentions(c, name, only_parts)}


def is_pure(call: f.Call) -> bool:
    """Whether a call changes nothing, as far as its name tells."""
    match call.func:
        case f.Name(id=name):
            return name in _FUNCTIONS
        case f.Attr(name=name):
            return name in _METHODS
        case _:
            return False


def _mentions(condition: Hashable, name: str, only_parts: bool) -> bool:
    if not isinstance(condition, tuple):
        return False
    if condition[0] == "name":
        return not only_parts and condition[1] == name
    if only_parts and condition[0] in {"attribute", "item", "in"}:
        return any(_mentions(part, name, False) for part in condition[1:])
    return any(_mentions(part, name, only_parts) for part in condition[1:])


def _condition(test: f.Expr) -> tuple[Hashable | None, bool]:
    """A condition for `test`, and whether it holds when the test does; `!=` is asked as `==`."""
    if isinstance(test, f.Compare) and test.op in _OPPOSITE:
        return _shape(f.Compare(test.at, _OPPOSITE[test.op], test.left, test.right)), False
    return _shape(test), True


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
