"""The state of a function at one point, and how several of them are kept few.

The analysis is path-sensitive within bounds: it carries several states (one for each way that matters) and lets
those that do not differ in anything that matters run together. Over the bound the oldest are dropped into one
whose differing values are unknown: unknown is silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import answers
from asyncsql_lint.flow.answers import Answers
from asyncsql_lint.flow.freeze import token
from asyncsql_lint.flow.objects import HeapObject, Instance, Object, Session
from asyncsql_lint.flow.values import (
    BoundMethod,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    LibraryMethod,
    ListValue,
    ModuleValue,
    Opaque,
    Primitive,
    Ref,
    TupleValue,
    Value,
)
from asyncsql_lint.syntax import facts as f

Heap: TypeAlias = Mapping[int, HeapObject]

HANDLED = "<handler>"
"""Among what a state assumes: that an exception was raised and caught."""

MAX_STATES = 8
"""States carried side by side in one function."""


_PLAIN = frozenset({Opaque, Const, External, ModuleValue, ClassValue})
"""Kinds of values that have nothing to do with a database, whatever they hold."""


class Effect(Struct, frozen=True):
    """Something done to a session, in the order of time. `locked` tells that a lock was held."""

    kind: str
    session: int
    site: Site
    locked: bool = False


class RunningTask(Struct, frozen=True):
    """A task that was started and not awaited yet, with the sessions that it uses."""

    site: Site
    sessions: frozenset[int]


class State:
    """Names, heap, and what was done to sessions since the function began.

    `assumed` are parameters whose truth this state has assumed one way or the other; `answers` tells how tests went.
    """

    __slots__ = ("answers", "assumed", "effects", "env", "heap", "tasks")

    def __init__(
        self,
        env: dict[str, Value],
        heap: dict[int, HeapObject],
        effects: tuple[Effect, ...] = (),
        tasks: tuple[RunningTask, ...] = (),
        assumed: frozenset[str] = frozenset(),
        told: Answers | None = None,
    ) -> None:
        self.answers = told or {}
        self.assumed = assumed
        self.env = env
        self.heap = heap
        self.effects = effects
        self.tasks = tasks

    def copy(self) -> State:
        """A state that can be changed without this one noticing."""
        return State(self.env.copy(), self.heap.copy(), self.effects, self.tasks, self.assumed, self.answers)

    def learn(self, test: f.Expr, holds: bool) -> None:
        """Remember how a test went."""
        self.answers = answers.remembered(test, holds, self.answers)

    def bind(self, name: str, value: Value) -> None:
        """Give a name a value; what was known of tests of the name holds no longer."""
        self.env[name] = value
        if self.answers:
            self.answers = answers.without(name, self.answers)

    def changed(self, call: f.Call) -> None:
        """A call may change what it is given: what was known of parts of its receiver and arguments holds no longer."""
        for name in answers.handed(call):
            self.answers = answers.without(name, self.answers, only_parts=True)

    def same(self, other: State) -> bool:
        """Whether nothing that matters differs: what has nothing to do with a database does not count.

        As comparing signatures, but mostly by identity: states side by side have most of their values in common.
        """
        return self.tasks == other.tasks and _same_names(self, other) and _same_heap(self.heap, other.heap)

    def signature(self) -> object:
        """Equal for states in which nothing that matters differs."""
        heap = self.heap
        known: dict[int, bool] = {}
        names = []
        for pair in self.env.items():
            value = pair[1]
            kind = type(value)
            if kind in _PLAIN:
                if kind is Const and is_address(value):
                    names.append(pair)
                continue
            if (kind is Ref and type(heap.get(value.id)) is not Object) or not dull(value, heap, known):  # type: ignore[attr-defined] # it is a Ref
                names.append(pair)
        objects = [
            (n, _identity(o)) for n, o in heap.items() if type(o) is not Object or not _dull_object(n, heap, known)
        ]
        return (frozenset(names), frozenset(objects), self.tasks)


def _same_names(one: State, other: State) -> bool:
    env = other.env
    for name, value in one.env.items():
        there = env.get(name)
        if value is there or value == there:
            continue
        if _counts(value, one.heap) or (there is not None and _counts(there, other.heap)):
            return False
    here = one.env
    return not any(name not in here and _counts(value, other.heap) for name, value in env.items())


def _counts(value: Value, heap: Heap) -> bool:
    """Whether states are told apart by the value of a name."""
    return is_address(value) if isinstance(value, Const) else not dull(value, heap)


def _same_heap(one: Heap, other: Heap) -> bool:
    if one.keys() != other.keys():
        if any(number not in other and not _dull_object(number, one, {}) for number in one):
            return False
        if any(number not in one and not _dull_object(number, other, {}) for number in other):
            return False
    for number, obj in one.items():
        there = other.get(number)
        if there is None or obj is there or _identity(obj) == _identity(there):
            continue
        if not (_dull_object(number, one, {}) and _dull_object(number, other, {})):
            return False
    return True


def is_address(value: Value) -> bool:
    """Whether a value is a URL, or the beginning of one: it says which driver a database has."""
    text = value.of if isinstance(value, Primitive) else value
    return isinstance(text, Const) and isinstance(text.value, str) and "://" in text.value


def dull(value: Value | None, heap: Heap, known: dict[int, bool] | None = None) -> bool:
    """Whether a value has nothing to do with a database, nor anything that hangs on it.

    `known` keeps what was found of the heap's objects while the heap stays as it is.
    """
    kind = type(value)
    if kind in _PLAIN or value is None:
        return True
    objects = {} if known is None else known
    if kind is Ref:
        return _dull_object(value.id, heap, objects)  # type: ignore[attr-defined] # it is a Ref
    found = _verdicts.get(id(value))
    if found is None:
        found = (value, _verdict(value))
        _verdicts[id(value)] = found
    verdict = found[1]
    if isinstance(verdict, bool):
        return verdict
    return all(_dull_object(number, heap, objects) for number in verdict)


_verdicts: dict[int, tuple[Value, bool | tuple[int, ...]]] = {}
"""What was found of a value: dull, not dull, or dull if these objects are."""


def _verdict(value: Value) -> bool | tuple[int, ...]:
    """Look through a value once: the answer hangs on the heap only by the objects that it refers to."""
    numbers: list[int] = []
    stack: list[Value] = [value]
    while stack:
        one = stack.pop()
        match one:
            case Opaque() | Const() | External() | ModuleValue() | ClassValue():
                pass
            case Ref():
                numbers.append(one.id)
            case Primitive():
                stack.append(one.of)
            case FunctionValue():
                stack += [v for _, v in one.closure]
            case ListValue():
                stack += (one.element, *(one.items or ()))
            case TupleValue():
                stack += one.items
            case DictValue():
                stack += (one.other, *(v for _, v in one.items))
            case BoundMethod() | LibraryMethod():
                stack.append(one.receiver)
            case _:
                return False
    return tuple(numbers) if numbers else True


def _dull_object(number: int, heap: Heap, known: dict[int, bool]) -> bool:
    found = known.get(number)
    if found is not None:
        return found
    obj = heap.get(number)
    if not isinstance(obj, Object):
        known[number] = False
        return False
    known[number] = True  # what refers to itself hangs on the rest of it
    known[number] = all(dull(v, heap, known) for v in obj.attributes.values())
    return known[number]


_identities: dict[int, tuple[HeapObject, int]] = {}


def _identity(obj: HeapObject) -> int:
    """A number that equal objects share; worked out once for each."""
    found = _identities.get(id(obj))
    if found is None:
        found = (obj, hash(token(obj)))
        _identities[id(obj)] = found
    return found[1]


def forget_identities() -> None:
    """Let go of the objects of a function that is done."""
    _identities.clear()
    _verdicts.clear()


def _absorb(one: State, other: State) -> State:
    """One state for two that are the same in what matters; what differs otherwise is unknown."""
    env = {name: value if other.env.get(name) == value else _blurred(value) for name, value in one.env.items()}
    for name, value in other.env.items():
        if name not in env:
            env[name] = _blurred(value)
    effects = one.effects if len(one.effects) >= len(other.effects) else other.effects
    return State(env, one.heap, effects, one.tasks, one.assumed & other.assumed, _agreed(one, other))


def _agreed(one: State, other: State) -> Answers:
    """The answers that two states share."""
    if one.answers is other.answers:
        return one.answers
    return {test: answer for test, answer in one.answers.items() if other.answers.get(test) is answer}


def _blurred(value: Value) -> Value:
    return value if isinstance(value, (Ref, FunctionValue, ClassValue, BoundMethod)) else Opaque()


def _blur(one: State, other: State) -> State:
    """One state for two that differ: what differs is unknown."""
    env = {n: v if other.env.get(n) == v else Opaque() for n, v in one.env.items()}
    heap = {}
    for number, obj in one.heap.items():
        shared = _shared(obj, other.heap.get(number))
        if shared is not None:
            heap[number] = shared
    effects = one.effects if len(one.effects) >= len(other.effects) else other.effects
    return State(env, heap, effects, one.tasks, one.assumed & other.assumed, _agreed(one, other))


def _shared(one: HeapObject, other: HeapObject | None) -> HeapObject | None:
    """What two versions have in common: of a session all but its transaction, of an ORM object that it is there."""
    if one == other:
        return one
    if isinstance(one, Instance) and isinstance(other, Instance):
        return one.forgotten() if (one.model, one.session) == (other.model, other.session) else None
    if not isinstance(one, Session) or not isinstance(other, Session):
        return None
    rest = one.at_rest()
    return rest if rest == other.at_rest() else None


def join(states: list[State], bound: int = MAX_STATES) -> list[State]:
    """The same states, fewer: equal ones run together, and at most `bound` are left."""
    if len(states) < 2:
        return states
    out: list[State] = []
    for state in states:
        at = next((at for at, kept in enumerate(out) if kept.same(state)), None)
        if at is None:
            out.append(state)
        else:
            out[at] = _absorb(out[at], state)
    while len(out) > bound:
        out[-2:] = [_blur(out[-2], out[-1])]
    return out
