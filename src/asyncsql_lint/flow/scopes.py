"""`async_scoped_session(factory, scopefunc=...)`: whether its scope is the task, and whether it is ever left.

https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-asyncio-scoped-session; facts
2d-async_scoped_session-*.
"""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.values import Arguments, External, FunctionValue, Value
from asyncsql_lint.index.definitions import ExternalName, FunctionInfo
from asyncsql_lint.libraries.sqlalchemy_asyncio import WIDER_THAN_TASK
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

_CURRENT = "give it `scopefunc=asyncio.current_task`"
_LEAVES = frozenset({"remove", "close"})


def checked(arguments: Arguments, site: Site, m: Machine) -> None:
    """Look at the scope that an `async_scoped_session` is made with."""
    scope = arguments.get(1, "scopefunc")
    if scope is None:
        if not arguments.open:
            _tell(site, "has no `scopefunc`, without which it cannot be made", _CURRENT, m)
        return
    wide = _wider(scope, m)
    if wide:
        _tell(site, f"has {wide} as its scope: all tasks share one session", _CURRENT, m)
        return
    function = m.frame.function
    if function is not None and not function.node.words & _LEAVES and _stays(site, function.node):
        problem = "is never left: its registry keeps each task and its session"
        _tell(site, problem, "`await` its `remove()` when a task is done", m, Confidence.INFERRED)


def _stays(site: Site, function: f.Function) -> bool:
    """Whether what a call makes stays in the function: it has a name, of which only attributes are read."""
    held = next((n for n in inside(function.body) if isinstance(n, f.Assign) and n.value.at == site.node), None)
    target = held.targets[0] if held is not None else None
    if not isinstance(target, f.Name):
        return False
    names = sum(isinstance(n, f.Name) and n.id == target.id for n in inside(function.body))
    reads = (n.value for n in inside(function.body) if isinstance(n, f.Attr))
    scopes = (n for n in inside(function.body) if isinstance(n, f.Scope) and target.id in n.names)
    return names == 1 + sum(isinstance(r, f.Name) and r.id == target.id for r in reads) and not any(scopes)


def _wider(scope: Value, m: Machine) -> str:
    """What a scope function gives, in words, when that is the same in several tasks."""
    if isinstance(scope, External):
        return WIDER_THAN_TASK.get(scope.name, "")
    if not isinstance(scope, FunctionValue):
        return ""
    given = _returned(scope.info)
    if isinstance(given, f.Const):
        return "a constant"
    if not isinstance(given, f.Call) or given.args or given.keywords:
        return ""
    named = m.index.resolve(scope.info.module, given.func)
    return next((WIDER_THAN_TASK.get(d.name, "") for d in named if isinstance(d, ExternalName)), "")


def _returned(info: FunctionInfo) -> f.Expr | None:
    """What a function gives that does nothing else."""
    body = [s for s in info.node.body if not (isinstance(s, f.ExprStmt) and isinstance(s.value, f.Const))]
    return body[0].value if len(body) == 1 and isinstance(body[0], f.Return) else None


def _tell(site: Site, problem: str, remedy: str, m: Machine, confidence: Confidence = Confidence.PROVED) -> None:
    what = "`async_scoped_session`"
    m.emit(Mismatch(site=site, kind="scope", what=what, problem=problem, remedy=remedy, confidence=confidence))
