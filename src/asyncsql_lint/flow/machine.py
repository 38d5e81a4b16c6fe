"""The machine that the analysis runs on: frames, choices, the heap, and where events go.

Evaluation is deterministic but for *choices* (which way a conditional expression went, which outcome a call had):
a statement is evaluated once for each combination of them, from a copy of the same state. So an expression has
one value in one state, and what belongs together (a helper returned None *and* rolled back) stays together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.engines import Engines
from asyncsql_lint.flow.events import Event
from asyncsql_lint.flow.fallbacks import is_expected
from asyncsql_lint.flow.freeze import ENTRY
from asyncsql_lint.flow.objects import HeapObject, Instance, Object, Query, Result, Session
from asyncsql_lint.flow.state import Effect, State
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Arguments,
    Const,
    DictValue,
    Engine,
    ListValue,
    Opaque,
    Primitive,
    Ref,
    TupleValue,
    Value,
)
from asyncsql_lint.index.column_types import ColumnTypes
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo
from asyncsql_lint.index.models import Models
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

MAX_CHOICES = 8
"""Ways in which one statement is evaluated."""

MAX_DEPTH = 24
"""Calls within calls that are followed."""

MAX_RETURNS = 24
"""Returns of one function that are told apart without asking whether they differ."""

WATCHED = 8
"""States kept of the points at which a block may be left by an exception."""

MAX_STEPS = 4_000
"""Statements that are gone through for one function and all that it calls; beyond, calls are unknown."""

MAX_OBJECTS = 400
"""Objects that a function has in hand, of sessions and of what it was given apart; of the oldest, no more is known."""

CALLERS = -2
"""In place of an object's number: the callers decide whether it is their doing."""

FIRST_ID = 1_000_000
"""Numbers below belong to what a summary was given."""


_UNKNOWN_VERSIONS = Versions()


class Unreachable(Exception):
    """What is being evaluated never comes to an end: every way through it raises."""


@dataclass(slots=True)
class Sink:
    """Where the ways out of a block go, other than its end."""

    returns: list[tuple[State, Value, f.Return | None]] = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    raises: list[tuple[State, bool]] = field(default_factory=list)
    watched: bool = False
    seen: set[tuple[object, ...]] = field(default_factory=set)
    kept: set[object] = field(default_factory=set)

    def watch(self, state: State, *, database: bool = True) -> None:
        """An exception may leave the block here, one of the database if so told; the state is kept once."""
        if not self.watched or len(self.raises) >= WATCHED:
            return
        key = (database, len(state.env), len(state.effects), *map(id, state.heap.values()))
        if key in self.seen:
            return
        self.seen.add(key)
        signature = (database, state.signature())
        if signature not in self.kept:
            self.kept.add(signature)
            self.raises.append((state.copy(), database))

    def give(self, state: State, value: Value, node: f.Return | None) -> None:
        """The block returns here."""
        if len(self.returns) >= MAX_RETURNS:
            for kept, other, _ in self.returns:
                if other == value and kept.same(state):
                    return
            if len(self.returns) >= 2 * MAX_RETURNS:
                return
        self.returns.append((state, value, node))

    def raised(self, *, database: bool) -> list[State]:
        """The states in which the block may be left by an exception; only by one of the database if so told."""
        return [state for state, of_database in self.raises if of_database or not database]

    def hand_on(self, outer: Sink) -> None:
        """What leaves this block leaves the one around it."""
        for state, value, node in self.returns:
            outer.give(state, value, node)
        for state, database in self.raises:
            outer.watch(state, database=database)


@dataclass(slots=True)
class Frame:
    """One function while it is analysed.

    `mode` is `loop` (on the event loop), `sync` (a plain function, nobody knows where), `greenlet` (in `run_sync`)
    or `thread`. `pending` are events on objects that the function was given: its callers are to blame. `engines` are
    those whose connections were used, `disposed` and `made` the places of those that were disposed of and made.
    `glanced` are the nodes of attributes whose value is only looked at, and kept nowhere.
    `unguarded` are the sessions it was given with what may fail on them, `guarded` tells that from here on others may
    see to that. `waits` are the numbers of what waits for something else than a database, `failing` tells that some
    session has an error that was caught, `statement` is the number of the statement that is run. `guards` are the
    `try`s whose body is gone through.
    """

    module: ModuleInfo
    function: FunctionInfo | None
    mode: str
    closure: dict[str, Value]
    sink: Sink
    entries: int = 0
    depth: int = 0
    steps: int = 0
    locks: int = 0
    pending: list[tuple[Event, int]] = field(default_factory=list)
    yields: list[tuple[State, Value]] = field(default_factory=list)
    blocked: list[Event] = field(default_factory=list)
    dependencies: dict[object, Value] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    database: bool = False
    awaited: int = -1
    unguarded: dict[tuple[int, str], None] = field(default_factory=dict)
    guarded: bool = False
    self_value: Value | None = None
    glanced: set[int] = field(default_factory=set)
    engines: frozenset[Engine] = frozenset()
    disposed: frozenset[Site] = frozenset()
    made: frozenset[Site] = frozenset()
    waits: set[int] = field(default_factory=set)
    failing: bool = False
    statement: int = -1
    guards: tuple[f.Try, ...] = ()

    @property
    def context(self) -> str:
        """The qualified name of the function, for messages and fingerprints."""
        return self.function.qualname if self.function is not None else "<module>"


def outside(module: ModuleInfo) -> Frame:
    """A frame for what is evaluated in a module, but in no function."""
    return Frame(module, None, "sync", {}, Sink())


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """A bug of ours that one function brought out: the rest of the project is analysed all the same."""

    path: str
    function: str
    error: Exception


class Machine(ABC):
    """State that outlives functions, and what every part of the analysis needs.

    `frame` is the function that is being analysed, the last of `frames`. `brought` is what callers bring for annotated
    parameters (`credibility`), `sound` are the places of `await`s that have something to await for one caller at least.
    In a trial (`is_trial`) nothing is told: what is gone through does not run.
    """

    frame: Frame

    def __init__(self, index: ProjectIndex, models: Models, versions: Mapping[str, Versions]) -> None:
        self.index = index
        self._versions = versions
        self.models = models
        self.column_types = ColumnTypes(index)
        self.engines = Engines()
        self.events: dict[Event, None] = {}
        self.call_sites: dict[FunctionInfo, set[Site]] = {}
        self.globals: dict[int, HeapObject] = {}
        self.frames: list[Frame] = []
        self._next = FIRST_ID
        self._next_global = -1
        self.implicit = False
        self.steps = 0
        self.configured: set[Site] = set()
        self._ends: dict[FunctionInfo, int] = {}
        self._oracle: list[int] | None = None
        self._asked: list[int] = []
        self.limits: dict[str, int] = {}
        self.failures: list[Failure] = []
        self.around_generators: dict[Event, FunctionInfo] = {}
        self.databases: dict[bool, frozenset[str]] = {}
        self.begins: bool | None = None
        self.notes: dict[Site, set[str]] = {}
        self.holders: dict[Site, FunctionInfo | None] = {}
        self.brought: dict[tuple[FunctionInfo, str], set[str]] = {}
        self.sound: set[Site] = set()
        self.is_trial = False

    # -- what the parts provide

    @abstractmethod
    def evaluate(self, expression: f.Expr, state: State) -> Value:
        """The value of an expression; the state changes as the expression changes it."""

    @abstractmethod
    def call(self, callee: Value, arguments: Arguments, site: Site, state: State) -> Value:
        """The value of a call."""

    @abstractmethod
    def attribute(self, value: Value, name: str, site: Site, state: State) -> Value:
        """The value of `value.name`."""

    @abstractmethod
    def relevant(self, function: FunctionInfo) -> bool:
        """Whether a function can have to do with a database by itself."""

    @abstractmethod
    def decorator_names(self, info: FunctionInfo) -> frozenset[str]:
        """The canonical names of a function's decorators; those of the project by their own name."""

    @abstractmethod
    def scope(self, function: FunctionInfo) -> ModuleInfo:
        """The module in which the names of a function are looked up, with its own local classes and imports."""

    @abstractmethod
    def await_(self, value: Value, site: Site, state: State) -> Value:
        """The value of awaiting `value`."""

    @abstractmethod
    def elements(self, value: Value, site: Site, state: State, *, is_own: bool = True) -> Value:
        """What iterating over `value` gives, one for all."""

    # -- frames

    @contextmanager
    def entered(self, frame: Frame) -> Iterator[None]:
        """Have `frame` be the one that is being analysed."""
        self.frames.append(frame)
        self.frame = frame
        try:
            yield
        finally:
            self.frames.pop()
            if self.frames:
                self.frame = self.frames[-1]

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Tell nothing of what is gone through: it does not run, or not here."""
        outer, self.is_trial = self.is_trial, True
        try:
            yield
        finally:
            self.is_trial = outer

    def site(self, node: f.Node) -> Site:
        """The place of a node of the function that is being analysed."""
        return Site(self.frame.module.path, node.at)

    # -- choices

    def choose(self, ways: int) -> int:
        """One of `ways` ways; the statement will be evaluated again for the others."""
        if ways < 2 or self._oracle is None:
            return 0
        position = len(self._asked)
        answer = self._oracle[position] if position < len(self._oracle) else 0
        self._asked.append(ways)
        if position >= len(self._oracle):
            self._oracle.append(0)
        return answer

    def ways(self, state: State, work: Callable[[State], T]) -> list[tuple[State, T]]:
        """Do `work` on a copy of `state`, once for each combination of choices; drop the ways that never end."""
        out: list[tuple[State, T]] = []
        outer, asked = self._oracle, self._asked
        oracle: list[int] = []
        for _ in range(MAX_CHOICES):
            self._oracle, self._asked = oracle, []
            trial = state.copy()
            if len(trial.heap) > MAX_OBJECTS:
                self._let_go(trial)
            try:
                out.append((trial, work(trial)))
            except Unreachable:
                pass
            finally:
                questions = self._asked
                self._oracle, self._asked = outer, asked
            del oracle[len(questions) :]
            while oracle and oracle[-1] + 1 >= questions[len(oracle) - 1]:
                oracle.pop()
            if not oracle:
                return out
            oracle[-1] += 1
        self.limit("choices")
        return out

    def _let_go(self, state: State) -> None:
        """Forget the oldest objects of a function that makes very many: each statement looks at all that are left."""
        own = [n for n, o in state.heap.items() if n >= FIRST_ID and not isinstance(o, Session)]
        if len(own) <= MAX_OBJECTS:
            return
        self.limit("objects")
        for number in own[: len(own) - MAX_OBJECTS // 2]:
            del state.heap[number]

    def limit(self, name: str) -> None:
        """Note that a bound was reached: what lies beyond is unknown."""
        self.limits[name] = self.limits.get(name, 0) + 1

    # -- the heap

    def new(self, obj: HeapObject, state: State) -> Ref:
        """Put a new object in the heap."""
        self._next += 1
        state.heap[self._next] = obj
        return Ref(self._next)

    def reserve(self) -> int:
        """A number for an object that will be put in the heap."""
        self._next += 1
        return self._next

    def newest(self) -> int:
        """The number of the object that came last into a heap."""
        return self._next

    def new_global(self, obj: HeapObject) -> int:
        """Put an object where all functions see it."""
        self._next_global -= 1
        self.globals[self._next_global] = obj
        return self._next_global

    def object(self, value: Value | int | None, state: State) -> HeapObject | None:
        """The object behind a value."""
        number = value.id if isinstance(value, Ref) else value
        if not isinstance(number, int):
            return None
        found = state.heap.get(number)
        return found if found is not None else self.globals.get(number)

    def session(self, value: Value | int | None, state: State) -> Session | None:
        """The session or connection behind a value."""
        found = self.object(value, state)
        return found if isinstance(found, Session) else None

    def instance(self, value: Value | int | None, state: State) -> Instance | None:
        """The ORM object behind a value."""
        found = self.object(value, state)
        return found if isinstance(found, Instance) else None

    def result(self, value: Value | None, state: State) -> Result | None:
        """The result behind a value."""
        found = self.object(value, state)
        return found if isinstance(found, Result) else None

    def query(self, value: Value | None, state: State) -> Query | None:
        """The legacy query behind a value."""
        found = self.object(value, state)
        return found if isinstance(found, Query) else None

    def plain_object(self, value: Value | None, state: State) -> Object | None:
        """The object of a project's class behind a value."""
        found = self.object(value, state)
        return found if isinstance(found, Object) else None

    # -- libraries

    def versions(self, site: Site) -> Versions:
        """What is known of the versions of libraries around a place."""
        return self._versions.get(site.path.rpartition("/")[0], _UNKNOWN_VERSIONS)

    # -- events and effects

    def emit(self, event: Event, subject: int | None = None) -> None:
        """Tell an event. If it is about an object that the function was given, its callers hear of it."""
        frame = self.frame
        if self.is_trial or (not event.calls and is_expected(event.error(), event.site.node, frame.guards)):
            return
        if not event.context:
            event = replace(event, context=frame.context)
            self.holders[event.site] = frame.function
        if subject == CALLERS and frame.function is not None and frame.function.node.params and len(self.frames) > 1:
            frame.pending.append((event, CALLERS))
        elif subject is not None and 0 <= subject < frame.entries:
            frame.pending.append((event, subject))
        elif event.leans_on(ENTRY) and len(self.frames) > 1:
            frame.pending.append((event, -1))
        else:
            self.events.setdefault(event)

    def effect(self, kind: str, session: int | None, site: Site, state: State) -> None:
        """Note that something was done to a session."""
        self.frame.database = True
        if session is not None:
            state.effects = (*state.effects, Effect(kind, session, site, self.frame.locks > 0))

    def within(self, site: Site) -> bool:
        """Whether a place lies in the function that is being analysed."""
        function = self.frame.function
        if function is None:
            return True
        return site.path == self.frame.module.path and function.node.at <= site.node <= self.last_node(function)

    def last_node(self, function: FunctionInfo) -> int:
        """The number of the last node in a function."""
        found = self._ends.get(function)
        if found is None:
            found = max(node.at for node in inside(function.node))
            self._ends[function] = found
        return found

    # -- classes

    def is_exception(self, info: ClassInfo) -> bool:
        """Whether a class of the project is an exception."""
        return any("Exception" in n or n.endswith("Error") for n in self.index.externals(info))

    def confidence(self, session: int | None, state: State) -> Confidence:
        """How sure it is what a session is."""
        found = self.session(session, state)
        return found.confidence if found is not None else Confidence.INFERRED


def truth(value: Value) -> bool | None:
    """Whether a value is true, if that is known."""
    match value:
        case Opaque():
            return value.truth
        case Const():
            return bool(value.value)
        case Ref():
            return None if value.optional else True
        case TupleValue():
            return bool(value.items)
        case ListValue(items=items) if items is not None:
            return bool(items)
        case ListValue() | DictValue() | Primitive():
            return None
        case _:
            return True


def unknown_if_missing(value: Value | None) -> Value:
    """`value`, or unknown for None."""
    return UNKNOWN if value is None else value
