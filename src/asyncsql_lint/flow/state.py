"""The state of a function at one point, and how several of them are kept few.

The analysis is path-sensitive within bounds: it carries several states (one for each way that matters) and lets
those that do not differ in anything that matters run together. Over the bound the oldest are dropped into one
whose differing values are unknown: unknown is silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.objects import HeapObject, Object
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

MAX_STATES = 8
"""States carried side by side in one function."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something done to a session, in the order of time. `locked` tells that a lock was held."""

    kind: str
    session: int
    site: Site
    locked: bool = False


@dataclass(frozen=True, slots=True)
class RunningTask:
    """A task that was started and not awaited yet, with the sessions that it uses."""

    site: Site
    sessions: frozenset[int]


class State:
    """Names, heap, and what was done to sessions since the function began."""

    __slots__ = ("effects", "env", "heap", "tasks")

    def __init__(
        self,
        env: dict[str, Value],
        heap: dict[int, HeapObject],
        effects: tuple[Effect, ...] = (),
        tasks: tuple[RunningTask, ...] = (),
    ) -> None:
        self.env = env
        self.heap = heap
        self.effects = effects
        self.tasks = tasks

    def copy(self) -> State:
        """A state that can be changed without this one noticing."""
        return State(self.env.copy(), self.heap.copy(), self.effects, self.tasks)

    def same(self, other: State) -> bool:
        """Whether nothing that matters differs: what has nothing to do with a database does not count."""
        return (
            self.tasks == other.tasks
            and _same_names(self, other)
            and (self.heap is other.heap or _same_heaps(self.heap, other.heap))
        )


Heap = Mapping[int, HeapObject]


def dull(value: Value | None, heap: Heap, depth: int = 0) -> bool:
    """Whether a value has nothing to do with a database, nor anything that hangs on it."""
    match value:
        case None | Opaque() | Const() | External() | ModuleValue() | ClassValue():
            return True
        case Primitive():
            return dull(value.of, heap, depth)
        case FunctionValue():
            return all(dull(v, heap, depth) for _, v in value.closure)
        case ListValue():
            return dull(value.element, heap, depth) and all(dull(v, heap, depth) for v in value.items or ())
        case TupleValue():
            return all(dull(v, heap, depth) for v in value.items)
        case DictValue():
            return dull(value.other, heap, depth) and all(dull(v, heap, depth) for _, v in value.items)
        case BoundMethod() | LibraryMethod():
            return dull(value.receiver, heap, depth)
        case Ref():
            return _dull_object(heap.get(value.id), heap, depth)
        case _:
            return False


def _dull_object(obj: HeapObject | None, heap: Heap, depth: int) -> bool:
    if obj is None or not isinstance(obj, Object):
        return False
    return depth > 2 or all(dull(v, heap, depth + 1) for v in obj.attributes.values())


def _same_names(one: State, other: State) -> bool:
    a, b = one.env, other.env
    if a == b:
        return True
    for name, value in a.items():
        theirs = b.get(name)
        if value != theirs and not (dull(value, one.heap) and dull(theirs, other.heap)):
            return False
    return all(name in a or dull(value, other.heap) for name, value in b.items())


def _same_heaps(a: Heap, b: Heap) -> bool:
    if a == b:
        return True
    for number, obj in a.items():
        theirs = b.get(number)
        if obj is not theirs and obj != theirs and not (_dull_object(obj, a, 0) and _gone(theirs, b)):
            return False
    return all(number in a or _dull_object(obj, b, 0) for number, obj in b.items())


def _gone(obj: HeapObject | None, heap: Heap) -> bool:
    return obj is None or _dull_object(obj, heap, 0)


def _absorb(one: State, other: State) -> State:
    """One state for two that are the same in what matters; what differs otherwise is unknown."""
    env = {name: value if other.env.get(name) == value else _blurred(value) for name, value in one.env.items()}
    for name, value in other.env.items():
        if name not in env:
            env[name] = _blurred(value)
    effects = one.effects if len(one.effects) >= len(other.effects) else other.effects
    return State(env, one.heap, effects, one.tasks)


def _blurred(value: Value) -> Value:
    return value if isinstance(value, (Ref, FunctionValue, ClassValue, BoundMethod)) else Opaque()


def _blur(one: State, other: State) -> State:
    """One state for two that differ: what differs is unknown."""
    env = {n: v if other.env.get(n) == v else Opaque() for n, v in one.env.items()}
    heap = {i: o for i, o in one.heap.items() if other.heap.get(i) == o}
    effects = one.effects if len(one.effects) >= len(other.effects) else other.effects
    return State(env, heap, effects, one.tasks)


def join(states: list[State], bound: int = MAX_STATES) -> list[State]:
    """The same states, fewer: equal ones run together, and at most `bound` are left."""
    if len(states) < 2:
        return states
    out: list[State] = []
    for state in states:
        for i, kept in enumerate(out):
            if kept.same(state):
                out[i] = _absorb(kept, state)
                break
        else:
            out.append(state)
    while len(out) > bound:
        out[-2:] = [_blur(out[-2], out[-1])]
    return out
