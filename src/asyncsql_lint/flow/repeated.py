"""Functions that a framework calls again and again in one process: endpoints, dependencies, tasks of a worker."""

from __future__ import annotations

from collections.abc import Iterator

from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.values import Primitive
from asyncsql_lint.index.definitions import ClassInfo, ExternalName, FunctionInfo, ModuleInfo
from asyncsql_lint.index.project import Definition
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

ROUTES = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "websocket", "api_route", "middleware"}
)
_APPS = frozenset({"fastapi.FastAPI", "fastapi.APIRouter"})
_WORKERS = frozenset({"celery.Celery", "celery.app.Celery", "celery.app.base.Celery"})
_TASKS = frozenset({"celery.shared_task", "celery.app.shared_task", "dramatiq.actor"})


def is_repeated(function: FunctionInfo | None, m: Machine) -> bool:
    """Whether a function is an endpoint or a task of a worker."""
    return function is not None and (is_endpoint(function, m) or is_task(function, m))


def is_endpoint(function: FunctionInfo, m: Machine) -> bool:
    """Whether a function answers requests of FastAPI."""
    return any(
        isinstance(d, f.Call)
        and isinstance(d.func, f.Attr)
        and d.func.name in ROUTES
        and is_router(d.func.value, function, m)
        for d in function.node.decorators
    )


def is_router(expression: f.Expr, function: FunctionInfo, m: Machine) -> bool:
    """Whether an expression in a decorator of `function` is FastAPI's app or router, also a local one."""
    if made_by(expression, _APPS, function, m):
        return True
    local = m.frame.closure.get(expression.id) if isinstance(expression, f.Name) else None
    return isinstance(local, Primitive) and local.kind == "router"


def is_task(function: FunctionInfo, m: Machine) -> bool:
    """Whether a function is a task of Celery or Dramatiq."""
    for decorator in function.node.decorators:
        callee = decorator.func if isinstance(decorator, f.Call) else decorator
        if any(isinstance(d, ExternalName) and d.name in _TASKS for d in m.index.resolve(function.module, callee)):
            return True
        if isinstance(callee, f.Attr) and callee.name == "task" and made_by(callee.value, _WORKERS, function, m):
            return True
    return False


def made_by(expression: f.Expr, classes: frozenset[str], function: FunctionInfo, m: Machine) -> bool:
    """Whether an object is made by one of some library classes, or by a subclass of one."""
    return any(_is_made_by(d, classes, m) for d in m.index.resolve(m.scope(function), expression))


def _is_made_by(definition: Definition, classes: frozenset[str], m: Machine) -> bool:
    if not isinstance(definition, tuple):
        return False
    module, target = definition
    return isinstance(target.value, f.Call) and _names(module, target.value.func, classes, m)


def _names(module: ModuleInfo, callee: f.Expr, classes: frozenset[str], m: Machine) -> bool:
    for definition in m.index.resolve(module, callee):
        if isinstance(definition, ExternalName) and definition.name in classes:
            return True
        if isinstance(definition, ClassInfo) and m.index.externals(definition) & classes:
            return True
    return False


def bodies_around(at: int, function: FunctionInfo) -> Iterator[frozenset[int]]:
    """The nodes of each `for` and `while` body around the node `at` that nothing in it leaves before the last turn."""
    for loop in inside(function.node.body):
        if not isinstance(loop, (f.For, f.While)):
            continue
        parts = list(inside(loop.body))
        leaves = any(isinstance(p, (f.Return, f.Yield)) or (isinstance(p, f.Jump) and p.kind == "break") for p in parts)
        nodes = frozenset(p.at for p in parts)
        if not leaves and at in nodes:
            yield nodes
