"""What a function does for its callers: analysed once for each kind of arguments, played back at each call.

A summary is keyed by the function and by its arguments in their states (`freeze`). Its outcomes are the ways in
which the function returns: a value, what became of the objects that it was given, new objects, and the effects on
sessions in their order. Recursion answers "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow import lifecycle, telling, transactions
from asyncsql_lint.flow.events import AttributeRead, ErrorSwallowed, Event
from asyncsql_lint.flow.freeze import ENTRY, Frozen, Renaming, reachable, renamed, renamed_object
from asyncsql_lint.flow.growth import MAX_EFFECTS, is_large, thinned
from asyncsql_lint.flow.machine import (
    FIRST_ID,
    MAX_DEPTH,
    MAX_OBJECTS,
    MAX_STEPS,
    Frame,
    Machine,
    Sink,
    Unreachable,
)
from asyncsql_lint.flow.objects import HeapObject, Instance, Loaded, Object, Session, Slot
from asyncsql_lint.flow.state import HANDLED, Effect, RunningTask, State, dull, is_address, join
from asyncsql_lint.flow.values import NONE, UNKNOWN, Const, Coroutine, Engine, Opaque, Ref, Statement, Value
from asyncsql_lint.index.definitions import FunctionInfo
from asyncsql_lint.index.modules import is_test

MAX_OUTCOMES = 4
"""Ways of returning that are told apart."""

SMALL = 3
"""Functions with no more statements than this are always looked into: what they build may be a URL or a statement."""

MAX_VARIANTS = 8
"""Kinds of arguments for which a function is analysed; beyond them literals no longer count."""

MIN_VARIANTS = 2
"""Kinds of arguments for which a function is analysed whatever it costs."""

MAX_SPENT = 150
"""Statements gone through for a function that others call, with all that it calls: then there are no more kinds."""


class Outcome(Struct, frozen=True):
    """One way out: its value, the objects that it left behind, and what it did to sessions.

    Numbers below the count of the summary's entries are the caller's objects. `after` is how many effects had
    happened when a generator yielded: the rest happens when it goes on. `assumed` are flags of the caller on which this
    way hangs.
    """

    value: Value
    heap: dict[int, HeapObject]
    effects: tuple[Effect, ...]
    tasks: tuple[RunningTask, ...] = ()
    assumed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Summary:
    """Everything that a caller may know of a call."""

    entries: int
    outcomes: list[Outcome] = field(default_factory=list)
    raises: list[Outcome] = field(default_factory=list)
    yields: list[Outcome] = field(default_factory=list)
    pending: list[tuple[Event, int]] = field(default_factory=list)
    blocked: list[Event] = field(default_factory=list)
    database: bool = False
    engines: frozenset[Engine] = frozenset()
    disposed: frozenset[Site] = frozenset()
    finished: bool = False
    irrelevant: bool = False
    lost: bool = False
    unguarded: tuple[tuple[int, str], ...] = ()
    waits: bool = False


LOST = Summary(0, lost=True)
"""Of a call of which nothing is known."""


class Summaries:
    """All summaries of a run."""

    def __init__(self, machine: Machine, execute: Callable[[FunctionInfo, State], None]) -> None:
        self._m = machine
        self._execute = execute
        self._table: dict[object, Summary] = {}
        self._variants: dict[FunctionInfo, int] = {}
        self._typical: dict[tuple[FunctionInfo, str, tuple[bool, ...]], Summary] = {}
        self._spent: dict[FunctionInfo, int] = {}

    def of(
        self, function: FunctionInfo, env: dict[str, Value], mode: str, state: State, closure: dict[str, Value]
    ) -> tuple[Summary, Frozen]:
        """The summary for a call with the parameters `env`, and what its numbers and places stand for."""
        names, values = list(env), list(env.values())
        closed, over = list(closure), list(closure.values())
        heap = state.heap
        is_root = len(self._m.frames) == 1  # it is always analysed
        variants = 0 if is_root else self._variants.get(function, 0)
        if variants < MAX_VARIANTS:
            frozen = Frozen([*values, *over], heap)
        else:
            frozen = Frozen([*map(_general, values), *over], heap, lambda exact: _without_dull(exact, heap))
        trial = self._m.is_trial  # it tells nothing: not to be taken for one that does
        key = (function, mode, tuple(names), tuple(closed), frozen.key(), self._m.frame.locks > 0, trial)
        found = self._table.get(key)
        if found is not None:
            return found, frozen
        summary = Summary(len(frozen.objects))
        if variants >= MIN_VARIANTS and self._spent.get(function, 0) >= MAX_SPENT:
            self._m.limit("variants")
            return self._typical.get((function, mode, _sessions(frozen)), LOST), frozen
        if len(self._m.frames) > MAX_DEPTH or self._m.steps > MAX_STEPS:
            self._m.limit("depth" if self._m.steps <= MAX_STEPS else "steps")
            summary.lost = True
            return summary, frozen
        if len(function.node.body) > SMALL and not self._m.relevant(function) and not _carries(frozen.objects):
            summary.irrelevant = True
            self._table[key] = summary
            return summary, frozen
        self._table[key] = summary
        env = dict(zip(names, frozen.values[: len(names)], strict=True))
        closure = dict(zip(closed, frozen.values[len(names) :], strict=True))
        before = self._m.steps
        if not is_root:
            self._variants[function] = variants + 1
        self._analyse(summary, function, env, mode, frozen.objects, closure)
        if not is_root:
            self._spent[function] = self._spent.get(function, 0) + self._m.steps - before
        self._keep_typical(summary, (function, mode, _sessions(frozen)))
        return summary, frozen

    def _keep_typical(self, summary: Summary, of: tuple[FunctionInfo, str, tuple[bool, ...]]) -> None:
        """Note what `summary` has in common with the others of a function that is given such sessions."""
        typical = self._typical.get(of)
        if typical is None:
            self._typical[of] = _typical(summary)
            return
        blocked = {event.site for event in summary.blocked}
        typical.blocked = [event for event in typical.blocked if event.site in blocked]
        typical.database &= summary.database

    def _analyse(
        self,
        summary: Summary,
        function: FunctionInfo,
        env: dict[str, Value],
        mode: str,
        objects: list[HeapObject],
        closure: dict[str, Value],
    ) -> None:
        m = self._m
        frame = Frame(m.scope(function), function, mode, closure, Sink(), len(objects), locks=m.frame.locks)
        implicit, m.implicit = m.implicit, False
        try:
            with m.entered(frame):
                self._execute(function, State(env, dict(enumerate(objects))))
        finally:
            m.implicit = implicit
        summary.outcomes = self._outcomes([(s, v) for s, v, _ in frame.sink.returns], objects)
        raised = join(frame.sink.raised(database=False), MAX_OUTCOMES)
        summary.raises = self._outcomes([(s, NONE) for s in raised], objects)
        summary.yields = self._outcomes(frame.yields, objects)
        summary.pending = frame.pending
        summary.blocked = frame.blocked
        if function.node.is_async and not m.is_trial:
            for event in frame.blocked:
                m.events.setdefault(event)
                m.holders.setdefault(event.site, function)
        summary.unguarded = tuple(frame.unguarded)
        summary.database = frame.database
        summary.waits = bool(frame.waits)
        summary.engines = frozenset(e for e in frame.engines if e.site not in frame.made)
        summary.disposed = frame.disposed
        summary.finished = True

    def _outcomes(self, ways: list[tuple[State, Value]], objects: list[HeapObject]) -> list[Outcome]:
        out: list[Outcome] = []
        if any(isinstance(v, (Opaque, Coroutine)) for _, v in ways):
            ways = [(s, Opaque(False) if _nothing(v) else v) for s, v in ways]  # None beside what nobody knows
        for state, value in _unswallowed(ways):
            size = len(objects)
            kept = reachable([value], state.heap, range(size)) if not is_large(value) else None
            if kept is None or len(kept) > MAX_OBJECTS + size:
                self._m.limit("values")
                value, kept = UNKNOWN, reachable([], state.heap, range(size))  # noqa: PLW2901 -- nothing else is returned
            heap = {n: o for n, o in state.heap.items() if n in kept and not (0 <= n < size and o == objects[n])}
            flags = frozenset(name for name in state.assumed if not name.startswith("<"))
            outcome = Outcome(value, heap, state.effects, state.tasks, flags)
            same = next((i for i, other in enumerate(out) if _alike(outcome, other)), None)
            if same is None:
                out.append(outcome)
            else:
                out[same] = replace(out[same], assumed=out[same].assumed & flags)
        out = _optional(out)
        if len(out) > MAX_OUTCOMES:
            self._m.limit("outcomes")
        return out[:MAX_OUTCOMES]

    # -- playing back

    def play(self, summary: Summary, given: Frozen, site: Site, state: State, function: FunctionInfo) -> Value:
        """Do to the caller's state what the call does; choose among its outcomes."""
        m = self._m
        self.tell(summary, given, site, function, state)
        if summary.waits or (function.node.is_async and not summary.finished):
            m.frame.waits.add(site.node)
        if not summary.finished:
            return UNKNOWN
        transactions.failed_below(summary.unguarded, given.originals, state, m)
        if m.frame.sink.watched:
            for outcome in summary.raises:
                trial = state.copy()
                self.apply(outcome, given, trial)
                m.frame.sink.watch(trial, database=summary.database)
        if not summary.outcomes:
            raise Unreachable
        outcome = summary.outcomes[m.choose(len(summary.outcomes))]
        fails = any(isinstance(obj, Session) and telling.caught(obj) for obj in outcome.heap.values())
        before = set(state.heap).difference(given.originals) if fails else set()
        value = self.apply(outcome, given, state)
        if fails:
            telling.came_back(state.heap.keys() - before, site, state, m)
        return value

    def tell(self, summary: Summary, given: Frozen, site: Site, function: FunctionInfo, state: State) -> None:
        """Pass on the events that the caller's objects cause, and what blocks the loop in a plain function."""
        m = self._m
        if not m.is_trial:
            m.call_sites.setdefault(function, set()).add(site)
        m.frame.database |= summary.database
        if summary.engines or summary.disposed:
            m.frame.engines |= {replace(e, site=given.back(e.site)) for e in summary.engines}
            m.frame.disposed |= {given.back(site) for site in summary.disposed}
        if summary.lost:
            doubt(given.originals, site, state, m)
        for event, entry in summary.pending:
            moved = event.placed(given.back)
            number = given.originals[entry] if entry >= 0 else None
            if isinstance(moved, AttributeRead) and self.at_hand(moved, number, state):
                continue
            if entry == -1:
                m.emit(moved.called(site, function.name) if isinstance(moved, ErrorSwallowed) else moved)
                continue
            if isinstance(moved, AttributeRead) and m.session(number, state) is not None:
                if is_test(moved.site.path) or not is_test(m.frame.module.path):
                    m.emit(moved, number)  # what a test holds beside its call of the application is up to the test
                continue
            first = m.implicit and not event.calls
            moved = replace(moved, calls=(*event.calls, (site, m.frame.context)), implicit=event.implicit or first)
            m.holders.setdefault(site, m.frame.function)
            m.emit(moved, self._subject(moved, number, state))
        if summary.blocked and not function.node.is_async:
            first_block = summary.blocked[0]
            trace = ((first_block.site, f"in `{function.name}()`, called here"), *first_block.trace)
            m.frame.blocked.append(replace(first_block, site=site, context=m.frame.context, trace=trace))

    def _subject(self, event: Event, number: int | None, state: State) -> int | None:
        """What an event is about for this function's callers."""
        found = self._m.instance(number, state)
        if found is None or number is None or not isinstance(event, AttributeRead):
            return number
        return orm.asked_of(event, number, found.session, self._m)

    def at_hand(self, event: AttributeRead, number: int | None, state: State) -> bool:
        """Whether the caller holds what a read in its callee needs, where the callee cannot see it.

        `number` is that of the object, or of the session where the callee has queried the object itself.
        """
        found = self._m.instance(number, state)
        if found is not None:
            return orm.at_hand(event.target, -1 if number is None else number, found.session, state, self._m)
        return orm.met_before(event, number if self._m.session(number, state) is not None else None, state, self._m)

    def apply(self, outcome: Outcome, given: Frozen, state: State, effects: tuple[Effect, ...] | None = None) -> Value:
        """Bring an outcome's objects and effects into the caller's state; returns its value there."""
        m = self._m
        originals = given.originals
        fresh: dict[int, int] = {}

        def number(local: int) -> int:
            if local < 0:
                return local
            if local < len(originals):
                return originals[local]
            if local not in fresh:
                fresh[local] = m.reserve()
            return fresh[local]

        by = Renaming(number, given.back)
        known = set(originals)
        done: list[Effect] = []
        for effect in outcome.effects if effects is None else effects:
            session, place = number(effect.session), by.site(effect.site)
            self._elsewhere(effect.kind, session, place, state, known)
            locked = effect.locked or m.frame.locks > 0
            done.append(Effect(effect.kind, session, place, locked))
        state.effects = (*state.effects, *done)
        if len(state.effects) > MAX_EFFECTS:
            m.limit("effects")
            state.effects = thinned(state.effects)
        for local, obj in outcome.heap.items():
            there = number(local)
            state.heap[there] = _with_values(renamed_object(obj, by), state.heap.get(there))
        tasks = [RunningTask(by.site(t.site), frozenset(number(s) for s in t.sessions)) for t in outcome.tasks]
        state.tasks = (*state.tasks, *tasks)[-MAX_EFFECTS:]
        state.assumed |= frozenset(f"{name} of a call" for name in outcome.assumed)
        return renamed(outcome.value, by)

    def _elsewhere(self, kind: str, session: int, site: Site, state: State, known: set[int]) -> None:
        """What a callee did to a session reaches the caller's other objects of that session, too."""
        others = {n: o for n, o in state.heap.items() if n not in known}
        if not others:
            return
        m = self._m
        scratch = State({}, others)
        found = m.session(session, state)
        match kind:
            case "commit" if found is not None and found.kind == "session":
                lifecycle.committed(session, found.expires, site, scratch)
            case "rollback":
                lifecycle.rolled_back(session, site, scratch)
            case "flush":
                lifecycle.flushed(session, site, scratch)
            case "expire_all":
                lifecycle.expired_all(session, site, scratch)
            case "close":
                lifecycle.detached_all(session, site, scratch)
            case "escape":
                lifecycle.doubted_all(session, scratch)
            case _:
                return
        state.heap.update(scratch.heap)


def _with_values(obj: HeapObject, before: HeapObject | None) -> HeapObject:
    """The object as the call left it, with the values that the call was not given (`Frozen._bare`) and left alone."""
    if not isinstance(obj, Instance) or not isinstance(before, Instance):
        return obj
    missing = Slot(Loaded.UNKNOWN) if obj.expired == before.expired else None
    old = {n: s for n, s in before.over.items() if s.value is not None}
    kept = {n: s for n, s in old.items() if obj.over.get(n, missing) == Slot(s.loaded, None, s.why)}
    return replace(obj, over={**obj.over, **kept}) if kept else obj


def _general(value: Value) -> Value:
    """A literal without what only counts now and then: flags and None stay, and so does a statement without its SQL."""
    if isinstance(value, Statement) and value.sql:
        return replace(value, sql="")
    if isinstance(value, Const) and not isinstance(value.value, bool) and value.value is not None:
        return Opaque(bool(value.value))
    return value


def _without_dull(obj: HeapObject, heap: Mapping[int, HeapObject]) -> HeapObject:
    """An object of a class of the project with those attributes only that have to do with a database."""
    if not isinstance(obj, Object):
        return obj
    kept = {n: v for n, v in obj.attributes.items() if not dull(v, heap)}
    return obj if len(kept) == len(obj.attributes) else replace(obj, attributes=kept, complete=False)


def _sessions(frozen: Frozen) -> tuple[bool, ...]:
    """Of the sessions that a function is given, which are async."""
    return tuple(obj.is_async for obj in frozen.objects if isinstance(obj, Session))


def _typical(summary: Summary) -> Summary:
    """What a function does whatever it is given, as far as one of its summaries tells: the rest is unknown.

    That is: what blocks the event loop, and the sessions of its own that it gives.
    """
    outcomes = [o if _is_of_its_own(o) else Outcome(UNKNOWN, {}, ()) for o in summary.outcomes]
    yields = [o if _is_of_its_own(o) else Outcome(UNKNOWN, {}, ()) for o in summary.yields]
    gives = any(o.heap for o in (*outcomes, *yields))
    return Summary(
        entries=0,
        outcomes=[replace(o, effects=(), tasks=()) for o in outcomes] if gives else [],
        yields=[replace(o, effects=(), tasks=()) for o in yields] if gives else [],
        blocked=summary.blocked,
        database=summary.database,
        finished=gives,
        lost=True,
    )


def _is_of_its_own(outcome: Outcome) -> bool:
    """Whether an outcome is a session that was made on the way, and nothing that the caller knows."""
    if not isinstance(outcome.value, Ref) or outcome.heap.keys() != {outcome.value.id} or outcome.value.id < FIRST_ID:
        return False
    session = outcome.heap[outcome.value.id]
    if not isinstance(session, Session) or session.twin is not None:
        return False
    sites = (session.origin, session.engine.site if session.engine is not None else None)
    return not any(site is not None and site.path == ENTRY for site in sites)


def _carries(objects: list[HeapObject]) -> bool:
    """Whether something that matters is among the objects that a function is given."""
    return any(not isinstance(o, Object) for o in objects)


def doubt(numbers: Iterable[int], site: Site, state: State, m: Machine) -> None:
    """Objects go where nobody looks: a session among them may do anything to its own."""
    for number in numbers:
        found = state.heap.get(number)
        if isinstance(found, Session):
            m.effect("escape", number, site, state)
            transactions.doubted(number, state)
            lifecycle.doubted_all(number, state)
        elif isinstance(found, Instance):
            changed = orm.doubted(found)
            if changed is not None:
                state.heap[number] = changed


def _optional(outcomes: list[Outcome]) -> list[Outcome]:
    """`None` and an object, with nothing else between them, are one outcome: an object or None."""
    nothing = [o for o in outcomes if _nothing(o.value) and not o.heap]
    some = [o for o in outcomes if isinstance(o.value, Ref)]
    if len(nothing) != 1 or not some or _kinds(nothing[0].effects) != _kinds(some[0].effects):
        return outcomes
    if any(n < FIRST_ID for n in some[0].heap):
        return outcomes
    value = some[0].value
    merged = replace(some[0], value=replace(value, optional=True)) if isinstance(value, Ref) else some[0]
    return [merged if o is some[0] else o for o in outcomes if o is not nothing[0]]


def _unswallowed(ways: list[tuple[State, Value]]) -> list[tuple[State, Value]]:
    """The ways without those that swallow an unlikely exception, give the same, and do nothing more to a session."""
    normal = [(s, v) for s, v in ways if HANDLED not in s.assumed]
    return [
        (state, value)
        for state, value in ways
        if HANDLED not in state.assumed
        or not any(value == v and set(_kinds(state.effects)) <= set(_kinds(s.effects)) for s, v in normal)
    ]


def _alike(one: Outcome, other: Outcome) -> bool:
    if one.heap != other.heap or _kinds(one.effects) != _kinds(other.effects):
        return False
    if one.value == other.value:
        return True
    if is_address(one.value) and is_address(other.value):
        return False  # a URL for each of several databases
    if dull(one.value, one.heap) and dull(other.value, other.heap):
        return not one.effects or (
            _nothing(one.value) == _nothing(other.value) and _truth(one.value) == _truth(other.value)
        )
    return False


def _kinds(effects: tuple[Effect, ...]) -> list[tuple[str, int]]:
    return [(e.kind, e.session) for e in effects if e.kind != "io"]


def _nothing(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def _truth(value: Value) -> bool | None:
    return bool(value.value) if isinstance(value, Const) else value.truth if isinstance(value, Opaque) else None
