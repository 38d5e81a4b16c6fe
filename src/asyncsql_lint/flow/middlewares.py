"""What the middlewares of aiogram hand to handlers: `data["session"] = session`, then `handler(event, data)`.

A middleware is gone through as it stands, up to each call of the handler. What is in `data` there, in the state in
which it is there, is what handlers get by the names of their parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.flow.freeze import Frozen, Renaming, reachable, renamed, renamed_object, renumbering
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.names import calls_in
from asyncsql_lint.flow.objects import HeapObject, Instance, Session
from asyncsql_lint.flow.repeated import made_by
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.transactions import given
from asyncsql_lint.flow.values import NONE, Arguments, Const, DictValue, Opaque, Primitive, Ref, TupleValue, Value
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo
from asyncsql_lint.libraries import aiogram as table
from asyncsql_lint.syntax import facts as f

HANDLER = "handler"
"""The kind of the handler that a middleware is given."""

DATA = "handler-data"
"""The kind of its `data`; what it holds is a `DictValue` in `of`."""


HELD = "<held>"
"""Among what a middleware provides: all objects of its sessions. It holds them as long as the handler runs."""


@dataclass(frozen=True, slots=True)
class Provided:
    """What a middleware hands on, by name, and the objects behind it."""

    values: tuple[tuple[str, Value], ...]
    heap: Mapping[int, HeapObject]

    def brought(self, state: State, m: Machine) -> DictValue:
        """The same with objects of their own in the heap of `state`."""
        numbers = {number: m.new(self.heap[number], state).id for number in sorted(self.heap)}
        by = renumbering(lambda n: numbers.get(n, n))
        for number in numbers.values():
            state.heap[number] = renamed_object(state.heap[number], by)
        return DictValue(tuple((name, renamed(value, by)) for name, value in self.values))


NOTHING = Provided((), {})


class Middlewares:
    """The middlewares of a project, and which functions are handlers."""

    def __init__(self, machine: Machine) -> None:
        self._m = machine
        self._classes: list[ClassInfo] | None = None
        self._registered: set[FunctionInfo] | None = None
        self._provided: dict[ClassInfo, Provided] = {}
        self._handovers: list[tuple[DictValue, State]] = []

    # -- middlewares

    def near(self, path: str) -> tuple[ClassInfo, ...]:
        """The middlewares that are in use in the nearest folder around a file that has some."""
        found = self._all()
        folder = path.rpartition("/")[0]
        while folder and found:
            here = tuple(c for c in found if c.module.path.startswith(f"{folder}/"))
            if here:
                return here
            folder = folder.rpartition("/")[0]
        return ()

    def _all(self) -> list[ClassInfo]:
        if self._classes is None:
            index = self._m.index
            known = [c for c in index.classes() if index.inherits(c, table.MIDDLEWARE)]
            made = self._made({c.name for c in known}) if known else set()
            self._classes = [c for c in known if c in made]
        return self._classes

    def _made(self, names: set[str]) -> set[ClassInfo]:
        """The classes of which some module makes an object."""
        index = self._m.index
        modules = (m for m in index.modules.values() if m.facts.words & names)
        calls = ((m, c) for m in modules for c in calls_in(m.facts.body) if isinstance(c.func, (f.Name, f.Attr)))
        return {d for module, call in calls for d in index.resolve(module, call.func) if isinstance(d, ClassInfo)}

    def begin(self) -> list[tuple[DictValue, State]]:
        """Begin to note what handlers are handed; returns what was noted before."""
        before, self._handovers = self._handovers, []
        return before

    def end(self, info: ClassInfo, places: Frozen, before: list[tuple[DictValue, State]]) -> Provided:
        """What has been noted since `begin()` is what the middleware `info` provides."""
        self._provided[info] = _common(self._handovers, places)
        self._handovers = before
        return self._provided[info]

    def known(self, info: ClassInfo) -> Provided | None:
        """What a middleware is known to provide."""
        return self._provided.get(info)

    def handed(self, arguments: Arguments, state: State) -> None:
        """A middleware calls `handler(event, data)`."""
        data = arguments.get(1, "data")
        if isinstance(data, Primitive) and isinstance(data.of, DictValue):
            self._handovers.append((data.of, state.copy()))

    # -- handlers

    def is_handler(self, function: FunctionInfo) -> bool:
        """Whether aiogram calls a function for events: it is decorated or registered with a router's observer."""
        if not self._all():
            return False
        callees = (d.func for d in function.node.decorators if isinstance(d, f.Call))
        if any(_is_observer(callee, function, self._m) for callee in callees):
            return True
        if self._registered is None:
            self._registered = set(self._find_registered())
        return function in self._registered

    def _find_registered(self) -> Iterator[FunctionInfo]:
        """`router.message.register(handler, ...)`."""
        for module in self._m.index.modules.values():
            if table.REGISTER not in module.facts.words or not module.facts.words & table.OBSERVERS:
                continue
            for call in calls_in(module.facts.body):
                if not call.args or not isinstance(call.func, f.Attr) or call.func.name != table.REGISTER:
                    continue
                if isinstance(call.func.value, f.Attr) and call.func.value.name in table.OBSERVERS:
                    yield from self._functions(module, call.args[0])

    def _functions(self, module: ModuleInfo, expression: f.Expr) -> list[FunctionInfo]:
        return [d for d in self._m.index.resolve(module, expression) if isinstance(d, FunctionInfo)]


def stored(target: f.Sub, owner: Value, index: Value, value: Value, state: State) -> None:
    """`data["session"] = session`."""
    if not isinstance(owner, Primitive) or owner.kind != DATA or not isinstance(target.value, f.Name):
        return
    if isinstance(index, Const) and isinstance(index.value, str) and isinstance(owner.of, DictValue):
        items = {**dict(owner.of.items), index.value: value}
        state.bind(target.value.id, Primitive(DATA, DictValue(tuple(items.items()))))


def _is_observer(callee: f.Expr, function: FunctionInfo, m: Machine) -> bool:
    """`router.message`, of a router of aiogram's."""
    return (
        isinstance(callee, f.Attr)
        and callee.name in table.OBSERVERS
        and made_by(callee.value, table.ROUTERS, function, m)
    )


def _common(handovers: list[tuple[DictValue, State]], places: Frozen) -> Provided:
    """What is the same at every call of the handler that has it at all."""
    if not handovers:
        return NOTHING
    seen = [(dict(data.items), {n: _settled(o) for n, o in state.heap.items()}) for data, state in handovers]
    base, heap = max(seen, key=lambda one: len(one[0]))
    values: dict[str, Value] = {}
    for name, value in base.items():
        others = [(items[name], theirs) for items, theirs in seen if name in items]
        if isinstance(value, (Opaque, Const)) or not all(_alike(value, heap, *other) for other in others):
            continue
        is_optional = isinstance(value, Ref) and any(other == NONE for other, _ in others)
        values[name] = replace(value, optional=True) if isinstance(value, Ref) and is_optional else value
    by = Renaming(lambda n: n, places.back)
    numbers = reachable(values.values(), heap)
    held = [n for n, o in heap.items() if isinstance(o, Instance) and o.session in numbers]
    values[HELD] = TupleValue(tuple(Ref(n) for n in sorted(held)))
    numbers = reachable(values.values(), heap)
    return Provided(
        tuple((name, renamed(value, by)) for name, value in values.items()),
        {number: renamed_object(heap[number], by) for number in numbers},
    )


def _alike(one: Value, heap: Mapping[int, HeapObject], other: Value, theirs: Mapping[int, HeapObject]) -> bool:
    return other == NONE or Frozen([one], heap).key() == Frozen([other], theirs).key()


def _settled(found: HeapObject) -> HeapObject:
    """A session as the handler sees it: the middleware's, who answers for its end."""
    if not isinstance(found, Session):
        return found
    settled = given(found)
    confidence = min(found.confidence, Confidence.INFERRED)
    return replace(settled, scope="parameter", kept=True, saves=False, unsaved=None, confidence=confidence)
