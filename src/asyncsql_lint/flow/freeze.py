"""Values and objects under other numbers: how a summary is keyed, stored, and played back into its caller.

Two calls whose arguments are alike, down to the state of every object that they reach, freeze to the same key:
numbers of objects and places in files (where a session was made, where an object was queried) are counted anew, and
translated back when the summary is played. So a helper that is called from a hundred places is analysed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.objects import (
    NEAR,
    Cause,
    Failed,
    HeapObject,
    Instance,
    Life,
    Loaded,
    Object,
    Query,
    Result,
    Session,
    Slot,
)
from asyncsql_lint.flow.values import (
    Arguments,
    Awaitable,
    BoundMethod,
    Const,
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

    def engine(self, engine: Engine | None) -> Engine | None:
        """The same engine at the replaced place."""
        return None if engine is None else replace(engine, site=self.site(engine.site))

    def cause(self, cause: Cause | None) -> Cause | None:
        """The same cause at the replaced place."""
        return None if cause is None else Cause(cause.kind, self.site(cause.site))

    def failed(self, failed: Failed | None) -> Failed | None:
        """The same error at replaced places; names mean something else in another function."""
        if failed is None:
            return None
        way = tuple([self.site(site) for site in failed.way])
        site, attempt = self.site(failed.site), self.site(failed.attempt)
        return Failed(failed.kind, site, attempt, way, doubted=failed.doubted)


def renumbering(number: Callable[[int], int]) -> Renaming:
    """A renaming that leaves places as they are."""
    return Renaming(number, lambda site: site)


def renamed(value: Value, by: Renaming) -> Value:
    """`value` with every number and place replaced."""
    handler = _RENAMED.get(type(value))
    return value if handler is None else handler(value, by)


def _ref(value: Ref, by: Renaming) -> Value:
    number = by.number(value.id)
    return value if number == value.id else Ref(number, value.optional)


def _function(value: FunctionValue, by: Renaming) -> Value:
    return replace(value, closure=_pairs(value.closure, by)) if value.closure else value


def _receiver(value: BoundMethod | LibraryMethod | SuperValue, by: Renaming) -> Value:
    receiver = renamed(value.receiver, by)
    return value if receiver is value.receiver else replace(value, receiver=receiver)


def _coroutine(value: Coroutine, by: Renaming) -> Value:
    arguments = _arguments(value.arguments, by)
    within = None if value.within is None else by.site(value.within)
    return replace(
        value, callee=renamed(value.callee, by), arguments=arguments, site=by.site(value.site), within=within
    )


def _callee(value: Partial | GeneratorValue | ContextManager, by: Renaming) -> Value:
    return replace(value, callee=renamed(value.callee, by), arguments=_arguments(value.arguments, by))


def _task(value: Task, by: Renaming) -> Value:
    return Task(renamed(value.coroutine, by), by.site(value.site))


def _tuple(value: TupleValue, by: Renaming) -> Value:
    return TupleValue(_values(value.items, by))


def _list(value: ListValue, by: Renaming) -> Value:
    items = None if value.items is None else _values(value.items, by)
    return ListValue(renamed(value.element, by), items, value.many, value.kind)


def _dict(value: DictValue, by: Renaming) -> Value:
    return DictValue(_pairs(value.items, by), renamed(value.other, by))


def _row(value: Row, by: Renaming) -> Value:
    values = None if value.values is None else _values(value.values, by)
    return Row(_statement(value.statement, by), by.session(value.session), values, value.by)


def _factory(value: Factory, by: Renaming) -> Value:
    return replace(value, site=by.site(value.site), engine=by.engine(value.engine))


def _engine(value: Engine, by: Renaming) -> Value:
    return replace(value, site=by.site(value.site))


def _awaitable(value: Awaitable, by: Renaming) -> Value:
    return Awaitable(renamed(value.instance, by))


def _dependency(value: Dependency, by: Renaming) -> Value:
    return value if value.call is None else replace(value, call=renamed(value.call, by))


def _primitive(value: Primitive, by: Renaming) -> Value:
    of = renamed(value.of, by)
    return value if of is value.of else Primitive(value.kind, of)


def _statement(value: Statement, by: Renaming) -> Statement:
    key = _known_everywhere(value.key)
    if value.site is None:
        return value if key is value.key else replace(value, key=key)
    return replace(value, site=by.site(value.site), key=key)


def _known_everywhere(key: Value | None) -> Value | None:
    """The key of a row, unless it is a name, which means something else in another function."""
    return key if isinstance(key, Const) else None


def _arguments(arguments: Arguments, by: Renaming) -> Arguments:
    return Arguments(_values(arguments.positional, by), _pairs(arguments.keywords, by), arguments.open)


def _values(values: tuple[Value, ...], by: Renaming) -> tuple[Value, ...]:
    return tuple([renamed(v, by) for v in values])


def _pairs(pairs: tuple[tuple[str, Value], ...], by: Renaming) -> tuple[tuple[str, Value], ...]:
    return tuple([(name, renamed(v, by)) for name, v in pairs])


_RENAMED: dict[type, Callable[[Any, Renaming], Value]] = {
    Ref: _ref,
    FunctionValue: _function,
    BoundMethod: _receiver,
    LibraryMethod: _receiver,
    SuperValue: _receiver,
    Coroutine: _coroutine,
    Partial: _callee,
    GeneratorValue: _callee,
    ContextManager: _callee,
    Task: _task,
    TupleValue: _tuple,
    ListValue: _list,
    DictValue: _dict,
    Row: _row,
    Statement: _statement,
    Factory: _factory,
    Engine: _engine,
    Awaitable: _awaitable,
    Dependency: _dependency,
    Primitive: _primitive,
}
"""The values that hold numbers or places; the others stay as they are."""


def renamed_object(obj: HeapObject, by: Renaming) -> HeapObject:
    """`obj` with every number and place in it replaced."""
    match obj:
        case Instance():
            over = {n: _slot(s, by) for n, s in obj.over.items()}
            return replace(
                obj,
                session=by.session(obj.session),
                over=over,
                origin=by.place(obj.origin),
                statement=by.place(obj.statement),
                expired=by.cause(obj.expired),
                closed=by.cause(obj.closed),
                pk=_known_everywhere(obj.pk),
            )
        case Session():
            twin, failed, ended = by.session(obj.twin), by.failed(obj.failed), by.cause(obj.ended)
            origin, unsaved, engine = by.place(obj.origin), by.cause(obj.unsaved), by.engine(obj.engine)
            return replace(obj, twin=twin, origin=origin, engine=engine, failed=failed, ended=ended, unsaved=unsaved)
        case Result() if obj.is_async:
            ended = by.cause(obj.ended)
            return replace(obj, session=by.session(obj.session), statement=_statement(obj.statement, by), ended=ended)
        case Result() | Query():
            return replace(obj, session=by.session(obj.session), statement=_statement(obj.statement, by))
        case Object():
            return replace(obj, attributes={n: renamed(v, by) for n, v in obj.attributes.items()})


def _slot(slot: Slot, by: Renaming) -> Slot:
    return slot if slot.value is None else Slot(slot.loaded, renamed(slot.value, by), slot.why)


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
                obj.faults,
            )
            return (Instance, *state, *rest, over)
        case Object():
            return (Object, obj.cls, tuple(sorted(obj.attributes.items(), key=lambda pair: pair[0])))
        case _:
            return (obj,)


class Frozen:
    """Some values with everything they reach, numbers and places counted from 0 in the order of discovery.

    `originals` and `places` are what the counted numbers and places stand for; `simplified` says how objects are seen.
    """

    __slots__ = ("_heap", "_numbers", "_places", "objects", "originals", "places", "values")

    def __init__(
        self,
        values: Iterable[Value],
        heap: Mapping[int, HeapObject],
        simplified: Callable[[HeapObject], HeapObject] | None = None,
    ) -> None:
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
            exact = self._bare(heap[self.originals[position]])
            self.objects.append(renamed_object(exact if simplified is None else simplified(exact), by))
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

    def _bare(self, obj: HeapObject) -> HeapObject:
        """The object without what its reader would find again by itself, so that more calls are alike."""
        if not isinstance(obj, Instance) or obj.born == "new":
            return obj
        is_doubted = obj.plan.unknown or obj.life in {Life.UNKNOWN, Life.ASSUMED}
        over = {}
        for name, slot in obj.over.items():
            if not self._is_derived(obj, name, slot):
                over[name] = slot
            elif not is_doubted or slot.loaded is not Loaded.UNKNOWN:
                over[name] = Slot(slot.loaded, None, slot.why)
        given = frozenset(n for n in obj.given if n.startswith("~"))
        return replace(obj, over=over, given=given, assigned=obj.assigned if given else frozenset())

    def _is_derived(self, parent: Instance, name: str, slot: Slot) -> bool:
        """Whether a slot's value says nothing: a text or number, or objects as reading the relationship makes them."""
        match slot.value:
            case Const(value=str() | float()):
                return True
            case Const(value=int() as number):
                return not isinstance(number, bool)
            case Ref(id=number) | ListValue(element=Ref(id=number), items=None):
                child = self._heap.get(number)
            case _:
                return False
        return isinstance(child, Instance) and number not in self._numbers and _is_untouched(child, parent, name)

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


def _is_untouched(child: Instance, parent: Instance, name: str) -> bool:
    """Whether `child` is as reading `parent.name` made it: see `instances.child_of`."""
    if child.dirty or child.given or child.expired is not None or child.path != (*parent.path, (parent.model, name)):
        return False
    if (child.session, child.statement, child.closed) != (parent.session, parent.statement, parent.closed):
        return False
    if any(slot.why != NEAR or not isinstance(slot.value, Ref) for slot in child.over.values()):
        return False
    return len(child.over) < 2 and (child.plan.unknown or child.plan == parent.plan.below(name))


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
