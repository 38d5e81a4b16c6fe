"""The whole machine, and how every function of a project is analysed with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from asyncsql_lint.config.library_versions import Versions
from asyncsql_lint.diagnostics import Confidence
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.flow import advice, containers, credibility, defaults, dependencies, percall
from asyncsql_lint.flow import instances as orm
from asyncsql_lint.flow.answers import forget_conditions
from asyncsql_lint.flow.engines import MAKERS
from asyncsql_lint.flow.events import AttributeRead, Event, SyncSessionGiven
from asyncsql_lint.flow.fixtures import SCOPE
from asyncsql_lint.flow.injection import Injection
from asyncsql_lint.flow.machine import Failure, Unreachable, outside
from asyncsql_lint.flow.middlewares import Middlewares
from asyncsql_lint.flow.names import Names
from asyncsql_lint.flow.objects import Life, Object
from asyncsql_lint.flow.proxies import Proxies
from asyncsql_lint.flow.relevance import Relevance
from asyncsql_lint.flow.state import State, forget_identities
from asyncsql_lint.flow.summaries import Summaries
from asyncsql_lint.flow.values import (
    UNKNOWN,
    Arguments,
    ClassValue,
    FunctionValue,
    Ref,
    Value,
)
from asyncsql_lint.index.definitions import ClassInfo, FunctionInfo, ModuleInfo, Target, collect
from asyncsql_lint.index.fixtures import Fixtures
from asyncsql_lint.index.models import Models
from asyncsql_lint.index.modules import is_test
from asyncsql_lint.index.project import ProjectIndex
from asyncsql_lint.syntax import facts as f
from asyncsql_lint.syntax.walk import blocks


class Interpreter(Injection):
    """Analyses a project."""

    def __init__(self, index: ProjectIndex, models: Models, versions: Mapping[str, Versions] | None = None) -> None:
        super().__init__(index, models, versions or {})
        self.nested = {}
        self._decorators = {}
        self._awaited_names = {}
        self._catching = {}
        self._matters = {}
        self._decorated: dict[FunctionInfo, Value] = {}
        self._unasked: dict[FunctionInfo, list[Event]] = {}
        self._templates: dict[ClassInfo, tuple[Object, State] | None] = {}
        self._scopes: dict[tuple[ModuleInfo, int], ModuleInfo] = {}
        self.fixtures = Fixtures(index)
        self.middlewares = Middlewares(self)
        self.names = Names(self, self.decorated)
        self.proxies = Proxies(self)
        self.summaries = Summaries(self, self.run_body)
        self._relevance = Relevance(index, models)

    # -- decorators

    def decorated(self, info: FunctionInfo) -> Value:
        """A function of the project after its decorators: those of the project are called."""
        found = self._decorated.get(info)
        if found is None:
            self._decorated[info] = FunctionValue(info)
            found = self._apply_decorators(FunctionValue(info), info.node.decorators, info)
            self._decorated[info] = found
        return found

    def _apply_decorators(self, value: Value, decorators: tuple[f.Expr, ...], info: FunctionInfo) -> Value:
        for expression in reversed(decorators):
            callee = expression.func if isinstance(expression, f.Call) else expression
            definitions = self.index.resolve(info.module, callee)
            if not any(isinstance(d, (FunctionInfo, ClassInfo)) for d in definitions):
                continue
            decorator = self.names.evaluate_global(info.module, expression)
            if not isinstance(decorator, FunctionValue):
                continue
            state = State({}, {})
            try:
                with self.entered(outside(info.module)):
                    made = self.call(decorator, Arguments((value,)), Site(info.module.path, info.node.at), state)
            except Unreachable:
                made = UNKNOWN
            if isinstance(made, FunctionValue):
                value = made
        return value

    def decorated_local(self, value: FunctionValue, node: f.Function, state: State) -> Value:
        """A nested function after its decorators; a framework's leave it as it is."""
        return value

    # -- nested definitions

    def nested_function(self, value: FunctionValue, state: State) -> None:
        """Analyse a nested function as a framework would call it."""
        info = value.info
        if len(self.frames) > 8:
            return
        trial = state.copy()
        watched, self.frame.sink.watched = self.frame.sink.watched, False
        try:
            env = self.given_by_framework(info, trial, None)
            mode = "loop" if info.node.is_async else "sync"
            summary, given = self.summaries.of(info, env, mode, trial, dict(value.closure))
            site = Site(info.module.path, info.node.at)
            self.summaries.tell(summary, given, site, info, trial)
            self.call_sites[info].discard(site)  # it is defined there, and not called
        except Unreachable:
            pass
        finally:
            self.frame.sink.watched = watched

    def local_class(self, node: f.Class) -> Value | None:
        """A class that is defined in a function."""
        if self.frame.function is None:
            return None
        for binding in self.frame.module.bindings.get(node.name, ()):
            if isinstance(binding, ClassInfo) and binding.node is node:
                return ClassValue(binding)
        return None

    def local_model(self, value: Value) -> None:
        """Look through the columns of a model that is defined in a function."""
        if isinstance(value, ClassValue) and self.models.is_mapped(value.info):
            self.defaults(value.info)

    def relevant(self, function: FunctionInfo) -> bool:
        """Whether a function can have to do with a database by itself."""
        return self._relevance.of(function)

    def scope(self, function: FunctionInfo) -> ModuleInfo:
        """The module in which a function's names are looked up: its own, with the function's classes and imports."""
        key = (function.module, function.node.at)
        found = self._scopes.get(key)
        if found is None:
            found = self._make_scope(function)
            self._scopes[key] = found
        return found

    def _make_scope(self, function: FunctionInfo) -> ModuleInfo:
        module = function.module
        if not _defines(function.node.body):
            return module
        inner = ModuleInfo(module.path, module.name, module.facts, dict(module.bindings), module.stars)
        local, _ = collect(function.node.body, inner, f"{function.qualname}.", None)
        for name, bindings in local.items():
            kept = [b for b in bindings if not isinstance(b, Target) or _names_a_type(b)]
            if kept:
                inner.bindings[name] = kept
        return inner

    def template(self, info: ClassInfo) -> tuple[Object, State] | None:
        """An object of a class as its constructor leaves it when a framework makes it."""
        if info not in self._templates:
            self._templates[info] = None
            self._templates[info] = self._make_template(info)
        return self._templates[info]

    def _make_template(self, info: ClassInfo) -> tuple[Object, State] | None:
        init = self.index.method(info, "__init__")
        if init is None or len(self.frames) > 16:
            return None
        state = State({}, {})
        site = Site(init.module.path, init.node.at)
        try:
            with self.entered(outside(info.module)):
                ref = self.new(Object(info), state)
                env = self.given_by_framework(init, state, ref)
                self.run_with(init, env, site, state, "sync")
                made = self.plain_object(ref, state)
        except Unreachable:
            return None
        return (made, state) if made is not None else None

    # -- roots

    def analyse(self, functions: Iterable[FunctionInfo], modules: Iterable[ModuleInfo]) -> None:
        """Analyse functions as if a framework called them, and the bodies of modules."""
        forget_conditions()
        for module in modules:
            self.root(module, None)
        rest: list[FunctionInfo] = []
        for function in functions:
            if MAKERS.isdisjoint(function.node.words):
                rest.append(function)
            elif self.relevant(function):
                self.root(function.module, function)
        self.engines.complete = True
        for info in self.index.classes():
            if self.models.is_mapped(info):
                self.root_defaults(info)
        # the values that callers bring come before what annotations say of a session
        rest = [function for function in rest if self.relevant(function) or self.is_handed(function)]
        ranks = {function: credibility.rank(function, self.index) for function in rest}
        for _, group in groupby(sorted(rest, key=ranks.__getitem__), key=ranks.__getitem__):
            self._templates.clear()
            for function in group:
                self.root(function.module, function)
        self._ask_callers()
        dependencies.thrown_in(self)
        percall.check(self)
        advice.check(self)

    def _ask_callers(self) -> None:
        """Tell of what the session of a caller might have made up for, where nobody calls; else the callers have told.

        A test that calls the application is no caller: what it holds is up to the test.
        """
        for function, events in self._unasked.items():
            is_theirs = is_test(function.module.path)
            if not any(is_theirs or not is_test(site.path) for site in self.call_sites.get(function, ())):
                self.events.update(dict.fromkeys(events))

    def root_defaults(self, info: ClassInfo) -> None:
        """Look through the defaults of a model's columns."""
        self.steps = 0
        try:
            with self.entered(outside(info.module)):
                self.defaults(info)
        except Exception as error:  # noqa: BLE001 -- one model must not take the others' findings with it
            self.failures.append(Failure(info.module.path, info.qualname, error))

    def defaults(self, info: ClassInfo) -> None:
        """Tell of defaults that do not go with their columns."""
        try:
            defaults.check(info, self.names, self)
        except Unreachable:
            return

    def root(self, module: ModuleInfo, function: FunctionInfo | None) -> None:
        """Analyse one function with what its signature says, or a module's body."""
        state = State({}, {})
        self.steps = 0
        forget_identities()
        try:
            with self.entered(outside(module)):
                if function is None:
                    self.block(module.facts.body, [state])
                else:
                    self.root_function(function, state)
        except Unreachable:
            pass
        except Exception as error:  # noqa: BLE001 -- one function must not take the others' findings with it
            self.failures.append(Failure(module.path, function.qualname if function is not None else "", error))

    def root_function(self, function: FunctionInfo, state: State) -> None:
        """Analyse a function as if a framework called it."""
        receiver = self.receiver(function, state)
        own = self.plain_object(receiver, state)
        if own is not None and isinstance(receiver, Ref) and receiver.id >= 0:
            self.complete(receiver, own, state)  # a session that it holds is its maker's
        env = self.given_by_framework(function, state, receiver)
        self.assume(env, state)
        mode = "loop" if function.node.is_async else "sync"
        summary, given = self.summaries.of(function, env, mode, state, {})
        for event, entry in summary.pending:
            moved = event.placed(given.back)
            number = given.originals[entry] if entry >= 0 else None
            if not isinstance(moved, AttributeRead) or self.session(number, state) is None:
                self.emit(moved)
            elif not self.summaries.at_hand(moved, number, state):
                self._unasked.setdefault(function, []).append(moved)
        containers.provided(function, summary, self)
        if function.node.is_async:
            self.given_sync(function, env, state)

    def receiver(self, function: FunctionInfo, state: State) -> Value | None:
        """`self` or `cls` of a method."""
        if function.owner is None:
            return None
        names = self.decorator_names(function)
        if "staticmethod" in names:
            return None
        if "classmethod" in names or function.name == "__new__":
            return ClassValue(function.owner)
        return self.names.of_class(function.owner, state, Site(function.module.path, function.node.at), "self")

    def assume(self, env: dict[str, Value], state: State) -> None:
        """ORM objects among the parameters belong to the only session that is given with them."""
        objects = [v.id for v in env.values() if isinstance(v, Ref) and self.loose(v, state)]
        if not objects:
            return
        sessions = {v.id for v in env.values() if isinstance(v, Ref) and self.async_session(v, state)}
        for value in env.values():
            found = self.plain_object(value, state)
            if found is None or sessions or not isinstance(value, Ref):
                continue
            self.complete(value, found, state)
            held = self.plain_object(value, state) or found
            sessions = {v.id for v in held.attributes.values() if isinstance(v, Ref) and self.async_session(v, state)}
        if len(sessions) == 1:
            for number in objects:
                orm.update(number, state, life=Life.ASSUMED, session=next(iter(sessions)))

    def loose(self, value: Ref, state: State) -> bool:
        """Whether a value is an ORM object of which nothing is known yet."""
        instance = self.instance(value, state)
        return instance is not None and instance.life is Life.UNKNOWN and instance.session is None

    def async_session(self, value: Ref, state: State) -> bool:
        """Whether a value is an async session that is not that of a fixture: what comes beside it has its own."""
        session = self.session(value, state)
        return session is not None and session.is_async and session.kind == "session" and session.scope != SCOPE

    def given_sync(self, function: FunctionInfo, env: dict[str, Value], state: State) -> None:
        """Tell of a sync session that an endpoint or dependency is given by `Depends`."""
        for param in function.node.params:
            session = self.session(env.get(param.name), state)
            if session is None or session.is_async or session.scope != "dependency" or session.kind != "session":
                continue
            self.emit(
                SyncSessionGiven(
                    site=Site(function.module.path, param.at),
                    context=function.qualname,
                    parameter=param.name,
                    confidence=Confidence.INFERRED,
                )
            )


def _defines(body: tuple[f.Stmt, ...]) -> bool:
    """Whether a function has classes, functions or imports of its own, also in blocks."""
    return any(
        isinstance(statement, (f.Class, f.Function, f.ImportFrom, f.ImportName))
        or any(_defines(block) for block in blocks(statement))
        for statement in body
    )


def _names_a_type(target: Target) -> bool:
    """Whether a local assignment is one that annotations and decorators may name: `Dep = Annotated[...]`."""
    value = target.value
    if isinstance(value, f.Sub):
        return True
    if not isinstance(value, f.Call):
        return False
    last = (
        value.func.id if isinstance(value.func, f.Name) else value.func.name if isinstance(value.func, f.Attr) else ""
    )
    return last in {"FastAPI", "APIRouter", "NewType", "declarative_base", "MetaData"}
