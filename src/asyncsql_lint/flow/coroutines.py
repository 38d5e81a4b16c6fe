"""Coroutines that nobody awaits, and awaits of what is none."""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import CoroutineLost, NeedlessAwait
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Instance, Query, Result, Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    BoundMethod,
    Const,
    Coroutine,
    DictValue,
    Factory,
    FunctionValue,
    LibraryMethod,
    ListValue,
    Primitive,
    Ref,
    Row,
    Statement,
    TupleValue,
    Value,
)

HARMLESS = frozenset({"close", "send", "throw", "cr_frame", "cr_running", "cr_code", "cr_await", "__await__"})
"""What may be asked of a coroutine itself."""


def lost(value: Value, how: str, site: Site, state: State, m: Machine) -> None:
    """Tell that a coroutine is dropped or consumed un-awaited, if it is one that concerns a database."""
    if not isinstance(value, Coroutine) or not concerns_database(value, state, m):
        return
    in_async = m.frame.function is not None and m.frame.function.node.is_async
    here = m.within(value.site)
    made = value.within or value.site
    trace = (site, "and used here as if it had been awaited") if here else (value.site, "the coroutine is made here")
    m.emit(
        CoroutineLost(
            site=value.site if here else site,
            label=value.label,
            how=how,
            made=made if m.within(made) else None,
            in_async=in_async,
            confidence=_confidence(value, state, m),
            trace=(trace,) if value.site != site else (),
        )
    )


def _confidence(value: Coroutine, state: State, m: Machine) -> Confidence:
    if isinstance(value.callee, LibraryMethod):
        session = m.session(value.callee.receiver, state)
        if session is not None:
            return session.confidence
    return Confidence.PROVED


def concerns_database(value: Coroutine, state: State, m: Machine) -> bool:
    """Whether what is not awaited belongs to a session, an engine, a result, or a project function that uses one."""
    callee = value.callee
    if isinstance(callee, LibraryMethod):
        return True
    if not isinstance(callee, (FunctionValue, BoundMethod)):
        return False
    from_m = m.frame.database
    m.frame.database = False
    marks = len(m.frame.pending), len(m.frame.blocked)
    watched, m.frame.sink.watched = m.frame.sink.watched, False
    m.ways(state, lambda trial: m.await_(value, value.site, trial))
    m.frame.sink.watched = watched
    del m.frame.pending[marks[0] :]
    del m.frame.blocked[marks[1] :]
    concerned = m.frame.database
    m.frame.database = from_m or concerned
    return concerned


def not_awaitable(value: Value, state: State, m: Machine) -> str | None:
    """What a value is, in words, when it certainly cannot be awaited."""
    match value:
        case Const():
            return "None" if value.value is None else "a plain value"
        case Statement():
            return "a statement, which is built without I/O"
        case ListValue() | TupleValue() | DictValue():
            return "a plain collection" if not isinstance(value, TupleValue) else "a tuple"
        case Row():
            return "a row"
        case Factory():
            return "a session factory"
        case Primitive(kind="engine-begin" | "session-begin"):
            return "a context manager, which wants `async with`"
        case Primitive(kind="plain" | "sql"):
            return "a plain value"
        case Ref():
            return _object(value, state, m)
        case _:
            return None


def _object(value: Ref, state: State, m: Machine) -> str | None:
    match m.object(value, state):
        case Instance():
            return "an ORM object"
        case Session(kind="session", scoped=False):
            return "a session"
        case Result():
            return "a result, which is in memory already"
        case Query():
            return "a query"
        case _:
            return None


def needless(value: Value, site: Site, state: State, m: Machine, label: str) -> bool:
    """Tell of an await of something that cannot be awaited; whether it was told."""
    what = not_awaitable(value, state, m)
    if what is None:
        return False
    is_context = isinstance(value, Primitive) and value.kind in {"engine-begin", "session-begin"}
    m.emit(NeedlessAwait(site=site, what=what, label=label, is_enough=not is_context))
    return True
