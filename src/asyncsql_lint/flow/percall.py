"""Engines that are made again and again: in an endpoint, in a dependency, in a loop. Each brings a pool of its own."""

from __future__ import annotations

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import Mismatch
from asyncsql_lint.flow.machine import Machine
from asyncsql_lint.flow.repeated import bodies_around, is_endpoint
from asyncsql_lint.index.definitions import FunctionInfo
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import inside

_KEEPERS = frozenset({"append", "add", "setdefault", "insert", "extend", "put", "update", "set"})
_CACHES = frozenset({"lru_cache", "cache", "cached", "alru_cache", "cached_property"})


def check(m: Machine) -> None:
    """Tell of the engines that are made for each call."""
    for site, (engine, function) in m.engines.made_in().items():
        if engine.pooled is not True or engine.driver.startswith("sqlite") or function is None:
            continue
        where = _where(site, function, m)
        if where:
            _tell(where, site, function, m)


def _tell(where: str, site: Site, function: FunctionInfo, m: Machine) -> None:
    event = Mismatch(
        site=site,
        context=function.qualname,
        confidence=Confidence.PROVED if where == "in a loop" else Confidence.INFERRED,
        kind="per-call",
        what="An engine",
        problem=f"is made {where}: each has a pool of its own, and nobody closes its connections",
        remedy="make one engine for the process, at the top of a module or in the lifespan",
    )
    m.events.setdefault(event)


def _where(site: Site, function: FunctionInfo, m: Machine) -> str:
    """Where an engine is made over and over; empty when it is kept, closed, or made once."""
    node = function.node
    if "dispose" in node.words or _is_cached(node) or _is_kept(site, node):
        return ""
    if is_endpoint(function, m):
        return f"in the endpoint `{function.name}`"
    if function in m.engines.dependencies:
        return f"in the dependency `{function.name}`"
    return "in a loop" if any(bodies_around(site.node, function)) else ""


def _is_cached(node: f.Function) -> bool:
    """Whether the function is called once only, whoever calls it."""
    for decorator in node.decorators:
        callee = decorator.func if isinstance(decorator, f.Call) else decorator
        last = callee.name if isinstance(callee, f.Attr) else callee.id if isinstance(callee, f.Name) else ""
        if last in _CACHES:
            return True
    return False


def _is_kept(site: Site, node: f.Function) -> bool:
    """Whether the engine is put somewhere that outlives the call: an attribute, a global, a collection."""
    parts = list(inside(node.body))
    outer = {name for part in parts if isinstance(part, f.Scope) for name in part.names}
    held = {site.node}
    names: set[str] = set()
    for part in parts:
        if isinstance(part, f.Assign) and _mentions(part.value, held, names):
            names |= {target.id for target in part.targets if isinstance(target, f.Name)}
    for part in parts:
        match part:
            case f.Assign(targets=targets, value=value) if _mentions(value, held, names):
                if any(not isinstance(t, f.Name) or t.id in outer for t in targets):
                    return True
            case f.AnnAssign(target=target, value=value) if value is not None and _mentions(value, held, names):
                if not isinstance(target, f.Name) or target.id in outer:
                    return True
            case f.Call(func=f.Attr(name=name), args=args) if name in _KEEPERS:
                if any(_mentions(argument, held, names) for argument in args):
                    return True
            case f.Comprehension(element=element, value=value):
                if _mentions(element, held, names) or (value is not None and _mentions(value, held, names)):
                    return True
            case _:
                pass
    return False


def _mentions(expression: f.Expr, nodes: set[int], names: set[str]) -> bool:
    return any(part.at in nodes or (isinstance(part, f.Name) and part.id in names) for part in inside(expression))
