"""Values and objects under other numbers: how a summary is keyed, stored, and played back into its caller.

Two calls whose arguments are alike, down to the state of every object that they reach, freeze to the same key:
numbers of objects and places in files (where a session was made, where an object was queried) are counted anew, and
translated back when the summary is played. So a helper that is called from a hundred places is analysed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.objects import Cause, HeapObject, Instance, Object, Query, Result, Session, Slot
from asyncsql_lint.flow.values import (
    Arguments,
    Awaitable,
    BoundMethod,
    ContextManager,
    Coroutine,
    Dependency,
    DictValue,
    Engine,
    Factory,
    FunctionValue,
    GeneratorValue,
    LibraryMethod,
    ListValue,
    Partial,
    Primitive,
    Ref,
    Row,
    Statement,
    SuperValue,
    Task,
    TupleValue,
    Value,
)

ENTRY = "<entry>"
"""The path of a place that only the caller knows."""


class Renaming:
    """How numbers and places are replaced."""

    __slots__ = ("number", "site")

    def __init__(self, number: Callable[[int], int], site: Callable[[Site], Site]) -> None:
        self.number = number
        self.site = site

    def place(self, site: Site | None) -> Site | None:
        """The replacement of a place that may be missing."""
        return None if site is None else self.site(site)

    def session(self, number: int | None) -> int | None:
        """The replacement of a session's number that may be missing."""
        return None if number is None else self.number(number)

    def cause(self, cause: Cause | None) -> Cause | None:
        """The same cause at the replaced place."""
        return None if cause is None else Cause(cause.kind, self.site(cause.site))


def renumbering(number: Callable[[int], int]) -> Renaming:
    """A renaming that leaves places as they are."""
    return Renaming(number, lambda site: site)


def renamed(value: Value, by: Renaming) -> Value:
    """`value` with every number and place replaced."""
    match value:
        case Ref():
            return Ref(by.number(value.id), value.optional)
        case FunctionValue() if value.closure:
            return replace(value, closure=tuple((n, renamed(v, by)) for n, v in value.closure))
        case BoundMethod() | LibraryMethod() | SuperValue():
            return replace(value, receiver=renamed(value.receiver, by))
        case Coroutine():
            arguments = _arguments(value.arguments, by)
            return replace(value, callee=renamed(value.callee, by), arguments=arguments, site=by.site(value.site))
        case Partial() | GeneratorValue() | ContextManager():
            return replace(value, callee=renamed(value.callee, by), arguments=_arguments(value.arguments, by))
        case Task():
            return Task(renamed(value.coroutine, by), by.site(value.site))
        case TupleValue():
            return TupleValue(tuple(renamed(v, by) for v in value.items))
        case ListValue():
            items = None if value.items is None else tuple(renamed(v, by) for v in value.items)
            return replace(value, element=renamed(value.element, by), items=items)
        case DictValue():
            return DictValue(tuple((k, renamed(v, by)) for k, v in value.items), renamed(value.other, by))
        case Row():
            values = None if value.values is None else tuple(renamed(v, by) for v in value.values)
            return Row(_statement(value.statement, by), by.session(value.session), values)
        case Statement():
            return _statement(value, by)
        case Factory() | Engine():
            return replace(value, site=by.site(value.site))
        case Awaitable():
            return Awaitable(renamed(value.instance, by))
        case Dependency() if value.call is not None:
            return Dependency(renamed(value.call, by))
        case Primitive():
            return replace(value, of=renamed(value.of, by))
        case _:
            return value


def _statement(value: Statement, by: Renaming) -> Statement:
    return value if value.site is None else replace(value, site=by.site(value.site))


def _arguments(arguments: Arguments, by: Renaming) -> Arguments:
    return Arguments(
        tuple(renamed(v, by) for v in arguments.positional),
        tuple((k, renamed(v, by)) for k, v in arguments.keywords),
        arguments.open,
    )


def renamed_object(obj: HeapObject, by: Renaming) -> HeapObject:
    """`obj` with every number and place in it replaced."""
    match obj:
        case Instance():
            over = {n: Slot(s.loaded, renamed(s.value, by) if s.value else None) for n, s in obj.over.items()}
            return replace(
                obj,
                session=by.session(obj.session),
                over=over,
                origin=by.place(obj.origin),
                statement=by.place(obj.statement),
                expired=by.cause(obj.expired),
                closed=by.cause(obj.closed),
            )
        case Session():
            twin, failed, ended = by.session(obj.twin), by.cause(obj.failed), by.cause(obj.ended)
            origin, unsaved = by.place(obj.origin), by.cause(obj.unsaved)
            return replace(obj, twin=twin, origin=origin, failed=failed, ended=ended, unsaved=unsaved)
        case Result() if obj.is_async:
            ended = by.cause(obj.ended)
            return replace(obj, session=by.session(obj.session), statement=_statement(obj.statement, by), ended=ended)
        case Result() | Query():
            return replace(obj, session=by.session(obj.session), statement=_statement(obj.statement, by))
        case Object():
            return replace(obj, attributes={n: renamed(v, by) for n, v in obj.attributes.items()})


def token(obj: HeapObject) -> tuple[object, ...]:
    """Something hashable that says the same as the object."""
    match obj:
        case Instance():
            over = tuple(sorted(((n, s) for n, s in obj.over.items()), key=lambda pair: pair[0]))
            state = (obj.model, obj.plan, obj.life, obj.session, obj.born, obj.origin, obj.statement, obj.expired)
            rest = (
                obj.closed,
                obj.given,
                obj.open,
                obj.dirty,
                obj.confidence,
                obj.path,
                obj.pk,
                obj.entity,
                obj.assigned,
            )
            return (Instance, *state, *rest, over)
        case Object():
            return (Object, obj.cls, tuple(sorted(obj.attributes.items(), key=lambda pair: pair[0])))
        case _:
            return (obj,)


class Frozen:
    """Some values with everything they reach, numbers and places counted from 0 in the order of discovery.

    `originals` and `places` are what the counted numbers and places stand for.
    """

    __slots__ = ("_heap", "_numbers", "_places", "objects", "originals", "places", "values")

    def __init__(self, values: Iterable[Value], heap: Mapping[int, HeapObject]) -> None:
        self._heap = heap
        self._numbers: dict[int, int] = {}
        self._places: dict[Site, Site] = {}
        self.originals: list[int] = []
        self.places: list[Site] = []
        by = Renaming(self._number, self._place)
        self.values = tuple(renamed(v, by) for v in values)
        self.objects: list[HeapObject] = []
        position = 0
        while position < len(self.originals):
            self.objects.append(renamed_object(heap[self.originals[position]], by))
            position += 1

    def _number(self, number: int) -> int:
        if number < 0 or number not in self._heap:
            return number if number < 0 else -1
        local = self._numbers.get(number)
        if local is None:
            local = len(self.originals)
            self._numbers[number] = local
            self.originals.append(number)
        return local

    def _place(self, site: Site) -> Site:
        found = self._places.get(site)
        if found is None:
            found = Site(ENTRY, len(self.places))
            self._places[site] = found
            self.places.append(site)
        return found

    def back(self, place: Site) -> Site:
        """The place that a counted one stands for; any other place as it is."""
        return self.places[place.node] if place.path == ENTRY and place.node < len(self.places) else place

    def key(self) -> tuple[object, ...]:
        """Equal for equal values in equal states."""
        return (self.values, tuple(token(o) for o in self.objects))


def reachable(values: Iterable[Value], heap: Mapping[int, HeapObject], roots: Iterable[int] = ()) -> set[int]:
    """The numbers of all objects that can be reached from some values and numbers."""
    found: set[int] = set()
    queue: list[int] = []

    def note(number: int) -> int:
        if number not in found and number in heap:
            found.add(number)
            queue.append(number)
        return number

    by = renumbering(note)
    for value in values:
        renamed(value, by)
    for number in roots:
        note(number)
    while queue:
        renamed_object(heap[queue.pop()], by)
    return found
