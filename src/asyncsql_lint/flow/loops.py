"""Event loops: an engine keeps connections of the loop in which they were made, and no other loop can use them.

Facts 8-*: one `asyncio.run()` after another with the same pool of asyncpg fails, unless the engine was disposed of in
between, has no pool, or was made inside.
"""

from __future__ import annotations

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.repeated import bodies_around, is_repeated
from asyncsql_lint.flow.state import Effect, State
from asyncsql_lint.flow.values import UNKNOWN, Arguments, Coroutine, Engine, Value
from asyncsql_lint.libraries.drivers import split

_ATTACHED = "RuntimeError: Task got Future attached to a different loop"
_ANOTHER = "starts another event loop, but the engine's pool keeps connections of the one before"
_REMEDY = "make the engine with `poolclass=NullPool`, or dispose of it at the end of each loop"
_RUNNING = "RuntimeError: asyncio.run() cannot be called from a running event loop"


def run(arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    """`asyncio.run(coroutine)`: a loop of its own."""
    first = arguments.get(0, "main")
    if not isinstance(first, Coroutine):
        return UNKNOWN
    frame = m.frame
    engines, disposed = frame.engines, frame.disposed
    frame.engines, frame.disposed = frozenset(), frozenset()
    value = _awaited(first, "asyncio.run()", site, state, m)
    for engine in sorted(frame.engines, key=lambda e: (e.site.path, e.site.node)):
        _used(engine, engine.site in frame.disposed, site, state, m)
    emptied = {m.engines.number(place) for place in frame.disposed}
    state.effects = tuple(e for e in state.effects if e.kind != "loop" or e.session not in emptied)
    frame.engines |= engines
    frame.disposed |= disposed
    return value


def run_until_complete(arguments: Arguments, site: Site, state: State, m: Machine) -> Value:
    """`loop.run_until_complete(coroutine)`: the loop may be the same as before."""
    first = arguments.get(0, "future")
    return _awaited(first, "run_until_complete()", site, state, m) if isinstance(first, Coroutine) else UNKNOWN


def submitted(callee: Value, arguments: Arguments, site: Site, state: State, m: Machine) -> None:
    """`executor.submit(work)`: another loop in a thread, after one that has come to its end here."""
    before = {effect.session for effect in state.effects if effect.kind == "loop"}
    if not before:
        return
    frame, trial = m.frame, state.copy()
    mode, engines = frame.mode, frame.engines
    frame.mode, frame.engines = "thread", frozenset()
    try:
        m.call(callee, Arguments(arguments.positional[1:], arguments.keywords, arguments.open), site, trial)
        used = {m.engines.number(engine.site) for engine in frame.engines if engine.pooled is True}
    finally:
        frame.mode, frame.engines = mode, frame.engines | engines
    has_loop = any(effect.kind == "loop" for effect in trial.effects[len(state.effects) :])
    if has_loop and not used.isdisjoint(before):
        _tell("The thread", _ANOTHER, _REMEDY, _ATTACHED, site, m)


def _awaited(coroutine: Coroutine, name: str, site: Site, state: State, m: Machine) -> Value:
    frame = m.frame
    mode, database = frame.mode, frame.database
    frame.mode, frame.database = "loop", False
    try:
        return m.await_(coroutine, site, state)
    finally:
        frame.mode = mode
        is_async = frame.function is not None and frame.function.node.is_async
        if frame.database and mode == "loop" and is_async:
            problem = "is called in a coroutine, where an event loop is running already"
            _tell(f"`{name}`", problem, "await the coroutine", _RUNNING, site, m)
        frame.database = frame.database or database


def _used(engine: Engine, is_disposed: bool, site: Site, state: State, m: Machine) -> None:
    """A loop came to its end; the engine's pool keeps its connections unless it was disposed of."""
    if engine.pooled is not True or split(engine.driver)[1] != "asyncpg":
        return
    number = m.engines.number(engine.site)
    again = any(effect.kind == "loop" and effect.session == number for effect in state.effects)
    if again or (not is_disposed and (is_repeated(m.frame.function, m) or _is_looped(engine, site, m))):
        trace = ((engine.site, "the engine is made here"),)
        _tell("`asyncio.run()`", _ANOTHER, _REMEDY, _ATTACHED, site, m, trace)
    state.effects = (*state.effects, Effect("loop", number, site))


def _is_looped(engine: Engine, site: Site, m: Machine) -> bool:
    """Whether a place is in a `for` or `while` that the engine is made outside of, and that nothing leaves early."""
    function = m.frame.function
    if function is None:
        return False
    within = engine.site.path == site.path
    return any(not (within and engine.site.node in nodes) for nodes in bodies_around(site.node, function))


def _tell(
    what: str,
    problem: str,
    remedy: str,
    raises: str,
    site: Site,
    m: Machine,
    trace: tuple[tuple[Site, str], ...] = (),
) -> None:
    m.emit(Mismatch(site=site, kind="loops", what=what, problem=problem, remedy=remedy, raises=raises, trace=trace))
