"""Coroutines that nobody awaits, and awaits of what is none."""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import CoroutineLost, NeedlessAwait
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Instance, Object, Query, Result, Session
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
from asyncsql_lint.index.definitions import ClassInfo
from asyncsql_lint.syntax import facts as f

HARMLESS = frozenset({"close", "send", "throw", "cr_frame", "cr_running", "cr_code", "cr_await", "__await__"})
"""What may be asked of a coroutine itself."""

_NOT_AWAITED = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "pydantic.BaseModel"})
"""Bases that have no `__await__`. Of any other nobody knows."""


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
    with m.trial():  # nobody awaits it
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
        case Object(cls=cls) if _is_plain(cls, m):
            return f"an object of `{cls.name}`, which has no `__await__`"
        case _:
            return None


def _is_plain(cls: ClassInfo, m: Machine) -> bool:
    """Whether a class, its bases and its subclasses are all known, and none says how its objects are awaited."""
    return not any(
        one.node.keywords
        or one.node.decorators
        or not m.index.is_closed(one)
        or not m.index.externals(one) <= _NOT_AWAITED
        or m.index.member(one, "__await__")[1]
        for one in (cls, *m.index.subclasses(cls))
    )


def needless(value: Value, awaited: f.Expr, site: Site, state: State, m: Machine, label: str) -> bool:
    """Tell of an await of something that cannot be awaited; whether it was told."""
    what = not_awaitable(value, state, m)
    if what is None:
        return False
    is_context = isinstance(value, Primitive) and value.kind in {"engine-begin", "session-begin"}
    event = NeedlessAwait(site=site, what=what, label=label, is_enough=not is_context, where=site)
    m.emit(event, _giver(awaited, state, m))
    return True


def _giver(awaited: f.Expr, state: State, m: Machine) -> int | None:
    """The object whose method gave what is awaited: `self.repository` in `self.repository.add(note)`."""
    func = awaited.func if isinstance(awaited, f.Call) else awaited
    owner = func.value if isinstance(func, f.Attr) else None
    part = owner
    while isinstance(part, f.Attr):
        part = part.value
    if owner is None or not isinstance(part, f.Name):
        return None
    with m.trial():
        giver = m.evaluate(owner, state.copy())
    return giver.id if isinstance(giver, Ref) else None
