"""Values and objects under other numbers: how a summary is keyed, stored, and played back into its caller.

Two calls whose arguments are alike, down to the state of every object that they reach, freeze to the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from asyncsql_lint.flow.objects import HeapObject, Instance, Object, Query, Result, Session, Slot
from asyncsql_lint.flow.values import (
    Arguments,
    Awaitable,
    BoundMethod,
    ContextManager,
    Coroutine,
    Dependency,
    DictValue,
    FunctionValue,
    GeneratorValue,
    LibraryMethod,
    ListValue,
    Partial,
    Primitive,
    Ref,
    Row,
    SuperValue,
    Task,
    TupleValue,
    Value,
)

Numbering: TypeAlias = Callable[[int], int]


def renumber(value: Value, number: Numbering) -> Value:
    """`value` with every object's number replaced."""
    match value:
        case Ref():
            return Ref(number(value.id), value.optional)
        case FunctionValue() if value.closure:
            return replace(value, closure=tuple((n, renumber(v, number)) for n, v in value.closure))
        case BoundMethod() | LibraryMethod() | SuperValue():
            return replace(value, receiver=renumber(value.receiver, number))
        case Partial() | Coroutine() | GeneratorValue() | ContextManager():
            return replace(
                value, callee=renumber(value.callee, number), arguments=_arguments(value.arguments, number)
            )
        case Task():
            return replace(value, coroutine=renumber(value.coroutine, number))
        case TupleValue():
            return TupleValue(tuple(renumber(v, number) for v in value.items))
        case ListValue():
            items = None if value.items is None else tuple(renumber(v, number) for v in value.items)
            return replace(value, element=renumber(value.element, number), items=items)
        case DictValue():
            pairs = tuple((k, renumber(v, number)) for k, v in value.items)
            return DictValue(pairs, renumber(value.other, number))
        case Row():
            session = None if value.session is None else number(value.session)
            values = None if value.values is None else tuple(renumber(v, number) for v in value.values)
            return replace(value, session=session, values=values)
        case Awaitable():
            return Awaitable(renumber(value.instance, number))
        case Dependency() if value.call is not None:
            return Dependency(renumber(value.call, number))
        case Primitive():
            return replace(value, of=renumber(value.of, number))
        case _:
            return value


def _arguments(arguments: Arguments, number: Numbering) -> Arguments:
    return Arguments(
        tuple(renumber(v, number) for v in arguments.positional),
        tuple((k, renumber(v, number)) for k, v in arguments.keywords),
        arguments.open,
    )


def renumber_object(obj: HeapObject, number: Numbering) -> HeapObject:
    """`obj` with every number in it replaced."""
    match obj:
        case Instance():
            over = {n: Slot(s.loaded, renumber(s.value, number) if s.value else None) for n, s in obj.over.items()}
            return replace(obj, session=None if obj.session is None else number(obj.session), over=over)
        case Session():
            return replace(obj, twin=None if obj.twin is None else number(obj.twin))
        case Result() | Query():
            return replace(obj, session=None if obj.session is None else number(obj.session))
        case Object():
            return replace(obj, attributes={n: renumber(v, number) for n, v in obj.attributes.items()})


def _token(obj: HeapObject) -> tuple[object, ...]:
    """Something hashable that says the same as the object."""
    match obj:
        case Instance():
            over = tuple(sorted(((n, s) for n, s in obj.over.items()), key=lambda pair: pair[0]))
            state = (obj.model, obj.plan, obj.life, obj.session, obj.born, obj.origin, obj.expired, obj.closed)
            return (Instance, *state, obj.given, obj.open, obj.dirty, obj.confidence, obj.path, obj.pk, over)
        case Object():
            return (Object, obj.cls, tuple(sorted(obj.attributes.items(), key=lambda pair: pair[0])))
        case _:
            return (obj,)


class Frozen:
    """Some values with everything they reach, under numbers counted from 0 in the order of discovery."""

    __slots__ = ("_heap", "_mapping", "objects", "originals", "values")

    def __init__(self, values: Iterable[Value], heap: Mapping[int, HeapObject]) -> None:
        self._heap = heap
        self._mapping: dict[int, int] = {}
        self.originals: list[int] = []
        self.values = tuple(renumber(v, self._number) for v in values)
        self.objects: list[HeapObject] = []
        position = 0
        while position < len(self.originals):
            self.objects.append(renumber_object(heap[self.originals[position]], self._number))
            position += 1

    def _number(self, number: int) -> int:
        if number < 0 or number not in self._heap:
            return number if number < 0 else -1
        local = self._mapping.get(number)
        if local is None:
            local = len(self.originals)
            self._mapping[number] = local
            self.originals.append(number)
        return local

    def key(self) -> tuple[object, ...]:
        """Equal for equal values in equal states."""
        return (self.values, tuple(_token(o) for o in self.objects))


def reachable(values: Iterable[Value], heap: Mapping[int, HeapObject], roots: Iterable[int] = ()) -> set[int]:
    """The numbers of all objects that can be reached from some values and numbers."""
    found: set[int] = set()
    queue: list[int] = []

    def note(number: int) -> int:
        if number not in found and number in heap:
            found.add(number)
            queue.append(number)
        return number

    for value in values:
        renumber(value, note)
    for number in roots:
        note(number)
    while queue:
        renumber_object(heap[queue.pop()], note)
    return found
