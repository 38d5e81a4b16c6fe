"""Sessions that a container keeps: a provider of dishka at `Scope.APP` gives all requests the same one."""

from __future__ import annotations

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import SessionGlobal
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.objects import Session
from asyncsql_lint.flow.summaries import Summary
from asyncsql_lint.flow.values import Ref
from asyncsql_lint.index.definitions import ExternalName, FunctionInfo, ModuleInfo, Target
from asyncsql_lint.libraries import dishka as table
from asyncsql_lint.syntax import facts as f


def provided(function: FunctionInfo, summary: Summary, m: Machine) -> None:
    """Tell of a session that a provider makes once for the whole program."""
    scope = _scope(function, m)
    if scope not in table.LONG_LIVED:
        return
    ways = summary.yields if function.node.is_generator else summary.outcomes
    for way in ways:
        made = way.heap.get(way.value.id) if isinstance(way.value, Ref) else None
        if isinstance(made, Session) and made.is_async and made.kind == "session" and not made.scoped:
            where = f"the container, by a provider of `{scope.removeprefix(table.PACKAGE + '.')}`"
            site = Site(function.module.path, function.node.at)
            m.emit(
                SessionGlobal(
                    site=site, context=function.qualname, where=where, name=function.name, confidence=made.confidence
                )
            )
            return


def _scope(function: FunctionInfo, m: Machine) -> str:
    """The scope of what a provider's method makes; empty when it is none, or nobody knows."""
    for decorator in function.node.decorators:
        callee = decorator.func if isinstance(decorator, f.Call) else decorator
        if not _is(table.PROVIDE, callee, function.module, m):
            continue
        told = {k.name: k.value for k in decorator.keywords} if isinstance(decorator, f.Call) else {}
        if table.SCOPE in told:
            return _name(told[table.SCOPE], function.module, m)
        return _of_class(function, m)
    return ""


def _of_class(function: FunctionInfo, m: Machine) -> str:
    if function.owner is None or not m.index.inherits(function.owner, table.PROVIDER):
        return ""
    owner, bindings = m.index.member(function.owner, table.SCOPE)
    last = bindings[-1] if bindings else None
    if owner is None or not isinstance(last, Target) or last.value is None:
        return ""
    return _name(last.value, owner.module, m)


def _is(name: str, expression: f.Expr, module: ModuleInfo, m: Machine) -> bool:
    return _name(expression, module, m) == name


def _name(expression: f.Expr, module: ModuleInfo, m: Machine) -> str:
    """The one thing of a library that an expression names."""
    found = m.index.resolve(module, expression)
    return found[0].name if len(found) == 1 and isinstance(found[0], ExternalName) else ""
