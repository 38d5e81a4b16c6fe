"""Concurrent tasks: gather, create_task, task groups, and which sessions they use.

Sharing is judged on structure, not on luck: a session whose connection is already there serialises plain execute
calls, a fresh one raises (facts 5a-*, 5d-*).
"""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import transactions
from asyncsql_lint.flow.events import SessionShared
from asyncsql_lint.flow.machine import Machine, Unreachable
from asyncsql_lint.flow.state import RunningTask, State
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Arguments,
    Coroutine,
    ListValue,
    Task,
    TupleValue,
    Value,
)


def used_by(value: Value, site: Site, state: State, m: Machine) -> frozenset[int]:
    """The sessions, known to this function, whose connection a coroutine would use outside of a lock."""
    coroutine = value.coroutine if isinstance(value, Task) else value
    if not isinstance(coroutine, Coroutine):
        return frozenset()
    out: set[int] = set()
    before = len(state.effects)
    ids = set(state.heap)

    def run(trial: State) -> None:
        m.await_(coroutine, site, trial)
        for effect in trial.effects[before:]:
            known = effect.session in ids or effect.session < 0
            if effect.kind in {"io", "commit", "rollback", "flush", "close"} and known and not effect.locked:
                out.add(effect.session)

    marks = len(m.frame.pending), len(m.frame.blocked)
    watched, m.frame.sink.watched = m.frame.sink.watched, False
    m.ways(state, run)
    m.frame.sink.watched = watched
    del m.frame.pending[marks[0] :]
    del m.frame.blocked[marks[1] :]
    return frozenset(out)


def gathered(arguments: Arguments, by: str, site: Site, state: State, m: Machine) -> Value:
    """`asyncio.gather(...)` and its like: tell of sessions that two of the coroutines use; then run them all."""
    branches = [b for value in arguments.positional for b in branches_of(value)]
    share(branches, by, site, state, m)
    results: list[Value] = []
    for value, _ in branches:
        try:
            results.append(m.await_(value, site, state) if isinstance(value, (Coroutine, Task)) else UNKNOWN)
        except Unreachable:
            results.append(UNKNOWN)
    if any(many for _, many in branches) or arguments.open:
        return ListValue(results[0] if len(results) == 1 else UNKNOWN)
    return TupleValue(tuple(results))


def branches_of(value: Value) -> list[tuple[Value, bool]]:
    """The coroutines in an argument; `True` for one that stands for many."""
    match value:
        case ListValue(items=items) if items is not None:
            return [b for item in items for b in branches_of(item)]
        case ListValue():
            return [(inner, True) for inner, _ in branches_of(value.element)]
        case TupleValue():
            return [b for item in value.items for b in branches_of(item)]
        case _:
            return [(value, False)]


def share(branches: list[tuple[Value, bool]], by: str, site: Site, state: State, m: Machine) -> None:
    """Tell of each session that more than one branch uses, or one branch that stands for many."""
    count: dict[int, int] = {}
    many: set[int] = set()
    for value, repeated in branches:
        for session in used_by(value, site, state, m):
            count[session] = count.get(session, 0) + 1
            if repeated:
                many.add(session)
    for session in sorted(count):
        if count[session] > 1 or session in many:
            how = "each of its coroutines" if session in many else f"{count[session]} of its coroutines"
            tell(session, by, how, site, state, m)


def tell(session: int, by: str, count: str, site: Site, state: State, m: Machine) -> None:
    """Tell that a session is shared."""
    found = m.session(session, state)
    if found is None or (not found.is_async and not found.greenlet) or found.scoped:
        return
    trace = ((found.origin, f"the {found.kind} comes from here"),) if found.origin is not None else ()
    confidence = Confidence.INFERRED if found.scope == "dependency" else found.confidence
    m.emit(SessionShared(site=site, by=by, what=found.kind, count=count, confidence=confidence, trace=trace), session)


def started(value: Value, by: str, site: Site, state: State, m: Machine) -> Value:
    """`create_task(coroutine)`: its session must not be in another task that nobody has awaited."""
    if not isinstance(value, Coroutine):
        return UNKNOWN
    sessions = used_by(value, site, state, m)
    for task in state.tasks:
        for session in sorted(task.sessions & sessions):
            tell(session, by, "two running tasks", site, state, m)
    if sessions:
        for session in sessions:
            transactions.doubted(session, state)
        state.tasks = (*state.tasks, RunningTask(value.site, sessions))
    return Task(value, site)


def awaited(task: Task, site: Site, state: State, m: Machine) -> Value:
    """Awaiting a task ends it."""
    if isinstance(task.coroutine, Coroutine):
        made = task.coroutine.site
        state.tasks = tuple(t for t in state.tasks if t.site != made)
        return m.await_(task.coroutine, site, state)
    return UNKNOWN
