"""What a framework gives to the functions that it calls: by `Depends()`, else by what their annotations say."""

from __future__ import annotations

from abc import abstractmethod

from msgspec.structs import replace

from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import (
    dependencies,
    fixtures,
    transactions,
)
from asyncsql_lint.flow.execute import Executor
from asyncsql_lint.flow.machine import MAX_DEPTH, outside
from asyncsql_lint.flow.middlewares import DATA, HANDLER, NOTHING, Provided
from asyncsql_lint.flow.names import annotation_of_dependency, dependency_in
from asyncsql_lint.flow.objects import Object
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.summaries import doubt
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Arguments,
    BoundMethod,
    ClassValue,
    Const,
    Dependency,
    DictValue,
    Factory,
    FunctionValue,
    Opaque,
    Primitive,
    Ref,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo
from asyncsql_lint.index.fixtures import Fixture, Fixtures
from asyncsql_lint.index.modules import is_test
from asyncsql_lint.syntax import facts as f

_CONTEXT_MANAGERS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})


class Injection(Executor):
    """Fills the parameters of functions that nobody in the project calls."""

    fixtures: Fixtures

    @abstractmethod
    def receiver(self, function: FunctionInfo, state: State) -> Value | None:
        """`self` or `cls` of a method."""

    def await_(self, value: Value, site: Site, state: State) -> Value:
        """The value of awaiting `value`; who it is may have worked with the sessions of fixtures."""
        is_seen = not self.in_tests() or fixtures.awaited(value, state, self)
        made = super().await_(value, site, state)
        if not is_seen:
            fixtures.forget(site, state, self)
        return made

    def enter(self, value: Value, is_async: bool, site: Site, node: Site, state: State, *, fixable: bool) -> Value:
        """Enter a context manager, which may work with the sessions of fixtures."""
        made = super().enter(value, is_async, site, node, state, fixable=fixable)
        if is_async and isinstance(value, Opaque) and self.in_tests():
            fixtures.forget(site, state, self)
        return made

    def in_tests(self) -> bool:
        """Whether a test or what belongs to tests is gone through."""
        return is_test(self.frame.module.path)

    def given_by_framework(self, info: FunctionInfo, state: State, receiver: Value | None) -> dict[str, Value]:
        """The parameters of a function that nobody here calls: by `Depends`, else by annotation."""
        env: dict[str, Value] = {}
        by_name = self.by_pytest(info, state)
        for position, param in enumerate(info.node.params):
            if position == 0 and receiver is not None:
                env[param.name] = receiver
                continue
            value = self.fixture_named(param.name, info, state) if param.name in by_name else UNKNOWN
            env[param.name] = value if not isinstance(value, Opaque) else self.framework_value(param, info, state)
        if by_name:
            env["<fixtures>"] = fixtures.held(state)
        if self.middlewares.is_handler(info):
            env |= {f"<{one.qualname}>": self.handed_by(one, state) for one in self.middlewares.near(info.module.path)}
        return env

    def is_handed(self, function: FunctionInfo) -> bool:
        """Whether a function may be given sessions and objects by others than those who call it."""
        if self.middlewares.is_handler(function):
            return True
        if not self.fixtures.is_test(function):
            return False
        asked = (self.fixtures.find(param.name, function, function) for param in function.node.params)
        return any(fixture is not None and self.relevant(fixture.function) for fixture in asked)

    # -- pytest

    def by_pytest(self, info: FunctionInfo, state: State) -> frozenset[str]:
        """The parameters that pytest gives a function, a test or fixture. What a test gets unasked is there before."""
        test, is_fixture = self.fixtures.is_test(info), self.fixtures.of(info) is not None
        if not test and not is_fixture:
            return frozenset()
        given = self.fixtures.given(info)
        if given is None:
            return frozenset()
        if test:
            for fixture in self.fixtures.used(info):
                if fixture.function.node.params:
                    self.fixture_value(fixture, info, info, state)
        return frozenset(param.name for param in info.node.params) - given

    def fixture_named(self, name: str, info: FunctionInfo, state: State) -> Value:
        """What the fixture `name` gives the test or fixture `info`."""
        test = self._tested or info
        found = self.fixtures.find(name, test, info)
        return self.fixture_value(found, test, info, state) if found is not None else UNKNOWN

    _tested: FunctionInfo | None = None

    def fixture_value(self, fixture: Fixture, test: FunctionInfo, asking: FunctionInfo, state: State) -> Value:
        """What a fixture gives for a test, once for all that ask for it."""
        cache = self.frame.dependencies
        info = fixture.function
        if info not in cache and len(self.frames) <= MAX_DEPTH:
            cache[info] = UNKNOWN
            outer, self._tested = self._tested, test
            try:
                value = self.run_fixture(info, Site(asking.module.path, asking.node.at), state)
            finally:
                self._tested = outer
            cache[info] = fixtures.settled(value, fixture.is_own, state, self)
        return cache.get(info, UNKNOWN)

    def run_fixture(self, info: FunctionInfo, site: Site, state: State) -> Value:
        """Run a fixture up to its `yield`, or to its end; unknown when it may give this or that."""
        receiver = self.receiver(info, state)
        env = self.given_by_framework(info, state, receiver)
        summary, given = self.summaries.of(info, env, "loop" if info.node.is_async else "sync", state, {})
        way = fixtures.alike(summary.yields if info.node.is_generator else summary.outcomes)
        self.summaries.tell(summary, given, site, info, state)
        if way is None:
            doubt(given.originals, site, state, self)
            return UNKNOWN
        return self.summaries.apply(way, given, state)

    # -- aiogram

    def handed_by_middleware(self, name: str, info: FunctionInfo, state: State) -> Value:
        """What aiogram's middlewares give a handler for the parameter `name`; unknown when several do, or none."""
        given = [dict(self.handed_by(one, state).items) for one in self.middlewares.near(info.module.path)]
        found = [items[name] for items in given if name in items]
        return found[0] if len(found) == 1 else UNKNOWN

    def handed_by(self, middleware: ClassInfo, state: State) -> DictValue:
        """What a middleware hands to one handler, once for all of its parameters."""
        cache = self.frame.dependencies
        found = cache.get(middleware)
        if not isinstance(found, DictValue):
            found = self.provided_by(middleware).brought(state, self)
            cache[middleware] = found
        return found

    def provided_by(self, middleware: ClassInfo) -> Provided:
        """What a middleware provides: it is gone through, with a handler that does nothing."""
        known = self.middlewares.known(middleware)
        call = self.index.method(middleware, "__call__")
        if known is not None or call is None or len(self.frames) > MAX_DEPTH:
            return known or NOTHING
        state = State({}, {})
        site = Site(call.module.path, call.node.at)
        before = self.middlewares.begin()
        with self.entered(outside(call.module)):
            receiver = self.names.of_class(middleware, state, site, "self")
            given = (receiver, Primitive(HANDLER), UNKNOWN, Primitive(DATA, DictValue()))
            names = [param.name for param in call.node.params]
            _, places = self.summaries.of(call, dict(zip(names, given, strict=False)), "loop", state, {})
        return self.middlewares.end(middleware, places, before)

    def framework_value(self, param: f.Param, info: FunctionInfo, state: State) -> Value:
        """The value of one parameter when a framework fills it."""
        site = Site(info.module.path, param.at)
        if param.kind in {"args", "kwargs"}:
            return UNKNOWN
        dependency = self.injected(param.default, info, state) if param.default is not None else None
        if not isinstance(dependency, Dependency) and param.annotation is not None:
            dependency = dependency_in(param.annotation, info.module, self.names) or dependency
        if isinstance(dependency, Dependency):
            value = self.depended(dependency, param, info, site, state)
            if not isinstance(value, Opaque):
                return value
        if self.middlewares.is_handler(info):
            value = self.handed_by_middleware(param.name, info, state)
            if not isinstance(value, Opaque):
                return value
        if param.annotation is not None:
            typed = self.names.annotated(param.annotation, info.module, state, site, "parameter")
            dependencies.undeclared(param, info, site, state, self)
            if not isinstance(typed, Opaque):
                return typed
        if isinstance(dependency, Const) and dependency.value is None:
            return UNKNOWN
        return UNKNOWN if dependency is None or isinstance(dependency, Dependency) else Opaque()

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
        if isinstance(callee, FunctionValue) and self.decorator_names(callee.info) & _CONTEXT_MANAGERS:
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
        if info.node.is_generator or self.decorator_names(info) & _CONTEXT_MANAGERS:
            self.summaries.tell(summary, given, site, info, state)
            if not summary.yields:
                return UNKNOWN
            value = self.summaries.apply(summary.yields[0], given, state)
        else:
            value = self.summaries.play(summary, given, site, state, info)
        return self.returned_type(info, site, state) if isinstance(value, Opaque) else value
