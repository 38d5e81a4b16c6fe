"""What the annotation of a parameter says of a session, against what the project's callers bring.

A value beats an annotation: where no known caller brings the kind of session that is written there, the annotation is a
leftover, mostly of code that was sync once, and nothing is known of the parameter when a framework calls.
"""

from __future__ import annotations

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.names import ASYNC_SESSIONS, SYNC_SESSIONS, Names
from asyncsql_lint.flow.objects import Session
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import UNKNOWN, Ref, Value
from asyncsql_lint.index.definitions import ExternalName, FunctionInfo
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

_ASYNC = frozenset({*ASYNC_SESSIONS, "sqlalchemy.AsyncConnection"})
_SYNC = frozenset({*SYNC_SESSIONS, "sqlalchemy.Connection", "sqlalchemy.scoped_session"})


def brought(param: f.Param, info: FunctionInfo, value: Value, state: State, m: Machine) -> None:
    """Note what a caller brings for an annotated parameter."""
    found = m.object(value, state)
    if m.is_trial or found is None:
        return
    if isinstance(found, Session) and found.scope == "parameter" and not found.is_async:
        return  # one leftover proves nothing about another
    m.brought.setdefault((info, param.name), set()).add(_kind(found))


def promised(param: f.Param, info: FunctionInfo, state: State, names: Names, m: Machine) -> Value:
    """What the annotation of a parameter promises; unknown where callers belie it."""
    if param.annotation is None:
        return UNKNOWN
    value = names.annotated(param.annotation, info.module, state, Site(info.module.path, param.at), "parameter")
    session = m.session(value, state)
    known = m.brought.get((info, param.name))
    if session is not None and isinstance(value, Ref) and known and _kind(session) not in known:
        del state.heap[value.id]
        return UNKNOWN
    return value


def rank(function: FunctionInfo, index: ProjectIndex) -> int:
    """When a function is analysed for itself: those with annotations of sessions after their callers, sync ones last.

    A method counts with what its object was made with.
    """
    init = index.method(function.owner, "__init__") if function.owner is not None else None
    written: set[str] = set()
    for info in (function, init):
        for param in info.node.params if info is not None else ():
            if info is not None and param.annotation is not None:
                written |= _named(param.annotation, info, index)
    if not written.isdisjoint(_SYNC):
        return 2
    return 0 if written.isdisjoint(_ASYNC) else 1


def _named(annotation: f.Expr, info: FunctionInfo, index: ProjectIndex) -> set[str]:
    """The names of libraries that an annotation is written with."""
    nodes = [node for node in inside(annotation) if isinstance(node, (f.Name, f.Attr))]
    return {d.name for node in nodes for d in index.resolve(info.module, node) if isinstance(d, ExternalName)}


def _kind(found: object) -> str:
    if not isinstance(found, Session):
        return "other"
    return "async" if found.is_async else "sync"
