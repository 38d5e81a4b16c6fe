"""Functions that a framework calls again and again in one process: endpoints, dependencies, tasks of a worker."""

from __future__ import annotations

from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.index.definitions import ClassInfo, ExternalName, FunctionInfo, ModuleInfo
from asyncsql_lint.index.project import Definition
from asyncsql_lint.syntax import facts as f

_ROUTES = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "websocket", "api_route", "middleware"}
)
_APPS = frozenset({"fastapi.FastAPI", "fastapi.APIRouter", "starlette.applications.Starlette"})
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
        and d.func.name in _ROUTES
        and _made_by(d.func, _APPS, function, m)
        for d in function.node.decorators
    )


def is_task(function: FunctionInfo, m: Machine) -> bool:
    """Whether a function is a task of Celery or Dramatiq."""
    for decorator in function.node.decorators:
        callee = decorator.func if isinstance(decorator, f.Call) else decorator
        if any(isinstance(d, ExternalName) and d.name in _TASKS for d in m.index.resolve(function.module, callee)):
            return True
        if isinstance(callee, f.Attr) and callee.name == "task" and _made_by(callee, _WORKERS, function, m):
            return True
    return False


def _made_by(callee: f.Attr, classes: frozenset[str], function: FunctionInfo, m: Machine) -> bool:
    """Whether the object of `object.name` is made by one of some library classes, or by a subclass of one."""
    module = m.scope(function)
    return any(_is_made_by(d, classes, m) for d in m.index.resolve(module, callee.value))


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
