"""Dependencies that give sessions, called or declared in a way that FastAPI does not: facts 5c-*.

A generator that opens a session closes it after its `yield`. Who takes the session out of it by hand leaves it
suspended there, unless he goes on with it or closes it.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow.events import DependencyMisused, Trace
from asyncsql_lint.flow.freeze import reachable
from asyncsql_lint.flow.machine import Machine, Unreachable
from asyncsql_lint.flow.names import ASYNC_SESSIONS
from asyncsql_lint.flow.objects import Session
from asyncsql_lint.flow.serialization import response_model
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    BoundMethod,
    ContextManager,
    External,
    Factory,
    FunctionValue,
    GeneratorValue,
    Primitive,
    Ref,
    Value,
)
from asyncsql_lint.index.definitions import ExternalName, FunctionInfo
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import blocks, inside

MANAGER = frozenset({"__aenter__", "__aexit__", "gen", "func", "args", "kwds"})
"""What may be asked of an async context manager itself."""

MANAGERS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})
"""Decorators that make context managers of generators, and throw exceptions into them."""

OWN = frozenset(
    {"__anext__", "__aiter__", "asend", "aclose", "athrow", "ag_frame", "ag_running", "ag_code", "ag_await"}
)
"""What may be asked of an async generator itself."""


def misused(value: GeneratorValue, how: str, site: Site, state: State, m: Machine) -> None:
    """A generator that gives a session is taken for the session: awaited, entered, or asked for an attribute."""
    if value.is_async and gives_session(value, site, state, m):
        m.emit(DependencyMisused(site=site, kind=how, name=_name(value), trace=_defined(value)))


def unentered(value: ContextManager, how: str, site: Site, state: State, m: Machine) -> None:
    """An `@asynccontextmanager` that gives a session is taken for the session, without having been entered."""
    inner = GeneratorValue(value.callee, value.arguments, value.is_async)
    if value.is_async and gives_session(inner, site, state, m):
        m.emit(DependencyMisused(site=site, kind=how, name=f"{value.label}()"))


def taken_by_hand(value: GeneratorValue, site: Site, state: State, m: Machine) -> None:
    """`anext(get_session())`: the generator is left at its `yield`, unless it is held and somebody goes on with it."""
    function = m.frame.function
    if function is None or not value.is_async or not _cleans_up(value):
        return
    call = next((n for n in inside(function.node.body) if isinstance(n, f.Call) and n.at == site.node), None)
    if call is None:
        return
    stepped = call.func.value if isinstance(call.func, f.Attr) else call.args[0] if call.args else None
    if not _is_held(stepped, function) and gives_session(value, site, state, m):
        m.emit(DependencyMisused(site=site, kind="anext", name=_name(value), trace=_defined(value)))


def left_early(value: GeneratorValue, at: int, site: Site, state: State, m: Machine) -> None:
    """`async for session in get_session():` with a `return`, `break` or `yield` in it: the generator stays suspended.

    What is thrown in at the `yield` does not reach the inner generator, if anything is: `thrown_in` tells.
    """
    function = m.frame.function
    if function is None or not value.is_async or not _cleans_up(value):
        return
    loop = _loops(function.node).get(at)
    if loop is None:
        return
    closed = loop.target.id if isinstance(loop.target, f.Name) and _only_closes(value) else ""
    how = _way_out(loop.body, closed)
    if not how or _is_held(loop.iter, function) or not gives_session(value, site, state, m):
        return
    event = DependencyMisused(site=site, context=m.frame.context, kind=how, name=_name(value), trace=_defined(value))
    if how != "yield" or not m.decorator_names(function).isdisjoint(MANAGERS):
        m.emit(event)
    else:
        m.around_generators[event] = function


def thrown_in(m: Machine) -> None:
    """Tell of generators within dependencies of FastAPI, which throws exceptions in, once all of these are known.

    Others who drive a generator may only resume it, as pytest does, or send the exception, as dishka does. One that
    nobody mentions, and that no decorator gives to anybody, is taken for a dependency.
    """
    for event, function in m.around_generators.items():
        if function in m.engines.dependencies:
            m.events.setdefault(event)
        elif not function.node.decorators and function.owner is None and not _is_mentioned(function, m):
            m.events.setdefault(replace(event, confidence=Confidence.INFERRED))
        else:
            continue
        m.holders.setdefault(event.site, function)


def _is_mentioned(function: FunctionInfo, m: Machine) -> bool:
    """Whether some code of the project names a function, so that somebody else may drive it."""
    name = function.name
    for module in m.index.modules.values():
        for node in inside(module.facts.body if name in module.facts.words else ()):
            match node:
                case f.Name(id=word) | f.Attr(name=word) | f.ImportFrom(name=word) if word == name:
                    return True
    return False


@lru_cache(maxsize=256)
def _loops(function: f.Function) -> dict[int, f.For]:
    """The `for` loops of a function, by number."""
    return {node.at: node for node in inside(function.body) if isinstance(node, f.For)}


def _way_out(body: tuple[f.Stmt, ...], closed: str, *, in_loop: bool = False) -> str:
    """How a loop's body may leave it before its end: `return`, `break`, by what is thrown in at a `yield`, or not.

    Ways that close the session in the name `closed` themselves do not count.
    """
    for statement in body:
        match statement:
            case f.With() if any(_is_name(item.context, closed) for item in statement.items):
                continue
            case f.Try() if any(_closes(one, closed) for one in statement.final):
                continue
            case f.Return():
                return "return"
            case f.Jump(kind="break") if not in_loop:
                return "break"
            case f.ExprStmt(value=f.Yield()):
                return "yield"
            case f.Function() | f.Class():
                continue
            case f.For() | f.While():
                inner = _way_out(statement.body, closed, in_loop=True)
                found = inner or _way_out(statement.orelse, closed, in_loop=in_loop)
            case _:
                found = next((w for b in blocks(statement) if (w := _way_out(b, closed, in_loop=in_loop))), "")
        if found:
            return found
    return ""


def gives_session(value: GeneratorValue, site: Site, state: State, m: Machine) -> bool:
    """Whether what a generator yields is, or holds, an async session that it has opened itself."""
    trial = state.copy()
    try:
        made = m.elements(value, site, trial)
    except Unreachable:
        return False
    for number in reachable([made], trial.heap):
        found = trial.heap[number]
        if number not in state.heap and isinstance(found, Session) and found.is_async and not found.scoped:
            return True
    return False


def _cleans_up(value: GeneratorValue) -> bool:
    """Whether a generator has something to do after its `yield`."""
    info = _info(value.callee)
    if info is None:
        return False
    body = info.node.body
    if any(isinstance(node, (f.With, f.Try)) for node in inside(body)):
        return True
    return not (isinstance(body[-1], f.ExprStmt) and isinstance(body[-1].value, f.Yield))


def _only_closes(value: GeneratorValue) -> bool:
    """Whether a generator does nothing after its `yield` but to leave the block that closes its session."""
    info = _info(value.callee)
    return info is not None and _ends_in_yield(info.node.body)


def _ends_in_yield(body: tuple[f.Stmt, ...]) -> bool:
    """Whether the last thing in a block is the `yield`, at most within a `with` that closes a session."""
    *before, last = body
    if any(isinstance(node, f.Yield) for node in inside(tuple(before))):
        return False
    match last:
        case f.ExprStmt(value=f.Yield()):
            return True
        case f.With(items=(f.WithItem(context=f.Call(func=f.Attr(name="begin" | "begin_nested"))),)):
            return False  # its end commits
        case f.With(items=(f.WithItem(context=f.Call()),)):
            return _ends_in_yield(last.body)
        case f.Try(handlers=(), final=(only,)):
            return _ends_in_yield(last.body) and _closes(only, "")
        case _:
            return False


def _closes(statement: f.Stmt, name: str) -> bool:
    """`await name.close()`; of any name if none is given."""
    match statement:
        case f.ExprStmt(value=f.Await(value=f.Call(func=f.Attr(name="close" | "aclose", value=f.Name() as owner)))):
            return name in {"", owner.id}
        case _:
            return False


def _is_name(expression: f.Expr, name: str) -> bool:
    return isinstance(expression, f.Name) and expression.id == name


def _is_held(expression: f.Expr | None, function: FunctionInfo) -> bool:
    """Whether somebody else has the generator, too, and may close it: a caller, or whoever meets its name once more."""
    if not isinstance(expression, f.Name):
        return not isinstance(expression, f.Call)
    name, node = expression.id, function.node
    if "aclosing" in node.words or any(param.name == name for param in node.params):
        return True
    return sum(isinstance(n, f.Name) and n.id == name for n in inside(node)) > 2


# -- declarations


def declared(value: Value | None, site: Site, state: State, m: Machine) -> None:
    """`Depends(get_session())`: FastAPI wants the function, and refuses what the call gives."""
    match value:
        case GeneratorValue() if gives_session(value, site, state, m):
            m.emit(DependencyMisused(site=site, kind="called", name=_name(value)))
        case Ref():
            session = m.session(value, state)
            if session is not None and session.is_async and not session.scoped and session.kind == "session":
                m.emit(DependencyMisused(site=site, kind="called", name="the factory", confidence=session.confidence))


def resolved(callee: Value, info: FunctionInfo, site: Site, m: Machine) -> None:
    """A class or factory as dependency: FastAPI asks the request for its arguments."""
    match callee:
        case External() if callee.name in ASYNC_SESSIONS:
            m.emit(DependencyMisused(site=site, kind="class", name="AsyncSession", context=info.qualname))
        case Factory(is_async=True):
            m.emit(DependencyMisused(site=site, kind="factory", name="the session factory", context=info.qualname))


def managed(callee: Value, given: Value, info: FunctionInfo, site: Site, state: State, m: Machine) -> None:
    """An `@asynccontextmanager` as dependency of a parameter that is annotated as a session."""
    session = m.session(given, state)
    if isinstance(callee, FunctionValue) and session is not None and session.is_async and session.kind == "session":
        m.emit(DependencyMisused(site=site, kind="manager", name=callee.info.name, context=info.qualname))


def undeclared(param: f.Param, info: FunctionInfo, site: Site, state: State, m: Machine) -> None:
    """An endpoint of FastAPI with a session among its parameters, and no `Depends`."""
    if not info.node.decorators or param.annotation is None or not isinstance(param.annotation, (f.Name, f.Attr)):
        return
    if param.default is not None and not (isinstance(param.default, f.Const) and param.default.kind == "none"):
        return
    named = m.index.resolve(info.module, param.annotation)
    if not any(isinstance(d, ExternalName) and d.name in ASYNC_SESSIONS for d in named):
        return
    if len(info.node.decorators) == 1 and _is_endpoint(info, state, m):
        m.emit(DependencyMisused(site=site, kind="undeclared", name=param.name, context=info.qualname))


def _is_endpoint(info: FunctionInfo, state: State, m: Machine) -> bool:
    """Whether FastAPI calls a function, and nobody else has a hand in it."""
    if response_model(info, m) is not None:
        return True
    decorator = info.node.decorators[0]
    if not isinstance(decorator, f.Call) or not isinstance(decorator.func, f.Attr):
        return False
    router = decorator.func.value
    local = state.env.get(router.id) if isinstance(router, f.Name) else None
    return isinstance(local, Primitive) and local.kind == "router"


def _info(callee: Value) -> FunctionInfo | None:
    if isinstance(callee, FunctionValue):
        return callee.info
    return callee.function if isinstance(callee, BoundMethod) else None


def _name(value: GeneratorValue) -> str:
    info = _info(value.callee)
    return f"{info.name}()" if info is not None else "the generator"


def _defined(value: GeneratorValue) -> Trace:
    info = _info(value.callee)
    return ((Site(info.module.path, info.node.at), f"`{info.name}()` is defined here"),) if info is not None else ()
