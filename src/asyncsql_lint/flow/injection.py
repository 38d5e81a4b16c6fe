"""What a framework gives to the functions that it calls: by `Depends()`, else by what their annotations say."""

from __future__ import annotations

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import (
    credibility,
    dependencies,
    fixtures,
    transactions,
)
from asyncsql_lint.flow.by_name import ByName
from asyncsql_lint.flow.machine import MAX_DEPTH
from asyncsql_lint.flow.names import annotation_of_dependency, dependency_in
from asyncsql_lint.flow.objects import Object
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Arguments,
    BoundMethod,
    ClassValue,
    Const,
    Dependency,
    Factory,
    FunctionValue,
    Opaque,
    Ref,
    Value,
)
from asyncsql_lint.index.definitions import FunctionInfo
from asyncsql_lint.syntax import facts as f


class Injection(ByName):
    """Fills the parameters of functions that nobody in the project calls."""

    def given_by_framework(self, info: FunctionInfo, state: State, receiver: Value | None) -> dict[str, Value]:
        """The parameters of a function that nobody here calls: by `Depends`, else by annotation."""
        env: dict[str, Value] = {}
        by_name = self.by_pytest(info, state)
        for position, param in enumerate(info.node.params):
            if position == 0 and receiver is not None:
                env[param.name] = receiver
                continue
            value = self.fixture_named(param.name, info, state) if param.name in by_name else UNKNOWN
            if isinstance(value, Opaque):
                value = self.framework_value(param, info, state)
            elif self.is_contradicted(value, param, info, state):
                value = UNKNOWN  # one of both is wrong, and nobody knows which
            env[param.name] = value
        if by_name:
            env["<fixtures>"] = fixtures.held(state)
        if self.middlewares.is_handler(info):
            env |= {f"<{one.qualname}>": self.handed_by(one, state) for one in self.middlewares.near(info.module.path)}
        return env

    def is_contradicted(self, value: Value, param: f.Param, info: FunctionInfo, state: State) -> bool:
        """Whether a parameter is annotated as the other kind of session than the one that it is given."""
        given = self.session(value, state)
        if given is None or param.annotation is None:
            return False
        site = Site(info.module.path, param.at)
        told = self.session(self.names.annotated(param.annotation, info.module, state, site, "parameter"), state)
        return told is not None and told.is_async is not given.is_async

    def framework_value(self, param: f.Param, info: FunctionInfo, state: State) -> Value:
        """The value of one parameter when a framework fills it."""
        site = Site(info.module.path, param.at)
        if param.kind in {"args", "kwargs"}:
            return UNKNOWN
        dependency = self.injected(param.default, info, state) if param.default is not None else None
        if not isinstance(dependency, Dependency) and param.annotation is not None:
            dependency = dependency_in(param.annotation, info.module, self.names) or dependency
        if isinstance(dependency, Dependency):
            if self.replaced(info):
                return UNKNOWN
            value = self.depended(dependency, param, info, site, state)
            if not isinstance(value, Opaque):
                return value
        if self.middlewares.is_handler(info):
            value = self.handed_by_middleware(param.name, info, state)
            if not isinstance(value, Opaque):
                return value
        if param.annotation is not None:
            typed = credibility.promised(param, info, state, self.names, self)
            dependencies.undeclared(param, info, site, state, self)
            if not isinstance(typed, Opaque):
                return typed
        if isinstance(dependency, Const) and dependency.value is None:
            return UNKNOWN
        return UNKNOWN if dependency is None or isinstance(dependency, Dependency) else Opaque()

    def replaced(self, info: FunctionInfo) -> bool:
        """Whether dependencies of a function may be others: a test defines it, and puts something in their place."""
        outer = self.frame.function
        if outer is None or "dependency_overrides" not in outer.node.words:
            return False
        return outer is not info and self.within(Site(info.module.path, info.node.at))

    def injected(self, expression: f.Expr, info: FunctionInfo, state: State) -> Value:
        """The value of a parameter's default; that of a nested function may name what is local around it."""
        if self.frame.function is not None and self.within(Site(info.module.path, info.node.at)):
            return self.evaluate(expression, state)
        return self.names.evaluate_global(info.module, expression)

    def depended(self, dependency: Dependency, param: f.Param, info: FunctionInfo, site: Site, state: State) -> Value:
        """What a dependency gives, once for a request."""
        callee = dependency.call
        if callee is None and param.annotation is not None:
            expression, module = annotation_of_dependency(param.annotation, info.module, self.names)
            callee = self.names.of(self.index.resolve(module, expression))
        if callee is None or len(self.frames) > MAX_DEPTH:
            return UNKNOWN
        dependencies.resolved(callee, info, site, self)
        cache = self.frame.dependencies
        if callee in cache:
            return cache[callee]
        cache[callee] = UNKNOWN
        value = self.resolved(callee, site, state)
        if isinstance(callee, FunctionValue) and self.decorator_names(callee.info) & dependencies.MANAGERS:
            dependencies.managed(callee, self.promised(param, info, site, state), info, site, state, self)
        session = self.session(value, state)
        if session is not None and isinstance(value, Ref) and value.id >= 0:
            session = transactions.given(session)
            state.heap[value.id] = replace(
                session,
                scope="dependency",
                origin=site,
                confidence=min(session.confidence, Confidence.INFERRED),
                ends=session.ends or self.end_of(callee, dependency),
            )
        cache[callee] = value
        return value

    def end_of(self, callee: Value, dependency: Dependency) -> str:
        """When FastAPI closes what a dependency gives: only a generator has something to close."""
        info = callee.info if isinstance(callee, FunctionValue) else None
        if isinstance(callee, BoundMethod):
            info = callee.function
        if info is None or not info.node.is_generator:
            return ""
        return "endpoint" if dependency.early else "request"

    def promised(self, param: f.Param, info: FunctionInfo, site: Site, state: State) -> Value:
        """What the annotation of a parameter promises."""
        if param.annotation is None:
            return UNKNOWN
        return self.names.annotated(param.annotation, info.module, state, site, "parameter")

    def resolved(self, callee: Value, site: Site, state: State) -> Value:
        """Call a dependency as FastAPI does: its own parameters are dependencies, generators give what they yield."""
        if isinstance(callee, ClassValue):
            init = self.index.method(callee.info, "__init__")
            if init is None:
                return self.construct(callee.info, Arguments(open=True), site, state)
            ref = self.new(Object(callee.info), state)
            env = self.given_by_framework(init, state, ref)
            self.run_with(init, env, site, state, "thread")
            return ref
        if isinstance(callee, FunctionValue):
            info, receiver = callee.info, None
        elif isinstance(callee, BoundMethod):
            info, receiver = callee.function, callee.receiver
        elif isinstance(callee, Ref) and (found := self.plain_object(callee, state)) is not None:
            method = self.index.method(found.cls, "__call__")
            if method is None:
                return UNKNOWN
            info, receiver = method, callee
        else:
            return self.call(callee, Arguments(), site, state) if isinstance(callee, Factory) else UNKNOWN
        self.engines.dependencies.add(info)
        env = self.given_by_framework(info, state, receiver)
        mode = "loop" if info.node.is_async else "thread"
        return self.run_with(
            info, env, site, state, mode, dict(callee.closure) if isinstance(callee, FunctionValue) else {}
        )

    def run_with(
        self,
        info: FunctionInfo,
        env: dict[str, Value],
        site: Site,
        state: State,
        mode: str,
        closure: dict[str, Value] | None = None,
    ) -> Value:
        """Run a function with its parameters given by name; a generator stops at its first yield."""
        summary, given = self.summaries.of(info, env, mode, state, closure or {})
        if info.node.is_generator or self.decorator_names(info) & dependencies.MANAGERS:
            self.summaries.tell(summary, given, site, info, state)
            if not summary.yields:
                return UNKNOWN
            value = self.summaries.apply(summary.yields[0], given, state)
        else:
            value = self.summaries.play(summary, given, site, state, info)
        return self.returned_type(info, site, state) if isinstance(value, Opaque) else value
