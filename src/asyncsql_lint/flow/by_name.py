"""What is given to functions by the names of their parameters: by pytest's fixtures, by the middlewares of aiogram."""

from __future__ import annotations

from abc import abstractmethod

from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import fixtures
from asyncsql_lint.flow.execute import Executor
from asyncsql_lint.flow.machine import MAX_DEPTH, outside
from asyncsql_lint.flow.middlewares import DATA, HANDLER, NOTHING, Provided
from asyncsql_lint.flow.state import State
from asyncsql_lint.flow.summaries import doubt
from asyncsql_lint.flow.values import UNKNOWN, DictValue, Opaque, Primitive, Value
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo
from asyncsql_lint.index.fixtures import Fixture, Fixtures
from asyncsql_lint.index.modules import is_test


class ByName(Executor):
    """Knows what tests, fixtures and handlers are given."""

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

    @abstractmethod
    def given_by_framework(self, info: FunctionInfo, state: State, receiver: Value | None) -> dict[str, Value]:
        """The parameters of a function that nobody here calls."""

    def is_handed(self, function: FunctionInfo) -> bool:
        """Whether a function may be given sessions and objects by others than those who call it."""
        if self.middlewares.is_handler(function):
            return True
        if not self.fixtures.is_test(function):
            return False
        return any(self.matters(fixture, function) for fixture in self.asked(function, function))

    def asked(self, info: FunctionInfo, test: FunctionInfo) -> list[Fixture]:
        """The fixtures that a test or fixture asks for."""
        found = (self.fixtures.find(param.name, test, info) for param in info.node.params)
        return [fixture for fixture in found if fixture is not None]

    def matters(self, fixture: Fixture, test: FunctionInfo) -> bool:
        """Whether a fixture, or one that it asks for, can have to do with a database."""
        key = (fixture.function, test.module, test.owner)
        found = self._matters.get(key)
        if found is None:
            self._matters[key] = False  # what asks for itself ends here
            own = self.relevant(fixture.function)
            found = own or any(self.matters(one, test) for one in self.asked(fixture.function, test))
            self._matters[key] = found
        return found

    _matters: dict[tuple[FunctionInfo, ModuleInfo, ClassInfo | None], bool]

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
                if fixture.function.node.params and self.matters(fixture, info):
                    self.fixture_value(fixture, info, info, state)
        return frozenset(param.name for param in info.node.params) - given

    def fixture_named(self, name: str, info: FunctionInfo, state: State) -> Value:
        """What the fixture `name` gives the test or fixture `info`."""
        test = self._tested or info
        found = self.fixtures.find(name, test, info)
        if found is None or not self.matters(found, test) or fixtures.is_unpacked(name, info.node):
            return UNKNOWN
        return self.fixture_value(found, test, info, state)

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
